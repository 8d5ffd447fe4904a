/** Buttons of the counterexample view: step, play, jump to the failure, zoom. */
import { type Actions, keysHelp } from "./keys.js";
import { nounOf, type Zoom, zooms } from "./zoom.js";

export interface ControlsProps {
  /** Number of the current row, from 1, and how many there are. */
  readonly number: number;
  readonly count: number;
  readonly zoom: Zoom;
  /** Something breaks on the path. */
  readonly hasFailure: boolean;
  readonly isAtFailure: boolean;
  readonly isPlaying: boolean;
  readonly actions: Actions;
  readonly setZoom: (zoom: Zoom) => void;
}

export function Controls(props: ControlsProps) {
  const { number, count, zoom, hasFailure, isAtFailure, isPlaying, actions, setZoom } = props;
  const [isFirst, isLast] = [number <= 1, number >= count];
  return (
    <div class="controls" role="toolbar" aria-label="Steps">
      <ZoomChoice zoom={zoom} setZoom={setZoom} />
      <div class="buttons">
        <IconButton name="First" isOff={isFirst} act={actions.first} path="M4 3v10M13 3 6 8l7 5z" />
        <IconButton name="Back" isOff={isFirst} act={actions.back} path="M12 3 5 8l7 5z" />
        <IconButton name="Next" isOff={isLast} act={actions.forward} path="M4 3l7 5-7 5z" />
        <IconButton name="Last" isOff={isLast} act={actions.last} path="M12 3v10M3 3l7 5-7 5z" />
        <IconButton
          name={isPlaying ? "Pause" : "Play"}
          act={actions.play}
          path={isPlaying ? "M5 3v10M11 3v10" : "M4 2.5 13 8l-9 5.5z"}
        />
      </div>
      <p class="position">
        {nounOf(zoom)} <b>{number}</b> of {count}
      </p>
      {hasFailure ? (
        <button type="button" class="jump" onClick={actions.failure} aria-disabled={isAtFailure}>
          To the failure
        </button>
      ) : null}
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

/** How closely to look. */
function ZoomChoice({ zoom: chosen, setZoom }: { readonly zoom: Zoom; readonly setZoom: (zoom: Zoom) => void }) {
  return (
    <fieldset class="zooms">
      <legend class="unseen">Zoom</legend>
      {zooms.map(({ zoom, label, title }) => (
        <button key={zoom} type="button" aria-pressed={zoom === chosen} title={title} onClick={() => setZoom(zoom)}>
          {label}
        </button>
      ))}
    </fieldset>
  );
}

interface IconButtonProps {
  readonly name: string;
  readonly path: string;
  readonly isOff?: boolean;
  readonly act: () => void;
}

/** A button that keeps the focus when there is nothing left for it to do. */
function IconButton({ name, path, isOff = false, act }: IconButtonProps) {
  return (
    <button type="button" onClick={act} aria-label={name} title={name} aria-disabled={isOff}>
      <svg viewBox="0 0 16 16" aria-hidden="true">
        <path d={path} />
      </svg>
    </button>
  );
}
