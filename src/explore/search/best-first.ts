/**
 * Best-first search, level by level: fewest transitions first, or fewest context switches.
 *
 * The frontier keeps of a state what its last move changed (a *delta*). To reach the state, the search applies the
 * deltas on its path, from where that path parts from the one of the state before. In order of switches, the search
 * expands a state by its cheapest path: fewest switches, then fewest transitions. So the first finding is a
 * counterexample with fewest context switches, then fewest steps.
 */
import type { Asides } from "../step/asides.js";
import { applyChange, captureChange } from "../step/delta.js";
import { Outcome, type Violation } from "../step/observer.js";
import { endlessStates, rankedPlace } from "./components.js";
import { deadlockAt } from "./deadlock.js";
import { Component } from "./open-components.js";
import { Restarts } from "./restarts.js";
import { roundOf } from "./round.js";
import {
  asidesOf,
  type Checkable,
  CYCLE_MESSAGE,
  deadlockMessage,
  emptyStatistics,
  endedPaths,
  type Found,
  isNews,
  type Limits,
  limitMet,
  type Move,
  type Search,
  type Stop,
} from "./search.js";
import { Integers, StateNumbers } from "./state-numbers.js";
import { StateSet } from "./state-set.js";
import { isTwin, ranksNow } from "./symmetry.js";

/** What decides the order. */
export type Order = "breadth" | "switches";

export interface BestFirstOptions {
  readonly order: Order;
  /** Stop when all of these are found broken, or any that ends its path. */
  readonly stopAt?: "any" | readonly Pick<Violation, "property" | "goesOn">[];
  readonly limits: Limits;
}

interface Entry {
  /** What the move changed, see `captureChange`; nothing for the first state. */
  readonly change: Int32Array;
  /** Fingerprint of the state. */
  readonly low: number;
  readonly high: number;
  /** Moves before it. */
  readonly depth: number;
  readonly parent: Entry | null;
  readonly move: Move | null;
  /** CPU that moved last, -1 at the start. That a store drains is no context switch. */
  readonly last: number;
  /** Ranks of the CPUs before the move and after it, see `components.ts`. */
  readonly ranksBefore: number;
  readonly ranks: number;
  /** Number of the state among those expanded, once it is known. */
  id: number;
  /** What the move broke: reported when its turn comes, so that nothing cheaper is overlooked. */
  readonly broken?: Violation;
  /** The same for what ends no path. */
  readonly asides?: readonly Violation[];
}

/** Steps that a failed allocation is worth: a counterexample is simpler without one. */
const FAILURE_COST = 40;

/** Bytes of an entry beside its integers: its own, those of its move and of the arrays that it is in. */
const ENTRY_BYTES = 480;

export class BestFirst implements Search {
  readonly statistics = emptyStatistics();
  readonly found = new Map<string, Found>();
  stop: Stop | null = null;

  /** Numbers of the states expanded, by fingerprint; the entries; and the transitions between them, see `components.ts`. */
  private ids = new StateNumbers();
  /** In order of switches a state is expanded once for each CPU that can have moved last: the states themselves. */
  private states = new StateSet(1);
  private entries: Entry[] = [];
  private transitions = new Integers();
  /** Places that can move in each state, as bits. */
  private enabled = new Integers();
  /** Entries by cost: switches (0 in breadth order), then steps. */
  private levels: Entry[][][] = [];
  private switches = 0;
  private steps = 0;
  /** Entries of the present level that have been taken. */
  private taken = 0;
  private bytes = 0;
  private started = false;
  private readonly restarts = new Restarts();
  private over = false;
  /** The way to the present state, and what to go back to before each of its moves. */
  private readonly way: Entry[] = [];
  private readonly saved: Int32Array[] = [];
  /** What broke without ending the path. */
  private readonly asides: Asides;
  /** What to go back to after each move that is tried. */
  private readonly before: Int32Array;

  constructor(
    private readonly checkable: Checkable,
    private readonly options: BestFirstOptions,
  ) {
    this.asides = asidesOf(checkable);
    this.before = new Int32Array(checkable.system.savepoints.size);
  }

  slice(deadline: number): boolean {
    const begin = performance.now();
    if (!this.started) this.begin();
    while (!this.over && this.stop === null) {
      if (performance.now() >= deadline) break;
      this.checkLimits(begin);
      const entry = this.take();
      if (entry === undefined) {
        this.over = true;
        if (!this.checkable.system.movers.unsettled) this.lookForCycle();
      } else {
        this.expand(entry);
      }
      if (this.over && this.isRestartDue(true)) this.restart();
    }
    // What was found may lie on a path that cannot be walked again.
    if (this.stop !== null && this.checkable.system.movers.unsettled) this.found.clear();
    // Of what was not expanded nobody knows which CPUs can move: that matters only where cycles are to be fair.
    if (this.stop !== null && !this.checkable.system.hasWaitingLoops) this.lookForCycle();
    this.statistics.seconds += (performance.now() - begin) / 1000;
    return this.over || this.stop !== null;
  }

  private checkLimits(begin: number): void {
    const seconds = this.statistics.seconds + (performance.now() - begin) / 1000;
    const { limits } = this.options;
    const bytes = limits.maxBytes === undefined ? 0 : this.tableBytes();
    this.stop = limitMet(limits, this.statistics.states, seconds, bytes);
  }

  private tableBytes(): number {
    return this.bytes + this.ids.bytes + this.states.bytes + this.transitions.bytes + this.enabled.bytes;
  }

  fingerprints(): bigint {
    return this.options.order === "switches" ? this.states.sum() : this.ids.sum();
  }

  release(): void {
    this.states = new StateSet(undefined, this.options.limits);
    this.ids = new StateNumbers(this.options.limits);
    this.entries = [];
    this.transitions = new Integers(this.options.limits);
    this.enabled = new Integers(this.options.limits);
    this.levels = [];
    this.way.length = 0;
  }

  private begin(): void {
    this.started = true;
    this.restarts.begin();
    this.over = false;
    const { system, monitor } = this.checkable;
    system.reset();
    system.restsAfterChoice = false;
    monitor.reset();
    this.release();
    this.found.clear();
    this.switches = 0;
    this.steps = 0;
    this.taken = 0;
    this.bytes = 0;
    this.statistics.states = 0;
    this.statistics.transitions = 0;
    this.statistics.switches = -1;
    this.takeFingerprint(-1);
    const ranks = this.ranksNow();
    const { fingerprintLow: low, fingerprintHigh: high } = system;
    const root = { change: new Int32Array(0), low, high, depth: 0, ranksBefore: ranks, ranks };
    this.put({ ...root, parent: null, move: null, last: -1, id: -1 }, 0, 0);
  }

  /** Takes the fingerprint of the present state. Twins are told apart by who moved last where switches count. */
  private takeFingerprint(last: number): void {
    this.checkable.system.takeFingerprint(this.options.order === "switches" ? last : -1);
  }

  /** Ranks of the CPUs, where cycles are judged by who moves on them. */
  private ranksNow(): number {
    const { system } = this.checkable;
    return system.hasWaitingLoops ? ranksNow(system) : 0;
  }

  /** Goes to the state of `entry`. */
  private goTo(entry: Entry): void {
    const { system } = this.checkable;
    const missing: Entry[] = [];
    let at: Entry = entry;
    while (at.depth > 0 && this.way[at.depth - 1] !== at) {
      missing.push(at);
      at = at.parent as Entry;
    }
    while (this.way.length > at.depth) {
      const left = this.way.pop() as Entry;
      system.savepoints.restore((left.move as Move).cpu, this.saved[this.way.length] as Int32Array, 0);
    }
    for (let next = missing.pop(); next !== undefined; next = missing.pop()) {
      if (this.saved.length <= this.way.length) this.saved.push(new Int32Array(system.savepoints.size));
      const { cpu } = next.move as Move;
      system.savepoints.save(cpu, this.saved[this.way.length] as Int32Array, 0);
      applyChange(system, cpu, next.change);
      this.way.push(next);
    }
  }

  private put(entry: Entry, switches: number, steps: number): void {
    while (this.levels.length <= switches) this.levels.push([]);
    const level = this.levels[switches] as Entry[][];
    while (level.length <= steps) level.push([]);
    (level[steps] as Entry[]).push(entry);
    this.bytes += entry.change.byteLength + ENTRY_BYTES;
  }

  /** The cheapest entry left; goes through the levels in order. */
  private take(): Entry | undefined {
    while (this.switches < this.levels.length) {
      const level = this.levels[this.switches] as Entry[][];
      while (this.steps < level.length) {
        const entries = level[this.steps] as Entry[];
        if (this.taken < entries.length) return entries[this.taken++];
        level[this.steps] = [];
        this.taken = 0;
        this.steps++;
      }
      this.levels[this.switches] = [];
      if (this.options.order === "switches") this.statistics.switches = this.switches;
      this.switches++;
      this.steps = 0;
    }
    return undefined;
  }

  private expand(entry: Entry): void {
    const { system, monitor } = this.checkable;
    for (const aside of entry.asides ?? []) this.keep(entry, aside);
    if (entry.broken !== undefined) {
      this.keep(entry, entry.broken);
      return;
    }
    const known = this.ids.get(entry.low, entry.high);
    entry.id = known >= 0 ? known : this.ids.size;
    if (entry.parent !== null) {
      this.connect(entry.parent.id, entry.id, (entry.move as Move).cpu, entry.ranksBefore, entry.ranks);
    }
    if (known >= 0) return;
    this.goTo(entry);
    system.violation = null;
    this.ids.set(entry.low, entry.high, entry.id);
    this.entries.push(entry);
    this.enabled.push(0);
    if (this.steps > this.statistics.depth) this.statistics.depth = this.steps;
    const isFirst = this.isFirst();
    this.asides.drop();
    monitor.onState();
    for (const aside of this.asides.take()) this.keep(entry, aside);
    if (system.violation !== null) {
      this.report(entry);
      return;
    }
    if (isFirst) this.statistics.states++;
    this.moveAll(entry, isFirst);
  }

  /** Whether nobody has been to the present state, whoever moved last. */
  private isFirst(): boolean {
    const { system } = this.checkable;
    if (this.options.order !== "switches") return true;
    system.takeFingerprint();
    return this.states.add(system.fingerprintLow, system.fingerprintHigh);
  }

  /** Makes each move that leads on from the state of `entry`. @param counts whether these transitions are new */
  private moveAll(entry: Entry, counts: boolean): void {
    const { system } = this.checkable;
    let waits = 0;
    for (const cpu of system.unfinished()) {
      const twin = isTwin(system, cpu);
      if (twin && !this.matters(cpu, entry)) continue;
      system.choices.takeFirst();
      system.savepoints.save(cpu, this.before, 0);
      do {
        this.asides.drop();
        const outcome = system.move(cpu);
        if (this.isRestartDue(false)) {
          this.restart();
          return;
        }
        if (outcome === Outcome.Blocked) {
          waits |= 1 << cpu;
        } else {
          this.enabled.or(entry.id, 1 << rankedPlace(entry.ranks, cpu, system.cpus));
          if (counts && !twin) this.statistics.transitions++;
          this.reached(entry, cpu);
        }
      } while (system.restoreChoice(cpu, this.before, 0));
    }
    const moves = waits === 0 ? null : deadlockAt(system, waits);
    if (this.isRestartDue(false)) this.restart();
    else if (moves !== null) this.reportDeadlock(entry, moves);
  }

  private isRestartDue(isOver: boolean): boolean {
    const { states } = this.statistics;
    return this.restarts.isDue(this.checkable.system, states, isOver || this.found.size > 0);
  }

  private restart(): void {
    this.statistics.restarts++;
    this.begin();
  }

  private reportDeadlock(entry: Entry, moves: readonly Move[]): void {
    const { system } = this.checkable;
    system.violation = null;
    system.find("deadlock", deadlockMessage(system.unfinished()));
    this.report(entry, moves);
  }

  /** Whether it matters which of two twins moves: in order of switches, where one of them, or its buffer, moved last. */
  private matters(cpu: number, entry: Entry): boolean {
    return this.options.order === "switches" && (cpu === entry.last || cpu >= this.checkable.system.cpus);
  }

  private connect(from: number, to: number, cpu: number, ranksFrom: number, ranksTo: number): void {
    const { transitions } = this;
    transitions.push(from);
    transitions.push(to);
    transitions.push(cpu);
    transitions.push(ranksFrom);
    transitions.push(ranksTo);
  }

  /** Keeps the state that a move of `cpu`, or of a buffer, has led to from that of `entry`. */
  private reached(entry: Entry, cpu: number): void {
    const { system } = this.checkable;
    const bySwitches = this.options.order === "switches";
    const { violation } = system;
    const last = cpu < system.cpus ? cpu : entry.last;
    this.takeFingerprint(last);
    const { fingerprintLow: low, fingerprintHigh: high } = system;
    const asides = this.asides.noted;
    const known = violation === null && asides.length === 0 ? this.ids.get(low, high) : -1;
    const ranks = this.ranksNow();
    if (known >= 0) {
      this.connect(entry.id, known, cpu, entry.ranks, ranks);
      return;
    }
    const move = { cpu, choices: system.choices.list };
    const next = {
      change: captureChange(system, cpu, this.before, 0),
      low,
      high,
      depth: entry.depth + 1,
      parent: entry,
      move,
      last,
      ranksBefore: entry.ranks,
      ranks,
      id: -1,
      ...(violation === null ? {} : { broken: violation }),
      ...(asides.length === 0 ? {} : { asides }),
    };
    const switched = bySwitches && entry.last >= 0 && entry.last !== last ? 1 : 0;
    this.put(next, this.switches + switched, this.steps + 1 + (bySwitches ? FAILURE_COST * system.failures : 0));
  }

  /** States that can come back for ever; where loops wait, without leaving a CPU out for ever. */
  private lookForCycle(): void {
    const { system } = this.checkable;
    const graph = {
      states: this.entries.length,
      transitions: this.transitions.all,
      enabled: this.enabled.all,
      cpus: system.cpus,
    };
    const endless = endlessStates(graph, system.hasWaitingLoops);
    const first = endless[0];
    if (first === undefined || this.found.has(system.findings.cycle)) return;
    const component = new Component();
    for (const state of endless) {
      this.goTo(this.entries[state] as Entry);
      system.takeFingerprint();
      component.add(system.fingerprintLow, system.fingerprintHigh);
    }
    const entry = this.entries[first] as Entry;
    this.goTo(entry);
    const round = roundOf(system, component);
    system.violation = null;
    system.find("cycle", CYCLE_MESSAGE);
    this.report(entry, round);
  }

  private report(entry: Entry, further: readonly Move[] = []): void {
    const { violation } = this.checkable.system;
    if (violation !== null) this.keep(entry, violation, further);
  }

  /** Keeps the first finding for each property; asides of moves are reported when their turn comes, like all else. */
  private keep(entry: Entry, violation: Violation, further: readonly Move[] = []): void {
    const { found } = this;
    if (violation.goesOn === true) this.asides.tell(violation.property);
    if (!isNews(found, violation) || this.checkable.monitor.overlooks?.(violation) === true) return;
    const path: Move[] = [];
    for (let at: Entry | null = entry; at !== null; at = at.parent) if (at.move !== null) path.unshift(at.move);
    found.set(violation.property, { violation, path: [...path, ...further] });
    const { stopAt } = this.options;
    const isEnough = stopAt === "any" ? endedPaths(found) : stopAt?.every((each) => !isNews(found, each));
    if (isEnough === true) this.over = true;
  }
}
