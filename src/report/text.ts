/**
 * Results as a short text to paste into a mail or a commit message. It says what broke and why, shows the race with CPUs
 * side by side, and ends with verdict, bounds and the command. `text-long.ts` is the form with everything.
 */
import type { Counterexample, RequirementResult } from "../check/index.js";
import { VERSION } from "../text/index.js";
import { briefSteps } from "./brief.js";
import { columnsOf, shortPlace, sourceText, wrap } from "./columns.js";
import { commandToReplay } from "./command.js";
import { headlineOf, verdictLine } from "./headline.js";
import { asciiOf, indented, MARGIN, paragraph, WIDTH } from "./mail.js";
import { failuresOf, type SavedResult } from "./result.js";
import {
  boundsText,
  formatSeconds,
  memoryText,
  notRunText,
  plural,
  readFromTexts,
  stopText,
  switchesText,
} from "./words.js";

/** Lines that the text is to have, and steps of a race that are shown, from as many as read well to what it needs. */
const LINES = 25;
const STEPS = [14, 12, 11, 10, 9, 8, 7, 6];

/** The whole result in few lines. */
export function textOf(given: SavedResult): string {
  const result = asciiOf(given);
  const [failure] = failuresOf(result);
  const opening = failure === undefined ? openingOf(result) : introText(result, failure);
  // What is typed in a shell keeps its letters: another name would be another file.
  const commands = failuresOf(given).slice(0, 1);
  const ending = commands.map(({ schedule }) => commandToReplay(schedule, given.c, given.ignored));
  const whole = (race: readonly string[]): string =>
    `${[opening, ...race, paragraph(closingOf(result, failure)), ...ending].join("\n\n")}\n`;
  if (failure === undefined) return whole([]);
  const texts = STEPS.map((steps) => whole([raceText(failure, steps)]));
  return texts.find((text) => text.split("\n").length <= LINES + 1) ?? (texts.at(-1) as string);
}

function introText(result: SavedResult, { requirement, message, cause, sources = [] }: Counterexample): string {
  const title = result.requirements.find(({ id }) => id === requirement)?.title;
  const place = sources.length === 0 ? "" : `, at ${[...new Set(sources.map(shortPlace))].join(" and ")}`;
  const what = `${requirement}${title === undefined ? "" : ` (${title})`}${place}`;
  return paragraph(`${nameOf(result)} breaks ${what}: ${cause?.text ?? message}.`);
}

/** The failing interleaving in about as many lines as it says, and what it comes to. */
function raceText(failure: Counterexample, most: number): string {
  const { requirement, message, sources = [] } = failure;
  const { head, lines } = columnsOf({ steps: briefSteps(failure, most) }, WIDTH, MARGIN);
  return [
    ...(head === undefined ? [] : [head]),
    ...lines.map(({ before, text }) => before + text),
    ...indented(`=> ${requirement}: ${message}`),
    ...sources.slice(0, 1).flatMap((source) => wrap(sourceText(source), MARGIN + 3, WIDTH, 2)),
  ].join("\n");
}

function openingOf(result: SavedResult): string {
  const { verdict, scenarios } = result;
  if (verdict === "holds") {
    return paragraph(`${nameOf(result)}: no requirement is broken. dpamt tried every interleaving within the bounds.`);
  }
  if (verdict === "violated") return paragraph(`${nameOf(result)}: ${headlineOf(result)}.`);
  const stops = new Set(scenarios.flatMap(({ stopped }) => (stopped === null ? [] : [stopText[stopped] ?? stopped])));
  const why = stops.size === 0 ? "" : ` (${[...stops].join("; ")})`;
  return paragraph(`${nameOf(result)}: nothing broke so far, and not everything was covered${why}.`);
}

function nameOf({ subject }: SavedResult): string {
  return `${subject.name} (${subject.origin})`;
}

/** Verdict, bounds, what else there is to know, and the version. */
function closingOf(result: SavedResult, failure: Counterexample | undefined): string {
  const { requirements, scenarios, statistics, notRun, notes = [] } = result;
  const run = scenarios.find(({ name }) => name === failure?.scenario);
  const bounds = run?.bounds ?? result.bounds;
  const where =
    failure === undefined
      ? plural(scenarios.length, "scenario")
      : `scenario ${failure.scenario} with ${switchesText(failure)}`;
  const memory = bounds.memory === "tso" ? `, memory ${memoryText(bounds)}` : "";
  const open = requirements.filter(({ verdict }) => verdict === "inconclusive").map(({ id }) => id);
  const missing = notRunText(notRun);
  return [
    `${verdictLine(result)}; ${where}; ${boundsText(bounds)}${memory};`,
    `${plural(statistics.states, "state")}, ${formatSeconds(statistics.elapsed ?? statistics.seconds)} s, dpamt ${VERSION}.`,
    ...warningTexts(requirements, failure === undefined),
    ...(open.length === 0 ? [] : [`Not decided: ${open.join(", ")}.`]),
    ...(missing === undefined ? [] : [`${capital(missing)}.`]),
    ...readFromTexts(result).map((text) => `${capital(text)}.`),
    ...notes.map(({ text, scenario }) => `Note, ${scenario}: ${text}.`),
    ...(failure === undefined ? ["Bounds are bounds; docs/limits.md of dpamt lists what the model leaves out."] : []),
  ].join(" ");
}

/** @param isWhole with what they say, where there is room */
function warningTexts(requirements: readonly RequirementResult[], isWhole: boolean): string[] {
  const warned = requirements.filter(({ verdict }) => verdict === "warning");
  if (isWhole) return warned.map(({ id, message }) => `Warning ${id}: ${message ?? "broken"}.`);
  return warned.length === 0 ? [] : [`Warnings: ${warned.map(({ id }) => id).join(", ")}.`];
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
