/** Lines of C beside the steps, with the one at which each CPU is. */
import { useEffect, useRef } from "preact/hooks";
import type { Counterexample } from "../../src/check/index.js";
import { visibleText } from "../../src/report/visible.js";
import { type ListedFile, lineKey } from "./source-model.js";

export interface SourcePanelProps {
  readonly listing: readonly ListedFile[];
  /** Lines where it broke. */
  readonly broken: NonNullable<Counterexample["sources"]>;
  /** The line of each CPU, as `file:line`. */
  readonly places: ReadonlyMap<number, string>;
}

export function SourcePanel({ listing, broken, places }: SourcePanelProps) {
  const panel = useRef<HTMLElement>(null);
  const brokenAt = new Set(broken.map(({ file, line }) => lineKey(file, line)));
  const here = new Map<string, number[]>();
  for (const [cpu, place] of places) here.set(place, [...(here.get(place) ?? []), cpu]);
  // The map begins with the CPU that moved last.
  const latest = [...places.values()][0];
  useEffect(() => bringIntoSight(panel.current), [latest]);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by the keyboard
    <section class="source" aria-label="C source" tabIndex={0} ref={panel}>
      {listing.map(({ file, lines }) => (
        <div key={file}>
          <h3 class="mono">{visibleText(file)}</h3>
          <ol class="code">
            {lines.map(({ line, text, isNamed, afterGap }) => {
              const place = lineKey(file, line);
              const cpus = (here.get(place) ?? []).toSorted((one, other) => one - other);
              const isLatest = place === latest;
              const classes = [
                isNamed ? "" : "around",
                afterGap ? "after-gap" : "",
                cpus.length > 0 ? "here" : "",
                isLatest ? "latest" : "",
                brokenAt.has(place) ? "broke" : "",
              ];
              return (
                <li
                  key={line}
                  class={classes.filter((name) => name !== "").join(" ")}
                  aria-current={isLatest ? "location" : undefined}
                >
                  <span class="line-number">{line}</span>
                  <span class="line-cpus">{cpus.map((cpu) => `CPU${cpu}`).join(" ")}</span>
                  <code>{visibleText(text)}</code>
                  {brokenAt.has(place) ? <span class="broke-mark">broke here</span> : null}
                </li>
              );
            })}
          </ol>
        </div>
      ))}
    </section>
  );
}

/** Scrolls the listing, and not the page, to the line of the CPU that moved last. */
function bringIntoSight(panel: HTMLElement | null): void {
  const line = panel?.querySelector<HTMLElement>(".latest");
  if (panel === null || line === null || line === undefined) return;
  const [box, inner] = [panel.getBoundingClientRect(), line.getBoundingClientRect()];
  const room = Math.min(48, box.height / 4);
  if (inner.top < box.top + room || inner.bottom > box.bottom - room) {
    panel.scrollTop += inner.top - box.top - box.height / 3;
  }
}
