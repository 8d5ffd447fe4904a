/** Single instructions of C that may take steps, or go wrong. What takes none is done in `at-once.ts`. */
import type { Instruction } from "../ir/module.js";
import { markedAs } from "./access.js";
import { Activation } from "./activation.js";
import { cast, element } from "./at-once.js";
import { converted } from "./bits.js";
import { bitsOf, type Evaluation } from "./host.js";
import { withMember } from "./objects.js";
import type { StackFrame } from "./stack-frame.js";
import {
  Aggregate,
  describeValue,
  FrameNumber,
  integer,
  isUnset,
  PartlySet,
  Pointer,
  UNDEFINED,
  type Value,
  wholly,
} from "./values.js";

export class Performer extends Activation {
  protected *perform(instruction: Instruction, frame: StackFrame, site: number): Evaluation {
    switch (instruction.op) {
      case "load":
        return yield* this.load(
          frame.value(instruction.pointer),
          instruction.type,
          markedAs(instruction.marking),
          site,
        );
      case "store": {
        const value = frame.value(instruction.value);
        const pointer = frame.value(instruction.pointer);
        return yield* this.store(pointer, value, instruction.value.type, instruction.marking, site);
      }
      case "gep": {
        const base = frame.value(instruction.base);
        const indices: Value[] = [];
        for (const each of instruction.indices) {
          const index = frame.value(each);
          indices.push(index instanceof FrameNumber ? yield* this.concrete(index) : index);
        }
        return element(base, instruction.element, indices) ?? this.notAnElement(base, indices, site);
      }
      case "binary":
        return yield* this.arithmetic(
          instruction.name,
          frame.value(instruction.left),
          frame.value(instruction.right),
          bitsOf(instruction.left.type),
          site,
        );
      case "icmp":
        return yield* this.comparison(
          instruction.predicate,
          frame.value(instruction.left),
          frame.value(instruction.right),
          bitsOf(instruction.left.type),
          site,
        );
      case "cast":
        return yield* this.cast(
          instruction.name,
          frame.value(instruction.value),
          bitsOf(instruction.value.type),
          bitsOf(instruction.type),
          site,
        );
      case "select": {
        const condition = frame.value(instruction.condition);
        if (isUnset(condition)) return UNDEFINED;
        const chosen = yield* this.decided(condition, site);
        return frame.value(chosen !== 0 ? instruction.yes : instruction.no);
      }
      case "asm":
        return yield* this.assembly(instruction, frame, site);
      case "insertvalue":
        return withMember(frame.value(instruction.value), instruction.path, frame.value(instruction.member));
      case "atomicrmw": {
        const pointer = frame.value(instruction.pointer);
        return yield* this.readModifyWrite(
          instruction.name,
          pointer,
          frame.value(instruction.value),
          bitsOf(instruction.type),
          site,
        );
      }
      case "cmpxchg": {
        const pointer = frame.value(instruction.pointer);
        const expected = frame.value(instruction.expected);
        const size = bitsOf(instruction.type) / 8;
        const old = yield* this.compareExchange(pointer, expected, frame.value(instruction.value), size, site);
        const same = yield* this.comparison("eq", old, expected, 8 * size, site);
        return new Aggregate([old, same]);
      }
      case "fence":
        if (instruction.ordering === "seq_cst") yield* this.fence(site);
        return 0;
      case "unreachable":
        return this.fail(site, "a place is reached that C says cannot be reached");
      case "unknown":
        return this.fail(site, instruction.complaint);
      default:
        return this.fail(site, `${instruction.op} where it cannot be`);
    }
  }

  /** Calls what the checker itself does. */
  protected intrinsic(name: string, args: readonly Value[], site: number): Evaluation | Value {
    const found = this.host.intrinsics(name);
    if (found === undefined) {
      return this.fail(site, this.unknown(name));
    }
    return found(this, args.some((each) => each instanceof PartlySet) ? args.map(wholly) : args, site);
  }

  /** What to say of a function that nobody defines. */
  private unknown(name: string): string {
    if (name.startsWith("llvm.")) return `a builtin is not modelled (${name}): put a C function in its place`;
    const meant = this.host.meant(name);
    const what = `${name}() is declared and called, but its body is not known`;
    return meant === undefined ? `${what}; add it with --shim` : `${what}; did you mean ${meant}()?`;
  }

  private *fence(site: number): Evaluation {
    const result = this.intrinsic("__dpamt_fence", [], site);
    return isStep(result) ? yield* result : result;
  }

  /** Address of an element that is not found at once: why it is none. */
  private notAnElement(base: Value, indices: readonly Value[], site: number): never {
    const strange = indices.find((index) => typeof index !== "number" && typeof index !== "bigint");
    if (strange !== undefined) this.fail(site, `${describeValue(strange)} is used as an index`);
    return this.fail(site, `an element of ${describeValue(base)}: not understood`);
  }

  private *cast(name: string, value: Value, from: number, to: number, site: number): Evaluation {
    if (isUnset(value)) return from === to ? value : converted(value, from, to, name === "sext");
    if (typeof value !== "number" && typeof value !== "bigint") {
      if (from === to) return value;
      if (!(value instanceof FrameNumber))
        return this.fail(site, `a part of ${describeValue(value)} is taken: not understood`);
      return integer(yield* this.concrete(value), to);
    }
    return cast(name, value, from, to);
  }

  private *assembly(instruction: Instruction & { op: "asm" }, frame: StackFrame, site: number): Evaluation {
    const text = instruction.text.replace(/\s+/g, " ").trim();
    // An empty text only hides a value from the compiler: it comes out as it went in.
    if (text === "" && instruction.type.kind !== "void") {
      const [hidden] = instruction.args;
      return hidden === undefined ? UNDEFINED : frame.value(hidden);
    }
    if (text === "" || /^(?:(?:rep; ?nop|pause|nop|lfence|sfence|endbr64);? ?)+$/.test(text)) return 0;
    if (/^(mfence|lock; addl \$\$0, ?-?\d*\(%%?[er]sp\))$/.test(text)) return yield* this.fence(site);
    const match = /^lock;? (inc|dec|add|sub|xadd|or|and|xor)([blq]) [^;]*$/.exec(text);
    const pointer = instruction.args.map((each) => frame.value(each)).find((each) => each instanceof Pointer);
    if (match === null || pointer === undefined) {
      return this.fail(
        site,
        `assembly "${text.slice(0, 40)}" is not understood; give a C function in its place with --shim`,
      );
    }
    const [, verb = "", width = ""] = match;
    const bits = { b: 8, l: 32, q: 64 }[width] as number;
    const operand = instruction.args.map((each) => frame.value(each)).find((each) => !(each instanceof Pointer));
    const one = integer(1n, bits);
    const name = { inc: "add", dec: "sub", xadd: "add" }[verb] ?? verb;
    return yield* this.readModifyWrite(
      name,
      pointer,
      verb === "inc" || verb === "dec" ? one : (operand ?? one),
      bits,
      site,
    );
  }
}

export function isStep(result: Evaluation | Value): result is Evaluation {
  return typeof result === "object" && Symbol.iterator in result;
}
