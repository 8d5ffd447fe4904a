/**
 * What `npm run answers` explores. Every design runs the scenarios of helpers. The merged design and `fast-path` run KVM's
 * flows as well: each alone, pairs, and variants of `docs/findings.md`.
 */
import { type Bounds, flowScenarios, type Scenario, type Subject, scenarioByName } from "../../src/check/index.js";
import { flows } from "../../src/flows/index.js";
import { type Design, designs } from "../../src/helpers/index.js";

/** Bounds of helpers; scenarios of flows have their own. */
const BOUNDS: Bounds = {
  cpus: 2,
  rounds: 2,
  regions: 2,
  placement: "adversarial",
  allocFailures: 1,
  use: "rdmd",
};

const OF_HELPERS = ["main", "partial-region", "zap-put", "extra-put"];
/** Designs that run flows, and flows that none of their pairs has: those pairs take long. */
const WITHOUT_PAIRS: Readonly<Record<string, RegExp>> = {
  "global-lock": /td-create|vcpu-create/,
  "fast-path": /td-create|vcpu-create|populate/,
};
const OF_VARIANTS = [
  "zap-early-put",
  "zap-early-put+zap",
  "zap-early-put+fault",
  "zap-put-before-write-back",
  "zap-put-before-write-back+zap",
  "zap-put-before-write-back+fault",
  "split-locked+split-locked",
  "split-locked+fault",
  "split-locked+zap",
];

function flowsFor(design: string): string[] {
  const tooLong = WITHOUT_PAIRS[design];
  if (tooLong === undefined) return [];
  const real = flows.filter(({ variant }) => variant !== true).map(({ name }) => name);
  const paired = real.filter((name) => !tooLong.test(name));
  const pairs = paired.flatMap((first, index) => paired.slice(index).map((second) => `${first}+${second}`));
  return [...(design === "global-lock" ? real : paired), ...pairs, ...OF_VARIANTS];
}

function named(name: string): Scenario {
  const scenario = scenarioByName(name);
  if (scenario === undefined) throw new Error(`there is no scenario ${name}`);
  return scenario;
}

function scenariosFor({ name }: Design): Scenario[] {
  return [...OF_HELPERS.map(named), ...flowsFor(name).flatMap((each) => flowScenarios(each))];
}

/** Everything, in the order of the table. */
export function planned(): Subject[] {
  return designs.flatMap((design) => scenariosFor(design).map((scenario) => ({ design, scenario, bounds: BOUNDS })));
}
