/**
 * What else belongs to boot: functions that undo it, and the function that calls the chosen ones, with its error paths.
 * They run where boot fails; a check does without them where they need too much.
 */
import { type BootPlan, costOf } from "./boot.js";
import type { Index } from "./closure.js";
import type { Piece } from "./pieces.js";
import { calledFrom, callsOf, functionOf, nameOf, takesNothing, UNDOES } from "./setters.js";

export interface BootPaths {
  /** A function without arguments that makes all calls of boot, if there is one. */
  readonly top: string | undefined;
  /** Functions without arguments that give back what was had at boot. */
  readonly undo: readonly string[];
}

/** Callers of callers that are looked at. */
const CALLERS_MAX = 6;
/** What gives memory back. */
const FREES = new Set("vfree kfree kvfree free_vm_area __free_page __free_pages free_page free_pages".split(" "));

export function findPaths(
  index: Index,
  boot: BootPlan,
  needed: ReadonlySet<Piece>,
  isKnown: (name: string) => boolean,
): BootPaths {
  if (boot.calls.length === 0) return { top: undefined, undo: [] };
  // What needs a name that nobody knows would not compile.
  const fits = (name: string): boolean => {
    const cost = costOf(index, [name], needed, isKnown);
    return cost !== undefined && cost < 1000;
  };
  return { top: topOf(index, boot, fits), undo: undoing(index, boot, needed, fits) };
}

/** Of the functions that make all calls of boot, the outermost that fits. */
function topOf(index: Index, { calls }: BootPlan, fits: (name: string) => boolean): string | undefined {
  const names = calls.map((call) => call.function);
  const callers = new Set<string>();
  let level: readonly string[] = names;
  for (let depth = 0; depth < CALLERS_MAX && level.length > 0; depth++) {
    const above = level.flatMap((name) => callsOf(index, name).map(({ caller }) => nameOf(caller)));
    level = [...new Set(above)].filter((name) => !callers.has(name) && !UNDOES.test(name));
    for (const name of level) callers.add(name);
  }
  const makesAll = (name: string): boolean => {
    const reached = calledFrom(index, name);
    return names.every((each) => each === name || reached.has(each));
  };
  const tops = [...callers].filter((name) => {
    const piece = functionOf(index, name);
    return piece !== undefined && takesNothing(piece) && makesAll(name) && fits(name);
  });
  return tops.find((name) => !tops.some((other) => other !== name && calledFrom(index, other).has(name)));
}

/** Functions that give back what variables of boot hold, but for those that others of them call. */
function undoing(index: Index, boot: BootPlan, needed: ReadonlySet<Piece>, fits: (name: string) => boolean): string[] {
  const found = new Set<string>();
  for (const piece of boot.variables.flatMap((variable) => index.mentions(variable))) {
    const name = nameOf(piece);
    if (needed.has(piece) || !takesNothing(piece) || !UNDOES.test(name)) continue;
    if (index.uses(piece).some(({ name: used, called }) => called && FREES.has(used)) && fits(name)) found.add(name);
  }
  const names = [...found];
  return names.filter((name) => !names.some((other) => other !== name && calledFrom(index, other).has(name)));
}
