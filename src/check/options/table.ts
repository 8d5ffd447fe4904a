/**
 * The table of options: one record for each. Flags and their help are read from it, and so are the form of the page,
 * links and the command to copy. The type of settings follows from it too.
 */
import { type Strategy, searches, strategies } from "../../explore/index.js";
import { requirements } from "../requirements/index.js";
import { battery, scenarios, type TdSharing } from "../scenarios/index.js";
import { reductions } from "../setup.js";
import { boundOptions } from "./bounds.js";
import { limitOptions } from "./limits.js";
import type { OptionTable, ValuesOf } from "./record.js";

/** Strategies that sample; the others cover all. */
const sampling = strategies.filter((name) => searches[name].samples === true);
const strategyTexts = strategies.map((name) => [name, `${name}: ${searches[name].summary}`] as const);

/** In the order of the help. */
export const optionTable = {
  ...boundOptions,
  scenario: {
    kind: "some",
    items: scenarios,
    meant: battery.map(({ name }) => name),
    value: "names",
    help: `scenarios to run: ${scenarios.map(({ name }) => name).join(", ")}`,
    label: "Scenarios",
    part: "scenarios",
  },
  flows: {
    kind: "texts",
    example: "fault+zap",
    value: "lists",
    help: "run flows of TDs instead of scenarios, up to 4 at once, e.g. fault+zap,split+fault; all: every pair",
    label: "Flows beside each other",
    hint: "Up to four with + between, one on each CPU; several lists with commas; `all` is every pair.",
    part: "flows",
  },
  tds: {
    kind: "one",
    alternatives: { "one-td": "all flows in one TD", tds: "each flow in a TD of its own" } satisfies Record<
      TdSharing,
      string
    >,
    unsaid: "one and several, where they can",
    value: "kind",
    help: "one-td: all flows share a TD; tds: each has its own (default: both, where possible)",
    label: "TDs",
    part: "flows",
  },
  strategy: {
    kind: "one",
    alternatives: Object.fromEntries(strategyTexts) as Readonly<Record<Strategy, string>>,
    default: "dfs",
    value: "kind",
    help: strategyTexts.map(([, text]) => text).join("; "),
    label: "Strategy",
    part: "search",
  },
  seed: {
    kind: "whole",
    range: [0, 2 ** 31 - 1],
    default: 1,
    value: "n",
    help: `seed of ${sampling.join(" and ")}`,
    label: "Seed",
    part: "search",
    onlyWith: ["strategy", sampling],
  },
  noReduce: {
    kind: "some",
    items: Object.entries(reductions).map(([name, summary]) => ({ name, summary })),
    value: "names",
    help: `reductions to switch off: ${Object.keys(reductions).join(", ")}`,
    label: "Reductions to switch off",
    part: "exceptions",
  },
  ...limitOptions,
  ignore: {
    kind: "some",
    items: requirements.map(({ id, title }) => ({ name: id, summary: title })),
    value: "ids",
    help: "requirements not to judge, e.g. R6; they are shown as ignored and hide no others",
    replayHelp: "requirements not to judge, as in the check that found the failure",
    label: "Requirements not to judge",
    part: "exceptions",
  },
} as const satisfies OptionTable;

/** What is said of an exploration, by the names of the options. */
export type Settings = ValuesOf<typeof optionTable>;
