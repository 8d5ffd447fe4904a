/**
 * Where pages lie: the interface that hands page frames to the page allocator. Each way to do so is a file beside this
 * one. The rest of the kernel does not ask which of them is in force.
 */
import type { Program, Sharing } from "../../machine/index.js";
import type { CpuWords } from "../cpu-words.js";
import type { Frames } from "../frames.js";
import type { Memory } from "../memory.js";
import type { Page, PageUse } from "../page.js";
import type { FrameLayout } from "./layout.js";

/** What a way stands on. */
export interface PlacementHost {
  readonly memory: Memory;
  readonly layout: FrameLayout;
  readonly frames: Frames;
  readonly cpu: CpuWords;
}

/** Makes a way for a host. */
export interface PlacementWay {
  (host: PlacementHost): Placement;
  /** How accesses to page frames are ordered; absent: the order never matters, as whoever gets a frame has it alone. */
  readonly frames?: Sharing;
}

export interface Placement {
  /**
   * A page that has just been allocated: its page frame number, or a handle while it has no place.
   *
   * @param uncharged 1 if nobody is charged for it
   * @throws RangeError when the host has no page left, or the CPU no handle
   */
  take(uncharged: number, use: PageUse): Program<Page>;
  /** Page frame of a page with a handle that the kernel uses or counts: decides its region if that is still open. */
  placeUsed(page: Page): Program<number>;
  /** The same for a page with a handle, before it is known what it is for. */
  placeAnywhere(page: Page): Program<number>;
  /**
   * The same for a page with a handle that is to back 2 MiB region `target`.
   *
   * @param isInside whether the page may lie in `target` itself
   * @param before page frame of the page of the pair that was placed before, 0 for none
   */
  placeForPair(page: Page, target: number, isInside: boolean, before: number): Program<number>;
  /**
   * The same for a page with a handle that other CPUs are about to learn of. The handle leads to the page up to when it
   * is released; the page itself is everybody's.
   *
   * @throws RangeError where its number means another page on each CPU
   */
  publish(page: Page): Program<number>;
  /** Whether the page with a handle can have a number that means the same on all CPUs. */
  isPublishable(page: Page): boolean;
  /** Regions that blocks smaller than a region are taken from. */
  readonly blockGrounds: readonly number[];
  /**
   * Page frames that every CPU has for itself under one name. Each stands for as many frames in a row as there are CPUs,
   * the one of CPU 0 first.
   */
  cpuFrames(): number[];
  /**
   * Whether some CPU may have the page of this number under that number alone. The first page of a region is none of
   * these: it is a control page, which has a handle, and stands for its region where a number leads to it.
   */
  isHeldByNumber(pfn: number): boolean;
}
