/** Names and messages from outside, made fit for one line of a terminal, and errors that are the user's to mend. */
export { formatCount, plural, pluralIs } from "./counts.js";
export { didYouMean, meantName, nearestName } from "./near.js";
export { UserError } from "./user-error.js";
export { VERSION } from "./version.js";

/**
 * Stretches of what a line must not hold: control characters and line breaks, those beyond ASCII too, characters that
 * steer the direction of text or take no room, and halves of characters.
 */
const CONTROLS =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u001f\u007f-\u009f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\u{e0000}-\u{e007f}\p{Cs}]+/gu;

/** `text` with each stretch of control characters replaced by what `by` makes of it. */
export function replaceControls(text: string, by: (stretch: string) => string): string {
  return text.replace(CONTROLS, by);
}

/** `name` for a message: control characters do not reach the terminal, and are seen to be left out. */
export function printable(name: string): string {
  return replaceControls(name, () => "?");
}

/** A message on one line. */
export function oneLine(text: string): string {
  return replaceControls(text, () => " ").trim();
}
