/** Results as Markdown, as GitHub shows it: tables of requirements and scenarios, and the failure as a fenced block. */
import type { CheckResult, Counterexample, RequirementResult, ScenarioResult } from "../check/index.js";
import { briefSteps } from "./brief.js";
import { columnsOf, shortPlace } from "./columns.js";
import { commandToReplay } from "./command.js";
import { brokenForText, headlineOf } from "./headline.js";
import { cleaned, failuresOf, type SavedResult } from "./result.js";
import { shapeOf, unicodeShapes } from "./style.js";
import {
  boundsText,
  coverText,
  formatCount,
  memoryText,
  notRunText,
  placementText,
  readFromTexts,
  requirementText,
  switchesText,
  usersText,
  widest,
} from "./words.js";

/** Characters in a line of the fenced block: what GitHub shows without scrolling. */
const WIDTH = 110;
/** Steps of a failure that are shown unfolded. */
const STEPS = 14;

/** The whole result. */
export function markdownOf(given: SavedResult): string {
  const result = cleaned(given);
  const { subject, verdict, bounds, coverage } = result;
  const failures = failuresOf(result);
  const asGiven = failuresOf(given);
  const notRun = notRunText(result.notRun);
  const parts = [
    `# ${mark(verdict)} ${prose(subject.name)}: ${verdict}`,
    `**${prose(subject.name)}** (${prose(subject.origin)}): ${prose(headlineOf(result))}. ` +
      `Memory ${memoryText(bounds)}, pages ${placementText(bounds)}, strategy ${result.strategy}` +
      `${result.seed === null ? "" : ` with seed ${result.seed}`}.`,
    ...readFromParts(result),
    ...(failures.length === 0 ? [] : ["## What breaks"]),
    ...failures.flatMap((each, index) => [...failureParts(each), ...walkAgain(asGiven[index] ?? each, given)]),
    "## Requirements",
    table(["", "Requirement", "Verdict", "Checked", "What happened"], result.requirements.map(requirementRow)),
    "## Scenarios",
    table(["", "Scenario", "Verdict", "Bounds", "Covered"], result.scenarios.map(scenarioRow)),
    ...(result.notes ?? []).map(({ text, scenario }) => `Note, ${prose(scenario)}: ${prose(text)}.`),
    ...(notRun === undefined ? [] : [prose(notRun)]),
    ...witnessParts(result),
    ...(coverage === undefined ? [] : coverageParts(coverage)),
  ];
  return `${parts.join("\n\n")}\n`;
}

function failureParts(counterexample: Counterexample): string[] {
  const { requirement, message, cause, scenario, sources = [] } = counterexample;
  const what = cause === undefined ? message : cause.text;
  const so = cause === undefined ? "" : ` So ${prose(message)}.`;
  return [
    `**${prose(requirement)}**: ${prose(what)}.${so} It takes ${switchesText(counterexample)}, in the scenario ${prose(scenario)}.`,
    fenced(raceOf(briefSteps(counterexample, STEPS)), "text"),
    ...details("Every operation", fenced(raceOf(counterexample.steps), "text")),
    ...(sources.length === 0
      ? []
      : [sources.map((source) => `- ${code(shortPlace(source))}: ${code(source.text)}`).join("\n")]),
  ];
}

/** CPUs side by side. */
function raceOf(steps: Counterexample["steps"]): string {
  const { head, rule, lines } = columnsOf({ steps }, WIDTH, 2);
  const names = [head, rule].filter((line) => line !== undefined);
  return [...names, ...lines.map(({ before, text }) => before + text)].join("\n");
}

function readFromParts(result: SavedResult): string[] {
  const read = readFromTexts(result).map((text) => `- ${prose(text)}`);
  return read.length === 0 ? [] : [read.join("\n")];
}

function walkAgain({ schedule }: Counterexample, { c, ignored }: SavedResult): string[] {
  return ["To walk it again:", fenced(commandToReplay(schedule, c, ignored), "sh")];
}

function requirementRow(requirement: RequirementResult): string[] {
  const { id, title, verdict, checked, message, scenario } = requirement;
  const brokenFor = brokenForText(requirement);
  const where = scenario === undefined ? "" : `${prose(scenario)}: `;
  return [
    mark(verdict),
    `${prose(id)} ${prose(title)}`,
    brokenFor === undefined ? requirementText[verdict] : `${requirementText[verdict]}: ${brokenFor}`,
    formatCount(checked),
    message === undefined ? "" : where + prose(message),
  ];
}

function scenarioRow(scenario: ScenarioResult): string[] {
  const { name, verdict, broken, bounds } = scenario;
  const which = broken.length === 0 ? "" : ` ${prose(broken.join(" "))}`;
  return [mark(verdict), prose(name), verdict + which, boundsText(bounds), prose(coverText(scenario))];
}

function witnessParts({ witnesses, statistics, verdict }: SavedResult): string[] {
  const seen = witnesses.map(({ text, times }) => `- ${prose(text)}: ${times === 0 ? "never" : formatCount(times)}`);
  const chance = `At most ${statistics.collisionProbability.toExponential(1)} is the chance that a hash collision hid a state.`;
  const users = usersText(statistics);
  const limits = users === undefined ? chance : `There were ${users}. ${chance}`;
  const said = [...(seen.length === 0 ? [] : [seen.join("\n")]), ...(verdict === "holds" ? [limits] : [])];
  return said.length === 0 ? [] : details("What was seen on the way", said.join("\n\n"));
}

function coverageParts(lines: NonNullable<SavedResult["coverage"]>): string[] {
  const missed = lines.filter(({ reached }) => !reached);
  const head = `C lines explored: ${formatCount(lines.length - missed.length)} of ${formatCount(lines.length)}`;
  if (missed.length === 0) return [`${head}.`];
  const list = missed.map((line) => `- ${code(shortPlace(line))} in ${code(`${line.function}()`)}`);
  return details(`${head}; those that were not`, list.join("\n"));
}

function details(summary: string, body: string): string[] {
  return [`<details>\n<summary>${summary}</summary>\n\n${body}\n\n</details>`];
}

function mark(verdict: CheckResult["verdict"] | RequirementResult["verdict"]): string {
  return shapeOf({ shapes: unicodeShapes }, verdict);
}

/** A table of cells that are Markdown already. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(" | ")} |`;
  return [line(head), line(head.map(() => "---")), ...rows.map(line)].join("\n");
}

/**
 * Where what GitHub makes links and pictures of is broken up: mentions, addresses, numbers of issues (the sign stands
 * escaped), hashes of commits, emoji.
 */
const REFERENCES = /@|\bwww\.|\\#(?=\d)|\bGH-(?=\d)|:(?=[\w+-]+:)/gi;
const HASHES = /\b[0-9a-f]{7,40}\b/gi;

/** Text that Markdown shows as it is, inside of a line and in tables; it makes no link, no mention, no markup. */
export function prose(text: string): string {
  return text
    .replaceAll("&", "&amp;")
    .replaceAll("<", "&lt;")
    .replaceAll(">", "&gt;")
    .replace(/[\\`*_[\]#|~$]/g, "\\$&")
    .replaceAll("://", "&#58;//")
    .replace(REFERENCES, "$&&#8203;")
    .replace(HASHES, (hash) => hash.replace(/.{6}(?=.)/g, "$&&#8203;"));
}

/** A span of code, also of text with backticks. */
function code(text: string): string {
  const fence = "`".repeat(longestRun(text) + 1);
  const pad = /^`|`$|^ .* $/.test(text) ? " " : "";
  return text.trim() === "" ? "" : fence + pad + text + pad + fence;
}

/** A block of code, also of text with backticks. */
export function fenced(text: string, language: string): string {
  const fence = "`".repeat(Math.max(3, longestRun(text) + 1));
  return `${fence}${language}\n${text}\n${fence}`;
}

function longestRun(text: string): number {
  return widest(text.match(/`+/g) ?? []);
}
