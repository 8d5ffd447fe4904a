/** What all designs share: the size of a pair, the counter of a page, and arrays of pages that come and go whole. */
import { describe, expect, it } from "vitest";
import {
  allocPamtArray,
  emptyPair,
  freePamtArray,
  pamtCache,
  regionWords,
  takeFromCache,
  tdxDpamtEntryPages,
  tdxFindPamtRefcount,
  tdxFreePamtCache,
  tdxTopupPamtCache,
} from "../../src/helpers/index.js";
import { ENOMEM, KernelEvent, NULL_PAGE, PageMisuse, PTRS_PER_PMD, UNINITIALISED } from "../../src/kernel/index.js";
import { FIRST_REGION, perform, Script, testKernel, X, Y } from "../kernel/support/kernel.js";

describe("tdx_dpamt_entry_pages", () => {
  it("is what 512 entries take, in pages", () => {
    for (const [pamt4kEntrySize, pages] of [
      [8, 1],
      [16, 2],
      [32, 4],
    ] as const) {
      expect(tdxDpamtEntryPages(testKernel({ systemInfo: { pamt4kEntrySize } }))).toBe(pages);
    }
  });

  it("is 0 without Dynamic PAMT, in the module or in the kernel", () => {
    expect(tdxDpamtEntryPages(testKernel({ dynamicPamt: false }))).toBe(0);
    expect(tdxDpamtEntryPages(testKernel({ systemInfo: { dynamicPamt: false } }))).toBe(0);
    expect(emptyPair(testKernel({ dynamicPamt: false }))).toEqual([]);
  });

  it("decides how much room a pair has, with nothing in it", () => {
    expect(emptyPair(testKernel())).toEqual([UNINITIALISED, UNINITIALISED]);
  });
});

describe("tdx_find_pamt_refcount", () => {
  it("is one word for all pages of a region", () => {
    const kernel = testKernel();
    const script = new Script();
    const of = (pfn: number): number => perform(kernel, tdxFindPamtRefcount(kernel, pfn), script);
    expect(of(X * PTRS_PER_PMD)).toBe(kernel.counterWord(X));
    expect(of(X * PTRS_PER_PMD + 511)).toBe(kernel.counterWord(X));
    expect(of(Y * PTRS_PER_PMD)).toBe(kernel.counterWord(Y));
    expect(script.told(KernelEvent.CounterFound)).toEqual([X, X, Y]);
    expect(script.told(KernelEvent.CounterOutOfRange)).toEqual([]);
  });

  it("has a word for a partial last region, and tells of regions beyond it", () => {
    const kernel = testKernel({ memory: { endPfn: X * PTRS_PER_PMD + 1, contended: [X], neutral: FIRST_REGION } });
    const script = new Script();
    perform(kernel, tdxFindPamtRefcount(kernel, X * PTRS_PER_PMD), script);
    expect(script.told(KernelEvent.CounterOutOfRange)).toEqual([]);
    const beyond = perform(kernel, tdxFindPamtRefcount(kernel, (X + 1) * PTRS_PER_PMD), script);
    expect(script.events).toContainEqual({ code: KernelEvent.CounterOutOfRange, detail: X + 1, extra: X + 1 });
    expect(beyond).toBe(kernel.counterWord(X));
  });
});

describe("alloc_pamt_array and free_pamt_array", () => {
  it("take and give whole pairs", () => {
    const kernel = testKernel({ placement: "adversarial" });
    const script = new Script();
    const pair = emptyPair(kernel);
    expect(perform(kernel, allocPamtArray(kernel, pair), script)).toBe(0);
    expect([kernel.livePages, kernel.chargedPages]).toEqual([2, 2]);
    perform(kernel, freePamtArray(kernel, pair), script);
    expect([kernel.livePages, kernel.chargedPages]).toEqual([0, 0]);
    expect(script.told(KernelEvent.PageMisused)).toEqual([]);
  });

  it.each([1, 2])("allocation %i of a pair failing leaves nothing allocated", (failing) => {
    const kernel = testKernel({ placement: "adversarial", failures: 1 });
    const script = new Script(failing === 1 ? [1] : [0, 1]);
    expect(perform(kernel, allocPamtArray(kernel, emptyPair(kernel)), script)).toBe(-ENOMEM);
    expect([kernel.livePages, kernel.chargedPages]).toEqual([0, 0]);
    expect(script.told(KernelEvent.PageMisused)).toEqual([]);
  });

  it("a pair that was never filled must not be freed", () => {
    const kernel = testKernel();
    const script = new Script();
    perform(kernel, freePamtArray(kernel, emptyPair(kernel)), script);
    expect(new Set(script.told(KernelEvent.PageMisused))).toEqual(new Set([PageMisuse.Uninitialised]));
  });
});

describe("tdx_pamt_cache", () => {
  it("is topped up to a number of pairs, used last in first out, and freed", () => {
    const kernel = testKernel({ placement: "adversarial" });
    const cache = pamtCache(kernel);
    expect(perform(kernel, tdxTopupPamtCache(kernel, cache, 5))).toBe(0);
    expect(kernel.livePages).toBe(10);
    const taken = [perform(kernel, takeFromCache(cache)), perform(kernel, takeFromCache(cache))];
    expect(new Set(taken).size).toBe(2);
    expect(perform(kernel, tdxTopupPamtCache(kernel, cache, 5))).toBe(0);
    expect(kernel.livePages).toBe(12);
    perform(kernel, tdxFreePamtCache(kernel, cache));
    expect(kernel.livePages).toBe(2);
    expect(perform(kernel, takeFromCache(cache))).toBe(NULL_PAGE);
  });

  it("keeps what it has when an allocation fails", () => {
    const kernel = testKernel({ placement: "adversarial", failures: 1 });
    const cache = pamtCache(kernel);
    const script = new Script([0, 0, 0, 1]);
    expect(perform(kernel, tdxTopupPamtCache(kernel, cache, 5), script)).toBe(-ENOMEM);
    expect(kernel.livePages).toBe(3);
    expect(perform(kernel, tdxTopupPamtCache(kernel, cache, 5), script)).toBe(0);
    expect(kernel.livePages).toBe(10);
    perform(kernel, tdxFreePamtCache(kernel, cache));
    expect([kernel.livePages, kernel.chargedPages]).toEqual([0, 0]);
  });
});

describe("words of regions", () => {
  it("are one for each counter, with names", () => {
    const kernel = testKernel();
    const lock = regionWords(kernel, "lock");
    expect(kernel.space.describe(lock + X)).toBe(`lock of 0x${(X * 2 ** 21).toString(16)}`);
    expect(kernel.space.rangeOf(lock)?.words).toBe(kernel.counters);
  });
});
