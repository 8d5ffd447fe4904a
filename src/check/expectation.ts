/** The expectation of a check in CI: met when exactly the expected requirements broke. */
import type { Stop } from "../explore/index.js";
import { OptionError } from "./options/error.js";
import { requirementsNamed } from "./options/exploration.js";
import { limitStops } from "./options/limits.js";
import type { CheckResult } from "./outcome.js";
import { type RequirementId, requirements } from "./requirements/index.js";

export interface Expectation {
  /** Requirements that were expected to break. */
  readonly requirements: readonly RequirementId[];
  /** `open`: what is missing might have broken in what was not covered. */
  readonly outcome: "met" | "missed" | "open";
  /** What differs, or that nothing does, in one line. */
  readonly message: string;
}

/** Requirements that are expected to break. @throws OptionError for those that cannot, or are not judged */
export function expectedNamed(names: readonly string[], ignored: readonly RequirementId[]): readonly RequirementId[] {
  const expected = requirementsNamed("--expect", names);
  const warned = requirements.find(({ id, warning }) => warning === true && expected.includes(id));
  if (warned !== undefined) {
    throw new OptionError(`--expect: ${warned.id} is only warned of, so it breaks no check; leave it out`);
  }
  const both = expected.find((id) => ignored.includes(id));
  if (both !== undefined) throw new OptionError(`${both} is both ignored and expected: leave it out of one`);
  return expected;
}

/** Limits that end a search before it has covered all. */
const CUT_SHORT: ReadonlySet<Stop> = new Set<Stop>([...limitStops, "interrupted", "samples", "ignored"]);

/** Whether exactly the expected requirements broke. */
export function compareExpected(result: CheckResult, expected: readonly RequirementId[]): Expectation {
  const broken = result.requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id);
  const strange = broken.filter((id) => !expected.includes(id));
  const missing = expected.filter((id) => !broken.includes(id));
  const isCovered =
    result.notRun === undefined && result.scenarios.every(({ stopped }) => stopped === null || !CUT_SHORT.has(stopped));
  const outcome = strange.length > 0 ? "missed" : missing.length === 0 ? "met" : isCovered ? "missed" : "open";
  return { requirements: expected, outcome, message: messageOf(expected, strange, missing, outcome) };
}

function messageOf(
  expected: readonly string[],
  strange: readonly string[],
  missing: readonly string[],
  outcome: Expectation["outcome"],
): string {
  if (outcome === "met") return `as expected, ${expected.join(", ")} broke and nothing else`;
  const parts = [
    ...(missing.length === 0
      ? []
      : [
          `${missing.join(", ")} ${outcome === "open" ? "did not break so far, and not all was covered" : "did not break"}`,
        ]),
    ...(strange.length === 0 ? [] : [`${strange.join(", ")} broke unexpectedly`]),
  ];
  return `expected ${expected.join(", ")} to break and nothing else: ${parts.join("; ")}`;
}
