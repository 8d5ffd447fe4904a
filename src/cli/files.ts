/** Reading and writing files as a user names them. */
import { randomBytes } from "node:crypto";
import {
  type Dirent,
  existsSync,
  readdirSync,
  readFileSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { getSystemErrorMap } from "node:util";
import { InputError } from "./failure.js";
import type { ReadPlaces } from "./read-places.js";

const reasons: Record<string, string> = {
  ENOENT: "there is no such file or folder; check the path",
  EACCES: "access is refused; check the permissions",
  EISDIR: "it is a folder; name a file",
  ENOTDIR: "a part of the path is not a folder; check the path",
  ENOSPC: "the disk is full; free some room or name another place",
  EROFS: "the disk is read-only; name another place",
  EDQUOT: "the disk quota is used up; free some room or name another place",
  EFBIG: "the file would be too large; name another place",
  ELOOP: "links lead in a circle; check the path",
  ENAMETOOLONG: "the name is too long; name another",
  EPERM: "the system does not allow it; check the permissions",
  EEXIST: "something else of that name is in the way; remove it or name another place",
  ENXIO: "nothing is at the other end of it; name a file",
  EMFILE: "too many files are open; close some programs",
  ERR_FS_EISDIR: "a folder of that name is in the way; remove it or name another place",
  ERR_FS_FILE_TOO_LARGE: "it is too large; at most 512 MB are read",
  ERR_STRING_TOO_LONG: "it is too large; at most 512 MB are read",
};

/** Why the system refuses, and what to do. */
export function reasonOf(error: unknown): string {
  const { code, errno, message } = error as NodeJS.ErrnoException;
  if (code === undefined) return message;
  const [, words] = (errno === undefined ? undefined : getSystemErrorMap().get(errno)) ?? [];
  return reasons[code] ?? `${words ?? message} (${code}); check the path`;
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
export function writeWhole(name: string, text: string): void {
  const file = targetOf(name);
  if (isSpecial(file)) {
    attempt(name, () => writeFileSync(file, text));
    return;
  }
  const draft = `${file}.${randomBytes(4).toString("hex")}.tmp`;
  attempt(name, () => {
    try {
      writeFileSync(draft, text, { flag: "wx" });
      renameSync(draft, file);
    } catch (error) {
      rmSync(draft, { force: true });
      throw error;
    }
  });
}

/**
 * Looks whether `writeWhole` could work, before long work begins.
 *
 * @throws InputError when the folder is missing or the name is a folder
 */
export function expectWritable(name: string): void {
  if (name === "") throw new InputError("--save: give the name of a file");
  const folder = dirname(resolve(name));
  if (!existsSync(folder))
    throw new InputError(`cannot write ${name}: there is no such file or folder; check the path`);
  if (existsSync(name) && statSync(name).isDirectory()) {
    throw new InputError(`cannot write ${name}: it is a folder; name a file`);
  }
}

/** A file, and what names it. */
export interface Named {
  readonly as: string;
  readonly file: string;
}

/** @throws InputError where two of them are one file, so that one of the two would be lost */
export function expectApart(named: readonly Named[]): void {
  const known = new Map<string, string>();
  for (const { as, file } of named) {
    const path = pathOf(file);
    const other = known.get(path);
    if (other !== undefined && !isSpecial(path)) {
      throw new InputError(`${other} and ${as} are one file, ${file}; name another file for one of them`);
    }
    known.set(path, as);
  }
}

/** The same path for every name of a file, also of one that is not there yet. */
function pathOf(name: string): string {
  const path = targetOf(resolve(name));
  return existsSync(path) ? path : join(targetOf(dirname(path)), basename(path));
}

function attempt(name: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw new InputError(`cannot write ${name}: ${reasonOf(error)}`);
  }
}

/** Where a link leads, or the name itself. */
function targetOf(name: string): string {
  try {
    return realpathSync(name);
  } catch {
    return name;
  }
}

/** A device, pipe or folder: it is written to, never replaced. */
function isSpecial(file: string): boolean {
  return existsSync(file) && !statSync(file).isFile();
}

/** @throws InputError when the folder cannot be read */
function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true });
  } catch (error) {
    throw new InputError(`cannot read ${folder}: ${reasonOf(error)}`);
  }
}

/** The C files and headers of a folder by their paths in it, `/` between folders. */
export function folderTexts(root: string, seen?: ReadPlaces): Map<string, string> {
  const files = new Map<string, string>();
  const pending = [""];
  for (let at = pending.pop(); at !== undefined; at = pending.pop()) {
    seen?.file(join(root, at));
    for (const entry of entriesOf(join(root, at))) {
      const path = at === "" ? entry.name : `${at}/${entry.name}`;
      if (entry.isDirectory()) pending.push(path);
      else if (entry.isFile() && /\.[ch]$/.test(entry.name)) {
        seen?.file(join(root, path));
        files.set(path, readText(join(root, path)));
      }
    }
  }
  return files;
}
