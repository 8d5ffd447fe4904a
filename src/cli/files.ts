/** Reading and writing files as a user names them. */
import { randomBytes } from "node:crypto";
import { readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { InputError } from "./failure.js";

const reasons: Record<string, string> = {
  ENOENT: "there is no such file or folder; check the path",
  EACCES: "access is refused; check the permissions",
  EISDIR: "it is a folder; name a file",
  ENOTDIR: "a part of the path is not a folder; check the path",
  ENOSPC: "the disk is full; free some room or name another place",
  EROFS: "the disk is read-only; name another place",
  EDQUOT: "the disk quota is used up; free some room or name another place",
  EFBIG: "the file would be too large; name another place",
};

function reasonOf(error: unknown): string {
  const { code } = error as NodeJS.ErrnoException;
  return (code !== undefined && reasons[code]) || String(code ?? error);
}

/** @throws InputError when the file cannot be read */
export function readText(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (error) {
    throw new InputError(`cannot read ${file}: ${reasonOf(error)}`);
  }
}

/**
 * Writes a file whole or not at all.
 *
 * @throws InputError when it cannot be written; what was there before is left as it was
 */
export function writeWhole(file: string, text: string): void {
  const draft = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  try {
    writeFileSync(draft, text, { flag: "wx" });
    renameSync(draft, file);
  } catch (error) {
    rmSync(draft, { force: true });
    throw new InputError(`cannot write ${file}: ${reasonOf(error)}`);
  }
}
