/** Results as text for a terminal: verdict, requirements, and the failing interleaving in columns. */

import type { CheckResult, Counterexample, RequirementResult, Step, Verdict } from "../explore/index.js";
import type { SourceLine } from "../helpers/index.js";
import { oneLine } from "../text/index.js";

/** How to colour text; every function may be the identity. */
export interface Palette {
  bold(text: string): string;
  dim(text: string): string;
  good(text: string): string;
  bad(text: string): string;
  unsure(text: string): string;
}

export interface TerminalOptions {
  readonly palette: Palette;
  /** Characters in a line. */
  readonly width: number;
  /** What `dpamt replay` needs beside the schedule, as typed in a shell. */
  readonly replayArguments?: string;
}

const MIN_LANE = 24;
/** Lanes wider than this are harder to read, not easier. */
const MAX_LANE = 62;
const GAP = 2;

const verdictText: Record<Verdict, string> = {
  holds: "every interleaving within the bounds was covered",
  violated: "a requirement is broken",
  inconclusive: "not everything was covered, and nothing broke so far",
};

const stopText: Record<string, string> = {
  states: "stopped at the limit of states",
  seconds: "stopped at the time limit",
  memory: "stopped at the memory limit",
  interrupted: "interrupted",
  samples: "sampled, not covered",
  violated: "stopped after the failure",
};

/** A verdict in its colour. */
export function colourVerdict(palette: Palette, verdict: Verdict): string {
  if (verdict === "holds") return palette.good(verdict);
  return verdict === "violated" ? palette.bad(verdict) : palette.unsure(verdict);
}

function requirementMark(palette: Palette, { verdict }: RequirementResult): string {
  const text = verdict.padEnd(13);
  if (verdict === "held") return palette.good(text);
  return verdict === "violated" ? palette.bad(text) : palette.unsure(text);
}

/** Digits in groups of three. */
export function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Seconds with as many digits as matter. */
export function formatSeconds(seconds: number): string {
  return seconds < 10 ? seconds.toFixed(1) : seconds.toFixed(0);
}

/** The whole result of a check. */
export function renderCheck(result: CheckResult, options: TerminalOptions): string {
  const { palette } = options;
  const lines = [
    `${palette.bold(result.subject.name)} (${result.subject.origin}): ${colourVerdict(palette, result.verdict)}, ` +
      verdictText[result.verdict] +
      (result.bounds.memory === "tso" ? ", with the store buffers of x86" : ""),
    "",
  ];
  for (const { id, title, verdict, checked, message, scenario } of result.requirements) {
    const mark = requirementMark(palette, { id, title, verdict, checked });
    lines.push(`  ${id.padEnd(4)}${mark} ${formatCount(checked).padStart(12)}  ${title}`);
    if (message !== undefined) lines.push(`  ${" ".repeat(31)}${scenario}: ${message}`);
  }
  lines.push("");
  const nameWidth = Math.max(15, ...result.scenarios.map(({ name }) => name.length + 2));
  for (const scenario of result.scenarios) {
    const { cpus, rounds, regions, allocFailures } = scenario.bounds;
    const broken = scenario.broken.length === 0 ? "" : ` ${palette.bad(scenario.broken.join(" "))}`;
    const stopped = scenario.stopped === null ? "" : `, ${stopText[scenario.stopped]}`;
    const covered =
      scenario.switchesCovered === undefined ? "" : `, all with up to ${scenario.switchesCovered} context switches`;
    const runs = scenario.runs === undefined ? "" : `, ${formatCount(scenario.runs)} runs`;
    lines.push(
      `  ${scenario.name.padEnd(nameWidth)}${colourVerdict(palette, scenario.verdict)}${broken}: ${cpus} CPU(s), ${rounds} round(s), ` +
        `${regions} region(s), ${allocFailures} failing allocation(s); ${formatCount(scenario.states)} states, ` +
        `${formatCount(scenario.transitions)} transitions, ${formatSeconds(scenario.seconds)} s${runs}${covered}${stopped}`,
    );
  }
  if (result.requirements.some(({ verdict }) => verdict === "inconclusive")) {
    lines.push(palette.dim("  inconclusive: not decided, the search of a scenario ended at the failure or a limit"));
  }
  const seen = result.witnesses.filter(({ times }) => times > 0).map(({ text }) => text);
  if (seen.length > 0) lines.push("", palette.dim(`  seen: ${seen.join("; ")}`));
  if (result.verdict === "holds") {
    const chance = result.statistics.collisionProbability;
    lines.push(palette.dim(`  chance that a hash collision hid a state: at most ${chance.toExponential(1)}`));
  }
  if (result.counterexample !== null) lines.push("", renderCounterexample(result.counterexample, options));
  return `${lines.join("\n")}\n`;
}

/** The failing interleaving: one column for each CPU, time downwards. */
export function renderCounterexample(counterexample: Counterexample, options: TerminalOptions): string {
  const { palette, width } = options;
  const steps = counterexample.steps.filter(({ visible }) => visible);
  const cpus = [...new Set(steps.map(({ cpu }) => cpu))].sort((a, b) => a - b);
  const fair = Math.floor((width - 2 - GAP * (cpus.length - 1)) / Math.max(1, cpus.length));
  const lane = Math.min(MAX_LANE, Math.max(MIN_LANE, fair));
  const fewest = counterexample.fewestSwitches ? ", the fewest possible" : "";
  const lines = [
    `${palette.bad(counterexample.requirement)} ${counterexample.message}`,
    palette.dim(`${counterexample.switches} context switch(es)${fewest}; scenario ${counterexample.scenario}`),
    "",
    `  ${palette.bold(
      cpus
        .map((cpu) => `CPU${cpu}`.padEnd(lane + GAP))
        .join("")
        .trimEnd(),
    )}`,
  ];
  const shown = new Map<number, string>();
  for (const step of steps) {
    const indent = " ".repeat(2 + cpus.indexOf(step.cpu) * (lane + GAP));
    const line = sourceOf(step);
    if (line !== undefined && shown.get(step.cpu) !== line) {
      for (const part of wrap(line, step.calls.length * 2, lane)) lines.push(indent + palette.dim(part));
    }
    if (line !== undefined) shown.set(step.cpu, line);
    for (const line of wrap(step.text, step.calls.length * 2, lane)) lines.push(indent + paint(palette, step, line));
  }
  lines.push("", `  ${palette.bad(`${counterexample.requirement} broken:`)} ${counterexample.message}`);
  for (const source of counterexample.sources ?? []) {
    lines.push(`  ${oneLine(source.file)}:${source.line}: ${oneLine(source.text)}`);
  }
  lines.push("");
  lines.push(
    palette.dim("walk it again:"),
    `  npx dpamt replay '${counterexample.schedule}'${options.replayArguments ?? ""}`,
  );
  return lines.join("\n");
}

/** The line of C that a step comes from, e.g. `tdx.c:123: atomic_inc(count);`. */
function sourceOf({ source }: Step): string | undefined {
  return source === undefined ? undefined : `${placeOf(source)}: ${oneLine(source.text)}`;
}

/** Name of the file, without its folders, and line. */
function placeOf({ file, line }: SourceLine): string {
  return `${oneLine(file.slice(file.lastIndexOf("/") + 1))}:${line}`;
}

function paint(palette: Palette, step: Step, line: string): string {
  if (step.kind === "call") return palette.bold(line);
  return /BUSY|WARN|fails|waits|shuts down/.test(step.text) ? palette.bad(line) : line;
}

/** Breaks `text` at spaces so that no line is longer than `width`; later lines are indented by four more. */
function wrap(text: string, indent: number, width: number): string[] {
  const lines: string[] = [];
  let line = " ".repeat(indent);
  let fresh = true;
  for (const word of text.split(" ")) {
    if (!fresh && line.length + 1 + word.length > width) {
      lines.push(line);
      line = " ".repeat(indent + 4);
      fresh = true;
    }
    line += (fresh ? "" : " ") + word;
    fresh = false;
  }
  lines.push(line);
  return lines;
}

const shortVerdicts: Record<RequirementResult["verdict"], string> = {
  held: "ok",
  violated: "VIOL",
  warning: "warn",
  "not-exercised": "-",
  inconclusive: "?",
};

/** Several results side by side: designs down, requirements across. */
export function renderComparison(results: readonly CheckResult[], options: TerminalOptions): string {
  const { palette } = options;
  const ids = results[0]?.requirements.map(({ id }) => id) ?? [];
  const nameWidth = Math.max(...results.map(({ subject }) => subject.name.length)) + 2;
  const head = `${"design".padEnd(nameWidth)}${"verdict".padEnd(14)}${ids.map((id) => id.padEnd(6)).join("")}`;
  const bounds = results[0]?.bounds;
  const lines =
    bounds === undefined
      ? []
      : [
          `${bounds.cpus} CPU(s), ${bounds.rounds} round(s), ${bounds.regions} region(s), ` +
            `${bounds.allocFailures} failing allocation(s), ${bounds.placement} placement`,
          "",
        ];
  lines.push(palette.bold(`${head}${"states".padStart(12)}${"seconds".padStart(9)}`));
  for (const { subject, verdict, requirements, statistics } of results) {
    const marks = requirements.map((requirement) => {
      const text = shortVerdicts[requirement.verdict].padEnd(6);
      if (requirement.verdict === "violated") return palette.bad(text);
      return requirement.verdict === "held" ? palette.good(text) : palette.unsure(text);
    });
    const padding = " ".repeat(14 - verdict.length);
    lines.push(
      `${subject.name.padEnd(nameWidth)}${colourVerdict(palette, verdict)}${padding}${marks.join("")}` +
        `${formatCount(statistics.states).padStart(12)}${formatSeconds(statistics.seconds).padStart(9)}`,
    );
  }
  lines.push(...scenarioTable(results, palette));
  lines.push(
    "",
    "ok: held   VIOL: violated   warn: warning   -: not exercised   ?: not decided, the search ended at the failure or a limit",
  );
  for (const { subject, counterexample } of results) {
    if (counterexample === null) continue;
    lines.push("", `${palette.bold(subject.name)}: ${counterexample.requirement} ${counterexample.message}`);
    lines.push(`  npx dpamt replay '${counterexample.schedule}'`);
  }
  return `${lines.join("\n")}\n`;
}

/** Scenarios down, designs across: what broke in each. Nothing for the scenarios that every check runs. */
function scenarioTable(results: readonly CheckResult[], palette: Palette): string[] {
  const names = [...new Set(results.flatMap(({ scenarios }) => scenarios.map(({ name }) => name)))];
  if (!names.some((name) => name.includes("@"))) return [];
  const nameWidth = Math.max(...names.map((name) => name.length)) + 2;
  const cellWidth = Math.max(14, ...results.map(({ subject }) => subject.name.length + 2));
  const head = results.map(({ subject }) => subject.name.padEnd(cellWidth)).join("");
  const lines = ["", palette.bold(`${"flows".padEnd(nameWidth)}${head}`.trimEnd())];
  for (const name of names) {
    const cells = results.map(({ scenarios }) => {
      const scenario = scenarios.find((each) => each.name === name);
      if (scenario === undefined) return "".padEnd(cellWidth);
      const text = scenario.verdict === "violated" ? scenario.broken.join(" ") : scenario.verdict;
      const padded = text.padEnd(cellWidth);
      if (scenario.verdict === "violated") return palette.bad(padded);
      return scenario.verdict === "holds" ? palette.good(padded) : palette.unsure(padded);
    });
    lines.push(`${name.padEnd(nameWidth)}${cells.join("")}`.trimEnd());
  }
  return lines;
}
