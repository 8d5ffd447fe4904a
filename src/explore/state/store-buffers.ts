/**
 * Store buffers of CPUs (x86-TSO: Owens, Sarkar, Sewell, "A Better x86 Memory Model", 2009).
 *
 * A relaxed or plain store to a word that needs scheduling points waits in a buffer of its CPU, first in, first out.
 * The CPU itself sees it, others do not until it drains. Whatever is ordered waits until the buffer of its CPU is
 * empty. A conditional atomic is ordered if it succeeds; if its condition fails it is a load, and waits for nothing.
 * Its CPU's view of the word decides: as long as it would succeed it waits, and it may fail after all. A store to a
 * word that a lock protects goes to memory at once. The next CPU must take that lock, which is released with an empty
 * buffer.
 *
 * A buffer lies in words that each CPU has for itself, so the search restores, compares and fingerprints it like them.
 */
import { Access, Interned, LockEffect, type WordOperation, type Words } from "../../machine/index.js";
import type { Automaton } from "./automaton.js";
import { type Drained, type MemoryModel, Passage } from "./memory-model.js";
import type { Movers } from "./movers.js";
import { NodeKind } from "./node-kind.js";

/** Stores that a buffer holds; the next one waits until the oldest has drained. */
const BUFFER_LIMIT = 8;
/** Words that each CPU needs for its buffer: how many stores there are, then the stores. */
export const BUFFER_WORDS = BUFFER_LIMIT + 1;

const STORES = 2 ** 31;

export class StoreBuffers implements MemoryModel {
  readonly buffers: number;
  private isKeptBack: ((node: number) => boolean) | null = null;
  /** For each node met, the number of the store that it does. */
  private readonly stores: number[] = [];
  private readonly kinds = new Map<WordOperation, string>();
  /** Numbers of stores, each with a node that does it. */
  private readonly known = new Interned<number>(STORES);

  /**
   * @param base first of the `BUFFER_WORDS` words that each CPU has for its buffer
   * @param shared words that all CPUs share
   * @param own words that each CPU has for itself
   */
  constructor(
    private readonly base: number,
    private readonly automaton: Automaton,
    private readonly movers: Movers,
    private readonly shared: Words,
    private readonly own: readonly Words[],
  ) {
    this.buffers = own.length;
  }

  keepBack(isKeptBack: ((node: number) => boolean) | null): void {
    this.isKeptBack = isKeptBack;
  }

  length(cpu: number): number {
    return (this.own[cpu] as Words).read(this.base);
  }

  get allDrained(): boolean {
    for (const own of this.own) if (own.read(this.base) !== 0) return false;
    return true;
  }

  passage(cpu: number, node: number): Passage {
    const word = this.automaton.word[node]!;
    if (word.access === Access.Ordered) {
      return this.length(cpu) === 0 || this.fails(cpu, node) ? Passage.Now : Passage.Waits;
    }
    if (word.readOnly || !this.isBuffered(cpu, node, word)) return Passage.Now;
    return this.length(cpu) < BUFFER_LIMIT ? Passage.Buffered : Passage.Waits;
  }

  /** Whether the access of `node` is a conditional atomic that does nothing but load, as `cpu` sees its word now. */
  private fails(cpu: number, node: number): boolean {
    const { fails } = this.automaton.word[node]!;
    if (fails === undefined) return false;
    const address = this.automaton.addressOf(node);
    const found = this.view(cpu, address, this.shared.read(address));
    return fails(found, this.automaton.argumentOf(node));
  }

  private isBuffered(cpu: number, node: number, word: WordOperation): boolean {
    if (this.isKeptBack !== null) return this.isKeptBack(node);
    // A lock that is given back by a store lets others see what was stored before.
    const slot = this.automaton.slotOf(node);
    if (word.lock !== LockEffect.None || this.movers.isVisible(slot)) return true;
    // Others may access a word that is kept apart after this CPU has moved on: then they can tell what drained first.
    if (this.movers.isKeptApart(slot) && this.length(cpu) > 0) return true;
    // An older store to one of its words is still in the buffer: it went there with others, such as one to many words.
    return this.length(cpu) > 0 && this.pending(cpu).some((older) => this.overlap(older, node));
  }

  /** How many words the store of `node` is to. */
  private wordsOf(node: number): number {
    return this.automaton.kindOf(node) === NodeKind.Word ? 1 : this.automaton.countOf(node);
  }

  /** Whether two stores, each to one word or to many, are to a common word. */
  private overlap(one: number, other: number): boolean {
    const { automaton } = this;
    const [a, b] = [automaton.addressOf(one), automaton.addressOf(other)];
    return a < b + this.wordsOf(other) && b < a + this.wordsOf(one);
  }

  view(cpu: number, address: number, contents: number): number {
    const own = this.own[cpu] as Words;
    const length = own.read(this.base);
    let view = contents;
    for (let place = 1; place <= length; place++) view = this.applied(this.storedAt(own, place), address, view);
    return view;
  }

  /** Contents of the word at `address` after the store of `node` if they were `contents` before. */
  private applied(node: number, address: number, contents: number): number {
    const { automaton } = this;
    const index = address - automaton.addressOf(node);
    if (index < 0 || index >= this.wordsOf(node)) return contents;
    const argument = automaton.argumentOf(node);
    if (automaton.kindOf(node) === NodeKind.Word) return automaton.word[node]!.next(contents, argument) | 0;
    return (argument + index * automaton.extraOf(node)) | 0;
  }

  push(cpu: number, node: number): void {
    const own = this.own[cpu] as Words;
    const length = own.read(this.base) + 1;
    own.write(this.base, length);
    own.write(this.base + length, this.storeOf(node));
  }

  drain(cpu: number): Drained | null {
    const { automaton, shared, base } = this;
    const own = this.own[cpu] as Words;
    const length = own.read(base);
    if (length === 0) return null;
    const node = this.storedAt(own, 1);
    for (let place = 1; place < length; place++) own.write(base + place, own.read(base + place + 1));
    own.write(base + length, 0);
    own.write(base, length - 1);
    const address = automaton.addressOf(node);
    const word = automaton.word[node]!;
    const before = shared.read(address);
    if (automaton.kindOf(node) === NodeKind.Word) {
      shared.write(address, this.applied(node, address, before), word.mask);
    } else {
      const count = automaton.countOf(node);
      shared.fill(address, count, automaton.argumentOf(node), word.mask, automaton.extraOf(node));
    }
    return { node, before, after: shared.read(address) };
  }

  /** Node of the store at `place` of a buffer, from 1. */
  private storedAt(own: Words, place: number): number {
    return this.known.get(own.read(this.base + place)) as number;
  }

  pending(cpu: number): number[] {
    return Array.from({ length: this.length(cpu) }, (_, index) => this.storedAt(this.own[cpu] as Words, 1 + index));
  }

  /**
   * A number for all nodes that do the same store, so that equal buffers have equal contents. It is a hash of what the
   * store does, and so the same whatever the order in which stores are met.
   */
  private storeOf(node: number): number {
    const seen = this.stores[node];
    if (seen !== undefined) return seen;
    const { automaton } = this;
    const operation = automaton.word[node]!;
    const isRange = automaton.kindOf(node) !== NodeKind.Word;
    const range = isRange ? `${automaton.countOf(node)} ${automaton.extraOf(node)}` : "";
    const key = `${this.kindOf(operation)} ${automaton.addressOf(node)} ${automaton.argumentOf(node)} ${range}`;
    const number = this.known.numberOf(key, () => node);
    this.stores[node] = number;
    return number;
  }

  /** A text that no other operation has: its kind, unless that was taken. */
  private kindOf(operation: WordOperation): string {
    const known = this.kinds.get(operation);
    if (known !== undefined) return known;
    const taken = new Set(this.kinds.values());
    let { kind } = operation;
    while (taken.has(kind)) kind += "'";
    this.kinds.set(operation, kind);
    return kind;
  }
}
