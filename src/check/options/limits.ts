/** Records of the limits: when a search stops although not everything was covered. */
import type { GivenValuesOf, OptionTable } from "./record.js";

/** In the order of the help and of results. */
export const limitOptions = {
  maxStates: {
    kind: "whole",
    range: [1, 2 ** 40],
    value: "n",
    help: "stop each scenario after this many states",
    label: "Most states",
    part: "limits",
    unsaid: "none",
    stop: ["states", "limit of states"],
  },
  /** Of all that is explored. */
  maxSeconds: {
    kind: "positive",
    value: "n",
    help: "end after this many seconds in all; scenarios not begun by then are not run",
    label: "Most seconds",
    part: "limits",
    unsaid: "none",
    stop: ["seconds", "time limit"],
  },
  maxSecondsEach: {
    kind: "positive",
    value: "n",
    help: "stop each scenario after this many seconds",
    label: "Seconds for each scenario",
    part: "limits",
    unsaid: "none",
    stop: ["seconds", "time limit"],
  },
  maxMemory: {
    kind: "positive",
    value: "MB",
    help: "stop a scenario when the process uses this much memory (default: three quarters of what there is)",
    label: "Most MB",
    part: "limits",
    unsaid: "none",
    description: "In MB.",
    stop: ["memory", "memory limit"],
  },
} as const satisfies OptionTable;

type LimitStop = (typeof limitOptions)[keyof typeof limitOptions]["stop"][0];

/** Why searches stop that met a limit. */
export const limitStops: readonly LimitStop[] = [
  ...new Set(Object.values(limitOptions).map(({ stop: [stop] }) => stop)),
];

/** For each of these stops what `say` makes of the limit's name. */
export function limitTexts(say: (limit: string) => string): Readonly<Record<LimitStop, string>> {
  const texts = Object.values(limitOptions).map(({ stop: [stop, limit] }) => [stop, say(limit)] as const);
  return Object.fromEntries(texts) as Record<LimitStop, string>;
}

/** Limits that were given, by the names of the flags; memory in MB. */
export type GivenLimits = GivenValuesOf<typeof limitOptions>;
