/** Taking a lock without waiting for it. */
import { type WordOperation, wordOperation } from "../machine/index.js";

/**
 * What tries to do what `taken` waits for. The result is 0 if it did, else 1. An attempt that fails only loads.
 *
 * Source: Documentation/atomic_t.txt of Linux, on conditional operations that fail.
 */
export function attempt({ ready, next, ...taken }: WordOperation, name: string): WordOperation {
  const isFree = (word: number): boolean => ready?.(word, 0) !== false;
  return wordOperation({
    ...taken,
    name,
    kind: name,
    next: (word) => (isFree(word) ? next(word, 0) : word),
    result: (word) => (isFree(word) ? 0 : 1),
    fails: (word) => !isFree(word),
  });
}
