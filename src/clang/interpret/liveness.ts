/**
 * Which values of a function still matter where a block begins: local values, and variables whose address goes nowhere.
 *
 * A value matters if something that it leads to can be noticed. What a counter adds up for itself alone does not, nor
 * does how long a delay takes. This is strong liveness. (Giegerich, Möncke, Wilhelm, "Invariance of Approximate Semantics
 * with Respect to Program Transformations", 1981.)
 */
import type { Block, Instruction, IrFunction, IrOperand } from "../ir/module.js";
import { sizeOf } from "../ir/types.js";
import { type BodyOf, type Delay, delaysOf, isLifetime, localOf, successors } from "./delays.js";

/** Stands for what the variable holds whose address is the local value with this number. -1 is no local value. */
export function contentsOf(local: number): number {
  return -2 - local;
}

/** Variables that are only ever loaded and stored as a whole, by the local value that is their address. */
export function simpleVariables({ blocks }: IrFunction): ReadonlySet<number> {
  const sizes = new Map<number, number>();
  const all = [...blocks.values()].flatMap(({ instructions }) => instructions);
  for (const each of all) {
    if (each.op === "alloca" && each.count === null) sizes.set(each.result, sizeOf(each.type));
  }
  const escaped = new Set<number>();
  for (const each of all) {
    if (each.op === "load" && sizes.get(localOf(each.pointer)) === sizeOf(each.type) && !each.marking.volatile)
      continue;
    if (each.op === "store" && sizes.get(localOf(each.pointer)) === sizeOf(each.value.type) && !each.marking.volatile) {
      escaped.add(localOf(each.value));
      continue;
    }
    if (isLifetime(each)) continue;
    for (const operand of operandsOf(each)) escaped.add(localOf(operand));
  }
  return new Set([...sizes.keys()].filter((local) => !escaped.has(local)));
}

/** What matters in one function. */
export interface Liveness {
  /** Where each block begins. */
  readonly atStart: ReadonlyMap<string, ReadonlySet<number>>;
  /** Before the instruction with this index of a block, which is not a phi. */
  before(block: Block, index: number): ReadonlySet<number>;
}

/**
 * What matters in a function: a fixpoint.
 *
 * @param bodyOf finds what a delay calls; null: how long delays take matters, too
 */
export function livenessOf(called: IrFunction, bodyOf: BodyOf | null): Liveness {
  const { blocks } = called;
  const simple = simpleVariables(called);
  const delays = bodyOf === null ? new Map<string, Delay>() : delaysOf(called, simple, bodyOf);
  const behindPhis = new Map<string, ReadonlySet<number>>([...blocks.keys()].map((name) => [name, new Set<number>()]));
  const atEnd = (block: Block): Set<number> => {
    const here = new Set<number>();
    for (const next of successors(block)) {
      const target = blocks.get(next);
      if (target === undefined) continue;
      for (const each of beforePhis(target, behindPhis.get(next) as ReadonlySet<number>, block.name)) here.add(each);
    }
    return here;
  };
  for (let grows = true; grows; ) {
    grows = false;
    for (const [name, block] of blocks) {
      const here = atEnd(block);
      goBack(block, here, simple, delays.get(name));
      if (here.size === behindPhis.get(name)?.size) continue;
      behindPhis.set(name, here);
      grows = true;
    }
  }
  const atStart = new Map(
    [...blocks].map(([name, block]) => [name, beforePhis(block, behindPhis.get(name) as ReadonlySet<number>)]),
  );
  return {
    atStart,
    before: (block, index) => {
      const here = atEnd(block);
      goBack(block, here, simple, delays.get(block.name), index);
      return here;
    },
  };
}

/**
 * What matters before the phis at the beginning of a block. All are read before any is set.
 *
 * @param from the block that control comes from; absent: whichever
 */
function beforePhis({ instructions }: Block, behind: ReadonlySet<number>, from?: string): ReadonlySet<number> {
  const before = new Set(behind);
  const live: (Instruction & { readonly op: "phi" })[] = [];
  for (const phi of instructions) {
    if (phi.op !== "phi") break;
    if (before.delete(phi.result)) live.push(phi);
  }
  for (const { value, block } of live.flatMap(({ incoming }) => incoming)) {
    if (value.kind === "local" && (from === undefined || block === from)) before.add(value.index);
  }
  return before;
}

/**
 * From what matters behind a block to what matters behind the phis at its beginning, or before a later instruction.
 *
 * @param delay the delay of which the block is the test
 * @param until index of the instruction
 */
function goBack(
  { instructions }: Block,
  live: Set<number>,
  simple: ReadonlySet<number>,
  delay?: Delay,
  until = 0,
): void {
  // How often a delay goes round shows in what it counts, and in nothing else.
  const isDelay =
    delay !== undefined && !live.has(contentsOf(delay.counter)) && !delay.sets.some((each) => live.has(each));
  const need = (operands: readonly IrOperand[]): void => {
    for (const operand of operands) if (operand.kind === "local") live.add(operand.index);
  };
  for (let at = instructions.length - 1; at >= until && instructions[at]?.op !== "phi"; at--) {
    const each = instructions[at] as Instruction;
    if (isDelay && each.op === "condbr") continue;
    if (each.op === "load" && simple.has(localOf(each.pointer))) {
      if (live.delete(each.result)) live.add(contentsOf(localOf(each.pointer)));
    } else if (each.op === "store" && simple.has(localOf(each.pointer))) {
      if (live.delete(contentsOf(localOf(each.pointer)))) need([each.value]);
    } else if (isLifetime(each)) {
      for (const operand of operandsOf(each)) live.delete(contentsOf(localOf(operand)));
    } else if (live.delete(each.result) || !isPure(each)) {
      need(operandsOf(each));
    }
  }
}

/** Whether nothing but its result shows that the instruction was done. A division may be one by 0. */
function isPure(instruction: Instruction): boolean {
  switch (instruction.op) {
    case "binary":
      return !/div|rem/.test(instruction.name);
    case "icmp":
    case "cast":
    case "select":
    case "extractvalue":
    case "insertvalue":
    case "gep":
      return true;
    default:
      return false;
  }
}

/** What an instruction computes with; an address first. */
export function operandsOf(instruction: Instruction): readonly IrOperand[] {
  switch (instruction.op) {
    case "alloca":
      return instruction.count === null ? [] : [instruction.count];
    case "load":
      return [instruction.pointer];
    case "store":
      return [instruction.pointer, instruction.value];
    case "gep":
      return [instruction.base, ...instruction.indices];
    case "binary":
    case "icmp":
      return [instruction.left, instruction.right];
    case "cast":
    case "extractvalue":
      return [instruction.value];
    case "select":
      return [instruction.condition, instruction.yes, instruction.no];
    case "phi":
      return instruction.incoming.map(({ value }) => value);
    case "call":
      return [instruction.callee, ...instruction.args];
    case "asm":
      return instruction.args;
    case "ret":
      return instruction.value === null ? [] : [instruction.value];
    case "condbr":
      return [instruction.condition];
    case "switch":
      return [instruction.value];
    case "insertvalue":
      return [instruction.value, instruction.member];
    case "atomicrmw":
      return [instruction.pointer, instruction.value];
    case "cmpxchg":
      return [instruction.pointer, instruction.expected, instruction.value];
    default:
      return [];
  }
}
