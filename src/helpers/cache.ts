/**
 * `tdx_pamt_cache`: pairs set aside beforehand, for the fault path, where allocation may not sleep.
 *
 * A vCPU fills its cache outside the MMU lock and takes pairs from it inside. v6 sets aside 5 pairs:
 * one for each level of the Secure EPT and one for the guest page.
 */
import { allocPage, ENOMEM, freePage, Gfp, type Kernel, NULL_PAGE, type Page, PageUse } from "../kernel/index.js";
import { type Program, read, write } from "../machine/index.js";
import { tdxDpamtEntryPages } from "./entry.js";

/** A cache: words that belong to one vCPU, first the number of pages, then the pages. */
export interface PamtCache {
  readonly words: number;
}

/** The cache of the calling CPU. */
export function pamtCache(kernel: Kernel): PamtCache {
  return { words: kernel.cpu.cache };
}

/**
 * `tdx_topup_pamt_cache`: makes sure that the cache holds `pairs` pairs. May sleep.
 *
 * @returns 0, or -ENOMEM; what the cache holds by then stays in it
 */
export function* tdxTopupPamtCache(kernel: Kernel, cache: PamtCache, pairs: number): Program {
  const wanted = pairs * tdxDpamtEntryPages(kernel);
  for (let count = yield read(cache.words); count < wanted; count++) {
    const page = yield* allocPage(kernel, Gfp.KernelAccount, PageUse.Pair);
    if (page === NULL_PAGE) return -ENOMEM;
    yield write(cache.words + 1 + count, page);
    yield write(cache.words, count + 1);
  }
  return 0;
}

/** Takes one page from the cache. @returns it, or null when the cache is empty */
export function* takeFromCache(cache: PamtCache): Program<Page> {
  const count = yield read(cache.words);
  if (count === 0) return NULL_PAGE;
  const page = yield read(cache.words + count);
  yield write(cache.words + count, 0);
  yield write(cache.words, count - 1);
  return page;
}

/** `tdx_free_pamt_cache`: frees what was not needed. */
export function* tdxFreePamtCache(kernel: Kernel, cache: PamtCache): Program<void> {
  for (;;) {
    const page = yield* takeFromCache(cache);
    if (page === NULL_PAGE) return;
    yield* freePage(kernel, page);
  }
}
