/** Encodings of mails: quoted-printable and base64 bodies, encoded words in headers, charsets. */

/** A line of a decoded text and the line of the file (from 1) that it begins on. */
export interface MailLine {
  readonly text: string;
  readonly line: number;
}

/** Lines `start` to `end` of a file, from 0. */
interface Stretch {
  readonly raw: readonly string[];
  readonly start: number;
  readonly end: number;
}

/** How the text of a mail, or of a part of one, is encoded. */
export interface Encoding {
  readonly transfer: "plain" | "quoted-printable" | "base64";
  readonly charset: string;
}

type Decoder = InstanceType<typeof TextDecoder>;

const utf8 = new TextDecoder();

/** A decoder for `charset`; of one that is not known, or of two bytes a character, that of UTF-8. */
function decoderOf(charset: string): Decoder {
  if (/^utf-?8$|^(?:us-)?ascii$|^utf-?(?:16|32)|^$/i.test(charset)) return utf8;
  try {
    return new TextDecoder(charset);
  } catch {
    return utf8;
  }
}

/** Decodes a stretch of a mail's body, line by line. */
export function decode({ raw, start, end }: Stretch, { transfer, charset }: Encoding, into: MailLine[]): void {
  const stretch = { raw, start, end };
  if (transfer === "base64") decodeBase64(stretch, decoderOf(charset), into);
  else if (transfer === "quoted-printable") decodeQuoted(stretch, decoderOf(charset), into);
  else for (let at = start; at < end; at++) into.push({ text: raw[at], line: at + 1 });
}

function decodeQuoted({ raw, start, end }: Stretch, decoder: Decoder, into: MailLine[]): void {
  for (let at = start; at < end; at++) {
    const line = at + 1;
    const parts: string[] = [];
    // A soft line break; blanks that a mailer put behind it do not count.
    while (at + 1 < end && raw[at].trimEnd().endsWith("=")) parts.push(raw[at++].trimEnd().slice(0, -1));
    parts.push(raw[at].replace(/=[ \t]*$/, ""));
    into.push({ text: unquoted(parts.join(""), decoder), line });
  }
}

/** `=3D` and the like as characters. */
function unquoted(text: string, decoder: Decoder): string {
  return text.replace(/(?:=[0-9A-Fa-f]{2})+/g, (codes) => {
    const bytes = Uint8Array.from(codes.slice(1).split("="), (code) => Number.parseInt(code, 16));
    return decoder.decode(bytes);
  });
}

const SEXTETS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const NEWLINE = 0x0a;

function decodeBase64({ raw, start, end }: Stretch, decoder: Decoder, into: MailLine[]): void {
  let bytes: number[] = [];
  let lineOf = start;
  const flush = () => {
    if (bytes.at(-1) === 0x0d) bytes.pop();
    into.push({ text: decoder.decode(Uint8Array.from(bytes)), line: lineOf + 1 });
    bytes = [];
  };
  let bits = 0;
  let held = 0;
  for (let at = start; at < end; at++) {
    for (const character of raw[at]) {
      const sextet = SEXTETS.indexOf(character);
      // What pads a group ends it; several texts may stand one behind the other.
      if (character === "=") held = 0;
      if (sextet < 0) continue;
      bits = ((bits << 6) | sextet) & 0xffff;
      held += 6;
      if (held < 8) continue;
      held -= 8;
      const byte = (bits >> held) & 0xff;
      if (bytes.length === 0) lineOf = at;
      if (byte === NEWLINE) flush();
      else bytes.push(byte);
    }
  }
  if (bytes.length > 0) flush();
}

const WORD = /=\?([^\s?]{1,40})\?([bq])\?([^\s?]{0,2000})\?=/gi;

/** A header with its encoded words as characters. */
export function decodedHeader(text: string): string {
  // White space between two encoded words is no part of the text.
  const joined = text.replace(/(\?=)\s+(?==\?[^\s?]{1,40}\?[bq]\?)/gi, "$1");
  return joined.replace(WORD, (_, charset: string, encoding: string, content: string) => {
    const lines: MailLine[] = [];
    const isBase64 = encoding.toLowerCase() === "b";
    const raw = [isBase64 ? content : content.replaceAll("_", " ")];
    decode({ raw, start: 0, end: 1 }, { transfer: isBase64 ? "base64" : "quoted-printable", charset }, lines);
    return lines.map((line) => line.text).join(" ");
  });
}
