/** The tables of the search against a plain set and a plain map. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { StateSet } from "../../src/explore/search/state-set.js";
import { PairMap } from "../../src/explore/state/pair-map.js";
import { mix } from "../../src/machine/index.js";

describe("visited states", () => {
  // Halves that collide in a small table, and any others.
  const half = fc.oneof(fc.integer({ min: -4, max: 4 }), fc.integer());

  it("are new once", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(half, half), { maxLength: 200 }), (fingerprints) => {
        const visited = new StateSet(4);
        const plain = new Set<string>();
        for (const [low, high] of fingerprints) {
          // 0:0 stands for a free cell, so it is kept as 0:1.
          const key = low === 0 && high === 0 ? "0:1" : `${low}:${high}`;
          expect(visited.add(low, high)).toBe(!plain.has(key));
          plain.add(key);
          expect(visited.size).toBe(plain.size);
        }
      }),
    );
  });

  it("are kept when the table grows", () => {
    const visited = new StateSet(2);
    const bytes = visited.bytes;
    const count = 50_000;
    let added = 0;
    for (const turn of [0, 1, 2]) {
      for (let i = turn; i < count + turn; i++) if (visited.add(mix(i), mix(i + count))) added++;
    }
    // The second and third turn add one new state each.
    expect(added).toBe(count + 2);
    expect(visited.size).toBe(added);
    expect(visited.bytes).toBeGreaterThan(bytes);
    expect(visited.bytes).toBeGreaterThanOrEqual(8 * count);
  });

  it("that differ in one half only are two", () => {
    const visited = new StateSet();
    expect([visited.add(1, 2), visited.add(1, 3), visited.add(2, 2), visited.add(2, 1)]).toEqual([
      true,
      true,
      true,
      true,
    ]);
    expect(visited.add(1, 2)).toBe(false);
  });
});

describe("pair map", () => {
  it("holds what was set last", () => {
    const first = fc.nat({ max: 6 });
    // Results may be negative: an errno, a count below 0.
    const second = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer());
    fc.assert(
      fc.property(fc.array(fc.tuple(first, second, fc.nat()), { maxLength: 100 }), (entries) => {
        const map = new PairMap(2);
        const plain = new Map<string, number>();
        for (const [a, b, value] of entries) {
          expect(map.get(a, b)).toBe(plain.get(`${a} ${b}`) ?? -1);
          map.set(a, b, value);
          plain.set(`${a} ${b}`, value);
          expect(map.get(a, b)).toBe(value);
        }
        for (const [a, b] of entries) expect(map.get(a, b)).toBe(plain.get(`${a} ${b}`));
      }),
    );
  });

  it("grows", () => {
    const map = new PairMap(4);
    for (let a = 0; a < 300; a++) for (let b = 0; b < 100; b++) map.set(a, b, a * b);
    for (let a = 0; a < 300; a += 7) for (let b = 0; b < 100; b += 3) expect(map.get(a, b)).toBe(a * b);
    expect(map.get(300, 0)).toBe(-1);
    expect(map.get(0, 100)).toBe(-1);
  });
});
