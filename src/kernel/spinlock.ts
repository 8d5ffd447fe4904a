/**
 * The kernel's locks: spinlock_t with and without softirqs disabled, and rwlock_t.
 *
 * The word of a spinlock is 0 (free) or 1. The word of a reader/writer lock is the number of
 * readers, or -1 while a writer holds it. Acquiring waits, unless it only tries; nothing is fair or ordered beyond that.
 */
import { LockEffect, type Operation, on, wordOperation } from "../machine/index.js";
import { attempt } from "./attempt.js";

/** Whether softirqs are disabled while the lock is held; travels as the argument of the operation. */
export enum Softirqs {
  Enabled = 0,
  Disabled = 1,
}

/** Beside `Softirqs`: others may have the lock at the same time. */
export const SHARED_LOCK = 2;

/** Beside `Softirqs`: interrupts are off while the lock is held. */
export const INTERRUPTS_OFF = 4;

/** What is no lock has no part in the rules for locks and interrupts. */
export const NO_LOCK = Softirqs.Disabled | INTERRUPTS_OFF;

export const SPIN_LOCK = wordOperation({
  name: "spin_lock",
  next: () => 1,
  result: () => 0,
  ready: (word) => word === 0,
  lock: LockEffect.AcquireExclusive,
  spins: true,
});

export const SPIN_UNLOCK = wordOperation({
  name: "spin_unlock",
  next: () => 0,
  result: () => 0,
  lock: LockEffect.ReleaseExclusive,
  spins: true,
});

export const SPIN_LOCK_BH = wordOperation({ ...SPIN_LOCK, name: "spin_lock_bh" });
export const SPIN_UNLOCK_BH = wordOperation({ ...SPIN_UNLOCK, name: "spin_unlock_bh" });

const WRITE_LOCK = wordOperation({
  name: "write_lock",
  next: () => -1,
  result: () => 0,
  ready: (word) => word === 0,
  lock: LockEffect.AcquireExclusive,
  spins: true,
});

const WRITE_UNLOCK = wordOperation({
  name: "write_unlock",
  next: () => 0,
  result: () => 0,
  lock: LockEffect.ReleaseExclusive,
  spins: true,
});

const READ_LOCK = wordOperation({
  name: "read_lock",
  next: (word) => word + 1,
  result: () => 0,
  ready: (word) => word >= 0,
  lock: LockEffect.AcquireShared,
  spins: true,
});

const READ_UNLOCK = wordOperation({
  name: "read_unlock",
  next: (word) => word - 1,
  result: () => 0,
  lock: LockEffect.ReleaseShared,
  spins: true,
});

export const SPIN_TRYLOCK = attempt(SPIN_LOCK, "spin_trylock");
const READ_TRYLOCK = attempt(READ_LOCK, "read_trylock");
const WRITE_TRYLOCK = attempt(WRITE_LOCK, "write_trylock");

export function spinLock(address: number): Operation {
  return on(SPIN_LOCK, address, Softirqs.Enabled);
}

export function spinUnlock(address: number): Operation {
  return on(SPIN_UNLOCK, address, Softirqs.Enabled);
}

/** Disables softirqs on this CPU, then takes the lock. */
export function spinLockBh(address: number): Operation {
  return on(SPIN_LOCK_BH, address, Softirqs.Disabled);
}

export function spinUnlockBh(address: number): Operation {
  return on(SPIN_UNLOCK_BH, address, Softirqs.Disabled);
}

export function writeLock(address: number, softirqs: number = Softirqs.Enabled): Operation {
  return on(WRITE_LOCK, address, softirqs);
}

export function writeUnlock(address: number, softirqs: number = Softirqs.Enabled): Operation {
  return on(WRITE_UNLOCK, address, softirqs);
}

export function readLock(address: number, softirqs: number = Softirqs.Enabled): Operation {
  return on(READ_LOCK, address, softirqs | SHARED_LOCK);
}

export function readUnlock(address: number, softirqs: number = Softirqs.Enabled): Operation {
  return on(READ_UNLOCK, address, softirqs);
}

/** Takes a share unless a writer has the lock; the result is 0 if it did. */
export function readTrylock(address: number, softirqs: number = Softirqs.Enabled): Operation {
  return on(READ_TRYLOCK, address, softirqs);
}

/** The same for the lock itself. */
export function writeTrylock(address: number, softirqs: number = Softirqs.Enabled): Operation {
  return on(WRITE_TRYLOCK, address, softirqs);
}
