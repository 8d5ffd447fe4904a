/**
 * Sampling: many single runs instead of all of them. Never says that anything holds.
 *
 * `random` picks any CPU at each scheduling point. `pct` gives CPUs random priorities and lowers the running one's at a
 * few random points. It finds bugs of small depth with a known chance. (Burckhardt et al., "A Randomized Scheduler with
 * Probabilistic Guarantees of Finding Bugs", 2010.)
 */
import type { Draw } from "../state/choices.js";
import { Outcome, type Violation } from "../step/observer.js";
import {
  asidesOf,
  type Checkable,
  deadlockMessage,
  emptyStatistics,
  type Found,
  isNews,
  type Limits,
  limitMet,
  type Move,
  type Search,
  type Stop,
} from "./search.js";

export type Sampler = "random" | "pct";

/** Scheduling points at which `pct` changes priorities in one run. */
const PRIORITY_CHANGES = 3;
/** Runs when no limit is given. */
export const DEFAULT_RUNS = 20_000;
/** Transitions after which a run is given up. */
const RUN_LIMIT = 20_000;
/** Moves one after the other that changed nothing, after which all CPUs are taken to wait in loops. */
const IDLE_LIMIT = 64;
/** Transitions that one run is expected to have, at first. */
const FIRST_LENGTH_GUESS = 64;

/** A small generator of reproducible random numbers (mulberry32, public domain). */
class Random {
  constructor(private state: number) {}

  /** An integer from 0 to `limit` - 1. */
  below(limit: number): number {
    this.state = (this.state + 0x6d2b79f5) | 0;
    let t = Math.imul(this.state ^ (this.state >>> 15), 1 | this.state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) % limit;
  }
}

export class Sampling implements Search {
  readonly statistics = emptyStatistics();
  readonly found = new Map<string, Found>();
  stop: Stop | null = null;
  private readonly random: Random;
  private readonly draw: Draw = (first, limit) => first + this.random.below(limit - first);
  private longest = FIRST_LENGTH_GUESS;

  constructor(
    private readonly checkable: Checkable,
    private readonly sampler: Sampler,
    seed: number,
    private readonly limits: Limits & { readonly runs?: number },
  ) {
    this.random = new Random(seed);
  }

  slice(deadline: number): boolean {
    const begin = performance.now();
    // Few runs go where others have been before.
    this.checkable.system.goStepByStep();
    const { runs = DEFAULT_RUNS } = this.limits;
    while (this.stop === null) {
      this.sample();
      const now = performance.now();
      const seconds = this.statistics.seconds + (now - begin) / 1000;
      if (this.statistics.runs >= runs) this.stop = "samples";
      else this.stop = limitMet(this.limits, this.statistics.states, seconds, 0);
      if (now >= deadline) break;
    }
    this.statistics.seconds += (performance.now() - begin) / 1000;
    return this.stop !== null;
  }

  fingerprints(): null {
    return null;
  }

  release(): void {}

  /** One run from the first state to its end or to a violation. */
  private sample(): void {
    const { system, monitor } = this.checkable;
    const asides = asidesOf(this.checkable);
    this.checkable.system.reset();
    system.violation = null;
    const path: Move[] = [];
    const priorities = Array.from({ length: system.processes }, (_, cpu) => cpu + PRIORITY_CHANGES);
    for (let i = priorities.length - 1; i > 0; i--) swap(priorities, i, this.random.below(i + 1));
    const changes = Array.from({ length: PRIORITY_CHANGES }, () => this.random.below(this.longest));
    this.statistics.runs++;
    let idle = 0;
    while (path.length < RUN_LIMIT && idle < IDLE_LIMIT) {
      const { hasLoops } = system.automaton;
      if (hasLoops) system.takeFingerprint();
      const { fingerprintLow, fingerprintHigh } = system;
      const candidates = system.unfinished();
      const cpu = this.pickMovable(candidates, priorities);
      if (system.movers.broken) {
        // Something was learned that says where CPUs are to rest: this run does not count.
        this.statistics.runs--;
        this.statistics.restarts++;
        return;
      }
      if (cpu < 0) {
        const stuck = system.unfinished();
        if (stuck.length > 0) {
          system.violation = null;
          system.find("deadlock", deadlockMessage(stuck));
          this.report(path);
        }
        break;
      }
      path.push({ cpu, choices: system.choices.list });
      for (const aside of asides.take()) this.keep(aside, path);
      this.statistics.transitions++;
      this.statistics.states++;
      if (system.violation === null) monitor.onState();
      for (const aside of asides.take()) this.keep(aside, path);
      if (system.violation !== null) {
        this.report(path);
        break;
      }
      const change = changes.indexOf(path.length);
      if (change >= 0) priorities[cpu] = change;
      if (!hasLoops) continue;
      system.takeFingerprint();
      const isIdle = system.fingerprintLow === fingerprintLow && system.fingerprintHigh === fingerprintHigh;
      idle = isIdle ? idle + 1 : 0;
      // Who waits in a loop lets the others go on.
      if (isIdle) priorities[cpu] = -idle;
    }
    this.longest = Math.max(this.longest, path.length);
    if (path.length > this.statistics.depth) this.statistics.depth = path.length;
  }

  /** Moves the CPU that the sampler picks among those that can move. @returns it, or -1 */
  private pickMovable(candidates: number[], priorities: readonly number[]): number {
    while (candidates.length > 0) {
      let index = this.random.below(candidates.length);
      if (this.sampler === "pct") {
        for (let i = 0; i < candidates.length; i++) {
          if ((priorities[candidates[i]!] as number) > (priorities[candidates[index]!] as number)) index = i;
        }
      }
      const cpu = candidates[index] as number;
      if (this.tryMove(cpu)) return cpu;
      candidates.splice(index, 1);
    }
    return -1;
  }

  private tryMove(cpu: number): boolean {
    const { system } = this.checkable;
    const state = new Int32Array(system.savepoints.size);
    system.savepoints.save(cpu, state, 0);
    system.choices.drawWith(this.draw);
    asidesOf(this.checkable).drop();
    const outcome = system.move(cpu);
    system.choices.drawWith(null);
    if (outcome !== Outcome.Blocked) return true;
    system.savepoints.restore(cpu, state, 0);
    return false;
  }

  private report(path: readonly Move[]): void {
    const { violation } = this.checkable.system;
    if (violation !== null) this.keep(violation, path);
  }

  private keep(violation: Violation, path: readonly Move[]): void {
    if (this.checkable.monitor.overlooks?.(violation) === true) return;
    if (isNews(this.found, violation)) this.found.set(violation.property, { violation, path: [...path] });
  }
}

function swap(list: number[], i: number, j: number): void {
  const kept = list[i] as number;
  list[i] = list[j] as number;
  list[j] = kept;
}
