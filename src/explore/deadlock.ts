/** Whether CPUs can wait for ever from a state, and after which choices. */

import type { Move } from "./search.js";
import { isTwin } from "./symmetry.js";
import { Outcome } from "./watch.js";
import type { World } from "./world.js";

/**
 * Choices after which all CPUs, and buffers, that are not done wait for ever in the present state, or null where some can
 * always move. That some CPU can move after other choices does not help: what was chosen stays chosen. Nothing stays
 * changed.
 *
 * @param waits those that can have to wait, as bits
 */
export function deadlockAt(world: World, waits: number): readonly Move[] | null {
  const stuck = world.unfinished();
  if (!stuck.every((cpu) => ((waits >>> cpu) & 1) !== 0 || isTwin(world, cpu))) return null;
  return stuck.length === 0 ? null : waitForEver(world, stuck, 0);
}

/** Choices after which all of `stuck` from number `from` on have to wait, or null. */
function waitForEver(world: World, stuck: readonly number[], from: number): Move[] | null {
  const cpu = stuck[from];
  if (cpu === undefined) return [];
  const saved = new Int32Array(world.positions.size);
  world.positions.save(cpu, saved, 0);
  let others: Move[] | null = null;
  let choices: number[] = [];
  const own = world.newChoices();
  for (;;) {
    world.choices = own;
    const waits = world.move(cpu) === Outcome.Blocked;
    choices = own.list;
    if (waits) others = waitForEver(world, stuck, from + 1);
    world.choices = own;
    if (others !== null) world.positions.restore(cpu, saved, 0);
    if (others !== null || !world.restoreChoice(cpu, saved, 0)) break;
  }
  if (others === null) return null;
  return choices.length === 0 ? others : [{ cpu, choices }, ...others];
}
