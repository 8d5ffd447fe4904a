/** Finds the C file that a user means, by the file itself, a patch or a range of commits, and the tree around it. */
import { existsSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { applyPatch, type Patches, parsePatch, type Sources, shownBy } from "../clang/index.js";
import type { ReadFrom } from "../report/index.js";
import { oneLine } from "../text/index.js";
import { isPatch, isPatchName, readC, readFrom, shownName } from "./c-input.js";
import { looseSources, treeSources } from "./c-sources.js";
import type { Compiling } from "./compiling.js";
import { InputError } from "./failure.js";
import { endsNow, isRange, readRange } from "./git-range.js";
import { nearPath, shownPath } from "./paths.js";
import type { ReadPlaces } from "./read-places.js";

/** The file that has the helpers, as it is compiled. */
export interface MainFile {
  readonly name: string;
  readonly text: string;
  /** The text is what a patch shows, and its tree was not given. */
  readonly isPatch: boolean;
  /** Of a patch alone: the lines that it shows. */
  readonly shown?: ReadonlyMap<string, ReadonlyMap<number, string>>;
  readonly sources: Sources | undefined;
  readonly from: ReadFrom;
}

/** Where C is looked for. */
export interface CPlaces {
  readonly tree?: string | undefined;
  readonly repo?: string | undefined;
  /** Of a series, how many of its patches; absent: all. */
  readonly upto?: number | undefined;
}

/**
 * Reads what the user named: a file, a patch, standard input, or `git:` with a range of commits.
 *
 * @throws InputError, or an error of the patch
 */
export async function mainFileOf(
  named: string,
  places: CPlaces,
  compiling: Compiling,
  seen?: ReadPlaces,
): Promise<MainFile> {
  if (isRange(named)) return compiling.within(() => committed(named, places, seen));
  const text = await readC(named, seen);
  return compiling.within(() =>
    isPatch(named, text) ? patched(shownName(named), text, places, seen) : inTree(named, text, places, seen),
  );
}

/** @throws InputError when it is no folder */
export function existing(path: string, flag: string): string {
  if (isFolder(path)) return path;
  throw new InputError(`${flag}: ${path} is no folder; check the path`);
}

/** A file, with the tree that it lies in: the one named, or the nearest folder above that looks like a kernel's. */
function inTree(file: string, text: string, { tree, upto }: CPlaces, seen?: ReadPlaces): MainFile {
  if (upto !== undefined) throw new InputError(`--upto is about patches: ${oneLine(file)} is a file of C`);
  const loose = readFrom(file);
  const top = tree === undefined ? treeAbove(loose) : nearPath(existing(tree, "--tree"));
  const shown = shownName(file);
  const plain = { text, isPatch: false };
  if (top === undefined) return { ...plain, name: shown, sources: looseSources(loose, undefined, seen), from: {} };
  const name = relative(resolve(top), resolve(loose)).split(sep).join("/");
  const from = { tree: shownPath(top) };
  const sources = treeSources(top, seen);
  if (name.startsWith("../")) return { ...plain, name: shown, sources: looseSources(loose, sources, seen), from };
  return { ...plain, name, sources, from };
}

/** The tree that a file or patch is checked in, if there is one in a folder. */
export function treeOf(named: string, { tree, repo }: CPlaces): string | undefined {
  if (isRange(named)) return repo ?? ".";
  return tree ?? (isPatchName(named) ? undefined : treeAbove(named));
}

/** The kernel tree that holds a file, as a path like the file's own; none beyond the repository of the file. */
function treeAbove(file: string): string | undefined {
  const path = resolve(file);
  for (let at = dirname(path); ; at = dirname(at)) {
    if (isFolder(join(at, "arch", "x86")) && !path.startsWith(join(at, "include"))) {
      return isAbsolute(file) ? at : relative("", at) || ".";
    }
    if (existsSync(join(at, ".git")) || dirname(at) === at) return undefined;
  }
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A patch: applied to the tree, or without one the functions that it adds whole. */
function patched(file: string, text: string, { tree, upto }: CPlaces, seen?: ReadPlaces): MainFile {
  const whole = parsePatch(text, file);
  if (upto !== undefined && upto > whole.parts.length) {
    const count = whole.parts.length === 1 ? "1 patch" : `${whole.parts.length} patches`;
    throw new InputError(`--upto ${upto}: ${oneLine(file)} has ${count}; give a smaller number`);
  }
  const changes = whole.parts.slice(0, upto).flatMap((part) => part.changes);
  const from = fromPatches(whole, tree);
  if (tree === undefined) return { ...shownBy(changes), name: file, sources: undefined, from };
  const base = treeSources(existing(tree, "--tree"), seen);
  const name = patchedFile(applyPatch(base, whole.changes, whole.taken), file);
  return fileIn(applyPatch(base, changes, whole.taken), name, from);
}

/** What is said of patches beside the result. */
export function fromPatches({ taken, leftOut }: Patches, tree: string | undefined): ReadFrom {
  return { ...(tree === undefined ? {} : { tree: shownPath(tree) }), patches: taken, leftOut };
}

/** The file with the helpers among those that a series changes. */
export function patchedFile(patched: ReturnType<typeof applyPatch>, file: string): string {
  return helperFileOf(patched.changed, patched.absent, patched, file);
}

/** Commits: the tree as it is with the last of them. */
function committed(named: string, { repo = ".", upto }: CPlaces, seen?: ReadPlaces): MainFile {
  if (upto !== undefined) throw new InputError("--upto is about patches in a file: name the last commit in the range");
  seen?.thing(named, () => endsNow(named, repo));
  const { base, commits, changed, treeAt } = readRange(named, repo);
  const sources = treeAt((commits.at(-1) ?? { id: base }).id);
  return fileIn(sources, helperFileOf(changed, [], sources, oneLine(named)), { base, commits });
}

/** A file of a tree. */
export function fileIn(sources: Sources, name: string, from: ReadFrom): MainFile {
  return { name, text: sources.read(name) ?? "", isPatch: false, sources, from };
}

/** Whether a text defines helpers: the usual ones, or functions that are called in their place. */
export function definesHelpers(text: string, entries: readonly string[] = []): boolean {
  const others = entries.map((each) => each.slice(each.indexOf("=") + 1)).filter((name) => /^\w+$/.test(name));
  return HELPER.test(text) || others.some((name) => new RegExp(`^[A-Za-z_].*\\b${name}\\s*\\(`, "m").test(text));
}

/** The definition of a helper, not a call. */
const HELPER = /^[A-Za-z_][^\n;{}=]{0,500}\btdx_pamt_(?:get|put)\s*\([^;{}]{0,2000}\)\s*\{/m;
/** Where the kernel has them. */
const USUAL_FILE = "arch/x86/virt/vmx/tdx/tdx.c";

/** The C file with the helpers: one of those that are changed, or the usual one. */
export function helperFileOf(
  changed: readonly string[],
  absent: readonly string[],
  sources: Sources,
  named: string,
): string {
  const hasHelpers = (path: string) => HELPER.test(sources.read(path) ?? "");
  const paths = changed.filter((path) => path.endsWith(".c"));
  const defining = paths.filter(hasHelpers);
  const missing = absent.find((path) => path.endsWith(".c")) ?? absent[0];
  if (missing !== undefined && defining.length === 0) {
    throw new InputError(
      `${named} changes ${missing}, which is not in the tree; give the --tree that the patch is for`,
    );
  }
  const [found, other] = defining;
  if (other !== undefined) {
    throw new InputError(
      `${named} changes ${found} and ${other}, which both define the helpers; give a patch of one of them`,
    );
  }
  if (found !== undefined) return found;
  if (changed.length > 0 && hasHelpers(USUAL_FILE)) return USUAL_FILE;
  // Helpers of other names are where the calls of the module are.
  const first = paths.find((path) => /PAMT_ADD\b/.test(sources.read(path) ?? "")) ?? paths[0];
  if (first !== undefined) return first;
  throw new InputError(`${named} changes no C file; give a patch of the file that has the helpers`);
}
