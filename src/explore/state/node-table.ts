/**
 * What searches read of the nodes of an automaton at every step: integers side by side, one line of a cache for each
 * node. `automaton.ts` says what a node is.
 */
import type { WordOperation } from "../../machine/index.js";
import { doubled } from "./grown.js";
import type { Identity } from "./identity.js";
import type { NodeKind } from "./node-kind.js";

// The record of a node in `NodeTable.records`, as offsets. First comes its kind, with flags beside it;
/** then the dense number of its address, or one of the `SLOT_` constants, */
export const NODE_SLOT = 1;
/** the address, as a signed integer, */
export const NODE_ADDRESS = 2;
/** the edge that it took last, or -1, */
export const NODE_EDGE = 3;
export const NODE_ARGUMENT = 4;
/** the result that was met first, */
export const NODE_RESULT = 5;
/** and the node that follows then, or -1, */
export const NODE_NEXT = 6;
/** the two halves of its identity, */
export const NODE_LOW = 7;
export const NODE_HIGH = 8;
export const NODE_DETAIL = 9;
export const NODE_EXTRA = 10;
/** how many words a Fill or Gather is about, */
export const NODE_COUNT = 11;
/** its place in a source text, */
export const NODE_SITE = 12;
/** the node of the same call before it, or -1, */
export const NODE_PARENT = 13;
/** the key of the result that led here, */
export const NODE_VIA = 14;
/** and the operations of the same call before it. */
export const NODE_DEPTH = 15;
/** Integers of a record; a power of two, so that it stays in one cache line. */
export const NODE_SIZE = 16;

/** The bits of the flags that are the kind. */
export const KIND_BITS = 7;
/** Stands before a word operation that never waits. */
export const NEVER_WAITS = 8;
/** A program has come back to it through a loop, in the same local state. */
export const LOOP_HEAD = 16;
/** Stands before a word operation whose result is the same whatever the word holds. */
export const BLIND = 32;
/** Stands before a plain access to shared words. */
export const PLAIN_ACCESS = 64;

const FIRST_CAPACITY = 1024;

export class NodeTable {
  /** `NODE_SIZE` integers for each node. Replaced when it grows. */
  records = new Int32Array(NODE_SIZE * FIRST_CAPACITY);
  readonly word: WordOperation[] = [];
  readonly label: string[] = [];

  /** Number of nodes. */
  get size(): number {
    return this.word.length;
  }

  kindOf(node: number): NodeKind {
    return (this.records[NODE_SIZE * node] as number) & KIND_BITS;
  }

  /** Dense number of the address, or one of the `SLOT_` constants. */
  slotOf(node: number): number {
    return this.records[NODE_SIZE * node + NODE_SLOT] as number;
  }

  /** First word that the operation of `node` is about. */
  addressOf(node: number): number {
    return (this.records[NODE_SIZE * node + NODE_ADDRESS] as number) >>> 0;
  }

  /** Of a choice: address of a word that must be above 0 for any but the first alternative, or -1. */
  budgetOf(node: number): number {
    return this.records[NODE_SIZE * node + NODE_ADDRESS] as number;
  }

  argumentOf(node: number): number {
    return this.records[NODE_SIZE * node + NODE_ARGUMENT] as number;
  }

  detailOf(node: number): number {
    return this.records[NODE_SIZE * node + NODE_DETAIL] as number;
  }

  extraOf(node: number): number {
    return this.records[NODE_SIZE * node + NODE_EXTRA] as number;
  }

  /** Fill and Gather: how many words. */
  countOf(node: number): number {
    return this.records[NODE_SIZE * node + NODE_COUNT] as number;
  }

  /** Place in a source text, see `Operation.site`. */
  siteOf(node: number): number {
    return this.records[NODE_SIZE * node + NODE_SITE] as number;
  }

  identityOf(node: number): Identity {
    const at = NODE_SIZE * node;
    return { low: this.records[at + NODE_LOW] as number, high: this.records[at + NODE_HIGH] as number };
  }

  /** Whether the operation of `node` is on words that CPUs share. */
  isShared(node: number): boolean {
    return this.slotOf(node) >= 0;
  }

  isLoopHead(node: number): boolean {
    return this.hasFlag(node, LOOP_HEAD);
  }

  isBlind(node: number): boolean {
    return this.hasFlag(node, BLIND);
  }

  isPlain(node: number): boolean {
    return this.hasFlag(node, PLAIN_ACCESS);
  }

  private hasFlag(node: number, flag: number): boolean {
    return ((this.records[NODE_SIZE * node] as number) & flag) !== 0;
  }

  protected setFlag(node: number, flag: number): void {
    this.records[NODE_SIZE * node]! |= flag;
  }

  /** Adds a record of which all but these integers are 0. @returns its number */
  protected addRecord(kind: NodeKind, slot: number, { low, high }: Identity): number {
    const node = this.word.length;
    const at = NODE_SIZE * node;
    if (at === this.records.length) this.records = doubled(this.records);
    const { records } = this;
    records[at] = kind;
    records[at + NODE_SLOT] = slot;
    records[at + NODE_EDGE] = -1;
    records[at + NODE_NEXT] = -1;
    records[at + NODE_LOW] = low;
    records[at + NODE_HIGH] = high;
    this.word.push(undefined as never);
    this.label.push("");
    return node;
  }
}
