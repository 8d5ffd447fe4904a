/** Pointers to structures of pages, and to objects that differ on each CPU. */
import type { Kernel, Page } from "../../kernel/index.js";
import { PAGE_STRUCT_SIZE, PageContents, PrivateObject, WordsObject } from "./objects.js";
import { FrameNumber, Pointer, type Value } from "./values.js";

/** Addresses of variables and of memory of this CPU, and pages that have no place yet. */
export function isOfThisCpu(value: Value, kernel: Kernel): boolean {
  if (value instanceof FrameNumber) return value.page < 0;
  if (!(value instanceof Pointer)) return false;
  const { object } = value;
  if (object instanceof PrivateObject) return object.serial >= 0;
  if (object instanceof PageContents) return object.page < 0;
  return object instanceof WordsObject && object.owned && (object.page === undefined || isOwnPage(object.page, kernel));
}

/** Whether the page is another one on each CPU. */
function isOwnPage(page: Page, kernel: Kernel): boolean {
  return page < 0 || kernel.placement.cpuFrames().includes(page);
}

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
