/** Shows what CPUs wait for at the end of a path. */
import { Outcome, type Trace } from "../../explore/index.js";
import type { Setup } from "../setup.js";

/**
 * Shows what each CPU that has not finished waits for; nothing stays changed.
 *
 * @param trace receives what it does before it waits
 * @returns the CPUs that wait, or an empty list if any of them can move
 */
export function showWaiting(setup: Setup, trace: Trace | null): number[] {
  const { system } = setup;
  const waiting: number[] = [];
  if (!system.memoryModel.allDrained) return waiting;
  system.choices.drawWith((first) => first);
  for (let cpu = 0; cpu < system.cpus; cpu++) {
    if (system.isDone(cpu)) continue;
    const saved = new Int32Array(system.savepoints.size);
    system.savepoints.save(cpu, saved, 0);
    system.trace = trace;
    const outcome = system.move(cpu);
    system.trace = null;
    if (outcome === Outcome.Blocked) trace?.onWait(cpu, system.nodes[cpu] as number);
    system.savepoints.restore(cpu, saved, 0);
    system.violation = null;
    if (outcome !== Outcome.Blocked) return [];
    waiting.push(cpu);
  }
  system.choices.drawWith(null);
  return waiting;
}
