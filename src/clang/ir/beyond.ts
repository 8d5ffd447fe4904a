/** What of C is beyond this reader of LLVM IR, in words for the author of the C. */
import type { Constant, IrModule } from "./module.js";

const FLOATING = "float double half bfloat x86_fp80 fp128".split(" ");
/** The type of a floating-point value as a word of its own: no name, and no part of one. */
const FLOATING_TYPE = new RegExp(`(?<![%@.\\w"])(?:${FLOATING.join("|")})(?![.\\w"])`);
const LENGTH_MAX = 60;

export const FLOATING_POINT = "floating point is not modelled: compute with integers";

/** Whether values of the type are floating-point numbers. */
export function isFloating(type: { readonly kind: string; readonly text?: string }): boolean {
  return type.kind === "other" && type.text !== undefined && FLOATING.includes(type.text);
}

/** Why an instruction cannot be read whatever is in it, or undefined. `alloca` alone computes nothing. */
export function floatingIn(instruction: string): string | undefined {
  const isUsed = FLOATING_TYPE.test(instruction) && !instruction.startsWith("alloca ");
  return isUsed ? FLOATING_POINT : undefined;
}

/** What to say of an instruction that nobody knows. */
export function complaintOf(instruction: string): string {
  if (/^indirectbr\b/.test(instruction)) return "a computed goto is not modelled: use a switch";
  if (/^va_arg\b/.test(instruction)) return "variable arguments are not modelled: give the function fixed ones";
  if (/^(?:callbr|invoke)\b/.test(instruction))
    return "assembly that jumps is not modelled: put a C function in its place";
  const text = instruction.slice(0, LENGTH_MAX).trim();
  return `the instruction "${text}", which clang makes of this, is not understood: write it in plainer C`;
}

/** A variable that begins with floating-point numbers, by its name in C; undefined if none does. */
export function floatingGlobal({ globals }: IrModule): string | undefined {
  for (const { name, initial } of globals.values()) {
    if (initial !== null && holdsFloating(initial)) return name.slice(name.lastIndexOf(".") + 1);
  }
  return undefined;
}

function holdsFloating(constant: Constant): boolean {
  return constant.kind === "floating" || (constant.kind === "aggregate" && constant.members.some(holdsFloating));
}
