/** What settings ask for: scenarios, bounds, limits. Whoever gives settings, on the command line or on the page, gives names. */
import { fitOneTd, flows } from "../../flows/index.js";
import { type Design, designByName, designs } from "../../helpers/index.js";
import { didYouMean } from "../../text/index.js";
import type { CheckOptions } from "../outcome.js";
import { type RequirementId, requirements } from "../requirements/index.js";
import {
  battery,
  FlowsError,
  flowScenarios,
  type Scenario,
  scenarioByName,
  scenarios,
  type TdSharing,
} from "../scenarios/index.js";
import { type Reduction, reductions } from "../setup.js";
import { type Bounds, boundOptions } from "./bounds.js";
import { OptionError } from "./error.js";
import { limitOptions } from "./limits.js";
import { defaultOf, valuesFor } from "./record.js";
import { optionTable, type Settings } from "./table.js";

/** The design that is checked where none is named. */
export const DEFAULT_DESIGN = "global-lock";

/** What `dpamt check` takes where nothing is said. */
export const defaults = Object.fromEntries(
  Object.entries(optionTable).map(([name, record]) => [name, defaultOf(record, "check")]),
) as unknown as Settings;

/** What is explored and how far, of whatever design. */
export type Exploration = Omit<CheckOptions, "design" | "signal" | "progress" | "began">;

/** The exploration that settings ask for. @throws OptionError for names that there are not */
export function explorationOf(settings: Settings): Exploration {
  const { strategy, seed, noReduce = [], ignore = [] } = settings;
  return {
    scenarios: scenariosOf(settings),
    battery: settings.scenario === undefined && settings.flows === undefined,
    bounds: valuesFor(boundOptions, settings) as unknown as Bounds,
    without: noReduce.map(reductionOf),
    ignored: requirementsNamed("--ignore", ignore),
    strategy,
    seed,
    limits: valuesFor(limitOptions, settings),
  };
}

function reductionOf(name: string): Reduction {
  if (Object.hasOwn(reductions, name)) return name as Reduction;
  throw new OptionError(`--no-reduce: there is no reduction "${name}"; ${didYouMean(name, Object.keys(reductions))}`);
}

/** Requirements by their ids, each once. @throws OptionError for an id that there is not */
export function requirementsNamed(flag: string, names: readonly string[]): readonly RequirementId[] {
  const named = new Set(names.map((name) => name.trim().toUpperCase()));
  const known = requirements.map(({ id }) => id);
  const strange = [...named].find((name) => !known.some((id) => id === name));
  if (strange !== undefined) {
    throw new OptionError(`${flag}: there is no requirement "${strange}"; ${didYouMean(strange, known)}`);
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
    const known = scenarios.map((each) => each.name);
    throw new OptionError(`--scenario: there is no scenario "${name}"; ${didYouMean(name, known)}`);
  });
}

function flowsOf(list: string, tds: TdSharing | undefined): Scenario[] {
  try {
    return flowScenarios(list, tds);
  } catch (error) {
    if (!(error instanceof FlowsError)) throw error;
    throw new OptionError(`--flows: ${error.message}`);
  }
}

/** Every pair of flows that kernels have; with one TD, those that can share it. */
function allPairs(tds: TdSharing | undefined): Scenario[] {
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
  const known = designs.map((design) => design.name);
  throw new OptionError(`there is no design "${name}"; ${didYouMean(name, known)}`);
}
