/**
 * The layout of what searches read of an automaton at every step, as integers side by side. That is what each
 * node stands before, and what its word operation does for each contents met.
 */

import { doubled } from "./doubled.js";

// What a node stands before, as offsets in `Automaton.steps`: 1 for a word that no other CPU looks at nor waits for,
export const STEP_UNSEEN = 0;
/** the dense number of its address, or one of the `SLOT_` constants, */
export const STEP_SLOT = 1;
/** the address, as a signed integer, */
export const STEP_ADDRESS = 2;
/** and the edge that it took last, or -1. */
export const STEP_EDGE = 3;
/** Integers of a step; a power of two, so that it stays in one cache line. */
export const STEP_SIZE = 4;

/** Adds a step to those of all nodes before. @returns where they are now */
export function withStep(
  steps: Int32Array<ArrayBuffer>,
  node: number,
  isUnseen: boolean,
  slot: number,
  address: number,
): Int32Array<ArrayBuffer> {
  const at = STEP_SIZE * node;
  const all = at === steps.length ? doubled(steps) : steps;
  all[at + STEP_UNSEEN] = isUnseen ? 1 : 0;
  all[at + STEP_SLOT] = slot;
  all[at + STEP_ADDRESS] = address;
  all[at + STEP_EDGE] = -1;
  return all;
}

/** What an edge says, as offsets in `Automaton.edges`. */
export const EDGE_BEFORE = 0;
/** What the program is handed. */
export const EDGE_RESULT = 1;
/** Contents of the word afterwards. */
export const EDGE_AFTER = 2;
/** The node that follows. */
export const EDGE_NEXT = 3;
/** By how much the halves of the fingerprint of the words change. */
export const EDGE_LOW = 4;
export const EDGE_HIGH = 5;
/** Bits of the word that tell states apart. */
export const EDGE_MASK = 6;
/** Integers of an edge; a power of two, so that it stays in one cache line. */
export const EDGE_SIZE = 8;
