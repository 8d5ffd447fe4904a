/** Follows a schedule: lets CPUs run from landmark to landmark, and says what breaks on the way. */
import {
  CYCLE_MESSAGE,
  deadlockMessage,
  describeRace,
  evidenceOf,
  Outcome,
  type Race,
  runFreely,
  type Trace,
  type Violation,
} from "../../explore/index.js";
import type { Setup } from "../setup.js";
import { accessNow, Landmarks, landmarkOf } from "./landmarks.js";
import { formatStretch, type Schedule, ScheduleError, type Stretch } from "./schedule.js";
import { showWaiting } from "./waiting.js";

/**
 * Follows a schedule in a fresh setup, telling `trace`.
 *
 * What ends no path is looked at behind the last move: a failure that does end one may have it on its way.
 *
 * @returns the broken requirement, or null when nothing broke
 * @throws ScheduleError when the programs no longer do what the schedule says, with the place
 */
export function follow(setup: Setup, schedule: Schedule, trace: Trace | null): Violation | null {
  const { system, monitor } = setup;
  const landmarks = beginAt(setup, schedule, trace);
  try {
    for (const [index, stretch] of schedule.stretches.entries()) {
      // What is left in buffers after the last step need not drain.
      if (landmarks.comesBack && schedule.stretches.slice(index).every(({ drains }) => drains)) break;
      followStretch(setup, landmarks, stretch, `move ${index + 1} of ${schedule.stretches.length}`);
      if (landmarks.race !== null) reportRace(setup, landmarks.race);
      if (system.violation === null) monitor.onState();
      if (system.violation === null) continue;
      const { violation } = system;
      if (landmarks.race === null) for (const cpu of violation.race ?? []) accessNow(setup, landmarks, cpu);
      return violation;
    }
    if (schedule.requirement === setup.system.findings.cycle && landmarks.comesBack) {
      system.find("cycle", CYCLE_MESSAGE);
      return system.violation;
    }
    const aside = monitor.asides.noted.find(({ property }) => property === schedule.requirement);
    if (aside !== undefined) return aside;
    const waiting = showWaiting(setup, trace);
    if (waiting.length > 0) system.find("deadlock", deadlockMessage(waiting));
    return system.violation;
  } finally {
    system.trace = null;
    system.memoryModel.keepBack(null);
  }
}

/** Begins to walk a schedule: everything is as at first, and `trace` is told what happens. */
export function beginAt(setup: Setup, schedule: Schedule, trace: Trace | null): Landmarks {
  const { system, monitor } = setup;
  const landmarks = new Landmarks(setup, trace);
  system.reset();
  monitor.asides.reset();
  monitor.onState();
  system.trace = landmarks;
  const drained = new Set(schedule.stretches.filter(({ drains }) => drains).map(({ landmark }) => landmark));
  system.memoryModel.keepBack((node) => drained.has(landmarkOf(setup, node)));
  return landmarks;
}

export function reportRace({ system, space }: Setup, race: Race): void {
  const message = describeRace(system, race, (address) => space.describe(address));
  system.violate(system.findings.race, message, evidenceOf(system, race));
}

function never(): boolean {
  return false;
}

/** Says that a schedule cannot be followed: at which move, what CPU does instead, and what to do. */
function lost({ system, subject }: Setup, stretch: Stretch, which: string, what: string): ScheduleError {
  const { cpu } = stretch;
  const source = subject.design.source?.(system.automaton.siteOf(system.nodes[cpu] as number));
  const where = source === undefined ? "" : ` (it is at ${source.file}:${source.line})`;
  return new ScheduleError(
    `the failure cannot be followed any more: at ${which} of the schedule ("${formatStretch(stretch)}") ` +
      `CPU${cpu} ${what}${where}; what is checked has changed, or the line was edited: ` +
      'run "dpamt check" to see whether it still fails',
  );
}

/**
 * Walks one stretch of a schedule.
 *
 * @param isOver asked before each operation that others could notice, and ends the stretch before its landmark
 * @returns its choices that are left, as it ended before them
 * @throws ScheduleError when the programs no longer do what the schedule says
 */
export function followStretch(
  setup: Setup,
  landmarks: Landmarks,
  stretch: Stretch,
  which: string,
  isOver: () => boolean = never,
): readonly number[] {
  const { system } = setup;
  const { cpu, landmark, occurrence } = stretch;
  if (cpu >= system.cpus) {
    throw new ScheduleError(
      `${which} of the schedule ("${formatStretch(stretch)}") is of CPU${cpu}, but there are ${system.cpus} CPUs: ` +
        'the line was edited; copy it again as "dpamt check" printed it',
    );
  }
  if (stretch.drains === true) {
    if (system.memoryModel.buffers > 0 && system.move(system.cpus + cpu) === Outcome.Moved) {
      if (landmarks.landmark === landmark && landmarks.occurrence === occurrence) return [];
    }
    throw lost(setup, stretch, which, "has another store, or none, as the oldest in its buffer");
  }
  const choices = [...stretch.choices];
  // A stretch without shared operations goes on to the first one; else it runs on to its landmark.
  const isShort = landmark === "";
  let reached = isShort;
  landmarks.after = () => {
    reached ||= landmarks.landmark === landmark && landmarks.occurrence === occurrence;
  };
  runFreely(system, cpu, {
    isOver: () => reached || isOver(),
    choicesLeft: () => (isOver() ? 0 : choices.length),
    endsAtBeginnings: !isShort,
    draw: (_first, limit) => {
      const choice = choices.shift();
      if (choice === undefined) throw lost(setup, stretch, which, "has one more choice to make than was recorded");
      if (choice >= limit)
        throw lost(setup, stretch, which, `has ${limit} alternatives where ${choice + 1} are needed`);
      return choice;
    },
  });
  if (reached || isOver() || system.violation !== null) return choices;
  const why = system.isDone(cpu) ? "ends" : "has to wait";
  throw lost(setup, stretch, which, `${why} before it has done what was recorded`);
}
