/** Tests of what the counterexample view draws beside steps: calls, what meets what, the race as a whole, zooms. */
import { describe, expect, it } from "vitest";
import { Leaf, Operand, TDX_NO_PAMT_PAGE_PAIR, TDX_OPERAND_BUSY, TDX_SUCCESS } from "../../src/abi/index.js";
import type { HostLock, KnownAction, Step } from "../../src/check/index.js";
import { leafFact, statusFact } from "../../src/check/trace/codes.js";
import { type CallRow, callRowsOf } from "../../web/view/calls.js";
import { meetingsOf } from "../../web/view/meetings.js";
import {
  addressOfStep,
  failureOf,
  layoutOf,
  rowAtHeight,
  rowOfStep,
  stepOfAddress,
  zoomOfAddress,
} from "../../web/view/model.js";
import { overviewOf } from "../../web/view/overview-model.js";
import { zoomBeside, zoomFor } from "../../web/view/zoom.js";
import { counterexampleOf, doing, failureIn, resultOf, step } from "./support/results.js";

const leaf = leafFact(Leaf.PhymemPamtAdd);
const put: KnownAction = { kind: "call", of: "helper", helper: "tdx_pamt_put", page: 0x1000 };
const add: KnownAction = { kind: "call", of: "seamcall", leaf, operands: [] };
const putReturns: KnownAction = { kind: "return", of: "helper", helper: "tdx_pamt_put" };
const PUT = "tdx_pamt_put(0x1000)";
const ADD = "TDH.PHYMEM.PAMT.ADD()";

function returned(status: number): KnownAction {
  return { kind: "return", of: "seamcall", leaf, status: statusFact(status) };
}

function counts(before: number, after: number): KnownAction {
  const changed = before !== after;
  return { kind: "word", operation: "atomic_dec", word: "count of A", role: "count", before, after, changed };
}

const lock: HostLock = { cpu: 0, name: "pamt_lock", of: "kernel", mode: "exclusive" };

/** CPU0 begins a put, CPU1 makes one, CPU0 goes on. */
const race: readonly Step[] = [
  doing(0, put),
  doing(0, counts(1, 0), { calls: [PUT], scene: { locks: [lock] } }),
  doing(1, put),
  doing(1, add, { calls: [PUT] }),
  step(1, "acquire", { calls: [PUT, ADD], visible: false }),
  doing(1, returned(TDX_SUCCESS), { calls: [PUT] }),
  doing(1, counts(0, 1), { calls: [PUT] }),
  doing(1, putReturns),
  doing(0, add, { calls: [PUT], scene: { locks: [] } }),
  doing(0, returned(TDX_NO_PAMT_PAGE_PAIR | Operand.Rcx), { calls: [PUT] }),
];

const told = ({ cpu, first, last, shown, goesOn, entries }: CallRow): unknown => [
  cpu,
  [first, last, shown],
  goesOn,
  entries.map(({ text, status }) => (status === undefined ? text : `${text} ${status.code}`)),
];

describe("calls", () => {
  it("have a row for each stretch of a CPU in one helper, with its SEAMCALLs and counts", () => {
    expect(callRowsOf(race).map(told)).toEqual([
      [0, [0, 1, 1], false, ["count of A: 1 → 0"]],
      [1, [2, 7, 7], false, ["PAMT.ADD TDX_SUCCESS", "count of A: 0 → 1"]],
      [0, [8, 9, 9], true, ["PAMT.ADD TDX_NO_PAMT_PAGE_PAIR"]],
    ]);
    expect(callRowsOf(race)[2]).toMatchObject({ title: PUT, name: "tdx_pamt_put" });
  });

  it("begin anew where the same helper is called again", () => {
    const twice = [doing(0, put), doing(0, putReturns), doing(0, put), doing(0, putReturns)];
    expect(callRowsOf(twice).map(told)).toEqual([
      [0, [0, 1, 1], false, []],
      [0, [2, 3, 3], false, []],
    ]);
  });

  it("of a flow are its helpers and SEAMCALLs, and what lies between them", () => {
    const flow = { kind: "call", of: "other", name: "fault" } as const;
    const rows = callRowsOf([
      doing(0, flow),
      doing(0, put, { calls: ["fault"] }),
      doing(0, putReturns, { calls: ["fault"] }),
      step(0, "between", { calls: ["fault"] }),
      doing(0, add, { calls: ["fault"] }),
      step(0, "acquire", { calls: ["fault", ADD] }),
      doing(0, returned(TDX_OPERAND_BUSY), { calls: ["fault"] }),
    ]);
    expect(rows.map(({ title, goesOn, status }) => [title, goesOn, status?.code])).toEqual([
      ["fault", false, undefined],
      [PUT, false, undefined],
      ["fault", true, undefined],
      [ADD, false, "TDX_OPERAND_BUSY"],
    ]);
  });

  it("say what went wrong: waits, errors, and a SEAMCALL that has not returned", () => {
    const wait: KnownAction = { kind: "wait", for: "word", operation: "spin_lock", word: "pamt_lock" };
    const failed: KnownAction = { kind: "return", of: "helper", helper: "tdx_alloc_page", value: -12 };
    const rows = callRowsOf([doing(0, put), doing(0, add, { calls: [PUT] }), doing(1, wait), doing(1, failed)]);
    expect(rows.map(told)).toEqual([
      [0, [0, 1, 1], false, ["PAMT.ADD"]],
      [1, [2, 3, 3], false, ["waits in spin_lock(pamt_lock)", "tdx_alloc_page returns ERR_PTR(-12)"]],
    ]);
  });

  it("count what they have no room for", () => {
    const many = Array.from({ length: 20 }, (_, index) => doing(0, counts(index, index + 1), { calls: [PUT] }));
    const [row] = callRowsOf([doing(0, put), ...many]);
    expect(row?.entries).toHaveLength(7);
    expect(row?.entries.at(-1)).toEqual({ kind: "more", text: "and 14 more" });
  });

  it("of steps that nobody could notice have a row only where there is no other", () => {
    const hidden = step(1, "choice", { visible: false });
    expect(callRowsOf([doing(0, put), hidden])).toHaveLength(1);
    expect(callRowsOf([hidden])).toHaveLength(1);
    expect(callRowsOf([])).toEqual([]);
  });

  it("of early-drop are seven, and the last one is where it breaks", async () => {
    const counterexample = failureIn(await resultOf("early-drop"));
    const { rows } = layoutOf(counterexample, "calls");
    expect(rows.map(({ call }) => [call?.cpu, call?.name, call?.goesOn])).toEqual([
      [0, "tdx_alloc_page", false],
      [0, "TDH.PHYMEM.PAGE.RDMD", false],
      [0, "tdx_free_page", false],
      [1, "tdx_alloc_page", false],
      [1, "TDH.PHYMEM.PAGE.RDMD", false],
      [1, "tdx_free_page", false],
      [0, "tdx_free_page", true],
    ]);
    expect(rows.at(-1)?.index).toBe(failureOf(counterexample) - 1);
  });
});

describe("rows of calls", () => {
  const layout = layoutOf(counterexampleOf(race), "calls");

  it("stand for all steps of their calls", () => {
    expect(race.map((_, index) => rowOfStep(layout, index))).toEqual([0, 0, 1, 1, 1, 1, 1, 1, 2, 2]);
  });

  it("lie one below the other, as high as what they say", () => {
    const { rows, height } = layout;
    expect(rows.map(({ top, height }) => [top, height])).toEqual([
      [0, 13],
      [13, 18],
      [31, 18],
    ]);
    expect(height).toBe(49);
    expect([0, 12, 13, 30, 31, 1000].map((at) => rowAtHeight(layout, at))).toEqual([0, 0, 1, 1, 2, 2]);
  });

  it("have bars of locks that are held from one call to the next", () => {
    expect(layout.bars.map(({ from, to, lane }) => [from, to, lane])).toEqual([[0, 2, 0]]);
    const within = [doing(0, put, { scene: { locks: [lock] } }), doing(0, putReturns, { scene: { locks: [] } })];
    expect(layoutOf(counterexampleOf(within), "calls").bars).toEqual([]);
  });
});

describe("zooms", () => {
  const counterexample = counterexampleOf(race);

  it("of a step are the furthest that shows it", () => {
    expect([2, 3, 5, 8].map((number) => zoomFor(counterexample, number))).toEqual([
      "calls",
      "operations",
      "steps",
      "calls",
    ]);
    expect(zoomFor(counterexampleOf([]), 1)).toBe("steps");
  });

  it("end at both ends", () => {
    expect([zoomBeside("calls", -1), zoomBeside("calls", 1), zoomBeside("steps", 1)]).toEqual([
      "calls",
      "operations",
      "steps",
    ]);
  });

  it("stand in the address of a step", () => {
    const address = addressOfStep(17, 1, "operations");
    expect(address).toBe("#failure=2&step=17&zoom=operations");
    expect([stepOfAddress(address, 64), zoomOfAddress(address)]).toEqual([17, "operations"]);
    for (const hash of ["#step=17", "#step=17&zoom=near", "#zoom=calls"]) expect(zoomOfAddress(hash)).toBeUndefined();
    expect(stepOfAddress("#step=17&zoom=near", 64)).toBe(17);
  });
});

describe("what meets what", () => {
  it("leads from the row that stored a value to the one that finds it", () => {
    const layout = layoutOf(counterexampleOf(race), "operations");
    const found = meetingsOf(race, layout).flat();
    // CPU1 finds what CPU0 stored: step 7 that of step 2, which the rows show as they are.
    expect(found).toEqual([{ at: 5, to: 1, step: 6, earlier: 1, by: "value", isPlain: true }]);
    const [meeting] = meetingsOf(race, layoutOf(counterexampleOf(race), "calls")).flat();
    expect(meeting).toMatchObject({ at: 1, to: 0, isPlain: true });
  });

  it("is one of several between the same rows, and none within a row", () => {
    const steps = [
      doing(0, put),
      doing(0, counts(1, 0), { calls: [PUT] }),
      doing(1, put),
      doing(1, counts(0, 0), { calls: [PUT] }),
      doing(1, counts(0, 0), { calls: [PUT] }),
    ];
    const calls = meetingsOf(steps, layoutOf(counterexampleOf(steps), "calls"));
    expect(calls.flat().map(({ step }) => step)).toEqual([4]);
  });
});

describe("the race as a whole", () => {
  it("has calls, SEAMCALLs, locks and switches at their steps", () => {
    const { cpus, count, calls, seamcalls, locks, switches } = overviewOf(counterexampleOf(race));
    expect([cpus, count, switches]).toEqual([[0, 1], 10, [2, 8]]);
    expect(calls.map(({ lane, from, to, title }) => [lane, from, to, title])).toEqual([
      [0, 0, 1, PUT],
      [1, 2, 7, PUT],
      [0, 8, 9, `${PUT} goes on`],
    ]);
    expect(seamcalls.map(({ lane, from, to, kind, label }) => [lane, from, to, kind, label])).toEqual([
      [1, 3, 5, "good", "PAMT.ADD"],
      [0, 8, 9, "bad", "PAMT.ADD"],
    ]);
    expect(locks.map(({ lane, from, to, kind }) => [lane, from, to, kind])).toEqual([[0, 1, 8, "kernel exclusive"]]);
  });

  it("of very many steps has few enough shapes to draw, and none is lost at a failure", () => {
    const steps = Array.from({ length: 2000 }, () => race).flat();
    const { calls, seamcalls, locks, switches } = overviewOf(counterexampleOf(steps));
    for (const shapes of [calls, seamcalls, locks]) {
      expect(shapes.length).toBeGreaterThan(0);
      expect(shapes.length).toBeLessThan(4100);
    }
    expect(switches).toEqual([]);
    expect(seamcalls.some(({ kind }) => kind === "bad")).toBe(true);
  });
});
