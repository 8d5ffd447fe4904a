/** `dpamt compare`: designs and C in one table, and what is better or worse from one to the next. */
import { existsSync, statSync } from "node:fs";
import { Command } from "commander";
import { type CheckResult, designNamed, type Exploration, flagOf } from "../check/index.js";
import { type Design, designByName, designs } from "../helpers/index.js";
import { type ComparisonReporter, comparisonReporters, type SavedResult } from "../report/index.js";
import { oneLine, UserError } from "../text/index.js";
import { C_FLAGS, type CFlags, cOptions } from "./c-flags.js";
import { resultOfC, tellBoot } from "./c-result.js";
import { Exit, InputError } from "./failure.js";
import { expectApart, writeWhole } from "./files.js";
import { addressesOption, explorationAsked, exploreOptions, refuseIgnored } from "./flags.js";
import { isRange } from "./git-range.js";
import { checkDesign } from "./judge.js";
import {
  comparisonFormatOf,
  type Destination,
  destinationsAmong,
  expectOneOnStdout,
  filesOf,
  reportOption,
  STDOUT,
} from "./reports.js";
import { interruptible, print, terminal } from "./terminal.js";

interface CompareFlags extends CFlags {
  readonly json?: boolean;
  readonly addresses?: boolean;
  readonly design?: readonly string[];
  readonly report?: readonly string[];
}

/** One of what is compared: a design, or C as a design. */
interface Compared {
  readonly design: Design;
  /** What a check of it comes to. */
  result(checked: CheckResult): SavedResult;
}

const HELP = `
Each argument is a design, a file of C, a patch or mbox, commits (git:RANGE), or - for standard input.
A name that is both a design and a file is the design; write ./NAME for the file.
The flags about C (--tree, --harness, --entry, …) apply to each argument that is C.
The first is what the others are compared with: better, worse, as before, or not decided in one of the two.

Examples:
  dpamt compare                                  all designs
  dpamt compare v5.mbox v6.mbox --tree linux     two versions of a series
  dpamt compare global-lock my-helpers.c         the merged code, and one's own
  dpamt compare old.c new.c --cpus 2 --rounds 1
  dpamt compare git:origin/master..topic~ git:origin/master..topic
  dpamt compare global-lock fast-path ordered-rwlocks --cpus 3 --rounds 1
  dpamt compare --flows split+fault,zap+zap      flows of TDs over each design
  dpamt compare v5.mbox v6.mbox --tree linux --report markdown=comparison.md
  dpamt compare --json | jq '.results[] | [.subject.name, .verdict]'

Exit code: 0 all hold, 1 any is violated, 2 bad input, 3 inconclusive.`;

export function compareCommand(done: (exit: Exit) => void): Command {
  const command = new Command("compare")
    .description("check designs and C, set their verdicts side by side, and say what is better and worse")
    .argument("[subjects...]", "designs, files of C, patches, mboxes and commits (git:RANGE); all designs if none")
    .option("--design <names>", "these designs, separated by commas; the same as naming them", (text: string) =>
      text.split(","),
    );
  for (const option of [...exploreOptions("compare"), ...cOptions()]) command.addOption(option);
  return command
    .addOption(reportOption(comparisonReporters))
    .addOption(addressesOption())
    .addHelpText("after", HELP)
    .action(async (names: readonly string[], flags: CompareFlags, self: Command) => {
      refuseIgnored(self);
      refuseTogether(names, self);
      const reports = destinationsAmong(flags.report ?? [], [], comparisonFormatOf);
      for (const file of names.filter(isFile)) expectApart([{ as: "what is compared", file }, ...filesOf(reports)]);
      expectOneOnStdout(reports, flags.json);
      const exploration = explorationAsked(self);
      const signal = interruptible();
      const ofDesigns = flags.design?.map(designNamed) ?? designs;
      const all = names.length === 0 ? ofDesigns.map(asDesign) : await comparedOf(names, flags, exploration, signal);
      const results: SavedResult[] = [];
      for (const each of all) {
        if (!signal.aborted) results.push(each.result(await checkDesign(each.design, exploration, { signal })));
      }
      await write(results, reports, flags);
      if (signal.aborted) process.stderr.write(`dpamt: interrupted after ${results.length} of ${all.length}\n`);
      done(exitOfAll(results, signal.aborted));
    });
}

/** Writes the reports, and prints the usual output where none of them is printed. */
async function write(
  results: readonly SavedResult[],
  reports: readonly Destination<ComparisonReporter>[],
  { json, addresses = false }: CompareFlags,
): Promise<void> {
  const usual = comparisonFormatOf("--json", json === true ? "json" : "terminal");
  const isPrinted = reports.some(({ file }) => file === STDOUT);
  for (const { reporter, file } of isPrinted ? reports : [{ reporter: usual, file: STDOUT }, ...reports]) {
    if (file === STDOUT) await print(reporter.render(results, { terminal: terminal(), addresses }));
    else writeWhole(file, reporter.render(results, { addresses }));
  }
}

/** @throws InputError for flags and arguments that do not go together */
function refuseTogether(names: readonly string[], command: Command): void {
  const given = (name: string): boolean => command.getOptionValueSource(name) === "cli";
  if (names.length > 0 && given("design")) {
    throw new InputError("--design and arguments exclude each other: name the designs among the arguments");
  }
  if (names.filter((name) => name === STDOUT).length > 1) {
    throw new InputError("- is standard input, which can be read once: name a file for one of them");
  }
  if (given("repo") && !names.some(isRange)) {
    throw new InputError("--repo is about commits: name some to compare, e.g. git:HEAD~2..HEAD");
  }
  const flag = C_FLAGS.find(given);
  if (flag === undefined || names.some((name) => designByName(name) === undefined)) return;
  throw new InputError(`--${flagOf(flag)} is about C: name C to compare, too, e.g. dpamt compare global-lock FILE`);
}

/**
 * What the names stand for. All C is compiled before anything is explored, so that what does not compile ends it early.
 *
 * @throws InputError that says which of the arguments cannot be used
 */
async function comparedOf(
  names: readonly string[],
  flags: CFlags,
  exploration: Exploration,
  signal: AbortSignal,
): Promise<Compared[]> {
  const all: Compared[] = [];
  for (const [index, name] of names.entries()) {
    const design = designByName(name);
    if (design !== undefined) {
      if (isFile(name)) tellDesign(name);
      all.push(asDesign(design));
      continue;
    }
    if (!isRange(name) && name !== STDOUT && !existsSync(name)) throw nothingNamed(name);
    try {
      all.push(await compiled(name, flagsFor(name, flags), { signal, maxSeconds: exploration.limits?.maxSeconds }));
    } catch (error) {
      if (!(error instanceof UserError)) throw error;
      const which = names.length === 1 ? "" : `argument ${index + 1} (${oneLine(name)}): `;
      throw new InputError(`${which}${error.message}`);
    }
  }
  return all;
}

/** The flags that concern it: commits have their tree, and others no repository. */
function flagsFor(name: string, { tree, repo, ...flags }: CFlags): CFlags {
  if (isRange(name)) return { ...flags, ...(repo === undefined ? {} : { repo }) };
  return { ...flags, ...(tree === undefined ? {} : { tree }) };
}

function asDesign(design: Design): Compared {
  return { design, result: (checked) => checked };
}

async function compiled(
  name: string,
  flags: CFlags,
  ending: { readonly signal: AbortSignal; readonly maxSeconds: number | undefined },
): Promise<Compared> {
  const forC = await import("./c-subject.js");
  const subject = await forC.cSubject(name, flags, ending);
  return {
    design: forC.designOf(subject),
    result(checked) {
      tellBoot(subject, name);
      return resultOfC(checked, subject, name, flags);
    },
  };
}

/** Says that a name that is a file too is taken for the design. */
function tellDesign(name: string): void {
  process.stderr.write(`dpamt: note: ${name} is the design; for the file of that name type ./${name}\n`);
}

function nothingNamed(name: string): InputError {
  const known = designs.map((design) => design.name).join(", ");
  return new InputError(`there is neither a file nor a design "${oneLine(name)}"; designs are ${known}`);
}

function isFile(name: string): boolean {
  return statSync(name, { throwIfNoEntry: false })?.isFile() === true;
}

function exitOfAll(results: readonly SavedResult[], interrupted: boolean): Exit {
  if (interrupted) return Exit.Inconclusive;
  if (results.some(({ verdict }) => verdict === "violated")) return Exit.Violated;
  const all = results.every(({ verdict }) => verdict === "holds");
  return all ? Exit.Ok : Exit.Inconclusive;
}
