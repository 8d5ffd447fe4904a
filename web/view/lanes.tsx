/** The steps, one lane for each CPU, time downwards; SEAMCALLs as blocks, locks as bars. */
import { Component } from "preact";
import { useEffect, useMemo, useRef } from "preact/hooks";
import { categoryOf, isTrouble, type StatusFact } from "../../src/check/trace/facts.js";
import { argumentsOfCall, nameOfCall } from "../../src/check/trace/phrases.js";
import { visibleText } from "../../src/report/visible.js";
import { type Layout, type LockBar, lockText, type Row, type SeamcallBlock } from "./model.js";

export interface LanesProps {
  readonly layout: Layout;
  /** Row of the current step. */
  readonly current: number;
  /** Index of the step at which it breaks. */
  readonly failure: number;
  /** What breaks there. */
  readonly requirement: string;
  /** Address of a step. */
  readonly hrefOf: (step: number) => string;
  readonly show: (step: number) => void;
}

export function Lanes({ layout, current, failure, requirement, hrefOf, show }: LanesProps) {
  const { cpus, rows, blocks, bars, slots } = layout;
  const place = useRef<HTMLElement>(null);
  const shown = useRef(show);
  shown.current = show;
  const open = useMemo(() => (step: number) => shown.current(step), []);
  const drawn = useMemo(
    () => [
      ...blocks.map((block) => <BlockShape key={`block ${block.lane} ${block.from}`} block={block} />),
      ...bars.map((bar, index) => <BarShape key={`bar ${index}`} bar={bar} />),
    ],
    [blocks, bars],
  );
  useEffect(() => bringIntoSight(place.current), [layout, current]);
  return (
    <section
      class="lanes"
      aria-label="Steps by CPU"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
      tabIndex={0}
      ref={place}
      style={{ "--cpus": `${Math.max(1, cpus.length)}`, "--slots": `${slots}` }}
    >
      <div class="lane-heads" aria-hidden="true">
        <span class="head-number">step</span>
        {cpus.map((cpu) => (
          <span key={cpu} class="lane-head">
            CPU{cpu}
          </span>
        ))}
      </div>
      <ol class="rows">
        {drawn}
        {rows.map((row, at) => (
          <StepRow
            key={row.index}
            row={row}
            at={at}
            before={rows[at - 1]}
            isCurrent={at === current}
            broke={row.index === failure ? requirement : ""}
            hrefOf={hrefOf}
            show={open}
          />
        ))}
      </ol>
    </section>
  );
}

/** Pixels left of the text of a step that are worth seeing as well: its number and the bars of its CPU. */
const GUTTER = 96;

/** Scrolls the lanes, and not the page, until the current step has some room above and below. */
function bringIntoSight(lanes: HTMLElement | null): void {
  const row = lanes?.querySelector<HTMLElement>("[aria-current]");
  if (lanes === null || row === null || row === undefined) return;
  const [box, inner] = [lanes.getBoundingClientRect(), row.getBoundingClientRect()];
  const room = Math.min(96, box.height / 4);
  if (inner.top < box.top + room) lanes.scrollTop -= box.top + room - inner.top;
  else if (inner.bottom > box.bottom - room) lanes.scrollTop += inner.bottom - box.bottom + room;
  const text = row.querySelector(".text")?.getBoundingClientRect();
  if (text !== undefined && text.right > box.right) lanes.scrollLeft += text.right - box.right;
  else if (text !== undefined && text.left < box.left) lanes.scrollLeft -= box.left - text.left + GUTTER;
  const link = row.querySelector<HTMLElement>("a");
  const focused = document.activeElement;
  if (focused !== null && focused !== link && focused.closest(".rows") !== null) link?.focus({ preventScroll: true });
}

/** Grid lines of rows from 1; those of lanes are worked out in the style sheet. */
function rowsOf(from: number, to: number): string {
  return `${from + 1} / ${to + 2}`;
}

function toneOfStatus(status: StatusFact | undefined): "open" | "good" | "bad" {
  if (status === undefined) return "open";
  return status.outcome === "success" ? "good" : "bad";
}

function BlockShape({ block: { lane, from, to, status } }: { readonly block: SeamcallBlock }) {
  const style = { "--lane": `${lane}`, gridRow: rowsOf(from, to) };
  return <li class={`block ${toneOfStatus(status)}`} aria-hidden="true" style={style} />;
}

function BarShape({ bar: { lane, from, to, slot, lock } }: { readonly bar: LockBar }) {
  const style = { "--lane": `${lane}`, "--slot": `${slot}`, gridRow: rowsOf(from, to) };
  return (
    <li class={`bar ${lock.of} ${lock.mode}`} aria-hidden="true" style={style} title={visibleText(lockText(lock))} />
  );
}

interface StepRowProps {
  readonly row: Row;
  readonly at: number;
  readonly before: Row | undefined;
  readonly isCurrent: boolean;
  /** Requirement that breaks at this step; empty where none does. */
  readonly broke: string;
  readonly hrefOf: (step: number) => string;
  readonly show: (step: number) => void;
}

/** One step. Drawn anew only when it becomes the current one or stops being it. */
class StepRow extends Component<StepRowProps> {
  override shouldComponentUpdate({ row, at, isCurrent, broke, before, hrefOf }: StepRowProps): boolean {
    const { props } = this;
    return (
      row !== props.row ||
      at !== props.at ||
      before !== props.before ||
      isCurrent !== props.isCurrent ||
      broke !== props.broke ||
      hrefOf !== props.hrefOf
    );
  }

  override render({ row, at, before, isCurrent, broke, hrefOf, show }: StepRowProps) {
    const { step, lane, index, block } = row;
    const number = index + 1;
    const isSwitch = before !== undefined && before.lane !== lane;
    const classes = [
      "step",
      categoryOf(step.action),
      step.visible ? "" : "hidden-step",
      isSwitch ? "switch" : "",
      block === undefined ? "" : `inside ${toneOfStatus(block.status)}`,
      isTrouble(step.action) ? "trouble" : "",
      broke === "" ? "" : "failure",
    ];
    const style = { "--lane": `${lane}`, "--depth": `${step.calls.length}`, gridRow: rowsOf(at, at) };
    return (
      <li
        class={classes.filter((name) => name !== "").join(" ")}
        style={style}
        aria-current={isCurrent ? "step" : undefined}
      >
        <a
          href={hrefOf(number)}
          tabIndex={isCurrent ? 0 : -1}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            show(number);
          }}
        >
          <span class="number">
            <span class="unseen">step </span>
            {number}
          </span>
          <span class="cpu">CPU{step.cpu}</span>
          <span class="text">
            <StepText row={row} />
            {broke === "" ? null : <span class="broken-here">{visibleText(broke)} breaks here</span>}
          </span>
        </a>
      </li>
    );
  }
}

function StepText({ row: { step, block } }: { readonly row: Row }) {
  const { action, text } = step;
  if (action.kind === "call") {
    const rest = visibleText(argumentsOfCall(action));
    const isSeamcall = action.of === "seamcall";
    return (
      <>
        <b>{visibleText(nameOfCall(action))}</b>
        <wbr />
        {isSeamcall ? <span class="arguments">{rest}</span> : rest}
        {isSeamcall ? <Status status={block?.status} /> : null}
      </>
    );
  }
  if (action.kind === "return" && action.of === "seamcall") return <>returns {visibleText(action.status.name)}</>;
  return <>{visibleText(text)}</>;
}

function Status({ status }: { readonly status: StatusFact | undefined }) {
  const sign = status === undefined ? "…" : status.outcome === "success" ? "✓" : "✗";
  return (
    <span class={`status ${toneOfStatus(status)}`}>
      <span aria-hidden="true">{sign}</span> {status === undefined ? "has not returned" : visibleText(status.name)}
    </span>
  );
}
