/**
 * Blocked memo: remembers CPUs that still wait. What a CPU does before it reaches a lock that another holds depends on
 * its own state and on the few words that it reads. As long as these are the same and the lock is held, the search need
 * not try its alternatives again. Nothing on the way may be judged by more than that.
 */
import { mix, type WordOperation, type Words } from "../../machine/index.js";
import type { Automaton } from "../state/automaton.js";
import { withRoom } from "../state/grown.js";

// A CPU in one state that had to wait with every alternative of the environment: where the next one with the same hash is
// kept, or 0; its local state; the fingerprint of the words that it has for itself; and how many integers follow of either
// kind. These are the shared words that it has read on the way, each with its contents, and the nodes of the lock
// operations that it came to.
const NEXT = 0;
const NODE = 1;
const LOW = 2;
const HIGH = 3;
const WORDS = 4;
const LOCKS = 5;
const HEAD_SIZE = 6;

export class BlockedMemo {
  /** All of them, one behind the other; position 0 is none. */
  private waits = new Int32Array(1024);
  private waitsEnd = HEAD_SIZE;
  private count = 0;
  /** The last one of each hash. Its length is a power of two. */
  private latest = new Int32Array(1024);
  /** By node, whether a CPU has had to wait from there: only then something is recorded. */
  private hasWaited = new Int32Array(1024);
  /** Where the search stands whose attempts are recorded, or -1. */
  private owner = -1;
  private start = -1;
  private low = 0;
  private high = 0;
  private readonly words: number[] = [];
  private wordsEnd = 0;
  /** Words that were changed without looking at them. */
  private readonly blind: number[] = [];
  private blindEnd = 0;
  private readonly locks: number[] = [];
  /** Something is recorded now. */
  isRecording = false;

  constructor(
    private readonly automaton: Automaton,
    private readonly shared: Words,
  ) {}

  /**
   * Whether a CPU in `node` is known to wait whatever the environment chooses. If not, the search at depth `owner` of
   * its path tries the alternatives now, and the result is recorded.
   */
  stillWaits(owner: number, node: number, own: Words): boolean {
    this.owner = owner;
    this.start = node;
    this.isRecording = this.hasWaited[node] === 1;
    if (!this.isRecording) return false;
    const { waits, latest } = this;
    const { fingerprintLow: low, fingerprintHigh: high } = own;
    this.low = low;
    this.high = high;
    for (let at = latest[this.hash(node, low)] as number; at !== 0; at = waits[at + NEXT] as number) {
      if (waits[at + NODE] !== node || waits[at + LOW] !== low || waits[at + HIGH] !== high) continue;
      if (this.holds(at)) return true;
    }
    this.wordsEnd = 0;
    this.blindEnd = 0;
    this.locks.length = 0;
    return false;
  }

  private hash(node: number, low: number): number {
    return mix(low ^ node) & (this.latest.length - 1);
  }

  /** Whether what is kept at `from` is as it was. */
  private holds(from: number): boolean {
    const { automaton, shared, waits } = this;
    const locks = from + HEAD_SIZE + (waits[from + WORDS] as number);
    const end = locks + (waits[from + LOCKS] as number);
    for (let at = from + HEAD_SIZE; at < locks; at += 2) {
      if (shared.read((waits[at] as number) >>> 0) !== waits[at + 1]) return false;
    }
    for (let at = locks; at < end; at++) {
      const node = waits[at] as number;
      const lock = automaton.word[node] as WordOperation;
      const before = shared.read(automaton.addressOf(node));
      if (lock.ready?.(before, automaton.argumentOf(node)) !== false) return false;
    }
    return true;
  }

  /** Takes note of the operation of `node` on a word that is not the CPU's own, and of what the word holds before it. */
  note(node: number, address: number, before: number): void {
    if (this.isNoted(address)) return;
    const isBlind = this.isBlind(address);
    if (this.automaton.isBlind(node)) {
      if (!isBlind) this.blind[this.blindEnd++] = address;
    } else if (isBlind) {
      this.spoil();
    } else {
      this.add(address, before);
    }
  }

  private add(address: number, contents: number): void {
    this.words[this.wordsEnd++] = address;
    this.words[this.wordsEnd++] = contents;
  }

  /** Records that the way depends on whether an allocation may still fail. */
  noteBudget(address: number): void {
    if (!this.isRecording) return;
    if (this.isBlind(address)) this.spoil();
    else if (!this.isNoted(address)) this.add(address, this.shared.read(address));
  }

  private isNoted(address: number): boolean {
    const { words, wordsEnd } = this;
    for (let i = 0; i < wordsEnd; i += 2) if (words[i] === address) return true;
    return false;
  }

  private isBlind(address: number): boolean {
    const { blind, blindEnd } = this;
    for (let i = 0; i < blindEnd; i++) if (blind[i] === address) return true;
    return false;
  }

  /** The CPU has to wait at the lock operation of `node`. */
  noteLock(node: number): void {
    const address = this.automaton.addressOf(node);
    // The lock is looked at as it is before the way there: that must leave it alone.
    if (this.isNoted(address) || this.isBlind(address)) this.spoil();
    else if (!this.locks.includes(node)) this.locks.push(node);
  }

  /** What was recorded does not say that the CPU waits. */
  spoil(): void {
    this.isRecording = false;
  }

  /** The search at depth `owner` has tried all alternatives, and at least with the last the CPU had to wait. */
  finish(owner: number): void {
    if (owner !== this.owner) return;
    if (this.start >= this.hasWaited.length) this.hasWaited = withRoom(this.hasWaited, this.start + 1);
    this.hasWaited[this.start] = 1;
    if (this.isRecording && this.locks.length > 0) this.keep();
  }

  private keep(): void {
    const { start, low, high, words, wordsEnd, locks } = this;
    if (this.count === this.latest.length) this.rehash();
    const at = this.waitsEnd;
    const end = at + HEAD_SIZE + wordsEnd + locks.length;
    if (end > this.waits.length) this.waits = withRoom(this.waits, end);
    const { waits } = this;
    waits.set([0, start, low, high, wordsEnd, locks.length], at);
    for (let i = 0; i < wordsEnd; i++) waits[at + HEAD_SIZE + i] = words[i] as number;
    waits.set(locks, at + HEAD_SIZE + wordsEnd);
    this.waitsEnd = end;
    this.link(at);
  }

  /** Puts the one at `at` before the others with its hash. */
  private link(at: number): void {
    const { waits, latest } = this;
    const hash = this.hash(waits[at + NODE] as number, waits[at + LOW] as number);
    waits[at + NEXT] = latest[hash] as number;
    latest[hash] = at;
    this.count++;
  }

  private rehash(): void {
    const { waits, waitsEnd } = this;
    this.latest = new Int32Array(2 * this.latest.length);
    this.count = 0;
    for (let at = HEAD_SIZE; at < waitsEnd; ) {
      this.link(at);
      at += HEAD_SIZE + (waits[at + WORDS] as number) + (waits[at + LOCKS] as number);
    }
  }
}
