/**
 * R8: no sleeping allocation with a spinlock held, in softirq or in interrupt context. A lock also taken in softirq context is
 * always taken with softirqs disabled, one also taken in interrupt context with interrupts off.
 */
import {
  ExecutionContext,
  INTERRUPTS_OFF,
  KernelEvent,
  LeftOff,
  MUTEX_TOUCHED,
  SHARED_LOCK,
  Softirqs,
} from "../../kernel/index.js";
import { Interned, Sharing } from "../../machine/index.js";
import type { Requirement } from "./requirement.js";
import { lock, type Sentence, sentence } from "./sentence.js";

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
  [LeftOff.Migration]: "migration",
};

/** A context that interrupts others on the same CPU. */
interface Interrupting {
  readonly context: ExecutionContext;
  /** Two words, each a set of locks: waited for in that context; taken while it could begin. */
  readonly words: number;
  /** Whoever takes a lock with this keeps it out. */
  readonly off: number;
  readonly name: string;
  /** What would wait for ever, and what is on that lets it. */
  readonly waits: string;
  readonly enabled: string;
}

/** Hard interrupts are asked about only where there are any: to remember locks takes states. */
function interruptingContexts(words: number, hasHard: boolean): Interrupting[] {
  const softirq = { context: ExecutionContext.Softirq, words, off: Softirqs.Disabled };
  const hard = { context: ExecutionContext.HardInterrupt, words: words + 2, off: INTERRUPTS_OFF };
  const both = [
    { ...softirq, name: "softirq context", waits: "a softirq", enabled: "softirqs" },
    { ...hard, name: "interrupt context", waits: "an interrupt", enabled: "interrupts" },
  ];
  return hasHard ? both : both.slice(0, 1);
}

function leftText(detail: number, isOn: boolean): string {
  const what = LEFT[detail];
  if (isOn)
    return `a helper switches ${what} on without having switched ${what} off: its caller may have done so, and rely on it`;
  const how = what === undefined ? "inside of an RCU read section" : `with ${what} off`;
  return `a helper returns ${how}: the caller may sleep next`;
}

/** What may sleep, as the event tells it. */
function sleepText(code: number, extra: number, nameOf: (address: number) => string): Sentence {
  if (code === KernelEvent.Allocate || extra === 0) return sentence`an allocation that may sleep is made`;
  return extra < 0 ? sentence`mutex ${lock(nameOf(-extra))} is taken` : sentence`something that may sleep is done`;
}

export const noSleepingInAtomic = {
  id: "R8",
  title: "No sleeping in atomic context",
  statement:
    "No allocation that may sleep is made while a spinlock is held, in softirq or interrupt context or in an RCU read section. A lock that is taken " +
    "in softirq context is taken with softirqs disabled everywhere else, one that is taken in interrupt context with interrupts " +
    "disabled. A helper returns with preemption, migration, softirqs and interrupts on, and outside of RCU read sections.",
  whyNotExercised: () => "nothing was allocated, and nothing else was done that may sleep",
  create({ system, kernel, ghost, helpers, checked, violate }) {
    const hasHard = helpers.beside?.interrupts === true;
    const words = kernel.space.reserve(hasHard ? 4 : 2, () => "lock usage", Sharing.Commuting);
    const interrupting = interruptingContexts(words, hasHard);
    const locks = new LockWords();
    const takeWhere = (by: Interrupting, context: ExecutionContext, address: number, how: number, waits: boolean) => {
      const isInside = context === by.context;
      // Whoever only tries does not wait for what it has interrupted.
      if (isInside && !waits) return;
      // What runs above keeps it out.
      if (!isInside && (context > by.context || (how & by.off) !== 0)) return;
      const word = isInside ? by.words : by.words + 1;
      const isShared = (how & SHARED_LOCK) !== 0;
      system.shared.write(word, locks.with(system.shared.read(word), usage(address, isShared)));
      checked();
      const other = locks.of(system.shared.read(isInside ? by.words + 1 : by.words));
      // Readers do not wait for each other.
      if (!other.has(usage(address, false)) && (isShared || !other.has(usage(address, true)))) return;
      violate(
        sentence`${lock(kernel.space.describe(address))} is taken in ${by.name} and held elsewhere with ${by.enabled} enabled: ${by.waits} on a CPU that holds it would wait for ever`,
      );
    };
    const take = (cpu: number, address: number, how: number, waits = true): void => {
      const context = ghost.context(cpu);
      for (const by of interrupting) takeWhere(by, context, address, how, waits);
    };
    return {
      codes: [KernelEvent.Allocate, KernelEvent.MaySleep, KernelEvent.LeftOff, KernelEvent.LockTried],
      onEvent(cpu, code, detail, extra) {
        if (code === KernelEvent.LockTried) {
          take(cpu, detail, extra, false);
          return;
        }
        if (code === KernelEvent.LeftOff) {
          violate(leftText(detail, extra !== 0));
          return;
        }
        checked();
        if (code === KernelEvent.Allocate && detail === 0) return;
        if (code === KernelEvent.MaySleep && extra === MUTEX_TOUCHED) {
          const context = ghost.context(cpu);
          if (context !== ExecutionContext.Task)
            violate(
              `a mutex is tried or given back in ${context === ExecutionContext.Softirq ? "softirq" : "interrupt"} context`,
            );
          return;
        }
        const what = () => sleepText(code, extra, (address) => kernel.space.describe(address));
        if (code === KernelEvent.MaySleep && detail === 1)
          violate(() => sentence`${what()} with interrupts, softirqs or preemption off`);
        if (code === KernelEvent.MaySleep && detail === 2)
          violate(() => sentence`${what()} inside of an RCU read section`);
        if ((system.movers.spinning[cpu] as number) > 0)
          violate(() => sentence`${what()} with a spinlock held`, { spinning: cpu });
        else {
          const context = ghost.context(cpu);
          if (context === ExecutionContext.Softirq) violate(() => sentence`${what()} in softirq context`);
          else if (context === ExecutionContext.HardInterrupt) violate(() => sentence`${what()} in interrupt context`);
        }
      },
      onSpinLock: (cpu, address, how) => take(cpu, address, how),
    };
  },
} satisfies Requirement;
