/** Designs side by side: design by requirement, each a way to its result. */
import { type RequirementResult, requirements } from "../../src/check/index.js";
import { mistakeText } from "../../src/report/headline.js";
import { brokenForText, formatCount, formatSeconds } from "../../src/report/index.js";
import { visibleText } from "../../src/report/visible.js";
import { MarkShape, VerdictMark } from "../view/marks.js";
import type { ComparedRow } from "./use-checker.js";

export interface CompareTableProps {
  /** All that are compared, in their order. */
  readonly rows: readonly ComparedRow[];
  /** The result shown below, by its place in `rows`. */
  readonly shown: number | undefined;
  readonly show: (index: number) => void;
}

export function CompareTable({ rows, shown, show, isRunning }: CompareTableProps & { readonly isRunning: boolean }) {
  return (
    <>
      <Scrolled rows={rows} shown={shown} show={show} />
      <p class="legend">
        {(["held", "violated", "warning", "ignored", "inconclusive", "not-exercised"] as const).map((verdict) => (
          <VerdictMark key={verdict} verdict={verdict} />
        ))}
        <span class="muted">* only after a caller's mistake</span>
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
  readonly row: ComparedRow;
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
  const { verdict, violatedFor, statistics } = result;
  return (
    <tr class={isShown ? "shown" : ""}>
      <th scope="row">
        <button type="button" class="plain mono" aria-pressed={isShown} onClick={show}>
          {visibleText(name)}
        </button>
      </th>
      <td>
        <VerdictMark verdict={verdict} words={`${verdict}${mistakeText(violatedFor)}`} />
      </td>
      {requirements.map(({ id }) => (
        <Cell key={id} requirement={result.requirements.find((each) => each.id === id)} />
      ))}
      <td class="number">{formatCount(statistics.states)}</td>
      <td class="number">{formatSeconds(statistics.seconds)}</td>
    </tr>
  );
}

function Cell({ requirement }: { readonly requirement: RequirementResult | undefined }) {
  if (requirement === undefined) return <td class="cell" />;
  const { verdict, violatedFor } = requirement;
  const brokenFor = brokenForText({ violatedFor });
  const words = brokenFor === undefined ? verdict : `${verdict}: ${brokenFor}`;
  return (
    <td class="cell" title={words}>
      <MarkShape verdict={verdict} />
      {violatedFor === "wrong-callers" ? <span aria-hidden="true">*</span> : null}
      <span class="unseen">{words}</span>
    </td>
  );
}
