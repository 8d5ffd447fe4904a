/**
 * Pages as programs hold them.
 *
 * A `Page` is 0 (null), a positive page frame number, or a negative handle. A handle is an allocated page whose place
 * nothing depends on yet (late choice, see `placement/`).
 */
import { PAGE_SIZE, PAGES_PER_REGION as PTRS_PER_PMD } from "../abi/index.js";

export { PAGE_SIZE, PTRS_PER_PMD };

/** A page: 0 is null, above 0 a page frame number, below 0 a handle without a place yet. */
export type Page = number;

export const NULL_PAGE: Page = 0;

/** What an array of pages holds before anything was put in: using it is R7. */
export const UNINITIALISED: Page = -0x40000000;

/** What a page is for: decides which grounds the environment may choose from. */
export enum PageUse {
  /** A page that the kernel gives to the module as a 4 KiB page. */
  Control = 0,
  /** One page of a PAMT page pair. */
  Pair = 1,
}

/** No page, and why: below this, so far as the error says. */
const FAILED: Page = -0x20000000;
/** The largest error number (include/linux/err.h). */
export const MAX_ERRNO = 4095;

/** What stands for a page that could not be had. @param error negative, e.g. -ENOMEM */
export function failedPage(error: number): Page {
  return FAILED + error;
}

/** The error that stands for a page, negative, or 0. */
export function pageError(page: Page): number {
  return page < FAILED && page >= FAILED - MAX_ERRNO ? page - FAILED : 0;
}

/** 2 MiB region that holds page frame `pfn`. */
export function regionOf(pfn: number): number {
  return Math.floor(pfn / PTRS_PER_PMD);
}

/** Physical address in bytes of page frame `pfn`. */
export function pfnToPhys(pfn: number): number {
  return pfn * PAGE_SIZE;
}

/** Page frame that holds physical address `address`. */
export function physToPfn(address: number): number {
  return Math.floor(address / PAGE_SIZE);
}
