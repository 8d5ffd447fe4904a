/** The page of a design in Markdown: how it works, what the checker says of it, and how it fails. */
import type { Bounds, CheckResult } from "../../src/check/index.js";
import type { Design } from "../../src/helpers/index.js";
import { commandToReplay } from "../../src/report/command.js";
import { brokenForText } from "../../src/report/headline.js";
import { namedFailure } from "../../src/report/names.js";
import { raceText } from "../../src/report/text-long.js";
import { formatCount, plural, requirementText, stopText, switchesText } from "../../src/report/words.js";
import { code, indented, prose, table, WRITTEN, wrapped } from "./markdown.js";
import type { Call } from "./walk.js";
import { locksTaken, moduleLocks, pagesOf, seamcalls, stateText } from "./words.js";

/** What the designs are checked with for their pages: enough for each failure that is known, and soon done. */
export const bounds: Bounds = {
  cpus: 2,
  rounds: 1,
  regions: 2,
  placement: "adversarial",
  allocFailures: 1,
  use: "rdmd",
  memory: "sc",
};

const FLAGS = `--cpus ${bounds.cpus} --rounds ${bounds.rounds} --regions ${bounds.regions}`;
const BOUNDS = `${plural(bounds.cpus, "CPU")}, ${plural(bounds.rounds, "round")}, ${plural(bounds.regions, "region")}`;

/** Everything that is known of a design. */
export interface Explained {
  readonly design: Design;
  readonly calls: readonly Call[];
  readonly result: CheckResult;
}

function list(texts: readonly string[], show: (text: string) => string = prose): string {
  return texts.length === 0 ? "none" : texts.map(show).join(", then ");
}

/** The page. */
export function pageOf(explained: Explained): string {
  const { design, calls, result } = explained;
  const { name, origin, summary } = design;
  // Where a search gives up after a failure, how far it came is not the same each time.
  const isCounted = result.scenarios.every(({ stopped }) => stopped === null);
  const parts = [
    WRITTEN,
    `# ${prose(name)}`,
    `*${prose(sentence(origin))}* ${prose(sentence(summary))}`,
    `**Verdict: ${verdictLine(result)}** ([at which bounds](#verdict), [and why](../designs.md#${name})).`,
    "## How get and put work",
    `![${name}: what get and put do, one after the other](${name}.svg)`,
    howText(calls),
    table(
      ["call", "afterwards", "kernel locks, in order", "SEAMCALLs", "locks in the module, in order", "pages"],
      calls.map((call) => [
        `${code(call.helper)}: ${prose(call.title)}`,
        prose(stateText(call)),
        list(locksTaken(call), code),
        list(seamcalls(call), code),
        moduleLocks(call).length === 0 ? "none" : moduleLocks(call).map(prose).join("; "),
        list(pagesOf(call)),
      ]),
    ),
    "X is the region that the users' page lies in; Y and Z are those in which the pages of the pair lie. " +
      "Locks of 1 GiB entries are left out: all calls take them shared.",
    "## Verdict",
    `This command says:\n\n    npx dpamt check --design ${name} ${FLAGS}`,
    table(
      ["scenario", "verdict", "states", "transitions"],
      result.scenarios.map(({ name: scenario, verdict, broken, states, transitions, stopped }) => [
        prose(scenario),
        [verdict, ...broken].join(" "),
        ...(stopped === null
          ? [formatCount(states), formatCount(transitions)]
          : [prose(stopText[stopped] ?? stopped), ""]),
      ]),
    ),
    `Bounds: ${BOUNDS}, ${plural(bounds.allocFailures, "failing allocation")}, pages anywhere that matters; ` +
      "[what a verdict means](../limits.md#what-a-verdict-means).",
    "## Requirements",
    table(
      ["requirement", "verdict", "checked", "what happened"],
      result.requirements.map(({ id, title, verdict, violatedFor, checked, message, scenario }) => [
        `[${id}](../requirements/R${id.slice(1).padStart(2, "0")}.md) ${prose(title)}`,
        verdict === "violated"
          ? `**${requirementText[verdict]}**: ${brokenForText({ violatedFor }) ?? ""}`
          : requirementText[verdict],
        isCounted ? formatCount(checked) : checked > 0 ? "yes" : "no",
        message === undefined ? "" : prose(`${scenario === undefined ? "" : `${scenario}: `}${message}`),
      ]),
    ),
    ...failureParts(explained),
  ];
  return `${parts.map(wrapped).join("\n\n")}\n`;
}

/** What a reader should see in the picture, as far as it can be counted. */
function howText(calls: readonly Call[]): string {
  const [first = 0, second = 0, third = 0, last = 0] = calls.map((call) => locksTaken(call).length);
  const made = calls.map((call) => seamcalls(call).length);
  const all = made.reduce((sum, each) => sum + each, 0);
  if (calls.every(({ items }) => items.length === 0)) {
    return "Get and put return at once: no lock, no SEAMCALL, no memory.";
  }
  const inBetween =
    second + third === 0 ? "Any other user takes none" : `Any other user takes ${second} to come and ${third} to go`;
  return (
    `Two users make ${plural(all, "SEAMCALL")} in all: ${made.join(", ")} in the four calls. ` +
    `Of the kernel's locks the first user takes ${first} to come, and the last one ${last} to go. ${inBetween}.`
  );
}

function failureParts({ design, result }: Explained): string[] {
  if (result.counterexample === null) return [];
  const counterexample = namedFailure(result.counterexample);
  const { requirement, message, cause, scenario } = counterexample;
  const command = `npx dpamt check --design ${design.name} ${FLAGS}`;
  return [
    "## Counterexample",
    `${prose(requirement)}: ${prose(message)}.${cause === undefined ? "" : ` ${prose(cause.text)}.`} It takes ${switchesText(counterexample)}, in the scenario ` +
      `${prose(scenario)}. Time runs downwards, and each CPU has its column ([how to read it](../counterexamples.md)).`,
    `\`\`\`\n${raceText(counterexample)}\n\`\`\``,
    "These commands walk it again, and show it step by step in a browser:",
    indented(`${commandToReplay(counterexample.schedule)}\n${command} --report html=${design.name}.html`),
  ];
}

/** The verdict in a line. */
function verdictLine({ verdict, requirements }: CheckResult): string {
  const ids = (which: string): string =>
    requirements
      .filter((each) => each.verdict === which)
      .map(({ id }) => id)
      .join(", ");
  const warned = ids("warning") === "" ? "" : `; warned of ${ids("warning")}`;
  return verdict === "violated" ? `breaks ${ids("violated")}${warned}` : `${verdict}${warned}`;
}

function sentence(text: string): string {
  const [first = "", ...rest] = text;
  return `${first.toUpperCase()}${rest.join("")}.`;
}

/** The list of all pages. */
export function indexOf(all: readonly Explained[]): string {
  const parts = [
    WRITTEN,
    "# The designs, one page each",
    "Each page has a picture of how get and put work, the checker's verdict, and a counterexample if the design breaks. " +
      "Everything on these pages comes from runs of the code. [Why each design holds or breaks](../designs.md) is " +
      "written by hand; [the introduction](../introduction.md) says what all this is about.",
    table(
      ["design", "where it is from", "how it works", "verdict"],
      all.map(({ design: { name, origin, summary }, result }) => [
        `[${prose(name)}](${name}.md)`,
        prose(origin),
        prose(summary),
        verdictLine(result),
      ]),
    ),
    `Verdicts with ${BOUNDS}; those with more rounds are in the [README](../../README.md#the-designs):\n\n` +
      `    npx dpamt compare ${FLAGS}`,
    "`npm run explain` writes these pages, and a test fails when they are not what the code says.",
  ];
  return `${parts.map(wrapped).join("\n\n")}\n`;
}
