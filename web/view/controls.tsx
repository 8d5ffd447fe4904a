/** Buttons of the counterexample view: step, play, jump to the failure, show all steps. */
import type { ComponentChildren } from "preact";
import { type Actions, keysHelp } from "./keys.js";

export interface ControlsProps {
  readonly number: number;
  readonly count: number;
  /** Steps that are shown. */
  readonly shown: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly isAtFailure: boolean;
  readonly isPlaying: boolean;
  readonly all: boolean;
  readonly actions: Actions;
}

export function Controls(props: ControlsProps) {
  const { number, count, shown, isFirst, isLast, isAtFailure, isPlaying, all, actions } = props;
  const hidden = count - shown;
  return (
    <div class="controls" role="toolbar" aria-label="Steps">
      <div class="buttons">
        <IconButton name="First step" isOff={isFirst} act={actions.first} path="M4 3v10M13 3 6 8l7 5z" />
        <IconButton name="Step before" isOff={isFirst} act={actions.back} path="M12 3 5 8l7 5z" />
        <IconButton name="Next step" isOff={isLast} act={actions.forward} path="M4 3l7 5-7 5z" />
        <IconButton name="Last step" isOff={isLast} act={actions.last} path="M12 3v10M3 3l7 5-7 5z" />
        <IconButton
          name={isPlaying ? "Pause" : "Play"}
          act={actions.play}
          path={isPlaying ? "M5 3v10M11 3v10" : "M4 2.5 13 8l-9 5.5z"}
        >
          {isPlaying ? "Pause" : "Play"}
        </IconButton>
      </div>
      <p class="position">
        step <b>{number}</b> of {count}
      </p>
      <button type="button" class="jump" onClick={actions.failure} aria-disabled={isAtFailure}>
        Jump to the failure
      </button>
      <label class="all">
        <input type="checkbox" checked={all} onChange={actions.all} /> all steps
        {hidden > 0 ? <span class="muted"> (+{hidden})</span> : null}
      </label>
      <details class="keys">
        <summary>Keys</summary>
        <dl>
          {keysHelp.map(([names, does]) => (
            <div key={does}>
              <dt>
                {names.map((name) => (
                  <kbd key={name}>{name}</kbd>
                ))}
              </dt>
              <dd>{does}</dd>
            </div>
          ))}
        </dl>
      </details>
    </div>
  );
}

interface IconButtonProps {
  readonly name: string;
  readonly path: string;
  readonly isOff?: boolean;
  readonly act: () => void;
  readonly children?: ComponentChildren;
}

/** A button that keeps the focus when there is nothing left for it to do. */
function IconButton({ name, path, isOff = false, act, children }: IconButtonProps) {
  return (
    <button type="button" onClick={act} aria-label={name} title={name} aria-disabled={isOff}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={path} />
      </svg>
      {children}
    </button>
  );
}
