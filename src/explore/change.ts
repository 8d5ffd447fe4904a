/** What a transition has changed, kept apart from the world so that it can be done again. */
import type { Mark } from "../machine/index.js";
import { OWN_MARKS, SHARED_MARK } from "./positions.js";
import type { World } from "./world.js";

/** What a move of `mover` has changed since `Positions.save` at `at` of `from`, as integers for `applyChange`. */
export function captureChange(world: World, mover: number, from: Int32Array, at: number): Int32Array {
  const { shared, own, nodes, discipline } = world;
  const cpu = world.cpuOf(mover);
  const { exclusive, shared: shares, spinning } = discipline;
  const out = [nodes[cpu] as number, exclusive[cpu] as number, shares[cpu] as number, spinning[cpu] as number];
  shared.writesSince(from[at + SHARED_MARK] as Mark, out);
  for (const [other, words] of own.entries()) words.writesSince(from[at + OWN_MARKS + other] as Mark, out);
  return Int32Array.from(out);
}

/** Changes the state, which is as it was before, as the move of `mover` did that `change` was captured from. */
export function applyChange(world: World, mover: number, change: Int32Array): void {
  const { nodes, discipline } = world;
  const cpu = world.cpuOf(mover);
  nodes[cpu] = change[0] as number;
  discipline.exclusive[cpu] = change[1] as number;
  discipline.shared[cpu] = change[2] as number;
  discipline.spinning[cpu] = change[3] as number;
  let at = world.shared.redo(change, 4);
  for (const words of world.own) at = words.redo(change, at);
}
