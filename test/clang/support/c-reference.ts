/**
 * All interleavings of programs in C, state by state: states are kept as text, nothing is left out, nothing is
 * interchangeable, and not a line of the explorer is used. Of the interpreter only its operations are, one by one.
 *
 * Memory is that of x86-TSO (Owens, Sarkar, Sewell, "A Better x86 Memory Model", 2009) or sequentially consistent.
 */
import type { MemoryModelName } from "../../../src/explore/index.js";
import {
  Access,
  isMark,
  LockEffect,
  type Operation,
  OperationKind,
  type Program,
  type WordOperation,
} from "../../../src/machine/index.js";
import { hasFairCycle } from "../../explore/support/fair-cycles.js";
import { type COutcomes, type CPrograms, endsPath, eventText, finalText, hostOf, untilKnown } from "./c-explored.js";
import type { CHost } from "./c-host.js";

/** How often a program goes on from the head of a loop as if it were elsewhere, although it says that it knows the same. */
const TRUST = 1;
/** Stores that wait at most, as in the explorer. */
const QUEUE_MAX = 8;

type Step =
  | { readonly kind: "word"; readonly word: WordOperation; readonly address: number; readonly argument: number }
  | { readonly kind: "choose"; readonly alternatives: number; readonly budget: number; readonly from: number }
  | { readonly kind: "event"; readonly code: number; readonly detail: number };

/** Where a program stands: the results that it has received. */
interface Place {
  readonly number: number;
  /** Null: it has ended. */
  readonly step: Step | null;
  readonly before: Place | null;
  readonly result: number;
  /** Heads of loops that it has come to since that result, and whether what came earlier does not count. */
  readonly heads: readonly string[];
  readonly isScope: boolean;
  readonly after: Map<number, Place>;
}

/** A program with the programs that it calls in one. */
function* flat(program: Program): Program {
  let result = 0;
  for (;;) {
    const next = program.next(result);
    if (next.done === true) return next.value;
    const { kind, start, record } = next.value;
    if (kind === OperationKind.Become) return yield* flat(start(null));
    result = kind === OperationKind.Call ? yield* flat(start(record)) : yield next.value;
  }
}

function stepOf({ kind, word, address, argument, detail }: Operation): Step {
  switch (kind) {
    case OperationKind.Word:
      return { kind: "word", word, address, argument };
    case OperationKind.Choose:
      return { kind: "choose", alternatives: argument, budget: address, from: detail };
    case OperationKind.Event:
      return { kind: "event", code: argument, detail };
    default:
      throw new Error(`operations of kind ${OperationKind[kind]} have no reference yet`);
  }
}

/** All places of one program. */
class Places {
  private count = 0;
  readonly first: Place;

  constructor(private readonly start: () => Program) {
    this.first = this.at(flat(start()), null, 0);
  }

  /** The place behind `place` when its step gives `result`. */
  next(place: Place, result: number): Place {
    let after = place.after.get(result);
    if (after === undefined) {
      const program = flat(this.start());
      skipHeads(program, 0);
      for (const each of resultsOf(place)) skipHeads(program, each);
      after = this.at(program, place, result);
      place.after.set(result, after);
    }
    return after;
  }

  /**
   * Goes on with `result` to the next step. Who is back at the head of a loop, knowing the same, is where he was. That a
   * program knows the same is the interpreter's word: at first it is not taken for that.
   */
  private at(program: Program, before: Place | null, result: number): Place {
    const heads: string[] = [];
    let isScope = before === null;
    for (let next = program.next(result); ; next = program.next(0)) {
      if (next.done === true) return this.add({ step: null, before, result, heads, isScope });
      const { kind, state } = next.value;
      // The reference forgets nothing.
      if (kind === OperationKind.Join) continue;
      if (kind !== OperationKind.LoopHead) {
        return this.add({ step: stepOf(next.value), before, result, heads, isScope });
      }
      if (state === null) {
        isScope = true;
        heads.length = 0;
        continue;
      }
      const head = state();
      const earlier: Place[] = [];
      for (let place = isScope ? null : before; place !== null; place = place.isScope ? null : place.before) {
        if (place.heads.includes(head)) earlier.push(place);
      }
      if (earlier.length > TRUST) return earlier[0] as Place;
      heads.push(head);
    }
  }

  private add(place: Omit<Place, "number" | "after">): Place {
    return { ...place, number: this.count++, after: new Map() };
  }
}

function resultsOf(place: Place): number[] {
  const results: number[] = [];
  for (let at = place; at.before !== null; at = at.before) results.unshift(at.result);
  return results;
}

function skipHeads(program: Program, result: number): void {
  let next = program.next(result);
  while (next.done !== true && isMark(next.value.kind)) next = program.next(0);
}

/** Where steps lead behind which nothing goes on. */
const BROKEN = "broken";

interface Store {
  readonly word: WordOperation;
  readonly address: number;
  readonly argument: number;
}

/** What differs from how words begin. */
type Changes = ReadonlyMap<number, number>;

interface State {
  readonly places: readonly Place[];
  readonly shared: Changes;
  readonly own: readonly Changes[];
  readonly queues: readonly (readonly Store[])[];
}

function keyOf({ places, shared, own, queues }: State): string {
  const text = (changes: Changes): string => [...changes].sort(([one], [other]) => one - other).join();
  const stores = queues.map((queue) => queue.map((store) => `${store.address} ${store.word.kind} ${store.argument}`));
  return `${places.map(({ number }) => number)} ${text(shared)} ${own.map(text).join("/")} ${JSON.stringify(stores)}`;
}

/** Programs have more states than brute force goes through. */
export class TooMany extends Error {}

/**
 * Everything that programs can come to.
 *
 * @param most states to go through
 * @throws TooMany; CError where programs do what is not understood
 */
export function referenceC(programs: CPrograms, memory: MemoryModelName, most: number): COutcomes {
  return untilKnown(() => new Reference(programs, memory).outcomes(most));
}

class Reference {
  private readonly host: CHost;
  private readonly places: readonly Places[];
  private readonly finals = new Set<string>();
  private readonly told = new Set<string>();
  private readonly races = new Set<string>();

  constructor(
    private readonly programs: CPrograms,
    private readonly memory: MemoryModelName,
  ) {
    this.host = hostOf(programs);
    this.places = programs.functions.map((name) => new Places(() => this.host.call(name)));
  }

  outcomes(most: number): COutcomes {
    const cpus = this.places.length;
    const none: Changes = new Map();
    const first: State = {
      places: this.places.map((each) => each.first),
      shared: none,
      own: this.places.map((_, cpu) => this.numbered(cpu)),
      queues: this.places.map(() => []),
    };
    const graph = new Map<string, { readonly cpu: number; readonly to: string }[]>();
    const todo = [first];
    let endless = false;
    for (let state = todo.pop(); state !== undefined; state = todo.pop()) {
      const key = keyOf(state);
      if (graph.has(key)) continue;
      if (graph.size >= most) throw new TooMany(`more than ${most} states`);
      const moves: { readonly cpu: number; readonly to: string }[] = [];
      graph.set(key, moves);
      let canMove = false;
      for (let process = 0; process < 2 * cpus; process++) {
        const after = process < cpus ? this.step(state, process) : this.drain(state, process - cpus);
        if (after === null) continue;
        canMove = true;
        // A step behind which nothing goes on is one all the same: who waits to make it is not stuck.
        if (after.length === 0) moves.push({ cpu: process, to: BROKEN });
        for (const each of after) {
          moves.push({ cpu: process, to: keyOf(each) });
          todo.push(each);
        }
      }
      this.findRaces(state);
      if (canMove) continue;
      if (state.places.some(({ step }) => step !== null)) endless = true;
      else this.finals.add(this.end(state));
    }
    endless ||= hasFairCycle([...graph.keys()], graph, 2 * cpus);
    return { finals: this.finals, told: this.told, races: this.races, endless };
  }

  /** What a CPU's own words begin as. */
  private numbered(cpu: number): Changes {
    return new Map(this.host.numberedCpus && cpu > 0 ? [[this.host.kernel.cpu.number, cpu]] : []);
  }

  private end({ shared, own }: State): string {
    const results = own.map((words) => words.get(this.host.result) ?? 0);
    const contents = this.host.contents((address) => this.read(shared, address));
    return finalText(this.programs.functions, contents, results);
  }

  private read(shared: Changes, address: number): number {
    return shared.get(address) ?? this.host.kernel.words.read(address);
  }

  private put(changes: Changes, address: number, value: number, first: number): Changes {
    const after = new Map(changes);
    if ((value | 0) === first) after.delete(address);
    else after.set(address, value | 0);
    return after;
  }

  private putShared(state: State, address: number, value: number): State {
    return { ...state, shared: this.put(state.shared, address, value, this.host.kernel.words.read(address)) };
  }

  /** What `cpu` finds in a word: its own stores, the latest first, or memory. */
  private view({ shared, queues }: State, cpu: number, address: number): number {
    let view = this.read(shared, address);
    for (const store of queues[cpu] ?? []) {
      if (store.address === address) view = store.word.next(view, store.argument) | 0;
    }
    return view;
  }

  /** The states after a step of the program, none where nothing goes on behind it; null if it has to wait, or has ended. */
  private step(state: State, cpu: number): State[] | null {
    const place = state.places[cpu] as Place;
    const { step } = place;
    if (step === null) return null;
    const on = (from: State, result: number): State => this.settled(this.moved(from, cpu, place, result), cpu);
    if (step.kind === "event") {
      const text = eventText(step.code, step.detail);
      this.told.add(text);
      return endsPath(text) ? [] : [on(state, 0)];
    }
    if (step.kind === "choose") return this.choices(state, step).map(([from, choice]) => on(from, choice));
    const { word, address, argument } = step;
    if (this.host.isPrivate(address)) {
      const own = state.own[cpu] as Changes;
      const before = own.get(address) ?? 0;
      const after = this.put(own, address, word.next(before, argument), 0);
      const changed = { ...state, own: state.own.map((old, index) => (index === cpu ? after : old)) };
      return [on(changed, word.result(before, argument))];
    }
    const before = this.view(state, cpu, address);
    const result = word.result(before, argument);
    if (this.isBuffered(step)) {
      const queue = state.queues[cpu] as readonly Store[];
      if (queue.length >= QUEUE_MAX) return null;
      const queues = state.queues.map((old, index) => (index === cpu ? [...queue, { word, address, argument }] : old));
      return [on({ ...state, queues }, result)];
    }
    if (!this.isReady(state, cpu, step)) return null;
    if (word.readOnly || word.fails?.(before, argument) === true) return [on(state, result)];
    return [on(this.putShared(state, address, word.next(before, argument)), result)];
  }

  /** A CPU goes on behind `place` with what its step gives. */
  private moved(from: State, cpu: number, place: Place, result: number): State {
    const after = this.places[cpu]?.next(place, result) as Place;
    return { ...from, places: from.places.map((old, index) => (index === cpu ? after : old)) };
  }

  /** Makes the steps of a CPU that belong to the one before. */
  private settled(state: State, cpu: number): State {
    const place = state.places[cpu] as Place;
    const { step } = place;
    if (step?.kind !== "word" || !this.host.isHeapBookkeeping(step.address)) return state;
    const { word, address, argument } = step;
    const before = this.read(state.shared, address);
    const after = word.readOnly ? state : this.putShared(state, address, word.next(before, argument));
    return this.settled(this.moved(after, cpu, place, word.result(before, argument)), cpu);
  }

  private choices(state: State, step: Step & { kind: "choose" }): (readonly [State, number])[] {
    const { alternatives, budget, from } = step;
    if (budget < 0) return Array.from({ length: alternatives - from }, (_, index) => [state, from + index]);
    const left = this.read(state.shared, budget);
    if (left <= 0) return [[state, 0]];
    const spent = this.putShared(state, budget, left - 1);
    return Array.from({ length: alternatives }, (_, choice) => [choice === 0 ? state : spent, choice]);
  }

  private isBuffered({ word, address }: Step & { kind: "word" }): boolean {
    if (this.memory === "sc" || word.readOnly || word.access === Access.Ordered) return false;
    return !this.host.isCommuting(address);
  }

  /** Whether a step on a shared word can happen now. */
  private isReady(state: State, cpu: number, { word, address, argument }: Step & { kind: "word" }): boolean {
    const view = this.view(state, cpu, address);
    // Bookkeeping of whose a page is waits for no store.
    const isOrdered = word.access === Access.Ordered && !this.host.isCommuting(address);
    if (isOrdered && (state.queues[cpu]?.length ?? 0) > 0) {
      return word.fails?.(view, argument) === true;
    }
    return word.ready === undefined || word.ready(view, argument);
  }

  /** The state after the oldest store in the queue of `cpu` has reached memory; null if there is none. */
  private drain(state: State, cpu: number): State[] | null {
    const [oldest, ...rest] = state.queues[cpu] ?? [];
    if (oldest === undefined) return null;
    const { word, address, argument } = oldest;
    const value = word.next(this.read(state.shared, address), argument);
    const queues = state.queues.map((old, index) => (index === cpu ? rest : old));
    return [this.putShared({ ...state, queues }, address, value)];
  }

  /** Two CPUs that are both about to access a word, and can: one writes, one is plain. */
  private findRaces(state: State): void {
    const upcoming = state.places.map(({ step }, cpu) => {
      if (step?.kind !== "word" || this.host.isPrivate(step.address) || this.host.isCommuting(step.address))
        return null;
      const { word, address, argument } = step;
      const queued = state.queues[cpu]?.length ?? 0;
      const isReady = this.isBuffered(step) ? queued < QUEUE_MAX : this.isReady(state, cpu, step);
      if (!isReady) return null;
      const loads = word.readOnly || word.fails?.(this.view(state, cpu, address), argument) === true;
      return { address, writes: !loads, plain: word.access === Access.Plain && word.lock === LockEffect.None };
    });
    for (const [cpu, one] of upcoming.entries()) {
      for (const other of upcoming.slice(0, cpu)) {
        if (one?.address !== other?.address || one === null || other === null || other === undefined) continue;
        if ((one.writes || other.writes) && (one.plain || other.plain)) this.races.add(this.host.raceText(one.address));
      }
    }
  }
}
