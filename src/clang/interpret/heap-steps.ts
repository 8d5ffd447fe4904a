/**
 * What calls do to memory of the heap in steps: make it known to others, use it, free it.
 *
 * Words that say what is allocated are no scheduling points by themselves. A CPU that has had its scheduling point rests
 * before it uses memory (`KernelEvent.MemoryReached`). What it did before that point can come after another CPU's free as
 * well, so a use finds every free that can come before it. Others notice that memory was freed
 * (`KernelEvent.GivenUp`): who has to wait right behind that has freed it all the same.
 */
import { KernelEvent, MemoryLoss, MemoryMisuse } from "../../kernel/index.js";
import { at, event, fill, type Operation, on, read } from "../../machine/index.js";
import { pieces } from "./cells.js";
import { FORGET_SLOT, FREE_MEMORY, HEAP_SLOTS, HeapObject, INITIALISE, TAKE_FREED_SLOT, TAKE_SLOT } from "./heap.js";
import type { CMemory } from "./memory.js";
import { PrivateObject, type WordsObject } from "./objects.js";
import { settleParts } from "./parts.js";
import { sited } from "./sited.js";
import { type FrameNumber, Pointer, type Value } from "./values.js";

type Step<R> = Generator<Operation, R, number>;

/** A call, as far as it uses memory of the heap. */
export interface HeapUser {
  readonly memory: CMemory;
  concrete(value: FrameNumber): Step<bigint>;
  /** Replaces values that the call knows. */
  rewrite(change: (value: Value) => Value): void;
  misuse(what: MemoryMisuse, site: number, text: string, about?: number): Step<never>;
  /** `file:line` of a site. */
  where(site: number): string;
  fail(site: number, text: string): never;
}

/** Memory that only the call knows, if a value leads to it. */
export function privateHeapIn(value: Value): HeapObject | undefined {
  if (!(value instanceof Pointer) || !(value.object instanceof HeapObject)) return undefined;
  return value.object.freed ? undefined : value.object;
}

/** An address of memory that now lies in a slot, by the name that all know it by. */
export function moved(value: Value): Value {
  if (!(value instanceof Pointer) || !(value.object instanceof PrivateObject)) return value;
  const { movedTo } = value.object;
  return movedTo === null ? value : new Pointer(movedTo, value.offset);
}

/**
 * Moves memory into a slot, where others may find it.
 *
 * @param publish makes known what a value leads to
 */
export function* moveToSlot(
  user: HeapUser,
  object: HeapObject,
  site: number,
  publish: (value: Value) => Step<Value>,
): Step<void> {
  if (object.movedTo !== null) return;
  const slot = yield* freeSlot(user, object, site);
  yield* fillSlot(user, object, slot, site, publish);
}

/**
 * Memory lies in a slot from here on, with all that it holds.
 *
 * @param isBlank what is 0 need not be written: the slot holds 0 in all its words
 */
export function* fillSlot(
  user: HeapUser,
  object: PrivateObject,
  slot: WordsObject,
  site: number,
  publish: (value: Value) => Step<Value>,
  isBlank = true,
): Step<void> {
  object.move(slot);
  user.rewrite(moved);
  for (const piece of object.written().flatMap(pieces)) slot.cells.at(piece.offset, piece.size);
  for (const { offset, size } of slot.cells.within(0, object.size)) {
    yield* settleParts(user, object, offset, size, site);
    const value = yield* publish(object.read(offset, size));
    const word = user.memory.encode(value, size, user.where(site));
    if (word !== 0 || !isBlank) yield at(on(INITIALISE, slot.word(offset), word), site);
  }
}

/** A slot that is the call's from here on. One that was never used comes first. */
function* freeSlot(user: HeapUser, { kind }: HeapObject, site: number): Step<WordsObject> {
  const { used, objects } = user.memory.heap.slotsOf(kind);
  const fresh = objects[yield at(on(TAKE_SLOT, used), site)];
  if (fresh !== undefined) {
    yield at(on(TAKE_FREED_SLOT, fresh.state), site);
    return fresh;
  }
  yield at(event(KernelEvent.MemoryReached), site);
  for (const slot of objects) {
    if ((yield at(on(TAKE_FREED_SLOT, slot.state), site)) !== 0) continue;
    yield at(fill(FORGET_SLOT, slot.word(0), Math.max(1, slot.size), 0), site);
    return slot;
  }
  return user.fail(site, `more than ${HEAP_SLOTS} allocations of ${kind.name} are in use at once: not modelled`);
}

/** Memory that is used must not have been freed, and a function that has a variable must not have returned. */
export function* expectAllocated(user: HeapUser, object: WordsObject, site: number): Step<void> {
  yield at(event(KernelEvent.MemoryReached), site);
  if ((yield at(read(object.state), site)) !== 0) return;
  const about = user.memory.aboutMemory(object);
  if (object.isOnStack) {
    const text = "a variable on another stack is used after its function has returned";
    yield* user.misuse(MemoryMisuse.Ended, site, text, about);
  }
  yield* user.misuse(MemoryMisuse.Freed, site, "memory is used after it was freed", about);
}

/** Frees memory that others may know. */
export function* freeShared(user: HeapUser, object: WordsObject, site: number): Step<void> {
  user.memory.heap.expectWatched(object);
  yield at(event(KernelEvent.MemoryReached), site);
  if ((yield at(on(FREE_MEMORY, object.state), site)) === 1) {
    yield at(event(KernelEvent.GivenUp), site);
    return;
  }
  yield* user.misuse(MemoryMisuse.FreedTwice, site, "memory is freed twice", user.memory.aboutMemory(object));
}

/** Frees memory when all RCU read sections have ended that there are. @returns whether it was allocated */
export function* freeLater(user: HeapUser, object: WordsObject, site: number): Step<boolean> {
  user.memory.heap.expectWatched(object);
  yield at(event(KernelEvent.MemoryReached), site);
  const wasAllocated = yield* sited(user.memory.rcu.freeLater(object), site);
  yield at(event(KernelEvent.GivenUp), site);
  return wasAllocated;
}

/** Memory that only the call knows is lost when it returns. */
export function* tellLost(objects: Iterable<unknown>): Step<void> {
  for (const object of objects) {
    if (!(object instanceof HeapObject) || !object.isPrivate) continue;
    yield at(event(KernelEvent.MemoryLost, MemoryLoss.Forgotten), object.kind.site);
  }
}
