/**
 * TDH.PHYMEM.PAMT.REMOVE: takes the two pages back from a 2 MiB region none of whose pages is in use.
 *
 * The entry locks of the region's 4 KiB pages are not looked at, so a call that frees one of them
 * without holding the region must have returned before this one begins.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.PHYMEM.PAMT.REMOVE.
 */
import {
  Operand,
  PageType,
  Register,
  type Registers,
  TDX_NO_PAMT_PAGE_PAIR,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAMT_PAGE_NOT_EMPTY,
  TDX_SUCCESS,
} from "../abi/index.js";
import { gather, on, type Program, read, write } from "../machine/index.js";
import { FatalCause } from "./events.js";
import { fatal, type Held, leave } from "./held.js";
import type { ModuleState } from "./module-state.js";
import { usableFrame } from "./operands.js";
import { clearBit, orphanLocks, pairPfn } from "./page-pair.js";
import { BLOCK_HEADS, COUNT_MASK, HEAD, HIGH, REGION_PAGES, TAIL, TAIL_HIGH, TYPE_MASK } from "./pamt.js";
import { isRegionOperand } from "./region-operand.js";
import { refusal, SYSTEM_COMPLETE } from "./system.js";
import { WALK_BUSY, walk } from "./walk.js";
import { CLEAR_BITS } from "./words.js";

const NODE = (PageType.Pamt << 2) | 1;
const HALF = REGION_PAGES / 2;

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

  const held: Held = [];
  const walked = yield* walk(module, held, region, true, 1);
  if (walked === WALK_BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  if (walked !== NODE) return yield* leave(module, held, TDX_NO_PAMT_PAGE_PAIR | Operand.Rcx);

  const heads = pamt.block(region) + BLOCK_HEADS;
  if ((yield gather(heads, HALF, TYPE_MASK)) !== 0) {
    return yield* leave(module, held, TDX_PAMT_PAGE_NOT_EMPTY | 0);
  }
  if ((yield gather(heads + HALF, HALF, TYPE_MASK)) !== 0) {
    return yield* leave(module, held, TDX_PAMT_PAGE_NOT_EMPTY | 1);
  }
  const entry = pamt.entry2m(region);
  if (((yield read(entry + TAIL)) & COUNT_MASK) !== 0) {
    return yield* fatal(module, FatalCause.PageCountMismatch, pamt.pfnOf(region));
  }
  const pfn0 = yield* pairPfn(module, region, 0);
  const pfn1 = yield* pairPfn(module, region, 1);
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
  yield* orphanLocks(module, region);
  registers.set(Register.Rdx, pfn0 * 4096);
  registers.set(Register.R8, pfn1 * 4096);
  return yield* leave(module, held, TDX_SUCCESS);
}
