/** Where pages lie, for C that depends on it. */
import { HANDLE_SLOTS, type Kernel, NULL_PAGE, type Page } from "../../kernel/index.js";
import type { Program } from "../../machine/index.js";

/** The first name of a former page, whose handle another page has; further ones lie below. */
export const FIRST_FORMER: Page = -1 - HANDLE_SLOTS;

export function isFormer(page: Page): boolean {
  return page <= FIRST_FORMER;
}

/** What a call knows of pages beside what the kernel keeps. */
export class KnownPages {
  /** Page frame number of each page allocated by handle; kept after the page was freed or donated. */
  private readonly places = new Map<Page, number>();
  /** The same the other way round, of pages that the CPU has. */
  private readonly handles = new Map<number, Page>();
  /** Pages that the CPU is known to have. */
  private readonly held = new Set<Page>();
  /** Pages without a place of their own that the module has taken. */
  private readonly given = new Set<Page>();
  /** Numbers of pages that the call had by handle and has made known to other CPUs. */
  private readonly numbers = new Map<Page, number>();
  /** Pages that the call was handed. */
  private readonly handed = new Set<Page>();
  /** Pages that the call gave up, and those that it found, by their numbers, in memory that the CPU has for itself. */
  private readonly familiar = new Set<Page>();
  /** Parts of 64 bytes that have been reset, by page. */
  readonly resets = new Map<Page, bigint>();

  /** The call is handed the page. */
  hand(page: Page): void {
    this.take(page);
    this.handed.add(page);
  }

  /** The CPU has the page, and nothing is known of it yet. */
  take(page: Page): void {
    this.lose(page);
    this.familiar.delete(page);
    this.places.delete(page);
    this.resets.delete(page);
    this.given.delete(page);
    this.numbers.delete(page);
    this.handed.delete(page);
    if (page !== NULL_PAGE) this.held.add(page);
  }

  /** The CPU turns out to have the page, which has no place of its own. */
  know(page: Page): void {
    this.held.add(page);
  }

  /** The page is freed, or given away. */
  lose(page: Page): void {
    this.familiar.add(page);
    const pfn = this.places.get(page);
    if (pfn !== undefined && this.handles.get(pfn) === page) this.handles.delete(pfn);
    this.held.delete(page);
  }

  /** The module has taken the page. */
  give(page: Page): void {
    this.lose(page);
    this.given.add(page);
  }

  /** The page has been found to lie at `pfn`. */
  place(page: Page, pfn: number): void {
    if (page >= 0 || this.places.has(page)) return;
    this.places.set(page, pfn);
    this.handles.set(pfn, page);
  }

  /** Another page gets the handle: the call files what it knows of the former page under another name. */
  rename(page: Page, name: Page): void {
    const pfn = this.places.get(page);
    if (pfn !== undefined) this.places.set(name, pfn);
    if (this.given.has(page)) this.given.add(name);
    else this.given.delete(name);
  }

  /** Other CPUs know the page with a handle, by its number, which is its only name from here on. */
  publish(page: Page, pfn: number): void {
    this.lose(page);
    this.places.set(page, pfn);
    this.numbers.set(page, pfn);
    const resets = this.resets.get(page);
    if (resets !== undefined) this.resets.set(pfn, resets);
    this.resets.delete(page);
  }

  /** Other CPUs learn the number of a page: from here on they may take it away, whoever has it. */
  show(pfn: Page): void {
    this.held.delete(pfn);
  }

  /** Number of a page with a handle that the call has made known. */
  publishedAs(page: Page): number | undefined {
    return this.numbers.get(page);
  }

  /** Handles of pages that the call has made known, but for those that it was handed. */
  published(): Page[] {
    return [...this.numbers.keys()].filter((page) => !this.handed.has(page));
  }

  /** The call has found the page in memory that the CPU has for itself. */
  seeAlone(pfn: number): void {
    this.familiar.add(pfn);
  }

  /** Whether the call came to the page without another CPU: it had the page before, or found it in the CPU's own memory. */
  isFamiliar(pfn: number): boolean {
    return this.familiar.has(pfn);
  }

  settledPlace(page: Page): number | undefined {
    return this.places.get(page);
  }

  /** The page with this number: the one that the CPU has without a place of its own, if it lies there. */
  numbered(pfn: number): Page {
    return this.handles.get(pfn) ?? pfn;
  }

  /** Whether the call was handed the page, or has got it itself, and has not given it up. */
  isKnown(page: Page): boolean {
    return this.held.has(page);
  }

  isGiven(page: Page): boolean {
    return this.given.has(page);
  }

  /**
   * All that is known, as text.
   *
   * @param areShared CPUs share pages, so that it does not matter which are familiar
   */
  state(areShared: boolean): string {
    const { places, handles, held, handed, familiar, given, numbers, resets } = this;
    const seen = areShared ? "" : textOf(familiar);
    const own = `${textOf(places)}|${textOf(handles)}|${textOf(held)}|${textOf(handed)}`;
    return `${own}|${seen}|${textOf(given)}|${textOf(numbers)}|${textOf(resets)}`;
  }
}

/** What is in it, whatever the order. */
function textOf(known: Iterable<unknown> & { readonly size: number }): string {
  return known.size === 0 ? "" : [...known].map(String).sort().join(" ");
}

/** Page frame number of a page; one that has no place yet gets it now. */
export function* placeOf(kernel: Kernel, page: Page): Program<number> {
  return page >= 0 ? page : yield* kernel.placement.placeAnywhere(page);
}
