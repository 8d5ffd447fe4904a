/**
 * What each CPU has one of. Where CPUs have no numbers, nobody can name another CPU's, and each has words of its own.
 * Where they have, all lie in memory that CPUs share, one behind the other. The address of the whole is then no CPU's.
 */
import type { CMemory } from "./memory.js";
import type { WordsObject } from "./objects.js";
import { ALIGNMENT } from "./values.js";

/** Bytes from one CPU's to the next one's. */
export function strideOf(size: number): number {
  return Math.ceil(Math.max(size, 1) / ALIGNMENT) * ALIGNMENT;
}

/** Bytes of memory for what has `size` bytes for each CPU. */
export function bytesForAll(size: number, cpus: number): number {
  return strideOf(size) * (1 + cpus);
}

/** Where what CPU number `cpu` has lies, from the address of the whole on. */
export function offsetOfCpu(stride: number, cpu: number): number {
  return stride * (1 + cpu);
}

/** Makes of memory of `bytesForAll` bytes what each CPU has one of. */
export function divide(object: WordsObject, size: number, cpus: number): void {
  const stride = strideOf(size);
  object.stride = stride;
  object.backed = Array.from({ length: cpus }, (_, cpu) => ({ offset: offsetOfCpu(stride, cpu), size }));
}

/** A variable that each CPU has. @param isNumbered the program asks for numbers of CPUs */
export function perCpu(memory: CMemory, name: string, size: number, isNumbered: boolean): WordsObject {
  const { cpus = 1 } = memory.kernel.options;
  if (!isNumbered) return memory.own(name, size);
  const object = memory.shared(name, bytesForAll(size, cpus));
  divide(object, size, cpus);
  return object;
}

/** Where a variable begins in its memory: once, or once for each CPU. */
export function firstBytes({ stride, backed }: WordsObject): readonly number[] {
  return stride === null ? [0] : (backed ?? []).map(({ offset }) => offset);
}
