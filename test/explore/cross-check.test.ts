/**
 * The explorer against brute force: on small random programs, both must come to the same ends, tell
 * the same things on the way, and agree on whether CPUs can wait or go round for ever. This is what says that the
 * reductions lose nothing. `npm run fuzz` goes on with other programs.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { BestFirst } from "../../src/explore/search/best-first.js";
import { bruteForce } from "./support/brute-force.js";
import {
  alike,
  apart,
  arenaFor,
  beyond,
  compare,
  everyVariant,
  explored,
  kinds,
  readable,
  several,
  together,
  usualVariants,
  type Variant,
} from "./support/differential.js";
import { type Code, carelessCode, DATA_WORDS, lockingCode } from "./support/tiny.js";

/** Programs of each kind, and of how many of them every variant is tried instead of some. */
const PROGRAMS = 200;
const THOROUGH = 8;
/** Variants of the other programs, beside the usual ones, and single runs. */
const VARIANTS = 3;
const RUNS = 10;

/** Programs that tell at the end what they find in a word. */
const curiousCode: fc.Arbitrary<Code> = fc
  .tuple(fc.oneof(lockingCode, carelessCode), fc.nat({ max: DATA_WORDS - 1 }))
  .map(([code, word]) => [...code, { op: "read", word }, { op: "tell" }]);

const someVariants = fc
  .shuffledSubarray([...everyVariant], { minLength: VARIANTS, maxLength: VARIANTS })
  .map((variants) => [...variants, ...usualVariants]);

/** How much there was to get wrong. */
const variety = { programs: 0, deadlocks: 0, livelocks: 0, ends: 0, switches: 0, restarts: 0 };

function expectSame(programs: readonly Code[], variants: readonly Variant[]): void {
  for (const describing of [apart, together(programs)]) {
    const { outcomes, restarts, difference } = compare(programs, describing, variants);
    expect(difference === null ? "" : readable(difference)).toBe("");
    variety.programs++;
    variety.restarts += restarts;
    if (outcomes.deadlock) variety.deadlocks++;
    if (outcomes.livelock) variety.livelocks++;
    if (outcomes.finals.size > 1) variety.ends++;
  }
}

describe("an order that has learned more, in a pass that it gave up,", () => {
  // Breadth first, CPU0 is seen to write word 0 before it is known that the last CPU gets to it only behind others.
  const codes: Code[] = [
    [
      { op: "when", value: 0, count: 1 },
      { op: "store", word: 0 },
      { op: "take", word: 2, looks: true, blind: false },
    ],
    [{ op: "spin", word: 1, value: 0, yields: false, calls: false }],
    [
      { op: "poll", word: 2, value: 1, turns: 2 },
      { op: "add", word: 2, value: 1 },
      { op: "when", value: 2, count: 1 },
      { op: "add", word: 0, value: 1 },
    ],
  ];

  it("counts other states, and comes to the same", () => {
    expectSame(codes, everyVariant);
    const usual = everyVariant.filter(({ options, macroSteps }) => macroSteps && options.symmetry === true);
    const learned = new Set(usual.map((variant) => explored(codes, apart, variant).learned));
    expect(learned.size).toBeGreaterThan(1);
  });
});

describe("what needs scheduling points goes by accesses, not by the order in which they are met", () => {
  it("of a word of a range that overlaps with what another CPU reads", () => {
    const writer: Code = [
      { op: "try", lock: 0, shared: false },
      { op: "when", value: 0, count: 3 },
      { op: "fill", from: 0, value: 0 },
      { op: "try", lock: 0, shared: false },
      { op: "release", lock: 0, shared: false },
      { op: "store", word: 0 },
    ];
    const reader: Code = [
      { op: "acquire", lock: 0, shared: false },
      { op: "gather", from: 1 },
      { op: "release", lock: 0, shared: false },
    ];
    expectSame([writer, reader], everyVariant);
  });
});

describe.each(Object.entries(kinds))("with programs %s", (_, programs) => {
  it("every search comes to what brute force comes to", () => {
    fc.assert(
      fc.property(programs, someVariants, (each, variants) => expectSame(each, variants)),
      { numRuns: PROGRAMS },
    );
  });

  it("with every set of reductions", () => {
    fc.assert(
      fc.property(programs, (each) => expectSame(each, everyVariant)),
      { numRuns: THOROUGH },
    );
  });

  it("single runs come to nothing else", () => {
    fc.assert(
      fc.property(programs, (each) => {
        const difference = beyond(each, together(each), RUNS);
        expect(difference === null ? "" : readable(difference)).toBe("");
      }),
      { numRuns: PROGRAMS / 5 },
    );
  });
});

/** A call that adds to a word and, where it is the first to do so, runs `rest`; nothing in the register tells later. */
function asFirst(word: number, ...rest: Code): Code {
  const when: Code = [{ op: "when", value: 1, count: rest.length }, ...rest];
  return [{ op: "call", body: [{ op: "add", word, value: 1 }, ...when, { op: "forget" }] }];
}

it.each([2, 3])("a word that only one of %i equal CPUs touches at a time belongs to none of them", (cpus) => {
  const code = [
    ...asFirst(0, { op: "read", word: 2 }, { op: "tell" }),
    ...asFirst(1, { op: "write", word: 2, value: 1 }),
  ];
  expectSame(
    Array.from({ length: cpus }, () => code),
    everyVariant,
  );
});

it("equal CPUs in one place, of which one has a lock, are not interchangeable", () => {
  const taking: Code = [{ op: "call", body: [{ op: "try", lock: 0, shared: false }, { op: "forget" }] }];
  const careless: Code = [
    ...taking,
    ...asFirst(0, { op: "read", word: 2 }, { op: "when", value: 0, count: 2 }, { op: "read", word: 2 }, { op: "tell" }),
    ...asFirst(1, { op: "release", lock: 0, shared: false }),
  ];
  const writer: Code = [
    { op: "spin", word: 0, value: 1, yields: false, calls: false },
    { op: "acquire", lock: 0, shared: false },
    { op: "write", word: 2, value: 1 },
    { op: "release", lock: 0, shared: false },
  ];
  expectSame([careless, careless, writer], everyVariant);
});

describe("the search by switches", () => {
  it("takes as few context switches as it can", () => {
    fc.assert(
      fc.property(fc.oneof(several(curiousCode), alike(curiousCode)), someVariants, (programs, [variant]) => {
        // What takes most switches is looked for.
        const hardest = [...bruteForce(programs, apart).switches].sort(([, a], [, b]) => b - a)[0];
        fc.pre(hardest !== undefined);
        const [register, expected] = hardest;
        if (expected > 0) variety.switches++;
        const checkable = arenaFor(programs, together(programs), (variant as Variant).options);
        checkable.onEvent = (_code, told) => {
          if (told === register) checkable.system.violate("R1", "told");
        };
        const search = new BestFirst(checkable, { order: "switches", stopAt: [{ property: "R1" }], limits: {} });
        while (!search.slice(Number.POSITIVE_INFINITY));
        const path = search.found.get("R1")?.path;
        const switches = path?.filter(({ cpu }, index) => index > 0 && path[index - 1]?.cpu !== cpu).length;
        expect(switches).toBe(expected);
      }),
      { numRuns: 400 },
    );
  });
});

// Programs are others each time: each bound lies at least four standard deviations below the mean.
it("programs left room for mistakes", () => {
  expect(variety.deadlocks).toBeGreaterThan(50);
  expect(variety.livelocks).toBeGreaterThan(50);
  expect(variety.ends).toBeGreaterThan(variety.programs / 5);
  expect(variety.switches).toBeGreaterThan(15);
  expect(variety.restarts).toBeGreaterThan(variety.programs / 4);
});
