/** Small scenarios: an extra put, a partial last region, a put from softirq context, the fault path. */
import { drain, get, put, topup } from "../../flows/index.js";
import { pamtCache } from "../../helpers/index.js";
import { HelperKind, KernelEvent, PreemptCount, readLock, readUnlock, surround } from "../../kernel/index.js";
import { event, type Program } from "../../machine/index.js";
import type { Bounds } from "../options/bounds.js";
import type { Scenario, Stage } from "./scenario.js";
import { use } from "./use.js";

function guestFrameOf(stage: Stage): number {
  return stage.kernel.layout.guestFrame(stage.kernel.memory.contended[0] as number);
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
  asks: "R13",
  wrongCaller: true,
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
  yield* surround(stage.kernel, PreemptCount.Softirq);
  yield* put(stage, page);
  yield* surround(stage.kernel, PreemptCount.Zero);
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

/** Pairs that v6 tops a cache up with are 5; two gets here need at most 2. */
const PAIRS = 2;

function* faultProgram(stage: Stage, mmuLock: number): Program {
  const { kernel } = stage;
  if ((yield* topup(stage, PAIRS)) === 0) {
    const pages = kernel.memory.contended.map((region) => kernel.layout.guestFrame(region)).slice(0, PAIRS);
    yield readLock(mmuLock);
    yield* surround(kernel, PreemptCount.Preemption);
    for (const page of pages) {
      if ((yield* get(stage, page, pamtCache(kernel))) !== 0) break;
      yield* use(stage, page);
      yield* put(stage, page);
    }
    yield* surround(kernel, PreemptCount.Zero);
    yield readUnlock(mmuLock);
  }
  yield* drain(stage);
  return 0;
}

/** The fault path: pairs are set aside first, and get may not sleep under the MMU lock (R8). */
export const faultAlone: Scenario = {
  name: "fault",
  summary:
    "gets under the MMU lock with pairs set aside beforehand; in the battery of C whose get takes a cache or a function",
  optional: true,
  isFor: ({ ownCache }) => ownCache === true,
  bounds: (asked) => ({ ...asked, cpus: Math.min(asked.cpus, 2), rounds: 1 }),
  programs: (stage) => {
    const mmuLock = stage.kernel.space.reserve(1, () => "mmu_lock");
    return Array.from({ length: stage.bounds.cpus }, () => ({
      label: "fault",
      start: () => faultProgram(stage, mmuLock),
    }));
  },
};
