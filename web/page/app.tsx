/** The page: settings on one side, what comes out on the other. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { requirements } from "../../src/check/index.js";
import { visibleText } from "../../src/report/visible.js";
import { useAddress } from "../view/address.js";
import { addressOfStep } from "../view/model.js";
import { CompareTable } from "./compare-table.js";
import { emptyForm, type Form, initialFields } from "./form.js";
import { commandOf, type Extra, fragmentOf, type Link, noticeOf, readFragment } from "./link.js";
import { Live } from "./live.js";
import { OpenFile } from "./open-file.js";
import { pack, unpack } from "./packing.js";
import { ResultView } from "./result-view.js";
import { SettingsForm } from "./settings.js";
import { Share } from "./share.js";
import { type Checker, useChecker } from "./use-checker.js";
import { Welcome } from "./welcome.js";

/** What the page itself writes behind `#` that is no setting: the way to a requirement. */
const NO_SETTINGS = /^R\d+$/;

export interface AppProps {
  /** Address of the folder with the compiler, where it is served along. */
  readonly compiler: string | undefined;
}

export function App({ compiler }: AppProps) {
  const hasCompiler = compiler !== undefined;
  const checker = useChecker(compiler);
  const [form, setForm] = useState<Form>(emptyForm);
  /** Number of the failure that is shown, from 0, and step of it. */
  const [failure, setFailure] = useState(0);
  const [step, setStep] = useState<number>();
  const [notice, setNotice] = useState<string>();
  const [packed, setPacked] = useState<string>();
  const { outcome, live, asked } = checker;
  const begin = useRef(checker.start);
  begin.current = checker.start;
  const clear = useRef(checker.clear);
  clear.current = checker.clear;
  const typed = useRef(form);
  typed.current = form;
  /** Number of what was done last: what was begun before it comes too late. */
  const latest = useRef(0);

  const follow = useCallback(async (): Promise<void> => {
    const fragment = location.hash.slice(1);
    if (NO_SETTINGS.test(fragment)) return;
    latest.current += 1;
    const mine = latest.current;
    const link = readFragment(fragment, hasCompiler);
    const filled = await filledBy(link, typed.current);
    if (latest.current !== mine) return;
    setForm(filled.form);
    setFailure((link.failure ?? 1) - 1);
    setStep(link.step);
    setPacked(filled.packed);
    const ignored = filled.isDamaged ? [...link.ignored, "c=…"] : link.ignored;
    const isRun = link.run && !filled.isDamaged;
    setNotice(noticeOf(ignored, !isRun && new URLSearchParams(fragment).has("run")));
    if (isRun) begin.current(filled.form, link.show);
    else clear.current();
  }, [hasCompiler]);
  useEffect(() => {
    void follow();
    const onHash = (): void => void follow();
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, [follow]);

  const isRun = asked === form;
  const isC = form.mode === "c";
  const shown =
    outcome?.isComparison === true && outcome.shown !== undefined ? outcome.rows[outcome.shown]?.name : undefined;
  const which = failure === 0 ? undefined : failure + 1;
  const extra: Extra = isRun ? { run: true, show: shown, failure: which, step } : {};
  const isOpened = asked === undefined && outcome !== undefined;
  const fragment = isRun ? `#${fragmentOf(form, { ...extra, packed: isC ? packed : undefined })}` : undefined;
  useAddress(isOpened ? location.pathname + location.search : fragment);
  const askedC = asked?.mode === "c" && asked.text === form.text ? packed : undefined;
  const resultLink =
    asked === undefined ? undefined : fragmentOf(asked, { run: true, show: shown, failure: which, packed: askedC });
  /** What was opened has no link, and so its steps have none either. */
  const stepHref = useCallback(
    (number: number) => (resultLink === undefined ? addressOfStep(number, failure) : `#${resultLink}&step=${number}`),
    [resultLink, failure],
  );
  const link = async () => {
    const c = isC && form.text !== "" ? (packed ?? (await pack(form.text))) : undefined;
    const lacks = isC && c === undefined && form.text !== "" ? ", without the C: it is too long for a link" : "";
    return { fragment: fragmentOf(form, { ...extra, packed: c }), lacks };
  };

  const change = (part: Partial<Form>): void => {
    setForm((now) => ({ ...now, ...part }));
    if (part.text !== undefined) setPacked(undefined);
  };
  /** What was looked at, and said, is of the result before. */
  const anew = (): void => {
    setFailure(0);
    setStep(undefined);
    setNotice(undefined);
  };
  const start = async (): Promise<void> => {
    latest.current += 1;
    const mine = latest.current;
    const text = isC ? await pack(form.text) : undefined;
    if (latest.current !== mine) return;
    anew();
    if (isC) setPacked(text);
    checker.start(form);
  };
  const open = (file: File): void => {
    latest.current += 1;
    checker.open(file, anew);
  };
  return (
    <div class="dpamt page">
      <Header />
      <main>
        <form
          class="panel settings"
          aria-label="Settings"
          onSubmit={(event) => {
            event.preventDefault();
            if (live === undefined) void start();
          }}
        >
          <SettingsForm form={form} set={change} hasCompiler={hasCompiler} />
          <Actions checker={checker} />
          <Share link={link} command={commandOf(form)} />
          <OpenFile open={open} />
        </form>
        <Outcomes
          checker={checker}
          failure={failure}
          setFailure={setFailure}
          step={step}
          setStep={setStep}
          stepHref={stepHref}
          notice={notice}
        />
      </main>
      <p class="unseen" role="status">
        {visibleText(checker.announcement)}
      </p>
    </div>
  );
}

interface Filled {
  readonly form: Form;
  readonly packed: string | undefined;
  /** The C of the link cannot be unpacked. */
  readonly isDamaged: boolean;
}

/** The form of a link with its C; C that was typed stays where the link brings none. */
async function filledBy(link: Link, { text: own, file }: Form): Promise<Filled> {
  const text = link.packed === undefined ? undefined : await unpack(link.packed);
  if (text !== undefined) return { form: { ...link.form, text }, packed: link.packed, isDamaged: false };
  const isDamaged = link.packed !== undefined;
  if (own === "") return { form: link.form, packed: undefined, isDamaged };
  return { form: { ...link.form, text: own, file }, packed: await pack(own), isDamaged };
}

function Header() {
  return (
    <header class="page-head">
      <h1>dpamt</h1>
      <p>
        Every interleaving of the Linux helpers for TDX Dynamic PAMT, within bounds you choose, against{" "}
        {requirements.length} requirements. It runs in this browser; nothing leaves it.
      </p>
    </header>
  );
}

function Actions({ checker }: { readonly checker: Checker }) {
  const isRunning = checker.live !== undefined;
  return (
    <div class="actions">
      <button type="submit" class="primary" disabled={isRunning}>
        {isRunning ? "Running …" : "Check"}
      </button>
      <button type="button" onClick={checker.stop} disabled={!isRunning}>
        Stop
      </button>
    </div>
  );
}

interface OutcomesProps {
  readonly checker: Checker;
  readonly failure: number;
  readonly setFailure: (failure: number) => void;
  readonly step: number | undefined;
  readonly setStep: (step: number | undefined) => void;
  readonly stepHref: (step: number) => string;
  readonly notice: string | undefined;
}

function Outcomes({ checker, failure, setFailure, step, setStep, stepHref, notice }: OutcomesProps) {
  const { live, outcome, problem, asked } = checker;
  const place = useRef<HTMLElement>(null);
  const isRunning = live !== undefined;
  const isOpened = asked === undefined && outcome !== undefined;
  useEffect(() => {
    // On a narrow window the results lie below the settings.
    const { current } = place;
    if (isRunning && current !== null && current.getBoundingClientRect().top > innerHeight / 2) {
      current.scrollIntoView({ block: "start" });
    }
  }, [isRunning]);
  const result = outcome?.shown === undefined ? undefined : outcome.rows[outcome.shown]?.result;
  return (
    <section class="outcome" aria-label="Result" ref={place}>
      {problem === undefined ? null : (
        <p class="problem" role="alert">
          {visibleText(problem)}
        </p>
      )}
      {notice === undefined ? null : (
        <p class="notice" role="alert">
          {visibleText(notice)}
        </p>
      )}
      {isOpened ? <p class="hint">Opened from a file. The settings are those of the next check.</p> : null}
      {live === undefined ? null : <Live live={live} />}
      {outcome?.isComparison === true ? (
        <CompareTable
          rows={outcome.rows}
          isRunning={isRunning}
          shown={outcome.shown}
          show={(index) => {
            setFailure(0);
            setStep(undefined);
            checker.show(index);
          }}
        />
      ) : null}
      {result === undefined ? null : (
        <ResultView
          key={`${outcome?.number} ${outcome?.shown}`}
          result={result}
          sources={outcome?.sources ?? {}}
          failure={failure}
          setFailure={(index) => {
            setFailure(index);
            setStep(undefined);
          }}
          step={step}
          setStep={setStep}
          stepHref={stepHref}
        />
      )}
      {outcome === undefined && !isRunning ? <Welcome cpus={initialFields("compare").cpus} /> : null}
    </section>
  );
}
