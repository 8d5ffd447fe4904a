/**
 * Page frames of a region by role. No part of the model depends on which frame of a region a page gets, so its role
 * decides. The same situation then always has the same addresses.
 */
import type { Memory } from "../memory.js";
import { PTRS_PER_PMD, regionOf } from "../page.js";

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

/** Page frames in a row. */
export interface FrameRange {
  readonly first: number;
  readonly count: number;
}

export class FrameLayout {
  /** Regions in which pages of any use may lie. */
  readonly grounds: readonly number[];

  constructor(private readonly memory: Memory) {
    const { contended, neutral, crowded } = memory;
    this.grounds = crowded === true ? [neutral] : [...contended, neutral];
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

  /** Whether the frame is a CPU's guest page that is there from the start. */
  isGuestFrame(pfn: number): boolean {
    const region = regionOf(pfn);
    const first = this.guestFrame(region);
    return this.memory.contended.includes(region) && pfn >= first && pfn < first + MAX_TWINS;
  }

  /** Page frames of contended region `region` that CPU number `cpu` takes control pages from. */
  controlPool(region: number, cpu: number): FrameRange {
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

  /** Grounds on which a page of a pair for `target` may lie, the region itself first where it may lie there. */
  groundsOfPair(target: number, isInside: boolean): readonly number[] {
    const others = this.grounds.filter((region) => region !== target);
    return isInside && this.memory.crowded !== true ? [target, ...others] : others;
  }

  /** Page frames of `ground` set aside for pair pages of `target` (-1: not yet known). */
  pairFrames(ground: number, target: number): FrameRange {
    const index = target < 0 ? this.memory.contended.length + 1 : this.memory.contended.indexOf(target);
    const role = index < 0 ? this.memory.contended.length : index;
    const { first, count } = PAIR_POOL;
    return { first: ground * PTRS_PER_PMD + first + role * count, count };
  }

  /** Whether the frame is set aside for pages of pairs, whatever their target. */
  isPairFrame(pfn: number): boolean {
    const { contended, neutral } = this.memory;
    const region = regionOf(pfn);
    if (region !== neutral && !contended.includes(region)) return false;
    const roles = contended.length + 2;
    const { first, count } = PAIR_POOL;
    const index = pfn % PTRS_PER_PMD;
    return index >= first && index < first + roles * count;
  }
}
