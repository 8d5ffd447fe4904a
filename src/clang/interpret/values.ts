/**
 * Values of C while it is interpreted.
 *
 * Integers of up to 32 bits are numbers (signed; 0 or 1 for one bit), wider ones are bigints (unsigned). Addresses are
 * an object and an offset, so that no access can stray from one object into another unnoticed. What was never set is a
 * value of its own, and so is what was set in part (`bits.ts`). The frame number of a page without a place (late
 * choice) passes through shifts and sums, as in `page_to_phys(page) | flags`, until something depends on it.
 */
import { MAX_ERRNO, type Page } from "../../kernel/index.js";
import { binaryOfBits, compareBits, isBits, isUnset, type PartlySet, UNDEFINED, type Undefined } from "./bits.js";

export { integer, isUnset, PartlySet, UNDEFINED, wholly } from "./bits.js";

/** Something that has an address. */
export interface MemoryObject {
  /** Name for messages. */
  readonly name: string;
  /** No other object of the host has this. It follows from what the object is, not from when it came up. */
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  /** Its address is a multiple of this, a power of 2. */
  readonly alignment: number;
}

export class Pointer {
  constructor(
    readonly object: MemoryObject,
    readonly offset: number,
  ) {}
}

/** The number of a page's frame, times 2^`shift`, plus `add`. */
export class FrameNumber {
  constructor(
    readonly page: Page,
    readonly shift: number,
    readonly add: bigint,
  ) {}
}

/** The address of a function. */
export class FunctionAddress {
  constructor(readonly name: string) {}
}

/** An aggregate held as a value. */
export class Aggregate {
  /** @param rest what members are that are not listed */
  constructor(
    readonly members: readonly Value[],
    readonly rest: Value = UNDEFINED,
  ) {}

  member(index: number): Value {
    return this.members[index] ?? this.rest;
  }
}

export type Value = number | bigint | Pointer | FrameNumber | FunctionAddress | Undefined | PartlySet | Aggregate;

/** Bits of a physical page frame number, and of 64-bit arithmetic. */
const FRAME_BITS = 40;
const WORD_BITS = 64;
/** Addresses below and above these are no addresses of objects: null and errors. */
const ERRORS = BigInt(MAX_ERRNO + 1);

function wrapped(value: number, bits: number): number {
  if (bits === 32) return value | 0;
  if (bits === 1) return value & 1;
  return (value << (32 - bits)) >> (32 - bits);
}

/** Bits of a number read as unsigned. */
function unsigned(value: number, bits: number): number {
  return bits === 32 ? value >>> 0 : value & (2 ** bits - 1);
}

/** What a binary operation could not be done on. */
export type Trouble = "concrete" | "address" | "zero";

/**
 * An arithmetic operation on integers of `bits` bits, or addresses as integers.
 *
 * @returns the value, or what is in the way: `concrete`, a page must get its place first; `address`, the operation
 *   makes no sense for addresses; `zero`, a division by 0
 */
export function binary(name: string, left: Value, right: Value, bits: number): Value | Trouble {
  if (typeof left === "number" && typeof right === "number") return small(name, left, right, bits);
  if (typeof left === "bigint" && typeof right === "bigint") return wide(name, left, right, bits);
  if (isUnset(left) || isUnset(right)) {
    return isBits(left) && isBits(right) ? binaryOfBits(name, left, right, bits) : UNDEFINED;
  }
  if (left instanceof FrameNumber || right instanceof FrameNumber) return ofFrames(name, left, right);
  return ofAddresses(name, left, right);
}

function small(name: string, left: number, right: number, bits: number): Value | Trouble {
  const shifts = name === "shl" || name === "lshr" || name === "ashr";
  if (shifts && unsigned(right, bits) >= bits) return UNDEFINED;
  switch (name) {
    case "add":
      return wrapped(left + right, bits);
    case "sub":
      return wrapped(left - right, bits);
    case "mul":
      return wrapped(Math.imul(left, right), bits);
    case "and":
      return left & right;
    case "or":
      return left | right;
    case "xor":
      return wrapped(left ^ right, bits);
    case "shl":
      return wrapped(left << right, bits);
    case "lshr":
      return wrapped(unsigned(left, bits) >>> right, bits);
    case "ashr":
      return left >> right;
  }
  if (right === 0) return "zero";
  switch (name) {
    case "udiv":
      return wrapped(Math.floor(unsigned(left, bits) / unsigned(right, bits)), bits);
    case "urem":
      return wrapped(unsigned(left, bits) % unsigned(right, bits), bits);
    case "sdiv":
      return wrapped(Math.trunc(left / right), bits);
    default:
      return wrapped(left % right, bits);
  }
}

function wide(name: string, left: bigint, right: bigint, bits: number): Value | Trouble {
  const wrap = (value: bigint): bigint => BigInt.asUintN(bits, value);
  switch (name) {
    case "add":
      return wrap(left + right);
    case "sub":
      return wrap(left - right);
    case "mul":
      return wrap(left * right);
    case "and":
      return left & right;
    case "or":
      return left | right;
    case "xor":
      return left ^ right;
    case "shl":
      return right >= BigInt(bits) ? UNDEFINED : wrap(left << right);
    case "lshr":
      return right >= BigInt(bits) ? UNDEFINED : left >> right;
    case "ashr":
      return right >= BigInt(bits) ? UNDEFINED : wrap(BigInt.asIntN(bits, left) >> right);
  }
  if (right === 0n) return "zero";
  switch (name) {
    case "udiv":
      return left / right;
    case "urem":
      return left % right;
    case "sdiv":
      return wrap(BigInt.asIntN(bits, left) / BigInt.asIntN(bits, right));
    default:
      return wrap(BigInt.asIntN(bits, left) % BigInt.asIntN(bits, right));
  }
}

/** k if `value` is 2^k, else -1. */
function logarithm(value: bigint): number {
  for (let k = 0, power = 1n; k < WORD_BITS; k++, power <<= 1n) if (power === value) return k;
  return -1;
}

function ofFrames(name: string, left: Value, right: Value): Value | Trouble {
  if (left instanceof FrameNumber && right instanceof FrameNumber) {
    const same = left.page === right.page && left.shift === right.shift;
    return name === "sub" && same ? BigInt.asUintN(WORD_BITS, left.add - right.add) : "concrete";
  }
  if (right instanceof FrameNumber) {
    const commutes = name === "add" || name === "or" || name === "and" || name === "mul";
    return commutes ? ofFrames(name, right, left) : "concrete";
  }
  if (!(left instanceof FrameNumber) || typeof right !== "bigint") return "concrete";
  const { page, shift, add } = left;
  const low = (1n << BigInt(shift)) - 1n;
  const inside = add >= 0n && add <= low;
  switch (name) {
    case "add":
      return new FrameNumber(page, shift, add + BigInt.asIntN(WORD_BITS, right));
    case "sub":
      return new FrameNumber(page, shift, add - BigInt.asIntN(WORD_BITS, right));
    case "or":
      return inside && right <= low ? new FrameNumber(page, shift, add | right) : "concrete";
    case "and": {
      if (!inside) return "concrete";
      if (right <= low) return add & right;
      const frames = ((1n << BigInt(FRAME_BITS)) - 1n) << BigInt(shift);
      return (right & frames) === frames ? new FrameNumber(page, shift, add & right & low) : "concrete";
    }
    case "mul":
    case "shl": {
      const by = name === "shl" ? Number(right) : logarithm(right);
      if (by < 0 || by + shift > WORD_BITS - FRAME_BITS) return "concrete";
      return new FrameNumber(page, shift + by, add << BigInt(by));
    }
    case "udiv":
    case "lshr": {
      const by = name === "lshr" ? Number(right) : logarithm(right);
      if (by < 0 || by > shift) return "concrete";
      return new FrameNumber(page, shift - by, add >> BigInt(by));
    }
    case "urem": {
      const by = logarithm(right);
      return by >= 0 && by <= shift && inside ? add & (right - 1n) : "concrete";
    }
    default:
      return "concrete";
  }
}

/** Alignment of objects of which no more is known. */
export const ALIGNMENT = 16;

function ofAddresses(name: string, left: Value, right: Value): Value | Trouble {
  if (left instanceof Pointer && right instanceof Pointer) {
    if (name !== "sub" || left.object !== right.object) return "address";
    return BigInt.asUintN(WORD_BITS, BigInt(left.offset - right.offset));
  }
  if (right instanceof Pointer && (name === "add" || name === "or" || name === "and"))
    return ofAddresses(name, right, left);
  if (!(left instanceof Pointer) || typeof right !== "bigint") return "address";
  const { object, offset } = left;
  const by = BigInt.asIntN(WORD_BITS, right);
  // Only bits below the alignment can be asked for.
  const alignment = BigInt(object.alignment);
  switch (name) {
    case "add":
      return new Pointer(object, offset + Number(by));
    case "sub":
      return new Pointer(object, offset - Number(by));
    case "and":
      if (right < alignment) return BigInt(offset) & right;
      return ~by >= 0n && ~by < alignment ? new Pointer(object, Number(BigInt(offset) & by)) : "address";
    case "or":
      return right < alignment ? new Pointer(object, Number(BigInt(offset) | right)) : "address";
    case "urem":
      return logarithm(right) >= 0 && right <= alignment ? BigInt(offset) & (right - 1n) : "address";
    default:
      return "address";
  }
}

/** An integer comparison. @returns 0 or 1, UNDEFINED, or what is in the way as in `binary` */
export function compare(predicate: string, left: Value, right: Value, bits: number): Value | Trouble {
  if (typeof left === "number" && typeof right === "number") {
    const isUnsigned = predicate.startsWith("u");
    const a = isUnsigned ? unsigned(left, bits) : left;
    const b = isUnsigned ? unsigned(right, bits) : right;
    return order(predicate, a < b ? -1 : a > b ? 1 : 0);
  }
  if (typeof left === "bigint" && typeof right === "bigint") {
    const isSigned = predicate.startsWith("s");
    const a = isSigned ? BigInt.asIntN(bits, left) : left;
    const b = isSigned ? BigInt.asIntN(bits, right) : right;
    return order(predicate, a < b ? -1 : a > b ? 1 : 0);
  }
  if (isUnset(left) || isUnset(right)) {
    return isBits(left) && isBits(right) ? compareBits(predicate, left, right, bits) : UNDEFINED;
  }
  if (left instanceof FrameNumber || right instanceof FrameNumber) return compareFrames(predicate, left, right);
  return compareAddresses(predicate, left, right);
}

function order(predicate: string, sign: number): number {
  switch (predicate) {
    case "eq":
      return sign === 0 ? 1 : 0;
    case "ne":
      return sign !== 0 ? 1 : 0;
    case "ult":
    case "slt":
      return sign < 0 ? 1 : 0;
    case "ule":
    case "sle":
      return sign <= 0 ? 1 : 0;
    case "ugt":
    case "sgt":
      return sign > 0 ? 1 : 0;
    default:
      return sign >= 0 ? 1 : 0;
  }
}

function compareFrames(predicate: string, left: Value, right: Value): Value | Trouble {
  if (left instanceof FrameNumber && right instanceof FrameNumber) {
    if (left.page !== right.page || left.shift !== right.shift) return "concrete";
    return order(predicate, left.add < right.add ? -1 : left.add > right.add ? 1 : 0);
  }
  // Page frame 0 is never handed out.
  if (left instanceof FrameNumber && right === 0n && left.add >= 0n) return order(predicate, 1);
  if (right instanceof FrameNumber && left === 0n && right.add >= 0n) return order(predicate, -1);
  return "concrete";
}

function compareAddresses(predicate: string, left: Value, right: Value): Value | Trouble {
  if (left instanceof Pointer && right instanceof Pointer) {
    if (left.object === right.object) return order(predicate, Math.sign(left.offset - right.offset));
    return predicate === "eq" || predicate === "ne" ? order(predicate, 1) : "address";
  }
  if (left instanceof FunctionAddress && right instanceof FunctionAddress) {
    return order(predicate, left.name === right.name ? 0 : 1);
  }
  if (typeof right === "bigint") return aboveNumber(predicate, right, 1);
  if (typeof left === "bigint") return aboveNumber(predicate, left, -1);
  return predicate === "eq" || predicate === "ne" ? order(predicate, 1) : "address";
}

/** An address against a number: above null and small numbers, below numbers of errors, equal to none. */
function aboveNumber(predicate: string, number: bigint, sign: number): Value | Trouble {
  if (predicate === "eq" || predicate === "ne") return order(predicate, 1);
  const signed = predicate.startsWith("s");
  if (number < ERRORS) return order(predicate, signed ? -sign : sign);
  if (number >= 2n ** 64n - ERRORS) return order(predicate, -sign);
  return "address";
}

/** A zero of the right kind for `size` bytes. */
export function zeroOf(size: number): Value {
  return size > 4 ? 0n : 0;
}

/** A value in words, for messages. */
export function describeValue(value: Value): string {
  if (typeof value === "number") return String(value);
  if (typeof value === "bigint") return `0x${value.toString(16)}`;
  if (value instanceof Pointer) return `${value.object.name}+${value.offset}`;
  if (value instanceof FunctionAddress) return `${value.name}()`;
  if (value instanceof FrameNumber) return "the address of a page";
  return value instanceof Aggregate ? "a structure" : "a value that was never set";
}
