/**
 * The address space of a machine: who owns which words, and what they are called.
 *
 * Rooms above reserve ranges for their state. A range names its words for counterexamples and says
 * how a checker may treat them.
 */
import { ADDRESS_LIMIT } from "./words.js";

/** How accesses to a range are ordered between processors. */
export enum Discipline {
  /** Found out by watching: read only, one processor, protected by a lock, or none of these. */
  Observed = 0,
  /**
   * Order never matters: tallies that only grow and shrink, and words that belong to whoever owns
   * a page (ownership is checked by R7 at every access).
   */
  Commuting = 1,
}

/** A reserved range of words. */
export interface Range {
  readonly base: number;
  readonly words: number;
  readonly discipline: Discipline;
  /** Name of the word at `offset` of the range, e.g. `2M entry of 0x100000000, lock`. */
  readonly describe: (offset: number) => string;
}

export class AddressSpace {
  private next = 1;
  private readonly ranges: Range[] = [];

  /** Reserves `words` words. @returns the address of the first */
  reserve(words: number, describe: (offset: number) => string, discipline = Discipline.Observed): number {
    const base = this.next;
    if (base + words > ADDRESS_LIMIT) {
      throw new RangeError(`the host is too large for the model: more than ${ADDRESS_LIMIT} words of state`);
    }
    this.ranges.push({ base, words, discipline, describe });
    this.next = base + words;
    return base;
  }

  /** The range that holds `address`, or undefined. */
  rangeOf(address: number): Range | undefined {
    let low = 0;
    let high = this.ranges.length - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      const range = this.ranges[middle] as Range;
      if (address < range.base) high = middle - 1;
      else if (address >= range.base + range.words) low = middle + 1;
      else return range;
    }
    return undefined;
  }

  /** Name of the word at `address`. */
  describe(address: number): string {
    const range = this.rangeOf(address);
    return range === undefined ? `word ${address}` : range.describe(address - range.base);
  }
}
