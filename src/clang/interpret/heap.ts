/**
 * Memory of the heap that calls allocate and free. Until its address is stored where another call may find it, it is private to the
 * call that allocated it. From then on it lies in a slot: words that all CPUs share, one of which says whether it is allocated.
 *
 * Slots belong to the place of the allocation and its size. A slot that was never used comes first, so that whoever keeps the
 * address of freed memory finds that it is free.
 */
import { type Kernel, PAGE_SIZE } from "../../kernel/index.js";
import { Access, type RecordArray, Sharing, StepsChanged, wordOperation } from "../../machine/index.js";
import type { Cells } from "./cells.js";
import { PrivateObject, WordsObject } from "./objects.js";
import type { Rcu } from "./rcu.js";
import type { MemoryObject } from "./values.js";
import type { WordNames } from "./word-names.js";

/** What is allocated at one place has the same cells. A line of the user may have several, in what headers make of it. */
export function kindOfPlace(name: string, way: string): string {
  return `${name} by ${way}`;
}

/** Slots of one place and size. */
export const HEAP_SLOTS = 16;
/** Bytes of the largest allocation that a call makes. */
export const HEAP_LARGEST = PAGE_SIZE;

/** What is allocated alike: at one place, with one size. */
export interface HeapKind {
  /** What counterexamples call it. */
  readonly name: string;
  readonly size: number;
  /** It comes zeroed. */
  readonly isZeroed: boolean;
  readonly alignment: number;
  readonly site: number;
  /** How functions of headers led there, see `Activation.way`. */
  readonly way: string;
}

/** What calls allocate and free, as far as it was learned; outlives an exploration that begins again. */
export class HeapKinds {
  private readonly known = new Map<string, HeapKind>();
  private readonly freeable = new Set<string>();

  /** @throws StepsChanged where slots of this kind are not reserved yet */
  learn(kind: HeapKind): never {
    this.known.set(keyOf(kind), kind);
    throw new StepsChanged(`${kind.name} lies in slots`);
  }

  /** A call frees memory of boot with this name. @throws StepsChanged because every access asks for it now */
  learnFreed(name: string): never {
    this.freeable.add(name);
    throw new StepsChanged(`${name} is freed after boot`);
  }

  isFreed(name: string): boolean {
    return this.freeable.has(name);
  }

  all(): HeapKind[] {
    return [...this.known.values()];
  }
}

function keyOf({ name, size, isZeroed, way }: HeapKind): string {
  return `${kindOfPlace(name, way)} ${size} ${isZeroed}`;
}

/** Memory that only the call which allocated it knows. */
export class HeapObject extends PrivateObject {
  override readonly alignment: number;
  freed = false;

  constructor(
    readonly kind: HeapKind,
    serial: number,
  ) {
    super(kind.name, kind.size, serial, kind.isZeroed);
    this.alignment = kind.alignment;
  }

  /** Nobody has given it back, and it lies in no slot. */
  get isPrivate(): boolean {
    return !this.freed && this.movedTo === null;
  }

  /** Whoever still has its address must not use it. */
  free(): void {
    this.freed = true;
    this.ended = true;
    this.clear();
  }
}

/** Takes the next slot that was never used; the result is its index. */
export const TAKE_SLOT = wordOperation({
  name: "take slot",
  internal: true,
  next: (used) => Math.min(used + 1, HEAP_SLOTS),
  result: (used) => used,
});

/** Takes a slot that is not in use. @returns whether it was in use */
export const TAKE_FREED_SLOT = wordOperation({
  name: "take slot again",
  internal: true,
  next: () => 1,
  result: (state) => state,
});

/** Frees memory. @returns 1 where it was allocated, and not to be freed after a grace period */
export const FREE_MEMORY = wordOperation({
  name: "free",
  next: (state) => (state === 1 ? 0 : state),
  result: (state) => state,
});

/** The first store to a word of a slot. */
export const INITIALISE = wordOperation({
  name: "initialise",
  internal: true,
  next: (_word, value) => value,
  result: () => 0,
  access: Access.Relaxed,
});

/** Forgets what was in a slot. */
export const FORGET_SLOT = wordOperation({
  name: "forget",
  internal: true,
  next: (_word, value) => value,
  result: () => 0,
  access: Access.Relaxed,
});

/** The slots of one kind. */
export interface HeapSlots {
  /** How many were ever used. */
  readonly used: number;
  readonly objects: readonly WordsObject[];
}

export class Heap {
  private readonly slots = new Map<string, HeapSlots>();
  private readonly unset: RecordArray[] = [];
  private readonly inSlots = new Map<WordsObject, HeapKind>();

  /** @param based receives each slot with its first word */
  constructor(
    private readonly kernel: Kernel,
    private readonly kinds: HeapKinds,
    private readonly rcu: Rcu,
    cellsOf: (name: string) => Cells,
    based: (base: number, object: WordsObject) => void,
    private readonly names: WordNames,
  ) {
    for (const kind of kinds.all()) this.reserve(kind, cellsOf(kindOfPlace(kind.name, kind.way)), based);
  }

  private reserve(kind: HeapKind, cells: Cells, based: (base: number, object: WordsObject) => void): void {
    const { space } = this.kernel;
    const { name, size } = kind;
    const wordOf = (index: number, at: number) => this.names.word(objects[index] as WordsObject, at);
    const records = space.reserveArray(HEAP_SLOTS, Math.max(1, size), wordOf);
    const wholeOf = (index: number) => `${this.names.memory(objects[index] as WordsObject)} #${index + 1}`;
    const stateOf = (index: number) => ({ whole: wholeOf(index), part: "allocated" });
    const states = space.reserve(HEAP_SLOTS, stateOf, Sharing.Commuting);
    if (!kind.isZeroed) this.unset.push(records);
    const objects: readonly WordsObject[] = Array.from({ length: HEAP_SLOTS }, (_, index) => {
      const base = records.at(index);
      const object = new WordsObject(name, size, base, cells, false);
      object.origin = { place: kind.site, number: index + 1 };
      object.state = states + index;
      object.alignment = kind.alignment;
      based(base, object);
      this.inSlots.set(object, kind);
      this.rcu.add(object);
      return object;
    });
    const usedName = () => `how many were ever allocated: ${this.names.allocated(kind.site, name)}`;
    const used = space.reserve(1, usedName, Sharing.Commuting);
    this.slots.set(keyOf(kind), { used, objects });
  }

  /** @throws StepsChanged where there are none yet */
  slotsOf(kind: HeapKind): HeapSlots {
    return this.slots.get(keyOf(kind)) ?? this.kinds.learn(kind);
  }

  has(object: MemoryObject): boolean {
    return this.inSlots.has(object as WordsObject);
  }

  /** Where the memory in a slot was allocated. */
  siteOf(object: WordsObject): number {
    return this.inSlots.get(object)?.site ?? 0;
  }

  /** Whether a word may hold what was never set. */
  mayBeUnset(address: number): boolean {
    return this.unset.some((records) => records.indexOf(address) >= 0);
  }

  /** Memory that was allocated at boot gets a word that says so, where a call frees it. */
  watch(object: WordsObject): void {
    if (!this.kinds.isFreed(object.name)) return;
    const nameOf = () => ({ whole: this.names.memory(object), part: "allocated" });
    object.state = this.kernel.space.reserve(1, nameOf, Sharing.Commuting);
    this.kernel.words.write(object.state, 1);
    this.rcu.add(object);
  }

  /** @throws StepsChanged unless it has that word */
  expectWatched(object: WordsObject): void {
    if (object.state === 0) this.kinds.learnFreed(object.name);
  }

  /** Slots that are allocated now, and not to be freed after a grace period. */
  live(): WordsObject[] {
    const { words } = this.kernel;
    return this.all().filter(({ state }) => words.read(state) === 1);
  }

  /** All slots. */
  all(): WordsObject[] {
    return [...this.inSlots.keys()];
  }
}
