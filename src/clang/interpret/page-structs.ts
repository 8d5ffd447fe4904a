/**
 * Where the structures of pages lie. A page with a handle has one in words of its CPU. A page with a number has one that
 * whoever has the page looks at alone. Where CPUs share pages, anybody may look at it.
 */
import { HANDLE_SLOTS, isBlockFrame, type Kernel, PAGE_SIZE, type Page } from "../../kernel/index.js";
import { type RecordArray, Sharing } from "../../machine/index.js";
import type { Cells } from "./cells.js";
import { isFormer } from "./known-pages.js";
import type { ProgramNeeds } from "./needs.js";
import { PAGE_STRUCT_SIZE, WordsObject } from "./objects.js";

/** Pages that have structures. */
export interface PageRange {
  readonly first: number;
  readonly count: number;
}

function structName(page: Page, at: number): string {
  return `struct page of 0x${(page * PAGE_SIZE).toString(16)}${at === 0 ? "" : `+${at}`}`;
}

export class PageStructs {
  private readonly structs = new Map<Page, WordsObject>();
  /** Structures that anybody may look at. */
  private readonly sharedStructs = new Map<Page, WordsObject>();
  /** Structures of pages whose handles other pages have: nobody may look at them. */
  private readonly formerStructs = new Map<Page, WordsObject>();
  private readonly handleStructs: number;
  /** Structures of the pages that each CPU has for itself, by page. */
  private readonly ownStructs: ReadonlyMap<Page, number>;
  /** Page frame number of the first page that has a structure. */
  private readonly firstPfn: number;
  /** Structures of pages that whoever has the page looks at, and of those that anybody may. */
  private readonly pageStructs: RecordArray;
  private readonly anybodysStructs: RecordArray;

  /** @param based receives each structure in memory that CPUs share, with its first word */
  constructor(
    private readonly kernel: Kernel,
    private readonly needs: ProgramNeeds,
    private readonly cells: Cells,
    pages: PageRange,
    private readonly based: (base: number, object: WordsObject) => void,
  ) {
    this.handleStructs = kernel.reservePrivate(
      HANDLE_SLOTS * PAGE_STRUCT_SIZE,
      (at) => `struct page of handle ${Math.floor(at / PAGE_STRUCT_SIZE)}`,
    );
    this.ownStructs = new Map(
      kernel.placement
        .cpuFrames()
        .map((page) => [page, kernel.reservePrivate(PAGE_STRUCT_SIZE, (at) => structName(page, at))] as const),
    );
    const { space } = kernel;
    // Whoever has the page has its structure: R7 watches over that.
    this.firstPfn = pages.first;
    const nameOf = (index: number, at: number) => structName(this.firstPfn + index, at);
    this.pageStructs = space.reserveArray(pages.count, PAGE_STRUCT_SIZE, nameOf, Sharing.Commuting);
    this.anybodysStructs = space.reserveArray(pages.count, PAGE_STRUCT_SIZE, nameOf);
    // Where the array of structures begins, whose first is of none of these pages.
    this.shared(0);
  }

  /** The structure that a number leads to: what a CPU keeps there others see, unless pages with that number are held. */
  ofNumber(pfn: number): WordsObject {
    return this.kernel.placement.isHeldByNumber(pfn) ? this.of(pfn) : this.shared(pfn);
  }

  /** The structure that anybody may look at. */
  shared(pfn: number): WordsObject {
    let object = this.sharedStructs.get(pfn);
    if (object === undefined) {
      const base = this.anybodysStructs.at(pfn - this.firstPfn);
      object = new WordsObject("struct page", PAGE_STRUCT_SIZE, base, this.cells, false, pfn);
      this.based(base, object);
      this.sharedStructs.set(pfn, object);
    }
    return object;
  }

  /** Structures that only whoever has the page looks at, as far as they were ever used. */
  all(): Iterable<WordsObject> {
    return this.structs.values();
  }

  /** The structure of a page that the CPU has. */
  of(page: Page): WordsObject {
    if (isFormer(page)) return this.former(page);
    if (page >= 0 && this.isAnybodys(page)) return this.shared(page);
    let object = this.structs.get(page);
    if (object === undefined) {
      object = new WordsObject("struct page", PAGE_STRUCT_SIZE, this.baseOf(page), this.cells, true, page);
      this.structs.set(page, object);
    }
    return object;
  }

  /** There are no words behind it: whoever uses it is told that the page was freed. */
  private former(page: Page): WordsObject {
    let object = this.formerStructs.get(page);
    if (object === undefined) {
      object = new WordsObject("struct page", PAGE_STRUCT_SIZE, page * PAGE_STRUCT_SIZE, this.cells, true, page);
      this.formerStructs.set(page, object);
    }
    return object;
  }

  /** Those of blocks lie there for whoever the block is kept for. */
  private isAnybodys(pfn: number): boolean {
    return isBlockFrame(this.kernel, pfn) || (this.needs.sharedPages && !this.ownStructs.has(pfn));
  }

  private baseOf(page: Page): number {
    if (page < 0) return this.handleStructs + (-1 - page) * PAGE_STRUCT_SIZE;
    return this.ownStructs.get(page) ?? this.pageStructs.at(page - this.firstPfn);
  }
}
