/**
 * Locks that a call holds, in the order it got them: the address of each word, negative if it is held exclusively. They
 * are released in reverse order, one step each.
 */
import { FATAL, PAGES_PER_REGION, type Status } from "../../abi/index.js";
import { event, on, type Program } from "../../machine/index.js";
import { SET_BITS } from "../state/bit-operations.js";
import { FatalCause, ModuleEvent } from "../state/events.js";
import {
  ACQUIRE_EXCLUSIVE,
  ACQUIRE_SHARED,
  GOT,
  NOT_HELD,
  RELEASE_EXCLUSIVE,
  RELEASE_SHARED,
  RELEASED,
} from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { SYSTEM_SHUTDOWN } from "../state/system.js";

/** Locks of one call. */
export type Held = number[];

export function shared(lock: number): number {
  return lock;
}

export function exclusive(lock: number): number {
  return -lock;
}

/** Tries a lock. @returns 0, or non-zero when it is busy */
export function* acquire(held: Held, lock: number, isExclusive: boolean): Program {
  const busy = isExclusive ? yield on(ACQUIRE_EXCLUSIVE, lock) : yield on(ACQUIRE_SHARED, lock);
  if (busy === GOT) held.push(isExclusive ? exclusive(lock) : shared(lock));
  return busy;
}

/** The module shuts itself down; the call does not come back and keeps its locks. */
export function* fatal(module: ModuleState, cause: FatalCause, pfn = 0): Program<Status> {
  yield event(ModuleEvent.Fatal, cause, pfn);
  yield on(SET_BITS, module.system, SYSTEM_SHUTDOWN);
  return FATAL;
}

/**
 * A lock was not the caller's any more when it was released: nobody held it, which is fatal, or its
 * memory is the host's. Goes on with the locks before number `index`.
 */
export function* releaseFailed(
  module: ModuleState,
  held: Held,
  index: number,
  status: Status,
  released: number,
): Program<Status> {
  const frame = module.pamt.frameOfLock(Math.abs(held[index]));
  const pfn = frame < 0 ? 0 : module.pamt.pfnOf(frame);
  if (released === NOT_HELD) return yield* fatal(module, FatalCause.LockNotHeld, pfn);
  yield event(ModuleEvent.SilentWrite, pfn, frame % PAGES_PER_REGION);
  held.length = index;
  return yield* leave(module, held, status);
}

/** Releases all locks, last first, and returns `status`, or `FATAL` when one was not held. */
export function* leave(module: ModuleState, held: Held, status: Status): Program<Status> {
  for (let i = held.length - 1; i >= 0; i--) {
    const lock = held[i];
    const released = lock < 0 ? yield on(RELEASE_EXCLUSIVE, -lock) : yield on(RELEASE_SHARED, lock);
    if (released !== RELEASED) return yield* releaseFailed(module, held, i, status, released);
  }
  return status;
}
