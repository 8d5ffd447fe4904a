/**
 * Reads a module of textual LLVM IR: types, globals and functions.
 *
 * Source: the LLVM Language Reference, release 22. It understands only what clang writes for C. Any other instruction
 * stays in the function as `unknown`, and is an error only when it is reached.
 */
import { constantOf } from "./constants.js";
import type { Context } from "./context.js";
import { DebugTypes } from "./debug-types.js";
import { CError, placeText } from "./errors.js";
import { parseBody } from "./instructions.js";
import { Lexer, TokenKind } from "./lexer.js";
import { Metadata } from "./metadata.js";
import type { IrFunction, IrGlobal, IrModule, Parameter } from "./module.js";
import { Places } from "./places.js";
import { intType, PTR, type Type, VOID } from "./types.js";

/** Letters of IR that a message has. */
const TEXT_MAX = 40;
const TYPE_WORD = /^(i\d+|ptr|void|float|double|half|bfloat|x86_fp80|fp128|x86_mmx|metadata|label|token|opaque)$/;

class Parser implements Context {
  readonly lexer: Lexer;
  readonly places: Places;
  private readonly metadata: Metadata;
  operands = 0;
  private readonly types = new Map<string, Type>();
  private readonly functions = new Map<string, IrFunction>();
  private readonly globals = new Map<string, IrGlobal>();

  /** @param name what the C is called, for messages that have no place */
  constructor(
    source: string,
    private readonly name: string,
  ) {
    this.lexer = new Lexer(source);
    this.metadata = new Metadata(source);
    this.places = new Places(this.metadata);
  }

  module(): IrModule {
    const { lexer, functions, globals, types, places } = this;
    while (!lexer.isKind(TokenKind.End)) {
      if (lexer.isKind(TokenKind.Local)) this.typeDefinition();
      else if (lexer.isKind(TokenKind.Global)) this.global();
      else if (lexer.is("define")) this.function(true);
      else if (lexer.is("declare")) this.function(false);
      else lexer.restOfLine();
    }
    return { functions, globals, types, places: places.list, debug: new DebugTypes(this.metadata) };
  }

  fail(what: string): never {
    const { lexer, places } = this;
    const [, id = ""] = /!dbg !(\d+)/.exec(lexer.line) ?? [];
    const where = placeText(places.list[id === "" ? 0 : places.of(Number(id))]) || this.name || "C";
    const found = lexer.text.slice(0, TEXT_MAX);
    throw new CError(
      `${where}: clang makes LLVM IR of this that dpamt cannot read (${what}, found "${found}"): write it in plainer C`,
    );
  }

  private expect(text: string): void {
    if (!this.lexer.skip(text)) this.fail(`"${text}" expected`);
  }

  private typeDefinition(): void {
    const name = this.lexer.text;
    this.lexer.next();
    this.expect("=");
    this.expect("type");
    this.types.set(name, this.type());
  }

  private startsType(): boolean {
    const { lexer } = this;
    if (lexer.isKind(TokenKind.Local) || lexer.is("[") || lexer.is("{") || lexer.is("<")) return true;
    return lexer.isKind(TokenKind.Word) && TYPE_WORD.test(lexer.text);
  }

  type(): Type {
    const { lexer } = this;
    let type = this.plainType();
    while (lexer.is("addrspace")) {
      lexer.next();
      this.parenthesised();
    }
    // A function type: only its result matters.
    while (lexer.is("(")) {
      this.parenthesised();
      if (type.kind === "void") type = VOID;
    }
    return type;
  }

  private plainType(): Type {
    const { lexer } = this;
    if (lexer.isKind(TokenKind.Local)) {
      const name = lexer.text;
      lexer.next();
      return { kind: "named", name, resolve: () => this.types.get(name) ?? { kind: "other", text: name } };
    }
    if (lexer.skip("[")) return this.arrayType();
    if (lexer.skip("{")) return { kind: "struct", packed: false, fields: this.fields("}") };
    if (lexer.skip("<")) {
      if (lexer.skip("{")) {
        const fields = this.fields("}");
        this.expect(">");
        return { kind: "struct", packed: true, fields };
      }
      while (!lexer.is(">")) lexer.next();
      lexer.next();
      return { kind: "other", text: "vector" };
    }
    const word = lexer.text;
    if (!lexer.isKind(TokenKind.Word) || !TYPE_WORD.test(word)) this.fail("a type expected");
    lexer.next();
    if (word === "ptr") return PTR;
    if (word === "void") return VOID;
    const bits = /^i(\d+)$/.exec(word);
    return bits === null ? { kind: "other", text: word } : intType(Number(bits[1]));
  }

  private arrayType(): Type {
    const { lexer } = this;
    const count = Number(lexer.text);
    lexer.next();
    this.expect("x");
    const element = this.type();
    this.expect("]");
    return { kind: "array", count, element };
  }

  private fields(end: string): Type[] {
    const fields: Type[] = [];
    while (!this.lexer.skip(end)) {
      fields.push(this.type());
      this.lexer.skip(",");
    }
    return fields;
  }

  /** Steps over what is in parentheses, with the parentheses. */
  private parenthesised(): void {
    const { lexer } = this;
    let depth = 0;
    do {
      if (lexer.isKind(TokenKind.End)) this.fail('")" expected');
      if (lexer.is("(")) depth++;
      if (lexer.is(")")) depth--;
      lexer.next();
    } while (depth > 0);
  }

  attributes(): { readonly byval: Type | undefined } {
    const { lexer } = this;
    let byval: Type | undefined;
    for (;;) {
      if (lexer.isKind(TokenKind.Attribute) || lexer.isKind(TokenKind.String)) {
        lexer.next();
        if (lexer.skip("=")) lexer.next();
        continue;
      }
      if (!lexer.isKind(TokenKind.Word) || this.startsType() || !ATTRIBUTE.test(lexer.text)) return { byval };
      const word = lexer.text;
      lexer.next();
      if (word === "align" && lexer.isKind(TokenKind.Number)) lexer.next();
      else if (word === "byval" && lexer.skip("(")) {
        byval = this.type();
        this.expect(")");
      } else if (lexer.is("(")) this.parenthesised();
    }
  }

  private global(): void {
    const { lexer, globals } = this;
    const name = lexer.text;
    lexer.next();
    this.expect("=");
    let external = false;
    while (!lexer.is("global") && !lexer.is("constant")) {
      if (lexer.is("alias") || lexer.is("ifunc") || lexer.isKind(TokenKind.End)) {
        lexer.restOfLine();
        return;
      }
      external ||= lexer.is("external") || lexer.is("extern_weak");
      lexer.next();
    }
    const constant = lexer.is("constant");
    lexer.next();
    const type = this.type();
    const initial = external ? null : constantOf(this, type);
    const rest = lexer.beginsLine ? "" : lexer.restOfLine();
    const section = /section "([^"]*)"/.exec(rest)?.[1] ?? "";
    globals.set(name, { name, type, constant, section, initial, debug: debugIn(rest) });
  }

  private function(defined: boolean): void {
    const { lexer } = this;
    lexer.next();
    let debug = 0;
    while (!this.startsType()) {
      if (lexer.isKind(TokenKind.End)) this.fail("a function expected");
      if (lexer.isKind(TokenKind.Metadata)) debug = this.debugNode(debug);
      else if (lexer.is("(")) this.parenthesised();
      else lexer.next();
    }
    const returns = this.type();
    this.attributes();
    if (!lexer.isKind(TokenKind.Global)) this.fail("the name of a function expected");
    const name = lexer.text;
    lexer.next();
    const { parameters, variadic } = this.parameters();
    let section = "";
    const line = lexer.start;
    while (!lexer.isKind(TokenKind.End) && !lexer.is("{")) {
      if (lexer.source.slice(line, lexer.start).includes("\n")) break;
      if (lexer.isKind(TokenKind.Metadata)) debug = this.debugNode(debug);
      else if (lexer.skip("section")) {
        section = lexer.text;
        lexer.next();
      } else lexer.next();
    }
    const place = debug === 0 ? 0 : this.places.of(debug);
    const common = { name, returns, parameters, variadic, section, place, debug };
    if (!defined) {
      if (!this.functions.has(name)) this.functions.set(name, { ...common, ...NO_BODY });
      return;
    }
    this.expect("{");
    this.functions.set(name, { ...common, ...parseBody(this, parameters) });
  }

  /** At metadata: the node that `!dbg !N` names, else the one known. */
  private debugNode(known: number): number {
    const { lexer } = this;
    const isDebug = lexer.text === "dbg";
    lexer.next();
    if (!isDebug || !lexer.isKind(TokenKind.Metadata)) return known;
    const id = Number(lexer.text);
    lexer.next();
    return id;
  }

  private parameters(): { parameters: Parameter[]; variadic: boolean } {
    const { lexer } = this;
    const parameters: Parameter[] = [];
    let variadic = false;
    this.expect("(");
    while (!lexer.skip(")")) {
      if (lexer.is("...") || lexer.is(".")) {
        variadic = true;
        lexer.next();
        continue;
      }
      const type = this.type();
      this.attributes();
      let name = "";
      if (lexer.isKind(TokenKind.Local)) {
        name = lexer.text;
        lexer.next();
      }
      parameters.push({ name, type });
      lexer.skip(",");
    }
    return { parameters, variadic };
  }

  placeInRest(): number {
    if (this.lexer.beginsLine) return 0;
    const debug = debugIn(this.lexer.restOfLine());
    return debug === 0 ? 0 : this.places.of(debug);
  }
}

/** The body of a function that is only declared. */
const NO_BODY = { blocks: new Map(), entry: "", locals: 0, variables: new Map() } as const;

/** The node that `!dbg !N` names in the rest of a line, or 0. */
function debugIn(rest: string): number {
  return Number(/!dbg !(\d+)/.exec(rest)?.[1] ?? 0);
}

/** Attributes of parameters, results and functions, by the way they are written. */
const ATTRIBUTE = new RegExp(
  `^(${[
    "noundef nonnull zeroext signext inreg byval byref sret preallocated inalloca align noalias nocapture captures",
    "nofree nest returned dereferenceable dereferenceable_or_null swiftself swifterror immarg elementtype range",
    "readonly readnone writeonly writable initializes dead_on_unwind dead_on_return nofpclass noext alignstack",
    "allocalign allocptr willreturn nounwind local_unnamed_addr unnamed_addr dso_local dso_preemptable fastcc ccc coldcc",
  ]
    .join(" ")
    .split(" ")
    .join("|")})$`,
);

/** Reads a module. @throws CError where the text is not what clang writes */
export function parseModule(source: string, name = ""): IrModule {
  return new Parser(source, name).module();
}
