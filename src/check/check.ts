/**
 * `check`: a design through a battery of scenarios, with one verdict.
 *
 * `holds` means that every interleaving within the bounds was covered; a search that met a limit,
 * and sampling, never say so.
 */
import { complete, isNews, searches, untilStepsStay } from "../explore/index.js";
import { Budget, limitsUntil } from "./budget.js";
import { withoutCounter } from "./counter.js";
import { OptionError } from "./options/error.js";
import { type CheckOptions, type CheckResult, type Explored, subjectOf } from "./outcome.js";
import { ProgressTeller } from "./progress.js";
import { asksReach, type Reach, reachOf } from "./reach.js";
import { batteryOf, type Scenario } from "./scenarios/index.js";
import { Setup } from "./setup.js";
import { explainAll } from "./shortest.js";
import { summarise } from "./summary.js";

/** States explored after the last new finding before a search of a broken design gives up. */
const STATES_AFTER_FINDING = 200_000;
/** The same for flows, whose states take longer: a split changes thousands of words. */
const STATES_AFTER_FINDING_IN_FLOWS = 100_000;

/** Checks a design. @throws RangeError for bounds that the model has no room for */
export async function check(given: CheckOptions): Promise<CheckResult> {
  const options = { ...given, began: given.began ?? performance.now(), scenarios: scenariosFor(given) };
  const budget = new Budget(options.limits ?? {}, options.began);
  const teller = new ProgressTeller(options);
  const explored: Explored[] = [];
  for (const scenario of withoutCounter(options)) new Setup(subjectOf(options, scenario));
  for (const scenario of options.scenarios) {
    if (budget.isOver || options.signal?.aborted === true) break;
    const end = budget.searchEnd();
    const each = await untilStepsStay(() => explore(options, scenario, end, teller));
    const reach = await reachFor(each, options, budget, explored, teller);
    explored.push({ ...each, reach });
    if (each.search.stop === "interrupted") break;
  }
  const counterexamples = options.explain === false ? [] : await explainAll(options, explored, budget, teller);
  return summarise(options, explored, counterexamples);
}

/** The scenarios that are about the design: of boot only where it has one. @throws OptionError when there is none */
function scenariosFor({ design, scenarios: given, battery }: CheckOptions): readonly Scenario[] {
  const scenarios = battery === true ? batteryOf(design) : given;
  const left = scenarios.filter(({ exploresBoot }) => exploresBoot !== true || design.hasBoot === true);
  const [first] = scenarios;
  if (left.length > 0 || first === undefined) return left;
  throw new OptionError(`--scenario ${first.name} is about C that has functions for boot, and ${design.name} has none`);
}

async function explore(
  options: CheckOptions,
  scenario: Scenario,
  end: number,
  teller: ProgressTeller,
): Promise<Omit<Explored, "reach">> {
  const setup = new Setup(subjectOf(options, scenario));
  const { strategy = "dfs", limits = {}, seed = 1 } = options;
  const statesAfterFinding = scenario.flows === true ? STATES_AFTER_FINDING_IN_FLOWS : STATES_AFTER_FINDING;
  const search = searches[strategy].create(setup, { ...limitsUntil(limits, end), seed, statesAfterFinding });
  await complete(search, { ...options, progress: teller.of(scenario.name, "exploring", setup) });
  const fingerprints = search.fingerprints();
  search.release();
  return { scenario, setup, search, fingerprints };
}

/** How far the search of a scenario came, if it met a limit. What breaks on the way counts as found by it. */
async function reachFor(
  { scenario, search }: Omit<Explored, "reach">,
  options: CheckOptions,
  budget: Budget,
  before: readonly Explored[],
  teller: ProgressTeller,
): Promise<Reach | null> {
  const { explain, strategy = "dfs" } = options;
  if (explain === false || searches[strategy].countsSwitches === true || !asksReach(search)) return null;
  const others = before.some((each) => each.search.found.size > 0);
  const end = budget.reachEnd(search.statistics.seconds, others);
  const reach = await untilStepsStay(() => reachOf(subjectOf(options, scenario), options, end, teller));
  for (const [id, found] of reach.found) if (isNews(search.found, found.violation)) search.found.set(id, found);
  return reach;
}
