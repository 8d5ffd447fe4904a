/**
 * TDH.MEM.RANGE.BLOCK: blocks guest access to a range and notes the epoch.
 *
 * The PAMT entry of the page gets the epoch without being locked.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.RANGE.BLOCK.
 */
import {
  Operand,
  type Registers,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_GPA_RANGE_ALREADY_BLOCKED,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { type Program, read, write } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { blockedState, entryPage, isBlocked, type SeptState, stateBit, TABLE_STATES } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
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

/** RCX guest address and level, RDX TDR. Outputs: RCX and RDX 0, or the entry in the way. */
export function* tdhMemRangeBlock(module: ModuleState, registers: Registers): Program {
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
  if (isBlocked(state)) {
    yield* report(module, registers, entry, operand.level);
    return yield* leave(module, held, TDX_GPA_RANGE_ALREADY_BLOCKED | Operand.Rcx);
  }
  if (blockedState(state) === state) {
    yield* report(module, registers, entry, operand.level);
    return yield* leave(module, held, TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
  }
  const pageLevel = (stateBit(state) & TABLE_STATES) !== 0 ? 0 : operand.level;
  const page = yield read(entryPage(entry));
  yield write(module.pamt.tailAt(page, pageLevel), yield read(module.tds.record(tdr) + TD.EPOCH));
  yield write(entry, blockedState(state));
  return yield* leave(module, held, TDX_SUCCESS);
}
