/** `dpamt check`: one design, or the helpers as written in C, through the battery of scenarios. */
import { Command, Option } from "commander";
import { DEFAULT_DESIGN, designNamed, expectedNamed, flagOf } from "../check/index.js";
import { jsonOf, named, renderCheck, type SavedResult } from "../report/index.js";
import { C_FLAGS, type CFlags, cOptions } from "./c-flags.js";
import type { CheckedC } from "./check-c.js";
import { type Exit, InputError } from "./failure.js";
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
import { type Asked, exitOfResult, judged } from "./judge.js";
import {
  type Destination,
  destinationsOf,
  expectOneOnStdout,
  formatsHelp,
  reportOption,
  STDOUT,
  writeReports,
} from "./reports.js";
import { interruptible, print, terminal } from "./terminal.js";

interface CheckFlags extends CFlags {
  readonly design: string;
  readonly git?: string;
  readonly each?: boolean;
  readonly watch?: boolean;
  readonly json?: boolean;
  readonly addresses?: boolean;
  readonly save?: string;
  readonly report?: readonly string[];
  readonly expect?: readonly string[];
  readonly sarif?: string;
}

/** Flags that mean something for C alone. */
const ONLY_C = ["each", "watch", "sarif", ...C_FLAGS];

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
  dpamt check series.mbox --tree linux --each    after which patch does it hold?
  dpamt check my-helpers.c --watch --cpus 2 --rounds 1
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
    .option("--each", "of a series (mails, or commits), a verdict after each patch")
    .option("--watch", "check C again whenever something that was read changes, until Ctrl-C")
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
      refuseBeside(flags);
      const reports = destinationsFor(file, flags);
      // Before the C is compiled, which takes seconds.
      const exploration = explorationAsked(self);
      const expected = flags.expect === undefined ? undefined : expectedNamed(flags.expect, exploration.ignored ?? []);
      const asked = { exploration, expected };
      const signal = interruptible();
      if (file === undefined) {
        const result = await judged(designNamed(flags.design), asked, { signal });
        await show(result, flags, reports, { tree: undefined });
        done(exitOfResult(result));
      } else done(await checkNamed(file, flags, asked, reports, signal));
    });
}

/** Checks C. What compiles it takes long to load, so it is loaded here. */
async function checkNamed(
  file: string,
  flags: CheckFlags,
  asked: Asked,
  reports: readonly Destination[],
  signal: AbortSignal,
): Promise<Exit> {
  if (flags.each === true) {
    const { checkEach } = await import("./each.js");
    return checkEach(file, flags, asked, signal);
  }
  const { checkC, tellBoot, treeOf } = await import("./check-c.js");
  const showC = async ({ subject, result }: CheckedC): Promise<void> => {
    tellBoot(subject);
    await show(result, flags, reports, { tree: treeOf(file, flags), textOf: subject.textOf });
  };
  if (flags.watch === true) {
    const { watchC } = await import("./watch.js");
    return watchC(file, flags, asked, signal, showC);
  }
  const checked = await checkC(file, flags, asked, { signal });
  await showC(checked);
  return exitOfResult(checked.result);
}

/** Where reports go. @throws InputError for what could not be written in the end, or over another file */
function destinationsFor(file: string | undefined, { save, sarif, report = [], json }: CheckFlags): Destination[] {
  if (save !== undefined) expectWritable(save);
  const beside = [
    ...(file === undefined ? [] : [{ as: "the C", file }]),
    ...(save === undefined ? [] : [{ as: "--save", file: save }]),
  ];
  const reports = destinationsOf([...report, ...(sarif === undefined ? [] : [`sarif=${sarif}`])], beside);
  expectOneOnStdout(reports, json);
  return reports;
}

/** Prints a result, writes what was asked for, and says what was expected. */
async function show(
  result: SavedResult,
  { json, addresses, save }: CheckFlags,
  reports: readonly Destination[],
  from: Omit<Parameters<typeof writeReports>[2], "addresses">,
): Promise<void> {
  if (json === true) await print(`${JSON.stringify(result)}\n`);
  else if (reports.every((each) => each.file !== STDOUT)) {
    await print(renderCheck(addresses === true ? result : named(result), terminal()));
  }
  if (save !== undefined) writeWhole(save, jsonOf(result));
  await writeReports(result, reports, { ...from, addresses });
  if (result.expected !== undefined) process.stderr.write(`dpamt: ${result.expected.message}\n`);
}

/** Flags that are about one result. */
const OF_ONE_RESULT = ["save", "report", "sarif"] as const;

/** @throws InputError for flags that do not go with `--each` or `--watch` */
function refuseBeside(flags: CheckFlags): void {
  const { each, watch, json, upto } = flags;
  if (each !== true && watch !== true) return;
  const several = each === true ? "--each" : "--watch";
  if (each === true && watch === true) {
    throw new InputError("--each and --watch exclude each other: give one of them");
  }
  const one = OF_ONE_RESULT.find((name) => flags[name] !== undefined);
  const instead =
    each === true ? "give --upto N, or a range of commits, to check up to one patch" : "leave one of them out";
  if (one !== undefined) throw new InputError(`--${one} is about one result, and ${several} has several: ${instead}`);
  if (watch === true && json === true) throw new InputError("--watch prints text alone: leave --json out");
  if (each === true && upto !== undefined) {
    throw new InputError("--each and --upto exclude each other: --upto checks one patch of the series");
  }
}

/** The C that is asked for, if any, by one name. @throws InputError where there are two */
function cNamed(file: string | undefined, { git, tree, repo, watch }: CheckFlags): string | undefined {
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
  if (watch === true && file === "-") {
    throw new InputError("--watch: standard input does not change; name a file, or commits with --git");
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
  const alone = ONLY_C.find(given);
  if (alone === undefined) return;
  throw new InputError(`--${flagOf(alone)} is about C: name the file with the helpers, too`);
}
