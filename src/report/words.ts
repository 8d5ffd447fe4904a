/** Words and numbers that all reports use alike. */
import type {
  Bounds,
  CheckResult,
  RequirementResult,
  RequirementVerdict,
  ScenarioResult,
  Verdict,
} from "../check/index.js";
// By their files: reports for a browser bring no checker along.
import { boundOptions } from "../check/options/bounds.js";
import { limitTexts } from "../check/options/limits.js";
import type { OptionTable } from "../check/options/record.js";
import { formatCount, plural } from "../text/index.js";
import type { ReadFrom, SavedResult } from "./result.js";

export { formatCount, plural };

export const verdictText: Readonly<Record<Verdict, string>> = {
  holds: "every interleaving within the bounds was covered",
  violated: "a requirement is broken",
  inconclusive: "not everything was covered, and nothing broke so far",
};

export const stopText: Readonly<Record<string, string>> = {
  ...limitTexts((limit) => `stopped at the ${limit}`),
  interrupted: "interrupted",
  samples: "sampled, not covered",
  violated: "stopped after the failure",
  ignored: "paths ended at what is ignored",
};

/** Verdicts of requirements as words for readers. */
export const requirementText: Readonly<Record<RequirementVerdict, string>> = {
  held: "held",
  violated: "violated",
  warning: "warning",
  ignored: "ignored",
  "not-exercised": "not exercised",
  inconclusive: "not decided",
};

/** Why a requirement that nothing broke may be left open. */
export const undecidedText = "not decided, as paths end where something breaks, or a limit was met";

/** Requirements that are not decided, with the scenario and the reason, those of one reason together. */
export function undecidedTexts(requirements: readonly RequirementResult[]): string[] {
  const open = requirements.filter(({ verdict }) => verdict === "inconclusive");
  const reasons = new Map<string, string[]>();
  for (const { id, message, scenario } of open) {
    const reason =
      message === undefined ? undecidedText : `${scenario === undefined ? "" : `in ${scenario} `}${message}`;
    reasons.set(reason, [...(reasons.get(reason) ?? []), id]);
  }
  return [...reasons].map(([reason, ids]) => `${ids.join(", ")}: ${reason}`);
}

/** Seconds with as many digits as matter. */
export function formatSeconds(seconds: number): string {
  return seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
}

/** An address as the kernel prints it. */
export function formatAddress(address: number): string {
  return `0x${address.toString(16)}`;
}

/** Length of the longest of `texts`, of which there may be any number. */
export function widest(texts: readonly string[]): number {
  return texts.reduce((most, { length }) => Math.max(most, length), 0);
}

/**
 * Bounds as they stand behind a scenario: `2 CPUs, 1 round, 2 regions, 1 failing allocation`. Those that were added later
 * are left out where they are as before.
 */
export function boundsText(bounds: Bounds, table: OptionTable = boundOptions): string {
  const values = new Map<string, unknown>(Object.entries(bounds));
  const texts = Object.entries(table).flatMap(([name, record]) => {
    if (record.kind !== "whole" || record.counts === undefined) return [];
    const value = Number(values.get(name) ?? record.default);
    return record.isAddedLater === true && value === record.default ? [] : [plural(value, record.counts)];
  });
  return texts.join(", ");
}

/** How many users a region ever had: `at most 512 users in a region at once`; nothing where that is not known. */
export function usersText({ mostUsers }: CheckResult["statistics"]): string | undefined {
  return mostUsers === undefined ? undefined : `at most ${plural(mostUsers, "user")} in a region at once`;
}

/** What the model took memory to be. */
export function memoryText({ memory }: Bounds): string {
  return memory === "tso" ? "with the store buffers of x86 (TSO)" : "sequentially consistent";
}

/** Where the pages lay. */
export function placementText({ placement }: Bounds): string {
  return boundOptions.placement.alternatives[placement];
}

/** How far a scenario was explored: states, transitions, time, and why it ended early. */
export function coverText(
  scenario: Reached & Pick<ScenarioResult, "states" | "transitions" | "seconds" | "runs" | "stopped">,
): string {
  const { states, transitions, seconds, runs, stopped } = scenario;
  const parts = [plural(states, "state"), plural(transitions, "transition"), `${formatSeconds(seconds)} s`];
  if (runs !== undefined) parts.push(plural(runs, "run"));
  if (stopped !== null) parts.push(stopText[stopped] ?? stopped);
  const reach = reachText(scenario);
  return [parts.join(", "), ...(reach === undefined ? [] : [reach])].join("; ");
}

type Reached = Pick<ScenarioResult, "switchesCovered" | "broken">;

/** How a search ended, and how far it came. */
export function endText(scenario: Reached & Pick<ScenarioResult, "stopped">): string {
  const { stopped } = scenario;
  const end = stopped === null ? "complete" : (stopText[stopped] ?? stopped);
  return [end, reachText(scenario)].filter((part) => part !== undefined).join("; ");
}

/** How far a search came, in context switches. */
function reachText({ switchesCovered: covered, broken }: Reached): string | undefined {
  if (covered === undefined) return undefined;
  if (covered === null) return "not even every interleaving without a context switch was covered";
  const which = covered === 0 ? "without a context switch" : `of at most ${switchesCount(covered)}`;
  return `every interleaving ${which} was covered${broken.length > 0 ? ", up to where something breaks" : ""}`;
}

function switchesCount(count: number): string {
  return plural(count, "context switch", "context switches");
}

/** Scenarios that were not begun, or nothing. */
export function notRunText(names: readonly string[] | undefined): string | undefined {
  if (names === undefined || names.length === 0) return undefined;
  return `not run, as the check ended before: ${names.join(", ")}`;
}

/** How many context switches a failure takes: `1 context switch, the fewest possible`. */
export function switchesText({
  switches,
  fewestSwitches,
}: {
  readonly switches: number;
  readonly fewestSwitches: boolean;
}): string {
  return `${switchesCount(switches)}${fewestSwitches ? ", the fewest possible" : ""}`;
}

/** Commits of a range that are listed, the last ones, and digits of their ids. */
const COMMITS_SHOWN = 8;
const ID_DIGITS = 12;

/** What C was read from beside the file that was given, a line for each; empty for what needs none. */
export function readFromTexts({ c }: SavedResult): string[] {
  return fromTexts(c?.from ?? {});
}

/** The same, from what was read. */
export function fromTexts({ tree, patches = [], leftOut = [], base, commits = [] }: ReadFrom): string[] {
  const more = commits.length - COMMITS_SHOWN;
  return [
    ...(tree === undefined ? [] : [`tree: ${tree}`]),
    ...(base === undefined ? [] : [`base: ${base.slice(0, ID_DIGITS)}`]),
    ...(more > 0 ? [`commits: ${more} more, then`] : []),
    ...commits.slice(-COMMITS_SHOWN).map(({ id, subject }) => `commit: ${id.slice(0, ID_DIGITS)} ${subject}`),
    ...patches.map((each) => `patches: ${each}`),
    ...leftOut.map((each) => `left out: ${each}`),
  ];
}
