/** Mails as they come from a list archive: one or several in a file, bodies encoded or not, in parts or not. */
import { decode, decodedHeader, type Encoding, type MailLine } from "./mime.js";

export type { MailLine } from "./mime.js";

/** A mail, or what stands before the first one. */
export interface Mail {
  /** Line of the file (from 1) that it begins on. */
  readonly line: number;
  /** Decoded, on one line; undefined for a text that is no mail. */
  readonly subject: string | undefined;
  /** Milliseconds since 1970, where it says when it was sent. */
  readonly date: number | undefined;
  readonly id: string;
  /** Ids of the mails that it answers. */
  readonly answers: readonly string[];
  /** Its text, decoded, without headers. */
  readonly lines: readonly MailLine[];
}

const MBOX_FROM = /^From \S+ .{0,200}\d:\d\d.{0,200}\d{4}/;
const HEADER = /^[!-9;-~]+:/;
/** Lines of one header; parts of one mail. */
const HEADER_MAX = 2000;
const PARTS_MAX = 1000;
/** Parts of a mail that hold no patch, or the same text once more. */
const NO_TEXT = /^\s*(?:text\/html|image\/|audio\/|video\/|application\/(?:pgp|pkcs|x-pkcs))/i;

/** The mails in `text`; of a text that is no mail, its lines. Line ends may be CRLF. */
export function mailsOf(text: string): Mail[] {
  const raw = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  const mails: Mail[] = [];
  for (let at = 0; at < raw.length; ) {
    let end = at + 1;
    while (end < raw.length && !beginsMail(raw, end)) end++;
    mails.push(beginsMail(raw, at) ? readMail(raw, at, end) : plainText(raw, at, end));
    at = end;
  }
  return mails;
}

/** Does a mail begin at line `at`: an mbox `From ` line, or at the very start its headers? */
function beginsMail(raw: readonly string[], at: number): boolean {
  const line = raw[at];
  if (at === 0 && /^(?:from|subject|date|to|message-id|return-path|received|mime-version):/i.test(line)) return true;
  // Text may begin with the word, too: an mbox says who and when.
  if (!MBOX_FROM.test(line) || !(at === 0 || raw[at - 1] === "")) return false;
  return HEADER.test(raw[at + 1] ?? "");
}

function plainText(raw: readonly string[], start: number, end: number): Mail {
  const lines = raw.slice(start, end).map((text, at) => ({ text, line: start + at + 1 }));
  return { line: start + 1, subject: undefined, date: undefined, id: "", answers: [], lines };
}

function readMail(raw: readonly string[], start: number, end: number): Mail {
  const header = readHeader(raw, raw[start].startsWith("From ") ? start + 1 : start, end);
  const { field } = header;
  const date = Date.parse(field("date").replace(/\([^()]*\)/g, ""));
  const ids = `${field("in-reply-to")} ${field("references")}`.match(/<[^<>\s]{1,500}>/g) ?? [];
  const lines: MailLine[] = [];
  readBody(raw, { at: header.end, end }, header, lines);
  return {
    line: start + 1,
    subject: decodedHeader(field("subject")).replace(/\s+/g, " ").trim(),
    date: Number.isNaN(date) ? undefined : date,
    id: /<[^<>\s]{1,500}>/.exec(field("message-id"))?.[0] ?? "",
    answers: ids,
    lines,
  };
}

interface Header extends Encoding {
  /** The line after it. */
  readonly end: number;
  readonly boundary: string | undefined;
  readonly isText: boolean;
  field(name: string): string;
}

function readHeader(raw: readonly string[], from: number, last: number): Header {
  let at = from;
  const fields: string[][] = [];
  for (; at < last && raw[at] !== "" && at - from <= HEADER_MAX; at++) {
    const before = fields.at(-1);
    if (/^[ \t]/.test(raw[at]) && before !== undefined) before.push(raw[at]);
    else fields.push([raw[at]]);
  }
  const field = (name: string): string => {
    const found = fields.find(([first = ""]) => first.toLowerCase().startsWith(`${name}:`));
    return found?.join("").slice(name.length + 1) ?? "";
  };
  const type = field("content-type");
  const named = field("content-transfer-encoding").toLowerCase();
  const transfer = named.includes("quoted-printable")
    ? "quoted-printable"
    : named.includes("base64")
      ? "base64"
      : "plain";
  return {
    end: Math.min(last, at + 1),
    transfer,
    charset: parameter(type, "charset") ?? "",
    boundary: /^\s*multipart\//i.test(type) ? parameter(type, "boundary") : undefined,
    isText: !NO_TEXT.test(type),
    field,
  };
}

/** A parameter of a header, e.g. the boundary of `multipart/mixed; boundary="x"`. */
function parameter(field: string, name: string): string | undefined {
  const found = new RegExp(`[;\\s]${name}\\s*=\\s*(?:"([^"]{1,200})"|([^\\s;"]{1,200}))`, "i").exec(field);
  return found === null ? undefined : (found[1] ?? found[2]);
}

/** The text of a mail: its body, or those parts of it that are text, one behind the other. */
function readBody(raw: readonly string[], body: { at: number; end: number }, first: Header, into: MailLine[]): void {
  const { end } = body;
  const boundaries = new Set<string>();
  let header = first;
  let { at } = body;
  for (let parts = 0; at < end && parts < PARTS_MAX; parts++) {
    if (header.boundary !== undefined) boundaries.add(`--${header.boundary}`);
    const start = at;
    const delimiter = (line: string) => boundaries.size > 0 && line.startsWith("--") && boundaries.has(opened(line));
    while (at < end && !delimiter(raw[at])) at++;
    // Before the first part, and behind the last one, stands what is for old mailers.
    if (header.boundary === undefined && header.isText) decode({ raw, start, end: at }, header, into);
    if (at >= end) return;
    const isLast = !boundaries.has(raw[at].trimEnd());
    header = isLast ? { ...header, boundary: undefined, isText: false } : readHeader(raw, at + 1, end);
    at = isLast ? at + 1 : header.end;
  }
}

/** A line that ends the last part, as one that begins a part. */
const opened = (line: string): string => line.trimEnd().replace(/--$/, "");
