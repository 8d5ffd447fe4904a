/** A result as tests: a group for each scenario, in it a case for each requirement. JUnit and KTAP are made of them. */
import type { Counterexample, RequirementResult, ScenarioResult } from "../check/index.js";
import { brokenForText, whyText } from "./headline.js";
import { cleaned, failuresOf, type SavedResult } from "./result.js";
import { boundsText, coverText, stopText } from "./words.js";

/** How a case ended, and why. */
interface Outcome {
  /** skipped: it was never checked, or is not decided. */
  readonly kind: "passed" | "failed" | "skipped";
  /** Why it failed or was skipped; of one that passed, what is warned of or ignored. */
  readonly message?: string;
}

export interface TestCase extends Outcome {
  readonly name: string;
  /** Name of the scenario, apart from others of the same name. */
  readonly scenario: string;
  /** Id of the requirement; absent where a case stands for a whole scenario. */
  readonly requirement?: string;
  /** The failure to show here. */
  readonly failure?: Counterexample;
  readonly seconds: number;
}

export interface TestGroup {
  readonly name: string;
  readonly seconds: number;
  readonly cases: readonly TestCase[];
  /** What there is to say of all of them: bounds, how far the search came, notes. */
  readonly notes: readonly string[];
  /** Everything was covered, or something failed. */
  readonly isDecided: boolean;
}

/** The tests of a result, every text on one line. Names of groups differ, and those of the cases of one group. */
export function testGroupsOf(given: SavedResult): TestGroup[] {
  const result = cleaned(given);
  const { scenarios } = result;
  const names = distinct(scenarios.map(({ name }) => name));
  // Each is shown once, where scenarios share a name.
  const places = failuresOf(result).map((failure) => ({
    failure,
    place: scenarios.find(({ name }) => name === failure.scenario),
  }));
  const groups = scenarios.map((scenario, index): TestGroup => {
    const shown = places.filter(({ place }) => place === scenario).map(({ failure }) => failure);
    const name = names[index] as string;
    // One search judges all requirements of a scenario at once: each has its share of the time.
    const seconds = scenario.seconds / Math.max(1, result.requirements.length);
    const cases = result.requirements.map((requirement): TestCase => {
      const { id, title } = requirement;
      const failure = shown.find((each) => each.requirement === id);
      const outcome = outcomeOf(scenario, requirement, failure);
      const apart = failure === undefined || outcome.kind !== "failed" ? {} : { failure };
      return { name: `${id} ${title}`, scenario: name, requirement: id, seconds, ...outcome, ...apart };
    });
    const isDecided = scenario.verdict !== "inconclusive";
    return { name, seconds: scenario.seconds, cases, notes: notesOf(result, scenario), isDecided };
  });
  const notRun = distinct(result.notRun ?? []).map((name): TestCase => {
    return { name, scenario: name, seconds: 0, kind: "skipped", message: "not run, as the check ended before" };
  });
  if (notRun.length === 0) return groups;
  return [...groups, { name: "not run", seconds: 0, cases: notRun, notes: [], isDecided: false }];
}

/** `names` with numbers behind those that were there before. */
function distinct(names: readonly string[]): string[] {
  const times = new Map<string, number>();
  return names.map((name) => {
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    return count === 1 ? name : `${name} (${count})`;
  });
}

function notesOf({ notes = [] }: SavedResult, scenario: ScenarioResult): string[] {
  const own = notes.filter(({ scenario: name }) => name === scenario.name);
  return [`${boundsText(scenario.bounds)}; ${coverText(scenario)}`, ...own.map(({ text }) => `note: ${text}`)];
}

function outcomeOf(
  scenario: ScenarioResult,
  { id, verdict, message, scenario: where, violatedFor }: RequirementResult,
  failure: Counterexample | undefined,
): Outcome {
  const isHere = where === scenario.name;
  if (scenario.broken.includes(id) || (verdict === "violated" && isHere)) {
    const what = failure === undefined ? (message ?? "broken") : whyText(failure);
    const said = isHere ? what : "broken in this scenario";
    const brokenFor = brokenForText({ violatedFor: scenario.wrongCaller === true ? "wrong-callers" : violatedFor });
    return { kind: "failed", message: brokenFor === undefined ? said : `${brokenFor}: ${said}` };
  }
  if (verdict === "not-exercised") {
    return { kind: "skipped", message: `never checked: ${message ?? "nothing asked for it"}` };
  }
  if ((verdict === "warning" && isHere) || scenario.ignored?.includes(id) === true) {
    const said = isHere ? (message ?? "") : "it would break in this scenario";
    return { kind: "passed", message: `${verdict}: ${said}` };
  }
  if (scenario.verdict === "holds" || scenario.complete || verdict === "held") return { kind: "passed" };
  const why =
    scenario.stopped === null ? "paths end where something breaks" : (stopText[scenario.stopped] ?? "stopped");
  return { kind: "skipped", message: `not decided: ${why}` };
}
