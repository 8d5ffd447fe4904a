/** The page: settings on one side, what comes out on the other. */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import { CompareTable } from "./compare-table.js";
import { commandOf, type Extra, emptyForm, type Form, fragmentOf, readFragment, usualCpus } from "./form.js";
import { Live } from "./live.js";
import { OpenFile } from "./open-file.js";
import { pack, unpack } from "./packing.js";
import { ResultView } from "./result-view.js";
import { Settings } from "./settings.js";
import { Share } from "./share.js";
import { type Checker, useChecker } from "./use-checker.js";
import { Welcome } from "./welcome.js";

/** The address is not written more often than this: browsers refuse it when it comes too thick and fast. */
const ADDRESS_MS = 200;

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
  const [step, setStep] = useState<number>();
  const [ignored, setIgnored] = useState<readonly string[]>([]);
  const [packed, setPacked] = useState<string>();
  const { outcome, live, asked } = checker;
  const begin = useRef(checker.start);
  begin.current = checker.start;

  const follow = useCallback(async (): Promise<void> => {
    const fragment = location.hash.slice(1);
    if (NO_SETTINGS.test(fragment)) return;
    const link = readFragment(fragment, hasCompiler);
    const text = link.packed === undefined ? "" : await unpack(link.packed);
    const filled = { ...link.form, text: text ?? "" };
    setForm(filled);
    setStep(link.step);
    setPacked(text === undefined ? undefined : link.packed);
    setIgnored(text === undefined ? [...link.ignored, "c=…"] : link.ignored);
    if (link.run) begin.current(filled, link.show);
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
    outcome?.isComparison === true && outcome.shown !== undefined ? outcome.names[outcome.shown] : undefined;
  const extra: Extra = isRun ? { run: true, show: shown, step } : {};
  useAddress(isRun ? fragmentOf(form, { ...extra, packed: isC ? packed : undefined }) : undefined);
  const link = async () => {
    const c = isC && form.text !== "" ? (packed ?? (await pack(form.text))) : undefined;
    const lacks = isC && c === undefined && form.text !== "" ? ", without the C: it is too long for a link" : "";
    return { fragment: fragmentOf(form, { ...extra, packed: c }), lacks };
  };

  const change = (part: Partial<Form>): void => {
    setForm({ ...form, ...part });
    if (part.text !== undefined) setPacked(undefined);
  };
  const start = async (): Promise<void> => {
    setStep(undefined);
    setIgnored([]);
    if (isC) setPacked(await pack(form.text));
    checker.start(form);
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
          <Settings form={form} set={change} hasCompiler={hasCompiler} />
          <Actions checker={checker} />
          <Share link={link} command={commandOf(form)} />
          <OpenFile open={checker.open} />
        </form>
        <Outcomes checker={checker} step={step} setStep={setStep} ignored={ignored} />
      </main>
      <p class="unseen" role="status">
        {checker.announcement}
      </p>
    </div>
  );
}

function Header() {
  return (
    <header class="page-head">
      <h1>dpamt</h1>
      <p>
        Every interleaving of the Linux helpers for TDX Dynamic PAMT, within bounds you choose, against requirements R1
        to R13. It runs in this browser; nothing leaves it.
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
  readonly step: number | undefined;
  readonly setStep: (step: number | undefined) => void;
  readonly ignored: readonly string[];
}

function Outcomes({ checker, step, setStep, ignored }: OutcomesProps) {
  const { live, outcome, problem } = checker;
  const place = useRef<HTMLElement>(null);
  const isRunning = live !== undefined;
  useEffect(() => {
    // On a narrow window the results lie below the settings.
    const { current } = place;
    if (isRunning && current !== null && current.getBoundingClientRect().top > innerHeight / 2) {
      current.scrollIntoView({ block: "start" });
    }
  }, [isRunning]);
  const result = outcome?.shown === undefined ? undefined : outcome.results[outcome.shown];
  return (
    <section class="outcome" aria-label="Result" ref={place}>
      {problem === undefined ? null : (
        <p class="problem" role="alert">
          {problem}
        </p>
      )}
      {ignored.length === 0 ? null : (
        <p class="notice" role="alert">
          Of the link this could not be used: {ignored.join(", ")}
        </p>
      )}
      {live === undefined ? null : <Live live={live} />}
      {outcome?.isComparison === true ? (
        <CompareTable
          names={outcome.names}
          results={outcome.results}
          shown={outcome.shown}
          show={(index) => {
            setStep(undefined);
            checker.show(index);
          }}
        />
      ) : null}
      {result === undefined ? null : (
        <ResultView
          key={outcome?.shown}
          result={result}
          sources={outcome?.sources ?? {}}
          step={step}
          setStep={setStep}
        />
      )}
      {outcome === undefined && !isRunning ? <Welcome cpus={usualCpus("compare")} /> : null}
    </section>
  );
}

/** Keeps the address of the page that of what it shows. */
function useAddress(fragment: string | undefined): void {
  useEffect(() => {
    if (fragment === undefined) return;
    const timer = setTimeout(() => history.replaceState(history.state, "", `#${fragment}`), ADDRESS_MS);
    return () => clearTimeout(timer);
  }, [fragment]);
}
