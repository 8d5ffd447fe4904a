/** Counterexamples that a person can read: those with fewest context switches, one for each requirement that broke. */
import { BestFirst, complete, type Found, isNews, untilStepsStay, type Violation } from "../explore/index.js";
import { type Budget, limitsUntil } from "./budget.js";
import { type CheckOptions, type Explored, subjectOf } from "./outcome.js";
import type { ProgressTeller } from "./progress.js";
import type { Scenario } from "./scenarios/index.js";
import { Setup } from "./setup.js";
import { type Counterexample, explain } from "./trace/counterexample.js";
import { brokenIn } from "./violated-for.js";

/** Bytes for the search for the shortest counterexample, where the check has no less. */
const EXPLAIN_BYTES = 2 ** 30;

/** A counterexample for each requirement that broke, of the scenario that the result names for it. */
export async function explainAll(
  options: CheckOptions,
  explored: readonly Explored[],
  budget: Budget,
  teller: ProgressTeller,
): Promise<Counterexample[]> {
  const isNamed: IsNamed = (id, each) => brokenIn<Found, Explored>(explored, id) === each;
  const wantedOf = (each: Explored): Violation[] =>
    [...each.search.found.values()].map(({ violation }) => violation).filter(({ property }) => isNamed(property, each));
  const end = budget.explainEnd();
  const all: Explained[] = [];
  for (const [index, each] of explored.entries()) {
    const wanted = wantedOf(each);
    if (wanted.length === 0) continue;
    // What one scenario does not take of its share is for those that follow.
    const scenarios = explored.slice(index).filter((one) => wantedOf(one).length > 0).length;
    const now = performance.now();
    const share = now + Math.max(0, end - now) / scenarios;
    all.push(...(await untilStepsStay(() => shortest(options, each, wanted, { end: share, isNamed, teller }))));
  }
  // A failure that was met while others were looked for can be of a scenario that the result names instead.
  const named = all.filter(({ told, each }) => isNamed(told.requirement, each));
  return [...named.filter(({ goesOn }) => !goesOn), ...named.filter(({ goesOn }) => goesOn)].map(({ told }) => told);
}

/** Whether a scenario is the one that the result names for a requirement. */
type IsNamed = (id: string, each: Explored) => boolean;

interface Explained {
  readonly told: Counterexample;
  readonly each: Explored;
  readonly goesOn: boolean;
}

/** The counterexamples with fewest context switches of `wanted`, and of what else breaks before all are found. */
async function shortest(
  options: CheckOptions,
  each: Explored,
  wanted: readonly Violation[],
  { end, isNamed, teller }: { readonly end: number; readonly isNamed: IsNamed; readonly teller: ProgressTeller },
): Promise<Explained[]> {
  const { scenario, search, reach } = each;
  // Where a limit was met, a search in order of context switches has been made already.
  const { setup, found } = reach ?? (await bySwitches(options, scenario, wanted, { end, teller }));
  const tell = (from: Setup, one: Found, fewest: boolean): Explained => {
    return { told: explain(from, one, fewest), each, goesOn: one.violation.goesOn === true };
  };
  // It may be a requirement that the first search gave up on before it broke there.
  for (const [requirement, one] of found) if (isNews(search.found, one.violation)) search.found.set(requirement, one);
  const told: Explained[] = [];
  for (const [id, one] of found) {
    const rest = wanted.find(({ property }) => property === id);
    if (isNamed(id, each) && (rest === undefined || !isNews(found, rest))) told.push(tell(setup, one, true));
  }
  for (const violation of wanted.filter((one) => isNews(found, one))) {
    told.push(tell(each.setup, search.found.get(violation.property) as Found, false));
  }
  return told;
}

async function bySwitches(
  options: CheckOptions,
  scenario: Scenario,
  stopAt: readonly Violation[],
  { end, teller }: { readonly end: number; readonly teller: ProgressTeller },
) {
  const setup = new Setup(subjectOf(options, scenario));
  const { limits: { maxMemory, memory } = {} } = options;
  const limits = { ...(maxMemory === undefined ? {} : { maxMemory }), ...(memory === undefined ? {} : { memory }) };
  const search = new BestFirst(setup, { order: "switches", stopAt, limits: limitsUntil(limits, end, EXPLAIN_BYTES) });
  await complete(search, { ...options, progress: teller.of(scenario.name, "shortening", setup) });
  search.release();
  return { setup, found: search.found };
}
