/** The rows, one lane for each CPU, time downwards; SEAMCALLs as blocks, locks as bars. Only rows in sight are drawn. */
import type { RefObject } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import { visibleText } from "../../src/report/visible.js";
import { Arrows } from "./arrows.js";
import type { RowMeeting } from "./meetings.js";
import { type Layout, type LockBar, lockText, rowAtHeight, type SeamcallBlock, type Sight, UNIT_REM } from "./model.js";
import { toneOfStatus } from "./overview-model.js";
import { RowItem } from "./row.js";

export interface LanesProps {
  readonly layout: Layout;
  /** What each row meets. */
  readonly meetings: readonly (readonly RowMeeting[])[];
  /** The current row. */
  readonly current: number;
  /** Index of the step at which it breaks. */
  readonly failure: number;
  /** What breaks there. */
  readonly requirement: string;
  /** Address of a step. */
  readonly hrefOf: (step: number) => string;
  readonly show: (step: number) => void;
  /** Told which steps are in sight. */
  readonly onSeen: (seen: Sight) => void;
}

/** So few rows are all drawn, so that the browser finds text in them and prints them. */
const ALL_MAX = 250;
/** Rows drawn above and below those in sight. */
const AROUND = 20;

export function Lanes({ layout, meetings, current, failure, requirement, hrefOf, show, onSeen }: LanesProps) {
  const { cpus, rows, height, slots } = layout;
  const place = useRef<HTMLElement>(null);
  const shown = useRef(show);
  shown.current = show;
  const open = useMemo(() => (step: number) => shown.current(step), []);
  const sight = useSight(place, layout, onSeen);
  useLayoutEffect(() => bringIntoSight(place.current, layout, current), [layout, current]);
  useEffect(() => keepFocus(place.current), [layout, current]);
  const [from, to] =
    rows.length <= ALL_MAX ? [0, rows.length - 1] : [Math.max(0, sight.from - AROUND), sight.to + AROUND];
  const around = rows.length > ALL_MAX && (current < from || current > to) ? [current] : [];
  const drawn = [...around, ...rows.slice(from, to + 1).map((_, offset) => from + offset)];
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
        <span class="head-number">#</span>
        {cpus.map((cpu) => (
          <span key={cpu} class="lane-head">
            CPU{cpu}
          </span>
        ))}
      </div>
      <div class="rows-place" style={{ height: `${height * UNIT_REM}rem` }}>
        <Shapes layout={layout} from={from} to={to} />
        <Arrows layout={layout} meetings={meetings} current={current} from={from} to={to} />
        <ol class="rows">
          {drawn.map((at) => {
            const row = rows[at];
            return row === undefined ? null : (
              <RowItem
                key={row.index}
                row={row}
                at={at}
                count={rows.length}
                isSwitch={at > 0 && rows[at - 1]?.lane !== row.lane}
                isCurrent={at === current}
                broke={row.index === failure ? requirement : ""}
                hrefOf={hrefOf}
                show={open}
              />
            );
          })}
        </ol>
      </div>
    </section>
  );
}

/** Rows in sight, first and last. `onSeen` hears which steps they show. */
function useSight(place: RefObject<HTMLElement | null>, layout: Layout, onSeen: (seen: Sight) => void): Sight {
  const [sight, setSight] = useState<Sight>({ from: 0, to: 0 });
  useLayoutEffect(() => {
    const lanes = place.current;
    if (lanes === null) return;
    const look = (): void => {
      const unit = unitOf(lanes);
      const top = lanes.scrollTop / unit;
      const from = rowAtHeight(layout, top);
      const to = rowAtHeight(layout, top + (lanes.clientHeight - headHeight(lanes)) / unit);
      setSight((now) => (now.from === from && now.to === to ? now : { from, to }));
      onSeen({ from: layout.rows[from]?.first ?? 0, to: layout.rows[to]?.index ?? 0 });
    };
    look();
    lanes.addEventListener("scroll", look, { passive: true });
    const observer = new ResizeObserver(look);
    observer.observe(lanes);
    return () => {
      lanes.removeEventListener("scroll", look);
      observer.disconnect();
    };
  }, [layout]);
  return sight;
}

/** Pixels of a unit of heights. */
function unitOf(lanes: HTMLElement): number {
  const { documentElement } = lanes.ownerDocument;
  return UNIT_REM * (Number.parseFloat(getComputedStyle(documentElement).fontSize) || 16);
}

function headHeight(lanes: HTMLElement): number {
  return lanes.querySelector<HTMLElement>(".lane-heads")?.offsetHeight ?? 0;
}

/** Pixels left of the text of a step that are worth seeing as well: its number and the bars of its CPU. */
const GUTTER = 96;

/** Scrolls the lanes, and not the page, until the current row has some room above and below. */
function bringIntoSight(lanes: HTMLElement | null, { rows }: Layout, current: number): void {
  const row = rows[current];
  if (lanes === null || row === undefined) return;
  const unit = unitOf(lanes);
  const high = lanes.clientHeight - headHeight(lanes);
  const room = Math.min(96, high / 4);
  const [top, bottom] = [row.top * unit, (row.top + row.height) * unit];
  if (top - lanes.scrollTop < room) lanes.scrollTop = Math.max(0, top - room);
  else if (bottom - lanes.scrollTop > high - room) lanes.scrollTop = bottom - high + room;
  const text = lanes.querySelector("[aria-current] .text")?.getBoundingClientRect();
  const box = lanes.getBoundingClientRect();
  if (text !== undefined && text.right > box.right) lanes.scrollLeft += text.right - box.right;
  else if (text !== undefined && text.left < box.left) lanes.scrollLeft -= box.left - text.left + GUTTER;
}

/** The focus stays with the current row. */
function keepFocus(lanes: HTMLElement | null): void {
  const link = lanes?.querySelector<HTMLElement>("[aria-current] a");
  const focused = document.activeElement;
  if (focused !== null && focused !== link && focused.closest(".rows") !== null) link?.focus({ preventScroll: true });
}

interface ShapesProps {
  readonly layout: Layout;
  /** Rows that are drawn. */
  readonly from: number;
  readonly to: number;
}

/** Blocks and bars of the rows that are drawn. */
function Shapes({ layout, from, to }: ShapesProps) {
  const { blocks, bars, cpus } = layout;
  return useMemo(() => {
    const isNear = (shape: { readonly from: number; readonly to: number }): boolean =>
      shape.from <= to && shape.to >= from;
    return (
      <div class="shapes" aria-hidden="true">
        {cpus.map((cpu, lane) => (
          <span key={cpu} class="lane-back" style={{ "--lane": `${lane}` }} />
        ))}
        {blocks.filter(isNear).map((block) => (
          <BlockShape key={`block ${block.lane} ${block.from}`} layout={layout} block={block} />
        ))}
        {bars.filter(isNear).map((bar) => (
          <BarShape key={`bar ${bar.lane} ${bar.slot} ${bar.from}`} layout={layout} bar={bar} />
        ))}
      </div>
    );
  }, [layout, from, to]);
}

/** From the top of one row to the end of another. */
function extentOf({ rows }: Layout, from: number, to: number): { top: string; height: string } {
  const [first, last] = [rows[from], rows[to]];
  const top = first?.top ?? 0;
  const bottom = (last?.top ?? 0) + (last?.height ?? 0);
  return { top: `${top * UNIT_REM}rem`, height: `${(bottom - top) * UNIT_REM}rem` };
}

function BlockShape({ layout, block }: { readonly layout: Layout; readonly block: SeamcallBlock }) {
  const { lane, from, to, status } = block;
  return (
    <span class={`block ${toneOfStatus(status)}`} style={{ "--lane": `${lane}`, ...extentOf(layout, from, to) }} />
  );
}

function BarShape({ layout, bar }: { readonly layout: Layout; readonly bar: LockBar }) {
  const { lane, from, to, slot, lock } = bar;
  const style = { "--lane": `${lane}`, "--slot": `${slot}`, ...extentOf(layout, from, to) };
  return <span class={`bar ${lock.of} ${lock.mode}`} style={style} title={visibleText(lockText(lock))} />;
}
