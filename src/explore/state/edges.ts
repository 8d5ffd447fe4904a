/** The layout of edges: what the word operation of a node does for each contents met, see `Automaton.edge`. */

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
