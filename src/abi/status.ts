/**
 * Statuses to and from their 64-bit form, their parts, and their text.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "Completion Status Codes".
 */
import { operandName } from "./operands.js";
import {
  DETAIL_MASK,
  FATAL,
  type Status,
  statusTable,
  TDX_INTERRUPTED_BUSY,
  TDX_OP_STATE_INCORRECT,
  TDX_OPERAND_ADDR_RANGE_ERROR,
  TDX_OPERAND_BUSY,
  TDX_OPERAND_BUSY_HOST_PRIORITY,
  TDX_OPERAND_INVALID,
  TDX_PAMT_PAGE_NOT_EMPTY,
  TDX_PREVIOUS_TLB_EPOCH_BUSY,
  TDX_SUCCESS,
  TDX_SYS_BUSY,
  UNKNOWN_STATUS,
} from "./status-codes.js";

const byUpper = new Map<number, number>(statusTable.map((row, index) => [row.upper, index]));
const byName = new Map<string, number>(statusTable.map((row, index) => [row.name, index]));

const BUSY_CODES: ReadonlySet<Status> = new Set([
  TDX_OPERAND_BUSY,
  TDX_PREVIOUS_TLB_EPOCH_BUSY,
  TDX_SYS_BUSY,
  TDX_OPERAND_BUSY_HOST_PRIORITY,
  TDX_INTERRUPTED_BUSY,
]);

const ERROR_BIT = 0x80000000;
const NON_RECOVERABLE_BIT = 0x40000000;
const FATAL_BIT = 0x20000000;

/** The code without its detail. */
export function codeOf(status: Status): Status {
  return status & ~DETAIL_MASK;
}

/** The detail: an operand id, a state or a set of indexes, as the code defines. */
export function detailOf(status: Status): number {
  return status & DETAIL_MASK;
}

function upperOf(status: Status): number {
  return statusTable[status >>> 24]?.upper ?? ERROR_BIT + NON_RECOVERABLE_BIT;
}

/** Whether the call failed (bit 63). */
export function isError(status: Status): boolean {
  return (upperOf(status) & ERROR_BIT) !== 0;
}

/** Whether the call failed in a way that may go away (bit 63 set, bit 62 clear). */
export function isRecoverable(status: Status): boolean {
  return isError(status) && (upperOf(status) & NON_RECOVERABLE_BIT) === 0;
}

/** Whether the call met a lock that another one held, or left a mark on. */
export function isBusy(status: Status): boolean {
  const code = codeOf(status);
  return code === TDX_OPERAND_BUSY || code === TDX_OPERAND_BUSY_HOST_PRIORITY;
}

/** Whether the name of the code says BUSY: another processor is in the way, of a lock or otherwise. */
export function saysBusy(status: Status): boolean {
  return BUSY_CODES.has(codeOf(status));
}

/** Whether the failure is fatal to the TD (bit 61). */
export function isFatal(status: Status): boolean {
  return status === FATAL || (upperOf(status) & FATAL_BIT) !== 0;
}

/** Class of the code (bits 47:40). */
export function classOf(status: Status): number {
  return (upperOf(status) >>> 8) & 0xff;
}

/** Number within the class (bits 39:32). */
export function numberInClass(status: Status): number {
  return upperOf(status) & 0xff;
}

/**
 * The 64-bit value as the module returns it in RAX.
 * @throws RangeError for `FATAL` and `UNKNOWN_STATUS`, which no call returns
 */
export function encodeStatus(status: Status): bigint {
  const row = statusTable[status >>> 24];
  if (row === undefined) throw new RangeError(`status ${status} has no 64-bit form: the module returns no such value`);
  return (BigInt(row.upper) << 32n) | BigInt(detailOf(status));
}

/** The status of a 64-bit value; `UNKNOWN_STATUS` when it is in no table or its detail needs more than 24 bits. */
export function decodeStatus(value: bigint): Status {
  const index = byUpper.get(Number((value >> 32n) & 0xffffffffn));
  const detail = Number(value & 0xffffffffn);
  if (index === undefined || detail > DETAIL_MASK || value < 0n || value >= 1n << 64n) return UNKNOWN_STATUS;
  return (index << 24) | detail;
}

/** The code with this name, with or without `TDX_`, or undefined. */
export function statusByName(name: string): Status | undefined {
  const index = byName.get(name.replace(/^TDX_/, ""));
  return index === undefined ? undefined : index << 24;
}

/** Codes whose detail means something even when it is 0: a state, a page of a pair. */
const alwaysDetailed: ReadonlySet<Status> = new Set([TDX_OP_STATE_INCORRECT, TDX_PAMT_PAGE_NOT_EMPTY]);

/** Whether the detail of this code is an operand id. */
function namesOperand(status: Status): boolean {
  switch (codeOf(status)) {
    case TDX_OPERAND_INVALID:
    case TDX_OPERAND_ADDR_RANGE_ERROR:
    case TDX_OPERAND_BUSY:
    case TDX_OPERAND_BUSY_HOST_PRIORITY:
      return true;
    default:
      return (
        detailOf(status) !== 0 &&
        ((classOf(status) === 3 && ![6, 7].includes(numberInClass(status))) || classOf(status) === 0xb)
      );
  }
}

/** The code as kernel developers write it, e.g. `TDX_OPERAND_BUSY`. */
export function codeName(status: Status): string {
  if (status === FATAL) return "module shutdown (the call never returned)";
  if (codeOf(status) === UNKNOWN_STATUS) return "unknown status";
  const row = statusTable[status >>> 24];
  return row === undefined ? `status ${status}` : `TDX_${row.name}`;
}

/** The same with its detail, e.g. `TDX_OPERAND_BUSY | RCX`. */
export function formatStatus(status: Status): string {
  const name = codeName(status);
  if (statusTable[status >>> 24] === undefined) return name;
  const detail = detailOf(status);
  if (namesOperand(status)) return `${name} | ${operandName(detail) ?? detail}`;
  return detail === 0 && !alwaysDetailed.has(codeOf(status)) ? name : `${name} | ${detail}`;
}

/** The 64-bit value as hexadecimal digits, e.g. `0x8000020000000001`. */
export function formatStatusHex(status: Status): string {
  if (status === TDX_SUCCESS) return "0x0";
  return statusTable[status >>> 24] === undefined ? "none" : `0x${encodeStatus(status).toString(16)}`;
}
