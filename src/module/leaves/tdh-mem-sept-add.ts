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
  TDX_INTERRUPTED_RESUMABLE,
  TDX_L2_SEPT_ENTRY_NOT_FREE,
  TDX_L2_SEPT_WALK_FAILED,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
} from "../../abi/index.js";
import { on, type Program, read, write } from "../../machine/index.js";
import { ADD } from "../state/bit-operations.js";
import type { ModuleState } from "../state/module-state.js";
import { clearTable, entryPage, SeptState } from "../state/sept.js";
import { refusal } from "../state/system.js";
import { TD } from "../state/td.js";
import { type Held, leave } from "../steps/held.js";
import { failedAt, isNull, L2_VMS_MAX, l2Detail, l2Register, l2Walk, reportL2, setNull } from "../steps/l2.js";
import { failed, operandOf, pageOperand, statusOf } from "../steps/operands.js";
import { setEntry } from "../steps/pages.js";
import {
  FLAG_BITS,
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
  if (version > 0) {
    for (let vm = 0; vm <= L2_VMS_MAX; vm++) markUnused(registers, pageRegister(vm), false);
  }
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

/** Register of the page for the TD's own Secure EPT (0) or an L2 VM's. */
function pageRegister(vm: number): Register {
  return vm === 0 ? Register.R8 : l2Register(vm);
}

/** Sets or clears bit 63 of a page; "no page" stays what it is. */
function markUnused(registers: Registers, register: Register, isUnused: boolean): void {
  if (isNull(registers, register)) return;
  const high = registers.high(register);
  registers.setHalves(register, isUnused ? high | NOT_USED_HIGH : high & ~NOT_USED_HIGH, registers.low(register));
}

/** A page that was checked and locked, and where it goes. */
interface NewPage {
  readonly entry: number;
  readonly page: number;
  readonly register: Register;
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
  const pages: NewPage[] = [];
  let status = yield* checkOwnPage(module, held, system, registers, operand, entry, version, pages);
  for (let vm = 1; vm <= L2_VMS_MAX && version > 0 && status === TDX_SUCCESS; vm++) {
    status = yield* checkL2Page(module, held, system, registers, tdr, operand, vm, pages);
  }
  return status === TDX_SUCCESS ? yield* install(module, registers, tdr, operand, version, pages) : status;
}

/** Checks R8, the page for the TD's own Secure EPT, and the entry that is to point to it. */
function* checkOwnPage(
  module: ModuleState,
  held: Held,
  system: number,
  registers: Registers,
  operand: GuestOperand,
  entry: number,
  version: number,
  pages: NewPage[],
): Program<Status> {
  const state = yield read(entry);
  const isThere = state === STATE_TABLE;
  const isWanted = version === 0 || !isNull(registers, Register.R8);
  const isAllowed = isThere ? !isWanted || (operand.tdrLow & ALLOW_EXISTING) !== 0 : isWanted;
  if ((!isThere && state !== SeptState.Free) || !isAllowed) {
    yield* report(module, registers, entry, operand.level);
    return TDX_EPT_ENTRY_STATE_INCORRECT | Operand.Rcx;
  }
  if (!isThere) return yield* takePage(module, held, system, registers, entry, Register.R8, pages);
  if (version > 0) markUnused(registers, Register.R8, true);
  return TDX_SUCCESS;
}

/** Checks the page for an L2 VM, if there is one, and the entry that is to point to it. */
function* checkL2Page(
  module: ModuleState,
  held: Held,
  system: number,
  registers: Registers,
  tdr: number,
  operand: GuestOperand,
  vm: number,
  pages: NewPage[],
): Program<Status> {
  const register = l2Register(vm);
  if (isNull(registers, register)) return TDX_SUCCESS;
  if (vm > (yield read(module.tds.record(tdr) + TD.NUM_L2))) return TDX_OPERAND_INVALID | operandOf(register);
  const entry = yield* l2Walk(module, tdr, vm, operand.gpn, operand.level);
  if (entry < 0) {
    reportL2(registers, vm, failedAt(entry), SeptState.Free);
    return TDX_L2_SEPT_WALK_FAILED | l2Detail(vm, failedAt(entry));
  }
  if ((yield read(entry)) === SeptState.Free) {
    return yield* takePage(module, held, system, registers, entry, register, pages);
  }
  if ((operand.tdrLow & ALLOW_EXISTING) === 0) {
    reportL2(registers, vm, operand.level, STATE_TABLE);
    return TDX_L2_SEPT_ENTRY_NOT_FREE | l2Detail(vm, operand.level);
  }
  markUnused(registers, register, true);
  return TDX_SUCCESS;
}

function* takePage(
  module: ModuleState,
  held: Held,
  system: number,
  registers: Registers,
  entry: number,
  register: Register,
  pages: NewPage[],
): Program<Status> {
  const high = registers.high(register) & ~NOT_USED_HIGH;
  const low = registers.low(register);
  const page = yield* pageOperand(module, held, system, low, high, operandOf(register), PageType.Nda, true);
  if (failed(page)) return statusOf(page);
  pages.push({ entry, page, register });
  return TDX_SUCCESS;
}

/** Makes tables of the pages. An interrupt stops it between two of them; the call can go on later. */
function* install(
  module: ModuleState,
  registers: Registers,
  tdr: number,
  operand: GuestOperand,
  version: number,
  pages: readonly NewPage[],
): Program<Status> {
  const owner = module.pamt.pfnOf(tdr);
  for (const [i, { entry, page, register }] of pages.entries()) {
    if (i > 0 && (yield read(module.interrupt)) !== 0) {
      giveGuestOperand(registers, operand);
      return TDX_INTERRUPTED_RESUMABLE;
    }
    yield* clearTable(module.sept.table(page));
    if ((yield* setEntry(module, page, 0, PageType.Ept, owner)) === FATAL) return FATAL;
    yield write(entryPage(entry), page);
    yield write(entry, STATE_TABLE);
    yield on(ADD, module.tds.record(tdr) + TD.CHLDCNT, 1);
    if (version > 0) setNull(registers, register);
  }
  return TDX_SUCCESS;
}
