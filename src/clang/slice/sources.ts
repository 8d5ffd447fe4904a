/** Trees of C files, and the files of a tree that a slice may draw on. */

import type { Conditions } from "./conditions.js";
import { checkLength } from "./errors.js";
import { type SourceFile, takeApart } from "./pieces.js";
import { type Include, scan } from "./scan.js";

/** Files of a tree by their path relative to it, with forward slashes. */
export interface Sources {
  /** The text of a file, or undefined when there is none. Never a file outside the tree. */
  read(path: string): string | undefined;
}

const FILES_MAX = 200;
const TOTAL_MAX = 16 * 1024 * 1024;

/** The files in reach of the main one. */
export interface Reach {
  /** The main file, then what of the tree is TDX's own, nearest first. */
  readonly own: readonly SourceFile[];
  /** Headers of the shim of which only what `own` lacks is taken. */
  readonly defaults: readonly SourceFile[];
  /** Headers that the tree has and the shim lacks, included by one of `own`. */
  readonly others: readonly SourceFile[];
  /** Includes that the shim answers, in the order of the files. */
  readonly shimmed: readonly string[];
  /** Includes of `own` that lead nowhere, each path once. */
  readonly absent: readonly { readonly include: Include; readonly file: SourceFile }[];
}

/** What decides where an include leads. */
export interface ReachRequest {
  readonly main: string;
  readonly text: string;
  readonly sources: Sources | undefined;
  readonly conditions: Conditions;
  readonly defaults: readonly ShimText[];
  isShimmed(include: string): boolean;
}

/** A header of the shim, by the path that it is included by. */
export interface ShimText {
  readonly path: string;
  readonly text: string;
}

/** Reads what is in reach. Throws a SourceError when a file is too large. */
export function reach(request: ReachRequest): Reach {
  const main = load(request.main, request.text, request.conditions);
  const own = [main];
  const others: SourceFile[] = [];
  const shimmed = new Set<string>();
  const seen = new Set([request.main]);
  const absent = new Map<string, Reach["absent"][number]>();
  const waiting: { paths: string[]; include: Include; file: SourceFile }[] = [];
  const isDefault = new Set(request.defaults.map(({ path }) => path));
  let total = request.text.length;
  const take = (path: string, into: SourceFile[]) => {
    if (seen.has(path)) return true;
    if (seen.size >= FILES_MAX) return false;
    const text = request.sources?.read(path);
    if (text === undefined) return false;
    seen.add(path);
    total += text.length;
    if (total > TOTAL_MAX) return false;
    into.push(load(path, text, request.conditions));
    return true;
  };
  for (let at = 0; at < own.length; at++) {
    const file = own[at];
    for (const include of file.scan.includes) {
      const paths = placesOf(include.path, include.quoted, file.path);
      const isOwn = include.quoted || /tdx/i.test(include.path);
      if (isOwn && paths.some((path) => take(path, own))) continue;
      if (isDefault.has(include.path)) continue;
      if (request.isShimmed(include.path)) shimmed.add(include.path);
      else if (!isOwn) waiting.push({ paths: paths.slice(0, 1), include, file });
      else absent.set(include.path, { include, file });
    }
  }
  const defaults = request.defaults.map(({ path, text }) => load(path, text, request.conditions));
  for (const { path } of defaults.flatMap(({ scan: { includes } }) => includes)) {
    if (!isDefault.has(path) && request.isShimmed(path)) shimmed.add(path);
  }
  // After all that is TDX's own, so that conditions in them see its macros.
  for (const { paths, include, file } of waiting) {
    for (const path of paths) take(path, others);
    const isThere = paths.some((path) => request.sources?.read(path) !== undefined);
    if (!isThere && !absent.has(include.path)) absent.set(include.path, { include, file });
  }
  return { own, defaults, others, shimmed: [...shimmed], absent: [...absent.values()] };
}

function load(path: string, text: string, conditions: Conditions): SourceFile {
  checkLength(path, text);
  return takeApart(path, text, scan(text, conditions));
}

/** Where a file of the tree may lie that `from` includes, best first. */
function placesOf(include: string, quoted: boolean, from: string): string[] {
  const places: string[] = [];
  if (quoted) places.push(normalized(`${from.slice(0, from.lastIndexOf("/") + 1)}${include}`));
  if (include.startsWith("asm/")) places.push(normalized(`arch/x86/include/${include}`));
  if (include.startsWith("uapi/asm/")) places.push(normalized(`arch/x86/include/${include}`));
  places.push(normalized(`include/${include}`));
  return places.filter((path) => path !== "");
}

/** `path` without `.` and `..`; the empty text when it leaves the tree. */
export function normalized(path: string): string {
  const parts: string[] = [];
  for (const part of path.replaceAll("\\", "/").split("/")) {
    if (part === "" || part === ".") continue;
    if (part !== "..") parts.push(part);
    else if (parts.pop() === undefined) return "";
  }
  return parts.join("/");
}
