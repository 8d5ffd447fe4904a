/** Small scenarios: an extra put, a partial last region, a put from softirq context. */
import { HelperKind, KernelEvent } from "../../kernel/index.js";
import { event, type Program } from "../../machine/index.js";
import { get, put, use } from "./callers.js";
import type { Bounds, Scenario, Stage } from "./scenario.js";

function guestFrameOf(stage: Stage): number {
  return stage.kernel.guestFrame(stage.kernel.memory.contended[0] as number);
}

function* getUsePut(stage: Stage): Program {
  const page = guestFrameOf(stage);
  if ((yield* get(stage, page)) !== 0) return 0;
  yield* use(stage, page);
  yield* put(stage, page);
  return 0;
}

const alone = (asked: Bounds, cpus: number): Bounds => ({ ...asked, cpus, rounds: 1, regions: 1 });

function* extraPutProgram(stage: Stage): Program {
  const page = guestFrameOf(stage);
  if ((yield* get(stage, page)) === 0) yield* put(stage, page);
  yield* put(stage, page, HelperKind.ExtraPut);
  return yield* getUsePut(stage);
}

/** A put too many when nobody uses the region, then a get and a use (R13). */
export const extraPut: Scenario = {
  name: "extra-put",
  summary: "a put when no user is left, then a get and a use",
  blames: "R13",
  bounds: (asked) => alone(asked, 1),
  programs: (stage) => [{ label: "extra put", start: () => extraPutProgram(stage) }],
};

/** Memory ends within a 2 MiB region, and a page of that region is counted (R13). */
export const partialRegion: Scenario = {
  name: "partial-region",
  summary: "a page in the partial last region of memory",
  partialRegion: true,
  bounds: (asked) => alone(asked, Math.min(asked.cpus, 2)),
  programs: (stage) =>
    Array.from({ length: stage.bounds.cpus }, () => ({ label: "get, use, put", start: () => getUsePut(stage) })),
};

function* softirqPutProgram(stage: Stage): Program {
  const page = guestFrameOf(stage);
  if ((yield* get(stage, page)) !== 0) return 0;
  yield event(KernelEvent.Softirq, 1);
  yield* put(stage, page);
  yield event(KernelEvent.Softirq, 0);
  return 0;
}

/** A put from softirq context (R8). Outside the battery: the merged code never does it. */
export const softirqPut: Scenario = {
  name: "softirq-put",
  summary: "a put from softirq context beside a get and a put",
  optional: true,
  softirq: true,
  bounds: (asked) => alone(asked, 2),
  programs: (stage) => [
    { label: "softirq put", start: () => softirqPutProgram(stage) },
    { label: "get, use, put", start: () => getUsePut(stage) },
  ],
};
