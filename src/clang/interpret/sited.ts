/** Programs of the kernel that C calls, with the place in the source that they are called from. */
import type { Program } from "../../machine/index.js";
import { CError } from "../ir/errors.js";

interface Source {
  /** `file:line` of a site. */
  where(site: number): string;
}

/**
 * Goes through a program of the kernel as if each of its operations came from `site` of a source.
 *
 * @param source knows the place, for errors
 * @throws CError where the model has no room for what is asked, such as more pages than a CPU has names for
 */
export function* sited<R>(program: Program<R>, site: number, source?: Source): Program<R> {
  let result = 0;
  for (;;) {
    const step = resumed(program, result, site, source);
    if (step.done === true) return step.value;
    const operation = step.value as { site: number };
    if (operation.site === 0) operation.site = site;
    result = yield step.value;
  }
}

function resumed<R>(
  program: Program<R>,
  result: number,
  site: number,
  source?: Source,
): ReturnType<Program<R>["next"]> {
  try {
    return program.next(result);
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new CError(source === undefined ? error.message : `${source.where(site)}: ${error.message}`);
  }
}
