/** All scenarios; those that are not optional make up the battery of `check`. */
import { flowScenarioByName } from "./flows.js";
import { initFailure, initFailureOff } from "./init-failure.js";
import { dpamtOff, main } from "./main.js";
import type { Scenario } from "./scenario.js";
import { extraPut, fault, partialRegion, softirqPut } from "./small.js";

export const scenarios: readonly Scenario[] = [
  main,
  dpamtOff,
  extraPut,
  partialRegion,
  softirqPut,
  fault,
  initFailure,
  initFailureOff,
];

/** The scenarios that `check` runs unless told otherwise. */
export const battery: readonly Scenario[] = scenarios.filter((scenario) => scenario.optional !== true);

/** The scenario with this name, or undefined. Scenarios of flows are known by names such as `fault+zap@tds`. */
export function scenarioByName(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name) ?? flowScenarioByName(name);
}

export { FlowsError, flowScenarios, type Tds, tdsKinds } from "./flows.js";

export type { Bounds, CpuProgram, Scenario, Stage, Use } from "./scenario.js";
