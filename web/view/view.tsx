/** A counterexample to look at: lanes of CPUs, locks, regions and lines of C, one step at a time. */
import type { ComponentChildren } from "preact";
import { useEffect, useLayoutEffect, useMemo, useRef, useState } from "preact/hooks";
import type { Counterexample } from "../../src/check/index.js";
import { visibleText } from "../../src/report/visible.js";
import { useAddress } from "./address.js";
import { Controls } from "./controls.js";
import { type Actions, useKeys } from "./keys.js";
import { Lanes } from "./lanes.js";
import {
  addressOfId,
  addressOfStep,
  failureOf,
  failureOfAddress,
  layoutOf,
  rowOfStep,
  stepOfAddress,
} from "./model.js";
import { ScenePanel } from "./scene.js";
import { changesOf, changesText, scenesOf } from "./scene-model.js";
import { SourcePanel } from "./source.js";
import { listingOf, placesAt, type SourceTexts } from "./source-model.js";

export interface CounterexampleViewProps {
  readonly counterexample: Counterexample;
  /** Texts of C files, by the names that steps use. Without them only the lines that steps name are listed. */
  readonly sources?: SourceTexts | undefined;
  /** Number of the step to show, from 1, by whoever manages addresses; without it the view does (`#step=17`). */
  readonly step?: number | undefined;
  /** Called when another step is asked for. */
  readonly onStep?: ((step: number) => void) | undefined;
  /** Address of a step, for whoever opens it elsewhere; `#step=17` and the like without it. */
  readonly stepHref?: ((step: number) => string) | undefined;
  /** Number of the failure among those of its result, from 0 (default), for the addresses of steps. */
  readonly failure?: number | undefined;
  /** What stands beside its headline, within reach of its keys. */
  readonly beside?: ComponentChildren;
  /** Where the page of a requirement is; `#R1` and the like without it. */
  readonly requirementHref?: ((id: string) => string) | undefined;
}

const NO_SOURCES: SourceTexts = {};
/** Milliseconds between steps while playing. */
const PACE = 700;

/** The step shown, by the address of the page or by whoever manages it. */
function useStep({
  counterexample,
  step,
  onStep,
  failure: which = 0,
}: CounterexampleViewProps): [number, (step: number) => void] {
  const count = counterexample.steps.length;
  const failure = failureOf(counterexample);
  const said = (): number | undefined =>
    failureOfAddress(location.hash) === which ? stepOfAddress(location.hash, count) : undefined;
  const [own, setOwn] = useState(() => said() ?? failure);
  const [chosen, choose] = useState<number>();
  const isManaged = step !== undefined;
  useAddress(isManaged || chosen === undefined ? undefined : addressOfStep(chosen, which));
  // At once, not after the view was painted: a key that comes in between would be undone.
  useLayoutEffect(() => {
    if (isManaged) return;
    setOwn(said() ?? failure);
    const onHash = (): void => {
      choose(undefined);
      const number = said();
      if (number !== undefined) setOwn(number);
    };
    addEventListener("hashchange", onHash);
    return () => removeEventListener("hashchange", onHash);
  }, [count, failure, isManaged, which]);
  const show = (number: number): void => {
    onStep?.(number);
    if (isManaged) return;
    setOwn(number);
    choose(number);
  };
  const number = step ?? own;
  return [Math.min(Math.max(1, Math.trunc(number) || 1), Math.max(1, count)), show];
}

export function CounterexampleView(props: CounterexampleViewProps) {
  const { counterexample, sources = NO_SOURCES, requirementHref = addressOfId } = props;
  const { stepHref = (number: number) => addressOfStep(number, props.failure) } = props;
  const { steps } = counterexample;
  const [number, show] = useStep(props);
  const isHidden = steps[number - 1]?.visible !== true;
  const [wantsAll, setWantsAll] = useState(false);
  const all = wantsAll || isHidden;
  const layout = useMemo(() => layoutOf(counterexample, all), [counterexample, all]);
  const scenes = useMemo(() => scenesOf(counterexample), [counterexample]);
  const listing = useMemo(() => listingOf(counterexample, sources), [counterexample, sources]);
  const view = useRef<HTMLElement>(null);

  const at = rowOfStep(layout, number - 1);
  const index = layout.rows[at]?.index ?? 0;
  const lastRow = layout.rows.length - 1;
  const failure = failureOf(counterexample);
  const showRow = (row: number): void => {
    const found = layout.rows[Math.min(Math.max(0, row), lastRow)];
    if (found !== undefined) show(found.index + 1);
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
  const actions: Actions = {
    back: pausing(() => showRow(at - 1)),
    forward: pausing(() => showRow(at + 1)),
    first: pausing(() => showRow(0)),
    last: pausing(() => showRow(lastRow)),
    failure: pausing(() => show(failure)),
    play: () => {
      if (!isPlaying && at >= lastRow) showRow(0);
      setPlaying(!isPlaying);
    },
    all: () => {
      // A hidden step cannot stay where hidden steps are not shown: the one before it is.
      if (all && isHidden) show(visibleBefore(counterexample, number));
      setWantsAll(!all);
    },
  };
  useKeys(view, actions);

  // What trailing hidden steps did belongs to the last one that is shown.
  const until = at === lastRow ? steps.length - 1 : index;
  const scene = scenes[until] ?? counterexample.scene;
  const before = at === 0 ? counterexample.scene : (scenes[layout.rows[at - 1]?.index ?? 0] ?? counterexample.scene);
  const changes = useMemo(() => changesOf(before, scene), [before, scene]);
  const step = steps[index];
  const hasSource = listing.length > 0;
  const classes = ["dpamt", "counterexample"];
  if (hasSource) classes.push("with-source");
  if (layout.cpus.length > 2) classes.push("many-lanes");
  return (
    <section class={classes.join(" ")} aria-label="Counterexample" ref={view}>
      <Headline counterexample={counterexample} href={requirementHref(counterexample.requirement)}>
        {props.beside}
      </Headline>
      <Controls
        number={number}
        count={steps.length}
        shown={layout.rows.length}
        isFirst={at === 0}
        isLast={at >= lastRow}
        isAtFailure={number === failure}
        isPlaying={isPlaying}
        all={all}
        actions={actions}
      />
      <div class="view-columns">
        <Lanes
          layout={layout}
          current={at}
          failure={failure - 1}
          requirement={counterexample.requirement}
          hrefOf={stepHref}
          show={show}
        />
        <div class="view-side">
          <ScenePanel counterexample={counterexample} scene={scene} changes={changes} />
          {hasSource ? (
            <SourcePanel listing={listing} broken={counterexample.sources ?? []} places={placesAt(steps, index)} />
          ) : null}
        </div>
      </div>
      <p class="unseen" aria-live="polite" aria-atomic="true">
        {step === undefined
          ? ""
          : `Step ${number} of ${steps.length}, CPU${step.cpu}: ${visibleText(step.text)}. ` +
            visibleText(changesText(changes, before, scene))}
      </p>
    </section>
  );
}

function visibleBefore({ steps }: Counterexample, number: number): number {
  const at = steps.slice(0, number).findLastIndex(({ visible }) => visible);
  return at >= 0 ? at + 1 : steps.findIndex(({ visible }) => visible) + 1;
}

interface HeadlineProps {
  readonly counterexample: Counterexample;
  readonly href: string;
  readonly children: ComponentChildren;
}

/** What broke, in one sentence, with the way to what the requirement says. */
function Headline({ counterexample, href, children }: HeadlineProps) {
  const { requirement, message, switches, fewestSwitches, scenario } = counterexample;
  const switchesText = switches === 1 ? "1 context switch" : `${switches} context switches`;
  return (
    <header class="view-head">
      {children}
      <p class="broke">
        <a href={href} class="requirement-link">
          {visibleText(requirement)} broken
        </a>{" "}
        {visibleText(message)}
      </p>
      <p class="broke-how">
        {switchesText}
        {fewestSwitches ? ", the fewest possible" : ""}; scenario <span class="mono">{visibleText(scenario)}</span>
      </p>
    </header>
  );
}
