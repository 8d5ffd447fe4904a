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
  for (let cpu = 0; cpu < system.cpus; cpu++) {
    if (system.isDone(cpu)) continue;
    if (!hasToWait(setup, cpu, trace)) return [];
    waiting.push(cpu);
  }
  return waiting;
}

/** Whether `cpu` has to wait where it takes the first alternative of each choice. */
function hasToWait({ system }: Setup, cpu: number, trace: Trace | null): boolean {
  const saved = new Int32Array(system.savepoints.size);
  system.savepoints.save(cpu, saved, 0);
  system.choices.takeFirst();
  system.trace = trace;
  try {
    const outcome = system.move(cpu);
    if (outcome === Outcome.Blocked) trace?.onWait(cpu, system.nodes[cpu] as number);
    return outcome === Outcome.Blocked;
  } finally {
    system.trace = null;
    system.savepoints.restore(cpu, saved, 0);
    system.violation = null;
  }
}
