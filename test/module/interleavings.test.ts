/**
 * What two processors can get when their calls really overlap: every outcome that was seen on the
 * module's own code must be reachable, and no other one may be.
 */
import { describe, expect, it } from "vitest";
import { Leaf } from "../../src/abi/index.js";
import { A, B, C, D, PAGE, TestHost } from "./support/host.js";
import { type Call, interleave, type Outcomes } from "./support/interleave.js";
import { addPair, buildTd, pamtPage, TDR } from "./support/td.js";

const RUNS = 150;
const STEPS = 1200;

type Loops = readonly [readonly Call[], readonly Call[]];

const add = (region: number, page0: number, page1: number): Call => ({
  leaf: Leaf.PhymemPamtAdd,
  inputs: { rcx: region + 1, rdx: page0, r8: page1 },
});
const remove = (region: number): Call => ({ leaf: Leaf.PhymemPamtRemove, inputs: { rcx: region + 1 } });
const aug = (gpa: number, page: number): Call => ({ leaf: Leaf.MemPageAug, inputs: { rcx: gpa, rdx: TDR, r8: page } });
const removePage = (gpa: number): Call => ({ leaf: Leaf.MemPageRemove, inputs: { rcx: gpa, rdx: TDR } });

const SHORT: Record<number, string> = {
  [Leaf.PhymemPamtAdd]: "ADD",
  [Leaf.PhymemPamtRemove]: "REMOVE",
  [Leaf.MngCreate]: "CREATE",
  [Leaf.PhymemPageRdmd]: "RDMD",
  [Leaf.MemPageAug]: "AUG",
  [Leaf.MemPageRemove]: "PAGE.REMOVE",
};

/** Outcomes over many orders, with short names. A host of its own for each run. */
function explore(
  prepare: (host: TestHost) => void,
  loops: Loops,
  options: { keepLeftovers?: boolean } = {},
  runs = RUNS,
): string[] {
  const all = new Set<string>();
  for (let seed = 0; seed < runs; seed++) {
    const host = new TestHost(options);
    prepare(host);
    const outcomes: Outcomes = new Set();
    interleave(host, loops, seed, STEPS, outcomes);
    for (const outcome of outcomes) {
      all.add(
        outcome
          .replace(/^(\d) (\d+)/, (_all, cpu: string, leaf: string) => `${cpu} ${SHORT[Number(leaf)]}`)
          .replace(/TDX_/, ""),
      );
    }
  }
  return [...all].sort();
}

const nothing = (): void => {};
/** The TD is initialised, so that its pages can be removed without being blocked first. */
const building = (host: TestHost): void => buildTd(host, { runnable: false });

describe("two processors", () => {
  it("S1: PAMT.ADD/REMOVE of X with pages in Y, and of Y with pages elsewhere", () => {
    expect(
      explore(nothing, [
        [add(B, C, C + PAGE), remove(B)],
        [add(C, pamtPage(0), pamtPage(1)), remove(C)],
      ]),
    ).toEqual([
      "0 ADD: OPERAND_BUSY | RDX",
      "0 ADD: SUCCESS",
      "0 REMOVE: NO_PAMT_PAGE_PAIR | RCX",
      "0 REMOVE: SUCCESS",
      "1 ADD: HPA_RANGE_NOT_FREE | RCX",
      "1 ADD: OPERAND_BUSY | RCX",
      "1 ADD: SUCCESS",
      "1 REMOVE: NO_PAMT_PAGE_PAIR | RCX",
      "1 REMOVE: OPERAND_BUSY | RCX",
      "1 REMOVE: SUCCESS",
    ]);
  });

  it("S2: PAMT.ADD/REMOVE of X with pages in Y, and MNG.CREATE of a page in Y, which has no pair", () => {
    expect(
      explore(nothing, [
        [add(B, C, C + PAGE), remove(B)],
        [{ leaf: Leaf.MngCreate, inputs: { rcx: C + 2 * PAGE, rdx: 34 } }],
      ]),
    ).toEqual([
      "0 ADD: OPERAND_BUSY | RDX",
      "0 ADD: SUCCESS",
      "0 REMOVE: NO_PAMT_PAGE_PAIR | RCX",
      "0 REMOVE: SUCCESS",
      "1 CREATE: MISSING_PAMT_PAGE_PAIR | RCX",
      "1 CREATE: OPERAND_BUSY | RCX",
    ]);
  });

  it("S3: PAMT.ADD/REMOVE of X with pages inside X, and RDMD of X", () => {
    expect(
      explore(nothing, [[add(B, B, B + PAGE), remove(B)], [{ leaf: Leaf.PhymemPageRdmd, inputs: { rcx: B } }]]),
    ).toEqual([
      "0 ADD: HPA_RANGE_NOT_FREE | RCX",
      "0 ADD: OPERAND_BUSY | RCX",
      "0 ADD: SUCCESS",
      "0 REMOVE: NO_PAMT_PAGE_PAIR | RCX",
      "0 REMOVE: OPERAND_BUSY | RCX",
      "0 REMOVE: SUCCESS",
      "1 RDMD: OPERAND_BUSY | RCX",
      "1 RDMD: SUCCESS",
    ]);
  });

  for (const keepLeftovers of [true, false]) {
    it(`S4, S8: AUG and PAGE.REMOVE of a page in X, and PAMT.REMOVE and ADD of X (leftovers ${keepLeftovers})`, () => {
      const seen = explore(
        building,
        [
          [aug(0, B), removePage(0)],
          [remove(B), add(B, pamtPage(2), pamtPage(3))],
        ],
        { keepLeftovers },
        // The windows are a few steps wide.
        RUNS * 5,
      );
      const must = [
        "0 AUG: MISSING_PAMT_PAGE_PAIR | R8",
        "0 AUG: OPERAND_BUSY | R8",
        "0 AUG: SUCCESS",
        "0 PAGE.REMOVE: SUCCESS",
        "1 ADD: SUCCESS",
        "1 REMOVE: OPERAND_BUSY | RCX",
        "1 REMOVE: PAMT_PAGE_NOT_EMPTY | 0",
        "1 REMOVE: SUCCESS",
        "fatal 201",
        "fatal 343",
        "silent write",
      ];
      expect(seen).toEqual(expect.arrayContaining(must));
      const may = [
        ...must,
        "0 AUG: module shutdown (the call never returned)",
        "0 PAGE.REMOVE: module shutdown (the call never returned)",
        "1 REMOVE: module shutdown (the call never returned)",
        // The page is not mapped when its AUG had failed.
        "0 PAGE.REMOVE: EPT_ENTRY_STATE_INCORRECT | RCX",
        // The pair is still there, or is gone already, when the call before had failed.
        "1 ADD: HPA_RANGE_NOT_FREE | RCX",
        "1 ADD: OPERAND_BUSY | RCX",
        "1 REMOVE: NO_PAMT_PAGE_PAIR | RCX",
      ];
      expect(seen.filter((outcome) => !may.includes(outcome))).toEqual([]);
    });
  }

  it("S5: PAMT.ADD/REMOVE of a region with pages in A, and calls that name a TDR in A", () => {
    expect(
      explore(building, [
        [add(C, A + 20 * PAGE, A + 21 * PAGE), remove(C)],
        [{ leaf: Leaf.PhymemPageRdmd, inputs: { rcx: TDR } }, aug(0, B), removePage(0)],
      ]),
    ).toEqual(["0 ADD: SUCCESS", "0 REMOVE: SUCCESS", "1 AUG: SUCCESS", "1 PAGE.REMOVE: SUCCESS", "1 RDMD: SUCCESS"]);
  });

  it("S6: PAMT.ADD of X and of Z with the same pages: the loser learns it from the bitmap, never BUSY", () => {
    expect(
      explore(nothing, [
        [add(B, pamtPage(0), pamtPage(1)), remove(B)],
        [add(D, pamtPage(0), pamtPage(1)), remove(D)],
      ]),
    ).toEqual(
      [
        "0 ADD: PAGE_NOT_FREE | RDX",
        // Second page only: the other processor's REMOVE had cleared the first bit and not yet the second.
        "0 ADD: PAGE_NOT_FREE | R8",
        "0 ADD: SUCCESS",
        "0 REMOVE: NO_PAMT_PAGE_PAIR | RCX",
        "0 REMOVE: SUCCESS",
        "1 ADD: PAGE_NOT_FREE | RDX",
        "1 ADD: PAGE_NOT_FREE | R8",
        "1 ADD: SUCCESS",
        "1 REMOVE: NO_PAMT_PAGE_PAIR | RCX",
        "1 REMOVE: SUCCESS",
      ].sort(),
    );
  });

  it("S7: AUG and PAGE.REMOVE of two pages in one region, by one TD", () => {
    expect(
      explore(building, [
        [aug(0, B), removePage(0)],
        [aug(PAGE, B + PAGE), removePage(PAGE)],
      ]),
    ).toEqual(["0 AUG: SUCCESS", "0 PAGE.REMOVE: SUCCESS", "1 AUG: SUCCESS", "1 PAGE.REMOVE: SUCCESS"]);
  });

  it("a running vCPU keeps PAMT.REMOVE of its region busy", () => {
    const host = new TestHost();
    buildTd(host);
    addPair(host, C, 4);
    const outcomes: Outcomes = new Set();
    const enter: Call = { leaf: Leaf.VpEnter, inputs: { rcx: A + 7 * PAGE } };
    interleave(host, [[enter], [remove(A)]], 1, 4000, outcomes);
    expect([...outcomes].sort()).toEqual(
      [
        "0 0: TDX_OPERAND_BUSY | RCX",
        "0 0: TDX_SUCCESS",
        "1 59: TDX_OPERAND_BUSY | RCX",
        "1 59: TDX_PAMT_PAGE_NOT_EMPTY | 0",
      ].sort(),
    );
  });
});
