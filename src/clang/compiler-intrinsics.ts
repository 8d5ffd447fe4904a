/** Functions that the compiler calls by itself: `llvm.*`. Source: the LLVM Language Reference, "Intrinsic Functions". */
import type { Activation, Intrinsic, Step } from "./activation.js";
import { PrivateObject } from "./objects.js";
import { Aggregate, compare, integer, Pointer, UNDEFINED, type Value } from "./values.js";

const nothing: Intrinsic = () => 0;

function same(index: number): Intrinsic {
  return (_activation, args) => args[index] ?? UNDEFINED;
}

/** Bits of an integer as it is kept: what the compiler passes to these functions has 32 or 64. */
function widthOf(value: Value): number {
  return typeof value === "bigint" ? 64 : 32;
}

function choosing(predicate: string): Intrinsic {
  return (_activation, [left = 0, right = 0]) => {
    const chosen = compare(predicate, left, right, widthOf(left));
    return chosen === UNDEFINED ? UNDEFINED : chosen === 1 ? left : right;
  };
}

/** Arithmetic that also tells whether the result fits. */
function checking(compute: (left: bigint, right: bigint) => bigint, signed: boolean): Intrinsic {
  return (_activation, [left = 0, right = 0]) => {
    if (typeof left !== "number" && typeof left !== "bigint") return UNDEFINED;
    if (typeof right !== "number" && typeof right !== "bigint") return UNDEFINED;
    const bits = widthOf(left);
    const as = signed ? BigInt.asIntN : BigInt.asUintN;
    const exact = compute(as(bits, BigInt(left)), as(bits, BigInt(right)));
    return new Aggregate([integer(exact, bits), as(bits, exact) === exact ? 0 : 1]);
  };
}

function counting(count: (bits: string) => number): Intrinsic {
  return (_activation, [value = 0]) => {
    if (typeof value !== "number" && typeof value !== "bigint") return UNDEFINED;
    const bits = widthOf(value);
    const text = BigInt.asUintN(bits, BigInt(value)).toString(2).padStart(bits, "0");
    return integer(BigInt(count(text)), bits);
  };
}

function lifetime(args: readonly Value[], ends: boolean): Value {
  const pointer = args[args.length - 1];
  if (pointer instanceof Pointer && pointer.object instanceof PrivateObject) {
    pointer.object.clear();
    pointer.object.ended = ends;
  }
  return 0;
}

function* fill(activation: Activation, [to = 0n, byte = 0, size = 0n]: readonly Value[], site: number): Step {
  yield* activation.fill(to, byte, Number(yield* activation.number(size, site)), site);
  return to;
}

function* copy(activation: Activation, [to = 0n, from = 0n, size = 0n]: readonly Value[], site: number): Step {
  yield* activation.copy(to, from, Number(yield* activation.number(size, site)), site);
  return to;
}

export const compilerIntrinsics: Record<string, Intrinsic> = {
  "llvm.lifetime.start": (_activation, args) => lifetime(args, false),
  "llvm.lifetime.end": (_activation, args) => lifetime(args, true),
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
  "llvm.smax": choosing("sgt"),
  "llvm.smin": choosing("slt"),
  "llvm.umax": choosing("ugt"),
  "llvm.umin": choosing("ult"),
  "llvm.ctpop": counting((bits) => bits.replaceAll("0", "").length),
  "llvm.ctlz": counting((bits) => (bits.includes("1") ? bits.indexOf("1") : bits.length)),
  "llvm.cttz": counting((bits) => (bits.includes("1") ? bits.length - 1 - bits.lastIndexOf("1") : bits.length)),
  "llvm.uadd.with.overflow": checking((left, right) => left + right, false),
  "llvm.usub.with.overflow": checking((left, right) => left - right, false),
  "llvm.umul.with.overflow": checking((left, right) => left * right, false),
  "llvm.sadd.with.overflow": checking((left, right) => left + right, true),
  "llvm.ssub.with.overflow": checking((left, right) => left - right, true),
  "llvm.smul.with.overflow": checking((left, right) => left * right, true),
  "llvm.trap": (activation, _args, site) => activation.fail(site, "a trap is reached"),
  "llvm.ubsantrap": (activation, _args, site) => activation.fail(site, "a trap is reached"),
  "llvm.debugtrap": (activation, _args, site) => activation.fail(site, "a trap is reached"),
};
