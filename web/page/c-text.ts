/** C as the page has it: the file, and beside it what the flags `--entry`, `--harness` and `--shim` name. */
import { OptionError } from "../../src/check/index.js";
import type { CText } from "./messages.js";

/** Name of the harness in messages, and in the command that does the same. */
export const HARNESS = "harness.c";
/** Folder of the shim's headers in that command. */
export const SHIM = "shim";

/** The texts of C that a form holds. */
export interface CTexts {
  /** Name that messages have for the file. */
  readonly file: string;
  readonly text: string;
  /** Lines `ENTRY=FUNCTION`. */
  readonly entry: string;
  readonly harness: string;
  /** Headers, each behind a line `// PATH.h`. */
  readonly shim: string;
}

export const noTexts: CTexts = { file: "pasted.c", text: "", entry: "", harness: "", shim: "" };

/** The name of the file as messages have it. */
export function fileNameOf({ file }: Pick<CTexts, "file">): string {
  return file.trim() === "" ? noTexts.file : file.trim();
}

/** What `--entry` would be given; the flag itself may stand before it. */
export function entriesIn(text: string): readonly string[] {
  return text.split(/[\s,]+/).filter((word) => word !== "" && word !== "--entry");
}

/** The line that begins a header. */
const HEADER = /^\/\/ *([\w+-][\w.+-]*(?:\/[\w+-][\w.+-]*)*\.h)[ \t]*$/;

/** The headers of a shim by their paths. @throws OptionError where a text belongs to none */
export function headersIn(shim: string): Readonly<Record<string, string>> {
  const headers: Record<string, string> = Object.create(null);
  let path: string | undefined;
  for (const line of shim.split(/\r?\n/)) {
    const begun = HEADER.exec(line)?.[1];
    if (begun !== undefined) path = begun;
    if (path === undefined) {
      if (line.trim() === "") continue;
      throw new OptionError('shim: begin each header with a line that has its path, such as "// linux/foo.h"');
    }
    headers[path] = begun === undefined ? `${headers[path] ?? ""}${line}\n` : (headers[path] ?? "");
  }
  return headers;
}

/** What the worker compiles. @throws OptionError */
export function cTextOf(texts: CTexts, compiler: string): CText {
  return {
    name: fileNameOf(texts),
    text: texts.text,
    entries: entriesIn(texts.entry),
    harness: texts.harness.trim() === "" ? undefined : texts.harness,
    headers: headersIn(texts.shim),
    compiler,
  };
}

/** The texts by the names that steps have for their files. */
export function sourcesOf(texts: CTexts): Readonly<Record<string, string>> {
  return { [HARNESS]: texts.harness, [fileNameOf(texts)]: texts.text };
}

/** Whether two forms hold the same C. */
export function isSameC(one: CTexts, other: CTexts): boolean {
  return (Object.keys(noTexts) as (keyof CTexts)[]).every((name) => one[name] === other[name]);
}
