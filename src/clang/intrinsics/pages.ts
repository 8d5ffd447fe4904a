/** Pages and other memory for C. */
import {
  allocBlock,
  freeBlock,
  freePage,
  Gfp,
  isBlockFrame,
  isBlockOrder,
  isSplit,
  KernelEvent,
  LARGEST_SMALL_ORDER,
  MemoryMisuse,
  NULL_PAGE,
  PAGE_SIZE,
  type Page,
  PageMisuse,
  releaseSplit,
  splitBlock,
  tdxQuirkResetPage,
} from "../../kernel/index.js";
import { at, event } from "../../machine/index.js";
import type { Activation, Intrinsic } from "../interpret/activation.js";
import { partFromFormer } from "../interpret/former-pages.js";
import type { Evaluation } from "../interpret/host.js";
import { isFormer } from "../interpret/known-pages.js";
import { PAGE_STRUCT_SIZE, PageContents, WordsObject } from "../interpret/objects.js";
import { expectPage, forgetStruct } from "../interpret/possession.js";
import { reachPage } from "../interpret/publication.js";
import { sited } from "../interpret/sited.js";
import { FrameNumber, Pointer, UNDEFINED, type Value } from "../interpret/values.js";
import { ALLOCATED_BLOCKS } from "./facts.js";
import { failsHere, GFP_DIRECT_RECLAIM, memoryIntrinsics } from "./memory.js";

/** The bit of linux/gfp_types.h: the allocation is charged. */
const GFP_ACCOUNT = 2n;

const PAGE_SHIFT = 12;
/** What MOVDIR64B writes at once, in bytes. */
const CHUNK = 64;
/** A bit for each part of a page that MOVDIR64B writes, and all of them. */
const CHUNKS = Array.from({ length: PAGE_SIZE / CHUNK }, (_, index) => 1n << BigInt(index));
const ALL_CHUNKS = (1n << BigInt(PAGE_SIZE / CHUNK)) - 1n;

function gfpOf(flags: bigint): Gfp {
  const charged = (flags & GFP_ACCOUNT) !== 0n;
  if ((flags & GFP_DIRECT_RECLAIM) !== 0n) return charged ? Gfp.KernelAccount : Gfp.Kernel;
  return charged ? Gfp.AtomicAccount : Gfp.Atomic;
}

/** The page whose `struct page` a pointer points to. */
export function* pageOf(activation: Activation, pointer: Value, site: number): Evaluation<Page> {
  if (pointer === UNDEFINED) {
    yield at(event(KernelEvent.PageMisused, PageMisuse.Uninitialised, activation.originOf(pointer)), site);
    return activation.fail(site, "a page that was never set is used");
  }
  if (pointer === 0n) {
    const about = activation.originOf(pointer);
    return yield* activation.misuse(MemoryMisuse.NullAddress, site, "a null page is used", about);
  }
  if (!(pointer instanceof Pointer) || !(pointer.object instanceof WordsObject) || pointer.object.page === undefined) {
    return yield* activation.misuse(MemoryMisuse.NoAddress, site, "something that is not a page is used as one");
  }
  const { page } = pointer.object;
  const pages = pointer.offset / PAGE_STRUCT_SIZE;
  if (pages === 0) return activation.numbered(page);
  if (Number.isInteger(pages) && page !== NULL_PAGE) {
    const pfn = (yield* activation.placeOf(page)) + pages;
    if (pfn > 0) return activation.numbered(pfn);
  }
  return yield* activation.misuse(
    MemoryMisuse.NoAddress,
    site,
    "an address inside of a page's structure is used as a page",
  );
}

/** Page frame 0, which is the zero page here, is freed or written: nobody was ever given it. */
function* noPage(activation: Activation, site: number): Evaluation<never> {
  yield at(event(KernelEvent.PageMisused, PageMisuse.NotLive), site);
  return activation.fail(site, "page frame 0 is used as a page");
}

function* freedBlock(activation: Activation, page: Page, order: number, site: number): Evaluation<void> {
  if (page < 0 || !isBlockFrame(activation.kernel, page) || !isBlockOrder(order)) {
    yield at(event(KernelEvent.PageMisused, PageMisuse.WrongOrder), site);
    return activation.fail(site, `a page is freed with order ${order} that was not allocated with it`);
  }
  yield* sited(freeBlock(activation.kernel, page, order), site);
  for (let index = 0; index < 2 ** order; index++) activation.pages.lose(page + index);
}

/** The contents of the page with a physical address, through the direct map. */
function contentsAt(activation: Activation, address: bigint): Pointer {
  const page = activation.numbered(Number(address / BigInt(PAGE_SIZE)));
  return new Pointer(activation.memory.pageContents(page), Number(address % BigInt(PAGE_SIZE)));
}

function* contentsOf(activation: Activation, address: Value, site: number): Evaluation {
  return contentsAt(activation, yield* activation.number(address, site));
}

/** MOVDIR64B to something that is not a page. */
function* resetOf(activation: Activation, to: Value, site: number): Evaluation<never> {
  if (to === UNDEFINED) {
    yield at(event(KernelEvent.PageMisused, PageMisuse.Uninitialised), site);
    return activation.fail(site, "a page that was never set is reset");
  }
  return yield* activation.misuse(MemoryMisuse.NoAddress, site, "MOVDIR64B to something that is not a page");
}

/** The last part of a page has been reset. */
function* wholeReset(activation: Activation, page: Page, site: number): Evaluation {
  yield* reachPage(activation, page, site);
  yield* expectPage(activation, page, site);
  yield* sited(tdxQuirkResetPage(activation.kernel, page), site);
  return 0;
}

function* resetPage(activation: Activation, page: Page, site: number): Evaluation {
  activation.pages.resets.set(page, 0n);
  yield* wholeReset(activation, page, site);
  return 1;
}

export const pageIntrinsics: Record<string, Intrinsic> = {
  *__dpamt_alloc_page(activation, [flags = 0, order = 0], site) {
    const exponent = Number(yield* activation.number(order, site));
    if (exponent !== 0 && !isBlockOrder(exponent)) {
      activation.fail(site, `pages of order ${exponent} are allocated: only orders 0 to 6 and 9 are modelled`);
    }
    const gfp = gfpOf(yield* activation.number(flags, site));
    if (yield* failsHere(activation, site)) return 0n;
    if (activation.whySleepless > 0 && (gfp === Gfp.Kernel || gfp === Gfp.KernelAccount)) {
      yield at(event(KernelEvent.MaySleep, activation.whySleepless), site);
    }
    if (exponent > 0) {
      activation.host.facts.add(ALLOCATED_BLOCKS);
      const block = yield* sited(allocBlock(activation.kernel, gfp, exponent), site, activation);
      return block === NULL_PAGE ? 0n : new Pointer(activation.memory.structs.of(block), 0);
    }
    const page = yield* sited(activation.allocatePage(gfp, !activation.hasAllocated), site, activation);
    if (page === NULL_PAGE) return 0n;
    activation.hasAllocated = true;
    yield* partFromFormer(activation, page, site);
    activation.pages.take(page);
    return new Pointer(activation.memory.structs.of(page), 0);
  },
  *__dpamt_free_page(activation, [pointer = 0n, order = 0], site) {
    const page = yield* pageOf(activation, pointer, site);
    if (page === NULL_PAGE) return yield* noPage(activation, site);
    if (isFormer(page)) yield* expectPage(activation, page, site);
    const exponent = Number(yield* activation.number(order, site));
    const isReached = yield* reachPage(activation, page, site);
    if (exponent !== 0) {
      yield* freedBlock(activation, page, exponent, site);
    } else {
      yield* forgetStruct(activation, page, site);
      const wasSplit = yield* sited(isSplit(activation.kernel, page), site);
      yield* sited(freePage(activation.kernel, page), site);
      if (wasSplit) yield* sited(releaseSplit(activation.kernel, page), site);
      activation.pages.lose(page);
    }
    if (isReached) yield at(event(KernelEvent.GivenUp), site);
    return 0;
  },
  *__dpamt_split_page(activation, [pointer = 0n, order = 0], site) {
    const page = yield* pageOf(activation, pointer, site);
    const exponent = Number(yield* activation.number(order, site));
    if (exponent === 0) return 0;
    const { kernel } = activation;
    const isBlock = page > 0 && isBlockFrame(kernel, page) && exponent <= LARGEST_SMALL_ORDER;
    if (isBlock && (yield* sited(splitBlock(kernel, page, exponent), site))) return 0;
    return activation.fail(site, `split_page() of what is no block of order ${exponent}, or of order 9: not modelled`);
  },
  *__dpamt_page_to_pfn(activation, [pointer = 0n], site) {
    const page = yield* pageOf(activation, pointer, site);
    return page < 0 ? new FrameNumber(page, 0, 0n) : BigInt(page);
  },
  *__dpamt_pfn_to_page(activation, [number = 0n], site) {
    if (number === UNDEFINED) return UNDEFINED;
    if (number instanceof FrameNumber && number.shift === 0 && number.add === 0n) {
      return new Pointer(activation.memory.structs.of(number.page), 0);
    }
    return new Pointer(activation.structOfNumber(Number(yield* activation.number(number, site))), 0);
  },
  __dpamt_phys_to_virt(activation, [number = 0n], site) {
    if (number === UNDEFINED) return UNDEFINED;
    if (typeof number === "bigint") return contentsAt(activation, number);
    if (number instanceof FrameNumber && number.shift === PAGE_SHIFT) {
      return new Pointer(activation.memory.pageContents(number.page), Number(number.add));
    }
    return contentsOf(activation, number, site);
  },
  __dpamt_virt_to_phys(activation, [pointer = 0n], site) {
    if (pointer === UNDEFINED) return UNDEFINED;
    if (!(pointer instanceof Pointer) || !(pointer.object instanceof PageContents)) {
      return activation.fail(
        site,
        "the physical address of something that is not the contents of a page: not modelled",
      );
    }
    const { page } = pointer.object;
    if (page < 0) return new FrameNumber(page, PAGE_SHIFT, BigInt(pointer.offset));
    return BigInt(page * PAGE_SIZE + pointer.offset);
  },
  __dpamt_movdir64b(activation, [to = 0n], site) {
    if (!(to instanceof Pointer) || !(to.object instanceof PageContents)) return resetOf(activation, to, site);
    const { page } = to.object;
    if (page === NULL_PAGE) return noPage(activation, site);
    if (to.offset < 0 || to.offset >= PAGE_SIZE || to.offset % CHUNK !== 0) {
      return activation.misuse(MemoryMisuse.OutOfBounds, site, "MOVDIR64B outside of the page");
    }
    const { resets } = activation.pages;
    const written = (resets.get(page) ?? 0n) | (CHUNKS[to.offset / CHUNK] as bigint);
    resets.set(page, written === ALL_CHUNKS ? 0n : written);
    return written === ALL_CHUNKS ? wholeReset(activation, page, site) : 0;
  },
  __dpamt_reset_page(activation, [to = 0n], site) {
    if (!(to instanceof Pointer) || !(to.object instanceof PageContents)) return resetOf(activation, to, site);
    const { page } = to.object;
    if (page === NULL_PAGE) return noPage(activation, site);
    return to.offset === 0 ? resetPage(activation, page, site) : 0;
  },
  ...memoryIntrinsics,
};
