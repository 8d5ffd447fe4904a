/** Asks the checker how a failure that is shown goes on if another CPU goes first. */
import { type Counterexample, stepsMade } from "../../src/check/index.js";
import { namedFailure } from "../../src/report/names.js";
import type { Brancher } from "../view/index.js";
import type { Result } from "./messages.js";
import { branchInWorker } from "./runner.js";

/** Asks for branches of a failure of a design; undefined for one of C, which may not be at hand. */
export function brancherOf({ subject, ignored = [] }: Result, failure: Counterexample): Brancher | undefined {
  if (subject.kind !== "design") return undefined;
  const { name: design } = subject;
  return async (after, cpu) => {
    const asked = { design, schedule: failure.schedule, ignored, after: stepsMade(failure, after), cpu };
    const branch = await branchInWorker(asked);
    return { ...branch, path: namedFailure(branch.path) };
  };
}
