/**
 * TDH.MEM.TRACK: begins a new epoch of TLB tracking.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.TRACK.
 */
import {
  Operand,
  Register,
  type Registers,
  TDX_OPERAND_BUSY,
  TDX_PREVIOUS_TLB_EPOCH_BUSY,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { type Program, read, write } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { acquire, type Held, leave } from "../steps/held.js";
import { failed, statusOf } from "../steps/operands.js";
import { OP_INITIALIZED, OP_RUNNABLE, openTd } from "../steps/td-operand.js";
import { runningIn } from "../steps/tracking.js";

/** RCX TDR. */
export function* tdhMemTrack(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const held: Held = [];
  const tdr = yield* openTd(module, held, system, registers, Register.Rcx, false, OP_INITIALIZED | OP_RUNNABLE);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const td = module.tds.record(tdr);
  if ((yield* acquire(held, td + TD.EPOCH_LOCK, true)) !== 0) {
    return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.TdEpoch);
  }
  const epoch = yield read(td + TD.EPOCH);
  if ((yield read(runningIn(td, epoch - 1))) !== 0) return yield* leave(module, held, TDX_PREVIOUS_TLB_EPOCH_BUSY);
  yield write(td + TD.EPOCH, epoch + 1);
  return yield* leave(module, held, TDX_SUCCESS);
}
