/** Blocks of pages: where they lie, that no two overlap, charges, misuse. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  allocBlock,
  allocPage,
  freeBlock,
  freePage,
  Gfp,
  isBlockFrame,
  isBlockOrder,
  type Kernel,
  KernelEvent,
  NULL_PAGE,
  offerPage,
  type Page,
  PageMisuse,
  PageUse,
  PTRS_PER_PMD,
  pagesInBlocks,
  regionOf,
  withdrawPage,
} from "../../src/kernel/index.js";
import { NEUTRAL, perform, Script, testKernel, X, Y } from "./support/kernel.js";

const ORDERS = Array.from({ length: 12 }, (_, order) => order).filter(isBlockOrder);
const ADVERSARIAL = { placement: "adversarial" } as const;

function alloc(kernel: Kernel, order: number, gfp = Gfp.Kernel, script = new Script()): Page {
  return perform(kernel, allocBlock(kernel, gfp, order), script);
}

function free(kernel: Kernel, page: Page, order: number): Script {
  const script = new Script();
  perform(kernel, freeBlock(kernel, page, order), script);
  return script;
}

describe("blocks", () => {
  it("are modelled up to 256 KiB, and of 2 MiB", () => {
    expect(ORDERS).toEqual([1, 2, 3, 4, 5, 6, 9]);
  });

  it.each([{ placement: "first-fit" } as const, ADVERSARIAL])(
    "never overlap, and can all be had again (%o)",
    (settings) => {
      const step = fc.tuple(fc.constantFrom(...ORDERS), fc.nat(2), fc.boolean());
      fc.assert(
        fc.property(fc.array(step, { maxLength: 12 }), (steps) => {
          const kernel = testKernel(settings);
          const held: { first: Page; order: number }[] = [];
          for (const [order, ground, isFreed] of steps) {
            if (isFreed && held.length > 0) {
              const { first, order } = held.splice(ground % held.length, 1)[0] as (typeof held)[number];
              expect(free(kernel, first, order).told(KernelEvent.PageMisused)).toEqual([]);
            } else {
              let first = NULL_PAGE;
              try {
                const isChosen = order !== 9 && settings.placement === "adversarial";
                first = alloc(kernel, order, Gfp.KernelAccount, new Script([isChosen ? ground : 0]));
              } catch (error) {
                expect(error).toBeInstanceOf(RangeError);
                return;
              }
              expect(first % 2 ** order).toBe(0);
              for (let page = first; page < first + 2 ** order; page++) expect(isBlockFrame(kernel, page)).toBe(true);
              const before = held.every(
                (other) => first + 2 ** order <= other.first || other.first + 2 ** other.order <= first,
              );
              expect(before).toBe(true);
              held.push({ first, order });
            }
            const pages = held.reduce((sum, each) => sum + 2 ** each.order, 0);
            expect([kernel.livePages, kernel.chargedPages, pagesInBlocks(kernel)]).toEqual([pages, pages, pages]);
          }
        }),
        { numRuns: 50 },
      );
    },
  );

  it("lie in a region of their own if they are as large as one, else where the environment says", () => {
    const kernel = testKernel(ADVERSARIAL);
    expect(alloc(kernel, 9)).toBe((NEUTRAL + 1) * PTRS_PER_PMD);
    expect(alloc(kernel, 9)).toBe((NEUTRAL + 2) * PTRS_PER_PMD);
    expect(() => alloc(kernel, 9)).toThrow("no room for one more block of 512 pages");
    const grounds = [0, 1, 2].map((choice) => regionOf(alloc(kernel, 3, Gfp.Kernel, new Script([choice]))));
    expect(grounds).toEqual([X, Y, NEUTRAL]);
  });

  it("are not charged unless asked for, sleep only where they may, and may fail", () => {
    const kernel = testKernel({ ...ADVERSARIAL, failures: 1 });
    const failing = new Script([1]);
    expect(alloc(kernel, 4, Gfp.Kernel, failing)).toBe(NULL_PAGE);
    expect(failing.told(KernelEvent.Allocate)).toEqual([1]);
    expect(failing.told(KernelEvent.AllocationFailed)).toHaveLength(1);
    expect(kernel.livePages).toBe(0);

    const script = new Script();
    const first = alloc(kernel, 4, Gfp.Atomic, script);
    expect(script.told(KernelEvent.Allocate)).toEqual([0]);
    expect([kernel.livePages, kernel.chargedPages]).toEqual([16, 0]);
    free(kernel, first, 4);
    expect([kernel.livePages, kernel.chargedPages]).toEqual([0, 0]);
  });

  it("tell of each page that was freed before, or that the module has", () => {
    const kernel = testKernel(ADVERSARIAL);
    const first = alloc(kernel, 3);
    perform(kernel, freePage(kernel, first + 1), new Script());
    perform(kernel, offerPage(kernel, first + 4), new Script());
    expect(pagesInBlocks(kernel)).toBe(6);
    const misuse = free(kernel, first, 3).told(KernelEvent.PageMisused);
    expect(misuse).toEqual([PageMisuse.NotLive, PageMisuse.OwnedByModule]);
    perform(kernel, withdrawPage(kernel, first + 4), new Script());
    expect(pagesInBlocks(kernel)).toBe(0);
  });

  it("keep clear of pages that are allocated one by one", () => {
    const kernel = testKernel();
    const block = alloc(kernel, 9);
    const page = perform(kernel, allocPage(kernel, Gfp.Kernel, PageUse.Pair), new Script());
    expect(isBlockFrame(kernel, block)).toBe(true);
    expect(isBlockFrame(kernel, page)).toBe(false);
  });
});
