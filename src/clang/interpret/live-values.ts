/**
 * Which local values of a function matter before each of its instructions, computed once. How often a delay goes round
 * matters, too: a call may reach the limit of instructions there, or find that the number was never set.
 */
import type { Block, IrFunction } from "../ir/module.js";
import { contentsOf, type Liveness, livenessOf, simpleVariables } from "./liveness.js";

/** What matters somewhere in a function. */
interface Live {
  /** Numbers of the local values that matter, lowest first. */
  readonly live: readonly number[];
  /** Numbers of the local values that are addresses of simple variables of which the contents matter, lowest first. */
  readonly contents: readonly number[];
  /** The same of those of which the contents do not matter. */
  readonly others: readonly number[];
}

interface Known {
  readonly liveness: Liveness;
  readonly simple: readonly number[];
  readonly before: Map<Block, Live[]>;
}

const known = new WeakMap<IrFunction, Known>();

/** What matters before the instruction with this index of a block, which is not a phi. */
export function liveBefore(called: IrFunction, block: Block, index: number): Live {
  const { liveness, simple, before } = knownOf(called);
  let ofBlock = before.get(block);
  if (ofBlock === undefined) {
    ofBlock = [];
    before.set(block, ofBlock);
  }
  let live = ofBlock[index];
  if (live === undefined) {
    const here = liveness.before(block, index);
    const isLive = (local: number): boolean => here.has(contentsOf(local));
    live = {
      live: [...here].filter((each) => each >= 0).sort((one, other) => one - other),
      contents: simple.filter(isLive),
      others: simple.filter((local) => !isLive(local)),
    };
    ofBlock[index] = live;
  }
  return live;
}

function knownOf(called: IrFunction): Known {
  let found = known.get(called);
  if (found === undefined) {
    const simple = [...simpleVariables(called)].sort((one, other) => one - other);
    found = { liveness: livenessOf(called, null), simple, before: new Map() };
    known.set(called, found);
  }
  return found;
}
