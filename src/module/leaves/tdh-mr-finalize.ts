/**
 * TDH.MR.FINALIZE: completes the measurement of a TD, whose vCPUs can then run.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MR.FINALIZE.
 */
import { Register, type Registers, TDX_NO_VCPUS, TDX_SUCCESS } from "../../abi/index.js";
import { type Program, read, write } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { OpState, TD } from "../state/td.js";
import { type Held, leave } from "../steps/held.js";
import { failed, statusOf } from "../steps/operands.js";
import { OP_INITIALIZED, openTd } from "../steps/td-operand.js";

/** RCX TDR. */
export function* tdhMrFinalize(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const tdr = yield* openTd(module, held, system, registers, Register.Rcx, true, OP_INITIALIZED);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const td = module.tds.record(tdr);
  if ((yield read(td + TD.NUM_VCPUS)) === 0) return yield* leave(module, held, TDX_NO_VCPUS);
  yield write(td + TD.OP_STATE, OpState.Runnable);
  return yield* leave(module, held, TDX_SUCCESS);
}
