/** The engine counts exactly the states that SPIN and Rumur count on the coarse model. */
import { describe, expect, it } from "vitest";
import { exploreCoarse } from "../../bench/coarse.js";
import { coarseCounts } from "../../bench/golden.js";

/** The largest size is left to the benchmark. */
const MOST_STATES = 250_000;

describe("the coarse model", () => {
  for (const { cpus, rounds, states, orbits } of coarseCounts) {
    if (states <= MOST_STATES) {
      it(`has ${states} states with ${cpus} CPUs and ${rounds} rounds, and uses no page without its pair`, () => {
        const { statistics, broken } = exploreCoarse(cpus, rounds, false);
        expect(statistics.states).toBe(states);
        expect(statistics.restarts).toBe(0);
        expect(broken).toEqual([]);
      });
    }
    it(`has ${orbits} states with ${cpus} interchangeable CPUs and ${rounds} rounds`, () => {
      const { statistics, broken } = exploreCoarse(cpus, rounds, true);
      expect(statistics.states).toBe(orbits);
      expect(broken).toEqual([]);
    });
  }
});
