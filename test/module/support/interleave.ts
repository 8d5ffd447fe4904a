/** Two processors on one host, one step at a time, in an order drawn from a seed. */
import { formatStatus, type Leaf, type Registers, type Status } from "../../../src/abi/index.js";
import type { Program } from "../../../src/machine/index.js";
import { FatalCause, ModuleEvent } from "../../../src/module/index.js";
import { type Inputs, registersFor, type TestHost } from "./host.js";
import { performAlone } from "./trace.js";

/** One call of a processor's loop. */
export interface Call {
  readonly leaf: Leaf;
  readonly inputs: Inputs;
}

/** Everything that was seen, as text: `0 REMOVE: TDX_SUCCESS`, `fatal 343`, `silent write`. */
export type Outcomes = Set<string>;

/** A generator of numbers from 0 to 1 that a seed determines (mulberry32, public domain). */
export function randomFrom(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Processor {
  readonly calls: readonly Call[];
  /** Calls begun. */
  begun: number;
  program: Program | undefined;
  registers: Registers | undefined;
  result: number;
}

function begin(host: TestHost, processor: Processor): void {
  const call = processor.calls[processor.begun % processor.calls.length] as Call;
  processor.begun++;
  processor.registers = registersFor(call.leaf, call.inputs);
  processor.program = host.module.seamcall(processor.registers);
  processor.result = 0;
}

/**
 * Runs both loops for a number of steps, each step by a processor drawn at random, and notes what
 * every call returned. A run ends when the module shuts down.
 */
export function interleave(
  host: TestHost,
  loops: readonly [readonly Call[], readonly Call[]],
  seed: number,
  steps: number,
  outcomes: Outcomes,
): void {
  const random = randomFrom(seed);
  const processors = loops.map((calls): Processor => {
    return { calls, begun: 0, program: undefined, registers: undefined, result: 0 };
  });
  // Long runs of one processor reach what short turns do not.
  const change = [0.3, 0.1, 0.01][seed % 3];
  let cpu = 0;
  for (let i = 0; i < steps; i++) {
    if (random() < change) cpu = 1 - cpu;
    const processor = processors[cpu] as Processor;
    if (processor.program === undefined) begin(host, processor);
    const step = (processor.program as Program).next(processor.result);
    if (step.done !== true) {
      const events: number[] = [];
      processor.result = performAlone(host, step.value, events);
      noteEvents(events, outcomes);
      continue;
    }
    const call = processor.calls[(processor.begun - 1) % processor.calls.length] as Call;
    outcomes.add(`${cpu} ${call.leaf}: ${formatStatus(step.value as Status)}`);
    processor.program = undefined;
    if (outcomes.has("fatal 343") || outcomes.has("fatal 201")) return;
  }
}

function noteEvents(events: readonly number[], outcomes: Outcomes): void {
  if (events[0] === ModuleEvent.Fatal)
    outcomes.add(`fatal ${FatalCause[events[1] as FatalCause] === undefined ? "" : events[1]}`);
  if (events[0] === ModuleEvent.SilentWrite) outcomes.add("silent write");
}
