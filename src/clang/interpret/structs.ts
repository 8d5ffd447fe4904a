/** Pointers to structures of pages. */
import type { Page } from "../../kernel/index.js";
import { isFormer } from "./known-pages.js";
import { PAGE_STRUCT_SIZE, PageContents, WordsObject } from "./objects.js";
import { Pointer, type Value } from "./values.js";

/** Two pointers into structures of pages, and not into the same one. */
export function areDifferentStructs(left: Value, right: Value): boolean {
  return isStruct(left) && isStruct(right) && left.object !== right.object;
}

function isStruct(value: Value): value is Pointer {
  return value instanceof Pointer && value.object instanceof WordsObject && value.object.page !== undefined;
}

/** Two pages that have handles are two pages, wherever they come to lie. One that was freed may lie where the other does. */
export function areHandles(left: Pointer, right: Pointer): boolean {
  return [left, right].every(({ object, offset }) => {
    const page = (object as WordsObject).page as Page;
    return page < 0 && !isFormer(page) && offset >= 0 && offset < PAGE_STRUCT_SIZE;
  });
}

/** Two pointers into contents of pages, one of which may have become the other. */
export function mayBeSameContents(left: Value, right: Value): boolean {
  const [one, other] = [contentsPage(left), contentsPage(right)];
  return one !== undefined && other !== undefined && one !== other && (isFormer(one) || isFormer(other));
}

function contentsPage(value: Value): Page | undefined {
  return value instanceof Pointer && value.object instanceof PageContents ? value.object.page : undefined;
}
