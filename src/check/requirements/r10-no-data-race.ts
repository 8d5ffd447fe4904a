/**
 * R10: conflicting plain accesses are ordered by something. In each state in which all CPUs rest, the accesses that
 * they are about to make are compared. A store is made when it enters the buffer of its CPU. If another CPU accesses
 * the word before the store drains, it could have done so before the store was made.
 */
import { describeRace, evidenceOf, raceWith, restsAtPlain } from "../../explore/index.js";
import type { Requirement } from "./requirement.js";

export const noDataRace = {
  id: "R10",
  title: "No data race",
  statement:
    "Conflicting plain accesses are ordered by something. The algorithm is right under the memory model of x86 " +
    "(TSO), not only when all CPUs agree on one order of all accesses.",
  findings: ["race"],
  whyNotExercised: ({ isTso }) =>
    isTso
      ? "nothing that CPUs share was accessed plainly, and no store waited in a buffer"
      : "nothing that CPUs share was accessed plainly; --memory tso judges stores in buffers as well",
  create({ system, kernel, checked, violate }) {
    let accesses = 0;
    return {
      onState() {
        const { automaton, memoryModel } = system;
        if (!automaton.hasPlain && memoryModel.buffers === 0) return;
        // Accesses that a lock protects were judged when they were made; what others see of a store that waits in a
        // buffer is judged by all other requirements.
        let some = system.movers.plainAccesses !== accesses || !memoryModel.allDrained;
        accesses = system.movers.plainAccesses;
        for (let cpu = 0; cpu < system.cpus; cpu++) {
          if (!restsAtPlain(system, cpu)) continue;
          some = true;
          const race = raceWith(system, cpu);
          if (race === null) continue;
          const message = describeRace(system, race, (address) => kernel.space.describe(address));
          violate(message, evidenceOf(system, race));
        }
        if (some) checked();
      },
    };
  },
} satisfies Requirement;
