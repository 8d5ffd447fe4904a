/** Several results side by side: designs and files down, requirements across, and what changes from one to the next. */
import type { RequirementVerdict } from "../check/index.js";
import { oneLine } from "../text/index.js";
import { wrap } from "./columns.js";
import { commandToReplay } from "./command.js";
import {
  type Change,
  changes,
  type Difference,
  differencesOf,
  type JudgedAs,
  labelsOf,
  type RequirementChange,
} from "./difference.js";
import { brokenForText } from "./headline.js";
import { cleaned, failuresOf, type SavedResult } from "./result.js";
import { colourOf, shapeOf, type TerminalOptions } from "./style.js";
import {
  boundsText,
  formatCount,
  formatSeconds,
  readFromTexts,
  requirementText,
  undecidedText,
  widest,
} from "./words.js";

/** In the place of a verdict: what is violated only after a mistake of a caller. */
const CALLERS_MISTAKE = { verdict: "mistake only", requirement: "MIST" } as const;
/** Width of the column of verdicts. */
const VERDICT = 16;
/** Width of the column that says what became of a requirement. */
const CHANGE = 13;

const shortVerdicts: Readonly<Record<RequirementVerdict, string>> = {
  held: "ok",
  violated: "VIOL",
  warning: "warn",
  ignored: "ign",
  "not-exercised": "-",
  inconclusive: "?",
};

/** Designs down, requirements across, then how to walk each failure again. */
export function renderComparison(given: readonly SavedResult[], options: TerminalOptions): string {
  const results = cleaned(given);
  const labels = labelsOf(results);
  const { palette } = options;
  const ids = results[0]?.requirements.map(({ id }) => id) ?? [];
  const nameWidth = Math.max(widest(labels), "design".length) + 2;
  const head = `${"design".padEnd(nameWidth)}${"verdict".padEnd(VERDICT)}${ids.map((id) => id.padEnd(6)).join("")}`;
  const bounds = results[0]?.bounds;
  const lines = bounds === undefined ? [] : [`${boundsText(bounds)}, ${bounds.placement} placement`, ""];
  lines.push(palette.bold(`${head}${"states".padStart(12)}${"seconds".padStart(9)}`));
  for (const [index, { verdict, violatedFor, requirements, statistics }] of results.entries()) {
    const marks = requirements.map((each) => colourOf(palette, each.verdict)(shortVerdictOf(each).padEnd(6)));
    const isMistake = violatedFor === "wrong-callers";
    const word = isMistake ? CALLERS_MISTAKE.verdict : verdict;
    const marked = colourOf(palette, verdict)(`${shapeOf(options, verdict)} ${word}`.padEnd(VERDICT));
    lines.push(
      `${labels[index]?.padEnd(nameWidth)}${marked}${marks.join("")}` +
        `${formatCount(statistics.states).padStart(12)}${formatSeconds(statistics.seconds).padStart(9)}`,
    );
  }
  const notRun = labels.filter((_, index) => results[index]?.scenarios.length === 0);
  if (notRun.length > 0) lines.push("", palette.unsure(`not run, as there was no time left: ${notRun.join(", ")}`));
  lines.push(...scenarioTable(results, labels, options));
  lines.push("", ...legendOf(results));
  const read = results.flatMap((each, index) => readFromTexts(each).map((text) => `${labels[index]}: ${text}`));
  if (read.length > 0) lines.push("", ...read);
  for (const each of differencesOf(results)) lines.push("", ...differenceLines(each, labels, options));
  for (const [index, each] of given.entries()) {
    for (const { requirement, message, cause, schedule } of failuresOf(each)) {
      lines.push("", `${palette.bad(labels[index] ?? "")}: ${oneLine(`${requirement} ${cause?.text ?? message}`)}`);
      lines.push(`  ${commandToReplay(schedule, each.c, each.ignored)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}

function shortVerdictOf({ verdict, violatedFor }: SavedResult["requirements"][number]): string {
  return violatedFor === "wrong-callers" ? CALLERS_MISTAKE.requirement : shortVerdicts[verdict];
}

/** What the marks mean, those that may need it. */
function legendOf(results: readonly SavedResult[]): string[] {
  const isMistake = results.some(({ requirements }) =>
    requirements.some((each) => each.violatedFor === "wrong-callers"),
  );
  const isIgnored = results.some(({ ignored = [] }) => ignored.length > 0);
  return [
    `ok: held   VIOL: breaks for correct callers   warn: warning   -: not exercised   ?: ${undecidedText}`,
    ...(isMistake
      ? [
          `${CALLERS_MISTAKE.requirement}: a caller's mistake goes unnoticed, or does harm   ` +
            `${CALLERS_MISTAKE.verdict}: nothing else breaks`,
        ]
      : []),
    ...(isIgnored ? [`${shortVerdicts.ignored}: breaks, and is ignored`] : []),
  ];
}

/** What became of requirements, as words. */
export const changeTexts: Readonly<Record<Change, string>> = {
  better: "better",
  worse: "worse",
  "not-decided": "not decided",
  same: "as before",
};

/** How a requirement stands, with for whom it breaks where that matters. */
function standingText({ verdict, violatedFor }: JudgedAs): string {
  return violatedFor === "wrong-callers" ? `violated, ${brokenForText({ violatedFor })}` : requirementText[verdict];
}

/** How many requirements became what: `1 better, 13 as before`. */
export function tallyText({ requirements }: Difference): string {
  const counts = changes.map((change) => ({
    change,
    count: requirements.filter((each) => each.change === change).length,
  }));
  return counts
    .filter(({ count }) => count > 0)
    .map(({ change, count }) => `${count} ${changeTexts[change]}`)
    .join(", ");
}

/** Requirements that are as before, and those among them that are still broken. */
export function sameText({ requirements }: Difference): string {
  const same = requirements.filter(({ change }) => change === "same");
  const broken = same.filter(({ after }) => after.verdict === "violated");
  const idsOf = (list: typeof same): string => list.map(({ id }) => id).join(" ");
  return `${idsOf(same)}${broken.length === 0 ? "" : ` (still broken: ${idsOf(broken)})`}`;
}

/** Requirements that became the same for the same reason. */
interface Moved {
  readonly change: Change;
  /** One with its title, or several by their ids. */
  readonly what: string;
  /** How they stood, and how they stand. */
  readonly became: string;
  readonly message: string | undefined;
}

/** What is not as before: better, worse, not decided. */
export function movedIn({ requirements }: Difference): Moved[] {
  return changes.flatMap((change) => {
    const groups = new Map<string, RequirementChange[]>();
    for (const each of requirements) {
      if (change === "same" || each.change !== change) continue;
      const key = JSON.stringify([each.before, each.after, each.message ?? each.id]);
      groups.set(key, [...(groups.get(key) ?? []), each]);
    }
    return [...groups.values()].flatMap(([first, ...others]): Moved[] => {
      if (first === undefined) return [];
      const { id, title, before, after, message } = first;
      const what = others.length === 0 ? `${id} ${title}` : [id, ...others.map((each) => each.id)].join(" ");
      return [{ change, what, became: `${standingText(before)} -> ${standingText(after)}`, message }];
    });
  });
}

/** One result against the first: better, worse, not decided, as before. */
function differenceLines(difference: Difference, labels: readonly string[], options: TerminalOptions): string[] {
  const { palette, width } = options;
  const title = `${labels[difference.to]} against ${labels[difference.from]}: ${tallyText(difference)}`;
  const lines = [palette.bold(title)];
  for (const { change, what, became, message } of movedIn(difference)) {
    const paint = colourOf(palette, change === "better" ? "held" : change === "worse" ? "violated" : "inconclusive");
    const indent = 2 + CHANGE;
    const [first = "", ...more] = wrap(`${what}: ${became}`, indent, width, 2);
    lines.push(`  ${paint(changeTexts[change].padEnd(CHANGE))}${first.slice(indent)}`, ...more);
    // What breaks stands below, with the way to walk it again.
    if (change !== "not-decided" || message === undefined) continue;
    lines.push(...wrap(message, indent + 2, width, 0).map((line) => palette.dim(line)));
  }
  const same = sameText(difference);
  if (same !== "") lines.push(...wrap(`  ${changeTexts.same.padEnd(CHANGE)}${same}`, 0, width, 2 + CHANGE));
  return lines;
}

/** Scenarios down, designs across: what broke in each. Nothing for the scenarios that every check runs. */
function scenarioTable(results: readonly SavedResult[], labels: readonly string[], options: TerminalOptions): string[] {
  const { palette } = options;
  const names = [...new Set(results.flatMap(({ scenarios }) => scenarios.map(({ name }) => name)))];
  if (!names.some((name) => name.includes("@"))) return [];
  const nameWidth = widest(names) + 2;
  const cellWidth = Math.max(14, widest(labels) + 2);
  const head = labels.map((label) => label.padEnd(cellWidth)).join("");
  const lines = ["", palette.bold(`${"flows".padEnd(nameWidth)}${head}`.trimEnd())];
  for (const name of names) {
    const cells = results.map(({ scenarios }) => {
      const scenario = scenarios.find((each) => each.name === name);
      if (scenario === undefined) return "".padEnd(cellWidth);
      const text = scenario.verdict === "violated" ? scenario.broken.join(" ") : scenario.verdict;
      return colourOf(palette, scenario.verdict)(text.padEnd(cellWidth));
    });
    lines.push(`${name.padEnd(nameWidth)}${cells.join("")}`.trimEnd());
  }
  return lines;
}
