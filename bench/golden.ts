/**
 * Exact numbers of states. They do not depend on the machine: a run that gives another number is wrong,
 * however fast it was.
 */

export interface Count {
  readonly cpus: number;
  readonly rounds: number;
  /** All states of the coarse model, the first one included, as SPIN and Rumur count them. */
  readonly states: number;
  /** Orbits of states under swapping CPUs, as Rumur counts them with a scalarset. */
  readonly orbits: number;
}

/** The coarse model: `coarse.ts`, `peers/pamt_coarse.pml`, `peers/pamt.m.in`. */
export const coarseCounts: readonly Count[] = [
  { cpus: 2, rounds: 1, states: 196, orbits: 102 },
  { cpus: 3, rounds: 2, states: 13_365, orbits: 2_480 },
  { cpus: 4, rounds: 1, states: 17_016, orbits: 1_127 },
  { cpus: 4, rounds: 2, states: 219_345, orbits: 11_875 },
  { cpus: 4, rounds: 3, states: 1_025_776, orbits: 51_310 },
];

/** SPIN on `peers/pamt.pml`, fast-path, 4 CPUs, 2 rounds, with partial-order reduction. */
export const finerStates = 897_382;
