/** What all searches share: limits, progress, what a search found. */
import { StepsChanged } from "../../machine/index.js";
import { Asides } from "../step/asides.js";
import type { Violation } from "../step/observer.js";
import type { TransitionSystem } from "../step/system.js";
import { isMemoryFull, type Room } from "./memory-limit.js";

/** What a search works on: a system, and whoever judges its states. */
export interface Checkable {
  readonly system: TransitionSystem;
  readonly monitor: {
    onState(): void;
    reset(): void;
    /** What broke without ending the path. */
    readonly asides?: Asides;
    /** Whether a violation is one that is not judged. Absent: all are. */
    overlooks?(violation: Violation): boolean;
  };
}

/** When to stop although not everything was covered. Absent: never. */
export interface Limits extends Room {
  readonly maxStates?: number;
  readonly maxSeconds?: number;
}

/**
 * Why a search stopped early. `violated`: something is broken and nothing new turned up for long. `ignored`: paths ended
 * where something broke that is not judged.
 */
export type Stop = "states" | "seconds" | "memory" | "interrupted" | "samples" | "violated" | "ignored";

/** One transition of a path: who moved and what the environment chose on the way. */
export interface Move {
  readonly cpu: number;
  readonly choices: readonly number[];
}

/** A broken property and a way to it. */
export interface Found {
  readonly violation: Violation;
  readonly path: readonly Move[];
}

export interface SearchStatistics {
  states: number;
  transitions: number;
  /** Longest path, in transitions. */
  depth: number;
  seconds: number;
  /** Times the search began again because a word turned out to need scheduling points. */
  restarts: number;
  /** Deepest number of context switches that was covered completely; -1 where that is not counted. */
  switches: number;
  /** Runs, for sampling. */
  runs: number;
}

/** A search that can be run in slices, so that the program around it stays alive. */
export interface Search {
  readonly statistics: SearchStatistics;
  /** First finding for each property. */
  readonly found: Map<string, Found>;
  /** Set when a limit was hit. */
  stop: Stop | null;
  /** Works until `deadline` (milliseconds of `performance.now`). @returns whether it is over */
  slice(deadline: number): boolean;
  /** The sum of the fingerprints of all states met, modulo 2^64; null where they are not kept. */
  fingerprints(): bigint | null;
  /** Gives back the memory of a search that is over; statistics and findings stay. */
  release(): void;
}

/** The limit that a search has met, if any. @param bytes what its tables take */
export function limitMet(limits: Limits, states: number, seconds: number, bytes: number): Stop | null {
  const { maxStates, maxSeconds, maxBytes, memory } = limits;
  if (maxStates !== undefined && states >= maxStates) return "states";
  if (maxSeconds !== undefined && seconds >= maxSeconds) return "seconds";
  if (maxBytes !== undefined && bytes >= maxBytes) return "memory";
  return memory?.isFull() === true ? "memory" : null;
}

/** Where what ends no path is reported. */
export function asidesOf({ monitor }: Checkable): Asides {
  return monitor.asides ?? new Asides();
}

/** Whether a violation is news: the first of its property, or the first of it that ends a path. */
export function isNews(
  found: ReadonlyMap<string, Found>,
  { property, goesOn }: Pick<Violation, "property" | "goesOn">,
): boolean {
  const known = found.get(property);
  return known === undefined || (known.violation.goesOn === true && goesOn !== true);
}

/** Whether paths ended where something broke, so that what lies behind was not seen. */
export function endedPaths(found: ReadonlyMap<string, Found>): boolean {
  return [...found.values()].some(({ violation }) => violation.goesOn !== true);
}

export function emptyStatistics(): SearchStatistics {
  return { states: 0, transitions: 0, depth: 0, seconds: 0, restarts: 0, switches: -1, runs: 0 };
}

/** Where a search stands, reported from time to time. */
export interface Progress {
  readonly statistics: Readonly<SearchStatistics>;
  readonly found: ReadonlyMap<string, Found>;
}

const SLICE_MS = 80;

/** Runs a search to its end, letting other work through in between. */
export async function complete(
  search: Search,
  options: { progress?: (progress: Progress) => void; signal?: AbortSignal } = {},
): Promise<void> {
  const { progress, signal } = options;
  for (;;) {
    const over = sliceOf(search);
    progress?.({ statistics: search.statistics, found: search.found });
    if (over) return;
    await new Promise<void>((resolve) => setTimeout(resolve, 0));
    if (signal?.aborted === true) {
      search.stop = "interrupted";
      return;
    }
  }
}

/** Lets the search work for a while. There may be no memory wherever something is kept, so that is looked for here. */
function sliceOf(search: Search): boolean {
  try {
    return search.slice(performance.now() + SLICE_MS);
  } catch (error) {
    if (!isMemoryFull(error)) throw error;
    search.stop = "memory";
    return true;
  }
}

/** Does `work` until it ends without programs that change on the way. What they have learned they keep, so this ends. */
export async function untilStepsStay<R>(work: () => Promise<R>): Promise<R> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof StepsChanged)) throw error;
    }
  }
}

/** What a state that comes back is called. */
export const CYCLE_MESSAGE = "the same state comes back: a call may go round for ever";

/** What a deadlock is called. */
export function deadlockMessage(cpus: readonly number[]): string {
  const names = cpus.map((cpu) => `CPU${cpu}`).join(" and ");
  return `deadlock: ${names} ${cpus.length === 1 ? "waits" : "wait"} for ever`;
}
