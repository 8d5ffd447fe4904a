/**
 * Auxiliary (ghost) state: what the checker remembers beside the state of the kernel and the module. It knows who uses
 * which region and what each CPU is doing. It lies in journaled words, so that backtracking restores it.
 */
import { Leaf } from "../abi/index.js";
import type { TransitionSystem } from "../explore/index.js";
import { ExecutionContext, HelperKind, type Kernel, KernelEvent, PTRS_PER_PMD, regionOf } from "../kernel/index.js";
import { Sharing, type Words } from "../machine/index.js";

// The word of the helper that a CPU is inside of, 0 outside of all: its kind, and the watched region that it works on,
// counted from 1, 0 if that is not known; whether an allocation has failed in it, and whether the kernel has warned.
const KIND = 0xff;
const REGION_SHIFT = 8;
const REGION = 0xff;
const ALLOCATION_FAILED = 1 << 16;
const WARNED = 1 << 17;
/** A SEAMCALL has failed in it by nobody's fault: PAMT.ADD, PAMT.REMOVE. */
const ADD_FAILED = 1 << 18;
const REMOVE_FAILED = 1 << 19;
/** The pair of its region was kept by a REMOVE that failed so when it began. */
const WAS_KEPT = 1 << 20;

// What became of a region whose pair was kept by a REMOVE that failed so.
const KEPT = 1;
const KEPT_FOR_GOOD = 2;

// Looking these up in the enumeration of another file takes as long as what they decide.
const {
  Enter: ENTER,
  Leave: LEAVE,
  AllocationFailed: FAILED_ALLOCATION,
  SeamcallReturned: SEAMCALL_RETURNED,
  SeamcallFailed: SEAMCALL_FAILED,
  PairKept: PAIR_KEPT,
  PairReturned: PAIR_RETURNED,
  PagesHeld: PAGES_HELD,
  FlowEnded: FLOW_ENDED,
  Warn: WARN,
  Softirq: SOFTIRQ,
  HardInterrupt: HARD_INTERRUPT,
  Deferred: DEFERRED,
} = KernelEvent;

export class Ghost {
  /** Most users that a region ever had at once, on any path: no part of a state. */
  mostUsers = 0;
  private readonly inHelpersWord: number;
  private readonly pagesWord: number;
  private readonly unchargedWord: number;
  /** References and pages that flows mean to leave in use. */
  private readonly meantWords: number;
  private readonly heldWords: number;
  private readonly helperWord: number;
  private readonly contextWord: number;
  /** Whether the last SEAMCALL of a CPU failed by nobody's fault. */
  private readonly byChanceWord: number;
  /** Of each watched region: whether its pair is installed because a REMOVE failed by nobody's fault. */
  private readonly keptWords: number;

  constructor(
    private readonly system: TransitionSystem,
    private readonly kernel: Kernel,
  ) {
    const { space, watched } = kernel;
    this.inHelpersWord = space.reserve(5 + 2 * watched.length, () => "ghost", Sharing.Commuting);
    this.pagesWord = this.inHelpersWord + 1;
    this.unchargedWord = this.inHelpersWord + 2;
    this.meantWords = this.inHelpersWord + 3;
    this.heldWords = this.inHelpersWord + 5;
    this.keptWords = this.heldWords + watched.length;
    this.helperWord = space.reserve(3, () => "ghost of a CPU", Sharing.Commuting);
    this.contextWord = this.helperWord + 1;
    this.byChanceWord = this.helperWord + 2;
  }

  /** CPUs inside a helper, and functions that helpers have deferred. */
  get inHelpers(): number {
    return this.system.shared.read(this.inHelpersWord);
  }

  /** Pages that users have from `tdx_alloc_page`, or otherwise account for. */
  get userPages(): number {
    return this.system.shared.read(this.pagesWord);
  }

  /** Those of them that are not charged to a memory cgroup. */
  get unchargedPages(): number {
    return this.system.shared.read(this.unchargedWord);
  }

  /** References that users hold on all watched regions. */
  get references(): number {
    let sum = 0;
    for (let index = 0; index < this.kernel.watched.length; index++) sum += this.held(index);
    return sum;
  }

  /** References that there should be when all flows have ended. */
  get referencesMeant(): number {
    return this.system.shared.read(this.meantWords);
  }

  /** Pages that users should have when all flows have ended. */
  get pagesMeant(): number {
    return this.system.shared.read(this.meantWords + 1);
  }

  /** What is in use now is what flows find when they begin. @param deferred functions that are to run already */
  begin(deferred: number): void {
    this.add(this.system.shared, this.inHelpersWord, deferred);
    this.system.shared.write(this.meantWords, this.references);
    this.system.shared.write(this.meantWords + 1, this.userPages);
  }

  /** References that users hold on watched region number `index`. */
  held(index: number): number {
    return this.system.shared.read(this.heldWords + index);
  }

  /** Which helper `cpu` is inside of. */
  kind(cpu: number): HelperKind {
    return this.own(cpu).read(this.helperWord) & KIND;
  }

  /** Index of the watched region that the helper of `cpu` works on, or -1. */
  region(cpu: number): number {
    return ((this.own(cpu).read(this.helperWord) >>> REGION_SHIFT) & REGION) - 1;
  }

  /** Whether an allocation failed in the present helper of `cpu`. */
  allocationFailed(cpu: number): boolean {
    return (this.own(cpu).read(this.helperWord) & ALLOCATION_FAILED) !== 0;
  }

  /** Whether the kernel warned in the present helper of `cpu`. */
  warned(cpu: number): boolean {
    return (this.own(cpu).read(this.helperWord) & WARNED) !== 0;
  }

  /** Whether a PAMT.ADD failed by nobody's fault in the present helper of `cpu`. */
  addFailed(cpu: number): boolean {
    return (this.own(cpu).read(this.helperWord) & ADD_FAILED) !== 0;
  }

  /** The same of PAMT.REMOVE. */
  removeFailed(cpu: number): boolean {
    return (this.own(cpu).read(this.helperWord) & REMOVE_FAILED) !== 0;
  }

  /** Whether the last SEAMCALL of `cpu` failed by nobody's fault. */
  failedByChance(cpu: number): boolean {
    return this.own(cpu).read(this.byChanceWord) !== 0;
  }

  /** Whether the pair of watched region number `index` is still there because a REMOVE failed by nobody's fault. */
  isKept(index: number): boolean {
    return this.system.shared.read(this.keptWords + index) !== 0;
  }

  /** Whether it still is although a put has ended since, after which nobody used the region. */
  isKeptForGood(index: number): boolean {
    return this.system.shared.read(this.keptWords + index) === KEPT_FOR_GOOD;
  }

  /** Whether it was so for the region of the present helper of `cpu` when that began. */
  wasKept(cpu: number): boolean {
    return (this.own(cpu).read(this.helperWord) & WAS_KEPT) !== 0;
  }

  context(cpu: number): ExecutionContext {
    return this.own(cpu).read(this.contextWord);
  }

  /** Index among the watched regions of the one that holds `pfn`, or -1. */
  indexOf(pfn: number): number {
    return this.kernel.watched.indexOf(regionOf(pfn));
  }

  /** Follows an event, before the checks see it when it begins something, after them when it ends it. */
  follow(cpu: number, code: number, detail: number, extra: number): void {
    const { shared } = this.system;
    const own = this.own(cpu);
    switch (code) {
      case ENTER: {
        const index = extra > 0 ? this.indexOf(extra) : -1;
        this.add(shared, this.inHelpersWord, 1);
        const wasKept = index >= 0 && this.isKept(index) ? WAS_KEPT : 0;
        own.write(this.helperWord, detail | ((index + 1) << REGION_SHIFT) | wasKept);
        if ((detail === HelperKind.Put || detail === HelperKind.Free) && index >= 0 && this.held(index) > 0) {
          this.add(shared, this.heldWords + index, -1);
        }
        if (detail === HelperKind.Merge) this.add(shared, this.heldWords + index, -PTRS_PER_PMD);
        break;
      }
      case LEAVE: {
        const index = this.region(cpu);
        if ((detail === HelperKind.Put || detail === HelperKind.Free) && this.wasKept(cpu)) this.staysKept(index);
        if (detail === HelperKind.Get && extra === 0 && index >= 0) this.use(index, 1);
        if (detail === HelperKind.Alloc && extra > 0) {
          const region = this.indexOf(extra);
          if (region >= 0) this.use(region, 1);
          this.add(shared, this.pagesWord, 1);
        }
        if (detail === HelperKind.Free) this.add(shared, this.pagesWord, -1);
        const splitOrKept =
          (detail === HelperKind.Split && extra === 0) || (detail === HelperKind.Merge && extra !== 0);
        if (splitOrKept) this.use(index, PTRS_PER_PMD);
        this.add(shared, this.inHelpersWord, -1);
        own.write(this.helperWord, 0);
        break;
      }
      case FAILED_ALLOCATION:
        own.write(this.helperWord, own.read(this.helperWord) | ALLOCATION_FAILED);
        break;
      case SEAMCALL_RETURNED:
        this.forgetChance(own);
        break;
      case SEAMCALL_FAILED:
        this.failByChance(own, detail);
        break;
      case PAIR_KEPT:
        this.setKept(extra, KEPT);
        break;
      case PAIR_RETURNED:
        this.setKept(extra, 0);
        break;
      case PAGES_HELD:
        this.add(shared, this.pagesWord, detail);
        if (extra !== 0) this.add(shared, this.unchargedWord, detail);
        break;
      case FLOW_ENDED:
        this.add(shared, this.meantWords, detail);
        this.add(shared, this.meantWords + 1, extra);
        break;
      case WARN:
        own.write(this.helperWord, own.read(this.helperWord) | WARNED);
        break;
      case DEFERRED:
        this.add(shared, this.inHelpersWord, detail);
        if (detail <= 0) this.forgetChance(own);
        break;
      case SOFTIRQ:
        own.write(this.contextWord, detail);
        break;
      case HARD_INTERRUPT:
        own.write(this.contextWord, detail === 0 ? ExecutionContext.Task : ExecutionContext.HardInterrupt);
        break;
    }
  }

  /** A SEAMCALL has come back as it should, or a function that runs later has ended: what comes next begins anew. */
  private forgetChance(own: Words): void {
    if (own.read(this.byChanceWord) !== 0) own.write(this.byChanceWord, 0);
  }

  private failByChance(own: Words, leaf: number): void {
    own.write(this.byChanceWord, 1);
    const flag = leaf === Leaf.PhymemPamtAdd ? ADD_FAILED : leaf === Leaf.PhymemPamtRemove ? REMOVE_FAILED : 0;
    const helper = own.read(this.helperWord);
    if ((helper & KIND) !== HelperKind.None) own.write(this.helperWord, helper | flag);
  }

  private setKept(pfn: number, kept: number): void {
    const index = this.indexOf(pfn);
    if (index >= 0) this.system.shared.write(this.keptWords + index, kept);
  }

  /** A put in watched region `index` has ended, whose pair was kept before. */
  private staysKept(index: number): void {
    if (this.isKept(index) && this.held(index) === 0) this.system.shared.write(this.keptWords + index, KEPT_FOR_GOOD);
  }

  /** Watched region `index` has so many users more. */
  private use(index: number, users: number): void {
    this.add(this.system.shared, this.heldWords + index, users);
    this.mostUsers = Math.max(this.mostUsers, this.held(index));
  }

  private own(cpu: number): Words {
    return this.system.own[cpu] as Words;
  }

  private add(words: Words, address: number, delta: number): void {
    words.write(address, words.read(address) + delta);
  }
}
