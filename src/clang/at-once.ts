/**
 * Instructions that take no step: on plain numbers, and on variables of the call that were set as a whole. Most are of
 * this kind, and a program of its own for each would take longer than what it does. What comes of it is the same.
 */
import { asBits, asBytes } from "./access.js";
import { bitsOf } from "./activation.js";
import type { Instruction, Operand } from "./ir/module.js";
import { accessedSize, resolved, type Type } from "./ir/types.js";
import { PrivateObject } from "./objects.js";
import { Aggregate, binary, compare, integer, Pointer, UNDEFINED, type Value } from "./values.js";

/** What an operand holds now. */
type Given = (operand: Operand) => Value;

/** Does the instruction at once. @returns its value, or undefined if that may take steps, or fail */
export function atOnce(instruction: Instruction, given: Given): Value | undefined {
  switch (instruction.op) {
    case "load":
      return loaded(given(instruction.pointer), instruction.type);
    case "store": {
      if (instruction.marking.ordering === "seq_cst") return undefined;
      return stored(given(instruction.pointer), given(instruction.value), instruction.value.type);
    }
    case "binary": {
      const left = given(instruction.left);
      const right = given(instruction.right);
      if (!areNumbers(left, right)) return undefined;
      const done = binary(instruction.name, left, right, bitsOf(instruction.left.type));
      return typeof done === "string" ? undefined : done;
    }
    case "icmp": {
      const left = given(instruction.left);
      const right = given(instruction.right);
      if (!areNumbers(left, right)) return undefined;
      const done = compare(instruction.predicate, left, right, bitsOf(instruction.left.type));
      return typeof done === "string" ? undefined : done;
    }
    case "cast": {
      const value = given(instruction.value);
      if (typeof value !== "number" && typeof value !== "bigint") return undefined;
      return cast(instruction.name, value, bitsOf(instruction.value.type), bitsOf(instruction.type));
    }
    case "extractvalue": {
      let value = given(instruction.value);
      for (const index of instruction.path) value = value instanceof Aggregate ? value.member(index) : UNDEFINED;
      return value;
    }
    default:
      return undefined;
  }
}

function areNumbers(left: Value, right: Value): boolean {
  return typeof left === "number" ? typeof right === "number" : typeof left === "bigint" && typeof right === "bigint";
}

/** A number of `from` bits as one of `to` bits. */
export function cast(name: string, value: number | bigint, from: number, to: number): Value {
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
