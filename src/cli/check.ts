/** `dpamt check`: one design, or the helpers as written in C, through the battery of scenarios. */
import { Command, Option } from "commander";
import {
  type CheckResult,
  check,
  compareExpected,
  DEFAULT_DESIGN,
  designNamed,
  type Expectation,
  type Exploration,
  expectedNamed,
  flagOf,
  type RequirementId,
  type Verdict,
} from "../check/index.js";
import type { Design } from "../helpers/index.js";
import { jsonOf, named, renderCheck, type SavedResult } from "../report/index.js";
import { oneLine } from "../text/index.js";
import { C_FLAGS, type CFlags, cOptions } from "./c-flags.js";
import { resultOfC, tellBoot } from "./c-result.js";
import { Exit, InputError } from "./failure.js";
import { expectWritable, writeWhole } from "./files.js";
import {
  addressesOption,
  collect,
  explorationAsked,
  exploreOptions,
  fixedByFlowsText,
  refuseIgnored,
} from "./flags.js";
import { isRange, rangeName } from "./git-range.js";
import { ProgressLine } from "./progress.js";
import { destinationsOf, expectOneOnStdout, formatsHelp, reportOption, STDOUT, writeReports } from "./reports.js";
import { interruptible, print, terminal } from "./terminal.js";

interface CheckFlags extends CFlags {
  readonly design: string;
  readonly git?: string;
  readonly json?: boolean;
  readonly addresses?: boolean;
  readonly save?: string;
  readonly report?: readonly string[];
  readonly expect?: readonly string[];
  readonly sarif?: string;
}

/** When the command began, in milliseconds of `performance.now`. */
const START_OF_PROCESS = 0;

/** Exit code that goes with a verdict. */
export function exitOf(verdict: Verdict): Exit {
  if (verdict === "holds") return Exit.Ok;
  return verdict === "violated" ? Exit.Violated : Exit.Inconclusive;
}

/** Exit code that goes with what was expected. */
function exitOfExpected({ outcome }: Expectation): Exit {
  if (outcome === "met") return Exit.Ok;
  return outcome === "missed" ? Exit.Violated : Exit.Inconclusive;
}

/** Checks a design, showing progress. */
export async function checkDesign(design: Design, asked: Exploration, signal: AbortSignal): Promise<CheckResult> {
  const progress = new ProgressLine(oneLine(design.name));
  const result = await check({ ...asked, design, signal, progress: progress.show, began: START_OF_PROCESS });
  progress.clear();
  return result;
}

function helpText(): string {
  return `
Examples:
  dpamt check                                    the merged code at the default bounds
  dpamt check --design early-drop --cpus 2       a design that breaks, and how
  dpamt check --design fast-path --scenario main --rounds 1
  dpamt check --scenario softirq-put             a put from softirq context (R8)
  dpamt check --flows split+fault                a 2 MiB page is split beside a fault of another TD
  dpamt check --flows fault+teardown,zap+zap --design fast-path
  dpamt check --design lazy --strategy pct --seed 7 --max-seconds 10
  dpamt check linux/arch/x86/virt/vmx/tdx/tdx.c  the kernel's own C
  dpamt check series.mbox --tree linux           a patch as mailed, applied to a copy
  git diff | dpamt check - --tree .              what a branch changes, not committed yet
  dpamt check --git origin/master..HEAD          the commits of a branch, as they are with the last one
  dpamt check my-helpers.c --memory tso          with the store buffers of x86
  dpamt check my-helpers.c --ignore R6           what else breaks, when R6 is known and accepted
  dpamt check --design fast-path --expect R13    in CI: 0 as long as R13 breaks, and nothing else
  dpamt check --report text=- --design lazy      to paste into a mail
  dpamt check --report html=race.html --report junit=junit.xml

${formatsHelp}

With --flows each CPU runs one flow once, pages lie anywhere that matters, and TDs are built beforehand:
${fixedByFlowsText()} do not apply. "dpamt designs" lists the flows.

A violated requirement breaks for correct callers, or a caller's mistake goes unnoticed; the first line says which.
An ignored requirement never makes a check violated, and paths go on behind it, so it hides no others. Where a program
cannot go on after an ignored one (R7, R9), the check has not seen what follows, and is inconclusive.
With --expect the exit code is 0 if exactly these break, also where a limit was met; 1 if others break or these do not,
with a line that says what differs; 3 if a limit was met and some have not broken so far.

Exit code: 0 holds, 1 violated, 2 bad input, 3 inconclusive (a limit was met, or sampling).`;
}

export function checkCommand(done: (exit: Exit) => void): Command {
  const command = new Command("check")
    .description("try every interleaving of the helpers, from a design or from C, and judge each requirement")
    .argument(
      "[file]",
      "the helpers in C: a kernel file, a file of helpers, or a patch as mailed, also packed (.gz); - for standard input",
    )
    .option("--git <range>", "instead of a file, commits: BASE..TIP, BASE for BASE..HEAD, or COMMIT^! for one")
    .option("--design <name>", "design to check where no file is given", DEFAULT_DESIGN);
  for (const option of exploreOptions("check")) command.addOption(option);
  for (const option of cOptions()) command.addOption(option);
  return command
    .addOption(
      new Option(
        "--expect <ids>",
        "requirements that must break, and no others: exit code 0 if exactly these break",
      ).argParser(collect),
    )
    .addOption(reportOption())
    .addOption(addressesOption())
    .option("--sarif <file>", "for C, the same as --report sarif=FILE")
    .option("--save <file>", "write the result, with the failure to replay, as JSON; a file of that name is replaced")
    .addHelpText("after", helpText())
    .action(async (given: string | undefined, flags: CheckFlags, self: Command) => {
      refuseIgnored(self);
      const file = cNamed(given, flags);
      refuseWithout(file, self);
      if (flags.save !== undefined) expectWritable(flags.save);
      const beside = [
        ...(file === undefined ? [] : [{ as: "the C", file }]),
        ...(flags.save === undefined ? [] : [{ as: "--save", file: flags.save }]),
      ];
      const sarif = flags.sarif === undefined ? [] : [`sarif=${flags.sarif}`];
      const reports = destinationsOf([...(flags.report ?? []), ...sarif], beside);
      expectOneOnStdout(reports, flags.json);
      // Before the C is compiled, which takes seconds.
      const exploration = explorationAsked(self);
      const expected = flags.expect === undefined ? undefined : expectedNamed(flags.expect, exploration.ignored ?? []);
      const signal = interruptible();
      // What compiles C takes long to load.
      const forC = file === undefined ? undefined : await import("./c-subject.js");
      const subject =
        file === undefined
          ? undefined
          : await forC?.cSubject(file, flags, { signal, maxSeconds: exploration.limits?.maxSeconds });
      const design = subject === undefined || forC === undefined ? designNamed(flags.design) : forC.designOf(subject);
      const checked = withExpected(await checkDesign(design, exploration, signal), expected);
      if (subject !== undefined) tellBoot(subject);
      const result: SavedResult =
        subject === undefined || file === undefined ? checked : resultOfC(checked, subject, file, flags);
      if (flags.json === true) await print(`${JSON.stringify(result)}\n`);
      else if (reports.every((each) => each.file !== STDOUT)) {
        await print(renderCheck(flags.addresses === true ? result : named(result), terminal()));
      }
      if (flags.save !== undefined) writeWhole(flags.save, jsonOf(result));
      const tree = file === undefined ? undefined : forC?.treeOf(file, flags);
      const { addresses } = flags;
      const textOf = subject === undefined ? {} : { textOf: subject.textOf };
      await writeReports(result, reports, { tree, addresses, ...textOf });
      if (result.expected === undefined) {
        done(exitOf(result.verdict));
        return;
      }
      process.stderr.write(`dpamt: ${result.expected.message}\n`);
      done(exitOfExpected(result.expected));
    });
}

/** The result with what was expected of it, where something was. */
function withExpected(result: CheckResult, expected: readonly RequirementId[] | undefined): SavedResult {
  return expected === undefined ? result : { ...result, expected: compareExpected(result, expected) };
}

/** The C that is asked for, if any, by one name. @throws InputError where there are two */
function cNamed(file: string | undefined, { git, tree, repo }: CheckFlags): string | undefined {
  if (file !== undefined && git !== undefined) {
    throw new InputError("--git and a file exclude each other: give one of them");
  }
  const named = git === undefined ? file : rangeName(git);
  const isCommits = named !== undefined && isRange(named);
  if (isCommits && tree !== undefined) {
    throw new InputError("--tree does not apply to commits, which have their tree: leave it out, or name a --repo");
  }
  if (!isCommits && repo !== undefined) {
    throw new InputError("--repo is about commits: say which with --git, e.g. --git HEAD~2..");
  }
  return named;
}

/** @throws InputError for flags that do not go together */
function refuseWithout(file: string | undefined, command: Command): void {
  const given = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  if (file !== undefined) {
    if (given("design")) throw new InputError("--design and a file exclude each other: give one of them");
    return;
  }
  const alone = [...C_FLAGS, "sarif"].find(given);
  if (alone === undefined) return;
  throw new InputError(`--${flagOf(alone)} is about C: name the file with the helpers, too`);
}
