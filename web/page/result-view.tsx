/** A result: verdict, requirements, scenarios, the counterexample, and what each requirement says. */
import type { TargetedMouseEvent } from "preact";
import { useMemo } from "preact/hooks";
import { statements } from "../../src/check/index.js";
import { commandToBranch } from "../../src/report/command.js";
import { named } from "../../src/report/names.js";
import { failuresOf } from "../../src/report/result.js";
import {
  CounterexampleView,
  CoverageTable,
  Failures,
  Headline,
  RequirementTable,
  ScenarioTable,
  Statements,
} from "../view/index.js";
import { failureOf, idOfAddress } from "../view/model.js";
import { brancherOf } from "./branching.js";
import type { Result } from "./messages.js";

export interface ResultViewProps {
  readonly result: Result;
  /** Text of the C, where it was compiled here. */
  readonly sources: Readonly<Record<string, string>>;
  /** Number of the failure that is shown, from 0. */
  readonly failure: number;
  readonly setFailure: (failure: number) => void;
  /** Step of it, from 1; none said is where it breaks. */
  readonly step: number | undefined;
  readonly setStep: (step: number) => void;
  /** Address of a step, for whoever opens it elsewhere. */
  readonly stepHref: (step: number) => string;
}

export function ResultView({ result: given, sources, failure, setFailure, step, setStep, stepHref }: ResultViewProps) {
  const result = useMemo(() => named(given), [given]);
  const { coverage = [] } = result;
  const failures = failuresOf(result);
  const shown = failures[failure] === undefined ? 0 : failure;
  const counterexample = failures[shown];
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: links inside do the work
    <div class="result" onClick={followInside}>
      <div class="result-head">
        <Headline result={result} failure={shown} />
        <button type="button" onClick={() => save(given)}>
          Save result
        </button>
      </div>
      {counterexample === undefined ? null : (
        <CounterexampleView
          key={shown}
          counterexample={counterexample}
          sources={sources}
          step={step ?? failureOf(counterexample)}
          onStep={setStep}
          stepHref={stepHref}
          brancher={brancherOf(result, counterexample)}
          branchCommand={commandToBranch(result, counterexample)}
          beside={<Failures failures={failures} shown={shown} show={setFailure} />}
        />
      )}
      <h2>Requirements</h2>
      <RequirementTable result={result} />
      <h2>Scenarios</h2>
      <ScenarioTable result={result} />
      {coverage.length === 0 ? null : (
        <>
          <h2>Coverage of the C</h2>
          <CoverageTable lines={coverage} />
        </>
      )}
      <details class="asks">
        <summary>What the requirements say</summary>
        <Statements requirements={result.requirements} statements={statements} />
      </details>
    </div>
  );
}

/** Follows a link to a requirement without touching the address, which has the settings. */
function followInside(event: TargetedMouseEvent<HTMLElement>): void {
  if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const link = event.target instanceof Element ? event.target.closest("a") : null;
  const href = link?.getAttribute("href") ?? "";
  if (!href.startsWith("#")) return;
  event.preventDefault();
  const place = document.getElementById(idOfAddress(href));
  if (place === null) return;
  const folded = place.closest("details");
  if (folded !== null) folded.open = true;
  place.focus();
  place.scrollIntoView({ block: "center" });
}

/** Hands a result over as a file that `dpamt replay` and this page open. */
function save(result: Result): void {
  const address = URL.createObjectURL(new Blob([`${JSON.stringify(result, null, 2)}\n`], { type: "application/json" }));
  const link = document.createElement("a");
  link.href = address;
  link.download = `dpamt-${result.subject.name.replace(/[^\w.-]+/g, "-").slice(-60)}.json`;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}
