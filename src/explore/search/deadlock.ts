/** Whether CPUs can wait for ever from a state, and after which choices. */
import { Outcome } from "../step/observer.js";
import type { TransitionSystem } from "../step/system.js";
import type { Move } from "./search.js";
import { isTwin } from "./symmetry.js";

/**
 * Choices after which all CPUs, and buffers, that are not done wait for ever in the present state, or null where some can
 * always move. That some CPU can move after other choices does not help: what was chosen stays chosen. Nothing stays
 * changed.
 *
 * @param waits those that can have to wait, as bits
 */
export function deadlockAt(system: TransitionSystem, waits: number): readonly Move[] | null {
  const stuck = system.unfinished();
  if (!stuck.every((cpu) => ((waits >>> cpu) & 1) !== 0 || isTwin(system, cpu))) return null;
  return stuck.length === 0 ? null : waitForEver(system, stuck, 0);
}

/** Choices after which all of `stuck` from number `from` on have to wait, or null. */
function waitForEver(system: TransitionSystem, stuck: readonly number[], from: number): Move[] | null {
  const cpu = stuck[from];
  if (cpu === undefined) return [];
  const saved = new Int32Array(system.savepoints.size);
  system.savepoints.save(cpu, saved, 0);
  let others: Move[] | null = null;
  let choices: number[] = [];
  const own = system.newChoices();
  for (;;) {
    system.choices = own;
    const waits = system.move(cpu) === Outcome.Blocked;
    choices = own.list;
    if (waits) others = waitForEver(system, stuck, from + 1);
    system.choices = own;
    if (others !== null) system.savepoints.restore(cpu, saved, 0);
    if (others !== null || !system.restoreChoice(cpu, saved, 0)) break;
  }
  if (others === null) return null;
  return choices.length === 0 ? others : [{ cpu, choices }, ...others];
}
