/**
 * Handles: pages that were allocated, and whose place nothing depends on yet. A handle is a negative number, private to
 * the CPU that allocated the page.
 */
import { on, type Program, read, wordOperation, write } from "../../machine/index.js";
import { type CpuWords, HANDLE_SLOTS } from "../cpu-words.js";
import { PageMisuse } from "../events.js";
import { type Page, PageUse } from "../page.js";

/** Handles of pages that are counted; the rest are for pages of pairs. */
const PAIR_SLOTS = 8;

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

/** The slot has no page any more, so nobody is or is not charged for it. */
const FORGET_CHARGE = wordOperation({ name: "forget charge", next: withoutBit, result: () => 0 });

function withoutBit(word: number, bit: number): number {
  return word & ~(1 << bit);
}

function lowestFree(word: number, from: number): number {
  let slot = from;
  while (slot < HANDLE_SLOTS && ((word >>> slot) & 1) !== 0) slot++;
  if (slot >= HANDLE_SLOTS) throw new RangeError(`a CPU holds more than ${HANDLE_SLOTS - PAIR_SLOTS} pages at once`);
  return slot;
}

function slotOf(page: Page): number {
  return -1 - page;
}

/**
 * Word of the place of a page with a handle: its page frame number, 0 while it has none, and the negative of the number
 * once other CPUs know the page.
 */
export function placeWord(cpu: CpuWords, page: Page): number {
  return cpu.place(slotOf(page));
}

/** What the word of a place holds once other CPUs know the page at `pfn`. */
export function publishedPlace(pfn: number): number {
  return -pfn;
}

/** Page frame number of a page with a handle, 0 while it has none. */
export function* settledPlaceOf(cpu: CpuWords, page: Page): Program<number> {
  return Math.abs(yield read(placeWord(cpu, page)));
}

/** Page frame number under which other CPUs know the page with a handle, 0 while they do not. */
export function* publishedPlaceOf(cpu: CpuWords, page: Page): Program<number> {
  return Math.max(0, -(yield read(placeWord(cpu, page))));
}

/** A handle for a page that has just been allocated. */
export function* takeHandle(cpu: CpuWords, uncharged: number, use: PageUse): Program<Page> {
  const slot = yield on(TAKE_HANDLE, cpu.handlesInUse, use === PageUse.Control ? 0 : PAIR_SLOTS);
  if (uncharged !== 0) yield on(MARK_UNCHARGED, cpu.unchargedHandles, slot);
  return -1 - slot;
}

/** Whether a page with a handle was allocated as one that is counted. */
export function isControlPage(page: Page): boolean {
  return slotOf(page) < PAIR_SLOTS;
}

/** Whether nobody is charged for a page with a handle: 1 or 0. */
export function* isUncharged(cpu: CpuWords, page: Page): Program {
  return yield on(IS_UNCHARGED, cpu.unchargedHandles, slotOf(page));
}

/**
 * Gives up the handle of a page.
 *
 * @param placed whether the page has a place
 * @param uncharged 0 where it is known that somebody is charged for the page
 * @returns a `PageMisuse`
 */
export function* releaseHandle(cpu: CpuWords, page: Page, placed: boolean, uncharged = 1): Program {
  if (placed) yield write(placeWord(cpu, page), 0);
  if (uncharged !== 0) yield on(FORGET_CHARGE, cpu.unchargedHandles, slotOf(page));
  return yield on(RELEASE_HANDLE, cpu.handlesInUse, slotOf(page));
}

/** Whether the CPU still has the page of a handle: it may have been freed, or given to the module. Names below are no handles. */
export function* isHandleInUse(cpu: CpuWords, page: Page): Program<boolean> {
  if (slotOf(page) >= HANDLE_SLOTS) return false;
  return (((yield read(cpu.handlesInUse)) >>> slotOf(page)) & 1) === 1;
}
