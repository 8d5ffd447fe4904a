/**
 * All interleavings of tiny programs by plain recursion: no hashing, no reductions, no journal, and
 * not a line of the explorer. Slow, and easy to believe.
 */
import { type Code, DATA_WORDS, LOCK_WORDS, MODULE_LOCK, SPIN_LOCKS } from "./tiny.js";

/** What tiny programs can come to. */
export interface Outcomes {
  /** Contents of the data words and the registers at the end, as text. */
  readonly finals: Set<string>;
  /** What the programs told, as `place:register`. */
  readonly told: Set<string>;
  /** Some interleaving ends with a CPU that waits for ever. */
  deadlock: boolean;
  /** Fewest context switches after which a program tells a register of so much. */
  readonly switches: Map<number, number>;
}

interface Activation {
  readonly code: Code;
  readonly at: number;
}

interface Processor {
  readonly acc: number;
  /** Innermost activation last. */
  readonly stack: readonly Activation[];
}

interface State {
  readonly data: readonly number[];
  readonly locks: readonly number[];
  readonly processors: readonly Processor[];
  /** CPU that moved last, -1 at the start, and the context switches so far. */
  readonly last: number;
  readonly switches: number;
}

/** Turns registers and data at an end into text; `registers` are in the order of the CPUs. */
export type Describe = (data: readonly number[], registers: readonly number[]) => string;

export function bruteForce(programs: readonly Code[], describe: Describe): Outcomes {
  const outcomes: Outcomes = {
    finals: new Set(),
    told: new Set(),
    deadlock: false,
    switches: new Map(),
  };

  /** Runs what no other CPU can notice, then explores from there. A choice tries every alternative. */
  const settle = (state: State, cpu: number): void => {
    let { acc, stack } = state.processors[cpu] as Processor;
    const put = (): State => ({
      ...state,
      processors: state.processors.map((old, index) => (index === cpu ? { acc, stack } : old)),
    });
    for (;;) {
      const top = stack[stack.length - 1];
      if (top === undefined) break;
      const instruction = top.code[top.at];
      const advance = (by: number): void => {
        stack = [...stack.slice(0, -1), { code: top.code, at: top.at + by }];
      };
      if (instruction === undefined) {
        stack = stack.slice(0, -1);
      } else if (instruction.op === "tell") {
        outcomes.told.add(`${top.at}:${acc}`);
        outcomes.switches.set(acc, Math.min(outcomes.switches.get(acc) ?? state.switches, state.switches));
        advance(1);
      } else if (instruction.op === "when") {
        advance(acc === instruction.value ? 1 : 1 + instruction.count);
      } else if (instruction.op === "become") {
        advance(1);
      } else if (instruction.op === "call") {
        advance(1);
        stack = [...stack, { code: instruction.body, at: 0 }];
      } else if (instruction.op === "choose") {
        advance(1);
        for (let choice = 0; choice < instruction.alternatives; choice++) {
          acc = choice;
          settle(put(), cpu);
        }
        return;
      } else break;
    }
    explore(put());
  };

  const explore = (state: State): void => {
    let moved = false;
    let unfinished = false;
    for (let cpu = 0; cpu < state.processors.length; cpu++) {
      const processor = state.processors[cpu] as Processor;
      if (processor.stack.length === 0) continue;
      unfinished = true;
      const next = move(state, cpu);
      if (next === undefined) continue;
      moved = true;
      const switched = state.last >= 0 && state.last !== cpu ? 1 : 0;
      settle({ ...next, last: cpu, switches: state.switches + switched }, cpu);
    }
    if (!unfinished)
      outcomes.finals.add(
        describe(
          state.data,
          state.processors.map(({ acc }) => acc),
        ),
      );
    else if (!moved) outcomes.deadlock = true;
  };

  const blank: State = {
    data: new Array<number>(DATA_WORDS).fill(0),
    locks: new Array<number>(LOCK_WORDS).fill(0),
    processors: programs.map((code) => ({ acc: 0, stack: [{ code, at: 0 }] })),
    last: -1,
    switches: 0,
  };
  explore(blank);
  return outcomes;
}

/** In `State.locks`; otherwise the number of shares. */
const EXCLUSIVE = -1;

/** Spinlocks know no shares. */
function isShared({ lock, shared }: { readonly lock: number; readonly shared: boolean }): boolean {
  return shared && lock >= SPIN_LOCKS;
}

/** One step of `cpu` that others can notice, or undefined if it has to wait. */
function move(state: State, cpu: number): State | undefined {
  const { acc, stack } = state.processors[cpu] as Processor;
  const top = stack[stack.length - 1] as Activation;
  const instruction = top.code[top.at];
  let register = acc;
  const data = [...state.data];
  const locks = [...state.locks];
  switch (instruction?.op) {
    case "read":
      register = data[instruction.word] as number;
      break;
    case "write":
      data[instruction.word] = instruction.value;
      break;
    case "store":
      data[instruction.word] = acc;
      break;
    case "add":
      register = (data[instruction.word] as number) + instruction.value;
      data[instruction.word] = register;
      break;
    case "fill":
      data.fill(instruction.value, instruction.from);
      break;
    case "gather":
      register = data.slice(instruction.from).reduce((all, one) => all | one, 0);
      break;
    case "acquire": {
      const held = locks[instruction.lock] as number;
      if (isShared(instruction) ? held < 0 : held !== 0) return undefined;
      locks[instruction.lock] = isShared(instruction) ? held + 1 : EXCLUSIVE;
      break;
    }
    case "release":
      locks[instruction.lock] = isShared(instruction) ? (locks[instruction.lock] as number) - 1 : 0;
      break;
    case "try": {
      const held = locks[instruction.lock] as number;
      register = (isShared(instruction) ? held < 0 : held !== 0) ? 1 : 0;
      if (register === 0) locks[instruction.lock] = isShared(instruction) ? held + 1 : EXCLUSIVE;
      break;
    }
    case "promote":
      register = locks[MODULE_LOCK] === 1 ? 0 : 1;
      if (register === 0) locks[MODULE_LOCK] = EXCLUSIVE;
      break;
    case "peek":
      register = locks[instruction.lock] === 0 ? 0 : 1;
      break;
    case "clear":
      locks[instruction.lock] = 0;
      break;
    case "clear-all":
      locks.fill(0, 0, SPIN_LOCKS);
      break;
    default:
      // A CPU that has not begun: what it does first may be private.
      return state;
  }
  const moved: Processor = { acc: register, stack: [...stack.slice(0, -1), { code: top.code, at: top.at + 1 }] };
  return { ...state, data, locks, processors: state.processors.map((old, index) => (index === cpu ? moved : old)) };
}
