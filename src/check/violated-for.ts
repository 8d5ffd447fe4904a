/**
 * For whom something breaks. Reviewers ask two things of helpers: do they work for callers that do as they should, and
 * do they notice a caller that does not?
 */
import type { Scenario } from "./scenarios/index.js";

/** `correct-callers`: it breaks although nobody does wrong. `wrong-callers`: only after a mistake of a caller. */
export type ViolatedFor = "correct-callers" | "wrong-callers";

/** What broke in a scenario, by requirement. */
interface Judged<F> {
  readonly scenario: Scenario;
  readonly search: { readonly found: ReadonlyMap<string, F> };
}

/** The scenario in which a requirement broke: one with correct callers, where there is one. */
export function brokenIn<F, E extends Judged<F>>(explored: readonly E[], id: string): E | undefined {
  const broken = explored.filter(({ search }) => search.found.has(id));
  return broken.find(({ scenario }) => scenario.wrongCaller !== true) ?? broken[0];
}

/** For whom a requirement is broken in a scenario. */
export function violatedIn({ wrongCaller }: Scenario): ViolatedFor {
  return wrongCaller === true ? "wrong-callers" : "correct-callers";
}

/** For whom anything is broken: correct callers first. */
export function violatedForAll(explored: readonly Judged<unknown>[]): { readonly violatedFor?: ViolatedFor } {
  const broken = explored.filter(({ search }) => search.found.size > 0).map(({ scenario }) => violatedIn(scenario));
  if (broken.length === 0) return {};
  return { violatedFor: broken.includes("correct-callers") ? "correct-callers" : "wrong-callers" };
}
