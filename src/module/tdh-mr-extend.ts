/**
 * TDH.MR.EXTEND: adds 256 bytes of a page to the measurement of a TD. The model keeps no measurement.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MR.EXTEND.
 */
import {
  Operand,
  Register,
  type Registers,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_EPT_WALK_FAILED,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../abi/index.js";
import { type Program, read } from "../machine/index.js";
import { type Held, leave } from "./held.js";
import type { ModuleState } from "./module-state.js";
import { failed, operandOf, statusOf } from "./operands.js";
import { SeptState } from "./sept.js";
import { NO_ENTRY, septWalk } from "./sept-walk.js";
import { refusal } from "./system.js";
import { TD } from "./td.js";
import { OP_INITIALIZED, openTdAt, report, takeGuestOperand } from "./td-operand.js";

const CHUNK_MASK = 0xff;

/** RCX guest address, a multiple of 256, RDX TDR. Outputs: RCX and RDX as of a Secure EPT call. */
export function* tdhMrExtend(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const operand = takeGuestOperand(registers);
  const held: Held = [];
  const { tdrLow, tdrHigh } = operand;
  const tdr = yield* openTdAt(module, held, system, tdrLow, tdrHigh, operandOf(Register.Rdx), true, OP_INITIALIZED);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const top = yield read(module.tds.record(tdr) + TD.TOP_LEVEL);
  if ((operand.low & CHUNK_MASK) !== 0 || operand.gpn >= (top === 3 ? 2 ** 35 : 2 ** 39)) {
    return yield* leave(module, held, TDX_OPERAND_INVALID | Operand.Rcx);
  }
  const entry = yield* septWalk(module, registers, tdr, 0, operand.gpn, 0);
  if (entry === NO_ENTRY) return yield* leave(module, held, TDX_EPT_WALK_FAILED | Operand.Rcx);
  if ((yield read(entry)) !== SeptState.Mapped) {
    yield* report(module, registers, entry, 0);
    return yield* leave(module, held, TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
  }
  return yield* leave(module, held, TDX_SUCCESS);
}
