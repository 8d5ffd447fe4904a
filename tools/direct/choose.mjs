/** Which declarations of the module are written again. */
import ts from "typescript";
import {
  exportsOf,
  forEachReference,
  isConstant,
  isExported,
  isInModule,
  isOperation,
  isWordOperation,
  machineFile,
  operationFile,
  Refusal,
  rootFile,
  rootName,
  statementOf,
} from "./names.mjs";

/**
 * @typedef {object} Choice
 * @property {ts.TypeChecker} checker
 * @property {ReadonlyMap<ts.Symbol, boolean>} operations functions that describe operations, and whether there is one
 *   of the same name that performs them
 * @property {ReadonlySet<ts.Statement>} derived declarations that run programs or describe operations
 * @property {ReadonlyMap<ts.SourceFile, ReadonlySet<ts.Statement>>} written what is written, by file: what is derived,
 *   and of what it uses all functions, all word operations and whatever a file does not export
 * @property {Map<string, ts.Symbol>} performers operations on words that have a function of their own, by its name
 */

/**
 * @param {ts.Program} program
 * @returns {Choice}
 */
export function choose(program) {
  const checker = program.getTypeChecker();
  const operations = operationsOf(program);
  const derived = derivedOf(program, operations);
  /** @type {Map<ts.SourceFile, Set<ts.Statement>>} */
  const written = new Map();
  const first = exportsOf(program, rootFile).find(({ name }) => name === rootName);
  const pending = new Set(first === undefined ? [] : [statementOf(first)]);
  for (const statement of pending) {
    if (statement === undefined) continue;
    const file = statement.getSourceFile();
    written.set(file, (written.get(file) ?? new Set()).add(statement));
    forEachReference(statement, checker, (symbol) => {
      const used = statementOf(symbol);
      if (used === undefined) return;
      const isHidden = used.getSourceFile() === file && !isExported(used);
      if (isHidden && !derived.has(used)) checkCopy(used);
      const isCode = ts.isFunctionDeclaration(used) || isWordOperation(checker.getTypeOfSymbol(symbol));
      if (isHidden || isCode || derived.has(used)) pending.add(used);
    });
  }
  return { checker, operations, derived, written, performers: new Map() };
}

/** @param {ts.Program} program */
function operationsOf(program) {
  const checker = program.getTypeChecker();
  const performed = new Set(exportsOf(program, machineFile).map(({ name }) => name));
  /** @type {Map<ts.Symbol, boolean>} */
  const operations = new Map();
  for (const symbol of exportsOf(program, operationFile)) {
    const [declaration] = symbol.declarations ?? [];
    if (declaration === undefined || !ts.isFunctionDeclaration(declaration)) continue;
    const signature = checker.getSignatureFromDeclaration(declaration);
    if (signature === undefined || !isOperation(checker.getReturnTypeOfSignature(signature))) continue;
    operations.set(symbol, performed.has(symbol.name));
  }
  return operations;
}

/**
 * Programs, what describes operations, and whatever refers to one of those.
 * @param {ts.Program} program
 * @param {ReadonlyMap<ts.Symbol, boolean>} operations
 */
function derivedOf(program, operations) {
  /** @type {Set<ts.Statement>} */
  const derived = new Set();
  /** @type {Map<ts.Statement, ts.Statement[]>} */
  const users = new Map();
  for (const statement of program
    .getSourceFiles()
    .filter(isInModule)
    .flatMap((file) => [...file.statements])) {
    if (ts.isFunctionDeclaration(statement) && statement.asteriskToken !== undefined) derived.add(statement);
    forEachReference(statement, program.getTypeChecker(), (symbol) => {
      if (operations.has(symbol)) derived.add(statement);
      const used = statementOf(symbol);
      if (used !== undefined) users.set(used, [...(users.get(used) ?? []), statement]);
    });
  }
  // A set that grows while it is gone through is gone through to its end.
  for (const statement of derived) for (const user of users.get(statement) ?? []) derived.add(user);
  return derived;
}

/**
 * What a file keeps to itself is written a second time, so it must be the same twice.
 * @param {ts.Statement} statement
 */
function checkCopy(statement) {
  if (ts.isFunctionDeclaration(statement)) return;
  /** @type {(node: ts.Node) => boolean} */
  const makesObject = (node) => ts.isNewExpression(node) || ts.forEachChild(node, makesObject) === true;
  if (isConstant(statement) && !makesObject(statement)) return;
  throw new Refusal(statement, "used by a program, so it must be exported, or be a function or a const without `new`");
}
