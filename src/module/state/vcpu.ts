/**
 * State of vCPUs: the words behind a TDVPR page and the vCPU's further pages (TDVPS).
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "TD VCPU"; ABI Reference
 * Specification, "TDVPS".
 */
import type { AddressSpace, RecordArray } from "../../machine/index.js";
import type { Pamt } from "./pamt.js";

/** Words of a vCPU, as offsets into its record. */
export const VCPU = {
  /** `VcpuState`. */
  STATE: 0,
  /** Pages, the TDVPR included. */
  PAGES: 1,
  /** Frame of the TDR of its TD. */
  TDR: 2,
  /** Whether a processor has it cached. */
  ASSOCIATED: 3,
} as const;
export const VCPU_WORDS = 4;

/** Pages of a vCPU: without L2 VMs, for each L2 VM, and at most. */
export const TDVPS_PAGES_BASE = 6;
export const TDVPS_PAGES_PER_L2 = 3;
export const TDVPS_PAGES_MAX = 15;

export enum VcpuState {
  Uninitialized = 0,
  Ready = 1,
  /** In guest mode. */
  Active = 2,
}

const names = ["state", "pages", "TDR", "associated"];

/** Records of all pages that ever were TDVPRs. */
export class Vcpus {
  private readonly records: RecordArray;

  constructor(space: AddressSpace, pamt: Pamt) {
    const describe = (frame: number, offset: number) => `vCPU 0x${pamt.hpaOf(frame).toString(16)}: ${names[offset]}`;
    this.records = space.reserveArray(pamt.pages, VCPU_WORDS, describe);
  }

  /** First word of the record of the TDVPR at `frame`. */
  record(frame: number): number {
    return this.records.at(frame);
  }
}
