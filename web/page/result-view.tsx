/** A result: the verdict as a card; and below it the counterexample, requirements, scenarios, coverage. */
import type { TargetedMouseEvent } from "preact";
import { statements } from "../../src/check/index.js";
import { commandToBranch } from "../../src/report/command.js";
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
import type { Looked } from "./looked.js";
import type { Result } from "./messages.js";

export interface ResultHeadProps {
  readonly result: Result;
  /** Number of the failure that is looked at, from 0. */
  readonly failure: number;
}

export function ResultHead({ result, failure }: ResultHeadProps) {
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: links inside do the work
    <div onClick={followInside}>
      <Headline result={result} failure={failure} />
    </div>
  );
}

export interface ResultBodyProps {
  readonly result: Result;
  /** Text of the C, where it was compiled here. */
  readonly sources: Readonly<Record<string, string>>;
  readonly looked: Looked;
  readonly lookAt: (failure: number) => void;
  /** Shows a failure and brings it into sight. */
  readonly openFailure: (failure: number) => void;
}

export function ResultBody({ result, sources, looked, lookAt, openFailure }: ResultBodyProps) {
  const { failure, step, setStep, stepHref } = looked;
  const { coverage = [] } = result;
  const failures = failuresOf(result);
  const shown = failures[failure] === undefined ? 0 : failure;
  const counterexample = failures[shown];
  const opening = (id: string): (() => void) | undefined => {
    const index = failures.findIndex(({ requirement }) => requirement === id);
    return index < 0 ? undefined : () => openFailure(index);
  };
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions lint/a11y/useKeyWithClickEvents: links inside do the work
    <div class="result" onClick={followInside}>
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
          beside={<Failures failures={failures} shown={shown} show={lookAt} />}
        />
      )}
      <h2>Requirements</h2>
      <RequirementTable result={result} openFailure={opening} />
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
