/** Arrows from the row that made a value, or holds a lock, to the one that meets it. */
import type { RefObject } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { RowMeeting } from "./meetings.js";
import { type Layout, type Row, UNIT_REM } from "./model.js";

export interface ArrowsProps {
  readonly layout: Layout;
  readonly meetings: readonly (readonly RowMeeting[])[];
  readonly current: number;
  /** Rows that are drawn. */
  readonly from: number;
  readonly to: number;
}

/** More arrows than this in sight say nothing. */
const FAINT_MAX = 60;

export function Arrows({ layout, meetings, current, from, to }: ArrowsProps) {
  const place = useRef<SVGSVGElement>(null);
  const { left, unit } = useEdges(place, layout);
  const own = meetings[current] ?? [];
  const faint = meetings
    .slice(from, to + 1)
    .flat()
    .filter((meeting) => meeting.isPlain && meeting.at !== current);
  const drawn = [...(faint.length > FAINT_MAX ? [] : faint), ...own];
  return (
    <svg class="arrows" aria-hidden="true" ref={place}>
      {left.length === 0
        ? null
        : drawn.map((meeting) => {
            const [source, target] = [layout.rows[meeting.to], layout.rows[meeting.at]];
            if (source === undefined || target === undefined) return null;
            const { line, head } = pathsOf(source, target, left, unit);
            return (
              <g
                key={`${meeting.at} ${meeting.to}`}
                class={`arrow ${meeting.by} ${meeting.at === current ? "own" : "faint"}`}
              >
                <path class="arrow-line" d={line} />
                <path class="arrow-head" d={head} />
              </g>
            );
          })}
    </svg>
  );
}

interface Edges {
  /** Pixels from the left to where arrows touch each lane. */
  readonly left: readonly number[];
  /** Pixels of a unit of heights. */
  readonly unit: number;
}

/** Where lanes are, as the style sheet puts them. */
function useEdges(place: RefObject<SVGSVGElement | null>, layout: Layout): Edges {
  const [edges, setEdges] = useState<Edges>({ left: [], unit: 0 });
  useLayoutEffect(() => {
    const box = place.current?.parentElement;
    if (box === null || box === undefined) return;
    const measure = (): void => {
      const left = [...box.querySelectorAll<HTMLElement>(".lane-back")].map(
        (lane) => lane.offsetLeft + lane.offsetWidth,
      );
      const unit = UNIT_REM * (Number.parseFloat(getComputedStyle(document.documentElement).fontSize) || 16);
      setEdges((now) => (String(now.left) === String(left) && now.unit === unit ? now : { left, unit }));
    };
    measure();
    const observer = new ResizeObserver(measure);
    observer.observe(box);
    return () => observer.disconnect();
  }, [layout.cpus]);
  return edges;
}

/** Middle of the first line of a row, in units. */
const MIDDLE = 3;
/** Pixels between arrows side by side, and how many there are. */
const BESIDE = 4;
const TRACKS = 5;
const TIP = 7;

/** A line down a gutter and across the lanes, where the row of the other lane is empty, and its head. */
function pathsOf(source: Row, target: Row, left: readonly number[], unit: number): { line: string; head: string } {
  const [x1, x2] = [left[source.lane] ?? 0, left[target.lane] ?? 0];
  const [y1, y2] = [(source.top + MIDDLE) * unit, (target.top + MIDDLE) * unit];
  const aside = TIP + 1 + (target.index % TRACKS) * BESIDE;
  const end = x2 - TIP;
  const head = `M${x2} ${y2}l${-TIP} -4v8z`;
  const r = Math.min(8, (y2 - y1) / 2);
  const down = (x: number): string => `Q${x} ${y1} ${x} ${y1 + r}V${y2 - r}Q${x} ${y2} ${x + r} ${y2}H${end}`;
  const x = Math.min(x1, x2) - aside;
  return { line: `M${x1} ${y1}H${x + r}${down(x)}`, head };
}
