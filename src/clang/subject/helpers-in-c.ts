/** A C program as a design: the same scenarios and requirements judge it. */
import type { BootEvent, Design, PamtHelpers } from "../../helpers/index.js";
import { withAllocAndFree } from "../../helpers/index.js";
import {
  allocPage,
  failedPage,
  freePage,
  type Kernel,
  MAX_ERRNO,
  MemoryMisuse,
  NULL_PAGE,
  PAGE_SIZE,
  type Page,
  PageUse,
  PTRS_PER_PMD,
  pagesInBlocks,
  publishedPage,
} from "../../kernel/index.js";
import { at, BlockedError, event, isMark, LockEffect, OperationKind, type Program, run } from "../../machine/index.js";
import { nearestName } from "../../text/index.js";
import { CellOperations } from "../interpret/access.js";
import type { ServedHost } from "../interpret/activation.js";
import { Globals } from "../interpret/globals.js";
import { kindOfPlace } from "../interpret/heap.js";
import { Execution } from "../interpret/interpreter.js";
import { CellTable, CMemory } from "../interpret/memory.js";
import { PageContents, WordsObject } from "../interpret/objects.js";
import type { CProgram } from "../interpret/program.js";
import { sited } from "../interpret/sited.js";
import { FrameNumber, FunctionAddress, isUnset, Pointer, type Value } from "../interpret/values.js";
import { WordNames } from "../interpret/word-names.js";
import { ALLOCATED_BLOCKS } from "../intrinsics/facts.js";
import { pageOf } from "../intrinsics/pages.js";
import { intrinsicNames, intrinsics } from "../intrinsics/table.js";
import { CError } from "../ir/errors.js";
import { resolved } from "../ir/types.js";
import type { BootPaths, Initcall } from "../slice/index.js";
import { type Binding, type Bindings, hasCache, type Role } from "./bindings.js";
import { Boot, type BootFunction } from "./boot.js";
import { Counters } from "./counters.js";
import { leadsOf } from "./leads.js";
import { Losses } from "./lost.js";
import { RememberedRuns } from "./remembered-runs.js";
import { withRunners } from "./runners.js";

/** A C program ready to be explored. */
export interface CSubject {
  /** Name of the file, as the user gave it. */
  readonly name: string;
  readonly program: CProgram;
  readonly bindings: Bindings;
  /** Variables that only functions set which need too much to be taken along: they stay as they are declared. */
  readonly unset: readonly string[];
  /** Variables that only functions set which do not run: what they hold is not known. */
  readonly lacking: readonly string[];
  /** Assignments that boot makes without the function around them. */
  readonly assumed: readonly string[];
  /** Functions of the file that the kernel runs at boot and this does not: they set nothing that the helpers use. */
  readonly notRun: readonly Initcall[];
  /** Functions that run at boot, in order. */
  readonly boot: readonly BootFunction[];
  /** What runs besides where boot fails. */
  readonly paths: BootPaths | undefined;
  /** What was compiled, without the lines that it stood on: equal texts have equal verdicts. */
  readonly compiled: string;
}

/** Bytes of a vCPU's cache of pairs, more than any version's. */
const CACHE_BYTES = 256;
const PG_LEVEL_4K = 1;
const PAGES_OF_PAIR = 2;
/** What a cache is called in the versions. */
const CACHE_TYPES = ["struct.tdx_pamt_cache", "struct.tdx_prealloc"];
const GFP_KERNEL_ACCOUNT = 0x0001 | 0x0002 | 0x0008 | 0x0020 | 0x0040;

const WAKE_UPS =
  "nobody looks for lost wake-ups: a task that waits in a queue looks again whenever others have moved, woken or not";

/** The design that a C program is. */
export function designOf(subject: CSubject): Design {
  const table = new CellTable(subject.program.numbersCpus);
  return {
    needs: table.needs,
    asksSurroundings: subject.program.declares("__dpamt_preempt_count"),
    notes: subject.program.declares("__dpamt_queues") ? [WAKE_UPS] : [],
    name: subject.name,
    origin: "C",
    summary: `the helpers of ${subject.name}`,
    hasBoot: subject.boot.length > 0,
    unchargedPairs: subject.bindings.pool !== undefined,
    recyclesPages: subject.bindings.pool !== undefined,
    ownCache: hasCache(subject.bindings) || subject.bindings.get?.roles.includes("callback") === true,
    create: (kernel) => new Harness(subject, kernel, table).helpers(),
    source: (site) => subject.program.source(site),
  };
}

class Harness {
  private readonly host: ServedHost & { isBooting: boolean };
  private readonly cache: WordsObject;
  private readonly boot: Boot;
  /** Set when it is known where they are. */
  private counters: Counters | undefined;
  private bootPaths: PamtHelpers["bootPaths"];
  private isUnaware = false;
  private readonly losses: Losses;
  /** What the program's own function has counted. */
  private readonly counts: RememberedRuns;
  /** How often boot has allocated memory at each place. */
  private readonly allocatedAt = new Map<number, number>();
  /** What boot misused: no helper gets further than that. */
  private misused: readonly BootEvent[] = [];

  constructor(
    private readonly subject: CSubject,
    private readonly kernel: Kernel,
    table: CellTable,
  ) {
    this.counts = new RememberedRuns(kernel.words);
    const { pamt } = kernel.tdx;
    const pages = { first: pamt.pfnOf(0), count: pamt.pages };
    const memory = new CMemory(kernel, table, pages, new WordNames(subject.program));
    const globals = new Globals(subject.program, memory);
    for (const name of subject.lacking) {
      const object = globals.object(name);
      if (object instanceof WordsObject) object.lacksBoot = true;
    }
    const allocated = new Map<WordsObject, number>();
    this.cache = memory.own("cache of pairs", CACHE_BYTES);
    this.host = {
      kernel,
      program: subject.program,
      memory,
      globals,
      atomics: new CellOperations(memory),
      intrinsics,
      meant: (name) => nearestName(name, [...subject.program.defined(), ...intrinsicNames()]),
      isBooting: true,
      facts: new Set(),
      allocatePage: (gfp) => allocPage(kernel, gfp, PageUse.Pair),
      meaningOf: (object, offset) => this.counters?.found(object, offset),
      meaningOutside: (object, offset) => this.counters?.missed(object, offset),
      allocated,
      fails: () => this.host.isBooting && this.boot.fails(),
      allocate: (size, zeroed, where, site, way) => {
        if (!this.host.isBooting)
          throw new CError(`${where}: memory other than pages is allocated while helpers run: not modelled`);
        const name = `memory of ${where}`;
        const kind = kindOfPlace(name, way);
        const object = zeroed ? memory.shared(name, size, kind) : memory.unset(name, size, kind);
        if (allocated.size === 0) this.allocatedAt.clear();
        const number = (this.allocatedAt.get(site) ?? 0) + 1;
        this.allocatedAt.set(site, number);
        object.origin = { place: site, ...(number === 1 ? {} : { number }) };
        allocated.set(object, site);
        memory.heap.watch(object);
        return object;
      },
    };
    this.boot = new Boot(this.host, allocated, subject.boot, subject.paths);
    this.start();
    this.host.isBooting = false;
    memory.endBoot();
    const leads = leadsOf(memory, allocated);
    memory.names.know(leads);
    this.losses = new Losses(memory, allocated, leads);
  }

  /** Runs a program to its end before anything is explored. */
  private alone(program: Program, what: string): number {
    try {
      return run(this.kernel.words, program);
    } catch (error) {
      throw error instanceof BlockedError ? new CError(`${what} waits for ever: ${error.message}`) : error;
    }
  }

  /** Boots, once or in every way. */
  private start(): void {
    if (this.kernel.options.exploresBoot === true) {
      this.bootPaths = this.boot.all(() => this.getAndPut());
      return;
    }
    this.misused = this.boot.once();
    if (this.misused.length > 0) return;
    if (this.kernel.systemInfo.dynamicPamt) this.boot.refuseSwitchedOff();
    else this.isUnaware = this.boot.isUnaware;
    this.findCounters();
  }

  /** A get, and the put that goes with it. */
  private *getAndPut(): Program {
    const { get, put } = this.subject.bindings as Required<Bindings>;
    const page = this.kernel.layout.guestFrame(this.kernel.memory.contended[0] as number);
    if ((yield* this.result(get, page)) === 0) yield* this.call(put, page);
    return 0;
  }

  /** Learns where the counters are by asking for those of two regions. */
  private findCounters(): void {
    const binding = this.subject.bindings.counter;
    if (binding === undefined || !this.kernel.systemInfo.dynamicPamt) return;
    const first = this.counterOf(binding, 0);
    const second = this.counterOf(binding, 1);
    if (first === undefined || second === undefined || first.object !== second.object) return;
    this.counters = new Counters(first, second, this.host.memory.names);
  }

  private counterOf(binding: Binding, region: number): Pointer | undefined {
    let found = 0n as Value;
    const ask = function* (harness: Harness): Program {
      const args = binding.roles.map((role) => harness.ofNumber(role, region * PTRS_PER_PMD));
      found = yield* new Execution(harness.host).call(binding.function.name, harness.narrowed(binding, args));
      return 0;
    };
    this.alone(ask(this), `${binding.function.name}()`);
    return found instanceof Pointer ? found : undefined;
  }

  /** Arguments of a call on a page. */
  private args({ roles }: Binding, page: Page, useCache = false, count = 0): Value[] {
    return roles.map((role) => this.argument(role, page, useCache, count, this.host.memory));
  }

  /** An argument that names the page with a number, page 0 among them, which is no page to the allocator. */
  private ofNumber(role: Role, pfn: number): Value {
    const { memory } = this.host;
    if (role === "page") return new Pointer(memory.structs.ofNumber(pfn), 0);
    if (role === "address") return new Pointer(memory.pageContents(pfn), 0);
    return this.argument(role, pfn, false, 0, memory);
  }

  private argument(role: Role, page: Page, useCache: boolean, count: number, memory: CMemory): Value {
    switch (role) {
      case "page":
        return page === NULL_PAGE ? 0n : new Pointer(memory.structs.of(page), 0);
      case "address":
        return page === NULL_PAGE ? 0n : new Pointer(memory.pageContents(page), 0);
      case "pfn":
        return page < 0 ? new FrameNumber(page, 0, 0n) : BigInt(page);
      case "phys":
        return page < 0 ? new FrameNumber(page, 12, 0n) : BigInt(page * PAGE_SIZE);
      case "cache":
      case "data":
        return useCache ? new Pointer(this.cache, 0) : 0n;
      case "callback":
        return new FunctionAddress("dpamt_alloc_for_pamt");
      case "level":
        return PG_LEVEL_4K;
      case "count":
        return BigInt(count);
      case "gfp":
        return GFP_KERNEL_ACCOUNT;
      case "zero":
        return 0n;
    }
  }

  private *call(binding: Binding, page: Page, useCache = false, count = 0): Program<Value> {
    yield* this.begin(binding);
    const execution = new Execution(this.host);
    const handed = this.host.memory.needs.sharedPages ? yield* publishedPage(this.kernel, page) : page;
    execution.pages.hand(handed);
    if (handed !== page) execution.pages.show(handed);
    const args = this.narrowed(binding, this.args(binding, handed, useCache, count));
    const value = yield* execution.call(binding.function.name, args);
    if (!isUnset(value)) return value;
    const { name, place } = binding.function;
    return yield* execution.misuse(MemoryMisuse.UnsetOperand, place, `${name}() returns a value that was never set`);
  }

  /** What boot misused breaks whatever comes first. No call begins while more functions wait than there are CPUs. */
  private *begin({ function: { name } }: Binding): Program<void> {
    for (const { code, detail, extra, site } of this.misused) yield at(event(code, detail, extra), site);
    const { deferred, needs } = this.host.memory;
    if (deferred.size > 0 && needs.defers(name)) yield deferred.room(Math.max(1, (this.kernel.options.cpus ?? 1) - 1));
  }

  private get beside(): PamtHelpers["beside"] {
    const { deferred } = this.host.memory;
    if (deferred.size === 0) return undefined;
    return {
      programs: (callers) => withRunners(this.host, callers),
      pending: () => deferred.pendingNow,
      interrupts: this.host.memory.needs.interrupts,
    };
  }

  /** Arguments in the widths that the function takes them in. */
  private narrowed({ function: called }: Binding, args: readonly Value[]): Value[] {
    return args.map((value, index) => {
      const type = called.parameters[index]?.type;
      const bits = type?.kind === "int" ? type.bits : 64;
      if (bits > 32 || typeof value !== "bigint") return bits > 32 && typeof value === "number" ? BigInt(value) : value;
      return Number(value);
    });
  }

  private *result(binding: Binding, page: Page, useCache = false, count = 0): Program {
    const value = yield* this.call(binding, page, useCache, count);
    if (typeof value === "number") return value;
    return typeof value === "bigint" ? Number(BigInt.asIntN(64, value)) : 0;
  }

  helpers(): PamtHelpers {
    const { bindings } = this.subject;
    const { get, put, alloc, free } = bindings as Required<Bindings>;
    const harness = this;
    const own: Omit<PamtHelpers, "tdxAllocPage" | "tdxFreePage"> = {
      tdxPamtGet: (page, cache) =>
        this.result(get, page, cache !== undefined && (this.hasCache || get.roles.includes("callback"))),
      *tdxPamtPut(page) {
        yield* harness.call(put, page);
      },
      ...this.counters?.refcount(this.host.memory),
      ...this.caching(),
      ...(this.bootPaths === undefined ? {} : { bootPaths: this.bootPaths }),
      isUnaware: this.isUnaware,
      setAside: () => this.setAside(),
      beside: this.beside,
      lostMemory: (each) => this.losses.first(each),
      wordText: (address, word) => this.host.memory.wordText(address, word),
      misused: (about) => this.host.memory.misused(about),
    };
    if (bindings.alloc === undefined || bindings.free === undefined) return withAllocAndFree(this.kernel, own);
    return {
      ...own,
      tdxAllocPage: () => this.allocated(alloc),
      *tdxFreePage(page) {
        yield* harness.call(free, page);
      },
    };
  }

  private *allocated(binding: Binding): Program<Page> {
    yield* this.begin(binding);
    const execution = new Execution(this.host, (gfp, isFirst) =>
      // The first page is the one that is asked for, the others are for pairs.
      allocPage(this.kernel, gfp, isFirst ? PageUse.Control : PageUse.Pair),
    );
    const args = this.narrowed(binding, this.args(binding, NULL_PAGE));
    const value = yield* execution.call(binding.function.name, args);
    return yield* this.returned(execution, value, binding);
  }

  /** The page that a function returns: by its structure, by its contents, or by a number. */
  private *returned(execution: Execution, value: Value, { function: called }: Binding): Program<Page> {
    if (value instanceof Pointer && value.object instanceof PageContents) return value.object.page;
    if (value instanceof FrameNumber && value.add === 0n) return value.page;
    if (typeof value !== "bigint") return yield* pageOf(execution, value, called.place);
    if (value === 0n) return NULL_PAGE;
    const error = BigInt.asIntN(64, value);
    if (error < 0n && error >= -BigInt(MAX_ERRNO)) return failedPage(Number(error));
    // Of a page that the allocator hands out, the address is above all numbers.
    const { firstPfn, endPfn } = this.kernel.memory;
    const number = Number(value);
    const pfn = number >= firstPfn && number < endPfn ? number : number / PAGE_SIZE;
    if (called.returns.kind === "ptr" || !(Number.isInteger(pfn) && pfn >= firstPfn && pfn < endPfn)) {
      return yield* pageOf(execution, value, called.place);
    }
    return execution.pages.numbered(pfn);
  }

  /** Its own cache of pairs, where it has one. */
  private caching(): Pick<PamtHelpers, "topupCache" | "freeCache"> {
    const { topup, drain } = this.subject.bindings;
    if (topup === undefined || drain === undefined || !this.hasCache) return {};
    const harness = this;
    // The older ones count pages of pairs, the newer ones pages that pairs are for.
    const each = topup.function.name.includes("prealloc") ? PAGES_OF_PAIR : 1;
    return {
      *topupCache(pairs) {
        yield* harness.emptyCache();
        return yield* harness.result(topup, NULL_PAGE, true, pairs * each);
      },
      freeCache: () => this.drained(drain),
    };
  }

  /** Empties the cache, with a function that does so or one that takes a page out. */
  private *drained(drain: Binding): Program<void> {
    if (drain.function.returns.kind !== "ptr") {
      yield* this.call(drain, NULL_PAGE, true);
      return;
    }
    for (;;) {
      const execution = new Execution(this.host);
      const page = yield* execution.call(drain.function.name, this.args(drain, NULL_PAGE, true));
      if (page === 0n || (typeof page === "bigint" && BigInt.asIntN(64, page) < 0n)) return;
      yield* sited(freePage(this.kernel, yield* pageOf(execution, page, 0)), drain.function.place);
    }
  }

  private get hasCache(): boolean {
    return hasCache(this.subject.bindings);
  }

  /** A cache begins as KVM makes it: its list of pages is empty. */
  private *emptyCache(): Program<void> {
    const execution = new Execution(this.host);
    for (const name of CACHE_TYPES) {
      const type = this.subject.program.module.types.get(name);
      const is = type === undefined ? undefined : resolved(type);
      const [first] = is?.kind === "struct" ? is.fields : [];
      if (first?.kind !== "named" || first.name !== "struct.list_head") continue;
      const list = new Pointer(this.cache, 0);
      for (const offset of [0, 8]) yield* execution.storeScalar(new Pointer(this.cache, offset), 8, list, "once", 0);
      return;
    }
  }

  /**
   * Pages that the program keeps for pairs: what its own function counts, where it has one. Without, all of its blocks
   * that the module does not have, so a pair that it loses goes unnoticed.
   */
  private setAside(): number {
    const { pool } = this.subject.bindings;
    if (pool === undefined) return this.host.facts.has(ALLOCATED_BLOCKS) ? pagesInBlocks(this.kernel) : 0;
    const known = this.counts.known();
    return known ?? this.alone(this.counts.learn(this.counting(pool)), `${pool.function.name}()`);
  }

  /** Counts what all CPUs see, without a change to memory but for locks that it takes meanwhile. */
  private *counting(binding: Binding): Program {
    const program = this.result(binding, NULL_PAGE);
    const where = (): string => `${this.subject.program.where(binding.function.place)}: ${binding.function.name}()`;
    let result = 0;
    for (;;) {
      const step = program.next(result);
      if (step.done === true) return step.value;
      const operation = step.value;
      const { kind, word, address } = operation;
      const isSilent = kind === OperationKind.Event || isMark(kind);
      if (!isSilent && (kind !== OperationKind.Word || this.kernel.isCpuPrivate(address))) {
        throw new CError(`${where()} does more than look at what all CPUs share: it may only count pages`);
      }
      if (kind === OperationKind.Word && !word.readOnly && word.lock === LockEffect.None) {
        throw new CError(`${where()} writes: it may only count pages`);
      }
      result = yield operation;
    }
  }
}
