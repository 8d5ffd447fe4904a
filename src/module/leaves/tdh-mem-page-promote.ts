/**
 * TDH.MEM.PAGE.PROMOTE: merges 512 pages of a TD into one.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.PAGE.PROMOTE.
 */
import {
  FATAL,
  Operand,
  PAGE_SIZE,
  PageType,
  Register,
  type Registers,
  type Status,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_EPT_INVALID_PROMOTE_CONDITIONS,
  TDX_INTERRUPTED_BUSY,
  TDX_INTERRUPTED_RESTARTABLE,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { gather, on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import { BUSY, LOCK_HP } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { clearTable, entryOf, entryPage, SEPT_ENTRIES, SeptState, stateBit, TABLE_STATES } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { acquire, type Held, leave } from "../steps/held.js";
import { implicit } from "../steps/implicit.js";
import { clearL2Outputs, freeL2Table, type L2Tables, lockL2Tables } from "../steps/l2.js";
import { merge1g, merge2m } from "../steps/large-page.js";
import { failed, statusOf } from "../steps/operands.js";
import { freeEntry, setReturnedPage } from "../steps/pages.js";
import {
  type GuestOperand,
  giveGuestOperand,
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
 * RCX guest address and level 1 or 2 of the merged page, RDX TDR. Outputs: RCX the freed Secure EPT
 * page, with the hint; RDX 0; version 1: R9 to R11 the pages of L2 VMs, with hints, or "no page"; for
 * level 1 in dynamic mode R12 and R13 the two pages that held the entries.
 */
export function* tdhMemPagePromote(module: ModuleState, registers: Registers): Program {
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
  const entry = yield* openEntry(module, held, registers, tdr, operand, 1, 2, TreeLock.Exclusive);
  if (failed(entry)) return yield* leave(module, held, statusOf(entry));
  if ((stateBit(yield read(entry)) & TABLE_STATES) === 0) {
    yield* report(module, registers, entry, level);
    return yield* leave(module, held, TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
  }
  const table = yield read(entryPage(entry));
  const locked = yield* implicit(module, held, table, 0, PageType.Ept, true);
  if (locked === FATAL) return FATAL;
  if (locked === BUSY) return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  const tracked = yield* checkBlocked(module, registers, tdr, entry, level, table, 0);
  if (tracked !== TDX_SUCCESS) return yield* leave(module, held, tracked);
  const size = SEPT_ENTRIES ** (level - 1);
  const first = entryOf(module.sept.table(table), 0);
  const state: SeptState = yield read(first);
  const page = yield read(entryPage(first));
  if (!(yield* isUniform(first, state, page, size))) {
    yield* report(module, registers, entry, level);
    return yield* leave(module, held, TDX_EPT_INVALID_PROMOTE_CONDITIONS | Operand.Rcx);
  }
  if ((yield read(module.interrupt)) !== 0) return yield* interrupted(module, held, registers, tdr, operand);
  const tables: L2Tables = [];
  const status = yield* lockL2Tables(module, held, tdr, gpn, level, tables);
  if (status === FATAL) return FATAL;
  if (status !== TDX_SUCCESS) return yield* leave(module, held, status);
  if ((yield* acquire(held, module.pamt.lockAt(page, level), true)) !== 0) {
    return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  }
  const pair: number[] = [];
  const owner = module.pamt.pfnOf(tdr);
  if (level === 1) yield* merge2m(module, page, owner, pair);
  else yield* merge1g(module, page, owner);
  yield write(entryPage(entry), page);
  yield write(entry, state);
  yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, -1);
  if (!module.keepLeftovers) yield* clearTable(module.sept.table(table));
  for (let vm = 1; vm < tables.length; vm++) {
    const outputs = version > 0 ? registers : undefined;
    if ((yield* freeL2Table(module, outputs, tdr, tables, vm)) === FATAL) return FATAL;
  }
  const freed = yield* freeEntry(module, table, 0);
  if (freed === FATAL) return FATAL;
  setReturnedPage(module, registers, Register.Rcx, table, freed);
  if (pair.length === 2) {
    registers.set(Register.R12, pair[0] * PAGE_SIZE);
    registers.set(Register.R13, pair[1] * PAGE_SIZE);
  }
  return yield* leave(module, held, TDX_SUCCESS);
}

/** Whether all entries of a table are mapped, or all pending, and point to one aligned run of pages. */
function* isUniform(first: number, state: SeptState, page: number, size: number): Program<boolean> {
  if (state !== SeptState.Mapped && state !== SeptState.Pending) return false;
  if (page % (size * SEPT_ENTRIES) !== 0) return false;
  if ((yield gather(first, SEPT_ENTRIES, -1, state)) !== 0) return false;
  return (yield gather(entryPage(first), SEPT_ENTRIES, -1, page, size)) === 0;
}

/** Nothing was done yet: the call is to be made again, with what it was given. */
function* interrupted(
  module: ModuleState,
  held: Held,
  registers: Registers,
  tdr: number,
  operand: GuestOperand,
): Program<Status> {
  giveGuestOperand(registers, operand);
  const waiting = (yield read(module.tds.record(tdr) + TD.TREE_LOCK)) & LOCK_HP;
  return yield* leave(module, held, waiting !== 0 ? TDX_INTERRUPTED_BUSY : TDX_INTERRUPTED_RESTARTABLE);
}
