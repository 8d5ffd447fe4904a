/** Results that `dpamt check --save` or `--json`, or `dpamt compare --json`, wrote, read back. */
import type { Comparison, SavedResult } from "../report/index.js";
import { InputError } from "./failure.js";
import { readText } from "./files.js";

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
  const { readingOf } = await import("../report/saved.js");
  const reading = readingOf(value);
  if (reading.is === "check") return reading.result;
  if (reading.is === "comparison") return reading.comparison;
  if (reading.is === "broken" && reading.as === "comparison") {
    throw new InputError(`${file} is not what "dpamt compare --json" of this version prints; compare again`);
  }
  throw new InputError(`${file} is not a result of "dpamt check --save" of this version; check again and save anew`);
}

export function isComparison(saved: SavedResult | Comparison): saved is Comparison {
  return "results" in saved;
}
