/**
 * Which checks every leaf has: the places where a call can be refused, be fatal, or succeed.
 *
 * Each list has the order in which the leaf makes its checks. It was compared with the section of the leaf's name in
 * the Intel TDX Module 1.5 ABI Reference Specification.
 */
import { type Leaf, leafName, type Status } from "../../abi/index.js";
import type { Probe } from "../probe.js";
import type { CallEnd } from "./check.js";
import { memChecks } from "./mem.js";
import { phymemChecks } from "./phymem.js";
import { ANY_LEAF, anyLeafChecks, systemChecks } from "./system.js";
import { tdChecks } from "./td.js";

export type { CallEnd } from "./check.js";
export { ANY_LEAF } from "./system.js";

const lists = [...systemChecks, ...phymemChecks, ...tdChecks, ...memChecks];

/** Checks by name of the leaf, those of every leaf under `ANY_LEAF`. */
export const checkTable: ReadonlyMap<string, readonly CallEnd[]> = new Map([
  [ANY_LEAF, anyLeafChecks],
  ...lists.map(([leaf, checks]: readonly [Leaf, readonly CallEnd[]]) => [leafName(leaf) ?? "", checks] as const),
]);

/** A check, and the list that it is on. */
export interface Reached {
  readonly leaf: string;
  readonly check: CallEnd;
}

/** All checks at which a call may have ended. A complete table without ambiguity has exactly one. */
export function explanations(leaf: number, status: Status, probe: Probe): Reached[] {
  const found: Reached[] = [];
  for (const name of [ANY_LEAF, leafName(leaf) ?? ""]) {
    for (const check of checkTable.get(name) ?? []) {
      if (check.explains(probe, status)) found.push({ leaf: name, check });
    }
  }
  return found;
}
