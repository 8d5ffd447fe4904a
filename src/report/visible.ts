/** Texts of strangers for a page: what would be invisible, or change how the rest is read, is seen. */

/** Control characters, and those that steer the direction of text or take no room. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ufeff]/g;

/** `text` on one line, each such character as its number, e.g. `[U+202E]`. */
export function visibleText(text: string): string {
  return text.replace(
    UNSEEN,
    (character) => `[U+${character.charCodeAt(0).toString(16).toUpperCase().padStart(4, "0")}]`,
  );
}
