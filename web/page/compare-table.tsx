/** Designs side by side: design by requirement, each a way to its result. */
import { type RequirementVerdict, requirements } from "../../src/explore/index.js";
import { formatCount, formatSeconds } from "../../src/report/index.js";
import { visibleText } from "../../src/report/visible.js";
import { Mark, VerdictMark } from "../view/marks.js";
import type { Row } from "./use-checker.js";

export interface CompareTableProps {
  /** All that are compared, in their order. */
  readonly rows: readonly Row[];
  /** The result shown below, by its place in `rows`. */
  readonly shown: number | undefined;
  readonly show: (index: number) => void;
}

export function CompareTable({ rows, shown, show, isRunning }: CompareTableProps & { readonly isRunning: boolean }) {
  return (
    <>
      <Scrolled rows={rows} shown={shown} show={show} />
      <p class="legend">
        {(["held", "violated", "warning", "inconclusive", "not-exercised"] as const).map((verdict) => (
          <VerdictMark key={verdict} verdict={verdict} />
        ))}
      </p>
      <p class="hint">
        {rows.every(({ result }) => result === undefined)
          ? isRunning
            ? "Results come in one after the other."
            : "There is no result."
          : shown === undefined
            ? "Choose a name to see its result whole."
            : "Choose the name again to put its result away."}
      </p>
    </>
  );
}

function Scrolled({ rows, shown, show }: CompareTableProps) {
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
          {rows.map((row, index) => (
            <TableRow key={`${index} ${row.name}`} row={row} isShown={shown === index} show={() => show(index)} />
          ))}
        </tbody>
      </table>
    </section>
  );
}

interface TableRowProps {
  readonly row: Row;
  readonly isShown: boolean;
  readonly show: () => void;
}

function TableRow({ row: { name, result, note }, isShown, show }: TableRowProps) {
  if (result === undefined) {
    return (
      <tr class="waiting">
        <th scope="row" class="mono">
          {visibleText(name)}
        </th>
        <td colSpan={requirements.length + 3}>{visibleText(note)}</td>
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
