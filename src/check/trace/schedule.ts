/**
 * Schedules: a counterexample as a short line of text that later versions can follow.
 *
 * A schedule names the subject and, for each stretch of one CPU, the last operation of that stretch
 * on a shared word: a short hash of what it does to which word, and which time the CPU does it. An
 * operation that a later version adds or drops elsewhere does not disturb it. What the environment
 * chose is listed with the stretch.
 *
 *     dpamt1:early-drop:main:c3,r2,g2,f1,padversarial,urdmd:R1:0.k3f9a.1.01_1.…~
 */
import {
  CYCLE_MESSAGE,
  type Drained,
  deadlockMessage,
  describeRace,
  evidenceOf,
  type Found,
  type Made,
  Outcome,
  type Race,
  raceOf,
  type Trace,
  type Violation,
} from "../../explore/index.js";
import { UserError } from "../../text/index.js";
import { requirements } from "../requirements/index.js";
import type { Bounds, Use } from "../scenarios/index.js";
import type { Setup } from "../setup.js";

/** Version of the format, the first thing in each schedule. */
export const SCHEDULE_FORMAT = "dpamt1";

/** Ends each schedule, so that one that lost its end in copying is noticed. */
const END = "~";

/** Flag of a schedule whose pages got their places when they were allocated. */
const EARLY_CHOICE = "x";

/** Flag of a schedule with store buffers. */
const STORE_BUFFERS = "mtso";

/** Flag before the number of SEAMCALLs that may fail, where there are any. */
const SEAMCALL_FAILURES = "s";

/** CPUs whose buffers drain, as letters instead of digits. */
const DRAINS = "abcdefgh";

/** A stretch of one CPU, or a store of it that reaches memory. */
export interface Stretch {
  readonly cpu: number;
  /** The CPU does nothing; its oldest store, of which this tells, reaches memory. */
  readonly drains?: true;
  /** Hash of the last operation on a shared word; empty when there was none. */
  readonly landmark: string;
  /** Which time this CPU does that operation, from 1. */
  readonly occurrence: number;
  readonly choices: readonly number[];
}

export interface Schedule {
  readonly design: string;
  readonly scenario: string;
  readonly bounds: Bounds;
  /** Requirement that it breaks. */
  readonly requirement: string;
  /** Pages got their places when they were allocated: the reduction `late-choice` was off. */
  readonly earlyChoice: boolean;
  readonly stretches: readonly Stretch[];
}

/** A schedule that cannot be read or followed. */
export class ScheduleError extends UserError {
  readonly code = "SCHEDULE";
}

const FNV_PRIME = 0x01000193;

/** Five characters that stand for what an operation does to which word. */
function landmarkOf(setup: Setup, node: number): string {
  const { automaton } = setup.system;
  const text = `${automaton.word[node]!.name} ${setup.space.describe(automaton.address[node] as number)}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), FNV_PRIME);
  return (hash >>> 0).toString(36).padStart(7, "0").slice(-5);
}

/** Watches operations on shared words go by. */
class Landmarks implements Trace {
  readonly seen = new Map<string, number>();
  private readonly states = new Set<string>();
  /** The present state was there before. */
  comesBack = false;
  landmark = "";
  occurrence = 0;
  /** The first race that was seen. */
  race: Race | null = null;
  /** The access made last. */
  private last: Made | null = null;
  /** Called after each operation on a shared word. */
  after: () => void = () => {};

  constructor(
    private readonly setup: Setup,
    private readonly next: Trace | null,
  ) {}

  onWord(cpu: number, node: number, result: number, before: number, after: number, buffered: boolean): void {
    this.next?.onWord(cpu, node, result, before, after, buffered);
    if (!this.setup.system.automaton.isShared(node)) return;
    const made = { cpu, node, before };
    this.race ??= this.raceNow(made);
    this.last = made;
    this.count(`${cpu}`, node);
    this.after();
  }

  onDrain(cpu: number, drained: Drained): void {
    this.next?.onDrain?.(cpu, drained);
    this.last = null;
    this.count(DRAINS[cpu] as string, drained.node);
    this.after();
  }

  /** Counts an operation, or that it drains. */
  count(who: string, node: number): void {
    this.landmark = landmarkOf(this.setup, node);
    const key = `${who} ${this.landmark}`;
    this.occurrence = (this.seen.get(key) ?? 0) + 1;
    this.seen.set(key, this.occurrence);
  }

  /** The race of an access with the one just before it: nothing that others could notice came between. */
  private raceNow(made: Made): Race | null {
    const { last } = this;
    if (last === null || last.cpu === made.cpu) return null;
    return raceOf(this.setup.system.automaton, last, made);
  }

  onChoice(cpu: number, node: number, choice: number): void {
    this.next?.onChoice(cpu, node, choice);
  }

  onEvent(cpu: number, node: number): void {
    this.next?.onEvent(cpu, node);
  }

  onPosition(): void {
    const { system } = this.setup;
    system.takeFingerprint();
    const key = `${system.fingerprintLow},${system.fingerprintHigh}`;
    this.comesBack = this.states.has(key);
    this.states.add(key);
  }

  onWait(cpu: number, node: number): void {
    this.next?.onWait(cpu, node);
  }
}

/** The schedule of what was found in `setup`; walks there, telling `trace`. */
export function scheduleOf(setup: Setup, { path, violation }: Found, trace: Trace | null): Schedule {
  const { property: requirement } = violation;
  const waits = violation.finding === "deadlock";
  const { system } = setup;
  const landmarks = new Landmarks(setup, trace);
  const stretches: Stretch[] = [];
  setup.system.reset();
  setup.monitor.onState();
  system.trace = landmarks;
  for (const [index, move] of path.entries()) {
    const drains = move.cpu >= system.cpus;
    if (drains || path[index - 1]?.cpu !== move.cpu) {
      const cpu = system.cpuOf(move.cpu);
      stretches.push({ cpu, landmark: "", occurrence: 0, choices: [], ...(drains ? { drains } : {}) });
      landmarks.landmark = "";
      landmarks.occurrence = 0;
    }
    system.choices.take(move.choices);
    system.move(move.cpu);
    const stretch = stretches[stretches.length - 1] as Stretch;
    stretches[stretches.length - 1] = {
      ...stretch,
      landmark: landmarks.landmark,
      occurrence: landmarks.occurrence,
      choices: [...stretch.choices, ...move.choices],
    };
  }
  for (const cpu of inOrder(violation.race, stretches)) {
    const access = accessNow(setup, landmarks, cpu);
    const before = stretches[stretches.length - 1];
    if (before?.cpu === cpu && before.drains === undefined)
      stretches[stretches.length - 1] = { ...access, choices: before.choices };
    else stretches.push(access);
  }
  stretches.push(...inBuffers(setup, landmarks));
  system.trace = null;
  if (waits) showWaiting(setup, trace);
  const { design, scenario, without } = setup.subject;
  const earlyChoice = without?.includes("late-choice") === true;
  return { design: design.name, scenario: scenario.name, bounds: setup.bounds, requirement, earlyChoice, stretches };
}

/** Stores that have yet to drain, as if they did now: so that whoever follows knows that they were buffered. */
function inBuffers({ system }: Setup, landmarks: Landmarks): Stretch[] {
  const stretches: Stretch[] = [];
  for (let cpu = 0; cpu < system.cpus; cpu++) {
    for (const node of system.buffers?.pending(cpu) ?? []) {
      landmarks.count(DRAINS[cpu] as string, node);
      const { landmark, occurrence } = landmarks;
      stretches.push({ cpu, drains: true, landmark, occurrence, choices: [] });
    }
  }
  return stretches;
}

/** CPUs that race, the one that moved last first. */
function inOrder(race: readonly number[] = [], stretches: readonly Stretch[]): number[] {
  const last = stretches[stretches.length - 1]?.cpu;
  return [...race].sort((one, other) => Number(other === last) - Number(one === last));
}

/** Lets `cpu` make the access that it rests at, and go on to where others would notice. */
function accessNow({ system }: Setup, landmarks: Landmarks, cpu: number): Stretch {
  system.free = true;
  system.choicesLeft = 0;
  landmarks.after = () => {
    system.halt = true;
  };
  system.haltAtOnce = false;
  system.move(cpu);
  landmarks.after = () => {};
  system.free = false;
  return { cpu, landmark: landmarks.landmark, occurrence: landmarks.occurrence, choices: [] };
}

/** The schedule as one line. */
export function formatSchedule(schedule: Schedule): string {
  const { bounds } = schedule;
  const flags = [
    `c${bounds.cpus}`,
    `r${bounds.rounds}`,
    `g${bounds.regions}`,
    `f${bounds.allocFailures}`,
    `p${bounds.placement}`,
    `u${bounds.use}`,
    ...(schedule.earlyChoice ? [EARLY_CHOICE] : []),
    ...(bounds.memory === "tso" ? [STORE_BUFFERS] : []),
    ...((bounds.seamcallFailures ?? 0) > 0 ? [`${SEAMCALL_FAILURES}${bounds.seamcallFailures}`] : []),
  ];
  return [
    SCHEDULE_FORMAT,
    // The name of a file may hold anything.
    encodeURIComponent(schedule.design).replaceAll("%2F", "/"),
    schedule.scenario,
    flags.join(","),
    schedule.requirement,
    schedule.stretches.map(formatStretch).join("_") + END,
  ].join(":");
}

function formatStretch({ cpu, drains, landmark, occurrence, choices }: Stretch): string {
  return `${drains === true ? DRAINS[cpu] : cpu}.${landmark}.${occurrence}.${choices.join("")}`;
}

const FLAGS =
  /^c([1-8]),r([1-9]\d{0,2}),g([1-8]),f(\d{1,2}),p(adversarial|first-fit),u(rdmd|wbinvd|none)(,x)?(,mtso)?(?:,s(\d{1,2}))?$/;
const STRETCH = /^([0-7a-h])\.([0-9a-z]{5}|)\.(\d{1,6})\.(\d*)$/;

function decoded(name: string): string {
  try {
    return decodeURIComponent(name);
  } catch {
    throw damaged("the name of its design");
  }
}

function damaged(what: string): ScheduleError {
  return new ScheduleError(
    `the schedule is damaged: ${what} is not as dpamt writes it; copy the whole line again, in single quotes`,
  );
}

/** Reads a schedule. @throws ScheduleError saying what is wrong and what to do */
export function parseSchedule(line: string): Schedule {
  const parts = line.trim().split(":");
  const format = parts[0] as string;
  if (format !== SCHEDULE_FORMAT) {
    const known = /^dpamt\d+$/.test(format);
    throw new ScheduleError(
      known
        ? `the schedule has format ${format}, this version reads ${SCHEDULE_FORMAT}; find the failure again with "dpamt check"`
        : `"${format.slice(0, 40)}" does not begin a schedule; copy the whole line that "dpamt check" printed, from "${SCHEDULE_FORMAT}:"`,
    );
  }
  const [, design = "", scenario = "", flags = "", requirement = "", rest = ""] = parts;
  const bounds = FLAGS.exec(flags);
  if (parts.length !== 6 || bounds === null || !requirements.some(({ id }) => id === requirement)) {
    throw damaged(`what stands before its moves (${parts.slice(1, 5).join(":").slice(0, 80)})`);
  }
  if (!rest.endsWith(END)) {
    throw new ScheduleError(`the schedule is cut off: it does not end in "${END}"; copy the whole line again`);
  }
  // What is wrong from the start needs no move.
  const moves = rest === END ? [] : rest.slice(0, -END.length).split("_");
  const stretches = moves.map((text, index) => {
    const match = STRETCH.exec(text);
    if (match === null) {
      throw damaged(`its move ${index + 1} ("${text.slice(0, 40)}")`);
    }
    const [, who, landmark, occurrence, choices] = match as unknown as [string, string, string, string, string];
    const operation = { landmark, occurrence: Number(occurrence), choices: [...choices].map(Number) };
    const drains = DRAINS.indexOf(who);
    return drains < 0 ? { cpu: Number(who), ...operation } : { cpu: drains, drains: true as const, ...operation };
  });
  const [, cpus, rounds, regions, failures, placement, use, early, memory, refusals] = bounds as unknown as string[];
  return {
    earlyChoice: early !== undefined,
    design: decoded(design),
    scenario,
    requirement,
    stretches,
    bounds: {
      cpus: Number(cpus),
      rounds: Number(rounds),
      regions: Number(regions),
      allocFailures: Number(failures),
      placement: placement as Bounds["placement"],
      use: use as Use,
      ...(memory === undefined ? {} : { memory: "tso" as const }),
      ...(refusals === undefined ? {} : { seamcallFailures: Number(refusals) }),
    },
  };
}

/**
 * Follows a schedule in a fresh setup, telling `trace`.
 *
 * What ends no path is looked at behind the last move: a failure that does end one may have it on its way.
 *
 * @returns the broken requirement, or null when nothing broke
 * @throws ScheduleError when the programs no longer do what the schedule says, with the place
 */
export function follow(setup: Setup, schedule: Schedule, trace: Trace | null): Violation | null {
  const { system, monitor } = setup;
  const landmarks = new Landmarks(setup, trace);
  setup.system.reset();
  monitor.asides.reset();
  monitor.onState();
  system.trace = landmarks;
  system.free = true;
  const drained = new Set(schedule.stretches.filter(({ drains }) => drains).map(({ landmark }) => landmark));
  if (system.buffers !== null) system.buffers.chosen = (node) => drained.has(landmarkOf(setup, node));
  try {
    for (const [index, stretch] of schedule.stretches.entries()) {
      // What is left in buffers after the last step need not drain.
      if (landmarks.comesBack && schedule.stretches.slice(index).every(({ drains }) => drains)) break;
      followStretch(setup, landmarks, stretch, `move ${index + 1} of ${schedule.stretches.length}`);
      if (landmarks.race !== null) reportRace(setup, landmarks.race);
      if (system.violation === null) monitor.onState();
      if (system.violation === null) continue;
      const { violation } = system;
      if (landmarks.race === null) for (const cpu of violation.race ?? []) accessNow(setup, landmarks, cpu);
      return violation;
    }
    if (schedule.requirement === setup.system.findings.cycle && landmarks.comesBack) {
      system.find("cycle", CYCLE_MESSAGE);
      return system.violation;
    }
    const aside = monitor.asides.noted.find(({ property }) => property === schedule.requirement);
    if (aside !== undefined) return aside;
    const waiting = showWaiting(setup, trace);
    if (waiting.length > 0) system.find("deadlock", deadlockMessage(waiting));
    return system.violation;
  } finally {
    system.trace = null;
    system.free = false;
    system.haltAtOnce = false;
    system.draw = null;
    if (system.buffers !== null) system.buffers.chosen = null;
  }
}

function reportRace({ system, space }: Setup, race: Race): void {
  const message = describeRace(system, race, (address) => space.describe(address));
  system.violate(system.findings.race, message, evidenceOf(system, race));
}

/** Says that a schedule cannot be followed: at which move, what CPU does instead, and what to do. */
function lost({ system, subject }: Setup, stretch: Stretch, which: string, what: string): ScheduleError {
  const { cpu } = stretch;
  const source = subject.design.source?.(system.automaton.site[system.nodes[cpu] as number] as number);
  const where = source === undefined ? "" : ` (it is at ${source.file}:${source.line})`;
  return new ScheduleError(
    `the failure cannot be followed any more: at ${which} of the schedule ("${formatStretch(stretch)}") ` +
      `CPU${cpu} ${what}${where}; what is checked has changed, or the line was edited: ` +
      'run "dpamt check" to see whether it still fails',
  );
}

function followStretch(setup: Setup, landmarks: Landmarks, stretch: Stretch, which: string): void {
  const { system } = setup;
  const { cpu, landmark, occurrence } = stretch;
  if (cpu >= system.cpus) {
    throw new ScheduleError(
      `${which} of the schedule ("${formatStretch(stretch)}") is of CPU${cpu}, but there are ${system.cpus} CPUs: ` +
        'the line was edited; copy it again as "dpamt check" printed it',
    );
  }
  if (stretch.drains === true) {
    if (system.buffers !== null && system.move(system.cpus + cpu) === Outcome.Moved) {
      if (landmarks.landmark === landmark && landmarks.occurrence === occurrence) return;
    }
    throw lost(setup, stretch, which, "has another store, or none, as the oldest in its buffer");
  }
  const choices = [...stretch.choices];
  system.draw = (_first, limit) => {
    const choice = choices.shift();
    system.choicesLeft = choices.length;
    if (choice === undefined) throw lost(setup, stretch, which, "has one more choice to make than was recorded");
    if (choice >= limit) throw lost(setup, stretch, which, `has ${limit} alternatives where ${choice + 1} are needed`);
    return choice;
  };
  system.choicesLeft = choices.length;
  // A stretch without shared operations goes on to the first one; else it runs on to its landmark.
  system.haltAtOnce = landmark === "";
  let reached = landmark === "";
  landmarks.after = () => {
    if (landmarks.landmark === landmark && landmarks.occurrence === occurrence) {
      reached = true;
      system.halt = true;
    }
  };
  system.move(cpu);
  if (reached || system.violation !== null) return;
  const why = system.isDone(cpu) ? "ends" : "has to wait";
  throw lost(setup, stretch, which, `${why} before it has done what was recorded`);
}

/**
 * Shows what each CPU that has not finished waits for; nothing stays changed.
 *
 * @param trace told of what it does before it waits
 * @returns the CPUs that wait, or an empty list if any of them can move
 */
export function showWaiting(setup: Setup, trace: Trace | null): number[] {
  const { system } = setup;
  const waiting: number[] = [];
  if (system.buffers?.allEmpty === false) return waiting;
  system.free = false;
  system.draw = (first) => first;
  for (let cpu = 0; cpu < system.cpus; cpu++) {
    if (system.isDone(cpu)) continue;
    const saved = new Int32Array(system.savepoints.size);
    system.savepoints.save(cpu, saved, 0);
    system.trace = trace;
    const outcome = system.move(cpu);
    system.trace = null;
    if (outcome === Outcome.Blocked) trace?.onWait(cpu, system.nodes[cpu] as number);
    system.savepoints.restore(cpu, saved, 0);
    system.violation = null;
    if (outcome !== Outcome.Blocked) return [];
    waiting.push(cpu);
  }
  system.draw = null;
  return waiting;
}
