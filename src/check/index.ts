/** Dynamic PAMT under the checker: every interleaving of the helpers, against the requirements. */

export {
  type Limits,
  type MemoryGauge,
  type MemoryModelName,
  memoryModels,
  type SearchStatistics,
  type Stop,
  type Strategy,
  searches,
  strategies,
  untilStepsStay,
} from "../explore/index.js";
export type { CheckLimits } from "./budget.js";
export * from "./check.js";
export { compareExpected, type Expectation, expectedNamed } from "./expectation.js";
export * from "./options/index.js";
export * from "./outcome.js";
export { type CheckProgress, type Phase, phases } from "./progress.js";
export * from "./replay.js";
export { type Requirement, type RequirementId, requirements, statements } from "./requirements/index.js";
export * from "./scenarios/index.js";
export { type Reduction, reductions, Setup, type Subject } from "./setup.js";
export type { BranchPoint } from "./trace/branch.js";
export * from "./trace/counterexample.js";
export * from "./trace/facts.js";
export type { HostLock, HostPage, HostRegion, HostView, HostViewChange } from "./trace/host-view.js";
export { formatSchedule, parseSchedule, SCHEDULE_FORMAT, type Schedule, ScheduleError } from "./trace/schedule.js";
export type { Step } from "./trace/steps.js";
export type { ViolatedFor } from "./violated-for.js";
