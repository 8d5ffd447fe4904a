/** Makes verdicts from explorations: for each requirement, for each scenario, and for the whole check. */
import { endedPaths, type Found, type Stop, type Strategy, searches } from "../explore/index.js";
import { PTRS_PER_PMD, pfnToPhys } from "../kernel/index.js";
import { collisionProbability } from "../machine/index.js";
import { flowWitnesses, type Witness, witnessText } from "./monitor.js";
import { whyNotExercised } from "./not-exercised.js";
import type { Bounds } from "./options/bounds.js";
import { limitOptions, limitTexts } from "./options/limits.js";
import { valuesFor } from "./options/record.js";
import {
  type CheckOptions,
  type CheckResult,
  type Explored,
  type RequirementResult,
  type ScenarioResult,
  type Verdict,
  withoutOf,
} from "./outcome.js";
import { requirements } from "./requirements/index.js";
import { type Reduction, reductions } from "./setup.js";
import type { Counterexample } from "./trace/counterexample.js";
import { brokenIn, violatedForAll, violatedIn } from "./violated-for.js";

/** What a check says, from what was explored. */
export function summarise(
  options: CheckOptions & { readonly began: number },
  explored: readonly Explored[],
  counterexamples: readonly Counterexample[],
): CheckResult {
  const strategy = options.strategy ?? "dfs";
  const results = explored.map((each) => scenarioResult(each, strategy));
  const sampled = searches[strategy].samples === true;
  const without = new Set(withoutOf(options));
  // CPUs that have numbers are never interchangeable: those that run flows, and those of a design that asks for them.
  const isNumbered =
    options.design.needs?.numberedCpus === true || options.scenarios.every(({ flows }) => flows === true);
  if (isNumbered) without.add("cpu-symmetry");
  const states = sum(results, ({ states }) => states);
  const notRun = options.scenarios.slice(explored.length).map(({ name }) => name);
  return {
    schema: "dpamt-check-2",
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
    ...violatedForAll(explored),
    ...((options.ignored ?? []).length === 0 ? {} : { ignored: options.ignored }),
    ...notesOf(explored, options),
    requirements: requirements.map((_, index) => requirementResult(index, options, explored, counterexamples)),
    witnesses: witnessesOf(explored),
    scenarios: results,
    ...(notRun.length === 0 ? {} : { notRun }),
    ...limitsOf(options),
    statistics: {
      states,
      transitions: sum(results, ({ transitions }) => transitions),
      seconds: sum(results, ({ seconds }) => seconds),
      elapsed: (performance.now() - options.began) / 1000,
      ...fingerprintsOf(...explored),
      collisionProbability: sampled ? 0 : collisionProbability(states),
      mostUsers: Math.max(0, ...explored.map(({ setup }) => setup.ghost.mostUsers)),
    },
    counterexample: counterexamples[0] ?? null,
    counterexamples,
  };
}

/** The sum of the fingerprints of all states, where they are kept. */
function fingerprintsOf(...explored: readonly Explored[]): Pick<ScenarioResult, "fingerprints"> {
  let total = 0n;
  for (const { fingerprints } of explored) {
    if (fingerprints === null) return {};
    total += fingerprints;
  }
  return { fingerprints: BigInt.asUintN(64, total).toString(16).padStart(16, "0") };
}

/** The bounds asked for; where there are only flows, those that they run in, with the most CPUs of any. */
function boundsOf({ scenarios, bounds }: CheckOptions): Bounds {
  const ofFlows = scenarios.filter(({ flows }) => flows === true).map((scenario) => scenario.bounds(bounds));
  const [first] = ofFlows;
  if (first === undefined || ofFlows.length < scenarios.length) return bounds;
  return { ...first, cpus: Math.max(...ofFlows.map(({ cpus }) => cpus)) };
}

function limitsOf({ limits = {} }: CheckOptions): Pick<CheckResult, "limits"> {
  const given = valuesFor(limitOptions, limits);
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

type Note = NonNullable<CheckResult["notes"]>[number];

const NUMBERED = "so CPUs are told apart and the reduction cpu-symmetry is off, here and in all scenarios";
const NUMBERED_BY_THEM = "the helpers depend on which CPU runs them";
const NUMBERED_BY_PAGES = "the helpers put numbers of pages that CPUs have for themselves where others see them";

function notesOf(explored: readonly Explored[], { design }: CheckOptions): Pick<CheckResult, "notes"> {
  const [first] = explored;
  const { needs } = design;
  const why = needs?.numberedPages === true ? NUMBERED_BY_PAGES : NUMBERED_BY_THEM;
  const numbered =
    first === undefined || needs?.numberedCpus !== true
      ? []
      : [{ text: `${why}, ${NUMBERED}`, scenario: first.scenario.name }];
  const ofScenarios = explored.flatMap(({ scenario, setup }) =>
    [...setup.monitor.notes].map((text) => ({ text, scenario: scenario.name })),
  );
  const ofDesign =
    first === undefined ? [] : (design.notes ?? []).map((text) => ({ text, scenario: first.scenario.name }));
  const notes = [...ofDesign, ...numbered, ...ofScenarios, ...uncountedOf(explored, design), ...busyLoopsOf(explored)];
  return notes.length === 0 ? {} : { notes };
}

const UNCOUNTED =
  "helpers that keep pages for later pairs need a function that says how many these are, or they count as leaked (R6): " +
  "tdx_pamt_pool_pages(), or --entry pool=FUNCTION";

/** Pages are lost, and no function of the file counts those that are kept. */
function uncountedOf(explored: readonly Explored[], { recyclesPages, source }: CheckOptions["design"]): Note[] {
  if (source === undefined || recyclesPages === true) return [];
  const broken = explored.find(({ search }) => (search.found.get("R6")?.violation.lost ?? 0) > 0);
  return broken === undefined ? [] : [{ text: UNCOUNTED, scenario: broken.scenario.name }];
}

/** Loops that wait and do not relax meanwhile, each with the first scenario in which one waited. */
function busyLoopsOf(explored: readonly Explored[]): Note[] {
  const found = new Map<string, string>();
  for (const { scenario, setup } of explored) {
    for (const site of setup.system.automaton.waitsAt) {
      const source = setup.subject.design.source?.(site);
      if (source === undefined) continue;
      const text = `a loop waits without cpu_relax(): ${source.file}:${source.line}: ${source.text}`;
      if (!found.has(text)) found.set(text, scenario.name);
    }
  }
  return [...found].map(([text, scenario]) => ({ text, scenario }));
}

function overall(results: readonly ScenarioResult[], complete: boolean): Verdict {
  if (results.some(({ verdict }) => verdict === "violated")) return "violated";
  return complete && results.every(({ verdict }) => verdict === "holds") ? "holds" : "inconclusive";
}

/** Why not everything was covered, if it was not. */
function stopOf({ search, setup }: Pick<Explored, "search" | "setup">): Stop | null {
  return search.stop ?? (setup.monitor.isCutShort ? "ignored" : null);
}

/** How far a scenario is known to be covered: by a search in that order, or by the one that asked afterwards. */
function coveredOf({ search, reach }: Explored, strategy: Strategy): Pick<ScenarioResult, "switchesCovered"> {
  if (reach === null && searches[strategy].countsSwitches !== true) return {};
  const { switches } = reach ?? search.statistics;
  return { switchesCovered: switches < 0 ? null : switches };
}

function scenarioResult(each: Explored, strategy: Strategy): ScenarioResult {
  const { scenario, setup, search } = each;
  const { statistics } = search;
  const { monitor } = setup;
  const stop = stopOf({ setup, search });
  const ignored = requirements.map(({ id }) => id).filter((id) => monitor.ignored.has(id));
  const { states, transitions, depth, seconds, restarts, runs } = statistics;
  return {
    name: scenario.name,
    bounds: setup.bounds,
    regions: setup.kernel.watched.map((region) => pfnToPhys(region * PTRS_PER_PMD)),
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
    ...coveredOf(each, strategy),
    ...(runs > 0 ? { runs } : {}),
    ...fingerprintsOf(each),
  };
}

function requirementResult(
  index: number,
  options: CheckOptions,
  explored: readonly Explored[],
  counterexamples: readonly Counterexample[],
): RequirementResult {
  const requirement = requirements[index]!;
  const { id, title, warning: isOnlyWarned } = requirement;
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
  const [gap, ...others] = gapsOf(index, options, explored);
  const warned = explored.find(({ setup }) => setup.monitor.warnings.has(id));
  if (warned !== undefined) {
    const told = warned.setup.monitor.warnings.get(id) as string;
    // What can break and is warned of as well may yet break in what was not covered.
    const isOpen = isOnlyWarned !== true && gap !== undefined;
    const message = isOpen ? `${told}; not decided beyond that (${gap.scenario}: ${gap.why})` : told;
    return { id, title, verdict: "warning", checked, message, scenario: warned.scenario.name };
  }
  if (checked === 0 && (gap === undefined || explored.length === options.scenarios.length)) {
    // Where the scenario that is for it was run, that is no advice.
    const own = [gap, ...others].find((each) => each !== undefined && each.scenario === requirement.onlyIn);
    const message =
      own === undefined
        ? whyNotExercised(requirement, explored, gap === undefined)
        : `${own.scenario} never came to it: ${own.why}`;
    return { id, title, verdict: "not-exercised", checked, message };
  }
  if (gap === undefined) return { id, title, verdict: "held", checked };
  const begun = others.filter(({ why }) => why !== NOT_BEGUN);
  const notBegun = others.filter(({ why }) => why === NOT_BEGUN).map(({ scenario }) => scenario);
  const too = begun.map(({ scenario, why }) => (why === gap.why ? `also in ${scenario}` : `${scenario}: ${why}`));
  if (notBegun.length > 0) too.push(`not begun: ${notBegun.join(", ")}`);
  const also = too.length === 0 ? "" : ` (${too.join("; ")})`;
  return { id, title, verdict: "inconclusive", checked, message: gap.why + also, scenario: gap.scenario };
}

const NOT_BEGUN = "it was not begun";

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
  const { id } = requirements[index]!;
  const asking = options.scenarios.filter(
    ({ asks, tells }) => (asks === undefined || asks === id) && tells?.includes(id) !== false,
  );
  return (asking.length === 0 ? options.scenarios : asking).flatMap((scenario) => {
    const each = explored.find((one) => one.scenario === scenario);
    if (each === undefined) return [{ scenario: scenario.name, why: NOT_BEGUN }];
    if (!each.setup.monitor.isAsked(index)) return [];
    const { found } = each.search;
    const ends = [...found.values()].filter(({ violation }) => violation.goesOn !== true);
    const ids = new Set(ends.map(({ violation }) => violation.property));
    const broken = requirements.map((one) => one.id).filter((one) => ids.has(one) && one !== scenario.asks);
    if (broken.length > 0) return [{ scenario: scenario.name, why: `paths end where ${andList(broken)} breaks` }];
    const stop = stopOf(each);
    return stop === null ? [] : [{ scenario: scenario.name, why: stopReasons[stop] }];
  });
}

const stopReasons: Readonly<Record<Stop, string>> = {
  ...limitTexts((limit) => `the ${limit} was met`),
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
