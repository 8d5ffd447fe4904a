/** Results that `dpamt check --save` or `--json`, or `dpamt compare --json`, wrote, read back. */
import type { SavedResult } from "../report/index.js";
import { InputError } from "./failure.js";
import { readText } from "./files.js";

/** What `dpamt compare --json` prints. */
export interface Comparison {
  readonly schema: "dpamt-compare-1";
  readonly results: readonly SavedResult[];
}

/**
 * A saved result, or a comparison.
 *
 * @param or what else could have been given, for the message
 * @throws InputError when it cannot be read or is something else
 */
export async function readSaved(file: string, or = ""): Promise<SavedResult | Comparison> {
  let value: unknown;
  try {
    // Some editors put a mark of the byte order in front.
    value = JSON.parse(readText(file).replace(/^\ufeff/, ""));
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError(`${file} is not JSON; give a file that "dpamt check --save" wrote${or}`);
  }
  // What knows what results look like takes long to load.
  const { checkSchema, compareSchema } = await import("../report/result-schema.js");
  // The value itself, not what zod makes of it, which has its fields in another order.
  if (checkSchema.safeParse(value).success) return value as SavedResult;
  const { schema } = (value ?? {}) as { schema?: unknown };
  if (schema !== "dpamt-compare-1") {
    throw new InputError(`${file} is not a result of "dpamt check --save" of this version; check again and save anew`);
  }
  if (compareSchema.safeParse(value).success) return value as Comparison;
  throw new InputError(`${file} is not what "dpamt compare --json" of this version prints; compare again`);
}

export function isComparison(saved: SavedResult | Comparison): saved is Comparison {
  return "results" in saved;
}
