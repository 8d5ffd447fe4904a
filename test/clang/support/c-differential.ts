/**
 * Searches of programs in C against brute force over the same interpreter: they must come to the same ends and findings, in
 * every order of search, with and without reductions, under both memory models.
 */
import { CError } from "../../../src/clang/ir/errors.js";
import { memoryModels } from "../../../src/explore/index.js";
import { type COutcomes, type CPrograms, endsPath, exploredC, usualVariants, type Variant } from "./c-explored.js";
import { referenceC, TooMany } from "./c-reference.js";

/** States that brute force goes through at most; programs with more are passed over. */
const STATES_MAX = 15_000;

/** A difference in lines, or why there is none. */
export type Verdict =
  | { readonly kind: "same"; readonly outcomes: COutcomes }
  /** Programs do what is not understood, by both. */
  | { readonly kind: "refused"; readonly message: string }
  | { readonly kind: "large" }
  | { readonly kind: "different"; readonly text: string };

type Seen = COutcomes | { readonly refused: string };

function attempt(work: () => COutcomes): Seen {
  try {
    return work();
  } catch (error) {
    if (error instanceof CError) return { refused: error.message };
    throw error;
  }
}

/** Outcomes as text. */
function textOf(seen: Seen): string {
  if ("refused" in seen) return `refused: ${seen.refused}`;
  const { finals, told, races, endless } = seen;
  return JSON.stringify(
    { finals: [...finals].sort(), told: [...told].sort(), races: [...races].sort(), endless },
    null,
    1,
  );
}

/**
 * Whether a search has found what it has to. A misuse ends a path, and a search need not try what others could have done
 * before it: then it need not see every event and race. With protected steps it need not see every end either: a use of
 * memory and what comes behind it are one transition. Checks call the other requirements inconclusive then.
 * Of more than two CPUs a search need not see each race, but one.
 */
function agrees(found: Seen, expected: Seen, cpus: number, protectedSteps: boolean): boolean {
  if ("refused" in found || "refused" in expected) return "refused" in found && "refused" in expected;
  const { finals, told, races, endless } = found;
  const isPart =
    isWithin(finals, expected.finals) &&
    isWithin(told, expected.told) &&
    isWithin(races, expected.races) &&
    (expected.endless || !endless);
  if (!isPart) return false;
  const misuses = [...expected.told].filter(endsPath);
  if (misuses.length > 0 && !misuses.some((each) => told.has(each))) return false;
  if (misuses.length > 0 && protectedSteps) return true;
  if (endless !== expected.endless || !areEqual(finals, expected.finals)) return false;
  if (misuses.length > 0) return true;
  if (!areEqual(told, expected.told)) return false;
  return cpus === 2 ? areEqual(races, expected.races) : races.size > 0 === expected.races.size > 0;
}

function isWithin<T>(some: ReadonlySet<T>, all: ReadonlySet<T>): boolean {
  return [...some].every((each) => all.has(each));
}

function areEqual<T>(one: ReadonlySet<T>, other: ReadonlySet<T>): boolean {
  return one.size === other.size && isWithin(one, other);
}

/** A variant by number: bits for the reductions, and the order. */
export function variantOf(memory: Variant["memory"], number: number): Variant {
  const has = (bit: number): boolean => ((number >>> bit) & 1) === 0;
  const order = (["depth", "breadth", "switches"] as const)[(number >>> 4) % 3] as Variant["order"];
  return { memory, order, protectedSteps: has(0), shortCalls: has(1), symmetry: has(2), macroSteps: has(3) };
}

/** Variants that `variantOf` knows. */
export const VARIANTS = 48;

/**
 * Compares searches with brute force.
 *
 * @param others numbers of variants to try besides those that checks use
 */
export function compareC(programs: CPrograms, others: readonly number[]): Verdict {
  let last: Seen = { refused: "" };
  const cpus = programs.functions.length;
  for (const memory of memoryModels) {
    try {
      last = attempt(() => referenceC(programs, memory, STATES_MAX));
    } catch (error) {
      if (error instanceof TooMany) return { kind: "large" };
      throw error;
    }
    const expected = last;
    for (const variant of [...usualVariants(memory), ...others.map((number) => variantOf(memory, number))]) {
      const found = attempt(() => exploredC(programs, variant));
      if (agrees(found, expected, cpus, variant.protectedSteps)) continue;
      const text = `${JSON.stringify(variant)}\nexpected ${textOf(expected)}\nfound ${textOf(found)}`;
      return { kind: "different", text };
    }
  }
  return "refused" in last ? { kind: "refused", message: last.refused } : { kind: "same", outcomes: last };
}
