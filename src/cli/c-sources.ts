/** Trees of C on disk, and the grammar of C from the packages installed. */
import { readFileSync, realpathSync, statSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { dirname, join, parse, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { Grammar, type Sources, TEXT_LENGTH_MAX } from "../clang/slice/index.js";
import { oneLine, printable } from "../text/index.js";
import { InputError } from "./failure.js";
import { reasonOf } from "./files.js";
import { shownPath } from "./paths.js";
import type { ReadPlaces } from "./read-places.js";

/** What a path that names no file of the tree fails with. */
const NO_FILE = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EISDIR", "ENAMETOOLONG", "ERR_INVALID_ARG_VALUE"]);

const codeOf = (error: unknown): string => String((error as { code?: unknown } | null)?.code);

/**
 * The tree at `root`, read file by file when asked for, each once. What lies outside, also by a symbolic link, is not
 * there. Throws an InputError when there is no such folder, or a file is too large or unreadable.
 */
export function treeSources(root: string, seen?: ReadPlaces): Sources {
  const top = topOf(root);
  const texts = new Map<string, string | undefined>();
  return {
    read(path) {
      if (!texts.has(path)) texts.set(path, readInside(top, path, seen));
      return texts.get(path);
    },
  };
}

/** The same with what `main`, a file in no tree or outside `tree`, includes in quotes: beside it, as results name it. */
export function looseSources(main: string, tree?: Sources, seen?: ReadPlaces): Sources {
  const name = printable(shownPath(main));
  /** Files in reach by the names that they are shown by, with their folders. */
  const folders = new Map([[name, dirname(main)]]);
  const texts = new Map<string, { readonly path: string; readonly text: string }>();
  return {
    isTreeless: tree === undefined,
    read: (path) => texts.get(path)?.text ?? tree?.read(path),
    beside(include, from) {
      const folder = folders.get(from);
      if (folder === undefined) return undefined;
      const path = join(folder, include);
      const absolute = resolve(path);
      if (absolute === resolve(main)) return name;
      // Two files far away may have one name.
      const isTaken = ![undefined, path].includes(texts.get(shownPath(path))?.path);
      const shown = isTaken ? path : shownPath(path);
      const text = texts.get(shown)?.text ?? readInside(parse(absolute).root, absolute, seen);
      if (text === undefined) return undefined;
      folders.set(shown, dirname(path));
      texts.set(shown, { path, text });
      return shown;
    },
  };
}

function topOf(root: string): string {
  try {
    const top = realpathSync(root);
    if (statSync(top).isDirectory()) return top;
  } catch (error) {
    if (!NO_FILE.has(codeOf(error))) throw new InputError(`${oneLine(root)} cannot be read: ${reasonOf(error)}`);
  }
  throw new InputError(`${oneLine(root)} is no folder: give the top of a kernel tree`);
}

function readInside(top: string, path: string, seen: ReadPlaces | undefined): string | undefined {
  try {
    seen?.file(join(top, path));
    const file = realpathSync(join(top, path));
    if (!file.startsWith(top.endsWith(sep) ? top : top + sep)) return undefined;
    const stats = statSync(file);
    if (!stats.isFile()) return undefined;
    if (stats.size > TEXT_LENGTH_MAX) throw new InputError(`${oneLine(path)} is too large: at most 4 MB of C is read`);
    return readFileSync(file, "utf8");
  } catch (error) {
    if (error instanceof InputError) throw error;
    if (NO_FILE.has(codeOf(error))) return undefined;
    throw new InputError(`${oneLine(path)} cannot be read: ${reasonOf(error)}`);
  }
}

/** Loads the grammar of C. */
export async function loadGrammar(): Promise<Grammar> {
  const bytes = (name: string) => readFile(fileURLToPath(import.meta.resolve(name)));
  return Grammar.load(
    await bytes("web-tree-sitter/web-tree-sitter.wasm"),
    await bytes("tree-sitter-c/tree-sitter-c.wasm"),
  );
}
