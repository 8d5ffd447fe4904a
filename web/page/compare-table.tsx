/** Designs side by side: design by requirement, each a way to its result. */
import { type RequirementVerdict, requirements } from "../../src/explore/index.js";
import { formatCount, formatSeconds } from "../../src/report/index.js";
import { visibleText } from "../../src/report/visible.js";
import { Mark, VerdictMark } from "../view/marks.js";
import type { Result } from "./messages.js";

export interface CompareTableProps {
  /** Names of all that are compared, in their order. */
  readonly names: readonly string[];
  readonly results: readonly Result[];
  /** The result shown below, by its place in `results`. */
  readonly shown: number | undefined;
  readonly show: (index: number) => void;
}

export function CompareTable({ names, results, shown, show }: CompareTableProps) {
  return (
    <>
      <Scrolled names={names} results={results} shown={shown} show={show} />
      <p class="legend">
        {(["held", "violated", "warning", "inconclusive", "not-exercised"] as const).map((verdict) => (
          <VerdictMark key={verdict} verdict={verdict} />
        ))}
      </p>
      <p class="hint">
        {results.length === 0
          ? "Results come in one after the other."
          : shown === undefined
            ? "Choose a name to see its result whole."
            : "Choose the name again to put its result away."}
      </p>
    </>
  );
}

function Scrolled({ names, results, shown, show }: CompareTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scrolled" aria-label="Comparison" tabIndex={0}>
      <table class="results compare">
        <thead>
          <tr>
            <th scope="col">Design</th>
            <th scope="col">Verdict</th>
            {requirements.map(({ id, title }) => (
              <th key={id} scope="col" title={title} class="cell">
                {id}
              </th>
            ))}
            <th scope="col" class="number">
              States
            </th>
            <th scope="col" class="number">
              Seconds
            </th>
          </tr>
        </thead>
        <tbody>
          {names.map((name, index) => (
            <Row
              key={`${index} ${name}`}
              name={name}
              result={results[index]}
              isShown={shown === index}
              show={() => show(index)}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface RowProps {
  readonly name: string;
  readonly result: Result | undefined;
  readonly isShown: boolean;
  readonly show: () => void;
}

function Row({ name, result, isShown, show }: RowProps) {
  if (result === undefined) {
    return (
      <tr class="waiting">
        <th scope="row" class="mono">
          {name}
        </th>
        <td colSpan={requirements.length + 3}>not yet</td>
      </tr>
    );
  }
  const { verdict, statistics } = result;
  return (
    <tr class={isShown ? "shown" : ""}>
      <th scope="row">
        <button type="button" class="plain mono" aria-pressed={isShown} onClick={show}>
          {visibleText(name)}
        </button>
      </th>
      <td>
        <VerdictMark verdict={verdict} />
      </td>
      {requirements.map(({ id }) => (
        <Cell key={id} verdict={result.requirements.find((each) => each.id === id)?.verdict} />
      ))}
      <td class="number">{formatCount(statistics.states)}</td>
      <td class="number">{formatSeconds(statistics.seconds)}</td>
    </tr>
  );
}

function Cell({ verdict }: { readonly verdict: RequirementVerdict | undefined }) {
  if (verdict === undefined) return <td class="cell" />;
  return (
    <td class="cell" title={verdict}>
      <Mark verdict={verdict} />
      <span class="unseen">{verdict}</span>
    </td>
  );
}
