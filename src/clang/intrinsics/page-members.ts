/**
 * Members of `struct page` that the kernel changes in one step: flags and the count of references. Who has a page has its
 * structure alone, and then a load and a store do the same.
 */
import type { Activation, Intrinsic } from "../interpret/activation.js";
import type { Evaluation } from "../interpret/host.js";
import { WordsObject } from "../interpret/objects.js";
import type { Value } from "../interpret/values.js";

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

export const pageMemberIntrinsics: Record<string, Intrinsic> = {
  __dpamt_page_or: (activation, args, site) => changed(activation, "or", 8, args, site),
  __dpamt_page_and: (activation, args, site) => changed(activation, "and", 8, args, site),
  __dpamt_page_add: (activation, args, site) => changed(activation, "add", 4, args, site),
  __dpamt_counts_pages: (activation) => (activation.host.program.declares(COUNTS_PAGES) ? 1 : 0),
  [COUNTS_PAGES]: () => 0,
};
