/** Where the loops of a function begin, and which of its local values still matter there. */
import type { Block, Instruction, IrFunction, IrOperand } from "../ir/module.js";

/** The head of a loop: a block that a later one jumps back to. */
export interface Head {
  /** Numbers of the local values that are read before they are set again, lowest first. */
  readonly live: readonly number[];
  /** Its phis depend on the block that control came from. */
  readonly asksWhence: boolean;
}

const known = new WeakMap<IrFunction, ReadonlyMap<string, Head>>();

/** Heads of the loops of a function, by name of the block. */
export function loopHeads(called: IrFunction): ReadonlyMap<string, Head> {
  let heads = known.get(called);
  if (heads === undefined) {
    heads = headsOf(called);
    known.set(called, heads);
  }
  return heads;
}

function headsOf(called: IrFunction): ReadonlyMap<string, Head> {
  const names = targetsOfBackEdges(called);
  const heads = new Map<string, Head>();
  if (names.size === 0) return heads;
  const live = liveAtStart(called);
  for (const name of names) {
    const locals = [...(live.get(name) as ReadonlySet<number>)].sort((one, other) => one - other);
    heads.set(name, { live: locals, asksWhence: called.blocks.get(name)?.instructions[0]?.op === "phi" });
  }
  return heads;
}

function successors({ instructions }: Block): readonly string[] {
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

/** Blocks that are jumped back to on some way from the entry. */
function targetsOfBackEdges({ blocks, entry }: IrFunction): Set<string> {
  const targets = new Set<string>();
  const seen = new Set([entry]);
  const onWay = new Set([entry]);
  const next = (name: string): string[] => [...successors(blocks.get(name) as Block)].filter((to) => blocks.has(to));
  const way = [{ name: entry, left: next(entry) }];
  for (let top = way[way.length - 1]; top !== undefined; top = way[way.length - 1]) {
    const to = top.left.pop();
    if (to === undefined) {
      onWay.delete(top.name);
      way.pop();
    } else if (onWay.has(to)) {
      targets.add(to);
    } else if (!seen.has(to)) {
      seen.add(to);
      onWay.add(to);
      way.push({ name: to, left: next(to) });
    }
  }
  return targets;
}

/** Local values that are live where each block begins: a fixpoint over what blocks read and set. */
function liveAtStart({ blocks }: IrFunction): ReadonlyMap<string, ReadonlySet<number>> {
  const live = new Map<string, Set<number>>();
  const sets = new Map<string, Set<number>>();
  for (const [name, block] of blocks) {
    const reads = new Set<number>();
    const set = new Set<number>();
    // All that stand at the beginning are read before any of them is set.
    for (const phi of block.instructions) {
      if (phi.op !== "phi") break;
      for (const operand of operandsOf(phi)) if (operand.kind === "local") reads.add(operand.index);
    }
    for (const instruction of block.instructions) {
      for (const operand of operandsOf(instruction)) {
        if (operand.kind === "local" && !set.has(operand.index)) reads.add(operand.index);
      }
      if (instruction.result >= 0) set.add(instruction.result);
    }
    live.set(name, reads);
    sets.set(name, set);
  }
  for (let grows = true; grows; ) {
    grows = false;
    for (const [name, block] of blocks) {
      const here = live.get(name) as Set<number>;
      const before = here.size;
      for (const next of successors(block)) {
        for (const local of live.get(next) ?? []) if (sets.get(name)?.has(local) === false) here.add(local);
      }
      if (here.size > before) grows = true;
    }
  }
  return live;
}

function operandsOf(instruction: Instruction): readonly IrOperand[] {
  switch (instruction.op) {
    case "alloca":
      return instruction.count === null ? [] : [instruction.count];
    case "load":
      return [instruction.pointer];
    case "store":
      return [instruction.value, instruction.pointer];
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
