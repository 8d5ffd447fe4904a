/** SEAMCALLs that fail by nobody's fault, and regions with as many users as they have pages. */
import { describe, expect, it } from "vitest";
import { type Bounds, type CheckResult, check, type Scenario, scenarioByName } from "../../src/check/index.js";
import { Setup } from "../../src/check/setup.js";
import { replay } from "../../src/check/trace/counterexample.js";
import { formatSchedule, parseSchedule } from "../../src/check/trace/schedule.js";
import { DepthFirst } from "../../src/explore/search/depth-first.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { type Fault, faulty } from "./faults.js";

const BOUNDS: Bounds = {
  cpus: 2,
  rounds: 1,
  regions: 1,
  placement: "adversarial",
  allocFailures: 0,
  use: "rdmd",
};

const scenario = (name: string): Scenario => scenarioByName(name) as Scenario;
const globalLock = designByName("global-lock") as Design;

function run(design: Design, name: string, bounds: Partial<Bounds> = {}, explain = false): Promise<CheckResult> {
  return check({ design, scenarios: [scenario(name)], bounds: { ...BOUNDS, ...bounds }, explain });
}

function found(result: CheckResult, id: string) {
  return result.requirements.find((each) => each.id === id);
}

function timesSeen({ witnesses }: CheckResult, text: string): number {
  return witnesses.find((each) => each.text === text)?.times ?? -1;
}

const FAILED = "a SEAMCALL failed by nobody's fault";

describe("a SEAMCALL that fails by nobody's fault", () => {
  it("does not fail where none may: the states are those of a search without the choice", async () => {
    const without = await run(globalLock, "main");
    const none = await run(globalLock, "main", { seamcallFailures: 0 });
    expect(none.statistics.states).toBe(without.statistics.states);
    expect(timesSeen(none, FAILED)).toBe(0);
    expect(found(none, "R14")?.verdict).toBe("not-exercised");
  });

  it("fails once in its scenario, as often as asked for in others, and is blamed on nobody", async () => {
    for (const [name, seamcallFailures] of [
      ["seamcall-failure", 0],
      ["main", 1],
      ["main", 2],
      ["extra-put", 1],
      ["partial-region", 2],
      ["fault", 1],
    ] as const) {
      const result = await run(globalLock, name, { seamcallFailures });
      expect([name, seamcallFailures, result.verdict]).toEqual([name, seamcallFailures, "holds"]);
      expect(timesSeen(result, FAILED)).toBeGreaterThan(0);
      expect(found(result, "R14")?.checked).toBeGreaterThan(0);
    }
  });

  it("may leave a pair where it is for good, which is warned of", async () => {
    const result = await run(globalLock, "seamcall-failure");
    expect(found(result, "R14")).toMatchObject({
      verdict: "warning",
      message:
        "the page pair of region 0x102000000 is installed for no user after a PAMT.REMOVE that failed: " +
        "2 pages are pinned for good",
    });
  });

  it("is no matter for a put, or a get, that tries again", async () => {
    const put = await run(faulty("tries-remove-again"), "seamcall-failure");
    expect([put.verdict, found(put, "R14")?.verdict]).toEqual(["holds", "held"]);
    const get = await run(faulty("tries-add-again"), "seamcall-failure");
    expect([get.verdict, found(get, "R14")?.verdict]).toEqual(["holds", "warning"]);
  });

  it.each(["fast-path", "ordered-rwlocks", "reserved-pool"])("leaves the books of %s in order", async (name) => {
    const result = await run(designByName(name) as Design, "main", { seamcallFailures: 1, use: "none" });
    expect(found(result, "R14")?.message ?? "").not.toMatch(/that failed, /);
    expect(found(result, "R14")?.checked).toBeGreaterThan(0);
  });

  it.each(["dfs", "bfs", "switches"] as const)("is found mishandled by %s", async (strategy) => {
    const design = faulty("failed-remove-uncounted");
    const result = await check({ design, scenarios: [scenario("seamcall-failure")], bounds: BOUNDS, strategy });
    expect(found(result, "R14")?.verdict).toBe("violated");
  });

  it.each([
    ["failed-add-becomes-success", /succeeded although its PAMT.ADD had failed: region 0x102000000 has no page pair$/],
    ["failed-add-counted", /^after a PAMT.ADD that failed, region 0x102000000 counts 1 user but has 0$/],
    ["failed-add-leaks", /^after a PAMT.ADD that failed, \d+ pages are allocated but \d+ are accounted for/],
    ["frees-after-failed-remove", /^after a PAMT.REMOVE that failed, an address that was never set/],
    ["failed-remove-counted", /^after a PAMT.REMOVE that failed, region 0x102000000 counts 3 users but has 0$/],
    [
      "failed-remove-uncounted-in-silence",
      /failed although a PAMT.REMOVE that had failed left the region its page pair$/,
    ],
    ["failed-remove-uncounted", /^the kernel warned in a get after a PAMT.REMOVE that had failed$/],
  ] as const satisfies readonly (readonly [Fault, RegExp])[])("%s: R14 says so", async (fault, message) => {
    const result = await run(faulty(fault), "seamcall-failure");
    expect(found(result, "R14")?.message).toMatch(message);
    // What it blames is put down to it alone.
    const broken = result.requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id);
    expect(broken).toEqual(["R14"]);
  });

  it("is in the schedule, which says how many there may be, and can be walked again", async () => {
    const design = faulty("failed-add-counted");
    const { counterexample } = await run(design, "main", { seamcallFailures: 2 }, true);
    const { schedule = "", steps = [] } = counterexample ?? {};
    expect(schedule).toMatch(/^dpamt1:failed-add-counted:main:c2,r1,g1,f0,padversarial,urdmd,s2:R14:/);
    expect(steps.map(({ text }) => text)).toContainEqual(
      expect.stringMatching(/^TDH.PHYMEM.PAMT.ADD returns TDX_OPERAND_\w+ \| RCX, by nobody's fault$/),
    );
    expect(parseSchedule(schedule).bounds.seamcallFailures).toBe(2);
    expect(formatSchedule(parseSchedule(schedule))).toBe(schedule);
    const parsed = parseSchedule(schedule);
    const again = replay(new Setup({ design, scenario: scenario("main"), bounds: parsed.bounds }), parsed);
    expect(again?.requirement).toBe("R14");
  });

  it("is not in schedules of before", () => {
    const line = "dpamt1:early-drop:main:c3,r2,g2,f1,padversarial,urdmd:R1:0.k3f9a.1.01~";
    expect(parseSchedule(line).bounds.seamcallFailures).toBeUndefined();
    expect(formatSchedule(parseSchedule(line))).toBe(line);
  });
});

describe("a region with as many users as pages", () => {
  it("has 512 at once, and no more, and none in the end", async () => {
    const result = await run(globalLock, "many-users");
    expect(result.verdict).toBe("holds");
    expect(result.statistics.mostUsers).toBe(512);
    expect(result.scenarios[0]?.bounds).toMatchObject({ cpus: 1, allocFailures: 0, seamcallFailures: 0 });
  });

  it("is a line of states: nothing is chosen", async () => {
    const setup = new Setup({ design: globalLock, scenario: scenario("many-users"), bounds: BOUNDS });
    const search = new DepthFirst(setup, {});
    while (!search.slice(performance.now() + 1000));
    const { states, transitions, depth } = search.statistics;
    expect(transitions).toBe(states - 1);
    expect(depth).toBe(states - 1);
  });

  it("does not let other scenarios tell of more users than they have", async () => {
    expect((await run(globalLock, "main")).statistics.mostUsers).toBe(2);
    expect((await run(globalLock, "main", { cpus: 1 })).statistics.mostUsers).toBe(1);
  });

  it.each([
    "early-drop",
    "fast-path",
    "region-locks",
    "mirrored-rwlocks",
    "ordered-rwlocks",
    "reserved-pool",
    "static-pamt",
  ])("holds for %s", async (name) => {
    const result = await run(designByName(name) as Design, "many-users");
    expect(result.verdict).toBe("holds");
    expect(result.statistics.mostUsers).toBe(512);
  });
});
