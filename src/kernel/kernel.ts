/**
 * What Linux gives the helpers: memory, counters, the way into the TDX module.
 *
 * A `Kernel` fixes the addresses of everything the helpers share and nothing else; all state is in
 * the machine's words. The same kernel serves every driver.
 */
import { type AddressSpace, Sharing, type Words } from "../machine/index.js";
import type { TdxModule } from "../module/index.js";
import { CpuWords } from "./cpu-words.js";
import { Frames } from "./frames.js";
import type { Memory } from "./memory.js";
import { PAGE_SIZE, PTRS_PER_PMD } from "./page.js";
import { FrameLayout } from "./placement/layout.js";
import type { Placement, PlacementWay } from "./placement/placement.js";

/** Leaves that may fail by nobody's fault: none, PAMT.ADD and PAMT.REMOVE, or all. */
export type Fallible = "none" | "pamt" | "all";

/** What the kernel learns from the module at boot (SYS.RD). */
export interface SystemInfo {
  /** The module has Dynamic PAMT and the kernel turned it on. */
  readonly dynamicPamt: boolean;
  /** Bytes of a 4 KiB PAMT entry. */
  readonly pamt4kEntrySize: number;
}

export interface KernelOptions {
  /** Where the page allocator puts pages. */
  readonly placement: PlacementWay;
  /** Each CPU knows its number (default: CPUs are not told apart). */
  readonly numberedCpus?: boolean;
  /** Helpers ask what their callers hold, see `surround` (default: they do not). */
  readonly asksSurroundings?: boolean;
  /** How many CPUs there are (default: 1). */
  readonly cpus?: number;
  /** SEAMCALLs that the environment may let fail (default: none), as long as there is budget. */
  readonly fallible?: Fallible;
  /** The ways in which boot can fail are what is explored (default: not). */
  readonly exploresBoot?: boolean;
}

/** One charged page in the tally word. */
export const ONE_CHARGE = 1 << 16;

export class Kernel {
  readonly frames: Frames;
  /** Word: pages allocated and not yet freed (bits 15:0), pages charged to a memory cgroup (31:16). */
  readonly tally: number;
  /** Word: allocations that may still fail. */
  readonly failureBudget: number;
  /** Word: SEAMCALLs that may still fail by nobody's fault. */
  readonly seamcallBudget: number;
  readonly cpu: CpuWords;
  /** Page frames by role. */
  readonly layout: FrameLayout;
  readonly placement: Placement;
  /** Counters of the refcount array: one for each 2 MiB region, a partial last one included. */
  readonly counters: number;
  /** Regions whose users and pairs are accounted for, the contended ones first. */
  readonly watched: readonly number[];
  private readonly counterWords: number;
  /** Ranges of words that each CPU has for itself. */
  private readonly privateRanges: { readonly base: number; readonly end: number }[] = [];

  constructor(
    readonly words: Words,
    readonly space: AddressSpace,
    readonly tdx: TdxModule,
    readonly systemInfo: SystemInfo,
    readonly memory: Memory,
    readonly options: KernelOptions,
  ) {
    this.frames = new Frames(space, memory.endPfn, options.placement.frames);
    this.watched = [...memory.contended, ...(memory.homes ?? []), ...(memory.larges ?? [])];
    const names = ["pages allocated and charged", "allocations that may still fail", "SEAMCALLs that may still fail"];
    this.tally = space.reserve(names.length, (offset) => names[offset] as string, Sharing.Commuting);
    this.failureBudget = this.tally + 1;
    this.seamcallBudget = this.tally + 2;
    this.cpu = new CpuWords((words, describe) => this.reservePrivate(words, describe));
    this.layout = new FrameLayout(memory);
    this.placement = options.placement({ memory, layout: this.layout, frames: this.frames, cpu: this.cpu });
    this.counters = Math.ceil(memory.endPfn / PTRS_PER_PMD);
    this.counterWords = space.reserve(
      this.counters,
      (region) => `count of 0x${(region * PTRS_PER_PMD * PAGE_SIZE).toString(16)}`,
    );
  }

  /** Pages allocated and not yet freed, of all kinds. */
  get livePages(): number {
    return (this.words.read(this.tally) << 16) >> 16;
  }

  /** Pages charged to a memory cgroup. */
  get chargedPages(): number {
    return (this.words.read(this.tally) - this.livePages) >> 16;
  }

  /** Whether `address` is a word that each CPU has for itself. */
  isCpuPrivate(address: number): boolean {
    return this.privateRanges.some(({ base, end }) => address >= base && address < end);
  }

  /** Reserves words that each CPU has for itself. @returns the address of the first */
  reservePrivate(words: number, describe: (offset: number) => string): number {
    const base = this.space.reserve(words, describe);
    this.privateRanges.push({ base, end: base + words });
    return base;
  }

  /** Word of the counter of 2 MiB region `region`. @throws RangeError outside the array */
  counterWord(region: number): number {
    if (!(region >= 0 && region < this.counters)) throw new RangeError(`no counter for region ${region}`);
    return this.counterWords + region;
  }
}
