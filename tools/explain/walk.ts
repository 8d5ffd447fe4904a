/**
 * What a design does when nobody disturbs it: get and put run alone on one CPU of the model, two users of one region
 * come and go, and what happens is written down. Diagrams and captions are made from this alone.
 */
import { Leaf, Level, levelName } from "../../src/abi/index.js";
import {
  type LeafFact,
  type LockAction,
  type Scenario,
  Setup,
  type StatusFact,
  type WordFact,
} from "../../src/check/index.js";
import { leafFact, statusFact } from "../../src/check/trace/codes.js";
import { WordFacts } from "../../src/check/trace/word-facts.js";
import type { Trace } from "../../src/explore/index.js";
import { get, put } from "../../src/flows/index.js";
import type { Design } from "../../src/helpers/index.js";
import {
  FRAME_RESET,
  HelperKind,
  KernelEvent,
  PAGE_SIZE,
  PTRS_PER_PMD,
  pfnToPhys,
  Seamcall,
} from "../../src/kernel/index.js";
import { LockEffect, type Program } from "../../src/machine/index.js";

/** A lock of the module that a SEAMCALL took, with all that it took of it. */
export interface ModuleLock {
  readonly entry: string;
  readonly modes: readonly ("shared" | "exclusive")[];
}

/** One thing that happened. */
export type Item =
  | { readonly kind: "count"; readonly operation: string; readonly before: number; readonly after: number }
  | { readonly kind: "word"; readonly operation: string; readonly word: string }
  | { readonly kind: "take" | "give"; readonly operation: string; readonly lock: string; readonly isShared: boolean }
  | {
      readonly kind: "seamcall";
      readonly leaf: LeafFact;
      readonly operands: string;
      readonly locks: readonly ModuleLock[];
      readonly status: StatusFact;
    }
  | { readonly kind: "allocate" | "free"; readonly pages: number; readonly isReset: boolean };

/** One call of a helper, from its beginning to its return. */
export interface Call {
  readonly helper: "tdx_pamt_get" | "tdx_pamt_put";
  /** What it means for the region. */
  readonly title: string;
  readonly items: readonly Item[];
  /** What the region is like afterwards. */
  readonly count: number | null;
  readonly hasPair: boolean;
}

const TITLES = ["the first user comes", "a second user comes", "one of two users goes", "the last user goes"];

function* twoUsers({ kernel, helpers }: Parameters<Scenario["programs"]>[0]): Program {
  const page = kernel.layout.guestFrame(kernel.memory.contended[0] as number);
  for (let user = 0; user < 2; user++) yield* get({ kernel, helpers }, page);
  for (let user = 0; user < 2; user++) yield* put({ kernel, helpers }, page);
  return 0;
}

const alone: Scenario = {
  name: "alone",
  summary: "two users of one region come and go, one after the other",
  bounds: (asked) => asked,
  programs: (stage) => [{ label: "alone", start: () => twoUsers(stage) }],
};

/** Runs the four calls: two gets, two puts. */
export function walkAlone(design: Design): readonly Call[] {
  const setup = new Setup({
    design,
    scenario: alone,
    bounds: { cpus: 1, rounds: 1, regions: 2, placement: "adversarial", allocFailures: 0, use: "none" },
  });
  const { system } = setup;
  const recorder = new Recorder(setup);
  system.observer = null;
  system.trace = recorder;
  // The two pages of a pair lie in two other regions where there is a choice, so that all locks are seen.
  system.choices.drawWith((first, limit) => Math.min(first + 1, limit - 1));
  while (!system.isDone(0)) system.move(0);
  return recorder.calls;
}

/** Leaves that give a region its pair, or take it back. */
export const PAMT_LEAVES: ReadonlySet<number> = new Set([Leaf.PhymemPamtAdd, Leaf.PhymemPamtRemove]);

/** A SEAMCALL that has begun. */
interface Running {
  readonly seamcall: Seamcall;
  readonly locks: Map<string, ("shared" | "exclusive")[]>;
}

class Recorder implements Trace {
  readonly calls: Call[] = [];
  private items: Item[] = [];
  private running: Running | null = null;
  private resets = 0;
  /** Letters that regions go by, by address. */
  private readonly letters = new Map<number, string>();
  private readonly facts: WordFacts;

  constructor(private readonly setup: Setup) {
    this.facts = new WordFacts(setup);
    const { contended, neutral } = setup.kernel.memory;
    for (const [index, region] of [...contended, neutral].entries()) {
      this.letters.set(region * PTRS_PER_PMD * PAGE_SIZE, String.fromCharCode("X".charCodeAt(0) + index));
    }
  }

  onWord(_cpu: number, node: number, result: number, before: number, after: number): void {
    const { system, kernel } = this.setup;
    const { automaton } = system;
    const word = automaton.word[node];
    const address = automaton.addressOf(node);
    if (word === undefined || word === null) return;
    const isLock = word.lock !== LockEffect.None;
    const callees = automaton.calls(node).map(({ callee }) => callee);
    const seamcall = callees.find((callee) => callee instanceof Seamcall);
    if (seamcall !== undefined) {
      this.running ??= { seamcall, locks: new Map() };
      if (isLock)
        this.noteModuleLock(this.running, this.facts.lockAction(word, address, "module", { result, before, after }));
      return;
    }
    if (kernel.isCpuPrivate(address)) return;
    if (word === FRAME_RESET) this.resets++;
    else if (isLock)
      this.items.push(this.lockItem(this.facts.lockAction(word, address, "kernel", { result, before, after })));
    else this.noteWord(this.facts.word(address), word.name, before, after);
  }

  private noteWord({ word, role }: WordFact, operation: string, before: number, after: number): void {
    if (role === "count") this.items.push({ kind: "count", operation, before, after });
    else if (role === "pool" && after !== before) this.items.push({ kind: "word", operation, word: this.named(word) });
  }

  private lockItem({ operation, effect, mode, lock }: LockAction): Item {
    const kind = effect === "release" ? "give" : "take";
    return { kind, operation, lock: this.named(lock), isShared: mode === "shared" };
  }

  onChoice(): void {}

  onWait(): void {
    throw new Error("a CPU that is alone has to wait");
  }

  onEvent(_cpu: number, node: number): void {
    const { automaton } = this.setup.system;
    const detail = automaton.detailOf(node);
    const extra = automaton.extraOf(node);
    switch (automaton.argumentOf(node) as KernelEvent) {
      case KernelEvent.Enter:
        this.items = [];
        break;
      case KernelEvent.Leave:
        this.calls.push(this.callOf(detail));
        break;
      case KernelEvent.Allocate:
        this.addPages("allocate");
        break;
      case KernelEvent.PageFreed:
        this.addPages("free");
        break;
      case KernelEvent.SeamcallReturned:
        this.items.push(this.seamcallOf(detail, extra));
        this.running = null;
        break;
      case KernelEvent.Warn:
        throw new Error("the kernel warns although nobody disturbs");
    }
  }

  private callOf(kind: HelperKind): Call {
    const { kernel, helpers, system } = this.setup;
    const region = kernel.memory.contended[0] as number;
    const before = this.calls.at(-1)?.hasPair ?? false;
    const seamcalls = this.items.filter((each) => each.kind === "seamcall");
    const last = seamcalls.findLast(({ leaf }) => PAMT_LEAVES.has(leaf.number));
    const changed = last?.status.outcome === "success";
    return {
      helper: kind === HelperKind.Get ? "tdx_pamt_get" : "tdx_pamt_put",
      title: TITLES[this.calls.length] as string,
      items: this.items,
      count: helpers.refcount === undefined ? null : system.shared.read(helpers.refcount(region)),
      hasPair: changed ? last.leaf.number === Leaf.PhymemPamtAdd : before,
    };
  }

  private seamcallOf(leaf: number, status: number): Item {
    const locks = [...(this.running?.locks ?? [])].map(([entry, modes]) => ({ entry, modes }));
    const operands = (this.running?.seamcall.operands ?? []).map((operand, index) => {
      const region = this.letterOf(Number(operand));
      return PAMT_LEAVES.has(leaf) && index === 0 ? region : `page in ${region}`;
    });
    return {
      kind: "seamcall",
      leaf: leafFact(leaf),
      operands: operands.join(", "),
      locks,
      status: statusFact(status),
    };
  }

  /** Of 1 GiB entries all calls take the lock shared, so those are left out. */
  private noteModuleLock({ locks }: Running, { effect, mode, lock, guards = lock, entry }: LockAction): void {
    if (effect === "release" || entry?.level === levelName(Level.Page1G)) return;
    const name = this.named(guards);
    const modes = locks.get(name) ?? [];
    locks.set(name, modes.includes(mode) ? modes : [...modes, mode]);
  }

  private addPages(kind: "allocate" | "free"): void {
    const isReset = this.resets > 0;
    this.resets = 0;
    const last = this.items.at(-1);
    const isAgain = last?.kind === kind && last.isReset === isReset;
    if (isAgain) this.items.pop();
    this.items.push({ kind, pages: isAgain ? last.pages + 1 : 1, isReset });
  }

  /** The letter of the region that an address lies in. */
  private letterOf(address: number): string {
    const region = address - (address % pfnToPhys(PTRS_PER_PMD));
    return this.letters.get(region) ?? `0x${region.toString(16)}`;
  }

  /** The name of a word with regions by their letters. */
  private named(name: string): string {
    return name.replace(/0x[0-9a-f]+/g, (address) => {
      const letter = this.letterOf(Number(address));
      return this.letters.has(Number(address)) ? letter : `a page in ${letter}`;
    });
  }
}
