/** One row of the lanes: a step, or a call with what it came to. */
import { Component } from "preact";
import { categoryOf, isTrouble, type StatusFact } from "../../src/check/trace/facts.js";
import { nameOfCall } from "../../src/check/trace/phrases.js";
import { visibleText } from "../../src/report/visible.js";
import type { CallEntry, CallRow } from "./calls.js";
import { type Row, UNIT_REM } from "./model.js";
import { toneOfStatus } from "./overview-model.js";

export interface RowItemProps {
  readonly row: Row;
  readonly at: number;
  readonly count: number;
  /** Another CPU than in the row above. */
  readonly isSwitch: boolean;
  readonly isCurrent: boolean;
  /** Requirement that breaks at this row; empty where none does. */
  readonly broke: string;
  readonly hrefOf: (step: number) => string;
  readonly show: (step: number) => void;
}

/** Drawn anew only when it becomes the current one or stops being it. */
export class RowItem extends Component<RowItemProps> {
  override shouldComponentUpdate(next: RowItemProps): boolean {
    const { props } = this;
    return (Object.keys(next) as (keyof RowItemProps)[]).some((name) => next[name] !== props[name]);
  }

  override render({ row, at, count, isSwitch, isCurrent, broke, hrefOf, show }: RowItemProps) {
    const { step, lane, index, block, call, top, height } = row;
    const classes = [
      "step",
      call === undefined ? categoryOf(step.action) : "call-row",
      step.visible ? "" : "hidden-step",
      isSwitch ? "switch" : "",
      block === undefined ? "" : `inside ${toneOfStatus(block.status)}`,
      call === undefined && isTrouble(step.action) ? "trouble" : "",
      broke === "" ? "" : "failure",
    ];
    const style = {
      "--lane": `${lane}`,
      "--depth": `${call === undefined ? step.calls.length : 0}`,
      top: `${top * UNIT_REM}rem`,
      height: `${height * UNIT_REM}rem`,
    };
    return (
      <li
        class={classes.filter((name) => name !== "").join(" ")}
        style={style}
        aria-current={isCurrent ? "step" : undefined}
        aria-setsize={count}
        aria-posinset={at + 1}
      >
        <a
          href={hrefOf(index + 1)}
          tabIndex={isCurrent ? 0 : -1}
          onClick={(event) => {
            if (event.ctrlKey || event.metaKey || event.shiftKey) return;
            event.preventDefault();
            show(index + 1);
          }}
        >
          <span class="number">{at + 1}</span>
          <span class="cpu">CPU{step.cpu}</span>
          <span class="text">
            {call === undefined ? <StepText row={row} /> : <CallText call={call} />}
            {broke === "" ? null : <span class="broken-here">{visibleText(broke)} breaks here</span>}
          </span>
        </a>
      </li>
    );
  }
}

/** One line, and for the beginning of a SEAMCALL below it what the call returns. */
function StepText({ row: { step, block } }: { readonly row: Row }) {
  const { action, text } = step;
  const isSeamcall = action.kind === "call" && action.of === "seamcall";
  const returned = action.kind === "return" && action.of === "seamcall" ? `returns ${action.status.name}` : text;
  return (
    <>
      <span class="line" title={visibleText(text)}>
        {action.kind === "call" ? <Title title={text} name={nameOfCall(action)} /> : visibleText(returned)}
      </span>
      {isSeamcall ? (
        <span class="line">
          <Status status={block?.status} />
        </span>
      ) : null}
    </>
  );
}

/** What is called, and with what. */
function Title({ title, name }: { readonly title: string; readonly name: string }) {
  const rest = title.slice(0, name.length) === name ? title.slice(name.length) : "";
  return (
    <>
      <b>{visibleText(rest === "" ? title : name)}</b>
      <span class="arguments">{visibleText(rest)}</span>
    </>
  );
}

function CallText({ call }: { readonly call: CallRow }) {
  const { title, name, goesOn, isSeamcall, status, entries } = call;
  return (
    <>
      <span class="line" title={visibleText(title)}>
        <Title title={title} name={name} />
        {goesOn ? <span class="goes-on"> goes on</span> : null}
        {isSeamcall ? <Status status={status} isShort /> : null}
      </span>
      {entries.map((entry, index) => (
        // Entries of a row never change.
        <span key={index} class={`line entry ${entry.kind}`} title={visibleText(entry.text)}>
          <EntryText entry={entry} />
        </span>
      ))}
    </>
  );
}

function EntryText({ entry: { kind, text, status } }: { readonly entry: CallEntry }) {
  if (kind !== "seamcall") return <>{visibleText(text)}</>;
  return (
    <>
      {visibleText(text)} <Status status={status} isShort />
    </>
  );
}

/** What a SEAMCALL returned; in a line of a call, success is a tick. */
function Status({ status, isShort = false }: { readonly status: StatusFact | undefined; readonly isShort?: boolean }) {
  const isGood = status?.outcome === "success";
  const sign = status === undefined ? "…" : isGood ? "✓" : "✗";
  const name = status === undefined ? "has not returned" : visibleText(status.name);
  return (
    <span class={`status ${toneOfStatus(status)}`} title={name}>
      <span aria-hidden="true">{sign}</span> <span class={isShort && isGood ? "unseen" : ""}>{name}</span>
    </span>
  );
}
