/**
 * Exhaustive search, depth first, over hashed states.
 *
 * Going back is rewinding the journal; nothing is copied. A path is followed up to the first broken
 * requirement on it; the search then goes on elsewhere, so that every requirement gets its verdict.
 */
import {
  type Arena,
  deadlockMessage,
  emptyStatistics,
  type Found,
  type Limits,
  type Move,
  type Search,
  type Stop,
} from "./search.js";
import { Visited } from "./visited.js";
import { CHOICE_LIMIT, Outcome } from "./world.js";

/** Integers kept for the choices of one transition: their number, then choice and limit of each. */
const CHOICES = 2 * CHOICE_LIMIT + 1;
const FILTER_BITS = 14;
const FILTER_MASK = (1 << FILTER_BITS) - 1;
/** Transitions between looks at the clock. */
const TICKS = 512;

export class DepthFirst implements Search {
  readonly statistics = emptyStatistics();
  readonly found = new Map<string, Found>();
  stop: Stop | null = null;

  private visited = new Visited();
  /** Index of the state being expanded, -1 when all is done. */
  private top = -1;
  /** For each state of the path: the CPU being moved, CPUs that can have to wait (as bits), its fingerprint. */
  private cpu: number[] = [];
  private waits: number[] = [];
  private low: number[] = [];
  private high: number[] = [];
  private saved: Int32Array[] = [];
  private choices: Int32Array[] = [];
  /** Whether the present CPU has alternatives left. */
  private more: boolean[] = [];
  private readonly filter = new Uint16Array(FILTER_MASK + 1);
  private started = false;
  /** States seen when the last requirement was found broken. */
  private lastFinding = 0;

  constructor(
    private readonly arena: Arena,
    private readonly limits: Limits & { readonly statesAfterFinding?: number },
  ) {}

  slice(deadline: number): boolean {
    const begin = performance.now();
    if (!this.started) this.begin();
    let ticks = TICKS;
    while (this.top >= 0) {
      if (--ticks === 0) {
        ticks = TICKS;
        if (this.limitHit(begin)) break;
        if (performance.now() >= deadline) break;
      }
      this.step();
    }
    this.statistics.seconds += (performance.now() - begin) / 1000;
    return this.top < 0 || this.stop !== null;
  }

  private limitHit(begin: number): boolean {
    const { maxStates, maxSeconds, maxBytes, statesAfterFinding = Number.POSITIVE_INFINITY } = this.limits;
    const seconds = this.statistics.seconds + (performance.now() - begin) / 1000;
    if (maxStates !== undefined && this.visited.size >= maxStates) this.stop = "states";
    else if (maxSeconds !== undefined && seconds >= maxSeconds) this.stop = "seconds";
    else if (maxBytes !== undefined && this.visited.bytes >= maxBytes) this.stop = "memory";
    else if (this.found.size > 0 && this.visited.size - this.lastFinding >= statesAfterFinding) this.stop = "violated";
    return this.stop !== null;
  }

  /** Starts from the first state, with what is known about words so far. */
  private begin(): void {
    this.started = true;
    const { world, monitor } = this.arena;
    this.arena.reset();
    world.restAfterChoice = false;
    monitor.reset();
    this.visited = new Visited();
    this.filter.fill(0);
    this.found.clear();
    this.statistics.transitions = 0;
    this.statistics.depth = 0;
    world.violation = null;
    monitor.onState();
    world.takeFingerprint();
    this.visited.add(world.fingerprintLow, world.fingerprintHigh);
    this.top = -1;
    this.push();
    this.statistics.states = 1;
  }

  private push(): void {
    const { world } = this.arena;
    const top = ++this.top;
    if (top > this.statistics.depth) this.statistics.depth = top;
    if (this.saved.length === top) {
      this.saved.push(new Int32Array(world.savedSize));
      this.choices.push(new Int32Array(CHOICES));
    }
    world.saveMarks(this.saved[top] as Int32Array, 0);
    this.cpu[top] = -1;
    this.waits[top] = 0;
    this.more[top] = false;
    this.low[top] = world.fingerprintLow;
    this.high[top] = world.fingerprintHigh;
    this.filter[world.fingerprintLow & FILTER_MASK]!++;
  }

  private pop(): void {
    const top = this.top--;
    this.filter[(this.low[top] as number) & FILTER_MASK]!--;
    if (top > 0) this.goBack();
  }

  /** Undoes the transition that the state on top of the path is trying. */
  private goBack(): void {
    this.arena.world.restore(this.cpu[this.top] as number, this.saved[this.top] as Int32Array, 0);
  }

  /** One transition, or the end of a state. */
  private step(): void {
    const { world } = this.arena;
    const top = this.top;
    if (this.more[top]) {
      this.loadChoices(top);
    } else {
      let cpu = (this.cpu[top] as number) + 1;
      while (cpu < world.cpus && (world.isDone(cpu) || world.isTwin(cpu))) cpu++;
      this.cpu[top] = cpu;
      if (cpu === world.cpus) {
        if (this.waits[top] !== 0) this.checkDeadlock();
        if (world.discipline.broken) this.restart();
        else this.pop();
        return;
      }
      world.firstChoices();
    }
    const cpu = this.cpu[top] as number;
    world.saveCpu(cpu, this.saved[top] as Int32Array, 0);
    const outcome = world.move(cpu);
    this.saveChoices(top);
    if (world.discipline.broken) {
      this.restart();
      return;
    }
    if (outcome === Outcome.Blocked) {
      this.waits[top]! |= 1 << cpu;
      this.goBack();
      return;
    }
    this.statistics.transitions++;
    if (outcome === Outcome.Moved) this.arena.monitor.onState();
    if (world.violation !== null) {
      this.report();
      this.goBack();
      return;
    }
    world.takeFingerprint();
    if (this.visited.add(world.fingerprintLow, world.fingerprintHigh)) {
      this.statistics.states++;
      this.push();
      return;
    }
    if (this.isOnPath(world.fingerprintLow, world.fingerprintHigh)) {
      world.violate("R9", "the same state comes back: a helper call may go round for ever");
      this.report();
    }
    this.goBack();
  }

  private isOnPath(low: number, high: number): boolean {
    if (this.filter[low & FILTER_MASK] === 0) return false;
    for (let i = this.top; i >= 0; i--) if (this.low[i] === low && this.high[i] === high) return true;
    return false;
  }

  /**
   * Whether all CPUs can wait for ever from here, each after some choices of the environment. That some
   * CPU can move after other choices does not help: what was chosen stays chosen.
   */
  private checkDeadlock(): void {
    if (this.found.has("R9")) return;
    const { world } = this.arena;
    const waits = this.waits[this.top] as number;
    const stuck = world.unfinished();
    if (!stuck.every((cpu) => ((waits >>> cpu) & 1) !== 0 || world.isTwin(cpu))) return;
    const moves = this.waitForEver(stuck, 0);
    if (moves === null) return;
    world.violation = null;
    world.violate("R9", deadlockMessage(stuck));
    this.report(this.top - 1, moves);
  }

  /** Choices after which all of `stuck` from number `from` on have to wait, or null; nothing stays changed. */
  private waitForEver(stuck: readonly number[], from: number): Move[] | null {
    const cpu = stuck[from];
    if (cpu === undefined) return [];
    const { world } = this.arena;
    const saved = new Int32Array(world.savedSize);
    world.save(cpu, saved, 0);
    let others: Move[] | null = null;
    let choices: number[] = [];
    world.firstChoices();
    do {
      const waits = world.move(cpu) === Outcome.Blocked;
      choices = Array.from(world.choices.subarray(0, world.choiceCount));
      const limits = world.limits.slice(0, world.choiceCount);
      if (waits) others = this.waitForEver(stuck, from + 1);
      world.restore(cpu, saved, 0);
      world.setChoices(choices);
      world.limits.set(limits);
      world.choiceCount = choices.length;
    } while (others === null && world.nextChoices());
    if (others === null) return null;
    return choices.length === 0 ? others : [{ cpu, choices }, ...others];
  }

  private restart(): void {
    this.statistics.restarts++;
    this.begin();
  }

  /** Keeps the first finding for each requirement, with the path that led to it. */
  private report(last = this.top, further: readonly Move[] = []): void {
    const { violation } = this.arena.world;
    if (violation === null || this.found.has(violation.requirement)) return;
    const path: Move[] = [];
    for (let i = 0; i <= last; i++) {
      const saved = this.choices[i] as Int32Array;
      const count = saved[0] as number;
      path.push({ cpu: this.cpu[i] as number, choices: Array.from(saved.subarray(1, 1 + count)) });
    }
    this.found.set(violation.requirement, { violation, path: [...path, ...further] });
    this.lastFinding = this.visited.size;
  }

  private saveChoices(top: number): void {
    const { world } = this.arena;
    const saved = this.choices[top] as Int32Array;
    const count = world.choiceCount;
    saved[0] = count;
    for (let i = 0; i < count; i++) {
      saved[1 + i] = world.choices[i] as number;
      saved[1 + CHOICE_LIMIT + i] = world.limits[i] as number;
    }
    this.more[top] = count > 0 && world.hasNextChoices();
  }

  private loadChoices(top: number): void {
    const { world } = this.arena;
    const saved = this.choices[top] as Int32Array;
    world.choiceCount = saved[0] as number;
    for (let i = 0; i < world.choiceCount; i++) {
      world.choices[i] = saved[1 + i] as number;
      world.limits[i] = saved[1 + CHOICE_LIMIT + i] as number;
    }
    world.nextChoices();
  }
}
