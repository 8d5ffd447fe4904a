/**
 * What changes from one result to another, requirement by requirement. Better or worse is only what both have decided.
 * What one of them left open, or asked in a scenario that the other does not run, is not decided.
 */
import type { RequirementResult, RequirementVerdict, ViolatedFor } from "../check/index.js";
import type { SavedResult } from "./result.js";

/** How a requirement stands in one result. */
export interface JudgedAs {
  readonly verdict: RequirementVerdict;
  readonly violatedFor?: ViolatedFor;
}

export const changes = ["better", "worse", "not-decided", "same"] as const;

/** How it stands in the second of two results, compared with the first. */
export type Change = (typeof changes)[number];

/** One requirement in two results. */
export interface RequirementChange {
  readonly id: string;
  readonly title: string;
  readonly change: Change;
  readonly before: JudgedAs;
  readonly after: JudgedAs;
  /** What breaks where it is worse, what broke where it is better, or why it is not decided. */
  readonly message?: string;
}

/** Two results, by their places in the list of results. */
export interface Difference {
  readonly from: number;
  readonly to: number;
  readonly requirements: readonly RequirementChange[];
}

/** What `dpamt compare --json` prints. */
export interface Comparison {
  readonly schema: "dpamt-compare-3";
  readonly results: readonly SavedResult[];
  /** A name for each result, no two alike. */
  readonly labels: readonly string[];
  /** Each result compared with the first. */
  readonly differences: readonly Difference[];
}

/** Results as one comparison. */
export function comparisonOf(results: readonly SavedResult[]): Comparison {
  return { schema: "dpamt-compare-3", results, labels: labelsOf(results), differences: differencesOf(results) };
}

/** Each result compared with the first. */
export function differencesOf(results: readonly SavedResult[]): Difference[] {
  const [first, ...others] = results;
  if (first === undefined) return [];
  return others.map((other, index) => ({ from: 0, to: index + 1, requirements: changesBetween(first, other) }));
}

/** What changes from `before` to `after`, in the order of `after`. */
function changesBetween(before: SavedResult, after: SavedResult): RequirementChange[] {
  return after.requirements.flatMap((now): RequirementChange[] => {
    const then = before.requirements.find(({ id }) => id === now.id);
    if (then === undefined) return [];
    const { id, title } = now;
    return [{ id, title, before: standingOf(then), after: standingOf(now), ...changeOf(then, now, before, after) }];
  });
}

function standingOf({ verdict, violatedFor }: RequirementResult): JudgedAs {
  return { verdict, ...(violatedFor === undefined ? {} : { violatedFor }) };
}

/** How bad a decided verdict is. */
const RANKS: Readonly<Partial<Record<RequirementVerdict, number>>> = { held: 0, warning: 1, ignored: 3, violated: 3 };
const RANK_OF_MISTAKE = 2;

/** How bad it is; undefined for what is not decided. */
function rankOf({ verdict, violatedFor }: JudgedAs): number | undefined {
  return violatedFor === "wrong-callers" ? RANK_OF_MISTAKE : RANKS[verdict];
}

function changeOf(
  then: RequirementResult,
  now: RequirementResult,
  before: SavedResult,
  after: SavedResult,
): Pick<RequirementChange, "change" | "message"> {
  const [old, fresh] = [rankOf(then), rankOf(now)];
  if (old === undefined || fresh === undefined) {
    const isSame = then.verdict === now.verdict && then.verdict === "not-exercised";
    const open = fresh === undefined ? now : then;
    return isSame ? { change: "same" } : { change: "not-decided", ...messageOf(open) };
  }
  if (old === fresh) return { change: "same" };
  const isBetter = fresh < old;
  // The result in which it is broken, and the one that may not have asked.
  const [broken, other] = isBetter ? [then, after] : [now, before];
  const scenario = broken.scenario ?? "";
  const isAsked = broken.scenario === undefined || other.scenarios.some(({ name }) => name === scenario);
  if (isAsked) return { change: isBetter ? "better" : "worse", ...messageOf(broken) };
  return {
    change: "not-decided",
    message: `only ${isBetter ? "the first" : "the second"} runs the scenario ${scenario}, in which it breaks`,
  };
}

function messageOf({ message }: RequirementResult): { readonly message?: string } {
  return message === undefined ? {} : { message };
}

/** Names for results in one table: paths as short as tells them apart, and numbers where names are the same. */
export function labelsOf(results: readonly SavedResult[]): string[] {
  // The name of a branch is no path.
  const paths = results.map(({ subject: { name } }) => (name.startsWith("git:") ? [name] : name.split("/")));
  const short = paths.map((path) => shortened(path, paths));
  const taken = new Set(short);
  return short.map((label) => {
    if (short.indexOf(label) === short.lastIndexOf(label)) return label;
    let time = 1;
    while (taken.has(`${label} (${time})`)) time++;
    taken.add(`${label} (${time})`);
    return `${label} (${time})`;
  });
}

/** The file, with the folders that differ from those of other files of that name: `old/.../tdx.c`. */
function shortened(path: readonly string[], all: readonly (readonly string[])[]): string {
  const file = path.at(-1) ?? "";
  const alike = all.filter((each) => each.at(-1) === file);
  const same = (at: (each: readonly string[]) => string | undefined): boolean =>
    alike.every((each) => at(each) === at(path));
  let [front, back] = [0, 1];
  while (back < path.length && same((each) => each.at(-1 - back))) back++;
  while (front < path.length - back && same((each) => each[front])) front++;
  const apart = path.slice(front, path.length - back);
  const kept = back > 1 && apart.length > 0 ? ["...", file] : [file];
  return [...apart, ...kept].join("/");
}
