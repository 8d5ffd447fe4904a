/** Atomics and locks of the kernel against plain arithmetic. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  atomicCmpxchg,
  atomicDec,
  atomicDecAndTest,
  atomicDecIfAboveOne,
  atomicDecIfPositive,
  atomicDecUnlessOne,
  atomicInc,
  atomicIncNotZero,
  atomicRead,
  atomicSet,
  readLock,
  readUnlock,
  Softirqs,
  spinLock,
  spinLockBh,
  spinUnlock,
  spinUnlockBh,
  writeLock,
  writeUnlock,
} from "../../src/kernel/index.js";
import { LockEffect, type Operation } from "../../src/machine/index.js";

/** Counts near 0, where the operations differ, and anything else. */
const count = fc.oneof(fc.integer({ min: -2, max: 3 }), fc.integer());
const wrap = (value: number): number => Number(BigInt.asIntN(32, BigInt(value)));

/** What an operation does to a word: contents afterwards, result. */
function apply(operation: Operation, word: number): [number, number] {
  const { word: description, argument } = operation;
  return [description.next(word, argument), description.result(word, argument)];
}

/** For every operation: the word afterwards and the result, in plain arithmetic. */
const meanings: readonly (readonly [string, () => Operation, (word: number) => [number, number]])[] = [
  ["atomic_inc_not_zero", () => atomicIncNotZero(1), (word) => (word === 0 ? [0, 0] : [wrap(word + 1), 1])],
  ["atomic_add_unless(-1, 1)", () => atomicDecUnlessOne(1), (word) => (word === 1 ? [1, 0] : [wrap(word - 1), 1])],
  ["atomic_dec_if_above_one", () => atomicDecIfAboveOne(1), (word) => (word > 1 ? [word - 1, 1] : [word, 0])],
  ["atomic_dec_if_positive", () => atomicDecIfPositive(1), (word) => [word > 0 ? word - 1 : word, wrap(word - 1)]],
  ["atomic_inc", () => atomicInc(1), (word) => [wrap(word + 1), 0]],
  ["atomic_dec", () => atomicDec(1), (word) => [wrap(word - 1), 0]],
  ["atomic_dec_and_test", () => atomicDecAndTest(1), (word) => [wrap(word - 1), word === 1 ? 1 : 0]],
  ["atomic_read", () => atomicRead(1), (word) => [word, word]],
];

describe("atomics", () => {
  it.each(meanings)("%s", (name, operation, meaning) => {
    expect(operation()).toMatchObject({ address: 1, word: { name, lock: LockEffect.None, mask: -1 } });
    fc.assert(
      fc.property(count, (word) => {
        expect(apply(operation(), word)).toEqual(meaning(word));
      }),
    );
  });

  it("those with a condition say when it fails: when and only when they would leave the word alone", () => {
    const conditional = [atomicIncNotZero, atomicDecUnlessOne, atomicDecIfAboveOne, atomicDecIfPositive];
    const unconditional = [atomicInc, atomicDec, atomicDecAndTest, atomicRead];
    const fails = ({ word: { fails }, argument }: Operation, word: number) => fails?.(word, argument);
    fc.assert(
      fc.property(count, count, (word, other) => {
        for (const make of conditional) {
          const operation = make(1);
          expect(fails(operation, word)).toBe(apply(operation, word)[0] === word);
        }
        const expected = (other << 16) >> 16;
        expect(fails(atomicCmpxchg(1, expected, expected), word)).toBe(word !== expected);
        expect(fails(atomicCmpxchg(1, expected, 7), expected)).toBe(false);
      }),
    );
    for (const make of unconditional) expect(make(1).word.fails).toBeUndefined();
    expect(atomicSet(1, 0).word.fails).toBeUndefined();
    for (const make of [spinLock, spinLockBh, readLock, writeLock]) expect(make(1).word.fails).toBeUndefined();
  });

  it("atomic_set stores, atomic_read changes nothing", () => {
    fc.assert(
      fc.property(count, count, (word, value) => {
        expect(apply(atomicSet(1, value), word)).toEqual([value, 0]);
      }),
    );
    expect(atomicRead(1).word.readOnly).toBe(true);
    expect(atomicSet(1, 0).word.readOnly).toBe(false);
  });

  it("counting down wraps below 0: an extra put leaves -1, which counts as in use", () => {
    const [wrapped] = apply(atomicDecUnlessOne(1), 0);
    expect(wrapped).toBe(-1);
    expect(apply(atomicIncNotZero(1), wrapped)).toEqual([0, 1]);
    expect(apply(atomicDecAndTest(1), 0)).toEqual([-1, 0]);
    expect(apply(atomicDec(1), -(2 ** 31))[0]).toBe(2 ** 31 - 1);
    // The careful ones leave 0 alone and say so.
    expect(apply(atomicDecIfAboveOne(1), 0)).toEqual([0, 0]);
    expect(apply(atomicDecIfPositive(1), 0)).toEqual([0, -1]);
  });

  it("atomic_cmpxchg stores when and only when the word is as expected, and answers what it was", () => {
    const half = fc.oneof(fc.integer({ min: -2, max: 2 }), fc.integer({ min: -32768, max: 32767 }));
    fc.assert(
      fc.property(half, half, half, (word, expected, value) => {
        expect(apply(atomicCmpxchg(1, expected, value), word)).toEqual([word === expected ? value : word, word]);
        expect(apply(atomicCmpxchg(1, word, value), word)).toEqual([value, word]);
      }),
    );
  });

  it("atomic_cmpxchg refuses what does not fit its argument", () => {
    for (const outside of [-32769, 32768, Number.NaN]) {
      expect(() => atomicCmpxchg(1, outside, 0)).toThrow(RangeError);
      expect(() => atomicCmpxchg(1, 0, outside)).toThrow(RangeError);
    }
    expect(apply(atomicCmpxchg(1, -32768, 32767), -32768)).toEqual([32767, -32768]);
  });

  it("every pair of them is atomic: in both orders the sum of what was counted is right", () => {
    const deltas = { inc: () => atomicInc(1), dec: () => atomicDec(1) };
    fc.assert(
      fc.property(fc.array(fc.constantFrom("inc" as const, "dec" as const)), (list) => {
        let word = 0;
        for (const name of list) [word] = apply(deltas[name](), word);
        expect(word).toBe(list.filter((name) => name === "inc").length - list.filter((name) => name === "dec").length);
      }),
    );
  });
});

describe("locks", () => {
  const ready = (operation: Operation, word: number): boolean => operation.word.ready?.(word, 0) ?? true;

  it.each([
    ["spin_lock", spinLock, spinUnlock, Softirqs.Enabled],
    ["spin_lock_bh", spinLockBh, spinUnlockBh, Softirqs.Disabled],
  ] as const)("%s is held by one", (name, lock, unlock, softirqs) => {
    expect(lock(5)).toMatchObject({
      address: 5,
      argument: softirqs,
      word: { name, lock: LockEffect.AcquireExclusive },
    });
    expect(unlock(5)).toMatchObject({ address: 5, word: { lock: LockEffect.ReleaseExclusive } });
    expect([ready(lock(5), 0), ready(lock(5), 1), ready(unlock(5), 1)]).toEqual([true, false, true]);
    const [held] = apply(lock(5), 0);
    expect(held).toBe(1);
    expect(apply(unlock(5), held)[0]).toBe(0);
  });

  it("a reader/writer lock has many readers or one writer", () => {
    const acts = ["read", "write", "leave"] as const;
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...acts), { maxLength: 40 }), (list) => {
        let word = 0;
        let readers = 0;
        let writers = 0;
        for (const act of list) {
          if (act === "read") {
            expect(ready(readLock(1), word)).toBe(writers === 0);
            if (writers === 0) {
              [word] = apply(readLock(1), word);
              readers++;
            }
          } else if (act === "write") {
            expect(ready(writeLock(1), word)).toBe(writers === 0 && readers === 0);
            if (writers + readers === 0) {
              [word] = apply(writeLock(1), word);
              writers = 1;
            }
          } else if (writers === 1) {
            [word] = apply(writeUnlock(1), word);
            writers = 0;
          } else if (readers > 0) {
            [word] = apply(readUnlock(1), word);
            readers--;
          }
          expect(word).toBe(writers === 1 ? -1 : readers);
        }
      }),
    );
  });

  it("of readers and writers say what they do", () => {
    expect(readLock(1).word.lock).toBe(LockEffect.AcquireShared);
    expect(readUnlock(1).word.lock).toBe(LockEffect.ReleaseShared);
    expect(writeLock(1).word.lock).toBe(LockEffect.AcquireExclusive);
    expect(writeUnlock(1).word.lock).toBe(LockEffect.ReleaseExclusive);
    expect(readUnlock(1).word.ready).toBeUndefined();
    expect(writeUnlock(1).word.ready).toBeUndefined();
  });
});
