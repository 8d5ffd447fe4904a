/**
 * Movers: which words need a scheduling point, observed while exploring (the reduction `protected-steps`).
 *
 * An access that commutes with everything other CPUs can do next is no scheduling point. A word is
 * taken to be harmless as long as every access seen so far fits one of these:
 *
 * - only one CPU touches it, and that CPU is not interchangeable with another;
 * - nobody writes it;
 * - some lock is held exclusively at every write and at least shared at every read;
 * - it is a lock that nobody asks for exclusively, so shares always succeed.
 *
 * A lock that CPUs only ever wait for, and never try, needs no scheduling point of its own. Taking it commutes to the
 * right, releasing it to the left (Lipton, 1975). The first access that fits none of these makes the word visible for
 * good; the search must then start again, because it has skipped interleavings. Nothing is assumed that was not seen.
 *
 * A visible word that some program accesses plainly takes more. The search must see two CPUs that are both about to
 * access it. So such an access is the first step of its transition, whatever came before.
 */

import { Access, LockEffect, READ, type WordOperation } from "../../machine/index.js";
import { doubled } from "./grown.js";
import { ALL_LOCKS, LockSets, NO_LOCKS } from "./lock-sets.js";
import type { RecentAccesses } from "./recent-accesses.js";

/** How a word operation moves against steps of other CPUs. */
export enum Mover {
  /** Commutes both ways: not a scheduling point. */
  Both = 0,
  /** Taking a lock by waiting: commutes to the right. */
  Right = 1,
  /** Releasing such a lock: commutes to the left. */
  Left = 2,
  /** A scheduling point. */
  None = 3,
  /** A scheduling point that begins a transition: a CPU is seen to rest before it, so that data races are seen. */
  Alone = 4,
}

// Looking these up in their enumerations takes as long as what they decide.
const { Both: BOTH, Right: RIGHT, Left: LEFT, None: NONE, Alone: ALONE } = Mover;
const {
  None: NO_EFFECT,
  AcquireExclusive: ACQUIRE_EXCLUSIVE,
  AcquireShared: ACQUIRE_SHARED,
  Promote: PROMOTE,
  ReleaseExclusive: RELEASE_EXCLUSIVE,
  ReleaseShared: RELEASE_SHARED,
} = LockEffect;
const PLAIN_ACCESS = Access.Plain;

/** Any read, where only that matters. */
const READ_ACCESS = READ;

const NOBODY = -1;
const SEVERAL = -2;
/** From the number of a range to that of what accesses to exactly this range have shown. */
const ONLY_IT = 1;
/** Integers kept of the last access to a word. */
const LAST_SIZE = 4;

// What is known of a word, as bits.
/** Data that needs scheduling points. */
const VISIBLE = 1;
const WRITTEN = 2;
/** A lock that someone asked for exclusively. */
const ASKED_EXCLUSIVELY = 4;
/** A lock that is waited for. */
const WAITED_FOR = 8;
/** A lock that is waited for but also tried. */
const TRIED = 16;
/** A lock that someone asked for shared. */
const SHARED = 32;
/** Used by lock operations. */
const LOCK = 64;
/** A lock that someone tried, whether or not it is waited for. */
const ATTEMPTED = 128;
/** Data that some program accesses plainly. */
const PLAIN = 256;
/** Data that no lock protects, and yet CPUs keep apart at it, as far as their recent accesses show. */
const KEPT_APART = 1 << 9;

export class Movers {
  /** Set when a word that was taken to be harmless turned out not to be. */
  broken = false;
  /** CPUs rest elsewhere from here on: the search must start again before its result counts, but not at once. */
  unsettled = false;
  /** Words found to need scheduling points. */
  visibleWords = 0;
  /** Counts from 1 the changes of what decides on scheduling points: of words that were in use before, not of new ones. */
  version = 1;
  /** Plain accesses to words that need no scheduling points, as far as is known: none of them races. */
  plainAccesses = 0;

  readonly sets = new LockSets();
  /** Locks that each CPU holds exclusively, and shared, as numbers of `sets`. */
  readonly exclusive: Int32Array;
  readonly shared: Int32Array;
  /** Locks that each CPU holds and may not sleep with: spinlocks, and others taken by waiting, but for mutexes. */
  readonly spinning: Int32Array;

  /** What is known of each word, as bits. */
  private flags = new Int32Array(64);
  /** CPU that touched each word, or one of the constants below. */
  private accessor = new Int32Array(64);
  private atWrites = new Int32Array(64);
  private atAccesses = new Int32Array(64);
  /** Numbers of locks, from 1; 0 for other words. */
  private lockNumber = new Int32Array(64);
  /** Other locks held at every lock operation on the word, and held exclusively at every other access to it. */
  private atLockOperations = new Int32Array(64);
  private atData = new Int32Array(64);
  /** The last access to each word that was recorded: who made it and how, the locks held, and the version then. */
  private last = new Int32Array(LAST_SIZE * 64).fill(NOBODY);
  private locks = 0;
  /** Locks that protect nothing: their words are used as data, or given back by others than their holders. */
  private distrusted = NO_LOCKS;

  /** As whom each CPU counts: as itself, or as several. */
  readonly who: Int32Array;

  /** @param enabled false: every access to a shared word is a scheduling point */
  constructor(
    cpus: number,
    private readonly enabled: boolean,
  ) {
    this.who = Int32Array.from({ length: cpus }, (_, cpu) => cpu);
    this.exclusive = new Int32Array(cpus);
    this.shared = new Int32Array(cpus);
    this.spinning = new Int32Array(cpus);
  }

  /** Set where locks made by hand are looked for. */
  recent: RecentAccesses | null = null;
  private knowsLoops = false;
  /** Words that no lock protects may be kept apart all the same. */
  looksForHandMade = false;
  /** Words of which some range was filled or read in one step, such ranges, and words that CPUs wait for. */
  private readonly ranged = new Set<number>();

  /**
   * `cpu` is interchangeable with another. Of these a search lets one take the first step for all, so the number of the CPU
   * that touches a word says nothing: such a word counts as touched by several.
   */
  makeInterchangeable(cpu: number): void {
    this.who[cpu] = SEVERAL;
  }

  isInterchangeable(cpu: number): boolean {
    return this.who[cpu] === SEVERAL;
  }

  /** Whether what was explored so far does not count. */
  get isOutdated(): boolean {
    return this.broken || this.unsettled;
  }

  /** Makes room for the word with dense number `slot`. */
  addWord(slot: number): void {
    while (slot >= this.flags.length) {
      this.flags = doubled(this.flags);
      this.accessor = doubled(this.accessor);
      this.atWrites = doubled(this.atWrites);
      this.atAccesses = doubled(this.atAccesses);
      this.lockNumber = doubled(this.lockNumber);
      this.atLockOperations = doubled(this.atLockOperations);
      this.atData = doubled(this.atData);
      this.last = doubled(this.last);
    }
    this.last.fill(NOBODY, slot * LAST_SIZE, (slot + 1) * LAST_SIZE);
    this.accessor[slot] = NOBODY;
    this.atWrites[slot] = ALL_LOCKS;
    this.atAccesses[slot] = ALL_LOCKS;
    this.atLockOperations[slot] = ALL_LOCKS;
    this.atData[slot] = ALL_LOCKS;
  }

  /** Takes note that a program has come back to the head of a loop: CPUs rest there, and cycles of states need judging. */
  noteLoop(): void {
    this.version++;
    this.broken = true;
  }

  /** The same; and some program may wait for a lock that is made by hand, so that words are judged otherwise. */
  noteWaitingLoop(): void {
    if (this.knowsLoops) {
      this.unsettle();
      return;
    }
    this.knowsLoops = true;
    this.noteLoop();
    this.lookForHandMade();
  }

  /** Takes note of one more place where a CPU rests, or does not. */
  unsettle(): void {
    this.version++;
    this.unsettled = true;
  }

  /** From here on words may be kept apart without a lock: also those that have needed scheduling points so far. */
  lookForHandMade(): void {
    if (this.looksForHandMade || this.recent === null || !this.enabled) return;
    this.looksForHandMade = true;
    for (let slot = 0; slot < this.flags.length; slot++) {
      if (!this.has(slot, VISIBLE) || this.has(slot, LOCK) || this.ranged.has(slot)) continue;
      this.flags[slot] = ((this.flags[slot] as number) & ~VISIBLE) | KEPT_APART;
      this.visibleWords--;
      this.version++;
    }
  }

  /** Whether only recent accesses say that the word needs no scheduling points. */
  isKeptApart(slot: number): boolean {
    return this.looksForHandMade && this.has(slot, KEPT_APART) && !this.has(slot, VISIBLE);
  }

  /** `cpu` begins a transition. */
  beginTransition(cpu: number): void {
    if (this.looksForHandMade) this.recent?.begin(cpu);
  }

  /** How `word` on `slot` moves, as far as is known before it is done. */
  mover(word: WordOperation, slot: number): Mover {
    const flags = this.flags[slot] as number;
    if (!this.enabled || (flags & VISIBLE) !== 0) return (flags & PLAIN) !== 0 ? ALONE : NONE;
    switch (word.lock) {
      case NO_EFFECT:
        return BOTH;
      case ACQUIRE_EXCLUSIVE:
      case ACQUIRE_SHARED:
        if (word.lock === ACQUIRE_SHARED && !this.has(slot, ASKED_EXCLUSIVELY)) return BOTH;
        return word.ready === undefined || this.has(slot, TRIED) ? NONE : RIGHT;
      case PROMOTE:
        return NONE;
      case RELEASE_EXCLUSIVE:
      case RELEASE_SHARED:
        if (word.lock === RELEASE_SHARED && !this.has(slot, ASKED_EXCLUSIVELY)) return BOTH;
        return !this.has(slot, WAITED_FOR) || this.has(slot, TRIED) ? NONE : LEFT;
    }
  }

  /** Whether other CPUs can look at the word between any two steps of one. */
  isVisible(slot: number): boolean {
    return !this.enabled || this.has(slot, VISIBLE);
  }

  /** Takes note that some program accesses the word plainly: from here on, a CPU that is about to access it rests first. */
  notePlain(slot: number): void {
    if (this.has(slot, PLAIN)) return;
    this.set(slot, PLAIN);
    const accessed = this.accessor[slot] !== NOBODY || this.has(slot, LOCK);
    if (this.has(slot, VISIBLE) || (!this.enabled && accessed)) this.broken = true;
  }

  /** Takes note that `cpu` has done `word` on `slot` with `result`. */
  note(cpu: number, word: WordOperation, slot: number, result: number): void {
    const flags = this.flags[slot] as number;
    // There is no more to learn of data that needs scheduling points.
    if (word.lock === NO_EFFECT && (flags & VISIBLE) !== 0) return;
    const { version } = this;
    const isNew = flags === 0 && this.accessor[slot] === NOBODY;
    if (word.lock !== NO_EFFECT) this.noteLock(cpu, word, slot, result);
    else if (this.isKeptApart(slot)) this.noteKeptApart(cpu, word, slot);
    else this.noteAccess(cpu, word, slot);
    if (isNew && !this.broken) this.version = version;
  }

  private noteKeptApart(cpu: number, { access, readOnly }: WordOperation, slot: number): void {
    if (access === Access.Plain) this.plainAccesses++;
    this.noteRecent(cpu, slot, !readOnly);
  }

  /** Takes note that `cpu` has accessed a word that is kept apart. */
  noteRecent(cpu: number, slot: number, writes: boolean): void {
    if (this.recent?.note(cpu, slot, writes) === true) this.reveal(slot);
  }

  /** Takes note that `cpu` has read or written all words that `slot` stands for, one by one too. */
  noteRange(cpu: number, word: WordOperation, slot: number, readOnly: boolean): void {
    const access = readOnly ? READ_ACCESS : word;
    this.noteRanged(slot);
    this.noteAccess(cpu, access, slot);
    if (this.differsFromLast(cpu, access, slot + ONLY_IT)) this.keepAccess(cpu, access, slot + ONLY_IT);
    for (const other of this.touching(slot)) {
      this.noteRanged(other);
      if (!this.has(other, VISIBLE)) this.noteAccess(cpu, access, other);
      if (this.has(other, VISIBLE)) this.reveal(slot);
    }
  }

  /** Takes note that `cpu` has come to the word, which is no lock, and goes on only if that holds what it waits for. */
  noteWait(cpu: number, slot: number): void {
    this.noteRanged(slot);
    if (!this.has(slot, VISIBLE)) this.noteAccess(cpu, READ_ACCESS, slot);
  }

  /** Whether the word lies in a range that was filled or read in one step. */
  isRanged(slot: number): boolean {
    return this.ranged.has(slot);
  }

  /** Recent accesses are those to words one by one, and who waits makes none. */
  private noteRanged(slot: number): void {
    if (this.ranged.has(slot)) return;
    if (this.isKeptApart(slot)) this.reveal(slot);
    this.ranged.add(slot);
    // Nobody watched what the word held meanwhile, see `attempts.ts`.
    if (this.knowsLoops) this.unsettle();
  }

  /**
   * Slots of words inside the range that `slot` stands for, and of ranges that share words with it. Set
   * by whoever numbers the words.
   */
  touching: (slot: number) => readonly number[] = () => [];

  /**
   * The word with the new number `slot` lies in a range that may have been accessed already. What other words and ranges
   * have shown of that range says nothing of this word.
   *
   * @param slotOfRange number of the range
   */
  inherit(slot: number, slotOfRange: number): void {
    this.ranged.add(slot);
    const range = slotOfRange + ONLY_IT;
    const accessor = this.accessor[range] as number;
    if (accessor === NOBODY) return;
    const before = this.accessor[slot] as number;
    this.accessor[slot] = before === NOBODY || before === accessor ? accessor : SEVERAL;
    this.set(slot, (this.flags[range] as number) & WRITTEN);
    this.keepOnly(this.atAccesses, slot, this.atAccesses[range] as number);
    this.keepOnly(this.atWrites, slot, this.atWrites[range] as number);
    this.keepOnly(this.atData, slot, this.atData[range] as number);
    if (this.isUnprotected(slot)) this.set(slot, VISIBLE);
  }

  /** Of the locks that `sets` has for a word, those in `held` stay. */
  private keepOnly(sets: Int32Array, slot: number, held: number): void {
    const before = sets[slot] as number;
    if (before !== held) sets[slot] = this.sets.intersection(before, held);
  }

  private noteAccess(cpu: number, word: WordOperation, slot: number): void {
    if (word.access === PLAIN_ACCESS && !this.has(slot, VISIBLE)) this.plainAccesses++;
    if (!this.differsFromLast(cpu, word, slot)) return;
    this.keepAccess(cpu, word, slot);
    if (this.has(slot, LOCK)) this.judgeMixed(slot);
    if (this.isUnprotected(slot)) this.loseProtection(slot);
  }

  private keepAccess(cpu: number, word: WordOperation, slot: number): void {
    const before = this.accessor[slot] as number;
    const who = this.who[cpu] as number;
    if (before !== who) this.accessor[slot] = before === NOBODY ? who : SEVERAL;
    const exclusive = this.exclusive[cpu] as number;
    this.keepOnly(this.atAccesses, slot, this.sets.union(exclusive, this.shared[cpu] as number));
    this.keepOnly(this.atData, slot, exclusive);
    if (word.readOnly) return;
    this.set(slot, WRITTEN);
    this.keepOnly(this.atWrites, slot, exclusive);
  }

  /** Whether the last access to the word was another one: to note one again changes nothing. */
  private differsFromLast(cpu: number, { readOnly }: WordOperation, slot: number): boolean {
    const { last, version } = this;
    const at = slot * LAST_SIZE;
    const how = 2 * (this.who[cpu] as number) + (readOnly ? 1 : 0);
    const exclusive = this.exclusive[cpu] as number;
    const shared = this.shared[cpu] as number;
    const isSame = last[at] === how && last[at + 1] === exclusive && last[at + 2] === shared;
    if (isSame && last[at + 3] === version) return false;
    last[at] = how;
    last[at + 1] = exclusive;
    last[at + 2] = shared;
    last[at + 3] = version;
    return true;
  }

  /** Whether several CPUs access the word, one of them writes it, and no lock keeps them apart. */
  private isUnprotected(slot: number): boolean {
    if (this.accessor[slot] !== SEVERAL || !this.has(slot, WRITTEN)) return false;
    return !this.isTrusted(this.atAccesses[slot] as number, this.atWrites[slot] as number);
  }

  /** Whether two sets of locks have one in common that protects. */
  private isTrusted(one: number, other: number): boolean {
    return this.sets.isBeyond(this.sets.intersection(one, other), this.distrusted);
  }

  /** No lock protects the word: it is visible, unless CPUs keep apart at it without one. */
  private loseProtection(slot: number): void {
    if (!this.looksForHandMade || this.has(slot, LOCK) || this.ranged.has(slot)) {
      this.reveal(slot);
      return;
    }
    this.set(slot, KEPT_APART);
    this.broken = true;
  }

  /** From here on, accesses to the word are scheduling points. */
  private reveal(slot: number): void {
    if (this.has(slot, VISIBLE)) return;
    this.set(slot, VISIBLE);
    this.visibleWords++;
    if (this.enabled) this.broken = true;
  }

  /** A lock word that is used as data too needs another lock that keeps the two uses apart. */
  private judgeMixed(slot: number): void {
    if (!this.isTrusted(this.atLockOperations[slot] as number, this.atData[slot] as number)) this.distrust(slot);
  }

  private distrust(slot: number): void {
    this.reveal(slot);
    const lock = this.lockNumber[slot] as number;
    if (lock === 0 || this.sets.has(this.distrusted, lock)) return;
    this.distrusted = this.sets.with(this.distrusted, lock);
    this.version++;
    if (this.enabled) this.broken = true;
  }

  private noteLock(cpu: number, word: WordOperation, slot: number, result: number): void {
    const waits = word.ready !== undefined;
    if (this.lockNumber[slot] === 0) this.lockNumber[slot] = ++this.locks;
    const lock = this.lockNumber[slot] as number;
    const { sets } = this;
    const exclusive = this.exclusive[cpu] as number;
    const shared = this.shared[cpu] as number;
    this.set(slot, LOCK);
    this.keepOnly(this.atLockOperations, slot, sets.without(sets.union(exclusive, shared), lock));
    if (this.isKeptApart(slot)) this.distrust(slot);
    else if (this.accessor[slot] !== NOBODY) this.judgeMixed(slot);
    switch (word.lock) {
      case ACQUIRE_EXCLUSIVE:
      case ACQUIRE_SHARED: {
        this.set(slot, waits ? WAITED_FOR : ATTEMPTED);
        if (word.lock === ACQUIRE_EXCLUSIVE) this.askExclusively(slot);
        else this.set(slot, SHARED);
        if (this.has(slot, WAITED_FOR) && this.has(slot, ATTEMPTED) && !this.has(slot, TRIED)) {
          this.set(slot, TRIED);
          this.broken ||= this.enabled;
        }
        if (!waits && result !== 0) return;
        if (word.lock === ACQUIRE_EXCLUSIVE) this.exclusive[cpu] = sets.with(exclusive, lock);
        else this.shared[cpu] = sets.with(shared, lock);
        if (word.spins || (waits && !word.sleeps)) this.spinning[cpu] = (this.spinning[cpu] as number) + 1;
        return;
      }
      case PROMOTE:
        this.askExclusively(slot);
        if (result === 0) {
          this.exclusive[cpu] = sets.with(exclusive, lock);
          this.shared[cpu] = sets.without(shared, lock);
        }
        return;
      case RELEASE_EXCLUSIVE:
        if (!sets.has(exclusive, lock)) this.distrust(slot);
        this.exclusive[cpu] = sets.without(exclusive, lock);
        break;
      case RELEASE_SHARED:
        this.shared[cpu] = sets.without(shared, lock);
        break;
      case NO_EFFECT:
        return;
    }
    if (word.spins || (this.has(slot, WAITED_FOR) && !word.sleeps)) {
      this.spinning[cpu] = (this.spinning[cpu] as number) - 1;
    }
  }

  private askExclusively(slot: number): void {
    if (this.has(slot, ASKED_EXCLUSIVELY)) return;
    this.set(slot, ASKED_EXCLUSIVELY);
    // Nothing was skipped if nobody had it shared before.
    if (this.has(slot, SHARED)) this.broken ||= this.enabled;
  }

  private has(slot: number, flag: number): boolean {
    return ((this.flags[slot] as number) & flag) !== 0;
  }

  private set(slot: number, flag: number): void {
    const before = this.flags[slot] as number;
    if ((before & flag) === flag) return;
    this.flags[slot] = before | flag;
    this.version++;
  }

  /** Forgets what the CPUs hold, not what was learned about the words. */
  reset(): void {
    this.broken = false;
    this.unsettled = false;
    this.exclusive.fill(0);
    this.shared.fill(0);
    this.spinning.fill(0);
  }
}
