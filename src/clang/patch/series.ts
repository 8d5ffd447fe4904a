/** Chooses the patches that count in a file of mails: the newest version of a series, whole and in its order. */
import { printable } from "../../text/index.js";
import { CError } from "../ir/errors.js";
import type { Mail } from "./mail.js";
import { type SubjectLine, subjectLineOf } from "./subject-line.js";

/** The mails whose patches count, in the order in which they apply. */
export interface Chosen {
  readonly mails: readonly Mail[];
  /** What they are, for the user: a line for each series or single patch. */
  readonly taken: readonly string[];
  /** What is left out and why: a line for each older version and each reply with a diff. */
  readonly leftOut: readonly string[];
}

/** A mail with a patch. */
interface Posted extends SubjectLine {
  readonly mail: Mail;
  /** The same for mails that answer each other; undefined for one that nothing has to do with. */
  readonly thread: number | undefined;
  /** Paths of the files that it changes. */
  readonly files: ReadonlySet<string>;
  /** Of those, the ones that are new. */
  readonly creates: ReadonlySet<string>;
}

/** Patches of one version that belong together. */
interface Series {
  readonly version: number;
  readonly isRfc: boolean;
  readonly isResend: boolean;
  readonly total: number;
  readonly parts: Map<number, Posted>;
  cover: Mail | undefined;
  /** Titles of its patches and of its cover letter. */
  readonly titles: Set<string>;
  readonly threads: Set<number>;
}

/** Patches that are not there which are named. */
const MISSING_MAX = 8;
/** Patches in one file; a long series has some dozens. */
const PATCHES_MAX = 2000;

/**
 * Chooses from the mails of the file `name`. Throws a CError when there are several versions of a patch and it
 * cannot be told which is the newest.
 */
export function chooseMails(mails: readonly Mail[], name: string): Chosen {
  const bare = mails.filter(({ subject }) => subject === undefined);
  const threads = threadsOf(mails);
  const sent = mails.flatMap((mail) => (mail.subject === undefined ? [] : [postedOf(mail, threads.get(mail))]));
  const holders = sent.filter(({ files }) => files.size > 0);
  // Answers quote patches, or sketch others; and a cover letter may show what changed since the version before.
  const own = holders.filter(({ isReply, part }) => !isReply && part > 0);
  const patches = own.length > 0 ? own : holders;
  if (patches.length > PATCHES_MAX) {
    throw new CError(`${printable(name)} has more than ${PATCHES_MAX} patches: give those of one series`);
  }
  const rest = holders.filter((each) => !patches.includes(each));
  const covers = sent.filter(({ part, isReply }) => part === 0 && !isReply);
  const series = seriesOf(patches, name);
  for (const cover of covers) addCover(series, cover);
  const chosen = newest(series, name);
  return {
    mails: [...bare, ...chosen.taken.flatMap((each) => inOrder(each).map(({ mail }) => mail))],
    taken: chosen.taken.map(labelOf),
    leftOut: [
      ...chosen.older.map((each) => `${labelOf(each)}: an older version`),
      ...rest.map(({ mail, isReply }) => `${wordsOf(mail)}: ${isReply ? "an answer" : "a cover letter"}`),
    ],
  };
}

function postedOf(mail: Mail, thread: number | undefined): Posted {
  const files = new Set<string>();
  const creates = new Set<string>();
  for (let at = 0; at + 2 < mail.lines.length; at++) {
    const [before, after, hunk] = [mail.lines[at].text, mail.lines[at + 1].text, mail.lines[at + 2].text];
    if (!before.startsWith("--- ") || !after.startsWith("+++ ") || !hunk.startsWith("@@ ")) continue;
    const path = after
      .slice(4)
      .replace(/\t.*$/, "")
      .trim()
      .replace(/^"?[a-z]\//, "");
    files.add(path);
    if (before.startsWith("--- /dev/null")) creates.add(path);
  }
  // A patch that renames files may change no line of them.
  if (files.size === 0) {
    for (const { text } of mail.lines) if (text.startsWith("rename to ")) files.add(text.slice(10));
  }
  return { ...subjectLineOf(mail.subject ?? ""), mail, thread, files, creates };
}

function seriesOf(patches: readonly Posted[], name: string): Series[] {
  const found: Series[] = [];
  const byKind = new Map<string, Series[]>();
  for (const patch of patches) {
    const { version, isRfc, isResend, total, part, title } = patch;
    const kind = `${version} ${isRfc} ${isResend} ${total}`;
    const known = byKind.get(kind) ?? [];
    byKind.set(kind, known);
    const same = title === "" ? undefined : known.find(({ parts }) => parts.get(part)?.title === title);
    const other = same?.parts.get(part);
    if (same !== undefined && other !== undefined) {
      same.parts.set(part, laterOf(other, patch, name));
      continue;
    }
    let series = total === 1 ? undefined : placeFor(known, patch);
    if (series === undefined) {
      const empty = { parts: new Map(), cover: undefined, titles: new Set<string>(), threads: new Set<number>() };
      series = { version, isRfc, isResend, total, ...empty };
      known.push(series);
      found.push(series);
    }
    series.parts.set(part, patch);
    if (title !== "") series.titles.add(title);
    if (patch.thread !== undefined) series.threads.add(patch.thread);
  }
  return found;
}

/** The series that a patch is a part of: the one of its thread, else the latest that lacks it. */
function placeFor(known: readonly Series[], { part, thread }: Posted): Series | undefined {
  const free = known.filter(({ parts }) => !parts.has(part));
  const own = thread === undefined ? undefined : free.find(({ threads }) => threads.has(thread));
  return own ?? free.findLast(({ threads }) => thread === undefined || threads.size === 0);
}

/** For each mail of a thread a number: mails of one thread answer each other, or one that is not there. */
function threadsOf(mails: readonly Mail[]): ReadonlyMap<Mail, number> {
  const above = mails.map((_, at) => at);
  const top = (at: number): number => {
    let found = at;
    while (above[found] !== found) found = above[found];
    above[at] = found;
    return found;
  };
  const byId = new Map<string, number>();
  for (const [at, { id, answers }] of mails.entries()) {
    for (const each of id === "" ? answers : [id, ...answers]) {
      const other = byId.get(each);
      if (other === undefined) byId.set(each, at);
      else above[top(at)] = top(other);
    }
  }
  const members = new Map<number, number>();
  for (const at of mails.keys()) members.set(top(at), (members.get(top(at)) ?? 0) + 1);
  const isMany = (thread: number) => (members.get(thread) ?? 0) > 1;
  return new Map(mails.flatMap((mail, at): [Mail, number][] => (isMany(top(at)) ? [[mail, top(at)]] : [])));
}

function addCover(series: readonly Series[], cover: Posted): void {
  const { mail, version, isRfc, isResend, total, title, thread } = cover;
  const fits = series.filter(
    (each) => each.version === version && each.isRfc === isRfc && each.isResend === isResend && each.total === total,
  );
  const own =
    fits.find(({ threads }) => thread !== undefined && threads.has(thread)) ??
    fits.find((each) => each.cover === undefined);
  if (own === undefined) return;
  own.cover ??= mail;
  own.titles.add(title);
}

/** Of two mails of one patch and one version, the one that was sent later; the first where both hold the same. */
function laterOf(first: Posted, second: Posted, name: string): Posted {
  if (diffOf(first.mail) === diffOf(second.mail)) return first;
  const [before, after] = [first.mail.date, second.mail.date];
  if (before !== undefined && after !== undefined && before !== after) return before > after ? first : second;
  throw undecided(first.mail, second.mail, name);
}

/** The diff of a mail, without what stands around it. */
function diffOf({ lines }: Mail): string {
  const start = lines.findIndex(({ text }, at) => text.startsWith("--- ") && lines[at + 1]?.text.startsWith("+++ "));
  const end = lines.findIndex(({ text }, at) => at > start && text.trimEnd() === "--");
  const diff = lines.slice(start, end < 0 ? undefined : end);
  return diff.map(({ text }) => text.trimEnd()).join("\n");
}

function undecided(first: Mail, second: Mail, name: string): CError {
  const places = [first, second].map((mail) => `${wordsOf(mail)} at line ${mail.line}`).join(" and ");
  return new CError(
    `${printable(name)} holds ${places}, and it cannot be told which of them counts: give the mails of one version`,
  );
}

/** The series that count, and those that a newer version stands in for. */
function newest(series: readonly Series[], name: string): { taken: Series[]; older: Series[] } {
  const taken: Series[] = [];
  const older: Series[] = [];
  const groups = related(series);
  for (const group of groups) {
    const [first, ...others] = group;
    let best = first;
    for (const each of others) if (order(each, best, name) > 0) best = each;
    const left = group.filter((each) => each !== best);
    taken.push(filled(best, left, name));
    older.push(...left);
  }
  refuseMixed(taken, name);
  return { taken, older };
}

/** Series that are versions of each other, in one list each: they share a title, or make the same file. */
function related(series: readonly Series[]): Series[][] {
  const groups = new Map<Series, Series[]>();
  const byMark = new Map<string, Series>();
  for (const each of series) {
    const created = [...each.parts.values()].flatMap(({ creates }) => [...creates].map((path) => `new ${path}`));
    const group = [each];
    groups.set(each, group);
    for (const mark of [...created, ...[...each.titles].map((title) => `title ${title}`)]) {
      const met = groups.get(byMark.get(mark) ?? each);
      byMark.set(mark, each);
      if (met === undefined || met === groups.get(each)) continue;
      met.push(...(groups.get(each) ?? []));
      for (const member of groups.get(each) ?? []) groups.set(member, met);
    }
  }
  return [...new Set(groups.values())];
}

/** More than 0 when `a` is newer than `b`. */
function order(a: Series, b: Series, name: string): number {
  if (a.isRfc === b.isRfc && a.version !== b.version) return a.version - b.version;
  const [dateA, dateB] = [dateOf(a), dateOf(b)];
  if (dateA !== undefined && dateB !== undefined && dateA !== dateB) return dateA - dateB;
  if (a.isResend !== b.isResend && a.version === b.version) return a.isResend ? 1 : -1;
  // What was a request for comments becomes a patch.
  const [rfc, patch] = a.isRfc ? [a, b] : [b, a];
  if (rfc.isRfc !== patch.isRfc && patch.version >= rfc.version) return a === patch ? 1 : -1;
  throw undecided(inOrder(a)[0].mail, inOrder(b)[0].mail, name);
}

function dateOf({ parts }: Series): number | undefined {
  const dates = [...parts.values()].flatMap(({ mail: { date } }) => (date === undefined ? [] : [date]));
  return dates.length === 0 ? undefined : Math.max(...dates);
}

/** `best`, where it replaces some patches of an older version alone, with the others of that version. */
function filled(best: Series, older: readonly Series[], name: string): Series {
  if (best.parts.size >= best.total) return best;
  const whole = older
    .filter(({ total, parts }) => total === best.total && parts.size > best.parts.size)
    .sort((a, b) => order(b, a, name))
    .at(0);
  if (whole === undefined) return best;
  const mails = [...best.parts.values()].map(({ mail }) => mail);
  const isAnswer = mails.every((mail) =>
    [...whole.parts.values()].some((part) => part.mail.id !== "" && mail.answers.includes(part.mail.id)),
  );
  const isPartial = Math.floor(best.version) === Math.floor(whole.version) || isAnswer;
  if (!isPartial) throw undecided(inOrder(best)[0].mail, inOrder(whole)[0].mail, name);
  return { ...best, cover: best.cover ?? whole.cover, parts: new Map([...whole.parts, ...best.parts]) };
}

/** Versions of a patch may differ in title. Then they change the same file and have different numbers. */
function refuseMixed(taken: readonly Series[], name: string): void {
  const byFile = new Map<string, Series>();
  for (const each of taken) {
    for (const patch of each.parts.values()) {
      for (const path of patch.files) {
        const other = byFile.get(path);
        byFile.set(path, each);
        if (other === undefined || other === each || !/\.[ch]$/.test(path)) continue;
        if (other.version !== each.version || other.isRfc !== each.isRfc) {
          throw undecided(inOrder(other)[0].mail, patch.mail, name);
        }
      }
    }
  }
}

const inOrder = ({ parts }: Series): Posted[] => [...parts.values()].sort((a, b) => a.part - b.part);

/** The subject of a mail on one line. */
const wordsOf = ({ subject = "" }: Mail): string => printable(subject.slice(0, 200));

function labelOf(series: Series): string {
  const [first] = inOrder(series);
  const words = wordsOf(series.cover ?? first.mail);
  const { total, parts } = series;
  if (total <= 1) return words;
  if (parts.size >= total) return `${words} (${total} patches)`;
  const missing = Array.from({ length: total }, (_, index) => index + 1).filter((part) => !parts.has(part));
  const more = missing.length > MISSING_MAX ? ` and ${missing.length - MISSING_MAX} more` : "";
  return `${words} (${parts.size} of ${total} patches, without ${missing.slice(0, MISSING_MAX).join(", ")}${more})`;
}
