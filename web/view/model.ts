/**
 * What a view of a counterexample draws, without drawing it: rows and lanes, SEAMCALLs as blocks, locks as bars.
 *
 * Indices of steps are from 0; numbers, as shown and in addresses, from 1.
 */
import type { Counterexample, HostLock, Step } from "../../src/check/index.js";
import { type CallAction, categoryOf, type LeafFact, type StatusFact } from "../../src/check/trace/facts.js";
import { type CallRow, callRowsOf } from "./calls.js";
import { isZoom, type Zoom } from "./zoom.js";

/** What is shown as one: a step, or the steps of a call. */
export interface Row {
  /** Index of the first step that it stands for. */
  readonly first: number;
  /** Index of the step that it shows: of a call the last one. */
  readonly index: number;
  readonly step: Step;
  /** The call, where calls are shown. */
  readonly call?: CallRow;
  /** Where it begins, and how high it is, in units of `UNIT_REM`. */
  readonly top: number;
  readonly height: number;
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

/** Unit of heights: a quarter of the size of letters of the page. */
export const UNIT_REM = 0.25;
const LINE = 5;
const STEP_PADDING = 1;
const CALL_PADDING = 3;

export interface Layout {
  /** CPUs that have a lane, by number. */
  readonly cpus: readonly number[];
  readonly rows: readonly Row[];
  readonly blocks: readonly SeamcallBlock[];
  readonly bars: readonly LockBar[];
  /** Slots that bars of one lane need, at most. */
  readonly slots: number;
  /** Height of all rows. */
  readonly height: number;
}

/** Rows or steps in sight: indices of the first and the last one. */
export interface Sight {
  readonly from: number;
  readonly to: number;
}

/** Rows of a counterexample, as closely as `zoom` says. SEAMCALLs are lines of calls, and blocks of what is nearer. */
export function layoutOf(counterexample: Counterexample, zoom: Zoom): Layout {
  const { steps } = counterexample;
  const calls = zoom === "calls" ? callRowsOf(steps) : undefined;
  const shown = calls?.map((call) => call.shown) ?? shownSteps(steps, zoom === "steps");
  const cpus = [...new Set(shown.map((index) => (steps[index] as Step).cpu))].sort((a, b) => a - b);
  const blocks = calls === undefined ? blocksOf(steps, shown, cpus) : [];
  const failure = failureOf(counterexample) - 1;
  const rows =
    calls === undefined ? stepRows(steps, shown, cpus, blocks, failure) : callRows(steps, calls, cpus, failure);
  const bars = barsOf(counterexample, shown, cpus, zoom);
  const height = rows.reduce((sum, row) => sum + row.height, 0);
  return { cpus, rows, blocks, bars, slots: bars.reduce((most, { slot }) => Math.max(most, slot + 1), 0), height };
}

function callRows(steps: readonly Step[], calls: readonly CallRow[], cpus: readonly number[], failure: number): Row[] {
  let top = 0;
  return calls.map((call): Row => {
    const { first, shown: index } = call;
    const lines = 1 + call.entries.length + (index === failure ? 1 : 0);
    const height = lines * LINE + CALL_PADDING;
    const row = { first, index, step: steps[index] as Step, lane: cpus.indexOf(call.cpu), call, top, height };
    top += height;
    return row;
  });
}

function stepRows(
  steps: readonly Step[],
  shown: readonly number[],
  cpus: readonly number[],
  blocks: readonly SeamcallBlock[],
  failure: number,
): Row[] {
  let top = 0;
  // Blocks of a lane do not overlap: going down the rows, those behind are done with.
  const ahead = cpus.map((_, lane) => blocks.filter((block) => block.lane === lane).reverse());
  return shown.map((index, at): Row => {
    const step = steps[index] as Step;
    const lane = cpus.indexOf(step.cpu);
    const left = ahead[lane] as SeamcallBlock[];
    while ((left.at(-1)?.to ?? at) < at) left.pop();
    const block = left.at(-1);
    // What a SEAMCALL returns stands below it.
    const lines = 1 + (seamcallOf(step) === undefined ? 0 : 1) + (index === failure ? 1 : 0);
    const height = lines * LINE + STEP_PADDING;
    const row = { first: index, index, step, lane, top, height };
    top += height;
    return block === undefined || at < block.from ? row : { ...row, block };
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
  /** Index of the last step at which it is held in this mode; behind the last one where it is never given back. */
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
      const span: Span = { lock, key: keyOf(lock), from: index, to: steps.length };
      open.push(span);
      spans.push(span);
    }
  };
  note(scene.locks, -1);
  for (const [index, step] of steps.entries()) if (step.scene?.locks !== undefined) note(step.scene.locks, index);
  return spans;
}

/**
 * Bars of the locks. A lock that a hidden step takes has one only where all steps are shown; where calls are, one that
 * is given back in the call that took it has none.
 */
function barsOf(
  counterexample: Counterexample,
  shown: readonly number[],
  cpus: readonly number[],
  zoom: Zoom,
): LockBar[] {
  const bars: LockBar[] = [];
  /** By lane: who has each slot, and up to which row. */
  const slots = cpus.map((): { to: number; name: string }[] => []);
  for (const { lock, from, to } of spansOf(counterexample)) {
    const lane = cpus.indexOf(lock.cpu);
    const first = countBelow(shown, from);
    // Among calls: those in which it is still held at the end, and the one that gives it back.
    const held = countBelow(shown, zoom === "calls" ? to : to + 1) - 1;
    const isHidden = zoom !== "steps" && from >= 0 && counterexample.steps[from]?.visible !== true;
    if (lane < 0 || isHidden || held < first) continue;
    const last = zoom === "calls" ? Math.min(held + 1, shown.length - 1) : held;
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
  return countWhile(numbers, (number) => number < limit);
}

/** How many at the front of a list fulfil what none behind them does. */
export function countWhile<T>(list: readonly T[], isTrue: (each: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isTrue(list[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** The row that shows step `index`: the one that it is in, else the last one before it. */
export function rowOfStep({ rows }: Layout, index: number): number {
  return Math.max(0, countWhile(rows, ({ first }) => first <= index) - 1);
}

/** The row at a height. */
export function rowAtHeight({ rows }: Layout, height: number): number {
  return Math.max(0, countWhile(rows, ({ top }) => top <= height) - 1);
}

/** What the address of a step looks like: of which failure it is, and how closely it is looked at. */
const STEP_ADDRESS = /^#(?:failure=(\d{1,3})&)?step=(\d{1,9})(?:&zoom=([a-z]{1,20}))?$/;

/** Number of the step that an address like `#step=17` names; undefined for one that names none. */
export function stepOfAddress(hash: string, count: number): number | undefined {
  const number = Number(STEP_ADDRESS.exec(hash)?.[2] ?? 0);
  return number >= 1 && number <= count ? number : undefined;
}

/** The zoom that the address of a step says, if it says one. */
export function zoomOfAddress(hash: string): Zoom | undefined {
  const zoom = STEP_ADDRESS.exec(hash)?.[3];
  return isZoom(zoom) ? zoom : undefined;
}

/** @param failure number of the failure that the step is of, from 0; the first one goes without saying */
export function addressOfStep(number: number, failure = 0, zoom?: Zoom): string {
  const of = failure === 0 ? "" : `failure=${failure + 1}&`;
  return `#${of}step=${number}${zoom === undefined ? "" : `&zoom=${zoom}`}`;
}

/** Number of the failure, from 0, that the address of a step is of; undefined for one that names no step. */
export function failureOfAddress(hash: string): number | undefined {
  const found = STEP_ADDRESS.exec(hash);
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
