/**
 * `zap-put`: puts with the MMU lock held, as KVM makes them when it takes a guest page from a TD (R8).
 *
 * KVM zaps with the lock held for writing. A put may sleep there neither at once nor by waiting. So each CPU gets
 * outside of the lock, where others put meanwhile, and puts inside.
 */
import { get, put } from "../../flows/index.js";
import { guestFrame, PreemptCount, surround, writeLock, writeUnlock } from "../../kernel/index.js";
import type { Program } from "../../machine/index.js";
import type { Scenario, Stage } from "./scenario.js";

function* zapPutProgram(stage: Stage, mmuLock: number): Program {
  const { kernel } = stage;
  const page = yield* guestFrame(kernel, kernel.memory.contended[0] as number);
  if ((yield* get(stage, page)) !== 0) return 0;
  yield writeLock(mmuLock);
  yield* surround(kernel, PreemptCount.Preemption);
  yield* put(stage, page);
  yield* surround(kernel, PreemptCount.Zero);
  yield writeUnlock(mmuLock);
  return 0;
}

export const zapPut: Scenario = {
  name: "zap-put",
  summary: "gets, and puts with the MMU lock held, as when KVM zaps a page",
  bounds: (asked) => ({ ...asked, cpus: Math.min(asked.cpus, 2), rounds: 1, regions: 1 }),
  programs: (stage) => {
    const mmuLock = stage.kernel.space.reserve(1, () => "mmu_lock");
    return Array.from({ length: stage.bounds.cpus }, () => ({
      label: "get, put with the MMU lock held",
      start: () => zapPutProgram(stage, mmuLock),
    }));
  },
};
