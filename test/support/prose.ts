/** Sentences of Markdown and of comments, for the tests of how the project writes. */
import ts from "typescript";

/** A sentence, where its paragraph begins, and how many words it has. */
export interface Sentence {
  readonly text: string;
  readonly line: number;
  readonly words: number;
}

/** Something in code font, or a link's target: it counts as one word and ends no sentence. */
const NAME = "\u0001";
/** A full stop that ends no sentence. */
const ABBREVIATION = /\b(e\.g|i\.e|etc|vs|cf|Fig|No)\./g;
const SENTENCE_END = /(?<=[.!?][)"*”]*) +(?=[("*“[]*[A-Z0-9\u0001])/;

/** The sentences of a Markdown text. Code, tables, headings, HTML and targets of links are no part of them. */
export function sentencesOf(markdown: string): Sentence[] {
  return paragraphsOf(markdown).flatMap(({ text, line }) =>
    plain(text)
      .split(SENTENCE_END)
      .map((sentence) => sentence.trim())
      .filter((sentence) => sentence !== "")
      .map((sentence) => ({ text: sentence.replaceAll(NAME, "`…`"), line, words: wordsOf(sentence) })),
  );
}

interface Paragraph {
  readonly text: string;
  readonly line: number;
}

/** Paragraphs and items of lists, each joined to one line. */
function paragraphsOf(markdown: string): Paragraph[] {
  const paragraphs: Paragraph[] = [];
  let lines: string[] = [];
  let first = 0;
  let fenced = false;
  let inList = false;
  const end = () => {
    if (lines.length > 0) paragraphs.push({ text: lines.join(" "), line: first });
    lines = [];
  };
  for (const [index, line] of markdown.split("\n").entries()) {
    const text = line.trim();
    if (text.startsWith("```")) {
      fenced = !fenced;
      end();
      continue;
    }
    const item = /^(?:[-*] |\d+\. )/.test(text);
    const code = lines.length === 0 && !item && line.startsWith(inList ? "       " : "    ");
    if (fenced || code || text === "" || /^[|#<]/.test(text)) {
      end();
      if (/^[#]/.test(text)) inList = false;
      continue;
    }
    if (item) end();
    if (item) inList = true;
    else if (lines.length === 0 && !line.startsWith(" ")) inList = false;
    if (lines.length === 0) first = index + 1;
    lines.push(text.replace(/^(?:[-*>] |\d+\. )/, ""));
  }
  end();
  return paragraphs;
}

/** The words as they are read: names in code font and addresses are one word each, a list of such names is one too. */
function plain(paragraph: string): string {
  return paragraph
    .replace(/``.+?``|`[^`]*`/g, NAME)
    .replace(/!\[[^\]]*\]\([^)]*\)/g, "")
    .replace(/\[([^\]]*)\]\([^)]*\)/g, "$1")
    .replace(/<?https?:\S+/g, NAME)
    .replace(/\u0001(?:(?:,| and| or|, and|, or) \u0001)+/g, NAME)
    .replace(ABBREVIATION, (match) => match.slice(0, -1));
}

function wordsOf(sentence: string): number {
  return sentence.split(/\s+/).filter((word) => /[\p{L}\p{N}\u0001]/u.test(word)).length;
}
void ts;
