/**
 * What the checker remembers beside the state of the kernel and the module: who uses which region
 * and what each CPU is doing. Kept in journaled words, so that it goes back with everything else.
 */
import { HelperKind, type Kernel, KernelEvent, regionOf } from "../kernel/index.js";
import { Discipline, type Words } from "../machine/index.js";
import type { World } from "./world.js";

enum Own {
  Kind = 0,
  /** Contended region + 1 that the helper works on, 0 if not known. */
  Region = 1,
  AllocationFailed = 2,
  Warned = 3,
  Softirq = 4,
  Words = 5,
}

export class Ghost {
  private readonly inHelpersWord: number;
  private readonly pagesWord: number;
  private readonly heldWords: number;
  private readonly ownWords: number;

  constructor(
    private readonly world: World,
    private readonly kernel: Kernel,
  ) {
    const { space, memory } = kernel;
    this.inHelpersWord = space.reserve(2 + memory.contended.length, () => "ghost", Discipline.Commuting);
    this.pagesWord = this.inHelpersWord + 1;
    this.heldWords = this.inHelpersWord + 2;
    this.ownWords = space.reserve(Own.Words, () => "ghost of a CPU", Discipline.Commuting);
  }

  /** CPUs inside a helper. */
  get inHelpers(): number {
    return this.world.shared.read(this.inHelpersWord);
  }

  /** Pages that users have from `tdx_alloc_page`. */
  get userPages(): number {
    return this.world.shared.read(this.pagesWord);
  }

  /** References that users hold on contended region number `index`. */
  held(index: number): number {
    return this.world.shared.read(this.heldWords + index);
  }

  /** Which helper `cpu` is inside of. */
  kind(cpu: number): HelperKind {
    return this.own(cpu).read(this.ownWords + Own.Kind);
  }

  /** Index of the contended region that the helper of `cpu` works on, or -1. */
  region(cpu: number): number {
    return this.own(cpu).read(this.ownWords + Own.Region) - 1;
  }

  /** Whether an allocation failed in the present helper of `cpu`. */
  allocationFailed(cpu: number): boolean {
    return this.own(cpu).read(this.ownWords + Own.AllocationFailed) !== 0;
  }

  /** Whether the kernel warned in the present helper of `cpu`. */
  warned(cpu: number): boolean {
    return this.own(cpu).read(this.ownWords + Own.Warned) !== 0;
  }

  inSoftirq(cpu: number): boolean {
    return this.own(cpu).read(this.ownWords + Own.Softirq) !== 0;
  }

  /** Index among the contended regions of the one that holds `pfn`, or -1. */
  indexOf(pfn: number): number {
    return this.kernel.memory.contended.indexOf(regionOf(pfn));
  }

  /** Follows an event, before the checks see it when it begins something, after them when it ends it. */
  follow(cpu: number, code: number, detail: number, extra: number): void {
    const { shared } = this.world;
    const own = this.own(cpu);
    switch (code) {
      case KernelEvent.Enter: {
        const index = extra > 0 ? this.indexOf(extra) : -1;
        this.add(shared, this.inHelpersWord, 1);
        own.write(this.ownWords + Own.Kind, detail);
        own.write(this.ownWords + Own.Region, index + 1);
        if ((detail === HelperKind.Put || detail === HelperKind.Free) && index >= 0 && this.held(index) > 0) {
          this.add(shared, this.heldWords + index, -1);
        }
        break;
      }
      case KernelEvent.Leave: {
        const index = this.region(cpu);
        if (detail === HelperKind.Get && extra === 0 && index >= 0) this.add(shared, this.heldWords + index, 1);
        if (detail === HelperKind.Alloc && extra > 0) {
          const region = this.indexOf(extra);
          if (region >= 0) this.add(shared, this.heldWords + region, 1);
          this.add(shared, this.pagesWord, 1);
        }
        if (detail === HelperKind.Free) this.add(shared, this.pagesWord, -1);
        this.add(shared, this.inHelpersWord, -1);
        for (const word of [Own.Kind, Own.Region, Own.AllocationFailed, Own.Warned]) own.write(this.ownWords + word, 0);
        break;
      }
      case KernelEvent.AllocationFailed:
        own.write(this.ownWords + Own.AllocationFailed, 1);
        break;
      case KernelEvent.Warn:
        own.write(this.ownWords + Own.Warned, 1);
        break;
      case KernelEvent.Softirq:
        own.write(this.ownWords + Own.Softirq, detail);
        break;
    }
  }

  private own(cpu: number): Words {
    return this.world.own[cpu] as Words;
  }

  private add(words: Words, address: number, delta: number): void {
    words.write(address, words.read(address) + delta);
  }
}
