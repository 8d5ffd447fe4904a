/**
 * The page allocator: `alloc_page` and `__free_page`, with failures, memory-cgroup charging and a
 * choice of where pages lie.
 *
 * Under adversarial placement the environment chooses where a page lies when something first depends on it. `pageToPfn`
 * does so for a page that a helper counts, `placePair` for the pages of a pair. Which frame of that ground it is does
 * not matter and is decided by role, so that the same situation always has the same name.
 */
import { choose, chooseWithinBudget, event, on, type Program, read, wordOperation, write } from "../machine/index.js";
import { KernelEvent, PageMisuse } from "./events.js";
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
import { NULL_PAGE, type Page, regionOf, UNINITIALISED } from "./page.js";

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

/** Page frames in a row. */
interface FrameRange {
  readonly first: number;
  readonly count: number;
}

/** What a page is for: decides which grounds the environment may choose from. */
export enum PageUse {
  /** A page that the kernel gives to the module as a 4 KiB page. */
  Control = 0,
  /** One page of a PAMT page pair. */
  Pair = 1,
}

/** Control pages of a CPU whose region the environment chooses; further ones follow the last. */
const GROUNDS_TO_CHOOSE = 2;
/** Bits of the region chosen last in `Kernel.groundsChosen`; the number of choices is above them. */
const GROUND_BITS = 4;
const GROUND_MASK = (1 << GROUND_BITS) - 1;

const PAIR_SLOTS = 8;
const SLOTS = 32;

/** Takes the lowest free handle from `argument` on; the result is its number. */
const TAKE_HANDLE = wordOperation({
  name: "take handle",
  next: (word, from) => word | (1 << lowestFree(word, from)),
  result: (word, from) => lowestFree(word, from),
});

const RELEASE_HANDLE = wordOperation({
  name: "release handle",
  next: withoutBit,
  result: (word, slot) => ((word >>> slot) & 1 ? PageMisuse.None : PageMisuse.NotLive),
});

/** Takes note that nobody is charged for the page of a handle. */
const MARK_UNCHARGED = wordOperation({
  name: "page is not charged",
  next: (word, slot) => word | (1 << slot),
  result: () => 0,
});

/** Whether nobody is charged for the page of a handle: 1 or 0. */
const IS_UNCHARGED = wordOperation({
  name: "is page uncharged",
  next: (word) => word,
  result: (word, slot) => (word >>> slot) & 1,
  readOnly: true,
});

/** Changes `Kernel.tally`. */
export const TALLY = wordOperation({ name: "tally", next: (word, delta) => word + delta, result: () => 0 });

/** The slot has no page any more, so nobody is or is not charged for it. */
const FORGET_CHARGE = wordOperation({ name: "forget charge", next: withoutBit, result: () => 0 });

function withoutBit(word: number, bit: number): number {
  return word & ~(1 << bit);
}

function lowestFree(word: number, from: number): number {
  let slot = from;
  while (slot < SLOTS && ((word >>> slot) & 1) !== 0) slot++;
  if (slot >= SLOTS) throw new RangeError(`a CPU holds more than ${SLOTS - PAIR_SLOTS} pages at once`);
  return slot;
}

function slotOf(page: Page): number {
  return -1 - page;
}

/** Asks for memory: the environment says whether there is any. */
export function* isThereMemory(kernel: Kernel, gfp: Gfp): Program<boolean> {
  yield event(KernelEvent.Allocate, maySleep(gfp) ? 1 : 0, isCharged(gfp) ? 0 : 1);
  if ((yield chooseWithinBudget("the allocation fails", kernel.failureBudget)) === 0) return true;
  yield event(KernelEvent.AllocationFailed);
  return false;
}

/** `alloc_page`: a page, or null when memory is short. */
export function* allocPage(kernel: Kernel, gfp: Gfp, use: PageUse): Program<Page> {
  const uncharged = isCharged(gfp) ? 0 : 1;
  if (!(yield* isThereMemory(kernel, gfp))) return NULL_PAGE;
  yield on(TALLY, kernel.tally, uncharged === 0 ? 1 + ONE_CHARGE : 1);
  if (kernel.options.placement === "first-fit") return yield* takeFirstFit(kernel, uncharged);
  const slot = yield on(TAKE_HANDLE, kernel.handlesInUse, use === PageUse.Control ? 0 : PAIR_SLOTS);
  if (uncharged !== 0) yield on(MARK_UNCHARGED, kernel.unchargedHandles, slot);
  const page = -1 - slot;
  if (!kernel.options.lateChoice) {
    if (use === PageUse.Control) yield* pageToPfn(kernel, page);
    else yield* placeAnywhere(kernel, page);
  }
  return page;
}

/** Decides where a page lies whose place something depends on before it is known what the page is for. */
export function* placeAnywhere(kernel: Kernel, page: Page): Program<number> {
  return yield* placeOnGround(kernel, page, -1, kernel.grounds, 0);
}

/** Whether a page without a place was allocated as one that is counted (`PageUse.Control`). */
export function isControlPage(page: Page): boolean {
  return slotOf(page) < PAIR_SLOTS;
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

function* takeFirstFit(kernel: Kernel, uncharged: number): Program<Page> {
  for (let pfn = kernel.memory.firstPfn; pfn < kernel.memory.endPfn; pfn++) {
    if ((yield on(FRAME_TAKE, kernel.frames.word(pfn), uncharged)) === 0) return pfn;
  }
  throw new RangeError("the modelled host has no free page left");
}

function* takeFrame(kernel: Kernel, page: Page, { first, count }: FrameRange): Program<number> {
  const uncharged = yield on(IS_UNCHARGED, kernel.unchargedHandles, slotOf(page));
  for (let pfn = first; pfn < first + count; pfn++) {
    if ((yield on(FRAME_TAKE, kernel.frames.word(pfn), uncharged)) === 0) return pfn;
  }
  throw new RangeError(`more than ${count} pages with one role on one ground`);
}

function* placeOnGround(
  kernel: Kernel,
  page: Page,
  target: number,
  grounds: readonly number[],
  from: number,
): Program<number> {
  const word = kernel.handleWord(slotOf(page));
  const placed = yield read(word);
  if (placed !== 0) return placed;
  const ground = grounds[yield choose("where the page lies", grounds.length, from)] as number;
  const pfn = yield* takeFrame(kernel, page, kernel.pairFrames(ground, target));
  yield write(word, pfn);
  return pfn;
}

/** `page_to_pfn` of a page that the kernel uses or counts: decides its region if that is still open. */
export function* pageToPfn(kernel: Kernel, page: Page): Program<number> {
  if (page === UNINITIALISED) yield event(KernelEvent.PageMisused, PageMisuse.Uninitialised);
  if (page >= 0) return page;
  const word = kernel.handleWord(slotOf(page));
  const placed = yield read(word);
  if (placed !== 0) return placed;
  const pfn = yield* kernel.options.sharedFrames === true ? takeShared(kernel, page) : takeOwn(kernel, page);
  yield write(word, pfn);
  return pfn;
}

/** A frame that every CPU has for itself under one name. */
function* takeOwn(kernel: Kernel, page: Page): Program<number> {
  const { contended } = kernel.memory;
  const region = contended[yield choose("region of the page", contended.length)] as number;
  const pfn = kernel.controlFrame(region);
  const uncharged = yield on(IS_UNCHARGED, kernel.unchargedHandles, slotOf(page));
  yield on(FRAME_TAKE, kernel.frames.word(pfn), uncharged);
  return pfn;
}

/**
 * A frame of the CPU's pool. The environment chooses the region of the CPU's first pages; those that
 * follow lie where the last of them does.
 */
function* takeShared(kernel: Kernel, page: Page): Program<number> {
  const { contended } = kernel.memory;
  const before = yield read(kernel.groundsChosen);
  const chosen = before >>> GROUND_BITS;
  let index = before & GROUND_MASK;
  if (chosen < GROUNDS_TO_CHOOSE) {
    index = yield choose("region of the page", contended.length);
    yield write(kernel.groundsChosen, ((chosen + 1) << GROUND_BITS) | index);
  }
  const cpu = yield read(kernel.cpuNumber);
  return yield* takeFrame(kernel, page, kernel.controlPool(contended[index] as number, cpu));
}

/** Gives up the handle of a page for the page itself, its page frame number, which all CPUs can use. */
export function* settlePage(kernel: Kernel, page: Page): Program<Page> {
  const pfn = yield* pageToPfn(kernel, page);
  if (page < 0) yield* releaseHandle(kernel, page, true);
  return pfn;
}

/**
 * Page frames of the pages of a pair that is about to back `target` (a 2 MiB region): the
 * environment chooses the region itself, another contended region or neutral ground.
 */
export function* placePair(
  kernel: Kernel,
  pair: readonly Page[],
  target: number,
  grounds = kernel.groundsOfPair(target),
): Program<number[]> {
  const pfns: number[] = [];
  let from = 0;
  for (const page of pair) {
    if (page === UNINITIALISED) yield event(KernelEvent.PageMisused, PageMisuse.Uninitialised);
    const pfn = page >= 0 || page === UNINITIALISED ? page : yield* placeOnGround(kernel, page, target, grounds, from);
    pfns.push(pfn);
    if (kernel.options.unorderedPairs) from = Math.max(0, grounds.indexOf(regionOf(pfn)));
  }
  return pfns;
}

/** Page frame behind `page`, 0 if it has no place; the page is not given one. */
function* settledPfn(kernel: Kernel, page: Page): Program<number> {
  return page >= 0 ? page : yield read(kernel.handleWord(slotOf(page)));
}

/** `__free_page`: whoever was charged for the page is charged no longer; misuse is told as an event (R7). */
export function* freePage(kernel: Kernel, page: Page): Program<void> {
  if (page === UNINITIALISED) {
    yield event(KernelEvent.PageMisused, PageMisuse.Uninitialised);
    return;
  }
  const pfn = yield* settledPfn(kernel, page);
  const uncharged = yield pfn === 0
    ? on(IS_UNCHARGED, kernel.unchargedHandles, slotOf(page))
    : on(FRAME_UNCHARGED, kernel.frames.word(pfn));
  let misuse = 0;
  if (page < 0) misuse = yield* releaseHandle(kernel, page, pfn !== 0, uncharged);
  if (pfn !== 0) misuse = (yield on(FRAME_FREE, kernel.frames.word(pfn))) || misuse;
  if (misuse !== 0) yield event(KernelEvent.PageMisused, misuse, pfn);
  yield on(TALLY, kernel.tally, uncharged === 0 ? -1 - ONE_CHARGE : -1);
  yield event(KernelEvent.PageFreed, 0, pfn);
}

/** @param uncharged 0 where it is known that somebody is charged for the page */
function* releaseHandle(kernel: Kernel, page: Page, placed: boolean, uncharged = 1): Program<number> {
  if (placed) yield write(kernel.handleWord(slotOf(page)), 0);
  if (uncharged !== 0) yield on(FORGET_CHARGE, kernel.unchargedHandles, slotOf(page));
  return yield on(RELEASE_HANDLE, kernel.handlesInUse, slotOf(page));
}

/** Whether the CPU still has the page: one without a place of its own may have been freed, or given to the module. */
export function* hasPage(kernel: Kernel, page: Page): Program<boolean> {
  return page >= 0 || (((yield read(kernel.handlesInUse)) >>> slotOf(page)) & 1) === 1;
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
  if (page < 0 && page !== UNINITIALISED) yield* releaseHandle(kernel, page, true);
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
