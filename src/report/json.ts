/** JSON as reports carry it: nothing in it is invisible or steers how the rest is read, and nothing is lost. */
import { replaceControls } from "../text/index.js";
import type { SavedResult } from "./result.js";

/** The result as `dpamt check --save` writes it. */
export function jsonOf(result: SavedResult): string {
  return jsonText(result);
}

/** `value` in lines, indented; characters from outside that could be harmful are written as their numbers. */
export function jsonText(value: unknown): string {
  // What is below U+0020 inside of strings is written as numbers already; the rest of it is the line breaks between them.
  const lines = JSON.stringify(value, null, 2).split("\n");
  return `${lines.map((line) => replaceControls(line, numbered)).join("\n")}\n`;
}

/** Characters as JSON may write them. */
export function numbered(text: string): string {
  return Array.from({ length: text.length }, (_, at) => hex(text, at)).join("");
}

function hex(text: string, at: number): string {
  return `\\u${text.charCodeAt(at).toString(16).padStart(4, "0")}`;
}
