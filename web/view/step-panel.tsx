/** What happens in the current row, in full: where, what it meets, and what it changes, old and new. */
import type { ComponentChildren } from "preact";
import type { Step } from "../../src/check/index.js";
import { visibleText } from "../../src/report/visible.js";
import type { CallRow } from "./calls.js";
import type { RowMeeting } from "./meetings.js";
import type { Layout } from "./model.js";
import type { SceneChange } from "./scene-model.js";

export interface StepPanelProps {
  readonly step: Step;
  /** The call, where calls are shown. */
  readonly call: CallRow | undefined;
  readonly changes: readonly SceneChange[];
  readonly meetings: readonly RowMeeting[];
  /** What a row is called. */
  readonly noun: string;
  readonly layout: Layout;
  readonly show: (step: number) => void;
  /** What else can be done from here. */
  readonly children: ComponentChildren;
}

export function StepPanel({ step, call, changes, meetings, noun, layout, show, children }: StepPanelProps) {
  const title = call?.title ?? step.text;
  const inside = call === undefined ? step.calls : [];
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="step-panel" aria-label={`This ${noun}`} tabIndex={0}>
      <p class="step-title">
        <b>CPU{step.cpu}</b> <span class="mono">{visibleText(title)}</span>
      </p>
      {inside.length === 0 ? null : (
        <p class="step-inside mono">in {inside.map((each) => visibleText(each)).join(" › ")}</p>
      )}
      <Changed changes={changes} noun={noun} />
      {meetings.length === 0 ? null : (
        <ul class="meets">
          {meetings.map((meeting) => (
            <Met key={meeting.to} meeting={meeting} noun={noun} layout={layout} show={show} />
          ))}
        </ul>
      )}
      {children}
    </section>
  );
}

interface MetProps {
  readonly meeting: RowMeeting;
  readonly noun: string;
  readonly layout: Layout;
  readonly show: (step: number) => void;
}

function Met({ meeting: { to, by }, noun, layout, show }: MetProps) {
  const row = layout.rows[to];
  if (row === undefined) return null;
  const cpu = `CPU${row.step.cpu}`;
  return (
    <li class={by}>
      {by === "lock" ? `meets the lock that ${cpu} took in` : `reads what ${cpu} wrote in`}{" "}
      <button type="button" class="as-link" onClick={() => show(row.index + 1)}>
        {noun} {to + 1}
      </button>
    </li>
  );
}

function Changed({ changes, noun }: { readonly changes: readonly SceneChange[]; readonly noun: string }) {
  if (changes.length === 0) return <p class="unchanged">This {noun} changes nothing that is shown here.</p>;
  return (
    <table class="changed">
      <caption class="unseen">What changed</caption>
      <tbody>
        {changes.map(({ what, before, after }, index) => (
          <tr key={index}>
            <th scope="row">{visibleText(what)}</th>
            <td>
              <s>{visibleText(before)}</s> <span aria-hidden="true">→</span>
              <span class="unseen">to</span> <b>{visibleText(after)}</b>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
