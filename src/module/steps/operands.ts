/**
 * Checks of page operands.
 *
 * A check answers the frame of the page, or a status with its sign changed: frames are never
 * negative and 0 is no error.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "Explicit memory operands".
 */
import {
  Operand,
  PAGES_PER_REGION,
  PageType,
  type Register,
  type Registers,
  type Status,
  TDX_MISSING_PAMT_PAGE_PAIR,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAGE_METADATA_INCORRECT,
} from "../../abi/index.js";
import { gather, type Program, read } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { BLOCK_BITS, BLOCK_HEADS, TYPE_MASK } from "../state/pamt.js";
import { SYSTEM_COMPLETE } from "../state/system.js";
import type { Held } from "./held.js";
import { levelReached, typeReached, WALK_BUSY, walk } from "./walk.js";

const operandOfRegister: readonly Operand[] = [
  Operand.Rcx,
  Operand.Rdx,
  Operand.R8,
  Operand.R9,
  Operand.R10,
  Operand.R11,
  Operand.R12,
  Operand.R13,
  Operand.R14,
  Operand.R15,
  Operand.Rbx,
  Operand.Rdi,
  Operand.Rsi,
  Operand.Rax,
];

/** The operand id of a register. */
export function operandOf(register: Register): Operand {
  return operandOfRegister[register];
}

/** Low bits of an address that must be 0 at each level. */
export function alignmentMask(level: number): number {
  return level === 0 ? 0xfff : level === 1 ? 0x1fffff : 0x3fffffff;
}

/** Whether a page address is aligned to 4 KiB, below 2^52 and without HKID. */
export function isPageAddress(module: ModuleState, registers: Registers, register: Register): boolean {
  return (registers.low(register) & 0xfff) === 0 && (registers.high(register) & module.rules.invalidHigh) === 0;
}

/**
 * Frame of the page at the address whose halves are given, in an initialised GiB, or -1.
 * @param system the module's state as read when the call began
 */
export function* usableFrame(module: ModuleState, system: number, low: number, high: number): Program {
  const frame = module.pamt.frameAt(low, high);
  if (frame < 0 || (system & SYSTEM_COMPLETE) !== 0) return frame;
  const steps = yield read(module.tdmrProgress(module.pamt.tdmrOf(frame)));
  return steps >= (module.pamt.gibInTdmr(frame) + 1) * module.stepsPerGib ? frame : -1;
}

/**
 * A page operand of an expected type, at a level, found and locked by an explicit walk.
 *
 * @param low bits 31:0 of the address with whatever else the register holds masked out
 * @param high bits 63:32 of it
 * @returns the frame, or minus the status
 */
export function* pageOperand(
  module: ModuleState,
  held: Held,
  system: number,
  low: number,
  high: number,
  operand: Operand,
  type: PageType,
  isExclusive: boolean,
  level = 0,
): Program {
  if ((low & alignmentMask(level)) !== 0 || (high & module.rules.invalidHigh) !== 0) {
    return -(TDX_OPERAND_INVALID | operand);
  }
  const frame = yield* usableFrame(module, system, low, high);
  if (frame < 0) return -(TDX_OPERAND_ADDR_RANGE_ERROR | operand);
  const walked = yield* walk(module, held, frame, isExclusive, level);
  if (walked === WALK_BUSY) return -(TDX_OPERAND_BUSY | operand);
  if (levelReached(walked) !== level) {
    const missing = module.dynamic && walked === 1 && type === PageType.Nda;
    return -((missing ? TDX_MISSING_PAMT_PAGE_PAIR : TDX_PAGE_METADATA_INCORRECT) | operand);
  }
  if (typeReached(walked) !== type) return -(TDX_PAGE_METADATA_INCORRECT | operand);
  if (type === PageType.Nda && !(yield* isFree(module, frame, level))) {
    return -(TDX_PAGE_METADATA_INCORRECT | operand);
  }
  return frame;
}

/** Whether no 4 KiB page below an entry without type is in use. The entry is locked. */
function* isFree(module: ModuleState, frame: number, level: number): Program<boolean> {
  const pamt = module.pamt;
  if (level === 0) return !pamt.dynamic || ((yield read(pamt.bit(frame))) | pamt.initialBit(frame)) === 0;
  if (pamt.hasReserved(frame)) return false;
  const first = pamt.block(frame);
  if (pamt.dynamic) return (yield gather(first + BLOCK_BITS, PAGES_PER_REGION)) === 0;
  return ((yield gather(first + BLOCK_HEADS, PAGES_PER_REGION)) & TYPE_MASK) === 0;
}

/** A TDR operand in a register. @returns the frame of the TDR, or minus the status */
export function* tdrOperand(
  module: ModuleState,
  held: Held,
  system: number,
  registers: Registers,
  register: Register,
  isExclusive: boolean,
): Program {
  const low = registers.low(register);
  const high = registers.high(register);
  return yield* pageOperand(module, held, system, low, high, operandOf(register), PageType.Tdr, isExclusive);
}

/** A free 4 KiB page in a register, locked exclusively. @returns its frame, or minus the status */
export function* freePageOperand(
  module: ModuleState,
  held: Held,
  system: number,
  registers: Registers,
  register: Register,
): Program {
  const low = registers.low(register);
  const high = registers.high(register);
  return yield* pageOperand(module, held, system, low, high, operandOf(register), PageType.Nda, true);
}

/** Whether a check failed. */
export function failed(check: number): boolean {
  return check < 0;
}

/** The status of a check that failed. */
export function statusOf(check: number): Status {
  return -check;
}
