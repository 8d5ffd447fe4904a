/** How the words that programs use are told apart by the automaton. */

/** Slots of addresses that need no watching. */
export const SLOT_PRIVATE = -1;
export const SLOT_COMMUTING = -2;

/** Classifies addresses: a dense number, `SLOT_PRIVATE` or `SLOT_COMMUTING`. */
export interface WordClassifier {
  slotOf(address: number): number;
  /** A dense number that stands for `count` words from `address` on as a whole. */
  slotOfRange(address: number, count: number): number;
  /** Told that some program accesses these words plainly. */
  notePlain?(address: number, count: number): void;
  /** Told that a program has come back to the head of a loop in the same local state, for the first time at that node. */
  noteLoop?(): void;
}
