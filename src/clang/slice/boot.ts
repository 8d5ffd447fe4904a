/**
 * Finds what must run before the helpers: functions that set the variables which the helpers only read. If several set
 * a variable, it takes the one that needs the least besides.
 */
import { close, type Index } from "./closure.js";
import type { Use } from "./names.js";
import type { Piece } from "./pieces.js";
import { assignmentAt, calledFrom, callsOf, nameOf, settingBy, takesNothing, UNDOES } from "./setters.js";

/** One call to make at boot. */
export interface BootCall {
  readonly function: string;
  /** The variable whose address is the only argument; undefined when the function takes none, or others. */
  readonly argument: string | undefined;
  /** Other arguments, as they stand where the files make the call. */
  readonly text?: string;
  /** No call but this assignment, as it stands in the files: the function around it needs too much. */
  readonly statement?: string;
}

/** What is to run at boot, in this order; and variables that only functions set which need too much. */
export interface BootPlan {
  readonly calls: readonly BootCall[];
  readonly unset: readonly string[];
  /** Variables that these set. */
  readonly variables: readonly string[];
  /** Variables that only functions at boot set which do not run. */
  readonly lacking: readonly string[];
}

/** A boot function may need this many functions besides, and this many that nobody knows. */
const FUNCTIONS_MAX = 40;
const UNKNOWN_MAX = 2;
/** Variables that are looked at; the helpers of a kernel have a handful. */
const VARIABLES_MAX = 200;
/** Callers of callers that are looked at for one that takes nothing. */
const CALLERS_MAX = 4;

/** What maps memory behind addresses of `get_vm_area`. */
const MAPS = ["apply_to_page_range", "apply_to_existing_page_range", "vm_area_map_pages"];
const RESERVES = "get_vm_area";

/** A call that sets a variable, or a part of it. */
interface Candidate {
  readonly call: BootCall;
  readonly variable: string;
  readonly part: string;
  /** It, or who calls it, is marked as run at boot. */
  readonly isInit: boolean;
}

/** Chooses boot functions and adds them and what they need to `needed`. */
export function findBoot(index: Index, needed: Set<Piece>, isKnown: (name: string) => boolean): BootPlan {
  const chosen: Candidate[] = [];
  const unset = new Set<string>();
  const lacking = new Set<string>();
  const settled = new Set<string>();
  const take = (candidates: readonly Candidate[]): boolean => {
    const best = choose(index, candidates, needed, isKnown);
    for (const each of best) {
      close(index, [each.call.function, ...wordsOf(each.call)], needed);
      chosen.push(each);
    }
    return best.length > 0;
  };
  for (;;) {
    const variables = variablesIn(needed).filter((name) => !settled.has(name));
    if (variables.length === 0) break;
    for (const variable of variables) {
      settled.add(variable);
      if (settled.size > VARIABLES_MAX) continue;
      const candidates = candidatesFor(index, variable, needed);
      if (take(candidates) || take(assignmentsOf(index, variable, needed))) continue;
      if (candidates.length > 0) unset.add(variable);
      if (isSetAtBoot(index, variable, needed)) lacking.add(variable);
    }
    if (variables.length > 0 && !settled.has(RESERVES) && calls(index, needed, [RESERVES])) {
      settled.add(RESERVES);
      if (!calls(index, needed, MAPS)) take(mappers(index, needed));
    }
  }
  const variables = [...new Set(chosen.map(({ variable }) => variable))];
  return { calls: ordered(index, withoutInner(index, chosen)), unset: [...unset], variables, lacking: [...lacking] };
}

function variablesIn(needed: ReadonlySet<Piece>): string[] {
  const names: string[] = [];
  for (const piece of needed) {
    if (piece.kind === "function" || piece.kind === "macro" || isConstant(piece)) continue;
    for (const { name, meaning } of piece.definitions) if (meaning === "variable") names.push(name);
  }
  return names;
}

/** Whether a declaration is of something constant: of `const int *p` it is not. */
function isConstant(piece: Piece): boolean {
  const { tokens } = piece.file.scan;
  let isConst = false;
  for (let at = piece.first; at < piece.last; at++) {
    const text = tokens.text(at);
    if (text === "const") isConst = true;
    else if (text === "*") isConst = false;
    else if (["=", ";", "[", "(", "{"].includes(text)) break;
  }
  return isConst;
}

/** Words that the arguments of a call, or an assignment, name. */
function wordsOf({ text = "", statement = "", argument }: BootCall): string[] {
  return [...(`${text} ${statement}`.match(/[A-Za-z_]\w*/g) ?? []), ...(argument === undefined ? [] : [argument])];
}

function isInit(piece: Piece): boolean {
  const { tokens } = piece.file.scan;
  for (let at = piece.first; at < piece.body; at++) {
    if (["__init", "__head", "__meminit"].includes(tokens.text(at))) return true;
  }
  return false;
}

/** Whether one of some pieces calls one of some names. */
function calls(index: Index, pieces: ReadonlySet<Piece>, names: readonly string[]): boolean {
  for (const piece of pieces) {
    if (piece.kind !== "function") continue;
    if (index.uses(piece).some(({ name, called }) => called && names.includes(name))) return true;
  }
  return false;
}

/** Calls that set `variable`; none when a function inside `needed` sets all of it. */
function candidatesFor(index: Index, variable: string, needed: ReadonlySet<Piece>): Candidate[] {
  const found: Candidate[] = [];
  let isSetInside = false;
  for (const piece of index.mentions(variable)) {
    if (index.twinOf(piece, variable) !== undefined) continue;
    const uses = index.uses(piece).filter(({ name }) => name === variable);
    if (needed.has(piece)) {
      const sets = uses.filter(({ effect }) => effect === "assigned");
      if (sets.some(({ part }) => part === "")) return [];
      isSetInside ||= sets.length > 0;
      continue;
    }
    if (UNDOES.test(nameOf(piece))) continue;
    for (const use of uses) found.push(...settersBy(index, piece, use));
  }
  const all = unique(found);
  // What helpers change in part, others change too: only what is marked as run at boot is taken to run then.
  return isSetInside ? all.filter(({ isInit }) => isInit) : all;
}

/** Whether functions at boot set `variable`, and no function that is needed does. */
function isSetAtBoot(index: Index, variable: string, needed: ReadonlySet<Piece>): boolean {
  let isSet = false;
  for (const piece of index.mentions(variable)) {
    if (index.twinOf(piece, variable) !== undefined) continue;
    const sets = index.uses(piece).some((use) => use.name === variable && settingBy(index, piece, use)?.part === "");
    if (sets && needed.has(piece)) return false;
    isSet ||= sets && isInit(piece);
  }
  return isSet;
}

/** Assignments of `variable` that functions at boot make, and that can be made by themselves. */
function assignmentsOf(index: Index, variable: string, needed: ReadonlySet<Piece>): Candidate[] {
  const found: Candidate[] = [];
  for (const piece of index.mentions(variable)) {
    if (needed.has(piece) || !isInit(piece) || index.twinOf(piece, variable) !== undefined) continue;
    for (const use of index.uses(piece)) {
      const statement = use.name === variable ? assignmentAt(index, piece, use) : undefined;
      if (statement === undefined) continue;
      const call = { function: `${variable} =`, argument: undefined, statement };
      found.push({ call, variable, part: "", isInit: true });
    }
  }
  return unique(found);
}

function settersBy(index: Index, piece: Piece, use: Use): Candidate[] {
  const setting = settingBy(index, piece, use);
  if (setting === undefined) return [];
  const { filler, part } = setting;
  const { name: variable } = use;
  const callers = startsOf(index, piece, { variable, part, isInit: isInit(piece) }, CALLERS_MAX);
  if (filler === undefined) return callers;
  const marked = isInit(filler) || isInit(piece);
  return [{ call: { function: nameOf(filler), argument: variable }, variable, part, isInit: marked }];
}

type Purpose = Omit<Candidate, "call">;

/** Calls that run `piece`: itself when it takes nothing, as the files call it, or what calls it. */
function startsOf(index: Index, piece: Piece, purpose: Purpose, depth: number): Candidate[] {
  const name = nameOf(piece);
  if (takesNothing(piece)) return [{ ...purpose, call: { function: name, argument: undefined } }];
  if (depth === 0) return [];
  const found: Candidate[] = [];
  for (const { caller, text } of callsOf(index, name)) {
    if (UNDOES.test(nameOf(caller))) continue;
    const marked = { ...purpose, isInit: purpose.isInit || isInit(caller) };
    if (text !== undefined) found.push({ ...marked, call: callOf(name, text) });
    found.push(...startsOf(index, caller, marked, depth - 1));
  }
  return unique(found);
}

function callOf(name: string, text: string): BootCall {
  const address = /^& ([A-Za-z_]\w*)$/.exec(text);
  return address === null ? { function: name, argument: undefined, text } : { function: name, argument: address[1] };
}

/** Calls that map memory behind reserved addresses. */
function mappers(index: Index, needed: ReadonlySet<Piece>): Candidate[] {
  const found: Candidate[] = [];
  for (const piece of MAPS.flatMap((name) => index.mentions(name))) {
    if (needed.has(piece) || !calls(index, new Set([piece]), MAPS) || UNDOES.test(nameOf(piece))) continue;
    found.push(...startsOf(index, piece, { variable: RESERVES, part: "[]", isInit: isInit(piece) }, CALLERS_MAX));
  }
  return unique(found);
}

function keyOf({ function: name, argument, text, statement }: BootCall): string {
  return statement ?? `${name}(${argument ?? ""}, ${text ?? ""})`;
}

function unique(candidates: readonly Candidate[]): Candidate[] {
  const same = new Map<string, Candidate>();
  for (const each of candidates) {
    const key = `${keyOf(each.call)} ${each.part}`;
    const known = same.get(key);
    if (known === undefined || (each.isInit && !known.isInit)) same.set(key, each);
  }
  return [...same.values()];
}

/**
 * The candidates to take: one that sets all of the variable, and those at boot that set parts of it besides; or where
 * none sets all, one for each part. What is marked as run at boot comes before what is not.
 */
function choose(
  index: Index,
  candidates: readonly Candidate[],
  needed: ReadonlySet<Piece>,
  isKnown: (name: string) => boolean,
): Candidate[] {
  const narrowestOf = (list: readonly Candidate[]) => narrowest(index, list, needed, isKnown);
  for (const pool of [candidates.filter(({ isInit }) => isInit), candidates]) {
    const whole = narrowestOf(pool.filter(({ part }) => part === ""));
    const parts = pool.filter(({ part, isInit }) => part !== "" && (whole === undefined || isInit));
    const names = [...new Set(parts.map(({ part }) => part))];
    const each = names.map((name) => narrowestOf(parts.filter(({ part }) => part === name)));
    const all = [whole, ...each].filter((candidate) => candidate !== undefined);
    if (all.length > 0) return all;
  }
  return [];
}

/** The candidate that adds the least, or undefined when each adds too much. */
function narrowest(
  index: Index,
  candidates: readonly Candidate[],
  needed: ReadonlySet<Piece>,
  isKnown: (name: string) => boolean,
): Candidate | undefined {
  let best: { candidate: Candidate; cost: number } | undefined;
  for (const candidate of candidates) {
    const cost = costOf(index, [candidate.call.function, ...wordsOf(candidate.call)], needed, isKnown);
    if (cost !== undefined && (best === undefined || cost < best.cost)) best = { candidate, cost };
  }
  return best?.candidate;
}

/** How much some names add; undefined when that is too much. */
export function costOf(
  index: Index,
  names: readonly string[],
  needed: ReadonlySet<Piece>,
  isKnown: (name: string) => boolean,
): number | undefined {
  const added = close(index, names, new Set(needed));
  const functions = added.filter(({ kind }) => kind === "function").length;
  const unknown = new Set<string>();
  for (const piece of added) {
    for (const use of index.uses(piece)) {
      if (use.doubtful) continue;
      if (index.twinOf(piece, use.name) !== undefined) return undefined;
      if (use.called && !isKnown(use.name)) unknown.add(use.name);
    }
  }
  return functions > FUNCTIONS_MAX || unknown.size > UNKNOWN_MAX ? undefined : unknown.size * 1000 + functions;
}

/** Without what another of them calls anyway: nothing is to run twice. */
function withoutInner(index: Index, chosen: readonly Candidate[]): Candidate[] {
  const reach = new Map(chosen.map(({ call }) => [call.function, calledFrom(index, call.function)]));
  return chosen.filter(
    ({ call }) =>
      !chosen.some(
        (other) => other.call.function !== call.function && reach.get(other.call.function)?.has(call.function),
      ),
  );
}

/** One that reads a variable comes after the one that sets it, and one that sets a part after the one that sets all. */
function ordered(index: Index, chosen: readonly Candidate[]): BootCall[] {
  const ordering: BootCall[] = [];
  const placed = new Set<string>();
  const waiting = [...chosen];
  const reads = new Map(chosen.map(({ call }) => [call.function, readBy(index, call)]));
  const isBefore = (other: Candidate, each: Candidate): boolean => {
    if (other.variable === each.variable) return other.part === "" && each.part !== "";
    return reads.get(each.call.function)?.has(other.variable) === true;
  };
  while (waiting.length > 0) {
    const free = waiting.findIndex((each) => !waiting.some((other) => other !== each && isBefore(other, each)));
    const [{ call }] = waiting.splice(Math.max(0, free), 1) as [Candidate];
    if (placed.has(keyOf(call))) continue;
    placed.add(keyOf(call));
    ordering.push(call);
  }
  return ordering;
}

/** Variables that a call, its function or anything that calls names. */
function readBy(index: Index, call: BootCall): ReadonlySet<string> {
  return new Set(variablesIn(new Set(close(index, [call.function, ...wordsOf(call)], new Set()))));
}
