/**
 * Results in the test format of the kernel: a test for the subject, in it one for each scenario, in that one for each
 * requirement. A parent fails where one of its subtests fails, and is skipped where it is not decided.
 *
 * Source: The Kernel Test Anything Protocol (KTAP), version 1, Documentation/dev-tools/ktap.rst of the kernel.
 */
import { type TestCase, type TestGroup, testGroupsOf } from "./cases.js";
import { commandToReplay } from "./command.js";
import { verdictLine } from "./headline.js";
import { cleaned, failuresOf, type SavedResult } from "./result.js";
import { raceText } from "./text-long.js";

/** A test with its result line, and above it what is said of it. */
interface Test {
  readonly name: string;
  readonly kind: TestCase["kind"];
  /** Why it was skipped or failed. */
  readonly why?: string;
  readonly diagnostics?: readonly string[];
  readonly subtests?: readonly Test[];
}

/** The lines of the whole result. */
export function ktapOf(given: SavedResult): string {
  const result = cleaned(given);
  const groups = testGroupsOf(given).map((group) => groupTest(given, group));
  const subject: Test = {
    name: result.subject.name,
    kind: kindOf(groups, result.verdict !== "inconclusive"),
    why: verdictLine(result),
    subtests: groups,
  };
  return `${linesOf([subject]).join("\n")}\n`;
}

/** Tests of one level, under their version line and plan. */
function linesOf(tests: readonly Test[]): string[] {
  return ["KTAP version 1", `1..${tests.length}`, ...tests.flatMap(testLines)];
}

function testLines({ name, kind, why = "", diagnostics = [], subtests = [] }: Test, index: number): string[] {
  const inner = subtests.length === 0 ? [] : linesOf(subtests).map((line) => `  ${line}`);
  const skip = kind === "skipped" ? "SKIP " : "";
  const behind = skip === "" && why === "" ? "" : ` # ${skip}${why}`;
  // A number sign would end the name.
  const head = `${kind === "failed" ? "not ok" : "ok"} ${index + 1} ${name.replaceAll("#", "_")}`;
  return [...inner, ...diagnostics.map((line) => `# ${line}`.trimEnd()), `${head}${behind}`.trimEnd()];
}

function groupTest(given: SavedResult, { name, cases, notes, isDecided }: TestGroup): Test {
  const subtests = cases.map((each) => caseTest(given, each));
  const kind = kindOf(subtests, isDecided);
  const why = kind === "skipped" ? { why: "not everything was covered" } : {};
  return { name, kind, ...why, diagnostics: notes, subtests };
}

function caseTest(given: SavedResult, { name, kind, message, failure }: TestCase): Test {
  const how =
    failure === undefined ? {} : { diagnostics: [...raceText(failure).split("\n"), ...walkAgain(given, failure)] };
  return { name, kind, ...(message === undefined ? {} : { why: message }), ...how };
}

/** What is typed in a shell is made of the names as they were given. */
function walkAgain(given: SavedResult, { requirement }: { readonly requirement: string }): string[] {
  const exact = failuresOf(given).find((each) => each.requirement === requirement);
  if (exact === undefined) return [];
  return ["", "walk it again:", `  ${commandToReplay(exact.schedule, given.c, given.ignored)}`];
}

function kindOf(subtests: readonly Test[], isDecided: boolean): Test["kind"] {
  if (subtests.some(({ kind }) => kind === "failed")) return "failed";
  const isSkipped = subtests.length > 0 && subtests.every(({ kind }) => kind === "skipped");
  return isSkipped || !isDecided ? "skipped" : "passed";
}
