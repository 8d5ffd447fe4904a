/**
 * `check`: a design through a battery of scenarios, with one verdict.
 *
 * `holds` means that every interleaving within the bounds was covered; a search that met a limit,
 * and sampling, never say so.
 */
import type { Design } from "../helpers/index.js";
import { collisionProbability } from "../machine/index.js";
import { Budget, type CheckLimits, limitsUntil } from "./budget.js";
import { type Counterexample, explain } from "./counterexample.js";
import { DepthFirst } from "./depth-first.js";
import { Frontier } from "./frontier.js";
import { flowWitnesses, type Witness, witnessText } from "./monitor.js";
import { asksReach, type Reach, reachOf } from "./reach.js";
import { type RequirementId, requirements } from "./requirements/index.js";
import { Sampling } from "./sampling.js";
import type { Bounds, Scenario } from "./scenarios/index.js";
import { complete, type Found, type Progress, type Search, type Stop, untilStepsStay } from "./search.js";
import { type Reduction, reductions, Setup } from "./setup.js";

/** How to search. `switches` and `breadth` go by levels, `random` and `pct` sample. */
export const strategies = ["dfs", "bfs", "switches", "random", "pct"] as const;
export type Strategy = (typeof strategies)[number];

export type Verdict = "holds" | "violated" | "inconclusive";
export type RequirementVerdict = "held" | "violated" | "warning" | "not-exercised" | "inconclusive";

export interface CheckOptions {
  readonly design: Design;
  readonly scenarios: readonly Scenario[];
  readonly bounds: Bounds;
  readonly without?: readonly Reduction[];
  readonly strategy?: Strategy;
  /** Seed of the sampling strategies. */
  readonly seed?: number;
  readonly limits?: CheckLimits;
  /** When the time of the check began, in milliseconds of `performance.now`; absent: when it is called. */
  readonly began?: number;
  /** Look for the counterexample with fewest context switches, or how far the search came (default). */
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
  /** What broke, or what is warned of. */
  readonly message?: string;
  /** Scenario in which it broke. */
  readonly scenario?: string;
}

export interface ScenarioResult {
  readonly name: string;
  readonly bounds: Bounds;
  readonly verdict: Verdict;
  /** Requirements that broke. */
  readonly broken: readonly string[];
  readonly states: number;
  readonly transitions: number;
  readonly depth: number;
  readonly seconds: number;
  /** Times the search began again because a word turned out to need scheduling points. */
  readonly restarts: number;
  /** Limit that stopped the search, or null. */
  readonly stopped: Stop | null;
  /**
   * Context switches up to which every interleaving was covered, up to where something breaks; null if not even those
   * without any. For the strategy `switches`, and where a search that covers all met a limit.
   */
  readonly switchesCovered?: number | null;
  readonly runs?: number;
}

/** Limits that were given, by the names of the flags; memory in MB. */
export interface GivenLimits {
  readonly maxStates?: number;
  readonly maxSeconds?: number;
  readonly maxSecondsEach?: number;
  readonly maxMemory?: number;
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
    readonly seconds: number;
    /** Upper bound on the chance that a fingerprint collision hid a state. */
    readonly collisionProbability: number;
  };
  readonly counterexample: Counterexample | null;
}

/** States explored after the last new finding before a search of a broken design gives up. */
const STATES_AFTER_FINDING = 200_000;
/** The same for flows, whose states take longer: a split changes thousands of words. */
const STATES_AFTER_FINDING_IN_FLOWS = 100_000;
/** Bytes for the search for the shortest counterexample, where the check has no less. */
const EXPLAIN_BYTES = 2 ** 30;

interface Explored {
  readonly scenario: Scenario;
  readonly setup: Setup;
  readonly search: Search;
  /** How far it came, where that was asked. */
  readonly reach: Reach | null;
}

function searchFor(setup: Setup, options: CheckOptions, end: number): Search {
  const limits = limitsUntil(options.limits ?? {}, end);
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
  const { design, bounds } = options;
  return { design, scenario, bounds, without: withoutOf(options) };
}

/** Reductions that are off: sampling does not start again, so it cannot learn which steps are protected. */
function withoutOf({ without = [], strategy }: CheckOptions): readonly Reduction[] {
  const sampled = strategy === "random" || strategy === "pct";
  return sampled ? [...without, "protected-steps"] : without;
}

/** Checks a design. @throws RangeError for bounds that the model has no room for */
export async function check(options: CheckOptions): Promise<CheckResult> {
  const budget = new Budget(options.limits ?? {}, options.began ?? performance.now());
  const explored: Explored[] = [];
  for (const scenario of options.scenarios) {
    if (budget.isOver || options.signal?.aborted === true) break;
    const end = budget.searchEnd();
    const each = await untilStepsStay(() => explore(options, scenario, end));
    const reach = await reachFor(each, options, budget, explored);
    explored.push({ ...each, reach });
    if (each.search.stop === "interrupted") break;
  }
  const end = budget.explainEnd();
  const counterexample =
    options.explain === false ? null : await untilStepsStay(() => shortest(options, explored, end));
  return summarise(options, explored, counterexample);
}

async function explore(options: CheckOptions, scenario: Scenario, end: number): Promise<Omit<Explored, "reach">> {
  const setup = new Setup(subjectOf(options, scenario));
  const search = searchFor(setup, options, end);
  await complete(search, scenario.name, options);
  search.release();
  return { scenario, setup, search };
}

/** How far the search of a scenario came, if it met a limit. What breaks on the way counts as found by it. */
async function reachFor(
  { scenario, search }: Omit<Explored, "reach">,
  options: CheckOptions,
  budget: Budget,
  before: readonly Explored[],
): Promise<Reach | null> {
  if (options.explain === false || options.strategy === "switches" || !asksReach(search)) return null;
  const others = before.some((each) => each.search.found.size > 0);
  const end = budget.reachEnd(search.statistics.seconds, others);
  const reach = await untilStepsStay(() => reachOf(subjectOf(options, scenario), options.limits ?? {}, end, options));
  if (reach.broken !== null) search.found.set(reach.broken.found.violation.requirement, reach.broken.found);
  return reach;
}

/** The counterexample with fewest context switches of the first scenario in which something broke. */
async function shortest(
  options: CheckOptions,
  explored: readonly Explored[],
  end: number,
): Promise<Counterexample | null> {
  const broken = explored.find(({ search }) => search.found.size > 0);
  if (broken === undefined) return null;
  const { scenario, search, reach } = broken;
  if (reach !== null && reach.broken !== null) return explain(reach.broken.setup, reach.broken.found, true);
  const setup = new Setup(subjectOf(options, scenario));
  const { limits: { maxBytes = EXPLAIN_BYTES, memory } = {} } = options;
  const limits = { maxBytes: Math.min(maxBytes, EXPLAIN_BYTES), ...(memory === undefined ? {} : { memory }) };
  const bySwitches = new Frontier(setup, { order: "switches", stopAt: "any", limits: limitsUntil(limits, end) });
  await complete(bySwitches, `${scenario.name}, shortest failure`, options);
  bySwitches.release();
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
  const strategy = options.strategy ?? "dfs";
  const results = explored.map((each) => scenarioResult(each, strategy));
  const sampled = strategy === "random" || strategy === "pct";
  const without = new Set(withoutOf(options));
  // CPUs that run flows have numbers and are never interchangeable.
  if (options.scenarios.every(({ flows }) => flows === true)) without.add("cpu-symmetry");
  const states = sum(results, ({ states }) => states);
  const notRun = options.scenarios.slice(explored.length).map(({ name }) => name);
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
    verdict: overall(results, notRun.length === 0),
    requirements: requirements.map((_, index) => requirementResult(index, explored, results, notRun.length === 0)),
    witnesses: witnessesOf(explored),
    scenarios: results,
    ...(notRun.length === 0 ? {} : { notRun }),
    ...limitsOf(options),
    statistics: {
      states,
      transitions: sum(results, ({ transitions }) => transitions),
      seconds: sum(results, ({ seconds }) => seconds),
      collisionProbability: sampled ? 0 : collisionProbability(states),
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

function limitsOf({ limits = {} }: CheckOptions): Pick<CheckResult, "limits"> {
  const { maxStates, maxSeconds, maxSecondsEach, maxBytes } = limits;
  const given = {
    ...(maxStates === undefined ? {} : { maxStates }),
    ...(maxSeconds === undefined ? {} : { maxSeconds }),
    ...(maxSecondsEach === undefined ? {} : { maxSecondsEach }),
    ...(maxBytes === undefined ? {} : { maxMemory: maxBytes / 2 ** 20 }),
  };
  return Object.keys(given).length === 0 ? {} : { limits: given };
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

function overall(results: readonly ScenarioResult[], complete: boolean): Verdict {
  if (results.some(({ verdict }) => verdict === "violated")) return "violated";
  return complete && results.every(({ verdict }) => verdict === "holds") ? "holds" : "inconclusive";
}

/** How far a scenario is known to be covered: by a search in that order, or by the one that asked afterwards. */
function coveredOf({ search, reach }: Explored, strategy: Strategy): Pick<ScenarioResult, "switchesCovered"> {
  if (reach === null && strategy !== "switches") return {};
  const { switches } = reach ?? search.statistics;
  return { switchesCovered: switches < 0 ? null : switches };
}

function scenarioResult(each: Explored, strategy: Strategy): ScenarioResult {
  const { scenario, setup, search } = each;
  const { statistics, stop } = search;
  const { states, transitions, depth, seconds, restarts, runs } = statistics;
  return {
    name: scenario.name,
    bounds: setup.bounds,
    verdict: search.found.size > 0 ? "violated" : stop === null ? "holds" : "inconclusive",
    broken: requirements.map(({ id }) => id).filter((id) => search.found.has(id)),
    states,
    transitions,
    depth,
    seconds,
    restarts,
    stopped: stop,
    ...coveredOf(each, strategy),
    ...(runs > 0 ? { runs } : {}),
  };
}

function requirementResult(
  index: number,
  explored: readonly Explored[],
  results: readonly ScenarioResult[],
  allRun: boolean,
): RequirementResult {
  const { id, title } = requirements[index]!;
  const checked = sum(explored, ({ setup }) => setup.monitor.checked[index] as number);
  const broken = explored.find(({ search }) => search.found.has(id));
  if (broken !== undefined) {
    const { message } = (broken.search.found.get(id) as Found).violation;
    return { id, title, verdict: "violated", checked, message, scenario: broken.scenario.name };
  }
  const warned = explored.find(({ setup }) => setup.monitor.warnings.has(id));
  if (warned !== undefined) {
    const message = warned.setup.monitor.warnings.get(id) as string;
    return { id, title, verdict: "warning", checked, message, scenario: warned.scenario.name };
  }
  if (checked === 0 && allRun) return { id, title, verdict: "not-exercised", checked };
  // A path ends where something breaks, so where anything broke, not all of it was seen. What a scenario asks about may
  // break there: what a wrong caller brings about afterwards says nothing about the other requirements.
  const ended = results.every(
    ({ stopped, broken }, at) => stopped === null && broken.every((each) => each === explored[at]?.scenario.asks),
  );
  const complete = allRun && ended;
  return { id, title, verdict: complete ? "held" : "inconclusive", checked };
}

function sum<T>(list: readonly T[], value: (item: T) => number): number {
  return list.reduce((total, item) => total + value(item), 0);
}
