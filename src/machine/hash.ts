/**
 * Integer mixing for fingerprints: two independent 32-bit hashes of a pair of 32-bit integers.
 *
 * The multipliers are the finaliser constants of MurmurHash3 (public domain) and of the
 * "lowbias32" search (Wellons, public domain). 64 bits in all: see `collisionProbability`.
 */

/** Final avalanche of a 32-bit word. */
export function mix(word: number): number {
  let h = word | 0;
  h = Math.imul(h ^ (h >>> 16), 0x7feb352d);
  h = Math.imul(h ^ (h >>> 15), 0x846ca68b);
  return h ^ (h >>> 16);
}

/** First hash of `(a, b)`. */
export function hashPairLow(a: number, b: number): number {
  let h = Math.imul(a ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(b + 0x165667b1, 0xc2b2ae35);
  h = Math.imul(h ^ (h >>> 15), 0x7feb352d);
  return h ^ (h >>> 16);
}

/** Second hash of `(a, b)`, independent of the first. */
export function hashPairHigh(a: number, b: number): number {
  let h = Math.imul(b ^ 0x27d4eb2f, 0xcc9e2d51) ^ Math.imul(a + 0x52dce729, 0x1b873593);
  h = Math.imul(h ^ (h >>> 16), 0x21f0aaad);
  return h ^ (h >>> 15);
}

/** First hash of a text. */
export function hashTextLow(text: string): number {
  let h = text.length;
  for (let i = 0; i < text.length; i++) h = hashPairLow(h, text.charCodeAt(i));
  return h;
}

/** Second hash of it. */
export function hashTextHigh(text: string): number {
  let h = text.length;
  for (let i = 0; i < text.length; i++) h = hashPairHigh(h, text.charCodeAt(i));
  return h;
}

/**
 * First half of what a fingerprint changes by when the word at `address` goes from `from` to `to`.
 * A word that holds 0 contributes nothing.
 */
export function changeLow(address: number, from: number, to: number): number {
  if (from === to) return 0;
  return (from === 0 ? 0 : hashPairLow(address, from)) ^ (to === 0 ? 0 : hashPairLow(address, to));
}

/** Second half of it. */
export function changeHigh(address: number, from: number, to: number): number {
  if (from === to) return 0;
  return (from === 0 ? 0 : hashPairHigh(address, from)) ^ (to === 0 ? 0 : hashPairHigh(address, to));
}

/**
 * Upper bound on the chance that two of `states` distinct states share a 64-bit fingerprint
 * (birthday bound n²/2⁶⁵).
 */
export function collisionProbability(states: number): number {
  return (states * states) / 2 ** 65;
}
