/** A delta: what a transition has changed, kept apart from the system so that it can be applied again. */
import type { Mark } from "../../machine/index.js";
import { OWN_MARKS, SHARED_MARK } from "../state/savepoints.js";
import type { TransitionSystem } from "./system.js";

/** What a move of `process` has changed since `Savepoints.save` at `at` of `from`, as integers for `applyChange`. */
export function captureChange(system: TransitionSystem, process: number, from: Int32Array, at: number): Int32Array {
  const { shared, own, nodes, movers } = system;
  const cpu = system.cpuOf(process);
  const { exclusive, shared: shares, spinning } = movers;
  const out = [nodes[cpu] as number, exclusive[cpu] as number, shares[cpu] as number, spinning[cpu] as number];
  shared.writesSince(from[at + SHARED_MARK] as Mark, out);
  for (const [other, words] of own.entries()) words.writesSince(from[at + OWN_MARKS + other] as Mark, out);
  return Int32Array.from(out);
}

/** Changes the state, which is as it was before, as the move of `process` did that `change` was captured from. */
export function applyChange(system: TransitionSystem, process: number, change: Int32Array): void {
  const { nodes, movers } = system;
  const cpu = system.cpuOf(process);
  nodes[cpu] = change[0] as number;
  movers.exclusive[cpu] = change[1] as number;
  movers.shared[cpu] = change[2] as number;
  movers.spinning[cpu] = change[3] as number;
  let at = system.shared.redo(change, 4);
  for (const words of system.own) at = words.redo(change, at);
}
