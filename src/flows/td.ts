/**
 * A TD as KVM knows it: where its pages lie, its locks, and its mirror of the Secure EPT.
 *
 * Pages that exist before the search begins lie at fixed frames. Control pages are in a region of the TD's own, the
 * guest pages that zap gives up in the first contended region. The environment chooses where a page lies that a flow
 * takes into use.
 *
 * Guest memory has ranges of 2 MiB. Range 0 is mapped with 4 KiB pages, one for each CPU, and range 1 is not mapped.
 * Then every CPU has a range that is (or will be) one large page, and one that has been split.
 */
import { type Kernel, MAX_TDS, PAGE_SIZE, PTRS_PER_PMD, pfnToPhys } from "../kernel/index.js";
import { wordOperation } from "../machine/index.js";

/** Control pages of a TD (TDCS) and further pages of a vCPU (TDVPS), as many as the module asks for without L2 VMs. */
const TDCS_PAGES = 6;
const TDCX_PAGES = 5;

/** HKIDs for TDs that are there from the start, and for those that flows create. */
const FIRST_HKID = 33;

/** Frames in the region of a TD, by role. */
const TDR_FRAME = 0;
const TDCS_FRAMES = 1;
const TDVPR_FRAME = TDCS_FRAMES + TDCS_PAGES;
const TDCX_FRAMES = TDVPR_FRAME + 1;
const SEPT_FRAMES = TDCX_FRAMES + TDCX_PAGES;
/** Secure EPT pages that every TD has: levels 3 and 2, and level 1 of the range with small pages. */
const SEPT_PAGES = 3;

const RANGE_SIZE = PTRS_PER_PMD * PAGE_SIZE;
const SMALL_RANGE = 0;
const EMPTY_RANGE = 1;
const LARGE_RANGES = 2;
const SPLIT_RANGES = LARGE_RANGES + MAX_TDS;
const RANGES = SPLIT_RANGES + MAX_TDS;

/** Words of a TD. */
const MMU_LOCK = 0;
const KVM_LOCK = 1;
const RANGE_SPTES = 2;
const LEAF_SPTES = RANGE_SPTES + RANGES;
const WORDS = LEAF_SPTES + MAX_TDS;

/** An entry of the mirror that some CPU is changing (FROZEN_SPTE). Others are 0 or a page frame number. */
export const FROZEN_SPTE = -1;

/** Freezes an entry that is empty; the result is what it held. */
export const FREEZE = wordOperation({
  name: "cmpxchg(spte, none, FROZEN)",
  next: (word) => (word === 0 ? FROZEN_SPTE : word),
  result: (word) => word,
  fails: (word) => word !== 0,
});

/** Waits until nobody is changing an entry. */
export const THAWED = wordOperation({
  name: "wait until thawed",
  next: (word) => word,
  result: () => 0,
  ready: (word) => word !== FROZEN_SPTE,
  readOnly: true,
});

export class Td {
  /** rwlock_t mmu_lock. */
  readonly mmuLock: number;
  /** struct mutex kvm->lock. */
  readonly kvmLock: number;
  readonly hkid: number;
  /** Page frame numbers. */
  readonly tdr: number;
  readonly tdcs: readonly number[];
  readonly tdvpr: number;
  readonly tdcx: readonly number[];
  private readonly words: number;

  /**
   * @param index number of the TD, from 0
   * @param home 2 MiB region of its control pages
   * @param large 2 MiB regions that are one large page each, one for each CPU
   */
  constructor(
    readonly kernel: Kernel,
    readonly index: number,
    private readonly home: number,
    private readonly large: readonly number[],
  ) {
    this.words = kernel.space.reserve(WORDS, (offset) => `TD ${index}: ${describeWord(offset)}`);
    this.mmuLock = this.words + MMU_LOCK;
    this.kvmLock = this.words + KVM_LOCK;
    this.hkid = FIRST_HKID + index;
    const frames = (first: number, count: number) =>
      Array.from({ length: count }, (_, i) => kernel.layout.builtFrame(home, first + i));
    this.tdr = kernel.layout.builtFrame(home, TDR_FRAME);
    this.tdcs = frames(TDCS_FRAMES, TDCS_PAGES);
    this.tdvpr = kernel.layout.builtFrame(home, TDVPR_FRAME);
    this.tdcx = frames(TDCX_FRAMES, TDCX_PAGES);
  }

  /** Page frame of Secure EPT page `number` of those that every TD has from the start. */
  septFrame(number: number): number {
    return this.kernel.layout.builtFrame(this.home, SEPT_FRAMES + number);
  }

  /** Page frames of the control pages of a TD that runs, in the order in which they are reclaimed: the TDR last. */
  controlPages(): number[] {
    const tables = Array.from({ length: SEPT_PAGES }, (_, number) => this.septFrame(number));
    return [...tables, ...this.tdcx, this.tdvpr, ...this.tdcs, this.tdr];
  }

  /** Page frame of the Secure EPT page for the range of CPU `cpu` that was split: where CPUs fight over the region. */
  splitSeptFrame(cpu: number): number {
    return this.kernel.layout.builtFrame(this.kernel.memory.contended[0] as number, MAX_TDS + cpu);
  }

  /** HKID for a TD that CPU `cpu` creates. */
  static freshHkid(cpu: number): number {
    return FIRST_HKID + MAX_TDS + cpu;
  }

  /** Physical address of the TDR. */
  get tdrPa(): number {
    return pfnToPhys(this.tdr);
  }

  /** Page frame of the guest page that CPU `cpu` can zap. */
  smallPage(cpu: number): number {
    return this.kernel.layout.builtFrame(this.kernel.memory.contended[0] as number, cpu);
  }

  /** First page frame of the large page of CPU `cpu`. */
  largePage(cpu: number): number {
    return (this.large[cpu] as number) * PTRS_PER_PMD;
  }

  /** Guest address of page `cpu` of the range that is mapped with 4 KiB pages. */
  smallGpa(cpu: number): number {
    return SMALL_RANGE * RANGE_SIZE + cpu * PAGE_SIZE;
  }

  /** Guest address of page `cpu` of the range that is not mapped. */
  emptyGpa(cpu: number): number {
    return EMPTY_RANGE * RANGE_SIZE + cpu * PAGE_SIZE;
  }

  largeGpa(cpu: number): number {
    return (LARGE_RANGES + cpu) * RANGE_SIZE;
  }

  splitGpa(cpu: number): number {
    return (SPLIT_RANGES + cpu) * RANGE_SIZE;
  }

  /** Word: mirror of the entry for the 2 MiB range of `gpa`. */
  rangeSpte(gpa: number): number {
    return this.words + RANGE_SPTES + Math.floor(gpa / RANGE_SIZE);
  }

  /** Word: mirror of the entry for page `cpu` of the range that was not mapped. */
  leafSpte(cpu: number): number {
    return this.words + LEAF_SPTES + cpu;
  }
}

function describeWord(offset: number): string {
  if (offset === MMU_LOCK) return "mmu_lock";
  if (offset === KVM_LOCK) return "kvm->lock";
  if (offset < LEAF_SPTES) return `SPTE of the range at 0x${((offset - RANGE_SPTES) * RANGE_SIZE).toString(16)}`;
  return `SPTE of 0x${(EMPTY_RANGE * RANGE_SIZE + (offset - LEAF_SPTES) * PAGE_SIZE).toString(16)}`;
}
