/** The race as a whole, above the rows: a lane for each CPU, time to the right. A click leads there. */
import { useMemo, useRef } from "preact/hooks";
import type { Counterexample } from "../../src/check/index.js";
import { visibleText } from "../../src/report/visible.js";
import { failureOf, type Sight } from "./model.js";
import { type LockSpan, type OverviewModel, overviewOf, type RaceSpan } from "./overview-model.js";

export interface OverviewProps {
  readonly counterexample: Counterexample;
  /** Index of the current step. */
  readonly index: number;
  /** What is in sight below. */
  readonly seen: Sight;
  /** Shows a step, by its number. */
  readonly show: (step: number) => void;
}

export function Overview({ counterexample, index, seen, show }: OverviewProps) {
  const model = useMemo(() => overviewOf(counterexample), [counterexample]);
  const drawn = useMemo(() => <OverviewLanes model={model} />, [model]);
  const track = useRef<HTMLDivElement>(null);
  const { count, cpus } = model;
  const goTo = (event: PointerEvent | MouseEvent): void => {
    const box = track.current?.getBoundingClientRect();
    if (box === undefined || box.width === 0) return;
    const at = Math.floor(((event.clientX - box.left) / box.width) * count);
    show(Math.min(Math.max(0, at), count - 1) + 1);
  };
  if (count === 0) return null;
  const step = counterexample.steps[index];
  return (
    <div class="overview" style={{ "--lanes": `${cpus.length}` }}>
      <div class="overview-heads" aria-hidden="true">
        {cpus.map((cpu) => (
          <span key={cpu}>CPU{cpu}</span>
        ))}
      </div>
      <div
        class="overview-track"
        ref={track}
        role="slider"
        tabIndex={0}
        aria-label="The whole race"
        aria-valuemin={1}
        aria-valuemax={count}
        aria-valuenow={index + 1}
        aria-valuetext={
          step === undefined ? "" : visibleText(`step ${index + 1} of ${count}, CPU${step.cpu}: ${step.text}`)
        }
        onPointerDown={(event) => {
          if (event.button !== 0) return;
          event.currentTarget.setPointerCapture(event.pointerId);
          goTo(event);
        }}
        onPointerMove={(event) => {
          if (event.currentTarget.hasPointerCapture(event.pointerId)) goTo(event);
        }}
      >
        {drawn}
        <span class="overview-window" style={placeOf({ from: seen.from, to: seen.to }, count)} />
        {counterexample.requirement === "" ? null : (
          <span class="overview-failure" style={placeOf(oneStep(failureOf(counterexample) - 1), count)}>
            <span>{visibleText(counterexample.requirement)}</span>
          </span>
        )}
        <span class="overview-now" style={placeOf(oneStep(index), count)} />
      </div>
    </div>
  );
}

function oneStep(index: number): Sight {
  return { from: index, to: index };
}

/** Where a stretch of steps is, of the whole width. */
function placeOf({ from, to }: Sight, count: number): { left: string; width: string } {
  return { left: `${(100 * from) / count}%`, width: `${(100 * (to + 1 - from)) / count}%` };
}

/** What does not change from step to step. */
function OverviewLanes({
  model: { cpus, count, calls, seamcalls, locks, slots, switches },
}: {
  readonly model: OverviewModel;
}) {
  return (
    <>
      {cpus.map((cpu, lane) => (
        <div key={cpu} class="overview-lane" style={{ "--slots": `${slots}` }}>
          <Spans spans={calls} lane={lane} count={count} name="overview-call" />
          <Spans spans={seamcalls} lane={lane} count={count} name="overview-seamcall" />
          {locks
            .filter((span) => span.lane === lane)
            .map((span) => (
              <LockBarShape key={`${span.slot} ${span.from}`} span={span} count={count} />
            ))}
        </div>
      ))}
      {switches.map((index) => (
        <span key={index} class="overview-switch" style={{ left: placeOf(oneStep(index), count).left }} />
      ))}
    </>
  );
}

interface SpansProps {
  readonly spans: readonly RaceSpan[];
  readonly lane: number;
  readonly count: number;
  readonly name: string;
}

function Spans({ spans, lane, count, name }: SpansProps) {
  return (
    <>
      {spans
        .filter((span) => span.lane === lane)
        .map((span) => (
          <span
            key={`${span.from} ${span.kind}`}
            class={`${name} ${span.kind}`}
            style={placeOf(span, count)}
            title={visibleText(span.title)}
          >
            {visibleText(span.label)}
          </span>
        ))}
    </>
  );
}

function LockBarShape({ span, count }: { readonly span: LockSpan; readonly count: number }) {
  return (
    <span
      class={`overview-lock bar-sample ${span.kind}`}
      style={{ ...placeOf(span, count), "--slot": `${span.slot}` }}
      title={visibleText(span.title)}
    />
  );
}
