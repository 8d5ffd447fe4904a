/**
 * TDH.MNG.KEY.CONFIG: sets the TD's key on a package. The model has one package.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MNG.KEY.CONFIG.
 */
import { Register, type Registers, TDX_LIFECYCLE_STATE_INCORRECT, TDX_SUCCESS, TDX_TD_FATAL } from "../../abi/index.js";
import { type Program, read, write } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { Lifecycle, TD } from "../state/td.js";
import { type Held, leave } from "../steps/held.js";
import { failed, statusOf, tdrOperand } from "../steps/operands.js";

/** RCX TDR. */
export function* tdhMngKeyConfig(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const tdr = yield* tdrOperand(module, held, system, registers, Register.Rcx, true);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const td = module.tds.record(tdr);
  if ((yield read(td + TD.FATAL)) !== 0) return yield* leave(module, held, TDX_TD_FATAL);
  if ((yield read(td + TD.LIFECYCLE)) !== Lifecycle.HkidAssigned) {
    return yield* leave(module, held, TDX_LIFECYCLE_STATE_INCORRECT);
  }
  yield write(td + TD.LIFECYCLE, Lifecycle.KeysConfigured);
  return yield* leave(module, held, TDX_SUCCESS);
}
