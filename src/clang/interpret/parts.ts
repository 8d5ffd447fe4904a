/** Parts of numbers of pages and of addresses in variables of a call, as a union has them. */
import type { Operation } from "../../machine/index.js";
import { integer } from "./bits.js";
import type { PrivateObject } from "./objects.js";
import { describeValue, FrameNumber } from "./values.js";

/** Who finds places for pages, and says what is not understood. */
interface Settler {
  concrete(value: FrameNumber): Generator<Operation, bigint, number>;
  fail(site: number, text: string): never;
}

/**
 * Numbers of pages of which only a part is about to be read or written become plain numbers: the pages get their
 * places.
 *
 * @param site of a read, which fails where it reads a part of an address; absent for writes
 */
export function* settleParts(
  settler: Settler,
  object: PrivateObject,
  offset: number,
  size: number,
  site?: number,
): Generator<Operation, void, number> {
  for (let cut = object.cut(offset, size); cut !== undefined; cut = object.cut(offset, size)) {
    const { value } = cut;
    if (value instanceof FrameNumber) {
      object.write(cut.offset, cut.size, integer(yield* settler.concrete(value), 8 * cut.size));
    } else if (site === undefined) {
      return;
    } else {
      settler.fail(site, `a part of ${describeValue(value)} is used as a number: this is not understood`);
    }
  }
}
