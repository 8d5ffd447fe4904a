/**
 * TDH.PHYMEM.PAGE.WBINVD: writes back and invalidates the cache lines of a free page.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.PHYMEM.PAGE.WBINVD.
 */
import {
  Operand,
  Register,
  type Registers,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAGE_METADATA_INCORRECT,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { type Program, read } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { type Held, leave } from "../steps/held.js";
import { usableFrame } from "../steps/operands.js";
import { typeReached, WALK_BUSY, walk } from "../steps/walk.js";

/** RCX page; its HKID bits only say with which key, and are left out of all checks. */
export function* tdhPhymemPageWbinvd(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const low = registers.low(Register.Rcx);
  const high = registers.high(Register.Rcx) & ~module.rules.hkidHigh;
  if ((low & 0xfff) !== 0 || high >>> 20 !== 0) return TDX_OPERAND_INVALID | Operand.Rcx;
  const frame = yield* usableFrame(module, system, low, high >>> 0);
  if (frame < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.Rcx;
  const held: Held = [];
  const walked = yield* walk(module, held, frame, false, 0);
  if (walked === WALK_BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  let inUse = typeReached(walked) !== 0;
  if (!inUse && module.dynamic) {
    inUse = ((yield read(module.pamt.bit(frame))) | module.pamt.initialBit(frame)) !== 0;
  }
  return yield* leave(module, held, inUse ? TDX_PAGE_METADATA_INCORRECT | Operand.Rcx : TDX_SUCCESS);
}
