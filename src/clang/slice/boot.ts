/**
 * What must run before the helpers: functions that set the variables which the helpers only read. Of several that set
 * a variable the narrowest is taken, the one that needs the least besides.
 */

import { close, type Index, meaningIn } from "./closure.js";
import { effectOf } from "./names.js";
import { functionName, type Piece } from "./pieces.js";

/** One call to make at boot. */
export interface BootCall {
  readonly function: string;
  /** The variable whose address is the only argument; undefined when the function takes none. */
  readonly argument: string | undefined;
}

/** What is to run at boot, in this order; and variables that only functions set which need too much. */
export interface Boot {
  readonly calls: readonly BootCall[];
  readonly unset: readonly string[];
}

/** A boot function may need this many functions besides, and this many that nobody knows. */
const FUNCTIONS_MAX = 40;
const UNKNOWN_MAX = 2;
/** Variables that are looked at; the helpers of a kernel have a handful. */
const VARIABLES_MAX = 200;

/** Chooses boot functions and adds them and what they need to `needed`. */
export function findBoot(
  index: Index,
  needed: Set<Piece>,
  isKnown: (name: string) => boolean,
  shimDefines: (name: string) => boolean,
): Boot {
  const chosen = new Map<string, BootCall>();
  const unset = new Set<string>();
  const settled = new Set<string>();
  for (;;) {
    const variables = variablesIn(needed).filter((name) => !settled.has(name));
    if (variables.length === 0) break;
    for (const variable of variables) {
      settled.add(variable);
      if (settled.size > VARIABLES_MAX) continue;
      const candidates = candidatesFor(index, variable, needed, shimDefines);
      if (candidates === undefined || candidates.length === 0) continue;
      const best = narrowest(index, candidates, needed, isKnown);
      if (best === undefined) {
        unset.add(variable);
        continue;
      }
      close(index, [best.function], needed);
      chosen.set(variable, best);
    }
  }
  return { calls: ordered(index, chosen), unset: [...unset] };
}

function variablesIn(needed: ReadonlySet<Piece>): string[] {
  const names: string[] = [];
  for (const piece of needed) {
    if (piece.kind === "function" || piece.kind === "macro" || isConstant(piece)) continue;
    for (const { name, meaning } of piece.definitions) if (meaning === "variable") names.push(name);
  }
  return names;
}

function isConstant(piece: Piece): boolean {
  const { tokens } = piece.file.scan;
  for (let at = piece.first; at < Math.min(piece.last, piece.first + 3); at++) {
    if (tokens.text(at) === "const") return true;
  }
  return false;
}

/** Functions outside `needed` that set `variable`; undefined when one inside sets it. */
function candidatesFor(
  index: Index,
  variable: string,
  needed: ReadonlySet<Piece>,
  shimDefines: (name: string) => boolean,
): BootCall[] | undefined {
  const found: BootCall[] = [];
  for (const piece of index.mentions(variable)) {
    const uses = index.uses(piece).filter(({ name }) => name === variable);
    const inside = needed.has(piece);
    for (const use of uses) {
      if (inside && use.effect === "assigned") return undefined;
      if (inside || use.effect === "none" || use.effect === "cleared") continue;
      const callee = use.effect === "address" ? use.callee : undefined;
      const filler = callee === undefined ? undefined : fillerOf(index, callee);
      const isShims = callee !== undefined && FILLERS.test(callee) && shimDefines(callee);
      if (filler !== undefined || (isShims && !isReader(index, callee))) {
        found.push({ function: callee as string, argument: variable });
      } else if (!isReader(index, callee) && takesNothing(piece)) {
        found.push({ function: nameOf(piece), argument: undefined });
      }
    }
  }
  return found.filter((call, at) => found.findIndex((other) => other.function === call.function) === at);
}

/** Names of functions, the shim's own among them, that fill what they are given the address of. */
const FILLERS = /^(?:get|read|fill|init)_|_init$|^INIT_/;

/** The function `name` of the files, when it has one parameter, a pointer, and writes through it. */
function fillerOf(index: Index, name: string): Piece | undefined {
  const piece = index.find(name).find((found) => meaningIn(found, name) === "function");
  if (piece === undefined) return undefined;
  const words = parameters(piece);
  if (!words.includes("*") || words.includes(",") || words[0] === "const") return undefined;
  const parameter = words.at(-1);
  const { tokens } = piece.file.scan;
  for (let at = piece.body; at < piece.last; at++) {
    if (tokens.text(at) !== parameter) continue;
    const passedOn = ["(", ","].includes(tokens.text(at - 1)) && [")", ","].includes(tokens.text(at + 1));
    if (passedOn || ["assigned", "address"].includes(effectOf(tokens, at, true))) return piece;
  }
  return undefined;
}

/** Is `name` a function of the files (so what it does to its arguments is its own affair)? */
function isReader(index: Index, name: string | undefined): boolean {
  return name !== undefined && index.find(name).some((piece) => meaningIn(piece, name) === "function");
}

function takesNothing(piece: Piece): boolean {
  const words = parameters(piece);
  return words.length === 0 || (words.length === 1 && words[0] === "void");
}

function parameters(piece: Piece): string[] {
  const { tokens } = piece.file.scan;
  const name = functionName(tokens, piece.first, piece.body);
  if (name < 0) return ["?"];
  const end = tokens.afterGroup(name + 1, piece.body) - 1;
  const words: string[] = [];
  for (let at = name + 2; at < end; at++) words.push(tokens.text(at));
  return words;
}

function nameOf(piece: Piece): string {
  return piece.definitions.find(({ meaning }) => meaning === "function")?.name ?? "";
}

/** The candidate that adds the least, or undefined when each adds too much. */
function narrowest(
  index: Index,
  candidates: readonly BootCall[],
  needed: ReadonlySet<Piece>,
  isKnown: (name: string) => boolean,
): BootCall | undefined {
  let best: { candidate: BootCall; cost: number } | undefined;
  for (const candidate of candidates) {
    const added = close(index, [candidate.function], new Set(needed));
    const functions = added.filter(({ kind }) => kind === "function").length;
    const unknown = new Set<string>();
    for (const piece of added) {
      for (const use of index.uses(piece)) if (use.called && !use.doubtful && !isKnown(use.name)) unknown.add(use.name);
    }
    if (functions > FUNCTIONS_MAX || unknown.size > UNKNOWN_MAX) continue;
    const cost = unknown.size * 1000 + functions;
    if (best === undefined || cost < best.cost) best = { candidate, cost };
  }
  return best?.candidate;
}

/** One that reads a variable comes after the one that sets it. */
function ordered(index: Index, chosen: ReadonlyMap<string, BootCall>): BootCall[] {
  const calls: BootCall[] = [];
  const placed = new Set<string>();
  const waiting = [...chosen];
  const reads = new Map(waiting.map(([variable, { function: name }]) => [variable, readBy(index, name)]));
  while (waiting.length > 0) {
    const blockers = (variable: string) =>
      waiting.filter(([other]) => other !== variable && reads.get(variable)?.has(other)).length;
    const free = waiting.findIndex(([variable]) => blockers(variable) === 0);
    const [[, call]] = waiting.splice(Math.max(0, free), 1);
    const key = `${call.function} ${call.argument}`;
    if (placed.has(key)) continue;
    placed.add(key);
    calls.push({ function: call.function, argument: call.argument });
  }
  return calls;
}

/** Variables that the function `name` or anything it calls names. */
function readBy(index: Index, name: string): ReadonlySet<string> {
  return new Set(variablesIn(new Set(close(index, [name], new Set()))));
}
