/** What to explore and how far, as users say it on the command line and on the page: ranges, usual values, names. */
import { type MemoryModelName, memoryModels, type Strategy, strategies } from "../explore/index.js";
import { fitOneTd, flows } from "../flows/index.js";
import { type Design, designByName, designs } from "../helpers/index.js";
import type { PlacementName } from "../kernel/index.js";
import type { CheckLimits } from "./budget.js";
import { MAX_CPUS, MAX_REGIONS } from "./host.js";
import { OptionError } from "./options-error.js";
import type { CheckOptions } from "./outcome.js";
import { type RequirementId, requirements } from "./requirements/index.js";
import {
  type Bounds,
  battery,
  FlowsError,
  flowScenarios,
  type Scenario,
  scenarioByName,
  scenarios,
  type Tds,
  type Use,
} from "./scenarios/index.js";
import { type Reduction, reductions } from "./setup.js";

export { OptionError } from "./options-error.js";

/** What is said of an exploration, by the names of the flags. */
export interface Settings {
  readonly cpus: number;
  readonly rounds: number;
  readonly regions: number;
  readonly placement: PlacementName;
  readonly allocFailures: number;
  readonly seamcallFailures: number;
  readonly use: Use;
  readonly memory: MemoryModelName;
  readonly scenario?: readonly string[] | undefined;
  readonly flows?: readonly string[] | undefined;
  readonly tds?: Tds | undefined;
  readonly strategy: Strategy;
  readonly seed: number;
  /** Reductions that are switched off. */
  readonly noReduce?: readonly string[];
  readonly maxStates?: number | undefined;
  /** Of all that is explored. */
  readonly maxSeconds?: number | undefined;
  /** Of each scenario. */
  readonly maxSecondsEach?: number | undefined;
  /** In MB. */
  readonly maxMemory?: number | undefined;
  /** Requirements that are not judged. */
  readonly ignore?: readonly string[] | undefined;
}

/** What is taken where nothing is said. */
export const usual = {
  design: "global-lock",
  cpus: 3,
  /** Two CPUs show every failure known, and every design is through in seconds. */
  cpusToCompare: 2,
  rounds: 2,
  regions: 2,
  placement: "adversarial",
  allocFailures: 1,
  seamcallFailures: 0,
  use: "rdmd",
  memory: "sc",
  strategy: "dfs",
  seed: 1,
} as const;

/** Least and most of what is given as a whole number. */
export const ranges = {
  cpus: [1, MAX_CPUS],
  rounds: [1, 100],
  regions: [1, MAX_REGIONS],
  allocFailures: [0, 20],
  seamcallFailures: [0, 20],
  seed: [0, 2 ** 31 - 1],
  maxStates: [1, 2 ** 40],
} as const;

/** What can be chosen from. */
export const choices = {
  placement: ["adversarial", "first-fit"],
  use: ["rdmd", "wbinvd", "none"],
  memory: memoryModels,
  strategy: strategies,
} as const;

/** @throws OptionError for text that is no whole number in the range */
export function wholeNumber(text: string, [least, most]: readonly [number, number]): number {
  const value = Number(text);
  if (/^\d+$/.test(text) && value >= least && value <= most) return value;
  throw new OptionError(`give a whole number from ${least} to ${most}.`);
}

/** @throws OptionError for text that is no number above 0 */
export function positiveNumber(text: string): number {
  const value = Number(text);
  if (value > 0 && Number.isFinite(value)) return value;
  throw new OptionError("give a number above 0.");
}

export type Plan = Omit<CheckOptions, "design" | "signal" | "progress" | "began">;

/** What the settings say of an exploration, whatever is explored. @throws OptionError for names that there are not */
export function planOf(settings: Settings): Plan {
  const { strategy, seed, noReduce = [], ignore = [] } = settings;
  return {
    scenarios: scenariosOf(settings),
    battery: settings.scenario === undefined && settings.flows === undefined,
    bounds: boundsOf(settings),
    without: noReduce.map(reductionOf),
    ignored: requirementsNamed("--ignore", ignore),
    strategy,
    seed,
    limits: limitsOf(settings),
  };
}

function boundsOf(settings: Settings): Bounds {
  const { cpus, rounds, regions, placement, allocFailures, seamcallFailures, use, memory } = settings;
  return { cpus, rounds, regions, placement, allocFailures, seamcallFailures, use, memory };
}

function limitsOf({ maxStates, maxSeconds, maxSecondsEach, maxMemory }: Settings): CheckLimits {
  return {
    ...(maxStates === undefined ? {} : { maxStates }),
    ...(maxSeconds === undefined ? {} : { maxSeconds }),
    ...(maxSecondsEach === undefined ? {} : { maxSecondsEach }),
    ...(maxMemory === undefined ? {} : { maxBytes: maxMemory * 2 ** 20 }),
  };
}

function reductionOf(name: string): Reduction {
  if (Object.hasOwn(reductions, name)) return name as Reduction;
  throw new OptionError(
    `--no-reduce: there is no reduction "${name}"; there are ${Object.keys(reductions).join(", ")}`,
  );
}

/** Requirements by their ids, each once. @throws OptionError for an id that there is not */
export function requirementsNamed(flag: string, names: readonly string[]): readonly RequirementId[] {
  const named = new Set(names.map((name) => name.trim().toUpperCase()));
  const known = requirements.map(({ id }) => id);
  const strange = [...named].find((name) => !known.some((id) => id === name));
  if (strange !== undefined) {
    throw new OptionError(`${flag}: there is no requirement "${strange}"; there are ${known.join(", ")}`);
  }
  return known.filter((id) => named.has(id));
}

function scenariosOf({ scenario, flows: lists, tds }: Settings): readonly Scenario[] {
  if (lists !== undefined) {
    if (scenario !== undefined) throw new OptionError("--flows and --scenario exclude each other: give one of them");
    const names = new Set(lists.map((list) => list.replaceAll(" ", "")));
    return [...names].flatMap((list) => (list === "all" ? allPairs(tds) : flowsOf(list, tds)));
  }
  if (tds !== undefined) throw new OptionError("--tds says how flows share TDs: give --flows with it");
  if (scenario === undefined) return battery;
  return [...new Set(scenario)].map((name) => {
    const found = scenarioByName(name);
    if (found !== undefined) return found;
    const known = scenarios.map((each) => each.name).join(", ");
    throw new OptionError(`--scenario: there is no scenario "${name}"; there are ${known}`);
  });
}

function flowsOf(list: string, tds: Tds | undefined): Scenario[] {
  try {
    return flowScenarios(list, tds);
  } catch (error) {
    if (!(error instanceof FlowsError)) throw error;
    throw new OptionError(`--flows: ${error.message}`);
  }
}

/** Every pair of flows that kernels have; with one TD, those that can share it. */
function allPairs(tds: Tds | undefined): Scenario[] {
  const real = flows.filter(({ variant }) => variant !== true);
  const pairs = real.flatMap((first, index) => real.slice(index).map((second) => [first, second]));
  return pairs
    .filter((pair) => tds !== "one-td" || fitOneTd(pair))
    .flatMap((pair) => flowsOf(pair.map(({ name }) => name).join("+"), tds));
}

/** @throws OptionError for a name that is no design */
export function designNamed(name: string): Design {
  const found = designByName(name);
  if (found !== undefined) return found;
  throw new OptionError(`there is no design "${name}"; there are ${designs.map((design) => design.name).join(", ")}`);
}
