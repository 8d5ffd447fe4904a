/**
 * `ordered-rwlocks`: `mirrored-rwlocks` repaired, with a fast path. Holds without a global lock.
 *
 * 1. What the module locks, the kernel locks first: write on the target region, read on the regions of the pair's
 * pages. So no ADD or REMOVE ever meets another one inside the module. 2. A helper allocates the pair before it takes
 * any lock, so it knows the pair's regions. It takes all locks in ascending order of address, so no helpers can wait
 * for each other in a circle. 3. A get or put that neither begins nor ends the use of a region takes no lock at all.
 * The count reaches 0 only under the region's write lock. 4. A put that finds no user says so and changes nothing, so
 * it cannot make a later get succeed without a pair.
 */
import {
  atomicDecIfAboveOne,
  atomicIncNotZero,
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
  allocPamtArray,
  countDownOrRemove,
  countUpOrAdd,
  emptyPair,
  finishGet,
  finishPut,
  regionWords,
  tdxFindPamtRefcount,
  withAllocAndFree,
} from "../pair.js";

export const orderedRwlocks: Design = {
  name: "ordered-rwlocks",
  origin: "repair of mirrored-rwlocks",
  summary: "mirrored-rwlocks with locks taken in address order, a lock-free fast path and a checked put",
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
  const pfn = yield* pageToPfn(kernel, page);
  const count = yield* tdxFindPamtRefcount(kernel, pfn);
  if ((yield atomicIncNotZero(count)) !== 0) return 0;

  const failed = yield* allocPamtArray(kernel, pair, cache);
  if (failed !== 0) return failed;
  const target = regionOf(pfn);
  const pages = yield* placePair(kernel, pair, target);
  const regions = [...new Set([target, ...pages.map(regionOf)])].sort((a, b) => a - b);

  for (const region of regions) yield region === target ? writeLock(locks + region) : readLock(locks + region);
  const outcome = yield* countUpOrAdd(kernel, pfn, count, pair);
  for (const region of regions.reverse()) {
    yield region === target ? writeUnlock(locks + region) : readUnlock(locks + region);
  }
  return yield* finishGet(kernel, outcome, pair);
}

function* tdxPamtPut(kernel: Kernel, locks: number, page: Page): Program<void> {
  const pair = emptyPair(kernel);
  if (pair.length === 0) return;
  const pfn = yield* pageToPfn(kernel, page);
  const count = yield* tdxFindPamtRefcount(kernel, pfn);
  if ((yield atomicDecIfAboveOne(count)) !== 0) return;

  const lock = locks + regionOf(pfn);
  yield writeLock(lock);
  const outcome = yield* countDownOrRemove(kernel, pfn, count, pair);
  yield writeUnlock(lock);
  yield* finishPut(kernel, outcome, pair);
}
