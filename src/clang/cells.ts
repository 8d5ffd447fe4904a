/**
 * How the bytes of a shared object are divided into words of the machine.
 *
 * Every scalar in C's memory is one word of the machine, whatever its size, so that an access is one step. Which
 * bytes belong together is learned from the accesses: the first access to some bytes makes them a cell. Smaller
 * accesses inside a cell read or change a part of it. An access that reaches over several cells makes them one,
 * and as this changes the steps of programs, exploration begins again with what was learned.
 */

export interface Cell {
  /** First byte. */
  readonly offset: number;
  /** Bytes: 1, 2, 4 or 8. */
  readonly size: number;
}

/** The largest cell. */
const MAX_CELL = 8;

export class Cells {
  private readonly known = new Map<number, Cell>();
  /** Ranges that were written or copied as a whole, cell by cell. */
  private readonly watched: { readonly offset: number; readonly end: number }[] = [];

  /** @param changed called when steps that were taken before would now be others */
  constructor(private readonly changed: () => void) {}

  /** The cell that holds `size` bytes at `offset`; null when no cell can. */
  at(offset: number, size: number): Cell | null {
    const exact = this.known.get(offset);
    if (exact !== undefined && exact.size === size) return exact;
    const from = Math.floor(offset / MAX_CELL) * MAX_CELL;
    if (offset + size > from + MAX_CELL) return null;
    let first = offset;
    let end = offset + size;
    const covered: Cell[] = [];
    for (let at = from; at < from + MAX_CELL; at++) {
      const cell = this.known.get(at);
      if (cell === undefined || cell.offset >= offset + size || cell.offset + cell.size <= offset) continue;
      covered.push(cell);
      first = Math.min(first, cell.offset);
      end = Math.max(end, cell.offset + cell.size);
    }
    const [only] = covered;
    if (covered.length === 1 && only !== undefined && only.offset === first && only.offset + only.size === end) {
      return only;
    }
    const cell = natural(first, end - first);
    for (const { offset: old } of covered) this.known.delete(old);
    this.known.set(cell.offset, cell);
    const isWatched = this.watched.some((range) => cell.offset < range.end && cell.offset + cell.size > range.offset);
    if (covered.length > 0 || isWatched) this.changed();
    return cell;
  }

  /** Cells that begin in a range, by offset; one that is learned later changes the steps of whoever asked. */
  within(offset: number, size: number): Cell[] {
    const end = offset + size;
    if (!this.watched.some((range) => range.offset === offset && range.end === end)) this.watched.push({ offset, end });
    const cells: Cell[] = [];
    for (let at = offset; at < offset + size; at++) {
      const cell = this.known.get(at);
      if (cell !== undefined) cells.push(cell);
    }
    return cells;
  }
}

/** The smallest naturally aligned cell that holds the bytes. */
function natural(offset: number, size: number): Cell {
  for (let width = 1; width <= MAX_CELL; width *= 2) {
    const first = Math.floor(offset / width) * width;
    if (offset + size <= first + width) return { offset: first, size: width };
  }
  throw new RangeError(`no cell holds ${size} bytes at ${offset}`);
}
