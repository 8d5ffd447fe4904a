/**
 * A transition system: CPUs in their local states over shared words, moved one transition at a time.
 *
 * What the environment chooses on the way is picked by an odometer, so that a search can go through all alternatives of
 * a transition.
 */
import { mix, type Words } from "../../machine/index.js";
import type { Automaton } from "../state/automaton.js";
import type { Movers } from "../state/movers.js";
import { NodeKind } from "../state/node-kind.js";
import { NODE_HIGH, NODE_LOW, NODE_SIZE } from "../state/node-table.js";
import { StoreBuffers } from "../state/store-buffers.js";
import { StepContext } from "./context.js";
import type { MacroSteps } from "./macro-steps.js";
import { type Findings, type IsBeginning, Outcome } from "./observer.js";
import { Stepper } from "./stepper.js";

export class TransitionSystem extends StepContext {
  /** Number of those that can move: the CPUs, and after them each CPU's store buffer, whose oldest store drains. */
  processes: number;
  fingerprintLow = 0;
  fingerprintHigh = 0;
  /** What tells CPUs apart in a fingerprint: even numbers, equal where CPUs are interchangeable. */
  readonly tags: Int32Array;
  private readonly stepper: Stepper;

  /**
   * @param shared words that all CPUs share
   * @param roots first node of each CPU
   * @param symmetric CPUs with equal roots are interchangeable
   * @param isBeginning tells events that begin something
   * @param findings under which properties findings are reported
   */
  constructor(
    shared: Words,
    automaton: Automaton,
    movers: Movers,
    roots: readonly number[],
    readonly symmetric: boolean,
    isBeginning: IsBeginning,
    findings: Findings,
  ) {
    super(shared, automaton, movers, roots, isBeginning, findings);
    this.processes = this.cpus;
    this.tags = Int32Array.from(roots, (root, cpu) => 2 * (symmetric ? automaton.identityOf(root).low : cpu + 0x10000));
    for (const [cpu, root] of roots.entries()) {
      if (symmetric && roots.some((each, other) => other !== cpu && each === root)) movers.makeInterchangeable(cpu);
    }
    this.stepper = new Stepper(this);
  }

  /** From here on stores wait in buffers, which lie in words of each CPU from `base` on. */
  addStoreBuffers(base: number): void {
    this.memoryModel = new StoreBuffers(base, this.automaton, this.movers, this.shared, this.own);
    this.processes = this.cpus + this.memoryModel.buffers;
  }

  /** From here on every operation is done: there are no macro-steps. */
  goStepByStep(): void {
    this.stepper.macroSteps = null;
  }

  get macroSteps(): MacroSteps | null {
    return this.stepper.macroSteps;
  }

  /** The CPU itself, or whose buffer it is. */
  cpuOf(process: number): number {
    return process < this.cpus ? process : process - this.cpus;
  }

  /** Whether the program has ended, or the buffer is empty. */
  isDone(process: number): boolean {
    if (process >= this.cpus) return this.memoryModel.length(process - this.cpus) === 0;
    return this.automaton.kindOf(this.nodes[process] as number) === NodeKind.Done;
  }

  /** Whether all programs have ended, and all buffers are empty. */
  get haveAllEnded(): boolean {
    for (let process = 0; process < this.processes; process++) if (!this.isDone(process)) return false;
    return true;
  }

  /** CPUs whose programs have not ended, and buffers that are not empty. */
  unfinished(): number[] {
    const processes: number[] = [];
    for (let process = 0; process < this.processes; process++) if (!this.isDone(process)) processes.push(process);
    return processes;
  }

  /**
   * States may come back although no CPU is stuck, so that whether a cycle matters depends on which CPUs move on it:
   * some program waits in a loop, or tries again when something was BUSY.
   */
  get hasWaitingLoops(): boolean {
    return this.automaton.hasLoops || this.yielding?.any === true;
  }

  override reset(): void {
    super.reset();
    this.macroSteps?.forget();
  }

  /** Moves a CPU, or a buffer, by one transition. The caller takes it back unless the outcome is to stay. */
  move(process: number): Outcome {
    if (process >= this.cpus) return this.drain(process - this.cpus);
    if (this.yielding?.any !== true) return this.stepper.advance(process);
    if (!this.goesOn && this.hasYielded(process)) {
      this.forgetLast();
      this.blockedMemo?.spoil();
      return Outcome.Blocked;
    }
    const outcome = this.stepper.advance(process);
    if (outcome !== Outcome.Blocked) this.yielding.wakeOthers(process);
    return outcome;
  }

  private drain(cpu: number): Outcome {
    this.forgetLast();
    const drained = this.memoryModel.drain(cpu);
    if (drained === null) return Outcome.Blocked;
    const slot = this.automaton.slotOf(drained.node);
    if (slot >= 0 && this.movers.isKeptApart(slot)) this.movers.noteRecent(cpu, slot, true);
    if (this.yielding?.any === true) this.yielding.wakeOthers(cpu);
    this.trace?.onDrain?.(cpu, drained);
    this.trace?.onPosition?.(cpu);
    return Outcome.Moved;
  }

  /**
   * Computes the fingerprint of the present state into `fingerprintLow` and `fingerprintHigh`.
   *
   * @param lastCpu CPU that moved last where that tells states apart, or -1
   */
  takeFingerprint(lastCpu = -1): void {
    let sumLow = 0;
    let sumHigh = 0;
    const { nodes, own, cpus, tags } = this;
    const { records } = this.automaton;
    for (let cpu = 0; cpu < cpus; cpu++) {
      const { fingerprintLow, fingerprintHigh } = own[cpu] as Words;
      const record = NODE_SIZE * (nodes[cpu] as number);
      const tag = (tags[cpu] as number) + (cpu === lastCpu ? 1 : 0);
      // Identities are hashes, so a tag is only to be added to one.
      sumLow = (sumLow + mix(fingerprintLow ^ ((records[record + NODE_LOW] as number) + tag))) | 0;
      sumHigh = (sumHigh + mix(fingerprintHigh ^ ((records[record + NODE_HIGH] as number) - tag))) | 0;
    }
    this.fingerprintLow = mix(sumLow) ^ this.shared.fingerprintLow;
    this.fingerprintHigh = mix(sumHigh ^ 0x5bd1e995) ^ this.shared.fingerprintHigh;
  }
}
