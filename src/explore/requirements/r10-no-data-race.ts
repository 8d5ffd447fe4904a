/**
 * R10: conflicting plain accesses are ordered by something. In each state in which all CPUs rest, the accesses that
 * they are about to make are compared.
 */
import { describeRace, evidenceOf, raceWith, restsAtPlain } from "../races.js";
import type { Requirement } from "./requirement.js";

export const noDataRace: Requirement = {
  id: "R10",
  title: "No data race",
  create({ world, kernel, checked, violate }) {
    let accesses = 0;
    return {
      onState() {
        if (!world.automaton.hasPlain) return;
        // Accesses that a lock protects were judged when they were made.
        let some = world.discipline.plainAccesses !== accesses;
        accesses = world.discipline.plainAccesses;
        for (let cpu = 0; cpu < world.cpus; cpu++) {
          if (!restsAtPlain(world, cpu)) continue;
          some = true;
          const race = raceWith(world, cpu);
          if (race === null) continue;
          const message = describeRace(world, race, (address) => kernel.space.describe(address));
          violate(message, evidenceOf(world, race));
        }
        if (some) checked();
      },
    };
  },
};
