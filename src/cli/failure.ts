/** Bad input: one clear line on stderr, exit code 2. */
import { oneLine, UserError } from "../text/index.js";

/** Exit codes of every verb. */
export enum Exit {
  /** Holds, or done. */
  Ok = 0,
  /** A requirement is violated, or vectors fail. */
  Violated = 1,
  BadInput = 2,
  Inconclusive = 3,
  /** A bug of dpamt itself. */
  Internal = 70,
}

/** What the user gave cannot be used. The message says what, where, and what to do. */
export class InputError extends UserError {
  readonly code = "INPUT";
}

/** The command ended before it had a result, by a signal or as its time was over. The message says when. */
export class Interrupted extends Error {}

/** What to print for `error` if it is the input's fault, or undefined: one line, and details below where it has some. */
export function inputFault(error: unknown): string | undefined {
  return error instanceof UserError ? [oneLine(error.message), ...error.details].join("\n") : undefined;
}
