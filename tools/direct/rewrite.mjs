/** Writes a file of the module in direct form. */
import { dirname, join, relative, resolve, sep } from "node:path";
import ts from "typescript";
import {
  directFolder,
  exportsOf,
  forEachReference,
  fromRoot,
  isExported,
  isOfType,
  localSymbolOf,
  machineFile,
  moduleFolder,
  performFile,
  Refusal,
  statementOf,
  symbolOf,
} from "./names.mjs";

const { factory } = ts;

/** The file of the functions that perform one operation each. */
export const PERFORMERS = "operations.js";

/**
 * A name that comes from another file.
 * @typedef {object} Import
 * @property {string} from
 * @property {string} name there
 * @property {boolean} isConstant
 */

/**
 * @param {ts.SourceFile} file
 * @param {import("./choose.mjs").Choice} choice
 */
export function rewrite(file, choice) {
  /** @type {Map<string, Import>} by the name in this file */
  const imports = new Map();
  /** @type {(node: ts.Node) => ts.Node} */
  const visit = (node) => {
    if (isOfType(node)) return node;
    if (ts.isIdentifier(node)) {
      const wanted = importOf(node, file, choice);
      if (wanted !== undefined) imports.set(node.text, wanted);
      return node;
    }
    const performer = ts.isCallExpression(node) ? performerOf(node, choice) : undefined;
    if (performer !== undefined && ts.isCallExpression(node)) {
      imports.set(performer, {
        from: wayTo(join(directFolder, PERFORMERS), folderOf(file)),
        name: performer,
        isConstant: false,
      });
      const [, ...others] = node.arguments;
      const inputs = others.map((input) => /** @type {ts.Expression} */ (visit(input)));
      return factory.updateCallExpression(node, factory.createIdentifier(performer), undefined, inputs);
    }
    const inside = ts.visitEachChild(node, visit, undefined);
    if (ts.isYieldExpression(inside)) return /** @type {ts.Expression} */ (inside.expression);
    return ts.isFunctionDeclaration(inside) ? withoutAsterisk(inside) : inside;
  };
  const chosen = choice.written.get(file);
  const statements = file.statements
    .filter((statement) => chosen?.has(statement))
    .map((statement) => /** @type {ts.Statement} */ (visit(statement)));
  return factory.updateSourceFile(file, [...headOf(imports, file), ...statements]);
}

/** @param {ts.FunctionDeclaration} node */
function withoutAsterisk(node) {
  const { modifiers, name, typeParameters, parameters, type, body } = node;
  return factory.updateFunctionDeclaration(node, modifiers, undefined, name, typeParameters, parameters, type, body);
}

/**
 * Where what an identifier stands for comes from, or undefined when it is in the file itself.
 * @param {ts.Identifier} node
 * @param {ts.SourceFile} file
 * @param {import("./choose.mjs").Choice} choice
 * @returns {Import | undefined}
 */
function importOf(node, file, { checker, operations, written }) {
  const symbol = symbolOf(node, checker);
  const local = localSymbolOf(node, checker);
  if (symbol === undefined || local === undefined) return undefined;
  const used = statementOf(symbol);
  const folder = folderOf(file);
  const isConstant = (symbol.flags & (ts.SymbolFlags.Variable | ts.SymbolFlags.Enum)) !== 0;
  if (used?.getSourceFile() === file) {
    return isIn(written, used) ? undefined : { from: wayTo(file.fileName, folder), name: symbol.name, isConstant };
  }
  if (local.declarations?.some((each) => ts.isImportClause(each) || ts.isNamespaceImport(each))) {
    throw new Refusal(node, "what a program uses must be imported by its name");
  }
  const specifier = local.declarations?.find(ts.isImportSpecifier);
  if (specifier === undefined) return undefined;
  if (operations.has(symbol)) return { from: wayTo(machineFile, folder), name: symbol.name, isConstant };
  if (used !== undefined && isIn(written, used))
    return { from: wayToWritten(used, folder), name: symbol.name, isConstant };
  const { text: name } = specifier.propertyName ?? specifier.name;
  const { moduleSpecifier } = specifier.parent.parent.parent;
  const path = /** @type {ts.StringLiteral} */ (moduleSpecifier).text;
  return { from: wayTo(resolve(dirname(file.fileName), path), folder), name, isConstant };
}

/**
 * For `on(X, …)`, with an X that other files can import, the name of the function that performs X alone. The engine
 * knows what a function does that performs one operation; of one that performs any it does not.
 * @param {ts.CallExpression} node
 * @param {import("./choose.mjs").Choice} choice
 */
function performerOf({ expression, arguments: [word] }, { checker, operations, performers }) {
  const callee = symbolOf(expression, checker);
  if (callee?.name !== "on" || !operations.has(callee) || word === undefined || !ts.isIdentifier(word))
    return undefined;
  const symbol = symbolOf(word, checker);
  const declaration = symbol?.valueDeclaration;
  if (symbol === undefined || declaration === undefined || !ts.isVariableDeclaration(declaration)) return undefined;
  if (!ts.isVariableStatement(declaration.parent.parent) || !isExported(declaration.parent.parent)) return undefined;
  const name = `on_${symbol.name}`;
  if ((performers.get(name) ?? symbol) !== symbol) throw new Refusal(word, `two operations are called ${symbol.name}`);
  performers.set(name, symbol);
  return name;
}

/**
 * A copy of what performs any operation for each that is to have its own.
 * @param {ts.Program} program
 * @param {import("./choose.mjs").Choice} choice
 */
export function performersText(program, { checker, performers, written }) {
  const perform = exportsOf(program, performFile).find(({ name }) => name === "performWord")?.valueDeclaration;
  if (perform === undefined || !ts.isFunctionDeclaration(perform) || perform.body === undefined) {
    throw new Error(`${fromRoot(performFile)} has no function performWord`);
  }
  const needed = new Set();
  forEachReference(perform.body, checker, ({ name, valueDeclaration }) => {
    if (valueDeclaration !== undefined && valueDeclaration.parent === perform.parent) needed.add(name);
  });
  const inputs = perform.parameters.map(({ name }) => name.getText()).join(", ");
  const lines = [
    `import { current as current_1 } from "${wayTo(machineFile, directFolder)}";`,
    `import { ${[...needed].join(", ")} } from "${wayTo(performFile, directFolder)}";`,
    "const current = current_1;",
  ];
  for (const [performer, symbol] of performers) {
    const { name } = symbol;
    const used = statementOf(symbol);
    const declared = symbol.valueDeclaration?.getSourceFile().fileName ?? "";
    const from =
      used !== undefined && isIn(written, used) ? wayToWritten(used, directFolder) : wayTo(declared, directFolder);
    lines.push(`import { ${name} as ${name}_1 } from "${from}";`);
    lines.push(`const ${name} = ${name}_1;`);
    lines.push(`const perform_${name} = (${inputs}) => ${perform.body.getText()};`);
    lines.push(
      `export const ${performer} = (address, argument = 0) => perform_${name}(current.words, ${name}, address, argument);`,
    );
  }
  const options = { target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, verbatimModuleSyntax: true };
  return ts.transpileModule(lines.join("\n"), { compilerOptions: options }).outputText;
}

/**
 * The imports. Constants are bound once more: the engine takes a constant of the same file for the value that it has,
 * and looks up that of another file each time.
 * @param {ReadonlyMap<string, Import>} imports
 * @param {ts.SourceFile} file
 */
function headOf(imports, file) {
  /** @type {Map<string, ts.ImportSpecifier[]>} */
  const specifiers = new Map();
  /** @type {ts.Statement[]} */
  const bindings = [];
  for (const [as, { from, name, isConstant }] of imports) {
    const local = factory.createIdentifier(isConstant ? `${as}_1` : as);
    const original = name === local.text ? undefined : factory.createIdentifier(name);
    specifiers.set(from, [...(specifiers.get(from) ?? []), factory.createImportSpecifier(false, original, local)]);
    if (!isConstant) continue;
    const constant = factory.createVariableDeclaration(as, undefined, undefined, local);
    const list = factory.createVariableDeclarationList([constant], ts.NodeFlags.Const);
    bindings.push(factory.createVariableStatement(undefined, list));
  }
  const declarations = [...specifiers].map(([from, names]) => {
    const clause = factory.createImportClause(undefined, undefined, factory.createNamedImports(names));
    return factory.createImportDeclaration(undefined, clause, factory.createStringLiteral(from));
  });
  const [first] = declarations;
  if (first !== undefined) {
    const text = ` Derived from ${fromRoot(file.fileName)} by tools/direct.mjs.`;
    ts.addSyntheticLeadingComment(first, ts.SyntaxKind.SingleLineCommentTrivia, text, true);
  }
  return [...declarations, ...bindings];
}

/** @type {(written: import("./choose.mjs").Choice["written"], statement: ts.Statement) => boolean} */
function isIn(written, statement) {
  return written.get(statement.getSourceFile())?.has(statement) === true;
}

/** Where the direct form of a file of the module is written to. @type {(file: ts.SourceFile) => string} */
function writtenTo(file) {
  return join(directFolder, relative(moduleFolder, file.fileName));
}

/** The folder that it is written to. @type {(file: ts.SourceFile) => string} */
function folderOf(file) {
  return dirname(writtenTo(file));
}

/**
 * How a file in a folder of the direct form names the one that a statement is written to.
 * @type {(used: ts.Statement, folder: string) => string}
 */
function wayToWritten(used, folder) {
  return wayTo(writtenTo(used.getSourceFile()), folder);
}

/** How a file in a folder of the direct form names another. @type {(path: string, folder: string) => string} */
function wayTo(path, folder) {
  const way = relative(folder, path).replaceAll(sep, "/").replace(/\.ts$/, ".js");
  return way.startsWith(".") ? way : `./${way}`;
}
