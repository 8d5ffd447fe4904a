/** `dpamt replay`: walks a failure once more. */
import { Command } from "commander";
import { type Counterexample, parseSchedule, replay, type Schedule, Setup, scenarioByName } from "../explore/index.js";
import { renderCounterexample } from "../report/index.js";
import { Exit, InputError } from "./failure.js";
import { readText } from "./files.js";
import { designOf } from "./flags.js";
import { checkSchema } from "./schemas.js";
import { print, terminal } from "./terminal.js";

function scheduleIn(file: string): string {
  if (file.trim() === "") throw new InputError("name a file of check --save, or give a schedule");
  if (file.includes("dpamt1:")) throw new InputError('give the schedule alone, from "dpamt1:" on');
  const text = readText(file);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError(`${file} is not JSON; give a file that "dpamt check --save" wrote, or a schedule`);
  }
  const saved = checkSchema.safeParse(value);
  if (!saved.success) {
    throw new InputError(`${file} is not a result of "dpamt check --save" of this version; check again and save anew`);
  }
  if (saved.data.counterexample === null) throw new InputError(`${file} holds no failure: nothing broke in that check`);
  return saved.data.counterexample.schedule;
}

function setupFor(schedule: Schedule): Setup {
  const scenario = scenarioByName(schedule.scenario);
  if (scenario === undefined)
    throw new InputError(`the schedule names scenario "${schedule.scenario}", which is unknown`);
  return new Setup({
    design: designOf(schedule.design),
    scenario,
    bounds: schedule.bounds,
    without: schedule.earlyChoice ? ["late-choice"] : [],
  });
}

export function replayCommand(done: (exit: Exit) => void): Command {
  return new Command("replay")
    .description("walk a saved failure, or a schedule line, once more")
    .argument("<failure>", "file of check --save, or the schedule line that check printed")
    .option("--json", "print one JSON object (see schemas/)")
    .addHelpText(
      "after",
      `
Examples:
  dpamt check --design early-drop --save early-drop.json; dpamt replay early-drop.json
  dpamt replay 'dpamt1:early-drop:main:c2,r2,g2,f1,padversarial,urdmd:R1:0.2y8mj.1.000000_1.2h5x2.2.000000_0.iy3oo.3.~'

Exit code: 0 nothing breaks any more, 1 it breaks, 2 the schedule cannot be read or followed.`,
    )
    .action(async (failure: string, flags: { json?: boolean }) => {
      const line = /^dpamt\d*:/.test(failure.trim()) ? failure : scheduleIn(failure);
      const schedule = parseSchedule(line);
      const counterexample = replay(setupFor(schedule), schedule);
      await print(flags.json === true ? asJson(schedule, counterexample) : asText(schedule, counterexample));
      done(counterexample === null ? Exit.Ok : Exit.Violated);
    });
}

function asJson(schedule: Schedule, counterexample: Counterexample | null): string {
  const verdict = counterexample === null ? "nothing-broke" : "violated";
  return `${JSON.stringify({ schema: "dpamt-replay-1", design: schedule.design, verdict, counterexample })}\n`;
}

function asText(schedule: Schedule, counterexample: Counterexample | null): string {
  if (counterexample === null) {
    return `${schedule.design}: the schedule can be followed to its end, but ${schedule.requirement} does not break any more\n`;
  }
  const other =
    counterexample.requirement === schedule.requirement
      ? ""
      : `the schedule names ${schedule.requirement}, but what breaks is ${counterexample.requirement}\n\n`;
  return `${other}${renderCounterexample(counterexample, terminal())}\n`;
}
