/**
 * `mirrored-rwlocks`: a proposal. Kernel read/write locks that mirror the module's.
 *
 * ADD takes the target region for writing and the regions of the pair's pages for reading, in the order of the module.
 * REMOVE takes the target for writing.
 */
import {
  atomicDec,
  atomicInc,
  atomicRead,
  atomicSet,
  type Kernel,
  type Page,
  pageToPfn,
  placePair,
  readLock,
  readUnlock,
  regionOf,
  writeLock,
  writeUnlock,
} from "../../kernel/index.js";
import type { Program } from "../../machine/index.js";
import type { PamtCache } from "../cache.js";
import type { Design } from "../design.js";
import {
  addPair,
  allocPamtArray,
  emptyPair,
  finishGet,
  finishPut,
  PairOutcome,
  regionWords,
  removePair,
  tdxFindPamtRefcount,
  withAllocAndFree,
} from "../pair.js";

export const mirroredRwlocks: Design = {
  name: "mirrored-rwlocks",
  origin: "proposal",
  summary: "read/write locks that mirror the module's: write on the target, read on the regions of the pair",
  create(kernel) {
    const locks = regionWords(kernel, "rwlock");
    return withAllocAndFree(kernel, {
      tdxPamtGet: (page, cache) => tdxPamtGet(kernel, locks, page, cache),
      tdxPamtPut: (page) => tdxPamtPut(kernel, locks, page),
      refcount: (region) => kernel.counterWord(region),
    });
  },
};

function* tdxPamtGet(kernel: Kernel, locks: number, page: Page, cache?: PamtCache): Program {
  const pair = emptyPair(kernel);
  if (pair.length === 0) return 0;
  const failed = yield* allocPamtArray(kernel, pair, cache);
  if (failed !== 0) return failed;
  const pfn = yield* pageToPfn(kernel, page);
  const count = yield* tdxFindPamtRefcount(kernel, pfn);
  const target = regionOf(pfn);

  yield writeLock(locks + target);
  let outcome = PairOutcome.Counted;
  if ((yield atomicRead(count)) !== 0) {
    yield atomicInc(count);
  } else {
    const pages = yield* placePair(kernel, pair, target);
    const grounds = pages.map(regionOf).filter((region) => region !== target);
    for (const region of grounds) yield readLock(locks + region);
    outcome = yield* addPair(kernel, pfn, pair);
    if (outcome === PairOutcome.Done) yield atomicSet(count, 1);
    for (const region of grounds.reverse()) yield readUnlock(locks + region);
  }
  yield writeUnlock(locks + target);
  return yield* finishGet(kernel, outcome, pair);
}

function* tdxPamtPut(kernel: Kernel, locks: number, page: Page): Program<void> {
  const pair = emptyPair(kernel);
  if (pair.length === 0) return;
  const pfn = yield* pageToPfn(kernel, page);
  const count = yield* tdxFindPamtRefcount(kernel, pfn);
  const lock = locks + regionOf(pfn);

  yield writeLock(lock);
  let outcome = PairOutcome.Counted;
  if ((yield atomicRead(count)) > 1) {
    yield atomicDec(count);
  } else {
    outcome = yield* removePair(kernel, pfn, pair);
    if (outcome === PairOutcome.Done) yield atomicSet(count, 0);
  }
  yield writeUnlock(lock);
  yield* finishPut(kernel, outcome, pair);
}
