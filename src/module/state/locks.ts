/**
 * The module's lock: 16 bits, shared or exclusive, tried once and never waited for.
 *
 * Bit 0 exclusive, bit 1 host priority (HP), bits 15:2 number of sharers. A host attempt that fails
 * leaves HP, which turns guest attempts away until a host attempt succeeds. HP decides nothing
 * between host processors, so it is no part of a fingerprint.
 *
 * The module also leaves a sharer's count behind when a shared attempt meets an exclusive holder. The holder's release
 * wipes it and nothing can see it before, so the model leaves it out.
 *
 * Bit 16 is the model's own: the memory of the lock was handed back by PAMT.REMOVE while it was held.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "Concurrency Restrictions and
 * Enforcement", "Host Priority"; the module's published source, sharex locks.
 */
import { LockEffect, wordOperation } from "../../machine/index.js";

export const LOCK_EXCLUSIVE = 1;
export const LOCK_HP = 2;
export const LOCK_ONE_SHARE = 4;
/** The memory of the lock was handed back while the lock was held. */
export const LOCK_ORPHAN = 1 << 16;

/** Bits that tell states apart: all but HP. Every write of a lock word uses it. */
export const LOCK_MASK = ~LOCK_HP;

/** Results of attempts. */
export const GOT = 0;
export const BUSY = 1;
/** Only a guest gets this: a host attempt has failed here before. */
export const BUSY_HOST_PRIORITY = 2;

/** Results of releases. */
export const RELEASED = 0;
/** Nobody held it. */
export const NOT_HELD = 1;
/** The word belongs to a page that the host has back. */
export const ORPHANED = 2;

/** Sharers in a lock word. */
export function shares(word: number): number {
  return (word & 0xffff) >>> 2;
}

function isExclusive(word: number): boolean {
  return (word & LOCK_EXCLUSIVE) !== 0;
}

function isFree(word: number): boolean {
  return (word & LOCK_MASK) === 0;
}

function isOnlyShare(word: number): boolean {
  return (word & LOCK_MASK) === LOCK_ONE_SHARE;
}

export const ACQUIRE_SHARED = wordOperation({
  name: "acquire shared",
  next: (word) => (isExclusive(word) ? word | LOCK_HP : (word + LOCK_ONE_SHARE) & ~LOCK_HP),
  result: (word) => (isExclusive(word) ? BUSY : GOT),
  lock: LockEffect.AcquireShared,
  mask: LOCK_MASK,
});

export const ACQUIRE_EXCLUSIVE = wordOperation({
  name: "acquire exclusive",
  next: (word) => (isFree(word) ? LOCK_EXCLUSIVE : word | LOCK_HP),
  result: (word) => (isFree(word) ? GOT : BUSY),
  lock: LockEffect.AcquireExclusive,
  mask: LOCK_MASK,
});

/** From one's own share, when it is the only one. On failure the share is kept. */
export const PROMOTE = wordOperation({
  name: "promote to exclusive",
  next: (word) => (isOnlyShare(word) ? LOCK_EXCLUSIVE : word | LOCK_HP),
  result: (word) => (isOnlyShare(word) ? GOT : BUSY),
  lock: LockEffect.Promote,
  mask: LOCK_MASK,
});

export const RELEASE_SHARED = wordOperation({
  name: "release shared",
  next: (word) => {
    if ((word & LOCK_ORPHAN) !== 0) return shares(word) > 1 ? word - LOCK_ONE_SHARE : word & LOCK_HP;
    return shares(word) === 0 ? word : word - LOCK_ONE_SHARE;
  },
  result: (word) => {
    if ((word & LOCK_ORPHAN) !== 0) return ORPHANED;
    return shares(word) === 0 ? NOT_HELD : RELEASED;
  },
  lock: LockEffect.ReleaseShared,
  mask: LOCK_MASK,
});

/** Keeps only HP. */
export const RELEASE_EXCLUSIVE = wordOperation({
  name: "release exclusive",
  next: (word) => word & LOCK_HP,
  result: (word) => {
    if ((word & LOCK_ORPHAN) !== 0) return ORPHANED;
    return isExclusive(word) ? RELEASED : NOT_HELD;
  },
  lock: LockEffect.ReleaseExclusive,
  mask: LOCK_MASK,
});

function guestResult(word: number, free: boolean): number {
  if (free) return GOT;
  return (word & LOCK_HP) !== 0 ? BUSY_HOST_PRIORITY : BUSY;
}

/** As a guest asks: HP turns it away, and a failure leaves no mark. */
export const GUEST_ACQUIRE_SHARED = wordOperation({
  name: "guest acquire shared",
  next: (word) => ((word & (LOCK_EXCLUSIVE | LOCK_HP)) === 0 ? word + LOCK_ONE_SHARE : word),
  result: (word) => guestResult(word, (word & (LOCK_EXCLUSIVE | LOCK_HP)) === 0),
  lock: LockEffect.AcquireShared,
  mask: LOCK_MASK,
});

/** As a guest asks: HP turns it away, and a failure leaves no mark. */
export const GUEST_ACQUIRE_EXCLUSIVE = wordOperation({
  name: "guest acquire exclusive",
  next: (word) => (word === 0 ? LOCK_EXCLUSIVE : word),
  result: (word) => guestResult(word, word === 0),
  lock: LockEffect.AcquireExclusive,
  mask: LOCK_MASK,
});

/** Clears the lock of an entry: its memory is zeroed. */
export const CLEAR_LOCK = wordOperation({
  name: "zero lock",
  next: () => 0,
  result: () => 0,
  mask: LOCK_MASK,
});

/** Notes that the memory of a held lock is no longer the module's. */
export const ORPHAN_LOCK = wordOperation({
  name: "hand back memory of lock",
  next: (word) => (isFree(word) ? word : word | LOCK_ORPHAN),
  result: () => 0,
  mask: LOCK_MASK,
});
