/** A path as a list of steps: what each CPU did, as facts, and in words that are made from them. */
import { Level } from "../../abi/index.js";
import { type Drained, NodeKind, type Trace } from "../../explore/index.js";
import type { SourceLine } from "../../helpers/index.js";
import { ExecutionContext, KernelEvent, PAGE_SIZE, PTRS_PER_PMD, pfnToPhys } from "../../kernel/index.js";
import { Access, FENCE, LockEffect } from "../../machine/index.js";
import type { Setup } from "../setup.js";
import { callAction, eventAction, sleepAction } from "./actions.js";
import type { Action, CallAction, KnownAction } from "./facts.js";
import { bothChanges, type HostView, type HostViewChange, SceneRecorder } from "./host-view.js";
import { phraseOf } from "./phrases.js";
import { WordFacts } from "./word-facts.js";

/** One thing that a CPU did. */
export interface Step {
  readonly cpu: number;
  /** What it did. */
  readonly action: Action;
  /** The same in words, as a reader of the kernel's and the module's code would say it. */
  readonly text: string;
  /** Calls that it was inside of, outermost first. */
  readonly calls: readonly string[];
  /** Other CPUs could notice it: a scheduling point, or the beginning or end of a call. */
  readonly visible: boolean;
  /** For C: the line that it comes from. */
  readonly source?: SourceLine;
  /** What is otherwise than before it. */
  readonly scene?: HostViewChange;
}

/** A call that a CPU is inside of. */
interface Call {
  readonly action: CallAction;
  readonly text: string;
  /** Place in a source text that it was made from, 0 where there is none. */
  readonly site: number;
}

/** Records steps while a system moves. */
export class StepRecorder implements Trace {
  private readonly recorded: Step[] = [];
  /** Plain accesses among them by index, with the addresses of their words. */
  private readonly plain = new Map<number, number>();
  /** Addresses of words that were written. */
  private readonly written = new Set<number>();
  /** Calls that each CPU was inside of when it was last seen. */
  private readonly inside: Call[][];

  /** Addresses of the pages that every CPU has for itself, as they appear in calls. */
  private readonly own: ReadonlySet<number>;

  /** Locks of the contended regions' 2 MiB entries. */
  private readonly locks: ReadonlySet<number>;

  private readonly facts: WordFacts;

  private readonly scene: SceneRecorder;
  /** What is there before the first step. */
  readonly firstScene: HostView;

  /** @param setup in its first state */
  constructor(private readonly setup: Setup) {
    this.facts = new WordFacts(setup);
    this.scene = new SceneRecorder(setup);
    this.firstScene = this.scene.now();
    const { memory, tdx } = setup.kernel;
    const frames = memory.contended.map((region) => tdx.pamt.frameOfPfn(region * PTRS_PER_PMD));
    this.locks = new Set(frames.map((frame) => tdx.pamt.lockAt(frame, Level.Page2M)));
    this.inside = setup.system.roots.map(() => []);
    this.own = new Set(setup.kernel.placement.cpuFrames().map(pfnToPhys));
  }

  /** What was recorded. Of no interest are plain reads of variables that nobody writes on the way. */
  get steps(): Step[] {
    // What was not recorded as a step may have changed more after the last one.
    const last = this.recorded[this.recorded.length - 1];
    const scene = last === undefined ? undefined : this.scene.changes();
    if (last !== undefined && scene !== undefined) {
      this.recorded[this.recorded.length - 1] = { ...last, scene: bothChanges(last.scene ?? {}, scene) };
    }
    return this.recorded.map((step, index) => {
      const address = this.plain.get(index);
      return address === undefined || this.written.has(address) ? step : { ...step, visible: false };
    });
  }

  /** The address of a page on `cpu`: pages that every CPU has for itself have one name in all programs. */
  private ownAddress(cpu: number, address: number): number {
    return this.own.has(address) ? address + cpu * PAGE_SIZE : address;
  }

  onWord(cpu: number, node: number, result: number, before: number, after: number, buffered: boolean): void {
    const { automaton } = this.setup.system;
    const calls = this.enter(cpu, node);
    if (!automaton.isShared(node)) return;
    const word = automaton.word[node]!;
    if (word === FENCE) this.addFence(cpu, node, calls);
    if (automaton.kindOf(node) !== NodeKind.Word || word === FENCE) return;
    const address = automaton.addressOf(node);
    // Inside the module only locks that CPUs fight over are of interest, and those that are busy.
    const isLock = word.lock !== LockEffect.None;
    const inModule = isInModule(calls);
    const isSeen = !inModule || (isLock && (this.locks.has(address) || result !== 0));
    const visible = isSeen && !word.internal;
    if (!word.readOnly) this.written.add(address);
    this.scene.onLock(cpu, word, this.setup.space.describe(address), inModule, result);
    if (word.access === Access.Plain) this.plain.set(this.recorded.length, address);
    const action: KnownAction = isLock
      ? this.facts.lockAction(word, address, inModule ? "module" : "kernel", { result, before, after })
      : {
          kind: "word",
          operation: word.name,
          ...this.facts.word(address),
          ...this.facts.change(address, before, after),
        };
    this.add(cpu, node, calls, buffered ? { ...action, buffered } : action, visible);
  }

  onDrain(cpu: number, { node, before, after }: Drained): void {
    const { automaton } = this.setup.system;
    const address = automaton.addressOf(node);
    const words = automaton.kindOf(node) === NodeKind.Word ? 1 : automaton.countOf(node);
    const change = this.facts.change(address, before, after);
    const action: KnownAction = { kind: "drain", ...this.facts.word(address), words, ...change };
    this.add(cpu, node, this.inside[cpu] as Call[], action);
  }

  onChoice(cpu: number, node: number, choice: number): void {
    const { automaton } = this.setup.system;
    const calls = this.enter(cpu, node);
    const label = automaton.label[node] as string;
    const budget = automaton.budgetOf(node) >= 0;
    // A failure is told by the event that follows it.
    if (budget) return;
    this.add(cpu, node, calls, { kind: "choice", choice: label, alternative: choice }, false);
  }

  onEvent(cpu: number, node: number): void {
    const { automaton } = this.setup.system;
    const calls = this.enter(cpu, node);
    const code = automaton.argumentOf(node);
    const detail = automaton.detailOf(node);
    const extra = automaton.extraOf(node);
    const action = eventAction(
      code,
      detail,
      extra,
      (address) => this.ownAddress(cpu, address),
      (about) => this.setup.helpers.misused?.(about) ?? {},
    );
    if (action !== undefined) this.add(cpu, node, calls, action);
    const sleep = this.isSleepless(cpu, code, detail) ? sleepAction(code, detail, extra, this.setup.space) : undefined;
    if (sleep !== undefined) this.add(cpu, node, calls, sleep);
  }

  /** Whether `cpu` may not sleep where it tells that it may. */
  private isSleepless(cpu: number, code: number, detail: number): boolean {
    const { system, ghost } = this.setup;
    if (code === KernelEvent.MaySleep && detail !== 0) return true;
    return (system.movers.spinning[cpu] as number) > 0 || ghost.context(cpu) !== ExecutionContext.Task;
  }

  onWait(cpu: number, node: number): void {
    const { automaton } = this.setup.system;
    const calls = this.enter(cpu, node);
    if (this.setup.system.hasYielded(cpu)) {
      const why = this.setup.subject.design.source === undefined ? "busy" : "loop";
      this.add(cpu, node, calls, { kind: "wait", for: "cpu", why });
      return;
    }
    const word = this.setup.space.describe(automaton.addressOf(node));
    this.add(cpu, node, calls, { kind: "wait", for: "word", operation: automaton.word[node]!.name, word });
  }

  /** A fence; several of one line with nothing between them, as in a loop over pages that are reset, are one. */
  private addFence(cpu: number, node: number, calls: readonly Call[]): void {
    const before = this.recorded[this.recorded.length - 1];
    this.add(cpu, node, calls, { kind: "fence", operation: FENCE.name });
    const added = this.recorded[this.recorded.length - 1] as Step;
    const isAgain = before?.action.kind === "fence" && before.cpu === cpu && isSameLine(before.source, added.source);
    if (isAgain && added.scene === undefined) this.recorded.pop();
  }

  /** Steps recorded so far. */
  get count(): number {
    return this.recorded.length;
  }

  /** Calls that `cpu` was inside of when it was last seen, outermost first. */
  protected insideOf(cpu: number): readonly string[] {
    return textsOf(this.inside[cpu] as Call[]);
  }

  protected isInModule(cpu: number): boolean {
    return isInModule(this.inside[cpu] as Call[]);
  }

  private add(cpu: number, node: number, calls: readonly Call[], action: KnownAction, visible = true): void {
    this.addAt(cpu, this.setup.system.automaton.siteOf(node), calls, action, visible);
  }

  private addAt(cpu: number, site: number, calls: readonly Call[], action: KnownAction, visible: boolean): void {
    const source = site === 0 ? undefined : this.setup.subject.design.source?.(site);
    const scene = this.scene.changes();
    this.recorded.push({
      cpu,
      action,
      text: phraseOf(action),
      calls: textsOf(calls),
      visible,
      ...(source === undefined ? {} : { source }),
      ...(scene === undefined ? {} : { scene }),
    });
  }

  /** Notes calls that have begun since the CPU was last seen. */
  private enter(cpu: number, node: number): readonly Call[] {
    const calls = this.setup.system.automaton
      .calls(node)
      .slice(1)
      .filter(({ callee }) => callee?.internal !== true)
      .map(({ label, callee, site }): Call => {
        const action = callAction(callee, label, (address) => this.ownAddress(cpu, address));
        return { action, text: phraseOf(action), site };
      });
    const before = this.inside[cpu] as Call[];
    let common = 0;
    while (common < calls.length && calls[common]?.text === before[common]?.text) common++;
    for (let depth = common; depth < calls.length; depth++) {
      const { site, action } = calls[depth] as Call;
      this.addAt(cpu, site, calls.slice(0, depth), action, true);
    }
    this.inside[cpu] = calls;
    return calls;
  }
}

function textsOf(calls: readonly Call[]): string[] {
  return calls.map(({ text }) => text);
}

function isInModule(calls: readonly Call[]): boolean {
  return calls[calls.length - 1]?.action.of === "seamcall";
}

function isSameLine(one: SourceLine | undefined, other: SourceLine | undefined): boolean {
  return one?.file === other?.file && one?.line === other?.line;
}
