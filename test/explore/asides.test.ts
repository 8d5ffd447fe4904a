/** One finding does not hide the next: books that are wrong end no path, and each requirement has a failure of its own. */
import { describe, expect, it } from "vitest";
import {
  battery,
  type CheckOptions,
  type CheckResult,
  type Counterexample,
  check,
  formatSchedule,
  parseSchedule,
  type RequirementResult,
  replay,
  type Scenario,
  Setup,
  type Strategy,
  scenarioByName,
} from "../../src/explore/index.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { faulty } from "./faults.js";

const BOUNDS = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 1, use: "rdmd" } as const;
const scenario = (name: string): Scenario => scenarioByName(name) as Scenario;
const main = scenario("main");

/** Says that nobody is charged for pairs, so that every pair is a charge too many. */
const charged = (design: Design): Design => ({ ...design, unchargedPairs: true });

/** Its counters are words that hold `count` all the time. */
const counting = (design: Design, count: number): Design => ({
  ...design,
  create: (kernel) => {
    const words = kernel.space.reserve(kernel.counters, () => "count that nobody changes");
    for (const region of kernel.watched) kernel.words.write(words + region, count);
    return { ...design.create(kernel), refcount: (region) => words + region };
  },
});

function run(design: Design, options: Partial<CheckOptions> = {}): Promise<CheckResult> {
  return check({ design, scenarios: [main], bounds: BOUNDS, ...options });
}

const broken = ({ requirements }: CheckResult): string[] =>
  requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id);

const verdictOf = ({ requirements }: CheckResult, id: string): RequirementResult | undefined =>
  requirements.find((each) => each.id === id);

describe("a charge that is wrong", () => {
  it("leaves all else decided, and costs no state", async () => {
    const plain = await run(faulty("none"), { scenarios: battery, explain: false });
    const result = await run(charged(faulty("none")), { scenarios: battery, explain: false });
    expect(broken(result)).toEqual(["R6"]);
    for (const { id, verdict, checked } of plain.requirements) {
      if (id !== "R6") expect(verdictOf(result, id)).toMatchObject({ verdict, checked });
    }
    const sizes = ({ scenarios }: CheckResult) =>
      scenarios.map(({ states, transitions, depth, restarts }) => [states, transitions, depth, restarts]);
    expect(sizes(result)).toEqual(sizes(plain));
    expect(result.scenarios.map(({ complete, stopped }) => [complete, stopped])).toEqual(
      battery.map(() => [true, null]),
    );
  });

  it.each(["dfs", "bfs", "switches", "random", "pct"] as Strategy[])("hides nothing from %s", async (strategy) => {
    const limits = strategy === "random" || strategy === "pct" ? { maxStates: 40_000 } : {};
    const result = await run(charged(faulty("increment-forgotten")), { strategy, limits, explain: false });
    expect(broken(result)).toEqual(expect.arrayContaining(["R3", "R5", "R6"]));
  });

  it("makes room for pages that are lost behind it", async () => {
    const design = charged(faulty("pair-leaked-when-not-needed"));
    const { counterexamples, requirements } = await run(design);
    const message = "6 page(s) are allocated but 4 are accounted for: 2 leaked, allocated by CPU1 in tdx_alloc_page()";
    expect(counterexamples.map((each) => [each.requirement, each.message])).toEqual([["R6", message]]);
    expect(requirements.find(({ id }) => id === "R6")?.message).toBe(message);
    const schedule = parseSchedule(counterexamples[0]?.schedule ?? "");
    expect(replay(new Setup({ design, scenario: main, bounds: schedule.bounds }), schedule)?.message).toBe(message);
  });
});

describe("a count that is wrong", () => {
  it("from the start is told without a step, and ends nothing", async () => {
    const result = await run(counting(faulty("lock-dropped-before-remove"), -1));
    expect(broken(result)).toEqual(["R1", "R2", "R5"]);
    const { counterexamples } = result;
    expect(counterexamples.at(-1)).toMatchObject({
      requirement: "R5",
      message: "region 0x102000000 counts -1 user(s) but has 0",
      switches: 0,
      fewestSwitches: true,
      steps: [],
    });
  });

  it("from the start can be walked again, though there is no step to walk", async () => {
    const design = counting(faulty("none"), -1);
    const { counterexample } = await run(design);
    const schedule = parseSchedule(counterexample?.schedule ?? "");
    expect(schedule.stretches).toEqual([]);
    const again = replay(new Setup({ design, scenario: main, bounds: schedule.bounds }), schedule);
    expect([again?.requirement, again?.message]).toEqual(["R5", counterexample?.message]);
  });

  it("from the start is not put down to a put too many", async () => {
    const result = await run(counting(faulty("none"), -1), { scenarios: battery, explain: false });
    expect(broken(result)).toEqual(["R5"]);
    expect(verdictOf(result, "R13")?.verdict).toBe("held");
  });
});

describe("each requirement that breaks", () => {
  const design = charged(faulty("increment-forgotten"));

  it("has its own failure, with as few switches as if nothing else were asked, which breaks again", async () => {
    const { counterexamples, requirements, counterexample } = await run(design);
    expect(counterexample).toBe(counterexamples[0]);
    expect(counterexamples.map(({ requirement }) => requirement).sort()).toEqual(
      requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id),
    );
    const switches = new Map(counterexamples.map((each) => [each.requirement, each.switches]));
    expect([switches.get("R3"), switches.get("R5"), switches.get("R6")]).toEqual([1, 1, 0]);
    for (const { requirement, message, schedule, fewestSwitches, steps } of counterexamples) {
      expect(fewestSwitches).toBe(true);
      expect(requirements.find(({ id }) => id === requirement)?.message).toBe(message);
      const parsed = parseSchedule(schedule);
      expect(formatSchedule(parsed)).toBe(schedule);
      const again = replay(new Setup({ design, scenario: main, bounds: parsed.bounds }), parsed);
      expect([again?.requirement, again?.message]).toEqual([requirement, message]);
      const shown = steps.filter(({ visible }) => visible).map(({ text }) => text);
      expect(again?.steps.filter(({ visible }) => visible).map(({ text }) => text)).toEqual(shown);
    }
    // Those behind which paths end come first.
    expect(
      counterexamples
        .slice(-2)
        .map(({ requirement }) => requirement)
        .sort(),
    ).toEqual(["R5", "R6"]);
  });

  it("and is mended breaks no more on its path, whatever stays wrong there", async () => {
    const { counterexamples } = await run(design);
    const schedule = parseSchedule(counterexamples.find(({ requirement }) => requirement === "R5")?.schedule ?? "");
    const mended = charged(faulty("none"));
    expect(replay(new Setup({ design: mended, scenario: main, bounds: schedule.bounds }), schedule)).toBeNull();
  });

  it("is shown as it was found where there is no room to look for fewer switches", async () => {
    const early = designByName("early-drop") as Design;
    const { counterexamples, requirements } = await run(early, { limits: { maxBytes: 1 } });
    expect(counterexamples.map(({ requirement, fewestSwitches }) => [requirement, fewestSwitches])).toEqual([
      ["R1", false],
    ]);
    const [{ schedule, message }] = counterexamples as [Counterexample];
    expect(requirements.find(({ id }) => id === "R1")?.message).toBe(message);
    const parsed = parseSchedule(schedule);
    expect(replay(new Setup({ design: early, scenario: main, bounds: parsed.bounds }), parsed)?.message).toBe(message);
  });
});

describe("a requirement is decided over the scenarios that ask for it", () => {
  it("and one that is not says where, and why", async () => {
    const result = await run(faulty("lock-dropped-before-remove"), { scenarios: battery, explain: false });
    const incomplete = result.scenarios.filter(({ complete }) => !complete).map(({ name }) => name);
    expect(incomplete).toEqual(["main", "partial-region"]);
    for (const id of ["R3", "R4", "R7"]) {
      expect(verdictOf(result, id)).toMatchObject({
        verdict: "inconclusive",
        scenario: "main",
        message: "paths end where R1 or R2 breaks (also in partial-region)",
      });
    }
    // Only the scenario without Dynamic PAMT asks for it.
    expect(verdictOf(result, "R12")).toMatchObject({ verdict: "held" });
  });

  it("whatever a caller that does wrong brings about", async () => {
    const whole = await run(faulty("frees-after-failed-remove"), { scenarios: battery, explain: false });
    expect(broken(whole)).toEqual(["R7"]);
    expect(verdictOf(whole, "R1")?.verdict).toBe("held");
    expect(verdictOf(whole, "R13")).toMatchObject({
      verdict: "inconclusive",
      scenario: "extra-put",
      message: "paths end where R7 breaks",
    });
  });

  it("and is not held while one of them was not begun", async () => {
    const stop = new AbortController();
    const progress = ({ scenario }: { scenario: string }): void => {
      if (scenario === "main") stop.abort();
    };
    const bounds = { ...BOUNDS, regions: 2 };
    const how = { scenarios: battery, bounds, explain: false, signal: stop.signal, progress };
    const result = await run(faulty("none"), how);
    expect(result.scenarios.map(({ name }) => name)).toEqual(["main"]);
    expect(result.verdict).toBe("inconclusive");
    expect(verdictOf(result, "R1")).toMatchObject({
      verdict: "inconclusive",
      scenario: "main",
      message: "the search was interrupted (dpamt-off: interrupted before it; partial-region: interrupted before it)",
    });
  });
});

describe("pages that are lost", () => {
  it.each([
    ["first-page-leaked", 1],
    ["pair-leaked-when-not-needed", 2],
  ] as const)("%s: the steps that allocated them are shown", async (fault, pages) => {
    const { counterexample } = await run(faulty(fault));
    const lost = counterexample?.steps.filter(({ text }) => text === "allocates a page, which is lost");
    expect(lost).toHaveLength(pages);
    expect(counterexample?.message).toMatch(
      new RegExp(`: ${pages} leaked, allocated by CPU\\d in tdx_alloc_page\\(\\)$`),
    );
  });
});
