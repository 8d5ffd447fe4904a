/** The words of the glossary, found in texts of the page. */
/** A word of the field, and what it means here. */
export interface Term {
  readonly name: string;
  readonly meaning: string;
}

/** The rows of the glossary's tables; what is explained by its place in the source is left out. */
export function termsIn(markdown: string): readonly Term[] {
  return [...markdown.matchAll(/^\| ([^|]+?) \| (.+?) \|$/gm)].flatMap(([, names = "", meaning = ""]) => {
    if (/^(?:term|-+)$/.test(names)) return [];
    const plain = meaning
      .replaceAll(/\s*\(`[^`)]*`\)/g, "")
      .replaceAll(/\[([^\]]*)\]\([^)]*\)/g, "$1")
      .replaceAll(/[`*]/g, "")
      .replaceAll("\\|", "|");
    return names.split(", ").map((name) => ({ name: name.replaceAll(/[`*]/g, ""), meaning: plain }));
  });
}

/** A part of a text: words, or a word of the glossary as the text has it. */
export type TextPart = string | { readonly word: string; readonly term: Term };

/** Words that mean here what they mean everywhere. */
const PLAIN = new Set([
  "of",
  "entry",
  "state",
  "event",
  "label",
  "node",
  "frame",
  "choice",
  "ordered",
  "plain",
  "relaxed",
  "place",
]);

/** Finds the words of a glossary in texts. @param markdown the glossary */
export function finderOf(markdown: string): (text: string) => readonly TextPart[] {
  const terms = termsIn(markdown).filter(({ name }) => !PLAIN.has(name));
  const byName = new Map(terms.map((term) => [term.name.toLowerCase(), term]));
  const longestFirst = [...byName.keys()].sort((one, other) => other.length - one.length);
  const names = longestFirst.map((name) => name.replaceAll(/[.*+?^${}()|[\]\\]/g, "\\$&"));
  const words = new RegExp(`(?<![\\w-])(${names.join("|")})(e?s)?(?![\\w-])`, "gi");
  return (text) => partsOf(text, words, byName);
}

/** A text with the words of the glossary that are in it, each at its first place. */
function partsOf(text: string, words: RegExp, byName: ReadonlyMap<string, Term>): readonly TextPart[] {
  const parts: TextPart[] = [];
  const seen = new Set<string>();
  let from = 0;
  for (const { 0: word, 1: name = "", index } of text.matchAll(words)) {
    const term = byName.get(name.toLowerCase());
    if (term === undefined || seen.has(term.name)) continue;
    seen.add(term.name);
    parts.push(text.slice(from, index), { word, term });
    from = index + word.length;
  }
  return [...parts, text.slice(from)].filter((part) => part !== "");
}
