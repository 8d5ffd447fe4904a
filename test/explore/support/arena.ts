/** The explorer on bare programs: a world without kernel, module or requirements. */

import { Automaton, type Places, SLOT_PRIVATE } from "../../../src/explore/automaton.js";
import { DepthFirst } from "../../../src/explore/depth-first.js";
import { Discipline } from "../../../src/explore/discipline.js";
import { Frontier } from "../../../src/explore/frontier.js";
import type { Arena, Search } from "../../../src/explore/search.js";
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
}

export interface BareProgram {
  /** Equal labels mean equal programs. */
  readonly label: string;
  readonly start: () => Program;
}

/** Gives every address, and every range, a dense number. */
class DenseNumbers implements Places {
  private readonly slots = new Map<string, number>();
  private readonly extents: { slot: number; address: number; count: number }[] = [];

  constructor(
    private readonly discipline: Discipline,
    private readonly privateFrom: number,
  ) {
    discipline.members = (slot) => this.membersOf(slot);
  }

  slotOf(address: number): number {
    return address >= this.privateFrom ? SLOT_PRIVATE : this.dense(`${address}`, address, 1);
  }

  slotOfRange(address: number, count: number): number {
    return this.dense(`${address}+${count}`, address, count);
  }

  private dense(key: string, address: number, count: number): number {
    const known = this.slots.get(key);
    if (known !== undefined) return known;
    const slot = this.slots.size;
    this.slots.set(key, slot);
    this.extents.push({ slot, address, count });
    this.discipline.addWord(slot);
    return slot;
  }

  private membersOf(slot: number): number[] {
    const range = this.extents[slot];
    if (range === undefined || range.count === 1) return [];
    const inside = (address: number): boolean => address >= range.address && address < range.address + range.count;
    return this.extents.filter(({ count, address }) => count === 1 && inside(address)).map(({ slot }) => slot);
  }
}

export class BareArena implements Arena {
  readonly world: World;
  readonly automaton: Automaton;
  readonly discipline: Discipline;
  /** Called with every state that a search comes to, and with every event. */
  onState: () => void = () => {};
  onEvent: (code: number, detail: number) => void = () => {};

  readonly monitor = { onState: () => this.onState(), reset: () => {} };

  constructor(programs: readonly BareProgram[], options: ArenaOptions = {}) {
    const {
      protectedSteps = true,
      shortCalls = true,
      symmetry = true,
      privateFrom = Number.POSITIVE_INFINITY,
    } = options;
    this.discipline = new Discipline(programs.length, protectedSteps);
    this.automaton = new Automaton(new DenseNumbers(this.discipline, privateFrom), shortCalls);
    const roots = programs.map(({ label, start }) => this.automaton.root(label, start));
    const isBeginning = (code: number): boolean => options.oddEventsBegin === true && code % 2 === 1;
    this.world = new World(new Words(), this.automaton, this.discipline, roots, symmetry, isBeginning);
    this.world.observer = {
      onEvent: (_cpu, code, detail) => this.onEvent(code, detail),
      onState: () => {},
      onSpinLock: () => {},
    };
  }

  reset(): void {
    const { world } = this;
    world.shared.rewind(0);
    for (const own of world.own) own.rewind(0);
    world.nodes.set(world.roots);
    world.discipline.reset();
    world.violation = null;
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
