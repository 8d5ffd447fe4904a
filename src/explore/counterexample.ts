/** Counterexamples: the failing interleaving in words, and how to walk it again. */
import type { SourceLine } from "../helpers/index.js";
import type { Scene } from "./scene.js";
import { follow, formatSchedule, type Schedule, scheduleOf } from "./schedule.js";
import type { Found } from "./search.js";
import type { Setup } from "./setup.js";
import { type Step, StepRecorder } from "./steps.js";
import type { Violation } from "./watch.js";

export interface Counterexample {
  readonly requirement: string;
  /** What broke, in one sentence. */
  readonly message: string;
  readonly scenario: string;
  /** Context switches. */
  readonly switches: number;
  /** No interleaving within the bounds breaks this requirement with fewer context switches, unless its path ends before. */
  readonly fewestSwitches: boolean;
  /** Regions and locks before the first step. */
  readonly scene: Scene;
  readonly steps: readonly Step[];
  /** For C: the lines where it broke. */
  readonly sources?: readonly SourceLine[];
  /** One line that `dpamt replay` takes. */
  readonly schedule: string;
}

/** Walks a path found in `setup` once more and puts it into words. */
export function explain(setup: Setup, found: Found, fewestSwitches: boolean): Counterexample {
  setup.world.reset();
  const recorder = new EventRecorder(setup);
  const schedule = scheduleOf(setup, found, recorder);
  return tell(setup, schedule, found.violation, recorder, fewestSwitches);
}

/** How often another CPU goes on; that a store drains is no switch. */
function switchesOf({ stretches }: Schedule): number {
  const cpus = stretches.filter(({ drains }) => drains !== true).map(({ cpu }) => cpu);
  return cpus.filter((cpu, index) => index > 0 && cpu !== cpus[index - 1]).length;
}

function tell(
  setup: Setup,
  schedule: Schedule,
  violation: Violation,
  recorder: EventRecorder,
  fewestSwitches: boolean,
): Counterexample {
  const { steps } = recorder;
  const sources = sourcesOf(setup, violation, recorder);
  return {
    requirement: violation.requirement,
    message: violation.message,
    scenario: setup.subject.scenario.name,
    switches: switchesOf(schedule),
    fewestSwitches,
    scene: recorder.firstScene,
    steps,
    ...(sources.length === 0 ? {} : { sources }),
    schedule: formatSchedule(schedule),
  };
}

/** Records steps, and where events came from. */
class EventRecorder extends StepRecorder {
  private readonly events: { readonly code: number; readonly extra: number; readonly site: number }[] = [];

  constructor(private readonly of: Setup) {
    super(of);
  }

  override onEvent(cpu: number, node: number): void {
    super.onEvent(cpu, node);
    const { argument, extra, site } = this.of.world.automaton;
    this.events.push({ code: argument[node] as number, extra: extra[node] as number, site: site[node] as number });
  }

  /** Places in a source text that events of a kind came from, each once. */
  sitesOf([code, extra]: readonly [number, number]): number[] {
    const found = this.events.filter((each) => each.code === code && each.extra === extra && each.site > 0);
    return [...new Set(found.map(({ site }) => site))];
  }
}

/**
 * The lines where something broke: those that the check names, else those that brought it about, else that of the
 * last step that has one.
 */
function sourcesOf(setup: Setup, { sites = [], cause }: Violation, recorder: EventRecorder): SourceLine[] {
  const { steps } = recorder;
  const places = sites.length === 0 && cause !== undefined ? recorder.sitesOf(cause) : sites;
  const named = places.map((site) => setup.subject.design.source?.(site)).filter((source) => source !== undefined);
  if (named.length > 0) return named;
  const last = steps.findLast(({ source }) => source !== undefined);
  return last?.source === undefined ? [] : [last.source];
}

/**
 * Follows a schedule.
 *
 * @returns what broke, in words, or null when nothing broke any more
 * @throws ScheduleError when the schedule no longer fits the programs
 */
export function replay(setup: Setup, schedule: Schedule): Counterexample | null {
  setup.world.reset();
  const recorder = new EventRecorder(setup);
  const violation = follow(setup, schedule, recorder);
  return violation === null ? null : tell(setup, schedule, violation, recorder, false);
}
