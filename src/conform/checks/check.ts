/** What a check of a leaf is, and the groups of checks that many leaves begin with. */
import {
  codeOf,
  detailOf,
  FATAL,
  Operand,
  type Register,
  type Status,
  TDX_EPT_WALK_FAILED,
  TDX_GPA_RANGE_NOT_BLOCKED,
  TDX_MISSING_PAMT_PAGE_PAIR,
  TDX_OP_STATE_INCORRECT,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_INVALID,
  TDX_PAGE_METADATA_INCORRECT,
  TDX_SUCCESS,
  TDX_TD_FATAL,
  TDX_TD_KEYS_NOT_CONFIGURED,
  TDX_TDCS_NOT_ALLOCATED,
  TDX_TLB_TRACKING_NOT_DONE,
} from "../../abi/index.js";
import { FatalCause } from "../../module/index.js";
import type { Probe } from "../probe.js";

/** Tells a check from others with the same status. */
export type When = (probe: Probe, status: Status) => boolean;

/** One place in a leaf where a call can end. */
export interface CallEnd {
  /** In words: the operand, and what is the matter with it. */
  readonly name: string;
  /** Whether a call that returned `status` ended here. */
  readonly explains: When;
}

const always: When = () => true;

/** A check that answers exactly this status, detail included. */
export function ending(name: string, status: Status, when: When = always): CallEnd {
  return { name, explains: (probe, got) => got === status && when(probe, got) };
}

/** A check that answers this code with a detail that varies. */
export function family(name: string, code: Status, when: When = always): CallEnd {
  return { name, explains: (probe, got) => got !== FATAL && codeOf(got) === code && when(probe, got) };
}

/** A check that answers this code with any of these operands. */
export function ofOperands(name: string, code: Status, operands: readonly Operand[], when: When = always): CallEnd {
  return family(name, code, (probe, got) => operands.includes(detailOf(got)) && when(probe, got));
}

export const success: CallEnd = ending("success", TDX_SUCCESS);

/** The module shuts itself down. */
function shutdown(name: string, cause: FatalCause): CallEnd {
  return ending(name, FATAL, (probe) => probe.fatal === cause);
}

export const pageCount = shutdown("shutdown: page count out of its range", FatalCause.PageCountRange);
export const strangeMetadata = shutdown("shutdown: no entry for a page in use", FatalCause.ImplicitAccess);
export const countMismatch = shutdown("shutdown: page count of a pair without pages", FatalCause.PageCountMismatch);
export const lockNotHeld = shutdown("shutdown: a lock to release is not held", FatalCause.LockNotHeld);

/** Whether the call ended at a bitmap bit. */
export const atBitmap: When = (probe) => probe.last.startsWith("bitmap bit");
/** Whether the lock that was refused is that of a Secure EPT entry. */
export const atSeptEntry: When = (probe) => probe.refused.startsWith("Secure EPT");

export const not =
  (when: When): When =>
  (probe, status) =>
    !when(probe, status);

export const both =
  (one: When, other: When): When =>
  (probe, status) =>
    one(probe, status) && other(probe, status);

/** Whether the call had got fewer locks than this. */
export const before =
  (locks: number): When =>
  (probe) =>
    probe.acquired < locks;

/** Whether nothing was looked at but the registers: no leaf had begun. */
export const beforeAnyStep: When = (probe) => probe.operations === 0;

/** A version above 0 of a leaf that has versions, but not this one. */
export const version: CallEnd = ending("RAX version", TDX_OPERAND_INVALID | Operand.Rax, not(beforeAnyStep));

/** A page that must be of a type other than free: format, place, lock, type. */
export function typedPage(name: string, operand: Operand, type: string, formatWhen: When = always): CallEnd[] {
  return [
    ending(`${name} format`, TDX_OPERAND_INVALID | operand, formatWhen),
    ending(`${name} range`, TDX_OPERAND_ADDR_RANGE_ERROR | operand),
    ending(`${name} busy`, TDX_OPERAND_BUSY | operand),
    ending(`${name} is no ${type}`, TDX_PAGE_METADATA_INCORRECT | operand),
  ];
}

/** A free 4 KiB page that the call takes. */
export function takenPage(name: string, operands: readonly Operand[], formatWhen: When = always): CallEnd[] {
  return [
    ofOperands(`${name} format`, TDX_OPERAND_INVALID, operands, formatWhen),
    ofOperands(`${name} range`, TDX_OPERAND_ADDR_RANGE_ERROR, operands),
    ofOperands(`${name} busy`, TDX_OPERAND_BUSY, operands),
    ofOperands(`${name} without page pair`, TDX_MISSING_PAMT_PAGE_PAIR, operands),
    ofOperands(`${name} in use`, TDX_PAGE_METADATA_INCORRECT, operands, not(atBitmap)),
    ofOperands(`${name} a PAMT page or reserved`, TDX_PAGE_METADATA_INCORRECT, operands, atBitmap),
  ];
}

/** State of the TD, when its TDR is locked exclusively. */
const tdState: readonly CallEnd[] = [
  ending("TD fatal", TDX_TD_FATAL),
  ending("TD keys not configured", TDX_TD_KEYS_NOT_CONFIGURED),
  ending("TDCS not allocated", TDX_TDCS_NOT_ALLOCATED),
];
const opState = family("OP_STATE not allowed", TDX_OP_STATE_INCORRECT);

/** State of the TD; the operation state is locked. */
export const lockedTdState: readonly CallEnd[] = [
  ...tdState,
  ending("OP_STATE busy", TDX_OPERAND_BUSY | Operand.OpState),
  opState,
];
/** State of a TD whose TDR is locked exclusively. */
export const exclusiveTdState: readonly CallEnd[] = [...tdState, opState];

/** The Secure EPT entry of a guest address in RCX: its form, the tree, the walk, the entry. */
export const septEntry: readonly CallEnd[] = [
  ending("RCX format or level", TDX_OPERAND_INVALID | Operand.Rcx),
  ending("Secure EPT busy", TDX_OPERAND_BUSY | Operand.SeptTree),
  ending("RCX walk", TDX_EPT_WALK_FAILED | Operand.Rcx),
  ending("RCX entry busy", TDX_OPERAND_BUSY | Operand.Rcx, atSeptEntry),
];

/** In a TD whose vCPUs can run. */
export const tracking: readonly CallEnd[] = [
  ending("RCX not blocked", TDX_GPA_RANGE_NOT_BLOCKED | Operand.Rcx),
  ending("RCX not tracked", TDX_TLB_TRACKING_NOT_DONE | Operand.Rcx),
];

/** The value of a register before the call. */
export function input(probe: Probe, register: Register): bigint {
  return probe.inputs.get(register);
}
