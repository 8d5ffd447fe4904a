/**
 * Which SEAMCALLs answer what, on which path: one exploration of a design in a scenario, to the end, with each answer
 * other than success noted. A path ends where a requirement breaks, as in `dpamt check`.
 */
import { TDX_SUCCESS } from "../../src/abi/index.js";
import { type Bounds, Setup, type Subject } from "../../src/check/index.js";
import { replay } from "../../src/check/trace/counterexample.js";
import { scheduleOf } from "../../src/check/trace/record.js";
import { formatSchedule } from "../../src/check/trace/schedule.js";
import {
  BestFirst,
  complete,
  DepthFirst,
  type Found,
  type Observer,
  Outcome,
  untilStepsStay,
} from "../../src/explore/index.js";
import { HelperKind, KernelEvent, Seamcall } from "../../src/kernel/index.js";
import { ModuleEvent } from "../../src/module/index.js";

/** An answer, and who got it. */
export interface Answer {
  /** Leaf number. */
  readonly leaf: number;
  /** A `Status`; null where the module shut itself down, see `fatal`. */
  readonly status: number | null;
  /** Why the module shut itself down, a `FatalCause`. */
  readonly fatal?: number;
  /** The flow, or the scenario where it has none. */
  readonly flow: string;
  /** The helper in which the call was made; empty outside of all. */
  readonly helper: string;
}

/** An answer, and the shortest way to it. */
export interface Met extends Answer {
  /** Context switches on the way: as few as possible, unless that took too long to find out. */
  readonly switches: number;
  /** Requirement that breaks with it; null if none does. */
  readonly breaks: string | null;
  /** What `dpamt replay` takes; null if nothing breaks. */
  readonly schedule: string | null;
}

/** What an exploration showed. */
export interface Explored {
  readonly design: string;
  readonly scenario: string;
  readonly bounds: Bounds;
  readonly states: number;
  /** Who calls the helpers makes a mistake, on purpose. */
  readonly wrongCaller: boolean;
  /** Every interleaving was covered to its end: nothing broke. */
  readonly complete: boolean;
  /** Requirements that broke: what lies behind was not seen. */
  readonly broken: readonly string[];
  /** Numbers of the leaves that were called. */
  readonly leaves: readonly number[];
  readonly met: readonly Met[];
}

const HELPERS: Partial<Record<HelperKind, string>> = {
  [HelperKind.Get]: "tdx_pamt_get",
  [HelperKind.Put]: "tdx_pamt_put",
  [HelperKind.Alloc]: "tdx_alloc_page",
  [HelperKind.Free]: "tdx_free_page",
  [HelperKind.ExtraPut]: "tdx_pamt_put",
};

/** Notes answers, and passes everything on to the checks. */
class AnswerWatch implements Observer {
  readonly answers = new Map<string, Answer>();
  readonly leaves = new Set<number>();

  constructor(private readonly setup: Setup) {}

  get counts(): Float64Array {
    return this.setup.monitor.counts;
  }

  get remarks(): number {
    return this.setup.monitor.remarks;
  }

  onEvent(cpu: number, code: number, detail: number, extra: number): void {
    if (code === KernelEvent.SeamcallReturned) this.leaves.add(detail);
    if (code === KernelEvent.SeamcallReturned && extra !== TDX_SUCCESS) this.note(cpu, detail, extra);
    else if (code === ModuleEvent.Fatal) this.note(cpu, this.leafOf(cpu), null, detail);
    this.setup.monitor.onEvent(cpu, code, detail, extra);
  }

  private note(cpu: number, leaf: number, status: number | null, fatal?: number): void {
    const { system, ghost, programs, monitor, subject } = this.setup;
    const program = programs[cpu];
    const flow =
      subject.scenario.flows === true ? (program?.label.replace(/ on CPU\d+$/, "") ?? "") : subject.scenario.name;
    const helper = HELPERS[ghost.kind(cpu)] ?? "";
    const answer = { leaf, status, ...(fatal === undefined ? {} : { fatal }), flow, helper };
    const key = JSON.stringify(answer);
    this.answers.set(key, answer);
    if (system.violation === null) monitor.asides.add(key, () => ({ message: key }));
  }

  /** The leaf that a CPU is in. */
  private leafOf(cpu: number): number {
    const { automaton, nodes } = this.setup.system;
    const callees = automaton.calls(nodes[cpu] as number).map(({ callee }) => callee);
    const seamcall = callees.find((callee) => callee instanceof Seamcall);
    return seamcall?.leaf ?? -1;
  }

  onState(): void {
    this.setup.monitor.onState();
  }

  onSpinLock(cpu: number, address: number, argument: number): void {
    this.setup.monitor.onSpinLock(cpu, address, argument);
  }

  looksAround(code: number): boolean {
    return this.setup.monitor.looksAround(code);
  }

  /** Notes are no function of words, so that events that give some are never skipped. */
  isPlain(code: number): boolean {
    return code !== KernelEvent.SeamcallReturned && code !== ModuleEvent.Fatal && this.setup.monitor.isPlain(code);
  }
}

function watched(subject: Subject): { setup: Setup; watch: AnswerWatch } {
  const setup = new Setup(subject);
  const watch = new AnswerWatch(setup);
  setup.system.observer = watch;
  return { setup, watch };
}

/** States after the last new finding of a broken design, as in `dpamt check`. */
const STATES_AFTER_FINDING = 100_000;
/** Where the search for the shortest way gives up; the way that was found first stands then. */
const SHORTEST_LIMITS = { maxStates: 200_000, maxBytes: 2 ** 30 };

/** Explores all of it; of what breaks, until nothing new has turned up for long. */
export function exploreAnswers(subject: Subject): Promise<Explored> {
  return untilStepsStay(async () => {
    const { setup, watch } = watched(subject);
    const search = new DepthFirst(setup, { statesAfterFinding: STATES_AFTER_FINDING });
    await complete(search);
    const broken = [...search.found.keys()].filter((property) => !watch.answers.has(property)).sort();
    const met = watch.answers.size === 0 ? [] : await shortest(subject, watch.answers, { setup, found: search.found });
    const { name } = subject.design;
    search.release();
    return {
      design: name,
      scenario: subject.scenario.name,
      bounds: setup.bounds,
      wrongCaller: subject.scenario.wrongCaller === true,
      states: search.statistics.states,
      complete: search.stop === null && broken.length === 0,
      broken,
      leaves: [...watch.leaves].sort((one, other) => one - other),
      met,
    };
  });
}

/** What a search has found, and where its paths can be walked. */
interface Findings {
  readonly setup: Setup;
  readonly found: ReadonlyMap<string, Found>;
}

/** The ways with fewest context switches; those of `first` where a limit was met. */
async function shortest(subject: Subject, answers: ReadonlyMap<string, Answer>, first: Findings): Promise<Met[]> {
  const { setup } = watched(subject);
  const stopAt = [...answers.keys()].map((property) => ({ property, goesOn: true as const }));
  const search = new BestFirst(setup, { order: "switches", stopAt, limits: SHORTEST_LIMITS });
  await complete(search);
  search.release();
  const met: Met[] = [];
  for (const [key, answer] of answers) {
    const best = search.found.get(key);
    const one = best ?? first.found.get(key);
    if (one !== undefined) met.push({ ...answer, ...wayTo(subject, best === undefined ? first.setup : setup, one) });
  }
  return met;
}

/** Moves of one CPU after the answer, in which what it breaks must show. */
const MOVES_AFTER = 400;

function wayTo(subject: Subject, setup: Setup, found: Found): Pick<Met, "switches" | "breaks" | "schedule"> {
  const cpus = found.path.map(({ cpu }) => cpu);
  const switches = cpus.filter((cpu, index) => index > 0 && cpu !== cpus[index - 1]).length;
  const schedule = scheduleOf(setup, withEnd(setup, found), null);
  const failure = replay(new Setup(subject), { ...schedule, requirement: "R1" });
  if (failure === null) return { switches, breaks: null, schedule: null };
  const { requirement } = failure;
  return { switches, breaks: requirement, schedule: formatSchedule({ ...schedule, requirement }) };
}

/** The path, and how the CPU that got the answer goes on alone until something breaks; the path alone if nothing does. */
function withEnd(setup: Setup, found: Found): Found {
  const { system, monitor } = setup;
  system.reset();
  for (const { cpu, choices } of found.path) {
    system.choices.take(choices);
    system.move(cpu);
    if (system.violation === null) monitor.onState();
  }
  const path = [...found.path];
  const { cpu = 0 } = path.at(-1) ?? {};
  for (let moves = 0; moves < MOVES_AFTER && system.violation === null && !system.isDone(cpu); moves++) {
    system.choices.takeFirst();
    if (system.move(cpu) === Outcome.Blocked) break;
    path.push({ cpu, choices: system.choices.list });
    if (system.violation === null) monitor.onState();
  }
  const violation = system.violation;
  return violation === null ? found : { path, violation };
}
