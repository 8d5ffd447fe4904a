/** Where pages lie, for C that depends on it. */
import { isControlPage, type Kernel, type Page, pageToPfn, placeAnywhere } from "../kernel/index.js";
import type { Program } from "../machine/index.js";
import { CError } from "./errors.js";

/** Page frame number of a page; one that has no place yet gets it now. */
export function* placeOf(kernel: Kernel, page: Page): Program<number> {
  if (page >= 0) return page;
  return yield* isControlPage(page) ? pageToPfn(kernel, page) : placeAnywhere(kernel, page);
}

/** Goes through a program of the kernel as if each of its operations came from `site` of a source. */
export function* sited<R>(program: Program<R>, site: number): Program<R> {
  let result = 0;
  for (;;) {
    const step = resumed(program, result);
    if (step.done === true) return step.value;
    const operation = step.value as { site: number };
    if (operation.site === 0) operation.site = site;
    result = yield step.value;
  }
}

/** What the model has no room for, such as more pages than a CPU has names for, is for the author of the C to know. */
function resumed<R>(program: Program<R>, result: number): ReturnType<Program<R>["next"]> {
  try {
    return program.next(result);
  } catch (error) {
    throw error instanceof RangeError ? new CError(error.message) : error;
  }
}
