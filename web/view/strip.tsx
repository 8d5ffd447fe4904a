/** A region as a strip of its 512 pages: colours and patterns say who owns a page, `P` marks those of a pair. */
import { PAGE_SIZE, PAGES_PER_REGION } from "../../src/abi/index.js";
import type { HostPage, HostRegion } from "../../src/check/index.js";
import { type Namer, type PageRun, runText } from "./scene-model.js";

const COLUMNS = 64;
const LINES = PAGES_PER_REGION / COLUMNS;
/** Width and height of a page in the drawing. */
const WIDE = 10;
const HIGH = 14;

type PageState = HostPage["state"];

/** The patterns, once for all strips of a view. */
export function Patterns() {
  return (
    <svg class="patterns" width="0" height="0" aria-hidden="true">
      <defs>
        <pattern id="dpamt-module" width="4" height="4" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <rect class="module-back" width="4" height="4" />
          <rect class="module-line" width="1.8" height="4" />
        </pattern>
        <pattern id="dpamt-dirty" width="5" height="5" patternUnits="userSpaceOnUse">
          <rect class="dirty-back" width="5" height="5" />
          <circle class="dirty-dot" cx="2.5" cy="2.5" r="1.5" />
        </pattern>
        <pattern id="dpamt-free" width={WIDE} height={HIGH} patternUnits="userSpaceOnUse">
          <path class="free-line" d={`M${WIDE} 0V${HIGH}H0`} />
        </pattern>
      </defs>
    </svg>
  );
}

export interface StripProps {
  readonly region: HostRegion;
  readonly runs: readonly PageRun[];
  /** Pages that the step changed. */
  readonly changed: ReadonlySet<number> | undefined;
  /** The region in words. */
  readonly label: string;
  readonly nameOf: Namer;
}

export function Strip({ region, runs, changed, label, nameOf }: StripProps) {
  const pages = runs.flatMap((run) =>
    Array.from({ length: run.last - run.first + 1 }, (_, offset) => ({ run, index: run.first + offset })),
  );
  const isNow = new Set(pages.map(({ index }) => index));
  const freed = [...(changed ?? [])].filter((index) => !isNow.has(index));
  return (
    <svg class="strip" viewBox={`-1 -1 ${COLUMNS * WIDE + 2} ${LINES * HIGH + 2}`} role="img" aria-label={label}>
      <rect class="strip-back" width={COLUMNS * WIDE} height={LINES * HIGH} />
      <rect width={COLUMNS * WIDE} height={LINES * HIGH} fill="url(#dpamt-free)" />
      {pages.map(({ run, index }) => (
        <g key={index}>
          <title>{`${nameOf(region.address + index * PAGE_SIZE)}: page ${runText({ ...run, first: index, last: index })}`}</title>
          <PageShape {...placeOf(index)} state={run.state} isPair={run.isPair} />
        </g>
      ))}
      {[...(changed ?? [])].map((index) => (
        <rect key={index} class="page-new" {...placeOf(index)} width={WIDE} height={HIGH} />
      ))}
      {freed.map((index) => (
        <path key={index} class="page-freed" d={crossAt(placeOf(index))} />
      ))}
    </svg>
  );
}

interface Place {
  readonly x: number;
  readonly y: number;
}

function placeOf(index: number): Place {
  return { x: (index % COLUMNS) * WIDE, y: Math.floor(index / COLUMNS) * HIGH };
}

function crossAt({ x, y }: Place): string {
  return `M${x + 2} ${y + 3}l${WIDE - 4} ${HIGH - 6}m0 ${6 - HIGH}l${4 - WIDE} ${HIGH - 6}`;
}

function PageShape({ x, y, state, isPair }: Place & { readonly state: PageState; readonly isPair: boolean }) {
  return (
    <>
      <rect class={`page ${state}`} x={x} y={y} width={WIDE} height={HIGH} />
      {isPair ? (
        <>
          <rect class="pair-back" x={x + 1.5} y={y + 2} width={WIDE - 3} height={HIGH - 4} />
          <path class="pair-letter" d={`M${x + 3.6} ${y + 11}v-8h1.9a2.1 2.1 0 0 1 0 4.4h-1.9`} />
        </>
      ) : null}
    </>
  );
}

/** A page of a kind, beside its name. */
export function PageSwatch({ state, isPair }: { readonly state: PageState; readonly isPair: boolean }) {
  return (
    <svg class="swatch" viewBox={`-0.5 -0.5 ${WIDE + 1} ${HIGH + 1}`} aria-hidden="true">
      <PageShape x={0} y={0} state={state} isPair={isPair} />
    </svg>
  );
}

const legend: readonly (readonly [state: PageState, isPair: boolean, text: string])[] = [
  ["allocated", false, "allocated"],
  ["module", false, "of the module"],
  ["module", true, "pair"],
  ["dirty", false, "not reset"],
];

/** What colours and patterns mean. */
export function Legend() {
  return (
    <span class="legend">
      {legend.map(([state, isPair, text]) => (
        <span key={text}>
          <PageSwatch state={state} isPair={isPair} /> {text}
        </span>
      ))}
    </span>
  );
}
