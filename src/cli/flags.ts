/** Flags that verbs share: their reading and texts. */
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  choices,
  MAX_CPUS,
  MAX_REGIONS,
  OptionError,
  type Plan,
  planOf,
  positiveNumber,
  ranges,
  reductions,
  type Settings,
  scenarios,
  searches,
  strategies,
  tdsKinds,
  usual,
  wholeNumber,
} from "../check/index.js";
import { InputError } from "./failure.js";
import { memoryOf, usualMegabytes } from "./memory.js";

/** Flags of `check` and `compare` as commander hands them over. */
export interface ExploreFlags extends Omit<Settings, "noReduce"> {
  readonly reduce: boolean | readonly string[];
  readonly json?: boolean;
}

/** A reader of commander's, whose refusals name the flag. */
export function reading<T>(read: (text: string) => T) {
  return (text: string): T => {
    try {
      return read(text);
    } catch (error) {
      if (error instanceof OptionError) throw new InvalidArgumentError(error.message);
      throw error;
    }
  };
}

/** Reads a whole number in a range. */
export function wholeNumberIn(range: readonly [number, number]) {
  return reading((text) => wholeNumber(text, range));
}

/** Adds names, separated by commas, to those that were given before. */
export function collect(value: string, before: readonly string[] | boolean | undefined): string[] {
  return [...(Array.isArray(before) ? before : []), ...value.split(",")];
}

/** The flags that say how far to explore, with a verb's own default for the number of CPUs. */
export function exploreOptions(cpus: number): Option[] {
  const names = Object.keys(reductions).join(", ");
  return [
    new Option("--cpus <n>", `CPUs, 1 to ${MAX_CPUS}`).argParser(wholeNumberIn(ranges.cpus)).default(cpus),
    new Option("--rounds <n>", "times each CPU runs its program")
      .argParser(wholeNumberIn(ranges.rounds))
      .default(usual.rounds),
    new Option("--regions <n>", `2 MiB regions that CPUs fight over, 1 to ${MAX_REGIONS}`)
      .argParser(wholeNumberIn(ranges.regions))
      .default(usual.regions),
    new Option("--placement <kind>", "where pages lie: anywhere that matters, or at the lowest free address")
      .choices(choices.placement)
      .default(usual.placement),
    new Option("--alloc-failures <n>", "allocations that may fail")
      .argParser(wholeNumberIn(ranges.allocFailures))
      .default(usual.allocFailures),
    new Option(
      "--seamcall-failures <n>",
      "SEAMCALLs that may fail by nobody's fault: PAMT.ADD and REMOVE, in flows any",
    )
      .argParser(wholeNumberIn(ranges.seamcallFailures))
      .default(usual.seamcallFailures),
    new Option("--use <call>", "SEAMCALL made on a page in use").choices(choices.use).default(usual.use),
    new Option("--memory <model>", "sc: all CPUs see one order of all accesses; tso: stores wait in buffers, as on x86")
      .choices(choices.memory)
      .default(usual.memory),
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
    new Option("--strategy <kind>", strategies.map((name) => `${name}: ${searches[name].summary}`).join("; "))
      .choices(choices.strategy)
      .default(usual.strategy),
    new Option("--seed <n>", `seed of ${strategies.filter((name) => searches[name].samples).join(" and ")}`)
      .argParser(wholeNumberIn(ranges.seed))
      .default(usual.seed),
    new Option("--no-reduce <names>", `switch reductions off: ${names}`).argParser(collect),
    new Option("--max-states <n>", "stop after so many states").argParser(wholeNumberIn(ranges.maxStates)),
    new Option(
      "--max-seconds <n>",
      "end after so many seconds in all; scenarios not begun by then are not run",
    ).argParser(reading(positiveNumber)),
    new Option("--max-seconds-each <n>", "stop each scenario after so many seconds").argParser(reading(positiveNumber)),
    new Option(
      "--max-memory <MB>",
      "stop a scenario when the process takes so much (default: three quarters of the memory there is)",
    ).argParser(reading(positiveNumber)),
    new Option(
      "--ignore <ids>",
      "requirements not to judge, e.g. R6: shown as ignored, and hiding no others",
    ).argParser(collect),
    new Option("--json", "print one JSON object (see schemas/)"),
  ];
}

/** What the flags say of an exploration, whatever is explored. @throws OptionError for names that there are not */
export function planOfFlags({ reduce, ...flags }: ExploreFlags): Plan {
  const plan = planOf(typeof reduce === "boolean" ? flags : { ...flags, noReduce: reduce });
  return { ...plan, limits: { ...plan.limits, memory: memoryOf(flags.maxMemory ?? usualMegabytes()) } };
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
