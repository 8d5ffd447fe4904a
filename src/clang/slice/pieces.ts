/**
 * Pieces of a file: its definitions at file level, as stretches of text, with the names they define. It looks for
 * brackets and semicolons and uses no grammar: kernel text is full of macros that no grammar of C knows.
 */
import { isAttribute, isCalledAttribute, isCapital, KEYWORDS } from "./keywords.js";
import type { Define, Scan } from "./scan.js";
import { Kind, type Tokens, tokenize } from "./tokens.js";

/** What a name is. Of a name declared only, the definition is somewhere else. */
export type NameKind = "macro" | "function" | "variable" | "type" | "declared" | "generated";

export interface Definition {
  /** The name; tags of struct, union and enum as `struct name`, whichever it is. */
  readonly name: string;
  readonly meaning: NameKind;
}

/** A stretch of a file at file level. */
export interface Piece {
  readonly file: SourceFile;
  readonly kind: "macro" | "function" | "declaration" | "call";
  /** First character and one past the last, in `file.scan.active`, for a macro in `file.text`. */
  readonly start: number;
  readonly end: number;
  /** Tokens of a piece that is no macro. */
  readonly first: number;
  readonly last: number;
  /** Of a function: the token that opens its body. */
  readonly body: number;
  readonly definitions: readonly Definition[];
  readonly define: Define | undefined;
  /** Macros defined inside. */
  readonly inside: readonly Define[];
  /** Does it end as it should? */
  readonly complete: boolean;
}

/** A file taken apart. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly scan: Scan;
  /** In the order of the file. */
  readonly pieces: readonly Piece[];
}

const AGGREGATES = new Set(["struct", "union", "enum"]);

/** Takes a scanned file apart. Linear in the number of tokens. */
export function takeApart(path: string, text: string, scan: Scan): SourceFile {
  const pieces: Piece[] = [];
  const file: SourceFile = { path, text, scan, pieces };
  const { tokens } = scan;
  const insides: Define[] = [];
  const makers = new Map<string, Define>();
  for (const define of scan.defines) {
    if (define.parameters !== undefined) makers.set(define.name, define);
    if (define.inside) insides.push(define);
    else pieces.push(macroPiece(file, define));
  }
  let inner = 0;
  for (let at = 0; at < tokens.length; ) {
    const { next, body, complete } = pieceAt(tokens, at);
    const [start, end] = [tokens.starts[at], tokens.ends[next - 1]];
    while (inner < insides.length && insides[inner].start < start) inner++;
    const from = inner;
    while (inner < insides.length && insides[inner].start < end) inner++;
    const inside = insides.slice(from, inner);
    const macros = inside.map(({ name }): Definition => ({ name, meaning: "macro" }));
    const kind = body >= 0 ? "function" : isMacroCall(tokens, at, next) ? "call" : "declaration";
    const definitions = [...definitionsOf(tokens, at, next, body, kind, makers), ...macros];
    if (next - at > 1 || tokens.text(at) !== ";")
      pieces.push({
        file,
        kind,
        start,
        end,
        first: at,
        last: next,
        body,
        definitions,
        define: undefined,
        inside,
        complete,
      });
    at = next;
  }
  pieces.sort((a, b) => a.start - b.start);
  return file;
}

function macroPiece(file: SourceFile, define: Define): Piece {
  const { start, end, name } = define;
  const definitions: Definition[] = [{ name, meaning: "macro" }];
  return {
    file,
    kind: "macro",
    start,
    end,
    first: 0,
    last: 0,
    body: -1,
    definitions,
    define,
    inside: [],
    complete: true,
  };
}

/** The piece that begins at token `first`: the token after it, and where its body begins if it is a function. */
function pieceAt(tokens: Tokens, first: number): { next: number; body: number; complete: boolean } {
  let group = false;
  let assigned = false;
  for (let at = first; at < tokens.length; at++) {
    if (tokens.kinds[at] !== Kind.Punctuation) continue;
    switch (tokens.text(at)) {
      case ";":
        return { next: at + 1, body: -1, complete: true };
      case "=":
        assigned = true;
        break;
      case "(":
      case "[": {
        const opened = at;
        at = tokens.afterGroup(at) - 1;
        if (tokens.text(opened) === "(" && !isCalledAttribute(tokens.text(opened - 1))) group = true;
        if (opened - first <= 1 && endsWithoutSemicolon(tokens, first, at))
          return { next: at + 1, body: -1, complete: true };
        break;
      }
      case "{": {
        const after = tokens.afterGroup(at);
        const closed = tokens.text(after - 1) === "}" && after - 1 > at;
        if (group && !assigned && !opensAggregate(tokens, at, first))
          return { next: after, body: at, complete: closed };
        at = after - 1;
        break;
      }
      case "}":
        return { next: at + 1, body: -1, complete: false };
    }
  }
  return { next: tokens.length, body: -1, complete: false };
}

/** `EXPORT_SYMBOL_GPL(x)` with no semicolon, when the next definition begins on a line of its own. */
function endsWithoutSemicolon(tokens: Tokens, first: number, close: number): boolean {
  const next = close + 1;
  if (next >= tokens.length || !tokens.isWord(first) || KEYWORDS.has(tokens.text(first))) return false;
  if (!tokens.isWord(next) || isAttribute(tokens.text(next)) || isCalledAttribute(tokens.text(next))) return false;
  return tokens.source[tokens.starts[next] - 1] === "\n" && tokens.text(first + 1) === "(";
}

/** Does the `{` at `at` open a struct, union or enum? Between the word and the brace: a tag and annotations. */
function opensAggregate(tokens: Tokens, at: number, first: number): boolean {
  for (let i = at - 1; i >= first && i >= at - 24; i--) {
    const word = tokens.text(i);
    if (AGGREGATES.has(word)) return true;
    if (word === ")") {
      let depth = 1;
      while (depth > 0 && --i > first) depth += tokens.text(i) === ")" ? 1 : tokens.text(i) === "(" ? -1 : 0;
      if (!isCalledAttribute(tokens.text(i - 1))) return false;
    } else if (!tokens.isWord(i)) {
      return false;
    }
  }
  return false;
}

/** `DEFINE_SPINLOCK(x);`, `static LIST_HEAD(x);`, `module_init(x);`: a call where a definition should be. */
function isMacroCall(tokens: Tokens, first: number, next: number): boolean {
  let at = first;
  while (at < next && (["static", "extern"].includes(tokens.text(at)) || isAttribute(tokens.text(at)))) at++;
  return tokens.isWord(at) && !KEYWORDS.has(tokens.text(at)) && tokens.text(at + 1) === "(" && at + 2 < next;
}

function definitionsOf(
  tokens: Tokens,
  first: number,
  next: number,
  body: number,
  kind: Piece["kind"],
  makers: ReadonlyMap<string, Define>,
): Definition[] {
  if (kind === "function") {
    const name = functionName(tokens, first, body);
    return name < 0 ? [] : [{ name: tokens.text(name), meaning: "function" }, ...tagsOf(tokens, first, body)];
  }
  if (kind === "call") return generatedBy(tokens, first, next, makers);
  return declared(tokens, first, next);
}

/** The token that names the function whose header is from `first` to `end`, or -1. */
export function functionName(tokens: Tokens, first: number, end: number): number {
  for (let at = first; at < end; at++) {
    if (tokens.text(at) !== "(") continue;
    const before = tokens.text(at - 1);
    if (at > first && tokens.isWord(at - 1) && !KEYWORDS.has(before) && !isCalledAttribute(before)) return at - 1;
    at = tokens.afterGroup(at, end) - 1;
  }
  return -1;
}

const MAKERS = /^_*(?:DEFINE|DECLARE)_|_HEAD$|^DEFINE/;

/** Macros that make trace points: the name comes first, behind a template second. */
const TRACED = /^(?:TRACE_EVENT|DECLARE_TRACE)(?:_CONDITION)?$/;
const TRACED_LIKE = /^DEFINE_EVENT(?:_PRINT)?$/;

/** Functions of the trace point that `macro` makes, called with arguments that open at `open`. */
function tracedBy(tokens: Tokens, macro: string, open: number): Definition[] {
  if (!TRACED.test(macro) && !TRACED_LIKE.test(macro)) return [];
  const name = `trace_${tokens.text(TRACED.test(macro) ? open + 1 : open + 3)}`;
  return [name, `${name}_enabled`].map((each) => ({ name: each, meaning: "generated" }));
}

/** Names that a macro call at file level makes: the first argument, for variables of each CPU the last. */
function generatedBy(tokens: Tokens, first: number, next: number, makers: ReadonlyMap<string, Define>): Definition[] {
  let at = first;
  while (tokens.text(at + 1) !== "(") at++;
  const macro = tokens.text(at);
  const define = makers.get(macro);
  if (define !== undefined) {
    const pasted = pastedNames(tokens, at + 1, next, define);
    if (pasted.length > 0) return pasted;
  }
  const traced = tracedBy(tokens, macro, at + 1);
  if (traced.length > 0) return traced;
  const isStatic = tokens.text(first) === "static";
  if (!MAKERS.test(macro) && !(isStatic && isCapital(macro))) return [];
  const end = tokens.afterGroup(at + 1, next) - 1;
  let word = at + 2;
  if (/PER_CPU/.test(macro)) {
    word = end - 1;
    while (word > at && !tokens.isWord(word)) word--;
  }
  if (!tokens.isWord(word)) return [];
  return [{ name: tokens.text(word), meaning: macro.includes("DECLARE_") && !isStatic ? "declared" : "variable" }];
}

/** Names that the macro `define` makes with `##`, called with the arguments that open at `open`. */
function pastedNames(tokens: Tokens, open: number, next: number, define: Define): Definition[] {
  const args = new Map<string, string>();
  let at = open + 1;
  for (const parameter of define.parameters ?? []) {
    args.set(parameter, tokens.text(at));
    while (at < next && tokens.text(at) !== "," && tokens.text(at) !== ")") at = tokens.afterGroup(at, next);
    at++;
  }
  const body = tokenize(tokens.source, define.body, define.end);
  const found = new Set<string>();
  const value = (i: number) => args.get(body.text(i)) ?? body.text(i);
  for (let i = 0; i < body.length; i++) {
    if (body.text(i + 1) !== "##") continue;
    let name = value(i);
    while (body.text(i + 1) === "##") {
      name += value(i + 2);
      i += 2;
    }
    if (/^[A-Za-z_]\w*$/.test(name)) found.add(name);
  }
  return [...found].map((name) => ({ name, meaning: "generated" }));
}

/** Tags that have a body, and the constants of an enum, from `first` to `next`. */
function tagsOf(tokens: Tokens, first: number, next: number): Definition[] {
  const found: Definition[] = [];
  for (let at = first; at < next; at++) {
    const word = tokens.text(at);
    if (!tokens.isWord(at) || !AGGREGATES.has(word)) continue;
    let name = "";
    let i = at + 1;
    for (; i < next && tokens.text(i) !== "{" && !AGGREGATES.has(tokens.text(i)); i++) {
      if (isCalledAttribute(tokens.text(i))) i = tokens.afterGroup(i + 1, next) - 1;
      else if (!tokens.isWord(i)) break;
      else if (!isAttribute(tokens.text(i))) name = tokens.text(i);
    }
    if (tokens.text(i) !== "{") continue;
    if (name !== "") found.push({ name: `struct ${name}`, meaning: "type" });
    if (word === "enum") at = constants(tokens, i, next, found) - 1;
  }
  return found;
}

/** Adds the constants of the enum whose list opens at `open`; returns the token after it. */
function constants(tokens: Tokens, open: number, next: number, found: Definition[]): number {
  const end = tokens.afterGroup(open, next);
  for (let at = open + 1; at < end - 1; at++) {
    const before = tokens.text(at - 1);
    if (tokens.isWord(at) && (before === "{" || before === ",")) found.push({ name: tokens.text(at), meaning: "type" });
    else if (tokens.text(at) === "(") at = tokens.afterGroup(at, end) - 1;
  }
  return end;
}

/** Names that the declaration from `first` to `next` defines. */
function declared(tokens: Tokens, first: number, next: number): Definition[] {
  const found = tagsOf(tokens, first, next);
  let isTypedef = false;
  let isExtern = false;
  let last = -1;
  const name = (at: number, meaning: NameKind) => {
    const type = isTypedef ? "type" : isExtern && meaning === "variable" ? "declared" : meaning;
    if (at >= 0) found.push({ name: tokens.text(at), meaning: type });
  };
  for (let at = first; at < next; at++) {
    const word = tokens.text(at);
    if (tokens.isWord(at)) {
      if (word === "typedef") isTypedef = true;
      else if (word === "extern") isExtern = true;
      else if (isCalledAttribute(word) || word.startsWith("typeof") || word.startsWith("__typeof")) {
        at = tokens.afterGroup(at + 1, next) - 1;
      } else if (AGGREGATES.has(word)) {
        while (tokens.isWord(at + 1) && isAttribute(tokens.text(at + 1))) at++;
        if (tokens.isWord(at + 1)) at++;
        last = -1;
      } else if (!KEYWORDS.has(word) && !isAttribute(word)) last = at;
      continue;
    }
    switch (word) {
      case "(": {
        const end = tokens.afterGroup(at, next);
        const inner = pointerName(tokens, at, end);
        if (inner >= 0) name(inner, "variable");
        else if (last === at - 1) name(last, "declared");
        at = inner >= 0 && tokens.text(end) === "(" ? tokens.afterGroup(end, next) - 1 : end - 1;
        last = -1;
        break;
      }
      case "{":
        at = tokens.afterGroup(at, next) - 1;
        last = -1;
        break;
      case "[":
        at = tokens.afterGroup(at, next) - 1;
        break;
      case "=":
        name(last, "variable");
        last = -1;
        while (at + 1 < next && tokens.text(at + 1) !== "," && tokens.text(at + 1) !== ";")
          at = tokens.afterGroup(at + 1, next) - 1;
        break;
      case ",":
      case ";":
        name(last, "variable");
        last = -1;
        break;
    }
  }
  return found;
}

/** The name in `(*name)`, `(*name[3])`, `(*name(int))`, from the bracket at `open`. */
function pointerName(tokens: Tokens, open: number, end: number): number {
  let at = open + 1;
  while (at < end && ["*", "const", "volatile"].includes(tokens.text(at))) at++;
  return at > open + 1 && tokens.isWord(at) ? at : -1;
}

/** Tokens of the replacement text of a macro. */
export function macroTokens(piece: Piece, define: Define): Tokens {
  return tokenize(piece.file.text, define.body, define.end);
}
