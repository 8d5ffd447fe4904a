/** Collects what patches add whole: C that can be sliced without the tree of the patches. */
import { printable } from "../../text/index.js";
import { CError } from "../ir/errors.js";
import type { Conditions } from "../slice/conditions.js";
import { lastAt, quoted } from "../slice/emit.js";
import { type Piece, takeApart } from "../slice/pieces.js";
import { scan } from "../slice/scan.js";
import { CONFIG_ON } from "../slice/slice.js";
import type { FileChange } from "./patch.js";

/** A line of a file of which only what the patches show is known. */
interface Known {
  readonly text: string;
  readonly added: boolean;
}

/** What patches show of a file: lines by their numbers after all of them. */
type KnownLines = ReadonlyMap<number, Known>;

/** What patches show. */
export interface Added {
  /** The functions, variables, macros and types that are shown whole and added to; `#line` names the patched files. */
  readonly text: string;
  /** The lines of the patched files that are known, by path and number. */
  readonly shown: ReadonlyMap<string, ReadonlyMap<number, string>>;
}

/** A definition that is shown whole. */
interface Shown {
  readonly text: string;
  readonly path: string;
}

/** Reads what `changes` show, after all of them. Throws a CError when the changes to a file are out of order. */
export function addedText(changes: readonly FileChange[], config: ReadonlySet<string> = CONFIG_ON): Added {
  const files = new Map<string, KnownLines>();
  for (const change of changes) {
    const from = change.from ?? change.to ?? "";
    // A file that is new has nothing of what was there before.
    const before = change.from === undefined ? undefined : files.get(from);
    const known = applied(before ?? new Map(), change);
    if (change.from !== undefined && change.from !== change.to) files.delete(change.from);
    if (change.to !== undefined) files.set(change.to, known);
  }
  // Headers first, so that a function of a .c file replaces the stub of the same name in a header.
  const paths = [...files.keys()].filter((path) => /\.[ch]$/.test(path));
  const ordered = [...paths.filter((path) => path.endsWith(".h")), ...paths.filter((path) => path.endsWith(".c"))];
  const found = new Map<string, Shown>();
  for (const path of ordered) {
    const conditions: Conditions = { config, shimDefines: () => false, macros: new Map() };
    for (const run of runs(files.get(path) ?? new Map())) wholePieces(path, run, conditions, found);
  }
  const shown = new Map<string, ReadonlyMap<number, string>>();
  for (const [path, known] of files) shown.set(path, new Map([...known].map(([number, { text }]) => [number, text])));
  return { text: [...found.values()].map((each) => each.text).join(""), shown };
}

/** The known lines of a file after `change`. */
function applied(known: KnownLines, change: FileChange): KnownLines {
  const result = new Map<number, Known>();
  const old = [...known];
  let at = 0;
  let shift = 0;
  let end = 0;
  for (const hunk of change.hunks) {
    const start = hunk.oldCount === 0 ? hunk.oldStart + 1 : hunk.oldStart;
    if (start < end) {
      const where = `${printable(change.patch)}:${hunk.line}`;
      throw new CError(`${where}: hunks are out of order: the patch is damaged`);
    }
    for (; at < old.length && old[at][0] < start; at++) result.set(old[at][0] + shift, old[at][1]);
    end = start + hunk.oldCount;
    while (at < old.length && old[at][0] < end) at++;
    let from = start;
    let to = start + shift;
    for (const { kind, text } of hunk.lines) {
      const before = kind === "+" ? undefined : known.get(from++);
      if (kind === "-") continue;
      const kept = before?.text === text ? before : undefined;
      result.set(to++, kept ?? { text, added: kind === "+" });
    }
    shift += hunk.newCount - hunk.oldCount;
  }
  for (; at < old.length; at++) result.set(old[at][0] + shift, old[at][1]);
  return result;
}

/** Known lines that follow each other. */
interface Run {
  /** Number of the first. */
  readonly first: number;
  readonly lines: Known[];
}

/** Stretches of known lines without gaps. */
function runs(known: KnownLines): Run[] {
  const result: Run[] = [];
  let last = Number.NaN;
  for (const [number, line] of known) {
    if (number !== last + 1) result.push({ first: number, lines: [] });
    result.at(-1)?.lines.push(line);
    last = number;
  }
  return result;
}

/** A line that can begin a definition: by the kernel's style nothing inside one begins at the left edge. */
const BEGINS = /^(?![A-Za-z_]\w*:)[A-Za-z_#/]/;

/** Adds the pieces of a run that are whole, by the names they define. */
function wholePieces(path: string, run: Run, conditions: Conditions, found: Map<string, Shown>): void {
  const first = run.lines.findIndex(({ text }) => BEGINS.test(text));
  if (first < 0) return;
  const lines = run.lines.slice(first);
  const text = lines.map((line) => `${line.text}\n`).join("");
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
    const other = found.get(key);
    if (other?.path.endsWith(".c") && other.path !== path && isPublic(piece)) {
      const places = `${printable(other.path)} and in ${printable(path)}`;
      throw new CError(`${piece.definitions[0].name}() is defined in ${places}: give the patches of one of them`);
    }
    // Where it stands first would hide what a later one needs.
    found.delete(key);
    const place = `#line ${run.first + first + from} ${quoted(path)}`;
    found.set(key, { text: `${place}\n${content.slice(starts[from], piece.end)}\n`, path });
  }
}

/** Is it a function that one file alone may define? */
function isPublic({ kind, file: { scan }, first, body }: Piece): boolean {
  if (kind !== "function") return false;
  for (let at = first; at < body; at++) if (scan.tokens.text(at) === "static") return false;
  return true;
}

function lineStarts(lines: readonly Known[]): number[] {
  let at = 0;
  return lines.map(({ text }) => {
    const start = at;
    at += text.length + 1;
    return start;
  });
}
