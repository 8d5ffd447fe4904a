/** Counterexamples that a person can read: those with fewest context switches, one for each requirement that broke. */
import { type Budget, limitsUntil } from "./budget.js";
import { brokenIn } from "./callers.js";
import { type Counterexample, explain } from "./counterexample.js";
import { Frontier } from "./frontier.js";
import { type CheckOptions, type Explored, subjectOf } from "./outcome.js";
import type { Scenario } from "./scenarios/index.js";
import { complete, type Found, isNews, untilStepsStay } from "./search.js";
import { Setup } from "./setup.js";
import type { Violation } from "./watch.js";

/** Bytes for the search for the shortest counterexample, where the check has no less. */
const EXPLAIN_BYTES = 2 ** 30;

/** A counterexample for each requirement that broke, of the scenario that the result names for it. */
export async function explainAll(
  options: CheckOptions,
  explored: readonly Explored[],
  budget: Budget,
): Promise<Counterexample[]> {
  const known = new Set(explored.flatMap(({ search }) => [...search.found.keys()]));
  const wanted = explored.map((each) =>
    [...each.search.found.values()]
      .map(({ violation }) => violation)
      .filter(({ requirement }) => brokenIn<Found, Explored>(explored, requirement) === each),
  );
  const end = budget.explainEnd();
  const all: Explained[] = [];
  for (const [index, each] of explored.entries()) {
    const violations = wanted[index] as Violation[];
    if (violations.length === 0) continue;
    // What one scenario does not take of its share is for those that follow.
    const scenarios = wanted.slice(index).filter(({ length }) => length > 0).length;
    const now = performance.now();
    const share = now + Math.max(0, end - now) / scenarios;
    all.push(...(await untilStepsStay(() => shortest(options, each, violations, share, known))));
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
  { scenario, search, setup: first, reach }: Explored,
  wanted: readonly Violation[],
  end: number,
  known: Set<string>,
): Promise<Explained[]> {
  // Where a limit was met, that search has gone by context switches already.
  const { setup, found } = reach ?? (await bySwitches(options, scenario, wanted, end));
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

async function bySwitches(options: CheckOptions, scenario: Scenario, stopAt: readonly Violation[], end: number) {
  const setup = new Setup(subjectOf(options, scenario));
  const { limits: { maxBytes = EXPLAIN_BYTES, memory } = {} } = options;
  const limits = { maxBytes: Math.min(maxBytes, EXPLAIN_BYTES), ...(memory === undefined ? {} : { memory }) };
  const search = new Frontier(setup, { order: "switches", stopAt, limits: limitsUntil(limits, end) });
  await complete(search, `${scenario.name}, shortest failures`, options);
  search.release();
  return { setup, found: search.found };
}
