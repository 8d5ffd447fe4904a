/**
 * The machine of the direct form: each operation is performed when its function is called.
 *
 * The functions have the names and parameters of those in `operation.ts` that describe operations, so
 * that a program in direct form reads like its source. They act on the machine that `runDirect` names,
 * and only within it.
 */
import type { WordOperation } from "./operation.js";
import { benign, type Environment, performChoice, performWord } from "./perform.js";
import { Words } from "./words.js";

/** The machine of the present run. Outside a run there is one that nobody sees. */
export const current: { words: Words; environment: Environment } = { words: new Words(false), environment: benign };

/**
 * Runs a program in direct form to its end, alone on its machine, and returns what it returned.
 * Runs may be nested, on the same machine or another.
 */
export function runDirect<A, B>(
  machine: Words,
  surroundings: Environment,
  program: (first: A, second: B) => number,
  first: A,
  second: B,
): number {
  const { words, environment } = current;
  current.words = machine;
  current.environment = surroundings;
  try {
    return program(first, second);
  } finally {
    current.words = words;
    current.environment = environment;
  }
}

export function on(word: WordOperation, address: number, argument = 0): number {
  return performWord(current.words, word, address, argument);
}

export function read(address: number): number {
  return current.words.read(address);
}

export function write(address: number, value: number): number {
  current.words.write(address, value);
  return 0;
}

export function fill(word: WordOperation, address: number, count: number, value: number, step = 0): number {
  current.words.fill(address, count, value, word.mask, step);
  return 0;
}

export function gather(address: number, count: number, mask = -1, value = 0, step = 0): number {
  return current.words.gather(address, count, value, step) & mask;
}

export function choose(label: string, alternatives: number, from = 0): number {
  return performChoice(current.words, current.environment, label, alternatives, from, -1);
}

export function chooseWithinBudget(label: string, address: number): number {
  return performChoice(current.words, current.environment, label, 2, 0, address);
}

export function event(code: number, detail = 0, extra = 0): number {
  current.environment.event(code, detail, extra);
  return 0;
}
