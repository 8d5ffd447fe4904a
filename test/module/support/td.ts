/** A TD on a test host: its control pages in region A, one vCPU, Secure EPT down to 4 KiB for the first 2 MiB. */
import { Leaf } from "../../../src/abi/index.js";
import { writeTdParams } from "../../../src/module/index.js";
import { A, B, PAGE, type TestHost } from "./host.js";

export const TDR = A;
export const TDVPR = A + 7 * PAGE;
/** Secure EPT pages of levels 3, 2 and 1, and the first page of region A that is free after them. */
export const SEPT_3 = A + 13 * PAGE;
export const SEPT_2 = A + 14 * PAGE;
export const SEPT_1 = A + 15 * PAGE;
export const FREE_PAGE = A + 16 * PAGE;
const TD_PARAMS = 0x20000;

/** Pages for PAMT use, in a region of the second GiB that never gets a pair. */
export function pamtPage(index: number): number {
  return A + 2 ** 30 + index * PAGE;
}

/** Gives a region a pair. */
export function addPair(host: TestHost, region: number, first: number): void {
  host.must(Leaf.PhymemPamtAdd, { rcx: region + 1, rdx: pamtPage(first), r8: pamtPage(first + 1) });
}

export interface TdStage {
  /** Initialised: its vCPU and its Secure EPT are there, its pages can be added. */
  readonly runnable: boolean;
}

/** Builds the TD. Regions A and B have pairs. */
export function buildTd(host: TestHost, stage: TdStage = { runnable: true }): void {
  if (host.module.dynamic) {
    addPair(host, A, 0);
    addPair(host, B, 2);
  }
  host.must(Leaf.MngCreate, { rcx: TDR, rdx: 33 });
  host.must(Leaf.MngKeyConfig, { rcx: TDR });
  for (let i = 1; i <= 6; i++) host.must(Leaf.MngAddcx, { rcx: A + i * PAGE, rdx: TDR });
  writeTdParams(host.module.memory, BigInt(TD_PARAMS));
  host.must(Leaf.MngInit, { rcx: TDR, rdx: TD_PARAMS });
  host.must(Leaf.VpCreate, { rcx: TDVPR, rdx: TDR });
  for (let i = 8; i <= 12; i++) host.must(Leaf.VpAddcx, { rcx: A + i * PAGE, rdx: TDVPR });
  host.must(Leaf.MemSeptAdd, { rcx: 3, rdx: TDR, r8: SEPT_3 });
  host.must(Leaf.MemSeptAdd, { rcx: 2, rdx: TDR, r8: SEPT_2 });
  host.must(Leaf.MemSeptAdd, { rcx: 1, rdx: TDR, r8: SEPT_1 });
  if (!stage.runnable) return;
  host.must(Leaf.VpInit, { rcx: TDVPR });
  host.must(Leaf.MrFinalize, { rcx: TDR });
}

/** Blocks a range and lets the TLBs be tracked, so that what it maps can be changed. */
export function blockAndTrack(host: TestHost, gpa: number, level = 0): void {
  host.must(Leaf.MemRangeBlock, { rcx: gpa + level, rdx: TDR });
  host.must(Leaf.MemTrack, { rcx: TDR });
}
