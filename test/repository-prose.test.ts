/** How the project writes: sentences of documents are short, and documents and comments keep to the field's words. */
import { describe, expect, it } from "vitest";
import { commentsOf, headerOf, type Sentence, type Stretch, sentencesOf, stretchesOf } from "./support/prose.js";
import { projectFiles, read } from "./support/repository.js";

const WORDS_MAX = 25;
/** Pages with longer sentences, and how many: the first paragraph is what reports print. A list that shrinks. */
const LONG_SENTENCES: Readonly<Record<string, number>> = {
  "docs/requirements/R01.md": 1,
  "docs/requirements/R05.md": 1,
  "docs/requirements/R06.md": 1,
  "docs/requirements/R11.md": 1,
  "docs/requirements/R12.md": 1,
  "docs/requirements/R13.md": 1,
};
/** Files of which the first comment has short sentences, too. */
const SHORT_HEADERS = /^(?:src|web)\/.*\.tsx?$/;
/** Private words for which the field has others, and padding. */
const BANNED: readonly RegExp[] = [
  /\b(?:told|tells?|telling) of\b/i,
  /\b(?:go|goes|going|gone|went) by\b(?! now\b)/i,
  /\b(?:come|comes|coming|came) by\b/i,
  /\b(?:come|comes|coming|came) of (?:it|that|this|these|them|its|what|a|the)\b/i,
  /\bwhat (?:comes|came|has come|may come) of\b/i,
  /\bit is (?:to be )?noted\b|\b(?:is|are) noted again\b/i,
  /\bstrangers?\b/i,
  /\b(?:is|are|was|were|be|been) (?:brought about|heeded)\b/i,
  /\b(?:utili[sz]|leverag)(?:e|es|ed|ing)\b/,
  /\b(?:basically|obviously|needless to say|it should be noted|in order to)\b/i,
];

const files = projectFiles();
const documents = files.filter((path) => /^(?:README|CONTRIBUTING|CHANGELOG|(?:docs|bench)\/.*)\.md$/.test(path));
const sources = files.filter((path) => /^(?:src|web)\/.*\.(?:ts|tsx|mts|js|mjs)$/.test(path));

function isLong({ words }: Sentence): boolean {
  return words > WORDS_MAX;
}

function isBanned({ text }: Stretch): boolean {
  return BANNED.some((phrase) => phrase.test(text));
}

const shown =
  (path: string) =>
  ({ text, line }: Stretch) =>
    `${path}:${line}: ${text.slice(0, 160)}`;

describe("documents", () => {
  it("are found", () => {
    expect(documents).toContain("docs/internals/movers.md");
    expect(documents).toContain("README.md");
  });

  it(`have sentences of at most ${WORDS_MAX} words`, () => {
    const clean = documents.filter((path) => LONG_SENTENCES[path] === undefined);
    expect(clean.flatMap((path) => sentencesOf(read(path)).filter(isLong).map(shown(path)))).toEqual([]);
  });

  it("have no more and no fewer longer ones than are named here", () => {
    const counts = Object.keys(LONG_SENTENCES).map((path) => [path, sentencesOf(read(path)).filter(isLong).length]);
    expect(Object.fromEntries(counts)).toEqual(LONG_SENTENCES);
  });

  it("use no banned phrase", () => {
    expect(documents.flatMap((path) => stretchesOf(read(path)).filter(isBanned).map(shown(path)))).toEqual([]);
  });
});

describe("outputs and documents", () => {
  /** A plural in brackets behind a word; a call of a function has no letter before it. */
  const PLURAL = /[a-z]\((?:s|es|ies)\)(?=[\s"'`.,:;]|$)(?!;| *=>)/;

  it("have no plural in brackets", () => {
    expect(PLURAL.test("2 page(s) are")).toBe(true);
    const texts = [...documents, ...sources, ...files.filter((path) => /^test\/fixtures\/.*\.txt$/.test(path))];
    const lines = texts.flatMap((path) =>
      read(path)
        .split("\n")
        .map((text) => `${path}: ${text}`),
    );
    expect(lines.filter((line) => PLURAL.test(line) && !/\w\(s\)[;,]?$/.test(line))).toEqual([]);
  });
});

describe("comments of the sources", () => {
  it(`have sentences of at most ${WORDS_MAX} words in the first comment of a file`, () => {
    const headed = sources.filter((path) => SHORT_HEADERS.test(path));
    expect(headed.map((path) => headerOf(read(path)))).not.toContain("");
    expect(
      headed.flatMap((path) =>
        sentencesOf(headerOf(read(path)))
          .filter(isLong)
          .map(shown(path)),
      ),
    ).toEqual([]);
  });

  it("use no banned phrase", () => {
    // Parsing all sources takes long, so only those are parsed that have such a phrase at all.
    const suspects = sources.filter((path) => isBanned({ text: read(path).replace(/\s*\n[\s*/]*/g, " "), line: 1 }));
    expect(suspects.flatMap((path) => commentsOf(path, read(path)).filter(isBanned).map(shown(path)))).toEqual([]);
  });
});

describe("what is looked for", () => {
  const words = (count: number) => Array.from({ length: count }, () => "word").join(" ");
  const longIn = (markdown: string) => sentencesOf(markdown).filter(isLong);

  it.each([
    ["in a paragraph", `# Title\n\nShort one. A ${words(12)}\n${words(13)}. Another.`, 3],
    ["in an item of a list", `- One.\n- A ${words(25)}.`, 2],
    ["in the second paragraph of an item", `- One.\n\n  A ${words(25)}.`, 3],
    ["with names in code font", `A ${words(24)} \`one. Two\`.`, 1],
    ["with a link, of which the text counts", `A ${words(24)} [text](https://example.org/a.b).`, 1],
    ["behind a code block", `    npx dpamt\n\nA ${words(25)}.`, 3],
  ])("finds a long sentence %s", (_, markdown, line) => {
    expect(longIn(markdown)).toEqual([expect.objectContaining({ line, words: 26 })]);
  });

  it.each([
    ["of 25 words", `A ${words(24)}. B ${words(24)}.`],
    ["in a fence", `\`\`\`\nA ${words(30)}.\n\`\`\``],
    ["in an indented block", `Then\n\n    A ${words(30)}.\n`],
    ["in a table", `| a | b |\n|---|---|\n| A ${words(30)} | b |`],
    ["in a heading", `## A ${words(30)}`],
    ["that is a list of names", `The flags: ${Array.from({ length: 30 }, () => "`--flag`").join(", ")}.`],
  ])("lets pass a sentence %s", (_, markdown) => {
    expect(longIn(markdown)).toEqual([]);
  });

  it.each([
    "Observers are told\nof it.",
    "The search goes by it.",
    "Words that it has come by.",
    "# What comes of it",
    "| a | it is noted |",
    "Names of strangers.",
    "We utilize it.",
  ])("finds the phrase in %j", (markdown) => {
    expect(stretchesOf(`First.\n\n${markdown}\n`).filter(isBanned)).toEqual([expect.objectContaining({ line: 3 })]);
  });

  it("finds no phrase in code", () => {
    expect(stretchesOf("`told of`\n\n    goes by\n\n```\nstrangers\n```\n").filter(isBanned)).toEqual([]);
  });

  it("finds a long sentence in the first comment of a source", () => {
    const source = `/**\n * First.\n *\n * A ${words(12)}\n * ${words(13)}.\n */\nconst a = 1; // A ${words(30)}.`;
    expect(longIn(headerOf(source))).toEqual([expect.objectContaining({ line: 3, words: 26 })]);
  });

  it("finds phrases in comments, across their lines, and not in code", () => {
    const source = [
      "/**",
      " * Whoever is told",
      " * of it.",
      " */",
      'const text = "strangers"; // who goes',
      "// by it",
      "const strangers = `// told of`; // strangers",
      "const pattern = /strangers/;",
    ].join("\n");
    expect(
      commentsOf("some.ts", source)
        .filter(isBanned)
        .map(({ line }) => line),
    ).toEqual([1, 5, 7]);
  });
});
