/**
 * What every design does with page pairs and counters: `alloc_pamt_array`, `free_pamt_array`,
 * `tdx_find_pamt_refcount`, and the helpers that are built from get and put.
 */
import { TDX_SUCCESS } from "../abi/index.js";
import {
  allocPage,
  atomicDecIfPositive,
  atomicInc,
  atomicRead,
  atomicSet,
  EIO,
  ENOMEM,
  freePage,
  Gfp,
  type Kernel,
  KernelEvent,
  NULL_PAGE,
  PAGE_SIZE,
  type Page,
  PageUse,
  PTRS_PER_PMD,
  pageToPfn,
  regionOf,
  tdhPhymemPamtAdd,
  tdhPhymemPamtRemove,
  tdxQuirkResetPage,
  UNINITIALISED,
  Warning,
} from "../kernel/index.js";
import { event, type Program, type Words } from "../machine/index.js";
import { type PamtCache, takeFromCache } from "./cache.js";
import type { PamtHelpers } from "./design.js";
import { tdxDpamtEntryPages } from "./entry.js";

/** One word for each 2 MiB region, e.g. its lock. @returns the word of region 0 */
export function regionWords(kernel: Kernel, what: string): number {
  return kernel.space.reserve(
    kernel.counters,
    (region) => `${what} of 0x${(region * PTRS_PER_PMD * PAGE_SIZE).toString(16)}`,
  );
}

/** Room for a pair, nothing in it yet. */
export function emptyPair(kernel: Kernel): Page[] {
  return new Array<Page>(tdxDpamtEntryPages(kernel)).fill(UNINITIALISED);
}

/**
 * `alloc_pamt_array`: fills `pair` with pages charged to the memory cgroup, or, in the fault path,
 * from a cache that was topped up before.
 *
 * @returns 0, or -ENOMEM with nothing left allocated
 */
export function* allocPamtArray(kernel: Kernel, pair: Page[], cache?: PamtCache): Program {
  for (let index = 0; index < pair.length; index++) {
    const page =
      cache === undefined ? yield* allocPage(kernel, Gfp.KernelAccount, PageUse.Pair) : yield* takeFromCache(cache);
    if (page === NULL_PAGE) {
      for (let done = 0; done < index; done++) yield* freePage(kernel, pair[done] as Page);
      return -ENOMEM;
    }
    pair[index] = page;
  }
  return 0;
}

/** `free_pamt_array`: resets the pages, which the module may have used, and frees them. */
export function* freePamtArray(kernel: Kernel, pair: readonly Page[]): Program<void> {
  for (const page of pair) {
    yield* tdxQuirkResetPage(kernel, page);
    yield* freePage(kernel, page);
  }
}

/**
 * `tdx_find_pamt_refcount`: word that counts the users of the 2 MiB region that holds `pfn`. A
 * region outside the array is told as an event (R13).
 */
export function* tdxFindPamtRefcount(kernel: Kernel, pfn: number): Program {
  const region = regionOf(pfn);
  if (region >= kernel.counters) yield event(KernelEvent.CounterOutOfRange, region, kernel.counters);
  yield event(KernelEvent.CounterFound, region);
  return kernel.counterWord(Math.min(region, kernel.counters - 1));
}

/** Users that the design counts for 2 MiB region `region`; undefined where it counts none. */
export function usersCounted({ refcount, countOf }: PamtHelpers, words: Words, region: number): number | undefined {
  if (refcount === undefined) return undefined;
  const word = words.read(refcount(region));
  return countOf === undefined ? word : countOf(region, word);
}

/** What became of a region while its lock was held. */
export enum PairOutcome {
  /** ADD or REMOVE succeeded. */
  Done = 0,
  /** Only the count changed: a get has a pair to spare, a put is not the last. */
  Counted = 1,
  /** The SEAMCALL failed. */
  Failed = 2,
  /** A put found no user: a bug of its caller. */
  Underflow = 3,
}

/** Under the region's lock: one user more, the first of them installs `pair`. */
export function* countUpOrAdd(kernel: Kernel, pfn: number, count: number, pair: readonly Page[]): Program<PairOutcome> {
  if ((yield atomicRead(count)) !== 0) {
    yield atomicInc(count);
    return PairOutcome.Counted;
  }
  const outcome = yield* addPair(kernel, pfn, pair);
  if (outcome === PairOutcome.Done) yield atomicSet(count, 1);
  return outcome;
}

/** Under the region's lock, when nobody uses it: gives `pair` to the module. */
export function* addPair(kernel: Kernel, pfn: number, pair: readonly Page[]): Program<PairOutcome> {
  return (yield* tdhPhymemPamtAdd(kernel, pfn, pair)) === TDX_SUCCESS ? PairOutcome.Done : PairOutcome.Failed;
}

/** After the lock is released: gives back a pair that was not needed. @returns 0 or a negative errno */
export function* finishGet(kernel: Kernel, outcome: PairOutcome, pair: readonly Page[]): Program {
  if (outcome === PairOutcome.Done) return 0;
  yield* freePamtArray(kernel, pair);
  if (outcome === PairOutcome.Counted) return 0;
  yield event(KernelEvent.Warn, Warning.PamtAddFailed);
  return -EIO;
}

/** Under the region's lock, when the count is down to nobody: takes the pair back into `pair`. */
export function* removePair(kernel: Kernel, pfn: number, pair: Page[]): Program<PairOutcome> {
  return (yield* tdhPhymemPamtRemove(kernel, pfn, pair)) === TDX_SUCCESS ? PairOutcome.Done : PairOutcome.Failed;
}

/**
 * Under the region's lock: one user less, the last of them takes the pair back into `pair`. The count
 * is 0 before the pair goes, so nobody can count up without the lock meanwhile. A count that is 0
 * already is the caller's bug and is left alone.
 */
export function* countDownOrRemove(kernel: Kernel, pfn: number, count: number, pair: Page[]): Program<PairOutcome> {
  const left = yield atomicDecIfPositive(count);
  if (left < 0) return PairOutcome.Underflow;
  if (left > 0) return PairOutcome.Counted;
  const outcome = yield* removePair(kernel, pfn, pair);
  if (outcome === PairOutcome.Failed) yield atomicSet(count, 1);
  return outcome;
}

/** After the lock is released: frees the pair that came back. A pair that did not is leaked, loudly. */
export function* finishPut(kernel: Kernel, outcome: PairOutcome, pair: readonly Page[]): Program<void> {
  if (outcome === PairOutcome.Done) yield* freePamtArray(kernel, pair);
  if (outcome === PairOutcome.Failed) yield event(KernelEvent.Warn, Warning.PamtRemoveFailed);
  if (outcome === PairOutcome.Underflow) yield event(KernelEvent.Warn, Warning.CountUnderflow);
}

/** `tdx_alloc_page` over a design's get and put. */
export function* tdxAllocPage(kernel: Kernel, helpers: Pick<PamtHelpers, "tdxPamtGet">): Program<Page> {
  const page = yield* allocPage(kernel, Gfp.KernelAccount, PageUse.Control);
  if (page === NULL_PAGE) return NULL_PAGE;
  yield* pageToPfn(kernel, page);
  if ((yield* helpers.tdxPamtGet(page)) === 0) return page;
  yield* freePage(kernel, page);
  return NULL_PAGE;
}

/** `tdx_free_page` over a design's put. */
export function* tdxFreePage(kernel: Kernel, helpers: Pick<PamtHelpers, "tdxPamtPut">, page: Page): Program<void> {
  if (page === NULL_PAGE) return;
  yield* helpers.tdxPamtPut(page);
  yield* freePage(kernel, page);
}

/** Completes get and put to the whole set of helpers. */
export function withAllocAndFree(kernel: Kernel, own: Omit<PamtHelpers, "tdxAllocPage" | "tdxFreePage">): PamtHelpers {
  return {
    ...own,
    tdxAllocPage: () => tdxAllocPage(kernel, own),
    tdxFreePage: (page) => tdxFreePage(kernel, own, page),
  };
}
