/** A result apart from its counterexample: the verdict, the tables of requirements and scenarios, coverage of C. */
import type { ComponentChildren } from "preact";
import type { Counterexample } from "../../src/check/index.js";
import { brokenForText, headlineOf, whereText } from "../../src/report/headline.js";
import { type ExploredLine, failuresOf, type SavedResult } from "../../src/report/result.js";
import { visibleText } from "../../src/report/visible.js";
import { endText, formatCount, formatSeconds, memoryText, undecidedText } from "../../src/report/words.js";
import { MarkShape, toneOf, VerdictMark } from "./marks.js";
import { addressOfId } from "./model.js";

type Linked = { readonly requirementHref?: ((id: string) => string) | undefined };

export interface HeadlineProps extends Linked {
  readonly result: SavedResult;
  /** Number of the failure that is looked at, from 0 (default). */
  readonly failure?: number | undefined;
}

/** The verdict: what broke and why, and one line with all that it is true for. */
export function Headline({ result, failure = 0, requirementHref = addressOfId }: HeadlineProps) {
  const { subject, verdict } = result;
  const failures = failuresOf(result);
  const shown = failures[failure] ?? failures[0];
  return (
    <section class={`verdict ${toneOf(verdict)}`} aria-label="Verdict">
      <MarkShape verdict={verdict} />
      <div>
        <p class="verdict-subject">
          <b class="verdict-word">{verdict}</b> <b>{visibleText(subject.name)}</b>{" "}
          <span class="muted">{visibleText(subject.origin)}</span>
        </p>
        {shown === undefined ? null : <Broke failure={shown} href={requirementHref(shown.requirement)} />}
        <p class="verdict-head">{sentence(visibleText(headlineOf(result)))}</p>
        {(result.notes ?? []).map(({ text, scenario }) => (
          <p key={`${scenario} ${text}`} class="message">
            Note, {visibleText(scenario)}: {visibleText(text)}.
          </p>
        ))}
        <p class="parameters">{parametersOf(result).map(visibleText).join(" · ")}</p>
      </div>
    </section>
  );
}

/** What broke, and by what. */
function Broke({ failure, href }: { readonly failure: Counterexample; readonly href: string }) {
  const { requirement, message, cause } = failure;
  return (
    <p class="broke">
      <a href={href} class="requirement-link">
        {visibleText(requirement)} broken
      </a>
      {": "}
      {visibleText(cause?.text ?? message)}
      {cause === undefined ? null : <span class="broke-message">{sentence(visibleText(message))}</span>}
    </p>
  );
}

/** Bounds, search and what it took, each in a few words. */
function parametersOf({ bounds, strategy, seed, statistics }: SavedResult): string[] {
  const { cpus, rounds, regions, allocFailures, seamcallFailures = 0, placement } = bounds;
  const { states, mostUsers, seconds } = statistics;
  return [
    counted(cpus, "CPU"),
    counted(rounds, "round"),
    counted(regions, "region"),
    counted(allocFailures, "failing allocation"),
    ...(seamcallFailures === 0 ? [] : [counted(seamcallFailures, "failing SEAMCALL")]),
    `${placement} placement`,
    memoryText(bounds),
    seed === null ? strategy : `${strategy}, seed ${seed}`,
    ...(mostUsers === undefined ? [] : [`at most ${counted(mostUsers, "user")} of a region`]),
    counted(states, "state"),
    `${formatSeconds(seconds)} s`,
  ];
}

function counted(count: number, noun: string): string {
  return `${formatCount(count)} ${noun}${count === 1 ? "" : "s"}`;
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}

export interface RequirementTableProps extends Linked {
  readonly result: SavedResult;
  /** What shows the failure of a requirement; undefined for one that has none. */
  readonly openFailure?: (id: string) => (() => void) | undefined;
}

/** All requirements with their verdicts. */
export function RequirementTable({ result, requirementHref, openFailure }: RequirementTableProps) {
  const hrefOf = requirementHref ?? addressOfId;
  const isOpen = result.requirements.some(({ verdict }) => verdict === "inconclusive");
  return (
    <Scrolled label="Requirements">
      <table class="results">
        <thead>
          <tr>
            <th scope="col">Id</th>
            <th scope="col">Requirement</th>
            <th scope="col">Verdict</th>
            <th scope="col" class="number">
              Times checked
            </th>
          </tr>
        </thead>
        <tbody>
          {result.requirements.map(({ id, title, verdict, violatedFor, checked, message, scenario }) => (
            <tr key={id} class={toneOf(verdict)}>
              <th scope="row">
                <a href={hrefOf(id)}>{visibleText(id)}</a>
              </th>
              <td class="wide">
                {visibleText(title)}
                {message === undefined ? null : (
                  <p class="message">
                    {visibleText(message)}
                    {scenario === undefined ? null : (
                      <span class="muted"> in {visibleText(whereText({ scenario, violatedFor }))}</span>
                    )}
                  </p>
                )}
              </td>
              <td>
                <VerdictMark verdict={verdict} />
                {violatedFor === undefined ? null : <p class="message">{brokenForText({ violatedFor })}</p>}
                <SeeHow id={id} open={openFailure?.(id)} />
              </td>
              <td class="number">{formatCount(checked)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {isOpen ? <p class="muted">Inconclusive: {undecidedText}.</p> : null}
    </Scrolled>
  );
}

function SeeHow({ id, open }: { readonly id: string; readonly open: (() => void) | undefined }) {
  if (open === undefined) return null;
  return (
    <button type="button" class="plain see-how" aria-label={`See how ${visibleText(id)} breaks`} onClick={open}>
      See how
    </button>
  );
}

/** The scenarios that were explored. */
export function ScenarioTable({ result, requirementHref }: { readonly result: SavedResult } & Linked) {
  const hrefOf = requirementHref ?? addressOfId;
  return (
    <Scrolled label="Scenarios">
      <table class="results">
        <thead>
          <tr>
            <th scope="col">Scenario</th>
            <th scope="col">Verdict</th>
            <th scope="col">Broken</th>
            <th scope="col" class="number">
              CPUs
            </th>
            <th scope="col" class="number">
              Rounds
            </th>
            <th scope="col" class="number">
              Regions
            </th>
            <th scope="col" class="number">
              States
            </th>
            <th scope="col" class="number">
              Transitions
            </th>
            <th scope="col" class="number">
              Seconds
            </th>
            <th scope="col">Search</th>
          </tr>
        </thead>
        <tbody>
          {result.scenarios.map(({ name, verdict, broken, bounds, states, transitions, seconds, ...ended }) => (
            <tr key={name} class={toneOf(verdict)}>
              <th scope="row" class="mono">
                {visibleText(name)}
              </th>
              <td>
                <VerdictMark verdict={verdict} />
              </td>
              <td>
                {broken.map((id) => (
                  <a key={id} href={hrefOf(id)} class="id">
                    {visibleText(id)}
                  </a>
                ))}
              </td>
              <td class="number">{bounds.cpus}</td>
              <td class="number">{bounds.rounds}</td>
              <td class="number">{bounds.regions}</td>
              <td class="number">{formatCount(states)}</td>
              <td class="number">{formatCount(transitions)}</td>
              <td class="number">{formatSeconds(seconds)}</td>
              <td>{endText({ broken, ...ended })}</td>
            </tr>
          ))}
          {(result.notRun ?? []).map((name) => (
            <tr key={name} class={toneOf("inconclusive")}>
              <th scope="row" class="mono">
                {visibleText(name)}
              </th>
              <td colSpan={9}>not run, as the check ended before</td>
            </tr>
          ))}
        </tbody>
      </table>
    </Scrolled>
  );
}

/** Which lines of C were explored, by function. */
export function CoverageTable({ lines }: { readonly lines: readonly ExploredLine[] }) {
  const functions = new Map<string, ExploredLine[]>();
  for (const line of lines) {
    const key = `${line.file}\n${line.function}`;
    functions.set(key, [...(functions.get(key) ?? []), line]);
  }
  return (
    <Scrolled label="Coverage of C">
      <table class="results">
        <thead>
          <tr>
            <th scope="col">Function</th>
            <th scope="col">File</th>
            <th scope="col" class="number">
              Lines explored
            </th>
            <th scope="col">Not reached</th>
          </tr>
        </thead>
        <tbody>
          {[...functions].map(([key, inside]) => {
            const missed = inside.filter(({ reached }) => !reached);
            return (
              <tr key={key} class={missed.length === 0 ? "good" : "unsure"}>
                <th scope="row" class="mono">
                  {visibleText(inside[0]?.function ?? "")}
                </th>
                <td class="mono">{visibleText(inside[0]?.file ?? "")}</td>
                <td class="number">
                  {inside.length - missed.length} of {inside.length}
                </td>
                <td class="mono">{missed.map(({ line }) => line).join(", ")}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </Scrolled>
  );
}

/** A table that scrolls in itself where it is too wide. */
function Scrolled({ label, children }: { readonly label: string; readonly children: ComponentChildren }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="scrolled" aria-label={label} tabIndex={0}>
      {children}
    </section>
  );
}
