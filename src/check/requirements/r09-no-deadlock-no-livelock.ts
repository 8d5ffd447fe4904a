/**
 * R9: every helper call finishes under any fair schedule. Deadlocks and endless cycles are found by
 * the search itself; this check bounds retry loops, those of flows too, and counts calls that finished.
 */
import { KernelEvent } from "../../kernel/index.js";
import type { Requirement } from "./requirement.js";
import { leaf, sentence } from "./sentence.js";

/** Turns of one loop that no number of competing CPUs in the scenarios can justify. */
const RETRY_LIMIT = 16;

export const noDeadlockNoLivelock = {
  id: "R9",
  title: "No deadlock, no livelock",
  statement: "Every helper call finishes under any fair schedule. Loops that retry are bounded.",
  findings: ["deadlock", "cycle", "runaway"],
  whyNotExercised: () => "no call of a helper returned",
  create: ({ ghost, checked, violate }) => ({
    codes: [KernelEvent.Leave, KernelEvent.Retry, KernelEvent.GaveUp, KernelEvent.Endless],
    onEvent(cpu, code, detail) {
      if (code === KernelEvent.Leave) checked();
      else if (code === KernelEvent.GaveUp) {
        if (!ghost.failedByChance(cpu))
          violate(sentence`${leaf(detail)} was BUSY again after the one retry that KVM makes`);
      } else if (code === KernelEvent.Endless)
        violate(`a call has done ${detail} instructions and goes on: it may never end`, { ends: true });
      else if (detail >= RETRY_LIMIT)
        violate(`a loop went round ${detail} times without getting anywhere`, { ends: true });
    },
  }),
} satisfies Requirement;
