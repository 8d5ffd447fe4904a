/**
 * Implicit access: to a page that the module knows from its own metadata.
 *
 * Only the leaf entry is locked, so nothing keeps the region from losing its page pair meanwhile;
 * metadata that do not fit are fatal.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "Implicit Access"; the module's
 * published source.
 */
import type { PageType } from "../../abi/index.js";
import { type Program, read } from "../../machine/index.js";
import { FatalCause } from "../state/events.js";
import { BUSY, GOT } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { HEAD, HEAD_NODE, TYPE_MASK, TYPE_SHIFT } from "../state/pamt.js";
import { acquire, fatal, type Held } from "./held.js";

/**
 * Locks the entry of the page at `frame`, of size `level` and of the type given.
 * @param frame may be -1: metadata named a page outside all TDMRs
 * @returns `GOT`, `BUSY` or `FATAL`
 */
export function* implicit(
  module: ModuleState,
  held: Held,
  frame: number,
  level: number,
  type: PageType,
  isExclusive: boolean,
): Program {
  if (!(yield* isReachable(module, frame, level))) return yield* fatal(module, FatalCause.ImplicitAccess);
  const pamt = module.pamt;
  if ((yield* acquire(held, pamt.lockAt(frame, level), isExclusive)) !== GOT) return BUSY;
  const head = (yield read(pamt.headAt(frame, level))) & TYPE_MASK;
  if (head !== type << TYPE_SHIFT) {
    return yield* fatal(module, FatalCause.ImplicitAccess, pamt.pfnOf(frame));
  }
  return GOT;
}

/** Whether the entries above say that there is an entry for the page at this level. */
export function* isReachable(module: ModuleState, frame: number, level: number): Program<boolean> {
  if (frame < 0) return false;
  if (level === 2) return true;
  const pamt = module.pamt;
  if (((yield read(pamt.entry1g(frame) + HEAD)) & TYPE_MASK) !== 0) return false;
  if (level === 1) return true;
  const region = (yield read(pamt.entry2m(frame) + HEAD)) & TYPE_MASK;
  return region === (pamt.dynamic ? HEAD_NODE : 0);
}
