/**
 * A result as one HTML file: it opens from disk, asks for nothing, and runs nothing but the script it carries.
 *
 * Whatever strangers named is data: in the JSON that the script reads, and as escaped text for browsers without scripts.
 */
import type { CheckResult, Step } from "../explore/index.js";
import type { SavedResult } from "./result.js";
import { plainTerminal } from "./style.js";
import { renderCheck } from "./terminal.js";
import { visibleText } from "./visible.js";

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
  const data: HtmlData = { result, sources: namedSources(result, bundle.sources ?? {}) };
  const title = `${result.subject.name}: ${result.verdict}`;
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
  return JSON.stringify(value).replace(
    /[<>&\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
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

/** Lines kept around those that steps name. */
const AROUND = 12;

/** The files that steps name, without the lines that nobody looks at: those stay as empty ones. */
function namedSources(
  { counterexample }: CheckResult,
  sources: Readonly<Record<string, string>>,
): Readonly<Record<string, string>> {
  const steps: readonly Pick<Step, "source">[] = counterexample?.steps ?? [];
  const named = new Map<string, Set<number>>();
  for (const { source } of steps) {
    if (source === undefined || !Object.hasOwn(sources, source.file)) continue;
    const lines = named.get(source.file) ?? new Set();
    for (let line = source.line - AROUND; line <= source.line + AROUND; line++) lines.add(line);
    named.set(source.file, lines);
  }
  const kept = [...named].map(([file, lines]): [string, string] => {
    const all = (sources[file] as string).split(/\r?\n/);
    const last = Math.min(all.length, Math.max(...lines));
    return [
      file,
      all
        .slice(0, last)
        .map((text, index) => (lines.has(index + 1) ? text : ""))
        .join("\n"),
    ];
  });
  return Object.fromEntries(kept);
}
