/** Where pages lie, for C that depends on it. */
import { isControlPage, type Kernel, type Page, pageToPfn, placeAnywhere } from "../kernel/index.js";
import type { Program } from "../machine/index.js";

/** Page frame number of a page; one that has no place yet gets it now. */
export function* placeOf(kernel: Kernel, page: Page): Program<number> {
  if (page >= 0) return page;
  return yield* isControlPage(page) ? pageToPfn(kernel, page) : placeAnywhere(kernel, page);
}

/** Goes through a program of the kernel as if each of its operations came from `site` of a source. */
export function* sited<R>(program: Program<R>, site: number): Program<R> {
  let step = program.next(0);
  while (step.done !== true) {
    const operation = step.value as { site: number };
    if (operation.site === 0) operation.site = site;
    step = program.next(yield step.value);
  }
  return step.value;
}
