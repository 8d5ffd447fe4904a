/** The explorer on bare programs: a world without kernel, module or requirements. */

import { Automaton, SLOT_PRIVATE } from "../../../src/explore/automaton.js";
import { DepthFirst } from "../../../src/explore/depth-first.js";
import { Discipline } from "../../../src/explore/discipline.js";
import { Frontier } from "../../../src/explore/frontier.js";
import { Numbering } from "../../../src/explore/numbering.js";
import type { Arena, Search } from "../../../src/explore/search.js";
import { Sleepers } from "../../../src/explore/sleepers.js";
import { World } from "../../../src/explore/world.js";
import { type Program, Words } from "../../../src/machine/index.js";

/** How to explore bare programs. Reductions are on unless switched off. */
export interface ArenaOptions {
  readonly protectedSteps?: boolean;
  readonly shortCalls?: boolean;
  readonly symmetry?: boolean;
  /** Words from this address on belong to each CPU itself. */
  readonly privateFrom?: number;
  /** Events with an odd code begin something: they wait for the next transition. */
  readonly oddEventsBegin?: boolean;
  /** Event by which a program says that it will try again. */
  readonly triesAgain?: number;
}

export interface BareProgram {
  /** Equal labels mean equal programs. */
  readonly label: string;
  readonly start: () => Program;
}

/** A word of each CPU's own that programs leave alone. */
const TURNS = 10_000;

export class BareArena implements Arena {
  readonly world: World;
  /** Called with every state that a search comes to, and with every event. */
  onState: () => void = () => {};
  onEvent: (code: number, detail: number) => void = () => {};

  readonly monitor = { onState: () => this.onState(), reset: () => {} };

  constructor(programs: readonly BareProgram[], options: ArenaOptions = {}) {
    const { protectedSteps = true, shortCalls = true, symmetry = true } = options;
    const privateFrom = options.privateFrom ?? Number.POSITIVE_INFINITY;
    const discipline = new Discipline(programs.length, protectedSteps);
    const numbering = new Numbering(discipline, (address) => (address >= privateFrom ? SLOT_PRIVATE : undefined));
    const automaton = new Automaton(numbering, shortCalls);
    const roots = programs.map(({ label, start }) => automaton.root(label, start));
    const isBeginning = (code: number): boolean => options.oddEventsBegin === true && code % 2 === 1;
    this.world = new World(new Words(), automaton, discipline, roots, symmetry, isBeginning);
    if (options.triesAgain !== undefined) {
      this.world.sleepers = new Sleepers(options.triesAgain, TURNS, this.world.own);
    }
    this.world.observer = {
      onEvent: (_cpu, code, detail) => this.onEvent(code, detail),
      onState: () => {},
      onSpinLock: () => {},
    };
  }

  /** All CPUs have finished. */
  isEnd(): boolean {
    return this.world.unfinished().length === 0;
  }
}

export type Order = "depth" | "breadth" | "switches";

/** Searches everything. */
export function exhaust(arena: Arena, order: Order = "depth"): Search {
  const search = order === "depth" ? new DepthFirst(arena, {}) : new Frontier(arena, { order, limits: {} });
  while (!search.slice(Number.POSITIVE_INFINITY));
  return search;
}
