/** Pointers to structures of pages. */
import type { Page } from "../../kernel/index.js";
import { PAGE_STRUCT_SIZE, WordsObject } from "./objects.js";
import { Pointer, type Value } from "./values.js";

/** Two pointers into structures of pages, and not into the same one. */
export function areDifferentStructs(left: Value, right: Value): boolean {
  return isStruct(left) && isStruct(right) && left.object !== right.object;
}

function isStruct(value: Value): value is Pointer {
  return value instanceof Pointer && value.object instanceof WordsObject && value.object.page !== undefined;
}

/** Two pages that have handles are two pages, wherever they come to lie. */
export function areHandles(left: Pointer, right: Pointer): boolean {
  return [left, right].every(
    ({ object, offset }) => ((object as WordsObject).page as Page) < 0 && offset >= 0 && offset < PAGE_STRUCT_SIZE,
  );
}
