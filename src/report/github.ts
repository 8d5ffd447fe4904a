/**
 * Results as commands to the runner of GitHub Actions, which shows them at the lines of a pull request. A requirement that
 * is violated is an error, a warning a warning, and what is not decided a notice.
 *
 * Source: "Workflow commands for GitHub Actions" in GitHub's documentation, and how its runner reads them.
 */
import type { RequirementResult } from "../check/index.js";
import { commandToReplay } from "./command.js";
import { brokenForText, verdictLine, whereText, whyText } from "./headline.js";
import { type Located, locationsOf, type SourceFiles } from "./locations.js";
import { cleaned, failureFor, type SavedResult } from "./result.js";
import { raceText } from "./text-long.js";
import { notRunText, undecidedTexts } from "./words.js";

/** The lines: one of words, then a command each. */
export function githubOf(given: SavedResult, files: SourceFiles): string {
  const result = cleaned(given);
  const { name } = result.subject;
  const found = result.requirements.flatMap((each) => findingLine(given, each, files));
  const notRun = notRunText(result.notRun);
  const open = [...undecidedTexts(result.requirements), ...(notRun === undefined ? [] : [notRun])];
  const notices =
    result.verdict === "inconclusive" ? [command("notice", { title: `${name}: not decided` }, open.join("\n"))] : [];
  return `${[plainLine(`dpamt: ${name}: ${verdictLine(result)}`), ...found, ...notices].join("\n")}\n`;
}

function findingLine(given: SavedResult, requirement: RequirementResult, files: SourceFiles): string[] {
  const { verdict, id } = requirement;
  if (verdict !== "violated" && verdict !== "warning") return [];
  const { title, message = "broken", scenario, violatedFor } = cleaned(requirement);
  const failure = failureFor(given, id);
  const where = scenario === undefined ? "" : ` (scenario ${whereText({ scenario, violatedFor })})`;
  const brokenFor = brokenForText({ violatedFor });
  const text = [
    `${failure === undefined ? message : whyText(cleaned(failure))}${where}${brokenFor === undefined ? "" : `; ${brokenFor}`}`,
    ...(failure === undefined
      ? []
      : ["", raceText(failure), "", "walk it again:", commandToReplay(failure.schedule, given.c, given.ignored)]),
  ];
  const [located] = locationsOf(given, id, files);
  const properties = { ...placeOf(located), title: `${cleaned(given.subject.name)}: ${cleaned(id)} ${title}` };
  return [command(verdict === "violated" ? "error" : "warning", properties, text.join("\n"))];
}

function placeOf(located: Located | undefined): Record<string, string> {
  if (located === undefined) return {};
  return { file: cleaned(located.path), line: String(located.line) };
}

/** `::error file=a.c,line=1::text`, as the runner reads it back. */
function command(name: string, properties: Readonly<Record<string, string>>, data: string): string {
  const list = Object.entries(properties).map(([key, value]) => `${key}=${escapedProperty(value)}`);
  return `::${name} ${list.join(",")}::${escapedData(data)}`;
}

function escapedData(text: string): string {
  return text.replaceAll("%", "%25").replaceAll("\r", "%0D").replaceAll("\n", "%0A");
}

function escapedProperty(text: string): string {
  return escapedData(text).replaceAll(":", "%3A").replaceAll(",", "%2C");
}

/** A line that is no command: the older form is one wherever it stands. */
function plainLine(text: string): string {
  return text.replaceAll("##[", "# #[");
}
