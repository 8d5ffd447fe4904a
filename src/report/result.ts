/** Results as reports are made from them: what a check found, and for C how it was compiled and what was explored. */
import type { CheckResult, Counterexample, Expectation } from "../check/index.js";
import { oneLine } from "../text/index.js";

/** A line that does something, and whether any interleaving came to it. */
export interface ExploredLine {
  readonly file: string;
  readonly line: number;
  readonly function: string;
  readonly reached: boolean;
}

/** What C was read from beside the file that was given. */
export interface ReadFrom {
  /** The kernel tree that was used, also where no flag names it. */
  readonly tree?: string;
  /** Of a file of mails: the patches that count, a line for each series, and what was left out and why. */
  readonly patches?: readonly string[];
  readonly leftOut?: readonly string[];
  /** Of a range of commits: the ones in it, oldest first, and the one that they are made on. */
  readonly base?: string;
  readonly commits?: readonly { readonly id: string; readonly subject: string }[];
}

/** How C was compiled: the file, or `git:` with a range of commits, and the flags that were given. */
export interface CompiledFrom {
  readonly file: string;
  readonly tree?: string;
  readonly repo?: string;
  /** Of a series, how many of its patches; absent: all. */
  readonly upto?: number;
  readonly shim?: readonly string[];
  readonly entry?: readonly string[];
  readonly harness?: string;
  readonly clang?: string;
  readonly optimise?: string;
  readonly from?: ReadFrom;
}

/** What `dpamt check --json` and `--save` write. */
export interface SavedResult extends Omit<CheckResult, "counterexamples"> {
  /** Absent in results of earlier versions. */
  readonly counterexamples?: CheckResult["counterexamples"];
  readonly coverage?: readonly ExploredLine[];
  readonly c?: CompiledFrom;
  /** What was expected to break, and whether it did. */
  readonly expected?: Expectation;
}

/** Failures to show, one for each requirement that broke; what earlier versions saved has but one. */
export function failuresOf({
  counterexample,
  counterexamples,
}: Pick<SavedResult, "counterexample" | "counterexamples">): readonly Counterexample[] {
  return counterexamples ?? (counterexample === null ? [] : [counterexample]);
}

/** The failure of a requirement, if it is shown. */
export function failureFor(
  result: Parameters<typeof failuresOf>[0],
  requirement: string | undefined,
): Counterexample | undefined {
  return failuresOf(result).find((each) => each.requirement === requirement);
}

/**
 * The same with every text fit for one line: a result may come from anybody's file, and names, lines of C and messages in
 * it may hold anything.
 */
export function cleaned<T>(value: T): T {
  return withTexts(value, oneLine);
}

/**
 * The same with every text in it replaced by what `change` makes of it.
 *
 * @param kept names of fields that stay as they are, with all that is in them
 */
export function withTexts<T>(value: T, change: (text: string) => string, kept: ReadonlySet<string> = NONE): T {
  const walk = (each: unknown): unknown => {
    if (typeof each === "string") return change(each);
    if (Array.isArray(each)) return each.map(walk);
    if (typeof each !== "object" || each === null) return each;
    return Object.fromEntries(Object.entries(each).map(([key, inner]) => [key, kept.has(key) ? inner : walk(inner)]));
  };
  return walk(value) as T;
}

const NONE: ReadonlySet<string> = new Set();
