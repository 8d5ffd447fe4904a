/** KVM's flows, alone and beside each other: what holds, what breaks, and that the checks at flow level can fail. */
import { describe, expect, it } from "vitest";
import { Leaf, Operand, Register, TDX_OPERAND_BUSY } from "../../src/abi/index.js";
import {
  type CheckOptions,
  type CheckResult,
  check,
  FlowsError,
  flowScenarios,
  parseSchedule,
  type Reduction,
  reductions,
  replay,
  type Scenario,
  Setup,
  scenarioByName,
  type TdSharing,
} from "../../src/check/index.js";
import { BuildError, flowEnds, flows } from "../../src/flows/index.js";
import { type Design, designByName, designs, pamtCache, tdxTopupPamtCache } from "../../src/helpers/index.js";
import { type Kernel, mutexLock, mutexUnlock } from "../../src/kernel/index.js";
import { type Program, read, write } from "../../src/machine/index.js";

const BOUNDS = { cpus: 2, rounds: 1, regions: 2, placement: "adversarial", allocFailures: 1, use: "none" } as const;
const design = (name: string): Design => designByName(name) as Design;

function run(list: string, tds: TdSharing, options: Partial<CheckOptions> = {}): Promise<CheckResult> {
  const scenarios = flowScenarios(list, tds);
  return check({ design: design("global-lock"), scenarios, bounds: BOUNDS, explain: false, ...options });
}

function broken(result: CheckResult): string[] {
  return result.requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id);
}

function times(result: CheckResult, text: string): number {
  return result.witnesses.find((witness) => witness.text === text)?.times ?? -1;
}

describe("each flow alone", () => {
  const real = flows.filter(({ variant }) => variant !== true).map(({ name }) => name);

  it.each(real)("%s holds on every design that counts", async (name) => {
    const sound = designs.filter(({ name }) => !["lazy", "early-drop", "region-locks"].includes(name));
    for (const each of sound) {
      const result = await run(name, "tds", { design: each });
      expect([each.name, result.verdict, broken(result)]).toEqual([each.name, "holds", []]);
      expect(result.requirements.find(({ id }) => id === "R6")?.checked).toBeGreaterThan(0);
    }
  });

  it.each([
    ["fault", "a page pair was added"],
    ["zap", "a page pair was removed"],
    ["teardown", "a page pair was removed"],
    ["td-create", "a get succeeded"],
    ["split", "a 2 MiB page was split"],
    ["merge", "512 pages were merged"],
    ["fault", "an allocation failed"],
  ])("%s shows: %s", async (name, text) => {
    const result = await run(name, "tds");
    // Creating a TD goes through tdx_alloc_page, whose gets are no calls of their own.
    if (name === "td-create") expect(times(result, "a page pair was added")).toBeGreaterThan(0);
    else expect(times(result, text)).toBeGreaterThan(0);
  });
});

/** Flows, how they share TDs, design, what breaks. */
const beside: readonly (readonly [string, TdSharing, string, readonly string[]])[] = [
  ["fault+zap", "one-td", "global-lock", []],
  ["fault+zap", "tds", "global-lock", []],
  ["zap+zap", "tds", "fast-path", []],
  ["merge+fault", "tds", "fast-path", []],
  ["split-locked+merge", "tds", "global-lock", []],
  ["zap+teardown", "tds", "global-lock", []],
  // DEMOTE names its pair outside the lock that keeps ADD and REMOVE of the pair's region away.
  ["zap+split", "tds", "global-lock", ["R1", "R9"]],
  ["zap+split", "tds", "fast-path", ["R1", "R9"]],
  // The cure, and what is not needed for it.
  ["zap+split-locked", "tds", "global-lock", []],
  ["zap+split-count-late", "tds", "global-lock", []],
  ["zap+merge-locked", "tds", "global-lock", []],
  // A put before the last SEAMCALL on the page has returned.
  ["zap-early-put+zap", "tds", "global-lock", ["R1", "R7"]],
  ["zap-early-put+zap", "one-td", "global-lock", ["R1"]],
  ["zap-put-before-write-back+zap", "tds", "global-lock", ["R1"]],
  ["zap-put-before-write-back+fault", "tds", "global-lock", ["R1", "R2"]],
  ["fault+zap", "tds", "region-locks", ["R1", "R2"]],
];

describe("flows beside each other", () => {
  it.each(beside)("%s (%s) on %s: %j", { timeout: 60_000 }, async (list, tds, name, expected) => {
    const result = await run(list, tds, { design: design(name) });
    expect(broken(result)).toEqual(expected);
    expect(result.verdict).toBe(expected.length === 0 ? "holds" : "violated");
  });

  it("an early put shuts the module down", async () => {
    const result = await run("zap-early-put+zap", "tds");
    expect(times(result, "the TDX module shut down")).toBeGreaterThan(0);
  });

  it("a split that meets an ADD is made again, and may meet it once more", async () => {
    const result = await run("split+fault", "tds", { limits: { maxStates: 100_000 } });
    expect(times(result, "a SEAMCALL was BUSY and made again")).toBeGreaterThan(0);
    expect(broken(result)).toEqual(["R2", "R9"]);
    const r9 = result.requirements.find(({ id }) => id === "R9");
    expect(r9?.message).toBe("TDH.MEM.PAGE.DEMOTE was BUSY again after the one retry that KVM makes");
  });

  it("three faults of one TD wait for each other's table, and that is no BUSY", { timeout: 60_000 }, async () => {
    const bounds = { ...BOUNDS, regions: 1, allocFailures: 0 };
    const result = await run("fault+fault+fault", "one-td", { bounds, limits: { maxStates: 20_000 } });
    expect(broken(result)).toEqual([]);
    expect(times(result, "a SEAMCALL was BUSY and made again")).toBe(0);
  });

  it("a failure can be walked again", async () => {
    const result = await run("zap-put-before-write-back+zap", "tds", { explain: true });
    const { schedule, requirement, switches } = result.counterexample ?? { schedule: "", requirement: "", switches: 0 };
    expect(switches).toBeGreaterThan(0);
    const parsed = parseSchedule(schedule);
    const scenario = scenarioByName(parsed.scenario) as Scenario;
    const again = replay(new Setup({ design: design("global-lock"), scenario, bounds: parsed.bounds }), parsed);
    expect(again?.requirement).toBe(requirement);
  });
});

describe("reductions", () => {
  const names = Object.keys(reductions) as Reduction[];

  it.each([
    ["zap+zap", "tds"],
    ["zap-early-put+zap", "tds"],
    ["fault+zap", "one-td"],
  ] as const)("without each of them %s (%s) comes to the same verdict", { timeout: 120_000 }, async (list, tds) => {
    const expected = broken(await run(list, tds));
    for (const name of names) {
      const bounds = { ...BOUNDS, regions: 1, allocFailures: 0 };
      const result = await run(list, tds, { without: [name], bounds });
      expect([name, result.verdict, broken(result)]).toEqual([
        name,
        expected.length === 0 ? "holds" : "violated",
        expected,
      ]);
    }
  });
});

/** `global-lock` with its get replaced. */
function withGet(tdxPamtGet: (kernel: Kernel) => () => Program): Design {
  const sound = design("global-lock");
  return {
    ...sound,
    name: "faulty",
    create: (kernel) => ({ ...sound.create(kernel), tdxPamtGet: tdxPamtGet(kernel) }),
  };
}

describe("checks at flow level can fail", () => {
  it("R3: a get that installs nothing makes SEPT.ADD miss the pair", async () => {
    // Pages that are built before come through the sound helpers.
    const sound = design("global-lock");
    const lying: Design = {
      ...sound,
      create(kernel) {
        const helpers = sound.create(kernel);
        return {
          ...helpers,
          *tdxPamtGet(page, cache) {
            if (cache !== undefined) return 0;
            return yield* helpers.tdxPamtGet(page);
          },
        };
      },
    };
    const result = await run("fault", "tds", { design: lying });
    const r3 = result.requirements.find(({ id }) => id === "R3");
    expect(r3?.verdict).toBe("violated");
  });

  it("R8: a get that takes a mutex sleeps under the MMU lock", async () => {
    const sleeping: Design = {
      ...design("global-lock"),
      create(kernel) {
        const helpers = design("global-lock").create(kernel);
        const mutex = kernel.space.reserve(1, () => "a mutex");
        return {
          ...helpers,
          *tdxPamtGet(page, cache) {
            yield* mutexLock(mutex);
            const failed = yield* helpers.tdxPamtGet(page, cache);
            yield* mutexUnlock(mutex);
            return failed;
          },
        };
      },
    };
    const result = await run("fault", "tds", { design: sleeping });
    expect(broken(result)).toEqual(["R8"]);
    expect(result.requirements.find(({ id }) => id === "R8")?.message).toContain(
      "a mutex is taken with a spinlock held",
    );
  });

  it.each([
    ["a reference that was not put", -1, 0, "17 references are held instead of 16"],
    ["a page that was not freed", 0, -1, "pages are in use instead of"],
  ])("R6: %s when all flows have ended", async (_what, references, pages, message) => {
    const [zap] = flowScenarios("zap", "tds") as [Scenario];
    const idle: Scenario = {
      ...zap,
      programs: () => [{ label: "says what it has not done", start: () => flowEnds(references, pages) }],
    };
    const result = await check({ design: design("global-lock"), scenarios: [idle], bounds: BOUNDS, explain: false });
    expect(broken(result)).toEqual(["R6"]);
    expect(result.requirements.find(({ id }) => id === "R6")?.message).toContain(message);
  });

  it("R6: a vCPU's cache that was not freed", async () => {
    const [zap] = flowScenarios("zap", "tds") as [Scenario];
    function* topUp({ kernel }: { kernel: Kernel }): Program {
      yield* tdxTopupPamtCache(kernel, pamtCache(kernel), 1);
      return yield* flowEnds(0, 0);
    }
    const idle: Scenario = { ...zap, programs: (stage) => [{ label: "top up", start: () => topUp(stage) }] };
    const result = await check({ design: design("global-lock"), scenarios: [idle], bounds: BOUNDS, explain: false });
    expect(broken(result)).toEqual(["R6"]);
    expect(result.requirements.find(({ id }) => id === "R6")?.message).toContain("left in caches");
  });

  it("a design that cannot build a TD says so", async () => {
    const useless = withGet(
      () =>
        function* () {
          yield* [];
          return 0;
        },
    );
    await expect(run("zap", "tds", { design: useless })).rejects.toThrow(BuildError);
    await expect(run("zap", "tds", { design: useless })).rejects.toThrow(/TDX_MISSING_PAMT_PAGE_PAIR/);
  });
});

/** The first call of a leaf by each CPU finds it BUSY, before anything is done. */
function busyOnce(scenario: Scenario, leaf: Leaf): Scenario {
  return {
    ...scenario,
    programs(stage) {
      const { kernel } = stage;
      const { tdx } = kernel;
      const seamcall = tdx.seamcall.bind(tdx);
      const refused = kernel.space.reserve(BOUNDS.cpus, () => "was BUSY");
      tdx.seamcall = function* (registers): Program {
        if (registers.low(Register.Rax) === leaf) {
          const word = refused + (yield read(kernel.cpu.number));
          if ((yield read(word)) === 0) {
            yield write(word, 1);
            return TDX_OPERAND_BUSY | Operand.Rcx;
          }
        }
        return yield* seamcall(registers);
      };
      return scenario.programs(stage);
    },
  };
}

describe("a SEAMCALL that is BUSY once is made again, and nothing is lost", () => {
  it.each([
    ["td-create", Leaf.MngCreate],
    ["td-create+td-create", Leaf.MngAddcx],
    ["vcpu-create", Leaf.VpAddcx],
    ["fault", Leaf.MemSeptAdd],
    ["fault", Leaf.MemPageAug],
    ["fault+zap", Leaf.MemPageAug],
    ["populate", Leaf.MemPageAdd],
    ["map-2m+map-2m", Leaf.MemPageAug],
    ["split", Leaf.MemTrack],
    ["split", Leaf.MemPageDemote],
    ["merge+merge", Leaf.MemPagePromote],
  ])("%s, leaf %i", { timeout: 60_000 }, async (list, leaf) => {
    const scenarios = flowScenarios(list, "tds").map((scenario) => busyOnce(scenario, leaf));
    const bounds = { ...BOUNDS, regions: 1, allocFailures: list.includes("+") ? 0 : 1 };
    const result = await check({ design: design("global-lock"), scenarios, bounds, explain: false });
    expect(broken(result)).toEqual([]);
    expect(result.verdict).toBe("holds");
    expect(times(result, "a SEAMCALL was BUSY and made again")).toBeGreaterThan(0);
  });

  it.each([
    ["zap", Leaf.MemPageRemove],
    ["teardown", Leaf.PhymemPageReclaim],
  ])("but on the way of giving pages up it is R1: %s, leaf %i", async (list, leaf) => {
    const scenarios = flowScenarios(list, "tds").map((scenario) => busyOnce(scenario, leaf));
    const result = await check({ design: design("global-lock"), scenarios, bounds: BOUNDS, explain: false });
    expect(broken(result)).toEqual(["R1"]);
  });
});

describe("names of flows", () => {
  it("one TD is offered where all can share it", () => {
    expect(flowScenarios("fault+zap").map(({ name }) => name)).toEqual(["fault+zap@one-td", "fault+zap@tds"]);
    expect(flowScenarios("fault+teardown").map(({ name }) => name)).toEqual(["fault+teardown@tds"]);
    expect(flowScenarios("fault+populate").map(({ name }) => name)).toEqual(["fault+populate@tds"]);
    expect(flowScenarios("zap").map(({ name }) => name)).toEqual(["zap@tds"]);
  });

  it.each(["fault+nothing", "", "fault+", "zap+zap+zap+zap+zap"])("%j is refused", (text) => {
    expect(() => flowScenarios(text)).toThrow(FlowsError);
  });

  it("flows that cannot share a TD are refused as one", () => {
    expect(() => flowScenarios("fault+teardown", "one-td")).toThrow(/cannot run in one TD/);
  });

  it("names of scenarios are found again, others are not", () => {
    for (const name of ["fault+zap@one-td", "split+fault@tds"]) expect(scenarioByName(name)?.name).toBe(name);
    for (const name of ["fault+zap", "fault+zap@both", "fault+teardown@one-td", "x@tds", "zap@tds@tds"]) {
      expect(scenarioByName(name)).toBeUndefined();
    }
  });
});
