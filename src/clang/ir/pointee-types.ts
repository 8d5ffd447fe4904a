/** Of what type memory is as C has it: by the variables and members that lead to it. */
import type { DebugType } from "./debug-types.js";
import { memberAt } from "./member-paths.js";
import type { Instruction, IrFunction, IrModule, IrOperand } from "./module.js";
import { memberOf } from "./types.js";

/** Instructions that a value comes through. */
const DEPTH_MAX = 50;

/** The instruction that gives each local value of a function. */
const givers = new WeakMap<IrFunction, ReadonlyMap<number, Instruction>>();

/** The instruction that gives a local value; undefined for a parameter. */
export function giverOf(called: IrFunction, local: number): Instruction | undefined {
  let known = givers.get(called);
  if (known === undefined) {
    const all = [...called.blocks.values()].flatMap(({ instructions }) => instructions);
    known = new Map(all.map((each) => [each.result, each]));
    givers.set(called, known);
  }
  return known.get(local);
}

/** Instructions of a function, in the order of the text. */
export function* instructionsOf({ blocks }: IrFunction): Iterable<Instruction> {
  for (const { instructions } of blocks.values()) yield* instructions;
}

/** The function that an instruction calls by name. */
export function functionCalledBy(module: IrModule, { callee }: Instruction & { op: "call" }): IrFunction | undefined {
  if (callee.kind !== "constant" || callee.constant.kind !== "global") return undefined;
  return module.functions.get(callee.constant.name);
}

/** Type of what an address leads to; undefined where that is not known. */
export function pointeeOf(module: IrModule, called: IrFunction, operand: IrOperand, depth = 0): DebugType | undefined {
  if (depth > DEPTH_MAX) return undefined;
  const { debug, globals } = module;
  const inner = (each: IrOperand) => pointeeOf(module, called, each, depth + 1);
  if (operand.kind === "constant") {
    const { constant } = operand;
    return constant.kind === "global" ? debug.variableType(globals.get(constant.name)?.debug ?? 0) : undefined;
  }
  const giver = giverOf(called, operand.index);
  switch (giver?.op) {
    case undefined:
      return targetOf(debug.variableType(called.variables.get(operand.index) ?? 0));
    case "alloca":
      return debug.variableType(called.variables.get(operand.index) ?? 0);
    case "load":
      return targetOf(inner(giver.pointer));
    case "cast":
      return inner(giver.value);
    case "call":
      return targetOf(debug.returnType(functionCalledBy(module, giver)?.debug ?? 0));
    case "gep":
      return elementType(inner(giver.base), giver);
    default:
      return undefined;
  }
}

function targetOf(type: DebugType | undefined): DebugType | undefined {
  return type?.kind === "pointer" ? type.to() : undefined;
}

/** Type of a member or element. The first index goes from one thing to the next of the same type. */
function elementType(
  base: DebugType | undefined,
  { element, indices }: Instruction & { op: "gep" },
): DebugType | undefined {
  let type = base;
  let within = element;
  for (const index of indices.slice(1)) {
    if (index.kind !== "constant" || index.constant.kind !== "int") {
      if (type?.kind !== "array") return undefined;
      type = type.element;
      within = memberOf(within, 0).type;
      continue;
    }
    const { type: inner, offset } = memberOf(within, Number(index.constant.value));
    type = type?.kind === "array" ? type.element : memberTypeAt(type, offset);
    within = inner;
  }
  return type;
}

/** Type of the outermost member that begins at an offset. */
function memberTypeAt(type: DebugType | undefined, offset: number): DebugType | undefined {
  if (type?.kind !== "struct" && type?.kind !== "union") return undefined;
  const found = type.members().filter(({ bit, isBitField }) => bit === offset * 8 && !isBitField);
  return found.length === 1 ? found[0]?.type : memberAt(type, offset).type;
}

/** Type of the memory that a function gets from what it calls at a place, by what it does with the address. */
export function receivedType(module: IrModule, place: number): DebugType | undefined {
  const called = module.functions.get(module.places[place]?.function ?? "");
  if (called === undefined) return undefined;
  const results = new Set<number>();
  for (const each of instructionsOf(called)) {
    if (each.op === "call" && each.place === place && each.result >= 0) results.add(each.result);
  }
  const isResult = (value: IrOperand | null): boolean => value?.kind === "local" && results.has(value.index);
  for (const each of instructionsOf(called)) {
    if (each.op === "ret" && isResult(each.value)) return targetOf(module.debug.returnType(called.debug));
    if (each.op !== "store" || !isResult(each.value)) continue;
    const variable = each.pointer.kind === "local" ? giverOf(called, each.pointer.index) : undefined;
    // What a function returns has a variable that no debug information knows.
    const isReturned = variable?.op === "alloca" && variable.name === "retval";
    return targetOf(isReturned ? module.debug.returnType(called.debug) : pointeeOf(module, called, each.pointer));
  }
  return undefined;
}
