/** Lines of C beside a counterexample: which to list, and at which one each CPU is. */
import type { Counterexample, Step } from "../../src/check/index.js";

/** Texts of C files by the names that steps use. */
export type SourceTexts = Readonly<Record<string, string>>;

export interface ListedLine {
  readonly line: number;
  readonly text: string;
  /** Steps come from it, or something broke there. */
  readonly isNamed: boolean;
  /** Lines between it and the one before are left out. */
  readonly afterGap: boolean;
}

export interface ListedFile {
  readonly file: string;
  readonly lines: readonly ListedLine[];
}

/** Lines around those that steps name, where the text of the file is known. */
const AROUND = 6;

/** The files that steps name, each with the lines worth listing. Without its text a file has only the named ones. */
export function listingOf(
  { steps, sources: broken = [] }: Counterexample,
  sources: SourceTexts,
): readonly ListedFile[] {
  const named = new Map<string, Map<number, string>>();
  for (const source of [...steps.map((step) => step.source), ...broken]) {
    if (source === undefined) continue;
    const lines = named.get(source.file) ?? new Map<number, string>();
    named.set(source.file, lines.set(source.line, source.text));
  }
  return [...named].map(([file, lines]) => ({
    file,
    lines: linesOf(lines, Object.hasOwn(sources, file) ? sources[file] : undefined),
  }));
}

function linesOf(named: ReadonlyMap<number, string>, text: string | undefined): ListedLine[] {
  const listed = new Map<number, string>();
  const whole = text?.split(/\r?\n/) ?? [];
  for (const [line, alone] of named) {
    listed.set(line, whole[line - 1] ?? alone);
    const first = Math.max(0, line - 1 - AROUND);
    for (const [offset, around] of whole.slice(first, line + AROUND).entries()) listed.set(first + offset + 1, around);
  }
  const lines = [...listed].sort(([one], [other]) => one - other);
  return lines.map(([line, text], index) => ({
    line,
    text: text.replaceAll("\t", "    "),
    isNamed: named.has(line),
    afterGap: index > 0 && line !== (lines[index - 1]?.[0] ?? 0) + 1,
  }));
}

/** Where each CPU is after step `index`: the line of its last step that has one, as `file:line` by CPU. */
export function placesAt(steps: readonly Step[], index: number): ReadonlyMap<number, string> {
  const places = new Map<number, string>();
  for (let at = index; at >= 0; at--) {
    const { cpu, source } = steps[at] as Step;
    if (source !== undefined && !places.has(cpu)) places.set(cpu, lineKey(source.file, source.line));
  }
  return places;
}

export function lineKey(file: string, line: number): string {
  return `${file}:${line}`;
}
