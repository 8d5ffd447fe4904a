/** Names and messages of strangers, made fit for one line of a terminal. */

/** Stretches of control characters and line breaks, those beyond ASCII too. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const CONTROLS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]+/g;

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
