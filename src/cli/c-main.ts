/** Finds the C file that a user means, by the file itself, a patch or a range of commits, and the tree around it. */
import { existsSync, statSync } from "node:fs";
import { dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { applyPatch, parsePatch, patchAlone, type Sources } from "../clang/index.js";
import type { ReadFrom } from "../report/index.js";
import { oneLine } from "../text/index.js";
import { isPatch, isPatchName, readC, shownName } from "./c-input.js";
import { looseSources, treeSources } from "./c-sources.js";
import type { Compiling } from "./compiling.js";
import { InputError } from "./failure.js";
import { isRange, readRange } from "./git-range.js";

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
}

/**
 * Reads what the user named: a file, a patch, standard input, or `git:` with a range of commits.
 *
 * @throws InputError, or an error of the patch
 */
export async function mainFileOf(named: string, places: CPlaces, compiling: Compiling): Promise<MainFile> {
  if (isRange(named)) return compiling.within(() => committed(named, places.repo));
  const text = await readC(named);
  const { tree } = places;
  return compiling.within(() =>
    isPatch(named, text) ? patched(shownName(named), text, tree) : inTree(named, text, tree),
  );
}

/** @throws InputError when it is no folder */
export function existing(path: string, flag: string): string {
  if (isFolder(path)) return path;
  throw new InputError(`${flag}: ${path} is no folder; check the path`);
}

/** A file, with the tree that it lies in: the one named, or the nearest folder above that looks like a kernel's. */
function inTree(file: string, text: string, tree: string | undefined): MainFile {
  const top = tree === undefined ? treeAbove(file) : existing(tree, "--tree");
  const loose = shownName(file);
  const plain = { text, isPatch: false };
  if (top === undefined) return { ...plain, name: loose, sources: looseSources(loose), from: {} };
  const name = relative(resolve(top), resolve(loose)).split(sep).join("/");
  const from = { tree: top };
  if (name.startsWith("../")) return { ...plain, name: loose, sources: looseSources(loose, treeSources(top)), from };
  return { ...plain, name, sources: treeSources(top), from };
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
function patched(file: string, text: string, tree: string | undefined): MainFile {
  if (tree === undefined) {
    const { taken, leftOut, ...alone } = patchAlone(text, file);
    return { ...alone, name: file, sources: undefined, from: { patches: taken, leftOut } };
  }
  const { changes, taken, leftOut } = parsePatch(text, file);
  const sources = applyPatch(treeSources(existing(tree, "--tree")), changes, taken);
  const name = helperFileOf(sources.changed, sources.absent, sources, file);
  const from = { tree, patches: taken, leftOut };
  return { name, text: sources.read(name) ?? "", isPatch: false, sources, from };
}

/** Commits: the tree as it is with the last of them. */
function committed(named: string, repo = "."): MainFile {
  const { base, commits, changed, treeAt } = readRange(named, repo);
  const sources = treeAt((commits.at(-1) ?? { id: base }).id);
  const name = helperFileOf(changed, [], sources, oneLine(named));
  return { name, text: sources.read(name) ?? "", isPatch: false, sources, from: { base, commits } };
}

/** The definition of a helper, not a call. */
const HELPER = /^[A-Za-z_][^\n;{}=]{0,500}\btdx_pamt_(?:get|put)\s*\([^;{}]{0,2000}\)\s*\{/m;
/** Where the kernel has them. */
const USUAL_FILE = "arch/x86/virt/vmx/tdx/tdx.c";

/** The C file with the helpers: one of those that are changed, or the usual one. */
function helperFileOf(changed: readonly string[], absent: readonly string[], sources: Sources, named: string): string {
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
