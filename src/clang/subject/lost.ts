/** Memory that is allocated and that nothing leads to any more, as kmemleak finds it. */
import type { LostMemory } from "../../helpers/index.js";
import type { Words } from "../../machine/index.js";
import type { CMemory } from "../interpret/memory.js";
import { WordsObject } from "../interpret/objects.js";
import { Pointer } from "../interpret/values.js";
import type { Lead } from "../interpret/word-names.js";
import { addressesIn } from "./leads.js";

const ADDRESS_SIZE = 8;

/** Memory of boot that something led to when boot ended. */
interface Kept {
  readonly object: WordsObject;
  /** A word that led to it, and what it held. As long as all of these do, nothing is lost. */
  readonly address: number;
  readonly word: number;
}

/** Finds memory that is lost while no call runs. */
export class Losses {
  private readonly kept: readonly Kept[];

  /**
   * @param atBoot memory that boot has allocated, which is over, with the site of each
   * @param leads what leads to it now
   */
  constructor(
    private readonly memory: CMemory,
    private readonly atBoot: ReadonlyMap<WordsObject, number>,
    leads: ReadonlyMap<WordsObject, Lead>,
  ) {
    const { words } = memory.kernel;
    this.kept = [...leads].map(([object, { holder, offset }]) => {
      const address = holder.word(offset);
      return { object, address, word: words.read(address) };
    });
  }

  /** @param own words that each CPU has for itself */
  first(own: readonly Words[]): LostMemory | undefined {
    const { memory } = this;
    const changed = this.hasChanged();
    const ofHeap = memory.heap.live();
    if (!changed && ofHeap.length === 0) return undefined;
    const judged = new Set(this.kept.map(({ object }) => object));
    const allocated = new Set(ofHeap);
    // Of memory of boot a word says whether it was freed, if a helper ever frees it.
    if (changed) for (const object of judged) if (this.isAllocated(object)) allocated.add(object);
    const reached = new Set<WordsObject>(deferredItems(memory));
    for (const object of memory.lasting()) if (!changed || !judged.has(object)) reached.add(object);
    for (const object of reached) {
      if (object.description !== null && allocated.has(object.description)) reached.add(object.description);
      for (const { target } of addressesIn(memory, object, own)) if (allocated.has(target)) reached.add(target);
    }
    for (const object of allocated) {
      if (reached.has(object)) continue;
      return { name: memory.names.memory(object), site: this.atBoot.get(object) ?? memory.heap.siteOf(object) };
    }
    return undefined;
  }

  /** Whether some memory of boot was freed, or what led to it leads elsewhere. */
  private hasChanged(): boolean {
    const { words } = this.memory.kernel;
    for (const { object, address, word } of this.kept) {
      if (words.read(address) !== word || !this.isAllocated(object)) return true;
    }
    return false;
  }

  private isAllocated({ state }: WordsObject): boolean {
    return state === 0 || this.memory.kernel.words.read(state) === 1;
  }
}

/** Memory of what may yet run. */
function deferredItems(memory: CMemory): WordsObject[] {
  const items = memory.deferred.targets().map((word) => memory.decode(word, ADDRESS_SIZE));
  return items.flatMap((item) => (item instanceof Pointer && item.object instanceof WordsObject ? [item.object] : []));
}
