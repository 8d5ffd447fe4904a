/** CPUs that run the same program are interchangeable: which are in equal states, and what names them then. */
import type { Words } from "../../machine/index.js";
import type { TransitionSystem } from "../step/system.js";
import { RANK_BITS } from "./components.js";

/** Whether the CPU of `process`, or whose buffer it is, is in the same state as an interchangeable CPU before it. */
export function isTwin(system: TransitionSystem, process: number): boolean {
  if (!system.symmetric) return false;
  const { nodes, roots } = system;
  const cpu = system.cpuOf(process);
  const own = system.own[cpu] as Words;
  const { exclusive, shared } = system.movers;
  for (let other = 0; other < cpu; other++) {
    if (nodes[other] !== nodes[cpu] || roots[other] !== roots[cpu]) continue;
    // Programs may come to the same place with and without a lock; what protects their accesses differs then.
    if (exclusive[other] !== exclusive[cpu] || shared[other] !== shared[cpu]) continue;
    const theirs = system.own[other] as Words;
    if (theirs.fingerprintLow === own.fingerprintLow && theirs.fingerprintHigh === own.fingerprintHigh) return true;
  }
  return false;
}

/**
 * Ranks of the CPUs in the present state, as in `components.ts`: equal for CPUs in equal states, and the same whichever of
 * several interchangeable CPUs is where.
 */
export function ranksNow(system: TransitionSystem): number {
  let ranks = 0;
  for (let cpu = 0; cpu < system.cpus; cpu++) {
    let rank = 0;
    for (let other = 0; other < system.cpus; other++) if (isBefore(system, other, cpu)) rank++;
    ranks |= rank << (RANK_BITS * cpu);
  }
  return ranks;
}

/** Without symmetry no two tags are equal. */
function isBefore({ nodes, own, tags }: TransitionSystem, one: number, other: number): boolean {
  if (tags[one] !== tags[other]) return (tags[one] as number) < (tags[other] as number);
  if (nodes[one] !== nodes[other]) return (nodes[one] as number) < (nodes[other] as number);
  const mine = own[one] as Words;
  const theirs = own[other] as Words;
  if (mine.fingerprintLow !== theirs.fingerprintLow) return mine.fingerprintLow < theirs.fingerprintLow;
  return mine.fingerprintHigh < theirs.fingerprintHigh;
}
