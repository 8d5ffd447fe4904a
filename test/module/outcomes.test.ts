/**
 * What two processors can get when their calls really overlap, explored to the end. Every outcome that
 * was observed on the module's own code must be reachable, and the outcomes reached beyond those are
 * pinned; `docs/outcomes.md` says for each of them which rule makes it possible.
 */
import { describe, expect, it } from "vitest";
import { Leaf } from "../../src/abi/index.js";
import { read } from "../support/repository.js";
import { A, B, C, D, PAGE, type TestHost } from "./support/host.js";
import { type Call, explore, type Overlap } from "./support/overlap.js";
import { buildTd, pamtPage, TDR, TDVPR } from "./support/td.js";

const add = (region: number, page0: number, page1: number): Call => ({
  leaf: Leaf.PhymemPamtAdd,
  inputs: { rcx: region + 1, rdx: page0, r8: page1 },
});
const remove = (region: number): Call => ({ leaf: Leaf.PhymemPamtRemove, inputs: { rcx: region + 1 } });
const rdmd = (page: number): Call => ({ leaf: Leaf.PhymemPageRdmd, inputs: { rcx: page } });
const aug = (gpa: number, page: number): Call => ({ leaf: Leaf.MemPageAug, inputs: { rcx: gpa, rdx: TDR, r8: page } });
const addPage = (gpa: number, page: number): Call => ({
  leaf: Leaf.MemPageAdd,
  inputs: { rcx: gpa, rdx: TDR, r8: page },
});
const removePage = (gpa: number): Call => ({ leaf: Leaf.MemPageRemove, inputs: { rcx: gpa, rdx: TDR } });

/** The TD is initialised, so that its pages can be removed without being blocked first. Regions A and B have pairs. */
const building = (host: TestHost): void => buildTd(host, { runnable: false });

interface Scenario {
  readonly overlap: Overlap;
  /** Observed on the module's own code. */
  readonly observed: readonly string[];
  /** Reached in the model only. */
  readonly further: readonly string[];
  /** What the rules exclude, whatever else may come to be reached. */
  readonly never: RegExp;
}

/** S4 and S8 are the same calls. Pages 2 and 3 are those of the pair that `buildTd` gave region B. */
const takeAndGiveBack: Overlap = {
  prepare: building,
  loops: [
    [aug(0, B), removePage(0)],
    [remove(B), add(B, pamtPage(2), pamtPage(3))],
  ],
};

const observedInS4 = [
  "0 PAGE.AUG SUCCESS",
  "0 PAGE.AUG OPERAND_BUSY | R8",
  "0 PAGE.AUG MISSING_PAMT_PAGE_PAIR | R8",
  "0 PAGE.REMOVE SUCCESS",
  "1 PAMT.REMOVE SUCCESS",
  "1 PAMT.REMOVE PAMT_PAGE_NOT_EMPTY | 0",
  "1 PAMT.REMOVE OPERAND_BUSY | RCX",
  "0 fatal 201",
  "1 fatal 343",
];

const furtherInS4 = [
  "0 PAGE.REMOVE EPT_ENTRY_STATE_INCORRECT | RCX",
  "1 PAMT.REMOVE NO_PAMT_PAGE_PAIR | RCX",
  "1 PAMT.ADD SUCCESS",
  "1 PAMT.ADD OPERAND_BUSY | RCX",
  "1 PAMT.ADD HPA_RANGE_NOT_FREE | RCX",
  "0 silent write",
];

const scenarios: Readonly<Record<string, Scenario>> = {
  "S1: PAMT.ADD and PAMT.REMOVE of X with pages in Y, and of Y with pages elsewhere": {
    overlap: {
      loops: [
        [add(B, C, C + PAGE), remove(B)],
        [add(C, pamtPage(0), pamtPage(1)), remove(C)],
      ],
    },
    observed: [
      "0 PAMT.ADD SUCCESS",
      "0 PAMT.ADD OPERAND_BUSY | RDX",
      "0 PAMT.REMOVE SUCCESS",
      "0 PAMT.REMOVE NO_PAMT_PAGE_PAIR | RCX",
      "1 PAMT.ADD SUCCESS",
      "1 PAMT.ADD OPERAND_BUSY | RCX",
      "1 PAMT.ADD HPA_RANGE_NOT_FREE | RCX",
      "1 PAMT.REMOVE SUCCESS",
      "1 PAMT.REMOVE OPERAND_BUSY | RCX",
    ],
    further: ["1 PAMT.REMOVE NO_PAMT_PAGE_PAIR | RCX"],
    never: /^0 .*BUSY \| RCX|PAGE_NOT_FREE|NOT_EMPTY|fatal|silent/,
  },
  "S2: PAMT.ADD and PAMT.REMOVE of X with pages in Y, and MNG.CREATE of a page in Y, which has no pair": {
    overlap: {
      loops: [[add(B, C, C + PAGE), remove(B)], [{ leaf: Leaf.MngCreate, inputs: { rcx: C + 2 * PAGE, rdx: 34 } }]],
    },
    observed: [
      "0 PAMT.ADD SUCCESS",
      "0 PAMT.ADD OPERAND_BUSY | RDX",
      "0 PAMT.REMOVE SUCCESS",
      "1 MNG.CREATE MISSING_PAMT_PAGE_PAIR | RCX",
      "1 MNG.CREATE OPERAND_BUSY | RCX",
    ],
    further: ["0 PAMT.REMOVE NO_PAMT_PAGE_PAIR | RCX"],
    never: /MNG.CREATE SUCCESS|^0 .*BUSY \| (RCX|R8)|fatal|silent/,
  },
  "S3: PAMT.ADD and PAMT.REMOVE of X with pages inside X, and PAGE.RDMD of a page in X": {
    overlap: { loops: [[add(B, B, B + PAGE), remove(B)], [rdmd(B)]] },
    observed: ["0 PAMT.ADD SUCCESS", "0 PAMT.REMOVE SUCCESS", "1 PAGE.RDMD SUCCESS", "1 PAGE.RDMD OPERAND_BUSY | RCX"],
    further: [
      "0 PAMT.ADD OPERAND_BUSY | RCX",
      "0 PAMT.ADD HPA_RANGE_NOT_FREE | RCX",
      "0 PAMT.REMOVE OPERAND_BUSY | RCX",
      "0 PAMT.REMOVE NO_PAMT_PAGE_PAIR | RCX",
    ],
    never: /\| (RDX|R8)$|NOT_EMPTY|fatal|silent/,
  },
  "S4: PAGE.AUG and PAGE.REMOVE of a page in X, and PAMT.REMOVE and PAMT.ADD of X": {
    overlap: takeAndGiveBack,
    observed: observedInS4,
    further: furtherInS4,
    never: /^0 .*BUSY \| (RCX|RDX)|NOT_EMPTY \| 1|PAGE_NOT_FREE|fatal 1/,
  },
  "S5: PAMT.ADD and PAMT.REMOVE of a region with pages in A, and calls that name a TDR in A": {
    overlap: {
      prepare: building,
      loops: [
        [add(C, A + 20 * PAGE, A + 21 * PAGE), remove(C)],
        // They hold the TDR shared, and PAGE.ADD exclusively.
        [rdmd(TDR), aug(0, B), removePage(0), addPage(0, B), removePage(0)],
      ],
    },
    observed: [
      "0 PAMT.ADD SUCCESS",
      "0 PAMT.REMOVE SUCCESS",
      "1 PAGE.RDMD SUCCESS",
      "1 PAGE.AUG SUCCESS",
      "1 PAGE.REMOVE SUCCESS",
      "1 PAGE.ADD SUCCESS",
    ],
    further: [],
    never: /^(?!.* SUCCESS$)/,
  },
  "S6: PAMT.ADD of X and of Z with the same two pages": {
    overlap: {
      loops: [
        [add(B, pamtPage(0), pamtPage(1)), remove(B)],
        [add(D, pamtPage(0), pamtPage(1)), remove(D)],
      ],
    },
    observed: [
      "0 PAMT.ADD SUCCESS",
      "0 PAMT.ADD PAGE_NOT_FREE | RDX",
      "1 PAMT.ADD SUCCESS",
      "1 PAMT.ADD PAGE_NOT_FREE | RDX",
    ],
    further: [
      "0 PAMT.ADD PAGE_NOT_FREE | R8",
      "0 PAMT.REMOVE SUCCESS",
      "0 PAMT.REMOVE NO_PAMT_PAGE_PAIR | RCX",
      "1 PAMT.ADD PAGE_NOT_FREE | R8",
      "1 PAMT.REMOVE SUCCESS",
      "1 PAMT.REMOVE NO_PAMT_PAGE_PAIR | RCX",
    ],
    never: /BUSY|fatal|silent/,
  },
  "S7: PAGE.AUG and PAGE.REMOVE of two pages in X, by one TD": {
    overlap: {
      prepare: building,
      loops: [
        [aug(0, B), removePage(0)],
        [aug(PAGE, B + PAGE), removePage(PAGE)],
      ],
    },
    observed: ["0 PAGE.AUG SUCCESS", "0 PAGE.REMOVE SUCCESS", "1 PAGE.AUG SUCCESS", "1 PAGE.REMOVE SUCCESS"],
    further: [],
    never: /^(?!.* SUCCESS$)/,
  },
  "S8: as S4, and the host writes to the pages that it gets back": {
    overlap: { ...takeAndGiveBack, hostWrites: true },
    observed: [...observedInS4, "0 silent write over what the host wrote"],
    further: furtherInS4,
    never: /^0 .*BUSY \| (RCX|RDX)|NOT_EMPTY \| 1|PAGE_NOT_FREE|fatal 1/,
  },
};

const both = (...outcomes: string[]): string[] => outcomes.flatMap((outcome) => [`0 ${outcome}`, `1 ${outcome}`]);

describe.each(Object.entries(scenarios))("%s", (_title, { overlap, observed, further, never }) => {
  const { outcomes, unexpected, states } = explore(overlap);

  it("reaches what was observed, and what else is pinned", () => {
    expect(outcomes).toEqual(expect.arrayContaining([...observed]));
    expect(outcomes).toEqual([...observed, ...further].sort());
    expect(unexpected).toEqual([]);
  });

  it("never shows what the rules exclude", () => {
    expect(outcomes.filter((outcome) => never.test(outcome))).toEqual([]);
  });

  it("reaches the same with every step a scheduling point", () => {
    const slow = explore(overlap, { protectedSteps: false });
    expect(slow.outcomes).toEqual(outcomes);
    expect(slow.unexpected).toEqual([]);
    expect(slow.states).toBeGreaterThan(2 * states);
  });

  it("reaches the same when freed entries keep their stale bits", () => {
    expect(explore(overlap, { keepLeftovers: true }).outcomes).toEqual(outcomes);
  });
});

describe("beside these", () => {
  it("one page of the two in Y is enough for S1", () => {
    const { outcomes } = explore({
      loops: [
        [add(B, pamtPage(2), C), remove(B)],
        [add(C, pamtPage(0), pamtPage(1)), remove(C)],
      ],
    });
    expect(outcomes.filter((outcome) => /BUSY/.test(outcome))).toEqual([
      "0 PAMT.ADD OPERAND_BUSY | R8",
      "1 PAMT.ADD OPERAND_BUSY | RCX",
      "1 PAMT.REMOVE OPERAND_BUSY | RCX",
    ]);
  });

  it("the level that RDMD asks for makes no difference in S3", () => {
    const change = [add(B, B, B + PAGE), remove(B)];
    const region = explore({ loops: [change, [rdmd(B + 1)]] });
    expect(region.outcomes).toEqual(explore({ loops: [change, [rdmd(B)]] }).outcomes);
  });

  it("without a PAMT.REMOVE the loser of S6 learns it from the first page", () => {
    const { outcomes } = explore({
      loops: [[add(B, pamtPage(0), pamtPage(1))], [add(D, pamtPage(0), pamtPage(1))]],
    });
    expect(outcomes).toEqual(
      both("PAMT.ADD SUCCESS", "PAMT.ADD PAGE_NOT_FREE | RDX", "PAMT.ADD HPA_RANGE_NOT_FREE | RCX").sort(),
    );
  });

  it("a running vCPU keeps PAMT.REMOVE of its region busy", () => {
    const enter: Call = { leaf: Leaf.VpEnter, inputs: { rcx: TDVPR } };
    const { outcomes } = explore({ prepare: buildTd, loops: [[enter], [remove(A)]] });
    expect(outcomes).toEqual([
      "0 VP.ENTER OPERAND_BUSY | RCX",
      "0 VP.ENTER SUCCESS",
      "1 PAMT.REMOVE OPERAND_BUSY | RCX",
      "1 PAMT.REMOVE PAMT_PAGE_NOT_EMPTY | 0",
    ]);
  });
});

describe("docs/outcomes.md", () => {
  const sections = read("docs/outcomes.md").split(/^## /m);

  it.each(Object.entries(scenarios))("lists %s", (title, { observed, further }) => {
    const section = sections.find((text) => text.startsWith(title.slice(0, 3))) ?? "";
    const rows = [...section.matchAll(/^\| `(.+)` \| (yes|no) \|/gm)];
    const listed = (seen: string): string[] =>
      rows.flatMap((row) => (row[2] === seen ? [(row[1] as string).replace("\\|", "|")] : [])).sort();
    expect(listed("yes")).toEqual([...observed].sort());
    expect(listed("no")).toEqual([...further].sort());
  });
});
