/** First fit: each page lies at the lowest free address from the moment that it is allocated. */
import { on, type Program } from "../../machine/index.js";
import { FRAME_TAKE } from "../frames.js";
import { type Page, PTRS_PER_PMD } from "../page.js";
import type { Placement, PlacementHost } from "./placement.js";

export class FirstFit implements Placement {
  readonly blockGrounds: readonly number[];

  /** @param sharedFrames all CPUs see all page frames under one name each */
  constructor(
    private readonly host: PlacementHost,
    private readonly sharedFrames: boolean,
  ) {
    // The frames of the other grounds are handed out one by one.
    this.blockGrounds = [host.memory.neutral];
  }

  *take(uncharged: number): Program<Page> {
    const { memory, frames } = this.host;
    for (let pfn = memory.firstPfn; pfn < memory.endPfn; pfn++) {
      if ((yield on(FRAME_TAKE, frames.word(pfn), uncharged)) === 0) return pfn;
    }
    throw new RangeError("the modelled host has no free page left");
  }

  placeUsed(page: Page): never {
    return this.placeAnywhere(page);
  }

  placeAnywhere(page: Page): never {
    throw new RangeError(`first fit has given every page its place, so there is no page ${page}`);
  }

  placeForPair(page: Page): never {
    return this.placeAnywhere(page);
  }

  publish(page: Page): never {
    return this.placeAnywhere(page);
  }

  isPublishable(): boolean {
    return true;
  }

  cpuFrames(): number[] {
    const { memory, layout } = this.host;
    // Control pages and pages of pairs get the same frames, so only guest pages stand for one of each CPU.
    return this.sharedFrames ? [] : memory.contended.map((region) => layout.guestFrame(region));
  }

  isHeldByNumber(pfn: number): boolean {
    return pfn % PTRS_PER_PMD !== 0;
  }
}
