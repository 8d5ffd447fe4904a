/** Which of several failures is looked at: a button for each requirement that broke. */
import type { Counterexample } from "../../src/check/index.js";
import { visibleText } from "../../src/report/visible.js";

export interface FailuresProps {
  readonly failures: readonly Counterexample[];
  /** Number of the one that is shown, from 0. */
  readonly shown: number;
  readonly show: (index: number) => void;
}

/** Nothing where there is no choice. */
export function Failures({ failures, shown, show }: FailuresProps) {
  if (failures.length < 2) return null;
  return (
    <fieldset class="failures">
      <legend class="unseen">Failures</legend>
      {failures.map(({ requirement, message }, index) => (
        <button
          // A file from outside may name a requirement twice.
          key={index}
          type="button"
          aria-pressed={index === shown}
          title={visibleText(message)}
          onClick={() => show(index)}
        >
          {visibleText(requirement)}
        </button>
      ))}
    </fieldset>
  );
}
