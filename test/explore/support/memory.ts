/**
 * Tiny programs over shared words with marked and plain accesses, locked instructions, conditional ones among them, fences
 * and locks: for the explorer as `Program`s, and for a reference that shares no code with it.
 *
 * The reference is the abstract machine of x86-TSO (Owens, Sarkar, Sewell, "A Better x86 Memory Model", 2009): a memory,
 * for each processor a queue of stores, and steps that any processor or queue may take at any time. A conditional atomic
 * whose condition fails is a load there (Documentation/atomic_t.txt of Linux: "unordered" if it fails).
 */
import type { MemoryModelName } from "../../../src/explore/state/memory-model.js";
import { raceWith, restsAtPlain } from "../../../src/explore/step/races.js";
import {
  atomicCmpxchg,
  atomicDecIfAboveOne,
  atomicDecIfPositive,
  atomicDecUnlessOne,
  atomicIncNotZero,
  SPIN_UNLOCK,
  spinLock,
  spinUnlock,
} from "../../../src/kernel/index.js";
import {
  Access,
  ADD_RETURN,
  choose,
  fence,
  fill,
  LockEffect,
  type Operation,
  on,
  type Program,
  READ,
  type WordOperation,
  WRITE,
  wordOperation,
  write,
} from "../../../src/machine/index.js";
import { type BareOptions, BareSystem, exhaust, type Order } from "./bare-system.js";

/** Words that hold data, and locks. */
export const DATA_WORDS = 4;
const LOCKS = 2;

const DATA = 1;
const LOCK = 10;
const REGISTERS = 20;
const BUFFER = 100;

/** How an access is marked in the source. */
export type Marking = "relaxed" | "plain";

/** Conditional atomics that take no argument. */
export const conditionals = ["inc-not-zero", "dec-unless-one", "dec-if-above-one", "dec-if-positive"] as const;
export type Conditional = (typeof conditionals)[number];

export type Step =
  | { readonly op: "load"; readonly word: number; readonly as: Marking }
  | { readonly op: "store"; readonly word: number; readonly value: number; readonly as: Marking }
  /** Stores two bits of a word. */
  | {
      readonly op: "store-half";
      readonly word: number;
      readonly half: 0 | 1;
      readonly value: number;
      readonly as: Marking;
    }
  /** Stores to all words from `from` on, in one step. */
  | { readonly op: "fill"; readonly from: number; readonly value: number; readonly as: Marking }
  /** Adds 1 with a locked instruction. */
  | { readonly op: "add"; readonly word: number }
  /** A conditional atomic of the kernel; the value seen is its result. */
  | { readonly op: Conditional; readonly word: number }
  /** Stores `value` if the word is `expected`; the value seen is what it was. */
  | { readonly op: "cmpxchg"; readonly word: number; readonly expected: number; readonly value: number }
  | { readonly op: "fence" }
  /** Takes the lock if it is free; the value seen is 1 if it was taken. */
  | { readonly op: "trylock"; readonly lock: number }
  /** An unlock is ordered, a release is a store like others. */
  | { readonly op: "lock" | "unlock" | "release"; readonly lock: number }
  | { readonly op: "choose" }
  /** Skips `count` steps unless the value loaded last is `value`. */
  | { readonly op: "when"; readonly value: number; readonly count: number };

export type Code = readonly Step[];

/** What programs can come to. */
export interface Results {
  /** Data words, then for each CPU all values that it has seen. */
  readonly finals: Set<string>;
  /** Words on which two CPUs race. */
  readonly races: Set<number>;
}

/** Appends to the values that a CPU has seen, which are -1 or more. */
const SEEN_BASE = 29;
const seen = (before: number, value: number): number => (before * SEEN_BASE + value + 2) | 0;

function finalOf(data: readonly number[], registers: readonly number[], programs: readonly Code[]): string {
  // CPUs with the same program are interchangeable.
  const ids = programs.map((code) => programs.indexOf(code));
  return `${data.join()} | ${registers
    .map((register, cpu) => `${ids[cpu]}:${register}`)
    .sort()
    .join()}`;
}

function marked(operation: WordOperation, as: Marking): WordOperation {
  return wordOperation({ ...operation, access: as === "plain" ? Access.Plain : Access.Relaxed });
}

const both = (operation: WordOperation) => ({
  relaxed: marked(operation, "relaxed"),
  plain: marked(operation, "plain"),
});
const half = (shift: number) =>
  wordOperation({ name: "half", next: (word, value) => (word & ~(3 << shift)) | (value << shift), result: () => 0 });

const LOAD = both(READ);
const STORE = both(WRITE);
const RELEASE = marked(SPIN_UNLOCK, "relaxed");
const TRYLOCK = wordOperation({
  name: "trylock",
  next: () => 1,
  result: (word) => (word === 0 ? 0 : 1),
  fails: (word) => word !== 0,
  lock: LockEffect.AcquireExclusive,
});
const CONDITIONAL: Readonly<Record<Conditional, (address: number) => Operation>> = {
  "inc-not-zero": atomicIncNotZero,
  "dec-unless-one": atomicDecUnlessOne,
  "dec-if-above-one": atomicDecIfAboveOne,
  "dec-if-positive": atomicDecIfPositive,
};
const HALVES = [both(half(0)), both(half(2))] as const;

/** The program that the explorer runs. */
function* interpret(code: Code): Program {
  let register = 0;
  let last = 0;
  for (let at = 0; at < code.length; at++) {
    const step = code[at] as Step;
    switch (step.op) {
      case "load":
        last = yield on(LOAD[step.as], DATA + step.word);
        register = seen(register, last);
        break;
      case "store":
        yield on(STORE[step.as], DATA + step.word, step.value);
        break;
      case "store-half":
        yield on(HALVES[step.half][step.as], DATA + step.word, step.value);
        break;
      case "fill":
        yield fill(STORE[step.as], DATA + step.from, DATA_WORDS - step.from, step.value);
        break;
      case "add":
        last = yield on(ADD_RETURN, DATA + step.word, 1);
        register = seen(register, last);
        break;
      case "inc-not-zero":
      case "dec-unless-one":
      case "dec-if-above-one":
      case "dec-if-positive":
        last = yield CONDITIONAL[step.op](DATA + step.word);
        register = seen(register, last);
        break;
      case "cmpxchg":
        last = yield atomicCmpxchg(DATA + step.word, step.expected, step.value);
        register = seen(register, last);
        break;
      case "trylock":
        last = 1 - (yield on(TRYLOCK, LOCK + step.lock));
        register = seen(register, last);
        break;
      case "fence":
        yield fence();
        break;
      case "lock":
        yield spinLock(LOCK + step.lock);
        break;
      case "unlock":
        yield spinUnlock(LOCK + step.lock);
        break;
      case "release":
        yield on(RELEASE, LOCK + step.lock);
        break;
      case "choose":
        last = yield choose("value", 2);
        register = seen(register, last);
        break;
      case "when":
        if (last !== step.value) at += step.count;
    }
  }
  yield write(REGISTERS, register);
  return 0;
}

export interface Variant {
  readonly options: BareOptions;
  readonly order: Order;
}

export const DEFAULT: Variant = { options: {}, order: "depth" };

/** What the explorer finds. */
export function explored(programs: readonly Code[], memory: MemoryModelName, { options, order } = DEFAULT): Results {
  const bare = programs.map((code) => ({ label: `${programs.indexOf(code)}`, start: () => interpret(code) }));
  const checkable = new BareSystem(bare, { ...options, privateFrom: REGISTERS });
  const { system } = checkable;
  if (memory === "tso") system.addStoreBuffers(BUFFER);
  const finals = new Set<string>();
  const races = new Set<number>();
  checkable.onState = () => {
    for (let cpu = 0; cpu < system.cpus; cpu++) {
      const race = restsAtPlain(system, cpu) ? raceWith(system, cpu) : null;
      if (race !== null) races.add(race.address - DATA);
    }
    if (!checkable.isEnd()) return;
    const data = Array.from({ length: DATA_WORDS }, (_, word) => system.shared.read(DATA + word));
    const registers = system.own.map((own) => own.read(REGISTERS));
    finals.add(finalOf(data, registers, programs));
  };
  exhaust(checkable, order);
  return { finals, races };
}

/** Words, the bits of them, and what to put there. */
type Store = readonly (readonly [word: number, bits: number, value: number])[];

interface Processor {
  readonly at: number;
  readonly register: number;
  readonly last: number;
  readonly queue: readonly Store[];
}

interface State {
  /** Data words, then locks. */
  readonly memory: readonly number[];
  readonly processors: readonly Processor[];
}

const ALL_BITS = -1;

function storeOf(step: Step): Store | undefined {
  if (step.op === "store") return [[step.word, ALL_BITS, step.value]];
  if (step.op === "store-half") return [[step.word, 3 << (2 * step.half), step.value << (2 * step.half)]];
  if (step.op === "release") return [[DATA_WORDS + step.lock, ALL_BITS, 0]];
  if (step.op !== "fill") return undefined;
  return Array.from({ length: DATA_WORDS - step.from }, (_, index) => [step.from + index, ALL_BITS, step.value]);
}

/** What a conditional atomic does to a word that holds `found`: what its processor sees, and what is stored if it is done. */
function attempt(step: Step, found: number): { readonly saw: number; readonly stores: number | null } | undefined {
  switch (step.op) {
    case "inc-not-zero":
      return found === 0 ? { saw: 0, stores: null } : { saw: 1, stores: found + 1 };
    case "dec-unless-one":
      return found === 1 ? { saw: 0, stores: null } : { saw: 1, stores: found - 1 };
    case "dec-if-above-one":
      return found <= 1 ? { saw: 0, stores: null } : { saw: 1, stores: found - 1 };
    case "dec-if-positive":
      return { saw: found - 1, stores: found <= 0 ? null : found - 1 };
    case "cmpxchg":
      return { saw: found, stores: found === step.expected ? step.value : null };
    case "trylock":
      return found === 0 ? { saw: 1, stores: 1 } : { saw: 0, stores: null };
    default:
      return undefined;
  }
}

interface Outcome {
  readonly word: number;
  readonly saw: number;
  /** Null: the condition fails. */
  readonly stores: number | null;
}

/** The word of a conditional atomic, and what comes of it as its processor sees the word; undefined for other steps. */
function attempted(step: Step | undefined, { memory }: State, { queue }: Processor): Outcome | undefined {
  if (step === undefined || !("word" in step || "lock" in step)) return undefined;
  const word = "word" in step ? step.word : DATA_WORDS + step.lock;
  const found = queue.reduce(put, [...memory])[word] as number;
  const outcome = attempt(step, found);
  return outcome === undefined ? undefined : { word, ...outcome };
}

function put(memory: readonly number[], store: Store): number[] {
  const after = [...memory];
  for (const [word, bits, value] of store) after[word] = ((after[word] as number) & ~bits) | value;
  return after;
}

/** All states that one step of the processor's program leads to. */
function steps(state: State, cpu: number, code: Code, memory: MemoryModelName): State[] {
  const processor = state.processors[cpu] as Processor;
  const step = code[processor.at];
  if (step === undefined) return [];
  const next = (change: Partial<Processor>, rest: Partial<State> = {}): State => ({
    ...state,
    ...rest,
    processors: state.processors.map((old, index) => (index === cpu ? { ...old, at: old.at + 1, ...change } : old)),
  });
  const saw = (value: number, rest?: Partial<State>): State =>
    next({ last: value, register: seen(processor.register, value) }, rest);
  const store = storeOf(step);
  if (store !== undefined) {
    if (memory === "sc") return [next({}, { memory: put(state.memory, store) })];
    return [next({ queue: [...processor.queue, store] })];
  }
  if (step.op === "load") return [saw(processor.queue.reduce(put, [...state.memory])[step.word] as number)];
  if (step.op === "choose") return [saw(0), saw(1)];
  if (step.op === "when") {
    return [next({ at: processor.at + 1 + (processor.last === step.value ? 0 : step.count) })];
  }
  const outcome = attempted(step, state, processor);
  if (outcome?.stores === null) return [saw(outcome.saw)];
  if (processor.queue.length > 0) return [];
  if (outcome !== undefined) {
    return [saw(outcome.saw, { memory: put(state.memory, [[outcome.word, ALL_BITS, outcome.stores]]) })];
  }
  if (step.op === "add") {
    const sum = (state.memory[step.word] as number) + 1;
    return [saw(sum, { memory: put(state.memory, [[step.word, ALL_BITS, sum]]) })];
  }
  if (step.op === "lock" || step.op === "unlock") {
    const wanted = step.op === "lock" ? 1 : 0;
    const lock = DATA_WORDS + step.lock;
    if (state.memory[lock] === wanted) return [];
    return [next({}, { memory: put(state.memory, [[lock, ALL_BITS, wanted]]) })];
  }
  return [next({})];
}

/** Data words that a step accesses; `onlyLoads`: it is a conditional atomic that fails. */
function touched(
  step: Step | undefined,
  onlyLoads: boolean,
): { words: readonly number[]; writes: boolean; plain: boolean } {
  if (step === undefined) return { words: [], writes: false, plain: false };
  const plain = "as" in step && step.as === "plain";
  if (step.op === "load") return { words: [step.word], writes: false, plain };
  if (step.op === "add") return { words: [step.word], writes: true, plain };
  if ("word" in step && attempt(step, 0) !== undefined) return { words: [step.word], writes: !onlyLoads, plain };
  return { words: storeOf(step)?.map(([word]) => word) ?? [], writes: true, plain };
}

/** What a processor can do now. */
interface Upcoming {
  readonly step: Step | undefined;
  readonly onlyLoads: boolean;
}

function upcomingOf(state: State, processor: Processor, code: Code): Upcoming {
  const step = code[processor.at];
  const outcome = attempted(step, state, processor);
  const onlyLoads = outcome?.stores === null;
  const waits = processor.queue.length > 0 && (step?.op === "add" || (outcome !== undefined && !onlyLoads));
  return { step: waits ? undefined : step, onlyLoads };
}

/** The first word on which two steps race, or undefined. */
function raceBetween(one: Upcoming, other: Upcoming): number | undefined {
  const [a, b] = [touched(one.step, one.onlyLoads), touched(other.step, other.onlyLoads)];
  if (!(a.plain || b.plain) || !(a.writes || b.writes)) return undefined;
  return a.words.find((word) => b.words.includes(word));
}

/** Everything that the programs can come to, by brute force. */
export function reference(programs: readonly Code[], memory: MemoryModelName): Results {
  const results: Results = { finals: new Set(), races: new Set() };
  const blank = { at: 0, register: 0, last: 0, queue: [] };
  const todo: State[] = [
    {
      memory: new Array<number>(DATA_WORDS + LOCKS).fill(0),
      processors: programs.map(() => blank),
    },
  ];
  const known = new Set<string>();
  for (let state = todo.pop(); state !== undefined; state = todo.pop()) {
    const key = JSON.stringify(state);
    if (known.has(key)) continue;
    known.add(key);
    const { processors } = state;
    const upcoming = processors.map((processor, cpu) => upcomingOf(state, processor, programs[cpu] as Code));
    for (let cpu = 0; cpu < programs.length; cpu++) {
      todo.push(...steps(state, cpu, programs[cpu] as Code, memory));
      const { queue } = processors[cpu] as Processor;
      const [oldest, ...rest] = queue;
      if (oldest !== undefined) {
        const after = processors.map((old, index) => (index === cpu ? { ...old, queue: rest } : old));
        todo.push({ ...state, memory: put(state.memory, oldest), processors: after });
      }
      for (let other = 0; other < cpu; other++) {
        const race = raceBetween(upcoming[other] as Upcoming, upcoming[cpu] as Upcoming);
        if (race !== undefined) results.races.add(race);
      }
    }
    const isEnd = processors.every(({ at, queue }, cpu) => queue.length === 0 && at >= (programs[cpu] as Code).length);
    if (!isEnd) continue;
    const registers = processors.map(({ register }) => register);
    results.finals.add(finalOf(state.memory.slice(0, DATA_WORDS), registers, programs));
  }
  return results;
}

/** The end with these data words, where each CPU has seen these values. */
export function end(
  programs: readonly Code[],
  data: readonly number[],
  values: readonly (readonly number[])[],
): string {
  const words = Array.from({ length: DATA_WORDS }, (_, word) => data[word] ?? 0);
  return finalOf(
    words,
    values.map((list) => list.reduce(seen, 0)),
    programs,
  );
}
