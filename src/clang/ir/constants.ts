/** Constants in textual LLVM IR. */
import { isFloating } from "./beyond.js";
import type { Context } from "./context.js";
import { bytesOf, TokenKind } from "./lexer.js";
import type { Constant } from "./module.js";
import type { Type } from "./types.js";

const CASTS = new Set(["ptrtoint", "ptrtoaddr", "inttoptr", "bitcast", "trunc", "zext", "sext", "addrspacecast"]);
const BINARIES = new Set(["add", "sub", "mul", "shl", "and", "or", "xor", "lshr"]);

/** Reads a constant of a type that has been read. */
export function constantOf(context: Context, type: Type): Constant {
  const { lexer } = context;
  const text = lexer.text;
  if (isFloating(type) && !lexer.is("zeroinitializer")) return floating(context, type);
  switch (lexer.kind) {
    case TokenKind.Number:
      lexer.next();
      return { kind: "int", type, value: BigInt(text) };
    case TokenKind.Global:
      lexer.next();
      return { kind: "global", type, name: text };
    case TokenKind.Bytes:
      lexer.next();
      return { kind: "bytes", type, bytes: bytesOf(text) };
    case TokenKind.Punctuation:
      return aggregate(context, type);
    case TokenKind.Word:
      lexer.next();
      return word(context, type, text);
    default:
      return context.fail("a constant expected");
  }
}

/** A floating-point number, in any of its forms: an error where it is used. */
function floating({ lexer }: Context, type: Type): Constant {
  do lexer.next();
  while (!lexer.beginsLine && ![",", "]", "}", ")", ">"].some((end) => lexer.is(end)));
  return { kind: "floating", type };
}

/** The address of a label, `blockaddress(@f, %a)`. */
function label(context: Context, type: Type): Constant {
  const { lexer } = context;
  expect(context, "(");
  lexer.next();
  expect(context, ",");
  const name = `label ${lexer.text}`;
  lexer.next();
  expect(context, ")");
  return { kind: "label", type, name };
}

function aggregate(context: Context, type: Type): Constant {
  const { lexer } = context;
  const packed = lexer.is("<");
  if (packed) lexer.next();
  if (!lexer.is("{") && !lexer.is("[")) {
    if (!packed) return context.fail("a constant expected");
    while (!lexer.is(">")) lexer.next();
    lexer.next();
    return { kind: "other", type, text: "vector" };
  }
  const end = lexer.is("{") ? "}" : "]";
  lexer.next();
  const members: Constant[] = [];
  while (!lexer.skip(end)) {
    members.push(constantOf(context, context.type()));
    lexer.skip(",");
  }
  if (packed && !lexer.skip(">")) context.fail('">" expected');
  return { kind: "aggregate", type, members };
}

function word(context: Context, type: Type, text: string): Constant {
  const { lexer } = context;
  switch (text) {
    case "true":
      return { kind: "int", type, value: 1n };
    case "false":
      return { kind: "int", type, value: 0n };
    case "null":
      return { kind: "null", type };
    case "undef":
    case "poison":
      return { kind: "undef", type };
    case "zeroinitializer":
      return { kind: "zero", type };
    case "getelementptr":
      return elementPointer(context, type);
  }
  if (CASTS.has(text)) {
    expect(context, "(");
    const operand = constantOf(context, context.type());
    expect(context, "to");
    context.type();
    expect(context, ")");
    return { kind: "cast", type, cast: text, operand };
  }
  if (BINARIES.has(text)) {
    while (lexer.is("nuw") || lexer.is("nsw")) lexer.next();
    expect(context, "(");
    const left = constantOf(context, context.type());
    expect(context, ",");
    const right = constantOf(context, context.type());
    expect(context, ")");
    return { kind: "binary", type, operation: text, left, right };
  }
  if (text === "blockaddress") return label(context, type);
  return { kind: "other", type, text };
}

function elementPointer(context: Context, type: Type): Constant {
  const { lexer } = context;
  while (lexer.isKind(TokenKind.Word)) {
    lexer.next();
    if (!lexer.is("(")) continue;
    // Of `inrange(a, b)` the parentheses hold numbers, of the operands a type.
    const isRange = lexer.source.slice(lexer.start).match(/^\(\s*-?\d/) !== null;
    if (!isRange) break;
    while (!lexer.skip(")")) lexer.next();
  }
  expect(context, "(");
  const element = context.type();
  const operands: Constant[] = [];
  while (lexer.skip(",")) operands.push(constantOf(context, context.type()));
  expect(context, ")");
  return { kind: "gep", type, element, operands };
}

function expect({ lexer, fail }: Context, text: string): void {
  if (!lexer.skip(text)) fail(`"${text}" expected`);
}
