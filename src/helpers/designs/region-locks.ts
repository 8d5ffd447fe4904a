/**
 * `region-locks`: a proposal. The merged algorithm with one spinlock for each 2 MiB region.
 *
 * Two helpers on different regions no longer wait for each other. But ADD also locks, inside the
 * module, the regions in which the pages of the pair lie, and those may be another helper's target.
 */
import {
  atomicDec,
  atomicRead,
  atomicSet,
  type Kernel,
  type Page,
  pageToPfn,
  regionOf,
  spinLock,
  spinUnlock,
} from "../../kernel/index.js";
import type { Program } from "../../machine/index.js";
import type { PamtCache } from "../cache.js";
import type { Design } from "../design.js";
import {
  allocPamtArray,
  countUpOrAdd,
  emptyPair,
  finishGet,
  finishPut,
  PairOutcome,
  regionWords,
  removePair,
  tdxFindPamtRefcount,
  withAllocAndFree,
} from "../pair.js";

export const regionLocks: Design = {
  name: "region-locks",
  origin: "proposal",
  summary: "one spinlock for each 2 MiB region instead of the global one",
  create(kernel) {
    const locks = regionWords(kernel, "lock");
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
  const lock = locks + regionOf(pfn);

  yield spinLock(lock);
  const outcome = yield* countUpOrAdd(kernel, pfn, count, pair);
  yield spinUnlock(lock);
  return yield* finishGet(kernel, outcome, pair);
}

function* tdxPamtPut(kernel: Kernel, locks: number, page: Page): Program<void> {
  const pair = emptyPair(kernel);
  if (pair.length === 0) return;
  const pfn = yield* pageToPfn(kernel, page);
  const count = yield* tdxFindPamtRefcount(kernel, pfn);
  const lock = locks + regionOf(pfn);

  yield spinLock(lock);
  let outcome = PairOutcome.Counted;
  if ((yield atomicRead(count)) > 1) {
    yield atomicDec(count);
  } else {
    outcome = yield* removePair(kernel, pfn, pair);
    if (outcome === PairOutcome.Done) yield atomicSet(count, 0);
  }
  yield spinUnlock(lock);
  yield* finishPut(kernel, outcome, pair);
}
