/**
 * A verdict in the words that all reports use. They say whether a violation breaks for correct callers, or only a
 * mistake of a caller goes unnoticed.
 */
import type { CheckResult, Counterexample, RequirementResult, ViolatedFor } from "../check/index.js";
import { verdictText } from "./words.js";

type Judged = Pick<CheckResult, "verdict" | "requirements" | "scenarios"> &
  Partial<Pick<CheckResult, "ignored" | "notRun">>;

/** What stands behind the verdict: `breaks for correct callers (R1)`. */
export function headlineOf(result: Judged): string {
  const ignored = result.ignored ?? [];
  const apart = ignored.length === 0 ? "" : `; ${ignored.join(", ")} ignored`;
  return `${result.verdict === "violated" ? violatedText(result) : verdictText[result.verdict]}${apart}`;
}

/** The verdict with what it comes to: `violated: breaks for correct callers (R1)`. */
export function verdictLine(result: Judged): string {
  return `${result.verdict}${signOf(result)} ${headlineOf(result)}`;
}

/** What stands between the verdict and what it comes to. */
export function signOf({ verdict }: Pick<Judged, "verdict">): string {
  return verdict === "violated" ? ":" : ",";
}

function violatedText({ requirements, scenarios, notRun = [] }: Judged): string {
  const correct = idsFor(requirements, "correct-callers");
  const wrong = idsFor(requirements, "wrong-callers");
  if (correct.length > 0) {
    const also = wrong.length === 0 ? "" : `; ${doneText(wrong)} as well`;
    return `breaks for correct callers (${correct.join(", ")})${also}`;
  }
  if (wrong.length === 0) return verdictText.violated;
  const others = scenarios.filter(({ wrongCaller }) => wrongCaller !== true);
  if (others.length === 0) return `${doneText(wrong)}; correct callers were not asked about`;
  const isCovered = notRun.length === 0 && others.every(({ verdict }) => verdict === "holds");
  return `${isCovered ? "holds for correct callers" : "nothing broke so far for correct callers"}, but ${doneText(wrong)}`;
}

function idsFor(requirements: readonly RequirementResult[], callers: ViolatedFor): string[] {
  return requirements.filter(({ violatedFor }) => violatedFor === callers).map(({ id }) => id);
}

/** Requirement of what a wrong caller must not go unnoticed by. */
const NOTICED = "R13";

/** What a caller's mistake leads to. */
function doneText(ids: readonly string[]): string {
  const does = ids.every((id) => id === NOTICED) ? "goes unnoticed" : "does harm";
  return `a caller's mistake ${does} (${ids.join(", ")})`;
}

/** What broke, and why where that is known: `the kernel warned: PAMT.ADD of region B is BUSY: …`. */
export function whyText({ message, cause }: Pick<Counterexample, "message" | "cause">): string {
  return cause === undefined ? message : `${message}: ${cause.text}`;
}

/** Where something broke, and for whom. */
interface Place {
  readonly scenario?: string | undefined;
  readonly violatedFor?: ViolatedFor | undefined;
}

/** Behind a verdict where there is little room: that only a caller's mistake brings it about. */
export function mistakeText(violatedFor: ViolatedFor | undefined): string {
  return violatedFor === "wrong-callers" ? " (caller's mistake only)" : "";
}

/** For whom a requirement is broken, in a few words; nothing for one that is not. */
export function brokenForText({ violatedFor }: Place): string | undefined {
  if (violatedFor === undefined) return undefined;
  return violatedFor === "correct-callers" ? "breaks for correct callers" : "only after a caller's mistake";
}

/** Where something happened: `extra-put, whose caller does wrong`. */
export function whereText({ scenario, violatedFor }: Place): string {
  return `${scenario ?? ""}${violatedFor === "wrong-callers" ? ", whose caller does wrong" : ""}`;
}
