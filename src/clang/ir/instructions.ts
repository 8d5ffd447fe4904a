/** Instructions in textual LLVM IR: the body of a function. */
import { complaintOf, floatingIn } from "./beyond.js";
import { constantOf } from "./constants.js";
import type { Context } from "./context.js";
import { TokenKind } from "./lexer.js";
import type { Block, Instruction, IrFunction, IrOperand, Marking, Parameter } from "./module.js";
import { type Type, VOID } from "./types.js";

const BINARIES = new Set("add sub mul udiv sdiv urem srem shl lshr ashr and or xor".split(" "));
const CASTS = new Set("trunc zext sext ptrtoint ptrtoaddr inttoptr bitcast addrspacecast freeze".split(" "));
const FLAGS = new Set("nuw nsw exact disjoint nneg inbounds nusw samesign volatile".split(" "));
const CALL_WORDS = new Set("tail musttail notail call fastcc ccc coldcc".split(" "));

type Unplaced = Instruction extends infer I ? (I extends Instruction ? Omit<I, "place" | "result"> : never) : never;

type ParsedBody = Pick<IrFunction, "blocks" | "entry" | "locals" | "variables">;

/** A debug record that says which variable a value is, or has the address of. */
const OF_VARIABLE = /^#dbg_(?:declare|value)\((?:ptr|i\d+) %(?:"([^"]*)"|([-\w.$]+)), !(\d+),/;

/** Reads a function from after its brace to its end. */
export function parseBody(context: Context, parameters: readonly Parameter[]): ParsedBody {
  return new Body(context, parameters).parse();
}

class Body {
  private readonly numbers = new Map<string, number>();
  private readonly blocks = new Map<string, Block>();
  private readonly variables = new Map<number, number>();

  constructor(
    private readonly context: Context,
    parameters: readonly Parameter[],
  ) {
    let unnamed = 0;
    for (const { name } of parameters) this.numberOf(name === "" ? String(unnamed++) : name);
    this.unnamed = parameters.filter(({ name }) => name === "" || /^\d+$/.test(name)).length;
  }

  /** Unnamed values so far, which is the name of a first block without a label. */
  private readonly unnamed: number;

  parse(): ParsedBody {
    const { lexer } = this.context;
    let entry = "";
    let name = String(this.unnamed);
    this.block = name;
    let instructions: Instruction[] = [];
    const close = (): void => {
      if (instructions.length === 0) return;
      this.blocks.set(name, { name, instructions });
      if (entry === "") entry = name;
    };
    while (!lexer.is("}")) {
      if (lexer.isKind(TokenKind.End)) this.context.fail('"}" expected');
      const label = this.label();
      if (label !== undefined) {
        close();
        name = label;
        this.block = label;
        instructions = [];
        continue;
      }
      // Debug records stand between instructions.
      if (lexer.isKind(TokenKind.Attribute)) this.debugRecord(lexer.restOfLine());
      else instructions.push(this.instruction());
    }
    close();
    lexer.next();
    return { blocks: this.blocks, entry, locals: this.numbers.size, variables: this.variables };
  }

  private debugRecord(text: string): void {
    const match = OF_VARIABLE.exec(text);
    if (match === null) return;
    const local = this.numbers.get(match[1] ?? (match[2] as string));
    if (local !== undefined && !this.variables.has(local)) this.variables.set(local, Number(match[3]));
  }

  private label(): string | undefined {
    const { lexer } = this.context;
    if (!lexer.isKind(TokenKind.Word) && !lexer.isKind(TokenKind.Number) && !lexer.isKind(TokenKind.String)) {
      return undefined;
    }
    const end = lexer.source.slice(lexer.start).match(/^(?:"[^"]*"|[-\w.$]+):/);
    if (end === null) return undefined;
    const name = lexer.text;
    lexer.next();
    lexer.next();
    return name;
  }

  private numberOf(name: string): number {
    let number = this.numbers.get(name);
    if (number === undefined) {
      number = this.numbers.size;
      this.numbers.set(name, number);
    }
    return number;
  }

  /** Name of the block that is read. */
  private block = "";
  /** The place of the last jump to each block. */
  private readonly cameFrom = new Map<string, number>();

  /** Name of the local value that was set last. */
  private set = "";

  private instruction(): Instruction {
    const { context } = this;
    const { lexer } = context;
    let result = -1;
    if (lexer.isKind(TokenKind.Local)) {
      this.set = lexer.text;
      result = this.numberOf(lexer.text);
      lexer.next();
      this.expect("=");
    }
    const text = lexer.restNow;
    const refused = floatingIn(text);
    const word = lexer.text;
    lexer.next();
    if (refused !== undefined) return this.unknown(refused, result);
    const read = this.known(word);
    if (read === undefined) return this.unknown(complaintOf(text), result);
    const instruction = { ...read, result, place: context.placeInRest() } as Instruction;
    if (instruction.op === "br") this.cameFrom.set(instruction.target, instruction.place);
    return instruction;
  }

  /** An instruction that is an error where it is reached. One without a place has that of the jump to its block. */
  private unknown(complaint: string, result: number): Instruction {
    const place = this.context.placeInRest();
    return { op: "unknown", complaint, result, place: place === 0 ? (this.cameFrom.get(this.block) ?? 0) : place };
  }

  private known(word: string): Unplaced | undefined {
    if (BINARIES.has(word)) {
      this.skipFlags();
      const type = this.context.type();
      const left = this.operandOf(type);
      this.expect(",");
      return { op: "binary", name: word, left, right: this.operandOf(type) };
    }
    if (CASTS.has(word)) return this.cast(word);
    if (CALL_WORDS.has(word)) return this.call(word);
    switch (word) {
      case "alloca":
        return this.alloca();
      case "load":
        return this.load();
      case "store":
        return this.store();
      case "getelementptr":
        return this.elementPointer();
      case "icmp":
        return this.compare();
      case "select":
        return this.select();
      case "phi":
        return this.phi();
      case "ret":
        return this.return();
      case "br":
        return this.branch();
      case "switch":
        return this.switch();
      case "unreachable":
        return { op: "unreachable" };
      case "extractvalue": {
        const value = this.operand();
        return { op: "extractvalue", value, path: this.path() };
      }
      case "insertvalue": {
        const value = this.operand();
        this.expect(",");
        const member = this.operand();
        return { op: "insertvalue", value, member, path: this.path() };
      }
      case "atomicrmw":
        return this.readModifyWrite();
      case "cmpxchg":
        return this.compareExchange();
      case "fence": {
        const ordering = this.context.lexer.text;
        return { op: "fence", ordering };
      }
    }
    return undefined;
  }

  private expect(text: string): void {
    if (!this.context.lexer.skip(text)) this.context.fail(`"${text}" expected`);
  }

  private skipFlags(): void {
    const { lexer } = this.context;
    while (lexer.isKind(TokenKind.Word) && FLAGS.has(lexer.text)) lexer.next();
  }

  private operand(): IrOperand {
    const type = this.context.type();
    this.context.attributes();
    return this.operandOf(type);
  }

  private operandOf(type: Type): IrOperand {
    const { context } = this;
    const { lexer } = context;
    if (lexer.isKind(TokenKind.Local)) {
      const index = this.numberOf(lexer.text);
      lexer.next();
      return { kind: "local", type, index };
    }
    return { kind: "constant", type, constant: constantOf(context, type), number: context.operands++ };
  }

  private blockName(): string {
    const { lexer } = this.context;
    this.expect("label");
    const name = lexer.text;
    lexer.next();
    return name;
  }

  private cast(name: string): Unplaced {
    this.skipFlags();
    const value = this.operand();
    if (name === "freeze") return { op: "cast", name, value, type: value.type };
    this.expect("to");
    return { op: "cast", name, value, type: this.context.type() };
  }

  private alloca(): Unplaced {
    const { lexer } = this.context;
    lexer.skip("inalloca");
    const type = this.context.type();
    let count: IrOperand | null = null;
    if (lexer.is(",") && /^,\s*i\d/.test(lexer.source.slice(lexer.start, lexer.start + 8))) {
      lexer.next();
      count = this.operand();
    }
    return { op: "alloca", name: this.set, type, count };
  }

  /** `atomic` and `volatile` before an access; the ordering comes after it. */
  private before(): { atomic: boolean; volatile: boolean } {
    const { lexer } = this.context;
    const atomic = lexer.skip("atomic");
    return { atomic, volatile: lexer.skip("volatile") };
  }

  private after({ atomic, volatile }: { atomic: boolean; volatile: boolean }): Marking {
    const { lexer } = this.context;
    if (!atomic) return { volatile, ordering: "" };
    if (lexer.skip("syncscope")) while (!lexer.skip(")")) lexer.next();
    return { volatile, ordering: lexer.text };
  }

  private load(): Unplaced {
    const marks = this.before();
    const type = this.context.type();
    this.expect(",");
    const pointer = this.operand();
    return { op: "load", type, pointer, marking: this.after(marks) };
  }

  private store(): Unplaced {
    const marks = this.before();
    const value = this.operand();
    this.expect(",");
    const pointer = this.operand();
    return { op: "store", value, pointer, marking: this.after(marks) };
  }

  private elementPointer(): Unplaced {
    const { lexer } = this.context;
    this.skipFlags();
    const element = this.context.type();
    this.expect(",");
    const base = this.operand();
    const indices: IrOperand[] = [];
    while (lexer.is(",") && !/^,\s*!/.test(lexer.source.slice(lexer.start, lexer.start + 4))) {
      lexer.next();
      indices.push(this.operand());
    }
    return { op: "gep", element, base, indices };
  }

  private compare(): Unplaced {
    const { lexer } = this.context;
    this.skipFlags();
    const predicate = lexer.text;
    lexer.next();
    const left = this.operand();
    this.expect(",");
    return { op: "icmp", predicate, left, right: this.operandOf(left.type) };
  }

  private select(): Unplaced {
    const condition = this.operand();
    this.expect(",");
    const yes = this.operand();
    this.expect(",");
    return { op: "select", condition, yes, no: this.operand() };
  }

  private phi(): Unplaced {
    const { lexer } = this.context;
    const type = this.context.type();
    const incoming: { value: IrOperand; block: string }[] = [];
    do {
      this.expect("[");
      const value = this.operandOf(type);
      this.expect(",");
      const block = lexer.text;
      lexer.next();
      this.expect("]");
      incoming.push({ value, block });
    } while (lexer.is(",") && /^,\s*\[/.test(lexer.source.slice(lexer.start, lexer.start + 4)) && lexer.skip(","));
    return { op: "phi", incoming };
  }

  private return(): Unplaced {
    if (this.context.lexer.skip("void")) return { op: "ret", value: null };
    return { op: "ret", value: this.operand() };
  }

  private branch(): Unplaced {
    if (this.context.lexer.is("label")) return { op: "br", target: this.blockName() };
    const condition = this.operand();
    this.expect(",");
    const yes = this.blockName();
    this.expect(",");
    return { op: "condbr", condition, yes, no: this.blockName() };
  }

  private switch(): Unplaced {
    const { lexer } = this.context;
    const value = this.operand();
    this.expect(",");
    const otherwise = this.blockName();
    const cases: { value: bigint; target: string }[] = [];
    this.expect("[");
    while (!lexer.skip("]")) {
      const each = this.operand();
      this.expect(",");
      const target = this.blockName();
      if (each.kind !== "constant" || each.constant.kind !== "int") this.context.fail("a number expected");
      else cases.push({ value: each.constant.value, target });
    }
    return { op: "switch", value, otherwise, cases };
  }

  private path(): number[] {
    const { lexer } = this.context;
    const path: number[] = [];
    while (lexer.is(",") && /^,\s*\d/.test(lexer.source.slice(lexer.start, lexer.start + 4))) {
      lexer.next();
      path.push(Number(lexer.text));
      lexer.next();
    }
    return path;
  }

  private readModifyWrite(): Unplaced {
    const { lexer } = this.context;
    this.skipFlags();
    const name = lexer.text;
    lexer.next();
    const pointer = this.operand();
    this.expect(",");
    const value = this.operand();
    return { op: "atomicrmw", name, pointer, value, type: value.type };
  }

  private compareExchange(): Unplaced {
    const { lexer } = this.context;
    lexer.skip("weak");
    this.skipFlags();
    const pointer = this.operand();
    this.expect(",");
    const expected = this.operand();
    this.expect(",");
    const value = this.operand();
    return { op: "cmpxchg", pointer, expected, value, type: value.type };
  }

  private call(word: string): Unplaced {
    const { context } = this;
    const { lexer } = context;
    if (word !== "call") while (lexer.isKind(TokenKind.Word) && CALL_WORDS.has(lexer.text)) lexer.next();
    context.attributes();
    const type = context.type();
    if (lexer.is("asm")) return this.assembly(type);
    const callee = this.operandOf({ kind: "ptr" });
    const args: IrOperand[] = [];
    const byval: { index: number; type: Type }[] = [];
    this.expect("(");
    while (!lexer.skip(")")) {
      const argument = context.type();
      if (argument.kind === "other" && argument.text === "metadata") {
        // Arguments of debug intrinsics.
        while (!lexer.is(",") && !lexer.is(")")) lexer.next();
        lexer.skip(",");
        continue;
      }
      const passed = context.attributes().byval;
      if (passed !== undefined) byval.push({ index: args.length, type: passed });
      args.push(this.operandOf(argument));
      lexer.skip(",");
    }
    return { op: "call", callee, args, type, byval };
  }

  private assembly(type: Type): Unplaced {
    const { lexer } = this.context;
    lexer.next();
    while (lexer.isKind(TokenKind.Word)) lexer.next();
    const text = lexer.text;
    lexer.next();
    this.expect(",");
    const constraints = lexer.text;
    lexer.next();
    const args: IrOperand[] = [];
    this.expect("(");
    while (!lexer.skip(")")) {
      args.push(this.operand());
      lexer.skip(",");
    }
    return { op: "asm", text, constraints, args, type: type ?? VOID };
  }
}
