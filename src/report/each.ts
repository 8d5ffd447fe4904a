/** A series as a table: a verdict after each patch. */
import type { Verdict } from "../check/index.js";
import { oneLine, printable } from "../text/index.js";
import { commandToReplay } from "./command.js";
import { whyText } from "./headline.js";
import { failuresOf, type ReadFrom, type SavedResult } from "./result.js";
import { colourOf, shapeOf, type TerminalOptions } from "./style.js";
import { formatCount, formatSeconds, fromTexts } from "./words.js";

/** A verdict, or why there is none. */
export type PatchOutcome = Verdict | "no-helpers" | "switched-off" | "unusable" | "not-run";

/** What is known after one patch of a series. */
export interface PatchVerdict {
  /** Its place in the series, from 1, and how many there are. */
  readonly patch: number;
  readonly of: number;
  readonly subject: string;
  /** Its commit, where it is one. */
  readonly commit?: string;
  readonly outcome: PatchOutcome;
  /** It changes nothing that the helpers use, so the outcome is that of the patch before. */
  readonly asBefore: boolean;
  /** Requirements that broke. */
  readonly broken: readonly string[];
  /** Why the C cannot be checked. */
  readonly message: string | null;
  /** Seconds that it took, compiling included. */
  readonly seconds: number;
  /** What was found; null where nothing was run. */
  readonly result: SavedResult | null;
}

const words: Readonly<Record<PatchOutcome, string>> = {
  holds: "holds",
  violated: "violated",
  inconclusive: "inconclusive",
  "no-helpers": "no helpers yet",
  "switched-off": "switched off",
  unusable: "cannot check",
  "not-run": "not run",
};

const WIDTHS = { patch: 9, verdict: 18, broken: 14, states: 12, seconds: 9 } as const;
const COMMIT_DIGITS = 12;

/** What stands above the rows: the series, what it was read from, and the names of the columns. */
export function eachHead(name: string, from: ReadFrom | undefined, options: TerminalOptions): string {
  const { palette } = options;
  const { patch, verdict, broken, states, seconds } = WIDTHS;
  const numbers = `${"states".padStart(states)}${"seconds".padStart(seconds)}`;
  const head = `${"patch".padEnd(patch)}${"verdict".padEnd(verdict)}${"broken".padEnd(broken)}${numbers}  subject`;
  const { commits: _, ...others } = from ?? {};
  const lines = fromTexts(others).map((text) => `  ${palette.dim(oneLine(text))}`);
  return [`${palette.bold(oneLine(name))} (C), after each patch`, ...lines, "", palette.bold(head), ""].join("\n");
}

/** One row, with why the C cannot be checked below it. */
export function eachRow(row: PatchVerdict, options: TerminalOptions): string {
  const { palette } = options;
  const verdict = verdictOf(row.outcome);
  const shape = row.outcome === "unusable" ? shapeOf(options, "violated") : shapeOf(options, verdict);
  const word = row.asBefore && row.outcome !== "unusable" ? "as before" : words[row.outcome];
  const colour = row.outcome === "unusable" ? palette.bad : colourOf(palette, verdict);
  const states = row.result === null ? "" : formatCount(row.result.statistics.states);
  const seconds = row.result === null ? "" : formatSeconds(row.seconds);
  const commit = row.commit === undefined ? "" : `${row.commit.slice(0, COMMIT_DIGITS)} `;
  const line =
    `${`${row.patch}/${row.of}`.padEnd(WIDTHS.patch)}${colour(`${shape} ${word}`.padEnd(WIDTHS.verdict))}` +
    `${row.broken.join(" ").padEnd(WIDTHS.broken)}${states.padStart(WIDTHS.states)}${seconds.padStart(WIDTHS.seconds)}` +
    `  ${palette.dim(commit)}${printable(row.subject)}`;
  const why = row.message === null || row.asBefore ? "" : `\n${" ".repeat(WIDTHS.patch)}${oneLine(row.message)}`;
  return `${line}${why}\n`;
}

/** What stands below the rows: what broke where it did not before, and how to walk it; and what no longer does. */
export function eachEnd(rows: readonly PatchVerdict[], { palette }: TerminalOptions): string {
  const lines: string[] = [];
  let before: readonly string[] = [];
  for (const { patch, of, broken, subject, result } of rows) {
    if (result === null) continue;
    const title = `${patch}/${of} ${printable(subject)}`;
    const cured = before.filter((id) => !broken.includes(id));
    if (cured.length > 0) lines.push("", `${palette.good(title)}: no longer breaks ${cured.join(", ")}`);
    for (const failure of failuresOf(result)) {
      if (before.includes(failure.requirement)) continue;
      lines.push("", `${palette.bad(title)}: ${oneLine(`${failure.requirement} ${whyText(failure)}`)}`);
      lines.push(`  ${commandToReplay(failure.schedule, result.c, result.ignored)}`);
    }
    before = broken;
  }
  return lines.map((line) => `${line}\n`).join("");
}

function verdictOf(outcome: PatchOutcome): Verdict | "not-exercised" {
  return outcome === "holds" || outcome === "violated" || outcome === "inconclusive" ? outcome : "not-exercised";
}
