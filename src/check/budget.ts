/**
 * Shares out the time of a check: to its scenarios one after the other, and to the counterexamples of their results.
 */
import type { Limits, MemoryGauge } from "../explore/index.js";
import type { GivenLimits } from "./options/limits.js";

/** Limits of a check, and whoever knows how much memory there is. `maxSeconds` is the time of all of it. */
export interface CheckLimits extends GivenLimits {
  readonly memory?: MemoryGauge;
}

/** Seconds for the search for the shortest counterexample, where the check has no less. */
const EXPLAIN_SECONDS = 30;
/** Seconds for finding out how far a search that met a limit came: a share of what it took, within limits. */
const REACH_SHARE = 0.1;
const REACH_SECONDS_LEAST = 1;
const REACH_SECONDS_MOST = 10;
/** The same share of the time of all is kept back, for that and for the counterexample. */
const KEPT_SECONDS_MOST = 20;
const MB = 2 ** 20;
/** A search always gets a moment. */
const MOMENT = 0.001;

export class Budget {
  /** When all must be over, in milliseconds of `performance.now`. */
  private readonly end: number;
  private readonly kept: number;
  private readonly each: number;

  /** @param began when the time of the check began, in milliseconds of `performance.now` */
  constructor({ maxSeconds = Number.POSITIVE_INFINITY, maxSecondsEach }: CheckLimits, began: number) {
    this.end = began + 1000 * maxSeconds;
    this.kept = Math.min(KEPT_SECONDS_MOST, REACH_SHARE * maxSeconds);
    this.each = maxSecondsEach ?? Number.POSITIVE_INFINITY;
  }

  /** Seconds that are left. */
  private get left(): number {
    return (this.end - performance.now()) / 1000;
  }

  /** No further scenario can begin. */
  get isOver(): boolean {
    return this.left <= this.kept;
  }

  /** When the search of a scenario that begins now must be over. */
  searchEnd(): number {
    const now = performance.now();
    const each = this.each - Math.min(REACH_SECONDS_MOST, REACH_SHARE * this.each);
    return Math.min(this.end - 1000 * this.kept, now + 1000 * each);
  }

  /** When it must be known how far a search came that took so many seconds. @param others what else time is needed for */
  reachEnd(seconds: number, others: boolean): number {
    const wanted = Math.min(Math.max(REACH_SHARE * seconds, REACH_SECONDS_LEAST), REACH_SECONDS_MOST, this.each);
    return performance.now() + 1000 * Math.min(wanted, others ? this.left / 2 : this.left);
  }

  /** When the shortest counterexample must have been found. */
  explainEnd(): number {
    return performance.now() + 1000 * Math.min(EXPLAIN_SECONDS, this.each, this.left);
  }
}

/**
 * Limits of a search that must be over at `end`, milliseconds of `performance.now`.
 *
 * @param bytesMost bytes that its tables may take, whatever the check may
 */
export function limitsUntil(limits: CheckLimits, end: number, bytesMost = Number.POSITIVE_INFINITY): Limits {
  const { maxMemory = Number.POSITIVE_INFINITY } = limits;
  const maxBytes = Math.min(maxMemory * MB, bytesMost);
  return {
    ...limits,
    ...(maxBytes === Number.POSITIVE_INFINITY ? {} : { maxBytes }),
    ...(end === Number.POSITIVE_INFINITY ? {} : { maxSeconds: Math.max(MOMENT, (end - performance.now()) / 1000) }),
  };
}
