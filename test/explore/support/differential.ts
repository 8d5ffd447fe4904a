/**
 * The explorer against brute force, on tiny programs: with any search and any reductions it must come to the same ends,
 * tell the same on the way, and agree on whether CPUs can wait or go round for ever. The tests make a fixed number of
 * such comparisons, `npm run fuzz` as many as one likes.
 */
import fc from "fast-check";
import { Sampling } from "../../../src/explore/search/sampling.js";
import type { Search } from "../../../src/explore/search/search.js";
import { type BareOptions, BareSystem, exhaust, type Order } from "./bare-system.js";
import { bruteForce, type Describe, type Outcomes } from "./brute-force.js";
import {
  type Code,
  callingCode,
  carelessCode,
  DATA,
  DATA_WORDS,
  interpret,
  leaveIn,
  length,
  lockingCode,
  RESULTS,
  TRIES_AGAIN,
  waitingCode,
} from "./tiny.js";

/** The interleavings must be few enough for brute force: steps of all programs, by the number of programs. */
const STEPS_MAX: Readonly<Record<number, number>> = { 2: 13, 3: 11, 4: 10 };

function isSmall(programs: readonly Code[]): boolean {
  return programs.reduce((total, code) => total + length(code), 0) <= (STEPS_MAX[programs.length] ?? 0);
}

/** Two or three programs. */
export function several(code: fc.Arbitrary<Code>): fc.Arbitrary<Code[]> {
  const two = fc.array(code, { minLength: 2, maxLength: 2 });
  const three = fc.array(code, { minLength: 3, maxLength: 3 });
  return fc.oneof({ weight: 2, arbitrary: two }, { weight: 1, arbitrary: three }).filter(isSmall);
}

/** Two to four programs, all equal. */
function equal(code: fc.Arbitrary<Code>): fc.Arbitrary<Code[]> {
  return fc
    .tuple(code, fc.integer({ min: 2, max: 4 }))
    .map(([same, cpus]) => Array.from({ length: cpus }, () => same))
    .filter(isSmall);
}

/** Two to four programs, all equal or all but one. */
export function alike(code: fc.Arbitrary<Code>): fc.Arbitrary<Code[]> {
  return fc
    .tuple(code, fc.option(code, { freq: 1 }), fc.integer({ min: 2, max: 4 }))
    .map(([same, other, cpus]) =>
      Array.from({ length: cpus }, (_, cpu) => (cpu === 1 && other !== null ? other : same)),
    )
    .filter(isSmall);
}

/** What programs are made of. */
export const kinds: Readonly<Record<string, fc.Arbitrary<Code[]>>> = {
  "that keep to the rules of locks": several(lockingCode),
  "that forget to unlock, unlock what they do not hold, and use lock words as data": several(carelessCode),
  "of which some are equal": alike(fc.oneof(lockingCode, carelessCode)),
  "of calls with conditions, all equal": equal(callingCode),
  "that wait in loops": several(waitingCode),
  "that wait in loops, of which some are equal": alike(waitingCode),
};

export const apart: Describe = (data, registers) => `${data} | ${registers}`;

/** Registers of equal programs in any order. */
export function together(programs: readonly Code[]): Describe {
  const kinds = programs.map((code) => programs.findIndex((other) => JSON.stringify(other) === JSON.stringify(code)));
  return (data, registers) => `${data} | ${registers.map((register, cpu) => `${kinds[cpu]}:${register}`).sort()}`;
}

export interface Variant {
  readonly options: BareOptions;
  readonly macroSteps: boolean;
  readonly order: Order;
}

/** Every search with every set of reductions. */
export const everyVariant: readonly Variant[] = (["depth", "breadth", "switches"] as const).flatMap((order) =>
  Array.from({ length: 64 }, (_, bits): Variant => {
    const has = (bit: number): boolean => ((bits >>> bit) & 1) === 0;
    const options = {
      protectedSteps: has(0),
      shortCalls: has(1),
      symmetry: has(2),
      oddEventsBegin: !has(3),
      handMadeLocks: !has(5),
    };
    return { options, macroSteps: has(4), order };
    // Without protected steps it makes no difference whether locks are looked for.
  }).filter(({ options }) => options.protectedSteps || !options.handMadeLocks),
);

/** Those that checks use unless they are told otherwise: each search with all reductions. */
export const usualVariants: readonly Variant[] = everyVariant.filter(
  ({ options, macroSteps }) =>
    macroSteps &&
    options.protectedSteps &&
    options.shortCalls &&
    options.symmetry &&
    !options.oddEventsBegin &&
    !options.handMadeLocks,
);

/** An checkable with `programs`. Where they may be alike, each keeps its register to itself. */
export function arenaFor(programs: readonly Code[], describe: Describe, options: BareOptions): BareSystem {
  const own = describe !== apart;
  const bare = programs.map((code, cpu) => {
    const label = own ? JSON.stringify(code) : `${cpu}`;
    return { label, start: () => interpret(label, code, 0, leaveIn(own ? RESULTS : RESULTS + cpu)) };
  });
  const all = { ...options, triesAgain: TRIES_AGAIN };
  return new BareSystem(bare, own ? { ...all, privateFrom: RESULTS } : all);
}

/** What is compared. */
export interface Seen {
  readonly finals: readonly string[];
  readonly told: readonly string[];
  readonly endless: boolean;
  /** States, transitions and the sum of all fingerprints: the same in every order that has learned the same, with the same reductions. */
  readonly states?: string;
}

export interface Explored extends Seen {
  readonly restarts: number;
  /** What was learned of words. A pass that was given up may have learned more. */
  readonly learned: string;
}

/** Whether a word was written decides nothing by itself. */
const WRITTEN = 2;

/** What the search knows of each word, in no order. Nobody but this test asks for it. */
function learnedIn({ system }: BareSystem): string {
  const { flags, distrusted } = system.movers as unknown as { flags: Int32Array; distrusted: number };
  const decisive = [...flags].map((each) => each & ~WRITTEN).filter((each) => each !== 0);
  return `${decisive.sort((one, other) => one - other)} ${distrusted}`;
}

/** Tells what a search on `checkable` comes to. */
function watching(
  programs: readonly Code[],
  describe: Describe,
  checkable: BareSystem,
  search: () => Search,
): Explored {
  const { shared, own } = checkable.system;
  const finals = new Set<string>();
  const told = new Set<string>();
  checkable.onEvent = (code, detail) => {
    if (code !== TRIES_AGAIN) told.add(`${code}:${detail}`);
  };
  checkable.onState = () => {
    if (!checkable.isEnd()) return;
    const data = Array.from({ length: DATA_WORDS }, (_, word) => shared.read(DATA + word));
    const registers = programs.map((_, cpu) =>
      describe === apart ? shared.read(RESULTS + cpu) : (own[cpu]?.read(RESULTS) ?? 0),
    );
    finals.add(describe(data, registers));
  };
  const done = search();
  const { restarts, states, transitions } = done.statistics;
  const kept = { finals: [...finals].sort(), told: [...told].sort(), endless: isEndless(done) };
  return {
    ...kept,
    states: `${states} ${transitions} ${done.fingerprints()}`,
    restarts,
    learned: learnedIn(checkable),
  };
}

/** Whether CPUs can wait or go round for ever. */
function isEndless({ found }: Search): boolean {
  return found.has("deadlock") || found.has("cycle");
}

/** What the explorer finds. */
export function explored(programs: readonly Code[], describe: Describe, variant: Variant): Explored {
  const { options, order, macroSteps } = variant;
  const checkable = arenaFor(programs, describe, options);
  if (!macroSteps) checkable.system.goStepByStep();
  return watching(programs, describe, checkable, () => exhaust(checkable, order));
}

/** What single runs find. */
export function sampled(
  programs: readonly Code[],
  describe: Describe,
  sampler: "random" | "pct",
  runs: number,
): Explored {
  const checkable = arenaFor(programs, describe, { protectedSteps: false });
  return watching(programs, describe, checkable, () => {
    const search = new Sampling(checkable, sampler, 1, { runs });
    while (!search.slice(Number.POSITIVE_INFINITY));
    return search;
  });
}

function seen({ finals, told, deadlock, livelock }: Outcomes): Seen {
  return { finals: [...finals].sort(), told: [...told].sort(), endless: deadlock || livelock };
}

export interface Difference {
  readonly programs: readonly Code[];
  readonly variant: string;
  readonly expected: Seen;
  readonly found: Seen;
}

/** What brute force comes to, and the first variant that comes to something else. */
export function compare(programs: readonly Code[], describe: Describe, variants: readonly Variant[]) {
  const outcomes = bruteForce(programs, describe);
  const expected = seen(outcomes);
  let restarts = 0;
  const statesOf = new Map<string, string>();
  for (const variant of variants) {
    const { restarts: more, learned, states = "", ...found } = explored(programs, describe, variant);
    restarts += more;
    const same = `${JSON.stringify(variant.options)} ${learned}`;
    const known = statesOf.get(same) ?? states;
    statesOf.set(same, known);
    if (JSON.stringify(found) === JSON.stringify(expected) && states === known) continue;
    const wanted = { ...expected, states: known };
    const difference = { programs, variant: JSON.stringify(variant), expected: wanted, found: { ...found, states } };
    return { outcomes, restarts, difference };
  }
  return { outcomes, restarts, difference: null };
}

/** Single runs that come to something that brute force does not know. */
export function beyond(programs: readonly Code[], describe: Describe, runs: number): Difference | null {
  const expected = seen(bruteForce(programs, describe));
  for (const sampler of ["random", "pct"] as const) {
    const { finals, told, endless } = sampled(programs, describe, sampler, runs);
    const isKnown =
      finals.every((each) => expected.finals.includes(each)) && told.every((each) => expected.told.includes(each));
    if (isKnown && (expected.endless || !endless)) continue;
    return { programs, variant: sampler, expected, found: { finals, told, endless } };
  }
  return null;
}

/** A difference in lines: each program, then what was expected and what was found. */
export function readable({ programs, variant, expected, found }: Difference): string {
  const lines = programs.map((code, cpu) => `CPU${cpu}: ${code.map((each) => JSON.stringify(each)).join(" ")}`);
  return [...lines, variant, `expected ${JSON.stringify(expected)}`, `found    ${JSON.stringify(found)}`].join("\n");
}
