/**
 * Sets of locks as numbers: equal sets have equal numbers, and what comes of two sets is computed once (as the lockset
 * indices of Eraser: Savage et al., "Eraser: A Dynamic Data Race Detector for Multithreaded Programs", 1997).
 */
import { PairMap } from "./pair-map.js";

/** The number of the set of no lock. */
export const NO_LOCKS = 0;
/** Stands for the set of all locks, those included that are not known yet; for `intersection` alone. */
export const ALL_LOCKS = -1;

export class LockSets {
  /** Locks of each set, in ascending order. */
  private readonly members: (readonly number[])[] = [[]];
  private readonly numbers = new Map<string, number>([["", NO_LOCKS]]);
  private readonly additions = new PairMap();
  private readonly removals = new PairMap();
  private readonly unions = new PairMap();
  private readonly intersections = new PairMap();

  /** @param lock a number, not negative */
  with(set: number, lock: number): number {
    const known = this.additions.get(set, lock);
    if (known >= 0) return known;
    const members = this.of(set);
    const result = members.includes(lock) ? set : this.numberOf([...members, lock]);
    this.additions.set(set, lock, result);
    return result;
  }

  without(set: number, lock: number): number {
    if (set === NO_LOCKS || set === ALL_LOCKS) return set;
    const known = this.removals.get(set, lock);
    if (known >= 0) return known;
    const result = this.numberOf(this.of(set).filter((each) => each !== lock));
    this.removals.set(set, lock, result);
    return result;
  }

  union(one: number, other: number): number {
    if (other === NO_LOCKS || one === other) return one;
    if (one === NO_LOCKS) return other;
    const known = this.unions.get(one, other);
    if (known >= 0) return known;
    const mine = this.of(one);
    const result = this.numberOf([...mine, ...this.of(other).filter((lock) => !mine.includes(lock))]);
    this.unions.set(one, other, result);
    return result;
  }

  intersection(one: number, other: number): number {
    if (one === other || one === NO_LOCKS || other === ALL_LOCKS) return one;
    if (one === ALL_LOCKS || other === NO_LOCKS) return other;
    const known = this.intersections.get(one, other);
    if (known >= 0) return known;
    const theirs = this.of(other);
    const result = this.numberOf(this.of(one).filter((lock) => theirs.includes(lock)));
    this.intersections.set(one, other, result);
    return result;
  }

  has(set: number, lock: number): boolean {
    return this.of(set).includes(lock);
  }

  /** Whether some lock of the set is not among `others`. */
  isBeyond(set: number, others: number): boolean {
    if (set === ALL_LOCKS) return true;
    const members = this.of(set);
    if (others === NO_LOCKS) return members.length > 0;
    for (const lock of members) if (!this.has(others, lock)) return true;
    return false;
  }

  private of(set: number): readonly number[] {
    return this.members[set] as readonly number[];
  }

  private numberOf(locks: readonly number[]): number {
    const sorted = [...locks].sort((one, other) => one - other);
    const key = sorted.join(" ");
    let number = this.numbers.get(key);
    if (number === undefined) {
      number = this.members.length;
      this.members.push(sorted);
      this.numbers.set(key, number);
    }
    return number;
  }
}
