/** How far a check is, on stderr: a line that is written over on a terminal, and a line a minute elsewhere. */
import { type CheckProgress, phases } from "../check/index.js";
import { formatCount, formatSeconds } from "../report/index.js";
import { oneLine } from "../text/index.js";
import { widthOf } from "./terminal.js";

/** Milliseconds between two lines on a terminal, and elsewhere. */
const TERMINAL_MS = 200;
const LOG_MS = 60_000;
/** Milliseconds that a rate is the mean of. */
const RATE_MS = 3_000;

/** Where progress is written, and what time it is; tests have others. */
export interface ProgressPlace {
  readonly isTerminal: boolean;
  readonly width: number;
  write(text: string): void;
  /** Milliseconds since the work began. */
  now(): number;
}

/** stderr, for work that began at some time of `performance.now`. */
export function stderrPlace(began: number): ProgressPlace {
  return {
    isTerminal: process.stderr.isTTY === true,
    width: widthOf(process.stderr),
    write: (text) => process.stderr.write(text),
    now: () => performance.now() - began,
  };
}

/** The progress of one check. */
export class ProgressLine {
  private shownAt: number;
  private isShown = false;
  private broken = 0;
  private readonly rate = new Rate();

  /** @param prefix what is explored, e.g. a design's name */
  constructor(
    private readonly prefix: string,
    private readonly place: ProgressPlace,
  ) {
    this.shownAt = place.isTerminal ? Number.NEGATIVE_INFINITY : place.now();
  }

  readonly show = (progress: CheckProgress): void => {
    const { isTerminal } = this.place;
    const now = this.place.now();
    const rate = this.rate.at(now, progress);
    this.tellBroken(progress, now);
    if (now - this.shownAt < (isTerminal ? TERMINAL_MS : LOG_MS)) return;
    this.shownAt = now;
    const line = `${this.prefix}: ${lineOf(progress, rate, now)}`;
    if (!isTerminal) {
      this.place.write(`dpamt: ${line}\n`);
      return;
    }
    this.place.write(`\r\u001b[K${line.slice(0, this.place.width - 1)}`);
    this.isShown = true;
  };

  /** Takes the line away. */
  clear(): void {
    if (this.isShown) this.place.write("\r\u001b[K");
    this.isShown = false;
  }

  /** What broke since this was last asked, each on a line that stays; nobody has to wait for the shortest failure. */
  private tellBroken({ broken }: CheckProgress, now: number): void {
    if (!this.place.isTerminal || broken.length === this.broken) return;
    this.clear();
    for (const { requirement, message, scenario } of broken.slice(this.broken)) {
      this.place.write(
        `${requirement} breaks in ${scenario} after ${formatSeconds(now / 1000)} s: ${oneLine(message)}\n`,
      );
    }
    this.broken = broken.length;
  }
}

function lineOf(progress: CheckProgress, rate: number, now: number): string {
  const { scenario, number, scenarios, phase, statistics, broken, exercised, requirements } = progress;
  const parts = [
    `scenario ${number} of ${scenarios} (${scenario})`,
    ...(phase === "exploring" ? [] : [phases[phase]]),
    `${formatCount(statistics.states)} states`,
    `${formatCount(Math.round(rate))} a second`,
    `${exercised} of ${requirements} requirements exercised`,
    ...(broken.length === 0 ? [] : [`${broken.map(({ requirement }) => requirement).join(" ")} broken`]),
    `${formatSeconds(now / 1000)} s`,
  ];
  return parts.join(", ");
}

/** States a second over the last seconds of one search. */
class Rate {
  private search = "";
  private readonly samples: { readonly at: number; readonly states: number }[] = [];

  at(now: number, { scenario, phase, statistics: { states } }: CheckProgress): number {
    const search = `${phase} ${scenario}`;
    const { samples } = this;
    if (search !== this.search || states < (samples.at(-1)?.states ?? 0)) samples.length = 0;
    this.search = search;
    samples.push({ at: now, states });
    while (samples.length > 2 && now - (samples[1]?.at ?? now) >= RATE_MS) samples.shift();
    const [first = { at: now, states: 0 }] = samples;
    // Of the first slice of a search only the end is known.
    if (samples.length < 2 || now === first.at) return 0;
    return (states - first.states) / ((now - first.at) / 1000);
  }
}
