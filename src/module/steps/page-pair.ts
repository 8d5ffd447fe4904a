/**
 * Page pairs: the two pages that hold the 512 entries of a 2 MiB region.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "Dynamic PAMT"; ABI Reference
 * Specification, TDH.PHYMEM.PAMT.ADD, TDH.PHYMEM.PAMT.REMOVE, TDH.MEM.PAGE.DEMOTE.
 */
import { type Operand, PAGES_PER_REGION, type Status, TDX_PAGE_NOT_FREE, TDX_SUCCESS } from "../../abi/index.js";
import { fill, gather, on, type Program, read, WRITE, wordOperation, write } from "../../machine/index.js";
import { CLAIM_BIT, CLEAR_BIT } from "../state/bit-operations.js";
import { CLEAR_LOCK, LOCK_MASK, ORPHAN_LOCK } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import {
  BLOCK_BITS,
  BLOCK_HEADS,
  BLOCK_LOCKS,
  HEAD,
  HEAD_NODE,
  HIGH,
  pairHigh,
  pairLow,
  pairPage,
  TAIL,
  TAIL_HIGH,
} from "../state/pamt.js";

/** Bits of a head below the first page's address that earlier owners may have left. */
const STALE_BITS = 0x0f000000;

/** Makes an entry a node; the argument is bits 31:28. */
const SET_NODE = wordOperation({
  name: "write type PAMT",
  next: (word, low) => (word & STALE_BITS) | HEAD_NODE | low,
  result: () => 0,
});

/** Sets the bitmap bits of both pages, or none: the second failing gives the first back. */
export function* claimPagePair(
  module: ModuleState,
  page0: number,
  page1: number,
  operand0: Operand,
  operand1: Operand,
): Program<Status> {
  const pamt = module.pamt;
  if ((yield on(CLAIM_BIT, pamt.bit(page0), pamt.initialBit(page0))) !== 0) return TDX_PAGE_NOT_FREE | operand0;
  if ((yield on(CLAIM_BIT, pamt.bit(page1), pamt.initialBit(page1))) !== 0) {
    yield on(CLEAR_BIT, pamt.bit(page0));
    return TDX_PAGE_NOT_FREE | operand1;
  }
  return TDX_SUCCESS;
}

/**
 * Zeroes both pages and makes the region a node with them. The region's 2 MiB entry is held exclusively.
 *
 * Zeroing is one step for each page: nobody can reach the entries before the region is a node, but
 * for a call that still holds the lock of an entry from before an earlier PAMT.REMOVE, and that one
 * sees at its release whether the lock was there.
 */
export function* installPagePair(module: ModuleState, region: number, page0: number, page1: number): Program {
  const pamt = module.pamt;
  const block = pamt.block(region);
  const half = PAGES_PER_REGION / 2;
  yield fill(CLEAR_LOCK, block + BLOCK_LOCKS, half, 0);
  yield fill(CLEAR_LOCK, block + BLOCK_LOCKS + half, half, 0);
  if (module.keepLeftovers) yield fill(WRITE, block + BLOCK_HEADS, BLOCK_BITS - BLOCK_HEADS, 0);
  const entry = pamt.entry2m(region);
  const pfn0 = pamt.pfnOf(page0);
  const pfn1 = pamt.pfnOf(page1);
  yield write(entry + TAIL, pairLow(pfn1));
  yield write(entry + TAIL_HIGH, pairHigh(pfn1));
  yield write(entry + HIGH, pairHigh(pfn0));
  yield on(SET_NODE, entry + HEAD, pairLow(pfn0));
  return 0;
}

/** The first (0) or second (1) page of a node, as a page frame number. */
export function* pairPfn(module: ModuleState, region: number, which: number): Program {
  const entry = module.pamt.entry2m(region);
  const low = yield read(entry + (which === 0 ? HEAD : TAIL));
  const high = yield read(entry + (which === 0 ? HIGH : TAIL_HIGH));
  return pairPage(low, high);
}

/** Clears the bitmap bit of a page of a pair. No lock of the region that the page lies in is needed. */
export function clearBit(module: ModuleState, pfn: number): ReturnType<typeof on> {
  return on(CLEAR_BIT, module.pamt.bit(module.pamt.frameOfPfn(pfn)));
}

/**
 * The memory of the region's entries is the host's from here on: locks that are still held are
 * marked, so that their release is known for the stray write it is. The module itself does not look
 * at them; none is held unless another call overlaps one that frees a page of the region.
 */
export function* orphanLocks(module: ModuleState, region: number): Program {
  return yield* orphanRange(module.pamt.block(region) + BLOCK_LOCKS, PAGES_PER_REGION);
}

/** Finds the held locks among `count` words by halves: there are none, or one or two. */
function* orphanRange(first: number, count: number): Program {
  if ((yield gather(first, count, LOCK_MASK)) === 0) return 0;
  if (count === 1) return yield on(ORPHAN_LOCK, first);
  yield* orphanRange(first, count / 2);
  return yield* orphanRange(first + count / 2, count / 2);
}
