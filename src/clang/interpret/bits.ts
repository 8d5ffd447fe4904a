/**
 * Integers of which some bits were never set, such as a structure of bit-fields that is being filled in.
 *
 * Each bit has a mark that says whether it was set. Only masks, shifts, sums without overlap and copies keep these
 * marks. For all other operations a value with an unset bit that counts was never set.
 */

/** What memory or a variable holds before anything was put in, and whatever was computed from it. */
export class Undefined {
  static readonly value = new Undefined();
  readonly isSet = false;
  private constructor() {}
}

export const UNDEFINED = Undefined.value;

/** An integer of which some bits were set and others were not. */
export class PartlySet {
  /**
   * @param bits what was set; 0 where nothing was
   * @param known mask of the bits that were set: some, but not all of those that the integer has
   */
  constructor(
    readonly bits: bigint,
    readonly known: bigint,
  ) {}
}

/** An integer, set or not. */
export type Bits = number | bigint | PartlySet | Undefined;

/** Whether it is an integer, set or not. */
export function isBits(value: unknown): value is Bits {
  return typeof value === "number" || typeof value === "bigint" || isUnset(value);
}

/** Whether any of it was never set. */
export function isUnset(value: unknown): value is PartlySet | Undefined {
  return value === UNDEFINED || value instanceof PartlySet;
}

/** `value`, but never set as a whole where a part of it was not: for uses that need all of it. */
export function wholly<V>(value: V | PartlySet): V | Undefined {
  return value instanceof PartlySet ? UNDEFINED : value;
}

/** `value` as an integer of `bits` bits, in the form that values have. */
export function integer(value: bigint, bits: number): number | bigint {
  if (bits > 32) return BigInt.asUintN(bits, value);
  if (bits === 1) return Number(BigInt.asUintN(1, value));
  return Number(BigInt.asIntN(bits, value));
}

/** An integer of `width` bits of which those in the mask `known` were set. */
export function integerOf(bits: bigint, known: bigint, width: number): Bits {
  const all = ones(width);
  const mask = known & all;
  if (mask === all) return integer(bits, width);
  return mask === 0n ? UNDEFINED : new PartlySet(bits & mask, mask);
}

/** `value`, taken as signed or not, as an integer of `to` bits instead of `from`. */
export function converted(value: Bits, from: number, to: number, signed: boolean): Bits {
  const bits = bitsOf(value, from);
  const known = knownOf(value, from);
  if (signed) return integerOf(BigInt.asIntN(from, bits), BigInt.asIntN(from, known), to);
  return integerOf(bits, known | ~ones(from), to);
}

/** The `width` bits from bit `first` on. */
export function bitsFrom(value: Bits, whole: number, first: number, width: number): Bits {
  const shift = BigInt(first);
  return integerOf(bitsOf(value, whole) >> shift, knownOf(value, whole) >> shift, width);
}

/** `value` with the `width` bits from bit `first` on replaced. */
export function withBits(value: Bits, whole: number, first: number, part: Bits, width: number): Bits {
  const shift = BigInt(first);
  const rest = ~(ones(width) << shift);
  const bits = (bitsOf(value, whole) & rest) | (bitsOf(part, width) << shift);
  return integerOf(bits, (knownOf(value, whole) & rest) | (knownOf(part, width) << shift), whole);
}

/** An arithmetic operation on integers of `width` bits, one of which at least is not wholly set. */
export function binaryOfBits(name: string, left: Bits, right: Bits, width: number): Bits {
  const [a, b] = [bitsOf(left, width), bitsOf(right, width)];
  const [knownA, knownB] = [knownOf(left, width), knownOf(right, width)];
  const [zerosA, zerosB] = [knownA & ~a, knownB & ~b];
  switch (name) {
    case "and":
      return integerOf(a & b, (knownA & knownB) | zerosA | zerosB, width);
    case "or":
      return integerOf(a | b, (knownA & knownB) | a | b, width);
    case "xor":
      return integerOf(a ^ b, knownA & knownB, width);
    case "add":
      // No bit that one may have can the other have, too: nothing is carried.
      if (((zerosA | zerosB) & ones(width)) === ones(width)) return binaryOfBits("or", left, right, width);
      return integerOf(a + b, lowestOnes(knownA & knownB), width);
    case "sub":
      return integerOf(a - b, lowestOnes(knownA & knownB), width);
    case "mul":
      return integerOf(a * b, lowestOnes(knownA & knownB), width);
    case "shl":
    case "lshr":
    case "ashr":
      return isUnset(right) || b >= BigInt(width) ? UNDEFINED : shifted(name, a, knownA, b, width);
    default:
      return UNDEFINED;
  }
}

function shifted(name: "shl" | "lshr" | "ashr", bits: bigint, known: bigint, by: bigint, width: number): Bits {
  if (name === "shl") return integerOf(bits << by, (known << by) | ((1n << by) - 1n), width);
  if (name === "lshr") return integerOf(bits >> by, (known | ~ones(width)) >> by, width);
  return integerOf(BigInt.asIntN(width, bits) >> by, BigInt.asIntN(width, known) >> by, width);
}

/** A comparison of integers that does not depend on what was never set, or UNDEFINED. */
export function compareBits(predicate: string, left: Bits, right: Bits, width: number): number | Undefined {
  const [a, b] = [bitsOf(left, width), bitsOf(right, width)];
  if (predicate === "eq" || predicate === "ne") {
    const differ = ((a ^ b) & knownOf(left, width) & knownOf(right, width)) !== 0n;
    return differ ? Number(predicate === "ne") : UNDEFINED;
  }
  const signed = predicate.startsWith("s");
  const [leastA, mostA] = extremes(left, width, signed);
  const [leastB, mostB] = extremes(right, width, signed);
  const always = holds(predicate, leastA, mostB) && holds(predicate, mostA, leastB);
  const never = !holds(predicate, leastA, mostB) && !holds(predicate, mostA, leastB);
  return always ? 1 : never ? 0 : UNDEFINED;
}

function holds(predicate: string, left: bigint, right: bigint): boolean {
  switch (predicate.slice(1)) {
    case "lt":
      return left < right;
    case "le":
      return left <= right;
    case "gt":
      return left > right;
    default:
      return left >= right;
  }
}

/** The smallest and the largest number that it can be. */
function extremes(value: Bits, width: number, signed: boolean): readonly [bigint, bigint] {
  const least = bitsOf(value, width);
  const most = least | (knownOf(value, width) ^ ones(width));
  if (!signed) return [least, most];
  const sign = 1n << BigInt(width - 1);
  const mayBeNegative = (most & sign) !== 0n;
  const mustBeNegative = (least & sign) !== 0n;
  return [
    BigInt.asIntN(width, mayBeNegative ? least | sign : least),
    BigInt.asIntN(width, mustBeNegative ? most : most & ~sign),
  ];
}

/** Numbers of so many bits that are all ones, for the widths of integers in C. */
const ALL_ONES = Array.from({ length: 65 }, (_, width) => (1n << BigInt(width)) - 1n);

function ones(width: number): bigint {
  return ALL_ONES[width] ?? (1n << BigInt(width)) - 1n;
}

/** The ones at the low end of a mask that is not all ones. */
function lowestOnes(mask: bigint): bigint {
  const lowestZero = ~mask & (mask + 1n);
  return lowestZero - 1n;
}

function bitsOf(value: Bits, width: number): bigint {
  if (value instanceof PartlySet) return value.bits;
  return value === UNDEFINED ? 0n : BigInt.asUintN(width, BigInt(value as number | bigint));
}

function knownOf(value: Bits, width: number): bigint {
  if (value instanceof PartlySet) return value.known;
  return value === UNDEFINED ? 0n : ones(width);
}
