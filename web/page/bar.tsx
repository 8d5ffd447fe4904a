/** The bar that the settings fold into: what is checked in one line, and what can be done with it. */
import type { ComponentChildren } from "preact";
import { visibleText } from "../../src/report/visible.js";
import { fileNameOf } from "./c-text.js";
import type { Form } from "./form.js";
import type { Result } from "./messages.js";
import { SaveButton } from "./save.js";
import { settingsLine } from "./settings-line.js";

export interface RunBarProps {
  /** What was asked for. */
  readonly form: Form;
  /** A file was opened in place of a run. */
  readonly isOpened: boolean;
  readonly isUnfolded: boolean;
  readonly unfold: () => void;
  readonly actions: ComponentChildren;
  readonly share: ComponentChildren;
  /** The result that is shown, as it is saved. */
  readonly result: Result | undefined;
}

export function RunBar({ form, isOpened, isUnfolded, unfold, actions, share, result }: RunBarProps) {
  return (
    <section class="run-bar" aria-label="Run">
      <p class="run-line">
        {isOpened ? (
          <b>Opened from a file</b>
        ) : (
          <>
            <b class="mono">{visibleText(subjectOf(form))}</b>{" "}
            <span class="muted">{visibleText(settingsLine(form).join(" · "))}</span>
          </>
        )}
      </p>
      <div class="actions">
        {actions}
        <button type="button" aria-expanded={isUnfolded} aria-controls="settings" onClick={unfold}>
          {isUnfolded ? "Fold settings" : "Change settings"}
        </button>
        {share}
        {result === undefined ? null : <SaveButton result={result} />}
      </div>
    </section>
  );
}

function subjectOf(form: Form): string {
  if (form.mode === "c") return fileNameOf(form);
  if (form.mode === "check") return form.design;
  const count = form.designs.length;
  return count === 1 ? (form.designs[0] ?? "") : `${count} designs`;
}

/** Begins a run, or ends the one under way. They work for the form of the settings, wherever they stand. */
export function RunActions(props: RunActionsProps) {
  return (
    <div class="actions">
      <RunButton {...props} />
    </div>
  );
}

export interface RunActionsProps {
  readonly isRunning: boolean;
  readonly stop: () => void;
}

function RunButton({ isRunning, stop }: RunActionsProps) {
  if (isRunning) {
    return (
      <button type="button" key="stop" class="primary stop" onClick={stop}>
        Stop
      </button>
    );
  }
  return (
    <button type="submit" key="check" form="settings" class="primary">
      Check
    </button>
  );
}
