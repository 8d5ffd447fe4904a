/** Scalars and addresses as they are read, written and counted on. */
import { type Bits, converted, isBits } from "./bits.js";
import { Pointer, type Value } from "./values.js";

export function offsetBy(pointer: Value, offset: number): Value {
  if (pointer instanceof Pointer) return new Pointer(pointer.object, pointer.offset + offset);
  return typeof pointer === "bigint" ? pointer + BigInt(offset) : pointer;
}

/** A scalar read from `size` bytes of memory as a value of a type of `bits` bits. */
export function asBits(value: Value, size: number, bits: number): Value {
  if (typeof value === "number" ? bits <= 32 && bits === 8 * size : !isBits(value)) return value;
  return converted(value as Bits, 8 * size, bits, false);
}

/** A value of a type of `bits` bits as it is written to `size` bytes of memory. */
export function asBytes(value: Value, bits: number, size: number): Value {
  return bits === 8 * size || !isBits(value) ? value : converted(value, bits, 8 * size, false);
}
