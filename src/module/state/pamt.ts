/**
 * The PAMT: where the entries of 1 GiB, 2 MiB and 4 KiB pages live in the words of the machine.
 *
 * Pages are numbered by *frame*: their position among the 4 KiB pages of all TDMRs, in TDMR order.
 * The 4 KiB entries and bitmap bits of a region are one record (a *block*).
 *
 * An entry is the module's 16 bytes, cut so that each word has one purpose. The first 64 bits have the lock (bits
 * 15:0), the head (31:16: type and low owner bits) and the upper half. The second 64 bits have two halves (BEPOCH, or
 * page count and second PAMT page). The BEPOCH of a 4 KiB entry is one word: an epoch above 2^31 is out of the model.
 *
 * Reserved pages of a TDMR are not written to words: their bitmap bit (dynamic) or type (static) is
 * computed, and no call can change it.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "Physical Memory Management".
 */
import { Level, levelName, PAGE_SIZE, PAGES_PER_REGION, PageType } from "../../abi/index.js";
import type { AddressSpace, RecordArray, WordName, Words } from "../../machine/index.js";
import type { Tdmr } from "./tdmr.js";

/** Offsets of the words of a 1 GiB or 2 MiB entry. */
export const LOCK = 0;
export const HEAD = 1;
export const HIGH = 2;
export const TAIL = 3;
export const TAIL_HIGH = 4;
/** Words of a 1 GiB or 2 MiB entry. */
export const ENTRY_WORDS = 5;
const entryWordNames = ["lock", "type", "owner", "count and BEPOCH", "second page"];

/** Offsets of the words of a block: one run of 512 words each. */
export const BLOCK_LOCKS = 0;
export const BLOCK_HEADS = PAGES_PER_REGION * 1;
export const BLOCK_HIGHS = PAGES_PER_REGION * 2;
export const BLOCK_BEPOCHS = PAGES_PER_REGION * 3;
export const BLOCK_BITS = PAGES_PER_REGION * 4;
export const BLOCK_WORDS = PAGES_PER_REGION * 5;
const blockWordNames = ["lock", "type", "owner", "BEPOCH", "bitmap bit"];

/** Type field of a head word. */
export const TYPE_SHIFT = 16;
export const TYPE_MASK = 31 << TYPE_SHIFT;

/** Page count field of a 2 MiB entry's tail. */
export const COUNT_MASK = 0x3ff;

export const HEAD_NODE = PageType.Pamt << TYPE_SHIFT;

/** Largest number of pages: frames are non-negative 32-bit integers. */
const FRAME_LIMIT = 2 ** 31;
const GIB_PAGES = 2 ** 18;

/** Head word of a leaf entry owned by the TDR at page frame number `owner`. */
export function leafHead(type: PageType, owner: number): number {
  return (type << TYPE_SHIFT) | ((owner % 256) << 24);
}

/** Upper word of a leaf entry owned by the TDR at page frame number `owner`. */
export function leafHigh(owner: number): number {
  return (owner / 256) | 0;
}

/** Page frame number of the owner in a leaf entry. */
export function ownerOf(head: number, high: number): number {
  return (high >>> 0) * 256 + (head >>> 24);
}

/** Page frame number at bits 63:28 of a 64-bit field whose halves are given. */
export function pairPage(low: number, high: number): number {
  return (high >>> 0) * 16 + (low >>> 28);
}

/** Page frames of the pair that the 2 MiB entry at `entry` names, 0 where it names none. */
export function pairAt(words: Words, entry: number): readonly [number, number] {
  const first = pairPage(words.read(entry + HEAD), words.read(entry + HIGH));
  return [first, pairPage(words.read(entry + TAIL), words.read(entry + TAIL_HIGH))];
}

/** Bits 31:28 of a field that holds page frame number `pfn` at bits 63:28. */
export function pairLow(pfn: number): number {
  return (pfn % 16) << 28;
}

/** Bits 63:32 of a field that holds page frame number `pfn` at bits 63:28. */
export function pairHigh(pfn: number): number {
  return (pfn / 16) | 0;
}

/** Type in a head word. */
export function typeOf(head: number): PageType {
  return (head & TYPE_MASK) >>> TYPE_SHIFT;
}

export class Pamt {
  /** GiB of all TDMRs. */
  readonly gibs: number;
  private readonly numberOfGib: Int32Array;
  private readonly gibOfNumber: Int32Array;
  private readonly tdmrOfGib: Uint8Array;
  private readonly gibWords: number;
  private readonly regionWords: number;
  private readonly blocks: RecordArray;
  /** 1 for regions that hold a reserved page. */
  private readonly reservedRegions: Uint8Array;

  /**
   * @param tdmrs as SYS.CONFIG accepted them
   * @param dynamic whether 4 KiB entries live in page pairs
   * @throws RangeError when there are more pages than the model can number
   */
  constructor(
    space: AddressSpace,
    readonly tdmrs: readonly Tdmr[],
    readonly dynamic: boolean,
  ) {
    this.gibs = tdmrs.reduce((sum, tdmr) => sum + tdmr.gibs, 0);
    if (this.gibs * GIB_PAGES > FRAME_LIMIT) {
      throw new RangeError(
        `the host is too large for the model: TDMRs of ${this.gibs} GiB, at most 8192 can be numbered`,
      );
    }
    const last = tdmrs[tdmrs.length - 1];
    this.numberOfGib = new Int32Array(this.gibs);
    this.gibOfNumber = new Int32Array(last === undefined ? 0 : last.firstGib + last.gibs).fill(-1);
    this.tdmrOfGib = new Uint8Array(this.gibs);
    this.reservedRegions = new Uint8Array(this.gibs * PAGES_PER_REGION);
    let gib = 0;
    for (const [index, tdmr] of tdmrs.entries()) {
      for (let i = 0; i < tdmr.gibs; i++, gib++) {
        this.numberOfGib[gib] = tdmr.firstGib + i;
        this.gibOfNumber[tdmr.firstGib + i] = gib;
        this.tdmrOfGib[gib] = index;
      }
    }
    for (const tdmr of tdmrs) this.markReserved(tdmr);
    this.gibWords = space.reserve(this.gibs * ENTRY_WORDS, (offset) =>
      this.entryWord(Level.Page1G, Math.floor(offset / ENTRY_WORDS) * GIB_PAGES, offset),
    );
    this.regionWords = space.reserve(this.gibs * PAGES_PER_REGION * ENTRY_WORDS, (offset) =>
      this.entryWord(Level.Page2M, Math.floor(offset / ENTRY_WORDS) * PAGES_PER_REGION, offset),
    );
    this.blocks = space.reserveArray(this.gibs * PAGES_PER_REGION, BLOCK_WORDS, (region, offset) =>
      this.describeBlock(region, offset),
    );
  }

  /** 4 KiB pages of all TDMRs. */
  get pages(): number {
    return this.gibs * GIB_PAGES;
  }

  private markReserved(tdmr: Tdmr): void {
    const first = this.gibOfNumber[tdmr.firstGib] * PAGES_PER_REGION;
    for (let i = 0; i < tdmr.reservedFirst.length; i++) {
      const from = first + Math.floor(tdmr.reservedFirst[i] / PAGES_PER_REGION);
      const to = first + Math.floor((tdmr.reservedEnd[i] - 1) / PAGES_PER_REGION);
      this.reservedRegions.fill(1, from, to + 1);
    }
  }

  /** Frame of the page that holds the address whose halves are given, or -1 outside all TDMRs. */
  frameAt(low: number, high: number): number {
    const number = high * 4 + (low >>> 30);
    if (number >= this.gibOfNumber.length) return -1;
    const gib = this.gibOfNumber[number];
    return gib < 0 ? -1 : (gib << 18) | ((low >>> 12) & 0x3ffff);
  }

  /** Frame of a page frame number (HPA / 4096), or -1 outside all TDMRs. */
  frameOfPfn(pfn: number): number {
    const number = Math.floor(pfn / GIB_PAGES);
    if (!(number >= 0 && number < this.gibOfNumber.length)) return -1;
    const gib = this.gibOfNumber[number];
    return gib < 0 ? -1 : (gib << 18) | (pfn % GIB_PAGES);
  }

  /** Frame of the page that holds `hpa` (bytes), or -1 outside all TDMRs. */
  frameOf(hpa: number): number {
    return this.frameOfPfn(Math.floor(hpa / PAGE_SIZE));
  }

  /** Page frame number of a frame. */
  pfnOf(frame: number): number {
    return this.numberOfGib[frame >>> 18] * GIB_PAGES + (frame & 0x3ffff);
  }

  /** Address in bytes of a frame. */
  hpaOf(frame: number): number {
    return this.pfnOf(frame) * PAGE_SIZE;
  }

  /** Index of the TDMR that holds a frame. */
  tdmrOf(frame: number): number {
    return this.tdmrOfGib[frame >>> 18];
  }

  /** GiB of its TDMR that a frame lies in, counted from 0. */
  gibInTdmr(frame: number): number {
    return this.numberOfGib[frame >>> 18] - (this.tdmrs[this.tdmrOf(frame)] as Tdmr).firstGib;
  }

  /** First word of the 1 GiB entry that covers a frame. */
  entry1g(frame: number): number {
    return this.gibWords + (frame >>> 18) * ENTRY_WORDS;
  }

  /** First word of the 2 MiB entry that covers a frame. */
  entry2m(frame: number): number {
    return this.regionWords + (frame >>> 9) * ENTRY_WORDS;
  }

  /** First word of the 2 MiB entries of the GiB that holds a frame; its 512 entries follow each other. */
  entries2m(frame: number): number {
    return this.regionWords + (frame >>> 18) * PAGES_PER_REGION * ENTRY_WORDS;
  }

  /** First word of the block of the region that holds a frame. */
  block(frame: number): number {
    return this.blocks.at(frame >>> 9);
  }

  private entryName(level: Level, frame: number): string {
    return `${levelName(level)} entry of 0x${this.hpaOf(frame).toString(16)}`;
  }

  private entryWord(level: Level, frame: number, offset: number): WordName {
    return { whole: this.entryName(level, frame), part: entryWordNames[offset % ENTRY_WORDS] as string };
  }

  private describeBlock(region: number, offset: number): WordName {
    const frame = region * PAGES_PER_REGION + (offset % PAGES_PER_REGION);
    const part = blockWordNames[Math.floor(offset / PAGES_PER_REGION)] as string;
    if (offset >= BLOCK_BITS) return `${part} of 0x${this.hpaOf(frame).toString(16)}`;
    return { whole: this.entryName(Level.Page4K, frame), part };
  }

  /** Word: lock of the 4 KiB entry of a frame. */
  lock4k(frame: number): number {
    return this.block(frame) + (frame & 511);
  }

  /** Frame of the 4 KiB entry whose lock is the word at `address`, or -1 when it is none. */
  frameOfLock(address: number): number {
    const region = this.blocks.indexOf(address);
    if (region < 0) return -1;
    const page = address - this.block(region * PAGES_PER_REGION);
    return page < PAGES_PER_REGION ? region * PAGES_PER_REGION + page : -1;
  }

  /** The entry whose lock is the word at `address`: its level, and its first frame; undefined where it is none. */
  entryOfLock(address: number): { readonly level: Level; readonly frame: number } | undefined {
    const frame = this.frameOfLock(address);
    if (frame >= 0) return { level: Level.Page4K, frame };
    for (const [level, base, pages] of [
      [Level.Page1G, this.gibWords, GIB_PAGES],
      [Level.Page2M, this.regionWords, PAGES_PER_REGION],
    ] as const) {
      const first = Math.floor((address - base) / ENTRY_WORDS) * pages;
      if (first >= 0 && first < this.pages && this.lockAt(first, level) === address) return { level, frame: first };
    }
    return undefined;
  }

  /** Word: head of the 4 KiB entry of a frame. */
  head4k(frame: number): number {
    return this.block(frame) + BLOCK_HEADS + (frame & 511);
  }

  /** Word: bitmap bit of a frame. */
  bit(frame: number): number {
    return this.block(frame) + BLOCK_BITS + (frame & 511);
  }

  /** Word: lock of the entry of a frame at a level. */
  lockAt(frame: number, level: number): number {
    if (level === 0) return this.lock4k(frame);
    return (level === 1 ? this.entry2m(frame) : this.entry1g(frame)) + LOCK;
  }

  /** Word: head of the entry of a frame at a level. */
  headAt(frame: number, level: number): number {
    if (level === 0) return this.head4k(frame);
    return (level === 1 ? this.entry2m(frame) : this.entry1g(frame)) + HEAD;
  }

  /** Word: bits 63:32 of the entry of a frame at a level. */
  highAt(frame: number, level: number): number {
    if (level === 0) return this.block(frame) + BLOCK_HIGHS + (frame & 511);
    return (level === 1 ? this.entry2m(frame) : this.entry1g(frame)) + HIGH;
  }

  /** Word: low half of the second 64 bits (BEPOCH) of the entry of a frame at a level. */
  tailAt(frame: number, level: number): number {
    if (level === 0) return this.block(frame) + BLOCK_BEPOCHS + (frame & 511);
    return (level === 1 ? this.entry2m(frame) : this.entry1g(frame)) + TAIL;
  }

  /** Whether a frame lies in a reserved area of its TDMR. */
  isReserved(frame: number): boolean {
    if (this.reservedRegions[frame >>> 9] === 0) return false;
    const tdmr = this.tdmrs[this.tdmrOf(frame)] as Tdmr;
    const page = this.gibInTdmr(frame) * GIB_PAGES + (frame & 0x3ffff);
    for (let i = 0; i < tdmr.reservedFirst.length; i++) {
      if (page >= tdmr.reservedFirst[i] && page < tdmr.reservedEnd[i]) return true;
    }
    return false;
  }

  /** Whether any page of the region that holds a frame is reserved. */
  hasReserved(frame: number): boolean {
    return this.reservedRegions[frame >>> 9] !== 0;
  }

  /** Bitmap bit of a frame as TDMR initialisation left it: OR it to the word. */
  initialBit(frame: number): number {
    return this.dynamic && this.reservedRegions[frame >>> 9] !== 0 && this.isReserved(frame) ? 1 : 0;
  }

  /** Head of the 4 KiB entry of a frame as TDMR initialisation left it: OR it to the word. */
  initialHead(frame: number): number {
    if (this.dynamic || this.reservedRegions[frame >>> 9] === 0 || !this.isReserved(frame)) return 0;
    return PageType.Rsvd << TYPE_SHIFT;
  }
}
