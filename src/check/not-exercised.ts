/** Why a requirement was never checked in a run, and what to do so that it is. */
import type { RequirementId } from "./requirements/index.js";
import type { Scenario } from "./scenarios/index.js";
import type { Setup } from "./setup.js";

/** What decides whether anything asks for a requirement. */
interface Run {
  readonly isC: boolean;
  readonly hasCounter: boolean;
  readonly isOff: boolean;
  readonly hasFlows: boolean;
  readonly cpus: number;
  readonly isTso: boolean;
}

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

/** Requirements that nothing can ask for without Dynamic PAMT. */
const NEED_DYNAMIC_PAMT: ReadonlySet<RequirementId> = new Set(["R1", "R3", "R4", "R5", "R11", "R13", "R14"]);

/** Requirements that only scenarios of their own ask for, and these. */
const ELSEWHERE: Readonly<Partial<Record<RequirementId, string>>> = {
  R12: "dpamt-off",
  R13: "extra-put",
  R14: "seamcall-failure",
};

const NO_COUNTER = "no counter was found; name the function that finds one: --entry counter=FUNCTION";

const reasons: Readonly<Partial<Record<RequirementId, (run: Run) => string>>> = {
  R1: () => "no put and no free came as far as a SEAMCALL",
  R2: ({ hasFlows }) =>
    hasFlows
      ? "no flow of this run calls get or allocates a page; add one that does: --flows fault"
      : "no get and no tdx_alloc_page returned",
  R3: () => "no page was in use: no get and no tdx_alloc_page succeeded",
  R4: () => "a region without a user was never seen while no helper ran",
  R5: ({ isC, hasCounter }) => {
    if (hasCounter) return "no state was seen in which no helper ran";
    return isC ? NO_COUNTER : "the design counts no users, so there is no count to compare";
  },
  R6: () => "no state was seen in which no helper ran",
  R7: () => "no page was freed",
  R8: () => "nothing was allocated, and nothing else was done that may sleep",
  R9: () => "no call of a helper returned",
  R10: ({ isTso }) =>
    isTso
      ? "nothing that CPUs share was accessed plainly, and no store waited in a buffer"
      : "nothing that CPUs share was accessed plainly; --memory tso judges stores in buffers as well",
  R11: ({ cpus, hasFlows }) => {
    if (hasFlows) return "no get of these flows ran while others used its region; two faults do: --flows fault+fault";
    return cpus < 2
      ? "one CPU alone never gets while others use the region: --cpus 2"
      : "no get ran while others used its region all the while";
  },
  R12: ({ hasFlows }) =>
    `Dynamic PAMT was on in every scenario of this run: check with --scenario dpamt-off${hasFlows ? ", without --flows" : ""}`,
  R13: ({ hasFlows }) =>
    `no caller of this run puts too often: check with --scenario extra-put${hasFlows ? ", without --flows" : ""}`,
  R14: () => "no SEAMCALL failed by chance: check with --scenario seamcall-failure, or with --seamcall-failures 1",
};

/** Why the check of `id` was never made, in words. @param complete nothing ended a path or a search early */
export function whyNotExercised(id: RequirementId, explored: Explored, complete: boolean): string {
  const run = runOf(explored);
  const { isOff } = run;
  const isStatic = explored[0]?.setup.subject.design.staticPamt === true;
  if (isOff && NEED_DYNAMIC_PAMT.has(id)) {
    return isStatic
      ? "the design does without Dynamic PAMT, so there is no pair and no count"
      : `Dynamic PAMT was off in every scenario of this run: check with --scenario ${ELSEWHERE[id] ?? "main"}`;
  }
  const reason = reasons[id]?.(run) ?? "no scenario of this run asks for it";
  const isCertain = complete || id in ELSEWHERE || (id === "R5" && !run.hasCounter);
  return isCertain ? reason : `${reason}; not everything was covered`;
}
