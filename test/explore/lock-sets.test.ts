/** Sets of locks as numbers do what sets do. */
import fc from "fast-check";
import { expect, it } from "vitest";
import { ALL_LOCKS, LockSets, NO_LOCKS } from "../../src/explore/state/lock-sets.js";

const locks = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 6 });

function numberOf(sets: LockSets, members: readonly number[]): number {
  return members.reduce((set, lock) => sets.with(set, lock), NO_LOCKS);
}

it("they do", () => {
  const sets = new LockSets();
  fc.assert(
    fc.property(locks, locks, fc.integer({ min: 1, max: 60 }), (one, other, lock) => {
      const [first, second] = [numberOf(sets, one), numberOf(sets, other)];
      expect(numberOf(sets, [...one].reverse())).toBe(first);
      expect(sets.has(first, lock)).toBe(one.includes(lock));
      expect(sets.without(first, lock)).toBe(
        numberOf(
          sets,
          one.filter((each) => each !== lock),
        ),
      );
      expect(sets.union(first, second)).toBe(numberOf(sets, [...new Set([...one, ...other])]));
      expect(sets.intersection(first, second)).toBe(
        numberOf(
          sets,
          one.filter((each) => other.includes(each)),
        ),
      );
      expect(sets.isBeyond(first, second)).toBe(one.some((each) => !other.includes(each)));
      expect([sets.intersection(ALL_LOCKS, first), sets.intersection(first, ALL_LOCKS)]).toEqual([first, first]);
    }),
  );
});
