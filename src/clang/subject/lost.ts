/** Memory of the heap that is allocated and that nothing leads to any more, as kmemleak finds it. */
import type { LostMemory } from "../../helpers/index.js";
import type { Words } from "../../machine/index.js";
import type { CMemory } from "../interpret/memory.js";
import type { WordsObject } from "../interpret/objects.js";
import { Pointer } from "../interpret/values.js";

const ADDRESS_SIZE = 8;

/** Memory that is lost while no call runs. @param own words that each CPU has for itself */
export function lostMemory(memory: CMemory, own: readonly Words[]): LostMemory | undefined {
  const allocated = new Set(memory.heap.live());
  if (allocated.size === 0) return undefined;
  const reached = new Set<WordsObject>(memory.lasting());
  for (const object of reached) {
    for (const target of ledTo(memory, object, own)) if (allocated.has(target)) reached.add(target);
  }
  const lost = [...allocated].find((object) => !reached.has(object));
  return lost === undefined ? undefined : { name: lost.name, site: memory.heap.siteOf(lost) };
}

/** Memory that words of an object lead to. */
function* ledTo(memory: CMemory, object: WordsObject, own: readonly Words[]): Iterable<WordsObject> {
  const { kernel } = memory;
  for (const { offset, size } of object.cells.knownIn(object.size)) {
    if (size !== ADDRESS_SIZE) continue;
    const address = object.word(offset);
    for (const words of kernel.isCpuPrivate(address) ? own : [kernel.words]) {
      const value = memory.decode(words.read(address), size);
      if (value instanceof Pointer) yield value.object as WordsObject;
    }
  }
}
