/**
 * The page allocator: `alloc_page` and `__free_page`, with failures and memory-cgroup charging. Where pages lie,
 * `kernel.placement` says.
 */
import { chooseWithinBudget, event, on, type Program, read, wordOperation } from "../machine/index.js";
import { KernelEvent, OTHER_MEMORY, PageMisuse } from "./events.js";
import {
  FRAME_FREE,
  FRAME_GIVE,
  FRAME_RESET,
  FRAME_TAKE,
  FRAME_TAKE_BACK,
  FRAME_UNCHARGED,
  FRAME_WITHDRAW,
  FRAME_WRITE,
} from "./frames.js";
import { type Kernel, ONE_CHARGE } from "./kernel.js";
import { NULL_PAGE, type Page, type PageUse, UNINITIALISED } from "./page.js";
import { isHandleInUse, isUncharged, publishedPlaceOf, releaseHandle, settledPlaceOf } from "./placement/handles.js";

/** What an allocation may do and who pays for it. */
export enum Gfp {
  /** May sleep; charged to the memory cgroup (GFP_KERNEL_ACCOUNT). */
  KernelAccount = 0,
  /** May sleep; not charged (GFP_KERNEL). */
  Kernel = 1,
  /** Never sleeps; not charged (GFP_ATOMIC). */
  Atomic = 2,
  /** Never sleeps; charged. */
  AtomicAccount = 3,
}

function maySleep(gfp: Gfp): boolean {
  return gfp === Gfp.KernelAccount || gfp === Gfp.Kernel;
}

export function isCharged(gfp: Gfp): boolean {
  return gfp === Gfp.KernelAccount || gfp === Gfp.AtomicAccount;
}

/** Changes `Kernel.tally`. */
export const TALLY = wordOperation({ name: "tally", next: (word, delta) => word + delta, result: () => 0 });

/** Asks for memory: the environment says whether there is any. */
export function* isThereMemory(kernel: Kernel, gfp: Gfp): Program<boolean> {
  yield event(KernelEvent.Allocate, maySleep(gfp) ? 1 : 0, isCharged(gfp) ? 0 : 1);
  if ((yield chooseWithinBudget("the allocation fails", kernel.failureBudget)) === 0) return true;
  yield event(KernelEvent.AllocationFailed);
  return false;
}

/** The same for memory other than pages. @param sleeps it may sleep until there is some */
export function* isThereHeap(kernel: Kernel, sleeps: boolean, canFail = true): Program<boolean> {
  yield event(KernelEvent.Allocate, sleeps ? 1 : 0, OTHER_MEMORY);
  if (!canFail) return true;
  if ((yield chooseWithinBudget("the allocation fails", kernel.failureBudget)) === 0) return true;
  yield event(KernelEvent.AllocationFailed, OTHER_MEMORY);
  return false;
}

/** `alloc_page`: a page, or null when memory is short. */
export function* allocPage(kernel: Kernel, gfp: Gfp, use: PageUse): Program<Page> {
  const uncharged = isCharged(gfp) ? 0 : 1;
  if (!(yield* isThereMemory(kernel, gfp))) return NULL_PAGE;
  yield on(TALLY, kernel.tally, uncharged === 0 ? 1 + ONE_CHARGE : 1);
  return yield* kernel.placement.take(uncharged, use);
}

/**
 * Sets aside `pages` more pages of the chunk that holds nothing but pairs; they are not charged to
 * anyone. @returns whether there was memory
 */
export function* allocChunk(kernel: Kernel, pages: number, gfp: Gfp): Program<boolean> {
  if (!(yield* isThereMemory(kernel, gfp))) return false;
  yield on(TALLY, kernel.tally, pages);
  return true;
}

/** Marks page frames of a chunk, or of memory that others allocate, as allocated. */
export function* claimFrames(kernel: Kernel, first: number, count: number): Program<void> {
  for (let pfn = first; pfn < first + count; pfn++) yield on(FRAME_TAKE, kernel.frames.word(pfn));
}

/** Allocates just this page frame, charged like any page for the module: for what is there from the start. */
export function* claimPage(kernel: Kernel, pfn: number): Program<void> {
  yield on(FRAME_TAKE, kernel.frames.word(pfn));
  yield on(TALLY, kernel.tally, 1 + ONE_CHARGE);
}

/** Gives a page frame back that `claimFrames` took: misuse is told as an event (R7). */
export function* releaseFrame(kernel: Kernel, pfn: number): Program<void> {
  const misuse = yield on(FRAME_FREE, kernel.frames.word(pfn));
  if (misuse !== 0) yield event(KernelEvent.PageMisused, misuse, pfn);
}

/**
 * Makes a page known to other CPUs: from here on it has a number that means the same to all, and belongs to whoever takes
 * it. A handle leads to it until `forgetPage` or `freePage` gives that up.
 */
export function* publishPage(kernel: Kernel, page: Page): Program<Page> {
  return page >= 0 ? page : yield* kernel.placement.publish(page);
}

/** The page under the name that other CPUs know it by, if they know it. */
export function* publishedPage(kernel: Kernel, page: Page): Program<Page> {
  return page >= 0 ? page : (yield* publishedPlaceOf(kernel.cpu, page)) || page;
}

/** Page frame number of a guest page of the CPU in a region. Where CPUs are told apart, each has one of its own. */
export function* guestFrame(kernel: Kernel, region: number): Program<number> {
  const first = kernel.layout.guestFrame(region);
  return kernel.options.numberedCpus === true ? first + (yield read(kernel.cpu.number)) : first;
}

/** `page_to_pfn` of a page that the kernel uses or counts: decides its region if that is still open. */
export function* pageToPfn(kernel: Kernel, page: Page): Program<number> {
  if (page === UNINITIALISED) yield event(KernelEvent.PageMisused, PageMisuse.Uninitialised);
  return page >= 0 ? page : yield* kernel.placement.placeUsed(page);
}

/** Gives up the handle of a page for the page itself, its page frame number, which all CPUs can use. */
export function* settlePage(kernel: Kernel, page: Page): Program<Page> {
  const pfn = yield* pageToPfn(kernel, page);
  if (page < 0) yield* releaseHandle(kernel.cpu, page, true);
  return pfn;
}

/**
 * Page frames of the pages of a pair that is about to back `target` (a 2 MiB region): those without a place get one.
 *
 * @param isInside whether pages of the pair may lie in `target` itself
 */
export function* placePair(kernel: Kernel, pair: readonly Page[], target: number, isInside = true): Program<number[]> {
  const pfns: number[] = [];
  for (const page of pair) {
    if (page === UNINITIALISED) yield event(KernelEvent.PageMisused, PageMisuse.Uninitialised);
    if (page >= 0 || page === UNINITIALISED) pfns.push(page);
    else pfns.push(yield* kernel.placement.placeForPair(page, target, isInside, pfns.at(-1) ?? 0));
  }
  return pfns;
}

/** Page frame behind `page`, 0 if it has no place; the page is not given one. */
function* settledPfn(kernel: Kernel, page: Page): Program<number> {
  return page >= 0 ? page : yield* settledPlaceOf(kernel.cpu, page);
}

/** `__free_page`: whoever was charged for the page is charged no longer; misuse is told as an event (R7). */
export function* freePage(kernel: Kernel, page: Page): Program<void> {
  if (page === UNINITIALISED) {
    yield event(KernelEvent.PageMisused, PageMisuse.Uninitialised);
    return;
  }
  const pfn = yield* settledPfn(kernel, page);
  const uncharged =
    pfn === 0 ? yield* isUncharged(kernel.cpu, page) : yield on(FRAME_UNCHARGED, kernel.frames.word(pfn));
  let misuse = 0;
  if (page < 0) misuse = yield* releaseHandle(kernel.cpu, page, pfn !== 0, uncharged);
  if (pfn !== 0) misuse = (yield on(FRAME_FREE, kernel.frames.word(pfn))) || misuse;
  if (misuse !== 0) yield event(KernelEvent.PageMisused, misuse, pfn);
  yield on(TALLY, kernel.tally, uncharged === 0 ? -1 - ONE_CHARGE : -1);
  yield event(KernelEvent.PageFreed, 0, pfn);
}

/** Whether the CPU still has the page: one without a place of its own may have been freed, or given to the module. */
export function* hasPage(kernel: Kernel, page: Page): Program<boolean> {
  return page >= 0 || (yield* isHandleInUse(kernel.cpu, page));
}

/** Offers a page frame to the module: from here on the kernel must leave it alone. */
export function* offerPage(kernel: Kernel, pfn: number): Program<void> {
  if (pfn === UNINITIALISED) return;
  const misuse = yield on(FRAME_GIVE, kernel.frames.word(pfn));
  if (misuse !== 0) yield event(KernelEvent.PageMisused, misuse, pfn);
}

/** The module refused the page frame: it is the kernel's again, untouched. */
export function* withdrawPage(kernel: Kernel, pfn: number): Program<void> {
  if (pfn !== UNINITIALISED) yield on(FRAME_WITHDRAW, kernel.frames.word(pfn));
}

/** The module took the page: the kernel's handle to it is gone. */
export function* forgetPage(kernel: Kernel, page: Page): Program<void> {
  if (page < 0 && page !== UNINITIALISED) yield* releaseHandle(kernel.cpu, page, true);
}

/** The module gave the page back, with whatever it left in it. */
export function* takePageBack(kernel: Kernel, pfn: number): Program<void> {
  const misuse = yield on(FRAME_TAKE_BACK, kernel.frames.word(pfn));
  if (misuse !== 0) yield event(KernelEvent.PageMisused, misuse, pfn);
}

/** Writes into the page in some other way than `tdxQuirkResetPage`. */
export function* writePage(kernel: Kernel, page: Page): Program<void> {
  const pfn = yield* settledPfn(kernel, page);
  if (pfn === 0) return;
  const misuse = yield on(FRAME_WRITE, kernel.frames.word(pfn));
  if (misuse !== 0) yield event(KernelEvent.PageMisused, misuse, pfn);
}

/** `tdx_quirk_reset_page`: overwrites the page with MOVDIR64B (partial-write erratum). */
export function* tdxQuirkResetPage(kernel: Kernel, page: Page): Program<void> {
  if (page === UNINITIALISED) {
    yield event(KernelEvent.PageMisused, PageMisuse.Uninitialised);
    return;
  }
  const pfn = yield* settledPfn(kernel, page);
  if (pfn === 0) return;
  const misuse = yield on(FRAME_RESET, kernel.frames.word(pfn));
  if (misuse !== 0) yield event(KernelEvent.PageMisused, misuse, pfn);
}
