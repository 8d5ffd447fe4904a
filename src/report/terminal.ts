/** Results as text for a terminal: verdict, requirements, and the failing interleaving in columns. */
import type { Counterexample, RequirementResult, ScenarioResult } from "../check/index.js";
import { isTrouble } from "../check/trace/facts.js";
import { type ColumnLine, columnsOf, wrap } from "./columns.js";
import { commandToReplay } from "./command.js";
import { renderCoverage } from "./coverage.js";
import { headlineOf, signOf, verdictLine, whereText } from "./headline.js";
import { cleaned, failuresOf, type SavedResult } from "./result.js";
import { colourOf, markedVerdict, shapeOf, type TerminalOptions } from "./style.js";
import {
  boundsText,
  coverText,
  formatCount,
  formatSeconds,
  notRunText,
  readFromTexts,
  switchesText,
  undecidedTexts,
  usersText,
  widest,
} from "./words.js";

export type { Palette, TerminalOptions } from "./style.js";

/** In terminals narrower than this, long lines are broken where words end. */
const NARROW = 60;
/** Where a requirement's title begins. */
const TITLE = 35;

/** The whole result of a check. */
export function renderCheck(given: SavedResult, options: TerminalOptions): string {
  const result = cleaned(given);
  const { palette } = options;
  const { subject, verdict } = result;
  const memory = result.bounds.memory === "tso" ? ", with the store buffers of x86" : "";
  const lines = [
    ...fitted(
      `${palette.bold(subject.name)} (${subject.origin}): ${markedVerdict(options, verdict)}${signOf(result)} ${headlineOf(result)}${memory}`,
      `${subject.name} (${subject.origin}): ${verdictLine(result)}${memory}`,
      0,
      options,
    ),
    ...readFromTexts(result).flatMap((text) => fitted(`  ${palette.dim(text)}`, text, 2, options)),
    "",
    ...result.requirements.flatMap((requirement) => requirementLines(requirement, options)),
    "",
    ...scenarioLines(result.scenarios, options),
  ];
  const dim = (text: string): string => fitted(palette.dim(text), text, 2, options).join("\n");
  const notRun = notRunText(result.notRun);
  if (notRun !== undefined) lines.push(...fitted(`  ${palette.unsure(notRun)}`, notRun, 2, options));
  for (const text of undecidedTexts(result.requirements)) lines.push(dim(`  inconclusive: ${text}`));
  for (const { text, scenario } of result.notes ?? []) {
    const note = `  note: ${scenario}: ${text}`;
    lines.push(...fitted(palette.unsure(note), note, 2, options));
  }
  const seen = result.witnesses.filter(({ times }) => times > 0).map(({ text }) => text);
  if (seen.length > 0) lines.push("", dim(`  seen: ${seen.join("; ")}`));
  if (verdict === "holds") {
    const users = usersText(result.statistics);
    if (users !== undefined) lines.push(dim(`  ${users}`));
    const chance = result.statistics.collisionProbability;
    lines.push(dim(`  chance that a hash collision hid a state: at most ${chance.toExponential(1)}`));
  }
  const { elapsed } = result.statistics;
  if (elapsed !== undefined) lines.push(dim(`  in all: ${formatSeconds(elapsed)} s`));
  for (const failure of failuresOf(given)) {
    const command = commandToReplay(failure.schedule, given.c, given.ignored);
    lines.push("", renderCounterexample(failure, options, command));
  }
  if (result.coverage !== undefined) lines.push("", renderCoverage(result.coverage, options).trimEnd());
  return `${lines.join("\n")}\n`;
}

function requirementLines(
  { id, title, verdict, violatedFor, checked, message, scenario }: RequirementResult,
  options: TerminalOptions,
): string[] {
  const { palette, width } = options;
  const paint = colourOf(palette, verdict);
  const shape = shapeOf(options, verdict);
  // What is not decided stands together below, as the reasons are mostly the same.
  const said =
    message === undefined || verdict === "inconclusive"
      ? []
      : [`${scenario === undefined ? "" : `${whereText({ scenario, violatedFor })}: `}${message}`];
  if (width >= NARROW) {
    const head = `  ${paint(shape)} ${id.padEnd(4)}${paint(verdict.padEnd(13))} ${formatCount(checked).padStart(12)}  ${title}`;
    return [head, ...said.map((text) => " ".repeat(TITLE) + text)];
  }
  const text = `${shape} ${id.padEnd(4)}${verdict}, ${formatCount(checked)}: ${title}`;
  return [
    ...wrap(text, 0, width, HANGING).map((line, index) => (index === 0 ? paint(line) : line)),
    ...said.flatMap((text) => wrap(text, HANGING, width, 0)),
  ];
}

/** Where what belongs to a line goes on in a narrow terminal. */
const HANGING = 4;

function scenarioLines(scenarios: readonly ScenarioResult[], options: TerminalOptions): string[] {
  const { palette } = options;
  const nameWidth = Math.max(15, widest(scenarios.map(({ name }) => name)) + 2);
  return scenarios.flatMap((scenario) => {
    const { name, verdict, broken, bounds } = scenario;
    const which = broken.length === 0 ? "" : ` ${broken.join(" ")}`;
    const rest = `: ${boundsText(bounds)}; ${coverText(scenario)}`;
    const colour = `  ${name.padEnd(nameWidth)}${markedVerdict(options, verdict)}${which === "" ? "" : palette.bad(which)}${rest}`;
    return fitted(colour, `${name} ${shapeOf(options, verdict)} ${verdict}${which}${rest}`, 0, options);
  });
}

/** `coloured` on one line; in a narrow terminal `plain`, broken where words end. */
function fitted(coloured: string, plain: string, indent: number, { width }: TerminalOptions): string[] {
  return width >= NARROW ? [coloured] : wrap(plain.trim(), indent, width, HANGING);
}

/**
 * The failing interleaving: one column for each CPU, time downwards.
 *
 * @param command walks it again
 */
export function renderCounterexample(given: Counterexample, options: TerminalOptions, command: string): string {
  const counterexample = cleaned(given);
  const { palette, width } = options;
  const { requirement, message, cause } = counterexample;
  const { head, lines } = columnsOf(counterexample, width, 2);
  const about = `${switchesText(counterexample)}; scenario ${counterexample.scenario}`;
  const places = (counterexample.sources ?? []).map((source) => `  ${placeAndText(source)}`);
  const broken = `${shapeOf(options, "violated")} ${requirement}`;
  return [
    ...wrap(`${broken} ${cause?.text ?? message}`, 0, width, HANGING).map((line, index) =>
      index === 0 ? palette.bad(broken) + line.slice(broken.length) : line,
    ),
    ...(cause === undefined ? [] : fitted(`  ${message}`, message, 2, options)),
    ...fitted(palette.dim(about), about, 0, options),
    "",
    ...(head === undefined ? [] : [palette.bold(head)]),
    ...lines.map((line) => painted(line, options)),
    "",
    ...fitted(`  ${palette.bad(`${requirement} broken:`)} ${message}`, `${requirement} broken: ${message}`, 2, options),
    ...places.flatMap((text) => fitted(text, text, 2, options)),
    "",
    palette.dim("walk it again:"),
    `  ${command}`,
  ].join("\n");
}

/** With its whole path, so that editors find it. */
function placeAndText({ file, line, text }: { file: string; line: number; text: string }): string {
  return `${file}:${line}: ${text}`;
}

function painted({ before, text, step, isSource, isFirst }: ColumnLine, options: TerminalOptions): string {
  const { palette } = options;
  if (isSource) return before + palette.dim(text);
  if (step.action.kind === "call") return before + palette.bold(text);
  if (!isTrouble(step.action)) return before + text;
  const mark = isFirst ? `${before.slice(0, -2)}${palette.bad(shapeOf(options, "warning"))} ` : before;
  return mark + palette.bad(text);
}
