/**
 * Binds a C program's functions to what the scenarios call: get, put, allocate, free, in whichever of the
 * published shapes they are written.
 */
import type { CProgram } from "../interpret/program.js";
import { CError } from "../ir/errors.js";
import type { IrFunction } from "../ir/module.js";
import { resolved } from "../ir/types.js";

/** What the scenarios call, and what else the checker asks of a program. */
export const entries = {
  get: ["tdx_pamt_get"],
  put: ["tdx_pamt_put"],
  alloc: ["tdx_alloc_page", "__tdx_alloc_control_page", "tdx_alloc_control_page"],
  free: ["tdx_free_page", "__tdx_free_control_page", "tdx_free_control_page"],
  topup: ["tdx_topup_pamt_cache", "topup_tdx_prealloc_page"],
  drain: ["tdx_free_pamt_cache", "get_tdx_prealloc_page"],
  counter: ["tdx_find_dpamt_refcount", "tdx_find_pamt_refcount", "tdx_get_pamt_refcount"],
  pool: ["tdx_pamt_pool_pages"],
} as const;

export type Entry = keyof typeof entries;

export const entryNames = Object.keys(entries) as Entry[];

/** What a parameter is for. */
export type Role =
  | "page"
  | "address"
  | "pfn"
  | "phys"
  | "cache"
  | "level"
  | "callback"
  | "data"
  | "count"
  | "gfp"
  | "zero";

export interface Binding {
  readonly function: IrFunction;
  readonly roles: readonly Role[];
}

export type Bindings = Partial<Record<Entry, Binding>>;

/** Whether get takes pairs from a cache that can be filled and emptied. */
export function hasCache({ get, topup, drain }: Bindings): boolean {
  return get?.roles.includes("cache") === true && topup !== undefined && drain !== undefined;
}

/** A page, by its structure or by that of its folio, and not a list of pages. */
const PAGE = /\bstruct (?:page|folio) (?:const )?\*(?! ?(?:const )?\*)(?!.*\[)/;
/** Bytes, as memory without a type is called. */
const BYTES = /^(?:const |volatile )*(?:void|char|unsigned char|u8|uint8_t) (?:const )?\*(?! ?(?:const )?\*)(?!.*\[)/;
/** The words of a function, or of a pointer to one. */
const FUNCTION = /\)\s*\(/;
const PHYSICAL = /\b(?:phys_addr_t|hpa_t)\b/;
const VIRTUAL_NAMES = ["va", "kva"];

/** A parameter, and the words that declare it in the source, where they were found. */
export interface Taken {
  readonly name: string;
  readonly isPointer: boolean;
  readonly words: string;
}

/** Role of each parameter, by the type and the name that the source gives it. */
function rolesOf(entry: Entry, { parameters }: IrFunction, declared: readonly string[] = []): Role[] {
  const words = declared.length === parameters.length ? declared : [];
  return rolesOfTaken(
    entry,
    parameters.map(({ name, type }, index) => {
      return { name, isPointer: resolved(type).kind === "ptr", words: words[index] ?? "" };
    }),
  );
}

/** The same, of parameters that may not be compiled yet. */
export function rolesOfTaken(entry: Entry, taken: readonly Taken[]): Role[] {
  const all = taken.map((each) => ({ ...each, name: each.name.toLowerCase() }));
  const hasPage = all.some((each) => isPage(each.words));
  return all.map((each, index) =>
    each.isPointer ? roleOfPointer(entry, each, index === 0, hasPage) : roleOfNumber(entry, each, index === 0),
  );
}

function roleOfPointer(entry: Entry, { name, words }: Taken, isFirst: boolean, hasPage: boolean): Role {
  const says = (...parts: string[]): boolean => parts.some((part) => name.includes(part));
  const isForCache = entry === "topup" || entry === "drain";
  if (isPage(words) && !isForCache) return "page";
  if (says("alloc") && !says("prealloc")) return "callback";
  if (says("data", "opaque", "priv")) return "data";
  if (says("cache", "prealloc", "pool") || isForCache) return "cache";
  if (BYTES.test(words) && !hasPage && (isFirst || isVirtual(name) || says("addr", "page"))) return "address";
  return isFirst && !hasPage ? "page" : "cache";
}

function roleOfNumber(entry: Entry, { name, words }: Taken, isFirst: boolean): Role {
  const says = (...parts: string[]): boolean => parts.some((part) => name.includes(part));
  if (says("level")) return "level";
  if (says("gfp", "flags")) return "gfp";
  if (entry === "topup") return "count";
  if (isVirtual(name)) return "address";
  if (says("hpa", "phys", "paddr", "addr") || name === "pa" || PHYSICAL.test(words)) return "phys";
  return says("pfn") || isFirst ? "pfn" : "zero";
}

function isPage(words: string): boolean {
  return PAGE.test(words) && !FUNCTION.test(words);
}

function isVirtual(name: string): boolean {
  return ["virt", "vaddr", "kaddr"].some((part) => name.includes(part)) || VIRTUAL_NAMES.includes(name);
}

/**
 * Finds the entries.
 *
 * @param named functions that the user names for entries
 * @param source what the user gave; of a patch alone there may be more
 * @param signatures the parameters of functions as the source declares them, where that is known
 * @throws CError when get or put is missing, or a named function is
 */
export function bind(
  program: CProgram,
  named: ReadonlyMap<Entry, string>,
  { name: file, isPatch = false }: { readonly name: string; readonly isPatch?: boolean },
  signatures: ReadonlyMap<string, readonly string[]>,
): Bindings {
  const bindings: Bindings = {};
  for (const entry of entryNames) {
    const wanted = named.get(entry);
    const found = (wanted === undefined ? entries[entry] : [wanted])
      .map((name) => program.function(name))
      .find((each) => each !== undefined);
    if (found === undefined) {
      if (wanted !== undefined)
        throw new CError(`--entry ${entry}=${wanted}: there is no function ${wanted}() in ${file}`);
      continue;
    }
    bindings[entry] = { function: found, roles: rolesOf(entry, found, signatures.get(found.name)) };
  }
  for (const entry of ["get", "put"] as const) {
    if (bindings[entry] !== undefined) continue;
    const [usual] = entries[entry];
    const lacks = isPatch
      ? `does not show ${usual}() whole; give its kernel tree with --tree, or`
      : `has no ${usual}();`;
    throw new CError(`${file} ${lacks} name the function that does it with --entry ${entry}=FUNCTION`);
  }
  return bindings;
}
