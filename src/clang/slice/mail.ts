/** Mails as they come from a list archive: one or several in a file, bodies encoded or not. */

/** A line of a mail's text and the line of the file (from 1) that it begins on. */
export interface MailLine {
  readonly text: string;
  readonly line: number;
}

type Encoding = "plain" | "quoted-printable" | "base64";

const HEADER = /^[!-9;-~]+:/;

/** The lines of the mails in `text`, decoded; of a text that is no mail, its lines. Line ends may be CRLF. */
export function mailLines(text: string): MailLine[] {
  const raw = text.split("\n").map((line) => (line.endsWith("\r") ? line.slice(0, -1) : line));
  const result: MailLine[] = [];
  const boundaries = new Set<string>();
  let at = 0;
  while (at < raw.length) {
    let encoding: Encoding = "plain";
    if (beginsMail(raw, at) || boundaries.has(raw[at])) {
      const header = readHeader(raw, raw[at].startsWith("From ") || boundaries.has(raw[at]) ? at + 1 : at);
      encoding = header.encoding;
      if (header.boundary !== undefined) boundaries.add(`--${header.boundary}`);
      at = header.end;
    }
    const start = at;
    while (at < raw.length && !(at > start && beginsMail(raw, at)) && !boundaries.has(raw[at])) at++;
    decode(raw, start, at, encoding, result);
    if (at === start) at++;
  }
  return result;
}

/** Does a mail begin at line `at`: an mbox `From ` line, or at the very start its headers? */
function beginsMail(raw: readonly string[], at: number): boolean {
  const line = raw[at];
  if (at === 0 && /^(?:from|subject|date|to|message-id|return-path|received|mime-version):/i.test(line)) return true;
  if (!line.startsWith("From ") || !(at === 0 || raw[at - 1] === "")) return false;
  return HEADER.test(raw[at + 1] ?? "");
}

function readHeader(raw: readonly string[], from: number) {
  let at = from;
  const fields: string[] = [];
  for (; at < raw.length && raw[at] !== ""; at++) {
    if (/^[ \t]/.test(raw[at]) && fields.length > 0) fields.push((fields.pop() ?? "") + raw[at]);
    else fields.push(raw[at]);
    if (at - from > 2000) break;
  }
  const field = (name: string) => fields.find((each) => each.toLowerCase().startsWith(`${name}:`)) ?? "";
  const named = field("content-transfer-encoding").toLowerCase();
  const encoding: Encoding = named.includes("quoted-printable")
    ? "quoted-printable"
    : named.includes("base64")
      ? "base64"
      : "plain";
  const boundary = /boundary=(?:"([^"]{1,200})"|([^\s;]{1,200}))/i.exec(field("content-type"));
  return { end: at + 1, encoding, boundary: boundary === null ? undefined : (boundary[1] ?? boundary[2]) };
}

function decode(raw: readonly string[], start: number, end: number, encoding: Encoding, into: MailLine[]): void {
  if (encoding === "base64") {
    decodeBase64(raw, start, end, into);
    return;
  }
  for (let at = start; at < end; at++) {
    const first = at;
    if (encoding === "plain") {
      into.push({ text: raw[at], line: first + 1 });
      continue;
    }
    const parts: string[] = [];
    while (raw[at].trimEnd().endsWith("=") && at + 1 < end) parts.push(raw[at++].trimEnd().slice(0, -1));
    parts.push(raw[at]);
    into.push({ text: unquoted(parts.join("")), line: first + 1 });
  }
}

const decoder = new TextDecoder();

/** `=3D` and the like as characters of UTF-8. */
function unquoted(text: string): string {
  return text.replace(/(?:=[0-9A-Fa-f]{2})+/g, (codes) => {
    const bytes = Uint8Array.from(codes.slice(1).split("="), (code) => Number.parseInt(code, 16));
    return decoder.decode(bytes);
  });
}

function decodeBase64(raw: readonly string[], start: number, end: number, into: MailLine[]): void {
  const bytes: number[] = [];
  // The line that each decoded line begins on.
  let lineOf = start;
  const flush = () => {
    const text = decoder.decode(Uint8Array.from(bytes));
    into.push({ text: text.endsWith("\r") ? text.slice(0, -1) : text, line: lineOf + 1 });
    bytes.length = 0;
  };
  let pending = "";
  for (let at = start; at < end; at++) {
    pending += raw[at].replace(/[^A-Za-z0-9+/]/g, "");
    const whole = at + 1 === end ? pending.length : pending.length - (pending.length % 4);
    const chunk = whole % 4 === 1 ? whole - 1 : whole;
    for (const char of atob(pending.slice(0, chunk))) {
      const code = char.charCodeAt(0);
      if (bytes.length === 0) lineOf = at;
      if (code === 0x0a) flush();
      else bytes.push(code);
    }
    pending = pending.slice(whole);
  }
  if (bytes.length > 0) flush();
}
