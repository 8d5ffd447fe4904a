/**
 * A path as a list of steps in words: what each CPU did, with values, in the terms of the kernel's and the module's
 * code.
 */
import { formatStatus, Level, leafName } from "../../abi/index.js";
import { type Drained, NodeKind, type Trace } from "../../explore/index.js";
import type { SourceLine } from "../../helpers/index.js";
import {
  HelperKind,
  KernelEvent,
  type MemoryMisuse,
  memoryMisuseText,
  misuseText,
  PAGE_SIZE,
  type PageMisuse,
  PTRS_PER_PMD,
  pfnToPhys,
  Warning,
} from "../../kernel/index.js";
import { Access, FENCE, LockEffect } from "../../machine/index.js";
import { type FatalCause, fatalText, ModuleEvent } from "../../module/index.js";
import type { Setup } from "../setup.js";
import { bothChanges, type HostView, type HostViewChange, SceneRecorder } from "./host-view.js";

/** One thing that a CPU did. */
export interface Step {
  readonly cpu: number;
  /** What it did, in words. */
  readonly text: string;
  /** Calls that it was inside of, outermost first. */
  readonly calls: readonly string[];
  readonly kind: "call" | "return" | "word" | "choice" | "event";
  /** Other CPUs could notice it: a scheduling point, or the beginning or end of a call. */
  readonly visible: boolean;
  /** Word that it was done on. */
  readonly word?: string;
  readonly before?: number;
  readonly after?: number;
  /** For C: the line that it comes from. */
  readonly source?: SourceLine;
  /** What is otherwise than before it. */
  readonly scene?: HostViewChange;
}

const warningText: Record<Warning, string> = {
  [Warning.PamtAddFailed]: "WARN: PAMT.ADD failed",
  [Warning.PamtRemoveFailed]: "WARN: PAMT.REMOVE failed, the pair is leaked",
  [Warning.CountUnderflow]: "WARN: put without a user",
  [Warning.InSource]: "WARN",
  [Warning.Complaint]: "an error is logged",
};

const helperNames: Record<HelperKind, string> = {
  [HelperKind.None]: "",
  [HelperKind.Get]: "tdx_pamt_get",
  [HelperKind.Put]: "tdx_pamt_put",
  [HelperKind.Alloc]: "tdx_alloc_page",
  [HelperKind.Free]: "tdx_free_page",
  [HelperKind.ExtraPut]: "tdx_pamt_put",
  [HelperKind.Split]: "split",
  [HelperKind.Merge]: "merge",
  [HelperKind.Fault]: "fault",
  [HelperKind.Several]: "",
};

interface Change {
  readonly text: string;
  readonly numbers: { readonly before?: number; readonly after?: number };
}

/** Records steps while a system moves. */
export class StepRecorder implements Trace {
  private readonly recorded: Step[] = [];
  /** Plain accesses among them by index, with the addresses of their words. */
  private readonly plain = new Map<number, number>();
  /** Addresses of words that were written. */
  private readonly written = new Set<number>();
  /** Calls that each CPU was inside of when it was last seen. */
  private readonly inside: string[][];

  /** Addresses of the pages that every CPU has for itself, as they appear in calls. */
  private readonly own: ReadonlySet<number>;

  /** Locks of the contended regions' 2 MiB entries. */
  private readonly locks: ReadonlySet<number>;

  private readonly scene: SceneRecorder;
  /** What is there before the first step. */
  readonly firstScene: HostView;

  /** @param setup in its first state */
  constructor(private readonly setup: Setup) {
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

  /** A call as `cpu` makes it: pages that have one name on all CPUs get their own address. */
  private callOf(cpu: number, label: string): string {
    return label.replace(/0x[0-9a-f]+/g, (text) => {
      const address = Number(text);
      return this.own.has(address) ? `0x${(address + cpu * PAGE_SIZE).toString(16)}` : text;
    });
  }

  onWord(cpu: number, node: number, result: number, before: number, after: number, buffered: boolean): void {
    const { automaton } = this.setup.system;
    const calls = this.enter(cpu, node);
    if (!this.setup.system.automaton.isShared(node)) return;
    const word = automaton.word[node]!;
    if (word === FENCE) this.addFence(cpu, node, calls);
    if (automaton.kind[node] !== NodeKind.Word || word === FENCE) return;
    const address = automaton.address[node] as number;
    const where = this.setup.space.describe(address);
    // Inside the module only locks that CPUs fight over are of interest, and those that are busy.
    const isLock = word.lock !== LockEffect.None;
    const inModule = (calls[calls.length - 1] ?? "").startsWith("TDH.");
    const fought = this.locks.has(address);
    const isBusy = isLock && result !== 0;
    const visible = !inModule || (isLock && (fought || isBusy));
    if (!word.readOnly) this.written.add(address);
    this.scene.onLock(cpu, word, where, inModule, result);
    if (word.access === Access.Plain) this.plain.set(this.recorded.length, address);
    const change = this.change(address, before, after);
    const text = describeWord(word.name, word.lock, where, result, change.text);
    this.add(node, {
      cpu,
      calls,
      kind: "word",
      visible,
      word: where,
      ...change.numbers,
      text: buffered ? `${text}, in the store buffer` : text,
    });
  }

  onDrain(cpu: number, { node, before, after }: Drained): void {
    const { automaton } = this.setup.system;
    const address = automaton.address[node] as number;
    const where = this.setup.space.describe(address);
    const calls = this.inside[cpu] as string[];
    const change = this.change(address, before, after);
    const what = automaton.kind[node] === NodeKind.Word ? where : `${automaton.count[node]} words from ${where} on`;
    const text = `store of ${what} reaches memory: ${change.text}`;
    this.add(node, { cpu, calls, kind: "word", visible: true, word: where, ...change.numbers, text });
  }

  /** A change of a word, and the two as numbers if they are no more than that. */
  private change(address: number, before: number, after: number): Change {
    const { helpers } = this.setup;
    const old = helpers.wordText?.(address, before);
    const now = helpers.wordText?.(address, after);
    const text = before === after ? `${now ?? after}` : `${old ?? before} -> ${now ?? after}`;
    return { text, numbers: old === undefined && now === undefined ? { before, after } : {} };
  }

  onChoice(cpu: number, node: number, choice: number): void {
    const { automaton } = this.setup.system;
    const calls = this.enter(cpu, node);
    const label = automaton.label[node] as string;
    const budget = (automaton.address[node] as number) >= 0;
    // A failure is told by the event that follows it.
    if (budget) return;
    this.add(node, { cpu, calls, kind: "choice", visible: false, text: `${label}: ${choice}` });
  }

  onEvent(cpu: number, node: number): void {
    const { automaton } = this.setup.system;
    const calls = this.enter(cpu, node);
    const code = automaton.argument[node] as number;
    const detail = automaton.detail[node] as number;
    const extra = automaton.extra[node] as number;
    const text = describeEvent(code, detail, extra);
    if (text === undefined) return;
    const isReturn = code === KernelEvent.Leave || code === KernelEvent.SeamcallReturned;
    this.add(node, { cpu, calls, kind: isReturn ? "return" : "event", visible: true, text });
  }

  onWait(cpu: number, node: number): void {
    const { automaton } = this.setup.system;
    const calls = this.enter(cpu, node);
    if (this.setup.system.hasYielded(cpu)) {
      const why = this.setup.subject.design.source === undefined ? "its SEAMCALL stays BUSY" : "it goes round in vain";
      const text = `waits for another CPU: ${why}`;
      this.add(node, { cpu, calls, kind: "word", visible: true, text });
      return;
    }
    const where = this.setup.space.describe(automaton.address[node] as number);
    const text = `waits in ${automaton.word[node]!.name}(${where})`;
    this.add(node, { cpu, calls, kind: "word", visible: true, word: where, text });
  }

  /** A fence; several of one line with nothing between them, as in a loop over pages that are reset, are one. */
  private addFence(cpu: number, node: number, calls: readonly string[]): void {
    const before = this.recorded[this.recorded.length - 1];
    const text = `${FENCE.name}()`;
    this.add(node, { cpu, calls, kind: "word", visible: true, text });
    const added = this.recorded[this.recorded.length - 1] as Step;
    const isAgain = before?.text === text && before.cpu === cpu && isSameLine(before.source, added.source);
    if (isAgain && added.scene === undefined) this.recorded.pop();
  }

  /** Steps recorded so far. */
  protected get count(): number {
    return this.recorded.length;
  }

  /** Calls that `cpu` was inside of when it was last seen, outermost first. */
  protected insideOf(cpu: number): readonly string[] {
    return this.inside[cpu] as string[];
  }

  private add(node: number, step: Step): void {
    this.addAt(this.setup.system.automaton.site[node] as number, step);
  }

  private addAt(site: number, step: Step): void {
    const source = site === 0 ? undefined : this.setup.subject.design.source?.(site);
    const scene = this.scene.changes();
    this.recorded.push({
      ...step,
      ...(source === undefined ? {} : { source }),
      ...(scene === undefined ? {} : { scene }),
    });
  }

  /** Notes calls that have begun since the CPU was last seen. */
  private enter(cpu: number, node: number): string[] {
    const { automaton } = this.setup.system;
    const labels = automaton.calls(node).slice(1);
    const sites = automaton.callSites(node).slice(1);
    const calls = labels.map((label) => this.callOf(cpu, label));
    const before = this.inside[cpu] as string[];
    let common = 0;
    while (common < calls.length && calls[common] === before[common]) common++;
    for (let depth = common; depth < calls.length; depth++) {
      const text = calls[depth] as string;
      this.addAt(sites[depth] as number, { cpu, calls: calls.slice(0, depth), kind: "call", visible: true, text });
    }
    this.inside[cpu] = calls;
    return calls;
  }
}

function isSameLine(one: SourceLine | undefined, other: SourceLine | undefined): boolean {
  return one?.file === other?.file && one?.line === other?.line;
}

function describeWord(name: string, lock: LockEffect, where: string, result: number, change: string): string {
  // The module's lock operations have names of several words.
  if (lock !== LockEffect.None && name.includes(" ")) {
    const entry = where.replace(/: lock$/, "");
    const isRelease = lock === LockEffect.ReleaseExclusive || lock === LockEffect.ReleaseShared;
    return `${name} ${entry}${isRelease || result === 0 ? "" : ": BUSY"}`;
  }
  if (lock !== LockEffect.None) return `${name}(${where})`;
  return `${name}(${where}): ${change}`;
}

function describeEvent(code: number, detail: number, extra: number): string | undefined {
  switch (code) {
    case KernelEvent.Leave:
      if (detail === HelperKind.Several) return undefined;
      if (detail === HelperKind.Get) return `${helperNames[detail as HelperKind]} returns ${extra}`;
      if (detail === HelperKind.Alloc) {
        return `tdx_alloc_page returns ${extra === 0 ? "NULL" : extra < 0 ? `ERR_PTR(${extra})` : "a page"}`;
      }
      return `${helperNames[detail as HelperKind]} returns`;
    case KernelEvent.SeamcallReturned:
      return `${leafName(detail)} returns ${formatStatus(extra)}`;
    case KernelEvent.SeamcallFailed:
      return `${leafName(detail)} returns ${formatStatus(extra)}, by nobody's fault`;
    case KernelEvent.Warn:
      return warningText[detail as Warning];
    case KernelEvent.PageMisused:
      return misuseText[detail as PageMisuse];
    case KernelEvent.MemoryMisused:
      return memoryMisuseText[detail as MemoryMisuse];
    case KernelEvent.AllocationFailed:
      return "the allocation fails";
    case KernelEvent.Yield:
      return `${leafName(detail)} was BUSY and will be made again`;
    case KernelEvent.CounterOutOfRange:
      return `counter ${detail} is outside the array of ${Math.abs(extra)}`;
    case KernelEvent.Softirq:
      return detail === 1 ? "a softirq begins" : "the softirq ends";
    case ModuleEvent.Fatal:
      return `the TDX module shuts down: ${fatalText[detail as FatalCause]}`;
    case ModuleEvent.SilentWrite:
      return "the module writes into a page that it has handed back";
    default:
      return undefined;
  }
}
