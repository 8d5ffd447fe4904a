/**
 * Status codes of the TDX module, and `Status`, their form inside this project.
 *
 * On the wire a status is 64 bits: error (63), non-recoverable (62), fatal (61), host hint (60), class (47:40), number
 * (39:32), detail (31:0). Here it is a small non-negative integer: index in the table below times 2^24, plus a 24-bit
 * detail. So it can travel as the 32-bit result of an operation.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, "Completion Status Codes".
 */

/** Index of a code times 2^24, plus a detail below 2^24. 0 is success. */
export type Status = number;

const INDEX_SHIFT = 24;
/** Bits of a `Status` that hold the detail. */
export const DETAIL_MASK = 0xffffff;

export const TDX_SUCCESS = 0 << INDEX_SHIFT;
export const TDX_INTERRUPTED_RESUMABLE = 1 << INDEX_SHIFT;
export const TDX_INTERRUPTED_RESTARTABLE = 2 << INDEX_SHIFT;
export const TDX_OPERAND_INVALID = 3 << INDEX_SHIFT;
export const TDX_OPERAND_ADDR_RANGE_ERROR = 4 << INDEX_SHIFT;
export const TDX_OPERAND_BUSY = 5 << INDEX_SHIFT;
export const TDX_PREVIOUS_TLB_EPOCH_BUSY = 6 << INDEX_SHIFT;
export const TDX_SYS_BUSY = 7 << INDEX_SHIFT;
export const TDX_RND_NO_ENTROPY = 8 << INDEX_SHIFT;
export const TDX_OPERAND_BUSY_HOST_PRIORITY = 9 << INDEX_SHIFT;
export const TDX_INTERRUPTED_BUSY = 10 << INDEX_SHIFT;
export const TDX_PAGE_METADATA_INCORRECT = 11 << INDEX_SHIFT;
export const TDX_PAGE_NOT_FREE = 12 << INDEX_SHIFT;
export const TDX_HPA_RANGE_NOT_FREE = 13 << INDEX_SHIFT;
export const TDX_NO_PAMT_PAGE_PAIR = 14 << INDEX_SHIFT;
export const TDX_PAMT_PAGE_NOT_EMPTY = 15 << INDEX_SHIFT;
export const TDX_INTERRUPTED_PAMT = 16 << INDEX_SHIFT;
export const TDX_MISSING_PAMT_PAGE_PAIR = 17 << INDEX_SHIFT;
export const TDX_TD_ASSOCIATED_PAGES_EXIST = 18 << INDEX_SHIFT;
export const TDX_SYS_NOT_READY = 19 << INDEX_SHIFT;
export const TDX_SYS_SHUTDOWN = 20 << INDEX_SHIFT;
export const TDX_SYS_KEY_CONFIG_NOT_PENDING = 21 << INDEX_SHIFT;
export const TDX_SYS_CONFIG_NOT_PENDING = 22 << INDEX_SHIFT;
export const TDX_TD_FATAL = 23 << INDEX_SHIFT;
export const TDX_TDCS_NOT_ALLOCATED = 24 << INDEX_SHIFT;
export const TDX_LIFECYCLE_STATE_INCORRECT = 25 << INDEX_SHIFT;
export const TDX_OP_STATE_INCORRECT = 26 << INDEX_SHIFT;
export const TDX_NO_VCPUS = 27 << INDEX_SHIFT;
export const TDX_TDCX_NUM_INCORRECT = 28 << INDEX_SHIFT;
export const TDX_VCPU_STATE_INCORRECT = 29 << INDEX_SHIFT;
export const TDX_VCPU_ASSOCIATED = 30 << INDEX_SHIFT;
export const TDX_VCPU_NOT_ASSOCIATED = 31 << INDEX_SHIFT;
export const TDX_TD_KEYS_NOT_CONFIGURED = 32 << INDEX_SHIFT;
export const TDX_KEY_CONFIGURED = 33 << INDEX_SHIFT;
export const TDX_WBCACHE_NOT_COMPLETE = 34 << INDEX_SHIFT;
export const TDX_HKID_NOT_FREE = 35 << INDEX_SHIFT;
export const TDX_NO_HKID_READY_TO_WBCACHE = 36 << INDEX_SHIFT;
export const TDX_FLUSHVP_NOT_DONE = 37 << INDEX_SHIFT;
export const TDX_INVALID_TDMR = 38 << INDEX_SHIFT;
export const TDX_NON_ORDERED_TDMR = 39 << INDEX_SHIFT;
export const TDX_TDMR_OUTSIDE_CMRS = 40 << INDEX_SHIFT;
export const TDX_TDMR_ALREADY_INITIALIZED = 41 << INDEX_SHIFT;
export const TDX_INVALID_PAMT = 42 << INDEX_SHIFT;
export const TDX_PAMT_OUTSIDE_CMRS = 43 << INDEX_SHIFT;
export const TDX_PAMT_OVERLAP = 44 << INDEX_SHIFT;
export const TDX_INVALID_RESERVED_IN_TDMR = 45 << INDEX_SHIFT;
export const TDX_NON_ORDERED_RESERVED_IN_TDMR = 46 << INDEX_SHIFT;
export const TDX_EPT_WALK_FAILED = 47 << INDEX_SHIFT;
export const TDX_GPA_RANGE_NOT_BLOCKED = 48 << INDEX_SHIFT;
export const TDX_GPA_RANGE_ALREADY_BLOCKED = 49 << INDEX_SHIFT;
export const TDX_TLB_TRACKING_NOT_DONE = 50 << INDEX_SHIFT;
export const TDX_EPT_INVALID_PROMOTE_CONDITIONS = 51 << INDEX_SHIFT;
export const TDX_EPT_ENTRY_STATE_INCORRECT = 52 << INDEX_SHIFT;
export const TDX_EPT_PAGE_NOT_FREE = 53 << INDEX_SHIFT;
export const TDX_L2_SEPT_WALK_FAILED = 54 << INDEX_SHIFT;
export const TDX_L2_SEPT_ENTRY_NOT_FREE = 55 << INDEX_SHIFT;
export const TDX_L2_SEPT_PAGE_NOT_PROVIDED = 56 << INDEX_SHIFT;
export const TDX_METADATA_FIELD_ID_INCORRECT = 57 << INDEX_SHIFT;
export const TDX_MAX_VCPUS_EXCEEDED = 58 << INDEX_SHIFT;
export const TDX_WBCACHE_RESUME_ERROR = 59 << INDEX_SHIFT;
export const TDX_EPT_ENTRY_NOT_PRESENT = 60 << INDEX_SHIFT;
export const TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT = 61 << INDEX_SHIFT;

/** Not a code of the module: a 64-bit value that is in no table. The detail is lost. */
export const UNKNOWN_STATUS = 126 << INDEX_SHIFT;
/** Not a code of the module: it shut itself down in this call, which never returned. */
export const FATAL = 127 << INDEX_SHIFT;

/** One row: name without its prefix, and upper 32 bits on the wire. */
export interface StatusRow {
  readonly name: string;
  readonly upper: number;
}

/** Every code; the position is the index in a `Status`. */
export const statusTable: readonly StatusRow[] = [
  { name: "SUCCESS", upper: 0x00000000 },
  { name: "INTERRUPTED_RESUMABLE", upper: 0x80000003 },
  { name: "INTERRUPTED_RESTARTABLE", upper: 0x80000004 },
  { name: "OPERAND_INVALID", upper: 0xc0000100 },
  { name: "OPERAND_ADDR_RANGE_ERROR", upper: 0xc0000101 },
  { name: "OPERAND_BUSY", upper: 0x80000200 },
  { name: "PREVIOUS_TLB_EPOCH_BUSY", upper: 0x80000201 },
  { name: "SYS_BUSY", upper: 0x80000202 },
  { name: "RND_NO_ENTROPY", upper: 0x80000203 },
  { name: "OPERAND_BUSY_HOST_PRIORITY", upper: 0x80000204 },
  { name: "INTERRUPTED_BUSY", upper: 0x80000206 },
  { name: "PAGE_METADATA_INCORRECT", upper: 0xc0000300 },
  { name: "PAGE_NOT_FREE", upper: 0xc0000303 },
  { name: "HPA_RANGE_NOT_FREE", upper: 0xc0000304 },
  { name: "NO_PAMT_PAGE_PAIR", upper: 0xc0000305 },
  { name: "PAMT_PAGE_NOT_EMPTY", upper: 0xc0000306 },
  { name: "INTERRUPTED_PAMT", upper: 0x80000307 },
  { name: "MISSING_PAMT_PAGE_PAIR", upper: 0x80000308 },
  { name: "TD_ASSOCIATED_PAGES_EXIST", upper: 0xc0000400 },
  { name: "SYS_NOT_READY", upper: 0xc0000505 },
  { name: "SYS_SHUTDOWN", upper: 0xc0000506 },
  { name: "SYS_KEY_CONFIG_NOT_PENDING", upper: 0xc0000507 },
  { name: "SYS_CONFIG_NOT_PENDING", upper: 0xc000050c },
  { name: "TD_FATAL", upper: 0xe0000604 },
  { name: "TDCS_NOT_ALLOCATED", upper: 0xc0000606 },
  { name: "LIFECYCLE_STATE_INCORRECT", upper: 0xc0000607 },
  { name: "OP_STATE_INCORRECT", upper: 0xc0000608 },
  { name: "NO_VCPUS", upper: 0xc0000609 },
  { name: "TDCX_NUM_INCORRECT", upper: 0xc0000610 },
  { name: "VCPU_STATE_INCORRECT", upper: 0xc0000700 },
  { name: "VCPU_ASSOCIATED", upper: 0x80000701 },
  { name: "VCPU_NOT_ASSOCIATED", upper: 0x80000702 },
  { name: "TD_KEYS_NOT_CONFIGURED", upper: 0x80000810 },
  { name: "KEY_CONFIGURED", upper: 0x00000815 },
  { name: "WBCACHE_NOT_COMPLETE", upper: 0x80000817 },
  { name: "HKID_NOT_FREE", upper: 0xc0000820 },
  { name: "NO_HKID_READY_TO_WBCACHE", upper: 0x00000821 },
  { name: "FLUSHVP_NOT_DONE", upper: 0x80000824 },
  { name: "INVALID_TDMR", upper: 0xc0000a00 },
  { name: "NON_ORDERED_TDMR", upper: 0xc0000a01 },
  { name: "TDMR_OUTSIDE_CMRS", upper: 0xc0000a02 },
  { name: "TDMR_ALREADY_INITIALIZED", upper: 0x00000a03 },
  { name: "INVALID_PAMT", upper: 0xc0000a10 },
  { name: "PAMT_OUTSIDE_CMRS", upper: 0xc0000a11 },
  { name: "PAMT_OVERLAP", upper: 0xc0000a12 },
  { name: "INVALID_RESERVED_IN_TDMR", upper: 0xc0000a20 },
  { name: "NON_ORDERED_RESERVED_IN_TDMR", upper: 0xc0000a21 },
  { name: "EPT_WALK_FAILED", upper: 0xc0000b00 },
  { name: "GPA_RANGE_NOT_BLOCKED", upper: 0xc0000b06 },
  { name: "GPA_RANGE_ALREADY_BLOCKED", upper: 0x00000b07 },
  { name: "TLB_TRACKING_NOT_DONE", upper: 0xc0000b08 },
  { name: "EPT_INVALID_PROMOTE_CONDITIONS", upper: 0xc0000b09 },
  { name: "EPT_ENTRY_STATE_INCORRECT", upper: 0xc0000b0d },
  { name: "EPT_PAGE_NOT_FREE", upper: 0xc0000b0e },
  { name: "L2_SEPT_WALK_FAILED", upper: 0xc0000b0f },
  { name: "L2_SEPT_ENTRY_NOT_FREE", upper: 0xc0000b10 },
  { name: "L2_SEPT_PAGE_NOT_PROVIDED", upper: 0xc0000b12 },
  { name: "METADATA_FIELD_ID_INCORRECT", upper: 0xc0000c00 },
  { name: "MAX_VCPUS_EXCEEDED", upper: 0xc0000705 },
  { name: "WBCACHE_RESUME_ERROR", upper: 0xc0000823 },
  { name: "EPT_ENTRY_NOT_PRESENT", upper: 0xc0000b03 },
  { name: "METADATA_FIRST_FIELD_ID_IN_CONTEXT", upper: 0x00000c0b },
];
