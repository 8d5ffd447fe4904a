/**
 * `early-drop`: the "optimize" patch, v1 to v5.
 *
 * Put counts down to 0 *before* it takes the lock. A get in between finds the count 0 and the pair still there. ADD
 * then says "range not free", which get takes as success.
 */
import { codeOf, TDX_HPA_RANGE_NOT_FREE, TDX_SUCCESS } from "../../abi/index.js";
import {
  atomicDecAndTest,
  atomicInc,
  atomicIncNotZero,
  atomicRead,
  atomicSet,
  type Kernel,
  type Page,
  pageToPfn,
  spinLock,
  spinUnlock,
  tdhPhymemPamtAdd,
} from "../../kernel/index.js";
import type { Program } from "../../machine/index.js";
import type { PamtCache } from "../cache.js";
import type { Design } from "../design.js";
import {
  allocPamtArray,
  emptyPair,
  finishGet,
  finishPut,
  PairOutcome,
  removePair,
  tdxFindPamtRefcount,
  withAllocAndFree,
} from "../pair.js";

export const earlyDrop: Design = {
  name: "early-drop",
  origin: "optimize patch, v1 to v5",
  summary: "put counts down to 0 before it takes the lock; get accepts a pair that is still there",
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
  const outcome = yield* countUpOrAddOrFind(kernel, pfn, count, pair);
  yield spinUnlock(lock);
  return yield* finishGet(kernel, outcome, pair);
}

/** As `countUpOrAdd`, but a pair that a put has not removed yet is good enough. */
function* countUpOrAddOrFind(kernel: Kernel, pfn: number, count: number, pair: readonly Page[]): Program<PairOutcome> {
  if ((yield atomicRead(count)) !== 0) {
    yield atomicInc(count);
    return PairOutcome.Counted;
  }
  const status = yield* tdhPhymemPamtAdd(kernel, pfn, pair);
  const found = codeOf(status) === TDX_HPA_RANGE_NOT_FREE;
  if (status !== TDX_SUCCESS && !found) return PairOutcome.Failed;
  yield atomicSet(count, 1);
  return found ? PairOutcome.Counted : PairOutcome.Done;
}

function* tdxPamtPut(kernel: Kernel, lock: number, page: Page): Program<void> {
  const pair = emptyPair(kernel);
  if (pair.length === 0) return;
  const pfn = yield* pageToPfn(kernel, page);
  const count = yield* tdxFindPamtRefcount(kernel, pfn);

  if ((yield atomicDecAndTest(count)) === 0) return;
  yield spinLock(lock);
  let outcome = PairOutcome.Counted;
  if ((yield atomicRead(count)) === 0) {
    outcome = yield* removePair(kernel, pfn, pair);
    if (outcome === PairOutcome.Failed) yield atomicSet(count, 1);
  }
  yield spinUnlock(lock);
  yield* finishPut(kernel, outcome, pair);
}
