/** The C that a user names: a file, packed or not, or what comes on standard input. */
import { readFileSync } from "node:fs";
import { gunzipSync } from "node:zlib";
import { isPatchText, TEXT_LENGTH_MAX } from "../clang/index.js";
import { oneLine } from "../text/index.js";
import { InputError } from "./failure.js";
import { reasonOf } from "./files.js";
import { nearPath, shownPath } from "./paths.js";
import type { ReadPlaces } from "./read-places.js";
import { STDIN, standardInput } from "./standard-input.js";

/** Names standard input in what is printed. */
const STDIN_NAME = "<stdin>";

/** A patch, or mails with patches. */
const PATCH_NAME = /\.(?:patch|diff|mbox|eml)(?:\.gz)?$/i;
const PACKED_NAME = /\.gz$/i;

/** Text takes at most 4 bytes a character. */
const BYTES_MAX = 4 * TEXT_LENGTH_MAX;

/** Where the file is read from, near the working directory; standard input is as if it were a file there. */
export function readFrom(file: string): string {
  return file === STDIN ? STDIN_NAME : nearPath(file);
}

/** What the file is called in results. */
export function shownName(file: string): string {
  return file === STDIN ? STDIN_NAME : shownPath(file);
}

/** Whether a name alone says that it is a patch. */
export function isPatchName(file: string): boolean {
  return PATCH_NAME.test(file);
}

/** Whether a file holds a patch, or mails with patches, by its name or by what it says. */
export function isPatch(file: string, text: string): boolean {
  return isPatchName(file) || (!/\.[ch](?:\.gz)?$/.test(file) && isPatchText(text));
}

/**
 * Reads C or a patch, and unpacks it where it is packed with gzip.
 *
 * @throws InputError when it cannot be read, is no text or is too long
 */
export async function readC(file: string, seen?: ReadPlaces): Promise<string> {
  if (file !== STDIN) seen?.file(file);
  const name = oneLine(shownName(file));
  const bytes = file === STDIN ? await standardC() : bytesOf(file);
  const isPacked = bytes[0] === 0x1f && bytes[1] === 0x8b;
  if (!isPacked && PACKED_NAME.test(file)) throw new InputError(`${name} is not packed with gzip; rename it`);
  const text = (isPacked ? unpacked(bytes, name) : bytes).toString("utf8");
  if (text.includes("\0")) throw new InputError(`${name} is not text; give the C source, or a patch`);
  if (text.length > TEXT_LENGTH_MAX) throw tooLong(name, `${Math.round(text.length / 2 ** 20)} MB`);
  if (file === STDIN && text.trim() === "") throw new InputError("standard input is empty: give it C, or a patch");
  return text;
}

/** C from standard input. */
function standardC(): Promise<Buffer> {
  if (process.stdin.isTTY)
    throw new InputError("- is standard input: send it C, or a patch, as in: dpamt check - < helpers.c");
  return standardInput(BYTES_MAX, () => tooLong(STDIN_NAME, `more than ${BYTES_MAX / 2 ** 20} MB`));
}

function bytesOf(file: string): Buffer {
  try {
    return readFileSync(file);
  } catch (error) {
    throw new InputError(`cannot read ${file}: ${reasonOf(error)}`);
  }
}

function unpacked(bytes: Buffer, name: string): Buffer {
  try {
    return gunzipSync(bytes, { maxOutputLength: BYTES_MAX });
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === "ERR_BUFFER_TOO_LARGE") throw tooLong(name, `more than ${BYTES_MAX / 2 ** 20} MB`);
    throw new InputError(`${name} is damaged: gzip cannot unpack it (${oneLine((error as Error).message)})`);
  }
}

function tooLong(name: string, size: string): InputError {
  return new InputError(`${name}: ${size} of C are too much, at most 4 are read; give the file that has the helpers`);
}
