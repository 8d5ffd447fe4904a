/**
 * TDH.MNG.ADDCX: gives a TD one more control page (TDCX).
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MNG.ADDCX.
 */
import {
  FATAL,
  PageType,
  Register,
  type Registers,
  TDX_OP_STATE_INCORRECT,
  TDX_SUCCESS,
  TDX_TD_FATAL,
  TDX_TD_KEYS_NOT_CONFIGURED,
  TDX_TDCX_NUM_INCORRECT,
} from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { Lifecycle, OpState, TD, TDCS_PAGES_MAX, TDCS_PAGES_MIN } from "../state/td.js";
import { type Held, leave } from "../steps/held.js";
import { failed, freePageOperand, statusOf, tdrOperand } from "../steps/operands.js";
import { setEntry } from "../steps/pages.js";

/** RCX free page, RDX TDR. */
export function* tdhMngAddcx(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const tdr = yield* tdrOperand(module, held, system, registers, Register.Rdx, true);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const td = module.tds.record(tdr);
  if ((yield read(td + TD.FATAL)) !== 0) return yield* leave(module, held, TDX_TD_FATAL);
  if ((yield read(td + TD.LIFECYCLE)) !== Lifecycle.KeysConfigured) {
    return yield* leave(module, held, TDX_TD_KEYS_NOT_CONFIGURED);
  }
  const pages = yield read(td + TD.NUM_TDCX);
  if (pages === TDCS_PAGES_MAX) return yield* leave(module, held, TDX_TDCX_NUM_INCORRECT);
  const page = yield* freePageOperand(module, held, system, registers, Register.Rcx);
  if (failed(page)) return yield* leave(module, held, statusOf(page));
  if (pages >= TDCS_PAGES_MIN) {
    const state = yield read(td + TD.OP_STATE);
    if (state !== OpState.Uninitialized) return yield* leave(module, held, TDX_OP_STATE_INCORRECT | state);
  }
  yield write(td + TD.NUM_TDCX, pages + 1);
  if (pages === 0) yield write(td + TD.FIRST_TDCX, page + 1);
  yield on(ADD, td + TD.CHLDCNT, 1);
  if ((yield* setEntry(module, page, 0, PageType.Tdcx, module.pamt.pfnOf(tdr))) === FATAL) return FATAL;
  return yield* leave(module, held, TDX_SUCCESS);
}
