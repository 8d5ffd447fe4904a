/** `tdx_dpamt_entry_pages`: how many pages back a region. */
import { type Kernel, PAGE_SIZE, PTRS_PER_PMD } from "../kernel/index.js";

/**
 * Pages in a pair, from the module's entry size; 0 when the module does not run with Dynamic PAMT.
 */
export function tdxDpamtEntryPages(kernel: Kernel): number {
  const { dynamicPamt, pamt4kEntrySize } = kernel.systemInfo;
  return dynamicPamt ? (pamt4kEntrySize * PTRS_PER_PMD) / PAGE_SIZE : 0;
}
