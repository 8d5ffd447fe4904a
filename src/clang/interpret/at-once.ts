/**
 * Instructions that take no step: on numbers and addresses, and on variables of the call that were set as a whole. Their
 * results are those of `performer.ts`, which does all others.
 */
import type { Instruction } from "../ir/module.js";
import { accessedSize, memberOf, resolved, sizeOf, type Type } from "../ir/types.js";
import { asBits, asBytes } from "./access.js";
import { bitsOf } from "./host.js";
import { PrivateObject } from "./objects.js";
import type { StackFrame } from "./stack-frame.js";
import { Aggregate, binary, compare, FrameNumber, integer, isUnset, Pointer, UNDEFINED, type Value } from "./values.js";

/** Does the instruction at once. @returns its value, or undefined if that may take steps, or fail */
export function atOnce(instruction: Instruction, frame: StackFrame): Value | undefined {
  switch (instruction.op) {
    case "load":
      return loaded(frame.value(instruction.pointer), instruction.type);
    case "store": {
      if (instruction.marking.ordering === "seq_cst") return undefined;
      return stored(frame.value(instruction.pointer), frame.value(instruction.value), instruction.value.type);
    }
    case "gep": {
      const indices = instruction.indices.map((each) => frame.value(each));
      return element(frame.value(instruction.base), instruction.element, indices);
    }
    case "binary": {
      const left = frame.value(instruction.left);
      const right = frame.value(instruction.right);
      if (areAddresses(left, right)) return undefined;
      const done = binary(instruction.name, left, right, bitsOf(instruction.left.type));
      return typeof done === "string" ? undefined : done;
    }
    case "icmp": {
      const left = frame.value(instruction.left);
      const right = frame.value(instruction.right);
      if (areAddresses(left, right)) return undefined;
      const done = compare(instruction.predicate, left, right, bitsOf(instruction.left.type));
      return typeof done === "string" ? undefined : done;
    }
    case "cast": {
      const value = frame.value(instruction.value);
      const from = bitsOf(instruction.value.type);
      const to = bitsOf(instruction.type);
      if (typeof value === "number" || typeof value === "bigint") return cast(instruction.name, value, from, to);
      return from === to ? value : undefined;
    }
    case "extractvalue": {
      let value = frame.value(instruction.value);
      for (const index of instruction.path) value = value instanceof Aggregate ? value.member(index) : UNDEFINED;
      return value;
    }
    default:
      return undefined;
  }
}

/** Where two addresses lie may have to be found out. */
function areAddresses(left: Value, right: Value): boolean {
  return left instanceof Pointer && right instanceof Pointer;
}

/** Address of an element, or undefined where it takes a step, or makes no sense. */
export function element(base: Value, type: Type, indices: readonly Value[]): Value | undefined {
  if (isUnset(base)) return UNDEFINED;
  let offset = 0;
  let within = type;
  for (let position = 0; position < indices.length; position++) {
    const index = indices[position] as Value;
    if (isUnset(index)) return UNDEFINED;
    if (typeof index !== "number" && typeof index !== "bigint") return undefined;
    const number = typeof index === "number" ? index : Number(BigInt.asIntN(64, index));
    if (position === 0) offset += number * sizeOf(type);
    else {
      const member = memberOf(within, number);
      offset += member.offset;
      within = member.type;
    }
  }
  if (base instanceof Pointer) return new Pointer(base.object, base.offset + offset);
  if (base instanceof FrameNumber) return new FrameNumber(base.page, base.shift, base.add + BigInt(offset));
  return typeof base === "bigint" ? BigInt.asUintN(64, base + BigInt(offset)) : undefined;
}

/** A number of `from` bits as one of `to` bits. */
export function cast(name: string, value: number | bigint, from: number, to: number): Value {
  if (from === to) return value;
  const bits = BigInt(value);
  return integer(name === "sext" ? BigInt.asIntN(from, bits) : BigInt.asUintN(from, bits), to);
}

/** The variable that a pointer points to, if a scalar of the type is at hand there. */
function variableAt(pointer: Value, type: Type): PrivateObject | undefined {
  if (!(pointer instanceof Pointer) || !(pointer.object instanceof PrivateObject)) return undefined;
  const { kind } = resolved(type);
  return (kind === "int" || kind === "ptr") && !pointer.object.ended ? pointer.object : undefined;
}

function loaded(pointer: Value, type: Type): Value | undefined {
  const variable = variableAt(pointer, type);
  if (variable === undefined) return undefined;
  const size = accessedSize(type);
  const value = variable.exact((pointer as Pointer).offset, size);
  return value === undefined ? undefined : asBits(value, size, bitsOf(type));
}

/** @returns 0 if it was done */
function stored(pointer: Value, value: Value, type: Type): Value | undefined {
  const variable = variableAt(pointer, type);
  if (variable === undefined || variable.constant) return undefined;
  const size = accessedSize(type);
  const { offset } = pointer as Pointer;
  if (offset < 0 || offset + size > variable.size) return undefined;
  return variable.replace(offset, size, asBytes(value, bitsOf(type), size)) ? 0 : undefined;
}
