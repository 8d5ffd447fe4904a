/** What if another CPU went first: follows a schedule up to a step, and from there on lets CPUs run in another order. */
import { deadlockMessage, Outcome, type Trace, type Violation } from "../../explore/index.js";
import type { Setup } from "../setup.js";
import { beginAt, followStretch, reportRace } from "./follow.js";
import type { Landmarks } from "./landmarks.js";
import { behindLandmark, shortStretch } from "./record.js";
import { type Schedule, ScheduleError, type Stretch } from "./schedule.js";
import { showWaiting } from "./waiting.js";

/** Where a path leaves a failure. */
export interface BranchPoint {
  /** Steps of the failure that stay as they are. */
  readonly after: number;
  /** The CPU that goes first from there on, as far as it can. */
  readonly cpu: number;
}

/** A trace that counts the steps it hears of. */
export interface CountingTrace extends Trace {
  readonly count: number;
}

export interface Walked {
  readonly violation: Violation | null;
  /** The path as a schedule. */
  readonly walked: Schedule;
  /** Steps up to where it leaves the failure. */
  readonly shared: number;
  /** All CPUs have ended. */
  readonly hasEnded: boolean;
}

/** Transitions of one CPU in a row: one that waits in a loop ends there, and the others may go on. */
const TURN_MAX = 2_000;
/** Transitions in all. */
const MOVES_MAX = 20_000;

/**
 * Walks a branch in `setup`, telling `trace`.
 *
 * @throws ScheduleError when the schedule no longer fits the programs, or has no such step or CPU
 */
export function walkBranch(setup: Setup, schedule: Schedule, point: BranchPoint, trace: CountingTrace): Walked {
  const { system } = setup;
  if (point.cpu >= system.cpus) {
    throw new ScheduleError(`there is no CPU${point.cpu}: the failure has the CPUs 0 to ${system.cpus - 1}`);
  }
  const landmarks = beginAt(setup, schedule, trace);
  try {
    const { stretches, left } = upTo(setup, schedule, point.after, landmarks, trace);
    const shared = trace.count;
    system.memoryModel.keepBack(null);
    const rest = new Rest(setup, landmarks, stretches, left);
    rest.run(point.cpu);
    const violation = system.violation ?? atTheEnd(setup, trace);
    const walked = { ...schedule, requirement: violation?.property ?? schedule.requirement, stretches };
    return { violation, walked, shared, hasEnded: system.haveAllEnded };
  } finally {
    system.trace = null;
    system.memoryModel.keepBack(null);
  }
}

interface Before {
  /** What was walked: goes on to be filled. */
  readonly stretches: Stretch[];
  /** By CPU, choices of the failure that have yet to be made: pages go on to lie where they lay. */
  readonly left: readonly number[][];
}

/** Follows the schedule until `after` steps are told. */
function upTo(setup: Setup, schedule: Schedule, after: number, landmarks: Landmarks, trace: CountingTrace): Before {
  const { system, monitor } = setup;
  const stretches: Stretch[] = [];
  const left: number[][] = Array.from({ length: system.cpus }, () => []);
  const isThere = (): boolean => trace.count >= after;
  for (const [index, stretch] of schedule.stretches.entries()) {
    const { cpu, choices } = stretch;
    if (isThere()) {
      left[cpu]?.push(...choices);
      continue;
    }
    landmarks.beginStretch();
    const rest = followStretch(setup, landmarks, stretch, `move ${index + 1} of ${schedule.stretches.length}`, isThere);
    left[cpu]?.push(...rest);
    const { landmark, occurrence } = landmarks;
    stretches.push({ ...stretch, landmark, occurrence, choices: choices.slice(0, choices.length - rest.length) });
    if (system.violation === null) monitor.onState();
    if (system.violation !== null) break;
  }
  if (!isThere())
    throw new ScheduleError(`the failure has no step ${after} to go on from: it has ${trace.count} steps`);
  return { stretches, left };
}

/** The moves behind the step at which a path leaves a failure. */
class Rest {
  private moves = 0;
  /** CPU that moved last. */
  private last = -1;

  constructor(
    private readonly setup: Setup,
    private readonly landmarks: Landmarks,
    private readonly stretches: Stretch[],
    private readonly left: readonly number[][],
  ) {}

  /** Lets `first` run as far as it can, then the others, round and round until none can. */
  run(first: number): void {
    const { system } = this.setup;
    const others = Array.from({ length: system.cpus }, (_, cpu) => cpu).filter((cpu) => cpu !== first);
    for (;;) {
      const before = this.moves;
      for (const cpu of [first, ...others]) {
        this.turn(cpu);
        if (system.violation !== null || this.moves >= MOVES_MAX) return;
      }
      if (this.moves === before) return;
    }
  }

  /** A CPU as far as it can, and then its stores. */
  private turn(cpu: number): void {
    const { system } = this.setup;
    for (let turn = 0; turn < TURN_MAX && !system.isDone(cpu); turn++) if (!this.move(cpu, cpu)) break;
    const buffer = system.cpus + cpu;
    while (system.violation === null && buffer < system.processes && !system.isDone(buffer)) {
      if (!this.move(buffer, cpu)) break;
    }
  }

  /** One transition of a CPU, or of its buffer. @returns whether it was made and broke nothing */
  private move(process: number, cpu: number): boolean {
    const { system, monitor } = this.setup;
    const drains = process !== cpu;
    const saved = new Int32Array(system.savepoints.size);
    system.savepoints.save(process, saved, 0);
    const begins = drains || this.last !== process;
    if (begins) this.begin(cpu, drains);
    const left = this.left[cpu] as number[];
    const before = [...left];
    system.choices.drawWith((otherwise, limit) => {
      const choice = left.shift() ?? otherwise;
      return choice < limit ? choice : otherwise;
    });
    const outcome = system.move(process);
    system.choices.drawWith(null);
    if (outcome === Outcome.Blocked) {
      system.savepoints.restore(process, saved, 0);
      left.splice(0, left.length, ...before);
      if (begins) this.stretches.pop();
      this.last = -1;
      return false;
    }
    this.moves++;
    this.last = process;
    this.note();
    if (this.landmarks.race !== null && system.violation === null) reportRace(this.setup, this.landmarks.race);
    if (system.violation === null) monitor.onState();
    return system.violation === null && this.moves < MOVES_MAX;
  }

  private begin(cpu: number, drains: boolean): void {
    this.stretches.push(...behindLandmark(this.landmarks, this.stretches));
    this.stretches.push(drains ? { ...shortStretch(cpu), drains } : shortStretch(cpu));
    this.landmarks.beginStretch();
  }

  /** What the last move came to is what its stretch ends with. */
  private note(): void {
    const { landmark, occurrence } = this.landmarks;
    const stretch = this.stretches.at(-1) as Stretch;
    const choices = [...stretch.choices, ...this.setup.system.choices.list];
    this.stretches[this.stretches.length - 1] = { ...stretch, landmark, occurrence, choices };
  }
}

/** What broke without ending the path, or that CPUs wait for ever. */
function atTheEnd(setup: Setup, trace: Trace): Violation | null {
  const { system, monitor } = setup;
  const [aside] = monitor.asides.noted;
  if (aside !== undefined) return aside;
  const waiting = showWaiting(setup, trace);
  if (waiting.length > 0) system.find("deadlock", deadlockMessage(waiting));
  return system.violation;
}
