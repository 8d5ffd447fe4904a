/** One run of a C function: where it stands, and its local values. */
import type { Block, Instruction, IrFunction, IrOperand } from "../ir/module.js";
import type { Globals } from "./globals.js";
import { liveBefore } from "./live-values.js";
import { type Head, loopHeads } from "./loops.js";
import { PrivateObject } from "./objects.js";
import { type MemoryObject, Pointer, UNDEFINED, type Value } from "./values.js";

export class StackFrame {
  /** By number. */
  readonly locals: Value[];
  private readonly heads: ReadonlyMap<string, Head>;
  private block: Block;
  private index = 0;
  /** Block that it was in before. */
  private previous = "";
  /** Times that it has come to the head of a loop. */
  private turns = 0;
  /** It has come to the head of a loop. */
  isAtHead = false;
  /** It has called another function of the program, which has not returned. */
  isCalling = false;
  /** How many functions are called inside each other, this one included. */
  readonly depth: number;

  /**
   * @param caller null for the outermost
   * @param site place that the function was called from
   * @param number which function it is that the call has run
   * @param firstVariable number that its first variable has
   */
  constructor(
    readonly called: IrFunction,
    args: readonly Value[],
    readonly caller: StackFrame | null,
    readonly site: number,
    private readonly number: number,
    readonly firstVariable: number,
    private readonly globals: Globals,
  ) {
    this.depth = caller === null ? 1 : caller.depth + 1;
    this.heads = loopHeads(called, globals.bodyOf);
    this.locals = new Array<Value>(called.locals).fill(UNDEFINED);
    for (let index = 0; index < called.parameters.length; index++) this.locals[index] = args[index] ?? UNDEFINED;
    this.block = called.blocks.get(called.entry) as Block;
  }

  /** What comes next, undefined where the block has no end. */
  get instruction(): Instruction | undefined {
    return this.block.instructions[this.index];
  }

  /** Which function runs, and in which block of it, as text. */
  get place(): string {
    return `${this.number} ${this.block.name}`;
  }

  value(operand: IrOperand): Value {
    return operand.kind === "local" ? (this.locals[operand.index] as Value) : this.globals.operand(operand);
  }

  /** Goes past an instruction that gives `value`. */
  pass({ result }: Instruction, value: Value): void {
    if (result >= 0) this.locals[result] = value;
    this.index++;
    this.isAtHead = false;
    this.isCalling = false;
  }

  /** Goes past the phis at the beginning of a block: all are read before any is set. */
  passPhis(): void {
    const values: Value[] = [];
    const { instructions } = this.block;
    const first = this.index;
    this.isAtHead = false;
    for (let phi = this.instruction; phi?.op === "phi"; phi = instructions[++this.index]) {
      const incoming = phi.incoming.find((each) => each.block === this.previous);
      values.push(incoming === undefined ? UNDEFINED : this.value(incoming.value));
    }
    for (const [at, value] of values.entries()) this.locals[(instructions[first + at] as Instruction).result] = value;
  }

  /** Goes on at the beginning of another block. @returns false if there is no such block */
  jump(target: string): boolean {
    const next = this.called.blocks.get(target);
    if (next === undefined) return false;
    this.previous = this.block.name;
    this.block = next;
    this.index = 0;
    this.isAtHead = this.heads.has(target);
    if (this.isAtHead) this.turns++;
    return true;
  }

  /** Whether no way round the loop relaxes at whose head it stands. */
  get isBusyLoop(): boolean {
    return this.heads.get(this.block.name)?.isBusy === true;
  }

  /** Variables whose contents do not matter at the head of a loop, as long as they are numbers. */
  idleVariables(): ReadonlySet<MemoryObject> {
    const { idle, limits } = this.heads.get(this.block.name) as Head;
    const variables = new Set<MemoryObject>();
    for (const local of idle) {
      const address = this.locals[local];
      if (!(address instanceof Pointer)) continue;
      const { object } = address;
      if (!(limits.has(local) && object instanceof PrivateObject && object.isUnset)) variables.add(object);
    }
    return variables;
  }

  /**
   * All that it knows at the head of a loop, as text. What the functions that have called it know stays as it is
   * meanwhile.
   *
   * @param keyOf text of a value
   */
  state(keyOf: (value: Value) => string): string {
    const { live, asksWhence } = this.heads.get(this.block.name) as Head;
    const values = live.map((local) => keyOf(this.locals[local] as Value));
    return `${this.place}${asksWhence ? ` ${this.previous}` : ""}: ${values.join(",")}`;
  }

  /**
   * All that it knows where it stands, as text, the turns of its loops included: it does not come back there in an equal
   * state. A function that has called another stands behind the call.
   *
   * @param keyOf text of a value
   * @param idle takes the variables whose contents do not matter, as long as they are numbers
   */
  knowledge(keyOf: (value: Value) => string, idle: Set<MemoryObject>): string {
    const { called, block, index, locals, isCalling } = this;
    const { live, contents, others } = liveBefore(called, block, isCalling ? index + 1 : index);
    const result = isCalling ? block.instructions[index]?.result : undefined;
    for (const local of others) {
      const address = locals[local];
      if (address instanceof Pointer) idle.add(address.object);
    }
    const values = [...live, ...contents].filter((local) => local !== result);
    const texts = values.map((local) => keyOf(locals[local] as Value));
    const { site, turns, firstVariable } = this;
    return `${called.name} ${block.name} ${index} ${turns} ${site} ${firstVariable}: ${texts.join(",")}`;
  }
}
