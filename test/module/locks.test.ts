/** The algebra of the module's lock. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { LockEffect, type WordOperation } from "../../src/machine/index.js";
import {
  ACQUIRE_EXCLUSIVE,
  ACQUIRE_SHARED,
  BUSY,
  BUSY_HOST_PRIORITY,
  CLEAR_LOCK,
  GOT,
  GUEST_ACQUIRE_EXCLUSIVE,
  GUEST_ACQUIRE_SHARED,
  LOCK_EXCLUSIVE,
  LOCK_HP,
  LOCK_MASK,
  LOCK_ONE_SHARE,
  NOT_HELD,
  ORPHAN_LOCK,
  ORPHANED,
  PROMOTE,
  RELEASE_EXCLUSIVE,
  RELEASE_SHARED,
  RELEASED,
  shares,
} from "../../src/module/index.js";

const operations = {
  shared: ACQUIRE_SHARED,
  exclusive: ACQUIRE_EXCLUSIVE,
  promote: PROMOTE,
  guestShared: GUEST_ACQUIRE_SHARED,
  guestExclusive: GUEST_ACQUIRE_EXCLUSIVE,
  releaseShared: RELEASE_SHARED,
  releaseExclusive: RELEASE_EXCLUSIVE,
} as const;
type Name = keyof typeof operations;
const names = Object.keys(operations) as Name[];

/** Any state that correct use can reach. */
const states = fc.oneof(
  fc.tuple(fc.nat({ max: 100 }), fc.boolean()).map(([n, hp]) => n * LOCK_ONE_SHARE + (hp ? LOCK_HP : 0)),
  fc.boolean().map((hp) => LOCK_EXCLUSIVE + (hp ? LOCK_HP : 0)),
);
const apply = (operation: WordOperation, word: number) => [operation.next(word, 0), operation.result(word, 0)] as const;

describe("lock", () => {
  it("never has two exclusive holders, nor an exclusive one beside sharers, and counts sharers", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...names), { maxLength: 60 }), (sequence) => {
        let word = 0;
        let sharers = 0;
        let owners = 0;
        for (const name of sequence) {
          // Only who holds a lock releases or promotes it.
          if ((name === "releaseShared" || name === "promote") && sharers === 0) continue;
          if (name === "releaseExclusive" && owners === 0) continue;
          const [next, result] = apply(operations[name], word);
          word = next;
          if (name === "releaseShared") sharers--;
          else if (name === "releaseExclusive") owners--;
          else if (result === GOT) {
            if (name === "promote") sharers--;
            if (name === "shared" || name === "guestShared") sharers++;
            else owners++;
          }
          if (name.startsWith("release")) expect(result).toBe(RELEASED);
          expect(owners).toBeLessThanOrEqual(1);
          expect(owners === 1 && sharers > 0).toBe(false);
          expect(shares(word)).toBe(sharers);
          expect(word & LOCK_EXCLUSIVE).toBe(owners);
        }
      }),
    );
  });

  it("is taken by a host when the other holders allow it, whatever HP says", () => {
    fc.assert(
      fc.property(states, (word) => {
        for (const operation of [ACQUIRE_SHARED, ACQUIRE_EXCLUSIVE, PROMOTE]) {
          const [next, result] = apply(operation, word);
          expect(apply(operation, word ^ LOCK_HP)[1]).toBe(result);
          // Success clears HP, failure sets it and changes nothing else.
          if (result === GOT) expect(next & LOCK_HP).toBe(0);
          else expect([result, next]).toEqual([BUSY, word | LOCK_HP]);
        }
        expect(ACQUIRE_SHARED.result(word, 0) === GOT).toBe((word & LOCK_EXCLUSIVE) === 0);
        expect(ACQUIRE_EXCLUSIVE.result(word, 0) === GOT).toBe((word & LOCK_MASK) === 0);
        expect(PROMOTE.result(word, 0) === GOT).toBe((word & LOCK_MASK) === LOCK_ONE_SHARE);
      }),
    );
  });

  it("turns guests away while HP is set, and their failures leave no mark", () => {
    fc.assert(
      fc.property(states, (word) => {
        for (const operation of [GUEST_ACQUIRE_SHARED, GUEST_ACQUIRE_EXCLUSIVE]) {
          const [next, result] = apply(operation, word);
          if ((word & LOCK_HP) !== 0) expect(result).toBe(BUSY_HOST_PRIORITY);
          if (result !== GOT) expect(next).toBe(word);
        }
      }),
    );
  });

  it("keeps only HP when its exclusive holder lets go", () => {
    fc.assert(
      fc.property(states, (word) => {
        expect(RELEASE_EXCLUSIVE.next(word, 0)).toBe(word & LOCK_HP);
      }),
    );
    expect(RELEASE_EXCLUSIVE.result(0, 0)).toBe(NOT_HELD);
    expect(RELEASE_EXCLUSIVE.result(LOCK_HP, 0)).toBe(NOT_HELD);
    expect(RELEASE_SHARED.result(LOCK_EXCLUSIVE, 0)).toBe(NOT_HELD);
    expect(RELEASE_SHARED.next(LOCK_EXCLUSIVE, 0)).toBe(LOCK_EXCLUSIVE);
  });

  it("is told at its release that its memory was handed back", () => {
    for (const [held, release] of [
      [LOCK_EXCLUSIVE, RELEASE_EXCLUSIVE],
      [LOCK_ONE_SHARE, RELEASE_SHARED],
    ] as const) {
      const orphan = ORPHAN_LOCK.next(held, 0);
      expect(release.result(orphan, 0)).toBe(ORPHANED);
      expect(release.next(orphan, 0)).toBe(0);
      expect(release.result(CLEAR_LOCK.next(orphan, 0), 0)).toBe(NOT_HELD);
    }
    expect(RELEASE_SHARED.result(RELEASE_SHARED.next(ORPHAN_LOCK.next(8, 0), 0), 0)).toBe(ORPHANED);
    expect(ORPHAN_LOCK.next(LOCK_HP, 0)).toBe(LOCK_HP);
  });

  it("leaves HP out of fingerprints and says what it does", () => {
    for (const operation of [...Object.values(operations), CLEAR_LOCK, ORPHAN_LOCK])
      expect(operation.mask).toBe(LOCK_MASK);
    expect(names.map((name) => operations[name].lock)).toEqual([
      LockEffect.AcquireShared,
      LockEffect.AcquireExclusive,
      LockEffect.Promote,
      LockEffect.AcquireShared,
      LockEffect.AcquireExclusive,
      LockEffect.ReleaseShared,
      LockEffect.ReleaseExclusive,
    ]);
  });
});
