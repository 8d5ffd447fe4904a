/**
 * A counterexample in the Informal Trace Format, for viewers of traces of state machines.
 *
 * Source: Apalache, ADR-015 "Informal Trace Format in JSON".
 */
import type { Counterexample, HostRegion, HostView } from "../check/index.js";
import { cpusOf, historyOf } from "./history.js";
import { jsonText } from "./json.js";
import { cleaned, type SavedResult } from "./result.js";
import { formatAddress } from "./words.js";

/** A value; of its forms those that are used here. */
export type ItfValue =
  | string
  | boolean
  | readonly ItfValue[]
  | { readonly "#bigint": string }
  | { readonly "#set": readonly ItfValue[] }
  | { readonly "#map": readonly (readonly [ItfValue, ItfValue])[] }
  | { readonly [field: string]: ItfValue };

/** Variables of a state, with their types as Apalache writes them. */
const VARIABLES = {
  action: "Str",
  cpu: "Int",
  calls: "Int -> Seq(Str)",
  count: "Str -> Int",
  users: "Str -> Int",
  pair: "Str -> Set(Str)",
  type: "Str -> Str",
  lock: "Str -> Set({ cpu: Int, mode: Str })",
  pages: "Str -> Set({ index: Int, state: Str, cpu: Int })",
  locks: "Seq({ cpu: Int, name: Str, of: Str, mode: Str })",
  done: "Bool",
} as const;

type State = Readonly<Record<keyof typeof VARIABLES, ItfValue>>;

/** Stands for a CPU where there is none: before the first step, and for pages that no CPU has for itself. */
const NO_CPU = -1;

/**
 * The trace: the state before the first step and that after each visible one. Without a failure it has no states; of
 * several it shows the first, as the format is for one trace.
 */
export function itfOf(given: SavedResult): string {
  const result = cleaned(given);
  const { counterexample, subject } = result;
  const description =
    counterexample === null
      ? `${subject.name}: no failure was found, so there are no states`
      : `${subject.name}: ${counterexample.requirement} breaks, ${counterexample.message}`;
  return jsonText({
    "#meta": {
      format: "ITF",
      "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
      source: subject.name,
      description,
      varTypes: VARIABLES,
      ...(counterexample === null ? {} : aboutFailure(counterexample)),
    },
    params: [],
    vars: Object.keys(VARIABLES),
    states: counterexample === null ? [] : statesOf(counterexample),
  });
}

function aboutFailure({ requirement, scenario, switches, schedule }: Counterexample): Record<string, unknown> {
  return { requirement, scenario, switches, schedule };
}

/** One state for each step that others could notice, and for those that change what is shown. */
function statesOf(counterexample: Counterexample): Record<string, unknown>[] {
  const cpus = cpusOf(counterexample);
  const none = new Map<number, readonly string[]>(cpus.map((cpu) => [cpu, []]));
  const last = counterexample.steps.length - 1;
  const start = stateOf("the beginning", NO_CPU, none, counterexample.scene, last < 0);
  const moments = historyOf(counterexample).filter(
    ({ index, step }) => step.visible || step.scene !== undefined || index === last,
  );
  const states = moments.map(({ index, step, scene, calls }) => ({
    meta: step.source === undefined ? { step: index } : { step: index, ...step.source },
    state: stateOf(step.text, step.cpu, calls, scene, index === last),
  }));
  return [{ meta: {}, state: start }, ...states].map(({ meta, state }, index) => ({
    "#meta": { index, ...meta },
    ...state,
  }));
}

function stateOf(
  action: string,
  cpu: number,
  calls: ReadonlyMap<number, readonly string[]>,
  { regions, locks }: HostView,
  done: boolean,
): State {
  return {
    action,
    cpu: int(cpu),
    calls: { "#map": [...calls].map(([each, inside]) => [int(each), inside]) },
    count: numbersOf(regions, ({ count }) => count),
    users: numbersOf(regions, ({ users }) => users),
    pair: ofRegions(regions, ({ pair }) => ({ "#set": [...new Set(pair ?? [])].map(formatAddress) })),
    type: ofRegions(regions, ({ type }) => type),
    lock: ofRegions(regions, ({ lock }) => ({ "#set": holdersOf(lock, locks) })),
    pages: ofRegions(regions, ({ pages }) => ({
      "#set": pages.map(({ index, state, cpu = NO_CPU }) => ({ index: int(index), state, cpu: int(cpu) })),
    })),
    locks: locks.map((each) => ({ cpu: int(each.cpu), name: each.name, of: each.of, mode: each.mode })),
    done,
  };
}

/** Who holds a lock; whoever holds it twice is named once, as in any set. */
function holdersOf(lock: string, locks: HostView["locks"]): ItfValue[] {
  const holders = locks.filter(({ name }) => name === lock);
  const once = new Map(holders.map(({ cpu, mode }) => [`${cpu} ${mode}`, { cpu: int(cpu), mode }]));
  return [...once.values()];
}

function ofRegions(regions: readonly HostRegion[], value: (region: HostRegion) => ItfValue): ItfValue {
  return { "#map": regions.map((region) => [formatAddress(region.address), value(region)]) };
}

/** A number for each region that has one. */
function numbersOf(regions: readonly HostRegion[], value: (region: HostRegion) => number | null): ItfValue {
  const pairs = regions.flatMap((region): [ItfValue, ItfValue][] => {
    const number = value(region);
    return number === null ? [] : [[formatAddress(region.address), int(number)]];
  });
  return { "#map": pairs };
}

function int(value: number): ItfValue {
  return { "#bigint": String(value) };
}
