/** The race as a whole: calls, SEAMCALLs and locks as spans of steps, few enough to draw however many steps there are. */
import type { Counterexample } from "../../src/check/index.js";
import type { StatusFact } from "../../src/check/trace/facts.js";
import { callRowsOf, leafLabel } from "./calls.js";
import { layoutOf, lockText } from "./model.js";

/** A stretch of steps of one CPU, from the first index up to the last one. */
export interface RaceSpan {
  readonly lane: number;
  readonly from: number;
  readonly to: number;
  /** What tells spans apart that are next to each other. */
  readonly kind: string;
  /** On it where there is room, and in full when pointed at. */
  readonly label: string;
  readonly title: string;
}

export interface LockSpan extends RaceSpan {
  /** Locks that are held at once have different slots. */
  readonly slot: number;
}

export interface OverviewModel {
  readonly cpus: readonly number[];
  readonly count: number;
  readonly calls: readonly RaceSpan[];
  readonly seamcalls: readonly RaceSpan[];
  readonly locks: readonly LockSpan[];
  readonly slots: number;
  /** Indices of the steps at which another CPU goes on. */
  readonly switches: readonly number[];
}

/** More than this side by side cannot be told apart. */
const COLUMNS = 500;
const SLOTS_MAX = 4;
const SWITCHES_MAX = 120;

export function overviewOf(counterexample: Counterexample): OverviewModel {
  const { steps } = counterexample;
  const { cpus, blocks, bars } = layoutOf(counterexample, "steps");
  const locks = bars
    .filter(({ slot }) => slot < SLOTS_MAX)
    .map(({ lane, from, to, slot, lock }): LockSpan => {
      const title = lockText(lock);
      return { lane, from, to, slot, kind: `${lock.of} ${lock.mode}`, label: "", title };
    });
  const calls = callRowsOf(steps)
    .filter(({ isSeamcall }) => !isSeamcall)
    .map(({ cpu, first, last, name, title, goesOn }): RaceSpan => {
      const told = goesOn ? `${title} goes on` : title;
      return { lane: cpus.indexOf(cpu), from: first, to: last, kind: "call", label: name, title: told };
    });
  const seamcalls = blocks.map(({ lane, from, to, leaf, status }): RaceSpan => {
    const end = status === undefined ? "has not returned" : `returns ${status.name}`;
    return { lane, from, to, kind: toneOfStatus(status), label: leafLabel(leaf.name), title: `${leaf.name} ${end}` };
  });
  const switches = steps.flatMap(({ cpu }, index) => (index > 0 && steps[index - 1]?.cpu !== cpu ? [index] : []));
  return {
    cpus,
    count: steps.length,
    calls: merged(calls, steps.length),
    seamcalls: merged(seamcalls, steps.length),
    locks: merged(locks, steps.length),
    slots: locks.reduce((most, { slot }) => Math.max(most, slot + 1), 0),
    switches: switches.length > SWITCHES_MAX ? [] : switches,
  };
}

/** Spans that are too narrow to be told apart are one. */
function merged<T extends RaceSpan & { readonly slot?: number }>(spans: readonly T[], count: number): readonly T[] {
  const least = count / COLUMNS;
  if (least < 1) return spans;
  const merged: T[] = [];
  /** By lane and slot: place of the last one. */
  const last = new Map<string, number>();
  for (const span of spans) {
    const key = `${span.lane} ${span.slot ?? 0}`;
    const at = last.get(key);
    const before = at === undefined ? undefined : merged[at];
    if (at !== undefined && before?.kind === span.kind && span.from - before.to <= least) {
      merged[at] = { ...before, to: Math.max(before.to, span.to), label: "", title: "several" };
    } else if (at === undefined || before === undefined || span.to - before.from > least) {
      last.set(key, merged.push(span) - 1);
    }
  }
  return merged;
}

export type StatusTone = "open" | "good" | "bad";

export function toneOfStatus(status: StatusFact | undefined): StatusTone {
  if (status === undefined) return "open";
  return status.outcome === "success" ? "good" : "bad";
}
