/**
 * Deferred functions: callbacks of `call_rcu()`, work items and timers. They run later than the call that asks for them, and
 * beside all others. Each that waits or runs has an entry.
 *
 * One word (`deferred-words.ts`) orders all changes. The other words of an entry commute. Each access to them is one step
 * with an operation on that word, or with a look at who reads under RCU.
 */
import { type Kernel, KernelEvent } from "../../kernel/index.js";
import { choose, event, type Operation, on, read, Sharing, wordOperation, write } from "../../machine/index.js";
import { cpusThatCall, DeferredWord, pendingIn } from "./deferred-words.js";
import type { Rcu } from "./rcu.js";

type Step<R = number> = Generator<Operation, R, number>;

/** What kind of function is deferred; `intrinsics.h` has the same numbers. */
export enum Deferral {
  Callback = 1,
  Work = 2,
  Timer = 3,
}

/** What is said of an entry, below the bits of what it is. */
const KIND = 3;
const PENDING = 1 << 2;
const RUNS = 1 << 3;
/** It was asked for again while it ran, and whether it did so itself. */
const AGAIN = 1 << 4;
const BY_ITSELF = 1 << 5;
/** It is not to run. */
const CANCELLED = 1 << 6;
/** Somebody waits for it to end: until then nobody can ask for it. */
const CANCELING = 1 << 7;
const DORMANT = 1 << 8;
/** A call has asked for it: the next waits until there are few of these. */
const COUNTED = 1 << 9;
/** How often it has asked for itself. */
const OWN_RUNS_SHIFT = 10;
/** What asks for itself is run so often for that, and no more: whoever does it may do it for ever. */
const OWN_RUNS_MAX = 2;

/** What became of asking for a function. */
export enum Queued {
  Now = 1,
  Already = 0,
  NoRoom = -1,
  /** A callback waits already that has the same head. */
  Twice = -2,
}

/** What is asked for. */
export interface Request {
  readonly kind: Deferral;
  /** Word that stands for the address of the item. */
  readonly target: number;
  /** Word that stands for the function. */
  readonly called: number;
  /** Word that stands for the work queue of a work item, 0 for others. */
  readonly queue: number;
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
}

const WORDS = ["item", "function", "queue", "state", "line", "read sections before it"];

/** A read section that must end first has ended. @returns whether it was the last */
const SECTION_ENDED = wordOperation({
  name: "section ended",
  next: (sections, section) => sections & ~(1 << section),
  result: (sections, section) => (sections === 1 << section ? 1 : 0),
});

/** Of the sections that end meanwhile, all that do not run now are out. @returns what is left */
const ONLY_THESE = wordOperation({
  name: "sections that run",
  next: (sections, running) => sections & running,
  result: (sections, running) => sections & running,
});

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
      this.rcu.afterSection = (section) => this.sectionEnded(section);
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
      const again = kind === Deferral.Callback ? Queued.Twice : yield* this.again(found, request);
      yield this.gate.free(index, isCounted);
      return again;
    }
    const entry = this.entry(index);
    yield write(entry.target, target);
    yield write(entry.flags, kind | PENDING | (isCounted ? COUNTED : 0));
    yield write(entry.called, request.called);
    yield write(entry.queue, request.queue);
    yield write(entry.site, request.site);
    yield event(KernelEvent.Deferred, 1);
    if (kind === Deferral.Callback && !(yield* this.isAfterReaders(entry))) return Queued.Now;
    yield this.gate.ready(index);
    return Queued.Now;
  }

  /** A callback waits for the readers that there are. @returns whether there are none */
  private *isAfterReaders({ sections }: Entry): Step<boolean> {
    yield write(sections, this.rcu.anySections);
    const running = yield this.rcu.readers();
    return (yield on(ONLY_THESE, sections, running)) === 0;
  }

  /** A read section has ended. */
  private *sectionEnded(section: number): Step {
    let ready = 0;
    // All of them before anything else, so that it is one step with the end of the section.
    for (const [index, { sections }] of this.entries.entries()) {
      if ((yield on(SECTION_ENDED, sections, section)) === 1) ready |= 1 << index;
    }
    for (let index = 0; index < this.size; index++) if (((ready >>> index) & 1) !== 0) yield this.gate.ready(index);
    return 0;
  }

  /** The entry of an item that waits or runs, or -1. */
  private *find(kind: Deferral, target: number, except = -1): Step {
    for (const [index, entry] of this.entries.entries()) {
      if (index === except || (yield read(entry.target)) !== target) continue;
      const flags = yield read(entry.flags);
      if ((flags & KIND) === kind && (flags & CANCELLED) === 0) return index;
    }
    return -1;
  }

  /** Somebody asks for what waits or runs. */
  private *again(index: number, { by, called }: Request): Step<Queued> {
    const { flags: word, called: next } = this.entry(index);
    const flags = yield read(word);
    if ((flags & RUNS) === 0 || (flags & (AGAIN | CANCELING)) !== 0) return Queued.Already;
    yield write(next, called);
    yield write(word, flags | AGAIN | (by === index ? BY_ITSELF : 0));
    return Queued.Now;
  }

  /** Waits for something to run. @returns its entry, or -1 where there will be nothing any more */
  *take(): Step {
    const pick = this.size > 1 ? yield choose("which deferred function begins", this.size) : 0;
    return yield this.gate.take(pick);
  }

  /** The function of an entry begins. @returns what it is, or null where it is not to run */
  *begin(index: number): Step<Job | null> {
    const entry = this.entry(index);
    const flags = yield read(entry.flags);
    if ((flags & CANCELLED) !== 0) return null;
    const kind = flags & KIND;
    const site = yield read(entry.site);
    const job = { kind, target: yield read(entry.target), called: yield read(entry.called), site };
    yield write(entry.flags, (flags & ~PENDING) | RUNS);
    // Its head is free from here on.
    if (kind === Deferral.Callback) yield write(entry.target, 0);
    return job;
  }

  /** The function of an entry has ended, or is not to run. */
  *finish(index: number): Step {
    const entry = this.entry(index);
    let flags = yield read(entry.flags);
    // Nobody asks for a callback again while it runs.
    if ((flags & KIND) !== Deferral.Callback) {
      yield this.gate.peek();
      flags = yield read(entry.flags);
    }
    const isCounted = (flags & COUNTED) !== 0;
    if ((flags & AGAIN) !== 0) {
      const ownRuns = (flags >>> OWN_RUNS_SHIFT) + ((flags & BY_ITSELF) === 0 ? 0 : 1);
      const kept = flags & (KIND | COUNTED);
      if (ownRuns <= OWN_RUNS_MAX) {
        yield write(entry.flags, kept | PENDING | (ownRuns << OWN_RUNS_SHIFT));
        yield this.gate.ready(index);
        return 0;
      }
      yield write(entry.flags, kept | DORMANT);
      yield this.gate.fallAsleep(index, isCounted);
    } else {
      yield* this.clear(entry);
      yield this.gate.free(index, isCounted);
    }
    yield event(KernelEvent.Deferred, -1);
    return 0;
  }

  /**
   * What waits does not run. @param waits whether the caller means to wait for what runs
   * @returns 1 if it waited; in the bits above, the entry that runs, from 1
   */
  *cancel(kind: Deferral, target: number, waits: boolean): Step {
    yield this.gate.peek();
    const index = yield* this.find(kind, target);
    if (index < 0) return 0;
    const entry = this.entry(index);
    const flags = yield read(entry.flags);
    if ((flags & DORMANT) !== 0) {
      yield* this.clear(entry);
      yield this.gate.freeDormant(index);
      return 1;
    }
    if ((flags & PENDING) !== 0) {
      yield write(entry.flags, flags | CANCELLED);
      return 1;
    }
    yield write(entry.flags, (flags & ~(AGAIN | BY_ITSELF)) | (waits ? CANCELING : 0));
    return ((flags & AGAIN) === 0 ? 0 : 1) | (waits ? (index + 1) << 1 : 0);
  }

  private *clear({ target, called, queue, flags, site }: Entry): Step<void> {
    for (const word of [target, called, queue, flags, site]) yield write(word, 0);
  }

  /** Whether an item waits to run. */
  *isPending(kind: Deferral, target: number): Step {
    yield this.gate.peek();
    const index = yield* this.find(kind, target);
    if (index < 0) return 0;
    return ((yield read(this.entry(index).flags)) & (PENDING | AGAIN | DORMANT)) === 0 ? 0 : 1;
  }

  /** Entries, as bits, that wait or run now: those of an item, or of a work queue, or all of a kind. */
  *pending(kind: Deferral, target: number, queue: number): Step {
    yield this.gate.peek();
    let found = 0;
    for (const [index, entry] of this.entries.entries()) {
      const flags = yield read(entry.flags);
      if ((flags & KIND) !== kind || (flags & CANCELLED) !== 0) continue;
      if (target !== 0 && (yield read(entry.target)) !== target) continue;
      if (queue === 0 || (yield read(entry.queue)) === queue) found |= 1 << index;
    }
    return found;
  }

  /** Waits until the function of an entry does not run. */
  runEnded(index: number): Operation {
    return this.gate.runEnded(index);
  }

  /** Waits until all of some entries, as bits, have run. */
  allGone(entries: number): Operation {
    return this.gate.allGone(entries);
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
