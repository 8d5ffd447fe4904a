/** Strategies, limits, counterexamples and schedules. */
import { describe, expect, it } from "vitest";
import {
  battery,
  type CheckOptions,
  type CheckResult,
  check,
  formatSchedule,
  parseSchedule,
  type Reduction,
  reductions,
  replay,
  type Scenario,
  ScheduleError,
  Setup,
  type Strategy,
  scenarioByName,
} from "../../src/check/index.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { readSystemInfo } from "../../src/kernel/index.js";
import { read } from "../../src/machine/index.js";

const BOUNDS = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 1, use: "rdmd" } as const;
const main = scenarioByName("main") as Scenario;
const design = (name: string): Design => designByName(name) as Design;

function run(name: string, options: Partial<CheckOptions> = {}): Promise<CheckResult> {
  return check({ design: design(name), scenarios: [main], bounds: BOUNDS, ...options });
}

function violated(result: CheckResult): string[] {
  return result.requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id);
}

describe("strategies that cover everything agree", () => {
  it.each(["global-lock", "early-drop", "region-locks", "mirrored-rwlocks"])("%s", async (name) => {
    const bounds = { ...BOUNDS, regions: 2, allocFailures: 0 };
    const found = await Promise.all(
      (["dfs", "bfs", "switches"] as Strategy[]).map((strategy) => run(name, { strategy, bounds, explain: false })),
    );
    const [dfs, bfs, switches] = found as [CheckResult, CheckResult, CheckResult];
    expect(violated(bfs)).toEqual(violated(dfs));
    expect(violated(switches)).toEqual(violated(dfs));
    expect(bfs.verdict).toBe(dfs.verdict);
    expect(switches.verdict).toBe(dfs.verdict);
    if (dfs.verdict === "holds") expect(bfs.statistics.states).toBe(dfs.statistics.states);
    expect(switches.scenarios[0]?.switchesCovered).toBeGreaterThan(0);
  });
});

describe("sampling", () => {
  it.each(["random", "pct"] as const)("%s finds early-drop's failure and never says holds", async (strategy) => {
    const broken = await run("early-drop", { strategy, seed: 3, explain: false, limits: { maxStates: 200_000 } });
    expect(broken.verdict).toBe("violated");
    expect(violated(broken)).toContain("R1");
    const again = await run("early-drop", { strategy, seed: 3, explain: false, limits: { maxStates: 200_000 } });
    expect(again.scenarios[0]?.transitions).toBe(broken.scenarios[0]?.transitions);
    const sound = await run("global-lock", { strategy, limits: { maxStates: 5_000 } });
    expect(sound.verdict).toBe("inconclusive");
    expect(sound.requirements.map(({ verdict }) => verdict)).not.toContain("held");
  });
});

describe("limits", () => {
  const wide = { ...BOUNDS, cpus: 3, rounds: 2, regions: 2 };

  it.each([
    ["states", { maxStates: 2_000 }],
    ["seconds", { maxSeconds: 0.05 }],
    ["memory", { maxMemory: 1e-6 }],
  ] as const)("of %s make the verdict inconclusive", async (stop, limits) => {
    for (const strategy of ["dfs", "bfs"] as const) {
      const result = await run("global-lock", { bounds: wide, limits, strategy });
      expect(result.verdict).toBe("inconclusive");
      expect(result.scenarios[0]?.stopped).toBe(stop);
      expect(result.requirements.map(({ verdict }) => verdict)).not.toContain("held");
    }
  });

  it("an interrupted check says what it had covered, and progress is told", async () => {
    const controller = new AbortController();
    let told = 0;
    const result = await run("global-lock", {
      bounds: wide,
      scenarios: battery,
      signal: controller.signal,
      progress: ({ statistics }) => {
        told++;
        expect(statistics.states).toBeGreaterThan(0);
        if (told === 3) controller.abort();
      },
    });
    expect(told).toBeGreaterThanOrEqual(3);
    expect(result.verdict).toBe("inconclusive");
    expect(result.scenarios.map(({ stopped }) => stopped)).toEqual(["interrupted"]);
    expect(result.statistics.states).toBeGreaterThan(0);
  });
});

describe("reductions lose nothing", () => {
  const names = Object.keys(reductions) as Reduction[];
  const subjects = ["global-lock", "early-drop", "region-locks", "mirrored-rwlocks", "ordered-rwlocks"];

  it.each(subjects.flatMap((name) => names.map((reduction) => [name, reduction] as const)))(
    "%s without %s",
    async (name, reduction) => {
      const fought = name === "region-locks" || name === "mirrored-rwlocks";
      const bounds = { ...BOUNDS, regions: fought ? 2 : 1, use: fought ? "none" : "rdmd", allocFailures: 0 } as const;
      const reduced = await run(name, { bounds, explain: false });
      const full = await run(name, { bounds, explain: false, without: [reduction] });
      if (full.verdict === "holds") expect(full.scenarios[0]?.stopped).toBeNull();
      expect(violated(full)).toEqual(violated(reduced));
      expect(full.verdict).toBe(reduced.verdict);
      expect(full.statistics.states).toBeGreaterThanOrEqual(reduced.statistics.states);
      expect(full.reductions).not.toContain(reduction);
    },
  );

  it.each(["short-calls", "protected-steps", "cpu-symmetry"] as const)("%s saves states", async (reduction) => {
    const full = await run("global-lock", { without: [reduction] });
    expect(full.statistics.states).toBeGreaterThan((await run("global-lock")).statistics.states);
  });

  it.each(["late-choice", "unordered-pairs"] as const)("%s saves transitions or states", async (reduction) => {
    const bounds = { ...BOUNDS, regions: 2 };
    const full = (await run("global-lock", { bounds, without: [reduction] })).statistics;
    const reduced = (await run("global-lock", { bounds })).statistics;
    expect(full.states + full.transitions).toBeGreaterThan(reduced.states + reduced.transitions);
  });
});

describe("counterexamples", () => {
  it.each([
    ["early-drop", 1, 2, "R1"],
    ["region-locks", 2, 1, "R2"],
    ["mirrored-rwlocks", 2, 1, "R9"],
  ] as const)("%s: fewest switches, replayed", async (name, regions, switches, requirement) => {
    const { counterexample } = await run(name, { bounds: { ...BOUNDS, regions } });
    expect(counterexample).not.toBeNull();
    if (counterexample === null) return;
    expect(counterexample.requirement).toBe(requirement);
    expect(counterexample.fewestSwitches).toBe(true);
    expect(counterexample.switches).toBe(switches);
    // With one switch less, nothing breaks.
    const steps = counterexample.steps.filter(({ visible }) => visible);
    expect(new Set(steps.map(({ cpu }) => cpu))).toEqual(new Set([0, 1]));
    const schedule = parseSchedule(counterexample.schedule);
    expect(formatSchedule(schedule)).toBe(counterexample.schedule);
    const again = replay(new Setup({ design: design(name), scenario: main, bounds: schedule.bounds }), schedule);
    expect(again?.requirement).toBe(requirement);
    expect(again?.message).toBe(counterexample.message);
    expect(again?.steps.filter(({ visible }) => visible)).toEqual(steps);
  });

  it("shows what the CPUs of a deadlock wait for", async () => {
    const { counterexample } = await run("mirrored-rwlocks", { bounds: { ...BOUNDS, regions: 2 } });
    const waits = counterexample?.steps.filter(({ text }) => text.startsWith("waits in read_lock("));
    expect(waits?.map(({ cpu }) => cpu)).toEqual([0, 1]);
  });
});

describe("schedules", () => {
  const good = async (): Promise<string> => (await run("early-drop")).counterexample?.schedule as string;
  const setup = (changed: Design = design("early-drop")): Setup =>
    new Setup({ design: changed, scenario: main, bounds: BOUNDS });

  it("of another version, damaged, or cut in half are refused with the reason", async () => {
    const line = await good();
    expect(() => parseSchedule(line.replace("dpamt1", "dpamt9"))).toThrow(/format dpamt9.*reads dpamt1/);
    expect(() => parseSchedule("hello")).toThrow(/does not begin a schedule/);
    expect(() => parseSchedule(line.slice(0, 40))).toThrow(/damaged/);
    expect(() => parseSchedule(line.replace("~", "_~"))).toThrow(/damaged: its move 4 \(""\)/);
    expect(() => parseSchedule(`${line}_`)).toThrow(/cut off/);
    expect(() => parseSchedule(line.replace(":c2,", ":c99,"))).toThrow(ScheduleError);
  });

  it("that move a CPU that is not there are refused", async () => {
    const schedule = parseSchedule(await good());
    const stretches = schedule.stretches.map((stretch) => ({ ...stretch, cpu: 5 }));
    expect(() => replay(setup(), { ...schedule, stretches })).toThrow(
      /move 1 of 3 of the schedule .* is of CPU5, but there are 2 CPUs/,
    );
  });

  it("survive steps added elsewhere", async () => {
    const original = design("early-drop");
    const changed: Design = {
      ...original,
      create: (kernel) => {
        const extra = kernel.space.reserve(1, () => "a word that was not there before");
        const helpers = original.create(kernel);
        return {
          ...helpers,
          *tdxAllocPage() {
            yield read(extra);
            return yield* helpers.tdxAllocPage();
          },
        };
      },
    };
    const again = replay(setup(changed), parseSchedule(await good()));
    expect(again?.requirement).toBe("R1");
  });

  it("say where the programs have changed, or that nothing breaks any more", async () => {
    const schedule = parseSchedule(await good());
    expect(() => replay(setup(design("global-lock")), schedule)).toThrow(
      /at move \d of \d+ of the schedule \("[^"]+"\) CPU\d .*: run "dpamt check"/,
    );
    const ended = { ...schedule, stretches: schedule.stretches.slice(0, 1) };
    expect(replay(setup(), ended)).toBeNull();
  });
});

describe("first-fit placement", () => {
  it.each(["global-lock", "ordered-rwlocks", "reserved-pool"])("%s holds", async (name) => {
    const result = await run(name, { scenarios: battery, bounds: { ...BOUNDS, placement: "first-fit" } });
    expect(violated(result)).toEqual([]);
    expect(result.verdict).toBe("holds");
    expect(result.requirements.find(({ id }) => id === "R6")?.checked).toBeGreaterThan(0);
  });
});

describe("setup", () => {
  it("refuses bounds that the model has no room for", () => {
    const bounds = { ...BOUNDS, cpus: 9 };
    expect(() => new Setup({ design: design("global-lock"), scenario: main, bounds })).toThrow(RangeError);
  });

  it("reads from the module whether it has Dynamic PAMT", () => {
    const { kernel } = setup();
    expect(readSystemInfo(kernel.words, kernel.tdx, true)).toEqual({ dynamicPamt: true, pamt4kEntrySize: 16 });
    expect(readSystemInfo(kernel.words, kernel.tdx, false).dynamicPamt).toBe(false);
  });

  function setup(): Setup {
    return new Setup({ design: design("global-lock"), scenario: main, bounds: BOUNDS });
  }
});
