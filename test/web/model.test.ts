/** Tests of what the counterexample view draws: rows, blocks, bars, scenes, listings, addresses. */
import { describe, expect, it } from "vitest";
import { Leaf, Operand, TDX_OPERAND_BUSY, TDX_SUCCESS } from "../../src/abi/index.js";
import type { HostLock, HostRegion, KnownAction } from "../../src/check/index.js";
import { leafFact, statusFact } from "../../src/check/trace/codes.js";
import {
  addressOfId,
  addressOfStep,
  failureOf,
  failureOfAddress,
  idOfAddress,
  type Layout,
  layoutOf,
  rowOfStep,
  stepOfAddress,
} from "../../web/view/model.js";
import {
  changeListOf,
  changesOf,
  changesText,
  moduleLockText,
  namerOf,
  pairPagesIn,
  regionText,
  runsOf,
  runText,
  scenesOf,
  touchedRegions,
} from "../../web/view/scene-model.js";
import { listingOf, placesAt } from "../../web/view/source-model.js";
import { counterexampleOf, doing, emptyScene, failureIn, resultOf, step } from "./support/results.js";

const leaf = leafFact(Leaf.PhymemPamtAdd);
const CALL = "TDH.PHYMEM.PAMT.ADD(0x1, 0x2, 0x3)";
const called: KnownAction = { kind: "call", of: "seamcall", leaf, operands: ["0x1", "0x2", "0x3"] };

function returned(status: number): KnownAction {
  return { kind: "return", of: "seamcall", leaf, status: statusFact(status) };
}

const succeeded = returned(TDX_SUCCESS);
const busy = returned(TDX_OPERAND_BUSY | Operand.Rcx);

const kernelLock: HostLock = { cpu: 0, name: "pamt_lock", of: "kernel", mode: "exclusive" };
const shared: HostLock = { cpu: 0, name: "2M entry of 0x200000: lock", of: "module", mode: "shared" };
const exclusive: HostLock = { ...shared, mode: "exclusive" };

function region(more: Partial<HostRegion> = {}): HostRegion {
  const lock = "2M entry of 0x200000: lock";
  return { address: 0x200000, count: 0, users: 0, pair: null, type: "NDA", lock, pages: [], ...more };
}

function blocksOf(layout: Layout): unknown[] {
  return layout.blocks.map(({ lane, from, to, status }) => [lane, from, to, status?.name]);
}

function barsOf(layout: Layout): unknown[] {
  return layout.bars.map(({ lane, from, to, slot, lock }) => [lane, from, to, slot, lock.mode]);
}

describe("rows", () => {
  const counterexample = counterexampleOf([
    step(3, "a"),
    step(1, "b", { visible: false }),
    step(1, "c"),
    step(3, "d"),
    step(3, "e", { visible: false }),
  ]);

  it("are the visible steps, or all, in lanes by number of the CPU", () => {
    const some = layoutOf(counterexample, "operations");
    expect(some.cpus).toEqual([1, 3]);
    expect(some.rows.map(({ index, lane }) => [index, lane])).toEqual([
      [0, 1],
      [2, 0],
      [3, 1],
    ]);
    expect(layoutOf(counterexample, "steps").rows).toHaveLength(5);
  });

  it("are all steps where none is visible, and none where there are none", () => {
    const hidden = counterexampleOf([step(0, "a", { visible: false })]);
    expect(layoutOf(hidden, "operations").rows).toHaveLength(1);
    expect(layoutOf(counterexampleOf([]), "operations")).toMatchObject({ cpus: [], rows: [], slots: 0 });
  });

  it("stand for the hidden steps behind them", () => {
    const layout = layoutOf(counterexample, "operations");
    expect([0, 1, 2, 3, 4].map((index) => rowOfStep(layout, index))).toEqual([0, 0, 1, 2, 2]);
  });

  it("break at the last visible step", () => {
    expect(failureOf(counterexample)).toBe(4);
    expect(failureOf(counterexampleOf([step(0, "a", { visible: false })]))).toBe(1);
  });
});

describe("SEAMCALLs", () => {
  it("are blocks from call to return, also with another CPU in between", () => {
    const layout = layoutOf(
      counterexampleOf([
        doing(0, called),
        step(0, "acquire", { calls: [CALL] }),
        doing(1, called, { calls: ["get()"] }),
        doing(0, succeeded),
        doing(1, busy, { calls: ["get()"] }),
        doing(1, { kind: "return", of: "helper", helper: "tdx_pamt_get", value: 0 }),
      ]),
      "operations",
    );
    expect(blocksOf(layout)).toEqual([
      [0, 0, 3, "TDX_SUCCESS"],
      [1, 2, 4, "TDX_OPERAND_BUSY | RCX"],
    ]);
    expect(layout.rows.map(({ block }) => block?.from)).toEqual([0, 0, 2, 0, 2, undefined]);
  });

  it("that never return end at the last step inside", () => {
    const layout = layoutOf(
      counterexampleOf([
        doing(0, called),
        step(0, "acquire", { calls: [CALL] }),
        step(1, "other"),
        doing(0, called),
        step(0, "acquire", { calls: [CALL] }),
        step(0, "outside"),
        doing(0, called),
      ]),
      "operations",
    );
    expect(blocksOf(layout)).toEqual([
      [0, 0, 1, undefined],
      [0, 3, 4, undefined],
      [0, 6, 6, undefined],
    ]);
  });
});

describe("locks", () => {
  it("are bars from taking to giving up, in slots of their own where they overlap", () => {
    const layout = layoutOf(
      counterexampleOf([
        step(0, "lock", { scene: { locks: [kernelLock] } }),
        step(0, "acquire", { scene: { locks: [kernelLock, shared] } }),
        step(0, "promote", { scene: { locks: [kernelLock, exclusive] } }),
        step(0, "release", { scene: { locks: [kernelLock] } }),
        step(0, "unlock", { scene: { locks: [] } }),
        step(0, "again", { scene: { locks: [shared] } }),
      ]),
      "operations",
    );
    expect(barsOf(layout)).toEqual([
      [0, 0, 4, 0, "exclusive"],
      [0, 1, 1, 1, "shared"],
      [0, 2, 3, 1, "exclusive"],
      [0, 5, 5, 1, "shared"],
    ]);
    expect(layout.slots).toBe(2);
  });

  it("that a hidden step takes have bars only among all steps; those held before the first always", () => {
    const counterexample = counterexampleOf(
      [
        step(0, "first"),
        step(0, "acquire", { visible: false, scene: { locks: [kernelLock, shared] } }),
        step(0, "second", { scene: { locks: [] } }),
      ],
      { scene: { regions: [], locks: [kernelLock] } },
    );
    expect(barsOf(layoutOf(counterexample, "operations"))).toEqual([[0, 0, 1, 0, "exclusive"]]);
    expect(barsOf(layoutOf(counterexample, "steps"))).toEqual([
      [0, 0, 2, 0, "exclusive"],
      [0, 1, 2, 1, "shared"],
    ]);
  });

  it("are laid out in time that grows with the steps, not with their square", () => {
    const steps = Array.from({ length: 50_000 }, (_, index) => {
      const cpu = Math.floor(index / 4) % 2;
      const lock = { ...kernelLock, cpu };
      return [
        doing(cpu, called),
        step(cpu, "lock", { calls: [CALL], scene: { locks: [lock] } }),
        step(cpu, "unlock", { calls: [CALL], scene: { locks: [] } }),
        doing(cpu, succeeded),
      ][index % 4]!;
    });
    const start = performance.now();
    const layout = layoutOf(counterexampleOf(steps), "operations");
    expect(performance.now() - start).toBeLessThan(3000);
    expect([layout.blocks.length, layout.bars.length, layout.slots]).toEqual([12_500, 12_500, 1]);
    expect(layout.rows.every(({ block }, at) => block?.from === at - (at % 4))).toBe(true);
    expect(barsOf(layout).slice(-1)).toEqual([[1, 49_997, 49_998, 0, "exclusive"]]);
  });

  it("held twice have two bars", () => {
    const layout = layoutOf(
      counterexampleOf([
        step(0, "once", { scene: { locks: [shared] } }),
        step(0, "twice", { scene: { locks: [shared, shared] } }),
        step(0, "once", { scene: { locks: [shared] } }),
      ]),
      "operations",
    );
    expect(barsOf(layout)).toEqual([
      [0, 0, 2, 0, "shared"],
      [0, 1, 2, 1, "shared"],
    ]);
  });
});

describe("addresses", () => {
  it("name steps from 1", () => {
    expect(stepOfAddress(addressOfStep(17), 64)).toBe(17);
    for (const hash of ["", "#R1", "#step=0", "#step=65", "#step=x", "#step=1e1", "#step=-1", "#step=99999999999"]) {
      expect(stepOfAddress(hash, 64), hash).toBeUndefined();
    }
  });

  it("name the failure that a step is of, where it is not the first", () => {
    expect(addressOfStep(17)).toBe("#step=17");
    expect(failureOfAddress(addressOfStep(17))).toBe(0);
    const second = addressOfStep(17, 1);
    expect([failureOfAddress(second), stepOfAddress(second, 64)]).toEqual([1, 17]);
    for (const hash of ["", "#R1", "#failure=2", "#failure=x&step=1"]) expect(failureOfAddress(hash)).toBeUndefined();
  });

  it("name requirements, whatever their ids are made of", () => {
    expect(addressOfId("R1")).toBe("#R1");
    for (const id of ["50%", "%ff", "a b#c", "R\u202e1"]) expect(idOfAddress(addressOfId(id)), id).toBe(id);
    expect(idOfAddress(addressOfId("\ud800"))).toBe("\ufffd");
  });
});

describe("scenes", () => {
  const before = region();
  const after = region({
    count: 1,
    users: 1,
    type: "PAMT",
    pair: [0x210000, 0x211000],
    pages: [
      { index: 0, state: "allocated", cpu: 1 },
      { index: 16, state: "module" },
      { index: 17, state: "module" },
      { index: 18, state: "module" },
    ],
  });

  it("are those of the step, with what earlier steps changed", () => {
    const other = region({ address: 0x400000 });
    const scenes = scenesOf(
      counterexampleOf(
        [
          step(0, "a"),
          step(0, "b", { scene: { regions: [after] } }),
          step(0, "c", { scene: { locks: [shared] } }),
          step(0, "d", { scene: { locks: [] } }),
        ],
        { scene: { regions: [before, other], locks: [] } },
      ),
    );
    expect(scenes.map(({ regions }) => regions[0]?.count)).toEqual([0, 1, 1, 1]);
    expect(scenes.map(({ locks }) => locks.length)).toEqual([0, 0, 1, 0]);
    expect(scenes.every(({ regions }) => regions[1] === other)).toBe(true);
  });

  it("differ in what is told", () => {
    const [one, two] = [
      { regions: [before], locks: [kernelLock] },
      { regions: [after], locks: [shared] },
    ];
    const changes = changesOf(one, two);
    expect(changes.regions.get(0x200000)).toEqual({
      count: true,
      users: true,
      pair: true,
      type: true,
      pages: new Set([0, 16, 17, 18]),
    });
    expect([changes.taken, changes.given]).toEqual([[shared], [kernelLock]]);
    expect(changesText(changeListOf(changes, one, two, namerOf(one)))).toBe(
      "count of A: 0 to 1; users of A: 0 to 1; PAMT entry of A: NDA to PAMT; pair of A: none to A+16 A+17; " +
        "page A: free to allocated, CPU1; pages A+16–18: free to of the module; " +
        "pamt_lock: exclusive, CPU0 to released; 2M entry of 0x200000: not held to shared, CPU0",
    );
    const none = changesOf(two, { regions: [region({ ...after })], locks: [shared] });
    expect([none.regions.size, none.taken, none.given]).toEqual([0, [], []]);
  });

  it("are said in words", () => {
    const scene = { regions: [after], locks: [exclusive] };
    const pairs = pairPagesIn(after, scene);
    expect([...pairs]).toEqual([16, 17]);
    expect(runsOf(after, pairs).map(runText)).toEqual([
      "0 allocated, CPU1",
      "16–17 of the module, pair",
      "18 of the module",
    ]);
    expect(moduleLockText(after, scene)).toBe("exclusive by CPU0");
    expect(regionText(after, scene, namerOf(scene))).toBe(
      "Region A: count 1, 1 user, pair A+16 A+17, module lock: exclusive by CPU0, " +
        "pages 0 allocated, CPU1; 16–17 of the module, pair; 18 of the module.",
    );
    expect(regionText(region({ count: null, users: null }), emptyScene, namerOf(emptyScene))).toBe(
      "Region 0x200000: no pair, module lock: free, all pages free.",
    );
  });

  it("have regions that something happens to", () => {
    const untouched = region({ address: 0x400000, lock: "2M entry of 0x400000: lock" });
    const locked = region({ address: 0x600000, lock: "2M entry of 0x600000: lock" });
    const lock: HostLock = { ...shared, name: locked.lock };
    const counterexample = counterexampleOf([step(0, "a", { scene: { regions: [after], locks: [lock] } })], {
      scene: { regions: [before, untouched, locked], locks: [] },
    });
    expect([...touchedRegions(counterexample)]).toEqual([0x200000, 0x600000]);
  });
});

describe("lines of C", () => {
  const at = (line: number, text = `line ${line};`) => ({ source: { file: "a.c", line, text } });
  const counterexample = counterexampleOf(
    [step(0, "x", at(30)), step(1, "y", at(31)), step(0, "z"), step(1, "w", at(30))],
    {
      sources: [{ file: "a.c", line: 50, text: "broken();" }],
    },
  );

  it("are those that steps name, with gaps, where the file is not there", () => {
    const [file] = listingOf(counterexample, {});
    expect(file?.lines.map(({ line, text, afterGap }) => [line, text, afterGap])).toEqual([
      [30, "line 30;", false],
      [31, "line 31;", false],
      [50, "broken();", true],
    ]);
  });

  it("have their neighbours where it is", () => {
    const text = Array.from({ length: 60 }, (_, index) => `\twhole ${index + 1}`).join("\n");
    const [file] = listingOf(counterexample, { "a.c": text });
    expect(file?.lines.map(({ line }) => line)).toEqual([
      ...Array.from({ length: 14 }, (_, index) => 24 + index),
      ...Array.from({ length: 13 }, (_, index) => 44 + index),
    ]);
    expect(file?.lines.find(({ line }) => line === 30)).toMatchObject({ text: "    whole 30", isNamed: true });
    expect(listingOf(counterexample, { constructor: "x" })).toHaveLength(1);
  });

  it("may be anywhere, and too many to go through one by one", () => {
    const far = counterexampleOf([step(0, "x", at(2 ** 53)), step(0, "y", at(1)), step(0, "z", at(2 ** 31 - 1))]);
    const [file] = listingOf(far, { "a.c": "first\nsecond" });
    expect(file?.lines.map(({ line, text }) => [line, text])).toEqual([
      [1, "first"],
      [2, "second"],
      [2 ** 31 - 1, "line 2147483647;"],
      [2 ** 53, "line 9007199254740992;"],
    ]);
  });

  it("are where each CPU was last seen, the one that moved last first", () => {
    expect([...placesAt(counterexample.steps, 3)]).toEqual([
      [1, "a.c:30"],
      [0, "a.c:30"],
    ]);
    expect([...placesAt(counterexample.steps, 0)]).toEqual([[0, "a.c:30"]]);
  });
});

describe("a failure as found", () => {
  it("has SEAMCALLs with statuses, no bar outside its rows, and a scene for each step", async () => {
    const counterexample = failureIn(await resultOf("early-drop"));
    for (const zoom of ["operations", "steps"] as const) {
      const layout = layoutOf(counterexample, zoom);
      expect(layout.blocks.length).toBeGreaterThan(3);
      expect(layout.blocks.every(({ status }) => status !== undefined)).toBe(true);
      for (const { from, to } of [...layout.blocks, ...layout.bars]) {
        expect(from).toBeLessThanOrEqual(to);
        expect(to).toBeLessThan(layout.rows.length);
      }
    }
    expect(scenesOf(counterexample)).toHaveLength(counterexample.steps.length);
  });
});
