/** Options and result of `check`. */
import { type Search, type Stop, type Strategy, searches } from "../explore/index.js";
import type { Design } from "../helpers/index.js";
import type { CheckLimits } from "./budget.js";
import type { Bounds } from "./options/bounds.js";
import type { GivenLimits } from "./options/limits.js";
import type { CheckProgress } from "./progress.js";
import type { Reach } from "./reach.js";
import type { RequirementId } from "./requirements/index.js";
import type { Scenario } from "./scenarios/index.js";
import type { Reduction, Setup } from "./setup.js";
import type { Counterexample } from "./trace/counterexample.js";
import type { ViolatedFor } from "./violated-for.js";

export type Verdict = "holds" | "violated" | "inconclusive";
/** `ignored`: it would be violated, or warned of, had it been judged. */
export type RequirementVerdict = "held" | "violated" | "warning" | "ignored" | "not-exercised" | "inconclusive";

export interface CheckOptions {
  readonly design: Design;
  readonly scenarios: readonly Scenario[];
  /** No scenarios were chosen: those that are for this design alone are explored as well. */
  readonly battery?: boolean;
  readonly bounds: Bounds;
  readonly without?: readonly Reduction[];
  /** Requirements that are not judged: they end no path, so they hide nothing. */
  readonly ignored?: readonly RequirementId[];
  readonly strategy?: Strategy;
  /** Seed of the sampling strategies. */
  readonly seed?: number;
  readonly limits?: CheckLimits;
  /** When the time of the check began, in milliseconds of `performance.now`; absent: when it is called. */
  readonly began?: number;
  /** Look for the counterexample with fewest context switches, or how far the search came (default). */
  readonly explain?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: CheckProgress) => void;
}

export interface RequirementResult {
  readonly id: RequirementId;
  readonly title: string;
  readonly verdict: RequirementVerdict;
  /** How often its check was made. */
  readonly checked: number;
  /** For whom it broke. */
  readonly violatedFor?: ViolatedFor;
  /** What broke, what is warned of, or why it is not decided; why nothing asked for it, and what to do. */
  readonly message?: string;
  /** Scenario in which it broke, is warned of, or is not decided. */
  readonly scenario?: string;
}

export interface ScenarioResult {
  readonly name: string;
  readonly bounds: Bounds;
  /** Physical addresses of the regions that are watched: A, B, … to readers. Absent in results of earlier versions. */
  readonly regions?: readonly number[];
  readonly verdict: Verdict;
  /** Its caller does wrong. */
  readonly wrongCaller?: boolean;
  /** Requirements that broke. */
  readonly broken: readonly string[];
  /** Requirements that would have broken, had they been judged. */
  readonly ignored?: readonly string[];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  /** Times the search began again because a word turned out to need scheduling points. */
  readonly restarts: number;
  /** Limit that stopped the search, or null. */
  readonly stopped: Stop | null;
  /** Nothing was left out: no limit was met, and no path ended where something broke. */
  readonly complete: boolean;
  /**
   * Context switches up to which every interleaving was covered, up to where something breaks; null if not even those
   * without any. For the strategy `switches`, and where a search that covers all met a limit.
   */
  readonly switchesCovered?: number | null;
  readonly runs?: number;
  /** As in the statistics of the result. */
  readonly fingerprints?: string;
}

export interface CheckResult {
  readonly schema: "dpamt-check-2";
  /** A design of this project, or kernel C. */
  readonly subject: { readonly kind: "design" | "c"; readonly name: string; readonly origin: string };
  readonly bounds: Bounds;
  readonly strategy: Strategy;
  readonly seed: number | null;
  /** Reductions in use. */
  readonly reductions: readonly Reduction[];
  readonly verdict: Verdict;
  /** For whom something broke; absent where nothing did. */
  readonly violatedFor?: ViolatedFor;
  /** Requirements that were not judged, where there are any. */
  readonly ignored?: readonly RequirementId[];
  /** What there is to say beside requirements. */
  readonly notes?: readonly { readonly text: string; readonly scenario: string }[];
  readonly requirements: readonly RequirementResult[];
  readonly witnesses: readonly { readonly text: string; readonly times: number }[];
  readonly scenarios: readonly ScenarioResult[];
  /** Scenarios that were not begun, as there was no time left or the run was interrupted. */
  readonly notRun?: readonly string[];
  /** Limits that were given, by the names of the flags. */
  readonly limits?: GivenLimits;
  readonly statistics: {
    readonly states: number;
    readonly transitions: number;
    /** Seconds of the searches. */
    readonly seconds: number;
    /** Seconds from the beginning to the end, with all that is done beside searches. Absent in results of earlier versions. */
    readonly elapsed?: number;
    /**
     * Sum of the fingerprints of all states modulo 2^64, as 16 hexadecimal digits: equal for equal sets of states. Absent
     * where states are not kept, and in results of earlier versions.
     */
    readonly fingerprints?: string;
    /** Upper bound on the chance that a fingerprint collision hid a state. */
    readonly collisionProbability: number;
    /** Most users that a region had at once: `holds` says nothing of more. Absent in results of earlier versions. */
    readonly mostUsers?: number;
  };
  /** The first of `counterexamples`. */
  readonly counterexample: Counterexample | null;
  /** One for each requirement that broke, those first behind which paths end. */
  readonly counterexamples: readonly Counterexample[];
}

/** A scenario that was explored. */
export interface Explored {
  readonly scenario: Scenario;
  readonly setup: Setup;
  readonly search: Search;
  /** Sum of the fingerprints of its states modulo 2^64; null where states are not kept. */
  readonly fingerprints: bigint | null;
  /** How far it came, where that was asked. */
  readonly reach: Reach | null;
}

/** What is explored of a scenario. */
export function subjectOf(options: CheckOptions, scenario: Scenario) {
  const { design, bounds, ignored = [] } = options;
  return { design, scenario, bounds, without: withoutOf(options), ignored };
}

/** Reductions that are off: sampling does not start again, so it cannot learn which steps are protected. */
export function withoutOf({ without = [], strategy = "dfs" }: CheckOptions): readonly Reduction[] {
  return searches[strategy].samples === true ? [...without, "protected-steps"] : without;
}
