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
import {
  complete,
  endedPaths,
  type Found,
  isNews,
  type Limits,
  type Progress,
  type Search,
  type Stop,
  untilStepsStay,
} from "./search.js";
import { type Reduction, reductions, Setup } from "./setup.js";
import type { Violation } from "./watch.js";

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
  /** What broke, what is warned of, or why it is not decided; why nothing asked for it, and what to do. */
  readonly message?: string;
  /** Scenario in which it broke, is warned of, or is not decided. */
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
  /** Nothing was left out: no limit was met, and no path ended where something broke. */
  readonly complete: boolean;
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
  /** The first of `counterexamples`. */
  readonly counterexample: Counterexample | null;
  /** One for each requirement that broke, those first behind which paths end. */
  readonly counterexamples: readonly Counterexample[];
}

/** States explored after the last new finding before a search of a broken design gives up. */
const STATES_AFTER_FINDING = 200_000;
/** The same for flows, whose states take longer: a split changes thousands of words. */
const STATES_AFTER_FINDING_IN_FLOWS = 100_000;
/** Limits of the searches for the shortest counterexamples, all together, where those of the check are not lower. */
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
  const counterexamples = options.explain === false ? [] : await explainAll(options, explored);
  return summarise(options, explored, counterexamples);
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

/** A counterexample for each requirement that broke, of the scenario that the result names for it. */
async function explainAll(options: CheckOptions, explored: readonly Explored[]): Promise<Counterexample[]> {
  const known = new Set(explored.flatMap(({ search }) => [...search.found.keys()]));
  const wanted = explored.map((each) =>
    [...each.search.found.values()]
      .map(({ violation }) => violation)
      .filter(({ requirement }) => brokenIn<Found, Explored>(explored, requirement) === each),
  );
  let left = Math.min(options.limits?.maxSeconds ?? EXPLAIN_SECONDS, EXPLAIN_SECONDS);
  const all: Explained[] = [];
  for (const [index, each] of explored.entries()) {
    const violations = wanted[index] as Violation[];
    if (violations.length === 0) continue;
    // What one scenario does not take of its share is for those that follow.
    const scenarios = wanted.slice(index).filter(({ length }) => length > 0).length;
    const begin = performance.now();
    all.push(...(await untilStepsStay(() => shortest(options, each, violations, left / scenarios, known))));
    left = Math.max(0, left - (performance.now() - begin) / 1000);
  }
  return [...all.filter(({ goesOn }) => !goesOn), ...all.filter(({ goesOn }) => goesOn)].map((each) => each.told);
}

interface Explained {
  readonly told: Counterexample;
  readonly goesOn: boolean;
}

/**
 * The counterexamples with fewest context switches of `wanted`, and of what else breaks before all are found.
 *
 * @param known requirements that have theirs, or will have
 */
async function shortest(
  options: CheckOptions,
  { scenario, search, setup: first }: Explored,
  wanted: readonly Violation[],
  maxSeconds: number,
  known: Set<string>,
): Promise<Explained[]> {
  const setup = new Setup(subjectOf(options, scenario));
  const maxBytes = Math.min(options.limits?.maxBytes ?? EXPLAIN_BYTES, EXPLAIN_BYTES);
  const bySwitches = new Frontier(setup, { order: "switches", stopAt: wanted, limits: { maxSeconds, maxBytes } });
  await complete(bySwitches, `${scenario.name}, shortest failures`, options);
  const { found } = bySwitches;
  // It may be a requirement that the first search gave up on before it broke there.
  for (const [requirement, each] of found)
    if (isNews(search.found, each.violation)) search.found.set(requirement, each);
  const isWanted = (id: string): boolean => !known.has(id) || wanted.some(({ requirement }) => requirement === id);
  const told: Explained[] = [];
  for (const [id, each] of found) {
    const rest = wanted.find(({ requirement }) => requirement === id);
    if (!isWanted(id) || (rest !== undefined && isNews(found, rest))) continue;
    known.add(id);
    told.push({ told: explain(setup, each, true), goesOn: each.violation.goesOn === true });
  }
  for (const violation of wanted.filter((each) => isNews(found, each))) {
    const each = search.found.get(violation.requirement) as Found;
    told.push({ told: explain(first, each, false), goesOn: violation.goesOn === true });
  }
  return told;
}

function summarise(
  options: CheckOptions,
  explored: readonly Explored[],
  counterexamples: readonly Counterexample[],
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
    requirements: requirements.map((_, index) => requirementResult(index, options, explored, counterexamples)),
    witnesses: witnessesOf(explored),
    scenarios: results,
    statistics: {
      states,
      transitions: sum(results, ({ transitions }) => transitions),
      seconds: sum(results, ({ seconds }) => seconds),
      collisionProbability: sampled ? 0 : collisionProbability(states),
      mostUsers: Math.max(0, ...explored.map(({ setup }) => setup.ghost.mostUsers)),
    },
    counterexample: counterexamples[0] ?? null,
    counterexamples,
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

/** Why not everything was covered, if it was not. */
function stopOf({ search, setup }: Pick<Explored, "search" | "setup">): Stop | null {
  return search.stop ?? (setup.monitor.isCutShort ? "ignored" : null);
}

function scenarioResult({ scenario, setup, search }: Explored): ScenarioResult {
  const { statistics } = search;
  const { monitor } = setup;
  const stop = stopOf({ setup, search });
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
    complete: stop === null && !endedPaths(search.found),
    ...(switches >= 0 ? { switchesCovered: switches } : {}),
    ...(runs > 0 ? { runs } : {}),
  };
}

function requirementResult(
  index: number,
  options: CheckOptions,
  explored: readonly Explored[],
  counterexamples: readonly Counterexample[],
): RequirementResult {
  const { id, title } = requirements[index]!;
  const checked = sum(explored, ({ setup }) => setup.monitor.checked[index] as number);
  const broken = brokenIn<Found, Explored>(explored, id);
  const shown = counterexamples.find(({ requirement }) => requirement === id);
  if (broken !== undefined) {
    const { message } = shown ?? (broken.search.found.get(id) as Found).violation;
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
  const [gap, ...others] = gapsOf(index, options, explored);
  if (checked === 0) {
    return { id, title, verdict: "not-exercised", checked, message: whyNotExercised(id, explored, gap === undefined) };
  }
  if (gap === undefined) return { id, title, verdict: "held", checked };
  const too = others.map(({ scenario, why }) => (why === gap.why ? `also in ${scenario}` : `${scenario}: ${why}`));
  const also = too.length === 0 ? "" : ` (${too.join("; ")})`;
  return { id, title, verdict: "inconclusive", checked, message: gap.why + also, scenario: gap.scenario };
}

interface Gap {
  readonly scenario: string;
  readonly why: string;
}

/**
 * Scenarios that ask for a requirement and were not covered to their end, and why.
 *
 * Where the caller does wrong, one requirement is asked for: what that brings about says nothing about the others.
 */
function gapsOf(index: number, options: CheckOptions, explored: readonly Explored[]): Gap[] {
  const id = requirements[index]?.id;
  const asking = options.scenarios.filter(({ asks }) => asks === undefined || asks === id);
  return (asking.length === 0 ? options.scenarios : asking).flatMap((scenario) => {
    const each = explored.find((one) => one.scenario === scenario);
    if (each === undefined) return [{ scenario: scenario.name, why: "interrupted before it" }];
    if (!each.setup.monitor.isAsked(index)) return [];
    const { found } = each.search;
    const ends = [...found.values()].filter(({ violation }) => violation.goesOn !== true);
    const ids = new Set(ends.map(({ violation }) => violation.requirement));
    const broken = requirements.map((one) => one.id).filter((one) => ids.has(one) && one !== scenario.asks);
    if (broken.length > 0) return [{ scenario: scenario.name, why: `paths end where ${andList(broken)} breaks` }];
    const stop = stopOf(each);
    return stop === null ? [] : [{ scenario: scenario.name, why: stopReasons[stop] }];
  });
}

const stopReasons: Readonly<Record<Stop, string>> = {
  states: "the limit of states was met",
  seconds: "the time limit was met",
  memory: "the memory limit was met",
  interrupted: "the search was interrupted",
  samples: "it was sampled",
  violated: "the search stopped after the failure",
  ignored: "paths end at what is ignored, as the program cannot go on",
};

function andList(names: readonly string[]): string {
  const last = names[names.length - 1] as string;
  return names.length === 1 ? last : `${names.slice(0, -1).join(", ")} or ${last}`;
}

function sum<T>(list: readonly T[], value: (item: T) => number): number {
  return list.reduce((total, item) => total + value(item), 0);
}
