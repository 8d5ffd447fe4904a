/**
 * TDH.MEM.RANGE.UNBLOCK: takes a block back, once the TLBs are tracked.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.RANGE.UNBLOCK.
 */
import { Operand, type Registers, TDX_EPT_ENTRY_STATE_INCORRECT, TDX_SUCCESS } from "../../abi/index.js";
import { type Program, read, write } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { entryPage, isBlocked, type SeptState, stateBit, TABLE_STATES, unblockedState } from "../state/sept.js";
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
import { checkBlocked } from "../steps/tracking.js";

/** RCX guest address and level, RDX TDR. Outputs: RCX and RDX 0, or the entry in the way. */
export function* tdhMemRangeUnblock(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const operand = takeGuestOperand(registers);
  const held: Held = [];
  const { tdrLow, tdrHigh } = operand;
  const tdr = yield* openTdAt(module, held, system, tdrLow, tdrHigh, Operand.Rdx, false, OP_INITIALIZED | OP_RUNNABLE);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const entry = yield* openEntry(module, held, registers, tdr, operand, 0, 4, TreeLock.Exclusive);
  if (failed(entry)) return yield* leave(module, held, statusOf(entry));
  const state: SeptState = yield read(entry);
  if (!isBlocked(state)) {
    yield* report(module, registers, entry, operand.level);
    return yield* leave(module, held, TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
  }
  const pageLevel = (stateBit(state) & TABLE_STATES) !== 0 ? 0 : operand.level;
  const page = yield read(entryPage(entry));
  const tracked = yield* checkBlocked(module, registers, tdr, entry, operand.level, page, pageLevel);
  if (tracked !== TDX_SUCCESS) return yield* leave(module, held, tracked);
  yield write(entry, unblockedState(state));
  return yield* leave(module, held, TDX_SUCCESS);
}
