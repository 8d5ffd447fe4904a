/** Identities of local states: what goes into the fingerprint of a state for each CPU. See docs/internals/identity.md. */

import { hashPairHigh, hashPairLow, hashTextHigh, hashTextLow } from "../../machine/index.js";

/**
 * What a local state is, whatever the order in which the states of a program are met: two halves of a hash of how it
 * comes about.
 */
export interface Identity {
  readonly low: number;
  readonly high: number;
}

export const NO_IDENTITY: Identity = { low: 0, high: 0 };

/** Of what `a` and `b` are of. */
export function joined(a: Identity, b: Identity): Identity {
  return { low: hashPairLow(a.low, b.low), high: hashPairHigh(a.high, b.high) };
}

/** Of `a` and a number, such as a result. */
export function followedBy(a: Identity, number: number): Identity {
  return { low: hashPairLow(a.low, number), high: hashPairHigh(a.high, number) };
}

/** Of a text, such as a label. */
export function identityOf(text: string): Identity {
  return { low: hashTextLow(text), high: hashTextHigh(text) };
}

/** Where a local state comes from: tells apart histories that the reduction `short-calls` merges. */
export interface Origin {
  readonly key: string;
  readonly identity: Identity;
}

export const NO_ORIGIN: Origin = { key: "", identity: NO_IDENTITY };
