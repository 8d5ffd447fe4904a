/** All scenarios; those that are not optional make up the battery of `check`. */
import type { Design } from "../../helpers/index.js";
import { flowScenarioByName } from "./flows.js";
import { initFailure, initFailureOff } from "./init-failure.js";
import { dpamtOff, main, seamcallFailure } from "./main.js";
import { manyUsers } from "./many-users.js";
import type { Scenario } from "./scenario.js";
import { extraPut, faultAlone, partialRegion, softirqPut } from "./single-question.js";
import { zapPut } from "./zap-put.js";

export const scenarios: readonly Scenario[] = [
  main,
  dpamtOff,
  extraPut,
  partialRegion,
  zapPut,
  softirqPut,
  faultAlone,
  manyUsers,
  seamcallFailure,
  initFailure,
  initFailureOff,
];

/** The scenarios that `check` runs unless told otherwise, whatever is checked. */
export const battery: readonly Scenario[] = scenarios.filter((scenario) => scenario.optional !== true);

/** The battery of a design: what is special about it is looked at as well. */
export function batteryOf(design: Design): readonly Scenario[] {
  return scenarios.filter((scenario) => scenario.optional !== true || scenario.isFor?.(design) === true);
}

/** The scenario with this name, or undefined. Scenarios of flows are known by names such as `fault+zap@tds`. */
export function scenarioByName(name: string): Scenario | undefined {
  return scenarios.find((scenario) => scenario.name === name) ?? flowScenarioByName(name);
}

export { FlowsError, flowScenarios, type TdSharing } from "./flows.js";

export type { CpuProgram, Scenario, Stage } from "./scenario.js";
