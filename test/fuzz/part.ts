/** A part of the fuzzer: what is compared with what. */

/** What a round came to. */
export interface Round {
  readonly programs: number;
  /** Comparisons that were made of them. */
  readonly comparisons: number;
  /** Programs that were passed over: too large, or not understood by both. */
  readonly passed?: number;
  /** The smallest program that was found to go wrong, as text; absent: none. */
  readonly difference?: string;
}

export interface Part {
  readonly name: string;
  /** What is compared, for the last lines. */
  readonly summary: string;
  /** Why it cannot run here; absent: it can. */
  readonly missing?: string;
  /** Some programs, which follow from the seed. */
  round(seed: number): Promise<Round>;
}
