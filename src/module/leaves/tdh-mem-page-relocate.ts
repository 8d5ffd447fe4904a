/**
 * TDH.MEM.PAGE.RELOCATE: moves a 4 KiB page of a TD to another page of the host.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.PAGE.RELOCATE.
 */
import {
  FATAL,
  Operand,
  PageType,
  Register,
  type Registers,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { type Program, read, write } from "../../machine/index.js";
import { BUSY } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { entryPage, LEAF_STATES, type SeptState, stateBit, unblockedState } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { type Held, leave } from "../steps/held.js";
import { implicit } from "../steps/implicit.js";
import { failed, freePageOperand, statusOf } from "../steps/operands.js";
import { freeEntry, setEntry, setReturnedPage } from "../steps/pages.js";
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

/** RCX guest address, RDX TDR, R8 free page. Output: RCX the old page, with the hint; RDX 0. */
export function* tdhMemPageRelocate(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const operand = takeGuestOperand(registers);
  const held: Held = [];
  const { tdrLow, tdrHigh } = operand;
  const tdr = yield* openTdAt(module, held, system, tdrLow, tdrHigh, Operand.Rdx, false, OP_INITIALIZED | OP_RUNNABLE);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const entry = yield* openEntry(module, held, registers, tdr, operand, 0, 0, TreeLock.Shared);
  if (failed(entry)) return yield* leave(module, held, statusOf(entry));
  const state: SeptState = yield read(entry);
  if ((stateBit(state) & LEAF_STATES) === 0) {
    yield* report(module, registers, entry, operand.level);
    return yield* leave(module, held, TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
  }
  const old = yield read(entryPage(entry));
  if (registers.number(Register.R8) === module.pamt.hpaOf(old)) {
    return yield* leave(module, held, TDX_OPERAND_INVALID | Operand.R8);
  }
  const locked = yield* implicit(module, held, old, 0, PageType.Reg, true);
  if (locked === FATAL) return FATAL;
  if (locked === BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  const tracked = yield* checkBlocked(module, registers, tdr, entry, 0, old, 0);
  if (tracked !== TDX_SUCCESS) return yield* leave(module, held, tracked);
  const page = yield* freePageOperand(module, held, system, registers, Register.R8);
  if (failed(page)) return yield* leave(module, held, statusOf(page));
  if ((yield* setEntry(module, page, 0, PageType.Reg, module.pamt.pfnOf(tdr))) === FATAL) return FATAL;
  const freed = yield* freeEntry(module, old, 0);
  if (freed === FATAL) return FATAL;
  yield write(entryPage(entry), page);
  yield write(entry, unblockedState(state));
  setReturnedPage(module, registers, Register.Rcx, old, freed);
  return yield* leave(module, held, TDX_SUCCESS);
}
