/** Adding to a counter unless it has some value, in one step. */
import { wordOperation } from "../../machine/index.js";

const known = new Map<string, ReturnType<typeof wordOperation>>();

/** The result is 1 if it has added, else 0. */
export function addUnless(delta: number, value: number): ReturnType<typeof wordOperation> {
  const key = `${delta} ${value}`;
  let operation = known.get(key);
  if (operation === undefined) {
    operation = wordOperation({
      name: `atomic_add_unless(${delta}, ${value})`,
      next: (word) => (word === value ? word : (word + delta) | 0),
      result: (word) => (word === value ? 0 : 1),
      fails: (word) => word === value,
    });
    known.set(key, operation);
  }
  return operation;
}
