/** Replays a failure that an earlier check found. */
import { untilStepsStay } from "../explore/index.js";
import type { Design } from "../helpers/index.js";
import { check } from "./check.js";
import { requirementsNamed } from "./options/index.js";
import { scenarioByName } from "./scenarios/index.js";
import { Setup, type Subject } from "./setup.js";
import type { BranchPoint } from "./trace/branch.js";
import { type Branch, branch, type Counterexample, replay } from "./trace/counterexample.js";
import { type Schedule, ScheduleError } from "./trace/schedule.js";

/** How long programs may learn their steps: most of it they learn soon. */
const LEARNING_SECONDS = [0, 1, 4, 16];

/**
 * What a schedule is of.
 *
 * @param ignored requirements that were not judged
 * @throws ScheduleError for a scenario that there is not
 * @throws OptionError for a requirement that there is not
 */
export function subjectOfSchedule(schedule: Schedule, design: Design, ignored: readonly string[] = []): Subject {
  const scenario = scenarioByName(schedule.scenario);
  if (scenario === undefined) {
    throw new ScheduleError(
      `the schedule is of scenario "${schedule.scenario}", which this version does not have; find the failure again with "dpamt check"`,
    );
  }
  return {
    design,
    scenario,
    bounds: schedule.bounds,
    without: schedule.earlyChoice ? ["late-choice"] : [],
    ignored: requirementsNamed("--ignore", ignored),
  };
}

/**
 * Follows a schedule, whatever exploration it is of.
 *
 * The search learns how C's memory is divided, and the steps that a schedule names depend on that. So where a schedule
 * of C does not fit, its subject is explored for a while, and then the schedule is followed again.
 *
 * @returns what broke, in words, or null when nothing broke any more
 * @throws ScheduleError when the schedule no longer fits the programs
 */
export function replayAnew(subject: Subject, schedule: Schedule): Promise<Counterexample | null> {
  return walkAnew(subject, (setup) => replay(setup, schedule));
}

/**
 * What if another CPU went first at a step of a failure: follows its schedule up to there, and then the other way.
 *
 * @throws ScheduleError when the schedule no longer fits the programs, or has no such step or CPU
 */
export function branchAnew(subject: Subject, schedule: Schedule, point: BranchPoint): Promise<Branch> {
  return walkAnew(subject, (setup) => branch(setup, schedule, point));
}

/** Walks in a fresh setup; where a schedule of C does not fit, again once its subject was explored for a while. */
async function walkAnew<T>(subject: Subject, walk: (setup: Setup) => T): Promise<T> {
  let misfit: unknown;
  for (const maxSeconds of LEARNING_SECONDS) {
    if (maxSeconds > 0)
      await check({ ...subject, scenarios: [subject.scenario], limits: { maxSeconds }, explain: false });
    try {
      return await untilStepsStay(async () => walk(new Setup(subject)));
    } catch (error) {
      misfit = error;
      if (!(error instanceof ScheduleError) || subject.design.source === undefined) break;
    }
  }
  throw misfit;
}
