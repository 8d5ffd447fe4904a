/** What the page knows of runs: the one in progress, and what came out of those that are over. */
import { useCallback, useEffect, useMemo, useRef, useState } from "preact/hooks";
import { PlanError, planOf } from "../../src/explore/index.js";
import { designsOf, type Form, settingsOf } from "./form.js";
import { advanced, type LiveState } from "./live.js";
import type { Result, SubjectName } from "./messages.js";
import { RunError, Runner } from "./runner.js";
import { readSaved, SavedError } from "./saved.js";

/** What came out, of one run or of several side by side. */
export interface Outcome {
  /** Names of all that were asked for. */
  readonly names: readonly string[];
  readonly results: readonly Result[];
  /** The results are set side by side. */
  readonly isComparison: boolean;
  /** The one that is shown whole, by its place in `results`. */
  readonly shown: number | undefined;
  /** Texts of C. */
  readonly sources: Readonly<Record<string, string>>;
}

export interface Checker {
  readonly live: LiveState | undefined;
  readonly outcome: Outcome | undefined;
  /** What the latest run was asked with; nothing after a file was opened. */
  readonly asked: Form | undefined;
  /** One line about what cannot be done. */
  readonly problem: string | undefined;
  /** What a screen reader says. */
  readonly announcement: string;
  /** Runs what the form asks for; of several, `show` is shown whole when it is there. */
  start(form: Form, show?: string): void;
  stop(): void;
  open(file: File): void;
  show(index: number): void;
}

/** What is explored one after the other. @throws PlanError */
function subjectsOf(form: Form, compiler: string | undefined): [name: string, subject: SubjectName][] {
  if (form.mode !== "c") return designsOf(form).map((design) => [design, { design }]);
  if (form.text.trim() === "") throw new PlanError("paste the helpers in C first, or read a file");
  if (compiler === undefined) throw new PlanError("the compiler is not served along");
  const name = form.file.trim() === "" ? "pasted.c" : form.file.trim();
  return [[name, { c: { name, text: form.text, compiler } }]];
}

const PROBLEMS = [PlanError, RunError, SavedError];

function lineOf(error: unknown): string {
  if (PROBLEMS.some((each) => error instanceof each)) return (error as Error).message;
  return `a bug in dpamt, please report it with the link of this page: ${String(error)}`;
}

export function useChecker(compiler: string | undefined): Checker {
  const runner = useMemo(() => new Runner(), []);
  const [live, setLive] = useState<LiveState>();
  const [outcome, setOutcome] = useState<Outcome>();
  const [problem, setProblem] = useState<string>();
  const [asked, setAsked] = useState<Form>();
  const [announcement, announce] = useState("");
  const stopped = useRef(false);
  /** Number of the latest run: reports of one that was left behind count no more. */
  const latest = useRef(0);

  const start = async (form: Form, show: string | undefined): Promise<void> => {
    latest.current += 1;
    const mine = latest.current;
    const isMine = (): boolean => latest.current === mine;
    stopped.current = false;
    setProblem(undefined);
    setLive(undefined);
    try {
      const settings = settingsOf(form);
      const scenarios = planOf(settings).scenarios.map(({ name }) => name);
      const subjects = subjectsOf(form, compiler);
      const isComparison = form.mode === "compare";
      const base = {
        names: subjects.map(([name]) => name),
        isComparison,
        sources: form.mode === "c" ? { [subjects[0]?.[0] ?? ""]: form.text } : {},
      };
      let results: readonly Result[] = [];
      setOutcome(isComparison ? { ...base, results, shown: undefined } : undefined);
      setAsked(form);
      announce("running");
      for (const [index, [name, subject]] of subjects.entries()) {
        const place = subjects.length > 1 ? `${index + 1} of ${subjects.length}` : "";
        setLive({ subject: name, place, scenarios, standing: undefined, rates: [], note: "" });
        const result = await runner.start(subject, settings, {
          standing: (standing) => isMine() && setLive((now) => now && advanced(now, standing)),
          note: (note) => isMine() && setLive((now) => now && { ...now, note }),
        });
        if (!isMine()) return;
        results = [...results, result];
        const done = results;
        const isWanted = !isComparison || name === show;
        setOutcome((now) => ({ ...base, results: done, shown: isWanted ? index : now?.shown }));
        if (stopped.current) break;
      }
      announce(results.map(({ subject, verdict }) => `${subject.name}: ${verdict}`).join(", "));
    } catch (error) {
      if (isMine()) setProblem(lineOf(error));
    }
    if (isMine()) setLive(undefined);
  };

  const open = useCallback(
    async (file: File): Promise<void> => {
      setProblem(undefined);
      try {
        const results = await readSaved(file);
        latest.current += 1;
        runner.stop();
        setLive(undefined);
        const names = results.map(({ subject }) => subject.name);
        const isComparison = results.length !== 1;
        setAsked(undefined);
        setOutcome({ names, results, isComparison, shown: isComparison ? undefined : 0, sources: {} });
        announce(`opened ${names.join(", ")}`);
      } catch (error) {
        setProblem(lineOf(error));
      }
    },
    [runner],
  );

  const stop = (): void => {
    stopped.current = true;
    runner.stop();
  };
  useEffect(() => () => runner.stop(), [runner]);

  return {
    live,
    outcome,
    asked,
    problem,
    announcement,
    start: (form, show) => void start(form, show),
    stop,
    open: (file) => void open(file),
    show: (index) => setOutcome((now) => now && { ...now, shown: now.shown === index ? undefined : index }),
  };
}
