/**
 * Publication: what a CPU has for itself becomes known to others. A page with a handle gets its place, and its structure moves
 * to where anybody may look. From here on its number is its only name, in the call and in all that the CPU keeps.
 */
import {
  HANDLE_SLOTS,
  isBlockFrame,
  type Kernel,
  KernelEvent,
  type Page,
  PTRS_PER_PMD,
  publishPage,
} from "../../kernel/index.js";
import { at, event, type Operation, on } from "../../machine/index.js";
import { loadOperation, storeOperation } from "./access.js";
import { moved, moveToSlot, privateHeapIn } from "./heap-steps.js";
import type { KnownPages } from "./known-pages.js";
import { type CMemory, KeptAddress } from "./memory.js";
import { PAGE_STRUCT_SIZE, PageContents, WordsObject } from "./objects.js";
import { sited } from "./sited.js";
import { moveToStackSlot, type StackUser, stackVariableIn } from "./stack-steps.js";
import { Aggregate, describeValue, FrameNumber, Pointer, type Value, zeroOf } from "./values.js";

/** Bits of an address below the number of its page frame. */
const PAGE_SHIFT = 12n;
/** Bytes of an address. */
const ADDRESS_SIZE = 8;

/** A call, as far as it makes things known. */
export interface Publisher extends StackUser {
  readonly kernel: Kernel;
  readonly pages: KnownPages;
  /** The value that a word at an address keeps. */
  decoded(word: number, size: number, address: number): Value;
}

type Step<R> = Generator<Operation, R, number>;

/** The page that a value leads to. */
export function pageIn(value: Value): Page | undefined {
  if (value instanceof FrameNumber) return value.page;
  if (!(value instanceof Pointer)) return undefined;
  const { object } = value;
  return object instanceof PageContents || object instanceof WordsObject ? object.page : undefined;
}

/** The same value where the page has the number `pfn` for a name. */
function renamed(value: Value, pfn: number, memory: CMemory): Value {
  if (value instanceof FrameNumber) return BigInt.asUintN(64, (BigInt(pfn) << BigInt(value.shift)) + value.add);
  if (!(value instanceof Pointer)) return value;
  const isContents = value.object instanceof PageContents;
  return new Pointer(isContents ? memory.pageContents(pfn) : memory.structs.of(pfn), value.offset);
}

/** Changes values that lead to a page, in aggregates too. */
export function replacing(page: Page, replaced: (value: Value) => Value): (value: Value) => Value {
  const change = (value: Value): Value => {
    if (value instanceof Aggregate) return new Aggregate(value.members.map(change), change(value.rest));
    return pageIn(value) === page ? replaced(value) : value;
  };
  return change;
}

/**
 * A value as all CPUs understand it: what it leads to is made known to them.
 *
 * @throws CError for what has no name that all CPUs understand
 */
export function* published(publisher: Publisher, value: Value, site: number): Step<Value> {
  const { kernel, memory } = publisher;
  const page = pageIn(value);
  if (page !== undefined && page < 0) {
    return renamed(value, yield* publishedPage(publisher, value, page, site), memory);
  }
  const heap = privateHeapIn(value);
  if (heap !== undefined) {
    yield* moveToSlot(publisher, heap, site, (each) => published(publisher, each, site));
    return moved(value);
  }
  const variable = stackVariableIn(value);
  if (variable !== undefined && !memory.needs.sharedStacks) publisher.hasLent = true;
  else if (variable !== undefined) {
    yield* moveToStackSlot(publisher, variable, site, (each) => published(publisher, each, site));
    return moved(value);
  }
  if (isOfEachCpu(value, page, kernel)) memory.needs.numberCpus();
  for (const number of numbersIn(value, page)) publisher.pages.show(number);
  if (page === undefined && value instanceof Pointer && isCpuMemory(value.object)) {
    publisher.fail(site, `${describeValue(value)} is put where other CPUs can see it: this is not modelled`);
  }
  return value;
}

/** Numbers that a value may be a name of: of the page that it leads to, or as a frame number and as an address. */
function numbersIn(value: Value, page: Page | undefined): Page[] {
  if (page !== undefined) return [page];
  return typeof value === "bigint" ? [Number(value), Number(value >> PAGE_SHIFT)] : [];
}

/** Whether each CPU has a page of its own under the number. The first page of a region stands for the region. */
function isOfEachCpu(value: Value, page: Page | undefined, kernel: Kernel): boolean {
  const own = kernel.placement.cpuFrames();
  if (page !== undefined) return own.includes(page);
  return numbersIn(value, page).some((number) => own.includes(number) && number % PTRS_PER_PMD !== 0);
}

/** Memory that each CPU has for itself. The address of a variable of a call may go anywhere, until others look for it. */
function isCpuMemory(object: Pointer["object"]): boolean {
  return object instanceof WordsObject && object.owned;
}

/** Number of a page with a handle, which other CPUs know from here on. */
function* publishedPage(publisher: Publisher, value: Value, page: Page, site: number): Step<number> {
  const { kernel, memory, pages } = publisher;
  const known = pages.publishedAs(page);
  if (known !== undefined) return known;
  memory.needs.sharePages();
  if (!pages.isKnown(page)) {
    // The module has it, or it was freed: what others may learn of it is where it lay.
    const place = pages.settledPlace(page);
    if (place !== undefined) return place;
    publisher.fail(site, `${describeValue(value)} is put where other CPUs can see it, after the page was freed`);
  }
  if (!kernel.placement.isPublishable(page)) memory.needs.numberCpus();
  const pfn = yield* sited(publishPage(kernel, page), site, publisher);
  pages.publish(page, pfn);
  yield* moveStruct(publisher, page, pfn, site);
  const change = replacing(page, (value) => renamed(value, pfn, memory));
  publisher.rewrite(change);
  yield* rewriteOwn(publisher, change, site);
  return pfn;
}

/** What the structure of a page holds moves to where others look for it; all that it leads to is made known. */
function* moveStruct(publisher: Publisher, page: Page, pfn: number, site: number): Step<void> {
  const { memory } = publisher;
  const from = memory.structs.of(page);
  const to = memory.structs.of(pfn);
  const where = publisher.where(site);
  for (const { offset, size } of from.cells.within(0, PAGE_STRUCT_SIZE)) {
    const address = from.word(offset);
    const word = yield at(on(loadOperation("once"), address), site);
    const zero = memory.encode(zeroOf(size), size, where);
    if (word === zero) continue;
    const value = yield* published(publisher, publisher.decoded(word, size, address), site);
    yield at(on(storeOperation("once"), to.word(offset), memory.encode(value, size, where)), site);
    yield at(on(storeOperation("once"), address, zero), site);
  }
}

/** Changes values in the memory that the CPU has for itself. */
export function* rewriteOwn(publisher: Publisher, change: (value: Value) => Value, site: number): Step<void> {
  const { kernel, memory } = publisher;
  const inUse = yield at(on(loadOperation("once"), kernel.cpu.handlesInUse), site);
  const objects = [...memory.ownObjects];
  for (let slot = 0; inUse >>> slot !== 0 && slot < HANDLE_SLOTS; slot++) {
    if (((inUse >>> slot) & 1) !== 0) objects.push(memory.structs.of(-1 - slot));
  }
  for (const object of objects) {
    for (const { offset, size } of object.cells.within(0, object.size)) {
      if (size !== ADDRESS_SIZE) continue;
      const address = object.word(offset);
      const value = memory.decode(yield at(on(loadOperation("once"), address), site), size);
      if (value instanceof KeptAddress) continue;
      const now = change(value);
      if (now === value) continue;
      yield at(on(storeOperation("once"), address, memory.encode(now, size, publisher.where(site))), site);
    }
  }
}

/**
 * The call uses a page by its number. One that it neither was handed nor took itself has come through memory that CPUs
 * share: what others do to it may come before.
 *
 * @returns whether it is such a page
 */
export function* reachPage(
  { kernel, memory, pages }: Pick<Publisher, "kernel" | "memory" | "pages">,
  pfn: number,
  site: number,
): Step<boolean> {
  if (pfn <= 0 || pages.isKnown(pfn) || !isHandedOut(kernel, pfn)) return false;
  // While CPUs share no pages, nobody else knows what its own memory leads to, and what it gave up need not have come back.
  if (pages.isFamiliar(pfn) && !memory.needs.sharedPages) return false;
  memory.needs.sharePages();
  yield at(event(KernelEvent.PageReached, 0, pfn), site);
  return true;
}

/** Whether the allocator hands the page out, under a number that means the same on all CPUs. */
export function isHandedOut(kernel: Kernel, pfn: number): boolean {
  const { placement } = kernel;
  if (isBlockFrame(kernel, pfn)) return true;
  return placement.isHeldByNumber(pfn) && !placement.cpuFrames().includes(pfn) && !kernel.layout.isGuestFrame(pfn);
}
