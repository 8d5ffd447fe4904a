/** C as a user names it on the command line, compiled: a kernel file, a file of helpers, a patch, commits. */
import { basename } from "node:path";
import { fileURLToPath } from "node:url";
import { setFlagsFromString } from "node:v8";
import { type Clang, type CSubject, loadC, readEntries } from "../clang/index.js";
import type { ReadFrom } from "../report/index.js";
import { oneLine } from "../text/index.js";
import type { CFlags } from "./c-flags.js";
import { readC, shownName } from "./c-input.js";
import { existing, type MainFile, mainFileOf } from "./c-main.js";
import { loadGrammar } from "./c-sources.js";
import { type ClangThread, COMPILE_SECONDS, type CompileLimits, Compiling } from "./compiling.js";
import { InputError } from "./failure.js";
import { folderTexts } from "./files.js";
import { shownPath } from "./paths.js";
import type { ReadPlaces } from "./read-places.js";
import { STDIN } from "./standard-input.js";
import { systemClang } from "./system-clang.js";
import { whileShowing } from "./terminal.js";

export { designOf } from "../clang/index.js";

/** The headers that come with the checker, beside the compiled room. */
export const HEADERS = fileURLToPath(new URL("../clang/include", import.meta.url));

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

/** What compiling has beside the C: whatever ends it, and what outlives it. */
export interface Surroundings extends Pick<CompileLimits, "maxSeconds" | "began" | "signal"> {
  /** The thread to compile in; absent: one that ends with this. */
  readonly thread?: ClangThread | undefined;
  /** Learns what is read. */
  readonly seen?: ReadPlaces | undefined;
}

/**
 * Reads, slices and compiles what the user named: a file, a patch, a mbox, `-` for standard input, or `git:` with a
 * range of commits (of the repository that `--repo` names, or that of the working directory).
 *
 * @throws InputError, or an error of the slicer or the compiler; Interrupted
 */
export async function cSubject(named: string, flags: CFlags, around: Surroundings = {}): Promise<NamedSubject> {
  if (named === STDIN && flags.harness === STDIN) {
    throw new InputError("the C and --harness both come from standard input (-): name a file for one of them");
  }
  return compiledFrom((compiling) => mainFileOf(named, flags, compiling, around.seen), named, flags, around);
}

/**
 * The same for a file that is found already.
 *
 * @param named what it is called in messages and results
 */
export async function compiledFrom(
  find: (compiling: Compiling) => Promise<MainFile>,
  named: string,
  flags: CFlags,
  { thread, seen, ...limits }: Surroundings,
): Promise<NamedSubject> {
  const name = shownName(named);
  const compiling = new Compiling(name, { seconds: flags.compileSeconds ?? COMPILE_SECONDS, ...limits }, thread);
  try {
    return await whileShowing(`compiling ${oneLine(basename(name))} …`, async () =>
      compiled(await find(compiling), name, flags, compiling, seen),
    );
  } finally {
    if (thread === undefined) compiling.finish();
    else compiling.rest();
  }
}

async function compiled(
  main: MainFile,
  name: string,
  flags: CFlags,
  compiling: Compiling,
  seen: ReadPlaces | undefined,
): Promise<NamedSubject> {
  const harness =
    flags.harness === undefined
      ? undefined
      : { name: shownName(flags.harness), text: await readC(flags.harness, seen) };
  if (flags.clang === undefined) compiling.start();
  const grammar = await loadGrammar();
  const subject = await loadC({
    name: main.name,
    isPatch: main.isPatch,
    ...(main.shown === undefined ? {} : { shown: main.shown }),
    text: main.text,
    harness,
    sources: main.sources,
    grammar,
    headers: folderTexts(HEADERS),
    shims: (flags.shim ?? []).map((each) => ({
      name: shownPath(each),
      files: folderTexts(existing(each, "--shim"), seen),
    })),
    entries: readEntries(flags.entry ?? []),
    optimise: Number(flags.optimise ?? 0),
    clang: flags.clang === undefined ? compiling.clang : clangAt(flags.clang, compiling),
    within: compiling.within,
  });
  const textOf = (file: string): string | undefined => {
    if (file === harness?.name) return harness.text;
    if (main.shown !== undefined) return shownText(main.shown.get(file));
    return file === subject.name ? main.text : main.sources?.read(file);
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

/** @throws InputError for flags that no C can be compiled with */
export function expectFlags({ entry = [], shim = [] }: CFlags): void {
  readEntries(entry);
  for (const each of shim) existing(each, "--shim");
}

function clangAt(path: string, compiling: Compiling): Clang {
  if (basename(path) === "") throw new InputError("--clang: give the path of a clang, version 16 or newer");
  return systemClang(path, compiling);
}
