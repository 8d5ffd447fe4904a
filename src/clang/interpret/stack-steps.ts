/**
 * What calls do in steps to their variables that others may know: put them into slots, and end them.
 *
 * The words that say which variables are there are used as those of the heap are (`heap-steps.ts`). A return is to them what
 * freeing memory is.
 */
import { KernelEvent } from "../../kernel/index.js";
import { at, event, type Operation, on } from "../../machine/index.js";
import { loadOperation, storeOperation } from "./access.js";
import { FREE_MEMORY, TAKE_FREED_SLOT } from "./heap.js";
import { fillSlot, type HeapUser } from "./heap-steps.js";
import type { WordsObject } from "./objects.js";
import { STACK_INSTANCES, StackVariable, TAKE_STACK_SLOT } from "./stacks.js";
import { Pointer, type Value } from "./values.js";

type Step<R> = Generator<Operation, R, number>;

/** A call, as far as others may know its variables. */
export interface StackUser extends HeapUser {
  readonly isBooting: boolean;
  /** It has put the address of a variable where others may look, although nobody was known to. */
  hasLent: boolean;
  /** Slots of its variables that are there. */
  readonly onStack: Set<WordsObject>;
}

/** The variable of a function that runs which a value leads to, if it lies in no slot. */
export function stackVariableIn(value: Value): StackVariable | undefined {
  return value instanceof Pointer && value.object instanceof StackVariable && value.object.movedTo === null
    ? value.object
    : undefined;
}

/**
 * Moves a variable into a slot, where others may find it.
 *
 * @param publish makes known what a value leads to
 */
export function* moveToStackSlot(
  user: StackUser,
  variable: StackVariable,
  site: number,
  publish: (value: Value) => Step<Value>,
): Step<void> {
  if (variable.ended) {
    user.fail(site, "the address of a variable that has ended is put where other CPUs can see it: not modelled");
  }
  const slot = yield* slotFor(user, variable, site);
  user.onStack.add(slot);
  yield* fillSlot(user, variable, slot, site, publish, false);
}

/** The slot of a variable: the one that the CPU has had before, or one that was never used. */
function* slotFor(user: StackUser, { kind }: StackVariable, site: number): Step<WordsObject> {
  const { used, own, objects, ofBoot } = user.memory.stacks.slotsOf(kind);
  for (let instance = 0; instance < STACK_INSTANCES; instance++) {
    const isNew = !user.isBooting && (yield at(on(loadOperation("once"), own + instance), site)) === 0;
    if (isNew) {
      const index = yield at(on(TAKE_STACK_SLOT, used), site);
      yield at(on(storeOperation("once"), own + instance, index + 1), site);
    }
    const index = user.isBooting ? 0 : (yield at(on(loadOperation("once"), own + instance), site)) - 1;
    const slot = (user.isBooting ? ofBoot[instance] : objects[index]) as WordsObject;
    if (user.onStack.has(slot)) continue;
    if (!isNew) yield at(event(KernelEvent.MemoryReached), site);
    yield at(on(TAKE_FREED_SLOT, slot.state), site);
    if (!isNew) yield at(event(KernelEvent.GivenUp), site);
    return slot;
  }
  return user.fail(site, `more than ${STACK_INSTANCES} of ${kind.name} are known to others at once: not modelled`);
}

/** A variable ends: whoever else knows its address must not use it from here on. */
export function* endOnStack(user: StackUser, slot: WordsObject, site: number): Step<void> {
  yield at(event(KernelEvent.MemoryReached), site);
  yield at(on(FREE_MEMORY, slot.state), site);
  yield at(event(KernelEvent.GivenUp), site);
  user.onStack.delete(slot);
}
