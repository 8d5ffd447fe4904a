/** What patches add whole: C that can be sliced when the tree they belong to is not at hand. */

import { printable } from "../../text/index.js";
import type { Conditions } from "./conditions.js";
import { lastAt, quoted } from "./emit.js";
import { SourceError } from "./errors.js";
import type { FileChange } from "./patch.js";
import { type Piece, takeApart } from "./pieces.js";
import { scan } from "./scan.js";
import { CONFIG_ON } from "./slice.js";
import { skipOpaque } from "./tokens.js";

/** A line of a file of which only what the patches show is known. */
interface Known {
  readonly text: string;
  /** Line of the patch file. */
  readonly line: number;
  readonly patch: string;
  readonly added: boolean;
}

/**
 * The functions, variables, macros and types that `changes` show whole and add to, after all of them: a C text whose
 * `#line` directives name the patch file. The sign before a line becomes a blank, so columns are the patch file's too.
 * Throws a SourceError when the changes to a file are not in the order of its lines.
 */
export function addedText(changes: readonly FileChange[], config: ReadonlySet<string> = CONFIG_ON): string {
  const files = new Map<string, ReadonlyMap<number, Known>>();
  for (const change of changes) {
    const from = change.from ?? change.to ?? "";
    const known = applied(files.get(from) ?? new Map(), change);
    if (change.from !== undefined && change.from !== change.to) files.delete(change.from);
    if (change.to !== undefined) files.set(change.to, known);
  }
  // Headers first, so that a function of a .c file replaces the stub of the same name in a header.
  const paths = [...files.keys()].filter((path) => /\.[ch]$/.test(path));
  const ordered = [...paths.filter((path) => path.endsWith(".h")), ...paths.filter((path) => path.endsWith(".c"))];
  const found = new Map<string, string>();
  for (const path of ordered) {
    const conditions: Conditions = { config, shimDefines: () => false, macros: new Map() };
    for (const run of runs(files.get(path) ?? new Map())) wholePieces(path, run, conditions, found);
  }
  return [...found.values()].join("");
}

/** The known lines of a file after `change`. */
function applied(known: ReadonlyMap<number, Known>, change: FileChange): ReadonlyMap<number, Known> {
  const result = new Map<number, Known>();
  const old = [...known];
  let at = 0;
  let shift = 0;
  let end = 0;
  for (const hunk of change.hunks) {
    const start = hunk.oldCount === 0 ? hunk.oldStart + 1 : hunk.oldStart;
    if (start < end) {
      const where = `${printable(change.patch)}:${hunk.line}`;
      throw new SourceError(`${where}: hunks are out of order: the patch is damaged`);
    }
    for (; at < old.length && old[at][0] < start; at++) result.set(old[at][0] + shift, old[at][1]);
    end = start + hunk.oldCount;
    while (at < old.length && old[at][0] < end) at++;
    let from = start;
    let to = start + shift;
    for (const { kind, text, line } of hunk.lines) {
      const before = kind === "+" ? undefined : known.get(from++);
      if (kind === "-") continue;
      const kept = before?.text === text ? before : undefined;
      result.set(to++, kept ?? { text, line, patch: change.patch, added: kind === "+" });
    }
    shift += hunk.newCount - hunk.oldCount;
  }
  for (; at < old.length; at++) result.set(old[at][0] + shift, old[at][1]);
  return result;
}

/** Stretches of known lines without gaps. */
function runs(known: ReadonlyMap<number, Known>): Known[][] {
  const result: Known[][] = [];
  let last = Number.NaN;
  for (const [number, line] of known) {
    if (number !== last + 1) result.push([]);
    result.at(-1)?.push(line);
    last = number;
  }
  return result;
}

/** A line that can begin a definition: by the kernel's style nothing inside one begins at the left edge. */
const BEGINS = /^(?![A-Za-z_]\w*:)[A-Za-z_#/]/;

/** Adds the pieces of a run that are whole, by the names they define. */
function wholePieces(path: string, run: readonly Known[], conditions: Conditions, found: Map<string, string>): void {
  const first = run.findIndex(({ text }) => BEGINS.test(text));
  if (first < 0) return;
  const lines = run.slice(first);
  // A blank where the patch has its sign.
  const text = lines.map((line) => ` ${line.text}\n`).join("");
  const starts = lineStarts(lines);
  const scanned = scan(text, conditions);
  for (const piece of takeApart(path, text, scanned).pieces) {
    const from = lastAt(starts, piece.start) - 1;
    const to = lastAt(starts, piece.end - 1) - 1;
    const isWhole = piece.complete && BEGINS.test(lines[from].text);
    if (!isWhole || !lines.slice(from, to + 1).some(({ added }) => added)) continue;
    const names = piece.definitions.map(({ name, meaning }) => `${meaning} ${name}`);
    if (names.length === 0) continue;
    const content = piece.kind === "macro" ? text : scanned.active;
    const [key] = names;
    // Where it stands first would hide what a later one needs.
    found.delete(key);
    found.set(key, written(piece, content, lines.slice(from, to + 1), starts[from]));
  }
}

function lineStarts(lines: readonly Known[]): number[] {
  let at = 0;
  return lines.map(({ text }) => {
    const start = at;
    at += text.length + 2;
    return start;
  });
}

/** The text of a piece, with a `#line` wherever its lines do not follow each other in the patch file. */
function written(piece: Piece, content: string, lines: readonly Known[], start: number): string {
  const parts: string[] = [];
  const closed = openLines(content, start, piece);
  let at = start;
  let expected = Number.NaN;
  for (const [i, { text, line, patch }] of lines.entries()) {
    if (line !== expected && !closed.has(at)) {
      parts.push(`#line ${line} ${quoted(patch)}\n`);
      expected = line;
    }
    const end = i + 1 === lines.length ? piece.end : at + text.length + 1;
    parts.push(content.slice(at, end), "\n");
    at += text.length + 2;
    expected++;
  }
  return parts.join("");
}

/** Places inside `piece` where a line begins and a directive may not stand: in a comment, in a macro. */
function openLines(content: string, start: number, piece: Piece): ReadonlySet<number> {
  const open = new Set<number>();
  for (let at = start; at < piece.end; ) {
    const after = Math.max(at + 1, skipOpaque(content, at, piece.end));
    const isOpen = piece.kind === "macro" || after > at + 1 || content.startsWith("\\\n", at - 1);
    for (let i = content.indexOf("\n", at); isOpen && i >= 0 && i < after; i = content.indexOf("\n", i + 1)) {
      open.add(i + 1);
    }
    at = after;
  }
  return open;
}
