/** The counters, the frames that CPUs have for themselves, and the way into the module. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  codeOf,
  Leaf,
  Register,
  Registers,
  TDX_HPA_RANGE_NOT_FREE,
  TDX_NO_PAMT_PAGE_PAIR,
  TDX_SUCCESS,
} from "../../src/abi/index.js";
import {
  allocPage,
  Gfp,
  type Kernel,
  KernelEvent,
  type Page,
  PageMisuse,
  PageUse,
  PTRS_PER_PMD,
  pfnToPhys,
  physToPfn,
  readSystemInfo,
  regionOf,
  seamcall,
  tdhPhymemPamtAdd,
  tdhPhymemPamtRemove,
  UNINITIALISED,
} from "../../src/kernel/index.js";
import { FIRST_REGION, perform, Script, testKernel, X, Y } from "./support/kernel.js";

describe("counters", () => {
  it("are one word for each region, up to the last", () => {
    const kernel = testKernel();
    const last = FIRST_REGION + PTRS_PER_PMD - 1;
    expect(kernel.counters).toBe(last + 1);
    const words = [0, X, Y, last].map((region) => kernel.counterWord(region));
    expect(new Set(words).size).toBe(4);
    expect(kernel.space.describe(kernel.counterWord(X))).toBe(`count of 0x${(X * 2 ** 21).toString(16)}`);
    for (const region of [-1, last + 1, Number.NaN]) expect(() => kernel.counterWord(region)).toThrow(RangeError);
  });

  it("cover a partial last region", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: PTRS_PER_PMD }), (pages) => {
        const start = (FIRST_REGION + 16) * PTRS_PER_PMD;
        const kernel = testKernel({ memory: { endPfn: start + pages, contended: [X], neutral: FIRST_REGION } });
        expect(kernel.counters).toBe(X + 1);
        expect(kernel.counterWord(regionOf(start + pages - 1))).toBe(kernel.counterWord(X));
        expect(() => kernel.counterWord(X + 1)).toThrow(/no counter for region/);
        expect(kernel.layout.guestFrame(X)).toBeLessThan(start + pages);
      }),
      { numRuns: 20 },
    );
  });
});

describe("page frames and addresses", () => {
  it("convert both ways, and every page has its region", () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 40 }), fc.nat({ max: 4095 }), (pfn, offset) => {
        expect(physToPfn(pfnToPhys(pfn) + offset)).toBe(pfn);
        expect(regionOf(pfn)).toBe(Math.floor(pfnToPhys(pfn) / 2 ** 21));
      }),
    );
  });

  it("that stand for one page of every CPU do not meet each other, pools or the chunk", () => {
    const kernel = testKernel({ placement: "adversarial" });
    const taken = new Map<number, string>();
    const claim = (first: number, count: number, who: string): void => {
      for (let pfn = first; pfn < first + count; pfn++) {
        expect([pfn, taken.get(pfn)]).toEqual([pfn, undefined]);
        taken.set(pfn, who);
      }
    };
    // A page of every CPU stands for as many frames in a row as there are CPUs.
    for (const pfn of kernel.placement.cpuFrames()) claim(pfn, 8, "cpu");
    for (const ground of [X, Y, kernel.memory.neutral]) {
      for (const target of [X, Y, -1]) {
        const { first, count } = kernel.layout.pairFrames(ground, target);
        expect(regionOf(first)).toBe(ground);
        claim(first, count, "pool");
      }
    }
    claim(kernel.layout.chunkFrame(0), 48, "chunk");
    expect(regionOf(kernel.layout.chunkFrame(47))).toBe(kernel.memory.neutral);
    for (const region of [X, Y]) expect(kernel.layout.guestFrame(region)).not.toBe(region * PTRS_PER_PMD);
  });

  it("know which words each CPU has for itself", () => {
    const kernel = testKernel();
    for (const address of [kernel.cpu.handlesInUse, kernel.cpu.place(0), kernel.cpu.place(31), kernel.cpu.cache]) {
      expect(kernel.isCpuPrivate(address)).toBe(true);
    }
    for (const address of [kernel.tally, kernel.failureBudget, kernel.counterWord(0)]) {
      expect(kernel.isCpuPrivate(address)).toBe(false);
    }
  });
});

describe("the Dynamic PAMT calls", () => {
  const pairOf = (kernel: Kernel): Page[] =>
    [1, 2].map(() => perform(kernel, allocPage(kernel, Gfp.KernelAccount, PageUse.Pair)));

  it.each(["first-fit", "adversarial"] as const)("give a pair to the module and take it back, %s", (placement) => {
    const kernel = testKernel({ placement });
    const script = new Script();
    const pfn = X * PTRS_PER_PMD + 77;
    const pair = pairOf(kernel);
    expect(perform(kernel, tdhPhymemPamtAdd(kernel, pfn, pair), script)).toBe(TDX_SUCCESS);
    expect(codeOf(perform(kernel, tdhPhymemPamtAdd(kernel, pfn, pairOf(kernel)), script))).toBe(TDX_HPA_RANGE_NOT_FREE);
    const back: Page[] = [UNINITIALISED, UNINITIALISED];
    expect(perform(kernel, tdhPhymemPamtRemove(kernel, pfn, back), script)).toBe(TDX_SUCCESS);
    expect(new Set(back).size).toBe(2);
    for (const page of back) expect(page).toBeGreaterThan(0);
    const untouched: Page[] = [UNINITIALISED, UNINITIALISED];
    const status = perform(kernel, tdhPhymemPamtRemove(kernel, pfn, untouched), script);
    expect(codeOf(status)).toBe(TDX_NO_PAMT_PAGE_PAIR);
    expect(untouched).toEqual([UNINITIALISED, UNINITIALISED]);
    expect(script.told(KernelEvent.PageMisused)).toEqual([]);
    expect(script.told(KernelEvent.SeamcallReturned)).toEqual([
      Leaf.PhymemPamtAdd,
      Leaf.PhymemPamtAdd,
      Leaf.PhymemPamtRemove,
      Leaf.PhymemPamtRemove,
    ]);
  });

  it("an address that was never set is told, and the module refuses it", () => {
    const kernel = testKernel();
    const script = new Script();
    const status = perform(kernel, tdhPhymemPamtAdd(kernel, X * PTRS_PER_PMD, [UNINITIALISED, UNINITIALISED]), script);
    expect(status).not.toBe(TDX_SUCCESS);
    expect(script.told(KernelEvent.PageMisused)).toEqual([PageMisuse.Uninitialised, PageMisuse.Uninitialised]);
  });

  it("a page that is given to the module for a second region is told", () => {
    const kernel = testKernel();
    const pair = pairOf(kernel);
    perform(kernel, tdhPhymemPamtAdd(kernel, X * PTRS_PER_PMD, pair));
    const script = new Script();
    expect(perform(kernel, tdhPhymemPamtAdd(kernel, Y * PTRS_PER_PMD, pair), script)).not.toBe(TDX_SUCCESS);
    expect(script.told(KernelEvent.PageMisused)).toEqual([PageMisuse.GivenTwice, PageMisuse.GivenTwice]);
  });

  it("outputs of a call come back in the registers", () => {
    const kernel = testKernel();
    const args = new Registers();
    args.set(Register.Rcx, pfnToPhys(X * PTRS_PER_PMD));
    expect(perform(kernel, seamcall(kernel, Leaf.PhymemPageRdmd, args))).toBe(TDX_SUCCESS);
    expect(args.number(Register.R8)).toBe(1);
    perform(kernel, tdhPhymemPamtAdd(kernel, X * PTRS_PER_PMD, pairOf(kernel)));
    args.set(Register.Rcx, pfnToPhys(X * PTRS_PER_PMD));
    perform(kernel, seamcall(kernel, Leaf.PhymemPageRdmd, args));
    expect(args.number(Register.R8)).toBe(0);
  });
});

describe("what the kernel reads at boot", () => {
  it("is Dynamic PAMT and the size of an entry, unless the kernel does not want it", () => {
    const { words, tdx } = testKernel();
    expect(readSystemInfo(words, tdx, true)).toEqual({ dynamicPamt: true, pamt4kEntrySize: 16 });
    expect(readSystemInfo(words, tdx, false)).toEqual({ dynamicPamt: false, pamt4kEntrySize: 16 });
  });
});
