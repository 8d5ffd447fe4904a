/**
 * TDH.MEM.PAGE.REMOVE: takes a page back from a TD.
 *
 * The page is freed under the lock of its own entry alone: nothing keeps PAMT.REMOVE off its region.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.PAGE.REMOVE.
 */
import {
  FATAL,
  Operand,
  PageType,
  Register,
  type Registers,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_OPERAND_BUSY,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import { BUSY } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { entryPage, LEAF_STATES, PAGES_OF_LEVEL, SeptState, stateBit } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { type Held, leave } from "../steps/held.js";
import { implicit } from "../steps/implicit.js";
import { failed, statusOf } from "../steps/operands.js";
import { freeEntry, setReturnedPage } from "../steps/pages.js";
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

/** RCX guest address and level, RDX TDR. Output: RCX the page, with the hint; RDX 0. */
export function* tdhMemPageRemove(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const operand = takeGuestOperand(registers);
  const held: Held = [];
  const { tdrLow, tdrHigh } = operand;
  const tdr = yield* openTdAt(module, held, system, tdrLow, tdrHigh, Operand.Rdx, false, OP_INITIALIZED | OP_RUNNABLE);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const entry = yield* openEntry(module, held, registers, tdr, operand, 0, 2, TreeLock.Shared);
  if (failed(entry)) return yield* leave(module, held, statusOf(entry));
  const { level } = operand;
  const state: SeptState = yield read(entry);
  if ((stateBit(state) & LEAF_STATES) === 0) {
    yield* report(module, registers, entry, operand.level);
    return yield* leave(module, held, TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
  }
  const page = yield read(entryPage(entry));
  const locked = yield* implicit(module, held, page, level, PageType.Reg, true);
  if (locked === FATAL) return FATAL;
  if (locked === BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  const tracked = yield* checkBlocked(module, registers, tdr, entry, level, page, level);
  if (tracked !== TDX_SUCCESS) return yield* leave(module, held, tracked);
  yield write(entry, SeptState.Free);
  yield write(entryPage(entry), 0);
  const freed = yield* freeEntry(module, page, level);
  if (freed === FATAL) return FATAL;
  yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, -PAGES_OF_LEVEL[level]);
  setReturnedPage(module, registers, Register.Rcx, page, freed);
  return yield* leave(module, held, TDX_SUCCESS);
}
