/**
 * A result as one HTML file: it opens from disk, asks for nothing, and runs nothing but the script it carries.
 *
 * Names from outside are data: in the JSON that the script reads, and as escaped text for browsers without scripts.
 */
import { type Counterexample, type Step, statements } from "../check/index.js";
import { verdictLine } from "./headline.js";
import { numbered } from "./json.js";
import { failuresOf, type SavedResult } from "./result.js";
import { plainTerminal } from "./style.js";
import { renderCheck } from "./terminal.js";
import { replaceUnseen, visibleText } from "./visible.js";

/** What the report is shown with, as built from web/report: dist/web/report/report.js and report.css. */
export interface HtmlBundle {
  readonly script: string;
  readonly style: string;
  /** Texts of C files by the names that steps use, to show lines of the source in their places. */
  readonly sources?: Readonly<Record<string, string>>;
}

/** What a report carries for its script. */
export interface HtmlData {
  readonly result: SavedResult;
  readonly sources: Readonly<Record<string, string>>;
  /** What requirements say, by their ids. */
  readonly statements: Readonly<Record<string, string>>;
}

/** The file, whole. */
export async function htmlOf(result: SavedResult, bundle: HtmlBundle): Promise<string> {
  const script = expectInline("script", bundle.script);
  const style = expectInline("style", bundle.style);
  const policy = [
    "default-src 'none'",
    `script-src '${await hashOf(script)}'`,
    `style-src '${await hashOf(style)}'`,
    "base-uri 'none'",
    "form-action 'none'",
  ].join("; ");
  const data: HtmlData = { result, sources: namedSources(result, bundle.sources ?? {}), statements };
  const title = `${result.subject.name}: ${verdictLine(result)}`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<meta name="referrer" content="no-referrer">
<title>${escapeHtml(visibleText(title))} - dpamt</title>
<style>${style}</style>
</head>
<body class="dpamt">
<div id="report"></div>
<noscript><main><h1>${escapeHtml(visibleText(title))}</h1>
<pre class="plain-text">${escapeHtml(plainText(result))}</pre></main></noscript>
<script type="application/json" id="result">${jsonInHtml(data)}</script>
<script>${script}</script>
</body>
</html>
`;
}

/** JSON that HTML cannot take for anything else, and in which nobody who reads the file is led astray. */
export function jsonInHtml(value: unknown): string {
  return replaceUnseen(JSON.stringify(value), numbered).replace(/[<>&]/g, numbered);
}

export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The result as a terminal shows it, without what would steer how text is read. */
function plainText(result: SavedResult): string {
  return renderCheck(result, plainTerminal).split("\n").map(visibleText).join("\n");
}

/** @throws Error for a text that would end the element it stands in */
function expectInline(element: "script" | "style", text: string): string {
  // HTML knows one line end; the hash is of what the browser sees.
  const lines = text.replace(/\r\n?/g, "\n");
  if (lines.toLowerCase().includes(`</${element}`) || lines.includes("<!--")) {
    throw new Error(`the ${element} of the report cannot stand in HTML: it would end there`);
  }
  return lines;
}

async function hashOf(text: string): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text)));
  return `sha256-${btoa(String.fromCharCode(...digest))}`;
}

/** Lines kept around those that are named. */
const AROUND = 12;
/** What is kept of a line that is longer than any that people write. */
const LINE_LENGTH_MAX = 500;

/** The files that steps name, without the lines that nobody looks at: those stay as empty ones. */
function namedSources(
  result: SavedResult,
  sources: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const named = namedLines(failuresOf(result));
  const kept = [...named].flatMap(([file, lines]): [string, string][] =>
    Object.hasOwn(sources, file) ? [[file, linesNear(lines, (sources[file] as string).split(/\r?\n/))]] : [],
  );
  return Object.fromEntries(kept);
}

/** By file, the lines of C that counterexamples name. */
export function namedLines(failures: readonly Counterexample[]): ReadonlyMap<string, ReadonlySet<number>> {
  const steps: readonly Pick<Step, "source">[] = failures.flatMap((each) => each.steps);
  const broken = failures.flatMap(({ sources = [] }) => sources);
  const named = new Map<string, Set<number>>();
  for (const source of [...steps.map(({ source }) => source), ...broken]) {
    if (source === undefined) continue;
    const lines = named.get(source.file) ?? new Set();
    named.set(source.file, lines.add(source.line));
  }
  return named;
}

function linesNear(named: ReadonlySet<number>, all: readonly string[]): string {
  const kept: string[] = [];
  for (const line of named) {
    const first = Math.max(0, line - 1 - AROUND);
    for (const [offset, text] of all.slice(first, line + AROUND).entries()) {
      kept[first + offset] = text.length > LINE_LENGTH_MAX ? `${text.slice(0, LINE_LENGTH_MAX)} …` : text;
    }
  }
  return Array.from(kept, (text = "") => text).join("\n");
}
