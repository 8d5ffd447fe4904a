/**
 * TDH.MEM.SEPT.REMOVE: takes an empty Secure EPT page back from a TD, and from version 1 on the
 * pages of its L2 VMs beside it.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.SEPT.REMOVE.
 */
import {
  FATAL,
  Operand,
  PageType,
  Register,
  type Registers,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_EPT_PAGE_NOT_FREE,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { gather, on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import { BUSY } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { entryPage, SEPT_ENTRIES, SEPT_STATES, SeptState, stateBit, TABLE_STATES } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { type Held, leave } from "../steps/held.js";
import { implicit } from "../steps/implicit.js";
import { clearL2Outputs, freeL2Table, type L2Tables, lockL2Tables } from "../steps/l2.js";
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

const VERSION_MAX = 1;

/**
 * RCX guest address and level of the entry that points to the page, RDX TDR. Outputs: RCX the page,
 * with the hint; RDX 0; version 1: R9 to R11 the pages of L2 VMs, with hints, or "no page".
 */
export function* tdhMemSeptRemove(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const version = (registers.low(Register.Rax) >>> 16) & 0xff;
  const operand = takeGuestOperand(registers);
  if (version > 0) clearL2Outputs(registers);
  if (version > VERSION_MAX) return TDX_OPERAND_INVALID | Operand.Rax;
  const held: Held = [];
  const { level, gpn, tdrLow, tdrHigh } = operand;
  const allowed = OP_INITIALIZED | OP_RUNNABLE;
  const tdr = yield* openTdAt(module, held, system, tdrLow, tdrHigh, Operand.Rdx, false, allowed);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const entry = yield* openEntry(module, held, registers, tdr, operand, 1, 4, TreeLock.Exclusive);
  if (failed(entry)) return yield* leave(module, held, statusOf(entry));
  if ((stateBit(yield read(entry)) & TABLE_STATES) === 0) {
    yield* report(module, registers, entry, level);
    return yield* leave(module, held, TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
  }
  const page = yield read(entryPage(entry));
  const locked = yield* implicit(module, held, page, 0, PageType.Ept, true);
  if (locked === FATAL) return FATAL;
  if (locked === BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  const tracked = yield* checkBlocked(module, registers, tdr, entry, level, page, 0);
  if (tracked !== TDX_SUCCESS) return yield* leave(module, held, tracked);
  if ((yield gather(module.sept.table(page) + SEPT_STATES, SEPT_ENTRIES)) !== 0) {
    yield* report(module, registers, entry, level);
    return yield* leave(module, held, TDX_EPT_PAGE_NOT_FREE | Operand.Rcx);
  }
  const tables: L2Tables = [];
  const status = yield* lockL2Tables(module, held, tdr, gpn, level, tables);
  if (status === FATAL) return FATAL;
  if (status !== TDX_SUCCESS) return yield* leave(module, held, status);
  // Version 0 takes the pages of L2 VMs away too, and does not tell. The TD's own page goes last.
  for (let vm = tables.length - 1; vm > 0; vm--) {
    const outputs = version > 0 ? registers : undefined;
    if ((yield* freeL2Table(module, outputs, tdr, tables, vm)) === FATAL) return FATAL;
  }
  yield write(entry, SeptState.Free);
  yield write(entryPage(entry), 0);
  yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, -1);
  const freed = yield* freeEntry(module, page, 0);
  if (freed === FATAL) return FATAL;
  setReturnedPage(module, registers, Register.Rcx, page, freed);
  return yield* leave(module, held, TDX_SUCCESS);
}
