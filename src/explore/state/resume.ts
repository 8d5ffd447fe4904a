/** Programs that have begun, one operation further. */
import { isMark, type Operation, type Program } from "../../machine/index.js";

/** Hands a program the result of its last operation. @returns the next, marks left out */
export function resume(program: Program, value: number): Operation {
  let step = program.next(value);
  while (step.done !== true && isMark(step.value.kind)) step = program.next(0);
  if (step.done === true) throw new Error("a program did not repeat itself: its steps must depend on results alone");
  return step.value;
}
