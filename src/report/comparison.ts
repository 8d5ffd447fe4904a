/** Several results side by side: designs down, requirements across. */
import type { CheckResult, RequirementVerdict } from "../explore/index.js";
import { oneLine } from "../text/index.js";
import { commandToReplay } from "./command.js";
import { cleaned, type SavedResult } from "./result.js";
import { colourOf, markedVerdict, type TerminalOptions } from "./style.js";
import { boundsText, formatCount, formatSeconds, undecidedText, widest } from "./words.js";

const shortVerdicts: Readonly<Record<RequirementVerdict, string>> = {
  held: "ok",
  violated: "VIOL",
  warning: "warn",
  "not-exercised": "-",
  inconclusive: "?",
};

/** Designs down, requirements across, then how to walk each failure again. */
export function renderComparison(given: readonly SavedResult[], options: TerminalOptions): string {
  const results = cleaned(given);
  const { palette } = options;
  const ids = results[0]?.requirements.map(({ id }) => id) ?? [];
  const nameWidth = widest(results.map(({ subject }) => subject.name)) + 2;
  const head = `${"design".padEnd(nameWidth)}${"verdict".padEnd(16)}${ids.map((id) => id.padEnd(6)).join("")}`;
  const bounds = results[0]?.bounds;
  const lines = bounds === undefined ? [] : [`${boundsText(bounds)}, ${bounds.placement} placement`, ""];
  lines.push(palette.bold(`${head}${"states".padStart(12)}${"seconds".padStart(9)}`));
  for (const { subject, verdict, requirements, statistics } of results) {
    const marks = requirements.map(({ verdict }) => colourOf(palette, verdict)(shortVerdicts[verdict].padEnd(6)));
    lines.push(
      `${subject.name.padEnd(nameWidth)}${markedVerdict(options, verdict, 16)}${marks.join("")}` +
        `${formatCount(statistics.states).padStart(12)}${formatSeconds(statistics.seconds).padStart(9)}`,
    );
  }
  const notRun = results.filter(({ scenarios }) => scenarios.length === 0).map(({ subject }) => subject.name);
  if (notRun.length > 0) lines.push("", palette.unsure(`not run, as there was no time left: ${notRun.join(", ")}`));
  lines.push(...scenarioTable(results, options));
  lines.push("", `ok: held   VIOL: violated   warn: warning   -: not exercised   ?: ${undecidedText}`);
  for (const { subject, counterexample, c } of given) {
    if (counterexample === null) continue;
    const { requirement, message, schedule } = counterexample;
    lines.push("", `${palette.bad(oneLine(subject.name))}: ${oneLine(`${requirement} ${message}`)}`);
    lines.push(`  ${commandToReplay(schedule, c)}`);
  }
  return `${lines.join("\n")}\n`;
}

/** Scenarios down, designs across: what broke in each. Nothing for the scenarios that every check runs. */
function scenarioTable(results: readonly CheckResult[], options: TerminalOptions): string[] {
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
