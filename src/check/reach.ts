/**
 * How far an exploration came that met a limit. A depth-first search has then covered no simple part of the
 * interleavings. So a second search runs in order of context switches for a while. It says up to how many of them every
 * interleaving was covered, which is also the order in which failures are likely.
 */
import { BestFirst, complete, endedPaths, type Found, type Search, type Stop } from "../explore/index.js";
import { type CheckLimits, limitsUntil } from "./budget.js";
import { limitStops } from "./options/limits.js";
import type { ProgressTeller } from "./progress.js";
import { Setup, type Subject } from "./setup.js";

/** Bytes for it, where the check has no less. */
const REACH_BYTES = 2 ** 30;

/** Limits after which it is worth to ask. */
const STOPS: ReadonlySet<Stop | null> = new Set<Stop>(limitStops);

export interface Reach {
  /** Context switches up to which every interleaving was covered; -1 if not even those without any. */
  readonly switches: number;
  /** What broke on the way, with as few context switches as possible, and where its paths can be walked. */
  readonly setup: Setup;
  readonly found: ReadonlyMap<string, Found>;
}

/** Whether it is to be found out how far a search came. */
export function asksReach({ stop, found, statistics }: Search): boolean {
  return STOPS.has(stop) && !endedPaths(found) && statistics.runs === 0;
}

/** Searches by context switches until `end`, milliseconds of `performance.now`. */
export async function reachOf(
  subject: Subject,
  { limits = {}, signal }: { readonly limits?: CheckLimits; readonly signal?: AbortSignal },
  end: number,
  teller: ProgressTeller,
): Promise<Reach> {
  const setup = new Setup(subject);
  const search = new BestFirst(setup, {
    order: "switches",
    stopAt: "any",
    limits: limitsUntil(limits, end, REACH_BYTES),
  });
  const progress = teller.of(subject.scenario.name, "reaching", setup);
  await complete(search, signal === undefined ? { progress } : { progress, signal });
  search.release();
  return { switches: search.statistics.switches, setup, found: search.found };
}
