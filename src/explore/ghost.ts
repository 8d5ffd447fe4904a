/**
 * What the checker remembers beside the state of the kernel and the module: who uses which region
 * and what each CPU is doing. Kept in journaled words, so that it goes back with everything else.
 */
import { HelperKind, type Kernel, KernelEvent, PTRS_PER_PMD, regionOf } from "../kernel/index.js";
import { Discipline, type Words } from "../machine/index.js";
import type { World } from "./world.js";

// The word of the helper that a CPU is inside of, 0 outside of all: its kind, and the watched region that it works on,
// counted from 1, 0 if that is not known; whether an allocation has failed in it, and whether the kernel has warned.
const KIND = 0xff;
const REGION_SHIFT = 8;
const REGION = 0xff;
const ALLOCATION_FAILED = 1 << 16;
const WARNED = 1 << 17;

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
  private readonly softirqWord: number;

  constructor(
    private readonly world: World,
    private readonly kernel: Kernel,
  ) {
    const { space, watched } = kernel;
    this.inHelpersWord = space.reserve(5 + watched.length, () => "ghost", Discipline.Commuting);
    this.pagesWord = this.inHelpersWord + 1;
    this.unchargedWord = this.inHelpersWord + 2;
    this.meantWords = this.inHelpersWord + 3;
    this.heldWords = this.inHelpersWord + 5;
    this.helperWord = space.reserve(2, () => "ghost of a CPU", Discipline.Commuting);
    this.softirqWord = this.helperWord + 1;
  }

  /** CPUs inside a helper. */
  get inHelpers(): number {
    return this.world.shared.read(this.inHelpersWord);
  }

  /** Pages that users have from `tdx_alloc_page`, or otherwise account for. */
  get userPages(): number {
    return this.world.shared.read(this.pagesWord);
  }

  /** Those of them that are not charged to a memory cgroup. */
  get unchargedPages(): number {
    return this.world.shared.read(this.unchargedWord);
  }

  /** References that users hold on all watched regions. */
  get references(): number {
    let sum = 0;
    for (let index = 0; index < this.kernel.watched.length; index++) sum += this.held(index);
    return sum;
  }

  /** References that there should be when all flows have ended. */
  get referencesMeant(): number {
    return this.world.shared.read(this.meantWords);
  }

  /** Pages that users should have when all flows have ended. */
  get pagesMeant(): number {
    return this.world.shared.read(this.meantWords + 1);
  }

  /** What is in use now is what flows find when they begin. */
  begin(): void {
    this.world.shared.write(this.meantWords, this.references);
    this.world.shared.write(this.meantWords + 1, this.userPages);
  }

  /** References that users hold on watched region number `index`. */
  held(index: number): number {
    return this.world.shared.read(this.heldWords + index);
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

  inSoftirq(cpu: number): boolean {
    return this.own(cpu).read(this.softirqWord) !== 0;
  }

  /** Index among the watched regions of the one that holds `pfn`, or -1. */
  indexOf(pfn: number): number {
    return this.kernel.watched.indexOf(regionOf(pfn));
  }

  /** Follows an event, before the checks see it when it begins something, after them when it ends it. */
  follow(cpu: number, code: number, detail: number, extra: number): void {
    const { shared } = this.world;
    const own = this.own(cpu);
    switch (code) {
      case KernelEvent.Enter: {
        const index = extra > 0 ? this.indexOf(extra) : -1;
        this.add(shared, this.inHelpersWord, 1);
        own.write(this.helperWord, detail | ((index + 1) << REGION_SHIFT));
        if ((detail === HelperKind.Put || detail === HelperKind.Free) && index >= 0 && this.held(index) > 0) {
          this.add(shared, this.heldWords + index, -1);
        }
        if (detail === HelperKind.Merge) this.add(shared, this.heldWords + index, -PTRS_PER_PMD);
        break;
      }
      case KernelEvent.Leave: {
        const index = this.region(cpu);
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
      case KernelEvent.AllocationFailed:
        own.write(this.helperWord, own.read(this.helperWord) | ALLOCATION_FAILED);
        break;
      case KernelEvent.PagesHeld:
        this.add(shared, this.pagesWord, detail);
        if (extra !== 0) this.add(shared, this.unchargedWord, detail);
        break;
      case KernelEvent.FlowEnded:
        this.add(shared, this.meantWords, detail);
        this.add(shared, this.meantWords + 1, extra);
        break;
      case KernelEvent.Warn:
        own.write(this.helperWord, own.read(this.helperWord) | WARNED);
        break;
      case KernelEvent.Softirq:
        own.write(this.softirqWord, detail);
        break;
    }
  }

  /** Watched region `index` has so many users more. */
  private use(index: number, users: number): void {
    this.add(this.world.shared, this.heldWords + index, users);
    this.mostUsers = Math.max(this.mostUsers, this.held(index));
  }

  private own(cpu: number): Words {
    return this.world.own[cpu] as Words;
  }

  private add(words: Words, address: number, delta: number): void {
    words.write(address, words.read(address) + delta);
  }
}
