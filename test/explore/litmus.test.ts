/**
 * Memory models: the litmus tests with known answers, conditional atomics in them among these, and random programs against a
 * reference of x86-TSO.
 *
 * Names and verdicts of the litmus tests: Owens, Sarkar, Sewell, "A Better x86 Memory Model: x86-TSO" (2009), and
 * Maranget, Sarkar, Sewell, "A Tutorial Introduction to the ARM and POWER Relaxed Memory Models" (2012).
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type MemoryModelName, memoryModels } from "../../src/check/index.js";
import {
  type Code,
  conditionals,
  DATA_WORDS,
  DEFAULT,
  end,
  explored,
  reference,
  type Step,
  type Variant,
} from "./support/memory.js";

const [X, Y, Z, W] = [0, 1, 2, 3] as const;
const load = (word: number): Step => ({ op: "load", word, as: "relaxed" });
const store = (word: number, value = 1): Step => ({ op: "store", word, value, as: "relaxed" });
const add = (word: number): Step => ({ op: "add", word });
const FENCE: Step = { op: "fence" };

interface Litmus {
  readonly name: string;
  readonly programs: readonly Code[];
  /** The end that is asked about: data words, and the values that each CPU has seen. */
  readonly data: readonly number[];
  readonly values: readonly (readonly number[])[];
  readonly allowed: readonly MemoryModelName[];
}

const litmus: readonly Litmus[] = [
  {
    name: "SB: each stores, then looks at the other's word",
    programs: [
      [store(X), load(Y)],
      [store(Y), load(X)],
    ],
    data: [1, 1],
    values: [[0], [0]],
    allowed: ["tso"],
  },
  {
    name: "SB with fences",
    programs: [
      [store(X), FENCE, load(Y)],
      [store(Y), FENCE, load(X)],
    ],
    data: [1, 1],
    values: [[0], [0]],
    allowed: [],
  },
  {
    name: "SB with one fence",
    programs: [
      [store(X), FENCE, load(Y)],
      [store(Y), load(X)],
    ],
    data: [1, 1],
    values: [[0], [0]],
    allowed: ["tso"],
  },
  {
    name: "SB with locked instructions between",
    programs: [
      [store(X), add(Z), load(Y)],
      [store(Y), add(W), load(X)],
    ],
    data: [1, 1, 1, 1],
    values: [
      [1, 0],
      [1, 0],
    ],
    allowed: [],
  },
  {
    name: "SB with stores under locks that a store gives back",
    programs: [
      [{ op: "lock", lock: 0 }, store(X), { op: "release", lock: 0 }, load(Y)],
      [{ op: "lock", lock: 1 }, store(Y), { op: "release", lock: 1 }, load(X)],
    ],
    data: [1, 1],
    values: [[0], [0]],
    allowed: ["tso"],
  },
  {
    name: "SB with stores under locks that are given back with all stores made",
    programs: [
      [{ op: "lock", lock: 0 }, store(X), { op: "unlock", lock: 0 }, load(Y)],
      [{ op: "lock", lock: 1 }, store(Y), { op: "unlock", lock: 1 }, load(X)],
    ],
    data: [1, 1],
    values: [[0], [0]],
    allowed: [],
  },
  {
    name: "SB with locked instructions for stores",
    programs: [
      [add(X), load(Y)],
      [add(Y), load(X)],
    ],
    data: [1, 1],
    values: [
      [1, 0],
      [1, 0],
    ],
    allowed: [],
  },
  {
    name: "SB+rfis (n6): each sees its own store first",
    programs: [
      [store(X), load(X), load(Y)],
      [store(Y), load(Y), load(X)],
    ],
    data: [1, 1],
    values: [
      [1, 0],
      [1, 0],
    ],
    allowed: ["tso"],
  },
  {
    name: "n6 as in the manual of AMD: a store is seen by its CPU before the other's, which memory has had earlier",
    programs: [
      [store(X), load(X), load(Y)],
      [store(Y), store(X, 2)],
    ],
    data: [1, 1],
    values: [[1, 0], []],
    allowed: ["tso"],
  },
  {
    name: "MP: the flag without the data",
    programs: [
      [store(X), store(Y)],
      [load(Y), load(X)],
    ],
    data: [1, 1],
    values: [[], [1, 0]],
    allowed: [],
  },
  {
    name: "LB: both see what is stored later",
    programs: [
      [load(X), store(Y)],
      [load(Y), store(X)],
    ],
    data: [1, 1],
    values: [[1], [1]],
    allowed: [],
  },
  {
    name: "IRIW: two readers see two stores in different orders",
    programs: [[store(X)], [store(Y)], [load(X), load(Y)], [load(Y), load(X)]],
    data: [1, 1],
    values: [[], [], [1, 0], [1, 0]],
    allowed: [],
  },
  {
    name: "2+2W: both first stores are last",
    programs: [
      [store(X, 1), store(Y, 2)],
      [store(Y, 1), store(X, 2)],
    ],
    data: [1, 1],
    values: [[], []],
    allowed: [],
  },
  {
    name: "R: a store after another's, which then misses the first",
    programs: [
      [store(X), store(Y)],
      [store(Y, 2), load(X)],
    ],
    data: [1, 2],
    values: [[], [0]],
    allowed: ["tso"],
  },
  {
    name: "S: a store that was seen to come later comes first",
    programs: [
      [store(X, 2), store(Y)],
      [load(Y), store(X)],
    ],
    data: [2, 1],
    values: [[], [1]],
    allowed: [],
  },
  {
    name: "WRC: a store that one CPU passes on",
    programs: [[store(X)], [load(X), store(Y)], [load(Y), load(X)]],
    data: [1, 1],
    values: [[], [1], [1, 0]],
    allowed: [],
  },
  {
    name: "CoRR: a word goes back",
    programs: [[store(X)], [load(X), load(X)]],
    data: [1],
    values: [[], [1, 0]],
    allowed: [],
  },
];

/** A conditional atomic on a word after so many additions to it: what it sees, and what the word holds at the end. */
interface Attempt {
  readonly step: (word: number) => Step;
  readonly adds: number;
  readonly saw: number;
  readonly after: number;
  readonly fails: boolean;
}

const attempts: readonly Attempt[] = [
  { step: (word) => ({ op: "inc-not-zero", word }), adds: 0, saw: 0, after: 0, fails: true },
  { step: (word) => ({ op: "inc-not-zero", word }), adds: 1, saw: 1, after: 2, fails: false },
  { step: (word) => ({ op: "dec-unless-one", word }), adds: 1, saw: 0, after: 1, fails: true },
  { step: (word) => ({ op: "dec-unless-one", word }), adds: 2, saw: 1, after: 1, fails: false },
  { step: (word) => ({ op: "dec-if-above-one", word }), adds: 1, saw: 0, after: 1, fails: true },
  { step: (word) => ({ op: "dec-if-above-one", word }), adds: 2, saw: 1, after: 1, fails: false },
  { step: (word) => ({ op: "dec-if-positive", word }), adds: 0, saw: -1, after: 0, fails: true },
  { step: (word) => ({ op: "dec-if-positive", word }), adds: 1, saw: 0, after: 0, fails: false },
  { step: (word) => ({ op: "cmpxchg", word, expected: 1, value: 3 }), adds: 0, saw: 0, after: 0, fails: true },
  { step: (word) => ({ op: "cmpxchg", word, expected: 1, value: 3 }), adds: 1, saw: 1, after: 3, fails: false },
  { step: (word) => ({ op: "cmpxchg", word, expected: 1, value: 1 }), adds: 1, saw: 1, after: 1, fails: false },
];

/** Only one that succeeds keeps the store before it and the load after it in order. */
const betweenStoreAndLoad = attempts.map(({ step, adds, saw, after, fails }): Litmus => {
  const added = Array.from({ length: adds }, (_, index) => index + 1);
  const around = (own: number, stored: number, loaded: number): Code => [
    ...added.map(() => add(own)),
    store(stored),
    step(own),
    load(loaded),
  ];
  return {
    name: `SB with ${step(Z).op} between that ${fails ? "fails" : "succeeds"}, after ${adds} additions, to ${after}`,
    programs: [around(Z, X, Y), around(W, Y, X)],
    data: [1, 1, after, after],
    values: [
      [...added, saw, 0],
      [...added, saw, 0],
    ],
    allowed: fails ? ["tso"] : [],
  };
});

const conditional: readonly Litmus[] = [
  ...betweenStoreAndLoad,
  {
    name: "SB with a failing inc-not-zero in place of a load",
    programs: [
      [store(X), { op: "inc-not-zero", word: Y }],
      [store(Y), FENCE, load(X)],
    ],
    data: [1, 1],
    values: [[0], [0]],
    allowed: ["tso"],
  },
  {
    name: "SB with a failing cmpxchg in place of both loads",
    programs: [
      [store(X), { op: "cmpxchg", word: Y, expected: 2, value: 3 }],
      [store(Y), { op: "cmpxchg", word: X, expected: 2, value: 3 }],
    ],
    data: [1, 1],
    values: [[0], [0]],
    allowed: ["tso"],
  },
  {
    name: "a condition fails by a store that only its own CPU sees",
    programs: [
      [store(Y), store(X), { op: "dec-unless-one", word: Y }],
      [store(Y, 2), FENCE, load(X)],
    ],
    data: [1, 2],
    values: [[0], [0]],
    allowed: ["tso"],
  },
  {
    name: "a condition holds by a store that only its own CPU sees: it waits, and another store comes between",
    programs: [[store(Y), { op: "inc-not-zero", word: Y }], [store(Y, 0)]],
    data: [0, 0],
    values: [[0], []],
    allowed: ["sc", "tso"],
  },
  {
    name: "what succeeds is done on memory: two CPUs do not count from the same value",
    programs: [
      [store(X), { op: "inc-not-zero", word: X }],
      [store(X), { op: "inc-not-zero", word: X }],
    ],
    data: [2],
    values: [[1], [1]],
    allowed: ["sc", "tso"],
  },
  {
    name: "SB with a spin_trylock that fails in place of a load",
    programs: [
      [store(X), { op: "trylock", lock: 0 }],
      [{ op: "lock", lock: 0 }, { op: "unlock", lock: 0 }, load(X)],
    ],
    data: [1],
    values: [[0], [0]],
    allowed: ["tso"],
  },
  {
    name: "SB with spin_trylock between, both succeed",
    programs: [
      [store(X), { op: "trylock", lock: 0 }, load(Y)],
      [store(Y), { op: "trylock", lock: 1 }, load(X)],
    ],
    data: [1, 1],
    values: [
      [1, 0],
      [1, 0],
    ],
    allowed: [],
  },
  {
    name: "a spin_trylock that fails comes after what was stored before the lock was taken",
    programs: [
      [store(X), { op: "trylock", lock: 0 }, load(Y)],
      [store(Y), { op: "trylock", lock: 0 }, load(X)],
    ],
    data: [1, 1],
    values: [
      [1, 0],
      [0, 0],
    ],
    allowed: [],
  },
  {
    name: "a lock taken by waiting is ordered, after a spin_trylock too",
    programs: [
      [store(X), { op: "trylock", lock: 0 }, { op: "when", value: 0, count: 1 }, { op: "lock", lock: 0 }, load(Y)],
      [{ op: "lock", lock: 0 }, { op: "unlock", lock: 0 }, store(Y), FENCE, load(X)],
    ],
    data: [1, 1],
    values: [[0, 0], [0]],
    allowed: [],
  },
];

const storeHalf = (word: number, half: 0 | 1, value: number): Step => ({
  op: "store-half",
  word,
  half,
  value,
  as: "relaxed",
});

/** What a search has once come to, and no CPU does. */
const neverSeen: readonly Litmus[] = [
  {
    name: "a store does not overtake an older one to another word, though both words seem to be kept apart",
    programs: [
      [store(X), storeHalf(Y, 0, 2), storeHalf(X, 1, 2), load(Y)],
      [store(Y), storeHalf(X, 1, 1), store(Y), load(X)],
    ],
    data: [5, 2],
    values: [[2], [5]],
    allowed: [],
  },
  {
    name: "a store does not overtake an older one to the same word, which waits behind one to many words",
    programs: [
      [{ op: "lock", lock: 0 }, store(X, 3), { op: "unlock", lock: 0 }],
      [{ op: "fill", from: X, value: 3, as: "plain" }, storeHalf(Y, 1, 3), store(X), store(Y, 2)],
    ],
    data: [1, 14, 3, 3],
    values: [[], []],
    allowed: [],
  },
  {
    name: "a store to many words does not overtake an older one to one of them",
    programs: [
      [{ op: "lock", lock: 0 }, store(X, 3), { op: "unlock", lock: 0 }],
      [
        { op: "fill", from: X, value: 3, as: "plain" },
        storeHalf(Z, 1, 2),
        { op: "fill", from: Y, value: 1, as: "plain" },
      ],
    ],
    data: [3, 1, 9, 1],
    values: [[], []],
    allowed: [],
  },
];

/** Words may be kept apart by other words, which are no locks. */
const HAND_MADE: Variant = { options: { handMadeLocks: true }, order: "depth" };
const UNREDUCED: Variant = { options: { protectedSteps: false, symmetry: false, shortCalls: false }, order: "depth" };

describe.each([...litmus, ...conditional, ...neverSeen])("$name", ({ programs, data, values, allowed }) => {
  it.each(memoryModels)("under %s", (memory) => {
    const { finals } = explored(programs, memory);
    expect(finals.has(end(programs, data, values))).toBe(allowed.includes(memory));
    expect([...finals].sort()).toEqual([...reference(programs, memory).finals].sort());
    for (const variant of [HAND_MADE, UNREDUCED]) expect(explored(programs, memory, variant).finals).toEqual(finals);
  });
});

const word = fc.oneof(
  { weight: 5, arbitrary: fc.nat({ max: 1 }) },
  { weight: 1, arbitrary: fc.nat({ max: DATA_WORDS - 1 }) },
);
const value = fc.integer({ min: 1, max: 3 });
const as = fc.constantFrom("relaxed" as const, "plain" as const);
const half = fc.constantFrom(0 as const, 1 as const);

const single: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ op: fc.constant("load" as const), word, as }) },
  { weight: 6, arbitrary: fc.record({ op: fc.constant("store" as const), word, value, as }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constant("store-half" as const), word, half, value, as }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("fill" as const), from: word, value, as }) },
  { weight: 1, arbitrary: fc.record({ op: fc.constant("add" as const), word }) },
  { weight: 2, arbitrary: fc.record({ op: fc.constantFrom(...conditionals), word }) },
  {
    weight: 1,
    arbitrary: fc.record({ op: fc.constant("cmpxchg" as const), word, expected: fc.nat({ max: 2 }), value }),
  },
  { weight: 1, arbitrary: fc.constant(FENCE) },
  { weight: 1, arbitrary: fc.constant({ op: "choose" } as const) },
);

/** Steps under a lock, or only after a certain value was seen. */
const group: fc.Arbitrary<Code> = fc.oneof(
  { weight: 4, arbitrary: single.map((step) => [step]) },
  {
    weight: 2,
    arbitrary: fc
      .tuple(fc.nat({ max: 1 }), fc.array(single, { minLength: 1, maxLength: 2 }), fc.boolean())
      .map(
        ([lock, body, asStore]): Code => [{ op: "lock", lock }, ...body, { op: asStore ? "release" : "unlock", lock }],
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat({ max: 1 }), single, fc.boolean())
      .map(
        ([lock, step, asStore]): Code => [
          { op: "trylock", lock },
          { op: "when", value: 1, count: 2 },
          step,
          { op: asStore ? "release" : "unlock", lock },
        ],
      ),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(fc.nat({ max: 1 }), single)
      .map(([wanted, step]): Code => [{ op: "when", value: wanted, count: 1 }, step]),
  },
);

const code = (most: number): fc.Arbitrary<Code> =>
  fc
    .array(group, { minLength: 1, maxLength: most })
    .map((groups) => groups.flat())
    .filter((steps) => steps.length <= most + 2);

/** Programs that store to a word and later look at another, in which the models differ most. */
const crossing: fc.Arbitrary<readonly Code[]> = fc
  .array(fc.array(single, { minLength: 0, maxLength: 2 }), { minLength: 2, maxLength: 2 })
  .map(([first = [], second = []]) => [
    [store(X), ...first, load(Y)],
    [store(Y), ...second, load(X)],
  ]);

/** Two or three programs; two of them may be the same. */
const programs: fc.Arbitrary<readonly Code[]> = fc.oneof(
  { weight: 2, arbitrary: crossing },
  { weight: 3, arbitrary: fc.tuple(code(5), code(5)) },
  { weight: 1, arbitrary: code(4).map((both) => [both, both]) },
  { weight: 1, arbitrary: fc.tuple(code(3), code(2), code(2)) },
  { weight: 1, arbitrary: fc.tuple(code(2), code(2)).map(([twice, once]) => [twice, once, twice]) },
);

const variants: fc.Arbitrary<Variant> = fc.record({
  options: fc.record({
    protectedSteps: fc.boolean(),
    shortCalls: fc.boolean(),
    symmetry: fc.boolean(),
    handMadeLocks: fc.boolean(),
  }),
  order: fc.constantFrom("depth", "breadth", "switches"),
});

describe("random programs", () => {
  const seen = { programs: 0, weaker: 0, racing: 0 };

  it.each(memoryModels)("come to what the reference comes to, and race where it does, under %s", (memory) => {
    fc.assert(
      fc.property(programs, variants, (codes, variant) => {
        const expected = reference(codes, memory);
        seen.programs++;
        if (memory === "tso" && expected.finals.size > reference(codes, "sc").finals.size) seen.weaker++;
        if (expected.races.size > 0) seen.racing++;
        for (const each of [DEFAULT, HAND_MADE, variant]) {
          const { finals, races } = explored(codes, memory, each);
          expect([...finals].sort()).toEqual([...expected.finals].sort());
          if (codes.length === 2) expect([...races].sort()).toEqual([...expected.races].sort());
          else expect(races.size > 0).toBe(expected.races.size > 0);
        }
      }),
      { numRuns: 1000 },
    );
  });

  it("leave room for mistakes", () => {
    expect(seen.weaker).toBeGreaterThan(40);
    expect(seen.racing).toBeGreaterThan(seen.programs / 10);
    expect(seen.racing).toBeLessThan((9 * seen.programs) / 10);
  });
});
