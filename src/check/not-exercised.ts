/** Why a requirement was never checked in a run, and what to do so that it is. */
import type { Requirement, Run } from "./requirements/requirement.js";
import type { Scenario } from "./scenarios/index.js";
import type { Setup } from "./setup.js";

/** Of a run: each scenario with what it was explored in. */
type Explored = readonly { readonly scenario: Scenario; readonly setup: Setup }[];

function runOf(explored: Explored): Run {
  const { design } = explored[0]?.setup.subject ?? {};
  return {
    isC: design?.source !== undefined,
    hasCounter: explored.some(({ setup }) => setup.helpers.refcount !== undefined),
    isOff: explored.every(({ setup }) => !setup.kernel.systemInfo.dynamicPamt),
    hasFlows: explored.some(({ scenario }) => scenario.flows === true),
    cpus: Math.max(0, ...explored.map(({ setup }) => setup.bounds.cpus)),
    isTso: explored.some(({ setup }) => setup.bounds.memory === "tso"),
  };
}

/** Why the check of a requirement was never made, in words. @param complete nothing ended a path or a search early */
export function whyNotExercised(requirement: Requirement<string>, explored: Explored, complete: boolean): string {
  const { needs = [], onlyIn } = requirement;
  const run = runOf(explored);
  const isStatic = explored[0]?.setup.subject.design.staticPamt === true;
  if (run.isOff && needs.includes("dynamic-pamt")) {
    return isStatic
      ? "the design does without Dynamic PAMT, so there is no pair and no count"
      : `Dynamic PAMT was off in every scenario of this run: check with --scenario ${onlyIn ?? "main"}`;
  }
  const reason = requirement.whyNotExercised(run);
  const isCertain = complete || onlyIn !== undefined || (needs.includes("counter") && !run.hasCounter);
  return isCertain ? reason : `${reason}; not everything was covered`;
}
