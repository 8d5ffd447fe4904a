/**
 * Remembers in which states of a CPU's own words a range of them is empty. CPUs hold few different words when somebody
 * fills or gathers a range, and looking through the range takes longer.
 */
import type { Words } from "../../machine/index.js";

/** States that are remembered. A later one takes the place of an earlier one. */
const PLACES = 1 << 10;
/** Integers of a place: both halves of a fingerprint, and 1 more than the node that is about to access the range. */
const SIZE = 3;

export class EmptyRanges {
  private readonly places = new Int32Array(SIZE * PLACES);

  /** Whether the range that `node` is about to access is known to be empty in `words`. */
  knows(words: Words, node: number): boolean {
    const { places } = this;
    const at = placeOf(words, node);
    if (places[at] !== words.fingerprintLow || places[at + 1] !== words.fingerprintHigh) return false;
    return places[at + 2] === node + 1;
  }

  /** The range is empty in `words`. */
  keep(words: Words, node: number): void {
    const { places } = this;
    const at = placeOf(words, node);
    places[at] = words.fingerprintLow;
    places[at + 1] = words.fingerprintHigh;
    places[at + 2] = node + 1;
  }
}

function placeOf({ fingerprintLow }: Words, node: number): number {
  return SIZE * ((fingerprintLow ^ node) & (PLACES - 1));
}
