/**
 * TDH.MEM.SEPT.ADD: gives a TD a Secure EPT page, and from version 1 on pages for its L2 VMs too.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.MEM.SEPT.ADD.
 */
import {
  FATAL,
  Operand,
  PageType,
  Register,
  type Registers,
  type Status,
  TDX_EPT_ENTRY_STATE_INCORRECT,
  TDX_L2_SEPT_ENTRY_NOT_FREE,
  TDX_L2_SEPT_WALK_FAILED,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../abi/index.js";
import { on, type Program, read, write } from "../machine/index.js";
import { type Held, leave } from "./held.js";
import { isNull, l2Register, l2Walk, setNull } from "./l2.js";
import type { ModuleState } from "./module-state.js";
import { failed, operandOf, pageOperand, statusOf } from "./operands.js";
import { setEntry } from "./pages.js";
import { clearTable, entryPage, SeptState } from "./sept.js";
import { refusal } from "./system.js";
import { TD } from "./td.js";
import {
  FLAG_BITS,
  type GuestOperand,
  OP_INITIALIZED,
  OP_RUNNABLE,
  openEntry,
  openTdAt,
  report,
  TreeLock,
  takeGuestOperand,
} from "./td-operand.js";
import { ADD } from "./words.js";

const VERSION_MAX = 1;
/** RDX bit 0: pages that are there already are no error. */
const ALLOW_EXISTING = 1;
/** Bit 63 of a page: on input ignored, on output the page was not used. */
const NOT_USED_HIGH = 0x80000000;
const STATE_TABLE = SeptState.TableMapped;

/**
 * RCX guest address and level of the entry that will point to the page, RDX TDR and flags, R8 free
 * page, version 1: R9 to R11 free pages for L2 VMs. Outputs: RCX and RDX 0 or the entry in the way;
 * version 1: R8 to R11 "no page" where the page was used, bit 63 where it was not.
 */
export function* tdhMemSeptAdd(module: ModuleState, registers: Registers): Program {
  const system = yield read(module.system);
  const refused = refusal(system);
  if (refused !== TDX_SUCCESS) return refused;
  const version = (registers.low(Register.Rax) >>> 16) & 0xff;
  const operand = takeGuestOperand(registers);
  if (version > VERSION_MAX) return TDX_OPERAND_INVALID | Operand.Rax;
  const flags = operand.tdrLow & FLAG_BITS;
  if ((flags & ~ALLOW_EXISTING) !== 0) return TDX_OPERAND_INVALID | Operand.Rdx;
  const held: Held = [];
  const low = operand.tdrLow - flags;
  const allowed = OP_INITIALIZED | OP_RUNNABLE;
  const tdr = yield* openTdAt(module, held, system, low, operand.tdrHigh, Operand.Rdx, false, allowed);
  if (failed(tdr)) return yield* leave(module, held, statusOf(tdr));
  const entry = yield* openEntry(module, held, registers, tdr, operand, 1, 4, TreeLock.Shared);
  if (failed(entry)) return yield* leave(module, held, statusOf(entry));
  return yield* leave(module, held, yield* addPages(module, held, system, registers, tdr, operand, entry, version));
}

function* addPages(
  module: ModuleState,
  held: Held,
  system: number,
  registers: Registers,
  tdr: number,
  operand: GuestOperand,
  entry: number,
  version: number,
): Program<Status> {
  const { gpn, level } = operand;
  const allowExisting = (operand.tdrLow & ALLOW_EXISTING) !== 0;
  /** Entries to fill, and the pages to fill them with. */
  const entries: number[] = [];
  const pages: number[] = [];

  if (version === 0 || !isNull(registers, Register.R8)) {
    const state = yield read(entry);
    if (state === SeptState.Free) {
      const page = yield* freePage(module, held, system, registers, Register.R8);
      if (failed(page)) return statusOf(page);
      entries.push(entry);
      pages.push(page);
    } else if (allowExisting && state === STATE_TABLE) {
      if (version > 0) markUnused(registers, Register.R8);
    } else {
      yield* report(module, registers, entry, level);
      return TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx;
    }
  }
  const l2 = version === 0 ? 0 : yield read(module.tds.record(tdr) + TD.NUM_L2);
  for (let vm = 1; vm <= l2; vm++) {
    const register = l2Register(vm);
    if (isNull(registers, register)) continue;
    const l2Entry = yield* l2Walk(module, tdr, vm, gpn, level);
    if (l2Entry < 0) return TDX_L2_SEPT_WALK_FAILED | operandOf(register);
    if ((yield read(l2Entry)) !== SeptState.Free) {
      if (!allowExisting) return TDX_L2_SEPT_ENTRY_NOT_FREE | operandOf(register);
      markUnused(registers, register);
      continue;
    }
    const page = yield* freePage(module, held, system, registers, register);
    if (failed(page)) return statusOf(page);
    entries.push(l2Entry);
    pages.push(page);
    setNull(registers, register);
  }
  if (pages.length > 0 && entries[0] === entry && version > 0) setNull(registers, Register.R8);
  return yield* install(module, tdr, entries, pages);
}

function* freePage(module: ModuleState, held: Held, system: number, registers: Registers, register: Register): Program {
  const high = registers.high(register) & ~NOT_USED_HIGH;
  const low = registers.low(register);
  return yield* pageOperand(module, held, system, low, high, operandOf(register), PageType.Nda, true);
}

function markUnused(registers: Registers, register: Register): void {
  registers.setHalves(register, registers.high(register) | NOT_USED_HIGH, registers.low(register));
}

function* install(
  module: ModuleState,
  tdr: number,
  entries: readonly number[],
  pages: readonly number[],
): Program<Status> {
  const owner = module.pamt.pfnOf(tdr);
  for (const [i, page] of pages.entries()) {
    yield* clearTable(module.sept.table(page));
    if ((yield* setEntry(module, page, 0, PageType.Ept, owner)) === FATAL) return FATAL;
    yield write(entryPage(entries[i]), page);
    yield write(entries[i], STATE_TABLE);
  }
  yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, pages.length);
  return TDX_SUCCESS;
}
