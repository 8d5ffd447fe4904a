/** The sum of the fingerprints of a set of states, modulo 2^64: equal for equal sets, however they were found. */

const HALF = 2 ** 32;

export class FingerprintSum {
  private low = 0;
  private high = 0;

  add(low: number, high: number): void {
    const sum = this.low + (low >>> 0);
    this.low = sum % HALF;
    this.high = (this.high + (high >>> 0) + (sum >= HALF ? 1 : 0)) % HALF;
  }

  get value(): bigint {
    return (BigInt(this.high) << 32n) | BigInt(this.low);
  }
}
