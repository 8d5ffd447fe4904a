/** Sentences of Markdown, and comments of sources, for the test of how the project writes. */
import ts from "typescript";

/** A stretch of text, and the line on which its paragraph or comment begins. */
export interface Stretch {
  readonly text: string;
  readonly line: number;
}

export interface Sentence extends Stretch {
  readonly words: number;
}

/** Stands for a name in code font or an address: it counts as one word and ends no sentence. */
const NAME = "\uE000";
/** A full stop behind one of these ends no sentence. */
const ABBREVIATION = /\b(?:e\.g|i\.e|etc|vs|cf)\./g;
/** What a sentence begins with: a capital, a digit, a name, or a word of the field that is written small. */
const SENTENCE_END = /(?<=[.!?][)"*”]*) +(?=[("*“[]*(?:[A-Z0-9\uE000]|v\d|vCPU|clang\b))/;
const ITEM = /^(?:[-*] |\d+\. )/;

/** The sentences of a Markdown text, without code, tables, headings, HTML and targets of links. */
export function sentencesOf(markdown: string): Sentence[] {
  return paragraphsOf(markdown).flatMap(({ text, line }) =>
    plain(text)
      .split(SENTENCE_END)
      .map((sentence) => sentence.trim())
      .filter((sentence) => sentence !== "")
      .map((sentence) => ({ text: sentence.replaceAll(NAME, "`…`"), line, words: wordsIn(sentence) })),
  );
}

/** Everything in a Markdown text but code, one stretch for each line that is no part of a paragraph. */
export function stretchesOf(markdown: string): Stretch[] {
  return [...blocksOf(markdown)].map(({ text, line }) => ({ text: plain(text).replaceAll(NAME, "`…`"), line }));
}

interface Block extends Stretch {
  /** A table's row, a heading or a line of HTML. */
  readonly isAlone: boolean;
}

function paragraphsOf(markdown: string): Stretch[] {
  return [...blocksOf(markdown)].filter(({ isAlone }) => !isAlone);
}

/** Paragraphs and items of lists, each joined to one line, and lines that stand alone. Code is left out. */
function* blocksOf(markdown: string): Iterable<Block> {
  let lines: string[] = [];
  let first = 0;
  let isFenced = false;
  let isInList = false;
  const paragraph = (): Block[] => {
    const text = lines.join(" ");
    lines = [];
    return text === "" ? [] : [{ text, line: first, isAlone: false }];
  };
  for (const [index, line] of markdown.split("\n").entries()) {
    const text = line.trim();
    const isFence = text.startsWith("```");
    const isItem = ITEM.test(text);
    const isCode = lines.length === 0 && !isItem && line.startsWith(" ".repeat(isInList ? 7 : 4));
    const isAlone = /^[|#<]/.test(text);
    if (isFence) isFenced = !isFenced;
    if (isFence || isFenced || isCode || isAlone || text === "") {
      yield* paragraph();
      if (isAlone && !isFenced) {
        isInList = false;
        yield { text, line: index + 1, isAlone };
      }
      continue;
    }
    if (isItem) yield* paragraph();
    if (lines.length === 0) {
      isInList = isItem || (isInList && line.startsWith(" "));
      first = index + 1;
    }
    lines.push(text.replace(/^> /, "").replace(ITEM, ""));
  }
  yield* paragraph();
}

/** A paragraph as it is read: a name in code font, an address, and a list of such names are one word each. */
function plain(paragraph: string): string {
  return paragraph
    .replace(/``.+?``|`[^`]*`/g, NAME)
    .replace(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<?https?:\S+/g, NAME)
    .replace(/\uE000(?:(?:,| and| or|, and|, or) \uE000)+/g, NAME)
    .replace(ABBREVIATION, (match) => match.slice(0, -1));
}

function wordsIn(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}\uE000]/u.test(word)).length;
}

/** The first comment of a source, as the Markdown that it is; empty if the source does not begin with one. */
export function headerOf(source: string): string {
  const [, text = ""] = /^(?:#!.*\n)?\s*\/\*\*([\s\S]*?)\*\//.exec(source) ?? [];
  return text.replace(/^ \*(?: |$)/gm, "").trim();
}

/** The comments of a source, each in one line and without its marks. */
export function commentsOf(path: string, source: string): Stretch[] {
  const kind = path.endsWith("x") ? ts.ScriptKind.TSX : undefined;
  const file = ts.createSourceFile(path, source, ts.ScriptTarget.Latest, true, kind);
  const ranges = new Map<number, ts.CommentRange>();
  const visit = (node: ts.Node): void => {
    if (node.kind === ts.SyntaxKind.JsxText) return;
    for (const range of ts.getLeadingCommentRanges(source, node.getFullStart()) ?? []) ranges.set(range.pos, range);
    for (const range of ts.getTrailingCommentRanges(source, node.end) ?? []) ranges.set(range.pos, range);
    for (const child of node.getChildren(file)) visit(child);
  };
  visit(file);
  const found = [...ranges.values()].sort((a, b) => a.pos - b.pos);
  return joined(
    found.map(({ pos, end }) => {
      const { line, character } = file.getLineAndCharacterOfPosition(pos);
      const isFirst = source.slice(pos - character, pos).trim() === "";
      return { text: source.slice(pos, end), line: line + 1, isFirst };
    }),
  ).map(({ text, line }) => ({ line, text: unmarked(text) }));
}

function unmarked(comment: string): string {
  return comment
    .replace(/^\s*(?:\/\*\*?|\*\/|\*|\/\/)|\*\//gm, " ")
    .replace(/\s+/g, " ")
    .trim();
}

interface Comment extends Stretch {
  /** Nothing stands before it on its line. */
  readonly isFirst: boolean;
}

/** Comments of one line each, below each other, are one comment. */
function joined(comments: readonly Comment[]): Stretch[] {
  const result: Stretch[] = [];
  let next = 0;
  for (const { text, line, isFirst } of comments) {
    const before = result.at(-1);
    if (before !== undefined && line === next && isFirst && text.startsWith("//")) {
      result[result.length - 1] = { line: before.line, text: `${before.text}\n${text}` };
    } else result.push({ text, line });
    next = text.startsWith("//") ? line + 1 : 0;
  }
  return result;
}
