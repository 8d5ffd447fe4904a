/** Locks for C, and what else C waits for. */
import {
  atomicRead,
  down,
  downgradeWrite,
  downRead,
  downReadTrylock,
  downWrite,
  downWriteTrylock,
  ExecutionContext,
  INTERRUPTS_OFF,
  KernelEvent,
  LeftOff,
  MemoryMisuse,
  MUTEX_TOUCHED,
  mutexLock,
  mutexTrylock,
  mutexUnlock,
  PreemptCount,
  readLock,
  readSeqbegin,
  readTrylock,
  readUnlock,
  SHARED_LOCK,
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
import { at, event, type Operation, on, read, type WordOperation } from "../../machine/index.js";
import type { Activation, Intrinsic } from "../interpret/activation.js";
import { type Holding, SLEEPS, SLEEPS_SHARED, SPINS, SPINS_SHARED } from "../interpret/held-locks.js";
import type { Evaluation } from "../interpret/host.js";
import { sited } from "../interpret/sited.js";
import { type Depth, INTERRUPTS_ON } from "../interpret/switched-off.js";
import { isUnset, type Value } from "../interpret/values.js";

const LOCK_SIZE = 4;
/** Nobody else has the lock, see `SHARED_LOCK`. */
const EXCLUSIVE = 0;
/** Bytes of the word that a bit is in. */
const LONG_SIZE = 8;

/** What `lock_is_held()` says. */
const HELD = 1;
const HELD_SHARE = 2;

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
    activation.aboutWord(pointer),
  );
}

/** Takes a lock, with softirqs and interrupts on or off. */
type WithSoftirqs = (address: number, softirqs: number) => Operation;

/** What keeps others out while a lock is held: `Softirqs`, and `INTERRUPTS_OFF` where that is so. */
function softirqsOf({ off }: Activation): number {
  if (off.interruptsOff) return Softirqs.Disabled | INTERRUPTS_OFF;
  return off.keepsSoftirqsOut ? Softirqs.Disabled : Softirqs.Enabled;
}

function taking(operation: WithSoftirqs, how: Holding): Intrinsic {
  return function* (activation, [lock = 0n], site) {
    const address = yield* setWord(activation, lock, site);
    yield at(operation(address, softirqsOf(activation)), site);
    activation.held.add(address, how);
    return 0;
  };
}

/** The same without waiting. */
function trying(operation: WithSoftirqs, how: Holding): Intrinsic {
  return function* (activation, [lock = 0n], site) {
    const address = yield* setWord(activation, lock, site);
    if ((yield at(operation(address, softirqsOf(activation)), site)) !== 0) return 0;
    if (how.spins) yield* lockHeld(activation, address, how, site);
    activation.held.add(address, how);
    return 1;
  };
}

/** Softirqs and interrupts must leave mutexes alone, also where nobody waits. */
function* expectTask(site: number): Evaluation<void> {
  yield at(event(KernelEvent.MaySleep, 0, MUTEX_TOUCHED), site);
}

/** A lock is held, and nobody waited for it just now: whoever waits has told already. */
function* lockHeld(activation: Activation, lock: number, { isShare }: Holding, site: number): Evaluation<void> {
  const how = isShare ? SHARED_LOCK : EXCLUSIVE;
  yield at(event(KernelEvent.LockTried, lock, how | softirqsOf(activation)), site);
}

/** Softirqs or interrupts may come from here on, and wait for what the call holds. */
function* stillHeld(activation: Activation, site: number): Evaluation<void> {
  for (const [address, how] of activation.held.spinning()) yield* lockHeld(activation, address, how, site);
}

/**
 * The kernel warns of a lock that is given back and that nobody has, or of which the call has a share alone. What other calls
 * hold is told by its word.
 */
function* checkHeld(activation: Activation, address: number, isShare: boolean, site: number): Evaluation<void> {
  if (activation.held.has(address)) {
    if (isShare || !activation.held.hasShare(address)) return;
  } else if ((yield at(atomicRead(address), site)) !== 0) return;
  yield at(event(KernelEvent.Warn, Warning.InSource), site);
}

function giving(operation: WithSoftirqs, { isShare }: Holding): Intrinsic {
  return function* (activation, [lock = 0n], site) {
    const address = yield* activation.word(lock, LOCK_SIZE, site);
    yield* checkHeld(activation, address, isShare, site);
    yield at(operation(address, softirqsOf(activation)), site);
    activation.held.release(address);
    return 0;
  };
}

function* maySleep(activation: Activation, site: number): Evaluation<void> {
  yield at(event(KernelEvent.MaySleep, activation.whySleepless, 1), site);
}

/** Takes, by an operation, something whose waiters sleep. @param how it is held, if it is a lock */
function sleeping(operation: AtAddress, how?: Holding): Intrinsic {
  return function* (activation, [word = 0n], site) {
    const address = yield* setWord(activation, word, site);
    yield* maySleep(activation, site);
    yield at(operation(address), site);
    if (how !== undefined) activation.held.add(address, how);
    return 0;
  };
}

/** Waits until none of the bits of `mask` is set in a word of the CPU's size, and sets them. */
function* lockBits(activation: Activation, [pointer = 0n, mask = 0n]: readonly Value[], site: number): Evaluation {
  const bits = yield* activation.number(mask, site);
  const address = yield* setWord(activation, pointer, site, LONG_SIZE);
  yield at(on(activation.host.atomics.lockBits(bits, LONG_SIZE), address, softirqsOf(activation)), site);
  activation.held.add(address, SPINS);
  return 0;
}

/** Switches on what the call must have switched off before. */
function enabling(depthOf: (activation: Activation) => Depth, what: LeftOff): Intrinsic {
  return (activation, _args, site) => (depthOf(activation).enable() ? 0 : tellOn(what, site));
}

function* tellOn(what: LeftOff, site: number): Evaluation {
  yield at(event(KernelEvent.LeftOff, what, 1), site);
  return 0;
}

const preemptionOf = ({ off }: Activation): Depth => off.preemption;

/** The operation with the name of what switches softirqs off itself, where they are. */
const named =
  (plain: WordOperation, bh: WordOperation): WithSoftirqs =>
  (address, softirqs) =>
    on((softirqs & Softirqs.Disabled) === 0 ? plain : bh, address, softirqs);

export const lockIntrinsics: Record<string, Intrinsic> = {
  __dpamt_spin_lock: taking(named(SPIN_LOCK, SPIN_LOCK_BH), SPINS),
  __dpamt_spin_trylock: trying((address, softirqs) => on(SPIN_TRYLOCK, address, softirqs), SPINS),
  __dpamt_spin_unlock: giving(named(SPIN_UNLOCK, SPIN_UNLOCK_BH), SPINS),
  __dpamt_read_lock: taking(readLock, SPINS_SHARED),
  __dpamt_read_trylock: trying(readTrylock, SPINS_SHARED),
  __dpamt_read_unlock: giving(readUnlock, SPINS_SHARED),
  __dpamt_write_lock: taking(writeLock, SPINS),
  __dpamt_write_trylock: trying(writeTrylock, SPINS),
  __dpamt_write_unlock: giving(writeUnlock, SPINS),
  *__dpamt_mutex_lock(activation, [lock = 0n], site): Evaluation {
    const address = yield* setWord(activation, lock, site);
    if (activation.whySleepless > 0) yield at(event(KernelEvent.MaySleep, activation.whySleepless, -address), site);
    yield* sited(mutexLock(address), site);
    activation.held.add(address, SLEEPS);
    return 0;
  },
  *__dpamt_mutex_trylock(activation, args, site): Evaluation {
    yield* expectTask(site);
    return yield* trying(mutexTrylock, SLEEPS)(activation, args, site) as Evaluation;
  },
  *__dpamt_mutex_unlock(activation, [lock = 0n], site): Evaluation {
    const address = yield* activation.word(lock, LOCK_SIZE, site);
    yield* expectTask(site);
    yield* checkHeld(activation, address, false, site);
    yield* sited(mutexUnlock(address), site);
    activation.held.release(address);
    return 0;
  },
  __dpamt_down_read: sleeping(downRead, SLEEPS_SHARED),
  __dpamt_down_read_trylock: trying(downReadTrylock, SLEEPS_SHARED),
  __dpamt_up_read: giving(upRead, SLEEPS_SHARED),
  __dpamt_down_write: sleeping(downWrite, SLEEPS),
  __dpamt_down_write_trylock: trying(downWriteTrylock, SLEEPS),
  __dpamt_up_write: giving(upWrite, SLEEPS),
  *__dpamt_downgrade_write(activation, [lock = 0n], site): Evaluation {
    const address = yield* activation.word(lock, LOCK_SIZE, site);
    yield at(downgradeWrite(address), site);
    activation.held.downgrade(address);
    return 0;
  },
  __dpamt_down: sleeping(down),
  __dpamt_wait_for_completion: sleeping(waitForCompletion),
  *__dpamt_read_seqbegin(activation, [word = 0n], site): Evaluation {
    if (activation.context !== ExecutionContext.Task)
      activation.fail(site, "a softirq or interrupt waits for the writer of a sequence count: not modelled");
    const address = yield* setWord(activation, word, site);
    return yield at(readSeqbegin(address), site);
  },
  __dpamt_lock_bits: lockBits,
  *__dpamt_lock_is_held(activation, [lock = 0n], site): Evaluation {
    const address = yield* activation.word(lock, LOCK_SIZE, site);
    if (!activation.held.has(address)) return 0;
    return activation.held.hasShare(address) ? HELD_SHARE : HELD;
  },
  __dpamt_preempt_disable(activation, _args, site) {
    activation.off.preemption.disable(site);
    return 0;
  },
  __dpamt_preempt_enable: enabling(preemptionOf, LeftOff.Preemption),
  __dpamt_bh_disable(activation, _args, site) {
    activation.off.softirqs.disable(site);
    return 0;
  },
  *__dpamt_bh_enable(activation, _args, site): Evaluation {
    const { off, context } = activation;
    if (!off.softirqs.enable()) return yield* tellOn(LeftOff.Softirqs, site);
    // Softirqs that wait would run now, with interrupts on: the kernel warns.
    if (off.interruptsOff || context === ExecutionContext.HardInterrupt)
      yield at(event(KernelEvent.Warn, Warning.InSource), site);
    if (!off.softirqs.isOff) yield* stillHeld(activation, site);
    return 0;
  },
  // In hard interrupt context they are off already.
  __dpamt_irq_save: ({ off, context }, _args, site) =>
    context === ExecutionContext.HardInterrupt ? 0n : off.saveInterrupts(site),
  *__dpamt_irq_restore(activation, [flags = 0n], site): Evaluation {
    const { off, context } = activation;
    const wereOff = off.interruptsOff;
    const value = yield* activation.number(flags, site);
    if (context === ExecutionContext.HardInterrupt) {
      return (value & INTERRUPTS_ON) === 0n ? 0 : yield* tellOn(LeftOff.Interrupts, site);
    }
    off.restoreInterrupts(value, site);
    if (wereOff && !off.interruptsOff) yield* stillHeld(activation, site);
    return 0;
  },
  __dpamt_irqs_disabled: ({ off, context }) =>
    off.interruptsOff || context === ExecutionContext.HardInterrupt ? 1 : 0,
  *__dpamt_preempt_count(activation, _args, site): Evaluation {
    const { off, held, context, kernel } = activation;
    const own =
      (off.preemption.isOff || off.bitLocks > 0 || held.spins ? PreemptCount.Preemption : 0) |
      (off.softirqs.isOff ? PreemptCount.SoftirqsOff : 0) |
      (context === ExecutionContext.Softirq ? PreemptCount.Softirq : 0) |
      (context === ExecutionContext.HardInterrupt ? PreemptCount.HardInterrupt : 0);
    return activation.isBooting ? own : own | (yield at(read(kernel.cpu.surroundings), site));
  },
  __dpamt_migrate_disable(activation, _args, site) {
    activation.off.migration.disable(site);
    return 0;
  },
  __dpamt_migrate_enable: enabling(({ off }) => off.migration, LeftOff.Migration),
  *__dpamt_bit_locks(activation, [delta = 0, pointer = 0n], site): Evaluation {
    activation.off.bitLocks += Number(delta);
    if (Number(delta) < 0) activation.held.release(yield* activation.word(pointer, LONG_SIZE, site));
    return 0;
  },
  *__dpamt_bit_tried(activation, [pointer = 0n], site): Evaluation {
    const address = yield* activation.word(pointer, LONG_SIZE, site);
    yield* lockHeld(activation, address, SPINS, site);
    activation.held.add(address, SPINS);
    return 0;
  },
  __dpamt_queues: () => 0,
  *__dpamt_might_sleep(activation, _args, site): Evaluation {
    yield* maySleep(activation, site);
    return 0;
  },
};
