/**
 * Blocked memo: remembers CPUs that still wait. What a CPU does before it reaches a lock that another holds depends on
 * its own state and on the few words that it reads. As long as these are the same and the lock is held, the search need
 * not try its alternatives again. Nothing on the way may be judged by more than that.
 */
import type { WordOperation, Words } from "../../machine/index.js";
import type { Automaton } from "../state/automaton.js";

/** A CPU in one state that had to wait with every alternative of the environment. */
interface Wait {
  readonly node: number;
  /** Fingerprint of the words that the CPU has for itself. */
  readonly low: number;
  readonly high: number;
  /** Shared words that it has read on the way, each with its contents. */
  readonly words: readonly number[];
  /** Nodes of the lock operations that it came to. */
  readonly locks: readonly number[];
}

const NONE: readonly Wait[] = [];

export class BlockedMemo {
  private readonly waits = new Map<number, Wait[]>();
  /** Nodes from which a CPU has had to wait: only there something is recorded. */
  private readonly hasWaited = new Set<number>();
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
    this.isRecording = this.hasWaited.has(node);
    if (!this.isRecording) return false;
    this.low = own.fingerprintLow;
    this.high = own.fingerprintHigh;
    for (const wait of this.waits.get(this.low ^ node) ?? NONE) {
      if (wait.node !== node || wait.low !== this.low || wait.high !== this.high) continue;
      if (this.holds(wait)) return true;
    }
    this.wordsEnd = 0;
    this.blindEnd = 0;
    this.locks.length = 0;
    return false;
  }

  private holds({ words, locks }: Wait): boolean {
    const { automaton, shared } = this;
    for (let i = 0; i < words.length; i += 2) if (shared.read(words[i] as number) !== words[i + 1]) return false;
    for (const node of locks) {
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
    this.hasWaited.add(this.start);
    if (!this.isRecording || this.locks.length === 0) return;
    const { start: node, low, high } = this;
    const wait = { node, low, high, words: this.words.slice(0, this.wordsEnd), locks: [...this.locks] };
    const key = low ^ node;
    const known = this.waits.get(key);
    if (known === undefined) this.waits.set(key, [wait]);
    else known.push(wait);
  }
}
