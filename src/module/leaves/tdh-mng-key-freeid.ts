/**
 * TDH.MNG.KEY.FREEID: frees the key id of a blocked TD, which can then be taken apart.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MNG.KEY.FREEID.
 */
import {
  Operand,
  Register,
  type Registers,
  TDX_LIFECYCLE_STATE_INCORRECT,
  TDX_OPERAND_BUSY,
  TDX_SUCCESS,
  TDX_WBCACHE_NOT_COMPLETE,
} from "../../abi/index.js";
import { type Program, read, write } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { KeyState, refusal } from "../state/system.js";
import { Lifecycle, TD } from "../state/td.js";
import { acquire, type Held, leave } from "../steps/held.js";
import { failed, statusOf, tdrOperand } from "../steps/operands.js";

/** RCX TDR. */
export function* tdhMngKeyFreeid(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const tdr = yield* tdrOperand(module, held, system, registers, Register.Rcx, true);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const td = module.tds.record(tdr);
  if ((yield read(td + TD.LIFECYCLE)) !== Lifecycle.Blocked) {
    return yield* leave(module, held, TDX_LIFECYCLE_STATE_INCORRECT);
  }
  if ((yield* acquire(held, module.kotLock, true)) !== 0) {
    return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Kot);
  }
  const key = module.key(yield read(td + TD.HKID));
  if ((yield read(key)) !== KeyState.WrittenBack) return yield* leave(module, held, TDX_WBCACHE_NOT_COMPLETE);
  yield write(key, KeyState.Free);
  yield write(td + TD.LIFECYCLE, Lifecycle.Teardown);
  return yield* leave(module, held, TDX_SUCCESS);
}
