/** Flags of verbs that explore, read from the table of options. */
import { type Command, InvalidArgumentError, Option } from "commander";
import {
  defaultOf,
  type Exploration,
  explorationOf,
  flagOf,
  numberOf,
  OptionError,
  type OptionRecord,
  type OptionTable,
  optionTable,
  type Settings,
  type Verb,
  wholeNumber,
} from "../check/index.js";
import { InputError } from "./failure.js";
import { memoryGauge, usualMegabytes } from "./memory.js";

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

/** The flags that say how far to explore, with the defaults of the verb. */
export function exploreOptions(verb: Verb, table: OptionTable = optionTable): Option[] {
  const options = Object.entries(table).map(([name, record]) => {
    const option = flagFor(name, record);
    const usually = defaultOf(record, verb);
    return usually === undefined ? option : option.default(usually);
  });
  return [...options, new Option("--json", "print one JSON object (see schemas/)")];
}

/** The flag of verbs that show failures. */
export function addressesOption(): Option {
  return new Option("--addresses", "show physical addresses, not names of regions and pages such as A and A+16");
}

/** The flags of the table that `dpamt replay` has too. */
export function replayOptions(): Option[] {
  const records: OptionTable = optionTable;
  return Object.entries(records).flatMap(([name, record]) =>
    record.replayHelp === undefined ? [] : [flagFor(name, record, record.replayHelp)],
  );
}

function flagFor(name: string, record: OptionRecord, help = record.help): Option {
  const option = new Option(`--${flagOf(name)} <${record.value}>`, help);
  switch (record.kind) {
    case "whole":
    case "positive":
      return option.argParser(reading((text) => numberOf(record, text)));
    case "one":
      return option.choices(Object.keys(record.alternatives));
    case "some":
    case "texts":
      return option.argParser(collect);
  }
}

/** What was given of a flag, or its default. Commander keeps `--no-reduce` as `reduce`, which is true where it is not given. */
function valueGiven(command: Command, name: string, record: OptionRecord): unknown {
  const value: unknown = command.getOptionValue(flagFor(name, record).attributeName());
  return typeof value === "boolean" ? undefined : value;
}

/** The settings that the flags of a command give. */
export function settingsOfFlags(command: Command, table: OptionTable = optionTable): Settings {
  const values = Object.entries(table).map(([name, record]) => [name, valueGiven(command, name, record)]);
  return Object.fromEntries(values) as Settings;
}

/** The exploration that the flags of a command ask for. @throws OptionError for names that there are not */
export function explorationAsked(command: Command): Exploration {
  const settings = settingsOfFlags(command);
  const exploration = explorationOf(settings);
  return {
    ...exploration,
    limits: { ...exploration.limits, memory: memoryGauge(settings.maxMemory ?? usualMegabytes()) },
  };
}

/** Flags that do not apply with `--flows`, by their names in the table. */
const FIXED_BY_FLOWS: readonly string[] = Object.entries<OptionRecord>(optionTable)
  .filter(([, { isFixedByFlows }]) => isFixedByFlows === true)
  .map(([name]) => name);

/** The same as the help lists them: `--cpus, --rounds and --use`. */
export function fixedByFlowsText(): string {
  const flags = FIXED_BY_FLOWS.map((name) => `--${flagOf(name)}`);
  return `${flags.slice(0, -1).join(", ")} and ${flags.at(-1)}`;
}

/** @throws InputError for a flag that would be ignored because flows are explored */
export function refuseIgnored(command: Command): void {
  if (command.getOptionValue("flows") === undefined) return;
  const given = FIXED_BY_FLOWS.find((name) => command.getOptionValueSource(name) === "cli");
  if (given === undefined) return;
  throw new InputError(
    `--${flagOf(given)} does not apply with --flows: each flow runs once on a CPU of its own, pages lie anywhere; leave it out`,
  );
}
