/**
 * What gave a value that is misused: a word of memory, a variable, or a function. It is looked for backwards from the
 * instruction that misuses it, in what the functions that run have computed. It gives names alone.
 */

import { memberAt } from "../ir/member-paths.js";
import type { IrModule, IrOperand } from "../ir/module.js";
import { functionCalledBy, giverOf, instructionsOf } from "../ir/pointee-types.js";
import type { Blamed } from "./blamed.js";
import { moved } from "./heap-steps.js";
import { operandsOf } from "./liveness.js";
import { PrivateObject, WordsObject } from "./objects.js";
import type { StackFrame } from "./stack-frame.js";
import { isUnset, Pointer, type Value } from "./values.js";

/** Instructions and functions that a value is followed through. */
const DEPTH_MAX = 100;

/** @param isBad tells the value that is misused, and what it was made from */
export function blamedFor(
  module: IrModule,
  frame: StackFrame,
  isBad: (value: Value) => boolean,
): { readonly blamed: Blamed | undefined; readonly isNull: boolean } {
  const { instruction } = frame;
  const operand = instruction === undefined ? undefined : badAmong(frame, operandsOf(instruction), isBad);
  const search = new Search(module, isBad);
  const blamed = operand === undefined ? undefined : search.from(frame, operand, "", 0);
  return { blamed, isNull: search.hasSeenNull };
}

function badAmong(
  frame: StackFrame,
  operands: readonly IrOperand[],
  isBad: (value: Value) => boolean,
): IrOperand | undefined {
  return operands.find((each) => isBad(frame.value(each)));
}

class Search {
  /** The value was made from NULL. */
  hasSeenNull = false;

  constructor(
    private readonly module: IrModule,
    private readonly isBad: (value: Value) => boolean,
  ) {}

  /** @param variable name of a variable on the way, or the empty text */
  from(frame: StackFrame, operand: IrOperand, variable: string, depth: number): Blamed | undefined {
    this.hasSeenNull ||= frame.value(operand) === 0n;
    const known = variable === "" ? undefined : ({ kind: "variable", name: variable, from: "" } as const);
    if (operand.kind !== "local" || depth > DEPTH_MAX) return known;
    const giver = giverOf(frame.called, operand.index);
    if (giver === undefined) return this.fromCaller(frame, operand.index, variable, depth) ?? known;
    if (giver.op === "load" || giver.op === "atomicrmw") {
      return this.fromMemory(frame, giver.pointer, variable, depth) ?? known;
    }
    if (giver.op === "call") {
      const name = functionCalledBy(this.module, giver)?.name ?? "";
      return name === "" || name.startsWith("__dpamt_") ? known : { kind: "variable", name: variable, from: name };
    }
    const next = badAmong(frame, operandsOf(giver), this.isBad);
    return next === undefined ? known : this.from(frame, next, variable, depth + 1);
  }

  /** A parameter: what the caller hands in. */
  private fromCaller(frame: StackFrame, index: number, variable: string, depth: number): Blamed | undefined {
    const { caller, called } = frame;
    const call = caller?.instruction;
    const argument = call?.op === "call" ? call.args[index] : undefined;
    if (caller !== null && argument !== undefined) return this.from(caller, argument, variable, depth + 1);
    return { kind: "variable", name: called.parameters[index]?.name || variable, from: "" };
  }

  /** What lies at an address. */
  private fromMemory(frame: StackFrame, pointer: IrOperand, variable: string, depth: number): Blamed | undefined {
    const address = moved(frame.value(pointer));
    if (!(address instanceof Pointer)) return undefined;
    const { object, offset } = address;
    if (object instanceof WordsObject) return { kind: "word", object, offset };
    if (!(object instanceof PrivateObject)) return undefined;
    const name = this.variableAt(frame, object, offset) || variable;
    const stored = this.storedAt(frame, address);
    if (stored !== undefined) return this.from(frame, stored, name, depth + 1);
    return name === "" ? undefined : { kind: "variable", name, from: "" };
  }

  /** What a function has stored where the value lies; undefined where it may be one of several. */
  private storedAt(frame: StackFrame, { object, offset }: Pointer): IrOperand | undefined {
    const stored: IrOperand[] = [];
    for (const each of instructionsOf(frame.called)) {
      if (each.op !== "store") continue;
      const address = moved(frame.value(each.pointer));
      if (!(address instanceof Pointer) || address.object !== object || address.offset !== offset) continue;
      if (this.isBad(frame.value(each.value))) stored.push(each.value);
    }
    return stored.length === 1 ? stored[0] : undefined;
  }

  /** The variable of the innermost function that has this one, with the member. */
  private variableAt(innermost: StackFrame, object: PrivateObject, offset: number): string {
    const { debug } = this.module;
    for (let frame: StackFrame | null = innermost; frame !== null; frame = frame.caller) {
      for (const [local, node] of frame.called.variables) {
        const address = frame.locals[local];
        if (!(address instanceof Pointer) || address.object !== object || address.offset !== 0) continue;
        if (giverOf(frame.called, local)?.op !== "alloca") continue;
        return `${debug.variableName(node)}${memberAt(debug.variableType(node), offset).path}`;
      }
    }
    return "";
  }
}

/** Whether a value is what `given` was made from: no address at all, or nothing that was ever set. */
export function badLike(given: Value): (value: Value) => boolean {
  if (isUnset(given)) return isUnset;
  return (value) => value === 0n || (typeof value === "bigint" && value === given);
}
