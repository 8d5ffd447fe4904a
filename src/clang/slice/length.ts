/** How much C is read. */
import { printable } from "../../text/index.js";
import { CError } from "../ir/errors.js";

/** Largest text that is read, in bytes or characters: kernel files are well below a tenth of it. */
export const TEXT_LENGTH_MAX = 4 * 1024 * 1024;

/** Throws a CError when `text` of `name` is larger than what is read. */
export function checkLength(name: string, text: string): void {
  if (text.length <= TEXT_LENGTH_MAX) return;
  const mega = (text.length / 1024 / 1024).toFixed(1);
  throw new CError(`${printable(name)} is ${mega} MB; at most 4 MB of C is read: give the file with the helpers`);
}
