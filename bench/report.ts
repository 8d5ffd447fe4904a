/** The table: for each line its goal, the figure, and whether it is met. */
import { availableParallelism, cpus } from "node:os";
import type { CallRates } from "./calls.js";
import type { Measurements, Size } from "./measure.js";

/** `record`: there is no goal. `SKIPPED`: a tool is missing. */
export type LineVerdict = "met" | "MISSED" | "record" | "SKIPPED";

export interface Line {
  readonly what: string;
  readonly goal: string;
  readonly figure: string;
  readonly verdict: LineVerdict;
  /** The numbers behind the figure; times in seconds. */
  readonly values: Readonly<Record<string, number>>;
}

export interface Report {
  readonly schema: "dpamt-bench-1";
  readonly host: { readonly cpu: string; readonly cores: number; readonly load: number; readonly node: string };
  readonly repetitions: number;
  readonly missing: readonly string[];
  readonly lines: readonly Line[];
}

const SECONDS_FULL_DETAIL = 10;
const BYTES_FULL_DETAIL = 2 ** 30;
const SECONDS_LARGE_HOST = 1;
const BYTES_LARGE_HOST = 100e6;
const LEAST_RATE_RATIO = 0.5;
/** Calls a second of the module in direct form, on one core. */
const CALLS_PAIRS = 500_000;
const CALLS_PAGES = 500_000;
const CALLS_READS = 1_000_000;

const met = (condition: boolean): LineVerdict => (condition ? "met" : "MISSED");
const s = (seconds: number): string => `${seconds.toFixed(seconds < 0.1 ? 3 : 2)} s`;
const times = (ratio: number): string => `${ratio.toFixed(ratio < 10 ? 2 : 0)}x`;
const mb = (bytes: number): string => `${(bytes / 1e6).toFixed(0)} MB`;
const whole = (number: number): string => Math.round(number).toLocaleString("en-US");
const perSecond = (rate: number): string => `${(rate / 1e6).toFixed(2)} M/s`;

function skipped(what: string, goal: string): Line {
  return { what, goal, figure: "a tool is missing", verdict: "SKIPPED", values: {} };
}

function command({ count, own, spin }: Size): Line {
  const what = `whole command, coarse ${count.cpus} CPUs ${count.rounds} rounds`;
  const goal = "faster than SPIN's";
  if (spin === null) return skipped(what, goal);
  return {
    what,
    goal,
    figure: `${times(spin.whole / own.whole)} as fast: ${s(own.whole)} against ${s(spin.whole)}`,
    verdict: met(own.whole < spin.whole),
    values: { own: own.whole, spin: spin.whole, ownStates: own.states, spinStates: spin.states },
  };
}

function searches({ sizes, plain }: Measurements): Line[] {
  const { count, own, spin } = sizes[sizes.length - 1] as Size;
  const at = `coarse ${count.cpus} CPUs ${count.rounds} rounds`;
  const rate = { what: `search rate without symmetry, ${at}`, goal: `${LEAST_RATE_RATIO}x SPIN's or more` };
  const verdict = { what: `time to verdict with symmetry, ${at}`, goal: "below SPIN's search" };
  if (spin === null) return [skipped(rate.what, rate.goal), skipped(verdict.what, verdict.goal)];
  const ownRate = plain.states / plain.seconds;
  const spinRate = spin.states / spin.search;
  const ratio = ownRate / spinRate;
  return [
    {
      ...rate,
      figure: `${times(ratio)}: ${perSecond(ownRate)} against ${perSecond(spinRate)} states`,
      verdict: met(ratio >= LEAST_RATE_RATIO),
      values: { own: ownRate, spin: spinRate, ratio },
    },
    {
      ...verdict,
      figure: `${times(spin.search / own.seconds)} as fast: ${s(own.seconds)} against ${s(spin.search)}`,
      verdict: met(own.seconds < spin.search),
      values: { own: own.seconds, spin: spin.search },
    },
  ];
}

function rumur({ sizes, rumurCount, rumurPlain, rumurScalarset }: Measurements): Line[] {
  const own = sizes.find(({ count }) => count === rumurCount)?.own;
  return ([["plain", rumurPlain] as const, ["scalarset", rumurScalarset] as const] as const).map(([mode, peer]) => {
    const what = `Rumur ${mode}, coarse ${rumurCount.cpus} CPUs ${rumurCount.rounds} rounds`;
    const goal = "our command is faster";
    if (peer === null || own === undefined) return skipped(what, goal);
    const figure =
      `${times(peer.whole / own.whole)} as fast: ${s(own.whole)} against ${s(peer.whole)}; ` +
      `search ${s(own.seconds)} against ${s(peer.search)}, ${whole(peer.states)} states`;
    const values = { own: own.whole, rumur: peer.whole, ownSearch: own.seconds, rumurSearch: peer.search };
    return { what, goal, figure, verdict: met(own.whole < peer.whole), values };
  });
}

function fullDetail({ fullDetail: own, finer }: Measurements): Line[] {
  const line: Line = {
    what: "fast-path in full detail, 4 CPUs 2 rounds 1 region 1 failure",
    goal: `${SECONDS_FULL_DETAIL} s and ${mb(BYTES_FULL_DETAIL)} at most`,
    figure:
      `${s(own.seconds)}, peak ${mb(own.bytes)}; ${whole(own.states)} states, ` +
      `${whole(own.transitions / own.seconds)} transitions a second`,
    verdict: met(own.seconds <= SECONDS_FULL_DETAIL && own.bytes <= BYTES_FULL_DETAIL),
    values: { seconds: own.seconds, bytes: own.bytes, states: own.states, transitions: own.transitions },
  };
  const what = "SPIN on fast-path by statements (no module locks, no failures), same bounds";
  if (finer === null) return [line, skipped(what, "none")];
  const figure = `search ${s(finer.search)}, whole command ${s(finer.whole)}; ${whole(finer.states)} states`;
  const values = { search: finer.search, whole: finer.whole, states: finer.states };
  return [line, { what, goal: "none", figure, verdict: "record", values }];
}

const CALLS: readonly (readonly [rate: keyof CallRates, what: string, goal: number | null])[] = [
  ["pairs", "PAMT.ADD and PAMT.REMOVE by turns", CALLS_PAIRS],
  ["pages", "MEM.PAGE.AUG and MEM.PAGE.REMOVE by turns", CALLS_PAGES],
  ["reads", "PAGE.RDMD", CALLS_READS],
  ["rounds", "PAMT.ADD, PAGE.AUG, PAGE.REMOVE and PAMT.REMOVE by turns", null],
];

function module({ direct, stepped, largeHost }: Measurements): Line[] {
  return [
    ...CALLS.map(
      ([rate, what, goal]): Line => ({
        what: `direct form, ${what}`,
        goal: goal === null ? "none" : `${whole(goal)} calls a second or more`,
        figure: `${whole(direct[rate])}; run driver ${whole(stepped[rate])}, ${times(direct[rate] / stepped[rate])}`,
        verdict: goal === null ? "record" : met(direct[rate] >= goal),
        values: { perSecond: direct[rate], runDriver: stepped[rate], ratio: direct[rate] / stepped[rate] },
      }),
    ),
    {
      what: "building and booting a host of 2 TiB",
      goal: `${SECONDS_LARGE_HOST} s and ${mb(BYTES_LARGE_HOST)} at most`,
      figure: `${s(largeHost.seconds)}, ${mb(largeHost.bytes)}`,
      verdict: met(largeHost.seconds <= SECONDS_LARGE_HOST && largeHost.bytes <= BYTES_LARGE_HOST),
      values: { seconds: largeHost.seconds, bytes: largeHost.bytes },
    },
  ];
}

export function report(measured: Measurements): Report {
  const { repetitions, load, missing, sizes } = measured;
  const host = { cpu: cpus()[0]?.model ?? "unknown", cores: availableParallelism(), load, node: process.version };
  const lines = [
    ...sizes.map(command),
    ...searches(measured),
    ...rumur(measured),
    ...fullDetail(measured),
    ...module(measured),
  ];
  return { schema: "dpamt-bench-1", host, repetitions, missing, lines };
}

export function asText({ host, repetitions, missing, lines }: Report): string {
  const width = (column: (line: Line) => string): number => Math.max(...lines.map((line) => column(line).length));
  const whatWidth = width(({ what }) => what);
  const goalWidth = width(({ goal }) => goal);
  const rows = lines.map(
    ({ what, goal, figure, verdict }) =>
      `${verdict.padEnd(7)}  ${what.padEnd(whatWidth)}  ${goal.padEnd(goalWidth)}  ${figure}`,
  );
  const head = [
    `${host.cpu}, ${host.cores} cores, load ${host.load.toFixed(1)}, Node ${host.node}; best of ${repetitions}`,
    ...(host.load > host.cores / 2 ? ["The machine is busy: seconds are too long, ratios less reliable."] : []),
    ...missing.map((tool) => `SKIPPED: ${tool} is not installed and could not be; nothing is compared with it.`),
  ];
  return `${[...head, "", ...rows].join("\n")}\n`;
}
