/**
 * What memory of the heap is called at the head of a loop. A turn that frees what the turn before allocated, and allocates
 * the same again, comes back in the same state. So what is known counts, and not how much was allocated before.
 */
import { HeapObject } from "./heap.js";
import type { CMemory } from "./memory.js";
import type { PrivateObject } from "./objects.js";
import { Aggregate, Pointer, type Value } from "./values.js";

export function isHeapObject(object: PrivateObject): object is HeapObject {
  return object instanceof HeapObject;
}

export class HeapNames {
  /** In the order in which something was found that leads to them. */
  private readonly named = new Map<HeapObject, number>();
  private readonly kept: ReadonlySet<PrivateObject>;

  /**
   * @param first number of the first variable of the function with the loop: callers may know what is older
   * @param kept what words lead to, by number
   */
  constructor(
    private readonly memory: CMemory,
    private readonly first: number,
    kept: Iterable<PrivateObject>,
  ) {
    this.kept = new Set(kept);
  }

  /** Text that is equal for equal values alone, but for how the memory is numbered. */
  keyOf(value: Value): string {
    if (value instanceof Aggregate) {
      return `{${value.members.map((member) => this.keyOf(member)).join(",")}|${this.keyOf(value.rest)}}`;
    }
    if (!(value instanceof Pointer) || !(value.object instanceof HeapObject)) return this.memory.keyOf(value);
    return `${this.nameOf(value.object)} ${value.offset}`;
  }

  /** What each holds that is still allocated. What was named leads to others. */
  contents(allocated: readonly HeapObject[]): string[] {
    const texts: string[] = [];
    const left = new Set(allocated);
    const tell = (object: HeapObject): void => {
      left.delete(object);
      const { name, isZeroed, site } = object.kind;
      const state = object.state((value) => this.keyOf(value));
      texts.push(`${this.nameOf(object)}=${name} ${object.size} ${isZeroed} ${site}:${state}`);
    };
    for (const object of allocated) if (!this.isRenamed(object)) tell(object);
    // Grows meanwhile.
    for (const object of this.named.keys()) if (left.has(object)) tell(object);
    for (const object of left) tell(object);
    return texts;
  }

  private nameOf(object: HeapObject): string {
    if (!this.isRenamed(object)) return `s${object.serial}`;
    let name = this.named.get(object);
    if (name === undefined) {
      name = this.named.size;
      this.named.set(object, name);
    }
    return `h${name}${object.movedTo === null ? "" : ` at ${object.movedTo.key}`}`;
  }

  private isRenamed(object: HeapObject): boolean {
    return object.serial >= this.first && !this.kept.has(object);
  }
}
