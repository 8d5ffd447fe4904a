/** Memory other than pages for C: allocated and freed, and addresses that memory is mapped behind at boot. */
import { isThereHeap, KernelEvent, MemoryMisuse, PAGE_SIZE } from "../../kernel/index.js";
import { at, event } from "../../machine/index.js";
import type { Activation, Intrinsic } from "../interpret/activation.js";
import { HEAP_LARGEST, HeapObject } from "../interpret/heap.js";
import { freeShared, moved } from "../interpret/heap-steps.js";
import type { Evaluation } from "../interpret/host.js";
import { LARGEST } from "../interpret/memory.js";
import { WordsObject } from "../interpret/objects.js";
import { sited } from "../interpret/sited.js";
import { ALIGNMENT, Pointer, type Value } from "../interpret/values.js";

/** The bit of linux/gfp_types.h: the allocation may sleep. */
export const GFP_DIRECT_RECLAIM = 1n;
/** The one that says that it never fails. */
const GFP_NOFAIL = 1n << 9n;

/** Whether this allocation fails, as the boot that is under way was told. */
export function* failsHere(activation: Activation, site: number): Evaluation<boolean> {
  if (!activation.host.fails()) return false;
  yield at(event(KernelEvent.AllocationFailed), site);
  return true;
}

function* sizeOf(activation: Activation, size: Value, site: number): Evaluation<number> {
  const bytes = yield* activation.number(size, site);
  if (bytes > BigInt(LARGEST)) {
    activation.fail(site, `${bytes} bytes of memory are allocated: more than the model has room for`);
  }
  return Number(bytes);
}

function* allocated(
  activation: Activation,
  [size = 0n, gfp = 0, zero = 0]: readonly Value[],
  alignment: number,
  site: number,
): Evaluation {
  const bytes = yield* sizeOf(activation, size, site);
  const isZeroed = (yield* activation.number(zero, site)) !== 0n;
  if (!activation.host.isBooting) {
    const flags = yield* activation.number(gfp, site);
    return yield* fromHeap(activation, bytes, isZeroed, flags, alignment, site);
  }
  if (yield* failsHere(activation, site)) return 0n;
  const object = activation.host.allocate(bytes, isZeroed, activation.where(site), site, activation.way);
  object.alignment = alignment;
  return new Pointer(object, 0);
}

/** Memory that a helper allocates. */
function* fromHeap(
  activation: Activation,
  size: number,
  isZeroed: boolean,
  flags: bigint,
  alignment: number,
  site: number,
): Evaluation {
  if (size > HEAP_LARGEST) {
    activation.fail(site, `${size} bytes are allocated while helpers run: more than ${HEAP_LARGEST} are not modelled`);
  }
  const sleeps = (flags & GFP_DIRECT_RECLAIM) !== 0n;
  if (sleeps && activation.whySleepless > 0) yield at(event(KernelEvent.MaySleep, activation.whySleepless), site);
  const canFail = (flags & GFP_NOFAIL) === 0n;
  if (!(yield* sited(isThereHeap(activation.kernel, sleeps, canFail), site, activation))) return 0n;
  const name = `memory of ${activation.where(site)}`;
  return new Pointer(activation.heapObject({ name, size, isZeroed, alignment, site, way: activation.way }), 0);
}

/** Frees what a helper allocated, or memory of boot while helpers run. */
function* freedByHelper(activation: Activation, pointer: Value, site: number): Evaluation {
  const address = moved(pointer);
  const object = address instanceof Pointer && address.offset === 0 ? address.object : undefined;
  if (object instanceof HeapObject && !object.freed) {
    object.free();
    return 0;
  }
  const isKnown =
    object instanceof WordsObject && (activation.memory.heap.has(object) || activation.host.allocated.has(object));
  if (isKnown && !object.freed) {
    if (object.backed !== null) activation.fail(site, "a mapping is taken back while helpers run: not modelled");
    yield* freeShared(activation, object, site);
    return 0;
  }
  if (isKnown || object instanceof HeapObject) {
    const about = activation.memory.aboutMemory(object);
    return yield* activation.misuse(MemoryMisuse.FreedTwice, site, "memory is freed twice", about);
  }
  return yield* activation.misuse(MemoryMisuse.NotAllocated, site, "something is freed that was never allocated");
}

/** Frees memory before anything is explored. */
export function* freedAtBoot(activation: Activation, pointer: Value, site: number): Evaluation {
  const object = pointer instanceof Pointer && pointer.offset === 0 ? pointer.object : undefined;
  if (!(object instanceof WordsObject) || !activation.host.allocated.has(object)) {
    return yield* activation.misuse(MemoryMisuse.NotAllocated, site, "something is freed that was never allocated");
  }
  if (object.freed) {
    const about = activation.memory.aboutMemory(object);
    return yield* activation.misuse(MemoryMisuse.FreedTwice, site, "memory is freed twice", about);
  }
  object.freed = true;
  if (object.description !== null) object.description.freed = true;
  return 0;
}

/** The size of memory that is allocated, by its address. */
function* sizeAt(activation: Activation, pointer: Value, site: number): Evaluation {
  const address = moved(pointer);
  const object = address instanceof Pointer && address.offset === 0 ? address.object : undefined;
  const { heap } = activation.memory;
  const isAllocated =
    object instanceof HeapObject ||
    (object instanceof WordsObject && (heap.has(object) || activation.host.allocated.has(object)));
  if (!isAllocated) {
    return yield* activation.misuse(
      MemoryMisuse.NotAllocated,
      site,
      "the size of what was never allocated is asked for",
    );
  }
  yield* activation.follow(address as Pointer, 0, site);
  return BigInt(object.size);
}

export const memoryIntrinsics: Record<string, Intrinsic> = {
  __dpamt_allocated_size: (activation, [pointer = 0n], site) => sizeAt(activation, pointer, site),
  __dpamt_alloc: (activation, args, site) => allocated(activation, args, ALIGNMENT, site),
  __dpamt_valloc: (activation, args, site) => allocated(activation, args, PAGE_SIZE, site),
  *__dpamt_reserve(activation, [size = 0n, area = 0n], site) {
    const bytes = yield* sizeOf(activation, size, site);
    if (yield* failsHere(activation, site)) return 0n;
    const object = activation.host.allocate(bytes, true, activation.where(site), site, activation.way);
    object.backed = [];
    object.alignment = PAGE_SIZE;
    if (area instanceof Pointer && area.object instanceof WordsObject) object.description = area.object;
    return new Pointer(object, 0);
  },
  *__dpamt_back(activation, [pointer = 0n, size = 0n], site) {
    const bytes = yield* sizeOf(activation, size, site);
    if (!(pointer instanceof Pointer) || !(pointer.object instanceof WordsObject) || pointer.object.backed === null) {
      return yield* activation.misuse(
        MemoryMisuse.NoAddress,
        site,
        "memory is mapped behind what is no reserved address",
      );
    }
    if (!activation.host.isBooting) activation.fail(site, "memory is mapped while helpers run: not modelled");
    if (yield* failsHere(activation, site)) return 1;
    const first = Math.floor(pointer.offset / PAGE_SIZE) * PAGE_SIZE;
    const end = Math.ceil((pointer.offset + bytes) / PAGE_SIZE) * PAGE_SIZE;
    pointer.object.backed.push({ offset: first, size: end - first });
    return 0;
  },
  *__dpamt_free(activation, [pointer = 0n], site) {
    if (pointer === 0n) return 0;
    const { isBooting } = activation.host;
    return isBooting ? yield* freedAtBoot(activation, pointer, site) : yield* freedByHelper(activation, pointer, site);
  },
};
