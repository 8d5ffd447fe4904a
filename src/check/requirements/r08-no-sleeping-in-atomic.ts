/**
 * R8: no sleeping allocation with a spinlock held or in softirq context. A lock also taken in softirq context is always
 * taken with softirqs disabled.
 */
import { KernelEvent, LeftOff, SHARED_LOCK, Softirqs } from "../../kernel/index.js";
import { Interned, Sharing } from "../../machine/index.js";
import type { Requirement } from "./requirement.js";
import { lock, sentence } from "./sentence.js";

/** Numbers of sets of locks, from 1. */
const SETS = 2 ** 31 - 1;

const NO_LOCKS: ReadonlySet<number> = new Set();

/** How a lock is taken: alone, or with others. */
function usage(address: number, isShared: boolean): number {
  return 2 * address + (isShared ? 1 : 0);
}

/** Sets of locks as words: 0 is the empty one. */
class LockWords {
  private readonly sets = new Interned<ReadonlySet<number>>(SETS);

  of(word: number): ReadonlySet<number> {
    return this.sets.get(word - 1) ?? NO_LOCKS;
  }

  with(word: number, lock: number): number {
    const locks = this.of(word);
    if (locks.has(lock)) return word;
    const all = [...locks, lock].sort((one, other) => one - other);
    return 1 + this.sets.numberOf(all.join(" "), () => new Set(all));
  }
}

/** What keeps others off a CPU. */
const LEFT: Readonly<Record<number, string>> = {
  [LeftOff.Preemption]: "preemption",
  [LeftOff.Softirqs]: "softirqs",
  [LeftOff.Interrupts]: "interrupts",
};

function leftText(detail: number, isOn: boolean): string {
  const what = LEFT[detail];
  if (isOn) return `${what}: switched on by who had not switched it off, and the caller may need it off`;
  const how = what === undefined ? "inside of an RCU read section" : `with ${what} off`;
  return `a helper returns ${how}: the caller may sleep next`;
}

export const noSleepingInAtomic = {
  id: "R8",
  title: "No sleeping in atomic context",
  statement:
    "No allocation that may sleep is made while a spinlock is held, in softirq context or in an RCU read section. A lock that is taken " +
    "in softirq context is taken with softirqs disabled everywhere else. A helper returns with preemption, softirqs and " +
    "interrupts on, and outside of RCU read sections.",
  whyNotExercised: () => "nothing was allocated, and nothing else was done that may sleep",
  create({ system, kernel, ghost, checked, violate }) {
    // Two words, each a set of locks: taken in softirq context; taken with softirqs on.
    const inSoftirq = kernel.space.reserve(2, () => "lock usage", Sharing.Commuting);
    const withSoftirqs = inSoftirq + 1;
    const locks = new LockWords();
    const take = (cpu: number, address: number, how: number): void => {
      const word = ghost.inSoftirq(cpu) ? inSoftirq : withSoftirqs;
      if (word === withSoftirqs && (how & Softirqs.Disabled) !== 0) return;
      const isShared = (how & SHARED_LOCK) !== 0;
      system.shared.write(word, locks.with(system.shared.read(word), usage(address, isShared)));
      checked();
      const other = locks.of(system.shared.read(word === inSoftirq ? withSoftirqs : inSoftirq));
      // Readers do not wait for each other.
      if (!other.has(usage(address, false)) && (isShared || !other.has(usage(address, true)))) return;
      violate(
        sentence`${lock(kernel.space.describe(address))} is taken in softirq context and elsewhere with softirqs enabled: a softirq on a CPU that holds it would wait for ever`,
      );
    };
    return {
      codes: [KernelEvent.Allocate, KernelEvent.MaySleep, KernelEvent.LeftOff, KernelEvent.LockTried],
      onEvent(cpu, code, detail, extra) {
        if (code === KernelEvent.LockTried) {
          take(cpu, detail, extra);
          return;
        }
        if (code === KernelEvent.LeftOff) {
          violate(leftText(detail, extra !== 0));
          return;
        }
        checked();
        if (code === KernelEvent.Allocate && detail === 0) return;
        const other = extra === 0 ? "a mutex is taken" : "something that may sleep is done";
        const what = code === KernelEvent.Allocate ? "an allocation that may sleep is made" : other;
        if (code === KernelEvent.MaySleep && detail === 1)
          violate("something that may sleep is done with interrupts, softirqs or preemption off");
        if (code === KernelEvent.MaySleep && detail === 2)
          violate("something that may sleep is done inside of an RCU read section");
        if ((system.movers.spinning[cpu] as number) > 0) violate(`${what} with a spinlock held`);
        else if (ghost.inSoftirq(cpu)) violate(`${what} in softirq context`);
      },
      onSpinLock: take,
    };
  },
} satisfies Requirement;
