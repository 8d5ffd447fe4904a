/**
 * The model checker: every interleaving of programs over shared words. It knows nothing about the purpose of the
 * programs. It finds deadlocks, cycles, races and runaways by itself; observers of the system report the rest.
 */
export { BestFirst, type Order } from "./search/best-first.js";
export { DepthFirst } from "./search/depth-first.js";
export { isMemoryFull, type MemoryGauge } from "./search/memory-limit.js";
export { Sampling } from "./search/sampling.js";
export {
  type Checkable,
  CYCLE_MESSAGE,
  complete,
  deadlockMessage,
  endedPaths,
  type Found,
  isNews,
  type Limits,
  type Move,
  type Progress,
  type Search,
  type SearchStatistics,
  type Stop,
  untilStepsStay,
} from "./search/search.js";
export { type Strategy, searches, strategies } from "./search/strategies.js";
export type { Automaton } from "./state/automaton.js";
export type { Draw } from "./state/choices.js";
export {
  type Drained,
  type MemoryModel,
  type MemoryModelName,
  memoryModels,
  Passage,
} from "./state/memory-model.js";
export { NodeKind } from "./state/node-kind.js";
export { BUFFER_WORDS } from "./state/store-buffers.js";
export { Asides } from "./step/asides.js";
export { type Guide, runFreely } from "./step/free-run.js";
export {
  type Evidence,
  type Finding,
  type Findings,
  type Observer,
  Outcome,
  type Trace,
  type Violation,
} from "./step/observer.js";
export {
  describeRace,
  evidenceOf,
  type Made,
  type Race,
  raceOf,
  raceWith,
  restsAtPlain,
} from "./step/races.js";
export type { TransitionSystem } from "./step/system.js";
export { type SystemOptions, type SystemProgram, systemOf } from "./step/system-of.js";
