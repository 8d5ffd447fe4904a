/** Results that `dpamt check --save` or `--json` wrote, read back. */
import type { SavedResult } from "../report/index.js";
import { checkSchema } from "../report/result-schema.js";
import { InputError } from "./failure.js";
import { readText } from "./files.js";

/**
 * A saved result.
 *
 * @param or what else could have been given, for the message
 * @throws InputError when it cannot be read or is something else
 */
export function readSaved(file: string, or = ""): SavedResult {
  let value: unknown;
  try {
    value = JSON.parse(readText(file));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file} is not JSON; give a file that "dpamt check --save" wrote${or}`);
  }
  // The value itself, not what zod makes of it, which has its fields in another order.
  if (checkSchema.safeParse(value).success) return value as SavedResult;
  throw new InputError(`${file} is not a result of "dpamt check --save" of this version; check again and save anew`);
}
