/**
 * What the explorations of `answers.ts` say about a leaf and a status. A design gives it on some path, by some schedule;
 * or none does within the bounds.
 */
import { answersTable, exploredTable } from "./answers.js";

/** The design that Linux merged. */
export const MERGED_DESIGN = "global-lock";

/** One exploration: a design in a scenario. */
export interface AnswerRun {
  readonly design: string;
  readonly scenario: string;
  readonly cpus: number;
  readonly rounds: number;
  readonly regions: number;
  readonly allocFailures: number;
  /** Who calls the helpers makes a mistake, on purpose. */
  readonly wrongCaller: boolean;
  readonly states: number;
  /** Every interleaving was covered to its end. Else a requirement broke, and paths end there. */
  readonly complete: boolean;
  readonly broken: readonly string[];
  /** Numbers of the leaves that were called. */
  readonly leaves: readonly number[];
}

/** An answer that was met, and the way with fewest context switches to it. */
export interface MetAnswer {
  readonly design: string;
  readonly leaf: number;
  /** The status, 64 bits; null where the module shut itself down in the call. */
  readonly status: bigint | null;
  /** Why it shut itself down; null where it did not. */
  readonly fatal: number | null;
  /** KVM's flow, or the scenario of helpers. */
  readonly flow: string;
  /** The helper in which the call was made; empty outside of all. */
  readonly helper: string;
  readonly switches: number;
  /** Requirement that it breaks; null if none. */
  readonly breaks: string | null;
  /** What `dpamt replay` takes; null if nothing breaks. */
  readonly schedule: string | null;
  /**
   * Scenarios in which it was met, the one of the schedule first. Those where whoever calls the helpers makes a mistake
   * are left out, unless it was met there alone.
   */
  readonly scenarios: readonly string[];
  /** Whoever calls the helpers there makes a mistake, on purpose. */
  readonly wrongCaller: boolean;
}

const NONE = "-";

function rowsOf(table: string): string[][] {
  return table
    .split("\n")
    .filter((line) => line !== "")
    .map((line) => line.split(" "));
}

function listOf(text: string): string[] {
  return text === NONE ? [] : text.split(",");
}

/** All explorations, in the order in which they were made. */
export const explorations: readonly AnswerRun[] = rowsOf(exploredTable).map((row) => {
  const [design, scenario, bounds, caller, states, outcome, broken, leaves] = row as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const [cpus = 0, rounds = 0, regions = 0, allocFailures = 0] = bounds.split(",").map(Number);
  return {
    design,
    scenario,
    cpus,
    rounds,
    regions,
    allocFailures,
    wrongCaller: caller === "wrong",
    states: Number(states),
    complete: outcome === "complete",
    broken: listOf(broken),
    leaves: listOf(leaves).map(Number),
  };
});

const wrongScenarios: ReadonlySet<string> = new Set(
  explorations.filter(({ wrongCaller }) => wrongCaller).map(({ scenario }) => scenario),
);

/** All answers other than success. */
export const metAnswers: readonly MetAnswer[] = rowsOf(answersTable).map((row) => {
  const [design, leaf, status, flow, helper, switches, breaks, schedule, scenarios] = row as [
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
    string,
  ];
  const isFatal = status.startsWith("fatal");
  const all = listOf(scenarios);
  const right = all.filter((name) => !wrongScenarios.has(name));
  return {
    design,
    leaf: Number(leaf),
    status: isFatal ? null : BigInt(status),
    fatal: isFatal ? Number(status.slice("fatal".length)) : null,
    flow,
    helper: helper === NONE ? "" : helper,
    switches: Number(switches),
    breaks: breaks === NONE ? null : breaks,
    schedule: schedule === NONE ? null : schedule,
    scenarios: right.length === 0 ? all : right,
    wrongCaller: right.length === 0,
  };
});

/** What one design says of a leaf and a status. */
export interface DesignAnswer {
  readonly design: string;
  /** Explorations, with correct callers, in which the leaf was called; how many of them were covered to their end. */
  readonly explorations: number;
  readonly complete: number;
  /** The largest bounds among them. */
  readonly bounds: Pick<AnswerRun, "cpus" | "rounds" | "regions" | "allocFailures">;
  /** Fewest context switches first; empty: none gave it. */
  readonly met: readonly MetAnswer[];
}

/** Which answers are meant: all of a leaf, all of a code, or one status. */
export interface AnswerQuery {
  /** Number of the leaf; null for any. */
  readonly leaf: number | null;
  /** The status, 64 bits; null for any. */
  readonly status: bigint | null;
  /** Whether bits 31:0 of the status count. */
  readonly withDetail: boolean;
}

function isAsked({ leaf, status, withDetail }: AnswerQuery, met: MetAnswer): boolean {
  if (leaf !== null && met.leaf !== leaf) return false;
  if (status === null) return true;
  if (met.status === null) return false;
  return withDetail ? met.status === status : met.status >> 32n === status >> 32n;
}

/**
 * What each design says of the calls that are meant, answers of correct callers first. Designs that never make such a
 * call are left out.
 */
export function designAnswers(query: AnswerQuery): DesignAnswer[] {
  const { leaf } = query;
  const designs = [...new Set(explorations.map(({ design }) => design))];
  return designs.flatMap((design) => {
    const called = explorations.filter(
      (each) =>
        each.design === design &&
        !each.wrongCaller &&
        (leaf === null ? each.leaves.length > 0 : each.leaves.includes(leaf)),
    );
    if (called.length === 0) return [];
    const met = metAnswers
      .filter((each) => each.design === design && isAsked(query, each))
      .sort((one, other) => Number(one.wrongCaller) - Number(other.wrongCaller) || one.switches - other.switches);
    const complete = called.filter((each) => each.complete).length;
    return [{ design, explorations: called.length, complete, bounds: largest(called), met }];
  });
}

function largest(list: readonly AnswerRun[]): DesignAnswer["bounds"] {
  const most = (of: (each: AnswerRun) => number): number => Math.max(...list.map(of));
  return {
    cpus: most(({ cpus }) => cpus),
    rounds: most(({ rounds }) => rounds),
    regions: most(({ regions }) => regions),
    allocFailures: most(({ allocFailures }) => allocFailures),
  };
}
