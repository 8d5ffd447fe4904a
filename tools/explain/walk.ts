/**
 * What a design does when nobody disturbs it: get and put run alone on one CPU of the model, two users of one region
 * come and go, and what happens is written down. Diagrams and captions are made from this alone.
 */
import { formatStatus, leafName, TDX_SUCCESS } from "../../src/abi/index.js";
import { type Scenario, Setup } from "../../src/check/index.js";
import type { Trace } from "../../src/explore/index.js";
import { get, put } from "../../src/flows/index.js";
import type { Design } from "../../src/helpers/index.js";
import { HelperKind, KernelEvent, PAGE_SIZE, PTRS_PER_PMD, pfnToPhys } from "../../src/kernel/index.js";
import { LockEffect, type Program, type WordOperation } from "../../src/machine/index.js";

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
      readonly leaf: string;
      readonly operands: string;
      readonly locks: readonly ModuleLock[];
      readonly status: string;
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

/** A SEAMCALL that has begun. */
interface Running {
  readonly label: string;
  readonly locks: Map<string, ("shared" | "exclusive")[]>;
}

class Recorder implements Trace {
  readonly calls: Call[] = [];
  private items: Item[] = [];
  private running: Running | null = null;
  private resets = 0;
  /** Letters that regions go by, by address. */
  private readonly letters = new Map<number, string>();

  constructor(private readonly setup: Setup) {
    const { contended, neutral } = setup.kernel.memory;
    for (const [index, region] of [...contended, neutral].entries()) {
      this.letters.set(region * PTRS_PER_PMD * PAGE_SIZE, String.fromCharCode("X".charCodeAt(0) + index));
    }
  }

  onWord(_cpu: number, node: number, _result: number, before: number, after: number): void {
    const { system, kernel, space } = this.setup;
    const { automaton } = system;
    const word = automaton.word[node];
    const address = automaton.address[node] as number;
    if (word === undefined || word === null) return;
    const label = automaton.calls(node).find((call) => call.startsWith("TDH."));
    if (label !== undefined) {
      this.running ??= { label, locks: new Map() };
      this.noteModuleLock(this.running, word, space.describe(address));
      return;
    }
    if (kernel.isCpuPrivate(address)) return;
    const where = this.named(space.describe(address));
    if (word.name === "reset frame") this.resets++;
    else if (word.lock !== LockEffect.None) this.items.push(lockItem(word, where));
    else if (where.startsWith("count of ")) {
      this.items.push({ kind: "count", operation: word.name, before, after });
    } else if (where.startsWith("pairs in ") && after !== before) {
      this.items.push({ kind: "word", operation: word.name, word: where });
    }
  }

  onChoice(): void {}

  onWait(): void {
    throw new Error("a CPU that is alone has to wait");
  }

  onEvent(_cpu: number, node: number): void {
    const { automaton } = this.setup.system;
    const detail = automaton.detail[node] as number;
    const extra = automaton.extra[node] as number;
    switch (automaton.argument[node] as KernelEvent) {
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
    const last = this.items.findLast((each) => each.kind === "seamcall" && /PAMT\.(ADD|REMOVE)$/.test(each.leaf));
    const changed = last?.kind === "seamcall" && last.status === formatStatus(TDX_SUCCESS);
    return {
      helper: kind === HelperKind.Get ? "tdx_pamt_get" : "tdx_pamt_put",
      title: TITLES[this.calls.length] as string,
      items: this.items,
      count: helpers.refcount === undefined ? null : system.shared.read(helpers.refcount(region)),
      hasPair: changed ? last.leaf.endsWith("ADD") : before,
    };
  }

  private seamcallOf(leaf: number, status: number): Item {
    const name = leafName(leaf) ?? `leaf ${leaf}`;
    const locks = [...(this.running?.locks ?? [])].map(([entry, modes]) => ({ entry, modes }));
    const addresses = [...(this.running?.label ?? "").matchAll(/0x[0-9a-f]+/g)].map(([text]) => Number(text));
    const operands = addresses.map((address, index) => {
      const region = this.letterOf(address);
      return name.includes(".PAMT.") && index === 0 ? region : `page in ${region}`;
    });
    return { kind: "seamcall", leaf: name, operands: operands.join(", "), locks, status: formatStatus(status) };
  }

  /** Of 1 GiB entries all calls take the lock shared, so those are left out. */
  private noteModuleLock({ locks }: Running, { lock }: WordOperation, where: string): void {
    const isTaken = [LockEffect.AcquireExclusive, LockEffect.AcquireShared, LockEffect.Promote].includes(lock);
    if (!isTaken || where.startsWith("1G ")) return;
    const entry = this.named(where.replace(/: lock$/, "").replace(/^(\w+) entry of /, "$1 entry of "));
    const mode = lock === LockEffect.AcquireShared ? "shared" : "exclusive";
    const modes = locks.get(entry) ?? [];
    locks.set(entry, modes.includes(mode) ? modes : [...modes, mode]);
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

  /** `text` with regions by their letters. */
  private named(text: string): string {
    return text.replace(/0x[0-9a-f]+/g, (address) => {
      const letter = this.letterOf(Number(address));
      return this.letters.has(Number(address)) ? letter : `a page in ${letter}`;
    });
  }
}

function lockItem({ name, lock }: WordOperation, where: string): Item {
  const isGiven = lock === LockEffect.ReleaseExclusive || lock === LockEffect.ReleaseShared;
  const isShared = lock === LockEffect.AcquireShared || lock === LockEffect.ReleaseShared;
  return { kind: isGiven ? "give" : "take", operation: name, lock: where, isShared };
}
