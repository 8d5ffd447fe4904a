/**
 * Remembers states in which no helper was running and no check had anything to say. What checks see in such a state is
 * what words hold, and whether all programs have ended. Searches come to few of these, and to each many times: there the
 * checks are only counted.
 *
 * States are told apart by 64 bits, like those of a search.
 */
import type { TransitionSystem } from "../explore/index.js";
import { mix } from "../machine/index.js";

/** States that are remembered. A later one takes the place of an earlier one with the same low bits. */
const PLACES = 1 << 13;
/** Integers of a place: both halves of the fingerprint, and 1 more than the number of its counts, 0 if it is free. */
const LOW = 0;
const HIGH = 1;
const COUNTS = 2;
const SIZE = 3;
const ALL_ENDED = 0x51ed270b;

export class QuiescentMemo {
  private readonly places = new Int32Array(SIZE * PLACES);
  /** Different lists of how often each check is made in a state: pairs of a number of a check and how often. */
  private readonly counts: number[][] = [];
  private readonly numbers = new Map<string, number>();
  private readonly before: Float64Array;
  // The present state.
  private at = 0;
  private low = 0;
  private high = 0;

  /** @param checked how often each check was made */
  constructor(
    private readonly system: TransitionSystem,
    private readonly checked: Float64Array,
  ) {
    this.before = new Float64Array(checked.length);
  }

  /** Whether the present state is known. If so, its checks are counted. If not, whoever asks makes them now. */
  knows(): boolean {
    this.lookAround();
    const { places, at, checked } = this;
    const isKnown = places[at + COUNTS] !== 0 && places[at + LOW] === this.low && places[at + HIGH] === this.high;
    if (!isKnown) {
      this.before.set(checked);
      return false;
    }
    const counts = this.counts[(places[at + COUNTS] as number) - 1] as number[];
    for (let i = 0; i < counts.length; i += 2) checked[counts[i] as number]! += counts[i + 1] as number;
    return true;
  }

  /** The checks were made in the present state and had nothing to say. */
  keep(): void {
    const { places, at } = this;
    places[at + LOW] = this.low;
    places[at + HIGH] = this.high;
    places[at + COUNTS] = 1 + this.numberOfCounts();
  }

  private lookAround(): void {
    const { shared, own } = this.system;
    let low = 0;
    let high = 0;
    for (let cpu = 0; cpu < own.length; cpu++) {
      const { fingerprintLow, fingerprintHigh } = own[cpu]!;
      low = (low + mix(fingerprintLow)) | 0;
      high = (high + mix(fingerprintHigh)) | 0;
    }
    this.low = mix(low) ^ shared.fingerprintLow ^ (this.system.haveAllEnded ? ALL_ENDED : 0);
    this.high = mix(high ^ 0x5bd1e995) ^ shared.fingerprintHigh;
    this.at = SIZE * (this.low & (PLACES - 1));
  }

  private numberOfCounts(): number {
    const { checked, before } = this;
    const counts: number[] = [];
    for (let check = 0; check < checked.length; check++) {
      const times = (checked[check] as number) - (before[check] as number);
      if (times > 0) counts.push(check, times);
    }
    const key = counts.join(" ");
    const known = this.numbers.get(key);
    if (known !== undefined) return known;
    this.numbers.set(key, this.counts.length);
    return this.counts.push(counts) - 1;
  }
}
