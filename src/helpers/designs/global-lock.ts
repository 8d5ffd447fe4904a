/**
 * `global-lock`: the add-helpers patch (v4 07), as merged.
 *
 * Get allocates a pair before it knows whether it needs one. It takes one global spinlock, and gives the pair back when
 * the region has users already. Put removes the pair under the same lock. A REMOVE that fails leaves the count as it is
 * and leaks the pair, loudly.
 */
import {
  atomicDec,
  atomicRead,
  atomicSet,
  type Kernel,
  type Page,
  pageToPfn,
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
  removePair,
  tdxFindPamtRefcount,
  withAllocAndFree,
} from "../pair.js";

export const globalLock: Design = {
  name: "global-lock",
  origin: "add-helpers patch, v4; merged",
  summary: "one global spinlock around count, ADD and REMOVE; every get allocates a pair first",
  create(kernel) {
    const lock = kernel.space.reserve(1, () => "pamt_lock");
    return withAllocAndFree(kernel, {
      tdxPamtGet: (page, cache) => tdxPamtGet(kernel, lock, page, cache),
      tdxPamtPut: (page) => tdxPamtPut(kernel, lock, page),
      refcount: (region) => kernel.counterWord(region),
      pamtLock: lock,
    });
  },
};

function* tdxPamtGet(kernel: Kernel, lock: number, page: Page, cache?: PamtCache): Program {
  const pair = emptyPair(kernel);
  if (pair.length === 0) return 0;
  const failed = yield* allocPamtArray(kernel, pair, cache);
  if (failed !== 0) return failed;
  const pfn = yield* pageToPfn(kernel, page);
  const count = yield* tdxFindPamtRefcount(kernel, pfn);

  yield spinLock(lock);
  const outcome = yield* countUpOrAdd(kernel, pfn, count, pair);
  yield spinUnlock(lock);
  return yield* finishGet(kernel, outcome, pair);
}

function* tdxPamtPut(kernel: Kernel, lock: number, page: Page): Program<void> {
  const pair = emptyPair(kernel);
  if (pair.length === 0) return;
  const pfn = yield* pageToPfn(kernel, page);
  const count = yield* tdxFindPamtRefcount(kernel, pfn);

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
