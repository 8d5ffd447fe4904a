/** Identities of local states: what goes into the fingerprint of a state for each CPU. See docs/internals/identity.md. */

import { hashPairHigh, hashPairLow, hashTextHigh, hashTextLow } from "../../machine/index.js";
import { doubled } from "./doubled.js";

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

const FIRST_CAPACITY = 1024;

/** The identities of nodes, in arrays that searches read without a call. */
export class Identities {
  low = new Int32Array(FIRST_CAPACITY);
  high = new Int32Array(FIRST_CAPACITY);

  get(node: number): Identity {
    return { low: this.low[node] as number, high: this.high[node] as number };
  }

  set(node: number, { low, high }: Identity): void {
    if (node >= this.low.length) {
      this.low = doubled(this.low);
      this.high = doubled(this.high);
    }
    this.low[node] = low;
    this.high[node] = high;
  }
}
