/** Where things are, and what names in the source stand for. */
import { join, relative, resolve, sep } from "node:path";
import ts from "typescript";

export const root = resolve(import.meta.dirname, "../..");
export const source = join(root, "src");
/** Where the programs are. */
export const moduleFolder = join(source, "module");
/** Where they would be in direct form, if that had a source. */
export const directFolder = join(source, "direct/module");
/** The program that leads to all others. */
export const rootFile = join(moduleFolder, "dispatch.ts");
export const rootName = "dispatch";
/** Describes operations. */
export const operationFile = join(source, "machine/operation.ts");
/** Performs them. */
export const machineFile = join(source, "machine/direct.ts");
/** Says what performing them is. */
export const performFile = join(source, "machine/perform.ts");

/** Code that has no direct form. */
export class Refusal extends Error {
  /**
   * @param {ts.Node} node
   * @param {string} reason
   */
  constructor(node, reason) {
    const file = node.getSourceFile();
    const { line } = file.getLineAndCharacterOfPosition(node.getStart(file));
    super(`${fromRoot(file.fileName)}:${line + 1}: ${reason}`);
  }
}

/** @param {string} path */
export function fromRoot(path) {
  return relative(root, path).replaceAll(sep, "/");
}

/**
 * What an identifier stands for in its own file: an import, for example.
 * @type {(node: ts.Node, checker: ts.TypeChecker) => ts.Symbol | undefined}
 */
export function localSymbolOf(node, checker) {
  if (ts.isShorthandPropertyAssignment(node.parent)) return checker.getShorthandAssignmentValueSymbol(node.parent);
  return checker.getSymbolAtLocation(node);
}

/**
 * What an identifier stands for in the end.
 * @type {(node: ts.Node, checker: ts.TypeChecker) => ts.Symbol | undefined}
 */
export function symbolOf(node, checker) {
  const symbol = localSymbolOf(node, checker);
  const isAlias = symbol !== undefined && (symbol.flags & ts.SymbolFlags.Alias) !== 0;
  return isAlias ? checker.getAliasedSymbol(symbol) : symbol;
}

/**
 * The statement at the top of a file of the module that declares a symbol.
 * @param {ts.Symbol} symbol
 */
export function statementOf(symbol) {
  const [declaration] = symbol.declarations ?? [];
  if (declaration === undefined || !isInModule(declaration.getSourceFile())) return undefined;
  const statement = ts.isVariableDeclaration(declaration) ? declaration.parent.parent : declaration;
  return ts.isSourceFile(statement.parent) ? /** @type {ts.Statement} */ (statement) : undefined;
}

/** @param {ts.SourceFile} file */
export function isInModule(file) {
  return resolve(file.fileName).startsWith(moduleFolder + sep);
}

/** @type {(program: ts.Program, path: string) => ts.Symbol[]} */
export function exportsOf(program, path) {
  const file = program.getSourceFile(path);
  const symbol = file === undefined ? undefined : program.getTypeChecker().getSymbolAtLocation(file);
  return symbol === undefined ? [] : program.getTypeChecker().getExportsOfModule(symbol);
}

/** @type {(statement: ts.Statement) => boolean} */
export function isExported(statement) {
  const modifiers = ts.canHaveModifiers(statement) ? (ts.getModifiers(statement) ?? []) : [];
  return modifiers.some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword);
}

/** Whether a statement declares one constant. @type {(statement: ts.Statement) => boolean} */
export function isConstant(statement) {
  if (!ts.isVariableStatement(statement)) return false;
  const { flags, declarations } = statement.declarationList;
  return (flags & ts.NodeFlags.Const) !== 0 && declarations.length === 1;
}

/** Whether a type is that of a program. @type {(type: ts.Type) => boolean} */
export function isGenerator({ symbol }) {
  return symbol?.name === "Generator";
}

/** Whether a type is that of an operation that a program yields. @type {(type: ts.Type) => boolean} */
export function isOperation({ symbol }) {
  return symbol?.name === "Operation" && isDeclaredIn(symbol, operationFile);
}

/** Whether a type is that of what is done to one word. @type {(type: ts.Type) => boolean} */
export function isWordOperation({ symbol }) {
  return symbol?.name === "WordOperation" && isDeclaredIn(symbol, operationFile);
}

/** @type {(symbol: ts.Symbol, path: string) => boolean} */
function isDeclaredIn(symbol, path) {
  const file = symbol.declarations?.[0]?.getSourceFile();
  return file !== undefined && resolve(file.fileName) === path;
}

/** Whether a node is part of a type, and so of nothing that runs. @param {ts.Node} node */
export function isOfType(node) {
  return ts.isTypeNode(node) && !ts.isExpressionWithTypeArguments(node);
}

/**
 * Calls `visit` for every identifier in a statement that stands for a value, with what it stands for.
 * @param {ts.Statement} statement
 * @param {ts.TypeChecker} checker
 * @param {(symbol: ts.Symbol) => void} visit
 */
export function forEachReference(statement, checker, visit) {
  /** @param {ts.Node} node */
  const walk = (node) => {
    if (isOfType(node)) return;
    const symbol = ts.isIdentifier(node) ? symbolOf(node, checker) : undefined;
    if (symbol !== undefined) visit(symbol);
    ts.forEachChild(node, walk);
  };
  if (!ts.isImportDeclaration(statement) && !ts.isInterfaceDeclaration(statement)) walk(statement);
}
