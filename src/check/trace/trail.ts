/**
 * The SEAMCALLs of a path: which CPU made them, with what operands, how they ended, and which region had which page pair
 * meanwhile. It is told from facts alone.
 */
import { PAGE_SIZE, PAGES_PER_REGION } from "../../abi/sizes.js";
import type { LeafFact, LockAction, StatusFact } from "./facts.js";
import type { HostView } from "./host-view.js";
import type { LinkedStep } from "./links.js";

/** As much of a step as causes are told from. */
export interface ToldStep extends LinkedStep {
  readonly calls: readonly string[];
}

/** One SEAMCALL. */
export interface MadeSeamcall {
  readonly cpu: number;
  readonly leaf: LeafFact;
  /** Addresses and other numbers, as they were handed over. */
  readonly operands: readonly number[];
  /** Index of the step that makes it. */
  readonly from: number;
  /** Index of the step by which it returns; undefined where it never does. */
  to?: number;
  /** Undefined where it never returns, or failed by nobody's fault. */
  status?: StatusFact;
  /** The last lock that it found taken, and the step at which it did. */
  refused?: { readonly lock: LockAction; readonly at: number };
}

const ADD = "TDH.PHYMEM.PAMT.ADD";
const REMOVE = "TDH.PHYMEM.PAMT.REMOVE";

/** Start of the region that an address lies in. */
export function startOfRegion(address: number): number {
  const size = PAGES_PER_REGION * PAGE_SIZE;
  return Math.floor(address / size) * size;
}

export function isAdd({ leaf }: Pick<MadeSeamcall, "leaf">): boolean {
  return leaf.name === ADD;
}

export function isRemove({ leaf }: Pick<MadeSeamcall, "leaf">): boolean {
  return leaf.name === REMOVE;
}

/** The SEAMCALLs of a path in the order in which they begin. */
export class Trail {
  readonly made: readonly MadeSeamcall[];

  constructor(
    private readonly steps: readonly ToldStep[],
    private readonly scene: Pick<HostView, "regions">,
  ) {
    this.made = seamcallsOf(steps);
  }

  /** The last SEAMCALL that a CPU made in the call of a helper in which it ends. */
  lastOf(cpu: number): MadeSeamcall | undefined {
    const end = this.steps.length - 1;
    const returned = this.steps.findLastIndex(
      (step, at) => step.cpu === cpu && at < end && step.action.kind === "return" && step.action.of === "helper",
    );
    return this.made.findLast((each) => each.cpu === cpu && each.from > returned);
  }

  /** The SEAMCALL that the CPU of step `at` is inside of there. */
  around(at: number): MadeSeamcall | undefined {
    const { cpu } = this.steps[at] as ToldStep;
    return this.made.find((each) => each.cpu === cpu && each.from <= at && at <= (each.to ?? this.steps.length));
  }

  /** The last PAMT.ADD or REMOVE of `region` that had succeeded before step `at`. */
  lastChange(region: number, at: number): MadeSeamcall | undefined {
    return this.made.findLast(
      (each) =>
        (isAdd(each) || isRemove(each)) &&
        each.status?.outcome === "success" &&
        (each.to as number) < at &&
        startOfRegion(each.operands[0] ?? 0) === region,
    );
  }

  /** Pages of the pair that `region` has at step `at`. */
  pairOf(region: number, at: number): readonly number[] {
    const last = this.lastChange(region, at);
    if (last !== undefined) return isAdd(last) ? last.operands.slice(1, 3) : [];
    return this.scene.regions.find(({ address }) => address === region)?.pair ?? [];
  }
}

function seamcallsOf(steps: readonly ToldStep[]): readonly MadeSeamcall[] {
  const made: MadeSeamcall[] = [];
  const open = new Map<number, MadeSeamcall>();
  for (const [at, { cpu, action }] of steps.entries()) {
    const now = open.get(cpu);
    if (action.kind === "call" && action.of === "seamcall") {
      const each: MadeSeamcall = { cpu, leaf: action.leaf, operands: action.operands.map(Number), from: at };
      made.push(each);
      open.set(cpu, each);
    } else if (now !== undefined && action.kind === "lock" && action.owner === "module" && action.busy) {
      now.refused = { lock: action, at };
    } else if (now !== undefined && action.kind === "return" && action.of === "seamcall") {
      now.to = at;
      now.status = action.status;
      open.delete(cpu);
    } else if (now !== undefined && action.kind === "event" && action.event === "SeamcallFailed") {
      // By nobody's fault: it has no status that another CPU could have brought about.
      now.to = at;
      open.delete(cpu);
    }
  }
  return made;
}
