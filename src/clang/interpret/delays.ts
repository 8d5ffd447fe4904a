/**
 * Delays: loops that count up or down, relax on the way, and do nothing else. How often they go round makes no difference
 * to anybody: time does not pass here. What they count by may differ from turn to turn of a loop around them (back-off).
 */
import type { Block, Instruction, IrFunction, IrOperand } from "../ir/module.js";

/** The body of a function, where it is known. */
export type BodyOf = (name: string) => IrFunction | undefined;

/** A loop that is a delay. */
export interface Delay {
  /** The local value that is the address of what it counts. */
  readonly counter: number;
  /** Local values that it sets. */
  readonly sets: readonly number[];
}

/** The checker's own functions below cpu_relax(), and below what lets others have the CPU. */
const RELAX = "__dpamt_relax";
/** Whoever reads under a sequence count relaxes while there is a writer, and seldom reads again. */
const READS_SEQUENCE = "__dpamt_seq_reader";
const MIGHT_SLEEP = "__dpamt_might_sleep";
/** Calls inside each other that are looked into. */
const DEPTH_MAX = 4;

/** Comparisons that hold only so long, of what goes up by 1 and what goes down by 1, with something that stays. */
const ENDS: Readonly<Record<string, readonly string[]>> = { up: ["slt", "ult", "ne"], down: ["sgt", "ugt", "ne"] };
const OPPOSITE: Readonly<Record<string, string>> = {
  eq: "ne",
  ne: "eq",
  slt: "sge",
  sge: "slt",
  sgt: "sle",
  sle: "sgt",
  ult: "uge",
  uge: "ult",
  ugt: "ule",
  ule: "ugt",
};
const SWAPPED: Readonly<Record<string, string>> = { slt: "sgt", sgt: "slt", ult: "ugt", ugt: "ult", ne: "ne" };

/** Number of the local value, or -1. */
export function localOf(operand: IrOperand): number {
  return operand.kind === "local" ? operand.index : -1;
}

export function successors({ instructions }: Block): readonly string[] {
  const last = instructions[instructions.length - 1];
  switch (last?.op) {
    case "br":
      return [last.target];
    case "condbr":
      return [last.yes, last.no];
    case "switch":
      return [last.otherwise, ...last.cases.map(({ target }) => target)];
    default:
      return [];
  }
}

/** Name of the function that is called, or the empty text. */
export function calleeOf(instruction: Instruction): string {
  if (instruction.op !== "call" || instruction.callee.kind === "local") return "";
  const { constant } = instruction.callee;
  return constant.kind === "global" ? constant.name : "";
}

/** Whether the scope of a variable begins or ends. */
export function isLifetime(instruction: Instruction): boolean {
  return /^llvm\.lifetime\./.test(calleeOf(instruction));
}

/**
 * Delays by the block with their test.
 *
 * @param simple variables that are only loaded and stored as a whole
 */
export function delaysOf(called: IrFunction, simple: ReadonlySet<number>, bodyOf: BodyOf): ReadonlyMap<string, Delay> {
  const found = new Map<string, Delay>();
  for (const [name, block] of called.blocks) {
    for (const next of successors(block)) {
      const blocks = loopOf(called, next, name);
      const loop = blocks === null ? null : new Loop(blocks, simple, bodyOf);
      const test = loop?.test() ?? null;
      if (loop !== null && test !== null) found.set(test, loop.delay);
    }
  }
  return found;
}

/** Blocks from which control comes to `latch` without going through `head`, if all of them come from there; else null. */
function loopOf({ blocks, entry }: IrFunction, head: string, latch: string): readonly Block[] | null {
  const names = new Set([head, latch]);
  for (let grows = true; grows; ) {
    grows = false;
    for (const [name, block] of blocks) {
      if (names.has(name) || !successors(block).some((next) => next !== head && names.has(next))) continue;
      if (name === entry) return null;
      names.add(name);
      grows = true;
    }
  }
  return [...names].map((name) => blocks.get(name) as Block);
}

/** Whether some way round the loop with this head relaxes, or may let others have the CPU. */
export function relaxesIn(called: IrFunction, head: string, bodyOf: BodyOf): boolean {
  return [...called.blocks].some(([name, block]) => {
    const blocks = successors(block).includes(head) ? loopOf(called, head, name) : null;
    return blocks?.some((each) => callsRelax(each, bodyOf, DEPTH_MAX)) === true;
  });
}

function callsRelax({ instructions }: Block, bodyOf: BodyOf, depth: number): boolean {
  return instructions.some((each) => {
    const name = calleeOf(each);
    if (name === RELAX || name === MIGHT_SLEEP || name === READS_SEQUENCE) return true;
    const body = name === "" || depth === 0 ? undefined : bodyOf(name);
    return body !== undefined && [...body.blocks.values()].some((block) => callsRelax(block, bodyOf, depth - 1));
  });
}

class Loop {
  private readonly instructions: readonly Instruction[];
  private readonly names: ReadonlySet<string>;

  constructor(
    private readonly blocks: readonly Block[],
    private readonly simple: ReadonlySet<number>,
    private readonly bodyOf: BodyOf,
  ) {
    this.instructions = blocks.flatMap(({ instructions }) => instructions);
    this.names = new Set(blocks.map(({ name }) => name));
  }

  /** The block with its only test, if the loop is a delay; else null. */
  test(): string | null {
    const tests = this.blocks.filter((block) => this.isTest(block));
    const [block] = tests;
    const stores = this.instructions.filter(({ op }) => op === "store");
    if (block === undefined || tests.length > 1 || stores.length !== 1) return null;
    if (!this.instructions.every((each) => this.isIdle(each))) return null;
    return this.ends(block, stores[0] as Instruction) ? block.name : null;
  }

  get delay(): Delay {
    const store = this.instructions.find(({ op }) => op === "store");
    const counter = store?.op === "store" ? localOf(store.pointer) : -1;
    return { counter, sets: this.instructions.map(({ result }) => result).filter((result) => result >= 0) };
  }

  private isTest({ instructions }: Block): boolean {
    return instructions[instructions.length - 1]?.op === "condbr";
  }

  private isIdle(each: Instruction): boolean {
    switch (each.op) {
      case "load":
      case "store":
        return this.simple.has(localOf(each.pointer));
      case "binary":
        return !/div|rem/.test(each.name);
      case "icmp":
      case "cast":
      case "br":
      case "condbr":
        return true;
      case "call":
        return isLifetime(each) || this.relaxes(calleeOf(each), DEPTH_MAX);
      default:
        return false;
    }
  }

  /** Whether the function relaxes and does nothing else. */
  private relaxes(name: string, depth: number): boolean {
    if (name === RELAX) return true;
    const body = this.bodyOf(name);
    if (body === undefined || body.blocks.size !== 1 || depth === 0) return false;
    const [block] = body.blocks.values();
    return (block as Block).instructions.every(
      (each) =>
        (each.op === "ret" && each.value === null) || (each.op === "call" && this.relaxes(calleeOf(each), depth - 1)),
    );
  }

  /** Whether the test fails at last, whatever the variables hold: one of them counts, and is compared with what stays. */
  private ends({ instructions }: Block, store: Instruction): boolean {
    const last = instructions[instructions.length - 1];
    if (last?.op !== "condbr" || store.op !== "store") return false;
    const goesOn = [this.names.has(last.yes), this.names.has(last.no)];
    const comparison = this.setter(last.condition);
    if (goesOn[0] === goesOn[1] || comparison?.op !== "icmp") return false;
    const counter = localOf(store.pointer);
    const step = this.stepOf(store.value, counter);
    const isLeft = this.counts(comparison.left, counter);
    const other = isLeft ? comparison.right : comparison.left;
    if (step === null || (!isLeft && !this.counts(comparison.right, counter)) || !this.stays(other, counter))
      return false;
    const predicate = goesOn[0] === true ? comparison.predicate : (OPPOSITE[comparison.predicate] ?? "");
    return ENDS[step]?.includes(isLeft ? predicate : (SWAPPED[predicate] ?? "")) === true;
  }

  private setter(operand: IrOperand): Instruction | undefined {
    return operand.kind === "local" ? this.instructions.find(({ result }) => result === operand.index) : undefined;
  }

  /** Whether the value is the counter with 1 more or less: which. */
  private stepOf(value: IrOperand, counter: number): "up" | "down" | null {
    const step = this.setter(value);
    if (step?.op !== "binary" || !this.isLoadOf(step.left, counter) || step.right.kind !== "constant") return null;
    const { constant } = step.right;
    if (constant.kind !== "int") return null;
    const by = BigInt.asIntN(64, step.name === "sub" ? -constant.value : constant.value);
    if (step.name !== "add" && step.name !== "sub") return null;
    if (by === 1n) return "up";
    return by === -1n ? "down" : null;
  }

  private isLoadOf(value: IrOperand, variable: number): boolean {
    const load = this.setter(value);
    return load?.op === "load" && localOf(load.pointer) === variable;
  }

  /** Whether the value is the counter, before or after its step. */
  private counts(value: IrOperand, counter: number): boolean {
    return this.isLoadOf(value, counter) || this.stepOf(value, counter) !== null;
  }

  /** Whether the value is the same on each turn. */
  private stays(value: IrOperand, counter: number): boolean {
    if (value.kind === "constant") return true;
    const setter = this.setter(value);
    return setter === undefined || (setter.op === "load" && localOf(setter.pointer) !== counter);
  }
}
