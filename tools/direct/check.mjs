/** Refuses code that would mean something else in direct form. */
import ts from "typescript";
import { isConstant, isGenerator, isOfType, isOperation, Refusal, statementOf, symbolOf } from "./names.mjs";

/**
 * @param {ts.Statement} statement
 * @param {import("./choose.mjs").Choice} choice
 * @throws {Refusal}
 */
export function check(statement, { checker, derived, operations }) {
  const isFunction = ts.isFunctionDeclaration(statement);
  if (!isFunction && !isConstant(statement)) {
    throw new Refusal(statement, "only a function or a const can have to do with programs");
  }
  const isProgram = isFunction && statement.asteriskToken !== undefined;

  /** Whether a symbol is a function whose call is an operation or a program. @param {ts.Symbol | undefined} symbol */
  const isMaker = (symbol) => {
    if (symbol === undefined) return false;
    const declaration = statementOf(symbol);
    if (declaration === undefined) return operations.has(symbol);
    return derived.has(declaration) && ts.isFunctionDeclaration(declaration);
  };

  /** @param {ts.YieldExpression} node */
  const checkYield = (node) => {
    const operand = node.expression === undefined ? undefined : inner(node.expression);
    if (operand === undefined || !ts.isCallExpression(operand) || !isMaker(symbolOf(operand.expression, checker))) {
      throw new Refusal(node, "yield must be followed by a call, by name, that makes an operation or a program");
    }
    const type = checker.getTypeAtLocation(operand);
    if (node.asteriskToken === undefined ? !isOperation(type) : !isGenerator(type)) {
      throw new Refusal(node, "yield takes an operation and yield* a program");
    }
  };

  /** @param {ts.CallExpression} node */
  const checkCall = (node) => {
    const symbol = symbolOf(node.expression, checker);
    if (symbol !== undefined && operations.get(symbol) === false) {
      throw new Refusal(node, `${symbol.name} has no direct form, as src/machine/direct.ts does not export it`);
    }
    const type = checker.getTypeAtLocation(node);
    const types = type.isUnion() ? type.types : [type];
    if (!types.some((each) => isOperation(each) || isGenerator(each))) return;
    const outer = outermost(node);
    if (ts.isYieldExpression(outer.parent) || (!isProgram && isReturned(outer, statement))) return;
    throw new Refusal(node, "an operation or a program must be yielded where it is made");
  };

  /** @param {ts.Identifier} node */
  const checkIdentifier = (node) => {
    if (node.parent === statement || !isMaker(symbolOf(node, checker))) return;
    if (ts.isCallExpression(node.parent) && node.parent.expression === node) return;
    if (ts.isArrayLiteralExpression(node.parent)) return;
    if (ts.isPropertyAssignment(node.parent) && node.parent.initializer === node) return;
    throw new Refusal(node, `${node.text} may only be called, or stand in a table of programs`);
  };

  /** @param {ts.Node} node */
  const visit = (node) => {
    if (isOfType(node)) return;
    if (node !== statement && "asteriskToken" in node && ts.isFunctionLike(node) && node.asteriskToken !== undefined) {
      throw new Refusal(node, "a program must be a function at the top of its file");
    }
    if (ts.isYieldExpression(node)) checkYield(node);
    if (ts.isCallExpression(node)) checkCall(node);
    if (ts.isIdentifier(node)) checkIdentifier(node);
    ts.forEachChild(node, visit);
  };
  visit(statement);
}

/** @type {(node: ts.Expression) => ts.Expression} */
function inner(node) {
  return ts.isParenthesizedExpression(node) ? inner(node.expression) : node;
}

/** @type {(node: ts.Node) => ts.Node} */
function outermost(node) {
  return ts.isParenthesizedExpression(node.parent) ? outermost(node.parent) : node;
}

/**
 * Whether an expression is what a function returns, perhaps as one of two alternatives.
 * @type {(node: ts.Node, declaration: ts.Statement) => boolean}
 */
function isReturned(node, declaration) {
  const { parent } = node;
  if (ts.isConditionalExpression(parent) && parent.condition !== node)
    return isReturned(outermost(parent), declaration);
  return ts.isReturnStatement(parent) && ts.findAncestor(parent, ts.isFunctionLike) === declaration;
}
