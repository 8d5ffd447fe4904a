/** A hash map from two non-negative integers to one, for tables read millions of times a second. */

const EMPTY = -1;

export class PairMap {
  private keys: Int32Array;
  private values: Int32Array;
  private mask: number;
  private size = 0;

  constructor(capacity = 1024) {
    this.keys = new Int32Array(2 * capacity).fill(EMPTY);
    this.values = new Int32Array(capacity);
    this.mask = capacity - 1;
  }

  /** The value of `(a, b)`, or -1. */
  get(a: number, b: number): number {
    const { keys, mask } = this;
    let at = hash(a, b) & mask;
    for (;;) {
      const key = keys[2 * at] as number;
      if (key === a && keys[2 * at + 1] === b) return this.values[at] as number;
      if (key === EMPTY) return -1;
      at = (at + 1) & mask;
    }
  }

  set(a: number, b: number, value: number): void {
    if (2 * this.size > this.mask) this.grow();
    const { keys, mask } = this;
    let at = hash(a, b) & mask;
    while (keys[2 * at] !== EMPTY) {
      if (keys[2 * at] === a && keys[2 * at + 1] === b) {
        this.values[at] = value;
        return;
      }
      at = (at + 1) & mask;
    }
    keys[2 * at] = a;
    keys[2 * at + 1] = b;
    this.values[at] = value;
    this.size++;
  }

  private grow(): void {
    const { keys, values } = this;
    const capacity = 2 * (this.mask + 1);
    this.keys = new Int32Array(2 * capacity).fill(EMPTY);
    this.values = new Int32Array(capacity);
    this.mask = capacity - 1;
    this.size = 0;
    for (let i = 0; i < values.length; i++) {
      if (keys[2 * i] !== EMPTY) this.set(keys[2 * i] as number, keys[2 * i + 1] as number, values[i] as number);
    }
  }
}

function hash(a: number, b: number): number {
  const h = Math.imul(a, 0x9e3779b1) ^ Math.imul(b + 0x7f4a7c15, 0x85ebca6b);
  return h ^ (h >>> 15);
}
