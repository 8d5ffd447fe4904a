/**
 * Tokens of C, without a preprocessor: enough to find where definitions begin and end. Written by hand rather than
 * as one regular expression, so that a string of a megabyte needs no stack.
 */

export enum Kind {
  Word = 0,
  Number = 1,
  Text = 2,
  Punctuation = 3,
}

/** Tokens of a text, as parallel lists: kind, first character, one past the last. */
export class Tokens {
  readonly kinds: Kind[] = [];
  readonly starts: number[] = [];
  readonly ends: number[] = [];

  constructor(readonly source: string) {}

  get length(): number {
    return this.kinds.length;
  }

  add(kind: Kind, start: number, end: number): void {
    this.kinds.push(kind);
    this.starts.push(start);
    this.ends.push(end);
  }

  /** Text of token `at`, or the empty text outside the list. */
  text(at: number): string {
    return at >= 0 && at < this.length ? this.source.slice(this.starts[at], this.ends[at]) : "";
  }

  isWord(at: number): boolean {
    return this.kinds[at] === Kind.Word;
  }

  /** The token after the bracket that closes the one at `at` (`end` if none does), or after `at` if that is none. */
  afterGroup(at: number, end: number = this.length): number {
    if (at >= this.length || nesting(this.source.charCodeAt(this.starts[at])) <= 0) return Math.min(at + 1, end);
    let depth = 0;
    for (let i = at; i < end; i++) {
      if (this.kinds[i] !== Kind.Punctuation) continue;
      depth += nesting(this.source.charCodeAt(this.starts[i]));
      if (depth <= 0) return i + 1;
    }
    return end;
  }
}

/** 1 for an opening bracket, -1 for a closing one, else 0. */
export function nesting(code: number): number {
  switch (code) {
    case 0x28: // (
    case 0x5b: // [
    case 0x7b: // {
      return 1;
    case 0x29:
    case 0x5d:
    case 0x7d:
      return -1;
    default:
      return 0;
  }
}

const LONG = ["<<=", ">>=", "..."];
const PAIRS = new Set("-> ++ -- == != <= >= && || += -= *= /= %= &= |= ^= << >> ##".split(" "));

const isLetter = (c: number) =>
  (c >= 0x61 && c <= 0x7a) || (c >= 0x41 && c <= 0x5a) || c === 0x5f || c === 0x24 || c >= 0x80;
const isDigit = (c: number) => c >= 0x30 && c <= 0x39;

/** Where the comment or literal that begins at `at` ends, or `at` when none begins there. */
export function skipOpaque(text: string, at: number, end: number): number {
  const c = text.charCodeAt(at);
  if (c === 0x2f) {
    const next = text.charCodeAt(at + 1);
    if (next === 0x2a) {
      const close = text.indexOf("*/", at + 2);
      return close < 0 || close + 2 > end ? end : close + 2;
    }
    if (next === 0x2f) return Math.min(end, logicalEnd(text, at));
    return at;
  }
  if (c !== 0x22 && c !== 0x27) return at;
  for (let i = at + 1; i < end; i++) {
    const inner = text.charCodeAt(i);
    if (inner === 0x5c) i++;
    else if (inner === c) return i + 1;
    else if (inner === 0x0a) return i;
  }
  return end;
}

/** End of the line that holds `at`, joined with the next ones where it ends in a backslash. */
function logicalEnd(text: string, at: number): number {
  for (let end = text.indexOf("\n", at); end >= 0; end = text.indexOf("\n", end + 1)) {
    const last = text.charCodeAt(end - 1) === 0x0d ? end - 2 : end - 1;
    if (text.charCodeAt(last) !== 0x5c) return end;
  }
  return text.length;
}

/** Adds the token at `at` (not a blank, comment or line break) to `tokens`; returns where it ends. */
export function readToken(tokens: Tokens, at: number, end: number): number {
  const { source } = tokens;
  const c = source.charCodeAt(at);
  let to = at + 1;
  if (isLetter(c)) {
    while (to < end && (isLetter(source.charCodeAt(to)) || isDigit(source.charCodeAt(to)))) to++;
    tokens.add(Kind.Word, at, to);
  } else if (isDigit(c)) {
    while (to < end && (isLetter(source.charCodeAt(to)) || isDigit(source.charCodeAt(to)) || source[to] === ".")) to++;
    tokens.add(Kind.Number, at, to);
  } else if (c === 0x22 || c === 0x27) {
    to = skipOpaque(source, at, end);
    tokens.add(Kind.Text, at, to);
  } else {
    if (LONG.includes(source.slice(at, at + 3))) to = at + 3;
    else if (PAIRS.has(source.slice(at, at + 2))) to = at + 2;
    tokens.add(Kind.Punctuation, at, to);
  }
  return to;
}

const isBlank = (c: number) => c <= 0x20 || c === 0x5c;

/** All tokens of `source` from `start` to `end`; comments are left out, directives are not told apart. */
export function tokenize(source: string, start = 0, end = source.length): Tokens {
  const tokens = new Tokens(source);
  for (let at = start; at < end; ) {
    const c = source.charCodeAt(at);
    if (isBlank(c)) {
      at++;
    } else if (c === 0x2f && skipOpaque(source, at, end) > at) {
      at = skipOpaque(source, at, end);
    } else {
      at = readToken(tokens, at, end);
    }
  }
  return tokens;
}

/** Where the directive that begins at `at` (its `#`) ends: comments may span lines, a backslash joins lines. */
export function directiveEnd(text: string, at: number): number {
  for (let i = at; i < text.length; ) {
    const c = text.charCodeAt(i);
    if (c === 0x0a) return i;
    if (c === 0x5c) {
      i += text.charCodeAt(i + 1) === 0x0d && text.charCodeAt(i + 2) === 0x0a ? 3 : 2;
      continue;
    }
    const after = skipOpaque(text, i, text.length);
    i = after > i ? after : i + 1;
  }
  return text.length;
}
