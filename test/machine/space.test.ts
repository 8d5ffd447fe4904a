/** The address space: ranges do not overlap, are found again, and name their words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADDRESS_LIMIT, AddressSpace, Discipline } from "../../src/machine/index.js";

describe("address space", () => {
  it("gives ranges that do not overlap, finds them by any of their words and nothing in between", () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: 2000 }), { minLength: 1, maxLength: 40 }), (sizes) => {
        const space = new AddressSpace();
        const bases = sizes.map((size, index) => space.reserve(size, (offset) => `range ${index} word ${offset}`));
        for (const [index, base] of bases.entries()) {
          const size = sizes[index] as number;
          const next = bases[index + 1];
          if (next !== undefined) expect(base + size).toBeLessThanOrEqual(next);
          for (const offset of [0, size >>> 1, size - 1]) {
            expect(space.rangeOf(base + offset)).toMatchObject({ base, words: size });
            expect(space.describe(base + offset)).toBe(`range ${index} word ${offset}`);
          }
        }
        const end = (bases[bases.length - 1] as number) + (sizes[sizes.length - 1] as number);
        expect(space.rangeOf(end)).toBeUndefined();
        expect(space.describe(end)).toBe(`word ${end}`);
      }),
    );
  });

  it("never gives word 0", () => {
    const space = new AddressSpace();
    expect(space.reserve(1, () => "first")).toBeGreaterThan(0);
    expect(space.rangeOf(0)).toBeUndefined();
  });

  it("knows how accesses to a range are ordered", () => {
    const space = new AddressSpace();
    const observed = space.reserve(2, () => "observed");
    const commuting = space.reserve(2, () => "commuting", Discipline.Commuting);
    expect(space.rangeOf(observed + 1)?.discipline).toBe(Discipline.Observed);
    expect(space.rangeOf(commuting)?.discipline).toBe(Discipline.Commuting);
  });

  it("refuses a host with more words than addresses, up to the last one", () => {
    const space = new AddressSpace();
    const all = ADDRESS_LIMIT - 1;
    expect(() => space.reserve(all + 1, () => "too much")).toThrow(/too large for the model/);
    const base = space.reserve(all, () => "all");
    expect(base + all).toBe(ADDRESS_LIMIT);
    expect(() => space.reserve(1, () => "one more")).toThrow(RangeError);
  });
});
