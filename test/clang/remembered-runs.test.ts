/** What a program came to is remembered by what it saw: the same as a run of it, whatever the words hold. */
import * as fc from "fast-check";
import { expect, it } from "vitest";
import { RememberedRuns } from "../../src/clang/subject/remembered-runs.js";
import { on, type Program, read, run, Words, wordOperation } from "../../src/machine/index.js";

const TAKE = wordOperation({ name: "take", next: (word) => word + 1, result: (word) => word });
const GIVE = wordOperation({ name: "give", next: (word) => word - 1, result: () => 0 });
const WORDS = 6;

/** Goes from word to word as they say, takes some and gives them back, and sums up what it has seen. */
function* wander(steps: number, start: number): Program {
  let at = start;
  let sum = 0;
  const taken: number[] = [];
  for (let i = 0; i < steps; i++) {
    const takes = at % 2 === 0;
    const held = yield takes ? on(TAKE, at) : read(at);
    if (takes) taken.push(at);
    sum = sum * 7 + held;
    at = 1 + ((at * 3 + held) % WORDS);
  }
  for (const each of taken) yield on(GIVE, each);
  return sum | 0;
}

it("is what a run returns", () => {
  const change = fc.record({ address: fc.integer({ min: 1, max: WORDS }), value: fc.nat(2) });
  let hits = 0;
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: WORDS }),
      fc.array(change),
      (steps, at, all) => {
        const words = new Words();
        const remembered = new RememberedRuns(words);
        for (const { address, value } of all) {
          words.write(address, value);
          const expected = run(words, wander(steps, at));
          const known = remembered.known();
          if (known !== undefined) hits++;
          expect(known ?? run(words, remembered.learn(wander(steps, at)))).toBe(expected);
          expect(remembered.known()).toBe(expected);
        }
      },
    ),
    { numRuns: 500 },
  );
  expect(hits).toBeGreaterThan(100);
});

it("is refused of a program that takes other steps", () => {
  const words = new Words();
  function* another(): Program {
    return (yield* wander(2, 1)) + 1;
  }
  for (const other of [wander(2, 3), wander(1, 1), another()]) {
    const remembered = new RememberedRuns(words);
    run(words, remembered.learn(wander(2, 1)));
    expect(() => run(words, remembered.learn(other))).toThrow("a program takes other steps when it runs again");
  }
});
