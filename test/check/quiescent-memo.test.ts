/** States that are known to be in order are not judged again. Everything must come to the same as if they were. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { flowScenarios, Setup, type Subject, scenarios } from "../../src/check/index.js";
import { QuiescentMemo } from "../../src/check/quiescent-memo.js";
import type { TransitionSystem } from "../../src/explore/index.js";
import { DepthFirst } from "../../src/explore/search/depth-first.js";
import { designByName, designs } from "../../src/helpers/index.js";
import { faulty } from "./faults.js";

const BOUNDS = {
  cpus: 2,
  rounds: 1,
  regions: 2,
  placement: "adversarial",
  allocFailures: 1,
  use: "rdmd",
  memory: "sc",
} as const;
const STATES_MAX = 20_000;

afterEach(() => vi.restoreAllMocks());

/** All that a search comes to. */
function outcome(subject: Subject) {
  const setup = new Setup(subject);
  const { monitor } = setup;
  const search = new DepthFirst(setup, { maxStates: STATES_MAX });
  while (!search.slice(Number.POSITIVE_INFINITY));
  return {
    statistics: { ...search.statistics, seconds: 0 },
    found: [...search.found],
    checked: [...monitor.checked],
    warnings: [...monitor.warnings],
    ignored: [...monitor.ignored],
  };
}

/** @returns how often a state was known */
function expectSame(subject: Subject): number {
  const knows = vi.spyOn(QuiescentMemo.prototype, "knows");
  const withMemo = outcome(subject);
  const known = knows.mock.results.filter(({ value }) => value === true).length;
  knows.mockReturnValue(false);
  vi.spyOn(QuiescentMemo.prototype, "keep").mockImplementation(() => {});
  expect(outcome(subject)).toEqual(withMemo);
  vi.restoreAllMocks();
  return known;
}

describe("a search that remembers states that are in order comes to what one comes to that judges each", () => {
  it.each(designs.map(({ name }) => name))("%s", (name) => {
    const design = designByName(name)!;
    let known = 0;
    for (const scenario of scenarios) known += expectSame({ design, scenario, bounds: BOUNDS });
    expect(known).toBeGreaterThan(100);
  });

  it.each(["split+fault", "fault+teardown"])("flows %s", (list) => {
    for (const scenario of flowScenarios(list)) {
      for (const name of ["global-lock", "early-drop"]) {
        expectSame({ design: designByName(name)!, scenario, bounds: { ...BOUNDS, allocFailures: 0 } });
      }
    }
  });

  it.each(["first-page-leaked", "pair-leaked-when-not-needed"] as const)("with the fault %s", (fault) => {
    for (const ignored of [[], ["R6"]] as const) {
      expectSame({ design: faulty(fault), scenario: scenarios[0]!, bounds: BOUNDS, ignored });
    }
  });
});

describe("a state is known", () => {
  const setup = () => new Setup({ design: designs[0]!, scenario: scenarios[0]!, bounds: BOUNDS });

  it("where words and programs are as they were, and its checks are counted", () => {
    const { system } = setup();
    const checked = new Float64Array(3);
    const memo = new QuiescentMemo(system, checked);
    expect(memo.knows()).toBe(false);
    checked[1] = 2;
    memo.keep();
    expect(memo.knows()).toBe(true);
    expect([...checked]).toEqual([0, 4, 0]);
  });

  it.each<[string, (system: TransitionSystem) => void]>([
    ["a shared word", ({ shared }) => shared.write(7000, 1)],
    ["a word of one CPU", ({ own }) => own[1]!.write(7000, 1)],
    ["the end of all programs", (system) => vi.spyOn(system, "haveAllEnded", "get").mockReturnValue(true)],
  ])("and is another with %s", (_, change) => {
    const { system } = setup();
    const memo = new QuiescentMemo(system, new Float64Array(1));
    memo.knows();
    memo.keep();
    change(system);
    expect(memo.knows()).toBe(false);
  });

  it("and the same if CPUs have changed places", () => {
    const { system } = setup();
    const memo = new QuiescentMemo(system, new Float64Array(1));
    system.own[0]!.write(7000, 1);
    memo.knows();
    memo.keep();
    system.own[0]!.rewind(0);
    system.own[1]!.write(7000, 1);
    expect(memo.knows()).toBe(true);
  });
});
