/**
 * What Linux gives the helpers: memory, counters, the way into the TDX module.
 *
 * A `Kernel` fixes the addresses of everything the helpers share and nothing else; all state is in
 * the machine's words. The same kernel serves every driver.
 */
import { type AddressSpace, Sharing, type Words } from "../machine/index.js";
import type { TdxModule } from "../module/index.js";
import { Frames } from "./frames.js";
import { PTRS_PER_PMD, regionOf } from "./page.js";

/** Where the page allocator puts pages. */
export type Placement = "first-fit" | "adversarial";

/** Memory of a host as the kernel sees it. */
export interface Memory {
  /** First page frame number that the allocator may hand out. */
  readonly firstPfn: number;
  /** One past the last page frame of the host; the last 2 MiB region may be partial. */
  readonly endPfn: number;
  /** 2 MiB regions that processors fight over: targets of get and put. */
  readonly contended: readonly number[];
  /** A 2 MiB region that is never a target. */
  readonly neutral: number;
  /** Each page of the contended regions has a user, so nothing that is allocated lies there. */
  readonly crowded?: boolean;
  /** 2 MiB regions that blocks of 2 MiB are allocated from. */
  readonly chunks: readonly number[];
  /** 2 MiB regions of the control pages of TDs, one for each TD, where there are TDs. */
  readonly homes?: readonly number[];
  /** 2 MiB regions that are one large guest page each. */
  readonly larges?: readonly number[];
}

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
  readonly placement: Placement;
  /** A page gets its place when something first depends on it, not when it is allocated. */
  readonly lateChoice: boolean;
  /** The two pages of a pair are interchangeable. */
  readonly unorderedPairs: boolean;
  /** All CPUs see all page frames under one name each, as pages that outlive a call need (default: not). */
  readonly sharedFrames?: boolean;
  /** SEAMCALLs that the environment may let fail (default: none), as long as there is budget. */
  readonly fallible?: Fallible;
  /** The ways in which boot can fail are what is explored (default: not). */
  readonly exploresBoot?: boolean;
}

/** One charged page in the tally word. */
export const ONE_CHARGE = 1 << 16;

/** Page frames that stand ready under each name that every CPU has for itself. */
const MAX_TWINS = 8;

/** TDs at most, one for each CPU. */
export const MAX_TDS = MAX_TWINS;

/** Page frames that a CPU takes its control pages from in each region, where CPUs share frames. */
const CONTROL_POOL = { first: 272, count: 16 };
/** The same for its guest pages. */
const GUEST_POOL = { first: 408, count: 8 };
/** Page frames of a ground for pages of pairs: from here on, so many for each role that a pair can have. */
const PAIR_POOL = { first: 16, count: 16 };
/** From here on, frames of a region are for pages that are there before anything is explored. */
const BUILT_FIRST = 472;

/** Words of the CPU itself, nobody else's: handles of pages that have no place yet. */
const HANDLE_SLOTS = 32;
/** A cache of pairs: its size, and room for more pages than v6 ever tops up. */
const CACHE_WORDS = 1 + 16;

export class Kernel {
  readonly frames: Frames;
  /** Word: pages allocated and not yet freed (bits 15:0), pages charged to a memory cgroup (31:16). */
  readonly tally: number;
  /** Word: allocations that may still fail. */
  readonly failureBudget: number;
  /** Word: SEAMCALLs that may still fail by nobody's fault. */
  readonly seamcallBudget: number;
  /** CPU-private word: one bit for each handle in use. */
  readonly handlesInUse: number;
  /** CPU-private word: one bit for each handle of a page that nobody is charged for. */
  readonly unchargedHandles: number;
  /** CPU-private words: the vCPU's cache of pairs, its number of pages and room for them. */
  readonly cacheWords: number;
  /** CPU-private word: the number of the CPU, where CPUs are told apart. */
  readonly cpuNumber: number;
  /** CPU-private word: grounds that the environment has chosen for control pages, see `pageToPfn`. */
  readonly groundsChosen: number;
  /** CPU-private word: times that a SEAMCALL was BUSY since another CPU moved, see `KernelEvent.Yield`. */
  readonly busyTurns: number;
  /** Counters of the refcount array: one for each 2 MiB region, a partial last one included. */
  readonly counters: number;
  /** Regions whose users and pairs are accounted for, the contended ones first. */
  readonly watched: readonly number[];
  private readonly handleWords: number;
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
    this.frames = new Frames(space, memory.endPfn);
    this.watched = [...memory.contended, ...(memory.homes ?? []), ...(memory.larges ?? [])];
    const names = ["pages allocated and charged", "allocations that may still fail", "SEAMCALLs that may still fail"];
    this.tally = space.reserve(names.length, (offset) => names[offset] as string, Sharing.Commuting);
    this.failureBudget = this.tally + 1;
    this.seamcallBudget = this.tally + 2;
    const cpuNames = [
      "handles in use",
      "CPU number",
      "grounds chosen",
      "BUSY since another CPU moved",
      "handles of uncharged pages",
    ];
    this.handlesInUse = this.reservePrivate(cpuNames.length + HANDLE_SLOTS + CACHE_WORDS, (offset) => {
      const slot = offset - cpuNames.length;
      if (slot < 0) return cpuNames[offset] as string;
      return slot < HANDLE_SLOTS ? `page handle ${slot}` : `pamt cache word ${slot - HANDLE_SLOTS}`;
    });
    this.cpuNumber = this.handlesInUse + 1;
    this.groundsChosen = this.handlesInUse + 2;
    this.busyTurns = this.handlesInUse + 3;
    this.unchargedHandles = this.handlesInUse + 4;
    this.handleWords = this.handlesInUse + cpuNames.length;
    this.cacheWords = this.handleWords + HANDLE_SLOTS;
    this.counters = Math.ceil(memory.endPfn / PTRS_PER_PMD);
    this.counterWords = space.reserve(
      this.counters,
      (region) => `count of 0x${(region * PTRS_PER_PMD * 4096).toString(16)}`,
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

  /** CPU-private word: place of the page behind handle slot `slot`, 0 while it has none. */
  handleWord(slot: number): number {
    return this.handleWords + slot;
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

  /** Pages that a CPU can hold before they have a place. */
  get handleSlots(): number {
    return HANDLE_SLOTS;
  }

  /** Word of the counter of 2 MiB region `region`. @throws RangeError outside the array */
  counterWord(region: number): number {
    if (!(region >= 0 && region < this.counters)) throw new RangeError(`no counter for region ${region}`);
    return this.counterWords + region;
  }

  /** Page frame that holds a control page of the calling CPU in contended region `region`. */
  controlFrame(region: number): number {
    const index = this.memory.contended.indexOf(region);
    return region * PTRS_PER_PMD + (index % 2 === 0 ? 0 : 257);
  }

  /** Page frame of the calling CPU's guest page in `region`: never the first page of its region. */
  guestFrame(region: number): number {
    return Math.min(region * PTRS_PER_PMD + 400, this.memory.endPfn - MAX_TWINS);
  }

  /** Page frames of contended region `region` that CPU number `cpu` takes control pages from. */
  controlPool(region: number, cpu: number): { first: number; count: number } {
    const { first, count } = CONTROL_POOL;
    return { first: region * PTRS_PER_PMD + first + cpu * count, count };
  }

  /** Page frame `index` of those of `region` that CPU number `cpu` takes guest pages from. */
  guestPoolFrame(region: number, cpu: number, index: number): number {
    return region * PTRS_PER_PMD + GUEST_POOL.first + cpu * GUEST_POOL.count + index;
  }

  /** Page frame `index` of `region` for pages that are there before anything is explored. */
  builtFrame(region: number, index: number): number {
    return region * PTRS_PER_PMD + BUILT_FIRST + index;
  }

  /** Page frame `index` of the chunk that a pool of pairs is made of, on neutral ground. */
  chunkFrame(index: number): number {
    return this.memory.neutral * PTRS_PER_PMD + PTRS_PER_PMD / 2 + index;
  }

  /**
   * Page frames that every CPU has for itself under one name: its control and guest pages. Each
   * stands for as many frames in a row as there are CPUs, the one of CPU 0 first.
   */
  cpuFrames(): number[] {
    if (this.options.sharedFrames === true) return [];
    const guests = this.memory.contended.map((region) => this.guestFrame(region));
    // First fit hands the same frames out as control pages and as pages of pairs.
    if (this.options.placement === "first-fit") return guests;
    return [...this.memory.contended.map((region) => this.controlFrame(region)), ...guests];
  }

  /** Regions in which pages of any use may lie. */
  get grounds(): number[] {
    const { contended, neutral, crowded } = this.memory;
    return crowded === true ? [neutral] : [...contended, neutral];
  }

  /** Grounds on which a pair page for `target` may lie, the region itself first. */
  groundsOfPair(target: number): number[] {
    const others = this.grounds.filter((region) => region !== target);
    return this.memory.crowded === true ? others : [target, ...others];
  }

  /** Page frames of `ground` set aside for pair pages of `target` (-1: not yet known). */
  pairFrames(ground: number, target: number): { first: number; count: number } {
    const index = target < 0 ? this.memory.contended.length + 1 : this.memory.contended.indexOf(target);
    const role = index < 0 ? this.memory.contended.length : index;
    const { first, count } = PAIR_POOL;
    return { first: ground * PTRS_PER_PMD + first + role * count, count };
  }

  /**
   * Whether some CPU may have the page of this number under that number alone. The first page of a region is none of
   * these: it is a control page, which has a handle, and stands for its region where a number leads to it.
   */
  isHeldByNumber(pfn: number): boolean {
    const { contended, neutral } = this.memory;
    const region = regionOf(pfn);
    const index = pfn % PTRS_PER_PMD;
    if (index === 0) return false;
    if (this.options.sharedFrames === true || this.options.placement === "first-fit") return true;
    const isContended = contended.includes(region);
    if (isContended && pfn === this.guestFrame(region)) return true;
    const roles = contended.length + 2;
    const { first, count } = PAIR_POOL;
    return (isContended || region === neutral) && index >= first && index < first + roles * count;
  }
}
