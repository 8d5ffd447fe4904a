/**
 * `fast-path`: the "optimize" patch, v6.
 *
 * Get counts up without the lock while there are users. Put counts down without the lock unless it holds the last
 * reference (decrement-and-lock). The count reaches 0 only with the lock held, so a get that finds 0 under the lock
 * also finds the pair gone.
 */
import {
  atomicDecAndTest,
  atomicDecUnlessOne,
  atomicIncNotZero,
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

export const fastPath: Design = {
  name: "fast-path",
  origin: "optimize patch, v6",
  summary: "counts without the lock while there are users; decrement-and-lock for the last put",
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
  const pfn = yield* pageToPfn(kernel, page);
  const count = yield* tdxFindPamtRefcount(kernel, pfn);
  if ((yield atomicIncNotZero(count)) !== 0) return 0;

  const failed = yield* allocPamtArray(kernel, pair, cache);
  if (failed !== 0) return failed;
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

  // atomic_dec_and_lock: count down unless this is the last reference, else decide under the lock.
  if ((yield atomicDecUnlessOne(count)) !== 0) return;
  yield spinLock(lock);
  let outcome = PairOutcome.Counted;
  if ((yield atomicDecAndTest(count)) !== 0) {
    outcome = yield* removePair(kernel, pfn, pair);
    if (outcome === PairOutcome.Failed) yield atomicSet(count, 1);
  }
  yield spinUnlock(lock);
  yield* finishPut(kernel, outcome, pair);
}
