/**
 * Which functions set a variable, seen from their tokens alone. They set it by assignment, through an alias, or by
 * passing its address to a function that writes through it.
 */
import { type Index, meaningIn } from "./closure.js";
import { effectOf, type Use } from "./names.js";
import { functionName, type Piece } from "./pieces.js";
import type { Tokens } from "./tokens.js";

/** Functions and macros of headers, whose bodies are not looked at, that write where they are given the address of. */
const WRITES =
  /^(?:mem(?:cpy|move)|__?seamcall|seamcall|INIT_|get_|read_|fill_|init_)|(?:^|_)(?:init|set|xchg|add|inc|dec|sub|copy|fill|write|store)(?:_|$)/;
/** Answers that are known already, by function and parameter; while one is looked for it is no. */
const known = new WeakMap<Index, Map<string, boolean>>();

/** Names of functions that undo what others do, or take back what is there. */
export const UNDOES =
  /(?:^|_)(?:free|exit|cleanup|teardown|destroy|undo|shutdown|disable|offline|remove|unregister|release|suspend)(?:_|$)/;

/** The words between the brackets of a function's parameters. */
function parameters(piece: Piece): string[] {
  const { tokens } = piece.file.scan;
  const name = functionName(tokens, piece.first, piece.body);
  if (name < 0) return ["?"];
  const end = tokens.afterGroup(name + 1, piece.body) - 1;
  const words: string[] = [];
  for (let at = name + 2; at < end; at++) words.push(tokens.text(at));
  return words;
}

export function takesNothing(piece: Piece): boolean {
  const words = parameters(piece);
  return words.length === 0 || (words.length === 1 && words[0] === "void");
}

export function nameOf(piece: Piece): string {
  return piece.definitions.find(({ meaning }) => meaning === "function")?.name ?? "";
}

/** Words of each parameter. */
function eachParameter(piece: Piece): string[][] {
  const all: string[][] = [[]];
  let depth = 0;
  for (const word of parameters(piece)) {
    if (word === "(" || word === "[") depth++;
    if (word === ")" || word === "]") depth--;
    if (word === "," && depth === 0) all.push([]);
    else all.at(-1)?.push(word);
  }
  return all;
}

/** The function of the files with this name. */
export function functionOf(index: Index, name: string): Piece | undefined {
  return index.find(name).find((piece) => meaningIn(piece, name) === "function");
}

/** The token where a use stands, -1 where it is in a macro that is defined inside. */
function tokenAt(tokens: Tokens, place: number): number {
  let [low, high] = [0, tokens.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((tokens.starts[middle] as number) < place) low = middle + 1;
    else high = middle;
  }
  return tokens.starts[low] === place ? low : -1;
}

/** The bracket that opens the arguments in which the token at `at` stands, and which of them it is in. */
function argumentAt(tokens: Tokens, at: number, first: number): { open: number; position: number } | undefined {
  let depth = 0;
  let position = 0;
  for (let i = at - 1; i >= first; i--) {
    const text = tokens.text(i);
    if (text === ")" || text === "]" || text === "}") depth++;
    else if (text === "," && depth === 0) position++;
    else if (text === ";" && depth === 0) return undefined;
    else if (text === "(" || text === "[" || text === "{") {
      if (depth > 0) depth--;
      else if (text === "(" && tokens.isWord(i - 1)) return { open: i, position };
      else if (text !== "(") return undefined;
    }
  }
  return undefined;
}

/** Whether `piece` writes through the pointer that it calls `pointer`. */
function writesThrough(index: Index, piece: Piece, pointer: string): boolean {
  const answers = known.get(index) ?? new Map<string, boolean>();
  known.set(index, answers);
  const key = `${piece.file.path} ${piece.start} ${pointer}`;
  const answer = answers.get(key);
  if (answer !== undefined) return answer;
  answers.set(key, false);
  const found = findsWrite(index, piece, pointer);
  answers.set(key, found);
  return found;
}

function findsWrite(index: Index, piece: Piece, pointer: string): boolean {
  const { tokens } = piece.file.scan;
  for (let at = piece.body; at < piece.last; at++) {
    if (tokens.text(at) !== pointer || tokens.text(at - 1) === "." || tokens.text(at - 1) === "->") continue;
    const effect = effectOf(tokens, at, true);
    const next = tokens.text(at + 1);
    const goesThrough = next === "->" || next === "[" || next === "." || tokens.text(at - 1) === "*";
    if (effect === "assigned" && goesThrough) return true;
    const isHanded = ["(", ","].includes(tokens.text(at - 1)) && [")", ","].includes(next);
    if ((isHanded || effect === "address") && handedToWriter(index, piece, at)) return true;
  }
  return false;
}

/** Whether what is handed on at the token `at` is written through by the function that gets it. */
function handedToWriter(index: Index, piece: Piece, at: number): boolean {
  const { tokens } = piece.file.scan;
  const argument = argumentAt(tokens, at, piece.body);
  if (argument === undefined) return false;
  const callee = tokens.text(argument.open - 1);
  const found = functionOf(index, callee);
  if (found === undefined) return WRITES.test(callee) || (callee === "memset" && !clearsAt(tokens, argument.open));
  const words = eachParameter(found)[argument.position];
  if (words === undefined || !words.includes("*") || words[0] === "const") return false;
  return writesThrough(index, found, words.filter((word) => /^\w/.test(word)).at(-1) ?? "");
}

/** `memset(x, 0, …)`. */
function clearsAt(tokens: Tokens, open: number): boolean {
  const end = tokens.afterGroup(open, Math.min(tokens.length, open + 64));
  for (let at = open + 1; at < end; at++) if (tokens.text(at) === ",") return tokens.text(at + 1) === "0";
  return false;
}

/**
 * Whether the parameter for what stands at `at` may point to what the variable is. It surely does not where both are of
 * one structure, and one of them is a pointer too many.
 */
function takesAddressOf(index: Index, callee: Piece, piece: Piece, at: number, variable: string): boolean {
  const argument = argumentAt(piece.file.scan.tokens, at, piece.body);
  const words = argument === undefined ? undefined : eachParameter(callee)[argument.position];
  const [definition] = index.find(variable);
  if (words === undefined || definition === undefined || definition.kind !== "declaration") return true;
  const { tokens } = definition.file.scan;
  let declared: string[] = [];
  for (let i = definition.first; i < definition.last && tokens.text(i) !== variable; i++) {
    declared.push(tokens.text(i));
    // In `struct a *b, c` the star is that of `b` alone.
    if (tokens.text(i) === ",") declared = declared.filter((word) => word !== "*");
  }
  const structure = (list: readonly string[]) =>
    list[list.findIndex((word) => word === "struct" || word === "union") + 1];
  const isSame = words.includes("struct") && declared.includes("struct") && structure(words) === structure(declared);
  const stars = (list: readonly string[]): number => list.filter((word) => word === "*").length;
  return !isSame || stars(words) === stars(declared) + 1;
}

/** The name of the local pointer in `pointer = &variable`, for the `&` before the token `at`. */
function aliasAt(tokens: Tokens, at: number): string | undefined {
  if (tokens.text(at - 2) !== "=" || !tokens.isWord(at - 3)) return undefined;
  return tokens.text(at - 4) === "." || tokens.text(at - 4) === "->" ? undefined : tokens.text(at - 3);
}

/** How a use of a variable sets it: itself, or by a function that is handed its address. */
export interface Setting {
  /** The function of the files that could be handed the address itself: it takes nothing else. */
  readonly filler: Piece | undefined;
  readonly part: string;
}

/** How `use`, in `piece`, sets its variable; undefined when it does not. */
export function settingBy(index: Index, piece: Piece, use: Use): Setting | undefined {
  const { part } = use;
  if (use.effect === "assigned") return { filler: undefined, part };
  if (use.effect !== "address") return undefined;
  const { tokens } = piece.file.scan;
  const at = tokenAt(tokens, use.place);
  if (at < 0) return undefined;
  const alias = aliasAt(tokens, at);
  if (alias !== undefined) return writesThrough(index, piece, alias) ? { filler: undefined, part } : undefined;
  if (use.callee === undefined || !handedToWriter(index, piece, at)) return undefined;
  const callee = functionOf(index, use.callee);
  if (callee !== undefined && part === "" && !takesAddressOf(index, callee, piece, at, use.name)) return undefined;
  const isOnly = callee !== undefined && eachParameter(callee).length === 1 && part === "";
  return { filler: isOnly ? callee : undefined, part };
}

/**
 * The assignment `variable = function()` of all of a variable by `use`, when `piece` makes it under no condition of its
 * own, and the function is none that is local to `piece`; else undefined.
 */
export function assignmentAt(index: Index, piece: Piece, use: Use): string | undefined {
  const { tokens } = piece.file.scan;
  const at = tokenAt(tokens, use.place);
  if (use.effect !== "assigned" || use.part !== "" || at < 0 || tokens.text(at + 1) !== "=") return undefined;
  if (![";", "{", "}"].includes(tokens.text(at - 1)) || depthIn(tokens, piece.body, at) !== 1) return undefined;
  // What takes an argument may well allocate, and so fail.
  const isPlain = tokens.isWord(at + 2) && [3, 4, 5].map((ahead) => tokens.text(at + ahead)).join("") === "();";
  if (!isPlain || globalText(index, piece, at, at + 5) === undefined) return undefined;
  return `${use.name} = ${tokens.text(at + 2)}()`;
}

/** How many braces are open at the token `at`. */
function depthIn(tokens: Tokens, first: number, at: number): number {
  let depth = 0;
  for (let i = first; i < at; i++) depth += tokens.text(i) === "{" ? 1 : tokens.text(i) === "}" ? -1 : 0;
  return depth;
}

/** A call of a function, as it stands in the files. */
export interface CallSite {
  readonly caller: Piece;
  /** Its arguments, when they name nothing that is local to the caller; else undefined. */
  readonly text: string | undefined;
}

/** Calls of the function `name` in the files. */
export function callsOf(index: Index, name: string): CallSite[] {
  const sites: CallSite[] = [];
  for (const caller of index.mentions(name)) {
    if (nameOf(caller) === name) continue;
    for (const use of index.uses(caller)) {
      if (use.name !== name || !use.called) continue;
      const { tokens } = caller.file.scan;
      const at = tokenAt(tokens, use.place);
      if (at >= 0) sites.push({ caller, text: argumentsAt(index, caller, at + 1) });
    }
  }
  return sites;
}

function argumentsAt(index: Index, caller: Piece, open: number): string | undefined {
  const { tokens } = caller.file.scan;
  return globalText(index, caller, open + 1, tokens.afterGroup(open, caller.last) - 1);
}

/** The tokens from `first` to `end`, when they name nothing that is local to `piece`; else undefined. */
function globalText(index: Index, piece: Piece, first: number, end: number): string | undefined {
  const { tokens } = piece.file.scan;
  // Where the grammar is not sure of the function, what nobody defines may be local to it.
  const isGlobal = ({ name, local, doubtful }: Use) => !local && (!doubtful || index.knows(name));
  const global = new Set(
    index
      .uses(piece)
      .filter(isGlobal)
      .map(({ place }) => place),
  );
  const words: string[] = [];
  for (let at = first; at < end; at++) {
    const before = tokens.text(at - 1);
    const isName = tokens.isWord(at) && before !== "." && before !== "->";
    if (isName && !global.has(tokens.starts[at] as number) && !CONSTANTS.has(tokens.text(at))) return undefined;
    words.push(tokens.text(at));
  }
  const text = words.join(" ");
  return text.length <= TEXT_MAX ? text : undefined;
}

/** Characters of C that are taken over. */
const TEXT_MAX = 200;
/** Words that are no names of variables. */
const CONSTANTS = new Set([
  "sizeof",
  "true",
  "false",
  "unsigned",
  "signed",
  "int",
  "long",
  "char",
  "short",
  "void",
  "struct",
]);

/** Functions that the function `name` calls, and those that these call. */
export function calledFrom(index: Index, name: string): ReadonlySet<string> {
  const found = new Set<string>();
  const open = [name];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    const piece = functionOf(index, next);
    if (piece === undefined) continue;
    for (const use of index.uses(piece)) {
      if (!use.called || found.has(use.name) || functionOf(index, use.name) === undefined) continue;
      found.add(use.name);
      open.push(use.name);
    }
  }
  return found;
}
