/**
 * The explorer against brute force: on small random programs, both must come to the same ends, tell
 * the same things on the way, and agree on whether a deadlock exists.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ArenaOptions, BareArena, exhaust, type Order } from "./support/arena.js";
import { bruteForce, type Outcomes } from "./support/brute-force.js";
import {
  type Code,
  carelessCode,
  DATA,
  DATA_WORDS,
  interpret,
  leaveIn,
  length,
  lockingCode,
  RESULTS,
} from "./support/tiny.js";

/** Interleavings stay in the thousands for the brute force. */
function isSmall(programs: readonly Code[]): boolean {
  const lengths = programs.map(length);
  return lengths.reduce((total, one) => total + one, 0) <= (programs.length === 2 ? 14 : 10);
}

const describeApart = (data: readonly number[], registers: readonly number[]): string => `${data} | ${registers}`;
/** Equal programs may swap their registers. */
const describeAlike = (data: readonly number[], registers: readonly number[]): string =>
  `${data} | ${[...registers].sort()}`;

/** What the explorer finds, in the words of the brute force. */
function explored(programs: readonly Code[], alike: boolean, options: ArenaOptions, order: Order = "depth"): Outcomes {
  const arena = new BareArena(
    programs.map((code, cpu) => {
      const label = alike ? JSON.stringify(code) : `${cpu}`;
      return { label, start: () => interpret(label, code, 0, leaveIn(alike ? RESULTS : RESULTS + cpu)) };
    }),
    { ...options, ...(alike ? { privateFrom: RESULTS } : {}) },
  );
  const { shared, own } = arena.world;
  const outcomes: Outcomes = { finals: new Set(), told: new Set(), deadlock: false };
  arena.onEvent = (code, detail) => outcomes.told.add(`${code}:${detail}`);
  arena.onState = () => {
    if (!arena.isEnd()) return;
    const data = Array.from({ length: DATA_WORDS }, (_, word) => shared.read(DATA + word));
    const registers = programs.map((_, cpu) => (alike ? own[cpu]!.read(RESULTS) : shared.read(RESULTS + cpu)));
    outcomes.finals.add((alike ? describeAlike : describeApart)(data, registers));
  };
  const search = exhaust(arena, order);
  outcomes.deadlock = search.found.has("R9");
  return outcomes;
}

function readable({ finals, told, deadlock }: Outcomes) {
  return { finals: [...finals].sort(), told: [...told].sort(), deadlock };
}

const RUNS = Number(process.env["XRUNS"] ?? 400);

describe("cross-check", () => {
  it.each([
    ["2 CPUs", 2],
    ["3 CPUs", 3],
  ])("%s locking", (_name, cpus) => {
    fc.assert(
      fc.property(fc.array(lockingCode, { minLength: cpus, maxLength: cpus }).filter(isSmall), (programs) => {
        const expected = readable(bruteForce(programs, describeApart));
        expect(readable(explored(programs, false, {}))).toEqual(expected);
        expect(readable(explored(programs, false, { protectedSteps: false }))).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
  });
  it.each([
    ["2 CPUs", 2],
    ["3 CPUs", 3],
  ])("%s careless", (_name, cpus) => {
    fc.assert(
      fc.property(fc.array(carelessCode, { minLength: cpus, maxLength: cpus }).filter(isSmall), (programs) => {
        const expected = readable(bruteForce(programs, describeApart));
        expect(readable(explored(programs, false, {}))).toEqual(expected);
      }),
      { numRuns: RUNS },
    );
  });
});
