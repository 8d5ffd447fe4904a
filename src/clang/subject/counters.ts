/** The counters of regions in a C program: where they lie, and what it means to reach one, or to miss all. */
import type { PamtHelpers } from "../../helpers/index.js";
import { KernelEvent, PAGE_SIZE, PTRS_PER_PMD } from "../../kernel/index.js";
import type { AccessEvent, Misuse } from "../interpret/host.js";
import type { CMemory } from "../interpret/memory.js";
import { WordsObject } from "../interpret/objects.js";
import type { MemoryObject, Pointer } from "../interpret/values.js";
import type { WordNames } from "../interpret/word-names.js";

/** Bytes of an atomic_t. */
const COUNTER_SIZE = 4;

export class Counters {
  private readonly object: MemoryObject;
  /** First byte of the counter of region 0, and bytes from one to the next. */
  private readonly offset: number;
  private readonly stride: number;

  /** @param first address of the counter of region 0, in the object of `second`, that of region 1 */
  constructor(first: Pointer, second: Pointer, names: WordNames) {
    this.object = first.object;
    this.offset = first.offset;
    this.stride = second.offset - first.offset;
    if (!(this.object instanceof WordsObject) || this.stride <= 0) return;
    const { object } = this;
    object.describe = (at) => {
      const region = this.regionAt(at);
      return Number.isInteger(region)
        ? `count of 0x${(region * PTRS_PER_PMD * PAGE_SIZE).toString(16)}`
        : names.word(object, at);
    };
  }

  private regionAt(offset: number): number {
    return (offset - this.offset) / this.stride;
  }

  /** What a lock or atomic variable at an offset of an object is to the checks: a counter that was found. */
  found(object: MemoryObject, offset: number): AccessEvent | undefined {
    if (object !== this.object) return undefined;
    return { code: KernelEvent.CounterFound, detail: Math.floor(this.regionAt(offset)), extra: 0 };
  }

  /** What an access behind the object is to the checks: a counter that is not there. */
  missed(object: MemoryObject, offset: number): Misuse | undefined {
    if (object !== this.object || offset < 0) return undefined;
    const count = Math.floor(this.regionAt(object.size));
    const index = Math.floor(this.regionAt(offset));
    const text = "a counter outside of the array is used";
    return { code: KernelEvent.CounterOutOfRange, detail: index, extra: -Math.max(1, count), text };
  }

  /** The counters as the requirements ask for them, where they are words that CPUs share. */
  refcount(memory: CMemory): Pick<PamtHelpers, "refcount" | "countOf" | "isCount"> {
    const { object, offset, stride } = this;
    if (!(object instanceof WordsObject) || stride <= 0) return {};
    const { words } = memory.kernel;
    return {
      refcount: (region) => object.word(offset + region * stride),
      isCount(word) {
        // A region behind the array has no counter.
        if (word + stride > object.word(object.size)) return false;
        return !memory.wasUnset(word) || !memory.isUnsetWord(words.read(word));
      },
      // A counter of 8 or 16 bits is kept with a sign, whatever its type. It counts no fewer than 0 users.
      countOf(region, word) {
        const size = object.cells.sizeAt(offset + region * stride) ?? COUNTER_SIZE;
        return size < COUNTER_SIZE ? word & (2 ** (8 * size) - 1) : word;
      },
    };
  }
}
