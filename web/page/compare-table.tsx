/** Designs side by side: design by requirement, each a way to its result, and in words why. */
import { type RequirementResult, requirements } from "../../src/check/index.js";
import { mistakeText } from "../../src/report/headline.js";
import { brokenForText, formatCount, formatSeconds } from "../../src/report/index.js";
import { failuresOf } from "../../src/report/result.js";
import { visibleText } from "../../src/report/visible.js";
import { MarkShape, VerdictMark } from "../view/marks.js";
import type { Result } from "./messages.js";
import type { ComparedRow } from "./use-checker.js";
import { whyOf } from "./why.js";

export interface CompareTableProps {
  /** All that are compared, in their order. */
  readonly rows: readonly ComparedRow[];
  /** The result shown below, by its place in `rows`. */
  readonly shown: number | undefined;
  readonly show: (index: number) => void;
  /** Shows a failure of a result, both by their numbers from 0. */
  readonly openFailure: (index: number, failure: number) => void;
  /** Where that failure is, for whoever opens it elsewhere. */
  readonly failureHref: (name: string, failure: number) => string | undefined;
}

export function CompareTable({ isRunning, ...props }: CompareTableProps & { readonly isRunning: boolean }) {
  const { rows, shown } = props;
  return (
    <section class="comparison">
      <Scrolled {...props} />
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
            ? "Choose a name to see its result whole. Choose a cross to see how that requirement breaks."
            : "Choose the name again to put its result away."}
      </p>
    </section>
  );
}

function Scrolled({ rows, shown, show, openFailure, failureHref }: CompareTableProps) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scrolled" aria-label="Comparison" tabIndex={0}>
      <table class="results compare">
        <thead>
          <tr>
            <th scope="col">Design</th>
            <th scope="col">Verdict</th>
            <th scope="col">Why</th>
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
            <TableRow
              key={`${index} ${row.name}`}
              row={row}
              isShown={shown === index}
              show={() => show(index)}
              openFailure={(failure) => openFailure(index, failure)}
              hrefOf={(failure) => failureHref(row.name, failure)}
            />
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
  readonly openFailure: (failure: number) => void;
  readonly hrefOf: (failure: number) => string | undefined;
}

function TableRow({ row: { name, result, note }, isShown, show, ...opening }: TableRowProps) {
  if (result === undefined) {
    return (
      <tr class="waiting">
        <th scope="row" class="mono">
          {visibleText(name)}
        </th>
        <td colSpan={requirements.length + 4}>{visibleText(note)}</td>
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
      <td class="why">{visibleText(whyOf(result))}</td>
      {requirements.map(({ id }) => (
        <Cell key={id} id={id} name={name} result={result} {...opening} />
      ))}
      <td class="number">{formatCount(statistics.states)}</td>
      <td class="number">{formatSeconds(statistics.seconds)}</td>
    </tr>
  );
}

interface CellProps extends Pick<TableRowProps, "openFailure" | "hrefOf"> {
  readonly id: string;
  readonly name: string;
  readonly result: Result;
}

function Cell({ id, name, result, openFailure, hrefOf }: CellProps) {
  const requirement = result.requirements.find((each) => each.id === id);
  if (requirement === undefined) return <td class="cell" />;
  const failure = failuresOf(result).findIndex((each) => each.requirement === id);
  const inside = <Mark requirement={requirement} />;
  const title = `${id} ${requirement.message ?? requirement.verdict}`;
  if (failure < 0) {
    return (
      <td class="cell" title={wordsOf(requirement)}>
        {inside}
      </td>
    );
  }
  const href = hrefOf(failure);
  const open = (): void => openFailure(failure);
  const label = visibleText(`${name}, ${id}: ${wordsOf(requirement)}; see how`);
  return (
    <td class="cell" title={visibleText(title)}>
      {href === undefined ? (
        <button type="button" class="plain" aria-label={label} onClick={open}>
          {inside}
        </button>
      ) : (
        <a
          href={href}
          aria-label={label}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            open();
          }}
        >
          {inside}
        </a>
      )}
    </td>
  );
}

function wordsOf({ verdict, violatedFor }: RequirementResult): string {
  const brokenFor = brokenForText({ violatedFor });
  return brokenFor === undefined ? verdict : `${verdict}: ${brokenFor}`;
}

function Mark({ requirement }: { readonly requirement: RequirementResult }) {
  return (
    <>
      <MarkShape verdict={requirement.verdict} />
      {requirement.violatedFor === "wrong-callers" ? <span aria-hidden="true">*</span> : null}
      <span class="unseen">{wordsOf(requirement)}</span>
    </>
  );
}
