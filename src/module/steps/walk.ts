/**
 * How a call finds and locks the PAMT entry of a page it was given ("explicit" access) or knows from
 * other metadata ("implicit" access).
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "PAMT Hierarchy", "Concurrency
 * Restrictions"; the module's published source.
 */
import { on, type Program, read } from "../../machine/index.js";
import { ACQUIRE_EXCLUSIVE, ACQUIRE_SHARED, GOT, PROMOTE } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { HEAD, HEAD_NODE, LOCK, TYPE_MASK, TYPE_SHIFT } from "../state/pamt.js";
import { exclusive, type Held, shared } from "./held.js";

/** Result of a walk that met a lock: what it had got is still held. */
export const WALK_BUSY = -1;

/** Level of the entry that a walk reached. */
export function levelReached(walked: number): number {
  return walked & 3;
}

/** Type of the entry that a walk reached. */
export function typeReached(walked: number): number {
  return walked >>> 2;
}

/**
 * Explicit access: locks the entry of `frame` at `target`, or the one above it at which the walk must
 * stop, shared or exclusive; the entries above are locked shared. All of them are added to `held`.
 *
 * @returns level and type of the entry reached, see `levelReached`, or `WALK_BUSY`
 */
export function* walk(module: ModuleState, held: Held, frame: number, isExclusive: boolean, target: number): Program {
  const pamt = module.pamt;
  const gib = pamt.entry1g(frame);
  if ((yield on(ACQUIRE_SHARED, gib + LOCK)) !== GOT) return WALK_BUSY;
  held.push(shared(gib + LOCK));
  const top = (yield read(gib + HEAD)) & TYPE_MASK;
  if (top !== 0 || target === 2) {
    if (isExclusive) {
      if ((yield on(PROMOTE, gib + LOCK)) !== GOT) return WALK_BUSY;
      held[held.length - 1] = exclusive(gib + LOCK);
    }
    return (top >>> (TYPE_SHIFT - 2)) | 2;
  }
  const region = pamt.entry2m(frame);
  if ((yield on(ACQUIRE_SHARED, region + LOCK)) !== GOT) return WALK_BUSY;
  held.push(shared(region + LOCK));
  const middle = (yield read(region + HEAD)) & TYPE_MASK;
  if (target === 1 || (pamt.dynamic ? middle !== HEAD_NODE : middle !== 0)) {
    if (isExclusive) {
      if ((yield on(PROMOTE, region + LOCK)) !== GOT) return WALK_BUSY;
      held[held.length - 1] = exclusive(region + LOCK);
    }
    return (middle >>> (TYPE_SHIFT - 2)) | 1;
  }
  const lock = pamt.lock4k(frame);
  const busy = isExclusive ? yield on(ACQUIRE_EXCLUSIVE, lock) : yield on(ACQUIRE_SHARED, lock);
  if (busy !== GOT) return WALK_BUSY;
  held.push(isExclusive ? exclusive(lock) : shared(lock));
  const leaf = ((yield read(pamt.head4k(frame))) | pamt.initialHead(frame)) & TYPE_MASK;
  return leaf >>> (TYPE_SHIFT - 2);
}
