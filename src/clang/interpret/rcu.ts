/**
 * RCU: who reads, and which grace periods wait for whom. One word has a bit for each read section that runs. For each grace
 * period it has a bit for each section that must end first.
 *
 * Memory that is freed after a grace period keeps in its own word which sections it waits for. It is freed when the last of
 * them ends: a real grace period may take longer, and nobody may rely on that.
 */
import type { Kernel } from "../../kernel/index.js";
import { Access, call, type Operation, on, read, Sharing, wordOperation } from "../../machine/index.js";
import type { WordsObject } from "./objects.js";

type Step<R> = Generator<Operation, R, number>;

/** Read sections that run at once: CPUs are no more. */
export const SECTIONS = 8;
const ALL = (1 << SECTIONS) - 1;
/** Grace periods at once, and where the bits of each begin: those of sections, and one that says that it is in use. */
const PERIODS = [8, 17] as const;
/** What beginning a grace period gives: nobody reads, so there is nothing to wait for; or too many wait already. */
const OVER = -1;
const BUSY = PERIODS.length;
/** The word of memory that is not freed before some sections have ended: their bits begin here. The lowest bit is 0. */
const WAITING = 1;

function usedBit(period: number): number {
  return 1 << ((PERIODS[period] as number) + SECTIONS);
}

/** The grace period that a word has room for. */
function unusedIn(word: number): number {
  const found = PERIODS.findIndex((_, period) => (word & usedBit(period)) === 0);
  return found < 0 ? BUSY : found;
}

const READ_LOCK = wordOperation({
  name: "rcu_read_lock",
  next: (word) => word | (~word & (word + 1) & ALL),
  result: (word) => Math.log2(~word & (word + 1)),
});

const READ_UNLOCK = wordOperation({
  name: "rcu_read_unlock",
  next: (word, section) => PERIODS.reduce((all, first) => all & ~(1 << (first + section)), word & ~(1 << section)),
  result: () => 0,
  access: Access.Relaxed,
});

const SRCU_READ_LOCK = wordOperation({
  ...READ_LOCK,
  name: "srcu_read_lock",
  result: (word) => 31 - Math.clz32(~word & (word + 1) & ALL),
});

const SRCU_READ_UNLOCK = wordOperation({
  ...READ_UNLOCK,
  name: "srcu_read_unlock",
  access: Access.Ordered,
  result: (word, section) => (word >>> section) & 1,
});

const BEGIN = wordOperation({
  name: "synchronize_rcu begins",
  next(word) {
    const period = unusedIn(word);
    if ((word & ALL) === 0 || period === BUSY) return word;
    return word | usedBit(period) | ((word & ALL) << (PERIODS[period] as number));
  },
  result: (word) => ((word & ALL) === 0 ? OVER : unusedIn(word)),
});

const PASSED = wordOperation({
  name: "grace period is over",
  next: (word) => word,
  result: (word, period) => ((word >>> (PERIODS[period] as number)) & ALL ? 0 : 1),
  readOnly: true,
  access: Access.Relaxed,
});

const END = wordOperation({
  name: "synchronize_rcu ends",
  next: (word, period) => word & ~usedBit(period),
  result: () => 0,
});

const READERS = wordOperation({
  name: "read sections that run",
  internal: true,
  next: (word) => word,
  result: (word) => word & ALL,
  readOnly: true,
});

/** Memory goes from allocated to what its argument says. @returns what it was */
const DOOM = wordOperation({
  name: "free after grace period",
  next: (state, then) => (state === 1 ? then : state),
  result: (state) => state,
});

/** A section that memory waits for has ended. @returns what it was */
const RELEASE = wordOperation({
  name: "section ended",
  internal: true,
  next: (state, section) => (state & 1 ? state : state & ~(1 << (section + WAITING))),
  result: (state) => state,
});

const ADD = wordOperation({ name: "count", internal: true, next: (word, delta) => word + delta, result: () => 0 });

/** Read sections of a domain of its own, and its grace periods, in the word at `address`. */
export class Srcu {
  constructor(readonly address: number) {}

  /** @returns the number of the section, or -1 where there are too many */
  readLock(): Operation {
    return on(SRCU_READ_LOCK, this.address);
  }

  /** @returns whether somebody was in the section */
  readUnlock(section: number): Operation {
    return on(SRCU_READ_UNLOCK, this.address, section);
  }

  /** As `Rcu` does. */
  begin(): Operation {
    return on(BEGIN, this.address);
  }

  /** As `Rcu` does. */
  readers(): Operation {
    return on(READERS, this.address);
  }

  passed(period: number): Operation {
    return on(PASSED, this.address, period);
  }

  end(period: number): Operation {
    return on(END, this.address, period);
  }
}

export class Rcu {
  private readonly sections: number;
  /** How much memory waits for sections to end. */
  private readonly waiting: number;
  /** What can wait. */
  private readonly freeable: WordsObject[] = [];
  /** What else is to be done when a section has ended. */
  afterSection: ((section: number) => Step<number>) | null = null;

  constructor({ space }: Kernel) {
    this.sections = space.reserveArray(1, 1, () => "RCU read sections").at(0);
    this.waiting = space.reserveArray(1, 1, () => "memory that RCU will free", Sharing.Commuting).at(0);
  }

  /** Memory that calls may free. */
  add(object: WordsObject): void {
    this.freeable.push(object);
  }

  /** Bits of all sections, and one that no section has. */
  get anySections(): number {
    return (2 << SECTIONS) - 1;
  }

  /** The sections that run, as bits. */
  readers(): Operation {
    return on(READERS, this.sections);
  }

  /** @returns the number of the section */
  readLock(): Operation {
    return on(READ_LOCK, this.sections);
  }

  *readUnlock(section: number): Step<void> {
    yield on(READ_UNLOCK, this.sections, section);
    yield* this.release(section);
    const { afterSection } = this;
    if (afterSection !== null)
      yield call({ label: "callbacks after the section", internal: true }, () => afterSection(section));
  }

  /** Frees what has waited for a section, if that was the last. */
  private *release(section: number): Step<void> {
    if ((yield read(this.waiting)) === 0) return;
    const last = 1 << (section + WAITING);
    for (const { state } of this.freeable) {
      if ((yield on(RELEASE, state, section)) === last) yield on(ADD, this.waiting, -1);
    }
  }

  /** @returns the number of the grace period, or -1 where it is over, or 2 where too many wait */
  begin(): Operation {
    return on(BEGIN, this.sections);
  }

  passed(period: number): Operation {
    return on(PASSED, this.sections, period);
  }

  end(period: number): Operation {
    return on(END, this.sections, period);
  }

  /** Frees memory when all sections have ended that run now. @returns whether it was allocated, and not to be freed yet */
  *freeLater({ state }: WordsObject): Step<boolean> {
    const readers = yield this.readers();
    if ((yield on(DOOM, state, readers << WAITING)) !== 1) return false;
    if (readers !== 0) yield on(ADD, this.waiting, 1);
    return true;
  }
}
