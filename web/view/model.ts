/**
 * What a view of a counterexample draws, without drawing it: rows and lanes, SEAMCALLs as blocks, locks as bars.
 *
 * Indices of steps are from 0; numbers, as shown and in addresses, from 1.
 */
import type { Counterexample, HostLock, Step } from "../../src/check/index.js";
import { type CallAction, categoryOf, type LeafFact, type StatusFact } from "../../src/check/trace/facts.js";

/** A step that is shown. */
export interface Row {
  /** Index of the step. */
  readonly index: number;
  readonly step: Step;
  /** Number of its CPU's lane. */
  readonly lane: number;
  /** SEAMCALL that it begins, is inside of, or ends. */
  readonly block?: SeamcallBlock;
}

/** A SEAMCALL, from its call to its return. */
export interface SeamcallBlock {
  readonly lane: number;
  /** First and last row. */
  readonly from: number;
  readonly to: number;
  readonly leaf: LeafFact;
  /** What it returned; undefined where the steps end before it did. */
  readonly status: StatusFact | undefined;
}

/** A lock, for as long as a CPU holds it in one mode. */
export interface LockBar {
  readonly lane: number;
  /** First and last row. */
  readonly from: number;
  readonly to: number;
  /** Bars of a lane that share rows have different slots. */
  readonly slot: number;
  readonly lock: HostLock;
}

export interface Layout {
  /** CPUs that have a lane, by number. */
  readonly cpus: readonly number[];
  readonly rows: readonly Row[];
  readonly blocks: readonly SeamcallBlock[];
  readonly bars: readonly LockBar[];
  /** Slots that bars of one lane need, at most. */
  readonly slots: number;
}

/** Rows of a counterexample: those that other CPUs could notice, or `all`. */
export function layoutOf(counterexample: Counterexample, all: boolean): Layout {
  const { steps } = counterexample;
  const shown = shownSteps(steps, all);
  const cpus = [...new Set(shown.map((index) => (steps[index] as Step).cpu))].sort((a, b) => a - b);
  const blocks = blocksOf(steps, shown, cpus);
  const rows = rowsOf(steps, shown, cpus, blocks);
  const bars = barsOf(counterexample, shown, cpus, all);
  return { cpus, rows, blocks, bars, slots: bars.reduce((most, { slot }) => Math.max(most, slot + 1), 0) };
}

function rowsOf(
  steps: readonly Step[],
  shown: readonly number[],
  cpus: readonly number[],
  blocks: readonly SeamcallBlock[],
): Row[] {
  // Blocks of a lane do not overlap: going down the rows, those behind are done with.
  const ahead = cpus.map((_, lane) => blocks.filter((block) => block.lane === lane).reverse());
  return shown.map((index, at): Row => {
    const step = steps[index] as Step;
    const lane = cpus.indexOf(step.cpu);
    const left = ahead[lane] as SeamcallBlock[];
    while ((left.at(-1)?.to ?? at) < at) left.pop();
    const block = left.at(-1);
    return { index, step, lane, ...(block === undefined || at < block.from ? {} : { block }) };
  });
}

/** Indices of the steps that are shown. A counterexample of hidden steps alone is shown whole. */
function shownSteps(steps: readonly Step[], all: boolean): number[] {
  const indices = steps.map((_, index) => index);
  if (all) return indices;
  const visible = indices.filter((index) => steps[index]?.visible === true);
  return visible.length === 0 ? indices : visible;
}

/** The beginning of a SEAMCALL; undefined for any other step. */
function seamcallOf({ action }: Step): Extract<CallAction, { of: "seamcall" }> | undefined {
  return action.kind === "call" && action.of === "seamcall" ? action : undefined;
}

/** What a SEAMCALL returned; undefined for any other step. */
function statusOf({ action }: Step): StatusFact | undefined {
  return action.kind === "return" && action.of === "seamcall" ? action.status : undefined;
}

interface OpenBlock {
  readonly lane: number;
  readonly from: number;
  readonly leaf: LeafFact;
  readonly depth: number;
}

function blocksOf(steps: readonly Step[], shown: readonly number[], cpus: readonly number[]): SeamcallBlock[] {
  const blocks: SeamcallBlock[] = [];
  const open = new Map<number, OpenBlock>();
  const last = new Map<number, number>();
  const close = (cpu: number, to: number, status?: StatusFact): void => {
    const block = open.get(cpu);
    open.delete(cpu);
    if (block !== undefined) blocks.push({ lane: block.lane, from: block.from, to, leaf: block.leaf, status });
  };
  for (const [at, index] of shown.entries()) {
    const step = steps[index] as Step;
    const { cpu } = step;
    const inside = open.get(cpu);
    const depth = step.calls.length;
    if (inside !== undefined && categoryOf(step.action) === "return" && depth === inside.depth)
      close(cpu, at, statusOf(step));
    // Whatever is outside of it shows that it has ended, return or none.
    else if (inside !== undefined && depth <= inside.depth) close(cpu, last.get(cpu) as number);
    const seamcall = seamcallOf(step);
    if (seamcall !== undefined && !open.has(cpu)) {
      open.set(cpu, { lane: cpus.indexOf(cpu), from: at, leaf: seamcall.leaf, depth });
    }
    last.set(cpu, at);
  }
  for (const cpu of [...open.keys()]) close(cpu, last.get(cpu) as number);
  return blocks.sort((one, other) => one.from - other.from);
}

interface Span {
  readonly lock: HostLock;
  /** What tells it from other locks, and modes. */
  readonly key: string;
  /** Index of the step that took it, -1 for one that was held before the first. */
  readonly from: number;
  /** Index of the last step at which it is held in this mode. */
  to: number;
}

/** Locks from taking to giving up; a promotion ends one span and begins another. */
function spansOf({ scene, steps }: Counterexample): Span[] {
  const keyOf = ({ cpu, name, of, mode }: HostLock): string => JSON.stringify([cpu, name, of, mode]);
  const spans: Span[] = [];
  let open: Span[] = [];
  const note = (locks: readonly HostLock[], index: number): void => {
    const left = [...open];
    const fresh: HostLock[] = [];
    for (const lock of locks) {
      const key = keyOf(lock);
      const at = left.findIndex((span) => span.key === key);
      if (at < 0) fresh.push(lock);
      else left.splice(at, 1);
    }
    for (const span of left) {
      const isPromoted = fresh.some(({ cpu, name }) => cpu === span.lock.cpu && name === span.lock.name);
      span.to = isPromoted ? index - 1 : index;
    }
    open = open.filter((span) => !left.includes(span));
    for (const lock of fresh) {
      const span: Span = { lock, key: keyOf(lock), from: index, to: steps.length - 1 };
      open.push(span);
      spans.push(span);
    }
  };
  note(scene.locks, -1);
  for (const [index, step] of steps.entries()) if (step.scene?.locks !== undefined) note(step.scene.locks, index);
  return spans;
}

/** Bars of the locks. A lock that a hidden step takes has one only where all steps are shown. */
function barsOf(
  counterexample: Counterexample,
  shown: readonly number[],
  cpus: readonly number[],
  all: boolean,
): LockBar[] {
  const bars: LockBar[] = [];
  /** By lane: who has each slot, and up to which row. */
  const slots = cpus.map((): { to: number; name: string }[] => []);
  for (const { lock, from, to } of spansOf(counterexample)) {
    const lane = cpus.indexOf(lock.cpu);
    const first = countBelow(shown, from);
    const last = countBelow(shown, to + 1) - 1;
    const isHidden = !all && from >= 0 && counterexample.steps[from]?.visible !== true;
    if (lane < 0 || isHidden || last < first) continue;
    const taken = slots[lane] as { to: number; name: string }[];
    const isFree = (slot: { to: number }): boolean => slot.to < first;
    const again = taken.findIndex((slot) => isFree(slot) && slot.name === lock.name);
    const free = again >= 0 ? again : taken.findIndex(isFree);
    const slot = free >= 0 ? free : taken.length;
    taken[slot] = { to: last, name: lock.name };
    bars.push({ lane, from: first, to: last, slot, lock });
  }
  return bars;
}

/** How many of `numbers`, which go upwards, are less than `limit`. */
function countBelow(numbers: readonly number[], limit: number): number {
  let [low, high] = [0, numbers.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((numbers[middle] as number) < limit) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row that shows step `index`: its own, else the last one before it. */
export function rowOfStep({ rows }: Layout, index: number): number {
  return Math.max(
    0,
    rows.findLastIndex((row) => row.index <= index),
  );
}

/** Number of the step that an address like `#step=17` names; undefined for one that names none. */
export function stepOfAddress(hash: string, count: number): number | undefined {
  const found = /^#(?:failure=\d{1,3}&)?step=(\d{1,9})$/.exec(hash);
  const number = Number(found?.[1] ?? 0);
  return number >= 1 && number <= count ? number : undefined;
}

/** @param failure number of the failure that the step is of, from 0; the first one goes without saying */
export function addressOfStep(number: number, failure = 0): string {
  return failure === 0 ? `#step=${number}` : `#failure=${failure + 1}&step=${number}`;
}

/** Number of the failure, from 0, that the address of a step is of; undefined for one that names no step. */
export function failureOfAddress(hash: string): number | undefined {
  const found = /^#(?:failure=(\d{1,3})&)?step=\d{1,9}$/.exec(hash);
  return found === null ? undefined : Number(found[1] ?? 1) - 1;
}

/** Address of what stands on the same page under an id, whatever the id is made of. */
export function addressOfId(id: string): string {
  return `#${encodeURIComponent(id.replace(/\p{Surrogate}/gu, "\ufffd"))}`;
}

/** The id that such an address names. */
export function idOfAddress(address: string): string {
  return decodeURIComponent(address.slice(1));
}

/** Number of the step at which it breaks: the last one that is shown without asking. */
export function failureOf({ steps }: Counterexample): number {
  const last = steps.findLastIndex(({ visible }) => visible);
  return last < 0 ? steps.length : last + 1;
}

/** How a lock is said. */
export function lockText({ cpu, name, of, mode }: HostLock): string {
  return `${name.replace(/: lock$/, "")}: ${mode}, held by CPU${cpu} (${of} lock)`;
}
