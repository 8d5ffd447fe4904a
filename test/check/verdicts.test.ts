/** What a verdict comes to: what is ignored or expected, for whom something breaks, why nothing asked for a requirement. */
import { describe, expect, it } from "vitest";
import {
  battery,
  batteryOf,
  type CheckOptions,
  type CheckResult,
  check,
  compareExpected,
  defaults,
  expectedNamed,
  explorationOf,
  flowScenarios,
  type RequirementId,
  type Scenario,
  scenarioByName,
  searches,
  strategies,
} from "../../src/check/index.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { headlineOf } from "../../src/report/index.js";
import { faulty } from "./faults.js";

const BOUNDS = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 1, use: "rdmd" } as const;

const scenario = (name: string): Scenario => scenarioByName(name) as Scenario;
const design = (name: string): Design => designByName(name) as Design;

function run(
  of: Design,
  scenarios: readonly Scenario[],
  more: Partial<Omit<CheckOptions, "bounds">> & { readonly bounds?: Partial<CheckOptions["bounds"]> } = {},
): Promise<CheckResult> {
  return check({ design: of, scenarios, explain: false, ...more, bounds: { ...BOUNDS, ...more.bounds } });
}

/** The result where the run is interrupted as soon as the scenario `last` is covered. */
function runUpTo(last: string, of: Design, names: readonly string[]): Promise<CheckResult> {
  const stop = new AbortController();
  const progress: CheckOptions["progress"] = (at) => {
    if (at.scenario === last) stop.abort();
  };
  return run(of, names.map(scenario), { signal: stop.signal, progress });
}

const idsWith = ({ requirements }: CheckResult, verdict: string): string[] =>
  requirements.filter((each) => each.verdict === verdict).map(({ id }) => id);
const resultOf = ({ requirements }: CheckResult, id: string) => requirements.find((each) => each.id === id);

describe("puts under the MMU lock", () => {
  it("break R8 where they sleep, and nothing else shows it", async () => {
    for (const fault of ["mutex-instead-of-spinlock", "sleeps-in-put"] as const) {
      const all = await run(faulty(fault), battery);
      expect(idsWith(all, "violated")).toEqual(["R8"]);
      expect(all.scenarios.filter(({ broken }) => broken.length > 0).map(({ name }) => name)).toEqual(["zap-put"]);
    }
  });

  it("take few states", async () => {
    const { scenarios } = await run(design("global-lock"), [scenario("zap-put")], { bounds: { cpus: 8, regions: 8 } });
    expect(scenarios[0]).toMatchObject({ verdict: "holds" });
    expect(scenarios[0]?.states).toBeLessThan(1000);
  });
});

describe("the battery of a design", () => {
  it("has the scenario of what only this design has", () => {
    const names = (of: Design): string[] => batteryOf(of).map(({ name }) => name);
    const usually = battery.map(({ name }) => name);
    expect(names(design("global-lock"))).toEqual(usually);
    const withCache = names({ ...design("global-lock"), ownCache: true });
    expect(withCache.filter((name) => !usually.includes(name))).toEqual(["fault"]);
    expect(withCache.filter((name) => name !== "fault")).toEqual(usually);
  });

  it("is what a check runs where no scenario is chosen, and not otherwise", async () => {
    const of = { ...faulty("none"), ownCache: true };
    const settings = { ...defaults, cpus: 1, rounds: 1, regions: 1, allocFailures: 0 } as const;
    const ran = async (exploration: ReturnType<typeof explorationOf>) =>
      (await check({ ...exploration, design: of })).scenarios;
    const all = (await ran(explorationOf(settings))).map(({ name }) => name);
    expect(all).toContain("fault");
    expect(all).toEqual(
      batteryOf(of)
        .filter(({ exploresBoot }) => exploresBoot !== true)
        .map(({ name }) => name),
    );
    expect((await ran(explorationOf({ ...settings, scenario: ["main"] }))).map(({ name }) => name)).toEqual(["main"]);
    expect((await ran(explorationOf({ ...settings, flows: ["zap"] }))).map(({ name }) => name)).toEqual(["zap@tds"]);
  });
});

describe("what is ignored", () => {
  it.each([
    ["pair-leaked-when-not-needed", ["R6"]],
    ["remove-forgotten", ["R4", "R5"]],
    ["free-without-reset", ["R7"]],
    ["eio-on-lost-race", ["R2", "R5"]],
    ["plain-look-before-lock", ["R10"]],
    ["allocation-under-lock", ["R8"]],
  ] as const)("%s: without %j the rest is judged, and all of it is seen", async (fault, ids) => {
    const judged = await run(faulty(fault), [scenario("main")]);
    const apart = await run(faulty(fault), [scenario("main")], { ignored: ids });
    expect(judged.verdict).toBe("violated");
    expect(idsWith(apart, "ignored")).toEqual(ids);
    expect(resultOf(apart, ids[0])?.message).toBe(resultOf(judged, ids[0])?.message);
    expect(apart.ignored).toEqual(ids);
    expect(apart.scenarios[0]?.ignored).toEqual(ids);
    // The path goes on where it ended before.
    expect(apart.scenarios[0]?.transitions).toBeGreaterThan(judged.scenarios[0]?.transitions ?? 0);
    expect(apart.scenarios[0]?.stopped).toBeNull();
    expect(idsWith(apart, "inconclusive").length > 0).toBe(apart.verdict === "violated");
  });

  it("hides nothing: what follows it is found", async () => {
    const judged = await run(design("early-drop"), [scenario("main")]);
    expect(idsWith(judged, "violated")).toEqual(["R1"]);
    const apart = await run(design("early-drop"), [scenario("main")], { ignored: ["R1"] });
    expect(idsWith(apart, "violated")).toContain("R5");
    expect(idsWith(apart, "ignored")).toEqual(["R1"]);
  });

  it.each(strategies)("is nothing that %s finds", async (strategy) => {
    const limits = searches[strategy].samples === true ? { maxStates: 20_000 } : {};
    const more = { ignored: ["R6"] as RequirementId[], strategy, limits };
    const result = await run(faulty("pair-leaked-when-not-needed"), [scenario("main")], more);
    expect(idsWith(result, "violated")).toEqual([]);
    expect(idsWith(result, "ignored")).toEqual(["R6"]);
    expect(result.counterexample).toBeNull();
  });

  it.each(["dfs", "bfs", "switches"] as const)(
    "CPUs that wait for ever leave open what they would do, for %s",
    async (strategy) => {
      const result = await run(faulty("unlock-forgotten"), [scenario("main")], { ignored: ["R9"], strategy });
      expect([result.verdict, idsWith(result, "ignored")]).toEqual(["inconclusive", ["R9"]]);
      expect(result.scenarios[0]?.stopped).toBe("ignored");
    },
  );

  it("ends a path only where the program cannot go on, and then nothing is said to hold", async () => {
    const result = await run(faulty("never-filled-pair-freed"), [scenario("main")], { ignored: ["R7"] });
    expect(result.verdict).toBe("inconclusive");
    expect(result.scenarios[0]).toMatchObject({ verdict: "inconclusive", stopped: "ignored" });
    expect(idsWith(result, "held")).toEqual([]);
  });

  it("is a warning, too", async () => {
    const result = await run(design("global-lock"), [scenario("main")], { ignored: ["R11"], bounds: { regions: 2 } });
    expect([result.verdict, idsWith(result, "ignored"), idsWith(result, "warning")]).toEqual(["holds", ["R11"], []]);
  });

  it("with what a scenario asks, its wrong caller is not followed any further", async () => {
    const result = await run(design("fast-path"), battery, { ignored: ["R13"] });
    expect([result.verdict, idsWith(result, "ignored"), idsWith(result, "inconclusive")]).toEqual([
      "holds",
      ["R13"],
      [],
    ]);
    expect(headlineOf(result)).toBe("every interleaving within the bounds was covered; R13 ignored");
  });

  it("changes nothing where it does not break", async () => {
    const plain = await run(design("ordered-rwlocks"), [scenario("main")]);
    const apart = await run(design("ordered-rwlocks"), [scenario("main")], { ignored: ["R1", "R6", "R9"] });
    expect(apart.requirements).toEqual(plain.requirements);
    expect(apart.statistics.states).toBe(plain.statistics.states);
  });
});

describe("for whom it breaks", () => {
  it.each([
    ["fast-path", "wrong-callers", "holds for correct callers, but a caller's mistake goes unnoticed (R13)"],
    [
      "early-drop",
      "correct-callers",
      "breaks for correct callers (R1); a caller's mistake goes unnoticed (R13) as well",
    ],
  ] as const)("%s: %s", async (name, violatedFor, headline) => {
    const result = await run(design(name), battery);
    expect(result.violatedFor).toBe(violatedFor);
    expect(headlineOf(result)).toBe(headline);
    expect(resultOf(result, "R13")).toMatchObject({ violatedFor: "wrong-callers", scenario: "extra-put" });
    expect(result.scenarios.filter(({ wrongCaller }) => wrongCaller === true).map(({ name }) => name)).toEqual([
      "extra-put",
    ]);
  });

  it("a counter outside of the array is no caller's mistake", async () => {
    const result = await run(faulty("floor-instead-of-ceiling"), battery);
    expect(resultOf(result, "R13")).toMatchObject({ violatedFor: "correct-callers", scenario: "partial-region" });
    expect(headlineOf(result)).toBe("breaks for correct callers (R13)");
  });

  it("what breaks for both is put down to correct callers, with what happened there", async () => {
    const both = [scenario("extra-put"), scenario("main")];
    const result = await run(faulty("add-forgotten"), both);
    expect(result.scenarios.map(({ broken }) => broken.includes("R3"))).toEqual([true, true]);
    expect(resultOf(result, "R3")).toMatchObject({ violatedFor: "correct-callers", scenario: "main" });
  });

  it("a mistake that does harm is told from one that goes unnoticed", async () => {
    const failing = scenario("seamcall-failure");
    const others = battery.filter((each) => each !== failing);
    const alone = await run(faulty("frees-after-failed-remove"), others);
    expect(headlineOf(alone)).toBe("holds for correct callers, but a caller's mistake does harm (R7)");
    const whole = await run(faulty("frees-after-failed-remove"), battery);
    expect(headlineOf(whole)).toBe("breaks for correct callers (R14); a caller's mistake does harm (R7) as well");
  });

  it("correct callers are not said to be safe where they were not asked about, or not covered", async () => {
    const alone = await run(design("fast-path"), [scenario("extra-put")]);
    expect(headlineOf(alone)).toBe("a caller's mistake goes unnoticed (R13); correct callers were not asked about");
    const cut = await run(design("fast-path"), [scenario("main"), scenario("extra-put")], {
      limits: { maxStates: 10 },
    });
    const open = "nothing broke so far for correct callers, but a caller's mistake goes unnoticed (R13)";
    expect(headlineOf(cut)).toBe(open);
    const unfinished = await runUpTo("extra-put", design("fast-path"), ["dpamt-off", "extra-put", "main"]);
    expect([unfinished.scenarios.map(({ verdict }) => verdict), unfinished.notRun]).toEqual([
      ["holds", "violated"],
      ["main"],
    ]);
    expect(headlineOf(unfinished)).toBe(open);
  });

  it("flows with a fault put in on purpose are wrong callers", async () => {
    const result = await run(design("global-lock"), flowScenarios("zap-early-put"));
    expect([result.verdict, result.violatedFor]).toEqual(["violated", "wrong-callers"]);
    const right = ["zap+split", "split-locked", "zap-early-put+zap"].flatMap((list) => flowScenarios(list, "tds"));
    expect(right.map(({ wrongCaller }) => wrongCaller)).toEqual([false, false, true]);
  });

  it("nothing is said of it where nothing breaks", async () => {
    const result = await run(design("global-lock"), [scenario("dpamt-off")]);
    expect("violatedFor" in result).toBe(false);
    expect(result.requirements.some((each) => "violatedFor" in each)).toBe(false);
  });
});

describe("what was not exercised says why", () => {
  const why = async (of: Design, names: readonly string[], bounds: Partial<CheckOptions["bounds"]> = {}) => {
    const { requirements } = await run(of, names.map(scenario), { bounds });
    const unseen = requirements.filter(({ verdict }) => verdict === "not-exercised");
    return Object.fromEntries(unseen.map(({ id, message }) => [id, message]));
  };

  it("with Dynamic PAMT off", async () => {
    const off = await why(design("global-lock"), ["dpamt-off"]);
    expect(Object.keys(off)).toEqual(["R1", "R3", "R4", "R5", "R10", "R11", "R13", "R14"].filter((id) => id in off));
    for (const [id, asking] of [
      ["R1", "main"],
      ["R4", "main"],
      ["R5", "main"],
      ["R11", "main"],
      ["R13", "extra-put"],
      ["R14", "seamcall-failure"],
    ] as const) {
      expect(off[id]).toBe(`Dynamic PAMT was off in every scenario of this run: check with --scenario ${asking}`);
    }
    const none = await why(design("static-pamt"), ["main"]);
    expect(none.R5).toBe("the design does without Dynamic PAMT, so there is no pair and no count");
    expect(none.R12).toBeUndefined();
  });

  it("where no scenario asks", async () => {
    const main = await why(design("lazy"), ["main"], { allocFailures: 0 });
    expect(main.R5).toBe("the design counts no users, so there is no count to compare");
    expect(main.R12).toContain("--scenario dpamt-off");
    expect(main.R13).toContain("--scenario extra-put");
    expect(main.R10).toContain("--memory tso");
    expect((await why(design("global-lock"), ["main"], { cpus: 1 })).R11).toContain("--cpus 2");
  });

  it("where only flows run", async () => {
    const { requirements } = await run(design("global-lock"), flowScenarios("zap"));
    const message = (id: string) => requirements.find((each) => each.id === id)?.message;
    expect(message("R2")).toContain("--flows fault");
    expect(message("R11")).toContain("--flows fault+fault");
    expect(message("R12")).toContain("without --flows");
  });

  it("in every check: nothing is not exercised without a reason", async () => {
    for (const name of ["global-lock", "lazy", "static-pamt", "reserved-pool"]) {
      const { requirements } = await run(design(name), battery, { limits: { maxStates: 3 } });
      const unseen = requirements.filter(({ verdict }) => verdict === "not-exercised");
      expect(unseen.length).toBeGreaterThan(0);
      for (const { message } of unseen) expect(message).toMatch(/\w/);
    }
  });
});

describe("what is expected", () => {
  const outcome = (result: CheckResult, ...expected: RequirementId[]) => compareExpected(result, expected).outcome;

  it("is met by exactly that, and missed by more or less", async () => {
    const both = await run(design("early-drop"), battery);
    expect(outcome(both, "R1", "R13")).toBe("met");
    expect(compareExpected(both, ["R13"])).toMatchObject({
      outcome: "missed",
      message: "expected R13 to break and nothing else: R1 broke unexpectedly",
    });
    expect(compareExpected(both, ["R1", "R2", "R13"])).toMatchObject({
      outcome: "missed",
      message: "expected R1, R2, R13 to break and nothing else: R2 did not break",
    });
    const none = await run(design("ordered-rwlocks"), [scenario("dpamt-off")]);
    expect(outcome(none, "R1")).toBe("missed");
  });

  it("is open where a limit came first, unless all of it broke, or more", async () => {
    const cut = await run(design("fast-path"), [scenario("extra-put"), scenario("main")], {
      limits: { maxStates: 20 },
    });
    expect(idsWith(cut, "violated")).toEqual(["R13"]);
    expect(cut.scenarios.at(-1)?.stopped).toBe("states");
    expect([outcome(cut, "R13"), outcome(cut, "R1", "R13"), outcome(cut, "R1")]).toEqual(["met", "open", "missed"]);
    // What was not begun may break, too.
    const begun = await runUpTo("extra-put", design("early-drop"), ["extra-put", "main"]);
    expect([begun.scenarios.map(({ stopped }) => stopped), begun.notRun]).toEqual([[null], ["main"]]);
    expect([outcome(begun, "R13"), outcome(begun, "R1", "R13"), outcome(begun, "R1")]).toEqual([
      "met",
      "open",
      "missed",
    ]);
  });

  it("cannot be what is ignored, only warned of, or unknown", () => {
    expect(expectedNamed(["r13", " R1", "R1"], [])).toEqual(["R1", "R13"]);
    expect(() => expectedNamed(["R6"], ["R6"])).toThrow("both ignored and expected");
    expect(() => expectedNamed(["R11"], [])).toThrow("only warned of");
    expect(() => expectedNamed(["R0"], [])).toThrow('--expect: there is no requirement "R0"');
    expect(() => explorationOf({ ...defaults, ignore: ["R99"] })).toThrow('--ignore: there is no requirement "R99"');
  });
});

it("a scenario that is named twice is explored once", () => {
  const { scenarios } = explorationOf({ ...defaults, scenario: ["main", "extra-put", "main"] });
  expect(scenarios.map(({ name }) => name)).toEqual(["main", "extra-put"]);
});
