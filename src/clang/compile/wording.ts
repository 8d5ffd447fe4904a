/** Clang's words for errors that authors of kernel C make most, in the words of this project. */
import type { Diagnostic } from "./diagnostics.js";

/** A name that the C does not have. */
export interface Unknown {
  readonly name: string;
  readonly kind: "function" | "value" | "type" | "tag" | "member";
  /** Of a member: the type that lacks it. */
  readonly of?: string | undefined;
  /** What clang thinks was meant. */
  readonly meant?: string | undefined;
}

/** What an error says. */
export interface Wording {
  readonly text: string;
  readonly unknown?: Unknown;
}

type Reader = readonly [pattern: RegExp, read: (parts: readonly string[]) => Wording];

const INCOMPLETE =
  /incomplete (?:\w+ |definition of )?type '(?:struct|union|enum) (\w+)'|tentative definition has type '(?:struct|union) (\w+)' that is never completed/;

/** First those with more words. */
const READERS: readonly Reader[] = [
  [
    /^(?:call to undeclared (?:library )?function|implicit declaration of function|implicitly declaring library function) '(\w+)'/,
    ([name = ""]) => ({ text: `\`${name}()\` is not known`, unknown: { name, kind: "function" } }),
  ],
  [
    /^use of undeclared identifier '(\w+)'/,
    ([name = ""]) => ({ text: `\`${name}\` is not known`, unknown: { name, kind: "value" } }),
  ],
  [
    /^unknown type name '(\w+)'/,
    ([name = ""]) => ({ text: `\`${name}\` is not known`, unknown: { name, kind: "type" } }),
  ],
  [
    /^no member named '(\w+)' in '([^']+)'/,
    ([name = "", of = ""]) => ({ text: `\`${of}\` has no member \`${name}\``, unknown: { name, kind: "member", of } }),
  ],
  [
    INCOMPLETE,
    ([one, other]) => {
      const name = one ?? other ?? "";
      return { text: `\`struct ${name}\` is not known`, unknown: { name, kind: "tag" } };
    },
  ],
  [
    /^'([^']+)' file not found$/,
    ([path = ""]) => ({
      text: `the header <${path}> is not known; add it with --shim, or name the kernel's tree with --tree`,
    }),
  ],
];

/** What an error says, in plain words where there are some, else in clang's. */
export function wordingOf({ text, notes }: Diagnostic): Wording {
  for (const [pattern, read] of READERS) {
    const parts = pattern.exec(text);
    if (parts === null) continue;
    const reading = read(parts.slice(1));
    const meant = [text, ...notes.map((note) => note.text)].map((each) => /did you mean '(\w+)'\?/.exec(each)?.[1]);
    const found = meant.find((each) => each !== undefined);
    return reading.unknown === undefined ? reading : { ...reading, unknown: { ...reading.unknown, meant: found } };
  }
  return { text: text.replace(/'([^'`]*)'/g, "`$1`") };
}
