/**
 * State of TDs: the words behind a TDR page and behind the TD's control pages (TDCS).
 *
 * A record belongs to the frame of the TDR page.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "TD Life Cycle Management"; ABI
 * Reference Specification, "TDR" and "TDCS".
 */
import type { AddressSpace, RecordArray } from "../../machine/index.js";
import type { Pamt } from "./pamt.js";

/** Pages of a TDCS that must be there before MNG.INIT, and at most. */
export const TDCS_PAGES_MIN = 6;
export const TDCS_PAGES_MAX = 9;

/** Words of a TD, as offsets into its record. */
export const TD = {
  /** `Lifecycle`. */
  LIFECYCLE: 0,
  HKID: 1,
  FATAL: 2,
  /** Control pages added. */
  NUM_TDCX: 3,
  /** 4 KiB pages that the TD owns besides its TDR. */
  CHLDCNT: 4,
  /** `OpState`. */
  OP_STATE: 5,
  OP_STATE_LOCK: 6,
  /** Lock of the Secure EPT as a whole. */
  TREE_LOCK: 7,
  EPOCH_LOCK: 8,
  EPOCH: 9,
  /** vCPUs in guest mode that entered in an even epoch. */
  RUNNING_EVEN: 10,
  /** vCPUs in guest mode that entered in an odd epoch. */
  RUNNING_ODD: 11,
  /** vCPUs initialised. */
  NUM_VCPUS: 12,
  /** vCPUs that some processor has cached. */
  ASSOCIATED: 13,
  /** Highest level of the Secure EPT: 3 or 4. */
  TOP_LEVEL: 14,
  /** L2 VMs. */
  NUM_L2: 15,
  /** First control page: frame plus 1, 0 while there is none. */
  FIRST_TDCX: 16,
  /** Most vCPUs it may have. */
  MAX_VCPUS: 17,
  /** 1 when guest addresses have 52 bits, 0 when they have 48. */
  GPAW: 18,
} as const;
export const TD_WORDS = 19;

const names = [
  "lifecycle",
  "HKID",
  "fatal",
  "NUM_TDCX",
  "CHLDCNT",
  "OP_STATE",
  "OP_STATE lock",
  "Secure EPT lock",
  "TD_EPOCH lock",
  "TD_EPOCH",
  "vCPUs running, even epoch",
  "vCPUs running, odd epoch",
  "NUM_VCPUS",
  "vCPUs associated",
  "top level of the Secure EPT",
  "L2 VMs",
  "first control page",
  "MAX_VCPUS",
  "GPAW",
];

export enum Lifecycle {
  HkidAssigned = 0,
  KeysConfigured = 1,
  Blocked = 2,
  Teardown = 3,
}

export enum OpState {
  Uninitialized = 0,
  Initialized = 1,
  Runnable = 2,
}

/** Records of all pages that ever were TDRs. */
export class Tds {
  private readonly records: RecordArray;

  constructor(space: AddressSpace, pamt: Pamt) {
    const describe = (frame: number, offset: number) => `TD 0x${pamt.hpaOf(frame).toString(16)}: ${names[offset]}`;
    this.records = space.reserveArray(pamt.pages, TD_WORDS, describe);
  }

  /** First word of the record of the TDR at `frame`. */
  record(frame: number): number {
    return this.records.at(frame);
  }
}
