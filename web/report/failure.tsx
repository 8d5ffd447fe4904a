/** The failures of a report: one is looked at, others are a press of a button away. */
import { useLayoutEffect, useState } from "preact/hooks";
import { commandToBranch, commandToReplay } from "../../src/report/command.js";
import { failuresOf, type SavedResult } from "../../src/report/result.js";
import { visibleText } from "../../src/report/visible.js";
import { CounterexampleView, Failures } from "../view/index.js";
import { failureOfAddress } from "../view/model.js";

/** Number of the failure that is looked at, from 0, as the address says or the reader chooses. */
export function useFailure(result: SavedResult): [number, (index: number) => void] {
  const [shown, show] = useState(() => failureOfAddress(location.hash) ?? 0);
  useLayoutEffect(() => {
    const onHash = (): void => show((now) => failureOfAddress(location.hash) ?? now);
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, []);
  return [failuresOf(result)[shown] === undefined ? 0 : shown, show];
}

export interface FailureProps {
  readonly result: SavedResult;
  readonly sources: Readonly<Record<string, string>>;
  /** Number of the failure that is shown, from 0. */
  readonly shown: number;
  readonly show: (index: number) => void;
}

/** Nothing where nothing broke. */
export function FailureSection({ result, sources, shown: index, show }: FailureProps) {
  const failures = failuresOf(result);
  const counterexample = failures[index];
  if (counterexample === undefined) return null;
  return (
    <>
      <CounterexampleView
        key={index}
        counterexample={counterexample}
        failure={index}
        sources={sources}
        branchCommand={commandToBranch(result, counterexample)}
        beside={<Failures failures={failures} shown={index} show={show} />}
      />
      <div class="replay">
        <h3>Walk it again</h3>
        <pre class="schedule">{visibleText(commandToReplay(counterexample.schedule, result.c, result.ignored))}</pre>
      </div>
    </>
  );
}
