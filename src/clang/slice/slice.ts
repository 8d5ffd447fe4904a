/**
 * The slicer: takes from a kernel file and the headers of its tree only what some functions need. The text compiles
 * against the shim headers alone. Lines keep the numbers of the user's own files.
 */
import { printable } from "../../text/index.js";
import { CError, SwitchedOffError } from "../ir/errors.js";
import { type BootCall, type BootPlan, findBoot } from "./boot.js";
import { close, Index } from "./closure.js";
import type { Conditions } from "./conditions.js";
import { columnOf, emit, lineOf } from "./emit.js";
import type { Grammar } from "./grammar.js";
import { type Initcall, initcallsLeftOut } from "./initcalls.js";
import { isAttribute, isBuiltin, isCalledAttribute, isCapital, KEYWORDS } from "./keywords.js";
import { type NamesInReach, namesInReach } from "./known.js";
import { checkLength } from "./length.js";
import { type AbsentInclude, adviceFor, type Missing } from "./missing.js";
import { type BootPaths, findPaths } from "./paths.js";
import { macroTokens, type NameKind, type Piece } from "./pieces.js";
import { reach, type ShimText, type Sources } from "./sources.js";

/** What is to be sliced, and against what. */
export interface SliceRequest {
  /** Path of the file, relative to the tree; it is what diagnostics name. */
  readonly main: string;
  readonly text: string;
  /** The tree around it, if there is one. */
  readonly sources?: Sources | undefined;
  /** The text is what a patch shows, and its tree was not given. */
  readonly isPatch?: boolean | undefined;
  readonly grammar: Grammar;
  /** Functions to begin with; those that are not there are left out. */
  readonly roots: readonly string[];
  /** Functions to take from `defaults` unless the file or its tree has them. */
  readonly defaultRoots?: readonly string[] | undefined;
  /** Options of the kernel that are on; CONFIG_ON when not given. */
  readonly config?: ReadonlySet<string> | undefined;
  /**
   * The shim's headers of TDX (and files such as tdx_global_metadata.c), by the path that they are included by. They
   * are not included: what the file and its tree lack is taken from them, name by name, so nothing is defined twice.
   */
  readonly defaults?: readonly ShimText[] | undefined;
  /** Is there a shim header for `#include <…>`? */
  isShimmed(include: string): boolean;
  /** Does a shim header define this function, type, macro, or (as `struct name`) tag? */
  shimDefines(name: string): boolean;
}

export interface SliceResult {
  /** C that is complete but for the shim headers. */
  readonly text: string;
  readonly missing: readonly Missing[];
  /** Includes that lead nowhere, where names may come from that are missing. */
  readonly absent: readonly AbsentInclude[];
  /** What to do about names that are missing. */
  readonly advice: string;
  /** What a name that is mistyped may have meant. */
  readonly names: NamesInReach;
  /** Calls to make before any root is called, in this order. */
  readonly boot: readonly BootCall[];
  /** Variables that are set only by functions too wide to take along: they stay as they are declared. */
  readonly unset: readonly string[];
  /** Variables that only functions set which do not run: what they hold is not known. */
  readonly lacking: readonly string[];
  /** Functions of the file that the kernel runs at boot and this does not. */
  readonly notRun: readonly Initcall[];
  /** What runs where boot fails, and the text with that besides; undefined where there is no such thing. */
  readonly paths: (BootPaths & { readonly text: string }) | undefined;
  /** Those roots that were found with a body. */
  readonly roots: readonly string[];
}

/** Options that are on unless the caller says otherwise. */
export const CONFIG_ON: ReadonlySet<string> = new Set([
  "CONFIG_64BIT",
  "CONFIG_INTEL_TDX_HOST",
  "CONFIG_KVM",
  "CONFIG_KVM_INTEL",
  "CONFIG_KVM_INTEL_TDX",
  "CONFIG_MEMCG",
  "CONFIG_MMU",
  "CONFIG_SMP",
  "CONFIG_SPARSEMEM",
  "CONFIG_SPARSEMEM_VMEMMAP",
  "CONFIG_X86",
  "CONFIG_X86_64",
]);

const DEFINED: ReadonlySet<NameKind> = new Set(["macro", "function", "variable", "type", "generated"]);
/** What is surely the file's own: a macro replaces the shim's anyway, and what one pastes together may be another name. */
const OWN: ReadonlySet<NameKind> = new Set(["function", "variable", "type"]);
/** Before the name of what the shim has and the files define themselves. */
const RENAMED = "__dpamt_other_";
/** The header that brings in all generic shims. */
const CATCH_ALL = "dpamt/kernel.h";

/** Slices a file. Throws a CError when it is too large or holds none of the roots. */
export function slice(request: SliceRequest): SliceResult {
  checkLength(request.main, request.text);
  const config = request.config ?? CONFIG_ON;
  const shimDefines = (name: string) => request.shimDefines(name);
  const conditions: Conditions = { config, shimDefines, macros: new Map() };
  const files = reach({
    main: request.main,
    text: request.text,
    sources: request.sources,
    conditions,
    defaults: request.defaults ?? [],
    isShimmed: (include) => request.isShimmed(include),
  });
  const index = new Index(files, request.grammar, shimDefines);
  const ownFiles = new Set(files.own);
  const ownFunctions = index.functions.filter(({ file }) => ownFiles.has(file));
  const hasBody = new Set(ownFunctions.flatMap((piece) => piece.definitions.map(({ name }) => name)));
  const own = [...new Set(request.roots)].filter((name) => hasBody.has(name));
  if (own.length === 0) {
    const names = request.roots.slice(0, 4).join(", ");
    const what =
      request.isPatch === true
        ? `shows none of the helpers whole (${names}, …): give the kernel tree that the patch is for with --tree`
        : `defines none of the helpers (${names}, …): give the file that does`;
    throw new CError(`${printable(request.main)} ${what}, or name its functions with --entry`);
  }
  const inDefaults = new Set(index.functions.flatMap((piece) => piece.definitions.map(({ name }) => name)));
  const others = (request.defaultRoots ?? []).filter((name) => !hasBody.has(name) && inDefaults.has(name));
  const roots = [...own, ...others];
  const needed = new Set<Piece>();
  close(index, roots, needed);
  const isKnown = (name: string) =>
    index.defines(name) ||
    shimDefines(name) ||
    KEYWORDS.has(name) ||
    isBuiltin(name) ||
    isAttribute(name) ||
    isCalledAttribute(name);
  const boot: BootPlan = findBoot(index, needed, isKnown);
  refuseSwitchedOff(needed);
  refuseTwins(index, needed);
  const paths = findPaths(index, boot, needed, isKnown);
  const headers = files.shimmed.filter((include) => include !== CATCH_ALL);
  const written = (pieces: ReadonlySet<Piece>): string =>
    emit(headOf(pieces, config, headers, shimDefines), pieces, index);
  const more = [...(paths.top === undefined ? [] : [paths.top]), ...paths.undo];
  const withPaths = new Set(needed);
  close(index, more, withPaths);
  const called = boot.calls.map(({ function: name }) => name);
  const missing = findMissing(index, needed, isKnown);
  const absent = files.absent.map(({ include: { path, quoted, at }, file }) => {
    const { path: name, line } = lineOf(file, at);
    return { path, quoted, file: name, line };
  });
  const advice = adviceFor(absent, { isPatch: request.isPatch === true, hasTree: hasTree(request) });
  return {
    text: written(needed),
    missing,
    absent,
    advice,
    names: namesInReach(index),
    boot: boot.calls,
    unset: boot.unset,
    lacking: boot.lacking,
    notRun: files.own.slice(0, 1).flatMap((file) => initcallsLeftOut(file, withPaths, new Set(called))),
    paths: more.length === 0 ? undefined : { ...paths, text: written(withPaths) },
    roots,
  };
}

function hasTree({ sources }: SliceRequest): boolean {
  return sources !== undefined && sources.isTreeless !== true;
}

/** The lines before the pieces: options, the shim's headers, and what they must leave to the files. */
function headOf(
  pieces: ReadonlySet<Piece>,
  config: ReadonlySet<string>,
  headers: readonly string[],
  shimDefines: (name: string) => boolean,
): string[] {
  // What the files define themselves has its name; what the shim has of that name gets another one.
  const renamed = taken(pieces, shimDefines, OWN).map((name) => name.replace("struct ", ""));
  return [
    ...[...config].flatMap((option) => [`#ifndef ${option}`, `#define ${option} 1`, "#endif"]),
    ...taken(pieces, shimDefines).map((name) => `#define DPAMT_HAS_${name.replace(" ", "_")} 1`),
    ...renamed.map((name) => `#define ${name} ${RENAMED}${name}`),
    `#include <${CATCH_ALL}>`,
    ...headers.map((include) => `#include <${include}>`),
    ...renamed.map((name) => `#undef ${name}`),
  ];
}

/** A macro that says that there is no Dynamic PAMT, whatever the module has. @throws CError that says where */
function refuseSwitchedOff(needed: ReadonlySet<Piece>): void {
  for (const piece of needed) {
    const { define } = piece;
    if (define === undefined || define.name !== "tdx_supports_dynamic_pamt") continue;
    const tokens = macroTokens(piece, define);
    const words = Array.from({ length: tokens.length }, (_, at) => tokens.text(at));
    if (words.length === 0 || !words.every((word) => ["(", ")", "false", "0"].includes(word))) continue;
    const { path, line } = lineOf(piece.file, piece.start);
    throw new SwitchedOffError(
      `${printable(path)}:${line}: ${define.name}() is always false here, so no helper does anything: ` +
        "the feature is switched off; give the patch that switches it on, too",
    );
  }
}

/** Two files have variables or functions of one name, and both are needed. @throws CError that names them */
function refuseTwins(index: Index, needed: ReadonlySet<Piece>): void {
  for (const piece of needed) {
    for (const { name, doubtful } of index.uses(piece)) {
      const twin = doubtful ? undefined : index.twinOf(piece, name);
      if (twin === undefined) continue;
      const [one, two] = [twin, index.find(name)[0]].map(({ file, start }) => lineOf(file, start));
      throw new CError(
        `${name} is one thing at ${printable(one.path)}:${one.line} and another at ${printable(two.path)}:${two.line}, ` +
          "and the helpers need both: give one of them another name",
      );
    }
  }
}

/** Names that the slice defines, as what `kinds` says, and a shim header would define too. */
function taken(
  needed: ReadonlySet<Piece>,
  shimDefines: (name: string) => boolean,
  kinds: ReadonlySet<NameKind> = DEFINED,
): string[] {
  const names = new Set<string>();
  for (const piece of needed) {
    for (const { name, meaning } of piece.definitions) {
      if (kinds.has(meaning) && shimDefines(name)) names.add(name);
    }
  }
  return [...names].sort();
}

/** Only what is surely a name of file level counts; the compiler finds the rest. */
function findMissing(index: Index, needed: ReadonlySet<Piece>, isKnown: (name: string) => boolean): Missing[] {
  const found = new Map<string, Missing>();
  const order = new Map([...index.reach.own, ...index.reach.others].map((file, at) => [file, at]));
  const place = (piece: Piece) => order.get(piece.file) ?? order.size;
  for (const piece of [...needed].sort((a, b) => place(a) - place(b) || a.start - b.start)) {
    if (piece.kind === "call") continue;
    const uses = index.uses(piece);
    // LIST_HEAD(x) in a body declares x.
    const made = new Set(
      uses.filter(({ callee }) => callee !== undefined && isCapital(callee)).map(({ name }) => name),
    );
    for (const { name, place: at, called, doubtful, callee } of uses) {
      if (found.has(name) || name.startsWith("struct ") || name.startsWith("CONFIG_") || isKnown(name)) continue;
      const isArgument = callee !== undefined && !index.find(callee).some(({ kind }) => kind === "function");
      if (doubtful || (!called && (isArgument || made.has(name)))) continue;
      if (!called && index.find(name).length > 0) continue;
      const { path, line } = lineOf(piece.file, at);
      const declared = index.find(name).length > 0;
      found.set(name, { name, file: path, line, column: columnOf(piece.file, at), called, declared });
    }
  }
  return [...found.values()].sort((a, b) => (a.file < b.file ? -1 : a.file > b.file ? 1 : a.line - b.line));
}
