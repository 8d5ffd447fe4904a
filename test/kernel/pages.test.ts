/** The page allocator: failures within a budget, handles, places chosen late or at once, charges, misuse. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocBlock,
  allocChunk,
  allocPage,
  claimFrames,
  forgetPage,
  freePage,
  Gfp,
  type Kernel,
  KernelEvent,
  NULL_PAGE,
  offerPage,
  type Page,
  PageMisuse,
  PageUse,
  pageToPfn,
  placePair,
  publishPage,
  regionOf,
  takePageBack,
  tdxQuirkResetPage,
  UNINITIALISED,
  withdrawPage,
} from "../../src/kernel/index.js";
import { fence, type Program } from "../../src/machine/index.js";
import { NEUTRAL, perform, Script, testKernel, X, Y } from "./support/kernel.js";

function alloc(kernel: Kernel, gfp = Gfp.KernelAccount, use = PageUse.Pair, script = new Script()): Page {
  return perform(kernel, allocPage(kernel, gfp, use), script);
}

function free(kernel: Kernel, page: Page): Script {
  const script = new Script();
  perform(kernel, freePage(kernel, page), script);
  return script;
}

const placements = [
  ["first fit", { placement: "first-fit" }],
  ["adversarial, late", { placement: "adversarial", lateChoice: true }],
  ["adversarial, at once", { placement: "adversarial", lateChoice: false }],
] as const;

describe.each(placements)("allocation, %s", (_name, settings) => {
  it("and freeing in any order balances pages, charges and words", () => {
    const kernel = testKernel(settings);
    const { words } = kernel;
    const before = [words.fingerprintLow, words.fingerprintHigh];
    const steps = fc.array(fc.tuple(fc.constantFrom(Gfp.KernelAccount, Gfp.Kernel, Gfp.Atomic), fc.nat({ max: 3 })), {
      maxLength: 12,
    });
    fc.assert(
      fc.property(steps, (list) => {
        const live: { page: Page; gfp: Gfp }[] = [];
        for (const [gfp, which] of list) {
          const oldest = live[which];
          if (oldest !== undefined && live.length > 3) {
            live.splice(which, 1);
            expect(free(kernel, oldest.page).told(KernelEvent.PageMisused)).toEqual([]);
          } else live.push({ page: alloc(kernel, gfp), gfp });
          expect(new Set(live.map(({ page }) => page)).size).toBe(live.length);
          expect(kernel.livePages).toBe(live.length);
          expect(kernel.chargedPages).toBe(live.filter((one) => one.gfp === Gfp.KernelAccount).length);
        }
        for (const { page } of live) free(kernel, page);
        expect([kernel.livePages, kernel.chargedPages]).toEqual([0, 0]);
        expect([words.fingerprintLow, words.fingerprintHigh]).toEqual(before);
      }),
      { numRuns: 40 },
    );
  });

  it("may fail as often as the budget says, with nothing allocated", () => {
    const kernel = testKernel({ ...settings, failures: 2 });
    const script = new Script([1, 1]);
    const pages = [1, 2, 3].map(() => alloc(kernel, Gfp.KernelAccount, PageUse.Pair, script));
    expect(pages.slice(0, 2)).toEqual([NULL_PAGE, NULL_PAGE]);
    expect(pages[2]).not.toBe(NULL_PAGE);
    expect(script.told(KernelEvent.AllocationFailed)).toHaveLength(2);
    expect(script.asked.filter(({ label }) => label === "the allocation fails")).toHaveLength(2);
    expect([kernel.livePages, kernel.chargedPages, kernel.words.read(kernel.failureBudget)]).toEqual([1, 1, 0]);
  });

  it("tells whether it may sleep", () => {
    const kernel = testKernel(settings);
    for (const [gfp, maySleep] of [
      [Gfp.KernelAccount, 1],
      [Gfp.Kernel, 1],
      [Gfp.Atomic, 0],
    ] as const) {
      const script = new Script();
      alloc(kernel, gfp, PageUse.Pair, script);
      expect(script.told(KernelEvent.Allocate)).toEqual([maySleep]);
      const chunk = new Script();
      perform(kernel, allocChunk(kernel, 8, gfp), chunk);
      expect(chunk.told(KernelEvent.Allocate)).toEqual([maySleep]);
    }
  });
});

describe("first fit", () => {
  it("takes the lowest free page and finds freed ones again", () => {
    const kernel = testKernel();
    const { firstPfn } = kernel.memory;
    const pages = [alloc(kernel), alloc(kernel), alloc(kernel)];
    expect(pages).toEqual([firstPfn, firstPfn + 1, firstPfn + 2]);
    free(kernel, firstPfn + 1);
    expect(alloc(kernel)).toBe(firstPfn + 1);
  });

  it("refuses to go on when the host is full", () => {
    const kernel = testKernel({ memory: { endPfn: 4 * 512 * 512 + 2 } });
    alloc(kernel);
    alloc(kernel);
    expect(() => alloc(kernel)).toThrow(/no free page left/);
  });
});

describe("places chosen late", () => {
  const settings = { placement: "adversarial", lateChoice: true } as const;

  it("a page has no place before something depends on it, and then keeps it", () => {
    const kernel = testKernel(settings);
    const page = alloc(kernel, Gfp.KernelAccount, PageUse.Control);
    expect(page).toBeLessThan(0);
    expect(free(kernel, page).events).toContainEqual({ code: KernelEvent.PageFreed, detail: 0, extra: 0 });

    const other = alloc(kernel, Gfp.KernelAccount, PageUse.Control);
    const script = new Script([1, 0]);
    const pfn = perform(kernel, pageToPfn(kernel, other), script);
    expect(regionOf(pfn)).toBe(Y);
    expect(perform(kernel, pageToPfn(kernel, other), script)).toBe(pfn);
    expect(script.asked).toEqual([{ label: "region of the page", alternatives: 2, from: 0 }]);
    expect(free(kernel, other).events).toContainEqual({ code: KernelEvent.PageFreed, detail: 0, extra: pfn });
  });

  it("a page of a pair may lie in its own target, in another one, or on neutral ground", () => {
    const regions = new Set<string>();
    for (let first = 0; first < 3; first++) {
      for (let second = 0; second < 3; second++) {
        const kernel = testKernel({ ...settings, unorderedPairs: false });
        const pair = [alloc(kernel), alloc(kernel)];
        const script = new Script([first, second]);
        const pfns = perform(kernel, placePair(kernel, pair, Y), script);
        expect(pfns.map(regionOf)).toEqual([first, second].map((choice) => [Y, X, NEUTRAL][choice]));
        expect(pfns[0]).not.toBe(pfns[1]);
        expect(script.asked.map(({ alternatives, from }) => [alternatives, from])).toEqual([
          [3, 0],
          [3, 0],
        ]);
        regions.add(`${pfns.map(regionOf)}`);
      }
    }
    expect(regions.size).toBe(9);
  });

  it("without order, the second page of a pair is never placed before the first: 6 of the 9 ways are left", () => {
    const ways = new Set<string>();
    for (let first = 0; first < 3; first++) {
      for (let second = first; second < 3; second++) {
        const kernel = testKernel(settings);
        const script = new Script([first, second]);
        const pfns = perform(kernel, placePair(kernel, [alloc(kernel), alloc(kernel)], X), script);
        expect(script.asked[1]?.from).toBe(first);
        ways.add(`${pfns.map(regionOf)}`);
      }
    }
    expect(ways.size).toBe(6);
  });

  it("pages that have a place keep it when they become a pair", () => {
    const kernel = testKernel(settings);
    const script = new Script();
    const chunk = kernel.layout.chunkFrame(0);
    perform(kernel, claimFrames(kernel, chunk, 2));
    expect(perform(kernel, placePair(kernel, [chunk, chunk + 1], X), script)).toEqual([chunk, chunk + 1]);
    expect(script.asked).toEqual([]);
    expect(regionOf(chunk)).toBe(NEUTRAL);
  });

  it("a CPU cannot hold more pages than it has handles", () => {
    const kernel = testKernel(settings);
    const pages = Array.from({ length: 24 }, () => alloc(kernel));
    expect(new Set(pages).size).toBe(24);
    expect(() => alloc(kernel)).toThrow(/more than 24 pages at once/);
  });
});

describe("places chosen at once", () => {
  it("are chosen when the page is allocated", () => {
    const kernel = testKernel({ placement: "adversarial", lateChoice: false });
    const script = new Script([2]);
    const page = alloc(kernel, Gfp.KernelAccount, PageUse.Pair, script);
    expect(script.asked).toEqual([{ label: "where the page lies", alternatives: 3, from: 0 }]);
    expect(regionOf(perform(kernel, placePair(kernel, [page], X))[0] as number)).toBe(NEUTRAL);
    const control = alloc(kernel, Gfp.KernelAccount, PageUse.Control, new Script([1]));
    expect(regionOf(perform(kernel, pageToPfn(kernel, control), new Script([0])))).toBe(Y);
  });
});

describe("where pages lie", () => {
  it("is asked of the way that the kernel was given, and of nothing else", () => {
    const asked: string[] = [];
    const place = (name: string, pfn: number) =>
      function* (): Program<number> {
        asked.push(name);
        yield fence();
        return pfn;
      };
    const kernel = testKernel({
      way: () => ({
        take: place("take", -1),
        placeUsed: place("placeUsed", 7),
        placeAnywhere: place("placeAnywhere", 8),
        placeForPair: (_page, target, isInside, before) =>
          place(`pair of ${target} ${isInside} ${before}`, before + 1)(),
        publish: place("publish", 9),
        isPublishable: () => true,
        blockGrounds: [Y],
        cpuFrames: () => [],
        isHeldByNumber: () => true,
      }),
    });
    const page = alloc(kernel);
    expect(page).toBe(-1);
    expect(perform(kernel, pageToPfn(kernel, page))).toBe(7);
    expect(perform(kernel, placePair(kernel, [page, page], X))).toEqual([1, 2]);
    expect(perform(kernel, placePair(kernel, [5, page], X, false))).toEqual([5, 6]);
    expect(regionOf(perform(kernel, allocBlock(kernel, Gfp.Kernel, 3)))).toBe(Y);
    expect(perform(kernel, publishPage(kernel, page))).toBe(9);
    expect(asked).toEqual([
      "take",
      "placeUsed",
      `pair of ${X} true 0`,
      `pair of ${X} true 1`,
      `pair of ${X} false 5`,
      "publish",
    ]);
  });

  it("first fit is never asked for the place of a handle: it hands out none", () => {
    const kernel = testKernel();
    expect(() => perform(kernel, pageToPfn(kernel, -1))).toThrow(/first fit has given every page its place/);
  });
});

describe("a chunk", () => {
  it("is charged to nobody and may fail", () => {
    const kernel = testKernel({ failures: 1 });
    const script = new Script([1]);
    expect(perform(kernel, allocChunk(kernel, 8, Gfp.Kernel), script)).toBe(false);
    expect(script.told(KernelEvent.AllocationFailed)).toHaveLength(1);
    expect(perform(kernel, allocChunk(kernel, 8, Gfp.Kernel), script)).toBe(true);
    expect([kernel.livePages, kernel.chargedPages]).toEqual([8, 0]);
  });
});

describe("misuse", () => {
  /** Runs the programs one after the other and answers the misuses told. */
  function misuses(page: Page, ...programs: ((kernel: Kernel, page: Page) => ReturnType<typeof freePage>)[]): number[] {
    const kernel = testKernel();
    const script = new Script();
    const pfn = page === 0 ? alloc(kernel) : page;
    for (const program of programs) perform(kernel, program(kernel, pfn), script);
    return script.told(KernelEvent.PageMisused);
  }

  const ANY = 0;
  const NEVER_ALLOCATED = X * 512 + 3;

  it.each([
    ["used rightly", ANY, [offerPage, takePageBack, tdxQuirkResetPage, freePage], []],
    ["refused by the module", ANY, [offerPage, withdrawPage, freePage], []],
    ["freed twice", ANY, [freePage, freePage], [PageMisuse.NotLive]],
    ["freed though never allocated", NEVER_ALLOCATED, [freePage], [PageMisuse.NotLive]],
    ["freed while the module has it", ANY, [offerPage, freePage], [PageMisuse.OwnedByModule]],
    ["overwritten while the module has it", ANY, [offerPage, tdxQuirkResetPage], [PageMisuse.OwnedByModule]],
    ["overwritten after it was freed", ANY, [freePage, tdxQuirkResetPage], [PageMisuse.NotLive]],
    ["freed as the module left it", ANY, [offerPage, takePageBack, freePage], [PageMisuse.NotReset]],
    ["given twice", ANY, [offerPage, offerPage], [PageMisuse.GivenTwice]],
    ["given though never allocated", NEVER_ALLOCATED, [offerPage], [PageMisuse.NotLive]],
    ["taken back though never given", ANY, [takePageBack], [PageMisuse.NotGiven]],
    ["freed though its address was never set", UNINITIALISED, [freePage], [PageMisuse.Uninitialised]],
    ["overwritten though its address was never set", UNINITIALISED, [tdxQuirkResetPage], [PageMisuse.Uninitialised]],
  ] as const)("a page is %s", (_name, page, programs, expected) => {
    expect(misuses(page, ...programs)).toEqual(expected);
  });

  it("an address that was never set is told when it is counted or placed", () => {
    const kernel = testKernel({ placement: "adversarial" });
    const script = new Script();
    perform(kernel, pageToPfn(kernel, UNINITIALISED), script);
    perform(kernel, placePair(kernel, [UNINITIALISED], X), script);
    expect(script.told(KernelEvent.PageMisused)).toEqual([PageMisuse.Uninitialised, PageMisuse.Uninitialised]);
  });

  it("a page without a place is freed twice", () => {
    const kernel = testKernel({ placement: "adversarial" });
    const page = alloc(kernel);
    expect(free(kernel, page).told(KernelEvent.PageMisused)).toEqual([]);
    expect(free(kernel, page).told(KernelEvent.PageMisused)).toEqual([PageMisuse.NotLive]);
  });

  it("an address that was never set is offered to nobody", () => {
    const kernel = testKernel();
    const before = kernel.words.mark();
    perform(kernel, offerPage(kernel, UNINITIALISED));
    perform(kernel, withdrawPage(kernel, UNINITIALISED));
    perform(kernel, forgetPage(kernel, UNINITIALISED));
    expect(kernel.words.mark()).toBe(before);
  });
});
