/** What a misuse of memory is about. */
import type { WordsObject } from "./objects.js";

export type Blamed =
  /** What lies at a byte of memory. */
  | { readonly kind: "word"; readonly object: WordsObject; readonly offset: number }
  /** Memory as a whole. */
  | { readonly kind: "memory"; readonly object: WordsObject }
  | { readonly kind: "allocation"; readonly place: number; readonly name: string }
  /** A variable, and the function that it was got from. */
  | { readonly kind: "variable"; readonly name: string; readonly from: string };

/** The same for readers, in C's words. */
export interface InWords {
  /** A variable, a member, or memory as a whole. */
  readonly of?: string;
  /** The function that returned the value. */
  readonly from?: string;
}

/** Text that is equal for equal ones alone. */
export function keyOfBlamed(blamed: Blamed): string {
  switch (blamed.kind) {
    case "word":
      return `word ${blamed.object.key} ${blamed.offset}`;
    case "memory":
      return `memory ${blamed.object.key}`;
    case "allocation":
      return `allocation ${blamed.place} ${blamed.name}`;
    case "variable":
      return `variable ${blamed.name} ${blamed.from}`;
  }
}
