/** Results that were saved as files: read back, with one line about what is wrong with a file that is none. */
import { config, type ZodError } from "zod";
import { readingOf } from "../../src/report/saved.js";
import { printable } from "../../src/text/index.js";
import type { Result } from "./messages.js";

// zod would compile its checks with eval, which the page's Content Security Policy forbids.
config({ jitless: true });

/** Largest file that is read. */
const BYTES_MAX = 64 * 2 ** 20;
const WORDS_MAX = 120;

/** A file that is no saved result. The message is one line for the user. */
export class SavedError extends Error {}

/** Reads a file of `dpamt check --save`, or what `--json` of check or compare printed. @throws SavedError */
export async function readSavedFile(file: File): Promise<readonly Result[]> {
  const name = printable(file.name).slice(0, WORDS_MAX);
  if (file.size > BYTES_MAX) throw new SavedError(`${name} is too large: a result has at most 64 MB`);
  let text: string;
  try {
    text = await file.text();
  } catch {
    throw new SavedError(`${name} cannot be read; give a file, not a folder`);
  }
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new SavedError(`${name} is not JSON; give a file that "dpamt check --save" wrote`);
  }
  return resultsIn(value, name);
}

function resultsIn(value: unknown, name: string): readonly Result[] {
  const reading = readingOf(value);
  switch (reading.is) {
    case "check":
      return [reading.result];
    case "comparison":
      return reading.comparison.results;
    case "neither":
      throw new SavedError(`${name} is no saved result; give what "dpamt check --save" wrote`);
    case "broken": {
      const verb = reading.as === "check" ? "check" : "compare";
      throw new SavedError(`${name} is no result of "dpamt ${verb}" of this version: ${firstIssue(reading.error)}`);
    }
  }
}

function firstIssue({ issues }: ZodError): string {
  const [issue] = issues;
  if (issue === undefined) return "it has another shape";
  const at = issue.path.map(String).join(".");
  const where = at === "" ? "" : `at ${printable(at).slice(0, WORDS_MAX)}: `;
  return `${where}${printable(issue.message).slice(0, WORDS_MAX)}`;
}
