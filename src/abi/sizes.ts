/**
 * Sizes that the interface fixes: of pages, of regions, of what describes a TDMR.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDMR_INFO.
 */

/** Bytes of a 4 KiB page. */
export const PAGE_SIZE = 4096;

/** Pages of 4 KiB in a 2 MiB region, 2 MiB regions in a GiB, and entries of a Secure EPT page. */
export const PAGES_PER_REGION = 512;

/** Bytes of a TDMR_INFO entry, and its alignment. */
export const TDMR_INFO_SIZE = 512;
