/**
 * Numbers that stand for values in words. A number is a hash of the value's key, so it does not depend on which value
 * came first. Words that hold such numbers go into fingerprints. Of two keys with one hash the second gets the next
 * free number.
 */
import { hashTextLow } from "./hash.js";

export class Interned<T> {
  private readonly numbers = new Map<string, number>();
  private readonly values = new Map<number, T>();

  /** @param limit numbers are from 0 to below it, at most 2^32 */
  constructor(private readonly limit: number) {}

  /**
   * The number of the value with this key.
   *
   * @param key equal for equal values alone
   * @param make asked for the value where it is new
   * @param wanted the number that it gets unless that is taken; absent: a hash of the key
   */
  numberOf(key: string, make: () => T, wanted?: number): number {
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    let number = wanted ?? (hashTextLow(key) >>> 0) % this.limit;
    while (this.values.has(number)) number = (number + 1) % this.limit;
    this.numbers.set(key, number);
    this.values.set(number, make());
    return number;
  }

  /** How many values have numbers. */
  get size(): number {
    return this.values.size;
  }

  /** The value that a number stands for. */
  get(number: number): T | undefined {
    return this.values.get(number);
  }
}
