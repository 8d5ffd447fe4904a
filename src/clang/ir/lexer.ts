/** Tokens of textual LLVM IR. Source: the LLVM Language Reference, "Identifiers" and "High Level Structure". */

export enum TokenKind {
  /** `%name`, `%1`, `%"any text"`: the text is the name. */
  Local = 0,
  /** `@name`. */
  Global = 1,
  /** `!name`, `!1`. */
  Metadata = 2,
  /** `#1`. */
  Attribute = 3,
  /** `"text"`. */
  String = 4,
  /** `c"text"`: bytes, escapes replaced. */
  Bytes = 5,
  /** A whole number. */
  Number = 6,
  /** A keyword, type or label. */
  Word = 7,
  Punctuation = 8,
  End = 9,
}

const TOKEN =
  /\s+|;[^\n]*|([%@!#])(?:"((?:[^"\\]|\\[0-9a-fA-F]{2}|\\\\)*)"|([-a-zA-Z$._0-9\\]+))|(c?)"([^"]*)"|(-?\d+)(?![\w.$-])|([-a-zA-Z$._0-9]+)|(.)/gsy;

/** Goes through a text token by token. */
export class Lexer {
  kind = TokenKind.End;
  text = "";
  /** Where the present token begins. */
  start = 0;
  private at = 0;
  /** Where the token before it ends. */
  private before = 0;

  constructor(readonly source: string) {
    this.next();
  }

  /** The present line. */
  get line(): string {
    return this.source.slice(this.source.lastIndexOf("\n", this.start - 1) + 1, this.start) + this.restNow;
  }

  next(): void {
    this.before = this.at;
    for (;;) {
      this.start = this.at;
      if (this.at >= this.source.length) {
        this.kind = TokenKind.End;
        this.text = "";
        return;
      }
      TOKEN.lastIndex = this.at;
      const match = TOKEN.exec(this.source);
      if (match === null) throw new SyntaxError(`no token at ${this.at}`);
      this.at = TOKEN.lastIndex;
      const [, sigil, quoted, plain, c, string, number, word, other] = match;
      if (sigil !== undefined) {
        this.kind = "%@!#".indexOf(sigil);
        this.text = plain ?? unescaped(quoted as string);
        return;
      }
      if (string !== undefined) {
        this.kind = c === "c" ? TokenKind.Bytes : TokenKind.String;
        this.text = c === "c" ? string : unescaped(string);
        return;
      }
      if (number !== undefined) {
        this.kind = TokenKind.Number;
        this.text = number;
        return;
      }
      if (word !== undefined) {
        this.kind = TokenKind.Word;
        this.text = word;
        return;
      }
      if (other !== undefined) {
        this.kind = TokenKind.Punctuation;
        this.text = other;
        return;
      }
    }
  }

  /** Whether the present token is the word or punctuation `text`. */
  is(text: string): boolean {
    return this.text === text && (this.kind === TokenKind.Word || this.kind === TokenKind.Punctuation);
  }

  /** Whether the present token is of this kind. */
  isKind(kind: TokenKind): boolean {
    return this.kind === kind;
  }

  /** Steps over `text` if it is there. */
  skip(text: string): boolean {
    if (!this.is(text)) return false;
    this.next();
    return true;
  }

  /** Whether the present token is on another line than the one before it. */
  get beginsLine(): boolean {
    const end = this.source.indexOf("\n", this.before);
    return end < 0 ? this.kind === TokenKind.End : end < this.start;
  }

  /** The present line, from the present token on. */
  get restNow(): string {
    const end = this.source.indexOf("\n", this.start);
    return this.source.slice(this.start, end < 0 ? undefined : end);
  }

  /** Goes to the end of the present token's line. @returns what was passed over */
  restOfLine(): string {
    const from = this.start;
    let end = this.source.indexOf("\n", from);
    if (end < 0) end = this.source.length;
    this.at = end;
    this.next();
    return this.source.slice(from, end);
  }
}

/** Text with `\xx` replaced by the character, bytes taken as UTF-8. */
export function unescaped(text: string): string {
  if (!text.includes("\\")) return text;
  return new TextDecoder().decode(bytesOf(text));
}

/** Bytes of a text with `\xx` escapes. */
export function bytesOf(text: string): Uint8Array {
  const bytes: number[] = [];
  const encoder = new TextEncoder();
  for (let at = 0; at < text.length; at++) {
    if (text[at] !== "\\") {
      bytes.push(...encoder.encode(text[at] as string));
    } else if (text[at + 1] === "\\") {
      bytes.push(0x5c);
      at++;
    } else {
      bytes.push(Number.parseInt(text.slice(at + 1, at + 3), 16));
      at += 2;
    }
  }
  return Uint8Array.from(bytes);
}
