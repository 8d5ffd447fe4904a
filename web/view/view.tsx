/** A counterexample to look at: the race as a whole, then lanes of CPUs, what changed, regions and lines of C. */
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Counterexample } from "../../src/check/index.js";
import { visibleText } from "../../src/report/visible.js";
import { Controls } from "./controls.js";
import { type Actions, useKeys } from "./keys.js";
import { Lanes } from "./lanes.js";
import { meetingsOf, type RowMeeting } from "./meetings.js";
import { addressOfStep, failureOf, type Layout, layoutOf, rowOfStep, type Sight, UNIT_REM } from "./model.js";
import { Overview } from "./overview.js";
import { ScenePanel } from "./scene.js";
import { changeListOf, changesOf, changesText, namerOf, scenesOf } from "./scene-model.js";
import { SourcePanel } from "./source.js";
import { listingOf, placesAt, type SourceTexts } from "./source-model.js";
import { StepPanel } from "./step-panel.js";
import { type Brancher, type OtherWay, WhatIf } from "./what-if.js";
import { useWhere, type Where, type WhereProps } from "./where.js";
import { nounOf, type Zoom, zoomBeside } from "./zoom.js";

export interface CounterexampleViewProps extends WhereProps {
  /** Texts of C files, by the names that steps use. Without them only the lines that steps name are listed. */
  readonly sources?: SourceTexts | undefined;
  /** Address of a step, for whoever opens it elsewhere; `#step=17` and the like without it. */
  readonly stepHref?: ((step: number, zoom: Zoom) => string) | undefined;
  /** What stands beside its headline, within reach of its keys. */
  readonly beside?: ComponentChildren;
  /** Asks the checker how it goes on if another CPU goes first. */
  readonly brancher?: Brancher | undefined;
  /** The command that asks the same, where there is no checker. */
  readonly branchCommand?: ((after: number, cpu: number) => string) | undefined;
}

const NO_SOURCES: SourceTexts = {};
/** Milliseconds between rows while playing. */
const PACE = 700;

/** The failure, and below it another path that was asked for. */
export function CounterexampleView(props: CounterexampleViewProps) {
  const [way, showWay] = useState<OtherWay>();
  return (
    <>
      <PathView {...props} showWay={showWay} />
      {way === undefined ? null : <OtherPath way={way} close={() => showWay(undefined)} />}
    </>
  );
}

interface OtherPathProps {
  readonly way: OtherWay;
  readonly close: () => void;
}

/** The path on which another CPU goes first. */
function OtherPath({ way: { from, cpu, branch, problem }, close }: OtherPathProps) {
  const path = branch?.path;
  const [where, go] = useState<Where>();
  useEffect(() => go(undefined), [path]);
  const told =
    problem ??
    (path === undefined
      ? "…"
      : path.requirement === ""
        ? path.message
        : `${path.requirement} breaks: ${path.cause?.text ?? path.message}`);
  return (
    <section class="dpamt other-path" aria-label="Another path">
      <header class={`other-head ${branch?.ending ?? ""}`}>
        <p>
          With CPU{cpu} first instead of {from}: <b role="status">{visibleText(told)}</b>
        </p>
        <button type="button" class="as-link" onClick={close}>
          Close
        </button>
      </header>
      {path === undefined || path.steps.length === 0 ? null : (
        <PathView
          counterexample={path}
          isSecond
          step={where?.number ?? Math.max(1, path.steps.findLastIndex(({ visible }) => visible) + 1)}
          zoom={where?.zoom ?? "calls"}
          onStep={(number, zoom) => go({ number, zoom })}
        />
      )}
    </section>
  );
}

interface PathViewProps extends CounterexampleViewProps {
  /** Keys act while the focus is inside, and not else. */
  readonly isSecond?: boolean;
  readonly showWay?: (way: OtherWay | undefined) => void;
}

function PathView(props: PathViewProps) {
  const { counterexample, sources = NO_SOURCES, isSecond = false } = props;
  const { steps } = counterexample;
  const [where, go] = useWhere(props);
  const { number, zoom } = where;
  const layout = useMemo(() => layoutOf(counterexample, zoom), [counterexample, zoom]);
  const listing = useMemo(() => listingOf(counterexample, sources), [counterexample, sources]);
  const meetings = useMemo(() => meetingsOf(steps, layout), [steps, layout]);
  const view = useRef<HTMLElement>(null);
  const [seen, setSeen] = useState<Sight>({ from: 0, to: 0 });
  const at = rowOfStep(layout, number - 1);
  const index = layout.rows[at]?.index ?? 0;
  const moved = useActions(counterexample, layout, where, go, meetings[at] ?? []);
  useKeys(view, moved.actions, isSecond);
  const { stepHref = (step: number, zoom: Zoom) => addressOfStep(step, props.failure, zoom) } = props;
  const hrefOf = useMemo(() => (step: number) => stepHref(step, zoom), [stepHref, zoom]);
  const showStep = (step: number): void => go({ number: step, zoom });
  const classes = ["dpamt", "counterexample", listing.length > 0 ? "with-source" : ""];
  if (layout.cpus.length > 2) classes.push("many-lanes");
  return (
    <section
      class={classes.join(" ").trim()}
      aria-label={isSecond ? "The other path" : "Counterexample"}
      ref={view}
      style={{ "--rows": `${layout.height * UNIT_REM}rem` }}
    >
      <Head counterexample={counterexample}>{props.beside}</Head>
      <Overview counterexample={counterexample} index={index} seen={seen} show={showStep} />
      <Controls
        number={at + 1}
        zoom={zoom}
        count={layout.rows.length}
        hasFailure={counterexample.requirement !== ""}
        isAtFailure={at === rowOfStep(layout, failureOf(counterexample) - 1)}
        isPlaying={moved.isPlaying}
        actions={moved.actions}
        setZoom={(zoom) => go({ number, zoom })}
      />
      <div class="view-columns">
        <Lanes
          layout={layout}
          meetings={meetings}
          current={at}
          failure={failureOf(counterexample) - 1}
          requirement={counterexample.requirement}
          hrefOf={hrefOf}
          show={showStep}
          onSeen={setSeen}
        />
        <Side {...{ counterexample, layout, at, meetings: meetings[at] ?? [], listing, zoom }} show={showStep}>
          {props.showWay === undefined ? null : (
            <WhatIf
              counterexample={counterexample}
              after={layout.rows[at]?.first ?? 0}
              row={`${nounOf(zoom)} ${at + 1}`}
              brancher={props.brancher}
              commandOf={props.branchCommand}
              show={props.showWay}
            />
          )}
        </Side>
      </div>
    </section>
  );
}

interface Moved {
  readonly actions: Actions;
  readonly isPlaying: boolean;
}

/** What keys and buttons do. */
function useActions(
  counterexample: Counterexample,
  layout: Layout,
  { number, zoom }: Where,
  go: (where: Where) => void,
  meetings: readonly RowMeeting[],
): Moved {
  const at = rowOfStep(layout, number - 1);
  const lastRow = layout.rows.length - 1;
  const showRow = (row: number): void => {
    const found = layout.rows[Math.min(Math.max(0, row), lastRow)];
    if (found !== undefined) go({ number: found.index + 1, zoom });
  };
  const [isPlaying, setPlaying] = useState(false);
  useEffect(() => {
    if (!isPlaying) return;
    const timer = setTimeout(() => (at >= lastRow ? setPlaying(false) : showRow(at + 1)), PACE);
    return () => clearTimeout(timer);
  });
  const pausing =
    (act: () => void): (() => void) =>
    () => {
      setPlaying(false);
      act();
    };
  const zoomTo = (zoom: Zoom): void => go({ number, zoom });
  const actions: Actions = {
    back: pausing(() => showRow(at - 1)),
    forward: pausing(() => showRow(at + 1)),
    first: pausing(() => showRow(0)),
    last: pausing(() => showRow(lastRow)),
    failure: pausing(() => go({ number: failureOf(counterexample), zoom })),
    met: pausing(() => showRow(meetings.at(-1)?.to ?? at)),
    nearer: () => zoomTo(zoomBeside(zoom, 1)),
    further: () => zoomTo(zoomBeside(zoom, -1)),
    play: () => {
      if (!isPlaying && at >= lastRow) showRow(0);
      setPlaying(!isPlaying);
    },
  };
  return { actions, isPlaying };
}

interface SideProps {
  readonly counterexample: Counterexample;
  readonly layout: Layout;
  /** The current row. */
  readonly at: number;
  readonly meetings: readonly RowMeeting[];
  readonly listing: ReturnType<typeof listingOf>;
  readonly zoom: Zoom;
  readonly show: (step: number) => void;
  readonly children: ComponentChildren;
}

/** What there is to know of the current row. */
function Side({ counterexample, layout, at, meetings, listing, zoom, show, children }: SideProps) {
  const { steps, scene: first } = counterexample;
  const scenes = useMemo(() => scenesOf(counterexample), [counterexample]);
  const nameOf = useMemo(() => namerOf(first), [first]);
  const { rows } = layout;
  const index = rows[at]?.index ?? 0;
  // What trailing hidden steps did belongs to the last one that is shown.
  const scene = scenes[at === rows.length - 1 ? steps.length - 1 : index] ?? first;
  const before = at === 0 ? first : (scenes[rows[at - 1]?.index ?? 0] ?? first);
  const changes = useMemo(() => changesOf(before, scene), [before, scene]);
  const list = useMemo(() => changeListOf(changes, before, scene, nameOf), [changes, before, scene, nameOf]);
  const step = steps[index];
  const noun = nounOf(zoom);
  return (
    <div class="view-side">
      {step === undefined ? null : (
        <StepPanel
          step={step}
          call={rows[at]?.call}
          changes={list}
          meetings={meetings}
          noun={noun}
          layout={layout}
          show={show}
        >
          {children}
        </StepPanel>
      )}
      <ScenePanel counterexample={counterexample} scene={scene} before={before} changes={changes} nameOf={nameOf} />
      {listing.length > 0 ? (
        <SourcePanel listing={listing} broken={counterexample.sources ?? []} places={placesAt(steps, index)} />
      ) : null}
      <p class="unseen" aria-live="polite" aria-atomic="true">
        {step === undefined
          ? ""
          : `${noun.charAt(0).toUpperCase()}${noun.slice(1)} ${at + 1} of ${rows.length}, CPU${step.cpu}: ` +
            `${visibleText(rows[at]?.call?.title ?? step.text)}. ${visibleText(changesText(list))}`}
      </p>
    </div>
  );
}

/** How the failure comes about, in numbers; what broke stands in the headline of the result. */
function Head({
  counterexample,
  children,
}: {
  readonly counterexample: Counterexample;
  readonly children: ComponentChildren;
}) {
  const { requirement, switches, fewestSwitches, scenario } = counterexample;
  const switchesText = switches === 1 ? "1 context switch" : `${switches} context switches`;
  return (
    <header class="view-head">
      {children}
      <p class="broke-how">
        {requirement === "" ? null : (
          <>
            How <b>{visibleText(requirement)}</b> breaks:{" "}
          </>
        )}
        {switchesText}
        {fewestSwitches ? ", the fewest possible" : ""}; scenario <span class="mono">{visibleText(scenario)}</span>
      </p>
    </header>
  );
}
