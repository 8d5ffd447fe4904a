/** The explorer on bare programs: a system without kernel, module or requirements. */
import { BestFirst } from "../../../src/explore/search/best-first.js";
import { DepthFirst } from "../../../src/explore/search/depth-first.js";
import type { Checkable, Search } from "../../../src/explore/search/search.js";
import type { TransitionSystem } from "../../../src/explore/step/system.js";
import { systemOf } from "../../../src/explore/step/system-of.js";
import type { Program } from "../../../src/machine/index.js";

/** How to explore bare programs. Reductions are on unless switched off. */
export interface BareOptions {
  readonly protectedSteps?: boolean;
  readonly shortCalls?: boolean;
  readonly symmetry?: boolean;
  /** Words from this address on belong to each CPU itself. */
  readonly privateFrom?: number;
  /** Events with an odd code begin something: they wait for the next transition. */
  readonly oddEventsBegin?: boolean;
  /** Look for locks made by hand from the first. */
  readonly handMadeLocks?: boolean;
  /** Event by which a program says that it will try again. */
  readonly triesAgain?: number;
}

export interface BareProgram {
  /** Equal labels mean equal programs. */
  readonly label: string;
  readonly start: () => Program;
}

/** Words of each CPU's own that programs leave alone. */
const TURNS = 10_000;
const RECENT = 10_001;

export class BareSystem implements Checkable {
  readonly system: TransitionSystem;
  /** Called with every state that a search comes to, and with every event. */
  onState: () => void = () => {};
  onEvent: (code: number, detail: number) => void = () => {};

  readonly monitor = { onState: () => this.onState(), reset: () => {} };

  constructor(programs: readonly BareProgram[], options: BareOptions = {}) {
    const { privateFrom = Number.POSITIVE_INFINITY, oddEventsBegin = false, triesAgain, ...reductions } = options;
    this.system = systemOf(programs, {
      isPrivate: (address) => address >= privateFrom,
      isBeginning: (code) => oddEventsBegin && code % 2 === 1,
      recentAccesses: RECENT,
      ...(triesAgain === undefined ? {} : { yields: { code: triesAgain, word: TURNS } }),
      ...reductions,
    });
    this.system.observer = {
      onEvent: (_cpu, code, detail) => this.onEvent(code, detail),
      onState: () => {},
      onSpinLock: () => {},
    };
  }

  /** All CPUs have finished. */
  isEnd(): boolean {
    return this.system.unfinished().length === 0;
  }
}

export type Order = "depth" | "breadth" | "switches";

/** Searches everything. */
export function exhaust(checkable: Checkable, order: Order = "depth"): Search {
  const search = order === "depth" ? new DepthFirst(checkable, {}) : new BestFirst(checkable, { order, limits: {} });
  while (!search.slice(Number.POSITIVE_INFINITY));
  return search;
}
