/** Where a system stands before a transition, in integers: enough to go back there. */
import type { Mark, Words } from "../../machine/index.js";
import type { Movers } from "./movers.js";

// Local state and locks of the CPU that moves, and marks in the journals.
const NODE = 0;
const EXCLUSIVE = 1;
const SHARED = 2;
const SPINNING = 3;
export const SHARED_MARK = 4;
export const OWN_MARKS = 5;

export class Savepoints {
  /** Integers of a position. */
  readonly size: number;

  /**
   * @param nodes local state of each CPU
   * @param shared words that all CPUs share
   * @param own words that each CPU has for itself
   */
  constructor(
    private readonly nodes: Int32Array,
    private readonly movers: Movers,
    private readonly shared: Words,
    private readonly own: readonly Words[],
  ) {
    this.size = OWN_MARKS + nodes.length;
  }

  /** Saves what a transition of `process`, a CPU or its buffer, can change into `into` at `at`. */
  save(process: number, into: Int32Array, at: number): void {
    this.saveCpu(process, into, at);
    this.saveMarks(into, at);
  }

  /** The part of `save` that depends on the CPU: its local state and its locks. */
  saveCpu(process: number, into: Int32Array, at: number): void {
    const { movers, nodes } = this;
    const cpu = this.cpuOf(process);
    into[at + NODE] = nodes[cpu] as number;
    into[at + EXCLUSIVE] = movers.exclusive[cpu] as number;
    into[at + SHARED] = movers.shared[cpu] as number;
    into[at + SPINNING] = movers.spinning[cpu] as number;
  }

  /** The part of `save` that is the same for all CPUs of a state. */
  saveMarks(into: Int32Array, at: number): void {
    const { own } = this;
    into[at + SHARED_MARK] = this.shared.mark();
    for (let cpu = 0; cpu < own.length; cpu++) into[at + OWN_MARKS + cpu] = (own[cpu] as Words).mark();
  }

  /** Goes back to what `save` saved. */
  restore(process: number, from: Int32Array, at: number): void {
    const { movers, nodes, own } = this;
    const cpu = this.cpuOf(process);
    nodes[cpu] = from[at + NODE] as number;
    movers.exclusive[cpu] = from[at + EXCLUSIVE] as number;
    movers.shared[cpu] = from[at + SHARED] as number;
    movers.spinning[cpu] = from[at + SPINNING] as number;
    this.shared.rewind(from[at + SHARED_MARK] as Mark);
    for (let other = 0; other < own.length; other++) (own[other] as Words).rewind(from[at + OWN_MARKS + other] as Mark);
  }

  /** The CPU itself, or whose buffer it is. Dividing takes longer. */
  private cpuOf(process: number): number {
    const cpus = this.nodes.length;
    return process < cpus ? process : process - cpus;
  }
}
