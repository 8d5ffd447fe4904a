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

/** One row: name without its prefix, upper 32 bits on the wire, meaning in a few words. */
export interface StatusRow {
  readonly name: string;
  readonly upper: number;
  readonly meaning: string;
}

/** Every code; the position is the index in a `Status`. */
export const statusTable: readonly StatusRow[] = [
  { name: "SUCCESS", upper: 0x00000000, meaning: "Done." },
  { name: "INTERRUPTED_RESUMABLE", upper: 0x80000003, meaning: "Interrupted; call again with the outputs as inputs." },
  { name: "INTERRUPTED_RESTARTABLE", upper: 0x80000004, meaning: "Interrupted; nothing was done, call again." },
  { name: "OPERAND_INVALID", upper: 0xc0000100, meaning: "The operand has a form or value that is not allowed." },
  {
    name: "OPERAND_ADDR_RANGE_ERROR",
    upper: 0xc0000101,
    meaning: "The address is in no TDMR, or in a part not initialised.",
  },
  { name: "OPERAND_BUSY", upper: 0x80000200, meaning: "Another processor holds a lock that the call needs." },
  { name: "PREVIOUS_TLB_EPOCH_BUSY", upper: 0x80000201, meaning: "A vCPU still runs in the previous epoch." },
  { name: "SYS_BUSY", upper: 0x80000202, meaning: "Another processor runs a system-wide call." },
  { name: "RND_NO_ENTROPY", upper: 0x80000203, meaning: "The random number generator has run dry." },
  {
    name: "OPERAND_BUSY_HOST_PRIORITY",
    upper: 0x80000204,
    meaning: "A guest met a lock that the host is waiting for.",
  },
  { name: "INTERRUPTED_BUSY", upper: 0x80000206, meaning: "Interrupted because another processor waits for a lock." },
  { name: "PAGE_METADATA_INCORRECT", upper: 0xc0000300, meaning: "The page is not of the type the call needs." },
  { name: "PAGE_NOT_FREE", upper: 0xc0000303, meaning: "A page meant for PAMT use is in use." },
  { name: "HPA_RANGE_NOT_FREE", upper: 0xc0000304, meaning: "The region has a page pair or is a mapped page." },
  { name: "NO_PAMT_PAGE_PAIR", upper: 0xc0000305, meaning: "The region has no page pair." },
  {
    name: "PAMT_PAGE_NOT_EMPTY",
    upper: 0xc0000306,
    meaning: "The page pair still describes pages in use; detail: which of the two.",
  },
  {
    name: "INTERRUPTED_PAMT",
    upper: 0x80000307,
    meaning: "A region in the list has no page pair; add it and call again.",
  },
  {
    name: "MISSING_PAMT_PAGE_PAIR",
    upper: 0x80000308,
    meaning: "The region of the page has no page pair; add it and call again.",
  },
  { name: "TD_ASSOCIATED_PAGES_EXIST", upper: 0xc0000400, meaning: "The TD still owns pages." },
  { name: "SYS_NOT_READY", upper: 0xc0000505, meaning: "The module is not configured yet." },
  { name: "SYS_SHUTDOWN", upper: 0xc0000506, meaning: "The module has shut down." },
  { name: "SYS_KEY_CONFIG_NOT_PENDING", upper: 0xc0000507, meaning: "SYS.KEY.CONFIG is not due." },
  { name: "SYS_CONFIG_NOT_PENDING", upper: 0xc000050c, meaning: "SYS.CONFIG is not due." },
  { name: "TD_FATAL", upper: 0xe0000604, meaning: "The TD met a fatal error." },
  { name: "TDCS_NOT_ALLOCATED", upper: 0xc0000606, meaning: "The TD has not got all its control pages." },
  { name: "LIFECYCLE_STATE_INCORRECT", upper: 0xc0000607, meaning: "Not in this phase of the TD's life." },
  { name: "OP_STATE_INCORRECT", upper: 0xc0000608, meaning: "Not in this operation state; detail: the state." },
  { name: "NO_VCPUS", upper: 0xc0000609, meaning: "The TD has no vCPU." },
  { name: "TDCX_NUM_INCORRECT", upper: 0xc0000610, meaning: "Too many or too few control pages." },
  { name: "VCPU_STATE_INCORRECT", upper: 0xc0000700, meaning: "Not in this state of the vCPU." },
  { name: "VCPU_ASSOCIATED", upper: 0x80000701, meaning: "The vCPU belongs to another processor." },
  { name: "VCPU_NOT_ASSOCIATED", upper: 0x80000702, meaning: "The vCPU belongs to no processor." },
  { name: "TD_KEYS_NOT_CONFIGURED", upper: 0x80000810, meaning: "The TD's key is not configured." },
  { name: "KEY_CONFIGURED", upper: 0x00000815, meaning: "The key was configured already." },
  { name: "WBCACHE_NOT_COMPLETE", upper: 0x80000817, meaning: "Caches were not written back." },
  { name: "HKID_NOT_FREE", upper: 0xc0000820, meaning: "The key id is in use." },
  { name: "NO_HKID_READY_TO_WBCACHE", upper: 0x00000821, meaning: "No key id waits for a cache write-back." },
  { name: "FLUSHVP_NOT_DONE", upper: 0x80000824, meaning: "A vCPU was not flushed." },
  { name: "INVALID_TDMR", upper: 0xc0000a00, meaning: "A TDMR is badly formed; detail: which." },
  { name: "NON_ORDERED_TDMR", upper: 0xc0000a01, meaning: "TDMRs overlap or are not ascending." },
  { name: "TDMR_OUTSIDE_CMRS", upper: 0xc0000a02, meaning: "A TDMR is not in convertible memory." },
  { name: "TDMR_ALREADY_INITIALIZED", upper: 0x00000a03, meaning: "The TDMR is complete already." },
  { name: "INVALID_PAMT", upper: 0xc0000a10, meaning: "A PAMT area is badly formed or too small." },
  { name: "PAMT_OUTSIDE_CMRS", upper: 0xc0000a11, meaning: "A PAMT area is not in convertible memory." },
  { name: "PAMT_OVERLAP", upper: 0xc0000a12, meaning: "A PAMT area overlaps another or a TDMR." },
  { name: "INVALID_RESERVED_IN_TDMR", upper: 0xc0000a20, meaning: "A reserved area is badly formed." },
  { name: "NON_ORDERED_RESERVED_IN_TDMR", upper: 0xc0000a21, meaning: "Reserved areas overlap or are not ascending." },
  { name: "EPT_WALK_FAILED", upper: 0xc0000b00, meaning: "The Secure EPT has no entry at that level." },
  { name: "GPA_RANGE_NOT_BLOCKED", upper: 0xc0000b06, meaning: "The range must be blocked first." },
  { name: "GPA_RANGE_ALREADY_BLOCKED", upper: 0x00000b07, meaning: "The range is blocked already." },
  { name: "TLB_TRACKING_NOT_DONE", upper: 0xc0000b08, meaning: "TLBs were not tracked since the range was blocked." },
  { name: "EPT_INVALID_PROMOTE_CONDITIONS", upper: 0xc0000b09, meaning: "The small pages do not make one large page." },
  { name: "EPT_ENTRY_STATE_INCORRECT", upper: 0xc0000b0d, meaning: "Not in this state of the Secure EPT entry." },
  { name: "EPT_PAGE_NOT_FREE", upper: 0xc0000b0e, meaning: "The Secure EPT page still has entries." },
  { name: "L2_SEPT_WALK_FAILED", upper: 0xc0000b0f, meaning: "The L2 Secure EPT has no entry at that level." },
  { name: "L2_SEPT_ENTRY_NOT_FREE", upper: 0xc0000b10, meaning: "The L2 Secure EPT entry is in use." },
  { name: "L2_SEPT_PAGE_NOT_PROVIDED", upper: 0xc0000b12, meaning: "No page was given for an L2 Secure EPT." },
  { name: "METADATA_FIELD_ID_INCORRECT", upper: 0xc0000c00, meaning: "There is no field with this id." },
  { name: "MAX_VCPUS_EXCEEDED", upper: 0xc0000705, meaning: "The TD has as many vCPUs as it may have." },
  { name: "WBCACHE_RESUME_ERROR", upper: 0xc0000823, meaning: "There is no interrupted write-back to resume." },
  { name: "EPT_ENTRY_NOT_PRESENT", upper: 0xc0000b03, meaning: "No page is mapped at the guest address." },
  {
    name: "METADATA_FIRST_FIELD_ID_IN_CONTEXT",
    upper: 0x00000c0b,
    meaning: "The id of the first field was asked for.",
  },
];
