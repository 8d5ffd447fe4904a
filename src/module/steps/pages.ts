/**
 * How 4 KiB and large pages change hands: the entry, then the page count of the region.
 *
 * The order is the module's, and other processors see it. Freeing a page changes its type first, the count second, and
 * the lock of the entry last.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "Dynamic PAMT"; the module's
 * published source.
 */
import {
  PAGES_PER_REGION,
  PageType,
  type Register,
  type Registers,
  type Status,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { ADD_COUNT, CLEAR_BITS } from "../state/bit-operations.js";
import { FatalCause } from "../state/events.js";
import type { ModuleState } from "../state/module-state.js";
import { leafHead, leafHigh, TAIL, TAIL_HIGH, TYPE_MASK } from "../state/pamt.js";
import { fatal } from "./held.js";

/** Bit 62 of a returned address or of R9: the region of the freed page has no more pages in use. */
export const HINT_HIGH = 0x40000000;

/** Result of `freePage`: the region's page count is 0 now. */
export const LAST_PAGE = 1;

/**
 * Writes type and owner of an entry that the call holds exclusively. A TDR has no owner. Only pages
 * that can be blocked get a BEPOCH; other types keep what was there.
 * @param owner page frame number of the TDR, or 0
 * @param keepsBepoch whether even those keep it: PAGE.DEMOTE's new tables
 */
export function* setEntry(
  module: ModuleState,
  frame: number,
  level: number,
  type: PageType,
  owner: number,
  keepsBepoch = false,
): Program<Status> {
  const pamt = module.pamt;
  if (!keepsBepoch && (type === PageType.Reg || type === PageType.Ept)) {
    yield write(pamt.tailAt(frame, level), 0);
    if (level > 0) yield write(pamt.tailAt(frame, level) + TAIL_HIGH - TAIL, 0);
  }
  yield write(pamt.highAt(frame, level), leafHigh(owner));
  yield write(pamt.headAt(frame, level), leafHead(type, owner));
  if (level > 0 || !pamt.dynamic) return TDX_SUCCESS;
  const count = yield on(ADD_COUNT, pamt.entry2m(frame) + TAIL, 1);
  return count > PAGES_PER_REGION ? yield* fatal(module, FatalCause.PageCountRange, pamt.pfnOf(frame)) : TDX_SUCCESS;
}

/**
 * Frees an entry that the call holds exclusively.
 * @returns `LAST_PAGE` when it was the last page in use of a region with a page pair, 0, or `FATAL`
 */
export function* freeEntry(module: ModuleState, frame: number, level: number): Program {
  const pamt = module.pamt;
  if (!module.keepLeftovers) {
    yield write(pamt.highAt(frame, level), 0);
    yield write(pamt.tailAt(frame, level), 0);
    yield write(pamt.headAt(frame, level), 0);
  } else {
    yield on(CLEAR_BITS, pamt.headAt(frame, level), TYPE_MASK);
  }
  if (level > 0 || !pamt.dynamic) return 0;
  const count = yield on(ADD_COUNT, pamt.entry2m(frame) + TAIL, -1);
  if (count > PAGES_PER_REGION) return yield* fatal(module, FatalCause.PageCountRange, pamt.pfnOf(frame));
  return count === 0 ? LAST_PAGE : 0;
}

/** Page frame number of the owner of the entry at `frame`, from its head and upper word. */
export function* ownerPfn(module: ModuleState, frame: number, level: number): Program {
  const head = yield read(module.pamt.headAt(frame, level));
  const high = yield read(module.pamt.highAt(frame, level));
  return (high >>> 0) * 256 + (head >>> 24);
}

/**
 * Returns a freed page in a register, with the hint.
 * @param freed what `freeEntry` said
 */
export function setReturnedPage(
  module: ModuleState,
  registers: Registers,
  register: Register,
  frame: number,
  freed: number,
): void {
  const hpa = module.pamt.hpaOf(frame);
  registers.setHalves(register, (hpa / 2 ** 32) | (freed === LAST_PAGE ? HINT_HIGH : 0), hpa);
}
