/**
 * A system: CPUs in their local states over shared words, moved one transition at a time.
 *
 * A transition of a CPU is: steps that commute to the right, then one scheduling point, then steps
 * that commute to the left (see `movers.ts`). What the environment chooses on the way is
 * picked by an odometer, so that a search can go through all alternatives of a transition.
 */
import { hashPairHigh, hashPairLow, mix, Words } from "../../machine/index.js";
import { type Automaton, CALL_LIMIT } from "../state/automaton.js";
import { CHOICES_AT_ONCE, Choices, STOOD } from "../state/choices.js";
import { EDGE_AFTER, EDGE_HIGH, EDGE_LOW, EDGE_NEXT, EDGE_RESULT } from "../state/edges.js";
import { Mover, type Movers } from "../state/movers.js";
import { NodeKind } from "../state/node-kind.js";
import { Savepoints } from "../state/savepoints.js";
import { Passage, StoreBuffers } from "../state/store-buffers.js";
import { SLOT_PRIVATE } from "../state/word-classifier.js";
import type { BlockedMemo } from "./blocked-memo.js";
import type { MacroStepRecorder } from "./macro-step-recorder.js";
import { type Follower, MacroSteps } from "./macro-steps.js";
import {
  blamed,
  type Evidence,
  type Finding,
  type Findings,
  type IsBeginning,
  type Observer,
  Outcome,
  type Trace,
  type Violation,
} from "./observer.js";
import { performRange } from "./ranges.js";
import type { Yielding } from "./yielding.js";

/** Most operations in one transition. */
const OPERATION_LIMIT = 100_000;
// Looking these up in the enumerations of other files takes as long as the steps that they decide on.
const { Word: WORD, Event: EVENT, Fill: FILL, Gather: GATHER, Choose: CHOOSE, Done: DONE, Runaway: RUNAWAY } = NodeKind;
const { Left: LEFT_MOVER, None: NOT_MOVER, Alone: ALONE, Both: BOTH_MOVER } = Mover;
const { Now: NOW, Buffered: BUFFERED, Waits: WAITS } = Passage;
// What is kept with a choice behind the position: operations of the transition so far, and its failures.
const PROGRESS = 2;
/** A transition that does not go on from a choice. */
const BEGIN = -1;

export class TransitionSystem implements Follower {
  /** Number of CPUs. */
  readonly cpus: number;
  /** Number of those that can move: the CPUs, and after them each CPU's store buffer, whose oldest store drains. */
  processes: number;
  /** Set where memory is weaker than sequential consistency. */
  buffers: StoreBuffers | null = null;
  /** Local state of each CPU. */
  readonly nodes: Int32Array;
  /** Words that each CPU has for itself. */
  readonly own: Words[] = [];
  /** Saves where it stands, and goes back. */
  readonly savepoints: Savepoints;
  observer: Observer | null = null;
  trace: Trace | null = null;
  violation: Violation | null = null;
  waiting: BlockedMemo | null = null;
  /** Set where programs yield. */
  yielding: Yielding | null = null;
  /** What CPUs have done before; null: everything is done step by step. */
  macroSteps: MacroSteps | null;
  /** Allocations that failed in the last transition. */
  failures = 0;

  /** What the environment chooses in the next transition, and has chosen in the last. */
  choices: Choices;
  /** Number of the choice that the next transition goes on from, or -1 when it begins. */
  private from = BEGIN;

  /** Free running, for replay: `halt` ends a move at the next operation that others could notice, nothing else does. */
  free = false;
  halt = false;
  /** A move does only what no other CPU can notice. */
  haltAtOnce = false;
  /** Choices that `draw` still has to give before `halt` takes effect at a choice. */
  choicesLeft = 0;

  /**
   * A CPU that has to wait after a choice rests there: with another choice it might not have to, and
   * only where it rests is it seen to wait. Otherwise such a transition is taken back like any that waits.
   */
  restAfterChoice = true;

  /** Draws the environment's choices, from `first` to below `limit`, instead of the odometer. */
  draw: ((first: number, limit: number) => number) | null = null;

  fingerprintLow = 0;
  fingerprintHigh = 0;
  /** What tells CPUs apart in a fingerprint: even numbers, equal where CPUs are interchangeable. */
  readonly tags: Int32Array;

  /**
   * @param shared words that all CPUs share
   * @param roots first node of each CPU
   * @param symmetric CPUs with equal roots are interchangeable
   * @param isBeginning tells events that begin something
   * @param findings under which properties findings are reported
   */
  constructor(
    readonly shared: Words,
    readonly automaton: Automaton,
    readonly movers: Movers,
    readonly roots: readonly number[],
    readonly symmetric: boolean,
    private readonly isBeginning: IsBeginning,
    readonly findings: Findings,
  ) {
    this.cpus = roots.length;
    this.processes = this.cpus;
    this.nodes = Int32Array.from(roots);
    this.tags = Int32Array.from(
      roots,
      (root, cpu) => 2 * (symmetric ? automaton.identities.get(root).low : cpu + 0x10000),
    );
    for (let cpu = 0; cpu < roots.length; cpu++) {
      this.own.push(new Words());
      movers.isInterchangeable[cpu] = symmetric && roots.some((root, other) => other !== cpu && root === roots[cpu]);
    }
    this.savepoints = new Savepoints(this.nodes, movers, shared, this.own);
    this.choices = this.newChoices();
    this.macroSteps = new MacroSteps(automaton, movers, shared, this.own, this);
  }

  /** From here on stores wait in buffers, which lie in words of each CPU from `base` on. */
  addStoreBuffers(base: number): void {
    this.buffers = new StoreBuffers(base, this.automaton, this.movers, this.shared, this.own);
    this.processes = 2 * this.cpus;
  }

  /** The CPU itself, or whose buffer it is. */
  cpuOf(mover: number): number {
    return mover < this.cpus ? mover : mover - this.cpus;
  }

  /** Whether the program has ended, or the buffer is empty. */
  isDone(cpu: number): boolean {
    if (cpu >= this.cpus) return (this.buffers as StoreBuffers).length(cpu - this.cpus) === 0;
    return this.automaton.kind[this.nodes[cpu] as number] === DONE;
  }

  /** CPUs whose programs have not ended, and buffers that are not empty. */
  unfinished(): number[] {
    const cpus: number[] = [];
    for (let cpu = 0; cpu < this.processes; cpu++) if (!this.isDone(cpu)) cpus.push(cpu);
    return cpus;
  }

  /**
   * States may come back although no CPU is stuck, so that whether a cycle matters depends on which CPUs move on it:
   * some program waits in a loop, or tries again when something was BUSY.
   */
  get hasWaitingLoops(): boolean {
    return this.automaton.hasLoops || this.yielding?.any === true;
  }

  violate(property: string, message: string, evidence: Evidence = {}): void {
    if (this.violation === null) this.violation = { property, message, ...evidence };
  }

  /** Reports what the engine has found by itself. */
  find(finding: Finding, message: string): void {
    this.violate(this.findings[finding], message, { finding });
  }

  /** Back to the first state; what was learned about words is kept. */
  reset(): void {
    this.shared.rewind(0);
    for (const own of this.own) own.rewind(0);
    this.nodes.set(this.roots);
    this.movers.reset();
    this.macroSteps?.forget();
    this.violation = null;
    this.from = BEGIN;
  }

  /** Moves `cpu`, or a buffer, by one transition. The caller takes it back unless the outcome is to stay. */
  move(cpu: number): Outcome {
    if (cpu >= this.cpus) return this.drain(cpu - this.cpus);
    if (this.yielding?.any !== true) return this.advance(cpu);
    if (this.from === BEGIN && this.hasYielded(cpu)) {
      this.forgetLast();
      this.waiting?.spoil();
      return Outcome.Blocked;
    }
    const outcome = this.advance(cpu);
    if (outcome !== Outcome.Blocked) this.yielding.wakeOthers(cpu);
    return outcome;
  }

  /** Whether `cpu` has to wait until another CPU has moved. */
  hasYielded(cpu: number): boolean {
    return !this.free && this.yielding?.hasYielded(cpu) === true;
  }

  /** `cpu` says that it will try again. From the first time on cycles are judged otherwise: the search starts again. */
  private takeTurn(cpu: number): void {
    const { yielding } = this;
    if (yielding === null) return;
    if (!yielding.any) this.movers.noteLoop();
    yielding.turn(cpu);
  }

  private forgetLast(): void {
    this.choices.count = 0;
    this.failures = 0;
    this.violation = null;
  }

  private drain(cpu: number): Outcome {
    const buffers = this.buffers as StoreBuffers;
    this.forgetLast();
    if (buffers.length(cpu) === 0) return Outcome.Blocked;
    const drained = buffers.drain(cpu);
    if (this.yielding?.any === true) this.yielding.wakeOthers(cpu);
    this.trace?.onDrain?.(cpu, drained);
    this.trace?.onPosition?.(cpu);
    return Outcome.Moved;
  }

  private advance(cpu: number): Outcome {
    const { automaton, movers, shared, buffers } = this;
    const {
      kind: kinds,
      slot: slots,
      address: addresses,
      word: operations,
      isLoopHead: loopHeads,
      hasLoops,
    } = automaton;
    const own = this.own[cpu] as Words;
    const watcher = this.trace;
    const waiting = this.waiting?.isRecording ? this.waiting : null;
    const isUsual = watcher === null && buffers === null && !this.free && !this.haltAtOnce;
    const macroSteps = isUsual ? this.macroSteps : null;
    let begins = macroSteps !== null;
    let noting: MacroStepRecorder | null = null;
    let node = this.nodes[cpu] as number;
    let committed = false;
    let acquired = false;
    this.forgetLast();
    this.halt = this.haltAtOnce;
    // What rests before an access that is alone does so only where scheduling points end a move.
    const first = this.free ? OPERATION_LIMIT : 0;
    let done = 0;
    if (this.from !== BEGIN) {
      const { kept } = this.choices;
      const progress = this.choices.positionOf(this.from) + STOOD + this.savepoints.size;
      done = (kept[progress] as number) >>> 1;
      acquired = ((kept[progress] as number) & 1) !== 0;
      this.failures = kept[progress + 1] as number;
      this.choices.count = this.from;
      this.from = BEGIN;
    }
    for (; ; done++) {
      if (begins) {
        begins = false;
        if (macroSteps?.follow(cpu, node, done, committed, acquired, waiting)) {
          ({ node, committed, acquired } = macroSteps);
          if (macroSteps.rests || this.violation !== null) break;
          done += macroSteps.operations;
        } else {
          noting = macroSteps?.noting ?? null;
        }
      }
      if (done > OPERATION_LIMIT) {
        this.find("runaway", `a program did ${OPERATION_LIMIT} operations without a scheduling point`);
        break;
      }
      if (watcher !== null) {
        this.nodes[cpu] = node;
        watcher.onPosition?.(cpu);
      }
      const kind = kinds[node] as NodeKind;
      // Who comes back to the head of a loop lets others go on, as nothing else need end the transition.
      if (hasLoops && done > 0 && !this.free && loopHeads[node] === true) break;
      if (kind === WORD) {
        const word = operations[node]!;
        const slot = slots[node] as number;
        const address = addresses[node] as number;
        let mover = slot >= 0 ? movers.mover(word, slot) : BOTH_MOVER;
        const passage = buffers !== null && slot >= 0 ? buffers.passage(cpu, node) : NOW;
        // Nobody else notices it, and it comes before what drains later.
        if (passage === BUFFERED && mover !== ALONE) mover = LEFT_MOVER;
        if (slot >= 0 && (this.halt || (mover >= NOT_MOVER && (committed || (mover === ALONE && done > first))))) break;
        if (passage === WAITS) {
          if (done > 0) break;
          return Outcome.Blocked;
        }
        const memory = slot === SLOT_PRIVATE ? own : shared;
        let before = memory.read(address);
        if (buffers !== null && slot >= 0) before = buffers.view(cpu, address, before);
        if (slot >= 0) {
          if (word.ready !== undefined && mover !== BOTH_MOVER) {
            if (committed || acquired) break;
            noting?.found(node, before);
            const argument = automaton.argument[node] as number;
            if (!word.ready(before, argument)) {
              noting?.end(node, committed, acquired, done);
              noting = null;
              if (this.restAfterChoice && this.choices.count > 0) break;
              this.nodes[cpu] = node;
              waiting?.noteLock(node);
              return Outcome.Blocked;
            }
            acquired = !this.free;
            noting?.takesLock(node);
            this.observer?.onSpinLock(cpu, address, argument);
            noting?.told();
          }
          if (mover >= LEFT_MOVER) committed = !this.free;
        }
        noting?.found(node, before);
        if (waiting !== null && slot !== SLOT_PRIVATE) waiting.note(node, address, before);
        const edge = automaton.edge(node, before);
        const { edges } = automaton;
        const after = edges[edge + EDGE_AFTER] as number;
        if (slot >= 0) movers.note(cpu, word, slot, edges[edge + EDGE_RESULT] as number);
        if (passage === BUFFERED) {
          (buffers as StoreBuffers).push(cpu, node);
        } else if (after !== before) {
          const low = edges[edge + EDGE_LOW] as number;
          const high = edges[edge + EDGE_HIGH] as number;
          memory.replace(address, before, after, word.mask, low, high);
        }
        noting?.left(node, after);
        if (this.trace !== null) {
          this.nodes[cpu] = node;
          this.trace.onWord(cpu, node, edges[edge + EDGE_RESULT] as number, before, after, passage === BUFFERED);
        }
        node = edges[edge + EDGE_NEXT] as number;
        if ((movers.broken && !this.free) || this.violation !== null) break;
      } else if (kind === EVENT) {
        const code = automaton.argument[node] as number;
        if ((committed || (this.isHalted() && !this.haltAtOnce)) && this.isBeginning(code)) break;
        const yields = code === this.yielding?.code;
        if (yields && noting !== null) {
          noting.end(node, committed, acquired, done);
          noting = null;
        }
        noting?.tells(node, this.observer);
        if (this.trace !== null) {
          this.nodes[cpu] = node;
          this.trace.onEvent(cpu, node);
        }
        const goesOn = this.tell(cpu, node, waiting);
        noting?.told();
        if (!goesOn) break;
        node = automaton.next(node, 0);
        if (yields) {
          this.takeTurn(cpu);
          if (!this.free) break;
        }
      } else if (kind === FILL || kind === GATHER) {
        const slot = automaton.slot[node] as number;
        const word = automaton.word[node]!;
        const passage = buffers === null || slot < 0 ? NOW : buffers.passage(cpu, node);
        let mover = slot < 0 ? BOTH_MOVER : movers.mover(word, slot);
        if (passage === BUFFERED && mover !== ALONE) mover = LEFT_MOVER;
        if (slot >= 0 && (this.halt || (mover >= NOT_MOVER && (committed || (mover === ALONE && done > first))))) break;
        if (passage === WAITS) {
          if (done > 0) break;
          return Outcome.Blocked;
        }
        noting?.end(node, committed, acquired, done);
        noting = null;
        begins = macroSteps !== null;
        if (mover >= LEFT_MOVER) committed = !this.free;
        const result = performRange(this, cpu, node, passage);
        if (this.trace !== null) {
          this.nodes[cpu] = node;
          this.trace.onWord(cpu, node, result, 0, 0, passage === BUFFERED);
        }
        node = automaton.next(node, result);
        if (movers.broken && !this.free) break;
      } else if (kind === CHOOSE) {
        if (committed || this.isHalted()) break;
        // Resting before a choice is always allowed; without a limit the alternatives would multiply.
        if (this.choices.count >= CHOICES_AT_ONCE && !this.free) break;
        noting?.end(node, committed, acquired, done);
        noting = null;
        begins = macroSteps !== null;
        const choice = this.choose(cpu, node, done, acquired);
        if (this.trace !== null) {
          this.nodes[cpu] = node;
          this.trace.onChoice(cpu, node, choice);
        }
        node = automaton.next(node, choice);
      } else {
        if (kind === RUNAWAY) this.find("runaway", `a call did ${CALL_LIMIT} operations and goes on: it may never end`);
        break;
      }
    }
    // How many choices are made at once is not what the stretch goes by.
    if (this.violation === null) noting?.end(node, committed, acquired, done, committed || kinds[node] !== CHOOSE);
    this.nodes[cpu] = node;
    return this.violation === null ? Outcome.Moved : Outcome.Violated;
  }

  /** Tells the observer of the event of `node`. @returns whether the transition goes on */
  tell(cpu: number, node: number, waiting: BlockedMemo | null): boolean {
    const { automaton, observer } = this;
    if (observer === null) return true;
    const code = automaton.argument[node] as number;
    observer.onEvent(cpu, code, automaton.detail[node] as number, automaton.extra[node] as number);
    if (observer.looksAround?.(code) !== false) waiting?.spoil();
    if (this.violation === null) return true;
    this.violation = blamed(this.violation, automaton.site[node] as number);
    return false;
  }

  tellLock(cpu: number, node: number): boolean {
    const { automaton } = this;
    this.observer?.onSpinLock(cpu, automaton.address[node] as number, automaton.argument[node] as number);
    return this.violation === null;
  }

  private isHalted(): boolean {
    return this.halt && this.choicesLeft === 0;
  }

  private choose(cpu: number, node: number, done: number, acquired: boolean): number {
    const { automaton, shared, choices } = this;
    const budget = automaton.address[node] as number;
    const open = budget < 0 || shared.read(budget) > 0;
    if (budget >= 0) this.waiting?.noteBudget(budget);
    const first = automaton.detail[node] as number;
    const limit = open ? (automaton.argument[node] as number) : first + 1;
    if (this.draw !== null) choices.takeFirst();
    const at = choices.make(this.draw === null ? first : this.draw(first, limit), limit);
    const { kept } = choices;
    const choice = kept[at] as number;
    this.nodes[cpu] = node;
    // Where there is no other alternative, nothing comes back here.
    if (choice + 1 < limit) {
      this.savepoints.save(cpu, kept, at + STOOD);
      const progress = at + STOOD + this.savepoints.size;
      kept[progress] = 2 * done + (acquired ? 1 : 0);
      kept[progress + 1] = this.failures;
    }
    if (budget >= 0 && choice > 0) {
      shared.write(budget, shared.read(budget) - 1);
      this.failures++;
    }
    return choice;
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
    const { low, high } = this.automaton.identities;
    for (let cpu = 0; cpu < cpus; cpu++) {
      const { fingerprintLow, fingerprintHigh } = own[cpu] as Words;
      const node = nodes[cpu] as number;
      const tag = (tags[cpu] as number) + (cpu === lastCpu ? 1 : 0);
      sumLow = (sumLow + mix(fingerprintLow ^ hashPairLow(low[node] as number, tag))) | 0;
      sumHigh = (sumHigh + mix(fingerprintHigh ^ hashPairHigh(high[node] as number, tag))) | 0;
    }
    this.fingerprintLow = mix(sumLow) ^ this.shared.fingerprintLow;
    this.fingerprintHigh = mix(sumHigh ^ 0x5bd1e995) ^ this.shared.fingerprintHigh;
  }

  /**
   * Goes back from a transition of `mover`, or from what came after it, to the last of its choices that has another
   * alternative: `move` then goes on from there. Without such a choice, goes back to the saved position.
   *
   * @returns whether there is another alternative
   */
  restoreChoice(mover: number, from: Int32Array, at: number): boolean {
    const { choices, savepoints } = this;
    const turned = choices.turn();
    if (turned < 0) savepoints.restore(mover, from, at);
    else savepoints.restore(mover, choices.kept, choices.positionOf(turned) + STOOD);
    this.from = turned < 0 ? BEGIN : turned;
    return turned >= 0;
  }

  /** Room for the choices of one transition. */
  newChoices(): Choices {
    return new Choices(this.savepoints.size + PROGRESS);
  }
}
