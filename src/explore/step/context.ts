/**
 * What every driver of CPUs works on: local states, words, what was learned about them, and who observes.
 *
 * `stepper.ts` drives a CPU by one transition, `free-run.ts` by a recorded stretch.
 */
import { Words } from "../../machine/index.js";
import { Attempts } from "../state/attempts.js";
import { type Automaton, CALL_LIMIT } from "../state/automaton.js";
import { Choices, STOOD } from "../state/choices.js";
import { type MemoryModel, sequentialConsistency } from "../state/memory-model.js";
import type { Movers } from "../state/movers.js";
import { NotedAccesses } from "../state/noted-accesses.js";
import { Savepoints } from "../state/savepoints.js";
import type { BlockedMemo } from "./blocked-memo.js";
import { EmptyRanges } from "./empty-ranges.js";
import {
  blamed,
  type Evidence,
  type Finding,
  type Findings,
  type IsBeginning,
  type Observer,
  type Trace,
  type Violation,
} from "./observer.js";
import type { Yielding } from "./yielding.js";

/** Most operations in one transition. */
export const OPERATION_LIMIT = 100_000;
// Kept with a choice behind the savepoint: operations of the transition so far, and its failures.
const PROGRESS = 2;
/** A transition that does not go on from a choice. */
const BEGIN = -1;

export class StepContext {
  /** Number of CPUs. */
  readonly cpus: number;
  /** Local state of each CPU. */
  readonly nodes: Int32Array;
  /** Words that each CPU has for itself. */
  readonly own: Words[] = [];
  /** Saves where the system stands, and goes back there. */
  readonly savepoints: Savepoints;
  memoryModel: MemoryModel = sequentialConsistency;
  observer: Observer | null = null;
  trace: Trace | null = null;
  violation: Violation | null = null;
  blockedMemo: BlockedMemo | null = null;
  /** Set where programs yield. */
  yielding: Yielding | null = null;
  /** Code of the event that says that others notice what was done; -1: there is none. */
  noticed = -1;
  readonly attempts: Attempts;
  readonly noted: NotedAccesses;
  readonly emptyRanges = new EmptyRanges();
  /** Allocations that failed in the last transition. */
  failures = 0;
  /**
   * A CPU that has to wait after a choice rests there. With another choice it might not have to, and only where it rests
   * is it seen to wait. Searches that try all choices take such a transition back, like any that waits: they set this to
   * false.
   */
  restsAfterChoice = true;
  /** What the environment chooses in the next transition, and has chosen in the last. */
  choices: Choices;
  /** Number of the choice that the next transition goes on from, or `BEGIN`. */
  private from = BEGIN;

  /**
   * @param shared words that all CPUs share
   * @param roots first node of each CPU
   * @param isBeginning tells events that begin something
   * @param findings under which properties findings are reported
   */
  constructor(
    readonly shared: Words,
    readonly automaton: Automaton,
    readonly movers: Movers,
    readonly roots: readonly number[],
    readonly isBeginning: IsBeginning,
    readonly findings: Findings,
  ) {
    this.cpus = roots.length;
    this.nodes = Int32Array.from(roots);
    for (const _ of roots) this.own.push(new Words());
    this.savepoints = new Savepoints(this.nodes, movers, shared, this.own);
    this.choices = this.newChoices();
    this.attempts = new Attempts(automaton, movers);
    this.noted = new NotedAccesses(automaton.word, movers);
  }

  violate(property: string, message: string, evidence: Evidence = {}): void {
    if (this.violation === null) this.violation = { property, message, ...evidence };
  }

  /** Reports what the engine has found by itself. */
  find(finding: Finding, message: string): void {
    this.violate(this.findings[finding], message, { finding });
  }

  findEndlessTransition(): void {
    this.find("runaway", `a program did ${OPERATION_LIMIT} operations without a scheduling point`);
  }

  findEndlessCall(): void {
    this.find("runaway", `a call did ${CALL_LIMIT} operations and goes on: it may never end`);
  }

  /** Notifies the observer of the event of `node`. @returns whether `cpu` goes on */
  notify(cpu: number, node: number): boolean {
    const { automaton, observer, blockedMemo } = this;
    if (observer === null) return true;
    const code = automaton.argumentOf(node);
    observer.onEvent(cpu, code, automaton.detailOf(node), automaton.extraOf(node));
    if (blockedMemo?.isRecording === true && observer.looksAround?.(code) !== false) blockedMemo.spoil();
    if (this.violation === null) return true;
    this.violation = blamed(this.violation, automaton.siteOf(node));
    return false;
  }

  /** Notifies the observer that `cpu` takes the lock of `node` by waiting. @returns whether `cpu` goes on */
  notifyLock(cpu: number, node: number): boolean {
    const { automaton } = this;
    this.observer?.onSpinLock(cpu, automaton.addressOf(node), automaton.argumentOf(node));
    return this.violation === null;
  }

  /** `cpu` says that it will try again. From the first time on cycles are judged otherwise: the search starts again. */
  takeTurn(cpu: number): void {
    const { yielding } = this;
    if (yielding === null) return;
    if (!yielding.any) this.movers.noteLoop();
    yielding.turn(cpu);
  }

  /** Whether `cpu` has to wait until another CPU has moved. */
  hasYielded(cpu: number): boolean {
    return this.yielding?.hasYielded(cpu) === true;
  }

  /** Forgets what the last transition chose and came to. */
  forgetLast(): void {
    this.choices.count = 0;
    this.failures = 0;
    this.violation = null;
  }

  /** One past the last alternative of the choice of `node`. A budget that is used up leaves only the first. */
  limitOf(node: number): number {
    const { automaton, shared } = this;
    const budget = automaton.budgetOf(node);
    const isOpen = budget < 0 || shared.read(budget) > 0;
    return isOpen ? automaton.argumentOf(node) : automaton.detailOf(node) + 1;
  }

  /**
   * Makes the choice of `node`.
   *
   * @param limit one past the last alternative, see `limitOf`
   * @param soFar how far the transition has come, for `resume`
   */
  choose(cpu: number, node: number, limit: number, soFar: number): number {
    const { automaton, shared, choices, trace } = this;
    const budget = automaton.budgetOf(node);
    if (budget >= 0) this.blockedMemo?.noteBudget(budget);
    const at = choices.make(automaton.detailOf(node), limit);
    const { kept } = choices;
    const choice = kept[at] as number;
    this.nodes[cpu] = node;
    // Where there is no other alternative, nothing comes back here.
    if (choice + 1 < limit) {
      this.savepoints.save(cpu, kept, at + STOOD);
      const progress = at + STOOD + this.savepoints.size;
      kept[progress] = soFar;
      kept[progress + 1] = this.failures;
    }
    if (budget >= 0 && choice > 0) {
      shared.write(budget, shared.read(budget) - 1);
      this.failures++;
    }
    trace?.onChoice(cpu, node, choice);
    return choice;
  }

  /** Whether the next transition goes on from a choice. */
  get goesOn(): boolean {
    return this.from !== BEGIN;
  }

  /**
   * The transition goes on from the choice that `restoreChoice` has turned.
   *
   * @returns how far the transition has come, as `choose` was told there
   */
  resume(): number {
    const { kept } = this.choices;
    const progress = this.choices.positionOf(this.from) + STOOD + this.savepoints.size;
    this.failures = kept[progress + 1] as number;
    this.choices.count = this.from;
    this.from = BEGIN;
    return kept[progress] as number;
  }

  /**
   * Goes back from a transition of `process`, or from what came after it, to the last of its choices that has another
   * alternative: `move` then goes on from there. Without such a choice, goes back to the savepoint.
   *
   * @returns whether there is another alternative
   */
  restoreChoice(process: number, from: Int32Array, at: number): boolean {
    const { choices, savepoints } = this;
    const turned = choices.turn();
    if (turned < 0) savepoints.restore(process, from, at);
    else savepoints.restore(process, choices.kept, choices.positionOf(turned) + STOOD);
    this.from = turned < 0 ? BEGIN : turned;
    return turned >= 0;
  }

  /** Room for the choices of one transition. */
  newChoices(): Choices {
    return new Choices(this.savepoints.size + PROGRESS);
  }

  /** Back to the first state; what was learned about words is kept. */
  reset(): void {
    this.shared.rewind(0);
    for (const own of this.own) own.rewind(0);
    this.nodes.set(this.roots);
    this.movers.reset();
    this.violation = null;
    this.from = BEGIN;
  }
}
