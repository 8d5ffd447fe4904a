/** What leads to memory: addresses in words, and those that led to the memory of boot when boot ended. */
import type { Words } from "../../machine/index.js";
import type { CMemory } from "../interpret/memory.js";
import type { WordsObject } from "../interpret/objects.js";
import { Pointer } from "../interpret/values.js";
import type { Lead } from "../interpret/word-names.js";

const ADDRESS_SIZE = 8;
const NONE: readonly Words[] = [];

/** An address in a word. */
interface Address {
  readonly target: WordsObject;
  /** Where in the target it leads to. */
  readonly into: number;
  /** Where in its holder it lies. */
  readonly offset: number;
}

/** Addresses of memory that an object holds. @param own words that each CPU has for itself */
export function* addressesIn(memory: CMemory, object: WordsObject, own: readonly Words[]): Iterable<Address> {
  const { kernel } = memory;
  for (const { offset, size } of object.cells.knownIn(object.size)) {
    if (size !== ADDRESS_SIZE) continue;
    const address = object.word(offset);
    for (const words of kernel.isCpuPrivate(address) ? own : [kernel.words]) {
      const value = memory.decode(words.read(address), size);
      if (value instanceof Pointer) yield { target: value.object as WordsObject, into: value.offset, offset };
    }
  }
}

/** For memory of boot that something leads to now: a word that does. @param atBoot all memory that boot has allocated */
export function leadsOf(memory: CMemory, atBoot: ReadonlyMap<WordsObject, number>): ReadonlyMap<WordsObject, Lead> {
  const leads = new Map<WordsObject, Lead>();
  const reached = new Set<WordsObject>([...memory.lasting()].filter((object) => !atBoot.has(object)));
  for (const holder of reached) {
    if (holder.description !== null) reached.add(holder.description);
    for (const { target, into, offset } of addressesIn(memory, holder, NONE)) {
      if (!atBoot.has(target) || target.freed || reached.has(target)) continue;
      reached.add(target);
      leads.set(target, { holder, offset, into });
    }
  }
  return leads;
}
