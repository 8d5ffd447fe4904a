/** `dpamt init`: writes the harness that a file of C needs to be checked, and says what to type next. */
import { existsSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { Command } from "commander";
import { check, defaults, explorationOf } from "../check/index.js";
import { guess, type Harness, harnessFor, outlineOf, readEntries } from "../clang/index.js";
import { type CompiledFrom, replayArguments, type SavedResult, verdictLine } from "../report/index.js";
import { oneLine, UserError } from "../text/index.js";
import { type CFlags, cFlagsOf, cOptions } from "./c-flags.js";
import { shownName } from "./c-input.js";
import { mainFileOf } from "./c-main.js";
import { COMPILE_SECONDS, Compiling } from "./compiling.js";
import { Exit, InputError } from "./failure.js";
import { expectApart, expectWritable, folderTexts, writeWhole } from "./files.js";
import { isRange } from "./git-range.js";
import { interruptible, print } from "./terminal.js";

interface InitFlags extends CFlags {
  readonly out?: string;
  readonly force?: boolean;
  readonly json?: boolean;
}

/** What was found, and what was written. */
interface Written extends Harness {
  /** The file that was written; undefined where none is needed. */
  readonly file: string | undefined;
  readonly found: readonly Found[];
}

/** A function that was taken for something. */
interface Found {
  readonly entry: string;
  readonly function: string;
  readonly line: number;
  readonly signature: string;
}

/** How a first try went. */
type Trial =
  | { readonly compiles: false; readonly message: string }
  | { readonly compiles: true; readonly result: SavedResult };

/** Flags of C that init has no use for: it writes the harness, and tries it with the bundled compiler. */
const WITHOUT = ["harness", "clang", "optimise"];

export function initCommand(done: (exit: Exit) => void): Command {
  const command = new Command("init")
    .description("write the harness and the --entry flags that a file of C needs to be checked")
    .argument("<file>", "C with helpers of any names: a file, a patch (with --tree), or commits (git:RANGE)");
  for (const option of cOptions()) if (!WITHOUT.includes(option.attributeName())) command.addOption(option);
  return command
    .option("--out <file>", "where the harness goes (default: FILE.harness.c beside FILE)")
    .option("--force", "replace a harness that is there already")
    .option("--json", "print one JSON object (see schemas/)")
    .addHelpText(
      "after",
      `
It looks for functions that call TDH.PHYMEM.PAMT.ADD and .REMOVE and take a page, by its struct page, its frame number,
its address, or a structure for its region. Where check cannot call them as they are, it writes functions that do.
What is only a guess is marked "fill in". --entry says which functions it shall take.

Examples:
  dpamt init my-helpers.c
  dpamt init my-helpers.c --entry get=pair_ref --entry put=pair_unref
  dpamt init series.mbox --tree linux --out harness.c
  dpamt init my-helpers.c --force                guess anew, and replace what was written

Exit code: 0 done, and a first check can be made; 2 bad input; 3 written, but it does not compile or boot yet.`,
    )
    .action(async (file: string, flags: InitFlags) => {
      const signal = interruptible();
      const written = await write(file, flags, signal);
      const { entry: _, ...others } = flags;
      const from = { ...cFlagsOf(others), ...harnessFlags(written, flags) };
      const tried = await trial(file, { ...others, ...from }, signal);
      const command = `npx dpamt check${replayArguments(file, from)}`;
      await print(flags.json === true ? asJson(file, written, tried, command) : asText(file, written, tried, command));
      done(tried.compiles && bootError(tried) === undefined ? Exit.Ok : Exit.Inconclusive);
    });
}

/** Guesses, and writes the harness where one is needed. @throws InputError where nothing can be guessed or written */
async function write(file: string, flags: InitFlags, signal: AbortSignal): Promise<Written> {
  if (file === "-") throw new InputError("init writes beside its file, and - has none: give a file");
  const out = flags.out ?? harnessName(file);
  if (out === "-") throw new InputError("--out: give the name of a file; what is written is shown by opening it");
  const { HEADERS } = await import("./c-subject.js");
  const named = readEntries(flags.entry ?? []);
  const compiling = new Compiling(shownName(file), { seconds: flags.compileSeconds ?? COMPILE_SECONDS, signal });
  try {
    const main = await mainFileOf(file, flags, compiling);
    const headers = folderTexts(HEADERS);
    return compiling.within(() => {
      const isShimmed = (include: string): boolean => headers.has(include);
      const outline = outlineOf({ main: main.name, text: main.text, sources: main.sources, isShimmed });
      const guessed = guess(main.name, outline, named);
      const harness = harnessFor(basename(main.name), guessed, outline);
      const { get, put, pages, counter } = guessed;
      const all = [get, put, ...(pages === undefined ? [] : [pages.alloc, pages.free])];
      const found = [...all, ...(counter !== undefined && "entry" in counter ? [counter] : [])].map((each): Found => {
        const { name, line, returns, parameters } = each.function;
        const list = parameters.map(({ words }) => words).join(", ");
        const signature = tidy(`${returns} ${name}(${list === "" ? "void" : list})`);
        return { entry: each.entry, function: name, line, signature };
      });
      if (harness.text !== undefined) save(out, harness.text, file, flags);
      return { ...harness, file: harness.text === undefined ? undefined : out, found };
    });
  } finally {
    compiling.finish();
  }
}

/** Words of C as people write them. */
function tidy(words: string): string {
  return oneLine(
    words
      .replace(/\* (?=[*\w])/g, "*")
      .replaceAll(/ ([,)\]])/g, "$1")
      .replace(/([[(]) /g, "$1"),
  );
}

function save(out: string, text: string, file: string, { force }: InitFlags): void {
  expectWritable(out);
  if (!isRange(file)) {
    expectApart([
      { as: "the C", file },
      { as: "the harness", file: out },
    ]);
  }
  if (existsSync(out) && force !== true) {
    throw new InputError(`${out} is there already: give --force to replace it, or --out FILE for another name`);
  }
  writeWhole(out, text);
}

/** `pairs.harness.c` beside `pairs.c`; for commits, here. */
function harnessName(file: string): string {
  if (isRange(file)) return "dpamt.harness.c";
  const name = basename(file).replace(/(?:\.(?:c|h|patch|diff|mbox|eml))?(?:\.gz)?$/i, "");
  return join(dirname(file), `${name}.harness.c`);
}

/** The flags with which `check` takes what was written. */
function harnessFlags(
  { file, entries, found }: Written,
  { entry = [] }: InitFlags,
): Pick<CompiledFrom, "entry" | "harness"> {
  // A function that the harness calls in the place of an entry is none itself.
  const kept = entry.filter((each) => !found.some(({ entry: name }) => each.startsWith(`${name}=`)));
  const all = [...kept, ...entries];
  return {
    ...(all.length === 0 ? {} : { entry: all }),
    ...(file === undefined ? {} : { harness: file }),
  };
}

/** Compiles what was written, and lets one CPU get and put. */
async function trial(file: string, flags: CFlags, signal: AbortSignal): Promise<Trial> {
  const forC = await import("./c-subject.js");
  try {
    const subject = await forC.cSubject(file, flags, { signal });
    const settings = { ...defaults, cpus: 1, rounds: 1, regions: 1, scenario: ["main"] };
    return {
      compiles: true,
      result: await check({ ...explorationOf(settings), design: forC.designOf(subject), signal }),
    };
  } catch (error) {
    if (error instanceof UserError) return { compiles: false, message: oneLine(error.message) };
    throw error;
  }
}

/** What keeps the first get from coming anywhere: memory that boot should have set. */
function bootError({ result }: Extract<Trial, { compiles: true }>): string | undefined {
  return result.requirements.find(({ id, verdict }) => id === "R7" && verdict === "violated")?.message;
}

function asText(file: string, written: Written, tried: Trial, command: string): string {
  const { file: harness, fillIn, found } = written;
  const name = oneLine(basename(shownName(file)));
  const lines = found.map(({ entry, signature, line }) => `${`${entry}:`.padEnd(9)}${signature}, line ${line}`);
  if (!found.some(({ entry }) => entry === "alloc")) {
    lines.push("pages:   the checker allocates them and calls get, calls put and frees them");
  }
  lines.push("");
  if (harness !== undefined) lines.push(`${oneLine(harness)} is written: functions that check can call.`);
  else if (written.entries.length > 0) lines.push(`${name} needs no harness: check calls its functions as they are.`);
  else lines.push(`${name} needs nothing: its functions have the usual names.`);
  if (fillIn.length > 0) {
    lines.push("", "Look at what is a guess (fill in):");
    lines.push(...fillIn.map(({ line, text }) => `  ${oneLine(harness ?? "")}:${line}: ${text}`));
  }
  lines.push("", triedText(tried), "", "Type next:", `  ${command}`);
  return `${lines.join("\n")}\n`;
}

function triedText(tried: Trial): string {
  if (!tried.compiles) return `It does not compile yet: ${tried.message}`;
  const broken = bootError(tried);
  const all = `It compiles. One CPU that gets and puts a page: ${verdictLine(tried.result)}.`;
  return broken === undefined
    ? all
    : `${all}\nR7: ${oneLine(broken)}; look whether boot sets all that the helpers use.`;
}

function asJson(file: string, written: Written, tried: Trial, command: string): string {
  const { file: harness, found, entries, fillIn } = written;
  const value = {
    schema: "dpamt-init-1",
    file,
    harness: harness ?? null,
    entries,
    functions: found,
    fillIn,
    command,
    compiles: tried.compiles,
    ...(tried.compiles ? { verdict: tried.result.verdict } : { message: tried.message }),
  };
  return `${JSON.stringify(value)}\n`;
}
