/** Flags that verbs share: their reading, bounds and texts. */
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  type Bounds,
  battery,
  type CheckOptions,
  FlowsError,
  flowScenarios,
  type Limits,
  MAX_CPUS,
  MAX_REGIONS,
  type MemoryModel,
  memoryModels,
  type Reduction,
  reductions,
  type Scenario,
  type Strategy,
  scenarioByName,
  scenarios,
  strategies,
  type Tds,
  tdsKinds,
  type Use,
} from "../explore/index.js";
import { fitOneTd, flows } from "../flows/index.js";
import { type Design, designByName, designs } from "../helpers/index.js";
import type { Placement } from "../kernel/index.js";
import { InputError } from "./failure.js";

/** Flags of `check` and `compare` as commander hands them over. */
export interface ExploreFlags {
  readonly cpus: number;
  readonly rounds: number;
  readonly regions: number;
  readonly placement: Placement;
  readonly allocFailures: number;
  readonly use: Use;
  readonly memory: MemoryModel;
  readonly scenario?: readonly string[];
  readonly flows?: readonly string[];
  readonly tds?: Tds;
  readonly strategy: Strategy;
  readonly seed: number;
  readonly reduce: boolean | readonly string[];
  readonly maxStates?: number;
  readonly maxSeconds?: number;
  readonly maxMemory?: number;
  readonly json?: boolean;
}

function wholeNumber(least: number, most: number) {
  return (text: string): number => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`give a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && Number.isFinite(value))) throw new InvalidArgumentError("give a number above 0.");
  return value;
}

function collect(value: string, before: readonly string[] | boolean | undefined): string[] {
  return [...(Array.isArray(before) ? before : []), ...value.split(",")];
}

/** The flags that say how far to explore, with a verb's own default for the number of CPUs. */
export function exploreOptions(cpus: number): Option[] {
  const names = Object.keys(reductions).join(", ");
  return [
    new Option("--cpus <n>", `CPUs, 1 to ${MAX_CPUS}`).argParser(wholeNumber(1, MAX_CPUS)).default(cpus),
    new Option("--rounds <n>", "times each CPU runs its program").argParser(wholeNumber(1, 100)).default(2),
    new Option("--regions <n>", `2 MiB regions that CPUs fight over, 1 to ${MAX_REGIONS}`)
      .argParser(wholeNumber(1, MAX_REGIONS))
      .default(2),
    new Option("--placement <kind>", "where pages lie: anywhere that matters, or at the lowest free address")
      .choices(["adversarial", "first-fit"])
      .default("adversarial"),
    new Option("--alloc-failures <n>", "allocations that may fail").argParser(wholeNumber(0, 20)).default(1),
    new Option("--use <call>", "SEAMCALL made on a page in use").choices(["rdmd", "wbinvd", "none"]).default("rdmd"),
    new Option("--memory <model>", "sc: all CPUs see one order of all accesses; tso: stores wait in buffers, as on x86")
      .choices(memoryModels)
      .default("sc"),
    new Option("--scenario <names>", `scenarios to run: ${scenarios.map(({ name }) => name).join(", ")}`).argParser(
      collect,
    ),
    new Option(
      "--flows <lists>",
      "up to 4 flows of TDs beside each other instead, e.g. fault+zap,split+fault; all: every pair",
    ).argParser(collect),
    new Option("--tds <kind>", "the flows share one TD, or each has its own (default: both where they can)").choices([
      ...tdsKinds,
    ]),
    new Option("--strategy <kind>", "dfs and bfs cover all; switches by context switches; random and pct sample")
      .choices(strategies)
      .default("dfs"),
    new Option("--seed <n>", "seed of random and pct").argParser(wholeNumber(0, 2 ** 31 - 1)).default(1),
    new Option("--no-reduce <names>", `switch reductions off: ${names}`).argParser(collect),
    new Option("--max-states <n>", "stop after so many states").argParser(wholeNumber(1, 2 ** 40)),
    new Option("--max-seconds <n>", "stop each scenario after so many seconds").argParser(positiveNumber),
    new Option("--max-memory <MB>", "stop when the table of states takes so much").argParser(positiveNumber),
    new Option("--json", "print one JSON object (see schemas/)"),
  ];
}

function boundsOf(flags: ExploreFlags): Bounds {
  const { cpus, rounds, regions, placement, allocFailures, use, memory } = flags;
  return { cpus, rounds, regions, placement, allocFailures, use, memory };
}

function limitsOf({ maxStates, maxSeconds, maxMemory }: ExploreFlags): Limits {
  return {
    ...(maxStates === undefined ? {} : { maxStates }),
    ...(maxSeconds === undefined ? {} : { maxSeconds }),
    ...(maxMemory === undefined ? {} : { maxBytes: maxMemory * 2 ** 20 }),
  };
}

/** What the flags say of an exploration, whatever is explored. @throws InputError for names that there are not */
export function planOf(flags: ExploreFlags): Omit<CheckOptions, "design" | "signal" | "progress"> {
  return {
    scenarios: scenariosOf(flags),
    bounds: boundsOf(flags),
    without: withoutOf(flags),
    strategy: flags.strategy,
    seed: flags.seed,
    limits: limitsOf(flags),
  };
}

/** @throws InputError for a name that is no reduction */
function withoutOf({ reduce }: ExploreFlags): Reduction[] {
  if (typeof reduce === "boolean") return [];
  return reduce.map((name) => {
    if (Object.hasOwn(reductions, name)) return name as Reduction;
    throw new InputError(
      `--no-reduce: there is no reduction "${name}"; there are ${Object.keys(reductions).join(", ")}`,
    );
  });
}

/** Flags that mean nothing with `--flows`, by their names in the program. */
const NOT_WITH_FLOWS = ["cpus", "rounds", "placement", "use"];

/** @throws InputError for a flag that would be ignored because flows are explored */
export function refuseIgnored(command: Command): void {
  if (command.getOptionValue("flows") === undefined) return;
  for (const name of NOT_WITH_FLOWS) {
    if (command.getOptionValueSource(name) !== "cli") continue;
    throw new InputError(
      `--${name} does not apply with --flows: each flow runs once on a CPU of its own, pages lie anywhere; leave it out`,
    );
  }
}

/** @throws InputError for a name that is no scenario or no flow */
function scenariosOf({ scenario, flows: lists, tds }: ExploreFlags): readonly Scenario[] {
  if (lists !== undefined) {
    if (scenario !== undefined) throw new InputError("--flows and --scenario exclude each other: give one of them");
    const names = new Set(lists.map((list) => list.replaceAll(" ", "")));
    return [...names].flatMap((list) => (list === "all" ? allPairs(tds) : flowsOf(list, tds)));
  }
  if (tds !== undefined) throw new InputError("--tds says how flows share TDs: give --flows with it");
  if (scenario === undefined) return battery;
  return scenario.map((name) => {
    const found = scenarioByName(name);
    if (found !== undefined) return found;
    const known = scenarios.map((each) => each.name).join(", ");
    throw new InputError(`--scenario: there is no scenario "${name}"; there are ${known}`);
  });
}

function flowsOf(list: string, tds: Tds | undefined): Scenario[] {
  try {
    return flowScenarios(list, tds);
  } catch (error) {
    if (!(error instanceof FlowsError)) throw error;
    throw new InputError(`--flows: ${error.message}`);
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

/** @throws InputError for a name that is no design */
export function designOf(name: string): Design {
  const found = designByName(name);
  if (found !== undefined) return found;
  throw new InputError(`there is no design "${name}"; there are ${designs.map((design) => design.name).join(", ")}`);
}
