/** Numbers of states by their fingerprints, and lists of integers, both outside the heap of the engine. */
import { FingerprintSum } from "./fingerprint-sum.js";
import { grownInts, MemoryFull, type Room } from "./memory-limit.js";

const INITIAL_CAPACITY = 1 << 10;
const CAPACITY_MAX = 2 ** 29;
/** Integers of a place: both halves of the fingerprint, and the number, counted from 1; 0 says that it is free. */
const PLACE = 3;

/** A map from fingerprints to numbers. */
export class StateNumbers {
  private cells = new Int32Array(PLACE * INITIAL_CAPACITY);
  private mask = INITIAL_CAPACITY - 1;
  size = 0;

  constructor(private readonly room: Room = {}) {}

  /** Bytes that the map takes. */
  get bytes(): number {
    return this.cells.byteLength;
  }

  /** The number of a state, or -1. */
  get(low: number, high: number): number {
    return (this.cells[this.placeOf(low, high) + 2] as number) - 1;
  }

  /** Keeps the number of a state, not negative. @throws MemoryFull when there is no room for more */
  set(low: number, high: number, number: number): void {
    if (4 * this.size > 3 * this.mask) this.grow();
    const at = this.placeOf(low, high);
    if (this.cells[at + 2] === 0) this.size++;
    this.cells[at] = low;
    this.cells[at + 1] = high;
    this.cells[at + 2] = number + 1;
  }

  /** Where the state is kept, or would be. */
  private placeOf(low: number, high: number): number {
    const { cells, mask } = this;
    let place = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
    for (;;) {
      const at = PLACE * place;
      if (cells[at + 2] === 0 || (cells[at] === low && cells[at + 1] === high)) return at;
      place = (place + 1) & mask;
    }
  }

  /** The sum of all fingerprints, modulo 2^64. */
  sum(): bigint {
    const sum = new FingerprintSum();
    const { cells } = this;
    for (let at = 0; at < cells.length; at += PLACE) {
      if (cells[at + 2] !== 0) sum.add(cells[at] as number, cells[at + 1] as number);
    }
    return sum.value;
  }

  private grow(): void {
    const old = this.cells;
    const capacity = 2 * (this.mask + 1);
    const cells = capacity > CAPACITY_MAX ? null : grownInts(PLACE * capacity, this.room);
    if (cells === null) throw new MemoryFull();
    this.cells = cells;
    this.mask = capacity - 1;
    for (let at = 0; at < old.length; at += PLACE) {
      if (old[at + 2] === 0) continue;
      const to = this.placeOf(old[at] as number, old[at + 1] as number);
      for (let i = 0; i < PLACE; i++) cells[to + i] = old[at + i] as number;
    }
  }
}

/** A list of integers that grows at its end. */
export class Integers {
  private kept = new Int32Array(INITIAL_CAPACITY);
  length = 0;

  constructor(private readonly room: Room = {}) {}

  /** Bytes that the list takes. */
  get bytes(): number {
    return this.kept.byteLength;
  }

  /** All of them, for as long as none is added. */
  get all(): Int32Array {
    return this.kept.subarray(0, this.length);
  }

  /** Adds one. @throws MemoryFull when there is no room for more */
  push(value: number): void {
    if (this.length === this.kept.length) this.grow();
    this.kept[this.length++] = value;
  }

  /** Sets bits of one that is there. */
  or(index: number, bits: number): void {
    this.kept[index] = (this.kept[index] as number) | bits;
  }

  private grow(): void {
    const grown = grownInts(2 * this.kept.length, this.room);
    if (grown === null) throw new MemoryFull();
    grown.set(this.kept);
    this.kept = grown;
  }
}
