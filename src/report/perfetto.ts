/**
 * A counterexample as a trace for Perfetto and chrome://tracing. Each CPU has a track with calls as slices; locks are
 * slices beside them, counts of regions counters. A microsecond stands for a step.
 *
 * Source: Trace Event Format, and what Perfetto's documentation says of it ("Visualizing external trace formats").
 */
import type { Counterexample, HostLock, HostRegion, Step } from "../check/index.js";
import { categoryOf } from "../check/trace/facts.js";
import { shortPlace } from "./columns.js";
import { cpusOf, historyOf } from "./history.js";
import { jsonText } from "./json.js";
import { cleaned, type SavedResult } from "./result.js";
import { formatAddress } from "./words.js";

type Arguments = Readonly<Record<string, string | number | boolean>>;

interface TraceEvent {
  readonly name: string;
  readonly ph: "B" | "E" | "i" | "b" | "e" | "C" | "M";
  readonly ts: number;
  readonly pid: number;
  readonly tid: number;
  readonly cat?: string;
  /** Of an instant: how far it reaches, the thread or everything. */
  readonly s?: "t" | "g";
  readonly id?: string;
  readonly args?: Arguments;
}

/** Processes of the trace: Perfetto shows tracks in groups by them. */
const CPUS = 1;
const LOCKS = { kernel: 2, module: 3 } as const;
const REGIONS = 4;

/**
 * The trace, of the first failure. Without one it holds nothing but the name.
 *
 * @param regionText what the region at an address is called
 */
export function perfettoOf(given: SavedResult, regionText: (address: number) => string = formatAddress): string {
  const { subject, counterexample } = cleaned(given);
  const events = counterexample === null ? [] : new Recorder(subject.name, counterexample, regionText).events;
  return jsonText({
    traceEvents: events,
    displayTimeUnit: "ns",
    otherData: {
      subject: subject.name,
      ...(counterexample === null
        ? { failure: "none" }
        : { failure: `${counterexample.requirement}: ${counterexample.message}`, schedule: counterexample.schedule }),
    },
  });
}

/** A lock that is held, with the number of its slice. */
interface Held {
  readonly lock: HostLock;
  readonly id: string;
}

class Recorder {
  readonly events: TraceEvent[] = [];
  /** Slices that are open on each CPU, outermost first. */
  private readonly open = new Map<number, string[]>();
  private held: Held[] = [];
  private ids = 0;

  constructor(
    name: string,
    counterexample: Counterexample,
    private readonly regionText: (address: number) => string,
  ) {
    const { steps, scene, requirement, message } = counterexample;
    this.describe(name, counterexample);
    this.regions(0, scene.regions);
    this.locks(0, scene.locks);
    for (const { index, step } of historyOf(counterexample)) {
      this.step(index, step);
      if (step.scene?.locks !== undefined) this.locks(index, step.scene.locks);
      this.regions(index, step.scene?.regions ?? []);
    }
    const end = steps.length;
    for (const cpu of cpusOf(counterexample)) this.leave(end, cpu, []);
    this.locks(end, []);
    this.add({
      name: `${requirement} broken: ${message}`,
      cat: "failure",
      ph: "i",
      s: "g",
      ts: end,
      pid: CPUS,
      tid: 1,
    });
  }

  private add(event: TraceEvent): void {
    this.events.push(event);
  }

  private describe(name: string, counterexample: Counterexample): void {
    const groups: [pid: number, name: string][] = [
      [CPUS, name],
      [LOCKS.kernel, "locks of the kernel"],
      [LOCKS.module, "locks of the TDX module"],
      [REGIONS, "regions"],
    ];
    const tell = (what: string, pid: number, tid: number, args: Arguments): void =>
      this.add({ name: what, ph: "M", ts: 0, pid, tid, args });
    for (const [pid, label] of groups) {
      tell("process_name", pid, 0, { name: label });
      tell("process_sort_index", pid, 0, { sort_index: pid });
    }
    for (const cpu of cpusOf(counterexample)) {
      tell("thread_name", CPUS, threadOf(cpu), { name: `CPU${cpu}` });
      tell("thread_sort_index", CPUS, threadOf(cpu), { sort_index: cpu });
    }
  }

  private step(ts: number, step: Step): void {
    const { cpu, action, text, calls } = step;
    const kind = categoryOf(action);
    // The return stands inside of the call that it ends.
    if (kind === "return") this.instant(ts, step);
    this.leave(ts, cpu, calls);
    for (const call of calls.slice(this.open.get(cpu)?.length ?? 0)) this.enter(ts, cpu, call, "call", {});
    if (kind === "call") this.enter(ts, cpu, text, "call", argumentsOf(step));
    // It lasts until the CPU goes on, which ends the slice as it would end a call.
    else if (action.kind === "wait") this.enter(ts, cpu, text, "wait", argumentsOf(step));
    else if (kind !== "return") this.instant(ts, step);
  }

  private instant(ts: number, step: Step): void {
    const { cpu, text, action, visible } = step;
    const kind = categoryOf(action);
    const cat = visible ? kind : `${kind},hidden`;
    this.add({ name: text, cat, ph: "i", s: "t", ts, pid: CPUS, tid: threadOf(cpu), args: argumentsOf(step) });
  }

  private enter(ts: number, cpu: number, name: string, cat: string, args: Arguments): void {
    this.open.set(cpu, [...(this.open.get(cpu) ?? []), name]);
    this.add({ name, cat, ph: "B", ts, pid: CPUS, tid: threadOf(cpu), args });
  }

  /** Ends the slices of a CPU that it is not inside of any more. */
  private leave(ts: number, cpu: number, calls: readonly string[]): void {
    const open = this.open.get(cpu) ?? [];
    let common = 0;
    while (common < open.length && open[common] === calls[common]) common++;
    for (const name of open.slice(common).reverse()) {
      this.add({ name, ph: "E", ts, pid: CPUS, tid: threadOf(cpu) });
    }
    this.open.set(cpu, open.slice(0, common));
  }

  /** Ends the slices of locks that were given up, and begins those of locks that were taken. */
  private locks(ts: number, now: readonly HostLock[]): void {
    const taken = [...now];
    const kept: Held[] = [];
    for (const held of this.held) {
      const at = taken.findIndex((lock) => nameOf(lock) === nameOf(held.lock) && lock.of === held.lock.of);
      if (at >= 0) {
        taken.splice(at, 1);
        kept.push(held);
      } else this.add({ ...lockEvent(held), ph: "e", ts });
    }
    for (const lock of taken) {
      const held = { lock, id: `0x${(++this.ids).toString(16)}` };
      kept.push(held);
      const { cpu, name, mode } = lock;
      this.add({ ...lockEvent(held), ph: "b", ts, args: { cpu, name, mode } });
    }
    this.held = kept;
  }

  private regions(ts: number, regions: readonly HostRegion[]): void {
    for (const { address, count, users } of regions) {
      const args = { ...(count === null ? {} : { count }), ...(users === null ? {} : { users }) };
      if (Object.keys(args).length === 0) continue;
      this.add({ name: `region ${this.regionText(address)}`, ph: "C", ts, pid: REGIONS, tid: 0, args });
    }
  }
}

/** Thread 0 is that of no CPU in viewers. */
function threadOf(cpu: number): number {
  return cpu + 1;
}

function nameOf({ cpu, name, mode }: HostLock): string {
  return `${name}, CPU${cpu}, ${mode}`;
}

/** What the two ends of the slice of a lock have in common. */
function lockEvent({ lock, id }: Held): Pick<TraceEvent, "name" | "cat" | "id" | "pid" | "tid"> {
  return { name: nameOf(lock), cat: "lock", id, pid: LOCKS[lock.of], tid: threadOf(lock.cpu) };
}

function argumentsOf({ action, source }: Step): Arguments {
  return {
    ...numbersOf(action),
    ...(source === undefined ? {} : { place: shortPlace(source), code: source.text }),
  };
}

/** What a word held before and after, where it holds plain numbers. */
function numbersOf(action: Step["action"]): Arguments {
  if (!("before" in action)) return {};
  const { before, after } = action;
  return typeof before === "number" && typeof after === "number" ? { before, after } : {};
}
