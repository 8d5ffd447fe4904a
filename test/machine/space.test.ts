/** The address space: ranges do not overlap, are found again, and name their words. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADDRESS_LIMIT, AddressSpace, FAR, Sharing } from "../../src/machine/index.js";

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

  it("gives no two ranges the same address, not even of no words", () => {
    const space = new AddressSpace();
    const bases = [0, 0, 3, 0].map((words, index) => space.reserve(words, () => `range ${index}`));
    expect(bases.map((base) => space.describe(base))).toEqual(["range 0", "range 1", "range 2", "range 3"]);
  });

  it("never gives word 0", () => {
    const space = new AddressSpace();
    expect(space.reserve(1, () => "first")).toBeGreaterThan(0);
    expect(space.rangeOf(0)).toBeUndefined();
  });

  it("knows how accesses to a range are ordered", () => {
    const space = new AddressSpace();
    const observed = space.reserve(2, () => "observed");
    const commuting = space.reserve(2, () => "commuting", Sharing.Commuting);
    expect(space.rangeOf(observed + 1)?.sharing).toBe(Sharing.Observed);
    expect(space.rangeOf(commuting)?.sharing).toBe(Sharing.Commuting);
  });

  it("refuses a host with more words than addresses, up to the last one", () => {
    const space = new AddressSpace();
    const all = ADDRESS_LIMIT - FAR;
    expect(() => space.reserve(all + 1, () => "too much")).toThrow(/too large for the model/);
    const base = space.reserve(all, () => "all");
    expect(base + all).toBe(ADDRESS_LIMIT);
    expect(() => space.reserve(FAR, () => "one more")).toThrow(RangeError);
  });
});

describe("arrays of records", () => {
  const sizes = [
    { what: "small", count: 100, words: 7 },
    { what: "large", count: 2 ** 20, words: 1536 },
    { what: "too large to be reserved at once", count: 2 ** 31, words: 5 },
  ];
  const cases = sizes.flatMap((size) => [true, false].map((explored) => ({ ...size, explored })));

  it.each(cases)(
    "$what, explored: $explored: records do not overlap, are found again",
    ({ count, words, explored }) => {
      const space = new AddressSpace(explored);
      const before = space.reserveArray(3, 10, () => "before");
      const array = space.reserveArray(count, words, (index, offset) => `record ${index} word ${offset}`);
      const behind = space.reserveArray(3, 10, () => "behind");
      const alone = space.reserve(5, () => "alone");
      const indices = [count - 1, 0, 41, 1, 40];
      const addresses = indices.map((index) => array.at(index));
      for (const [at, index] of indices.entries()) {
        const address = addresses[at] as number;
        expect(array.at(index)).toBe(address);
        for (const offset of [0, words - 1]) {
          expect(space.describe(address + offset)).toBe(`record ${index} word ${offset}`);
          expect(space.baseOf(address + offset)).toBe(address);
          expect(array.indexOf(address + offset)).toBe(index);
        }
      }
      for (const address of [before.at(0), behind.at(2), alone]) expect(array.indexOf(address)).toBe(-1);
      expect(space.baseOf(0)).toBeUndefined();
    },
  );

  it.each([3, 2 ** 20])("of %i words give a record the same address whoever asks first", (words) => {
    const addresses = [
      [0, 1, 2],
      [2, 0, 1],
    ].map((order) => {
      const array = new AddressSpace(true).reserveArray(1000, words, () => "");
      for (const index of order) array.at(index);
      return array.at(1);
    });
    expect(addresses[0]).toBe(addresses[1]);
  });

  it("have room for a record behind the last, and before the first", () => {
    const space = new AddressSpace();
    const array = space.reserveArray(4, 3, (index) => `record ${index}`);
    const next = space.reserveArray(4, 3, () => "next");
    for (const index of [4, -1]) {
      expect(space.describe(array.at(index) + 2)).toBe(`record ${index}`);
      expect(next.indexOf(array.at(index))).toBe(-1);
      expect(array.indexOf(array.at(index))).toBe(index);
    }
  });
});
