/**
 * What every design must do when nobody else runs. A design that cannot pass a test is listed with the
 * reason, and must then fail it.
 */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Leaf, PageType, TDX_SUCCESS } from "../../src/abi/index.js";
import { use } from "../../src/check/scenarios/use.js";
import {
  type Design,
  designByName,
  designs,
  type PamtHelpers,
  pamtCache,
  tdxFreePamtCache,
  tdxTopupPamtCache,
} from "../../src/helpers/index.js";
import {
  ENOMEM,
  type Kernel,
  KernelEvent,
  NULL_PAGE,
  type Page,
  PTRS_PER_PMD,
  pageToPfn,
  regionOf,
} from "../../src/kernel/index.js";
import { HEAD, typeOf } from "../../src/module/index.js";
import { FIRST_REGION, type KernelSettings, perform, Script, testKernel, X, Y } from "../kernel/support/kernel.js";

/** A kernel with a design's helpers on it, called one at a time. */
class Bench {
  readonly kernel: Kernel;
  readonly helpers: PamtHelpers;
  readonly script: Script;
  /** Pages that the design keeps aside from the start. */
  private readonly aside: number;

  constructor(
    readonly design: Design,
    settings: KernelSettings = {},
    choices: readonly number[] = [],
  ) {
    const dynamicPamt = settings.dynamicPamt !== false && design.staticPamt !== true;
    this.kernel = testKernel({ placement: "adversarial", ...settings, dynamicPamt });
    this.helpers = design.create(this.kernel);
    this.script = new Script(choices);
    this.aside = this.setAside;
  }

  get(page: Page): number {
    return perform(this.kernel, this.helpers.tdxPamtGet(page), this.script);
  }

  put(page: Page): void {
    perform(this.kernel, this.helpers.tdxPamtPut(page), this.script);
  }

  alloc(): Page {
    return perform(this.kernel, this.helpers.tdxAllocPage(), this.script);
  }

  free(page: Page): void {
    perform(this.kernel, this.helpers.tdxFreePage(page), this.script);
  }

  pfn(page: Page): number {
    return perform(this.kernel, pageToPfn(this.kernel, page), this.script);
  }

  isInstalled(region: number): boolean {
    const { pamt } = this.kernel.tdx;
    return (
      typeOf(this.kernel.words.read(pamt.entry2m(pamt.frameOfPfn(region * PTRS_PER_PMD)) + HEAD)) === PageType.Pamt
    );
  }

  get installed(): number {
    return this.kernel.memory.contended.filter((region) => this.isInstalled(region)).length;
  }

  private get setAside(): number {
    return this.helpers.setAside?.() ?? 0;
  }

  /** Nothing is lost: what is live belongs to a user or to a pair, or is set aside, and charges balance. */
  expectAccounted(userPages: number): void {
    const pairs = 2 * this.installed;
    expect(this.kernel.livePages).toBe(userPages + pairs + this.setAside);
    expect(this.kernel.chargedPages).toBe(userPages + (this.design.unchargedPairs === true ? 0 : pairs));
  }

  /** No page was misused and the kernel never warned. */
  expectQuiet(): void {
    expect(this.script.told(KernelEvent.PageMisused)).toEqual([]);
    expect(this.script.told(KernelEvent.Warn)).toEqual([]);
    expect(this.script.told(KernelEvent.CounterOutOfRange)).toEqual([]);
  }

  expectAsAtStart(): void {
    expect(this.installed).toBe(0);
    expect(this.setAside).toBeGreaterThanOrEqual(this.aside);
    this.expectAccounted(0);
    this.expectQuiet();
  }
}

/** Any number of control pages, in the first region, which the pairs share with them. */
const FIRST_FIT: KernelSettings = { placement: "first-fit", memory: { contended: [FIRST_REGION, Y] } };

function guest(region: number, index = 0): number {
  return region * PTRS_PER_PMD + 300 + index;
}

const PAIRS = [
  [0, 0],
  [0, 1],
  [1, 2],
  [2, 2],
] as const;

/** The tests, by name. */
const suite = {
  "get installs the pair, put removes it, wherever the pair lies"(design: Design): void {
    for (const places of PAIRS) {
      const bench = new Bench(design, { unorderedPairs: false }, places);
      expect(bench.get(guest(X))).toBe(0);
      expect([bench.isInstalled(X), bench.isInstalled(Y)]).toEqual([true, false]);
      bench.expectAccounted(0);
      bench.put(guest(X));
      bench.expectAsAtStart();
    }
  },

  "a page in use is found at 4 KiB by the module"(design: Design): void {
    const bench = new Bench(design);
    const page = bench.alloc();
    const { kernel, helpers } = bench;
    const bounds = { cpus: 1, rounds: 1, regions: 2, placement: "adversarial", allocFailures: 0, use: "rdmd" } as const;
    perform(kernel, use({ kernel, design, helpers, bounds }, page), bench.script);
    expect(bench.script.events.filter(({ code }) => code === KernelEvent.Used)).toEqual([
      { code: KernelEvent.Used, detail: TDX_SUCCESS, extra: 0 },
    ]);
    bench.free(page);
    bench.expectAsAtStart();
  },

  "alloc gives pages that differ, free takes them back"(design: Design): void {
    const bench = new Bench(design, FIRST_FIT);
    const pages = [bench.alloc(), bench.alloc(), bench.alloc()];
    expect(pages).not.toContain(NULL_PAGE);
    expect(new Set(pages).size).toBe(3);
    bench.expectAccounted(3);
    for (const page of pages) bench.free(page);
    bench.expectAsAtStart();
  },

  "free may be called with null"(design: Design): void {
    const bench = new Bench(design);
    const before = bench.kernel.words.mark();
    bench.free(NULL_PAGE);
    expect(bench.kernel.words.mark()).toBe(before);
    expect(bench.script.events).toEqual([]);
  },

  "users are counted: the first installs the pair, the last removes it"(design: Design): void {
    const step = fc.record({ region: fc.constantFrom(FIRST_REGION, Y), take: fc.boolean(), page: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 24 }), (steps) => {
        const bench = new Bench(design, FIRST_FIT);
        const { refcount } = bench.helpers;
        const references = new Map([
          [FIRST_REGION, 0],
          [Y, 0],
        ]);
        const pages: Page[] = [];
        const users = (region: number): number =>
          (references.get(region) as number) + pages.filter((page) => regionOf(bench.pfn(page)) === region).length;
        for (const { region, take, page } of steps) {
          if (page) {
            if (take && pages.length < 8) pages.push(bench.alloc());
            else if (pages.length > 0) bench.free(pages.pop() as Page);
          } else {
            const held = references.get(region) as number;
            if (take) expect(bench.get(guest(region, held))).toBe(0);
            else if (held > 0) bench.put(guest(region, held - 1));
            references.set(region, Math.max(0, held + (take ? 1 : -1)));
          }
          for (const each of [FIRST_REGION, Y]) {
            expect(bench.isInstalled(each)).toBe(users(each) > 0);
            if (refcount !== undefined) expect(bench.kernel.words.read(refcount(each))).toBe(users(each));
          }
          bench.expectAccounted(pages.length);
        }
        bench.expectQuiet();
        for (const page of pages) bench.free(page);
        for (const [region, held] of references) for (let i = 0; i < held; i++) bench.put(guest(region, i));
        bench.expectAsAtStart();
      }),
      { numRuns: 25 },
    );
  },

  "an allocation that fails, the first or any other, leaks nothing and is -ENOMEM"(design: Design): void {
    const regions = [0, 1, 2, 3, 4, 5].map((index) => X + index);
    let failures = 0;
    for (let failing = 0; failing < 18; failing++) {
      const bench = new Bench(design, { memory: { contended: regions }, failures: 1 });
      bench.script.choose = (label, _alternatives, from) => {
        if (label !== "the allocation fails") return from;
        return bench.script.asked.push({ label, alternatives: 2, from }) === failing + 1 ? 1 : 0;
      };
      const held: number[] = [];
      for (const region of regions) {
        const before = bench.script.told(KernelEvent.AllocationFailed).length;
        const result = bench.get(guest(region));
        const failed = bench.script.told(KernelEvent.AllocationFailed).length > before;
        expect(result).toBe(failed ? -ENOMEM : 0);
        if (failed) failures++;
        else held.push(region);
        bench.expectAccounted(0);
        expect(bench.isInstalled(region)).toBe(!failed);
      }
      const page = bench.alloc();
      const pages = page === NULL_PAGE ? 0 : 1;
      bench.expectAccounted(pages);
      bench.free(page);
      for (const region of held) bench.put(guest(region));
      bench.expectAsAtStart();
    }
    expect(failures).toBeGreaterThan(0);
  },

  "an allocation that fails makes tdx_alloc_page return null, and leaks nothing"(design: Design): void {
    let nulls = 0;
    for (let failing = 0; failing < 4; failing++) {
      const bench = new Bench(design, { failures: 1 });
      let asked = 0;
      bench.script.choose = (label, _alternatives, from) =>
        label === "the allocation fails" && asked++ === failing ? 1 : from;
      const page = bench.alloc();
      const failed = bench.script.told(KernelEvent.AllocationFailed).length > 0;
      expect(page === NULL_PAGE).toBe(failed);
      if (failed) nulls++;
      bench.expectAccounted(failed ? 0 : 1);
      bench.free(page);
      bench.expectAsAtStart();
    }
    expect(nulls).toBeGreaterThan(0);
  },

  "with a cache, get never makes an allocation that sleeps"(design: Design): void {
    const bench = new Bench(design);
    const { kernel, script } = bench;
    const cache = pamtCache(kernel);
    expect(perform(kernel, tdxTopupPamtCache(kernel, cache, 5), script)).toBe(0);
    const topped = script.told(KernelEvent.Allocate).length;
    for (const region of [X, Y, X]) {
      expect(perform(kernel, bench.helpers.tdxPamtGet(guest(region), cache), script)).toBe(0);
    }
    expect(script.told(KernelEvent.Allocate).slice(topped)).not.toContain(1);
    perform(kernel, tdxFreePamtCache(kernel, cache), script);
    bench.expectAccounted(0);
    for (const region of [X, Y, X]) bench.put(guest(region));
    bench.expectAsAtStart();
  },

  "without Dynamic PAMT nothing is done, and that succeeds"(design: Design): void {
    const bench = new Bench(design, { dynamicPamt: false });
    const before = [bench.kernel.words.fingerprintLow, bench.kernel.words.fingerprintHigh];
    const live = bench.kernel.livePages;
    expect(bench.get(guest(X))).toBe(0);
    bench.put(guest(X));
    expect(bench.script.events).toEqual([]);
    const page = bench.alloc();
    expect(page).not.toBe(NULL_PAGE);
    expect(bench.kernel.livePages).toBe(live + 1);
    bench.free(page);
    expect(bench.script.told(KernelEvent.SeamcallReturned)).toEqual([]);
    expect([bench.kernel.words.fingerprintLow, bench.kernel.words.fingerprintHigh]).toEqual(before);
    bench.expectQuiet();
  },

  "calls of the module on the way are ADD for the first user and REMOVE for the last"(design: Design): void {
    const bench = new Bench(design);
    const calls = (): number[] => bench.script.told(KernelEvent.SeamcallReturned);
    bench.get(guest(X));
    bench.get(guest(X, 1));
    expect(calls()).toEqual([Leaf.PhymemPamtAdd]);
    bench.put(guest(X));
    expect(calls()).toEqual([Leaf.PhymemPamtAdd]);
    bench.put(guest(X, 1));
    expect(calls()).toEqual([Leaf.PhymemPamtAdd, Leaf.PhymemPamtRemove]);
    bench.expectAsAtStart();
  },
};

type TestName = keyof typeof suite;
const names = Object.keys(suite) as TestName[];

const NO_PAIRS = "has no pairs: the 4 KiB level is there from the start";
const NO_COUNTS = "keeps no counts: it asks the module, which only knows pages in use, not users";

/** Tests that a design cannot pass, and why. */
const exceptions: Readonly<Record<string, Readonly<Partial<Record<TestName, string>>>>> = {
  "static-pamt": {
    "get installs the pair, put removes it, wherever the pair lies": NO_PAIRS,
    "users are counted: the first installs the pair, the last removes it": NO_PAIRS,
    "an allocation that fails, the first or any other, leaks nothing and is -ENOMEM": NO_PAIRS,
    "calls of the module on the way are ADD for the first user and REMOVE for the last": NO_PAIRS,
  },
  lazy: {
    "users are counted: the first installs the pair, the last removes it": NO_COUNTS,
    "calls of the module on the way are ADD for the first user and REMOVE for the last": NO_COUNTS,
  },
};

describe.each(designs.map((design) => [design.name, design] as const))("%s alone", (name, design) => {
  it.each(names)("%s", (test) => {
    const reason = exceptions[name]?.[test];
    if (reason === undefined) suite[test](design);
    else expect(() => suite[test](design), `it passes now, so this is no reason: ${reason}`).toThrow();
  });
});

describe("exceptions", () => {
  it("name designs and give reasons", () => {
    for (const [name, tests] of Object.entries(exceptions)) {
      expect(designByName(name)).toBeDefined();
      for (const reason of Object.values(tests)) expect(reason.length).toBeGreaterThan(20);
    }
  });
});

describe("the list of designs", () => {
  it("has names that differ, and finds each by its name", () => {
    expect(new Set(designs.map(({ name }) => name)).size).toBe(designs.length);
    for (const design of designs) expect(designByName(design.name)).toBe(design);
    expect(designByName("no such design")).toBeUndefined();
  });

  it("says of each where it comes from and how it works", () => {
    for (const { origin, summary } of designs) {
      expect(origin.length).toBeGreaterThan(5);
      expect(summary.length).toBeGreaterThan(20);
    }
  });
});

describe("a put that the module refuses", () => {
  it.each(designs.filter(({ staticPamt }) => staticPamt !== true).map((design) => [design.name, design] as const))(
    "%s keeps its books when nobody uses the region",
    (_name, design) => {
      const bench = new Bench(design);
      bench.put(guest(X));
      bench.expectAccounted(0);
      expect(bench.isInstalled(X)).toBe(false);
      expect(bench.script.told(KernelEvent.PageMisused)).toEqual([]);
    },
  );
});
