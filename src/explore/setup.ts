/**
 * Everything one exploration works on: a booted host, a design's helpers, the CPUs' programs, the
 * checks. Built the same way every time, so that a path found in one setup can be walked in another.
 */
import { Leaf, PageType, type Status, TDX_SUCCESS } from "../abi/index.js";
import { type Design, type PamtHelpers, usersCounted } from "../helpers/index.js";
import {
  Kernel,
  KernelEvent,
  type Memory,
  PAGE_SIZE,
  PTRS_PER_PMD,
  readSystemInfo,
  regionOf,
} from "../kernel/index.js";
import { AddressSpace, type Environment, Discipline as RangeDiscipline, run, Words } from "../machine/index.js";
import {
  BLOCK_WORDS,
  boot,
  HEAD,
  type Pamt,
  pairAt,
  REGION_PAGES,
  simpleHost,
  TdxModule,
  typeOf,
} from "../module/index.js";
import { Automaton, SLOT_COMMUTING, SLOT_PRIVATE } from "./automaton.js";
import { expectCounter } from "./counter.js";
import { Discipline } from "./discipline.js";
import { Ghost } from "./ghost.js";
import { Monitor } from "./monitor.js";
import { Numbering } from "./numbering.js";
import type { RequirementId } from "./requirements/index.js";
import type { Bounds, CpuProgram, Scenario } from "./scenarios/index.js";
import { Sleepers } from "./sleepers.js";
import { BUFFER_WORDS } from "./store-buffers.js";
import { World } from "./world.js";

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

/** The modelled host has one TDMR of 1 GiB at 4 GiB. */
const FIRST_GIB = 4;
const FIRST_REGION = FIRST_GIB * PTRS_PER_PMD;
/** First contended region, counted in 2 MiB from the start of the TDMR. */
const FIRST_CONTENDED = 16;
/** First of the regions that hold nothing but the control pages of one TD, and of those that are one large page. */
const FIRST_HOME = 32;
const FIRST_LARGE = 40;
const NEUTRAL = 64;
/** 2 MiB regions for blocks of that size, behind the neutral one. */
const CHUNKS = 8;
/** Most contended regions that the layout has room for. */
export const MAX_REGIONS = 8;
export const MAX_CPUS = 8;

const PLATFORM = {
  maxPa: 46,
  keyidBits: 6,
  privateHkidMin: 32,
  privateHkidMax: 63,
  cmrs: [[0, 2 ** 34]],
} as const;

function memoryOf(scenario: Scenario, { regions, cpus }: Bounds): Memory {
  if (regions > MAX_REGIONS || cpus > MAX_CPUS) {
    throw new RangeError(`${cpus} CPUs and ${regions} regions do not fit: at most ${MAX_CPUS} and ${MAX_REGIONS}`);
  }
  const contended = Array.from({ length: regions }, (_, index) => FIRST_REGION + FIRST_CONTENDED + index);
  const neutral = FIRST_REGION + NEUTRAL;
  const chunksAfter = (neutral: number) => Array.from({ length: CHUNKS }, (_, index) => neutral + 1 + index);
  // First fit begins in the first contended region, so that pages and pairs lie where they are counted.
  const firstPfn = (FIRST_REGION + FIRST_CONTENDED) * PTRS_PER_PMD;
  if (scenario.flows === true) {
    const each = (first: number) => Array.from({ length: cpus }, (_, index) => FIRST_REGION + first + index);
    const endPfn = (FIRST_REGION + PTRS_PER_PMD) * PTRS_PER_PMD;
    const regions = { contended, neutral, chunks: chunksAfter(neutral) };
    return { firstPfn, endPfn, ...regions, homes: each(FIRST_HOME), larges: each(FIRST_LARGE) };
  }
  if (scenario.partialRegion !== true) {
    const endPfn = (FIRST_REGION + PTRS_PER_PMD) * PTRS_PER_PMD;
    const { crowded = false } = scenario;
    return { firstPfn, endPfn, contended, neutral, chunks: chunksAfter(neutral), crowded };
  }
  const last = FIRST_REGION + FIRST_CONTENDED;
  const endPfn = last * PTRS_PER_PMD + PTRS_PER_PMD / 2;
  const start = FIRST_REGION + 1;
  return { firstPfn, endPfn, contended: [last], neutral: start, chunks: chunksAfter(start) };
}

/** Words of the frames that every CPU has for itself, and of its page handles. */
function privateWords(kernel: Kernel, pamt: Pamt): (address: number) => boolean {
  const words = new Set<number>();
  for (const pfn of kernel.cpuFrames()) {
    words.add(kernel.frames.word(pfn));
    const frame = pamt.frameOfPfn(pfn);
    const block = pamt.block(frame);
    for (let at = frame % REGION_PAGES; at < BLOCK_WORDS; at += REGION_PAGES) words.add(block + at);
  }
  return (address) => kernel.isCpuPrivate(address) || words.has(address);
}

export class Setup {
  readonly bounds: Bounds;
  readonly kernel: Kernel;
  readonly helpers: PamtHelpers;
  readonly space = new AddressSpace();
  readonly world: World;
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
    const memory = memoryOf(scenario, bounds);
    this.kernel = new Kernel(words, space, tdx, readSystemInfo(words, tdx, dynamicPamt), memory, {
      placement: bounds.placement,
      lateChoice: has("late-choice"),
      unorderedPairs: has("unordered-pairs"),
      sharedFrames: scenario.flows === true,
      ...((bounds.seamcallFailures ?? 0) === 0 ? {} : { fallible: scenario.flows === true ? "all" : "pamt" }),
      exploresBoot: scenario.exploresBoot === true,
    });
    const { kernel } = this;
    this.helpers = design.create(kernel);
    expectCounter(scenario, design, this.helpers);
    const stage = { kernel, design, helpers: this.helpers, bounds };
    const past = new Past();
    if (scenario.prologue !== undefined) run(words, scenario.prologue(stage), past);
    words.write(kernel.failureBudget, bounds.allocFailures);
    words.write(kernel.seamcallBudget, bounds.seamcallFailures ?? 0);

    this.programs = scenario.programs(stage);
    const discipline = new Discipline(this.programs.length, has("protected-steps"));
    const isPrivate = privateWords(kernel, tdx.pamt);
    const numbering = new Numbering(discipline, (address) => {
      if (isPrivate(address)) return SLOT_PRIVATE;
      return space.rangeOf(address)?.discipline === RangeDiscipline.Commuting ? SLOT_COMMUTING : undefined;
    });
    const automaton = new Automaton(numbering, has("short-calls"));
    const roots = this.programs.map(({ label, start }) => automaton.root(label, start));
    // Where CPUs have numbers they are not interchangeable.
    const symmetric = has("cpu-symmetry") && scenario.flows !== true;
    this.world = new World(words, automaton, discipline, roots, symmetric, (code) => code === KernelEvent.Enter);
    if (bounds.memory === "tso") this.world.addStoreBuffers(space.reserve(BUFFER_WORDS, () => "store buffer"));
    this.world.sleepers = new Sleepers(KernelEvent.Yield, kernel.busyTurns, this.world.own);
    this.ghost = new Ghost(this.world, kernel);
    past.tell(this.ghost);
    this.ghost.begin();
    if (scenario.flows === true) for (const [cpu, own] of this.world.own.entries()) own.write(kernel.cpuNumber, cpu);
    const { watched } = kernel;
    const biases = watched.map((region, index) => {
      const { helpers } = this;
      const counted = dynamicPamt ? usersCounted(helpers, words, region) : undefined;
      // What was never set is no count.
      const isSet = helpers.refcount === undefined || helpers.isCount?.(helpers.refcount(region)) !== false;
      return counted === undefined || !isSet ? 0 : counted - this.ghost.held(index);
    });
    const heads = watched.map((region) => tdx.pamt.entry2m(tdx.pamt.frameOfPfn(region * PTRS_PER_PMD)) + HEAD);
    const names = watched.map((region) => `region 0x${(region * PTRS_PER_PMD * PAGE_SIZE).toString(16)}`);
    this.monitor = new Monitor(this.world, this.ghost, {
      kernel,
      helpers: this.helpers,
      dynamicPamt,
      countBias: (index) => biases[index] as number,
      chargedPages: (index) => {
        if (design.unchargedPairs === true) return 0;
        const [first, second] = pairAt(words, (heads[index] as number) - HEAD);
        return (memory.chunks.includes(regionOf(first)) ? 0 : 1) + (memory.chunks.includes(regionOf(second)) ? 0 : 1);
      },
      regions: watched.length,
      isInstalled: (index) => typeOf(words.read(heads[index] as number)) === PageType.Pamt,
      regionName: (index) => names[index] as string,
      flows: scenario.flows === true,
      softirq: scenario.softirq === true,
      ignored: new Set(subject.ignored),
      asks: scenario.asks,
      isAdd: (leaf, status) => leaf === Leaf.PhymemPamtAdd && succeeded(status),
      isRemove: (leaf, status) => leaf === Leaf.PhymemPamtRemove && succeeded(status),
    });
    this.world.observer = this.monitor;
    words.forget();
    for (const own of this.world.own) own.forget();
  }
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
