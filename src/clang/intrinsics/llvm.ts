/** Functions that the compiler calls by itself: `llvm.*`. Source: the LLVM Language Reference, "Intrinsic Functions". */
import type { Activation, Intrinsic } from "../interpret/activation.js";
import { copyMemory, fillMemory } from "../interpret/bulk.js";
import type { Evaluation } from "../interpret/host.js";
import { PrivateObject, WordsObject } from "../interpret/objects.js";
import { Aggregate, compare, integer, Pointer, UNDEFINED, type Value } from "../interpret/values.js";

const nothing: Intrinsic = () => 0;

function same(index: number): Intrinsic {
  return (_activation, args) => args[index] ?? UNDEFINED;
}

/** Makes a function for integers of `bits` bits. */
type OfWidth = (bits: number) => Intrinsic;

/** Widths that values do not show. */
const NARROW = [8, 16, 24, 40, 48, 56];

/**
 * A function of all widths: `name.i8` and so on, and without a width the one for what is kept as 32 or 64 bits.
 */
function sized(name: string, make: OfWidth): Record<string, Intrinsic> {
  const word = make(32);
  const wide = make(64);
  const usual: Intrinsic = (execution, args, site) =>
    (typeof args[0] === "bigint" || typeof args[1] === "bigint" ? wide : word)(execution, args, site);
  return { [name]: usual, ...Object.fromEntries(NARROW.map((bits) => [`${name}.i${bits}`, make(bits)])) };
}

function isNumber(value: Value): value is number | bigint {
  return typeof value === "number" || typeof value === "bigint";
}

function choosing(predicate: string): OfWidth {
  return (bits) =>
    (_execution, [left = 0, right = 0]) => {
      const chosen = compare(predicate, left, right, bits);
      return chosen === UNDEFINED ? UNDEFINED : chosen === 1 ? left : right;
    };
}

/** Arithmetic that also tells whether the result fits. */
function checking(compute: (left: bigint, right: bigint) => bigint, signed: boolean): OfWidth {
  return (bits) =>
    (_execution, [left = 0, right = 0]) => {
      if (!isNumber(left) || !isNumber(right)) return UNDEFINED;
      const as = signed ? BigInt.asIntN : BigInt.asUintN;
      const exact = compute(as(bits, BigInt(left)), as(bits, BigInt(right)));
      return new Aggregate([integer(exact, bits), as(bits, exact) === exact ? 0 : 1]);
    };
}

/** Unsigned arithmetic that stops at the smallest and largest value. */
function saturating(compute: (left: bigint, right: bigint) => bigint): OfWidth {
  return (bits) =>
    (_execution, [left = 0, right = 0]) => {
      if (!isNumber(left) || !isNumber(right)) return UNDEFINED;
      const exact = compute(BigInt.asUintN(bits, BigInt(left)), BigInt.asUintN(bits, BigInt(right)));
      const largest = 2n ** BigInt(bits) - 1n;
      return integer(exact < 0n ? 0n : exact > largest ? largest : exact, bits);
    };
}

/** Counts something in the digits of a number. */
function counting(count: (digits: string) => number): OfWidth {
  return changing((digits) => count(digits).toString(2));
}

/** Changes the binary digits of a number. */
function changing(change: (digits: string) => string): OfWidth {
  return (bits) =>
    (_execution, [value = 0]) => {
      if (!isNumber(value)) return UNDEFINED;
      const digits = BigInt.asUintN(bits, BigInt(value)).toString(2).padStart(bits, "0");
      return integer(BigInt(`0b${change(digits)}`), bits);
    };
}

const reversedBytes = (digits: string): string => (digits.match(/.{8}/g) ?? []).reverse().join("");

/** A part of two numbers side by side: a rotation if they are the same. */
function funnel(left: boolean): OfWidth {
  return (bits) =>
    (_execution, [high = 0, low = 0, by = 0]) => {
      if (!isNumber(high) || !isNumber(low) || !isNumber(by)) return UNDEFINED;
      const width = BigInt(bits);
      const both = (BigInt.asUintN(bits, BigInt(high)) << width) | BigInt.asUintN(bits, BigInt(low));
      const shift = BigInt.asUintN(bits, BigInt(by)) % width;
      return integer(left ? (both << shift) >> width : both >> shift, bits);
    };
}

const absolute: OfWidth =
  (bits) =>
  (_execution, [value = 0]) => {
    if (!isNumber(value)) return UNDEFINED;
    const number = BigInt.asIntN(bits, BigInt(value));
    return integer(number < 0n ? -number : number, bits);
  };

function lifetime(activation: Activation, args: readonly Value[], ends: boolean, site: number): Evaluation | Value {
  const pointer = args[args.length - 1];
  if (pointer instanceof Pointer && pointer.object instanceof WordsObject && pointer.object.isOnStack) {
    return activation.scope(pointer.object, ends, site);
  }
  if (pointer instanceof Pointer && pointer.object instanceof PrivateObject) {
    pointer.object.clear();
    pointer.object.ended = ends;
  }
  return 0;
}

function* fill(activation: Activation, [to = 0n, byte = 0, size = 0n]: readonly Value[], site: number): Evaluation {
  yield* fillMemory(activation, to, byte, Number(yield* activation.number(size, site)), site);
  return to;
}

function* copy(activation: Activation, [to = 0n, from = 0n, size = 0n]: readonly Value[], site: number): Evaluation {
  yield* copyMemory(activation, to, from, Number(yield* activation.number(size, site)), site);
  return to;
}

export const compilerIntrinsics: Record<string, Intrinsic> = {
  "llvm.lifetime.start": (activation, args, site) => lifetime(activation, args, false, site),
  "llvm.lifetime.end": (activation, args, site) => lifetime(activation, args, true, site),
  "llvm.memset": fill,
  "llvm.memset.inline": fill,
  memset: fill,
  "llvm.memcpy": copy,
  "llvm.memcpy.inline": copy,
  "llvm.memmove": copy,
  memcpy: copy,
  memmove: copy,
  "llvm.assume": nothing,
  "llvm.donothing": nothing,
  "llvm.prefetch": nothing,
  "llvm.va_start": nothing,
  "llvm.va_end": nothing,
  "llvm.experimental.noalias.scope.decl": nothing,
  "llvm.dbg.value": nothing,
  "llvm.dbg.declare": nothing,
  "llvm.expect": same(0),
  "llvm.expect.with.probability": same(0),
  "llvm.is.constant": () => 0,
  "llvm.objectsize": () => BigInt.asUintN(64, -1n),
  "llvm.returnaddress": () => 0n,
  "llvm.frameaddress": () => 0n,
  "llvm.stacksave": () => 0n,
  "llvm.stackrestore": nothing,
  ...sized("llvm.smax", choosing("sgt")),
  ...sized("llvm.smin", choosing("slt")),
  ...sized("llvm.umax", choosing("ugt")),
  ...sized("llvm.umin", choosing("ult")),
  ...sized("llvm.abs", absolute),
  ...sized(
    "llvm.ctpop",
    counting((digits) => digits.replaceAll("0", "").length),
  ),
  ...sized(
    "llvm.ctlz",
    counting((digits) => (digits.includes("1") ? digits.indexOf("1") : digits.length)),
  ),
  ...sized(
    "llvm.cttz",
    counting((digits) => (digits.includes("1") ? digits.length - 1 - digits.lastIndexOf("1") : digits.length)),
  ),
  ...sized("llvm.bswap", changing(reversedBytes)),
  ...sized(
    "llvm.bitreverse",
    changing((digits) => [...digits].reverse().join("")),
  ),
  ...sized("llvm.fshl", funnel(true)),
  ...sized("llvm.fshr", funnel(false)),
  ...sized(
    "llvm.uadd.sat",
    saturating((left, right) => left + right),
  ),
  ...sized(
    "llvm.usub.sat",
    saturating((left, right) => left - right),
  ),
  ...sized(
    "llvm.uadd.with.overflow",
    checking((left, right) => left + right, false),
  ),
  ...sized(
    "llvm.usub.with.overflow",
    checking((left, right) => left - right, false),
  ),
  ...sized(
    "llvm.umul.with.overflow",
    checking((left, right) => left * right, false),
  ),
  ...sized(
    "llvm.sadd.with.overflow",
    checking((left, right) => left + right, true),
  ),
  ...sized(
    "llvm.ssub.with.overflow",
    checking((left, right) => left - right, true),
  ),
  ...sized(
    "llvm.smul.with.overflow",
    checking((left, right) => left * right, true),
  ),
  "llvm.trap": (activation, _args, site) => activation.fail(site, "a trap is reached"),
  "llvm.ubsantrap": (activation, _args, site) => activation.fail(site, "a trap is reached"),
  "llvm.debugtrap": (activation, _args, site) => activation.fail(site, "a trap is reached"),
};
