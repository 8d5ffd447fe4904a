/** Replays a failure that an earlier check found. */
import { untilStepsStay } from "../explore/index.js";
import { check } from "./check.js";
import { Setup, type Subject } from "./setup.js";
import { type Counterexample, replay } from "./trace/counterexample.js";
import { type Schedule, ScheduleError } from "./trace/schedule.js";

/** How long programs may learn their steps: most of it they learn soon. */
const LEARNING_SECONDS = [0, 1, 4, 16];

/**
 * Follows a schedule, whatever exploration it is of.
 *
 * The search learns how C's memory is divided, and the steps that a schedule names depend on that. So where a schedule
 * of C does not fit, its subject is explored for a while, and then the schedule is followed again.
 *
 * @returns what broke, in words, or null when nothing broke any more
 * @throws ScheduleError when the schedule no longer fits the programs
 */
export async function replayAnew(subject: Subject, schedule: Schedule): Promise<Counterexample | null> {
  let misfit: unknown;
  for (const maxSeconds of LEARNING_SECONDS) {
    if (maxSeconds > 0)
      await check({ ...subject, scenarios: [subject.scenario], limits: { maxSeconds }, explain: false });
    try {
      return await untilStepsStay(async () => replay(new Setup(subject), schedule));
    } catch (error) {
      misfit = error;
      if (!(error instanceof ScheduleError) || subject.design.source === undefined) break;
    }
  }
  throw misfit;
}
