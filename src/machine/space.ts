/**
 * The address space of a machine: who owns which words, and what they are called.
 *
 * Rooms above reserve ranges for their state. A range names its words for counterexamples and says
 * how a checker may treat them.
 */
import { RecordArray } from "./record-array.js";
import { ADDRESS_LIMIT, FAR } from "./words.js";

/** How accesses to a range are ordered between processors. */
export enum Sharing {
  /** Found out by watching: read only, one processor, protected by a lock, or none of these. */
  Observed = 0,
  /**
   * Order never matters: tallies that only grow and shrink, and words that belong to whoever owns
   * a page (ownership is checked by R7 at every access).
   */
  Commuting = 1,
}

/** Name of a word that is part of something, such as the lock of an entry. */
export interface PartName {
  /** What it is a part of, e.g. `2M entry of 0x100000000`. */
  readonly whole: string;
  readonly part: string;
}

/** Name of a word. */
export type WordName = string | PartName;

/** A reserved range of words. */
export interface Range {
  readonly base: number;
  readonly words: number;
  /** Words of each record that the range is made of; of a single record, all. */
  readonly recordWords: number;
  readonly sharing: Sharing;
  /** Name of the word at `offset` of the range. */
  readonly describe: (offset: number) => WordName;
}

/** Arrays of records lie from here on, behind what is reserved by itself. Hosts that are explored are small. */
const ARRAYS = 2 ** 24;
const ARRAYS_EXPLORED = 2 ** 20;
/** Where the arrays end that lie far apart: the rest is for what does not fit before. */
const FAR_END = 3 * 2 ** 30;

export class AddressSpace {
  private next = 1;
  private readonly arrays: number;
  private nextArray: number;
  private nextFar = FAR;
  /** In the order of their addresses. */
  private readonly ranges: Range[] = [];

  /**
   * @param explored arrays that are too large to lie close together lie far apart, so that the address of each record
   *   follows from its index. Far words take longer; where nothing is explored, records of such arrays are reserved when
   *   they are first used.
   */
  constructor(private readonly explored = false) {
    this.arrays = explored ? ARRAYS_EXPLORED : ARRAYS;
    this.nextArray = this.arrays;
  }

  /**
   * Reserves words that no other range has, at least one.
   *
   * @returns the address of the first
   */
  reserve(wanted: number, describe: (offset: number) => WordName, sharing = Sharing.Observed): number {
    const words = Math.max(1, wanted);
    const isLow = this.next + words <= this.arrays;
    const base = isLow ? this.next : this.nextFar;
    if (base + words > ADDRESS_LIMIT) {
      throw new RangeError(`the host is too large for the model: more than ${ADDRESS_LIMIT} words of state`);
    }
    this.add({ base, words, recordWords: words, sharing, describe });
    if (isLow) this.next = base + words;
    else this.nextFar = base + words;
    return base;
  }

  /**
   * Reserves an array of `count` records of `words` words each. Words cost nothing before they are written.
   *
   * @param describe name of the word at `offset` of record `index`
   */
  reserveArray(
    count: number,
    words: number,
    describe: (index: number, offset: number) => WordName,
    sharing = Sharing.Observed,
  ): RecordArray {
    const size = count * words;
    const isFar = this.nextArray + size > FAR;
    const base = isFar ? this.nextFar : this.nextArray;
    const baseOf = (address: number) => this.baseOf(address);
    const reserve = (index: number) => this.reserve(words, (offset) => describe(index, offset), sharing);
    const isTooFar = isFar && (!this.explored || base + size > FAR_END);
    if (count === 0 || isTooFar) return new RecordArray(base, 0, words, reserve, baseOf);
    const name = (at: number) => describe(Math.floor(at / words), at % words);
    this.add({ base, words: size, recordWords: words, sharing, describe: name });
    if (isFar) this.nextFar = base + size;
    else this.nextArray = base + size;
    return new RecordArray(base, count, words, reserve, baseOf);
  }

  /** Number of ranges that are reserved. */
  get size(): number {
    return this.ranges.length;
  }

  private add(range: Range): void {
    const { ranges } = this;
    let at = ranges.length;
    while (at > 0 && (ranges[at - 1] as Range).base > range.base) at--;
    ranges.splice(at, 0, range);
  }

  /** Address of the first word of the record, or of the range, that holds `address`; undefined where nothing is reserved. */
  baseOf(address: number): number | undefined {
    const range = this.rangeOf(address);
    return range === undefined ? undefined : address - ((address - range.base) % range.recordWords);
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

  /** Name of the word at `address`, e.g. `2M entry of 0x100000000: lock`. */
  describe(address: number): string {
    const name = this.nameOf(address);
    return typeof name === "string" ? name : `${name.whole}: ${name.part}`;
  }

  /** The same, in parts if it is the name of a part. */
  nameOf(address: number): WordName {
    const range = this.rangeOf(address);
    return range === undefined ? `word ${address}` : range.describe(address - range.base);
  }
}
