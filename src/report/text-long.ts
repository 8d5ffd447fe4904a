/**
 * Results whole as plain text to paste into a mail. It shows every failure with each of its operations as kernel commit
 * messages show races: CPUs side by side. `text.ts` is the short form.
 */
import type { Counterexample, RequirementResult, ScenarioResult } from "../check/index.js";
import { columnsOf, shortPlace, sourceText, wrap } from "./columns.js";
import { commandToReplay } from "./command.js";
import { headlineOf, whereText, whyText } from "./headline.js";
import { asciiOf, indented, MARGIN, paragraph, WIDTH } from "./mail.js";
import { failuresOf, type SavedResult } from "./result.js";
import {
  boundsText,
  coverText,
  memoryText,
  notRunText,
  placementText,
  plural,
  readFromTexts,
  stopText,
  switchesText,
  undecidedTexts,
  usersText,
} from "./words.js";

/** The whole result: what broke and how, or what was covered and what that does not say. */
export function longTextOf(given: SavedResult): string {
  const result = asciiOf(given);
  const failures = failuresOf(result);
  const parts = failures.length === 0 ? [openingOf(result)] : failures.map((each) => failureText(result, each));
  // What is typed in a shell keeps its letters: another name would be another file.
  return `${[...parts, ...restOf(result), ...walkAgain(given)].join("\n\n")}\n`;
}

/** The failing interleaving alone, indented: CPUs side by side, and what breaks at the end. */
export function raceText(given: Counterexample): string {
  const counterexample = asciiOf(given);
  const { head, rule, lines } = columnsOf(counterexample, WIDTH, MARGIN);
  const { requirement, sources = [] } = counterexample;
  return [
    ...[head, rule].filter((line) => line !== undefined),
    ...lines.map(({ before, text }) => before + text),
    "",
    ...indented(`=> ${requirement}: ${whyText(counterexample)}`),
    ...sources.flatMap((source) => wrap(sourceText(source), MARGIN + 3, WIDTH, 2)),
  ].join("\n");
}

function failureText(result: SavedResult, counterexample: Counterexample): string {
  const { subject, requirements } = result;
  const { requirement, message, scenario, sources = [] } = counterexample;
  const title = requirements.find(({ id }) => id === requirement)?.title;
  const run = result.scenarios.find(({ name }) => name === scenario);
  const place = sources.length === 0 ? "" : `, at ${[...new Set(sources.map(shortPlace))].join(" and ")}`;
  const intro =
    `${subject.name} (${subject.origin}) breaks ${requirement}${title === undefined ? "" : ` (${title})`}${place}: ${message}. ` +
    `Found in the scenario ${scenario} with ${boundsText(run?.bounds ?? result.bounds)}, memory ` +
    `${memoryText(run?.bounds ?? result.bounds)}; it takes ${switchesText(counterexample)}. In all: ${headlineOf(result)}.`;
  return `${paragraph(intro)}\n\n${raceText(counterexample)}`;
}

function openingOf(result: SavedResult): string {
  const { subject, verdict, scenarios, requirements } = result;
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
  return paragraph(`${name} breaks ${idsOf(requirements, "violated")}: ${headlineOf(result)}.`);
}

/** Verdicts that are listed beside the failure. */
const SHOWN_BESIDE: ReadonlySet<RequirementResult["verdict"]> = new Set(["warning", "ignored"]);

/** What follows in any case: other findings, what was covered, and what that does not say. */
function restOf(result: SavedResult): string[] {
  const { requirements, scenarios, verdict, notes = [] } = result;
  const shown = new Set(failuresOf(result).map(({ requirement }) => requirement));
  const findings = requirements.filter(
    (each) => SHOWN_BESIDE.has(each.verdict) || (each.verdict === "violated" && !shown.has(each.id)),
  );
  const parts: string[] = [];
  if (findings.length > 0) {
    const title = shown.size === 0 ? "Found:" : "Found as well:";
    parts.push([title, "", ...findings.flatMap(findingText)].join("\n"));
  }
  const read = readFromTexts(result);
  if (read.length > 0) parts.push(["Read:", "", ...read.flatMap(indented)].join("\n"));
  const notRun = notRunText(result.notRun);
  const covered = [...scenarios.flatMap(scenarioText), ...(notRun === undefined ? [] : indented(notRun))];
  parts.push(["Covered:", "", ...covered].join("\n"));
  if (notes.length > 0) {
    parts.push(["Notes:", "", ...notes.flatMap(({ text, scenario }) => indented(`${scenario}: ${text}`))].join("\n"));
  }
  const unseen = requirements.filter((each) => each.verdict === "not-exercised");
  if (unseen.length > 0) parts.push(["Not exercised:", "", ...unseen.flatMap(unseenText)].join("\n"));
  const limits = [
    ...undecidedTexts(requirements).map((text) => `Not decided: ${text}.`),
    ...(verdict === "violated" ? [] : [limitsText(result)]),
  ];
  if (limits.length > 0) parts.push(paragraph(limits.join(" ")));
  return parts;
}

/** What a verdict without a failure does not say. */
function limitsText({ bounds, statistics, strategy, seed, verdict }: SavedResult): string {
  const chance = statistics.collisionProbability.toExponential(1);
  const users = usersText(statistics);
  return [
    `Bounds are bounds: this says nothing of more than ${plural(bounds.cpus, "CPU")} or ${plural(bounds.regions, "region")}.`,
    `Memory was ${memoryText(bounds)}, pages lay ${placementText(bounds)}.`,
    ...(seed === null ? [] : [`Interleavings were sampled (${strategy}, seed ${seed}).`]),
    ...(verdict === "holds" && users !== undefined ? [`There were ${users}.`] : []),
    ...(verdict === "holds" ? [`The chance that a hash collision hid a state is at most ${chance}.`] : []),
    "What the model leaves out is listed in docs/limits.md of dpamt.",
  ].join(" ");
}

function unseenText({ id, title, message }: RequirementResult): string[] {
  return indented(`${id} ${title}: ${message ?? "nothing asked for it"}`);
}

function findingText({ id, title, verdict, violatedFor, message, scenario }: RequirementResult): string[] {
  const where = scenario === undefined ? "" : ` (scenario ${whereText({ scenario, violatedFor })})`;
  const kind = verdict === "warning" ? ", a warning" : verdict === "ignored" ? ", ignored" : "";
  return indented(`${id} ${title}${kind}: ${message ?? "broken"}${where}`);
}

function scenarioText(scenario: ScenarioResult): string[] {
  const { name, verdict, broken, bounds } = scenario;
  const which = broken.length === 0 ? "" : ` (${broken.join(", ")})`;
  return indented(`${name}: ${verdict}${which}; ${boundsText(bounds)}; ${coverText(scenario)}`);
}

function walkAgain(given: SavedResult): string[] {
  const { c, ignored } = given;
  const commands = failuresOf(given).map(({ schedule }) => " ".repeat(MARGIN) + commandToReplay(schedule, c, ignored));
  if (commands.length === 0) return [];
  return [`To walk ${commands.length === 1 ? "it" : "them"} again with dpamt:\n\n${commands.join("\n")}`];
}

function idsOf(requirements: readonly RequirementResult[], verdict: RequirementResult["verdict"]): string {
  return requirements
    .filter((each) => each.verdict === verdict)
    .map(({ id }) => id)
    .join(", ");
}
