/**
 * How the bytes of a shared object are divided into words of the machine.
 *
 * Every scalar in C's memory is one word of the machine, whatever its size, so that an access is one step. Which
 * bytes belong together is learned from the accesses: the first access to some bytes makes them a cell. Smaller
 * accesses inside a cell read or change a part of it. An access that reaches over several cells makes them one,
 * and as this changes the steps of programs, exploration begins again with what was learned.
 */

/** Some bytes of an object. */
export interface Bytes {
  /** First byte. */
  readonly offset: number;
  readonly size: number;
}

/** Bytes that are one word of the machine: 1, 2, 4 or 8, naturally aligned. */
export type Cell = Bytes;

/** The largest cell. */
const MAX_CELL = 8;

export class Cells {
  private readonly known: Map<number, Cell>;
  /** Ranges that were written or copied as a whole, cell by cell. */
  private readonly watched: Bytes[] = [];
  /** Receives each cell that is learned, before anything is done with it. */
  onLearned: ((cell: Cell) => void) | null = null;

  /**
   * @param changed called when steps that were taken before would now be others
   * @param learned cells that are known already. They are told what is learned here; what others tell them later does
   *   not change these cells, so that programs repeat themselves.
   */
  constructor(
    private readonly changed: () => void = () => {},
    private readonly learned: Cells | null = null,
  ) {
    this.known = new Map(learned?.known);
  }

  /** The cell that holds `size` bytes at `offset`; null when no cell can. */
  at(offset: number, size: number): Cell | null {
    const exact = this.known.get(offset);
    if (exact !== undefined && exact.size === size) return exact;
    if (offset + size > blockOf(offset) + MAX_CELL) return null;
    const bytes = { offset, size };
    const [first, ...others] = this.overlapping(bytes);
    if (first !== undefined && others.length === 0 && covers(first, bytes)) return first;
    return this.learn(bytes);
  }

  /** Bytes of the cell that begins at `offset`, if one is known. */
  sizeAt(offset: number): number | undefined {
    return this.known.get(offset)?.size;
  }

  /** Makes one cell of some bytes and of all cells that this reaches into. */
  private learn(bytes: Bytes): Cell {
    let cell = natural(bytes);
    let merged = this.overlapping(cell);
    for (;;) {
      const grown = natural(span([cell, ...merged]));
      if (grown.size === cell.size) break;
      cell = grown;
      merged = this.overlapping(cell);
    }
    for (const { offset } of merged) this.known.delete(offset);
    this.known.set(cell.offset, cell);
    this.learned?.at(cell.offset, cell.size);
    if (merged.length > 0 || this.watched.some((range) => overlap(range, cell))) this.changed();
    this.onLearned?.(cell);
    return cell;
  }

  /** Begins again with what was learned: steps that were taken before would now be others. */
  restart(): void {
    this.changed();
  }

  /** Cells that are known to lie within the first `size` bytes. */
  knownIn(size: number): Cell[] {
    return [...this.known.values()].filter((cell) => cell.offset + cell.size <= size);
  }

  /**
   * Cells in a range, by offset, or the parts of them that lie in it. One that is learned later changes the steps of
   * whoever asked.
   */
  within(offset: number, size: number): Bytes[] {
    const range = { offset, size };
    if (!this.watched.some((each) => each.offset === offset && each.size === size)) this.watched.push(range);
    return this.overlapping(range).map((cell) => common(cell, range));
  }

  /** `within` for an asker whose steps do not change when another is learned. */
  knownWithin(offset: number, size: number): Bytes[] {
    const range = { offset, size };
    return this.overlapping(range).map((cell) => common(cell, range));
  }

  /** Cells of which some bytes are in a range, by offset. */
  private overlapping(range: Bytes): Cell[] {
    if (range.size > this.known.size) {
      return [...this.known.values()].filter((cell) => overlap(cell, range)).sort((a, b) => a.offset - b.offset);
    }
    const found: Cell[] = [];
    for (let at = blockOf(range.offset); at < range.offset + range.size; at++) {
      const cell = this.known.get(at);
      if (cell !== undefined && overlap(cell, range)) found.push(cell);
    }
    return found;
  }
}

/** Whether a scalar of `size` bytes can be a cell. */
export function isCellSize(size: number): boolean {
  return size <= MAX_CELL && (size & (size - 1)) === 0;
}

/** Bytes that are accessed one after the other where no cell holds all of them: each is naturally aligned. */
export function pieces({ offset, size }: Bytes): Bytes[] {
  const found: Bytes[] = [];
  for (let at = offset; at < offset + size; ) {
    let width = MAX_CELL;
    while (at % width !== 0 || at + width > offset + size) width /= 2;
    found.push({ offset: at, size: width });
    at += width;
  }
  return found;
}

/** Where the largest cell that can hold a byte begins. */
function blockOf(offset: number): number {
  return Math.floor(offset / MAX_CELL) * MAX_CELL;
}

function overlap(one: Bytes, other: Bytes): boolean {
  return one.offset < other.offset + other.size && other.offset < one.offset + one.size;
}

function covers(outer: Bytes, inner: Bytes): boolean {
  return outer.offset <= inner.offset && outer.offset + outer.size >= inner.offset + inner.size;
}

function common(one: Bytes, other: Bytes): Bytes {
  const offset = Math.max(one.offset, other.offset);
  return { offset, size: Math.min(one.offset + one.size, other.offset + other.size) - offset };
}

/** From the first byte of any to the last of any. */
function span(all: readonly Bytes[]): Bytes {
  const offset = Math.min(...all.map((each) => each.offset));
  return { offset, size: Math.max(...all.map((each) => each.offset + each.size)) - offset };
}

/** The smallest naturally aligned cell that holds the bytes. */
function natural({ offset, size }: Bytes): Cell {
  for (let width = 1; width <= MAX_CELL; width *= 2) {
    const first = Math.floor(offset / width) * width;
    if (offset + size <= first + width) return { offset: first, size: width };
  }
  throw new RangeError(`no cell holds ${size} bytes at ${offset}`);
}
