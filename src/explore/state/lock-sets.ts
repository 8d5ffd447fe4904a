/**
 * Sets of locks as numbers: equal sets have equal numbers. A set of the first locks alone is a set of bits. Operations
 * on other sets are computed once, like the lockset indices of Eraser. (Savage et al., "Eraser: A Dynamic Data Race
 * Detector for Multithreaded Programs", 1997.)
 */
import { PairMap } from "./pair-map.js";

/** The number of the set of no lock. */
export const NO_LOCKS = 0;
/** Stands for the set of all locks, those included that are not known yet; for `intersection` and `isBeyond` alone. */
export const ALL_LOCKS = -1;

/** Locks with numbers up to this are bits. */
const BITS = 30;
/** The number of the first set that is not made of bits; those after it are lower. */
const FIRST_LISTED = -2;

export class LockSets {
  /** Locks of the sets that are not made of bits, in ascending order. */
  private readonly listed: (readonly number[])[] = [];
  private readonly numbers = new Map<string, number>();
  /** Dense numbers of sets, for the tables below. */
  private readonly indices = new Map<number, number>();
  private readonly additions = new PairMap();
  private readonly removals = new PairMap();
  private readonly unions = new PairMap();
  private readonly intersections = new PairMap();
  /** What the tables lead to. */
  private readonly results: number[] = [];

  // What follows is asked at every access. Sets that are not bits are apart: a function that makes others is slower.

  /** @param lock a number from 1 on */
  with(set: number, lock: number): number {
    return set >= 0 && lock <= BITS ? set | (1 << (lock - 1)) : this.listedWith(set, lock);
  }

  without(set: number, lock: number): number {
    if (set < 0) return this.listedWithout(set, lock);
    return lock <= BITS ? set & ~(1 << (lock - 1)) : set;
  }

  union(one: number, other: number): number {
    return one >= 0 && other >= 0 ? one | other : this.listedUnion(one, other);
  }

  intersection(one: number, other: number): number {
    if (one === other || other === ALL_LOCKS) return one;
    if (one === ALL_LOCKS) return other;
    return one >= 0 && other >= 0 ? one & other : this.listedIntersection(one, other);
  }

  has(set: number, lock: number): boolean {
    if (set >= 0) return lock <= BITS && (set & (1 << (lock - 1))) !== 0;
    return this.of(set).includes(lock);
  }

  /** Whether some lock of the set is not among `others`. */
  isBeyond(set: number, others: number): boolean {
    if (set === ALL_LOCKS) return true;
    return set >= 0 && others >= 0 ? (set & ~others) !== 0 : this.isListedBeyond(set, others);
  }

  private listedWith(set: number, lock: number): number {
    return this.once(this.additions, set, lock, () => [...this.of(set).filter((each) => each !== lock), lock]);
  }

  private listedWithout(set: number, lock: number): number {
    return this.once(this.removals, set, lock, () => this.of(set).filter((each) => each !== lock));
  }

  private listedUnion(one: number, other: number): number {
    return this.once(this.unions, one, this.indexOf(other), () => [...new Set([...this.of(one), ...this.of(other)])]);
  }

  private listedIntersection(one: number, other: number): number {
    return this.once(this.intersections, one, this.indexOf(other), () => {
      const theirs = this.of(other);
      return this.of(one).filter((lock) => theirs.includes(lock));
    });
  }

  private isListedBeyond(set: number, others: number): boolean {
    return this.of(set).some((lock) => !this.has(others, lock));
  }

  /** The result for a set and another number: looked up, or made. */
  private once(table: PairMap, set: number, other: number, make: () => readonly number[]): number {
    const index = this.indexOf(set);
    const known = table.get(index, other);
    if (known >= 0) return this.results[known] as number;
    const result = this.numberOf(make());
    table.set(index, other, this.results.length);
    this.results.push(result);
    return result;
  }

  private indexOf(set: number): number {
    let index = this.indices.get(set);
    if (index === undefined) {
      index = this.indices.size;
      this.indices.set(set, index);
    }
    return index;
  }

  private of(set: number): readonly number[] {
    if (set < 0) return this.listed[FIRST_LISTED - set] as readonly number[];
    return Array.from({ length: BITS }, (_, bit) => bit + 1).filter((lock) => this.has(set, lock));
  }

  private numberOf(locks: readonly number[]): number {
    if (locks.every((lock) => lock <= BITS)) return locks.reduce((bits, lock) => bits | (1 << (lock - 1)), NO_LOCKS);
    const sorted = [...locks].sort((one, other) => one - other);
    const key = sorted.join(" ");
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = FIRST_LISTED - this.listed.length;
      this.listed.push(sorted);
      this.numbers.set(key, number);
    }
    return number;
  }
}
