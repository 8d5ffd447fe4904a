/** C as a user names it on the command line: a kernel file, a file of helpers, a patch. */
import { existsSync, statSync } from "node:fs";
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import {
  applyPatch,
  type Clang,
  type CSubject,
  type Entry,
  entryNames,
  loadC,
  parsePatch,
  patchAlone,
  type Sources,
} from "../clang/index.js";
import type { ReadFrom } from "../report/index.js";
import { oneLine } from "../text/index.js";
import type { CFlags } from "./c-flags.js";
import { isPatch, isPatchName, readC, shownName } from "./c-input.js";
import { loadGrammar, looseSources, treeSources } from "./c-sources.js";
import { COMPILE_SECONDS, Compiling } from "./compiling.js";
import { InputError } from "./failure.js";
import { folderTexts } from "./files.js";
import { systemClang } from "./system-clang.js";
import { whileShowing } from "./terminal.js";

export { designOf } from "../clang/index.js";

/** The headers that come with the checker, beside the compiled room. */
const HEADERS = fileURLToPath(new URL("../clang/include", import.meta.url));

// A compiler has some hundred thousand functions, of which few are called: looking at all of them takes a second. It runs
// once, for a second or two: optimising what is called most takes longer than that saves.
setFlagsFromString("--wasm-lazy-validation");
setFlagsFromString("--wasm-tiering-budget=50000000");

/** Lines of a patched file beyond which none are carried along. */
const SHOWN_LINES_MAX = 100_000;

/** What the user named, compiled. */
export interface NamedSubject extends CSubject {
  /** Text of a file by the name that steps use; undefined for one that was not read. */
  textOf(file: string): string | undefined;
  /** What was read, beside the file. */
  readonly from: ReadFrom;
}

/** Whatever ends compiling before it is done. */
export interface Ending {
  /** The time of the whole command. */
  readonly maxSeconds?: number | undefined;
  readonly signal?: AbortSignal;
}

/**
 * Reads, slices and compiles what the user named.
 *
 * @throws InputError, or an error of the slicer or the compiler; Interrupted
 */
export async function cSubject(file: string, flags: CFlags, ending: Ending = {}): Promise<NamedSubject> {
  const compiling = new Compiling(file, { seconds: flags.compileSeconds ?? COMPILE_SECONDS, ...ending });
  try {
    return await whileShowing(`compiling ${oneLine(basename(shownName(file)))} …`, () =>
      compiled(file, flags, compiling),
    );
  } finally {
    compiling.finish();
  }
}

async function compiled(file: string, flags: CFlags, compiling: Compiling): Promise<NamedSubject> {
  const text = await readC(file);
  const harness = flags.harness === undefined ? undefined : await readC(flags.harness);
  if (flags.clang === undefined) compiling.start();
  const grammar = await loadGrammar();
  const isOfPatch = isPatch(file, text);
  const name = shownName(file);
  const main = compiling.within(() => (isOfPatch ? patched(name, text, flags.tree) : ofTree(file, text, flags.tree)));
  const subject = await loadC({
    name: main.name,
    isPatch: isOfPatch && main.sources === undefined,
    ...(main.shown === undefined ? {} : { shown: main.shown }),
    text: harness === undefined ? main.text : `${main.text}\n#line 1 ${JSON.stringify(flags.harness)}\n${harness}`,
    sources: main.sources,
    grammar,
    headers: folderTexts(HEADERS),
    shims: (flags.shim ?? []).map((each) => folderTexts(existing(each, "--shim"))),
    entries: entriesOf(flags.entry ?? []),
    optimise: Number(flags.optimise ?? 0),
    clang: flags.clang === undefined ? compiling.clang : clangAt(flags.clang, compiling),
    within: compiling.within,
  });
  const textOf = (named: string): string | undefined => {
    if (named === flags.harness) return harness;
    if (main.shown !== undefined) return shownText(main.shown.get(named));
    return named === subject.name ? main.text : main.sources?.read(named);
  };
  return { ...subject, name, textOf, from: main.from };
}

/** Lines that are known as a text, with empty ones where they are not. */
function shownText(lines: ReadonlyMap<number, string> | undefined): string | undefined {
  if (lines === undefined) return undefined;
  const text: string[] = [];
  for (const [line, known] of lines) if (line <= SHOWN_LINES_MAX) text[line - 1] = known;
  return Array.from(text, (each) => each ?? "").join("\n");
}

interface Main {
  readonly name: string;
  readonly text: string;
  /** Of a patch alone: the lines that it shows. */
  readonly shown?: ReadonlyMap<string, ReadonlyMap<number, string>>;
  readonly sources: Sources | undefined;
  readonly from: ReadFrom;
}

function existing(path: string, flag: string): string {
  try {
    if (statSync(path).isDirectory()) return path;
  } catch {
    // The line below says it.
  }
  throw new InputError(`${flag}: ${path} is no folder; check the path`);
}

/** A file, with the tree that it lies in: the one named, or the nearest folder above that looks like a kernel's. */
function ofTree(file: string, text: string, tree: string | undefined): Main {
  const top = tree === undefined ? treeAbove(file) : existing(tree, "--tree");
  const loose = shownName(file);
  if (top === undefined) return { name: loose, text, sources: looseSources(loose), from: {} };
  const name = relative(resolve(top), resolve(loose)).split(sep).join("/");
  const from = { tree: top };
  if (name.startsWith("../")) return { name: loose, text, sources: looseSources(loose, treeSources(top)), from };
  return { name, text, sources: treeSources(top), from };
}

/** The tree that a file or patch is checked in, if there is one. */
export function treeOf(file: string, { tree }: CFlags): string | undefined {
  return tree ?? (isPatchName(file) ? undefined : treeAbove(file));
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
function patched(file: string, text: string, tree: string | undefined): Main {
  if (tree === undefined) {
    const { taken, leftOut, ...alone } = patchAlone(text, file);
    return { ...alone, name: file, sources: undefined, from: { patches: taken, leftOut } };
  }
  const { changes, taken, leftOut } = parsePatch(text, file);
  const sources = applyPatch(treeSources(existing(tree, "--tree")), changes, taken);
  const name = mainOf(sources.changed, sources.absent, sources, file);
  return { name, text: sources.read(name) ?? "", sources, from: { tree, patches: taken, leftOut } };
}

/** The definition of a helper, not a call. */
const HELPER = /^[A-Za-z_][^\n;{}=]{0,500}\btdx_pamt_(?:get|put)\s*\([^;{}]{0,2000}\)\s*\{/m;

/** The C file that a patch changes which has the helpers. */
function mainOf(changed: readonly string[], absent: readonly string[], sources: Sources, file: string): string {
  const paths = changed.filter((path) => path.endsWith(".c"));
  const defining = paths.filter((path) => HELPER.test(sources.read(path) ?? ""));
  const missing = absent.find((path) => path.endsWith(".c")) ?? absent[0];
  if (missing !== undefined && defining.length === 0) {
    throw new InputError(`${file} changes ${missing}, which is not in the tree; give the --tree that the patch is for`);
  }
  const [found = paths[0], other] = defining;
  if (other !== undefined) {
    throw new InputError(
      `${file} changes ${found} and ${other}, which both define the helpers; give a patch of one of them`,
    );
  }
  if (found !== undefined) return found;
  throw new InputError(`${file} changes no C file; give a patch of the file that has the helpers`);
}

function entriesOf(list: readonly string[]): Map<Entry, string> {
  const entries = new Map<Entry, string>();
  for (const each of list) {
    const [entry = "", name = ""] = each.split("=", 2);
    if (!entryNames.includes(entry as Entry) || !/^[A-Za-z_]\w*$/.test(name)) {
      throw new InputError(`--entry ${each}: give ENTRY=FUNCTION with one of ${entryNames.join(", ")}`);
    }
    entries.set(entry as Entry, name);
  }
  return entries;
}

function clangAt(path: string, compiling: Compiling): Clang {
  if (basename(path) === "") throw new InputError("--clang: give the path of a clang, version 16 or newer");
  return systemClang(path, compiling);
}
