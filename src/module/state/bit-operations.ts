/** Word operations of the module other than locks. */
import { wordOperation } from "../../machine/index.js";

/** Sets bits. The result is the old contents. */
export const SET_BITS = wordOperation({
  name: "or",
  next: (word, bits) => word | bits,
  result: (word) => word,
});

/** Clears bits. The result is the old contents. */
export const CLEAR_BITS = wordOperation({
  name: "and not",
  next: (word, bits) => word & ~bits,
  result: (word) => word,
});

/**
 * Claims the bitmap bit of a page: 0, or non-zero when it was set already. The argument is the bit
 * as TDMR initialisation left it; a reserved page stays claimed for ever.
 */
export const CLAIM_BIT = wordOperation({
  name: "test and set bitmap bit",
  next: (word, initial) => (initial !== 0 ? word : 1),
  result: (word, initial) => word | initial,
});

export const CLEAR_BIT = wordOperation({
  name: "clear bitmap bit",
  next: () => 0,
  result: (word) => word,
});

/** Bits 15:0 as a 16-bit counter: adds, wraps at 16 bits, and the result is the sum. */
export const ADD_COUNT = wordOperation({
  name: "16-bit add",
  next: (word, delta) => (word & ~0xffff) | ((word + delta) & 0xffff),
  result: (word, delta) => (word + delta) & 0xffff,
});

/** Adds. The result is 0: for tallies that nobody needs to see at that moment. */
export const ADD = wordOperation({
  name: "add",
  next: (word, delta) => (word + delta) | 0,
  result: () => 0,
});
