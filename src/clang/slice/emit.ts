/** The needed pieces as one C text, in an order that compiles. */
import { replaceControls } from "../../text/index.js";
import type { Index } from "./closure.js";
import type { Piece, SourceFile } from "./pieces.js";

/** Writes the text: `head` first, then macros and types, declarations of functions, variables, functions. */
export function emit(head: readonly string[], needed: ReadonlySet<Piece>, index: Index): string {
  const files = [...index.reach.own, ...index.reach.others, ...index.reach.defaults];
  const order = new Map(files.map((file, at) => [file, at]));
  const pieces = [...needed].sort(
    (a, b) => rank(a.file, order) - rank(b.file, order) || a.start - b.start || a.end - b.end,
  );
  const lines = [...head];
  const plain = new Set(pieces.filter(isPlain));
  for (const piece of byNeed(pieces.filter(isPlain), plain, index)) lines.push(textOf(piece));
  for (const piece of pieces) if (piece.kind === "function") lines.push(headerOf(piece));
  const data = pieces.filter((piece) => !isPlain(piece) && piece.kind !== "function");
  for (const piece of byNeed(data, new Set(data), index)) lines.push(textOf(piece));
  for (const piece of pieces) if (piece.kind === "function") lines.push(textOf(piece));
  return `${lines.join("\n")}\n`;
}

/** Headers before the files that include them, which come later in the list. */
const rank = (file: SourceFile, order: ReadonlyMap<SourceFile, number>) => -(order.get(file) ?? 0);

/** Is it a macro, a type, or a declaration of what is defined elsewhere: something that makes no object? */
function isPlain(piece: Piece): boolean {
  if (piece.kind === "macro") return true;
  return piece.kind === "declaration" && piece.definitions.every(({ meaning }) => meaning !== "variable");
}

/** `pieces` in their order, but each after those of `among` that it names. */
function byNeed(pieces: readonly Piece[], among: ReadonlySet<Piece>, index: Index): Piece[] {
  const placed = new Set<Piece>();
  const result: Piece[] = [];
  for (const start of pieces) {
    // A stack of pieces under way, each with the pieces it still waits for.
    const path: { piece: Piece; needs: Piece[] }[] = [];
    const enter = (piece: Piece) => {
      if (placed.has(piece)) return;
      placed.add(piece);
      const needs = index.uses(piece).flatMap(({ name }) => index.find(name).filter((need) => among.has(need)));
      path.push({ piece, needs: needs.reverse() });
    };
    enter(start);
    for (let top = path.at(-1); top !== undefined; top = path.at(-1)) {
      const need = top.needs.pop();
      if (need !== undefined) enter(need);
      else result.push((path.pop() as { piece: Piece }).piece);
    }
  }
  return result;
}

function textOf(piece: Piece): string {
  const { file, start, end } = piece;
  return written(file, start, (piece.kind === "macro" ? file.text : file.scan.active).slice(start, end));
}

/** The header of a function, as a declaration. */
function headerOf(piece: Piece): string {
  const { file, start } = piece;
  const { active, tokens } = file.scan;
  return written(file, start, `${active.slice(start, tokens.ends[piece.body - 1])};`);
}

/** `text` of `file` from `start`, with its line and column kept. */
function written(file: SourceFile, start: number, text: string): string {
  const lineStart = file.text.lastIndexOf("\n", start - 1) + 1;
  const indent = file.text.slice(lineStart, start).replace(/[^\t]/g, " ");
  const { path, line } = lineOf(file, start);
  const end = text.endsWith("\\") ? "\n" : "";
  return `#line ${line} ${quoted(path)}\n${indent}${text}${end}`;
}

const lineStarts = new WeakMap<SourceFile, number[]>();

/** The line of place `at`, from 1, and the file that it is a line of: `#line` in the text counts. */
export function lineOf(file: SourceFile, at: number): { path: string; line: number } {
  let starts = lineStarts.get(file);
  if (starts === undefined) {
    starts = [0];
    for (let i = file.text.indexOf("\n"); i >= 0; i = file.text.indexOf("\n", i + 1)) starts.push(i + 1);
    lineStarts.set(file, starts);
  }
  const line = lastAt(starts, at);
  const { origins } = file.scan;
  const origin = lastAt(origins, at, (entry) => entry.at);
  if (origin === 0) return { path: file.path, line };
  const from = origins[origin - 1];
  const base = lastAt(starts, from.at);
  return { path: from.path ?? file.path, line: from.line + (line - base - 1) };
}

/** The column of place `at`, from 1, in bytes of UTF-8. */
export function columnOf({ text }: SourceFile, at: number): number {
  return new TextEncoder().encode(text.slice(text.lastIndexOf("\n", at - 1) + 1, at)).length + 1;
}

/** How many of `list`, whose places rise, are not after `at`. */
export function lastAt<T>(list: readonly T[], at: number, place: (entry: T) => number = Number): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (place(list[middle]) <= at) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** A control character as C writes it. */
function octal(character: string): string {
  const code = character.charCodeAt(0);
  return code < 0x80 ? `\\${code.toString(8).padStart(3, "0")}` : "?";
}

/** `path` as a string literal of C: nothing in it ends the literal or the line. */
export function quoted(path: string): string {
  const escaped = path.replace(/["\\]/g, "\\$&");
  return `"${replaceControls(escaped, (stretch) => [...stretch].map(octal).join(""))}"`;
}
