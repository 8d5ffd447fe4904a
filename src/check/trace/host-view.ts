/**
 * What a reader of a counterexample looks at beside the steps: regions with their counts, pairs and pages, and who
 * holds which lock. It is taken from the system after each step, and shown where it has changed.
 */
import { Level, PageType, pageTypeName } from "../../abi/index.js";
import { usersCounted } from "../../helpers/index.js";
import { type FrameState, frameState, PAGE_SIZE, PTRS_PER_PMD } from "../../kernel/index.js";
import { LockEffect, type WordOperation, type Words } from "../../machine/index.js";
import { HEAD, pairAt, typeOf } from "../../module/index.js";
import type { Setup } from "../setup.js";

/** A page that is not free. */
export interface HostPage {
  /** Index in its region, 0 to 511. */
  readonly index: number;
  readonly state: FrameState;
  /** CPU that has the page for itself, where one has. */
  readonly cpu?: number;
}

export interface HostRegion {
  /** Physical address. */
  readonly address: number;
  /** What the helpers count; null where they count nothing. */
  readonly count: number | null;
  /** References that users hold; null for a region that nobody fights over. */
  readonly users: number | null;
  /** Physical addresses of the pages that its entry names as its pair; null without one. */
  readonly pair: readonly number[] | null;
  /** Type of its 2 MiB entry, as the specification calls it. */
  readonly type: string;
  /** Name of the module's lock of its 2 MiB entry, as in `SceneLock`. */
  readonly lock: string;
  /** Pages that are not free, by index. */
  readonly pages: readonly HostPage[];
}

/** A lock that a CPU holds. */
export interface HostLock {
  readonly cpu: number;
  readonly name: string;
  /** Whose lock it is. */
  readonly of: "kernel" | "module";
  readonly mode: "exclusive" | "shared";
}

export interface HostView {
  readonly regions: readonly HostRegion[];
  readonly locks: readonly HostLock[];
}

/** What one step changed: regions as they are now, and all locks where any was taken or given up. */
export type HostViewChange = Partial<HostView>;

/** What two changes, one after the other, come to. */
export function bothChanges(first: HostViewChange, second: HostViewChange): HostViewChange {
  const later = second.regions ?? [];
  const earlier = (first.regions ?? []).filter(({ address }) => !later.some((region) => region.address === address));
  const regions = [...earlier, ...later];
  return { ...first, ...second, ...(regions.length === 0 ? {} : { regions }) };
}

/** Watches the scene of a setup that moves. */
export class SceneRecorder {
  private locks: readonly HostLock[] = [];
  private shown: HostView;
  private readonly frames: ReadonlyMap<number, number>;

  constructor(private readonly setup: Setup) {
    // A frame that every CPU has for itself stands for one of each CPU, in a row.
    const frames = setup.kernel.placement.cpuFrames().map((pfn) => [pfn, setup.kernel.frames.word(pfn)] as const);
    this.frames = new Map(frames);
    this.shown = this.now();
  }

  /** A lock operation that has happened. */
  onLock(cpu: number, { lock, ready }: WordOperation, name: string, inModule: boolean, result: number): void {
    if (lock === LockEffect.None || (ready === undefined && result !== 0)) return;
    const isMine = (held: HostLock): boolean => held.cpu === cpu && held.name === name;
    const at = this.locks.findLastIndex(isMine);
    const others = at < 0 ? this.locks : this.locks.toSpliced(at, 1);
    if (lock === LockEffect.ReleaseExclusive || lock === LockEffect.ReleaseShared) {
      this.locks = others;
      return;
    }
    const mode = lock === LockEffect.AcquireShared ? "shared" : "exclusive";
    this.locks = [
      ...(lock === LockEffect.Promote ? others : this.locks),
      { cpu, name, of: inModule ? "module" : "kernel", mode },
    ];
  }

  /** The scene as it is. */
  now(): HostView {
    const { watched, memory, frames } = this.setup.kernel;
    const others = [memory.neutral, ...memory.chunks.filter((region) => frames.has(region))];
    const regions = [...watched, ...others.filter((region) => !watched.includes(region))];
    return { regions: regions.map((region, index) => this.region(region, index)), locks: this.locks };
  }

  /** What has changed since this was last asked; undefined where nothing has. */
  changes(): HostViewChange | undefined {
    const before = this.shown;
    const now = this.now();
    this.shown = now;
    const changed = now.regions.filter((region, index) => !same(region, before.regions[index]));
    const locks = now.locks === before.locks ? {} : { locks: now.locks };
    if (changed.length === 0 && now.locks === before.locks) return undefined;
    return { ...(changed.length === 0 ? {} : { regions: changed }), ...locks };
  }

  private region(region: number, index: number): HostRegion {
    const { kernel, helpers, ghost, space, system } = this.setup;
    const { pamt } = kernel.tdx;
    const { shared } = system;
    const frame = pamt.frameOfPfn(region * PTRS_PER_PMD);
    const entry = pamt.entry2m(frame);
    const type = typeOf(shared.read(entry + HEAD));
    const isWatched = index < kernel.watched.length;
    return {
      address: region * PTRS_PER_PMD * PAGE_SIZE,
      count: isWatched ? (usersCounted(helpers, shared, region) ?? null) : null,
      users: isWatched ? ghost.held(index) : null,
      pair: type === PageType.Pamt ? pairOf(shared, entry) : null,
      type: pageTypeName(type),
      lock: space.describe(pamt.lockAt(frame, Level.Page2M)),
      pages: this.pages(region),
    };
  }

  private pages(region: number): HostPage[] {
    const { kernel, system } = this.setup;
    const pages: HostPage[] = [];
    const add = (index: number, word: number, cpu?: number): void => {
      const state = frameState(word);
      if (state !== undefined) pages.push({ index, state, ...(cpu === undefined ? {} : { cpu }) });
    };
    for (let index = 0; index < PTRS_PER_PMD; index++) {
      const pfn = region * PTRS_PER_PMD + index;
      const own = this.frames.get(pfn);
      if (own === undefined) add(index, system.shared.read(kernel.frames.word(pfn)));
      else for (const [cpu, words] of system.own.entries()) add(index + cpu, words.read(own), cpu);
    }
    return pages.sort((one, other) => one.index - other.index);
  }
}

/** Physical addresses of the pages of the pair that a 2 MiB entry names. */
function pairOf(words: Words, entry: number): number[] {
  return pairAt(words, entry)
    .filter((pfn) => pfn !== 0)
    .map((pfn) => pfn * PAGE_SIZE);
}

function same(one: HostRegion, other: HostRegion | undefined): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}
