/** Flows in which any SEAMCALL may fail by nobody's fault: nothing is blamed on who does then what KVM does. */
import { describe, expect, it } from "vitest";
import { type CheckResult, check, flowScenarios, type TdSharing } from "../../src/check/index.js";
import { flows } from "../../src/flows/index.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { type Fault, faulty } from "../check/faults.js";

function run(list: string, tds: TdSharing, design: Design, seamcallFailures: number): Promise<CheckResult> {
  const bounds = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 0, use: "none" } as const;
  return check({
    design,
    scenarios: flowScenarios(list, tds),
    bounds: { ...bounds, seamcallFailures },
    explain: false,
  });
}

function found(result: CheckResult, id: string) {
  return result.requirements.find((each) => each.id === id);
}

const globalLock = designByName("global-lock") as Design;

describe("where any SEAMCALL may fail", () => {
  // Teardown has 21 pages to reclaim, each in two calls.
  const real = flows
    .filter(({ variant }) => variant !== true)
    .map(({ name }) => [name, name === "teardown" ? 1 : 2] as const);

  it.each(real)("%s holds with %i of them", async (name, failures) => {
    const kind = await run(name, "tds", globalLock, 0);
    const result = await run(name, "tds", globalLock, failures);
    expect([kind.verdict, result.verdict]).toEqual(["holds", "holds"]);
    expect(result.statistics.states).toBeGreaterThan(kind.statistics.states);
    expect(result.witnesses.find(({ text }) => text.startsWith("a SEAMCALL failed"))?.times).toBeGreaterThan(0);
  });

  it.each([
    ["fault+zap", "one-td"],
    ["fault+zap", "tds"],
    ["split+zap", "one-td"],
    ["zap+zap-split", "tds"],
    ["merge+merge", "one-td"],
  ] as const)("%s (%s) holds", async (list, tds) => {
    expect((await run(list, tds, globalLock, 1)).verdict).toBe("holds");
  });

  it("a pair that stays when all has ended is warned of", async () => {
    expect(found(await run("zap", "tds", globalLock, 1), "R14")).toMatchObject({
      verdict: "warning",
      message:
        "the page pair of region 0x102000000 is installed for no user after a PAMT.REMOVE that failed: 2 pages are pinned",
    });
  });

  it.each([
    ["failed-add-becomes-success", "vcpu-create"],
    ["failed-add-counted", "td-create"],
    ["failed-add-leaks", "td-create"],
    ["frees-after-failed-remove", "zap"],
  ] as const satisfies readonly (readonly [Fault, string])[])(
    "helpers that mishandle it break R14: %s in %s",
    async (fault, list) => {
      const result = await run(list, "tds", faulty(fault), 1);
      expect(found(result, "R14")?.verdict).toBe("violated");
    },
  );
});
