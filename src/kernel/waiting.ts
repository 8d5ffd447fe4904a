/**
 * What the kernel waits for that is no lock: a counting semaphore, a completion, a sequence count that is even. Each wait
 * is one step. Who waits is blocked, so an endless wait is a deadlock and no loop.
 *
 * Sources: Documentation/scheduler/completion.rst and Documentation/locking/seqlock.rst of Linux.
 */
import { Access, type Operation, on, type WordOperation, wordOperation } from "../machine/index.js";
import { NO_LOCK } from "./spinlock.js";

/** Of a completion: everybody may go on, for good. */
const COMPLETED_FOR_ALL = 2 ** 31 - 1;

/** Waits until the word is above 0, and takes 1 from it. */
function takingOne(name: string): WordOperation {
  return wordOperation({
    name,
    next: (word) => (word === COMPLETED_FOR_ALL ? word : word - 1),
    result: () => 0,
    ready: (word) => word > 0,
  });
}

const DOWN = takingOne("down");
const WAIT_FOR_COMPLETION = takingOne("wait_for_completion");

const READ_SEQBEGIN = wordOperation({
  name: "read_seqbegin",
  next: (word) => word,
  result: (word) => word,
  ready: (word) => (word & 1) === 0,
  readOnly: true,
  access: Access.Relaxed,
});

const WAIT_FOR_ZERO = wordOperation({
  name: "wait until it is 0",
  next: (word) => word,
  result: () => 0,
  ready: (word) => word === 0,
  readOnly: true,
});

/** Waits until the semaphore is above 0, and takes 1 from it. */
export function down(address: number): Operation {
  return on(DOWN, address, NO_LOCK);
}

/** Waits until a count is 0. */
export function waitForZero(address: number): Operation {
  return on(WAIT_FOR_ZERO, address, NO_LOCK);
}

/** The same for a completion. */
export function waitForCompletion(address: number): Operation {
  return on(WAIT_FOR_COMPLETION, address, NO_LOCK);
}

/** Waits until no writer is at work; the result is the count. */
export function readSeqbegin(address: number): Operation {
  return on(READ_SEQBEGIN, address, NO_LOCK);
}
