/**
 * Deferred functions: callbacks of `call_rcu()`, work items, timers and the like. They run later than the call that
 * asks for them, and beside all others. Each that waits or runs has an entry.
 *
 * One word (`deferred-words.ts`) orders all changes. The other words of an entry commute. Each access to them is one step
 * with an operation on that word, or with a look at who reads under RCU.
 */
import { type Kernel, KernelEvent } from "../../kernel/index.js";
import { choose, event, type Operation, on, read, Sharing, wordOperation, write } from "../../machine/index.js";
import { Cancel, Deferral, isCallback } from "./deferral.js";
import { cpusThatCall, DeferredWord, ENTRIES_MAX, pendingIn } from "./deferred-words.js";
import { type Rcu, Srcu } from "./rcu.js";

type Step<R = number> = Generator<Operation, R, number>;

/** What is said of an entry, below the bits of what it is. */
const KIND = 7;
const PENDING = 1 << 3;
const RUNS = 1 << 4;
/** It was asked for again while it ran, and whether it did so itself. */
const AGAIN = 1 << 5;
const BY_ITSELF = 1 << 6;
/** It is not to run. */
const CANCELLED = 1 << 7;
/** Somebody waits for it to end: until then nobody can ask for it. */
const CANCELING = 1 << 8;
const DORMANT = 1 << 9;
/** A call has asked for it: the next waits until there are few of these. */
const COUNTED = 1 << 10;
/** Items of its queue run one after the other, in the order in which they were asked for. */
const IN_ORDER = 1 << 11;
/** It waits for its time. */
const DELAYED = 1 << 12;
/** It lines up when its time has come. */
const LATE = 1 << 13;
/** How often it has asked for itself. */
const OWN_RUNS_SHIFT = 14;
/** What asks for itself is run so often for that, and no more: whoever does it may do it for ever. */
const OWN_RUNS_MAX = 2;
/** The result of `cancel` where the function runs and nothing was changed. */
export const RUNS_NOW = -1;

/** What became of asking for a function. */
export enum Queued {
  Now = 1,
  Already = 0,
  NoRoom = -1,
  /** A callback waits already that has the same head. */
  Twice = -2,
  /** It runs for another queue, or with another function. */
  Elsewhere = -3,
  /** It has no function any more. */
  ShutDown = -4,
}

/** What is asked for. */
export interface Request {
  readonly kind: Deferral;
  /** Word that stands for the address of the item. */
  readonly target: number;
  /** Word that stands for the function. */
  readonly called: number;
  /** The word that has the function, where that may be taken away meanwhile: it is read once the item can be cancelled. */
  readonly functionWord: number;
  /** Word that stands for the work queue of a work item; the word of the domain of an SRCU callback; 0 for others. */
  readonly queue: number;
  /** Items of the queue run one after the other. */
  readonly inOrder: boolean;
  /** It is to wait for a while first, and is asked to do so even if it waits for less. */
  readonly isDelayed: boolean;
  readonly modifies: boolean;
  readonly isCounted: boolean;
  readonly site: number;
  /** The entry whose function asks, or -1. */
  readonly by: number;
}

/** What an entry runs. */
export interface Job {
  readonly kind: Deferral;
  readonly target: number;
  readonly called: number;
  readonly site: number;
}

interface Entry {
  readonly target: number;
  readonly called: number;
  readonly queue: number;
  readonly flags: number;
  readonly site: number;
  /** The read sections that must end first, as in `rcu.ts`. */
  readonly sections: number;
  /** The entries that must end first, as bits. */
  readonly before: number;
}

const WORDS = ["item", "function", "queue", "state", "line", "read sections before it", "entries before it"];

/** A read section, or an entry, that must end first has ended. @returns whether it was the last */
const ONE_ENDED = wordOperation({
  name: "one ended",
  internal: true,
  next: (all, one) => all & ~(1 << one),
  result: (all, one) => (all === 1 << one ? 1 : 0),
});

/** Of the sections that end meanwhile, all that do not run now are out. @returns what is left */
const ONLY_THESE = wordOperation({
  name: "sections that run",
  internal: true,
  next: (sections, running) => sections & running,
  result: (sections, running) => sections & running,
});

/** What is said of an item that is to wait first. */
function lateness({ isDelayed, inOrder }: Request): number {
  return isDelayed ? DELAYED | (inOrder ? LATE : 0) : 0;
}

export class Deferred {
  private word: DeferredWord | null = null;
  private readonly entries: Entry[] = [];

  constructor(
    private readonly kernel: Kernel,
    private readonly rcu: Rcu,
    entries: number,
  ) {
    for (let entry = 0; entry < entries; entry++) this.addEntry();
  }

  /** Entries that there are. */
  get size(): number {
    return this.entries.length;
  }

  /** Before anything is explored: room for one more. */
  addEntry(): void {
    const { space } = this.kernel;
    if (this.word === null) {
      this.word = new DeferredWord(space.reserve(1, () => "deferred functions"));
      this.rcu.afterSection = (section) => this.sectionEnded(section, 0);
    }
    const whole = `deferred function ${this.entries.length + 1}`;
    const first = space.reserve(
      WORDS.length,
      (offset) => ({ whole, part: WORDS[offset] as string }),
      Sharing.Commuting,
    );
    this.entries.push({
      target: first,
      called: first + 1,
      queue: first + 2,
      flags: first + 3,
      site: first + 4,
      sections: first + 5,
      before: first + 6,
    });
  }

  private get gate(): DeferredWord {
    if (this.word === null) throw new Error("nothing is deferred");
    return this.word;
  }

  private entry(index: number): Entry {
    return this.entries[index] as Entry;
  }

  /** Asks for a function. @returns what became of it, see `Queued` */
  *queue(request: Request): Step {
    const { kind, target, isCounted } = request;
    const index = yield this.gate.claim(this.size, isCounted);
    if (index < 0) return Queued.NoRoom;
    const found = yield* this.find(kind, target, index);
    if (found >= 0) {
      const again = isCallback(kind) ? Queued.Twice : yield* this.again(found, request);
      yield this.gate.free(index, isCounted);
      return again;
    }
    const entry = this.entry(index);
    yield write(entry.target, target);
    const late = lateness(request);
    yield write(entry.flags, kind | PENDING | late | (isCounted ? COUNTED : 0) | (request.inOrder ? IN_ORDER : 0));
    yield write(entry.queue, request.queue);
    yield write(entry.site, request.site);
    yield event(KernelEvent.Deferred, 1);
    const called = request.functionWord === 0 ? request.called : yield read(request.functionWord);
    if (called === 0) {
      yield this.gate.peek();
      yield* this.clear(entry);
      yield this.gate.free(index, isCounted);
      yield event(KernelEvent.Deferred, -1);
      return Queued.ShutDown;
    }
    yield write(entry.called, called);
    if (request.inOrder && late === 0 && (yield* this.lineUp(index)) !== 0) return Queued.Now;
    if (isCallback(kind) && !(yield* this.isAfterReaders(entry, request))) return Queued.Now;
    yield this.gate.ready(index);
    return Queued.Now;
  }

  /** An entry waits for those before it in its queue. @returns these, as bits */
  private *lineUp(index: number): Step {
    const { queue, before } = this.entry(index);
    const own = yield read(queue);
    let found = 0;
    for (const [other, entry] of this.entries.entries()) {
      const flags = yield read(entry.flags);
      if (other === index || (flags & KIND) !== Deferral.Work || (flags & (DORMANT | CANCELLED)) !== 0) continue;
      if ((flags & (LATE | RUNS)) === LATE) continue;
      if ((yield read(entry.queue)) === own) found |= 1 << other;
    }
    yield write(before, found);
    return found;
  }

  /** An entry has ended. @param ahead entries that may come before it runs again; @returns those that may begin now */
  private *letOthersBegin(index: number, ahead: number): Step {
    let ready = 0;
    for (const [other, { before }] of this.entries.entries()) {
      if (((ahead >>> other) & 1) !== 0 && (yield on(ONE_ENDED, before, index)) === 1) ready |= 1 << other;
    }
    return ready;
  }

  /** A callback waits for the readers that there are. @returns whether there are none */
  private *isAfterReaders({ sections }: Entry, { queue }: Request): Step<boolean> {
    yield write(sections, this.rcu.anySections);
    const running = queue === 0 ? yield this.rcu.readers() : yield new Srcu(queue).readers();
    return (yield on(ONLY_THESE, sections, running)) === 0;
  }

  /** A read section has ended. @param domain word of its domain, 0 for RCU itself */
  *sectionEnded(section: number, domain: number): Step {
    let ready = 0;
    // All of them before anything else, so that it is one step with the end of the section.
    for (const [index, { sections, queue }] of this.entries.entries()) {
      if ((yield read(queue)) === domain && (yield on(ONE_ENDED, sections, section)) === 1) ready |= 1 << index;
    }
    return yield* this.makeReady(ready);
  }

  private *makeReady(entries: number): Step {
    for (let index = 0; index < this.size; index++) if (((entries >>> index) & 1) !== 0) yield this.gate.ready(index);
    return 0;
  }

  /** The entry of an item that waits or runs, or -1. An irq_work is free as soon as it runs, and may then run twice at once. */
  private *find(kind: Deferral, target: number, except = -1): Step {
    for (const [index, entry] of this.entries.entries()) {
      if (index === except || (yield read(entry.target)) !== target) continue;
      const flags = yield read(entry.flags);
      const isSame = (flags & KIND) === kind || (isCallback(kind) && isCallback(flags & KIND));
      const isFree = (flags & CANCELLED) !== 0 || (kind === Deferral.IrqWork && (flags & PENDING) === 0);
      if (isSame && !isFree) return index;
    }
    return -1;
  }

  /** Somebody asks for what waits or runs. */
  private *again(index: number, request: Request): Step<Queued> {
    const { kind, by, called, queue } = request;
    const entry = this.entry(index);
    const flags = yield read(entry.flags);
    if ((flags & RUNS) === 0 || (flags & (AGAIN | CANCELING)) !== 0) {
      const isAsleep = (flags & (DORMANT | CANCELING)) !== 0;
      if (request.modifies && !isAsleep) yield write(entry.flags, (flags & ~DELAYED) | (lateness(request) & DELAYED));
      return Queued.Already;
    }
    // Linux runs such an item beside itself.
    if (kind === Deferral.Work && ((yield read(entry.queue)) !== queue || (yield read(entry.called)) !== called)) {
      return Queued.Elsewhere;
    }
    yield write(entry.called, called);
    const late = lateness(request);
    yield write(entry.flags, flags | AGAIN | late | (by === index ? BY_ITSELF : 0));
    if ((flags & IN_ORDER) !== 0 && late === 0) yield* this.lineUp(index);
    return Queued.Now;
  }

  /** Waits for something to run. @returns its entry, or -1 where there will be nothing any more */
  *take(): Step {
    const pick = this.size > 1 ? yield choose("which deferred function begins", this.size) : 0;
    return yield this.gate.take(pick);
  }

  /** Word that stands for the queue that an entry goes to when its time has come, or 0 where it waits for no time. */
  *queueAhead(index: number): Step {
    const { flags, queue } = this.entry(index);
    return ((yield read(flags)) & (DELAYED | CANCELLED)) === DELAYED ? yield read(queue) : 0;
  }

  /** The time of an entry that was taken has come. @returns whether it may begin: others of its queue may come first */
  *comesUp(index: number): Step<boolean> {
    const { flags: word } = this.entry(index);
    if (((yield read(word)) & LATE) === 0) return true;
    yield this.gate.keepBack(index);
    const flags = yield read(word);
    yield write(word, flags & ~(DELAYED | LATE));
    if ((flags & CANCELLED) === 0 && (yield* this.lineUp(index)) !== 0) return false;
    yield this.gate.resume(index);
    return true;
  }

  /** The function of an entry begins. @returns what it is, or null where it is not to run */
  *begin(index: number): Step<Job | null> {
    const entry = this.entry(index);
    const flags = yield read(entry.flags);
    if ((flags & CANCELLED) !== 0) return null;
    const kind = flags & KIND;
    const site = yield read(entry.site);
    const job = { kind, target: yield read(entry.target), called: yield read(entry.called), site };
    yield write(entry.flags, (flags & ~(PENDING | DELAYED | LATE)) | RUNS);
    // Its head is free from here on.
    if (isCallback(kind)) yield write(entry.target, 0);
    return job;
  }

  /** The function of an entry has ended, or is not to run. @param restarts it says that it is to run again */
  *finish(index: number, restarts: boolean): Step {
    const entry = this.entry(index);
    let flags = yield read(entry.flags);
    // Nobody asks for a callback again while it runs.
    if (!isCallback(flags & KIND)) {
      yield this.gate.peek();
      flags = yield read(entry.flags);
    }
    if (restarts && (flags & (AGAIN | CANCELING)) === 0) flags |= AGAIN | BY_ITSELF;
    const ownRuns = (flags >>> OWN_RUNS_SHIFT) + ((flags & BY_ITSELF) === 0 ? 0 : 1);
    const runsAgain = (flags & AGAIN) !== 0 && ownRuns <= OWN_RUNS_MAX;
    const ahead = runsAgain ? yield read(entry.before) : ~0;
    const ready = (flags & IN_ORDER) === 0 ? 0 : yield* this.letOthersBegin(index, ahead);
    const kept = flags & (KIND | COUNTED | IN_ORDER | DELAYED | LATE);
    const isCounted = (flags & COUNTED) !== 0;
    if (runsAgain) {
      yield write(entry.flags, kept | PENDING | (ownRuns << OWN_RUNS_SHIFT));
      const isBehind = (flags & IN_ORDER) !== 0 && ahead !== 0;
      const isWork = (flags & KIND) === Deferral.Work;
      yield isBehind ? this.gate.keepBack(index, isWork) : this.gate.ready(index, isWork);
    } else if ((flags & AGAIN) !== 0) {
      yield write(entry.flags, kept | DORMANT);
      yield write(entry.before, 0);
      yield this.gate.fallAsleep(index, isCounted);
    } else {
      yield* this.clear(entry);
      yield this.gate.free(index, isCounted);
    }
    yield event(KernelEvent.Deferred, runsAgain ? 0 : -1);
    return yield* this.makeReady(ready);
  }

  /**
   * What waits does not run, see `Cancel`.
   * @returns 1 if it waited, or `RUNS_NOW`; in the bits above, the entry to wait for, from 1
   */
  *cancel(kind: Deferral, target: number, how: Cancel): Step {
    yield this.gate.peek();
    const index = yield* this.find(kind, target);
    if (index < 0) return 0;
    const entry = this.entry(index);
    const flags = yield read(entry.flags);
    if (how === Cancel.Wait) return (index + 1) << 1;
    if ((flags & DORMANT) !== 0) {
      yield* this.clear(entry);
      yield this.gate.freeDormant(index);
      return 1;
    }
    if ((flags & PENDING) !== 0) {
      yield write(entry.flags, flags | CANCELLED);
      return 1;
    }
    if (how === Cancel.Try) return RUNS_NOW;
    const waits = how === Cancel.Sync;
    yield write(entry.flags, (flags & ~(AGAIN | BY_ITSELF | DELAYED | LATE)) | (waits ? CANCELING : 0));
    return ((flags & AGAIN) === 0 ? 0 : 1) | (waits ? (index + 1) << 1 : 0);
  }

  private *clear({ target, called, queue, flags, site, before }: Entry): Step<void> {
    for (const word of [target, called, queue, flags, site, before]) yield write(word, 0);
  }

  /** Whether an item waits to run (1), and whether it runs (2). */
  *isPending(kind: Deferral, target: number): Step {
    yield this.gate.peek();
    const index = yield* this.find(kind, target);
    if (index < 0) return 0;
    const flags = yield read(this.entry(index).flags);
    return ((flags & (PENDING | AGAIN | DORMANT)) === 0 ? 0 : 1) | ((flags & RUNS) === 0 ? 0 : 2);
  }

  /**
   * Entries, as bits, that wait or run now: those of an item, or of a queue, or all of a kind. One that does not run any more
   * because it asks for itself for ever runs once more: somebody waits for it.
   *
   * @param hastens what waits for its time does not wait any more; else nobody waits for it
   * @returns above these bits, those of them that run and are to run again; above, which have run an odd number of times
   */
  *pending(kind: Deferral, target: number, queue: number, hastens: boolean): Step {
    const odd = yield this.gate.runsSoFar();
    let found = 0;
    let asleep = 0;
    let twice = 0;
    for (const [index, entry] of this.entries.entries()) {
      const said = yield read(entry.flags);
      if ((said & KIND) !== kind || (said & CANCELLED) !== 0) continue;
      if (target !== 0 && (yield read(entry.target)) !== target) continue;
      if (queue !== 0 && (yield read(entry.queue)) !== queue) continue;
      const flags = hastens ? said & ~DELAYED : said;
      if (flags !== said) yield write(entry.flags, flags);
      if ((flags & (DELAYED | RUNS)) === DELAYED) continue;
      found |= 1 << index;
      if ((flags & DORMANT) !== 0) asleep |= 1 << index;
      if ((flags & (AGAIN | DELAYED)) === AGAIN) twice |= 1 << index;
    }
    for (let index = 0; index < this.size; index++) if (((asleep >>> index) & 1) !== 0) yield* this.wake(index);
    return found | (twice << ENTRIES_MAX) | (odd << (2 * ENTRIES_MAX));
  }

  /** Waits for what `pending` has found, but not for what is asked for from then on. */
  *untilRun(pending: number): Step {
    const all = (1 << ENTRIES_MAX) - 1;
    const found = pending & all;
    const twice = (pending >>> ENTRIES_MAX) & all;
    const odd = (pending >>> (2 * ENTRIES_MAX)) & all;
    if (twice !== 0) yield this.gate.oneMore(twice, odd & twice);
    return yield this.gate.oneMore(found, (odd ^ twice) & found);
  }

  private *wake(index: number): Step<void> {
    if ((yield this.gate.wake(index)) === 0) return;
    const { flags: word } = this.entry(index);
    const flags = yield read(word);
    // No call has asked for it this time.
    yield write(word, (flags & (KIND | IN_ORDER)) | PENDING | (OWN_RUNS_MAX << OWN_RUNS_SHIFT));
    yield event(KernelEvent.Deferred, 1);
    if ((flags & IN_ORDER) !== 0 && (yield* this.lineUp(index)) !== 0) return;
    yield this.gate.ready(index);
  }

  /** An entry that was taken has a function that somebody has disabled: it is kept back. */
  keepBack(index: number): Operation {
    return this.gate.keepBack(index);
  }

  /** It begins after all. */
  resume(index: number): Operation {
    return this.gate.resume(index);
  }

  /** The kind of an entry that was taken. */
  *kindOf(index: number): Step<Deferral> {
    return (yield read(this.entry(index).flags)) & KIND;
  }

  /** Word that stands for its item. */
  targetOf(index: number): Operation {
    return read(this.entry(index).target);
  }

  /** Waits until the function of an entry does not run. */
  runEnded(index: number): Operation {
    return this.gate.runEnded(index);
  }

  /** Waits until all that `pending` has found are gone, also if they are asked for again meanwhile. */
  allGone(entries: number): Operation {
    return this.gate.allGone(entries & ((1 << ENTRIES_MAX) - 1));
  }

  /** Waits until fewer than `limit` wait or run of those that count. */
  room(limit: number): Operation {
    return this.gate.room(limit);
  }

  /** A CPU makes no call any more. */
  end(): Operation {
    return this.gate.end();
  }

  /** So many CPUs will make calls. */
  start(cpus: number): void {
    const { words } = this.kernel;
    const { address } = this.gate;
    words.write(address, words.read(address) + cpusThatCall(cpus));
  }

  /** Functions that wait or run. */
  get pendingNow(): number {
    return pendingIn(this.kernel.words.read(this.gate.address));
  }

  /** Words that stand for items which wait. */
  targets(): number[] {
    return this.entries.map(({ target }) => this.kernel.words.read(target));
  }
}
