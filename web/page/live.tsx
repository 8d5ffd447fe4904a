/** Where the search stands: the numbers, and the rate over time. */
import { formatCount, formatSeconds } from "../../src/report/index.js";
import { visibleText } from "../../src/report/visible.js";
import type { RunStanding } from "./messages.js";

/** A run in progress. */
export interface LiveState {
  /** What is explored. */
  readonly subject: string;
  /** Which of how many subjects, where there are several. */
  readonly place: string;
  /** Names of the scenarios, in their order. */
  readonly scenarios: readonly string[];
  readonly standing: RunStanding | undefined;
  /** States a second, over time. */
  readonly rates: readonly number[];
  readonly note: string;
}

const RATES_MAX = 90;

/** The state after another report. */
export function advanced(live: LiveState, standing: RunStanding): LiveState {
  const { standing: before, rates } = live;
  const isSame = before !== undefined && before.scenario === standing.scenario && standing.seconds > before.seconds;
  const [states, seconds] = isSame
    ? [standing.states - before.states, standing.seconds - before.seconds]
    : [standing.states, standing.seconds];
  // A search that began again has fewer states than before, and a first report is of no time.
  const rate = states >= 0 && seconds > 0 ? states / seconds : undefined;
  return {
    ...live,
    standing,
    rates: rate === undefined ? rates : [...rates.slice(1 - RATES_MAX), rate],
    note: "",
  };
}

/** The figures of a run, and their curve. */
export function Live({ live }: { readonly live: LiveState }) {
  const { standing, rates, note, subject, place } = live;
  const { states = 0, depth = 0, seconds = 0, violations = 0, transitions = 0 } = standing ?? {};
  const rate = rates.at(-1) ?? 0;
  return (
    <section class="live" aria-label="Progress">
      <p class="live-head">
        <span class="pulse" aria-hidden="true" />
        <b class="mono">{visibleText(subject)}</b> {place === "" ? null : <span class="muted">{place}</span>}{" "}
        <span>{note !== "" ? visibleText(note) : scenarioText(live)}</span>
        {violations > 0 ? (
          <span class="broken-already">
            {violations === 1 ? "1 requirement broken" : `${violations} requirements broken`}
          </span>
        ) : null}
      </p>
      <dl class="figures">
        <Figure name="states" value={formatCount(states)} />
        <Figure name="states a second" value={formatCount(Math.round(rate))} />
        <Figure name="transitions" value={formatCount(transitions)} />
        <Figure name="depth" value={formatCount(depth)} />
        <Figure name="seconds" value={formatSeconds(seconds)} />
      </dl>
      <Sparkline rates={rates} />
    </section>
  );
}

function scenarioText({ standing, scenarios }: LiveState): string {
  if (standing === undefined) return "starting …";
  const at = scenarios.indexOf(standing.scenario);
  const place = at < 0 || scenarios.length < 2 ? "" : ` (${at + 1} of ${scenarios.length})`;
  return `scenario ${standing.scenario}${place}`;
}

function Figure({ name, value }: { readonly name: string; readonly value: string }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd>{value}</dd>
    </div>
  );
}

const WIDTH = 360;
const HEIGHT = 44;

/** The rate over the last reports, as a curve from 0. */
function Sparkline({ rates }: { readonly rates: readonly number[] }) {
  const most = Math.max(1, ...rates);
  const step = WIDTH / Math.max(1, RATES_MAX - 1);
  const points = rates.map((rate, index) => {
    const x = WIDTH - (rates.length - 1 - index) * step;
    return `${x.toFixed(1)},${(HEIGHT - 2 - (rate / most) * (HEIGHT - 6)).toFixed(1)}`;
  });
  const left = (WIDTH - Math.max(0, rates.length - 1) * step).toFixed(1);
  return (
    <svg
      class="sparkline"
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      preserveAspectRatio="none"
      role="img"
      aria-label={`Rate over time, at most ${formatCount(Math.round(most))} states a second`}
    >
      <path class="base" d={`M0 ${HEIGHT - 1}H${WIDTH}`} />
      {points.length > 1 ? (
        <>
          <path class="area" d={`M${left},${HEIGHT - 1}L${points.join("L")}L${WIDTH},${HEIGHT - 1}Z`} />
          <path class="curve" d={`M${points.join("L")}`} />
        </>
      ) : null}
    </svg>
  );
}
