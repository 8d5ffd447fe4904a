/** Names that were meant: by distance against the textbook recursion, and for lists of names. */
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { didYouMean, meantName, nearestName } from "../../src/text/index.js";
import { slipsBetween } from "../../src/text/near.js";

/** Optimal string alignment by its definition, without a table. */
function byDefinition(one: string, other: string): number {
  if (one === "" || other === "") return one.length + other.length;
  const [a, b] = [one.slice(0, -1), other.slice(0, -1)];
  const ways = [
    byDefinition(a, other) + 1,
    byDefinition(one, b) + 1,
    byDefinition(a, b) + (one.at(-1) === other.at(-1) ? 0 : 1),
  ];
  const isSwap = one.length > 1 && other.length > 1 && one.at(-1) === other.at(-2) && one.at(-2) === other.at(-1);
  if (isSwap) ways.push(byDefinition(one.slice(0, -2), other.slice(0, -2)) + 1);
  return Math.min(...ways);
}

describe("slips between two names", () => {
  test("are as many as the definition says, up to the limit", () => {
    const word = fc.string({ unit: fc.constantFrom("a", "b", "c"), maxLength: 6 });
    fc.assert(
      fc.property(word, word, fc.integer({ min: 0, max: 7 }), (one, other, most) => {
        expect(slipsBetween(one, other, most)).toBe(Math.min(byDefinition(one, other), most + 1));
      }),
      { numRuns: 300 },
    );
  });
});

describe("the name that was meant", () => {
  test.each([
    ["spin_lokc", ["spin_lock", "spin_unlock", "spin_trylock"], "spin_lock"],
    ["spin_unlok", ["spin_lock", "spin_unlock"], "spin_unlock"],
    ["pnf", ["pfn", "page"], "pfn"],
    ["page_size", ["PAGE_SIZE", "page"], "PAGE_SIZE"],
    ["strange", ["ERANGE"], undefined],
    ["abc", ["abc"], undefined],
    ["", ["a"], undefined],
    ["ab", ["cd"], undefined],
    ["x".repeat(10_000), ["x".repeat(9999)], undefined],
  ])("for %j", (name, known, expected) => {
    expect(nearestName(name, known)).toBe(expected);
  });

  test("may be a part of one name of a list, and of one alone", () => {
    expect(meantName("region", ["region-locks", "lazy"])).toBe("region-locks");
    expect(meantName("rwlocks", ["mirrored-rwlocks", "ordered-rwlocks"])).toBeUndefined();
    expect(meantName("a", ["lazy"])).toBeUndefined();
  });

  test("stands before the list", () => {
    expect(didYouMean("lazi", ["lazy", "fast-path"])).toBe('did you mean "lazy"? There are lazy, fast-path');
    expect(didYouMean("qqq", ["lazy", "fast-path"])).toBe("there are lazy, fast-path");
  });

  test("is found among as many names as large headers have", () => {
    const names = Array.from({ length: 20_000 }, (_, at) => `tdx_name_number_${at}`);
    expect(nearestName("tdx_nmae_number_4711", names)).toBe("tdx_name_number_4711");
  });
});
