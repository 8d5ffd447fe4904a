/** What the page knows of runs: the one in progress, and what came out of those that are over. */
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { explorationOf, OptionError, type Settings } from "../../src/check/index.js";
import { mistakeText } from "../../src/report/headline.js";
import { cTextOf, sourcesOf } from "./c-text.js";
import { designsOf, type Form, settingsOfForm } from "./form.js";
import { advanced, type LiveState } from "./live.js";
import type { Result, SubjectName } from "./messages.js";
import { RunError, Runner } from "./runner.js";
import { readSavedFile, SavedError } from "./saved.js";
import type { WrongLine } from "./wrong-lines.js";

/** What became of one that was asked for. */
export interface ComparedRow {
  readonly name: string;
  readonly result: Result | undefined;
  /** Why there is no result. */
  readonly note: string;
  /** Lines of C that are wrong. */
  readonly diagnostics?: readonly WrongLine[];
}

/** Why something cannot be done. */
type Problem = Pick<ComparedRow, "note" | "diagnostics">;

const NO_DIAGNOSTICS: readonly WrongLine[] = [];

function toldOf(problem: Problem | undefined): Pick<Checker, "problem" | "diagnostics"> {
  return { problem: problem?.note, diagnostics: problem?.diagnostics ?? NO_DIAGNOSTICS };
}

/** What came out, of one run or of several side by side. */
export interface RunOutcome {
  /** Tells it from every other one. */
  readonly number: number;
  readonly rows: readonly ComparedRow[];
  /** The results are set side by side. */
  readonly isComparison: boolean;
  /** The one that is shown whole, by its place in `rows`. */
  readonly shown: number | undefined;
  /** Texts of C. */
  readonly sources: Readonly<Record<string, string>>;
}

export interface Checker {
  readonly live: LiveState | undefined;
  readonly outcome: RunOutcome | undefined;
  /** What the latest run was asked with; nothing after a file was opened. */
  readonly asked: Form | undefined;
  /** One line about what cannot be done. */
  readonly problem: string | undefined;
  /** Lines of C that the compiler has something against. */
  readonly diagnostics: readonly WrongLine[];
  /** What a screen reader says. */
  readonly announcement: string;
  /** Runs what the form asks for; of several, `show` is shown whole when it is there. A run under way ends. */
  start(form: Form, show?: string): void;
  stop(): void;
  /** Shows what was saved in place of what is there, and calls `opened`; not where more was asked for meanwhile. */
  open(file: File, opened: () => void): void;
  /** Of several results, shows the one at this place whole, or none. */
  show(index: number | undefined): void;
  /** Shows nothing any more, unless something runs. */
  clear(): void;
}

type Subjects = readonly (readonly [name: string, subject: SubjectName])[];

/** What is explored one after the other. @throws OptionError */
function subjectsOf(form: Form, compiler: string | undefined): Subjects {
  if (form.mode !== "c") return designsOf(form).map((design) => [design, { design }] as const);
  if (form.text.trim() === "") throw new OptionError("paste the helpers in C first, or read a file");
  if (compiler === undefined) throw new OptionError("the compiler is not served along");
  const c = cTextOf(form, compiler);
  return [[c.name, { c }]];
}

const NOT_YET = "not yet";
const NOT_CHECKED = "not checked";
const PROBLEMS = [OptionError, SavedError];

function problemOf(error: unknown): Problem {
  if (error instanceof RunError) return { note: error.message, diagnostics: error.diagnostics };
  if (PROBLEMS.some((each) => error instanceof each)) return { note: (error as Error).message };
  return { note: `a bug in dpamt, please report it with the link of this page: ${String(error)}` };
}

/** The settings for what is explored next: the time is that of all together. */
function withTimeLeft(settings: Settings, began: number): Settings {
  const { maxSeconds } = settings;
  if (maxSeconds === undefined) return settings;
  return { ...settings, maxSeconds: Math.max(0, maxSeconds - (performance.now() - began) / 1000) };
}

export function useChecker(compiler: string | undefined): Checker {
  const runner = useMemo(() => new Runner(), []);
  const [live, setLive] = useState<LiveState>();
  const [outcome, setOutcome] = useState<RunOutcome>();
  const [problem, setProblem] = useState<Problem>();
  const [asked, setAsked] = useState<Form>();
  const [announcement, announce] = useState("");
  const stopped = useRef(false);
  /** Number of what was asked for last, a run or a file: what was asked for before it comes too late. */
  const latest = useRef(0);
  /** Number of the run whose reports count. */
  const current = useRef(0);

  const start = async (form: Form, show: string | undefined): Promise<void> => {
    let settings: Settings;
    let subjects: Subjects;
    try {
      settings = settingsOfForm(form);
      subjects = subjectsOf(form, compiler);
    } catch (error) {
      // Nothing began, so what is under way goes on.
      setProblem(problemOf(error));
      return;
    }
    latest.current += 1;
    const mine = latest.current;
    current.current = mine;
    const isMine = (): boolean => current.current === mine;
    stopped.current = false;
    setProblem(undefined);
    const isComparison = form.mode === "compare";
    let rows: readonly ComparedRow[] = subjects.map(([name]) => ({ name, result: undefined, note: NOT_YET }));
    const sources = form.mode === "c" ? sourcesOf(form) : {};
    setOutcome(isComparison ? { number: mine, rows, isComparison, shown: undefined, sources } : undefined);
    setAsked(form);
    announce("running");
    const scenarios = explorationOf(settings).scenarios.map(({ name }) => name);
    const began = performance.now();
    for (const [index, [name, subject]] of subjects.entries()) {
      const place = subjects.length > 1 ? `${index + 1} of ${subjects.length}` : "";
      let row: ComparedRow = { name, result: undefined, note: NOT_CHECKED };
      if (!stopped.current) {
        setLive({ subject: name, place, scenarios, standing: undefined, rates: [], note: "" });
        try {
          const result = await runner.start(subject, withTimeLeft(settings, began), {
            standing: (standing) => isMine() && setLive((now) => now && advanced(now, standing)),
            note: (note) => isMine() && setLive((now) => now && { ...now, note }),
          });
          row = { name, result, note: "" };
        } catch (error) {
          row = { name, result: undefined, ...problemOf(error) };
        }
        if (!isMine()) return;
      }
      rows = rows.with(index, row);
      const now = rows;
      if (isComparison || row.result !== undefined) {
        const isWanted = row.result !== undefined && (!isComparison || name === show);
        setOutcome((before) => ({
          number: mine,
          rows: now,
          isComparison,
          shown: isWanted ? index : before?.shown,
          sources,
        }));
      } else {
        setProblem(row);
      }
    }
    // What cannot be done alone is said by the problem.
    const told = rows.filter(({ result }) => isComparison || result !== undefined);
    announce(
      told
        .map(
          ({ name, result, note }) =>
            `${name}: ${result === undefined ? note : result.verdict + mistakeText(result.violatedFor)}`,
        )
        .join(", "),
    );
    setLive(undefined);
  };

  const open = async (file: File, opened: () => void): Promise<void> => {
    latest.current += 1;
    const mine = latest.current;
    setProblem(undefined);
    try {
      const results = await readSavedFile(file);
      if (latest.current !== mine) return;
      current.current = mine;
      runner.stop();
      setLive(undefined);
      setAsked(undefined);
      const rows = results.map((result) => ({ name: result.subject.name, result, note: "" }));
      const isComparison = rows.length !== 1;
      setOutcome({ number: mine, rows, isComparison, shown: isComparison ? undefined : 0, sources: {} });
      announce(`opened ${rows.map(({ name }) => name).join(", ")}`);
      opened();
    } catch (error) {
      if (latest.current === mine) setProblem(problemOf(error));
    }
  };

  const stop = (): void => {
    stopped.current = true;
    runner.stop();
  };
  const clear = (): void => {
    if (live !== undefined) return;
    setOutcome(undefined);
    setAsked(undefined);
    setProblem(undefined);
  };
  useEffect(() => () => runner.stop(), [runner]);

  return {
    live,
    outcome,
    asked,
    ...toldOf(problem),
    announcement,
    start: (form, show) => void start(form, show),
    stop,
    open: (file, opened) => void open(file, opened),
    show: (index) => setOutcome((now) => now && { ...now, shown: index }),
    clear,
  };
}
