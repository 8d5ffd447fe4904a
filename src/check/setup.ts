/**
 * Everything one exploration works on: a booted host, a design's helpers, the CPUs' programs, the
 * checks. Built the same way every time, so that a path found in one setup can be walked in another.
 */
import { Leaf, PageType, type Status, TDX_SUCCESS } from "../abi/index.js";
import { BUFFER_WORDS, type Findings, systemOf, type TransitionSystem } from "../explore/index.js";
import { type Beside, type Design, type PamtHelpers, usersCounted } from "../helpers/index.js";
import {
  Kernel,
  KernelEvent,
  type KernelOptions,
  PAGE_SIZE,
  PTRS_PER_PMD,
  placementNamed,
  readSystemInfo,
  regionOf,
} from "../kernel/index.js";
import { AddressSpace, type Environment, run, Sharing, Words } from "../machine/index.js";
import { boot, HEAD, pairAt, simpleHost, TdxModule, typeOf } from "../module/index.js";
import { expectCounter } from "./counter.js";
import { Ghost } from "./ghost.js";
import { FIRST_GIB, hostMemory, PLATFORM, privateWords } from "./host.js";
import { Monitor } from "./monitor.js";
import type { Bounds } from "./options/bounds.js";
import { type RequirementId, requirements } from "./requirements/index.js";
import { regionAt, type Sentence } from "./requirements/sentence.js";
import type { CpuProgram, Scenario } from "./scenarios/index.js";

/** Ways to explore less without losing anything; each can be switched off. */
export const reductions = {
  "short-calls": "results inside a helper call or SEAMCALL are forgotten when it ends",
  "late-choice": "a page gets its place when something first depends on it",
  "unordered-pairs": "the two pages of a pair are interchangeable",
  "protected-steps": "accesses that only the holder of a lock makes are no scheduling points",
  "cpu-symmetry": "CPUs that run the same program are interchangeable",
} as const;

export type Reduction = keyof typeof reductions;

/** What is explored. */
export interface Subject {
  readonly design: Design;
  readonly scenario: Scenario;
  /** Bounds as asked for; the scenario has the last word. */
  readonly bounds: Bounds;
  /** Reductions that are switched off. */
  readonly without?: readonly Reduction[];
  /** Requirements that are not judged. */
  readonly ignored?: readonly RequirementId[];
}

/** The requirements that what the engine finds by itself breaks. */
const findings = Object.fromEntries(
  requirements.flatMap(({ id, findings = [] }) => findings.map((finding) => [finding, id])),
) as Findings;

const { Enter: ENTER, PageReached: PAGE_REACHED, MemoryReached: MEMORY_REACHED } = KernelEvent;

/** Events before which a CPU rests that has had its scheduling point. */
function isBeginning(code: number): boolean {
  return code === ENTER || code === PAGE_REACHED || code === MEMORY_REACHED;
}

/** Charges of the page of a pair: none if it comes from a chunk that was set aside. */
function chargeOf(chunks: readonly number[], pfn: number): number {
  return chunks.includes(regionOf(pfn)) ? 0 : 1;
}

/** What events mean to the engine. */
export const EVENTS = {
  isBeginning,
  noticed: KernelEvent.GivenUp,
} as const;

export class Setup {
  readonly bounds: Bounds;
  readonly kernel: Kernel;
  readonly helpers: PamtHelpers;
  readonly space = new AddressSpace(true);
  readonly system: TransitionSystem;
  readonly monitor: Monitor;
  readonly ghost: Ghost;
  readonly programs: readonly CpuProgram[];

  constructor(readonly subject: Subject) {
    const { design, scenario } = subject;
    const without = new Set(subject.without ?? []);
    const has = (reduction: Reduction): boolean => !without.has(reduction);
    this.bounds = scenario.bounds(subject.bounds);
    const { bounds, space } = this;
    const dynamicPamt = scenario.dynamicPamt !== false && design.staticPamt !== true;

    const words = new Words();
    const tdx = new TdxModule(words, space, PLATFORM, { keepLeftovers: false, hasDynamicPamt: dynamicPamt });
    boot(tdx, simpleHost(FIRST_GIB, 1, dynamicPamt));
    const memory = hostMemory(scenario, bounds);
    const options = kernelOptions(subject, bounds, has);
    this.kernel = new Kernel(words, space, tdx, readSystemInfo(words, tdx, dynamicPamt), memory, options);
    const { kernel } = this;
    this.helpers = design.create(kernel);
    expectCounter(scenario, design, this.helpers);
    const stage = { kernel, design, helpers: this.helpers, bounds };
    const past = new Past();
    if (scenario.prologue !== undefined) run(words, scenario.prologue(stage), past);
    words.write(kernel.failureBudget, bounds.allocFailures);
    words.write(kernel.seamcallBudget, bounds.seamcallFailures ?? 0);

    this.programs = withBeside(this.helpers.beside, scenario.programs(stage));
    this.system = systemOf(this.programs, {
      words,
      isPrivate: privateWords(kernel, tdx.pamt),
      isCommuting: (address) => space.rangeOf(address)?.sharing === Sharing.Commuting,
      ...EVENTS,
      yields: { code: KernelEvent.Yield, word: kernel.cpu.busyTurns },
      ...(bounds.memory === "tso" ? { storeBuffers: space.reserve(BUFFER_WORDS, () => "store buffer") } : {}),
      recentAccesses: space.reserve(1, () => "recent accesses"),
      findings,
      protectedSteps: has("protected-steps"),
      shortCalls: has("short-calls"),
      // Where CPUs have numbers they are not interchangeable.
      symmetry: has("cpu-symmetry") && kernel.options.numberedCpus !== true,
    });
    this.ghost = new Ghost(this.system, kernel);
    past.tell(this.ghost);
    this.ghost.begin(this.helpers.beside?.pending() ?? 0);
    if (options.numberedCpus === true)
      for (const [cpu, own] of this.system.own.entries()) own.write(kernel.cpu.number, cpu);
    const { watched } = kernel;
    const biases = watched.map((_, index) => this.countBias(index));
    const heads = watched.map((region) => tdx.pamt.entry2m(tdx.pamt.frameOfPfn(region * PTRS_PER_PMD)) + HEAD);
    const names = watched.map((region) => regionAt(region * PTRS_PER_PMD * PAGE_SIZE));
    this.monitor = new Monitor(this.system, this.ghost, {
      kernel,
      helpers: this.helpers,
      dynamicPamt,
      countBias: (index) => biases[index] as number,
      chargedPages: (index) => {
        if (design.unchargedPairs === true) return 0;
        const [first, second] = pairAt(words, (heads[index] as number) - HEAD);
        return chargeOf(memory.chunks, first) + chargeOf(memory.chunks, second);
      },
      recyclesPages: design.recyclesPages === true,
      regions: watched.length,
      isInstalled: (index) => typeOf(words.read(heads[index] as number)) === PageType.Pamt,
      regionName: (index) => names[index] as Sentence,
      flows: scenario.flows === true,
      softirq: scenario.softirq === true || this.helpers.beside !== undefined,
      ignored: new Set(subject.ignored),
      asks: scenario.asks,
      isAdd: (leaf, status) => leaf === Leaf.PhymemPamtAdd && succeeded(status),
      isRemove: (leaf, status) => leaf === Leaf.PhymemPamtRemove && succeeded(status),
    });
    this.system.observer = this.monitor;
    words.forget();
    for (const own of this.system.own) own.forget();
  }

  /** By how much the count of watched region number `index` differs from its users now. */
  private countBias(index: number): number {
    const { helpers, ghost, kernel } = this;
    const region = kernel.watched[index] as number;
    const counted = kernel.systemInfo.dynamicPamt ? usersCounted(helpers, kernel.words, region) : undefined;
    // What was never set is no count.
    const isSet = helpers.refcount === undefined || helpers.isCount?.(helpers.refcount(region)) !== false;
    return counted === undefined || !isSet ? 0 : counted - ghost.held(index);
  }
}

/** The programs that call helpers, and those that run beside them. */
function withBeside(beside: Beside | undefined, callers: CpuProgram[]): readonly CpuProgram[] {
  return beside === undefined ? callers : beside.programs(callers);
}

function kernelOptions(
  { scenario, design }: Subject,
  bounds: Bounds,
  has: (reduction: Reduction) => boolean,
): KernelOptions {
  const isFlows = scenario.flows === true;
  const numberedCpus = isFlows || design.needs?.numberedCpus === true;
  const placement = placementNamed(bounds.placement, {
    lateChoice: has("late-choice"),
    unorderedPairs: has("unordered-pairs"),
    sharedFrames: numberedCpus,
  });
  return {
    placement,
    numberedCpus,
    asksSurroundings: design.asksSurroundings === true,
    cpus: bounds.cpus,
    ...((bounds.seamcallFailures ?? 0) === 0 ? {} : { fallible: isFlows ? "all" : "pamt" }),
    exploresBoot: scenario.exploresBoot === true,
  };
}

/** What happened before the exploration begins: the environment was kind, and the checker learns of it afterwards. */
class Past implements Environment {
  private readonly events: (readonly [code: number, detail: number, extra: number])[] = [];

  choose(_label: string, _alternatives: number, from: number): number {
    return from;
  }

  event(code: number, detail: number, extra: number): void {
    this.events.push([code, detail, extra]);
  }

  /** Tells it as if CPU 0 had done it. */
  tell(ghost: Ghost): void {
    for (const [code, detail, extra] of this.events) ghost.follow(0, code, detail, extra);
  }
}

function succeeded(status: Status): boolean {
  return status === TDX_SUCCESS;
}
