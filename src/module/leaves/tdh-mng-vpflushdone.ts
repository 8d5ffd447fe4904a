/**
 * TDH.MNG.VPFLUSHDONE: after all vCPUs of a TD are flushed, blocks the TD and its key id.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MNG.VPFLUSHDONE.
 */
import {
  Operand,
  Register,
  type Registers,
  TDX_FLUSHVP_NOT_DONE,
  TDX_LIFECYCLE_STATE_INCORRECT,
  TDX_OPERAND_BUSY,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { type Program, read, write } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { KeyState, refusal } from "../state/system.js";
import { Lifecycle, TD } from "../state/td.js";
import { acquire, type Held, leave } from "../steps/held.js";
import { failed, statusOf, tdrOperand } from "../steps/operands.js";

/** RCX TDR. */
export function* tdhMngVpflushdone(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const tdr = yield* tdrOperand(module, held, system, registers, Register.Rcx, true);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const td = module.tds.record(tdr);
  if ((yield* acquire(held, module.kotLock, true)) !== 0) {
    return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Kot);
  }
  const lifecycle = yield read(td + TD.LIFECYCLE);
  if (lifecycle !== Lifecycle.KeysConfigured && lifecycle !== Lifecycle.HkidAssigned) {
    return yield* leave(module, held, TDX_LIFECYCLE_STATE_INCORRECT);
  }
  if ((yield read(td + TD.ASSOCIATED)) !== 0) return yield* leave(module, held, TDX_FLUSHVP_NOT_DONE);
  yield write(module.key(yield read(td + TD.HKID)), KeyState.Flushed);
  yield write(td + TD.LIFECYCLE, Lifecycle.Blocked);
  return yield* leave(module, held, TDX_SUCCESS);
}
