/** The set of states seen: 64-bit fingerprints in one open-addressing table. */

const INITIAL_CAPACITY = 1 << 12;

export class Visited {
  private cells: Int32Array;
  private mask: number;
  /** States in the set. */
  size = 0;

  constructor(capacity = INITIAL_CAPACITY) {
    this.cells = new Int32Array(2 * capacity);
    this.mask = capacity - 1;
  }

  /** Bytes that the table takes. */
  get bytes(): number {
    return this.cells.byteLength;
  }

  /** Adds a fingerprint. @returns whether it is new */
  add(low: number, high: number): boolean {
    // An all-zero cell is free, so the one fingerprint 0:0 is stored as 0:1.
    const second = low === 0 && high === 0 ? 1 : high;
    if (this.size > (this.mask >>> 2) * 3) this.grow();
    const { cells, mask } = this;
    let at = (low ^ Math.imul(second, 0x9e3779b1)) & mask;
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

  private grow(): void {
    const old = this.cells;
    const capacity = 2 * (this.mask + 1);
    const cells = new Int32Array(2 * capacity);
    const mask = capacity - 1;
    for (let i = 0; i < old.length; i += 2) {
      const low = old[i] as number;
      const high = old[i + 1] as number;
      if (low === 0 && high === 0) continue;
      let at = (low ^ Math.imul(high, 0x9e3779b1)) & mask;
      while (cells[2 * at] !== 0 || cells[2 * at + 1] !== 0) at = (at + 1) & mask;
      cells[2 * at] = low;
      cells[2 * at + 1] = high;
    }
    this.cells = cells;
    this.mask = mask;
  }
}
