/**
 * Reductions: with each of them and without, a design comes to the same ends and to the same states in
 * which no helper runs, and breaks the same requirements. Only protected steps pass through some of the
 * latter in one transition, and come to no others.
 */
import { describe, expect, it } from "vitest";
import { PageType } from "../../src/abi/index.js";
import {
  type Bounds,
  type Reduction,
  reductions,
  type Scenario,
  Setup,
  scenarioByName,
} from "../../src/check/index.js";
import { DepthFirst } from "../../src/explore/search/depth-first.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { PTRS_PER_PMD } from "../../src/kernel/index.js";
import { HEAD, typeOf } from "../../src/module/index.js";

const BOUNDS: Bounds = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 1, use: "rdmd" };
const NAMES = Object.keys(reductions) as Reduction[];

interface Reached {
  /** States in which every program has ended. */
  readonly ends: readonly string[];
  /** States in which no helper runs. */
  readonly quiet: readonly string[];
  readonly broken: readonly string[];
  readonly states: number;
}

function reach(design: Design, scenario: Scenario, bounds: Bounds, without: readonly Reduction[]): Reached {
  const setup = new Setup({ design, scenario, bounds, without });
  const { system, kernel, helpers, ghost, monitor } = setup;
  const ends = new Set<string>();
  const quiet = new Set<string>();
  const { pamt } = kernel.tdx;
  const { contended } = kernel.memory;
  const look = (): void => {
    if (ghost.inHelpers !== 0) return;
    const regions = contended.map((region, index) => {
      const count = helpers.refcount === undefined ? "-" : system.shared.read(helpers.refcount(region));
      // Where the pair lies is left to reductions.
      const head = system.shared.read(pamt.entry2m(pamt.frameOfPfn(region * PTRS_PER_PMD)) + HEAD);
      return `${count}/${ghost.held(index)}/${typeOf(head) === PageType.Pamt ? "pair" : "none"}`;
    });
    const left = system.shared.read(kernel.failureBudget);
    const state = `${regions.sort()} live ${kernel.livePages} charged ${kernel.chargedPages} may fail ${left}`;
    quiet.add(state);
    if (system.unfinished().length === 0) ends.add(state);
  };
  const watched = {
    onState: () => {
      monitor.onState();
      look();
    },
    reset: () => {
      monitor.reset();
      ends.clear();
      quiet.clear();
    },
  };
  const search = new DepthFirst({ system, monitor: watched }, {});
  while (!search.slice(Number.POSITIVE_INFINITY));
  return {
    ends: [...ends].sort(),
    quiet: [...quiet].sort(),
    broken: [...search.found.keys()].sort(),
    states: search.statistics.states,
  };
}

/** Designs that hold, and designs that break something in each of several ways. */
const subjects: readonly (readonly [string, string, Partial<Bounds>])[] = [
  ["global-lock", "main", {}],
  ["fast-path", "main", {}],
  ["early-drop", "main", { allocFailures: 0 }],
  ["reserved-pool", "main", {}],
  ["static-pamt", "main", {}],
  ["ordered-rwlocks", "partial-region", {}],
  ["lazy", "partial-region", {}],
  ["global-lock", "extra-put", { allocFailures: 2 }],
  ["fast-path", "extra-put", {}],
  ["region-locks", "softirq-put", {}],
  ["ordered-rwlocks", "fault", {}],
  ["global-lock", "zap+zap@tds", {}],
  ["fast-path", "zap+teardown@tds", {}],
];

describe.each(subjects)("%s, %s", (name, scenarioName, given) => {
  const design = designByName(name) as Design;
  const scenario = scenarioByName(scenarioName) as Scenario;
  const bounds = { ...BOUNDS, ...given };
  const reduced = reach(design, scenario, bounds, []);

  it("comes to an end", () => {
    // An extra put that goes unreported ends every path of fast-path.
    const every = name === "fast-path" && scenarioName === "extra-put";
    expect(reduced.ends.length > 0).toBe(!every);
    expect(reduced.quiet.length).toBeGreaterThan(0);
  });

  it.each(NAMES)("without %s", (reduction) => {
    const full = reach(design, scenario, bounds, [reduction]);
    expect(full.broken).toEqual(reduced.broken);
    expect(full.ends).toEqual(reduced.ends);
    if (reduction === "protected-steps") expect(full.quiet).toEqual(expect.arrayContaining([...reduced.quiet]));
    else expect(full.quiet).toEqual(reduced.quiet);
    expect(full.states).toBeGreaterThanOrEqual(reduced.states);
  });

  it("without late choice, unordered pairs and symmetry at once", () => {
    const full = reach(design, scenario, bounds, ["late-choice", "unordered-pairs", "cpu-symmetry"]);
    expect([full.broken, full.ends, full.quiet]).toEqual([reduced.broken, reduced.ends, reduced.quiet]);
  });
});

describe("two regions", () => {
  // Where pages lie matters here; without short calls or protected steps this takes too long for a test.
  it.each([
    ["region-locks", ["R1", "R2"]],
    ["mirrored-rwlocks", ["R9"]],
  ] as const)("%s breaks the same without each of the cheaper reductions", (name, broken) => {
    const bounds = { ...BOUNDS, regions: 2, allocFailures: 0 };
    const design = designByName(name) as Design;
    const main = scenarioByName("main") as Scenario;
    const reduced = reach(design, main, bounds, []);
    expect(reduced.broken).toEqual(broken);
    for (const reduction of ["unordered-pairs", "cpu-symmetry", "protected-steps"] as const) {
      const full = reach(design, main, bounds, [reduction]);
      expect([reduction, full.broken]).toEqual([reduction, reduced.broken]);
      expect(full.ends).toEqual(reduced.ends);
      expect(full.quiet).toEqual(expect.arrayContaining([...reduced.quiet]));
    }
  });
});
