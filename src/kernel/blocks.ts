/**
 * Blocks: 2^order page frames in a row, allocated and freed at once (`alloc_pages`, `__free_pages`).
 *
 * A block of 2 MiB is a region of its own, which no processor fights over. A smaller one lies where the environment
 * puts it: in a region that processors fight over, or on neutral ground.
 */
import { choose, event, fence, fill, gather, on, type Program, read, wordOperation } from "../machine/index.js";
import { KernelEvent, PageMisuse } from "./events.js";
import {
  FRAME_FREE,
  FRAME_HALF,
  FRAME_UNCHARGED,
  FRAMES_FREE,
  FRAMES_TAKE,
  frameState,
  isFrameUncharged,
  orderOf,
  takenFrame,
} from "./frames.js";
import { type Kernel, ONE_CHARGE } from "./kernel.js";
import { NULL_PAGE, type Page, PTRS_PER_PMD, regionOf } from "./page.js";
import { type Gfp, isCharged, isThereMemory, TALLY } from "./pages.js";

/** Order of a block of 2 MiB. */
const REGION_ORDER = 9;
/** Page frames of a ground that smaller blocks are taken from. */
const SMALL = { first: 192, count: 64 };
export const LARGEST_SMALL_ORDER = 6;

/** Orders of blocks that the model has room for. */
export function isBlockOrder(order: number): boolean {
  return order === REGION_ORDER || (order > 0 && order <= LARGEST_SMALL_ORDER);
}

/** Where blocks of one size come from: one word for each of these says which of its parts are taken. */
interface Place {
  readonly region: number;
  readonly firstPfn: number;
  /** Parts that there are, and page frames in one. */
  readonly parts: number;
  readonly partPages: number;
}

const BITS = 32;
const SMALL_PART = SMALL.count / BITS;

/** Takes as many parts as asked for, aligned to their number; the result is the first of them, `BITS` if there are none. */
const TAKE_PARTS = wordOperation({
  name: "take block",
  next: (word, parts) => word | runAt(firstFree(word, parts), parts),
  result: firstFree,
});

/** Argument: the first part, and how many (times `BITS`). */
const RELEASE_PARTS = wordOperation({
  name: "release block",
  next: (word, argument) => word & ~runAt(argument % BITS, Math.floor(argument / BITS)),
  result: () => 0,
});

function runAt(first: number, parts: number): number {
  if (first === BITS) return 0;
  return (parts === BITS ? -1 : (1 << parts) - 1) << first;
}

function firstFree(word: number, parts: number): number {
  let first = 0;
  while (first < BITS && (word & runAt(first, parts)) !== 0) first += parts;
  return first;
}

/** Places for blocks of an order. */
function placesFor(kernel: Kernel, order: number): Place[] {
  const { chunks } = kernel.memory;
  if (order === REGION_ORDER) {
    const [region = 0] = chunks;
    return [{ region, firstPfn: region * PTRS_PER_PMD, parts: chunks.length, partPages: PTRS_PER_PMD }];
  }
  return kernel.placement.blockGrounds.map((region) => {
    return { region, firstPfn: region * PTRS_PER_PMD + SMALL.first, parts: BITS, partPages: SMALL_PART };
  });
}

function placeOf(kernel: Kernel, pfn: number): Place | undefined {
  const places = [...placesFor(kernel, LARGEST_SMALL_ORDER), ...placesFor(kernel, REGION_ORDER)];
  return places.find(({ firstPfn, parts, partPages }) => pfn >= firstPfn && pfn < firstPfn + parts * partPages);
}

/** Whether page frame `pfn` belongs to memory that blocks are taken from. */
export function isBlockFrame({ memory, placement }: Kernel, pfn: number): boolean {
  const region = regionOf(pfn);
  if (memory.chunks.includes(region)) return true;
  const index = pfn % PTRS_PER_PMD;
  if (index < SMALL.first || index >= SMALL.first + SMALL.count) return false;
  return placement.blockGrounds.includes(region);
}

/**
 * `alloc_pages`: the first page frame of 2^order, or null when memory is short.
 *
 * @throws RangeError when the modelled host has no room for one more block
 */
export function* allocBlock(kernel: Kernel, gfp: Gfp, order: number): Program<Page> {
  const uncharged = isCharged(gfp) ? 0 : 1;
  if (!(yield* isThereMemory(kernel, gfp))) return NULL_PAGE;
  // The allocator has a lock: what the CPU has stored before, others see that are given the pages.
  yield fence();
  const pages = 2 ** order;
  yield on(TALLY, kernel.tally, uncharged === 0 ? pages * (1 + ONE_CHARGE) : pages);
  const places = placesFor(kernel, order);
  const place = places[yield choose("where the block lies", places.length)] as Place;
  const part = yield on(TAKE_PARTS, kernel.frames.blockWord(place.region), pages / place.partPages);
  if (part >= place.parts) throw new RangeError(`the modelled host has no room for one more block of ${pages} pages`);
  const first = place.firstPfn + part * place.partPages;
  yield fill(FRAMES_TAKE, kernel.frames.word(first), pages, takenFrame(uncharged, order));
  return first;
}

/** `__free_pages`: whoever was charged is charged no longer; misuse is told as an event (R7). */
export function* freeBlock(kernel: Kernel, first: Page, order: number): Program<void> {
  yield fence();
  const pages = 2 ** order;
  const word = kernel.frames.word(first);
  const uncharged = yield on(FRAME_UNCHARGED, word);
  // Blocks are aligned to their size.
  const isBlock = orderOf(yield read(word)) === order && first % pages === 0;
  if (!isBlock || (yield gather(word, pages, -1, takenFrame(uncharged, order))) !== 0) {
    yield* tellMisuse(kernel, first, order, isBlock ? pages : 1);
    return;
  }
  const { region, firstPfn, partPages } = placeOf(kernel, first) as Place;
  yield fill(FRAMES_FREE, word, pages, 0);
  yield on(TALLY, kernel.tally, -pages * (uncharged === 0 ? 1 + ONE_CHARGE : 1));
  yield event(KernelEvent.PageFreed, 0, first);
  yield on(RELEASE_PARTS, kernel.frames.blockWord(region), (first - firstPfn) / partPages + (pages / partPages) * BITS);
}

/** `split_page`: pages of a block become single ones. @returns whether they were a block, all as it was allocated */
export function* splitBlock(kernel: Kernel, first: Page, order: number): Program<boolean> {
  const pages = 2 ** order;
  const word = kernel.frames.word(first);
  const uncharged = yield on(FRAME_UNCHARGED, word);
  const isBlock = orderOf(yield read(word)) === order && first % pages === 0;
  if (!isBlock || (yield gather(word, pages, -1, takenFrame(uncharged, order))) !== 0) return false;
  yield fill(FRAMES_TAKE, word, pages, takenFrame(uncharged));
  return true;
}

/** Whether a page that is about to be freed was part of a block that was split. */
export function* isSplit(kernel: Kernel, page: Page): Program<boolean> {
  if (page <= 0 || !isBlockFrame(kernel, page)) return false;
  const word = yield read(kernel.frames.word(page));
  return frameState(word) !== undefined && orderOf(word) === 0;
}

/** Such a page was freed: with the last one of a part, that is there for blocks again. */
export function* releaseSplit(kernel: Kernel, page: Page): Program<void> {
  const { region, firstPfn } = placeOf(kernel, page) as Place;
  const part = Math.floor((page - firstPfn) / SMALL_PART);
  const { frames } = kernel;
  if ((yield on(FRAME_HALF, frames.word(firstPfn + part * SMALL_PART))) === 0) return;
  yield on(RELEASE_PARTS, frames.blockWord(region), part + BITS);
}

/** Which of some frames are not as they were allocated, and what is wrong with them, each of them tells. */
function* tellMisuse(kernel: Kernel, first: Page, order: number, pages: number): Program<void> {
  for (let pfn = first; pfn < first + pages; pfn++) {
    const misuse = yield on(FRAME_FREE, kernel.frames.word(pfn), order);
    if (misuse !== 0) yield event(KernelEvent.PageMisused, misuse, pfn);
    else if (pfn % 2 ** order !== 0 && pfn === first) yield event(KernelEvent.PageMisused, PageMisuse.WrongOrder, pfn);
  }
}

/** Pages of blocks that are allocated and not the module's; those of blocks that were split are pages like others. */
export function pagesInBlocks(kernel: Kernel): number {
  let pages = 0;
  for (const word of blockFrames(kernel)) {
    if (orderOf(word) === 0) continue;
    const state = frameState(word);
    if (state === "allocated" || state === "dirty") pages++;
  }
  return pages;
}

/** Whether somebody is charged for a page that was allocated in a block. */
export function isBlockCharged(kernel: Kernel): boolean {
  for (const word of blockFrames(kernel)) {
    if (frameState(word) !== undefined && orderOf(word) > 0 && !isFrameUncharged(word)) return true;
  }
  return false;
}

/** Words of the frames of all parts that are taken. */
function* blockFrames(kernel: Kernel): Iterable<number> {
  const { words, frames } = kernel;
  for (const order of [LARGEST_SMALL_ORDER, REGION_ORDER]) {
    for (const { region, firstPfn, parts, partPages } of placesFor(kernel, order)) {
      const taken = words.read(frames.blockWord(region));
      for (let part = 0; taken >>> part !== 0 && part < parts; part++) {
        if (((taken >>> part) & 1) === 0) continue;
        const first = firstPfn + part * partPages;
        for (let pfn = first; pfn < first + partPages; pfn++) yield words.read(frames.word(pfn));
      }
    }
  }
}
