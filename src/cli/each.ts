/** `dpamt check --each`: a verdict after each patch of a series. */
import { designOf, SwitchedOffError } from "../clang/index.js";
import { eachEnd, eachHead, eachRow, named as nameRegions, type PatchVerdict } from "../report/index.js";
import { oneLine, UserError } from "../text/index.js";
import type { CFlags } from "./c-flags.js";
import { shownName } from "./c-input.js";
import type { MainFile } from "./c-main.js";
import { resultOfC } from "./c-result.js";
import { type SeriesStep, seriesOf } from "./c-series.js";
import { compiledFrom, expectFlags, type NamedSubject } from "./c-subject.js";
import { ClangThread, COMPILE_SECONDS, Compiling } from "./compiling.js";
import { Exit, InputError, Interrupted } from "./failure.js";
import { type Asked, exitOfResult, judged } from "./judge.js";
import { print, terminal } from "./terminal.js";

/** Flags that say how the table is printed. */
interface EachFlags extends CFlags {
  readonly json?: boolean;
  readonly addresses?: boolean;
}

/**
 * Checks a series patch by patch, each row printed when it is known.
 *
 * @returns the exit code: of patches that cannot be checked first, then of those that break
 * @throws InputError where it is no series, a patch does not apply, or there is nothing to check
 */
export async function checkEach(named: string, flags: EachFlags, asked: Asked, signal: AbortSignal): Promise<Exit> {
  expectFlags(flags);
  const { maxSeconds } = asked.exploration.limits ?? {};
  const reading = { seconds: flags.compileSeconds ?? COMPILE_SECONDS, maxSeconds, signal };
  const thread = new ClangThread();
  const steps = await seriesOf(named, flags, new Compiling(shownName(named), reading));
  if (steps.every(({ main }) => main === undefined)) {
    throw new InputError(
      `no patch of ${oneLine(shownName(named))} leads to a file that defines the helpers; name functions with --entry`,
    );
  }
  const inText = flags.json !== true;
  const rows: PatchVerdict[] = [];
  const table = new Series(named, flags, asked, { signal, thread });
  if (inText) await print(eachHead(shownName(named), steps.at(-1)?.main?.from, terminal()));
  try {
    for (const [at, step] of steps.entries()) {
      const row = await table.row(step, at + 1, steps.length);
      rows.push(row);
      if (inText) await print(eachRow(row, terminal()));
    }
  } finally {
    thread.end();
  }
  const shown = flags.addresses === true ? rows : rows.map(withNames);
  if (inText) await print(eachEnd(shown, terminal()));
  else await print(`${JSON.stringify({ schema: "dpamt-check-each-1", name: shownName(named), patches: rows })}\n`);
  return tell(rows, signal.aborted);
}

/** The row with names of regions and pages in the place of addresses. */
function withNames(row: PatchVerdict): PatchVerdict {
  return row.result === null ? row : { ...row, result: nameRegions(row.result) };
}

/** Says on stderr what the table does not, and gives the exit code. */
function tell(rows: readonly PatchVerdict[], isInterrupted: boolean): Exit {
  const say = (line: string): boolean => process.stderr.write(`dpamt: ${line}\n`);
  const judged = rows.flatMap(({ result }) => (result === null ? [] : [result]));
  for (const { patch, of, result } of rows) {
    if (result?.expected !== undefined) say(`${patch}/${of}: ${result.expected.message}`);
  }
  const ended = rows.filter(({ outcome }) => outcome === "not-run").length;
  if (ended > 0)
    say(`${isInterrupted ? "interrupted" : "no time left"} after ${rows.length - ended} of ${rows.length} patches`);
  if (isInterrupted) return Exit.Inconclusive;
  const unusable = rows.filter(({ outcome }) => outcome === "unusable").length;
  if (unusable > 0) {
    say(`${unusable} of ${rows.length} patches cannot be checked: the table says why`);
    return Exit.BadInput;
  }
  if (judged.length === 0 && ended === 0) {
    say("nothing was checked: Dynamic PAMT is switched off after every patch; give the patch that switches it on, too");
    return Exit.BadInput;
  }
  const exits = judged.map(exitOfResult);
  if (exits.includes(Exit.Violated)) return Exit.Violated;
  return ended > 0 || exits.includes(Exit.Inconclusive) ? Exit.Inconclusive : Exit.Ok;
}

/** What was compiled last, and its row. */
interface Before {
  /** Whether everything that was read for it is the same beside another file. */
  isSameFor(main: MainFile): boolean;
  /** What was compiled, if it could be. */
  readonly compiled: string | undefined;
  readonly row: PatchVerdict;
}

/** The rows of a table, each with the one before in mind. */
class Series {
  private before: Before | undefined;
  private isOver = false;

  constructor(
    private readonly named: string,
    private readonly flags: CFlags,
    private readonly asked: Asked,
    private readonly around: { readonly signal: AbortSignal; readonly thread: ClangThread },
  ) {}

  async row({ main, subject, commit, file, upto }: SeriesStep, patch: number, of: number): Promise<PatchVerdict> {
    const began = performance.now();
    const { before, around } = this;
    const place = { patch, of, subject, ...(commit === undefined ? {} : { commit }) };
    const none = { ...place, asBefore: false, broken: [], message: null, seconds: 0, result: null };
    if (this.isOver || around.signal.aborted) return { ...none, outcome: "not-run" };
    if (main === undefined) return { ...none, outcome: "no-helpers" };
    const asBefore = (same: Before): PatchVerdict => ({
      ...same.row,
      ...place,
      asBefore: true,
      seconds: 0,
      result: null,
    });
    if (before?.isSameFor(main) === true) return asBefore(before);
    const read = recorded(main);
    let compiled: NamedSubject | undefined;
    let row: PatchVerdict;
    try {
      compiled = await this.compile(read.main);
      if (before?.compiled === compiled.compiled) return asBefore(before);
      const label = `${patch}/${of} ${oneLine(shownName(this.named))}`;
      const design = designOf({ ...compiled, name: shownName(file) });
      const checked = await judged(design, this.asked, { signal: around.signal, label });
      const flags = upto === undefined ? this.flags : { ...this.flags, upto };
      const result = resultOfC(checked, compiled, file, flags);
      const broken = result.requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id);
      row = { ...none, outcome: result.verdict, broken, seconds: (performance.now() - began) / 1000, result };
    } catch (error) {
      if (error instanceof Interrupted) {
        this.isOver = true;
        return { ...none, outcome: "not-run" };
      }
      if (!(error instanceof UserError)) throw error;
      const isOff = error instanceof SwitchedOffError;
      row = { ...none, outcome: isOff ? "switched-off" : "unusable", message: isOff ? null : oneLine(error.message) };
    }
    this.before = { isSameFor: read.isSameFor, compiled: compiled?.compiled, row };
    return row;
  }

  private compile(main: MainFile): Promise<NamedSubject> {
    const { maxSeconds } = this.asked.exploration.limits ?? {};
    return compiledFrom(() => Promise.resolve(main), this.named, this.flags, { ...this.around, maxSeconds });
  }
}

/** A file whose tree tells afterwards whether another has the same where this was read. */
function recorded(main: MainFile): { readonly main: MainFile; readonly isSameFor: Before["isSameFor"] } {
  const { sources } = main;
  const reads = new Map<string, string | undefined>();
  const read = (path: string): string | undefined => {
    const text = sources?.read(path);
    reads.set(path, text);
    return text;
  };
  const isSameFor = (other: MainFile): boolean =>
    other.text === main.text && [...reads].every(([path, text]) => other.sources?.read(path) === text);
  return { main: sources === undefined ? main : { ...main, sources: { ...sources, read } }, isSameFor };
}
