/** Loads a file of C as a subject that can be explored. */
import { printable } from "../../text/index.js";
import { BOOT, type Clang, compile, type Files, Refused } from "../compile/compile.js";
import { CompileErrors } from "../compile/compile-errors.js";
import { type HeaderFolder, problemsOf } from "../compile/problems.js";
import { Shim } from "../compile/shim.js";
import { CProgram } from "../interpret/program.js";
import { FLOATING_POINT, floatingGlobal } from "../ir/beyond.js";
import { CError } from "../ir/errors.js";
import type { IrModule } from "../ir/module.js";
import { parseModule } from "../ir/parser.js";
import {
  type BootCall,
  type BootPaths,
  type Grammar,
  quoted,
  type SliceResult,
  type Sources,
  signaturesOf,
  slice,
  UNDOES,
} from "../slice/index.js";
import { bind, type Entry, entries as usualNames } from "./bindings.js";
import type { CSubject } from "./helpers-in-c.js";

export interface CSource {
  /** Name of the file, as the user gave it; relative to the tree if there is one. */
  readonly name: string;
  readonly text: string;
  /** The text is what a patch shows, and its tree was not given. */
  readonly isPatch?: boolean;
  /** Lines that are known of files that places in the source name, by path and number: of a patch alone. */
  readonly shown?: ReadonlyMap<string, ReadonlyMap<number, string>>;
  /** The kernel tree that the file belongs to. */
  readonly sources?: Sources | undefined;
  readonly grammar: Grammar;
  /** The headers that come with the checker. */
  readonly headers: Files;
  /** Headers of the user's own, searched first, with the folder that each is in. */
  readonly shims?: readonly HeaderFolder[];
  /** C that is compiled behind the file. */
  readonly harness?: { readonly name: string; readonly text: string } | undefined;
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
/** Function that runs at boot where the compiler optimises, and the beginning of the names of those with one call of several arguments. */
const KEPT_BOOT = "dpamt_kept";

/**
 * Slices and compiles a source, and binds its functions.
 *
 * @throws CError when it cannot be checked: what is wrong, where, what to do
 */
export async function loadC(given: CSource): Promise<CSubject> {
  const source = { ...given, name: printable(given.name) };
  const { name, headers, shims = [], entries = new Map() } = source;
  const text = wholeText(source);
  const generic = new Map([...headers].filter(([path]) => !OF_TDX.test(path)));
  const defaults = [...headers].filter(([path]) => OF_TDX.test(path)).map(([path, text]) => ({ path, text }));
  const { within = (work) => work() } = source;
  const shim = within(() => new Shim([...shims.map(({ files }) => files), generic]));
  const request = {
    main: name,
    text,
    isPatch: source.isPatch,
    sources: source.sources,
    grammar: source.grammar,
    roots: [...Object.values(usualNames).flat(), ...entries.values()],
    defaults,
    defaultRoots: [...usualNames.topup, ...usualNames.drain].filter((each) => worksOnCacheOf(text, each)),
    isShimmed: (include: string) => shim.has(include) || headers.has(include),
    shimDefines: (each: string) => shim.defines(each),
  };
  const sliced = within(() => slice(request));
  const { ir, paths } = await compiledWithPaths(source, sliced, shim);
  const module = within(() => parseModule(ir, name));
  refuseFloating(module, source);
  const program = within(
    () => new CProgram(module, (file) => !/^include\d+\//.test(file) && !headers.has(file), lineFinder(source)),
  );
  const bindings = bind(program, entries, source, signaturesOf(sliced.text));
  return {
    name,
    program,
    bindings,
    boot: bootOf(sliced, module),
    paths,
    unset: sliced.unset,
    lacking: sliced.lacking,
    notRun: sliced.notRun,
    compiled: withoutPlaces(`${(paths === undefined ? sliced : (sliced.paths ?? sliced)).text}\n${kept(sliced, 0)}`),
    assumed: sliced.boot.flatMap(({ statement }) => (statement === undefined ? [] : [statement])),
  };
}

/** A text without the places that it says it comes from, and without empty lines. */
function withoutPlaces(text: string): string {
  return text
    .split("\n")
    .filter((line) => line.trim() !== "" && !line.startsWith("#line "))
    .join("\n");
}

/** Compiles with what runs where boot fails; without, where clang does not like that. */
async function compiledWithPaths(
  source: CSource,
  sliced: SliceResult,
  shim: Shim,
): Promise<{ readonly ir: string; readonly paths: BootPaths | undefined }> {
  const { paths } = sliced;
  if (paths !== undefined) {
    try {
      return { ir: await compiled(source, { ...sliced, text: paths.text }, shim), paths };
    } catch (error) {
      if (!(error instanceof CError)) throw error;
    }
  }
  return { ir: await compiled(source, { ...sliced, paths: undefined }, shim), paths: undefined };
}

async function compiled(source: CSource, sliced: SliceResult, shim: Shim): Promise<string> {
  const { name, headers, shims = [], optimise = 0, clang } = source;
  const includes = [...shims.map(({ files }) => files), headers];
  try {
    return await compile({ name, text: sliced.text + kept(sliced, optimise), includes, optimise, clang });
  } catch (error) {
    throw error instanceof Refused ? explained(error, source, sliced, shim) : error;
  }
}

/** The errors as the author of the C reads them; the error as it is where none is in the user's own files. */
function explained(error: Refused, source: CSource, sliced: SliceResult, shim: Shim): CError {
  const { name, headers, shims = [], harness, isPatch = false } = source;
  const { missing, absent, advice, names } = sliced;
  const lineText = lineFinder(source);
  const folders = [...shims, { name: undefined, files: headers }];
  const problems = problemsOf(error.errors, {
    folders,
    missing,
    isElsewhere: isPatch || absent.length > 0,
    lineText,
    *names(file, line) {
      yield* names.all();
      yield* shim.all();
      yield* names.around(file, line);
    },
    *texts() {
      yield* names.texts();
      for (const { files } of folders) yield* files.values();
    },
  });
  if (problems.length === 0) return error;
  return new CompileErrors(problems, { name, advice, absent, isPatch, harness: harness?.name });
}

/** @throws CError where a variable begins with floating-point numbers */
function refuseFloating(module: IrModule, { name, text, harness }: CSource): void {
  const variable = floatingGlobal(module);
  if (variable === undefined) return;
  const definition = new RegExp(`\\b(?:float|double)\\b.*\\b${variable.replace(/\W/g, "\\$&")}\\b`);
  for (const file of [{ name, text }, ...(harness === undefined ? [] : [harness])]) {
    const at = file.text.split("\n").findIndex((line) => definition.test(line));
    if (at >= 0) throw new CError(`${file.name}:${at + 1}: ${FLOATING_POINT}`);
  }
  throw new CError(`${name}: the variable ${printable(variable)}: ${FLOATING_POINT}`);
}

/** The file, and the harness behind it. */
function wholeText({ text, harness }: CSource): string {
  return harness === undefined ? text : `${text}\n#line 1 ${quoted(harness.name)}\n${harness.text}`;
}

/**
 * Keeps the compiler from dropping entries and boot functions, which nothing calls, and an optimising one from taking
 * variables that only boot sets for constants.
 */
function kept({ boot, paths, roots }: SliceResult, optimise: number): string {
  const { top, undo = [] } = paths ?? {};
  const called = boot.filter(({ statement }) => statement === undefined).map((call) => call.function);
  const all = new Set([...roots, ...called, ...undo, ...(top === undefined ? [] : [top])]);
  const variables = new Set(boot.flatMap(({ argument }) => (argument === undefined ? [] : [`&${argument}`])));
  const names = [...all, ...variables].map((name) => `(const void *)${name}`);
  const calls = boot.map((call) => `${call.statement ?? callText(call)};`);
  return [
    "",
    `#line 1 "${BOOT}"`,
    `__attribute__((used)) const void *const ${KEPT_BOOT}_functions[] = { ${names.join(", ")} };`,
    ...boot.flatMap((call, at) => (isPlain(call) ? [] : [startOf(call, at)])),
    optimise === 0 ? "" : `__attribute__((used)) void ${KEPT_BOOT}(void) { ${calls.join(" ")} }`,
    "",
  ].join("\n");
}

function callText({ function: called, argument, text = "" }: BootCall): string {
  return `${called}(${argument === undefined ? text : `&${argument}`})`;
}

/** It can be made as it is: it has no argument, or one address. */
function isPlain({ text, statement }: BootCall): boolean {
  return text === undefined && statement === undefined;
}

/** A function without arguments that does the same; it returns what the call returns, 0 if nothing. */
function startOf(call: BootCall, at: number): string {
  if (call.statement !== undefined) {
    return `__attribute__((used)) int ${KEPT_BOOT}_${at}(void) { ${call.statement}; return 0; }`;
  }
  const isVoid = `__builtin_types_compatible_p(__typeof__(${callText(call)}), void)`;
  const value = `__builtin_choose_expr(${isVoid}, (${callText(call)}, 0), ${callText(call)})`;
  return `__attribute__((used)) int ${KEPT_BOOT}_${at}(void) { return ${value}; }`;
}

/** Whether the function is about the kind of cache that the text knows. */
function worksOnCacheOf(text: string, name: string): boolean {
  return CACHES.some((cache) => name.includes(cache) && text.includes(cache));
}

/** What runs at boot: what the slicer found, and what the source marks as run at boot. */
function bootOf({ boot }: SliceResult, { functions }: IrModule): CSubject["boot"] {
  if (functions.has(KEPT_BOOT)) return [{ function: KEPT_BOOT, arguments: [] }];
  const calls = boot.map((call, at) => ({
    function: isPlain(call) ? call.function : `${KEPT_BOOT}_${at}`,
    arguments: call.argument === undefined ? [] : [call.argument],
  }));
  const begun = new Set([...calls.map((call) => call.function), ...boot.map((call) => call.function)]);
  const running = calledFrom(functions, begun);
  const marked = [...functions.values()].filter(
    ({ name, section, parameters }) =>
      section === INIT_SECTION && parameters.length === 0 && !UNDOES.test(name) && !running.has(name),
  );
  // What one of them calls runs with it.
  const inner = new Set(
    marked.flatMap(({ name }) => [...calledFrom(functions, new Set([name]))].filter((each) => each !== name)),
  );
  const outer = marked.filter(({ name }) => !inner.has(name));
  return [...calls, ...outer.map(({ name }) => ({ function: name, arguments: [] }))];
}

/** Some functions and all that they name. */
function calledFrom(functions: IrModule["functions"], names: ReadonlySet<string>): Set<string> {
  const found = new Set(names);
  for (const name of found) {
    for (const { instructions } of functions.get(name)?.blocks.values() ?? []) {
      for (const each of instructions) {
        if (each.op !== "call" || each.callee.kind !== "constant" || each.callee.constant.kind !== "global") continue;
        found.add(each.callee.constant.name);
      }
    }
  }
  return found;
}

function lineFinder(source: CSource): (file: string, line: number) => string | undefined {
  const { name, text, shown, sources, harness } = source;
  const files = new Map<string, readonly string[]>([[name, text.split("\n")]]);
  if (harness !== undefined) files.set(harness.name, harness.text.split("\n"));
  return (file, line) => {
    if (shown !== undefined && file !== harness?.name) return shown.get(file)?.get(line);
    if (!files.has(file)) files.set(file, sources?.read(file)?.split("\n") ?? []);
    return files.get(file)?.[line - 1];
  };
}
