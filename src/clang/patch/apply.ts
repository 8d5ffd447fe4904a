/** Patches applied to a tree, in memory. */
import { printable } from "../../text/index.js";
import { CError } from "../ir/errors.js";
import { normalized, type Sources } from "../slice/sources.js";
import type { FileChange, Hunk } from "./patch.js";

/** A tree with patches on top. */
export interface PatchedSources extends Sources {
  /** Paths that the patches changed or made, as they are now called. */
  readonly changed: readonly string[];
  /** Paths that the patches change and the tree does not have. */
  readonly absent: readonly string[];
}

/** How many lines of context at either end of a hunk may differ; patch(1) allows one more. */
const FUZZ_MAX = 1;
/** Lines compared for one file before a hunk counts as not applying: a text of nothing but equal lines ends too. */
const COMPARISONS_MAX = 50_000_000;

/**
 * `sources` with `changes` applied in order. Hunks may have moved. Throws a CError that names the file and the
 * hunk when one does not apply.
 *
 * @param taken the series that the changes are of, as `parsePatch` calls them: of one with gaps a refusal says so
 */
export function applyPatch(
  sources: Sources,
  changes: readonly FileChange[],
  taken: readonly string[] = [],
): PatchedSources {
  const gaps = taken.find((label) => / patches, without /.test(label));
  const overlay = new Map<string, string | undefined>();
  const absent = new Set<string>();
  const read = (path: string) => (overlay.has(path) ? overlay.get(path) : sources.read(path));
  for (const change of changes) {
    const from = change.from === undefined ? undefined : safe(change.from, change);
    const to = change.to === undefined ? undefined : safe(change.to, change);
    const base = from === undefined ? "" : read(from);
    if (base === undefined) {
      absent.add(from as string);
      continue;
    }
    const text = applyHunks(base, change, gaps);
    if (from !== undefined && from !== to) overlay.set(from, undefined);
    if (to !== undefined) overlay.set(to, text);
  }
  const changed = [...overlay].filter(([, text]) => text !== undefined).map(([path]) => path);
  return { read, changed, absent: [...absent] };
}

function safe(path: string, { patch }: FileChange): string {
  const inside = normalized(path);
  if (inside === "" || path.startsWith("/")) {
    throw new CError(`${printable(patch)}: ${printable(path)} is outside the tree; paths begin at the top of the tree`);
  }
  return inside;
}

function applyHunks(base: string, change: FileChange, gaps: string | undefined): string {
  const eol = base.includes("\r\n") ? "\r\n" : "\n";
  const lines = base === "" ? [] : base.split(/\r?\n/);
  const plain = lines.map((line) => line.trimEnd());
  const effort = { left: COMPARISONS_MAX };
  const result: string[] = [];
  // How far what is left of `lines` is applied, and how far the hunks have moved so far.
  let done = 0;
  let moved = 0;
  for (const [number, hunk] of change.hunks.entries()) {
    const expected = Math.max(done, (hunk.oldCount === 0 ? hunk.oldStart : hunk.oldStart - 1) + moved);
    const place = placeOf(hunk, plain, done, expected, effort);
    if (place === undefined) {
      const made = hunk.lines.filter(({ kind }) => kind !== "-").map((line) => ({ ...line, kind: " " as const }));
      const isMade = placeOf({ ...hunk, lines: made }, plain, 0, expected, effort) !== undefined;
      throw new CError(`${refusal(change, number, hunk, isMade)}${gaps === undefined ? "" : `; of ${gaps}`}`);
    }
    const { at, skippedAtStart, skippedAtEnd } = place;
    moved = at - skippedAtStart - (hunk.oldCount === 0 ? hunk.oldStart : hunk.oldStart - 1);
    for (; done < at; done++) result.push(lines[done]);
    const inner = hunk.lines.slice(skippedAtStart, hunk.lines.length - skippedAtEnd);
    for (const { kind, text } of inner) {
      if (kind === "+") result.push(text);
      else if (kind === "-") done++;
      else result.push(lines[done++]);
    }
  }
  for (; done < lines.length; done++) result.push(lines[done]);
  const text = result.join(eol);
  return base === "" && text !== "" ? `${text}${eol}` : text;
}

interface Place {
  /** The line of the file, from 0, where the hunk (less what is skipped) begins. */
  readonly at: number;
  readonly skippedAtStart: number;
  readonly skippedAtEnd: number;
}

/** Where a hunk fits, nearest to `expected` and not before `done`. */
function placeOf(
  hunk: Hunk,
  lines: readonly string[],
  done: number,
  expected: number,
  effort: { left: number },
): Place | undefined {
  const leading = hunk.lines.findIndex(({ kind }) => kind !== " ");
  const trailing = [...hunk.lines].reverse().findIndex(({ kind }) => kind !== " ");
  for (let fuzz = 0; fuzz <= FUZZ_MAX; fuzz++) {
    const skippedAtStart = Math.min(fuzz, Math.max(0, leading));
    const skippedAtEnd = Math.min(fuzz, Math.max(0, trailing));
    if (fuzz > 0 && skippedAtStart + skippedAtEnd === 0) break;
    const inner = hunk.lines.slice(skippedAtStart, hunk.lines.length - skippedAtEnd);
    const old = inner.filter(({ kind }) => kind !== "+").map(({ text }) => text.trimEnd());
    // Brackets and empty lines alone say nothing about the place.
    if (fuzz > 0 && !old.some((text) => /\w{3}/.test(text))) break;
    if (old.length === 0) {
      return expected <= lines.length ? { at: expected, skippedAtStart, skippedAtEnd } : undefined;
    }
    const at = nearest(old, lines, done, expected + skippedAtStart, effort);
    if (at !== undefined) return { at, skippedAtStart, skippedAtEnd };
  }
  return undefined;
}

function nearest(
  old: readonly string[],
  lines: readonly string[],
  done: number,
  expected: number,
  effort: { left: number },
): number | undefined {
  const last = lines.length - old.length;
  const fits = (at: number) => {
    if (at < done || at > last) return false;
    let same = 0;
    while (same < old.length && lines[at + same] === old[same]) same++;
    effort.left -= same + 1;
    return same === old.length;
  };
  const reach = Math.max(expected - done, last - expected, 0);
  for (let distance = 0; distance <= reach && effort.left > 0; distance++) {
    if (fits(expected - distance)) return expected - distance;
    if (fits(expected + distance)) return expected + distance;
  }
  return undefined;
}

/** @param isMade what the hunk makes is there already */
function refusal({ patch, to, from, hunks }: FileChange, number: number, hunk: Hunk, isMade: boolean): string {
  const which = `hunk ${number + 1} of ${hunks.length}, for line ${hunk.oldStart}`;
  const where = `${printable(patch)}:${hunk.line}`;
  const path = printable(to ?? from ?? "");
  if (isMade)
    return `${where}: ${path} has the change already (${which}): give the tree as it was before, or check the file`;
  return `${where}: ${path} is not as the patch expects (${which}): give the tree that it was made for`;
}
