/**
 * Records what a CPU does in one stretch (see `macro-steps.ts`) while it is done step by step.
 *
 * Applying a macro-step calls observers only for events whose effect could not be recorded. For most events an observer
 * only updates words and counters as a function of words, and that is recorded like any other effect.
 */
import { changeHigh, changeLow, type WordOperation, type Words } from "../../machine/index.js";
import type { Automaton } from "../state/automaton.js";
import type { Movers } from "../state/movers.js";
import { SLOT_PRIVATE } from "../state/word-classifier.js";
import type { Observer } from "./observer.js";

/** What a block of effects ends with. */
export enum BlockEnd {
  /** The observer is notified of the event of a node. */
  Notify = 0,
  /** The observer is notified that the lock of a node is taken. */
  Lock = 1,
  /** The stretch ends. */
  Rest = 2,
}

// A block of effects: how it ends and at which node, how many shared words change, how many of the CPU's own, how
// many things are counted; the locks that the CPU holds afterwards, and plain accesses on the way.
export const BLOCK_END = 0;
export const BLOCK_NODE = 1;
export const BLOCK_SHARED = 2;
export const BLOCK_OWN = 3;
export const BLOCK_COUNTED = 4;
export const BLOCK_EXCLUSIVE = 5;
export const BLOCK_SHARES = 6;
export const BLOCK_SPINNING = 7;
export const BLOCK_PLAIN = 8;
/** Behind it the changes, each as `Words.replaceAll` wants it, and of each thing counted its number and how often. */
export const BLOCK_SIZE = 9;

/** A word that the stretch reads or writes. */
export interface Seen {
  readonly address: number;
  readonly isOwn: boolean;
  /** What it held at first. */
  readonly first: number;
  mask: number;
  /** What it held when changes were last written down, and holds now. */
  before: number;
  now: number;
  /** How far blocked memos have to know it. */
  memo: MemoNeed;
}

/** Words of one stretch; one with more is not kept. */
const SEEN_MAX = 256;

enum MemoNeed {
  Nothing = 0,
  /** It is changed, whatever it holds. */
  Changed = 1,
  /** Its contents matter, or it is a word that they have for themselves. */
  All = 2,
}

export class MacroStepRecorder {
  /** Words in the order of their first access. */
  readonly seen: Seen[] = [];
  readonly effects: number[] = [];
  /** Nodes that a blocked memo records. */
  readonly waitedFor: number[] = [];
  /** The choices on the way, each with one alternative: that. */
  readonly choices: number[] = [];
  /** Words that are kept apart: twice the number of each, and 1 more where it is written. */
  readonly keptApart: number[] = [];
  /** Locks that the CPU held at first, as in a block. */
  readonly heldFirst = { exclusive: 0, shares: 0, spinning: 0 };
  /** An event was judged by more than what a blocked memo records. */
  looksAround = false;
  /** It had an effect that cannot be recorded. */
  isBeyond = false;
  /** It had an effect that it will not have again: it must be recorded another time. */
  isSingular = false;
  /** Where the stretch has led, see `end`. */
  node = 0;
  reached = 0;
  rests = false;
  operations = 0;

  private cpu = 0;
  private doneBefore = 0;
  private plainBefore = 0;
  /** How often what was counted since changes were last written down. */
  private counted = new Float64Array(0);
  private hasCounted = false;

  /** Nodes of events that turned out not to be plain, although their observer says so of others like them. */
  private readonly loud = new Set<number>();
  /** Words changed by an observer that is notified again when the macro-step is applied: they may differ then. */
  private readonly touched: { readonly address: number; readonly isOwn: boolean }[] = [];

  /** Node at which an observer is being notified, or -1, and how things were before. */
  private notifying = -1;
  /** The observer, if its reaction is being recorded. */
  private listening: Observer | null = null;
  private countsBefore = new Float64Array(0);
  private remarksBefore = 0;
  private sharedMark = 0;
  private ownMark = 0;
  private readonly hearShared = (address: number): void => this.hear(address, false, this.shared);
  private readonly hearOwn = (address: number): void => this.hear(address, true, this.own[this.cpu] as Words);
  private readonly hearOther = (): void => this.isLoud();

  /** @param keep called when a stretch has ended */
  constructor(
    private readonly automaton: Automaton,
    private readonly movers: Movers,
    private readonly shared: Words,
    private readonly own: readonly Words[],
    private readonly keep: (recorder: MacroStepRecorder) => void,
  ) {}

  /** A stretch of `cpu` begins after `done` operations of its transition. */
  begin(cpu: number, done: number): void {
    const { movers } = this;
    this.cpu = cpu;
    this.doneBefore = done;
    this.plainBefore = movers.plainAccesses;
    this.heldFirst.exclusive = movers.exclusive[cpu] as number;
    this.heldFirst.shares = movers.shared[cpu] as number;
    this.heldFirst.spinning = movers.spinning[cpu] as number;
    this.seen.length = 0;
    this.effects.length = 0;
    this.waitedFor.length = 0;
    this.choices.length = 0;
    this.keptApart.length = 0;
    if (this.hasCounted) this.counted.fill(0);
    this.hasCounted = false;
    this.looksAround = false;
    this.isBeyond = false;
    this.isSingular = false;
    this.touched.length = 0;
  }

  /** The operation of `node` finds `contents` in its word. */
  found(node: number, contents: number): void {
    this.see(this.automaton.addressOf(node), this.automaton.slotOf(node) === SLOT_PRIVATE, contents);
  }

  /** The operation of `node` is done, and leaves `contents` in its word. */
  left(node: number, contents: number): void {
    const { automaton } = this;
    const seen = this.see(automaton.addressOf(node), automaton.slotOf(node) === SLOT_PRIVATE, contents);
    seen.now = contents;
    const word = automaton.word[node] as WordOperation;
    if (!word.readOnly) seen.mask = word.mask;
    const memo = automaton.isBlind(node) ? MemoNeed.Changed : MemoNeed.All;
    if (memo <= seen.memo) return;
    seen.memo = memo;
    this.waitedFor.push(node);
  }

  /** The budget of the choice of `node`, if it has one, says which alternatives there are. */
  comesToChoice(node: number): void {
    const budget = this.automaton.budgetOf(node);
    if (budget >= 0) this.see(budget, false, this.shared.read(budget));
  }

  /** The choice of `node` has one alternative, which is taken. */
  makesOnlyChoice(node: number): void {
    this.choices.push(this.automaton.detailOf(node));
    if (this.automaton.budgetOf(node) >= 0) this.waitedFor.push(node);
  }

  /** The word with the number `slot`, which is kept apart, is accessed. */
  keepsApart(slot: number, writes: boolean): void {
    const access = 2 * slot + (writes ? 1 : 0);
    if (!this.keptApart.includes(access)) this.keptApart.push(access);
  }

  private see(address: number, isOwn: boolean, contents: number): Seen {
    if (this.touched.some((each) => each.address === address && each.isOwn === isOwn)) {
      if (this.listening === null) this.isBeyond = true;
      else this.isLoud();
    }
    const known = this.seen.find((each) => each.address === address && each.isOwn === isOwn);
    if (known !== undefined) return known;
    if (this.seen.length >= SEEN_MAX) this.isBeyond = true;
    const memo = isOwn ? MemoNeed.All : MemoNeed.Nothing;
    const seen = { address, isOwn, first: contents, mask: -1, before: contents, now: contents, memo };
    this.seen.push(seen);
    return seen;
  }

  /** The observer is about to be notified that the lock of `node` is taken by waiting; `notified` must follow. */
  takesLock(node: number): void {
    this.settle(BlockEnd.Lock, node);
    this.startNotifying(node);
  }

  /** `observer` is about to be notified of the event of `node`; `notified` must follow. */
  notifies(node: number, observer: Observer | null): void {
    const code = this.automaton.argumentOf(node);
    if (observer?.looksAround?.(code) !== false) this.looksAround = true;
    const isPlain = observer?.counts !== undefined && observer.isPlain?.(code) === true && !this.loud.has(node);
    if (!isPlain) this.settle(BlockEnd.Notify, node);
    this.startNotifying(node);
    if (isPlain) this.listen(observer);
  }

  private startNotifying(node: number): void {
    this.notifying = node;
    this.sharedMark = this.shared.mark();
    this.ownMark = (this.own[this.cpu] as Words).mark();
  }

  private listen(observer: Observer): void {
    const { shared, own, cpu } = this;
    const { counts = this.counted, remarks = 0 } = observer;
    this.listening = observer;
    if (this.counted.length < counts.length) {
      this.counted = new Float64Array(counts.length);
      this.countsBefore = new Float64Array(counts.length);
    }
    this.countsBefore.set(counts);
    this.remarksBefore = remarks;
    shared.spy = this.hearShared;
    for (let other = 0; other < own.length; other++) {
      (own[other] as Words).spy = other === cpu ? this.hearOwn : this.hearOther;
    }
  }

  /** The reads and writes of the observer are not recorded any more. */
  stopListening(): void {
    this.notifying = -1;
    this.listening = null;
    this.shared.spy = null;
    for (const words of this.own) words.spy = null;
  }

  private hear(address: number, isOwn: boolean, words: Words): void {
    const { spy } = words;
    words.spy = null;
    this.see(address, isOwn, words.read(address));
    words.spy = spy;
  }

  /** What the observer does now cannot be recorded. */
  private isLoud(): void {
    this.loud.add(this.notifying);
    this.isSingular = true;
  }

  /** The observer has been notified. */
  notified(): void {
    const { listening, shared, own, cpu } = this;
    if (listening === null) {
      this.touch(shared, this.sharedMark, false);
      this.touch(own[cpu] as Words, this.ownMark, true);
    } else {
      this.noteWrites(shared, this.sharedMark, false);
      this.noteWrites(own[cpu] as Words, this.ownMark, true);
      this.noteCounts(listening);
    }
    this.stopListening();
  }

  /** Records that words were changed by an observer that is notified again when the macro-step is applied. */
  private touch(words: Words, mark: number, isOwn: boolean): void {
    words.forEachWrite(mark, (address) => {
      this.touched.push({ address, isOwn });
      const seen = this.seen.find((each) => each.address === address && each.isOwn === isOwn);
      if (seen !== undefined) seen.before = seen.now = words.read(address);
    });
  }

  private noteWrites(words: Words, mark: number, isOwn: boolean): void {
    words.forEachWrite(mark, (address, old, mask) => {
      const seen = this.see(address, isOwn, old);
      seen.now = words.read(address);
      seen.mask = mask;
    });
  }

  private noteCounts({ counts, remarks = 0 }: Observer): void {
    if (remarks !== this.remarksBefore) this.isSingular = true;
    const { counted, countsBefore } = this;
    for (let index = 0; index < countsBefore.length; index++) {
      const times = (counts?.[index] as number) - (countsBefore[index] as number);
      if (times === 0) continue;
      counted[index] = (counted[index] as number) + times;
      this.hasCounted = true;
    }
  }

  /** The stretch ends after `done` operations of its transition, before that of `node`, where the transition may rest. */
  end(node: number, reached: number, done: number, rests = false): void {
    this.settle(BlockEnd.Rest, node);
    this.node = node;
    this.reached = reached;
    this.rests = rests;
    this.operations = done - this.doneBefore;
    this.keep(this);
  }

  /** Writes a block: what has changed since the last. */
  private settle(end: BlockEnd, node: number): void {
    const { movers, cpu, effects } = this;
    const start = effects.length;
    effects.push(end, node, 0, 0, 0);
    effects.push(movers.exclusive[cpu] as number, movers.shared[cpu] as number);
    effects.push(movers.spinning[cpu] as number, movers.plainAccesses - this.plainBefore);
    this.plainBefore = movers.plainAccesses;
    effects[start + BLOCK_SHARED] = this.writeChanges(false);
    effects[start + BLOCK_OWN] = this.writeChanges(true);
    effects[start + BLOCK_COUNTED] = this.writeCounts();
  }

  /** @returns how many */
  private writeChanges(areOwn: boolean): number {
    let changes = 0;
    for (const seen of this.seen) {
      const { address, isOwn, mask, before, now } = seen;
      if (isOwn !== areOwn || before === now) continue;
      const low = changeLow(address, before & mask, now & mask);
      const high = changeHigh(address, before & mask, now & mask);
      this.effects.push(address, before, mask, now, low, high);
      seen.before = now;
      changes++;
    }
    return changes;
  }

  /** @returns how many */
  private writeCounts(): number {
    if (!this.hasCounted) return 0;
    let things = 0;
    for (const [index, times] of this.counted.entries()) {
      if (times === 0) continue;
      this.effects.push(index, times);
      things++;
    }
    this.counted.fill(0);
    this.hasCounted = false;
    return things;
  }
}
