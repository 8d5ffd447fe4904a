/**
 * TDH.MEM.SEPT.RD: reads a Secure EPT entry.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.SEPT.RD.
 */
import { Operand, type Registers, TDX_OPERAND_INVALID, TDX_SUCCESS } from "../../abi/index.js";
import { type Program, read } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { refusal } from "../state/system.js";
import { type Held, leave } from "../steps/held.js";
import { failed, statusOf } from "../steps/operands.js";
import {
  OP_INITIALIZED,
  OP_RUNNABLE,
  openEntry,
  openTdAt,
  report,
  TreeLock,
  takeGuestOperand,
} from "../steps/td-operand.js";

/** RDX bit 0: attributes of the page for L2 VMs, which only a TD that can be debugged gives away. No TD here can. */
const L2_ATTRIBUTES = 1;

/** RCX guest address and level, RDX TDR and flag. Outputs: RCX entry, RDX its level and state. */
export function* tdhMemSeptRd(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const operand = takeGuestOperand(registers);
  const held: Held = [];
  const isForL2 = (operand.tdrLow & L2_ATTRIBUTES) !== 0;
  const low = operand.tdrLow & ~L2_ATTRIBUTES;
  const allowed = OP_INITIALIZED | OP_RUNNABLE;
  const tdr = yield* openTdAt(module, held, system, low, operand.tdrHigh, Operand.Rdx, false, allowed);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  if (isForL2) return yield* leave(module, held, TDX_OPERAND_INVALID | Operand.Rdx);
  const entry = yield* openEntry(module, held, registers, tdr, operand, 0, 4, TreeLock.Shared);
  if (failed(entry)) return yield* leave(module, held, statusOf(entry));
  yield* report(module, registers, entry, operand.level);
  return yield* leave(module, held, TDX_SUCCESS);
}
