/**
 * Numbers the words that programs use, and the ranges that they fill and gather, so that facts about them fit into
 * arrays. It knows which of them share words.
 */
import type { Movers } from "./movers.js";
import { SLOT_COMMUTING, type WordClassifier } from "./word-classifier.js";

/** A range of words that is filled or gathered in one step. */
interface Extent {
  readonly slot: number;
  readonly address: number;
  /** One past the last word. */
  readonly end: number;
  /** Slots of words inside it, and of ranges that share words with it. */
  readonly touching: number[];
}

const NONE: readonly number[] = [];

export class Locations implements WordClassifier {
  private readonly words = new Map<number, number>();
  private readonly extents = new Map<string, Extent>();
  private readonly bySlot: (Extent | undefined)[] = [];
  private readonly addresses: number[] = [];
  /** Words and ranges that are accessed plainly: first word, and one past the last. */
  private readonly plain: (readonly [number, number])[] = [];

  /**
   * @param movers receives every new number
   * @param special the slot of an address that needs no watching, or undefined
   */
  constructor(
    private readonly movers: Movers,
    private readonly special: (address: number) => number | undefined,
  ) {
    movers.touching = (slot) => this.bySlot[slot]?.touching ?? NONE;
  }

  slotOf(address: number): number {
    const known = this.words.get(address);
    if (known !== undefined) return known;
    const slot = this.special(address) ?? this.addWord(address);
    this.words.set(address, slot);
    return slot;
  }

  slotOfRange(address: number, count: number): number {
    if (this.special(address) === SLOT_COMMUTING) return SLOT_COMMUTING;
    const key = `${address}+${count}`;
    let extent = this.extents.get(key);
    if (extent === undefined) {
      extent = this.addRange(address, address + count);
      this.extents.set(key, extent);
    }
    return extent.slot;
  }

  notePlain(address: number, count: number): void {
    const end = address + count;
    if (this.plain.some(([from, to]) => from === address && to === end)) return;
    this.plain.push([address, end]);
    for (const [word, slot] of this.words) {
      if (slot >= 0 && word >= address && word < end) this.movers.notePlain(slot);
    }
    for (const extent of this.extents.values()) {
      if (extent.address < end && address < extent.end) this.movers.notePlain(extent.slot);
    }
  }

  noteLoop(): void {
    this.movers.noteWaitingLoop();
  }

  /** Address of the word, or of the first of the range, with the number `slot`. */
  addressOf(slot: number): number {
    return this.addresses[slot] as number;
  }

  private addWord(address: number): number {
    const slot = this.add(undefined, address);
    this.inheritPlain(slot, address, address + 1);
    for (const extent of this.extents.values()) {
      if (address < extent.address || address >= extent.end) continue;
      extent.touching.push(slot);
      this.movers.inherit(slot, extent.slot);
    }
    return slot;
  }

  private addRange(address: number, end: number): Extent {
    const extent: Extent = { slot: this.bySlot.length, address, end, touching: [] };
    for (const [word, slot] of this.words) if (word >= address && word < end && slot >= 0) extent.touching.push(slot);
    for (const other of this.extents.values()) {
      if (other.address >= end || other.end <= address) continue;
      extent.touching.push(other.slot);
      other.touching.push(extent.slot);
    }
    this.add(extent, address);
    // The next number stands for what accesses to exactly this range show.
    this.add(undefined, address);
    this.inheritPlain(extent.slot, address, end);
    return extent;
  }

  private inheritPlain(slot: number, address: number, end: number): void {
    if (this.plain.some(([from, to]) => from < end && address < to)) this.movers.notePlain(slot);
  }

  private add(extent: Extent | undefined, address: number): number {
    const slot = this.bySlot.length;
    this.bySlot.push(extent);
    this.addresses.push(address);
    this.movers.addWord(slot);
    return slot;
  }
}
