/** The set of states seen: 64-bit fingerprints in one open-addressing table. */
import { FingerprintSum } from "./fingerprint-sum.js";
import { grownInts, MemoryFull, type Room } from "./memory-limit.js";

const INITIAL_CAPACITY = 1 << 12;
/** Positions in a larger table would not be integers of 32 bits. */
const CAPACITY_MAX = 2 ** 30;

export class StateSet {
  private cells: Int32Array;
  private mask: number;
  /** Positions are the highest bits of hashes: when the table grows, states stay in order, and memory is read in order. */
  private shift: number;
  /** States in the set. */
  size = 0;
  /** States at which the table grows. */
  private fullAt: number;

  constructor(
    capacity = INITIAL_CAPACITY,
    private readonly room: Room = {},
  ) {
    this.cells = new Int32Array(2 * capacity);
    this.mask = capacity - 1;
    this.shift = Math.clz32(this.mask);
    this.fullAt = threeQuarters(capacity);
  }

  /** Bytes that the table takes. */
  get bytes(): number {
    return this.cells.byteLength;
  }

  /** Adds a fingerprint. @returns whether it is new @throws MemoryFull when there is no room for more */
  add(low: number, high: number): boolean {
    // An all-zero cell is free, so the one fingerprint 0:0 is stored as 0:1.
    const second = low === 0 && high === 0 ? 1 : high;
    if (this.size > this.fullAt) this.grow();
    const { cells, mask } = this;
    let at = ((low ^ Math.imul(second, 0x9e3779b1)) >>> this.shift) & mask;
    for (;;) {
      const first = cells[2 * at] as number;
      const other = cells[2 * at + 1] as number;
      if (first === low && other === second) return false;
      if (first === 0 && other === 0) {
        cells[2 * at] = low;
        cells[2 * at + 1] = second;
        this.size++;
        return true;
      }
      at = (at + 1) & mask;
    }
  }

  /** The sum of all fingerprints, modulo 2^64. */
  sum(): bigint {
    const sum = new FingerprintSum();
    const { cells } = this;
    for (let at = 0; at < cells.length; at += 2) sum.add(cells[at] as number, cells[at + 1] as number);
    return sum.value;
  }

  private grow(): void {
    const old = this.cells;
    const capacity = 2 * (this.mask + 1);
    const cells = capacity > CAPACITY_MAX ? null : grownInts(2 * capacity, this.room);
    if (cells === null) {
      this.fill();
      return;
    }
    const mask = capacity - 1;
    const shift = Math.clz32(mask);
    for (let i = 0; i < old.length; i += 2) {
      const low = old[i] as number;
      const high = old[i + 1] as number;
      if (low === 0 && high === 0) continue;
      let at = ((low ^ Math.imul(high, 0x9e3779b1)) >>> shift) & mask;
      while (cells[2 * at] !== 0 || cells[2 * at + 1] !== 0) at = (at + 1) & mask;
      cells[2 * at] = low;
      cells[2 * at + 1] = high;
    }
    this.cells = cells;
    this.mask = mask;
    this.shift = shift;
    this.fullAt = threeQuarters(capacity);
  }

  /** The table cannot grow: what is free in it is used, but for an eighth, without which looking up takes long. */
  private fill(): void {
    const capacity = this.mask + 1;
    const last = capacity - Math.ceil(capacity / 8);
    if (this.size > last) throw new MemoryFull();
    this.fullAt = last;
  }
}

function threeQuarters(capacity: number): number {
  return ((capacity - 1) >>> 2) * 3;
}
