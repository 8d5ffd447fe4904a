/**
 * All interleavings of tiny programs, state by state: states are kept as text, nothing is left out, nothing is
 * interchangeable, and not a line of the explorer is used. Slow, and easy to believe.
 */
import { hasFairCycle } from "./fair-cycles.js";
import { type Code, DATA_WORDS, LOCK_WORDS, MODULE_LOCK, SPIN_LOCKS } from "./tiny.js";

/** What tiny programs can come to. */
export interface Outcomes {
  /** Contents of the data words and the registers at the end, as text. */
  readonly finals: Set<string>;
  /** What the programs told, as `place:register`. */
  readonly told: Set<string>;
  /** In some state every CPU that is left waits for a lock. */
  deadlock: boolean;
  /** CPUs can go round for ever although each that can move again and again does. */
  livelock: boolean;
  /** Fewest context switches after which a program tells a register of so much. */
  readonly switches: Map<number, number>;
}

interface Activation {
  readonly code: Code;
  readonly at: number;
  /** Turns of the loop that it is in. */
  readonly turn: number;
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
}

/** What a CPU has told before it came to a state. */
interface Settled {
  readonly state: State;
  readonly told: readonly (readonly [place: number, register: number])[];
}

/** A step that leads from one state to another. */
interface Step {
  readonly cpu: number;
  readonly to: string;
  readonly told: Settled["told"];
}

/** Turns registers and data at an end into text; `registers` are in the order of the CPUs. */
export type Describe = (data: readonly number[], registers: readonly number[]) => string;

export function bruteForce(programs: readonly Code[], describe: Describe): Outcomes {
  const outcomes: Outcomes = {
    finals: new Set(),
    told: new Set(),
    deadlock: false,
    livelock: false,
    switches: new Map(),
  };
  const blank: State = {
    data: new Array<number>(DATA_WORDS).fill(0),
    locks: new Array<number>(LOCK_WORDS).fill(0),
    processors: programs.map((code) => ({ acc: 0, stack: [{ code, at: 0, turn: 0 }] })),
  };
  const first = JSON.stringify(blank);
  const graph = new Map<string, Step[]>();
  const todo = [blank];
  while (todo.length > 0) {
    const state = todo.pop() as State;
    const key = JSON.stringify(state);
    if (graph.has(key)) continue;
    const steps: Step[] = [];
    graph.set(key, steps);
    for (let cpu = 0; cpu < programs.length; cpu++) {
      const moved = isDone(state, cpu) ? undefined : move(state, cpu);
      for (const { state: next, told } of moved === undefined ? [] : settle(moved, cpu)) {
        steps.push({ cpu, to: JSON.stringify(next), told });
        todo.push(next);
        for (const [place, register] of told) outcomes.told.add(`${place}:${register}`);
      }
    }
    const registers = state.processors.map(({ acc }) => acc);
    if (programs.every((_, cpu) => isDone(state, cpu))) outcomes.finals.add(describe(state.data, registers));
    else if (steps.length === 0) outcomes.deadlock = true;
  }
  outcomes.livelock = hasFairCycle([...graph.keys()], graph, programs.length);
  countSwitches(first, graph, outcomes.switches);
  return outcomes;
}

function isDone({ processors }: State, cpu: number): boolean {
  return processors[cpu]?.stack.length === 0;
}

/** Runs what no other CPU can notice. A choice leads to every alternative. */
function settle(state: State, cpu: number): Settled[] {
  let { acc, stack } = state.processors[cpu] as Processor;
  const told: [number, number][] = [];
  const put = (register: number): State => ({
    ...state,
    processors: state.processors.map((old, index) => (index === cpu ? { acc: register, stack } : old)),
  });
  for (;;) {
    const top = stack[stack.length - 1];
    if (top === undefined) break;
    const instruction = top.code[top.at];
    const advance = (by: number): void => {
      stack = [...stack.slice(0, -1), { code: top.code, at: top.at + by, turn: 0 }];
    };
    if (instruction === undefined) {
      stack = stack.slice(0, -1);
    } else if (instruction.op === "tell") {
      told.push([top.at, acc]);
      advance(1);
    } else if (instruction.op === "when") {
      advance(acc === instruction.value ? 1 : 1 + instruction.count);
    } else if (instruction.op === "become" || instruction.op === "join") {
      advance(1);
    } else if (instruction.op === "forget") {
      advance(1);
      acc = 0;
    } else if (instruction.op === "call") {
      advance(1);
      stack = [...stack, { code: instruction.body, at: 0, turn: 0 }];
    } else if (instruction.op === "choose") {
      advance(1);
      const all: Settled[] = [];
      for (let choice = 0; choice < instruction.alternatives; choice++) {
        for (const after of settle(put(choice), cpu)) all.push({ state: after.state, told: [...told, ...after.told] });
      }
      return all;
    } else break;
  }
  return [{ state: put(acc), told }];
}

/** Fewest context switches before each register is told: states by number of switches, with the CPU that moved last. */
function countSwitches(first: string, graph: ReadonlyMap<string, Step[]>, fewest: Map<number, number>): void {
  const known = new Set<string>();
  let level = [{ state: first, last: -1 }];
  for (let switches = 0; level.length > 0; switches++) {
    const next: typeof level = [];
    for (let at = level.pop(); at !== undefined; at = level.pop()) {
      const key = `${at.last} ${at.state}`;
      if (known.has(key)) continue;
      known.add(key);
      for (const { cpu, to, told } of graph.get(at.state) ?? []) {
        const isSwitch = at.last >= 0 && at.last !== cpu;
        for (const [, register] of told) {
          const count = isSwitch ? switches + 1 : switches;
          fewest.set(register, Math.min(fewest.get(register) ?? count, count));
        }
        (isSwitch ? next : level).push({ state: to, last: cpu });
      }
    }
    level = next;
  }
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
  let goesOn = true;
  let { turn } = top;
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
    case "down":
      if ((data[instruction.word] as number) <= 0) return undefined;
      data[instruction.word] = (data[instruction.word] as number) - 1;
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
    case "spin":
      register = data[instruction.word] as number;
      goesOn = register === instruction.value;
      if (!goesOn) register = acc;
      break;
    case "take":
      register = data[instruction.word] as number;
      if (instruction.looks && turn === 0) {
        turn = register === 0 ? 1 : 0;
        goesOn = false;
      } else {
        data[instruction.word] = 1;
        if (instruction.looks && instruction.blind) register = 0;
        goesOn = register === 0;
        turn = 0;
      }
      if (!goesOn) register = acc;
      break;
    case "poll":
      register = data[instruction.word] as number;
      turn = top.turn + 1;
      goesOn = register === instruction.value || turn === instruction.turns;
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
  const after = goesOn ? { code: top.code, at: top.at + 1, turn: 0 } : { ...top, turn };
  const moved: Processor = { acc: register, stack: [...stack.slice(0, -1), after] };
  return { ...state, data, locks, processors: state.processors.map((old, index) => (index === cpu ? moved : old)) };
}
