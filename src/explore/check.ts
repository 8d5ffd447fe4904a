/**
 * `check`: a design through a battery of scenarios, with one verdict.
 *
 * `holds` means that every interleaving within the bounds was covered; a search that met a limit,
 * and sampling, never say so.
 */
import type { Design } from "../helpers/index.js";
import { collisionProbability } from "../machine/index.js";
import { brokenIn, type ViolatedFor, violatedForAll, violatedIn } from "./callers.js";
import { withoutCounter } from "./counter.js";
import { type Counterexample, explain } from "./counterexample.js";
import { DepthFirst } from "./depth-first.js";
import { Frontier } from "./frontier.js";
import { flowWitnesses, type Witness, witnessText } from "./monitor.js";
import { whyNotExercised } from "./not-exercised.js";
import { type RequirementId, requirements } from "./requirements/index.js";
import { Sampling } from "./sampling.js";
import { type Bounds, batteryOf, type Scenario } from "./scenarios/index.js";
import { complete, type Found, type Limits, type Progress, type Search, type Stop, untilStepsStay } from "./search.js";
import { type Reduction, reductions, Setup } from "./setup.js";

/** How to search. `switches` and `breadth` go by levels, `random` and `pct` sample. */
export const strategies = ["dfs", "bfs", "switches", "random", "pct"] as const;
export type Strategy = (typeof strategies)[number];

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
  readonly limits?: Limits;
  /** Look for the counterexample with fewest context switches (default). */
  readonly explain?: boolean;
  readonly signal?: AbortSignal;
  readonly progress?: (progress: Progress) => void;
}

export interface RequirementResult {
  readonly id: RequirementId;
  readonly title: string;
  readonly verdict: RequirementVerdict;
  /** How often its check was made. */
  readonly checked: number;
  /** For whom it broke. */
  readonly violatedFor?: ViolatedFor;
  /** What broke, or what is warned of; why nothing asked for it, and what to do. */
  readonly message?: string;
  /** Scenario in which it broke. */
  readonly scenario?: string;
}

export interface ScenarioResult {
  readonly name: string;
  readonly bounds: Bounds;
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
  /** Context switches up to which all was covered, for the strategy `switches`. */
  readonly switchesCovered?: number;
  readonly runs?: number;
}

export interface CheckResult {
  readonly schema: "dpamt-check-1";
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
  readonly statistics: {
    readonly states: number;
    readonly transitions: number;
    readonly seconds: number;
    /** Upper bound on the chance that a fingerprint collision hid a state. */
    readonly collisionProbability: number;
    /** Most users that a region had at once: `holds` says nothing of more. Absent in results of earlier versions. */
    readonly mostUsers?: number;
  };
  readonly counterexample: Counterexample | null;
}

/** States explored after the last new finding before a search of a broken design gives up. */
const STATES_AFTER_FINDING = 200_000;
/** The same for flows, whose states take longer: a split changes thousands of words. */
const STATES_AFTER_FINDING_IN_FLOWS = 100_000;
/** Limits of the search for the shortest counterexample, where those of the check are not lower. */
const EXPLAIN_SECONDS = 30;
const EXPLAIN_BYTES = 2 ** 30;

interface Explored {
  readonly scenario: Scenario;
  readonly setup: Setup;
  readonly search: Search;
}

function searchFor(setup: Setup, options: CheckOptions): Search {
  const limits = options.limits ?? {};
  switch (options.strategy ?? "dfs") {
    case "dfs":
      return new DepthFirst(setup, {
        ...limits,
        statesAfterFinding:
          setup.subject.scenario.flows === true ? STATES_AFTER_FINDING_IN_FLOWS : STATES_AFTER_FINDING,
      });
    case "bfs":
      return new Frontier(setup, { order: "breadth", limits });
    case "switches":
      return new Frontier(setup, { order: "switches", limits });
    case "random":
      return new Sampling(setup, "random", options.seed ?? 1, limits);
    case "pct":
      return new Sampling(setup, "pct", options.seed ?? 1, limits);
  }
}

function subjectOf(options: CheckOptions, scenario: Scenario) {
  const { design, bounds, ignored = [] } = options;
  return { design, scenario, bounds, without: withoutOf(options), ignored };
}

/** Reductions that are off: sampling does not start again, so it cannot learn which steps are protected. */
function withoutOf({ without = [], strategy }: CheckOptions): readonly Reduction[] {
  const sampled = strategy === "random" || strategy === "pct";
  return sampled ? [...without, "protected-steps"] : without;
}

/** Checks a design. @throws RangeError for bounds that the model has no room for */
export async function check(given: CheckOptions): Promise<CheckResult> {
  const options = { ...given, scenarios: scenariosFor(given) };
  const explored: Explored[] = [];
  for (const scenario of withoutCounter(options)) new Setup(subjectOf(options, scenario));
  for (const scenario of options.scenarios) {
    const each = await untilStepsStay(() => explore(options, scenario));
    explored.push(each);
    if (each.search.stop === "interrupted") break;
  }
  const counterexample = options.explain === false ? null : await untilStepsStay(() => shortest(options, explored));
  return summarise(options, explored, counterexample);
}

/** The scenarios that are about the design: of boot only where it has one. @throws RangeError when there is none */
function scenariosFor({ design, scenarios: given, battery }: CheckOptions): readonly Scenario[] {
  const scenarios = battery === true ? batteryOf(design) : given;
  const left = scenarios.filter(({ exploresBoot }) => exploresBoot !== true || design.hasBoot === true);
  const [first] = scenarios;
  if (left.length > 0 || first === undefined) return left;
  throw new RangeError(`scenario ${first.name} is about C that has functions for boot: ${design.name} has none`);
}

async function explore(options: CheckOptions, scenario: Scenario): Promise<Explored> {
  const setup = new Setup(subjectOf(options, scenario));
  const search = searchFor(setup, options);
  await complete(search, scenario.name, options);
  return { scenario, setup, search };
}

/** The counterexample with fewest context switches of the first scenario in which something broke. */
async function shortest(options: CheckOptions, explored: readonly Explored[]): Promise<Counterexample | null> {
  const broken = explored.find(({ search }) => search.found.size > 0);
  if (broken === undefined) return null;
  const { scenario, search } = broken;
  const setup = new Setup(subjectOf(options, scenario));
  const { maxSeconds = EXPLAIN_SECONDS, maxBytes = EXPLAIN_BYTES } = options.limits ?? {};
  const limits = { maxSeconds: Math.min(maxSeconds, EXPLAIN_SECONDS), maxBytes: Math.min(maxBytes, EXPLAIN_BYTES) };
  const bySwitches = new Frontier(setup, { order: "switches", stopAt: "any", limits });
  await complete(bySwitches, `${scenario.name}, shortest failure`, options);
  const found = first(bySwitches.found);
  if (found !== undefined) {
    // It may be a requirement that the first search gave up on before it broke there.
    const { requirement } = found.violation;
    if (!search.found.has(requirement)) search.found.set(requirement, found);
    return explain(setup, found, true);
  }
  return explain(broken.setup, first(search.found) as Found, false);
}

function first(found: ReadonlyMap<string, Found>): Found | undefined {
  for (const each of found.values()) return each;
  return undefined;
}

function summarise(
  options: CheckOptions,
  explored: readonly Explored[],
  counterexample: Counterexample | null,
): CheckResult {
  const results = explored.map(scenarioResult);
  const strategy = options.strategy ?? "dfs";
  const sampled = strategy === "random" || strategy === "pct";
  const without = new Set(withoutOf(options));
  // CPUs that run flows have numbers and are never interchangeable.
  if (options.scenarios.every(({ flows }) => flows === true)) without.add("cpu-symmetry");
  const states = sum(results, ({ states }) => states);
  return {
    schema: "dpamt-check-1",
    subject: {
      kind: options.design.source === undefined ? "design" : "c",
      name: options.design.name,
      origin: options.design.origin,
    },
    bounds: boundsOf(options),
    strategy,
    seed: sampled ? (options.seed ?? 1) : null,
    reductions: (Object.keys(reductions) as Reduction[]).filter((name) => !without.has(name)),
    verdict: overall(results, explored.length === options.scenarios.length),
    ...violatedForAll(explored),
    ...((options.ignored ?? []).length === 0 ? {} : { ignored: options.ignored }),
    ...notesOf(explored),
    requirements: requirements.map((_, index) => requirementResult(index, explored, results)),
    witnesses: witnessesOf(explored),
    scenarios: results,
    statistics: {
      states,
      transitions: sum(results, ({ transitions }) => transitions),
      seconds: sum(results, ({ seconds }) => seconds),
      collisionProbability: sampled ? 0 : collisionProbability(states),
      mostUsers: Math.max(0, ...explored.map(({ setup }) => setup.ghost.mostUsers)),
    },
    counterexample,
  };
}

/** The bounds asked for; where there are only flows, those that they run in, with the most CPUs of any. */
function boundsOf({ scenarios, bounds }: CheckOptions): Bounds {
  const ofFlows = scenarios.filter(({ flows }) => flows === true).map((scenario) => scenario.bounds(bounds));
  const [first] = ofFlows;
  if (first === undefined || ofFlows.length < scenarios.length) return bounds;
  return { ...first, cpus: Math.max(...ofFlows.map(({ cpus }) => cpus)) };
}

/** How often each witness was seen; those of flows only where there were flows. */
function witnessesOf(explored: readonly Explored[]): CheckResult["witnesses"] {
  const withFlows = explored.some(({ scenario }) => scenario.flows === true);
  const kinds = Object.keys(witnessText).map((witness) => Number(witness) as Witness);
  return kinds
    .filter((witness) => withFlows || !flowWitnesses.has(witness))
    .map((witness) => ({
      text: witnessText[witness],
      times: sum(explored, ({ setup }) => setup.monitor.witnesses[witness] as number),
    }));
}

function notesOf(explored: readonly Explored[]): Pick<CheckResult, "notes"> {
  const notes = explored.flatMap(({ scenario, setup }) =>
    [...setup.monitor.notes].map((text) => ({ text, scenario: scenario.name })),
  );
  return notes.length === 0 ? {} : { notes };
}

function overall(results: readonly ScenarioResult[], complete: boolean): Verdict {
  if (results.some(({ verdict }) => verdict === "violated")) return "violated";
  return complete && results.every(({ verdict }) => verdict === "holds") ? "holds" : "inconclusive";
}

function scenarioResult({ scenario, setup, search }: Explored): ScenarioResult {
  const { statistics } = search;
  const { monitor } = setup;
  const stop = search.stop ?? (monitor.isCutShort ? "ignored" : null);
  const ignored = requirements.map(({ id }) => id).filter((id) => monitor.ignored.has(id));
  const { states, transitions, depth, seconds, restarts, switches, runs } = statistics;
  return {
    name: scenario.name,
    bounds: setup.bounds,
    verdict: search.found.size > 0 ? "violated" : stop === null ? "holds" : "inconclusive",
    ...(scenario.wrongCaller === true ? { wrongCaller: true } : {}),
    broken: requirements.map(({ id }) => id).filter((id) => search.found.has(id)),
    ...(ignored.length === 0 ? {} : { ignored }),
    states,
    transitions,
    depth,
    seconds,
    restarts,
    stopped: stop,
    ...(switches >= 0 ? { switchesCovered: switches } : {}),
    ...(runs > 0 ? { runs } : {}),
  };
}

function requirementResult(
  index: number,
  explored: readonly Explored[],
  results: readonly ScenarioResult[],
): RequirementResult {
  const { id, title } = requirements[index]!;
  const checked = sum(explored, ({ setup }) => setup.monitor.checked[index] as number);
  const broken = brokenIn<Found, Explored>(explored, id);
  if (broken !== undefined) {
    const { message } = (broken.search.found.get(id) as Found).violation;
    const { scenario } = broken;
    return {
      id,
      title,
      verdict: "violated",
      violatedFor: violatedIn(scenario),
      checked,
      message,
      scenario: scenario.name,
    };
  }
  const overlooked = explored.find(({ setup }) => setup.monitor.ignored.has(id));
  if (overlooked !== undefined) {
    const message = overlooked.setup.monitor.ignored.get(id) as string;
    return { id, title, verdict: "ignored", checked, message, scenario: overlooked.scenario.name };
  }
  const warned = explored.find(({ setup }) => setup.monitor.warnings.has(id));
  if (warned !== undefined) {
    const message = warned.setup.monitor.warnings.get(id) as string;
    return { id, title, verdict: "warning", checked, message, scenario: warned.scenario.name };
  }
  // A path ends where something breaks, so where anything broke, not all of it was seen. What a scenario asks about may
  // break there: what a wrong caller brings about afterwards says nothing about the other requirements.
  const complete = results.every(
    ({ stopped, broken }, at) => stopped === null && broken.every((each) => each === explored[at]?.scenario.asks),
  );
  if (checked === 0) {
    return { id, title, verdict: "not-exercised", checked, message: whyNotExercised(id, explored, complete) };
  }
  return { id, title, verdict: complete ? "held" : "inconclusive", checked };
}

function sum<T>(list: readonly T[], value: (item: T) => number): number {
  return list.reduce((total, item) => total + value(item), 0);
}
