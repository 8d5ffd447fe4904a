/**
 * Who owns each page frame: one word per frame, changed by single steps that notice misuse (R7).
 *
 * A page is free, live (allocated), given (the TDX module owns it) and, after the module had it,
 * dirty until the kernel has overwritten it. Each operation answers a `PageMisuse`, 0 when the
 * page was used rightly.
 */
import { type AddressSpace, type RecordArray, Sharing, wordOperation } from "../machine/index.js";
import { PageMisuse } from "./events.js";
import { PAGE_SIZE, PTRS_PER_PMD, regionOf } from "./page.js";

const LIVE = 1;
const GIVEN = 2;
const DIRTY = 4;
/** Charged to nobody when it was allocated; for as long as the page is allocated. */
const UNCHARGED = 8;
/** Of two frames that blocks are made of together, kept with the first: one is free, as the block was split. */
const HALF = 16;
/** Order of the block that the page was allocated with, 0 for a single page. */
const ORDER_SHIFT = 8;
const ORDER_MASK = 15 << ORDER_SHIFT;

/** Takes a free frame: 0, or 1 when someone has it. Argument: 1 if nobody is charged for it. */
export const FRAME_TAKE = wordOperation({
  name: "take frame",
  next: (word, uncharged) => (word === 0 ? takenFrame(uncharged) : word),
  result: (word) => (word === 0 ? 0 : 1),
});

/** Frames in a row: taken at once, given up at once. For `fill`. */
export const FRAMES_TAKE = wordOperation({ name: "take frames", next: (_word, taken) => taken, result: () => 0 });
export const FRAMES_FREE = wordOperation({ name: "free frames", next: () => 0, result: () => 0 });

/** The word of a frame that was just allocated, alone or in a block. */
export function takenFrame(uncharged: number, order = 0): number {
  return LIVE | (uncharged * UNCHARGED) | (order << ORDER_SHIFT);
}

/** Order that the frame was allocated with. */
export function orderOf(word: number): number {
  return (word & ORDER_MASK) >> ORDER_SHIFT;
}

/** Whether nobody was charged for the frame of a word. */
export function isFrameUncharged(word: number): boolean {
  return (word & UNCHARGED) !== 0;
}

/** Gives a frame up. Argument: order of the block that is freed. */
export const FRAME_FREE = wordOperation({
  name: "free frame",
  next: (word) => word & HALF,
  result: (word, order) => {
    if ((word & GIVEN) !== 0) return PageMisuse.OwnedByModule;
    if ((word & LIVE) === 0) return PageMisuse.NotLive;
    if (orderOf(word) !== order) return PageMisuse.WrongOrder;
    return (word & DIRTY) !== 0 ? PageMisuse.NotReset : PageMisuse.None;
  },
});

/** One of two frames is free: 1 where the other one was already. */
export const FRAME_HALF = wordOperation({
  name: "half is free",
  next: (word) => word ^ HALF,
  result: (word) => ((word & HALF) === 0 ? 0 : 1),
});

/** Whether nobody was charged for the frame: 1 or 0. */
export const FRAME_UNCHARGED = wordOperation({
  name: "is frame uncharged",
  next: (word) => word,
  result: (word) => (isFrameUncharged(word) ? 1 : 0),
  readOnly: true,
});

export const FRAME_GIVE = wordOperation({
  name: "give frame to the module",
  next: (word) => word | GIVEN | DIRTY,
  result: (word) => {
    if ((word & LIVE) === 0) return PageMisuse.NotLive;
    return (word & GIVEN) !== 0 ? PageMisuse.GivenTwice : PageMisuse.None;
  },
});

/** The module refused the frame: as before the offer. */
export const FRAME_WITHDRAW = wordOperation({
  name: "withdraw frame",
  next: (word) => word & ~(GIVEN | DIRTY),
  result: () => 0,
});

export const FRAME_TAKE_BACK = wordOperation({
  name: "take frame back from the module",
  next: (word) => word & ~GIVEN,
  result: (word) => ((word & GIVEN) === 0 ? PageMisuse.NotGiven : PageMisuse.None),
});

export const FRAME_RESET = wordOperation({
  name: "reset frame",
  next: (word) => word & ~DIRTY,
  result: (word) => {
    if ((word & GIVEN) !== 0) return PageMisuse.OwnedByModule;
    return (word & LIVE) === 0 ? PageMisuse.NotLive : PageMisuse.None;
  },
});

/** Writes into the frame without overwriting all that the module left. */
export const FRAME_WRITE = wordOperation({
  name: "write frame",
  next: (word) => word,
  result: (word) => {
    if ((word & GIVEN) !== 0) return PageMisuse.OwnedByModule;
    return (word & LIVE) === 0 ? PageMisuse.NotLive : PageMisuse.None;
  },
  readOnly: true,
});

/** Uses the `struct page` of the frame. */
export const FRAME_STRUCT = wordOperation({
  name: "use struct page",
  next: (word) => word,
  result: (word) => {
    if ((word & GIVEN) !== 0) return PageMisuse.StructOfModule;
    return (word & LIVE) === 0 ? PageMisuse.StructNotLive : PageMisuse.None;
  },
  readOnly: true,
});

/** What a page frame is that is not free: the kernel's, the TDX module's, or given back and not yet overwritten. */
export type FrameState = "allocated" | "module" | "dirty";

/** What the word of a frame says; undefined for a free one. */
export function frameState(word: number): FrameState | undefined {
  if ((word & GIVEN) !== 0) return "module";
  if ((word & DIRTY) !== 0) return "dirty";
  return (word & LIVE) === 0 ? undefined : "allocated";
}

/** The words, one per frame. */
export class Frames {
  private readonly owners: RecordArray;
  private readonly blocks: RecordArray;
  /** Regions of which some word was asked for. */
  private readonly regions = new Set<number>();

  /**
   * @param pages page frames of the host, those before its first included
   * @param sharing how accesses to them are ordered
   */
  constructor(space: AddressSpace, pages: number, sharing = Sharing.Commuting) {
    const regions = Math.ceil(pages / PTRS_PER_PMD);
    const pageName = (region: number, offset: number) =>
      `0x${((region * PTRS_PER_PMD + offset) * PAGE_SIZE).toString(16)}`;
    this.owners = space.reserveArray(
      regions,
      PTRS_PER_PMD,
      (region, offset) => `owner of page ${pageName(region, offset)}`,
      sharing,
    );
    this.blocks = space.reserveArray(regions, 1, (region) => `blocks at ${pageName(region, 0)}`, sharing);
  }

  /** Address of the word that says what of `region`, or of the memory that begins with it, is taken as blocks. */
  blockWord(region: number): number {
    return this.blocks.at(region);
  }

  /** Whether words of the region have been asked for: if not, all its frames are free. */
  has(region: number): boolean {
    return this.regions.has(region);
  }

  /** Address of the ownership word of page frame `pfn`. */
  word(pfn: number): number {
    const region = regionOf(pfn);
    this.regions.add(region);
    return this.owners.at(region) + (pfn % PTRS_PER_PMD);
  }
}
