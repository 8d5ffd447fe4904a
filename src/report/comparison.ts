/** Several results side by side: designs down, requirements across. */
import type { RequirementVerdict } from "../check/index.js";
import { oneLine } from "../text/index.js";
import { commandToReplay } from "./command.js";
import { cleaned, failuresOf, type SavedResult } from "./result.js";
import { colourOf, shapeOf, type TerminalOptions } from "./style.js";
import { boundsText, formatCount, formatSeconds, undecidedText, widest } from "./words.js";

/** In the place of a verdict: what is violated only after a mistake of a caller. */
const CALLERS_MISTAKE = { verdict: "mistake only", requirement: "MIST" } as const;
/** Width of the column of verdicts. */
const VERDICT = 16;

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
  const { palette } = options;
  const ids = results[0]?.requirements.map(({ id }) => id) ?? [];
  const nameWidth = widest(results.map(({ subject }) => subject.name)) + 2;
  const head = `${"design".padEnd(nameWidth)}${"verdict".padEnd(VERDICT)}${ids.map((id) => id.padEnd(6)).join("")}`;
  const bounds = results[0]?.bounds;
  const lines = bounds === undefined ? [] : [`${boundsText(bounds)}, ${bounds.placement} placement`, ""];
  lines.push(palette.bold(`${head}${"states".padStart(12)}${"seconds".padStart(9)}`));
  for (const { subject, verdict, violatedFor, requirements, statistics } of results) {
    const marks = requirements.map((each) => colourOf(palette, each.verdict)(shortVerdictOf(each).padEnd(6)));
    const isMistake = violatedFor === "wrong-callers";
    const word = isMistake ? CALLERS_MISTAKE.verdict : verdict;
    const marked = colourOf(palette, verdict)(`${shapeOf(options, verdict)} ${word}`.padEnd(VERDICT));
    lines.push(
      `${subject.name.padEnd(nameWidth)}${marked}${marks.join("")}` +
        `${formatCount(statistics.states).padStart(12)}${formatSeconds(statistics.seconds).padStart(9)}`,
    );
  }
  const notRun = results.filter(({ scenarios }) => scenarios.length === 0).map(({ subject }) => subject.name);
  if (notRun.length > 0) lines.push("", palette.unsure(`not run, as there was no time left: ${notRun.join(", ")}`));
  lines.push(...scenarioTable(results, options));
  lines.push("", ...legendOf(results));
  for (const each of given) {
    for (const { requirement, message, schedule } of failuresOf(each)) {
      lines.push("", `${palette.bad(oneLine(each.subject.name))}: ${oneLine(`${requirement} ${message}`)}`);
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

/** Scenarios down, designs across: what broke in each. Nothing for the scenarios that every check runs. */
function scenarioTable(results: readonly SavedResult[], options: TerminalOptions): string[] {
  const { palette } = options;
  const names = [...new Set(results.flatMap(({ scenarios }) => scenarios.map(({ name }) => name)))];
  if (!names.some((name) => name.includes("@"))) return [];
  const nameWidth = widest(names) + 2;
  const cellWidth = Math.max(14, widest(results.map(({ subject }) => subject.name)) + 2);
  const head = results.map(({ subject }) => subject.name.padEnd(cellWidth)).join("");
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
