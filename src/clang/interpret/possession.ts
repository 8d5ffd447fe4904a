/**
 * Whose a page is: only its owner may use its structure and contents, and only while it is neither freed nor the
 * module's (R7). Nobody else looks, so the words of such a structure need no scheduling points.
 */
import {
  FRAME_STRUCT,
  hasPage,
  isBlockFrame,
  type Kernel,
  KernelEvent,
  NULL_PAGE,
  type Page,
  PageMisuse,
} from "../../kernel/index.js";
import { at, event, type Operation, on } from "../../machine/index.js";
import { storeOperation } from "./access.js";
import type { KnownPages } from "./known-pages.js";
import type { CMemory } from "./memory.js";
import { PAGE_STRUCT_SIZE, PageContents, WordsObject } from "./objects.js";
import { isHandedOut, reachPage } from "./publication.js";
import { sited } from "./sited.js";
import { type MemoryObject, zeroOf } from "./values.js";

/** A call, as far as it has pages. */
interface Holder {
  readonly kernel: Kernel;
  readonly memory: CMemory;
  readonly pages: KnownPages;
  /** `file:line` of a site. */
  where(site: number): string;
  fail(site: number, text: string): never;
}

type Step<R> = Generator<Operation, R, number>;

function* has(holder: Holder, page: Page, site: number): Step<boolean> {
  if (!(yield* sited(hasPage(holder.kernel, page), site))) return false;
  // Nobody else can give it up.
  if (page < 0) holder.pages.know(page);
  return true;
}

/** A page that is used must still be the CPU's: neither freed nor given to the module. */
export function* expectPage(holder: Holder, page: Page, site: number): Step<void> {
  if (yield* has(holder, page, site)) return;
  yield at(
    event(KernelEvent.PageMisused, holder.pages.isGiven(page) ? PageMisuse.OwnedByModule : PageMisuse.NotLive),
    site,
  );
  holder.fail(site, "a page is used that was freed or given away");
}

/** An access to `object` that is a page's structure, or its contents, needs the page. */
export function* expectAccess(holder: Holder, object: MemoryObject, site: number): Step<void> {
  if (object instanceof PageContents) {
    // Where a page has its place, whoever writes is judged by what becomes of the frame.
    if (object.page > 0) yield* reachPage(holder, object.page, site);
    else if (!holder.pages.isKnown(object.page)) yield* expectPage(holder, object.page, site);
  } else if (object instanceof WordsObject && object.page !== undefined && !isAlone(holder, object.page)) {
    yield* expectStruct(holder, object.page, object.owned, site);
  }
}

/** Whether the call has the page, and no other CPU can take it away. */
function isAlone({ memory, pages }: Holder, page: Page): boolean {
  return pages.isKnown(page) && (page < 0 || !memory.needs.sharedPages);
}

function* expectStruct(holder: Holder, page: Page, owned: boolean, site: number): Step<void> {
  const { kernel, pages } = holder;
  let misuse = 0;
  if (page < 0) {
    if (!(yield* has(holder, page, site))) {
      misuse = pages.isGiven(page) ? PageMisuse.StructOfModule : PageMisuse.StructNotLive;
    }
  } else if (page !== NULL_PAGE && isJudged(holder, page, owned)) {
    yield* reachPage(holder, page, site);
    misuse = yield at(on(FRAME_STRUCT, kernel.frames.word(page)), site);
  }
  if (misuse === 0) return;
  yield at(event(KernelEvent.PageMisused, misuse, page > 0 ? -page : 0), site);
  holder.fail(site, "the structure of a page is used that was freed or given away");
}

/**
 * Whether the allocator hands the page out, under this number. Those of the callers, and what stands for a whole region,
 * it does not.
 */
function isJudged({ kernel, memory }: Holder, page: Page, owned: boolean): boolean {
  return (owned || memory.needs.sharedPages || isBlockFrame(kernel, page)) && isHandedOut(kernel, page);
}

/** What a `struct page` holds is forgotten when the page goes. */
export function* forgetStruct(holder: Holder, page: Page, site: number): Step<void> {
  const { memory } = holder;
  const object = memory.structs.of(page);
  for (const { offset, size } of object.cells.within(0, PAGE_STRUCT_SIZE)) {
    const zero = memory.encode(zeroOf(size), size, holder.where(site));
    yield at(on(storeOperation("once"), object.word(offset), zero), site);
  }
}
