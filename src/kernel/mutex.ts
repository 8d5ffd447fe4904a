/**
 * The kernel's mutex: whoever waits for it sleeps, so it may not be taken in atomic context.
 *
 * Source: Documentation/locking/mutex-design.rst of Linux.
 */
import { event, LockEffect, type Operation, on, type Program, wordOperation } from "../machine/index.js";
import { attempt } from "./attempt.js";
import { KernelEvent } from "./events.js";

const MUTEX_LOCK = wordOperation({
  name: "mutex_lock",
  next: () => 1,
  result: () => 0,
  ready: (word) => word === 0,
  lock: LockEffect.AcquireExclusive,
  sleeps: true,
});

const MUTEX_TRYLOCK = attempt(MUTEX_LOCK, "mutex_trylock");

const MUTEX_UNLOCK = wordOperation({
  name: "mutex_unlock",
  next: () => 0,
  result: () => 0,
  lock: LockEffect.ReleaseExclusive,
  sleeps: true,
});

export function* mutexLock(address: number): Program<void> {
  yield event(KernelEvent.MaySleep, 0, -address);
  yield on(MUTEX_LOCK, address);
}

export function* mutexUnlock(address: number): Program<void> {
  yield on(MUTEX_UNLOCK, address);
}

/** Takes the mutex if it is free; the result is 0 if it did. Nobody sleeps. */
export function mutexTrylock(address: number): Operation {
  return on(MUTEX_TRYLOCK, address);
}
