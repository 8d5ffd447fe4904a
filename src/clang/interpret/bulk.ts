/** Memory in bulk: memset, memcpy and memmove, a scalar at a time. */
import { PAGE_SIZE, writePage } from "../../kernel/index.js";
import { offsetBy } from "./access.js";
import type { Activation } from "./activation.js";
import { integer } from "./bits.js";
import { pieces } from "./cells.js";
import type { Evaluation } from "./host.js";
import { PageContents, PrivateObject, WordsObject } from "./objects.js";
import { sited } from "./sited.js";
import { Pointer, type Value } from "./values.js";

/** How many of some bytes lie in the first page, where they are contents of pages; else all. */
function inOnePage(pointer: Value, size: number): number {
  if (!(pointer instanceof Pointer) || !(pointer.object instanceof PageContents)) return size;
  const within = ((pointer.offset % PAGE_SIZE) + PAGE_SIZE) % PAGE_SIZE;
  return Math.min(size, PAGE_SIZE - within);
}

/** memset. */
export function* fillMemory(
  activation: Activation,
  pointer: Value,
  byte: Value,
  size: number,
  site: number,
): Evaluation<void> {
  if (size === 0) return;
  const first = inOnePage(pointer, size);
  if (first < size) {
    yield* fillMemory(activation, pointer, byte, first, site);
    yield* fillMemory(activation, offsetBy(pointer, first), byte, size - first, site);
    return;
  }
  const { object, offset } = yield* activation.follow(pointer, size, site);
  const value = Number(yield* activation.number(byte, site)) & 0xff;
  if (object instanceof PrivateObject) object.fill(offset, size, value);
  else if (object instanceof PageContents) yield* sited(writePage(activation.kernel, object.page), site);
  else if (object instanceof WordsObject) {
    const bits = BigInt(value) * 0x0101010101010101n;
    const { isBooting } = activation.host;
    if (isBooting) activation.memory.fillBackground(object, offset, size, value);
    const cells = isBooting ? object.cells.knownWithin(offset, size) : object.cells.within(offset, size);
    for (const part of cells.flatMap(pieces)) {
      yield* activation.storeScalar(
        new Pointer(object, part.offset),
        part.size,
        integer(bits, 8 * part.size),
        "plain",
        site,
      );
    }
  }
}

/** memcpy and memmove. */
export function* copyMemory(
  activation: Activation,
  to: Value,
  from: Value,
  size: number,
  site: number,
): Evaluation<void> {
  if (size === 0) return;
  const { object, offset } = yield* activation.follow(from, size, site);
  const target = yield* activation.follow(to, size, site);
  if (object instanceof PrivateObject) {
    for (const part of object.contents(offset, size)) {
      yield* activation.storeScalar(offsetBy(target, part.offset), part.size, part.value, "plain", site);
    }
    return;
  }
  if (!(object instanceof WordsObject)) return activation.fail(site, `${object.name} is copied: not understood`);
  if (target.object instanceof PrivateObject) copyBackground(object, offset, size, target.object, target.offset);
  if (target.object instanceof WordsObject) {
    for (const part of target.object.cells.within(target.offset, size).flatMap(pieces)) {
      const there = { offset: part.offset - target.offset + offset, size: part.size };
      for (const piece of pieces(there)) object.cells.at(piece.offset, piece.size);
    }
  }
  const stores: Evaluation<void>[] = [];
  for (const part of object.cells.within(offset, size).flatMap(pieces)) {
    const value = yield* activation.loadWord(object, part.offset, part.size, "plain", site);
    const store = activation.storeScalar(offsetBy(target, part.offset - offset), part.size, value, "plain", site);
    // What overlaps is read before any of it is written.
    if (target.object === object) stores.push(store);
    else yield* store;
  }
  for (const store of stores) yield* store;
}

/** Copies what lies in a range before anything is put there: cells that are known of it come on top. */
function copyBackground({ background }: WordsObject, from: number, size: number, to: PrivateObject, at: number): void {
  if (background === null) {
    to.fill(at, size, 0);
    return;
  }
  for (const piece of pieces({ offset: from, size })) {
    to.write(at + piece.offset - from, piece.size, background.valueOf(piece));
  }
}
