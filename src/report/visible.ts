/** Text from outside, made fit for a page: it shows what would be invisible, or would change how the rest is read. */
import { replaceControls } from "../text/index.js";

/** What takes no room but may stand in a line of a terminal: it belongs to some scripts and to emoji. */
const NO_ROOM = /\u200d|[\u00ad\u200c\u2060-\u206f]/g;

/** `text` with each character that is not seen, or that steers how the rest is read, replaced by what `by` makes of it. */
export function replaceUnseen(text: string, by: (character: string) => string): string {
  return replaceControls(text, (stretch) => Array.from(stretch, by).join("")).replace(NO_ROOM, by);
}

/** `text` on one line, each such character as its number, e.g. `[U+202E]`. */
export function visibleText(text: string): string {
  return replaceUnseen(
    text,
    (character) => `[U+${(character.codePointAt(0) as number).toString(16).toUpperCase().padStart(4, "0")}]`,
  );
}
