/** How text for a mail looks: ASCII, short lines, what belongs together indented. */
import { oneLine } from "../text/index.js";
import { wrap } from "./columns.js";
import { withTexts } from "./result.js";

/** Longest line of a commit message of the kernel; only a command to type may be longer. */
export const WIDTH = 75;
export const MARGIN = 4;

/** The same with every text on one line and in ASCII: letters without their accents, anything else a question mark. */
export function asciiOf<T>(value: T): T {
  return withTexts(value, ascii);
}

export function paragraph(text: string): string {
  return wrap(text, 0, WIDTH, 0).join("\n");
}

export function indented(text: string): string[] {
  return wrap(text, MARGIN, WIDTH, 2);
}

function ascii(text: string): string {
  return oneLine(text)
    .normalize("NFKD")
    .replace(/\p{M}+/gu, "")
    .replace(/[^\u0020-\u007e]/gu, "?");
}
