/** What comes out of a run: where it stands, the comparison, the result with the C that it is about. */
import { useEffect, useMemo, useRef } from "preact/hooks";
import { named } from "../../src/report/names.js";
import { visibleText } from "../../src/report/visible.js";
import { marksOf } from "./c-marks.js";
import { CPane } from "./c-pane.js";
import { isSameC } from "./c-text.js";
import { CompareTable } from "./compare-table.js";
import { type Form, initialFields } from "./form.js";
import { Live } from "./live.js";
import type { Looked } from "./looked.js";
import { ResultBody, ResultHead } from "./result-view.js";
import type { Checker } from "./use-checker.js";
import { Welcome } from "./welcome.js";

export interface OutcomesProps {
  readonly checker: Checker;
  readonly form: Form;
  readonly change: (part: Partial<Form>) => void;
  readonly run: () => void;
  readonly looked: Looked;
  readonly notice: string | undefined;
}

export function Outcomes({ checker, form, change, run, looked, notice }: OutcomesProps) {
  const { live, outcome, problem, asked } = checker;
  const isRunning = live !== undefined;
  const { place, bringFailure } = useInSight(isRunning);
  const isC = form.mode === "c";
  const given = outcome?.shown === undefined ? undefined : outcome.rows[outcome.shown]?.result;
  const result = useMemo(() => (given === undefined ? undefined : named(given)), [given]);
  const isThisC = isC && asked !== undefined && asked.mode === "c" && isSameC(asked, form);
  const marks = useMemo(
    () => (isThisC && result !== undefined ? marksOf(result, looked.failure) : undefined),
    [isThisC, result, looked.failure],
  );
  const lookAt = (failure: number): void => {
    looked.setFailure(failure);
    looked.setStep(undefined);
  };
  const openFailure = (failure: number): void => {
    bringFailure();
    lookAt(failure);
  };
  const key = `${outcome?.number} ${outcome?.shown}`;
  return (
    <section class={isC ? "outcome with-c" : "outcome"} aria-label="Result" ref={place}>
      <Message kind="problem" text={problem} />
      <Message kind="notice" text={notice} />
      {live === undefined ? null : <Live key="live" live={live} />}
      {outcome?.isComparison === true ? (
        <CompareTable
          key="compare"
          rows={outcome.rows}
          isRunning={isRunning}
          shown={outcome.shown}
          show={(index) => {
            lookAt(0);
            checker.show(outcome.shown === index ? undefined : index);
          }}
          openFailure={(index, failure) => {
            checker.show(index);
            openFailure(failure);
          }}
          failureHref={looked.failureHref}
        />
      ) : null}
      {result === undefined ? null : <ResultHead key={`head ${key}`} result={result} failure={looked.failure} />}
      {isC ? (
        <CPane
          key="c"
          form={form}
          change={change}
          run={run}
          diagnostics={isThisC ? checker.diagnostics : NONE}
          marks={marks}
          isSmall={result !== undefined}
        />
      ) : null}
      {result === undefined ? null : (
        <ResultBody
          key={`body ${key}`}
          result={result}
          sources={outcome?.sources ?? {}}
          looked={looked}
          lookAt={lookAt}
          openFailure={openFailure}
        />
      )}
      {outcome === undefined && !isRunning && !isC ? <Welcome cpus={initialFields("compare").cpus} /> : null}
    </section>
  );
}

/** Brings into sight what begins, and the failure that was chosen as soon as it is there. */
function useInSight(isRunning: boolean) {
  const place = useRef<HTMLElement>(null);
  const isWanted = useRef(false);
  useEffect(() => {
    // On a narrow window the results lie below the settings.
    const { current } = place;
    if (isRunning && current !== null && current.getBoundingClientRect().top > innerHeight / 2) {
      current.scrollIntoView({ block: "start" });
    }
  }, [isRunning]);
  useEffect(() => {
    if (!isWanted.current) return;
    isWanted.current = false;
    place.current?.querySelector('[aria-label="Counterexample"]')?.scrollIntoView({ block: "start" });
  });
  const bringFailure = (): void => {
    isWanted.current = true;
  };
  return { place, bringFailure };
}

const NONE: Checker["diagnostics"] = [];

function Message({ kind, text }: { readonly kind: "problem" | "notice"; readonly text: string | undefined }) {
  if (text === undefined) return null;
  return (
    <p class={kind} role="alert">
      {visibleText(text)}
    </p>
  );
}
