/**
 * Scenarios of flows: one flow on each CPU, all in one TD or each in a TD of its own.
 *
 * Their names are those of the flows with a plus between and the TDs behind: `fault+zap@one-td`,
 * `fault+zap@tds`.
 */
import {
  buildTd,
  type Flow,
  type FlowStage,
  fitOneTd,
  flowByName,
  flows,
  mapNeeds,
  TD_PARAMS,
  Td,
} from "../../flows/index.js";
import type { Kernel } from "../../kernel/index.js";
import type { Program } from "../../machine/index.js";
import { writeTdParams } from "../../module/index.js";
import { didYouMean, UserError } from "../../text/index.js";
import type { Bounds } from "../options/bounds.js";
import type { CpuProgram, Scenario, Stage } from "./scenario.js";

const ONE_TD = "one-td";
const TDS = "tds";

/** How flows share TDs: all in one, or each in its own. */
export type TdSharing = typeof ONE_TD | typeof TDS;

/** Flows that a scenario has at least and at most. */
const FLOWS_MIN = 1;
const FLOWS_MAX = 4;

/** A list of flows that names none, or cannot be run. */
export class FlowsError extends UserError {
  readonly code = "FLOWS";
}

/** The flows in `text`, e.g. `fault+zap`. @throws FlowsError */
function parseFlows(text: string): Flow[] {
  const names = text.split("+");
  if (names.length > FLOWS_MAX) throw new FlowsError(`"${text}" has more than ${FLOWS_MAX} flows`);
  return names.map((name) => {
    const flow = flowByName(name);
    if (flow !== undefined) return flow;
    const what = name === "" ? `"${text}" has an empty place where a flow should be` : `there is no flow "${name}"`;
    const known = flows.map((each) => each.name);
    throw new FlowsError(`${what}; ${didYouMean(name, known)}`);
  });
}

/**
 * The scenarios for flows side by side: in one TD where they can share one, and in a TD each.
 *
 * @param text names with a plus between, e.g. `fault+zap`
 * @throws FlowsError when a flow is unknown, or the flows cannot share a TD as asked
 */
export function flowScenarios(text: string, tds?: TdSharing): Scenario[] {
  const list = parseFlows(text);
  const canShare = list.length > FLOWS_MIN && fitOneTd(list);
  if (tds === ONE_TD && !canShare) {
    throw new FlowsError(
      `the flows of "${text}" cannot run in one TD: td-create and teardown are alone in theirs, vcpu-create and populate ` +
        "need one that is being built, the others one that runs; leave --tds one-td out",
    );
  }
  const kinds: TdSharing[] = tds === undefined ? (canShare ? [ONE_TD, TDS] : [TDS]) : [tds];
  return kinds.map((kind) => flowScenario(text, list, kind));
}

/** The scenario with a name such as `fault+zap@tds`, or undefined. */
export function flowScenarioByName(name: string): Scenario | undefined {
  const [text = "", kind, ...rest] = name.split("@");
  if ((kind !== ONE_TD && kind !== TDS) || rest.length > 0) return undefined;
  try {
    return flowScenarios(text, kind)[0];
  } catch (error) {
    if (error instanceof FlowsError) return undefined;
    throw error;
  }
}

/** What each CPU's flow works with. */
function stagesOf({ kernel, design, helpers }: Stage, list: readonly Flow[], kind: TdSharing): FlowStage[] {
  const { homes = [], larges = [] } = kernel.memory;
  const count = kind === ONE_TD ? 1 : list.length;
  const tds = homes.slice(0, count).map((home, index) => new Td(kernel, index, home, larges));
  const tdxLock = kernel.space.reserve(1, () => "tdx_lock");
  writeTdParams(kernel.tdx.memory, BigInt(TD_PARAMS));
  return list.map((_, cpu) => ({ kernel, design, helpers, tdxLock, cpu, td: tds[cpu % count] as Td }));
}

function* build(stages: readonly FlowStage[], list: readonly Flow[]): Program {
  const built = new Set<Td>();
  for (const [cpu, stage] of stages.entries()) {
    const flow = list[cpu] as Flow;
    if (!built.has(stage.td)) yield* buildTd(stage, flow.td);
    built.add(stage.td);
    yield* mapNeeds(stage, flow.needs);
  }
  return 0;
}

function flowScenario(text: string, list: readonly Flow[], kind: TdSharing): Scenario {
  const stages = new WeakMap<Kernel, FlowStage[]>();
  const stagesFor = (stage: Stage): FlowStage[] => {
    let known = stages.get(stage.kernel);
    if (known === undefined) {
      known = stagesOf(stage, list, kind);
      stages.set(stage.kernel, known);
    }
    return known;
  };
  return {
    name: `${text}@${kind}`,
    summary: `${list.map(({ name }) => name).join(" beside ")}, ${kind === ONE_TD ? "in one TD" : "each in a TD of its own"}`,
    flows: true,
    optional: true,
    wrongCaller: list.some(({ wrong }) => wrong === true),
    setsCount: list.find(({ setsCount }) => setsCount === true)?.name,
    bounds: (asked: Bounds): Bounds => ({
      ...asked,
      cpus: list.length,
      rounds: 1,
      placement: "adversarial",
      use: "none",
    }),
    prologue: (stage) => build(stagesFor(stage), list),
    programs: (stage): CpuProgram[] =>
      stagesFor(stage).map((own, cpu) => {
        const flow = list[cpu] as Flow;
        return { label: `${flow.name} on CPU${cpu}`, start: () => flow.run(own) };
      }),
  };
}
