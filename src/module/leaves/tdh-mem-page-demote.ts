/**
 * TDH.MEM.PAGE.DEMOTE: splits a large page of a TD into 512 smaller ones.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.PAGE.DEMOTE.
 */
import {
  FATAL,
  Operand,
  PageType,
  Register,
  type Registers,
  type Status,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_INTERRUPTED_BUSY,
  TDX_INTERRUPTED_RESTARTABLE,
  TDX_L2_SEPT_WALK_FAILED,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAGE_NOT_FREE,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { fill, on, type Program, read, WRITE, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import { LOCK_HP } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import {
  clearTable,
  entryOf,
  entryPage,
  LEAF_STATES,
  SEPT_ENTRIES,
  SeptState,
  stateBit,
  unblockedState,
} from "../state/sept.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { acquire, type Held, leave } from "../steps/held.js";
import { failedAt, isNull, l2Detail, l2Register, l2Walk, reportL2 } from "../steps/l2.js";
import { split1g, split2m } from "../steps/large-page.js";
import {
  failed,
  freePageOperand,
  isPageAddress,
  operandOf,
  pageOperand,
  statusOf,
  usableFrame,
} from "../steps/operands.js";
import { claimPagePair } from "../steps/page-pair.js";
import { setEntry } from "../steps/pages.js";
import {
  FLAG_BITS,
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
import { typeReached, WALK_BUSY, walk } from "../steps/walk.js";

/** RDX bit 0: L2 VMs get tables only where they have an alias of the page, which none has in the model. */
const SPARSE = 1;
/** Bit 63 of a page for an L2 VM: on input ignored, on output the page was not used. */
const NOT_USED_HIGH = 0x80000000;

/** A page for the table of an L2 VM, checked and locked, and the entry that is to point to it. */
interface L2Page {
  readonly vm: number;
  readonly page: number;
  entry: number;
}

/** Frames of the pair of pages in R12 and R13. */
interface Pair {
  page0: number;
  page1: number;
}

/**
 * RCX guest address and level 1 or 2, RDX TDR and flag, R8 free page for the new Secure EPT table, R9
 * to R11 such pages for L2 VMs or "no page", and for level 1 in dynamic mode R12 and R13 the pages for
 * the entries of the region. Outputs: RCX and RDX 0, or the entry in the way; unchanged when the call
 * was interrupted. R9 to R11 bit 63 where the page was not used.
 */
export function* tdhMemPageDemote(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const operand = takeGuestOperand(registers);
  const flags = operand.tdrLow & FLAG_BITS;
  if ((flags & ~SPARSE) !== 0) return TDX_OPERAND_INVALID | Operand.Rdx;
  const held: Held = [];
  const { level } = operand;
  const allowed = OP_INITIALIZED | OP_RUNNABLE;
  const low = operand.tdrLow - flags;
  const tdr = yield* openTdAt(module, held, system, low, operand.tdrHigh, Operand.Rdx, false, allowed);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const entry = yield* openEntry(module, held, registers, tdr, operand, 1, 2, TreeLock.Shared);
  if (failed(entry)) return yield* leave(module, held, statusOf(entry));
  const state: SeptState = yield read(entry);
  if ((stateBit(state) & LEAF_STATES) === 0) {
    yield* report(module, registers, entry, level);
    return yield* leave(module, held, TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx);
  }
  const page = yield read(entryPage(entry));
  const tracked = yield* checkBlocked(module, registers, tdr, entry, level, page, level);
  if (tracked !== TDX_SUCCESS) return yield* leave(module, held, tracked);
  const table = yield* freePageOperand(module, held, system, registers, Register.R8);
  if (failed(table)) return yield* leave(module, held, statusOf(table));
  const numL2 = yield read(module.tds.record(tdr) + TD.NUM_L2);
  const l2Pages: L2Page[] = [];
  if ((flags & SPARSE) === 0) {
    const status = yield* takeL2Pages(module, held, system, registers, numL2, l2Pages);
    if (status !== TDX_SUCCESS) return yield* leave(module, held, status);
  }
  if ((yield read(module.interrupt)) !== 0) {
    giveGuestOperand(registers, operand);
    const waiting = (yield read(module.tds.record(tdr) + TD.TREE_LOCK)) & LOCK_HP;
    return yield* leave(module, held, waiting !== 0 ? TDX_INTERRUPTED_BUSY : TDX_INTERRUPTED_RESTARTABLE);
  }
  for (const l2Page of l2Pages) {
    l2Page.entry = yield* l2Walk(module, tdr, l2Page.vm, operand.gpn, level);
    if (l2Page.entry >= 0) continue;
    const at = failedAt(l2Page.entry);
    reportL2(registers, l2Page.vm, at, SeptState.Free);
    return yield* leave(module, held, TDX_L2_SEPT_WALK_FAILED | l2Detail(l2Page.vm, at));
  }
  if ((yield* acquire(held, module.pamt.lockAt(page, level), true)) !== 0) {
    return yield* leave(module, held, TDX_OPERAND_BUSY | Operand.Rcx);
  }
  const pair: Pair = { page0: -1, page1: -1 };
  if (level === 1 && module.dynamic) {
    const status = yield* takePair(module, held, system, registers, pair);
    if (status !== TDX_SUCCESS) return yield* leave(module, held, status);
  }
  if (level === 1) yield* split2m(module, page, pair.page0, pair.page1);
  else yield* split1g(module, page);
  const size = SEPT_ENTRIES ** (level - 1);
  const children = module.sept.table(table);
  yield* clearTable(children);
  const first = entryOf(children, 0);
  yield fill(WRITE, entryPage(first), SEPT_ENTRIES, page, size);
  yield fill(WRITE, first, SEPT_ENTRIES, unblockedState(state));
  if ((yield* addTable(module, tdr, table, entry)) === FATAL) return FATAL;
  for (const l2Page of l2Pages) {
    yield* clearTable(module.sept.table(l2Page.page));
    if ((yield* addTable(module, tdr, l2Page.page, l2Page.entry)) === FATAL) return FATAL;
  }
  if ((flags & SPARSE) !== 0) markUnused(registers, numL2);
  return yield* leave(module, held, TDX_SUCCESS);
}

/** Makes a page a table that an entry points to. Its BEPOCH is not reset. */
function* addTable(module: ModuleState, tdr: number, page: number, entry: number): Program<Status> {
  yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, 1);
  const status = yield* setEntry(module, page, 0, PageType.Ept, module.pamt.pfnOf(tdr), true);
  yield write(entryPage(entry), page);
  yield write(entry, SeptState.TableMapped);
  return status;
}

/** Checks and locks the pages for the tables of L2 VMs. */
function* takeL2Pages(
  module: ModuleState,
  held: Held,
  system: number,
  registers: Registers,
  numL2: number,
  pages: L2Page[],
): Program<Status> {
  for (let vm = 1; vm <= numL2; vm++) {
    const register = l2Register(vm);
    if (isNull(registers, register)) continue;
    const low = registers.low(register);
    const high = registers.high(register) & ~NOT_USED_HIGH;
    const page = yield* pageOperand(module, held, system, low, high, operandOf(register), PageType.Nda, true);
    if (failed(page)) return statusOf(page);
    pages.push({ vm, page, entry: -1 });
  }
  return TDX_SUCCESS;
}

function markUnused(registers: Registers, numL2: number): void {
  for (let vm = 1; vm <= numL2; vm++) {
    const register = l2Register(vm);
    registers.setHalves(register, registers.high(register) | NOT_USED_HIGH, registers.low(register));
  }
}

/** Checks, locks and claims R12 and R13: the form of both before the place of either. */
function* takePair(module: ModuleState, held: Held, system: number, registers: Registers, pair: Pair): Program<Status> {
  if (!isPageAddress(module, registers, Register.R12)) return TDX_OPERAND_INVALID | Operand.R12;
  if (!isPageAddress(module, registers, Register.R13)) return TDX_OPERAND_INVALID | Operand.R13;
  pair.page0 = yield* usableFrame(module, system, registers.low(Register.R12), registers.high(Register.R12));
  if (pair.page0 < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.R12;
  pair.page1 = yield* usableFrame(module, system, registers.low(Register.R13), registers.high(Register.R13));
  if (pair.page1 < 0) return TDX_OPERAND_ADDR_RANGE_ERROR | Operand.R13;
  const walked0 = yield* walk(module, held, pair.page0, false, 0);
  if (walked0 === WALK_BUSY) return TDX_OPERAND_BUSY | Operand.R12;
  if (typeReached(walked0) !== PageType.Nda) return TDX_PAGE_NOT_FREE | Operand.R12;
  const walked1 = yield* walk(module, held, pair.page1, false, 0);
  if (walked1 === WALK_BUSY) return TDX_OPERAND_BUSY | Operand.R13;
  if (typeReached(walked1) !== PageType.Nda) return TDX_PAGE_NOT_FREE | Operand.R13;
  return yield* claimPagePair(module, pair.page0, pair.page1, Operand.R12, Operand.R13);
}
