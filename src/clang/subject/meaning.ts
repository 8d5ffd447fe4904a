/** What the parameters of a function stand for, guessed from types, names and what the function does with them. */
import type { Outline, OutlinedFunction, OutlinedParameter } from "../slice/outline.js";
import { type Entry, type Role, rolesOfTaken } from "./bindings.js";

/** What names a page to a function, in C, made from `struct page *page`. */
const NAMES_PAGE = {
  page: "page",
  folio: "page_folio(page)",
  address: "page_address(page)",
  pfn: "page_to_pfn(page)",
  phys: "page_to_phys(page)",
  region: "page_to_pfn(page) / PTRS_PER_PMD",
} as const;

export type PageName = keyof typeof NAMES_PAGE;

/** How an argument is made. */
export interface Argument {
  /** An expression of C; a parameter that is handed on is named. */
  readonly text: string;
  /** What names the page, where it does. */
  readonly names?: PageName;
  /** The rules for `--entry` make the same of it. */
  readonly isUsual: boolean;
  /** It is of a structure of the file for a region. */
  readonly isRegion?: boolean;
  /** A parameter to hand on, such as the cache of pairs. */
  readonly handedOn?: OutlinedParameter;
  /** What to look at, where it is a guess without a ground. */
  readonly doubt?: string;
}

/** Words that may stand in other C as they are. */
export const PLAIN = /^[\w *]+$/;

const DEPTH_MAX = 6;

/** How each argument of a function is made. */
export function argumentsFor(entry: Entry, called: OutlinedFunction, outline: Outline): Argument[] {
  const taken = called.parameters.map(({ name, type, words }) => ({ name, isPointer: isPointer(type), words }));
  const roles = rolesOfTaken(entry, taken);
  return called.parameters.map((parameter, index) => {
    if (isList(parameter.type)) {
      return entry === "alloc" ? { text: "&page", isUsual: false } : unknown(parameter);
    }
    return argumentFor(parameter, roles[index] ?? "zero", called, outline);
  });
}

function argumentFor(parameter: OutlinedParameter, role: Role, called: OutlinedFunction, outline: Outline): Argument {
  const { type, name } = parameter;
  const usual = (names: PageName): Argument => ({ text: NAMES_PAGE[names], names, isUsual: true });
  if (/\bstruct folio\b/.test(type) && role === "page") return usual("folio");
  const region = isPointer(type) ? regionFor(type, outline) : undefined;
  if (region !== undefined) return { text: region, isUsual: false, isRegion: true };
  switch (role) {
    case "page":
    case "address":
      if (!isPointer(type) && PLAIN.test(type)) return { ...usual("address"), text: `(${type})page_address(page)` };
      if (role === "page" && !/\bstruct page\b/.test(type)) return unknown(parameter);
      return usual(role);
    case "pfn":
    case "phys": {
      const known = meaningOf(called, name, outline, 0);
      if (known !== undefined) return { ...usual(known), isUsual: known === role };
      const isNamed = name.toLowerCase().includes("pfn") || role === "phys";
      return { ...usual(role), ...(isNamed ? {} : { doubt: `${name}: is it the page frame number?` }) };
    }
    case "cache":
    case "data":
    case "callback":
      if (!/cache|prealloc|pool|alloc|data|opaque|priv/.test(name.toLowerCase())) return unknown(parameter);
      return PLAIN.test(parameter.words) ? { text: name, isUsual: true, handedOn: parameter } : unknown(parameter);
    case "level":
      return { text: "PG_LEVEL_4K", isUsual: true };
    case "gfp":
      return { text: "GFP_KERNEL_ACCOUNT", isUsual: true };
    case "count":
    case "zero":
      return unknown(parameter);
  }
}

function unknown({ name, type }: OutlinedParameter): Argument {
  const text = isPointer(type) ? "NULL" : "0";
  return { text, isUsual: true, doubt: `${name}: is ${text} right?` };
}

/** A place for a page, or several of them. */
function isList(type: string): boolean {
  return /\bstruct page\b.*(?:\* \*|\* \[)/.test(type);
}

export function isPointer(type: string): boolean {
  return /[*[]/.test(type);
}

/** How a structure of a region is found, given what points to one: by a function that looks it up, or in an array. */
function regionFor(type: string, outline: Outline): string | undefined {
  const { records, variables } = outline;
  const element = pointedTo(type);
  const isCounter = COUNTER.test(element);
  if (!isCounter && !records.some((each) => each.type === element)) return undefined;
  const lookup = lookupOf(element, outline);
  if (lookup !== undefined) return lookup;
  const held = variables.find((each) => each.type === element && each.stars + each.brackets > 0);
  if (held === undefined) return undefined;
  const at = `${held.name}[${NAMES_PAGE.region}]`;
  return held.stars + held.brackets === 1 ? `&${at}` : at;
}

export const COUNTER = /^(?:atomic_t|refcount_t|atomic_long_t|atomic64_t)$/;

/** What a pointer points to. */
export function pointedTo(type: string): string {
  return type
    .replace(/\b(?:const|volatile)\b|[*[\]]/g, " ")
    .trim()
    .replace(/ +/g, " ");
}

/** A call of a function of the file that finds the structure of a page's region. */
function lookupOf(element: string, outline: Outline): string | undefined {
  for (const each of outline.functions) {
    if (!isPointer(each.returns) || pointedTo(each.returns) !== element || each.parameters.length !== 1) continue;
    if (each.returns.replace(/[^*]/g, "").length !== 1) continue;
    const [parameter] = each.parameters;
    if (parameter === undefined || (isPointer(parameter.type) && !/\bstruct (?:page|folio)\b/.test(parameter.type)))
      continue;
    const [role] = rolesOfTaken("counter", [{ ...parameter, isPointer: isPointer(parameter.type) }]);
    const { text, names } = argumentFor(parameter, role ?? "zero", each, { ...outline, records: [] });
    if (names !== undefined) return `${each.name}(${text})`;
  }
  return undefined;
}

/** What a number is, by what is done with it, here or in what it is handed on to. */
function meaningOf(called: OutlinedFunction, name: string, outline: Outline, depth: number): PageName | undefined {
  if (depth > DEPTH_MAX || name === "") return undefined;
  const { body } = called;
  const found = SIGNS.find(({ signs }) => signs.some((sign) => body.includes(sign.replaceAll("@", name))));
  if (found !== undefined) return found.is;
  for (const { at, callee } of handings(body, name)) {
    const next = outline.functions.find((each) => each.name === callee);
    const parameter = next?.parameters[at];
    if (next === undefined || next === called || parameter === undefined) continue;
    const meaning = meaningOf(next, parameter.name, outline, depth + 1);
    if (meaning !== undefined) return meaning;
  }
  return undefined;
}

/** What functions do with a number of each kind: `@` is its name. */
const SIGNS: readonly { readonly is: PageName; readonly signs: readonly string[] }[] = [
  {
    is: "phys",
    signs: [
      ...[" PHYS_PFN ( @ )", " phys_to_page ( @ )", " __va ( @ )", " phys_to_virt ( @ )"],
      ...[" @ >> PAGE_SHIFT ", " @ >> 12 ", " @ >> PMD_SHIFT ", " @ >> 21 ", " @ / PMD_SIZE ", " @ / SZ_2M "],
      ...[" ALIGN_DOWN ( @ , PMD_SIZE )", " ALIGN_DOWN ( @ , SZ_2M )", " @ & PMD_MASK ", " @ | TDX_PS_2M "],
    ],
  },
  {
    is: "pfn",
    signs: [
      ...[" PFN_PHYS ( @ )", " pfn_to_page ( @ )", " @ << PAGE_SHIFT ", " @ << 12 ", " @ / PTRS_PER_PMD "],
      ...[" @ >> 9 ", " @ % PTRS_PER_PMD ", " @ >> ( PMD_SHIFT - PAGE_SHIFT )", " @ * PAGE_SIZE "],
    ],
  },
  { is: "region", signs: [" @ << PMD_SHIFT ", " @ << 21 ", " @ * PMD_SIZE ", " @ * SZ_2M ", " [ @ ] "] },
];

/** Calls that a number is handed on to as it is, with its place among the arguments. */
function handings(body: string, name: string): { readonly callee: string; readonly at: number }[] {
  const words = body.split(" ");
  const found: { callee: string; at: number }[] = [];
  const open: { callee: string; at: number }[] = [];
  for (const [index, word] of words.entries()) {
    const call = open.at(-1);
    if (word === "(") open.push({ callee: words[index - 1] ?? "", at: 0 });
    else if (word === ")") open.pop();
    else if (word === "," && call !== undefined) call.at++;
    else if (word === name && call !== undefined) {
      const [before = "", after = ""] = [words[index - 1], words[index + 1]];
      if (/^[(,]$/.test(before) && /^[),]$/.test(after)) found.push({ ...call });
    }
  }
  return found;
}
