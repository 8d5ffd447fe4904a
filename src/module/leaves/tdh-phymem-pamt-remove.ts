/**
 * TDH.PHYMEM.PAMT.REMOVE: takes the two pages back from a 2 MiB region none of whose pages is in use.
 *
 * It does not look at the entry locks of the region's 4 KiB pages. So a call that frees one of them without holding the
 * region must return before this one begins.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.PHYMEM.PAMT.REMOVE.
 */
import {
  Operand,
  PAGE_SIZE,
  PAGES_PER_REGION,
  Register,
  type Registers,
  TDX_NO_PAMT_PAGE_PAIR,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAMT_PAGE_NOT_EMPTY,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { gather, on, type Program, read, write } from "../../machine/index.js";
import { CLEAR_BITS } from "../state/bit-operations.js";
import { FatalCause } from "../state/events.js";
import {
  ACQUIRE_SHARED,
  GOT,
  LOCK_MASK,
  PROMOTE,
  RELEASE_EXCLUSIVE,
  RELEASE_SHARED,
  RELEASED,
} from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import {
  BLOCK_HEADS,
  BLOCK_LOCKS,
  COUNT_MASK,
  HEAD,
  HEAD_NODE,
  HIGH,
  LOCK,
  pairPage,
  TAIL,
  TAIL_HIGH,
  TYPE_MASK,
} from "../state/pamt.js";
import { refusal, SYSTEM_COMPLETE } from "../state/system.js";
import { exclusive, fatal, leave, releaseFailed, shared } from "../steps/held.js";
import { usableFrame } from "../steps/operands.js";
import { clearBit, orphanLocks } from "../steps/page-pair.js";
import { isRegionOperand } from "../steps/region-operand.js";

const HALF = PAGES_PER_REGION / 2;

/** RCX region and level 1. On success RDX and R8 are the two pages; otherwise they stay. */
export function* tdhPhymemPamtRemove(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const pamt = module.pamt;
  if (!pamt.dynamic) return TDX_OPERAND_INVALID | Operand.Rax;
  if (!isRegionOperand(module, registers)) return TDX_OPERAND_INVALID | Operand.Rcx;
  const low = registers.low(Register.Rcx);
  const high = registers.high(Register.Rcx);
  const complete = (system & SYSTEM_COMPLETE) !== 0;
  const region = complete ? pamt.frameAt(low, high) : yield* usableFrame(module, system, low, high);
  if (region < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rcx;

  // The walk and the releases are written out here: a program that runs others inside takes twice as long.
  const gib = pamt.entry1g(region);
  if ((yield on(ACQUIRE_SHARED, gib + LOCK)) !== GOT) return TDX_OPERAND_BUSY | Operand.Rcx;
  if (((yield read(gib + HEAD)) & TYPE_MASK) !== 0) {
    const held = [shared(gib + LOCK)];
    if ((yield on(PROMOTE, gib + LOCK)) !== GOT) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
    held[0] = exclusive(gib + LOCK);
    return yield* leave(module, held, TDX_NO_PAMT_PAGE_PAIR | Operand.Rcx);
  }
  const entry = pamt.entry2m(region);
  if ((yield on(ACQUIRE_SHARED, entry + LOCK)) !== GOT) {
    return yield* leave(module, [shared(gib + LOCK)], TDX_OPERAND_BUSY | Operand.Rcx);
  }
  const head = yield read(entry + HEAD);
  if ((yield on(PROMOTE, entry + LOCK)) !== GOT) {
    return yield* leave(module, [shared(gib + LOCK), shared(entry + LOCK)], TDX_OPERAND_BUSY | Operand.Rcx);
  }

  let status = TDX_SUCCESS;
  const block = pamt.block(region);
  if ((head & TYPE_MASK) !== HEAD_NODE) status = TDX_NO_PAMT_PAGE_PAIR | Operand.Rcx;
  else if ((yield gather(block + BLOCK_HEADS, HALF, TYPE_MASK)) !== 0) status = TDX_PAMT_PAGE_NOT_EMPTY | 0;
  else if ((yield gather(block + BLOCK_HEADS + HALF, HALF, TYPE_MASK)) !== 0) status = TDX_PAMT_PAGE_NOT_EMPTY | 1;
  else {
    const tail = yield read(entry + TAIL);
    if ((tail & COUNT_MASK) !== 0) return yield* fatal(module, FatalCause.PageCountMismatch, pamt.pfnOf(region));
    const pfn0 = pairPage(head, yield read(entry + HIGH));
    const pfn1 = pairPage(tail, yield read(entry + TAIL_HIGH));
    yield clearBit(module, pfn0);
    yield clearBit(module, pfn1);
    if (module.keepLeftovers) {
      yield on(CLEAR_BITS, entry + HEAD, TYPE_MASK);
    } else {
      yield write(entry + HIGH, 0);
      yield write(entry + TAIL, 0);
      yield write(entry + TAIL_HIGH, 0);
      yield write(entry + HEAD, 0);
    }
    if ((yield gather(block + BLOCK_LOCKS, PAGES_PER_REGION, LOCK_MASK)) !== 0) yield* orphanLocks(module, region);
    registers.set(Register.Rdx, pfn0 * PAGE_SIZE);
    registers.set(Register.R8, pfn1 * PAGE_SIZE);
  }
  const held = [shared(gib + LOCK), exclusive(entry + LOCK)];
  const released2m = yield on(RELEASE_EXCLUSIVE, entry + LOCK);
  if (released2m !== RELEASED) return yield* releaseFailed(module, held, 1, status, released2m);
  const released1g = yield on(RELEASE_SHARED, gib + LOCK);
  return released1g === RELEASED ? status : yield* releaseFailed(module, held, 0, status, released1g);
}
