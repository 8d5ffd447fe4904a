/** The explorer: every interleaving of the helpers, against the requirements. */
export type { CheckLimits } from "./budget.js";
export type { ViolatedFor } from "./callers.js";
export * from "./check.js";
export * from "./counterexample.js";
export { compareExpected, type Expectation, expectedNamed } from "./expectation.js";
export type { Memory } from "./memory.js";
export * from "./outcome.js";
export * from "./plan.js";
export * from "./replay.js";
export { type Requirement, type RequirementId, requirements } from "./requirements/index.js";
export * from "./scenarios/index.js";
export type { Scene, SceneChange, SceneLock, ScenePage, SceneRegion } from "./scene.js";
export { formatSchedule, parseSchedule, SCHEDULE_FORMAT, type Schedule, ScheduleError } from "./schedule.js";
export { type Limits, type Progress, type SearchStatistics, type Stop, untilStepsStay } from "./search.js";
export { MAX_CPUS, MAX_REGIONS, type Reduction, reductions, Setup, type Subject } from "./setup.js";
export type { Step } from "./steps.js";
export { type MemoryModel, memoryModels } from "./store-buffers.js";
