/** From a file of C to something that can be explored. */
import { printable } from "../text/index.js";
import { type Clang, compile, type Files } from "./compile.js";
import type { CSubject } from "./design.js";
import { CError } from "./errors.js";
import { bind, type Entry, entries as usualNames } from "./harness.js";
import type { IrModule } from "./ir/module.js";
import { parseModule } from "./ir/parser.js";
import { CProgram } from "./program.js";
import { Shim } from "./shim.js";
import { type Grammar, missingText, type SliceResult, type Sources, slice } from "./slice/index.js";

export interface CSource {
  /** Name of the file, as the user gave it; relative to the tree if there is one. */
  readonly name: string;
  readonly text: string;
  /** The text is what a patch shows, and its tree was not given. */
  readonly isPatch?: boolean;
  /** The text whose lines places in the source count; absent where it is `text`. */
  readonly shown?: string;
  /** The kernel tree that the file belongs to. */
  readonly sources?: Sources | undefined;
  readonly grammar: Grammar;
  /** The headers that come with the checker. */
  readonly headers: Files;
  /** Headers of the user's own, searched first. */
  readonly shims?: readonly Files[];
  /** Functions for entries that are not called as usual. */
  readonly entries?: ReadonlyMap<Entry, string>;
  /** How far clang optimises, see `CompileRequest`. */
  readonly optimise?: number;
  /** Absent: clang as WebAssembly. */
  readonly clang?: Clang | undefined;
  /** Does what may take long in this thread, and ends it where it takes too long. Absent: nobody does. */
  readonly within?: <T>(work: () => T) => T;
}

const INIT_SECTION = ".init.text";
/** Headers of TDX: what they define is taken name by name, since files under test define much of it themselves. */
const OF_TDX = /tdx/;
/** What the versions call a cache of pairs. */
const CACHES = ["tdx_prealloc", "pamt_cache"];
/** Functions marked `__init` that undo what others of them do. */
const UNDOES = /(?:^|_)(?:free|exit|cleanup|teardown|destroy|undo)(?:_|$)/;
/** Function that runs at boot where the compiler optimises. */
const KEPT_BOOT = "dpamt_kept";

/**
 * Slices and compiles a source, and binds its functions.
 *
 * @throws CError or SourceError when it cannot be checked: what is wrong, where, what to do
 */
export async function loadC(given: CSource): Promise<CSubject> {
  const source = { ...given, name: printable(given.name) };
  const { name, headers, shims = [], entries = new Map() } = source;
  const generic = new Map([...headers].filter(([path]) => !OF_TDX.test(path)));
  const defaults = [...headers].filter(([path]) => OF_TDX.test(path)).map(([path, text]) => ({ path, text }));
  const { within = (work) => work() } = source;
  const shim = within(() => new Shim([...shims, generic]));
  const request = {
    main: name,
    text: source.text,
    isPatch: source.isPatch,
    sources: source.sources,
    grammar: source.grammar,
    roots: [...Object.values(usualNames).flat(), ...entries.values()],
    defaults,
    defaultRoots: [...usualNames.topup, ...usualNames.drain].filter((each) => worksOnCacheOf(source.text, each)),
    isShimmed: (include: string) => shim.has(include) || headers.has(include),
    shimDefines: (each: string) => shim.defines(each),
  };
  const found = within(() => slice(request));
  // Of the generic headers nothing sets variables of the file; what looks like it there is a macro.
  const sliced = { ...found, boot: found.boot.filter((call) => !shim.defines(call.function)) };
  const ir = await compiled(source, sliced);
  const module = within(() => parseModule(ir));
  const program = within(
    () => new CProgram(module, (file) => !/^include\d+\//.test(file) && !headers.has(file), lineFinder(source)),
  );
  return { name, program, bindings: bind(program, entries, source), boot: bootOf(sliced, module), unset: sliced.unset };
}

async function compiled(source: CSource, sliced: SliceResult): Promise<string> {
  const { name, headers, shims = [], optimise = 0, clang } = source;
  try {
    const text = sliced.text + kept(sliced, optimise);
    return await compile({ name, text, includes: [...shims, headers], optimise, clang, advice: sliced.advice });
  } catch (error) {
    const missing = sliced.missing.find(({ called }) => called);
    if (error instanceof CError && missing !== undefined) throw new CError(missingText(missing, sliced.advice));
    throw error;
  }
}

/**
 * Keeps the compiler from dropping entries and boot functions, which nothing calls, and an optimising one from taking
 * variables that only boot sets for constants.
 */
function kept({ boot, roots }: SliceResult, optimise: number): string {
  const names = [...new Set([...roots, ...boot.map((call) => call.function)])].map((name) => `(const void *)${name}`);
  const calls = boot.map(
    ({ function: called, argument }) => `${called}(${argument === undefined ? "" : `&${argument}`});`,
  );
  return [
    "",
    '#line 1 "boot"',
    `__attribute__((used)) const void *const ${KEPT_BOOT}_functions[] = { ${names.join(", ")} };`,
    optimise === 0 ? "" : `__attribute__((used)) void ${KEPT_BOOT}(void) { ${calls.join(" ")} }`,
    "",
  ].join("\n");
}

/** Whether the function is about the kind of cache that the text knows. */
function worksOnCacheOf(text: string, name: string): boolean {
  return CACHES.some((cache) => name.includes(cache) && text.includes(cache));
}

/** What runs at boot: what the slicer found, and what the source marks as run at boot. */
function bootOf({ boot }: SliceResult, { functions }: IrModule): CSubject["boot"] {
  if (functions.has(KEPT_BOOT)) return [{ function: KEPT_BOOT, arguments: [] }];
  const calls = boot.map(({ function: called, argument }) => ({
    function: called,
    arguments: argument === undefined ? [] : [argument],
  }));
  const marked = [...functions.values()].filter(
    ({ name, section, parameters }) =>
      section === INIT_SECTION &&
      parameters.length === 0 &&
      !UNDOES.test(name) &&
      !calls.some((call) => call.function === name),
  );
  return [...calls, ...marked.map(({ name }) => ({ function: name, arguments: [] }))];
}

function lineFinder({
  name,
  text,
  shown = text,
  sources,
}: CSource): (file: string, line: number) => string | undefined {
  const files = new Map<string, readonly string[]>([[name, shown.split("\n")]]);
  return (file, line) => {
    let lines = files.get(file);
    if (lines === undefined) {
      lines = (sources?.read(file) ?? "").split("\n");
      files.set(file, lines);
    }
    return lines[line - 1];
  };
}
