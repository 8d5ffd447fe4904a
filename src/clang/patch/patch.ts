/** Unified diffs, bare or in mails. */
import { printable } from "../../text/index.js";
import { CError } from "../ir/errors.js";
import { checkLength } from "../slice/length.js";
import { type MailLine, mailsOf } from "./mail.js";
import { chooseMails } from "./series.js";

export interface PatchLine {
  readonly kind: " " | "+" | "-";
  readonly text: string;
  /** Line of the patch file that it stands on, from 1. */
  readonly line: number;
}

export interface Hunk {
  readonly oldStart: number;
  readonly oldCount: number;
  readonly newStart: number;
  readonly newCount: number;
  readonly lines: readonly PatchLine[];
  /** Line of the patch file that its `@@` stands on. */
  readonly line: number;
}

/** What one patch does to one file. */
export interface FileChange {
  /** Name of the patch file. */
  readonly patch: string;
  /** Path before and after, without `a/` and `b/`; undefined when there is no file. */
  readonly from: string | undefined;
  readonly to: string | undefined;
  readonly hunks: readonly Hunk[];
}

/** File changes in one patch file; a long series has some hundred. */
const CHANGES_MAX = 2000;

const HUNK = /^@@ -(\d{1,9})(?:,(\d{1,9}))? \+(\d{1,9})(?:,(\d{1,9}))? @@/;

/** One patch of a series. */
export interface PatchPart {
  /** Subject of its mail, fit for one line; undefined for a patch that came in none. */
  readonly subject: string | undefined;
  readonly changes: readonly FileChange[];
}

/** What a patch file changes, and which of its patches that are. */
export interface Patches {
  /** In the order in which they apply. */
  readonly changes: readonly FileChange[];
  /** The same, patch by patch. */
  readonly parts: readonly PatchPart[];
  /** The patches that count, and those that do not, as their mails call them. */
  readonly taken: readonly string[];
  readonly leftOut: readonly string[];
}

/**
 * Reads a patch, or an mbox with one or more: of several versions the newest, a series in its own order.
 * Throws a CError when it holds no diff, a hunk is shorter than it says, or it is not clear which version counts.
 */
export function parsePatch(text: string, name: string): Patches {
  checkLength(name, text);
  const { mails, taken, leftOut } = chooseMails(mailsOf(text), name);
  const changes: FileChange[] = [];
  const parts: PatchPart[] = [];
  for (const { lines, subject } of mails) {
    const before = changes.length;
    readChanges(lines, name, changes);
    const own = changes.slice(before);
    if (own.length === 0 && subject === undefined) continue;
    parts.push({ subject: subject === undefined ? undefined : printable(subject), changes: own });
  }
  if (changes.length > 0) return { changes, parts, taken, leftOut };
  throw new CError(`${printable(name)} holds no unified diff: give a patch as git format-patch writes it, or a C file`);
}

/** Adds the changes of one mail to `changes`. */
function readChanges(lines: readonly MailLine[], name: string, changes: FileChange[]): void {
  let renamed: { from?: string; to?: string } = {};
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at].text;
    if (line.startsWith("diff --git ")) renamed = {};
    else if (line.startsWith("rename from ")) renamed.from = unquoted(line.slice(12));
    else if (line.startsWith("rename to ") && renamed.from !== undefined) {
      renamed.to = unquoted(line.slice(10));
      // With nothing changed inside there are no hunks.
      if (!hasHunks(lines, at)) changes.push({ patch: name, from: renamed.from, to: renamed.to, hunks: [] });
    } else if (line.startsWith("--- ") && lines[at + 1]?.text.startsWith("+++ ")) {
      const hunks: Hunk[] = [];
      const from = pathOf(line);
      const to = pathOf(lines[at + 1].text);
      at += 2;
      while (at < lines.length) {
        const next = HUNK.exec(lines[at].text);
        if (next === null) break;
        const { hunk, end } = readHunk(lines, at, next, name, to ?? from ?? "");
        hunks.push(hunk);
        at = end;
      }
      at--;
      if (hunks.length > 0) changes.push({ patch: name, from, to, hunks });
    }
    if (changes.length > CHANGES_MAX) {
      throw new CError(`${printable(name)} changes more than ${CHANGES_MAX} files: give the patches of one series`);
    }
  }
}

/** Lines around a change that patches show. */
const CONTEXT_MAX = 3;

function hasHunks(lines: readonly MailLine[], at: number): boolean {
  for (let i = at + 1; i < Math.min(lines.length, at + 4); i++) {
    if (lines[i].text.startsWith("--- ")) return true;
    if (lines[i].text.startsWith("diff ")) return false;
  }
  return false;
}

function readHunk(lines: readonly MailLine[], at: number, head: RegExpExecArray, name: string, path: string) {
  const count = (text: string | undefined) => (text === undefined ? 1 : Number(text));
  const [oldCount, newCount] = [count(head[2]), count(head[4])];
  let [old, added] = [oldCount, newCount];
  const found: PatchLine[] = [];
  let end = at + 1;
  for (; end < lines.length && (old > 0 || added > 0); end++) {
    const { text, line } = lines[end];
    // Some mailers take away the blank that stands for an empty line.
    const kind = text === "" ? " " : text[0];
    if (kind === "\\") continue;
    if (text.trimEnd() === "--" && old === added) break;
    if (kind !== " " && kind !== "+" && kind !== "-") break;
    if (kind !== "+") old--;
    if (kind !== "-") added--;
    if (old < 0 || added < 0) break;
    found.push({ kind, text: text.slice(1), line });
  }
  // Archives on the web take away empty lines at the end of a mail.
  if (old === added && old <= CONTEXT_MAX && (end >= lines.length || lines[end].text.trimEnd() === "--")) {
    for (; old > 0; old--, added--) found.push({ kind: " ", text: "", line: (lines[end - 1] as MailLine).line });
  }
  if (old !== 0 || added !== 0) {
    const where = `${printable(name)}:${lines[at].line}`;
    throw new CError(`${where}: the hunk for ${printable(path)} is not as long as it says: the patch is damaged`);
  }
  if (lines[end]?.text.startsWith("\\")) end++;
  const hunk: Hunk = {
    oldStart: Number(head[1]),
    oldCount,
    newStart: Number(head[3]),
    newCount,
    lines: found,
    line: lines[at].line,
  };
  return { hunk, end };
}

/** The path in a `---` or `+++` line. */
function pathOf(line: string): string | undefined {
  const path = unquoted(line.slice(4).replace(/\t.*$/, "").trimEnd());
  return path === "/dev/null" ? undefined : path.replace(/^[abciow]\//, "");
}

const ESCAPES = new Map([
  ["n", "\n"],
  ["t", "\t"],
]);

/** git writes names with unusual characters as string literals of C. */
function unquoted(name: string): string {
  const inner = /^"(.*)"$/.exec(name)?.[1];
  if (inner === undefined) return name;
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (const [whole, octal, other] of inner.matchAll(/\\([0-7]{3})|\\(.)|[^\\]/gs)) {
    if (octal !== undefined) bytes.push(Number.parseInt(octal, 8) & 0xff);
    else bytes.push(...encoder.encode(other === undefined ? whole : (ESCAPES.get(other) ?? other)));
  }
  return new TextDecoder().decode(Uint8Array.from(bytes));
}
