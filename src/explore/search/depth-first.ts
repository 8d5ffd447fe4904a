/**
 * Exhaustive search, depth first, over hashed states.
 *
 * Going back is rewinding the journal; nothing is copied. A path is followed up to the first broken
 * property on it; the search then goes on elsewhere, so that every property gets its verdict.
 */
import type { Words } from "../../machine/index.js";
import type { Choices } from "../state/choices.js";
import type { Asides } from "../step/asides.js";
import { BlockedMemo } from "../step/blocked-memo.js";
import { Outcome, type Violation } from "../step/observer.js";
import { deadlockAt } from "./deadlock.js";
import { grownInts, MemoryFull } from "./memory-limit.js";
import { type Component, OpenComponents } from "./open-components.js";
import { Restarts } from "./restarts.js";
import { roundOf } from "./round.js";
import {
  asidesOf,
  type Checkable,
  CYCLE_MESSAGE,
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
import { StateSet } from "./state-set.js";
import { isTwin, ranksNow } from "./symmetry.js";

const FILTER_BITS = 14;
const FILTER_MASK = (1 << FILTER_BITS) - 1;
/** Transitions between looks at the clock. */
const TICKS = 512;

/** What is kept for each state of the path, as offsets in its frame. The CPU being moved: */
const CPU = 0;
/** CPUs that can have to wait, as bits. */
const WAITS = 1;
/** 1 when the system stands at a choice of the present CPU that is to be made otherwise. */
const MORE = 2;
/** The state's fingerprint. */
const LOW = 3;
const HIGH = 4;
/** What the system saved. */
const SAVED = 5;
const FIRST_FRAMES = 256;

/** How to search, and when to stop. */
export interface DepthFirstOptions extends Limits {
  /** Stop when something is broken and so many further states show nothing new. Absent: go on to the end. */
  readonly statesAfterFinding?: number;
  /**
   * A state that comes back on its own path: `violation` (default), a finding, or `allowed`, for programs that
   * are meant to go round for ever. What can be reached is the same.
   */
  readonly cycles?: "violation" | "allowed";
}

export class DepthFirst implements Search {
  readonly statistics = emptyStatistics();
  readonly found = new Map<string, Found>();
  stop: Stop | null = null;

  private visited = new StateSet(1);
  /** Where states may come back without harm; null: any state that comes back on its own path is a cycle too many. */
  private components: OpenComponents | null = null;
  /** CPUs that are known to wait. */
  private blockedMemo: BlockedMemo | null = null;
  /** Index of the state being expanded, -1 when all is done. */
  private top = -1;
  /** Frames of the states of the path, one after the other. */
  private path: Int32Array;
  private readonly frameSize: number;
  /** Choices of the transitions of the path. */
  private readonly choices: Choices[] = [];
  private readonly filter = new Uint16Array(FILTER_MASK + 1);
  private started = false;
  private readonly restarts = new Restarts();
  /** What broke without ending the path. */
  private readonly asides: Asides;
  /** States seen when something new was found last, -1 until a path has ended at a broken property. */
  private lastFinding = -1;

  constructor(
    private readonly checkable: Checkable,
    private readonly options: DepthFirstOptions,
  ) {
    this.asides = asidesOf(checkable);
    this.frameSize = SAVED + checkable.system.savepoints.size;
    this.path = new Int32Array(FIRST_FRAMES * this.frameSize);
  }

  slice(deadline: number): boolean {
    const begin = performance.now();
    if (!this.started) this.begin();
    let ticks = TICKS;
    while (this.top >= 0) {
      this.step();
      if (this.top < 0 && this.isRestartDue(true)) this.restart();
      if (--ticks > 0) continue;
      // Where slices end must not show: a limit of states is met at the same state whatever the clock says.
      ticks = TICKS;
      if (this.limitHit(begin) || performance.now() >= deadline) break;
    }
    this.statistics.seconds += (performance.now() - begin) / 1000;
    const isOver = this.top < 0 || this.stop !== null;
    // What was found may lie on a path that cannot be walked again.
    if (isOver && this.checkable.system.movers.unsettled) this.found.clear();
    if (isOver) this.checkable.system.blockedMemo = null;
    return isOver;
  }

  fingerprints(): bigint {
    return this.visited.sum();
  }

  release(): void {
    this.visited = new StateSet(1);
    this.components = null;
    this.blockedMemo = this.checkable.system.blockedMemo = null;
    this.path = new Int32Array(0);
    this.choices.length = 0;
  }

  private limitHit(begin: number): boolean {
    const { statesAfterFinding = Number.POSITIVE_INFINITY } = this.options;
    const { states } = this.statistics;
    const seconds = this.statistics.seconds + (performance.now() - begin) / 1000;
    this.stop = limitMet(this.options, states, seconds, this.visited.bytes + this.path.byteLength);
    if (this.stop === null && this.lastFinding >= 0 && states - this.lastFinding >= statesAfterFinding)
      this.stop = "violated";
    return this.stop !== null;
  }

  /** Starts from the first state, with what is known about words so far. */
  private begin(): void {
    this.started = true;
    this.restarts.begin();
    const { system, monitor } = this.checkable;
    this.checkable.system.reset();
    const judgesFairness = system.hasWaitingLoops && this.options.cycles !== "allowed";
    this.components = judgesFairness ? new OpenComponents(system.cpus) : null;
    system.restsAfterChoice = false;
    monitor.reset();
    this.visited = new StateSet(undefined, this.options);
    this.blockedMemo = new BlockedMemo(system.automaton, system.shared);
    system.blockedMemo = this.blockedMemo;
    this.filter.fill(0);
    this.found.clear();
    this.lastFinding = -1;
    this.statistics.transitions = 0;
    this.statistics.depth = 0;
    system.takeFingerprint();
    this.visited.add(system.fingerprintLow, system.fingerprintHigh);
    this.top = -1;
    this.statistics.states = 1;
    monitor.onState();
    this.reportAsides();
    if (system.violation === null) this.push();
    else this.report();
  }

  private push(): void {
    const { system } = this.checkable;
    if (this.components !== null) {
      const process = this.top < 0 ? 0 : (this.path[this.top * this.frameSize + CPU] as number);
      this.components.enter(system.fingerprintLow, system.fingerprintHigh, ranksNow(system), process);
    }
    const top = ++this.top;
    if (top > this.statistics.depth) this.statistics.depth = top;
    const at = top * this.frameSize;
    if (at === this.path.length) this.growPath();
    if (top === this.choices.length) this.choices.push(system.newChoices());
    const { path } = this;
    system.savepoints.saveMarks(path, at + SAVED);
    path[at + CPU] = -1;
    path[at + WAITS] = 0;
    path[at + MORE] = 0;
    path[at + LOW] = system.fingerprintLow;
    path[at + HIGH] = system.fingerprintHigh;
    this.filter[system.fingerprintLow & FILTER_MASK]!++;
  }

  private growPath(): void {
    const grown = grownInts(2 * this.path.length, this.options);
    if (grown === null) throw new MemoryFull();
    grown.set(this.path);
    this.path = grown;
  }

  private pop(): void {
    const endless = this.components === null ? null : this.components.leave();
    if (endless !== null) this.reportCycle(endless);
    const top = this.top--;
    this.filter[(this.path[top * this.frameSize + LOW] as number) & FILTER_MASK]!--;
    if (top > 0) this.goBack();
  }

  /** Undoes the transition that the state on top of the path is trying, up to a choice that has another alternative. */
  private goBack(): void {
    const { system } = this.checkable;
    const { path } = this;
    const at = this.top * this.frameSize;
    system.choices = this.choices[this.top] as Choices;
    path[at + MORE] = system.restoreChoice(path[at + CPU] as number, path, at + SAVED) ? 1 : 0;
  }

  /** One transition, or the end of a state. */
  private step(): void {
    const { path } = this;
    const { system } = this.checkable;
    const at = this.top * this.frameSize;
    let cpu = path[at + CPU] as number;
    if (path[at + MORE] === 0) {
      cpu++;
      while (cpu < system.processes && (system.isDone(cpu) || isTwin(system, cpu))) cpu++;
      path[at + CPU] = cpu;
      if (cpu === system.processes) {
        if (path[at + WAITS] !== 0) this.checkDeadlock();
        if (this.isRestartDue(false)) this.restart();
        else this.pop();
        return;
      }
      if (cpu < system.cpus && this.stillWaits(cpu)) {
        path[at + WAITS]! |= 1 << cpu;
        return;
      }
      system.choices = this.choices[this.top] as Choices;
      system.choices.takeFirst();
      system.savepoints.saveCpu(cpu, path, at + SAVED);
    }
    this.asides.drop();
    const outcome = system.move(cpu);
    if (this.isRestartDue(false)) {
      this.restart();
      return;
    }
    if (outcome === Outcome.Blocked) {
      path[at + WAITS]! |= 1 << cpu;
      this.goBack();
      if (path[at + MORE] === 0 && cpu < system.cpus) this.blockedMemo?.finish(this.top);
      return;
    }
    this.blockedMemo?.spoil();
    this.statistics.transitions++;
    if (this.asides.any) this.reportAsides();
    if (system.violation === null) {
      system.takeFingerprint();
      if (this.visited.add(system.fingerprintLow, system.fingerprintHigh)) {
        this.checkable.monitor.onState();
        if (this.asides.any) this.reportAsides();
        if (system.violation === null) {
          this.statistics.states++;
          this.push();
          return;
        }
      } else {
        this.comeBack(cpu);
      }
    }
    if (system.violation !== null) this.components?.canMove(cpu);
    this.report();
    this.goBack();
  }

  /** Whether `cpu` is known to wait whatever the environment chooses. */
  private stillWaits(cpu: number): boolean {
    const { nodes, own } = this.checkable.system;
    return this.blockedMemo?.stillWaits(this.top, nodes[cpu] as number, own[cpu] as Words) === true;
  }

  /** `cpu` has led to a state that is known: a cycle, if it is on the path. */
  private comeBack(cpu: number): void {
    const { system } = this.checkable;
    const { fingerprintLow, fingerprintHigh } = system;
    if (this.components !== null) {
      this.components.meet(fingerprintLow, fingerprintHigh, ranksNow(system), cpu);
    } else if (this.options.cycles !== "allowed" && this.isOnPath(fingerprintLow, fingerprintHigh)) {
      system.find("cycle", CYCLE_MESSAGE);
    }
  }

  /** CPUs can go round for ever in these states, of which the one on top of the path is the first. */
  private reportCycle(states: Component): void {
    const { system } = this.checkable;
    if (this.found.has(system.findings.cycle)) return;
    this.blockedMemo?.spoil();
    const round = roundOf(system, states);
    system.violation = null;
    system.find("cycle", CYCLE_MESSAGE);
    this.report(this.top - 1, round);
    system.violation = null;
  }

  private isOnPath(low: number, high: number): boolean {
    if (this.filter[low & FILTER_MASK] === 0) return false;
    const { path, frameSize } = this;
    for (let at = this.top * frameSize; at >= 0; at -= frameSize) {
      if (path[at + LOW] === low && path[at + HIGH] === high) return true;
    }
    return false;
  }

  private checkDeadlock(): void {
    const { system } = this.checkable;
    if (this.found.has(system.findings.deadlock)) return;
    const moves = deadlockAt(system, this.path[this.top * this.frameSize + WAITS] as number);
    if (moves === null) return;
    system.violation = null;
    system.find("deadlock", deadlockMessage(system.unfinished()));
    this.report(this.top - 1, moves);
  }

  private isRestartDue(isOver: boolean): boolean {
    const { system } = this.checkable;
    if (!system.movers.isOutdated) return false;
    return this.restarts.isDue(system, this.statistics.states, isOver || this.found.size > 0);
  }

  private restart(): void {
    this.statistics.restarts++;
    this.begin();
  }

  /** Keeps the first finding for each property, with the path that led to it. */
  private report(last = this.top, further: readonly Move[] = []): void {
    const { violation } = this.checkable.system;
    if (violation !== null) this.keep(violation, last, further);
  }

  private reportAsides(): void {
    for (const violation of this.asides.take()) this.keep(violation, this.top, []);
  }

  private keep(violation: Violation, last: number, further: readonly Move[]): void {
    if (!isNews(this.found, violation) || this.checkable.monitor.overlooks?.(violation) === true) return;
    const path: Move[] = [];
    for (let i = 0; i <= last; i++) {
      const at = i * this.frameSize;
      path.push({ cpu: this.path[at + CPU] as number, choices: (this.choices[i] as Choices).list });
    }
    this.found.set(violation.property, { violation, path: [...path, ...further] });
    if (violation.goesOn !== true || this.lastFinding >= 0) this.lastFinding = this.statistics.states;
  }
}
