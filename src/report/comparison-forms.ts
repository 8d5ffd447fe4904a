/** Comparisons in forms to paste: requirements down, what is compared across, for a mail and as Markdown. */
import type { RequirementResult } from "../check/index.js";
import { oneLine } from "../text/index.js";
import { wrap } from "./columns.js";
import { commandToReplay } from "./command.js";
import { changeTexts, movedIn, renderComparison, sameText, tallyText } from "./comparison.js";
import { comparisonOf, type Difference, differencesOf, labelsOf } from "./difference.js";
import { verdictLine } from "./headline.js";
import { asciiOf, WIDTH } from "./mail.js";
import { fenced, prose, table } from "./markdown.js";
import { named } from "./names.js";
import type { ReportOptions } from "./reporters.js";
import { cleaned, failuresOf, type SavedResult } from "./result.js";
import { plainTerminal } from "./style.js";
import { boundsText, memoryText, placementText, readFromTexts, widest } from "./words.js";

/** A form of a comparison. */
export interface ComparisonReporter {
  /** Its name on the command line. */
  readonly format: string;
  render(results: readonly SavedResult[], options?: Pick<ReportOptions, "terminal" | "addresses">): string;
}

/** All forms of a comparison. */
export const comparisonReporters: readonly ComparisonReporter[] = [
  {
    format: "terminal",
    render: (results, options = {}) => renderComparison(shown(results, options), options.terminal ?? plainTerminal),
  },
  { format: "text", render: (results, options = {}) => comparisonText(shown(results, options)) },
  { format: "markdown", render: (results, options = {}) => comparisonMarkdown(shown(results, options)) },
  { format: "json", render: (results) => `${JSON.stringify(comparisonOf(results))}\n` },
];

/** The results as people read them. */
function shown(
  results: readonly SavedResult[],
  { addresses }: Pick<ReportOptions, "addresses">,
): readonly SavedResult[] {
  return addresses === true ? results : results.map(named);
}

/** Column of a mail in which words on one thing begin. */
const INDENT = 4;

/** For a mail: what is compared by numbers, a line for each requirement, then what became better or worse and why. */
function comparisonText(given: readonly SavedResult[]): string {
  const results = asciiOf(given);
  const labels = labelsOf(results);
  const numbers = results.map((_, index) => `[${index + 1}]`);
  const list = results.flatMap((each, index) => [
    ...wrap(`${numbers[index]}  ${labels[index]}: ${verdictLine(each)}`, INDENT, WIDTH, 5),
    ...readFromTexts(each).flatMap((text) => wrap(text, INDENT + 5, WIDTH, 2)),
  ]);
  const parts = [list.join("\n")];
  if (results.length > 1) parts.push(tableOf(results, numbers).join("\n"));
  for (const each of differencesOf(results)) parts.push(differenceText(each, numbers).join("\n"));
  parts.push(...boundsOf(results).map((text) => wrap(text, 0, WIDTH, 0).join("\n")));
  const commands = given.flatMap(({ c, ignored, ...each }, index) =>
    failuresOf(each).map(
      ({ requirement, schedule }) =>
        `    # ${numbers[index]} breaks ${oneLine(requirement)}\n    ${commandToReplay(schedule, c, ignored)}`,
    ),
  );
  if (commands.length > 0) parts.push(`To walk the failures again with dpamt:\n\n${commands.join("\n")}`);
  return `${parts.join("\n\n")}\n`;
}

/** Requirements down, numbers of what is compared across; where they do not fit, only as many as do. */
function tableOf(results: readonly SavedResult[], numbers: readonly string[]): string[] {
  const rows = (results[0]?.requirements ?? []).map(({ id, title }) => ({
    title: `${id.padEnd(4)}${title}`,
    marks: results.map(({ requirements }) => shortText(requirements.find((each) => each.id === id))),
  }));
  const first = INDENT + widest(rows.map(({ title }) => title)) + 2;
  const width = widest(rows.flatMap(({ marks }) => marks)) + 2;
  const fits = Math.max(1, Math.floor((WIDTH - first) / width));
  const line = (title: string, cells: readonly string[]): string =>
    `${" ".repeat(INDENT)}${title}`.padEnd(first) + cells.map((each) => each.padEnd(width)).join("");
  const lines: string[] = [];
  for (let from = 0; from < results.length; from += fits) {
    const part = <T>(all: readonly T[]): T[] => all.slice(from, from + fits);
    if (from > 0) lines.push("");
    lines.push(line("", part(numbers)), ...rows.map(({ title, marks }) => line(title, part(marks))));
  }
  return lines.map((each) => each.trimEnd());
}

/** A verdict in a narrow column. */
function shortText(requirement: RequirementResult | undefined): string {
  if (requirement === undefined) return "";
  if (requirement.violatedFor === "wrong-callers") return "mistake";
  switch (requirement.verdict) {
    case "held":
      return "ok";
    case "violated":
      return "BROKEN";
    case "warning":
      return "warning";
    case "ignored":
      return "ignored";
    case "not-exercised":
      return "-";
    case "inconclusive":
      return "?";
  }
}

function differenceText(difference: Difference, numbers: readonly string[]): string[] {
  const lines = [`${numbers[difference.to]} against ${numbers[difference.from]}: ${tallyText(difference)}`, ""];
  for (const { change, what, became, message } of movedIn(difference)) {
    lines.push(...wrap(`${changeTexts[change]}: ${what}: ${became}`, INDENT, WIDTH, 2));
    if (message !== undefined) lines.push(...wrap(message, INDENT + 2, WIDTH, 2));
  }
  const same = sameText(difference);
  if (same !== "") lines.push(...wrap(`${changeTexts.same}: ${same}`, INDENT, WIDTH, 2));
  return lines;
}

/** What all of it was checked with. */
function boundsOf([first]: readonly SavedResult[]): string[] {
  if (first === undefined) return [];
  const { bounds } = first;
  return [
    `Checked with ${boundsText(bounds)}; memory was ${memoryText(bounds)}, pages lay ${placementText(bounds)}. ` +
      "It says nothing of more than that.",
  ];
}

/** For pull requests: the table, what became of each requirement, and how to walk failures again. */
function comparisonMarkdown(given: readonly SavedResult[]): string {
  const results = cleaned(given);
  const labels = labelsOf(results).map(prose);
  const differences = differencesOf(results);
  const only = differences.length === 1 ? differences[0] : undefined;
  const beside = (text: string): string[] => (only === undefined ? [] : [text]);
  const rows = (results[0]?.requirements ?? []).map(({ id, title }) => [
    prose(`${id} ${title}`),
    ...results.map(({ requirements }) => shortText(requirements.find((each) => each.id === id))),
    ...beside(only === undefined ? "" : changeOf(only, id)),
  ]);
  const verdicts = ["**verdict**", ...results.map(({ verdict }) => `**${verdict}**`), ...beside("")];
  const read = results.flatMap((each, index) =>
    readFromTexts(each).map((text) => `- ${labels[index]}: ${prose(text)}`),
  );
  const commands = given.flatMap(({ c, ignored, ...each }) =>
    failuresOf(each).map(({ schedule }) => commandToReplay(schedule, c, ignored)),
  );
  const parts = [
    table(["", ...labels, ...beside("change")], [verdicts, ...rows]),
    ...(read.length === 0 ? [] : [read.join("\n")]),
    ...differences.flatMap((each) => differenceParts(each, labels)),
    ...boundsOf(results),
    ...(commands.length === 0 ? [] : ["To walk the failures again:", fenced(commands.join("\n"), "sh")]),
  ];
  return `${parts.join("\n\n")}\n`;
}

function differenceParts(difference: Difference, labels: readonly string[]): string[] {
  const list = movedIn(difference).map(({ change, what, became, message }) => {
    const why = message === undefined ? "" : `. ${prose(message)}`;
    return `- **${changeTexts[change]}**: ${prose(what)}: ${prose(became)}${why}`;
  });
  const same = sameText(difference);
  if (same !== "") list.push(`- ${changeTexts.same}: ${prose(same)}`);
  return [`${labels[difference.to]} against ${labels[difference.from]}: ${tallyText(difference)}`, list.join("\n")];
}

function changeOf({ requirements }: Difference, id: string): string {
  const change = requirements.find((each) => each.id === id)?.change;
  return change === undefined || change === "same" ? "" : changeTexts[change];
}
