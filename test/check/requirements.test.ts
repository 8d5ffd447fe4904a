/** Every requirement is exercised by the battery, and each has mutants that are caught under its id. */
import { describe, expect, it } from "vitest";
import {
  battery,
  type CheckResult,
  check,
  requirements,
  type Scenario,
  scenarioByName,
} from "../../src/check/index.js";
import { type Design, designByName, designs } from "../../src/helpers/index.js";
import { become, call, type Program, write } from "../../src/machine/index.js";
import { type Fault, faulty } from "./faults.js";

const BOUNDS = {
  cpus: 2,
  rounds: 1,
  regions: 1,
  placement: "adversarial",
  allocFailures: 1,
  seamcallFailures: 0,
  use: "rdmd",
} as const;

function run(
  design: Design,
  scenarios: readonly Scenario[],
  bounds: Partial<typeof BOUNDS> = {},
): Promise<CheckResult> {
  return check({ design, scenarios, bounds: { ...BOUNDS, ...bounds }, explain: false });
}

function violated(result: CheckResult): string[] {
  return result.requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id);
}

const scenario = (name: string): Scenario => scenarioByName(name) as Scenario;

describe("the unchanged design", () => {
  it("holds, warned of R11 and R14, with every requirement exercised", async () => {
    const result = await run(faulty("none"), battery, { rounds: 1 });
    expect(result.verdict).toBe("holds");
    for (const { id, verdict, checked } of result.requirements) {
      // Every access of the design is marked.
      const expected = { R10: "not-exercised", R11: "warning", R14: "warning" }[id as string] ?? "held";
      expect([id, verdict]).toEqual([id, expected]);
      expect(checked > 0).toBe(expected !== "not-exercised");
    }
    const merged = await run(designByName("global-lock") as Design, battery);
    expect(merged.scenarios.map(({ states }) => states)).toEqual(result.scenarios.map(({ states }) => states));
  });
});

/** Fault, the requirement it breaks, and the scenario that shows it. */
const caught: readonly (readonly [Fault, string, string])[] = [
  ["warn-on-last-put", "R1", "main"],
  ["lock-dropped-before-remove", "R1", "main"],
  ["eio-on-lost-race", "R2", "main"],
  ["enomem-made-up", "R2", "main"],
  ["add-forgotten", "R3", "main"],
  ["count-before-add", "R3", "main"],
  ["error-becomes-success", "R3", "main"],
  ["remove-forgotten", "R4", "main"],
  ["increment-forgotten", "R5", "main"],
  ["reset-count-forgotten", "R5", "main"],
  ["pair-leaked-when-not-needed", "R6", "main"],
  ["first-page-leaked", "R6", "main"],
  ["free-without-reset", "R7", "main"],
  ["pair-freed-twice", "R7", "main"],
  ["never-filled-pair-freed", "R7", "main"],
  ["allocation-under-lock", "R8", "main"],
  ["mutex-instead-of-spinlock", "R8", "zap-put"],
  ["sleeps-in-put", "R8", "zap-put"],
  ["none", "R8", "softirq-put"],
  ["unlock-forgotten", "R9", "main"],
  ["locks-in-any-order", "R9", "main"],
  ["retries-for-ever", "R9", "main"],
  ["plain-look-before-lock", "R10", "main"],
  ["works-without-dynamic-pamt", "R12", "dpamt-off"],
  ["allocates-without-dynamic-pamt", "R12", "dpamt-off"],
  ["underflow-unnoticed", "R13", "extra-put"],
  ["underflow-noticed", "R13", "extra-put"],
  ["underflow-noticed-out-of-sight", "R13", "extra-put"],
  ["frees-after-failed-remove", "R7", "extra-put"],
  ["floor-instead-of-ceiling", "R13", "partial-region"],
  ["failed-add-becomes-success", "R14", "seamcall-failure"],
  ["failed-add-counted", "R14", "seamcall-failure"],
  ["failed-add-leaks", "R14", "seamcall-failure"],
  ["frees-after-failed-remove", "R14", "seamcall-failure"],
  ["failed-remove-uncounted", "R14", "seamcall-failure"],
  ["bits-8", "R3", "many-users"],
  ["bits-9", "R3", "many-users"],
  ["bits-8-signed", "R3", "many-users"],
];

describe("mutants", () => {
  it.each(caught)("%s breaks %s in %s", async (fault, requirement, name) => {
    const result = await run(faulty(fault), [scenario(name)]);
    expect(result.verdict).toBe("violated");
    expect(violated(result)).toContain(requirement);
  });

  it.each([
    ["underflow-unnoticed", "a put when no user was left went unreported"],
    ["underflow-noticed", "a put when no user was left made region 0x102000000 count -1"],
    ["underflow-noticed-out-of-sight", "after a put when no user was left a get succeeded without a page pair"],
  ] as const)("%s: R13 alone is broken, and leaves the others out of doubt", async (fault, message) => {
    const { requirements } = await run(faulty(fault), battery);
    expect(requirements.find(({ id }) => id === "R13")).toMatchObject({ verdict: "violated", message });
    expect(requirements.filter(({ verdict }) => verdict === "inconclusive")).toEqual([]);
  });

  it("what else breaks after a put too many is not put down to R13", async () => {
    const result = await run(faulty("frees-after-failed-remove"), battery);
    // R14 is what comes of a REMOVE that fails although the caller does right.
    expect(violated(result)).toEqual(["R7", "R14"]);
    expect(result.requirements.find(({ id }) => id === "R13")?.verdict).toBe("inconclusive");
  });

  it("a lock that disables softirqs may be taken in softirq context", async () => {
    const result = await run(faulty("bh-lock"), [...battery, scenario("softirq-put")]);
    expect(violated(result)).toEqual([]);
  });

  it("between them break every requirement but R11, which warns of the merged design itself", () => {
    const ids = new Set(caught.map(([, requirement]) => requirement));
    const failing = requirements.filter(({ warning }) => warning !== true);
    expect([...ids].sort()).toEqual(failing.map(({ id }) => id as string).sort());
    expect(requirements.filter(({ warning }) => warning === true).map(({ id }) => id)).toEqual(["R11"]);
  });
});

describe("a helper that goes round for ever", () => {
  const spinning = (again?: (start: () => Program) => Program): Design => ({
    ...faulty("none"),
    create: (kernel) => {
      const turn = kernel.space.reserve(1, () => "turn");
      const helpers = faulty("none").create(kernel);
      function* wait(): Program {
        for (;;) {
          yield write(turn, 1);
          yield write(turn, 0);
          if (again !== undefined) return yield* again(wait);
        }
      }
      return {
        ...helpers,
        *tdxPamtGet() {
          return yield call("wait", wait);
        },
      };
    },
  });

  it.each(["dfs", "bfs", "switches"] as const)("is found by %s", async (strategy) => {
    const design = spinning(function* (start) {
      return yield become("wait", start);
    });
    const bounds = { ...BOUNDS, cpus: 1, allocFailures: 0, use: "none" } as const;
    const result = await check({ design, scenarios: [scenario("main")], bounds, strategy, explain: false });
    expect(violated(result)).toContain("R9");
  });

  it("is found when it forgets nothing", async () => {
    const result = await run(spinning(), [scenario("main")], { cpus: 1 } as never);
    expect(violated(result)).toContain("R9");
  });
});

/** What is true of each design at 2 CPUs, 2 rounds, 2 regions. */
const verdicts: Readonly<Record<string, readonly string[]>> = {
  "global-lock": [],
  "early-drop": ["R1", "R13"],
  "fast-path": ["R13"],
  "region-locks": ["R1", "R2"],
  "mirrored-rwlocks": ["R9"],
  "ordered-rwlocks": [],
  "reserved-pool": [],
  lazy: ["R1", "R2", "R3", "R13"],
  "static-pamt": [],
};

describe("designs", () => {
  it.each(designs.map((design) => [design.name, design] as const))("%s", async (name, design) => {
    const result = await run(design, battery, { rounds: 2, regions: 2 } as never);
    expect(violated(result)).toEqual(verdicts[name]);
    expect(result.verdict).toBe(verdicts[name]?.length === 0 ? "holds" : "violated");
    const warned = result.requirements.filter(({ verdict }) => verdict === "warning").map(({ id }) => id);
    const expected = ["global-lock", "region-locks", "mirrored-rwlocks"].includes(name) ? ["R11"] : [];
    // Whoever counts leaves the pair of a REMOVE that failed where it is.
    expect(warned).toEqual(["lazy", "static-pamt"].includes(name) ? expected : [...expected, "R14"]);
  });
});
