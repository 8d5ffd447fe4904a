/**
 * The kernel's rw_semaphore: a reader/writer lock whose waiters sleep. The word is the number of readers, or -1 while a
 * writer holds it.
 *
 * Source: Documentation/locking/locktypes.rst of Linux.
 */
import { LockEffect, type Operation, on, wordOperation } from "../machine/index.js";
import { attempt } from "./attempt.js";

const DOWN_READ = wordOperation({
  name: "down_read",
  next: (word) => word + 1,
  result: () => 0,
  ready: (word) => word >= 0,
  lock: LockEffect.AcquireShared,
  sleeps: true,
});

const UP_READ = wordOperation({
  name: "up_read",
  next: (word) => word - 1,
  result: () => 0,
  lock: LockEffect.ReleaseShared,
  sleeps: true,
});

const DOWN_WRITE = wordOperation({
  name: "down_write",
  next: () => -1,
  result: () => 0,
  ready: (word) => word === 0,
  lock: LockEffect.AcquireExclusive,
  sleeps: true,
});

const UP_WRITE = wordOperation({
  name: "up_write",
  next: () => 0,
  result: () => 0,
  lock: LockEffect.ReleaseExclusive,
  sleeps: true,
});

/** The writer becomes a reader. To the search it gives the lock back: what it reads from then on counts as unprotected. */
const DOWNGRADE_WRITE = wordOperation({ ...UP_WRITE, name: "downgrade_write", kind: "downgrade_write", next: () => 1 });

const DOWN_READ_TRYLOCK = attempt(DOWN_READ, "down_read_trylock");
const DOWN_WRITE_TRYLOCK = attempt(DOWN_WRITE, "down_write_trylock");

export function downRead(address: number): Operation {
  return on(DOWN_READ, address);
}

export function upRead(address: number): Operation {
  return on(UP_READ, address);
}

export function downWrite(address: number): Operation {
  return on(DOWN_WRITE, address);
}

export function upWrite(address: number): Operation {
  return on(UP_WRITE, address);
}

export function downgradeWrite(address: number): Operation {
  return on(DOWNGRADE_WRITE, address);
}

/** Takes a share unless a writer has the lock; the result is 0 if it did. */
export function downReadTrylock(address: number): Operation {
  return on(DOWN_READ_TRYLOCK, address);
}

/** Takes the lock if nobody has it; the result is 0 if it did. */
export function downWriteTrylock(address: number): Operation {
  return on(DOWN_WRITE_TRYLOCK, address);
}
