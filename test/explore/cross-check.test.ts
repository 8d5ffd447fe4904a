/**
 * The explorer against brute force: on small random programs, both must come to the same ends, tell
 * the same things on the way, and agree on whether a deadlock exists. This is what says that the
 * reductions lose nothing.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Frontier } from "../../src/explore/frontier.js";
import { type ArenaOptions, BareArena, exhaust, type Order } from "./support/arena.js";
import { bruteForce, type Describe, type Outcomes } from "./support/brute-force.js";
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

/** The interleavings must be few enough for brute force. */
const STEPS_OF_TWO_MAX = 13;
const STEPS_OF_THREE_MAX = 9;

function isSmall(programs: readonly Code[]): boolean {
  const steps = programs.reduce((total, code) => total + length(code), 0);
  return steps <= (programs.length === 2 ? STEPS_OF_TWO_MAX : STEPS_OF_THREE_MAX);
}

function several(code: fc.Arbitrary<Code>): fc.Arbitrary<Code[]> {
  const two = fc.array(code, { minLength: 2, maxLength: 2 });
  const three = fc.array(code, { minLength: 3, maxLength: 3 });
  return fc.oneof({ weight: 2, arbitrary: two }, { weight: 1, arbitrary: three }).filter(isSmall);
}

/** Programs that tell at the end what they find in a word. */
const curiousCode: fc.Arbitrary<Code> = fc
  .tuple(fc.oneof(lockingCode, carelessCode), fc.nat({ max: DATA_WORDS - 1 }))
  .map(([code, word]) => [...code, { op: "read", word }, { op: "tell" }]);

/** Programs of which at least two are equal. */
function alike(code: fc.Arbitrary<Code>): fc.Arbitrary<Code[]> {
  return fc
    .tuple(code, fc.option(code))
    .map(([both, other]) => (other === null ? [both, both] : [both, other, both]))
    .filter(isSmall);
}

const apart: Describe = (data, registers) => `${data} | ${registers}`;

/** Registers of equal programs in any order. */
function together(programs: readonly Code[]): Describe {
  const kinds = programs.map((code) => programs.findIndex((other) => JSON.stringify(other) === JSON.stringify(code)));
  return (data, registers) => `${data} | ${registers.map((register, cpu) => `${kinds[cpu]}:${register}`).sort()}`;
}

interface Variant {
  readonly options: ArenaOptions;
  readonly shortcuts?: boolean;
  readonly order: Order;
}

const DEFAULT: Variant = { options: {}, order: "depth" };

/** Any reductions, in any order of search. */
const anyVariant: fc.Arbitrary<Variant> = fc.record({
  options: fc.record({
    protectedSteps: fc.boolean(),
    shortCalls: fc.boolean(),
    symmetry: fc.boolean(),
    oddEventsBegin: fc.boolean(),
  }),
  shortcuts: fc.boolean(),
  order: fc.constantFrom("depth", "breadth", "switches"),
});

/** An arena with `programs`. Where they may be alike, each keeps its register to itself. */
function arenaFor(programs: readonly Code[], describe: Describe, options: ArenaOptions): BareArena {
  const own = describe !== apart;
  const bare = programs.map((code, cpu) => {
    const label = own ? JSON.stringify(code) : `${cpu}`;
    return { label, start: () => interpret(label, code, 0, leaveIn(own ? RESULTS : RESULTS + cpu)) };
  });
  return new BareArena(bare, own ? { ...options, privateFrom: RESULTS } : options);
}

type Seen = Pick<Outcomes, "finals" | "told" | "deadlock">;

/** Restarts of all searches, so that a test can see that there were some. */
let restarts = 0;

/** What the explorer finds. */
function explored(programs: readonly Code[], describe: Describe, { options, order, shortcuts }: Variant): Seen {
  const arena = arenaFor(programs, describe, options);
  if (shortcuts === false) arena.world.shortcuts = null;
  const { shared, own } = arena.world;
  const finals = new Set<string>();
  const told = new Set<string>();
  arena.onEvent = (code, detail) => told.add(`${code}:${detail}`);
  arena.onState = () => {
    if (!arena.isEnd()) return;
    const data = Array.from({ length: DATA_WORDS }, (_, word) => shared.read(DATA + word));
    const registers = programs.map((_, cpu) =>
      describe === apart ? shared.read(RESULTS + cpu) : (own[cpu]?.read(RESULTS) ?? 0),
    );
    finals.add(describe(data, registers));
  };
  const search = exhaust(arena, order);
  restarts += search.statistics.restarts;
  return { finals, told, deadlock: search.found.has("R9") };
}

function readable({ finals, told, deadlock }: Seen) {
  return { finals: [...finals].sort(), told: [...told].sort(), deadlock };
}

/** How much there was to get wrong: programs with a deadlock, with several ends, with a fewest of switches above 0. */
const variety = { programs: 0, deadlocks: 0, ends: 0, switches: 0 };

function expectSame(programs: readonly Code[], describe: Describe, variants: readonly Variant[]): void {
  const outcomes = bruteForce(programs, describe);
  const expected = readable(outcomes);
  variety.programs++;
  if (expected.deadlock) variety.deadlocks++;
  if (expected.finals.length > 1) variety.ends++;
  for (const variant of variants)
    expect(readable(explored(programs, describe, variant)), JSON.stringify(variant)).toEqual(expected);
}

describe("the explorer comes to what brute force comes to", () => {
  it("with programs that keep to the rules of locks", () => {
    fc.assert(
      fc.property(several(lockingCode), anyVariant, (programs, variant) => {
        expectSame(programs, apart, [DEFAULT, variant]);
      }),
      { numRuns: 700 },
    );
  });

  it("with programs that forget to unlock, unlock what they do not hold, and use lock words as data", () => {
    fc.assert(
      fc.property(several(carelessCode), anyVariant, (programs, variant) => {
        expectSame(programs, apart, [DEFAULT, variant]);
      }),
      { numRuns: 700 },
    );
  });

  it("with CPUs that run the same program", () => {
    fc.assert(
      fc.property(alike(fc.oneof(lockingCode, carelessCode)), anyVariant, (programs, variant) => {
        expectSame(programs, together(programs), [DEFAULT, variant]);
      }),
      { numRuns: 500 },
    );
  });

  it("in as few context switches", () => {
    fc.assert(
      fc.property(fc.oneof(several(curiousCode), alike(curiousCode)), anyVariant, (programs, { options }) => {
        // What takes most switches is looked for.
        const hardest = [...bruteForce(programs, apart).switches].sort(([, a], [, b]) => b - a)[0];
        fc.pre(hardest !== undefined);
        const [register, expected] = hardest;
        if (expected > 0) variety.switches++;
        const arena = arenaFor(programs, together(programs), options);
        arena.onEvent = (_code, told) => {
          if (told === register) arena.world.violate("R1", "told");
        };
        const search = new Frontier(arena, { order: "switches", stopAt: [{ requirement: "R1" }], limits: {} });
        while (!search.slice(Number.POSITIVE_INFINITY));
        const path = search.found.get("R1")?.path;
        const switches = path?.filter(({ cpu }, index) => index > 0 && path[index - 1]?.cpu !== cpu).length;
        expect(switches).toBe(expected);
      }),
      { numRuns: 500 },
    );
  });

  it("with programs that leave room for mistakes", () => {
    expect(variety.deadlocks).toBeGreaterThan(50);
    expect(variety.ends).toBeGreaterThan(variety.programs / 4);
    // Of 500 programs some 50 to 90, by chance.
    expect(variety.switches).toBeGreaterThan(20);
    expect(restarts).toBeGreaterThan(variety.programs / 4);
  });
});
