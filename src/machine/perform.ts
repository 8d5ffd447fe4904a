/**
 * What an operation does on a machine where only one processor runs. Whoever performs operations at once
 * (`run`, the direct form) does it with these functions, so none of them can differ from the others.
 */
import type { WordOperation } from "./operation.js";
import type { Words } from "./words.js";

/** A program would have to wait for another processor, and there is none. */
export class BlockedError extends Error {
  readonly code = "BLOCKED";
}

/** Receives every event and makes every choice. */
export interface Environment {
  /** @returns the alternative, `from` to `alternatives` - 1 */
  choose(label: string, alternatives: number, from: number): number;
  event(code: number, detail: number, extra: number): void;
}

/** An environment that takes the first alternative and ignores events. */
export const benign: Environment = { choose: (_label, _alternatives, from) => from, event: () => {} };

/** Performs one word operation atomically and returns its result; throws when it would have to wait. */
export function performWord(words: Words, word: WordOperation, address: number, argument: number): number {
  const old = words.read(address);
  if (word.ready !== undefined && !word.ready(old, argument)) {
    throw new BlockedError(`${word.name} would wait for ever: no other processor runs`);
  }
  const result = word.result(old, argument);
  if (!word.readOnly) words.write(address, word.next(old, argument), word.mask);
  return result;
}

/**
 * Lets the environment pick.
 * @param address of the budget that any but the first alternative takes 1 from, or -1
 */
export function performChoice(
  words: Words,
  environment: Environment,
  label: string,
  alternatives: number,
  from: number,
  address: number,
): number {
  const open = address < 0 || words.read(address) > 0;
  const result = open ? environment.choose(label, alternatives, from) : 0;
  if (address >= 0 && result > 0) words.write(address, words.read(address) - 1);
  return result;
}
