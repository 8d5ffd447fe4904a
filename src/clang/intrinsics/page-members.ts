/**
 * Members of `struct page` that the kernel changes in one step: flags and the count of references. Who has a page has its
 * structure alone, and then a load and a store do the same.
 */
import { FRAME_STRUCT, hasPage, isBlockFrame, NULL_PAGE, PageMisuse } from "../../kernel/index.js";
import { at, on } from "../../machine/index.js";
import type { Activation, Intrinsic } from "../interpret/activation.js";
import type { Evaluation } from "../interpret/host.js";
import { WordsObject } from "../interpret/objects.js";
import { isHandedOut, reachPage } from "../interpret/publication.js";
import { sited } from "../interpret/sited.js";
import { Pointer, type Value } from "../interpret/values.js";
import { intType } from "../ir/types.js";
import { addUnless } from "./add-unless.js";
import { pageOf } from "./pages.js";

/** Bytes of a count of references. */
const COUNT_SIZE = 4;
const COUNT_TYPE = intType(8 * COUNT_SIZE);
/** The count of a page that is free or about to be. */
const NO_REFERENCES = -1;

/** Intrinsic that says that a file counts references to pages. */
const COUNTS_PAGES = "__dpamt_count_pages";

/** @returns the value before */
function* changed(
  activation: Activation,
  name: "or" | "and" | "add",
  size: 4 | 8,
  [pointer = 0n, operand = 0]: readonly Value[],
  site: number,
): Evaluation {
  const { object, offset } = yield* activation.follow(pointer, size, site);
  const bits = 8 * size;
  if (!(object instanceof WordsObject) || !object.owned) {
    return yield* activation.readModifyWrite(name, pointer, operand, bits, site);
  }
  const before = yield* activation.loadWord(object, offset, size, "once", site);
  const after = yield* activation.arithmetic(name, before, operand, bits, site);
  yield* activation.storeScalar(pointer, size, after, "once", site);
  return before;
}

/** Replaces a count that is `expected`. @returns the value before */
function* exchanged(
  activation: Activation,
  [pointer = 0n, expected = 0, value = 0]: readonly Value[],
  site: number,
): Evaluation {
  const { object, offset } = yield* activation.follow(pointer, COUNT_SIZE, site);
  if (!(object instanceof WordsObject) || !object.owned) {
    return yield* activation.compareExchange(pointer, expected, value, COUNT_SIZE, site);
  }
  const before = yield* activation.loadWord(object, offset, COUNT_SIZE, "once", site);
  const same = yield* activation.comparison("eq", before, expected, 8 * COUNT_SIZE, site);
  if ((yield* activation.decided(same, site)) === 1) {
    yield* activation.storeScalar(pointer, COUNT_SIZE, value, "once", site);
  }
  return before;
}

/**
 * Why the structure of a page must not be used, if that is so. A CPU that may learn it from others rests before it, and what
 * it does to the structure next is one step with it.
 */
function* misuseOf(activation: Activation, page: number, site: number): Evaluation<PageMisuse> {
  const { kernel, pages } = activation;
  if (page < 0) {
    if (pages.isKnown(page)) return PageMisuse.None;
    if (pages.isGiven(page)) return PageMisuse.StructOfModule;
    if (yield* sited(hasPage(kernel, page), site)) return PageMisuse.None;
    return activation.fail(site, "a reference is asked for to a page that this call has freed: not modelled");
  }
  if (isBlockFrame(kernel, page)) {
    activation.fail(site, "a reference is asked for to a page of a block that may be free: not modelled");
  }
  if (page === NULL_PAGE || !isHandedOut(kernel, page)) return PageMisuse.None;
  yield* reachPage(activation, page, site);
  return yield at(on(FRAME_STRUCT, kernel.frames.word(page)), site);
}

/** Adds to the count of a page that may be free, unless it is a value. @returns whether it has */
function* addedUnless(
  activation: Activation,
  [pointer = 0n, member = 0n, deltaValue = 0, unlessValue = 0]: readonly Value[],
  site: number,
): Evaluation {
  const page = yield* pageOf(activation, pointer, site);
  const delta = Number(yield* activation.number(deltaValue, site));
  const unless = Number(yield* activation.number(unlessValue, site));
  const { object, offset } = pointer as Pointer;
  const struct = offset === 0 ? (object as WordsObject) : activation.structOfNumber(page);
  const count = new Pointer(struct, (member as Pointer).offset - offset);
  const misuse = yield* misuseOf(activation, page, site);
  if (misuse === PageMisuse.StructNotLive && unless === NO_REFERENCES) return 0;
  if (misuse !== PageMisuse.None || struct.owned) {
    // Of a page that the call has, or must not touch.
    const before = yield* activation.load(count, COUNT_TYPE, "once", site);
    if (before === unless) return 0;
    yield* changed(activation, "add", COUNT_SIZE, [count, delta], site);
    return 1;
  }
  const cell = struct.cells.at(count.offset, COUNT_SIZE);
  if (cell === null || cell.size !== COUNT_SIZE) {
    return activation.fail(site, "a count of references that is also accessed otherwise: not understood");
  }
  return yield at(on(addUnless(delta, unless), struct.word(cell.offset)), site);
}

export const pageMemberIntrinsics: Record<string, Intrinsic> = {
  __dpamt_page_or: (activation, args, site) => changed(activation, "or", 8, args, site),
  __dpamt_page_and: (activation, args, site) => changed(activation, "and", 8, args, site),
  __dpamt_page_add: (activation, args, site) => changed(activation, "add", 4, args, site),
  __dpamt_page_cmpxchg: exchanged,
  __dpamt_page_add_unless: addedUnless,
  __dpamt_counts_pages: (activation) => (activation.host.program.declares(COUNTS_PAGES) ? 1 : 0),
  [COUNTS_PAGES]: () => 0,
};
