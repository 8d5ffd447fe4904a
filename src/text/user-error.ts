/** What the user gave cannot be used: the message says in one line what is wrong, where, and what to do. */
export abstract class UserError extends Error {
  /** Stable, for programs. */
  abstract readonly code: string;
  /** Lines to print below the message, each fit for a terminal: for errors in C, which have places to show. */
  readonly details: readonly string[] = [];
}
