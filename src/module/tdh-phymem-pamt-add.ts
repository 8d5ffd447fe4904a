/**
 * TDH.PHYMEM.PAMT.ADD: gives a 2 MiB region the two pages that hold its 4 KiB entries.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.PHYMEM.PAMT.ADD.
 */
import {
  Operand,
  Register,
  type Registers,
  TDX_HPA_RANGE_NOT_FREE,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAGE_NOT_FREE,
  TDX_SUCCESS,
} from "../abi/index.js";
import { type Program, read } from "../machine/index.js";
import { type Held, leave } from "./held.js";
import type { ModuleState } from "./module-state.js";
import { isPageAddress, usableFrame } from "./operands.js";
import { claimPagePair, installPagePair } from "./page-pair.js";
import { isRegionOperand } from "./region-operand.js";
import { refusal, SYSTEM_COMPLETE } from "./system.js";
import { typeReached, WALK_BUSY, walk } from "./walk.js";

const FREE_REGION = 1;

/** RCX region and level 1, RDX and R8 the two pages. Writes no register. */
export function* tdhPhymemPamtAdd(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const pamt = module.pamt;
  if (!pamt.dynamic) return TDX_OPERAND_INVALID | Operand.Rax;
  if (!isRegionOperand(module, registers)) return TDX_OPERAND_INVALID | Operand.Rcx;
  const complete = (system & SYSTEM_COMPLETE) !== 0;

  const low0 = registers.low(Register.Rdx);
  const high0 = registers.high(Register.Rdx);
  if (!isPageAddress(module, registers, Register.Rdx)) return TDX_OPERAND_INVALID | Operand.Rdx;
  const page0 = complete ? pamt.frameAt(low0, high0) : yield* usableFrame(module, system, low0, high0);
  if (page0 < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rdx;

  const low1 = registers.low(Register.R8);
  const high1 = registers.high(Register.R8);
  if (!isPageAddress(module, registers, Register.R8)) return TDX_OPERAND_INVALID | Operand.R8;
  const page1 = complete ? pamt.frameAt(low1, high1) : yield* usableFrame(module, system, low1, high1);
  if (page1 < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.R8;

  const low = registers.low(Register.Rcx);
  const high = registers.high(Register.Rcx);
  const region = complete ? pamt.frameAt(low, high) : yield* usableFrame(module, system, low, high);
  if (region < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rcx;

  const held: Held = [];
  const walked = yield* walk(module, held, region, true, 1);
  if (walked === WALK_BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  if (walked !== FREE_REGION) return yield* leave(module, held, TDX_HPA_RANGE_NOT_FREE | Operand.Rcx);

  // A page inside the region needs no walk: the region's own entry covers it and is held exclusively.
  if (page0 >>> 9 !== region >>> 9) {
    const walked0 = yield* walk(module, held, page0, false, 0);
    if (walked0 === WALK_BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rdx);
    if (typeReached(walked0) !== 0) return yield* leave(module, held, TDX_PAGE_NOT_FREE | Operand.Rdx);
  }
  if (page1 >>> 9 !== region >>> 9) {
    const walked1 = yield* walk(module, held, page1, false, 0);
    if (walked1 === WALK_BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.R8);
    if (typeReached(walked1) !== 0) return yield* leave(module, held, TDX_PAGE_NOT_FREE | Operand.R8);
  }
  const claimed = yield* claimPagePair(module, page0, page1, Operand.Rdx, Operand.R8);
  if (claimed !== TDX_SUCCESS) return yield* leave(module, held, claimed);
  yield* installPagePair(module, region, page0, page1);
  return yield* leave(module, held, TDX_SUCCESS);
}
