/**
 * Results as plain text to paste into a mail or a commit message: a failure as kernel commit messages show races,
 * CPUs side by side, at most 75 columns of ASCII.
 */
import type { Counterexample, RequirementResult, ScenarioResult } from "../explore/index.js";
import { oneLine } from "../text/index.js";
import { columnsOf, placeText, sourceText, wrap } from "./columns.js";
import { commandToReplay } from "./command.js";
import { type SavedResult, withTexts } from "./result.js";
import {
  boundsText,
  coverText,
  memoryText,
  notRunText,
  placementText,
  plural,
  stopText,
  switchesText,
} from "./words.js";

/** Longest line of a commit message of the kernel; only a command to type may be longer. */
const WIDTH = 75;
const MARGIN = 4;

/** The whole result: what broke and how, or what was covered and what that does not say. */
export function textOf(given: SavedResult): string {
  const result = withTexts(given, ascii);
  const { counterexample } = result;
  // What is typed in a shell keeps its letters: another name would be another file.
  const command = counterexample === null ? [] : walkAgain(given);
  const parts = counterexample === null ? [openingOf(result)] : [failureText(result, counterexample)];
  return `${[...parts, ...restOf(result), ...command].join("\n\n")}\n`;
}

/** The failing interleaving alone, indented: CPUs side by side, and what breaks at the end. */
export function raceText(given: Counterexample): string {
  const counterexample = withTexts(given, ascii);
  const { head, rule, lines } = columnsOf(counterexample, WIDTH, MARGIN);
  const { requirement, message, sources = [] } = counterexample;
  return [
    ...[head, rule].filter((line) => line !== undefined),
    ...lines.map(({ before, text }) => before + text),
    "",
    ...indented(`=> ${requirement}: ${message}`),
    ...sources.flatMap((source) => wrap(sourceText(source), MARGIN + 3, WIDTH, 2)),
  ].join("\n");
}

function failureText(result: SavedResult, counterexample: Counterexample): string {
  const { subject, requirements } = result;
  const { requirement, message, scenario, sources = [] } = counterexample;
  const title = requirements.find(({ id }) => id === requirement)?.title;
  const run = result.scenarios.find(({ name }) => name === scenario);
  const place = sources.length === 0 ? "" : `, at ${[...new Set(sources.map(placeText))].join(" and ")}`;
  const intro =
    `${subject.name} (${subject.origin}) breaks ${requirement}${title === undefined ? "" : ` (${title})`}${place}: ${message}. ` +
    `Found in the scenario ${scenario} with ${boundsText(run?.bounds ?? result.bounds)}, memory ` +
    `${memoryText(run?.bounds ?? result.bounds)}; it takes ${switchesText(counterexample)}.`;
  return `${paragraph(intro)}\n\n${raceText(counterexample)}`;
}

function openingOf({ subject, verdict, scenarios, requirements }: SavedResult): string {
  const name = `${subject.name} (${subject.origin})`;
  if (verdict === "holds") {
    return paragraph(
      `${name}: no requirement is broken. dpamt tried every interleaving of the helpers within the bounds below.`,
    );
  }
  if (verdict === "inconclusive") {
    const stops = new Set(scenarios.flatMap(({ stopped }) => (stopped === null ? [] : [stopText[stopped] ?? stopped])));
    const why = stops.size === 0 ? "" : ` (${[...stops].join("; ")})`;
    return paragraph(`${name}: nothing broke so far, and not everything was covered${why}.`);
  }
  return paragraph(`${name} breaks ${idsOf(requirements, "violated")}.`);
}

/** What follows in any case: other findings, what was covered, and what that does not say. */
function restOf(result: SavedResult): string[] {
  const { requirements, counterexample, scenarios, verdict } = result;
  const shown = counterexample?.requirement;
  const findings = requirements.filter(
    (each) => each.verdict === "warning" || (each.verdict === "violated" && each.id !== shown),
  );
  const parts: string[] = [];
  if (findings.length > 0) {
    const title = shown === undefined ? "Found:" : "Found as well:";
    parts.push([title, "", ...findings.flatMap(findingText)].join("\n"));
  }
  const notRun = notRunText(result.notRun);
  const covered = [...scenarios.flatMap(scenarioText), ...(notRun === undefined ? [] : indented(notRun))];
  parts.push(["Covered:", "", ...covered].join("\n"));
  const unseen = idsOf(requirements, "not-exercised");
  const undecided = idsOf(requirements, "inconclusive");
  const limits = [
    ...(unseen === "" ? [] : [`Not exercised: ${unseen}.`]),
    ...(undecided === "" ? [] : [`Not decided: ${undecided} (paths end where something breaks, or a limit was met).`]),
    ...(verdict === "violated" ? [] : [limitsText(result)]),
  ];
  if (limits.length > 0) parts.push(paragraph(limits.join(" ")));
  return parts;
}

/** What a verdict without a failure does not say. */
function limitsText({ bounds, statistics, strategy, seed, verdict }: SavedResult): string {
  const chance = statistics.collisionProbability.toExponential(1);
  return [
    `Bounds are bounds: this says nothing of more than ${plural(bounds.cpus, "CPU")} or ${plural(bounds.regions, "region")}.`,
    `Memory was ${memoryText(bounds)}, pages lay ${placementText(bounds)}.`,
    ...(seed === null ? [] : [`Interleavings were sampled (${strategy}, seed ${seed}).`]),
    ...(verdict === "holds" ? [`The chance that a hash collision hid a state is at most ${chance}.`] : []),
    "What the model leaves out is listed in docs/limits.md of dpamt.",
  ].join(" ");
}

function findingText({ id, title, verdict, message, scenario }: RequirementResult): string[] {
  const where = scenario === undefined ? "" : ` (scenario ${scenario})`;
  const kind = verdict === "warning" ? ", a warning" : "";
  return indented(`${id} ${title}${kind}: ${message ?? "broken"}${where}`);
}

function scenarioText(scenario: ScenarioResult): string[] {
  const { name, verdict, broken, bounds } = scenario;
  const which = broken.length === 0 ? "" : ` (${broken.join(", ")})`;
  return indented(`${name}: ${verdict}${which}; ${boundsText(bounds)}; ${coverText(scenario)}`);
}

function walkAgain({ counterexample, c }: SavedResult): string[] {
  if (counterexample === null) return [];
  return [`To walk it again with dpamt:\n\n${" ".repeat(MARGIN)}${commandToReplay(counterexample.schedule, c)}`];
}

function idsOf(requirements: readonly RequirementResult[], verdict: RequirementResult["verdict"]): string {
  return requirements
    .filter((each) => each.verdict === verdict)
    .map(({ id }) => id)
    .join(", ");
}

function paragraph(text: string): string {
  return wrap(text, 0, WIDTH, 0).join("\n");
}

function indented(text: string): string[] {
  return wrap(text, MARGIN, WIDTH, 2);
}

/** `text` on one line in ASCII: letters without their accents, anything else as a question mark. */
function ascii(text: string): string {
  return oneLine(text)
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^\u0020-\u007e]/gu, "?");
}
