/**
 * Adversarial placement, chosen late: the environment decides where a page lies, at the moment something first depends
 * on it. Up to then the page is a handle, and a page that is freed unused never gets a place.
 */
import { choose, on, type Program, read, write } from "../../machine/index.js";
import { FRAME_TAKE } from "../frames.js";
import { type Page, type PageUse, PTRS_PER_PMD, regionOf } from "../page.js";
import { isControlPage, isUncharged, placeWord, publishedPlace, settledPlaceOf, takeHandle } from "./handles.js";
import type { FrameRange } from "./layout.js";
import type { Placement, PlacementHost } from "./placement.js";

/** What CPUs and the checker tell apart. */
export interface AdversarialOptions {
  /** The two pages of a pair are interchangeable. */
  readonly unorderedPairs: boolean;
  /** All CPUs see all page frames under one name each, as pages that outlive a call need. */
  readonly sharedFrames: boolean;
}

/** Control pages of a CPU whose region the environment chooses; further ones follow the last. */
const GROUNDS_TO_CHOOSE = 2;
/** Bits of the region chosen last in `CpuWords.groundsChosen`; the number of choices is above them. */
const GROUND_BITS = 4;
const GROUND_MASK = (1 << GROUND_BITS) - 1;

/** Stands for the target of a pair where that is not yet known. */
const NO_TARGET = -1;

export class AdversarialLate implements Placement {
  readonly blockGrounds: readonly number[];

  constructor(
    protected readonly host: PlacementHost,
    private readonly options: AdversarialOptions,
  ) {
    this.blockGrounds = host.layout.grounds;
  }

  take(uncharged: number, use: PageUse): Program<Page> {
    return takeHandle(this.host.cpu, uncharged, use);
  }

  *placeUsed(page: Page): Program<number> {
    const word = placeWord(this.host.cpu, page);
    const placed = yield* settledPlaceOf(this.host.cpu, page);
    if (placed !== 0) return placed;
    const pfn = yield* this.options.sharedFrames ? this.takeShared(page) : this.takeOwn(page);
    yield write(word, pfn);
    return pfn;
  }

  *placeAnywhere(page: Page): Program<number> {
    if (isControlPage(page)) return yield* this.placeUsed(page);
    return yield* this.placeOnGround(page, NO_TARGET, this.host.layout.grounds, 0);
  }

  *placeForPair(page: Page, target: number, isInside: boolean, before: number): Program<number> {
    const grounds = this.host.layout.groundsOfPair(target, isInside);
    const from = this.options.unorderedPairs ? Math.max(0, grounds.indexOf(regionOf(before))) : 0;
    return yield* this.placeOnGround(page, target, grounds, from);
  }

  *publish(page: Page): Program<number> {
    if (!this.isPublishable(page)) throw new RangeError("each CPU has a page of its own under this number");
    const pfn = yield* this.placeAnywhere(page);
    yield write(placeWord(this.host.cpu, page), publishedPlace(pfn));
    return pfn;
  }

  isPublishable(page: Page): boolean {
    return this.options.sharedFrames || !isControlPage(page);
  }

  cpuFrames(): number[] {
    const { memory, layout } = this.host;
    if (this.options.sharedFrames) return [];
    const frames = (frameOf: (region: number) => number) => memory.contended.map(frameOf);
    return [...frames((region) => layout.controlFrame(region)), ...frames((region) => layout.guestFrame(region))];
  }

  isHeldByNumber(pfn: number): boolean {
    const { memory, layout } = this.host;
    if (pfn % PTRS_PER_PMD === 0) return false;
    if (this.options.sharedFrames || layout.isPairFrame(pfn)) return true;
    const region = regionOf(pfn);
    return memory.contended.includes(region) && pfn === layout.guestFrame(region);
  }

  private *placeOnGround(page: Page, target: number, grounds: readonly number[], from: number): Program<number> {
    const word = placeWord(this.host.cpu, page);
    const placed = yield* settledPlaceOf(this.host.cpu, page);
    if (placed !== 0) return placed;
    const ground = grounds[yield choose("where the page lies", grounds.length, from)] as number;
    const pfn = yield* this.takeFrame(page, this.host.layout.pairFrames(ground, target));
    yield write(word, pfn);
    return pfn;
  }

  /** A frame that every CPU has for itself under one name. */
  private *takeOwn(page: Page): Program<number> {
    const { memory, layout, frames, cpu } = this.host;
    const { contended } = memory;
    const region = contended[yield choose("region of the page", contended.length)] as number;
    const pfn = layout.controlFrame(region);
    const uncharged = yield* isUncharged(cpu, page);
    yield on(FRAME_TAKE, frames.word(pfn), uncharged);
    return pfn;
  }

  /**
   * A frame of the CPU's pool. The environment chooses the region of the CPU's first pages; those that
   * follow lie where the last of them does.
   */
  private *takeShared(page: Page): Program<number> {
    const { memory, layout, cpu } = this.host;
    const { contended } = memory;
    const before = yield read(cpu.groundsChosen);
    const chosen = before >>> GROUND_BITS;
    let index = before & GROUND_MASK;
    if (chosen < GROUNDS_TO_CHOOSE) {
      index = yield choose("region of the page", contended.length);
      yield write(cpu.groundsChosen, ((chosen + 1) << GROUND_BITS) | index);
    }
    const number = yield read(cpu.number);
    return yield* this.takeFrame(page, layout.controlPool(contended[index] as number, number));
  }

  private *takeFrame(page: Page, { first, count }: FrameRange): Program<number> {
    const { frames, cpu } = this.host;
    const uncharged = yield* isUncharged(cpu, page);
    for (let pfn = first; pfn < first + count; pfn++) {
      if ((yield on(FRAME_TAKE, frames.word(pfn), uncharged)) === 0) return pfn;
    }
    throw new RangeError(`more than ${count} pages with one role on one ground`);
  }
}
