/** Counterexamples: the failing interleaving in words, and how to walk it again. */
import type { Found, Violation } from "../../explore/index.js";
import type { SourceLine } from "../../helpers/index.js";
import type { Setup } from "../setup.js";
import { type Allocation, Allocations } from "./allocations.js";
import { type BranchPoint, walkBranch } from "./branch.js";
import { type Cause, causeOf } from "./causes.js";
import type { ViolationFacts } from "./facts.js";
import { follow } from "./follow.js";
import type { HostView } from "./host-view.js";
import { phraseOf } from "./phrases.js";
import { scheduleOf } from "./record.js";
import { formatSchedule, type Schedule } from "./schedule.js";
import { Spinlocks } from "./spinlocks.js";
import { type Step, StepRecorder } from "./steps.js";

export interface Counterexample {
  readonly requirement: string;
  /** What broke, in one sentence. */
  readonly message: string;
  /** Why it broke; absent where the sentence says all that is known. */
  readonly cause?: Cause;
  /** What the sentence names, as facts; absent where it names none. */
  readonly evidence?: ViolationFacts;
  readonly scenario: string;
  /** Context switches. */
  readonly switches: number;
  /** No interleaving within the bounds breaks this requirement with fewer context switches, unless its path ends before. */
  readonly fewestSwitches: boolean;
  /** Regions and locks before the first step. */
  readonly scene: HostView;
  readonly steps: readonly Step[];
  /** For C: the lines where it broke. */
  readonly sources?: readonly SourceLine[];
  /** One line that `dpamt replay` takes. */
  readonly schedule: string;
}

/** Walks a path found in `setup` once more and puts it into words. */
export function explain(setup: Setup, found: Found, fewestSwitches: boolean): Counterexample {
  setup.system.reset();
  const recorder = new EventRecorder(setup);
  const schedule = scheduleOf(setup, found, recorder);
  return tell(setup, schedule, found.violation, recorder, fewestSwitches);
}

/** How often another CPU goes on; that a store drains is no switch. */
function switchesOf({ stretches }: Schedule): number {
  const cpus = stretches.filter(({ drains }) => drains !== true).map(({ cpu }) => cpu);
  return cpus.filter((cpu, index) => index > 0 && cpu !== cpus[index - 1]).length;
}

function tell(
  setup: Setup,
  schedule: Schedule,
  violation: Violation,
  recorder: EventRecorder,
  fewestSwitches: boolean,
): Counterexample {
  const lost = violation.lost === undefined ? [] : recorder.allocations.lost(violation.lost);
  const steps = withLost(setup, recorder.steps, lost);
  const sources = sourcesOf(setup, violation, recorder, lost);
  const where = placesOf(setup, lost);
  const evidence = evidenceOf(violation);
  const cause = causeOf({ requirement: violation.property, scene: recorder.firstScene, steps, ...evidence });
  const more = [
    where === "" ? "" : `, allocated ${where}`,
    heldText(setup, violation, recorder),
    neverSetText(setup, violation, steps),
  ];
  return {
    requirement: violation.property,
    message: `${violation.message}${more.join("")}`,
    ...(cause === undefined ? {} : { cause }),
    ...evidence,
    scenario: setup.subject.scenario.name,
    switches: switchesOf(schedule),
    fewestSwitches,
    scene: recorder.firstScene,
    steps,
    ...(sources.length === 0 ? {} : { sources }),
    schedule: formatSchedule(schedule),
  };
}

function evidenceOf({ facts = {} }: Violation): Pick<Counterexample, "evidence"> {
  return Object.keys(facts).length === 0 ? {} : { evidence: facts };
}

/** Records steps, and where events came from. */
class EventRecorder extends StepRecorder {
  private readonly events: { readonly code: number; readonly extra: number; readonly site: number }[] = [];
  readonly allocations: Allocations;
  readonly spinlocks = new Spinlocks();

  constructor(private readonly of: Setup) {
    super(of);
    this.allocations = new Allocations(of);
  }

  override onWord(cpu: number, node: number, result: number, before: number, after: number, buffered: boolean): void {
    super.onWord(cpu, node, result, before, after, buffered);
    const { automaton } = this.of.system;
    const word = automaton.word[node];
    // The module's locks keep nobody from sleeping.
    if (automaton.isShared(node) && word !== null && word !== undefined && !this.isInModule(cpu))
      this.spinlocks.onWord(cpu, word, automaton.addressOf(node), automaton.siteOf(node), result);
    this.allocations.onWord(cpu, node, result, before, after);
  }

  override onEvent(cpu: number, node: number): void {
    super.onEvent(cpu, node);
    const { automaton } = this.of.system;
    const code = automaton.argumentOf(node);
    const extra = automaton.extraOf(node);
    const site = automaton.siteOf(node);
    this.events.push({ code, extra, site });
    const here = { cpu, at: this.count, site, calls: this.insideOf(cpu) };
    this.allocations.onEvent(code, automaton.detailOf(node), extra, here);
  }

  /** Places in a source text that events of a kind came from, each once. */
  sitesOf([code, extra]: readonly [number, number]): number[] {
    const found = this.events.filter((each) => each.code === code && each.extra === extra && each.site > 0);
    return [...new Set(found.map(({ site }) => site))];
  }
}

/**
 * The lines where something broke: those that gave pages which are lost, else those that the check names, else those
 * that brought it about, else that of the last step that has one.
 */
function sourcesOf(
  setup: Setup,
  { sites = [], cause }: Violation,
  recorder: EventRecorder,
  lost: readonly Allocation[],
): SourceLine[] {
  const { steps } = recorder;
  const ofEvents = sites.length === 0 && cause !== undefined ? recorder.sitesOf(cause) : sites;
  const places = lost.length === 0 ? ofEvents : [...new Set(lost.map(({ site }) => site))];
  const named = places.map((site) => setup.subject.design.source?.(site)).filter((source) => source !== undefined);
  if (named.length > 0) return named;
  const last = steps.findLast(({ source }) => source !== undefined);
  return last?.source === undefined ? [] : [last.source];
}

/** The steps, and among them those that gave pages which are lost in the end. */
function withLost({ subject }: Setup, steps: readonly Step[], lost: readonly Allocation[]): readonly Step[] {
  const action = { kind: "event", event: "Allocate", lost: true } as const;
  const text = phraseOf(action);
  return [...lost]
    .sort((one, other) => other.at - one.at)
    .reduce((all, { cpu, at, site, calls }) => {
      const source = subject.design.source?.(site);
      const step: Step = { cpu, action, text, calls, visible: true };
      return all.toSpliced(at, 0, source === undefined ? step : { ...step, source });
    }, steps);
}

/** Spinlocks that a CPU holds and may not, with the lines of C that took them. */
function heldText({ space, subject }: Setup, { spinning }: Violation, { spinlocks }: EventRecorder): string {
  const held = spinning === undefined ? [] : spinlocks.of(spinning);
  const texts = held.map(({ address, site }) => {
    const source = subject.design.source?.(site);
    return `${space.describe(address)}${source === undefined ? "" : ` (taken at ${source.file.replace(/^.*\//, "")}:${source.line})`}`;
  });
  return texts.length === 0 ? "" : `: ${texts.join(" and ")}`;
}

/** Where NULL comes from that is followed: nobody has set the word on the way. */
function neverSetText({ subject }: Setup, { facts = {} }: Violation, steps: readonly Step[]): string {
  const { misuse, misused }: ViolationFacts = facts;
  if (misuse !== "NullAddress" || misused === undefined) return "";
  const ofWord = steps.filter(({ action }) => action.kind === "word" && action.word === misused);
  const isSet = ofWord.some(({ action }) => action.kind === "word" && action.changed);
  if (ofWord.length === 0 || isSet) return "";
  return subject.design.hasBoot === true
    ? "; boot leaves it NULL, and nothing sets it later"
    : "; nothing sets it before";
}

/** Where pages that are lost were allocated, in words: lines of C, or calls. */
function placesOf({ subject }: Setup, lost: readonly Allocation[]): string {
  const places = lost.map(({ cpu, site, calls }) => {
    const source = subject.design.source?.(site);
    if (source !== undefined) return `at ${source.file}:${source.line}`;
    return `by CPU${cpu}${calls.length === 0 ? "" : ` in ${calls.join(" > ")}`}`;
  });
  return [...new Set(places)].join(" and ");
}

/**
 * Follows a schedule.
 *
 * @returns what broke, in words, or null when nothing broke any more
 * @throws ScheduleError when the schedule no longer fits the programs
 */
export function replay(setup: Setup, schedule: Schedule): Counterexample | null {
  setup.system.reset();
  const recorder = new EventRecorder(setup);
  const violation = follow(setup, schedule, recorder);
  return violation === null ? null : tell(setup, schedule, violation, recorder, false);
}

/** A path that begins like a failure, and goes on with another CPU. */
export interface Branch {
  /** How it ends: something breaks, all CPUs end and nothing broke, or it is too long to be followed. */
  readonly ending: "violated" | "ended" | "unfinished";
  /** Steps that it shares with the failure. */
  readonly shared: number;
  /** The path; where nothing breaks its requirement is empty. */
  readonly path: Counterexample;
}

/** How many of the first `number` steps of a failure CPUs made: pages that are lost in the end are told where they came from. */
export function stepsMade({ steps }: Counterexample, number: number): number {
  const isAdded = ({ action }: Step): boolean => action.kind === "event" && action.event === "Allocate";
  return number - steps.slice(0, number).filter(isAdded).length;
}

/** In words, where nothing breaks. */
const endingText = {
  ended: "every CPU ends, and nothing breaks",
  unfinished: "nothing breaks as far as it was followed",
} as const;

/**
 * Follows a schedule up to a step, lets another CPU go first there, and then all to their ends.
 *
 * @throws ScheduleError when the schedule no longer fits the programs, or has no such step or CPU
 */
export function branch(setup: Setup, schedule: Schedule, point: BranchPoint): Branch {
  setup.system.reset();
  const recorder = new EventRecorder(setup);
  const { violation, walked, shared, hasEnded } = walkBranch(setup, schedule, point, recorder);
  if (violation !== null) return { ending: "violated", shared, path: tell(setup, walked, violation, recorder, false) };
  const ending = hasEnded ? "ended" : "unfinished";
  return {
    ending,
    shared,
    path: {
      requirement: "",
      message: endingText[ending],
      scenario: setup.subject.scenario.name,
      switches: switchesOf(walked),
      fewestSwitches: false,
      scene: recorder.firstScene,
      steps: recorder.steps,
      schedule: formatSchedule(walked),
    },
  };
}
