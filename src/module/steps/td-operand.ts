/**
 * Common beginnings of calls that name a TD and, among them, of calls that name a guest address.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "TDR", "TDCS", "Secure EPT Level and
 * GPA" operands of the TDH.MEM functions.
 */
import {
  Operand,
  PageType,
  Register,
  type Registers,
  type Status,
  TDX_EPT_WALK_FAILED,
  TDX_OP_STATE_INCORRECT,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_SUCCESS,
  TDX_TD_FATAL,
  TDX_TD_KEYS_NOT_CONFIGURED,
  TDX_TDCS_NOT_ALLOCATED,
} from "../../abi/index.js";
import { type Program, read } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { entryLock, entryPage, PAGES_OF_LEVEL } from "../state/sept.js";
import { Lifecycle, OpState, TD, TDCS_PAGES_MIN } from "../state/td.js";
import { acquire, type Held } from "./held.js";
import { failed, operandOf, pageOperand } from "./operands.js";
import { NO_ENTRY, reportEntry, septWalk } from "./sept-walk.js";

/** Sets of operation states. */
export const OP_UNINITIALIZED = 1 << OpState.Uninitialized;
export const OP_INITIALIZED = 1 << OpState.Initialized;
export const OP_RUNNABLE = 1 << OpState.Runnable;

/** Bits 11:0 of an operand, where flags or a level are. */
export const FLAG_BITS = 0xfff;

/** Whether the TD can be worked on: not fatal, key configured, control pages there, operation state allowed. */
export function* checkTd(
  module: ModuleState,
  held: Held,
  tdr: number,
  locksOpState: boolean,
  allowed: number,
): Program<Status> {
  const td = module.tds.record(tdr);
  if ((yield read(td + TD.FATAL)) !== 0) return TDX_TD_FATAL;
  if ((yield read(td + TD.LIFECYCLE)) !== Lifecycle.KeysConfigured) return TDX_TD_KEYS_NOT_CONFIGURED;
  if ((yield read(td + TD.NUM_TDCX)) < TDCS_PAGES_MIN) return TDX_TDCS_NOT_ALLOCATED;
  if (locksOpState && (yield* acquire(held, td + TD.OP_STATE_LOCK, false)) !== 0) {
    return TDX_OPERAND_BUSY | Operand.OpState;
  }
  const state = yield read(td + TD.OP_STATE);
  return (allowed & (1 << state)) === 0 ? TDX_OP_STATE_INCORRECT | state : TDX_SUCCESS;
}

/**
 * A TD in a register: its TDR locked, and its operation state unless the TDR is locked exclusively,
 * which stands for all locks of the TD.
 * @param flags bits 11:0 that are not part of the address
 * @returns the frame of the TDR, or minus the status
 */
export function* openTd(
  module: ModuleState,
  held: Held,
  system: number,
  registers: Registers,
  register: Register,
  isExclusive: boolean,
  allowed: number,
  flags = 0,
): Program {
  const low = registers.low(register) & ~flags;
  const high = registers.high(register);
  return yield* openTdAt(module, held, system, low, high, operandOf(register), isExclusive, allowed);
}

/** The same for an operand whose register was overwritten already. */
export function* openTdAt(
  module: ModuleState,
  held: Held,
  system: number,
  low: number,
  high: number,
  operand: Operand,
  isExclusive: boolean,
  allowed: number,
): Program {
  const tdr = yield* pageOperand(module, held, system, low, high, operand, PageType.Tdr, isExclusive);
  if (failed(tdr)) return tdr;
  const status = yield* checkTd(module, held, tdr, !isExclusive, allowed);
  return status === TDX_SUCCESS ? tdr : -status;
}

/** Inputs of a call that names a guest address: RCX and RDX before they are set to 0. */
export interface GuestOperand {
  readonly low: number;
  readonly high: number;
  readonly tdrLow: number;
  readonly tdrHigh: number;
  /** RCX bits 2:0. */
  readonly level: number;
  /** Guest page number: address / 4096. */
  readonly gpn: number;
}

/** Takes RCX and RDX and sets both to 0, which is what they return unless there is more to say. */
export function takeGuestOperand(registers: Registers): GuestOperand {
  const low = registers.low(Register.Rcx);
  const high = registers.high(Register.Rcx);
  const tdrLow = registers.low(Register.Rdx);
  const tdrHigh = registers.high(Register.Rdx);
  registers.setHalves(Register.Rcx, 0, 0);
  registers.setHalves(Register.Rdx, 0, 0);
  return { low, high, tdrLow, tdrHigh, level: low & 7, gpn: high * 2 ** 20 + (low >>> 12) };
}

/** Puts RCX and RDX back: the call is to be repeated. */
export function giveGuestOperand(registers: Registers, operand: GuestOperand): void {
  registers.setHalves(Register.Rcx, operand.high, operand.low);
  registers.setHalves(Register.Rdx, operand.tdrHigh, operand.tdrLow);
}

/** Locks of the Secure EPT that a call takes. */
export enum TreeLock {
  /** None: the TDR is held exclusively. */
  None = 0,
  Shared = 1,
  Exclusive = 2,
}

/**
 * First guest page number with the shared bit or a bit above it: that is no private page of the TD.
 * @param top highest level of its Secure EPT; only one of 5 levels may have guest addresses of 52 bits
 */
export function* gpnLimit(module: ModuleState, tdr: number, top: number): Program {
  return top === 4 && (yield read(module.tds.record(tdr) + TD.GPAW)) !== 0 ? 2 ** 39 : 2 ** 35;
}

/**
 * Finds and locks the Secure EPT entry of a guest address: checks the operand, locks the tree, walks,
 * locks the entry.
 * @returns the entry, or minus the status
 */
export function* openEntry(
  module: ModuleState,
  held: Held,
  registers: Registers,
  tdr: number,
  operand: GuestOperand,
  levelMin: number,
  levelMax: number,
  treeLock: TreeLock,
): Program {
  const td = module.tds.record(tdr);
  const { level, gpn } = operand;
  const top = yield read(td + TD.TOP_LEVEL);
  const wellFormed =
    level >= levelMin &&
    level <= Math.min(levelMax, top) &&
    (operand.low & FLAG_BITS) === level &&
    Number.isInteger(gpn / PAGES_OF_LEVEL[level]) &&
    gpn < (yield* gpnLimit(module, tdr, top));
  if (!wellFormed) return -(TDX_OPERAND_INVALID | Operand.Rcx);
  if (treeLock !== TreeLock.None) {
    if ((yield* acquire(held, td + TD.TREE_LOCK, treeLock === TreeLock.Exclusive)) !== 0) {
      return -(TDX_OPERAND_BUSY | Operand.SeptTree);
    }
  }
  const entry = yield* septWalk(module, registers, tdr, 0, gpn, level);
  if (entry === NO_ENTRY) return -(TDX_EPT_WALK_FAILED | Operand.Rcx);
  if (treeLock !== TreeLock.None && (yield* acquire(held, entryLock(entry), true)) !== 0) {
    yield* report(module, registers, entry, level);
    return -(TDX_OPERAND_BUSY | Operand.Rcx);
  }
  return entry;
}

/** Reports an entry in RCX and RDX. */
export function* report(module: ModuleState, registers: Registers, entry: number, level: number): Program {
  const state = yield read(entry);
  reportEntry(module, registers, state, yield read(entryPage(entry)), level);
  return 0;
}
