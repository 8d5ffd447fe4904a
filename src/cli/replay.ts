/** `dpamt replay`: walks a failure once more. */
import { existsSync, statSync } from "node:fs";
import { Command } from "commander";
import {
  type BranchPoint,
  branchAnew,
  type Counterexample,
  parseSchedule,
  replayAnew,
  type Schedule,
  type Subject,
  stepsMade,
  subjectOfSchedule,
} from "../check/index.js";
import { type Design, designByName } from "../helpers/index.js";
import {
  type CompiledFrom,
  commandToReplay,
  failuresOf,
  namedFailure,
  renderCounterexample,
  replayArguments,
  shellWord,
} from "../report/index.js";
import { oneLine } from "../text/index.js";
import { type CFlags, cFlagsOf, cOptions } from "./c-flags.js";
import { Exit, InputError } from "./failure.js";
import { addressesOption, replayOptions } from "./flags.js";
import { isRange } from "./git-range.js";
import { isComparison, readSaved } from "./saved.js";
import { print, terminal } from "./terminal.js";

interface ReplayFlags extends CFlags {
  readonly json?: boolean;
  readonly addresses?: boolean;
  readonly ignore?: readonly string[];
  readonly requirement?: string;
  readonly after?: string;
  readonly first?: string;
}

/** A failure to walk: its schedule, and for C of a saved check how it was compiled. */
interface Failure {
  readonly schedule: string;
  readonly c: CompiledFrom | undefined;
  /** Requirements that the check did not judge. */
  readonly ignored: readonly string[];
}

/** The failure of a saved check, of `requirement` if that is said. */
async function savedIn(file: string, requirement: string | undefined): Promise<Failure> {
  if (file.trim() === "") throw new InputError("name a file of check --save, or give a schedule");
  if (file.includes("dpamt1:")) throw new InputError('give the schedule alone, from "dpamt1:" on');
  const saved = await readSaved(file, ", or a schedule");
  if (isComparison(saved)) {
    throw new InputError(`${file} is a comparison; give one of the schedules that "dpamt report ${file}" prints`);
  }
  const failures = failuresOf(saved);
  const [first] = failures;
  if (first === undefined) throw new InputError(`${file} holds no failure: nothing broke in that check`);
  const names = failures.map((each) => oneLine(each.requirement));
  const failure = requirement === undefined ? first : failures.find((each) => each.requirement === requirement);
  if (failure === undefined) {
    throw new InputError(
      `--requirement: ${file} holds no failure of ${requirement}; it holds those of ${names.join(", ")}`,
    );
  }
  if (requirement === undefined && names.length > 1) {
    const others = names.slice(1).join(", ");
    process.stderr.write(`dpamt: note: this is the failure of ${names[0]}; give --requirement for that of ${others}\n`);
  }
  return { schedule: failure.schedule, c: saved.c, ignored: saved.ignored ?? [] };
}

/**
 * Compile flags come from the saved result; flags on the command line override them. A saved check may
 * come from anybody. So it never decides which program runs, and dpamt names the files that it makes it read.
 *
 * @param name file of the saved check
 * @throws InputError for a clang that is not given again, and for devices and pipes
 */
function compiledAs(name: string, saved: CompiledFrom, file: string | undefined, flags: CFlags): CompiledFrom {
  const { clang } = saved;
  if (clang !== undefined && flags.clang === undefined) {
    const word = shellWord(clang);
    throw new InputError(`${name} was made with --clang ${word}; give --clang ${word} to replay it, if you trust it`);
  }
  const from = { ...saved, ...cFlagsOf(flags), ...(file === undefined ? {} : { file }) };
  const named = [file === undefined ? saved.file : undefined, flags.harness === undefined ? saved.harness : undefined];
  const odd = named.find((path) => path !== undefined && existsSync(path) && !isFile(path));
  if (odd !== undefined) throw new InputError(`${name} names ${odd}, which is no file of C; give the C after ${name}`);
  const { clang: _, ...read } = from;
  process.stderr.write(`dpamt: note: as ${oneLine(name)} says, C is read from${replayArguments(from.file, read)}\n`);
  return from;
}

function isFile(path: string): boolean {
  try {
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The design that a schedule is of; C is compiled again. */
async function designFor({ design }: Schedule, file: string | undefined, flags: CFlags): Promise<Design> {
  const known = designByName(design);
  if (file === undefined && known !== undefined) return known;
  if (known !== undefined) throw new InputError(`the schedule is of the design ${design}: leave the file out`);
  if (file === undefined && !isRange(design) && !isFile(design)) {
    throw new InputError(
      `the schedule is of ${design}, which is neither a design nor a file here; give the path of the C after the schedule`,
    );
  }
  const forC = await import("./c-subject.js");
  return forC.designOf(await forC.cSubject(file ?? design, flags));
}

export function replayCommand(done: (exit: Exit) => void): Command {
  const command = new Command("replay")
    .description("walk a saved failure, or a schedule line, once more")
    .argument("<failure>", "file of check --save, or the schedule line that check printed")
    .argument("[file]", "the C file, if it is not at the path in the schedule; git:RANGE for commits");
  for (const option of [...cOptions(), ...replayOptions()]) command.addOption(option);
  return command
    .option("--requirement <id>", "failure to walk where the file holds several, e.g. R5 (default: the first)")
    .option("--after <step>", "what if: keep this many steps (as the HTML report numbers all steps), then")
    .option("--first <cpu>", "let this CPU go first, as far as it can; the others follow")
    .addOption(addressesOption())
    .option("--json", "print one JSON object (see schemas/)")
    .addHelpText(
      "after",
      `
Examples:
  dpamt check --design early-drop --save early-drop.json; dpamt replay early-drop.json
  dpamt replay 'dpamt1:early-drop:main:c2,r2,g2,f1,padversarial,urdmd:R1:0.2y8mj.1.000000_1.2h5x2.2.000000_0.iy3oo.3.~'
  dpamt replay early-drop.json --after 37 --first 0

Exit code: 0 nothing breaks any more, 1 it breaks, 2 the schedule cannot be read or followed.`,
    )
    .action(async (failure: string, file: string | undefined, flags: ReplayFlags) => {
      // One that lost its beginning still ends as a schedule does.
      const isLine = /^dpamt\d*:|^[^/]*:.*~$/.test(failure.trim());
      if (isLine && flags.requirement !== undefined) {
        throw new InputError("--requirement chooses among the failures of a file; a schedule line is one failure");
      }
      const saved: Failure = isLine
        ? { schedule: failure, c: undefined, ignored: [] }
        : await savedIn(failure, flags.requirement);
      const schedule = parseSchedule(saved.schedule);
      const ignored = flags.ignore ?? saved.ignored;
      const from = saved.c === undefined ? undefined : compiledAs(failure, saved.c, file, flags);
      const how = from ?? cFlagsOf(flags);
      const where = from?.file ?? file;
      const { compileSeconds } = flags;
      const design = await designFor(schedule, where, compileSeconds === undefined ? how : { ...how, compileSeconds });
      const subject = subjectOfSchedule(schedule, design, ignored);
      const point = pointOf(flags);
      const counterexample =
        point === undefined ? await replayAnew(subject, schedule) : await otherWay(subject, schedule, point);
      await print(
        flags.json === true
          ? asJson(schedule, counterexample)
          : asText(
              schedule,
              counterexample === null || flags.addresses === true ? counterexample : namedFailure(counterexample),
              design.source === undefined ? undefined : { ...how, file: where ?? design.name },
              ignored,
              point,
            ),
      );
      done(counterexample === null ? Exit.Ok : Exit.Violated);
    });
}

/** Where to leave the failure, as --after and --first say. @throws InputError for one without the other, and no numbers */
function pointOf({ after, first }: ReplayFlags): BranchPoint | undefined {
  if (after === undefined && first === undefined) return undefined;
  if (after === undefined || first === undefined) {
    throw new InputError("--after and --first belong together: the steps to keep, and the CPU that goes first then");
  }
  return { after: wholeNumber("--after", after, "a number of steps"), cpu: wholeNumber("--first", first, "a CPU") };
}

function wholeNumber(flag: string, text: string, what: string): number {
  if (/^\d{1,9}$/.test(text)) return Number(text);
  throw new InputError(`${flag}: "${oneLine(text)}" is not ${what}; give a whole number from 0`);
}

/** What breaks where another CPU goes first; null where nothing does. */
async function otherWay(subject: Subject, schedule: Schedule, point: BranchPoint): Promise<Counterexample | null> {
  const failure = await replayAnew(subject, schedule);
  const after = failure === null ? point.after : stepsMade(failure, point.after);
  const { ending, path } = await branchAnew(subject, schedule, { ...point, after });
  return ending === "violated" ? path : null;
}

function asJson(schedule: Schedule, counterexample: Counterexample | null): string {
  const verdict = counterexample === null ? "nothing-broke" : "violated";
  return `${JSON.stringify({ schema: "dpamt-replay-2", design: schedule.design, verdict, counterexample })}\n`;
}

function asText(
  schedule: Schedule,
  counterexample: Counterexample | null,
  from: CompiledFrom | undefined,
  ignored: readonly string[],
  point: BranchPoint | undefined,
): string {
  if (counterexample === null && point !== undefined) {
    return `${schedule.design}: with CPU${point.cpu} first after step ${point.after}, nothing breaks\n`;
  }
  if (counterexample === null) {
    return `${schedule.design}: the schedule can be followed to its end, but ${schedule.requirement} does not break any more\n`;
  }
  const other =
    counterexample.requirement === schedule.requirement || point !== undefined
      ? ""
      : `the schedule names ${schedule.requirement}, but what breaks is ${counterexample.requirement}\n\n`;
  return `${other}${renderCounterexample(counterexample, terminal(), commandToReplay(counterexample.schedule, from, ignored))}\n`;
}
