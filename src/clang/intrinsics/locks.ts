/** Locks for C, and what else C waits for. */
import {
  atomicRead,
  down,
  downgradeWrite,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  KernelEvent,
  MemoryMisuse,
  mutexLock,
  mutexTrylock,
  mutexUnlock,
  readLock,
  readSeqbegin,
  readTrylock,
  readUnlock,
  Softirqs,
  SPIN_LOCK,
  SPIN_LOCK_BH,
  SPIN_TRYLOCK,
  SPIN_UNLOCK,
  SPIN_UNLOCK_BH,
  upRead,
  upWrite,
  Warning,
  waitForCompletion,
  writeLock,
  writeTrylock,
  writeUnlock,
} from "../../kernel/index.js";
import { at, event, type Operation, on } from "../../machine/index.js";
import type { Activation, Intrinsic } from "../interpret/activation.js";
import type { Evaluation } from "../interpret/host.js";
import { sited } from "../interpret/sited.js";
import { isUnset, type Value } from "../interpret/values.js";

/** `how` of lock functions, see intrinsics.h. */
const LOCK_PLAIN = 0n;
const LOCK_SIZE = 4;
/** Bytes of the word that a bit is in. */
const LONG_SIZE = 8;

type AtAddress = (address: number) => Operation;

/** The word of a lock or atomic_t that must have been set: what an operation makes of one that was not means nothing. */
export function* setWord(activation: Activation, pointer: Value, site: number, size = LOCK_SIZE): Evaluation<number> {
  const address = yield* activation.word(pointer, size, site);
  if (!activation.memory.wasUnset(address)) return address;
  const value = activation.decoded(yield at(atomicRead(address), site), size);
  if (!isUnset(value)) return address;
  return yield* activation.misuse(
    MemoryMisuse.UnsetOperand,
    site,
    "a lock or atomic variable that was never set is used",
  );
}

/** Takes a lock with an operation; `how` and what was switched off before decide about softirqs. */
function taking(plain: AtAddress, bh: AtAddress = plain): Intrinsic {
  return function* (activation, [lock = 0n, how = 0n], site) {
    const address = yield* setWord(activation, lock, site);
    const off = (yield* activation.number(how, site)) !== LOCK_PLAIN;
    yield at(off || activation.atomicDepth > 0 ? bh(address) : plain(address), site);
    if (off) activation.atomicDepth++;
    activation.held.add(address);
    return 0;
  };
}

/** The same without waiting. @returns to C: 1 if it has it */
function trying(plain: AtAddress, bh: AtAddress = plain): Intrinsic {
  return function* (activation, [lock = 0n, how = 0n], site) {
    const address = yield* setWord(activation, lock, site);
    const off = (yield* activation.number(how, site)) !== LOCK_PLAIN;
    const failed = yield at(off || activation.atomicDepth > 0 ? bh(address) : plain(address), site);
    if (failed !== 0) return 0;
    if (off) activation.atomicDepth++;
    activation.held.add(address);
    return 1;
  };
}

/** The kernel warns of a lock that is given back and that nobody has. What other calls hold is told by its word. */
function* checkHeld(activation: Activation, address: number, site: number): Evaluation<void> {
  if (activation.held.has(address)) return;
  if ((yield at(atomicRead(address), site)) !== 0) return;
  yield at(event(KernelEvent.Warn, Warning.InSource), site);
}

function giving(plain: AtAddress, bh: AtAddress = plain): Intrinsic {
  return function* (activation, [lock = 0n, how = 0n], site) {
    const address = yield* activation.word(lock, LOCK_SIZE, site);
    yield* checkHeld(activation, address, site);
    const off = (yield* activation.number(how, site)) !== LOCK_PLAIN;
    yield at(off ? bh(address) : plain(address), site);
    if (off) activation.atomicDepth--;
    activation.held.delete(address);
    return 0;
  };
}

function* maySleep(activation: Activation, site: number): Evaluation<void> {
  yield at(event(KernelEvent.MaySleep, activation.whySleepless, 1), site);
}

/** Takes, by an operation, something whose waiters sleep. */
function sleeping(operation: AtAddress, isLock: boolean): Intrinsic {
  return function* (activation, [word = 0n], site) {
    const address = yield* setWord(activation, word, site);
    yield* maySleep(activation, site);
    yield at(operation(address), site);
    if (isLock) activation.held.add(address);
    return 0;
  };
}

/** Waits until none of the bits of `mask` is set in a word of the CPU's size, and sets them. */
function* lockBits(activation: Activation, [pointer = 0n, mask = 0n]: readonly Value[], site: number): Evaluation {
  const bits = yield* activation.number(mask, site);
  const address = yield* setWord(activation, pointer, site, LONG_SIZE);
  const softirqs = activation.atomicDepth > 0 ? Softirqs.Disabled : Softirqs.Enabled;
  yield at(on(activation.host.atomics.lockBits(bits, LONG_SIZE), address, softirqs), site);
  return 0;
}

const spinUnlock = giving(
  (address) => on(SPIN_UNLOCK, address, Softirqs.Enabled),
  (address) => on(SPIN_UNLOCK_BH, address, Softirqs.Disabled),
);

export const lockIntrinsics: Record<string, Intrinsic> = {
  __dpamt_spin_lock: taking(
    (address) => on(SPIN_LOCK, address, Softirqs.Enabled),
    (address) => on(SPIN_LOCK_BH, address, Softirqs.Disabled),
  ),
  __dpamt_spin_trylock: trying(
    (address) => on(SPIN_TRYLOCK, address, Softirqs.Enabled),
    (address) => on(SPIN_TRYLOCK, address, Softirqs.Disabled),
  ),
  __dpamt_spin_unlock: spinUnlock,
  __dpamt_read_lock: taking(readLock),
  __dpamt_read_trylock: trying(readTrylock),
  __dpamt_read_unlock: giving(readUnlock),
  __dpamt_write_lock: taking(writeLock),
  __dpamt_write_trylock: trying(writeTrylock),
  __dpamt_write_unlock: giving(writeUnlock),
  *__dpamt_mutex_lock(activation, [lock = 0n], site): Evaluation {
    const address = yield* setWord(activation, lock, site);
    if (activation.whySleepless > 0) yield at(event(KernelEvent.MaySleep, activation.whySleepless), site);
    yield* sited(mutexLock(address), site);
    activation.held.add(address);
    return 0;
  },
  __dpamt_mutex_trylock: trying(mutexTrylock),
  *__dpamt_mutex_unlock(activation, [lock = 0n], site): Evaluation {
    const address = yield* activation.word(lock, LOCK_SIZE, site);
    yield* checkHeld(activation, address, site);
    yield* sited(mutexUnlock(address), site);
    activation.held.delete(address);
    return 0;
  },
  __dpamt_down_read: sleeping(downRead, true),
  __dpamt_down_read_trylock: trying(downReadTrylock),
  __dpamt_up_read: giving(upRead),
  __dpamt_down_write: sleeping(downWrite, true),
  __dpamt_down_write_trylock: trying(downWriteTrylock),
  __dpamt_up_write: giving(upWrite),
  *__dpamt_downgrade_write(activation, [lock = 0n], site): Evaluation {
    const address = yield* activation.word(lock, LOCK_SIZE, site);
    yield at(downgradeWrite(address), site);
    return 0;
  },
  __dpamt_down: sleeping(down, false),
  __dpamt_wait_for_completion: sleeping(waitForCompletion, false),
  *__dpamt_read_seqbegin(activation, [word = 0n], site): Evaluation {
    const address = yield* setWord(activation, word, site);
    return yield at(readSeqbegin(address), site);
  },
  __dpamt_lock_bits: lockBits,
  *__dpamt_lock_is_held(activation, [lock = 0n], site): Evaluation {
    const address = yield* activation.word(lock, LOCK_SIZE, site);
    return activation.held.has(address) ? 1 : 0;
  },
  *__dpamt_atomic_context(activation, [delta = 0], site): Evaluation {
    activation.atomicDepth += Number(BigInt.asIntN(32, yield* activation.number(delta, site)));
    return 0;
  },
  __dpamt_in_atomic: (activation) => (activation.atomicDepth > 0 ? 1 : 0),
  *__dpamt_might_sleep(activation, _args, site): Evaluation {
    yield* maySleep(activation, site);
    return 0;
  },
};
