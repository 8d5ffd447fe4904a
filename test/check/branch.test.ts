/** Tests of branches: a failure up to a step, and then another CPU first. */
import { describe, expect, it } from "vitest";
import {
  type Branch,
  branchAnew,
  type Counterexample,
  check,
  parseSchedule,
  replayAnew,
  ScheduleError,
  type Subject,
  scenarioByName,
} from "../../src/check/index.js";
import { designByName } from "../../src/helpers/index.js";

/** The first failure of a design with small bounds, and the way to its branches. */
async function failureOf(
  name: string,
  memory: "sc" | "tso" = "sc",
): Promise<{
  readonly failure: Counterexample;
  readonly subject: Subject;
  branch(after: number, cpu: number): Promise<Branch>;
}> {
  const [design, scenario] = [designByName(name), scenarioByName("main")];
  if (design === undefined || scenario === undefined) throw new Error(`no design ${name}`);
  const bounds = {
    cpus: 2,
    rounds: 1,
    regions: 2,
    placement: "adversarial",
    allocFailures: 1,
    use: "rdmd",
    memory,
  } as const;
  const { counterexample: failure } = await check({ design, scenarios: [scenario], bounds });
  if (failure === null) throw new Error("nothing broke");
  const schedule = parseSchedule(failure.schedule);
  const subject: Subject = { design, scenario, bounds: schedule.bounds };
  return { failure, subject, branch: (after, cpu) => branchAnew(subject, schedule, { after, cpu }) };
}

describe("a branch of a failure", () => {
  it("keeps the steps before it, and lets the other CPU go first", async () => {
    const { failure, branch } = await failureOf("early-drop");
    const { shared, path } = await branch(26, 1);
    const texts = ({ steps }: Counterexample): string[] => steps.map(({ cpu, text }) => `CPU${cpu} ${text}`);
    expect(shared).toBeGreaterThanOrEqual(26);
    expect(texts(path).slice(0, shared)).toEqual(texts(failure).slice(0, shared));
    expect(path.steps[shared]?.cpu).toBe(1);
    // Both go on to their ends.
    expect(path.steps.filter(({ text }) => text === "tdx_free_page returns").map(({ cpu }) => cpu)).toEqual([1, 0]);
  });

  it("holds where CPU0 frees its page before CPU1 begins, and breaks where it does not", async () => {
    const { failure, branch } = await failureOf("early-drop");
    const dropped = failure.steps.findIndex(({ cpu }) => cpu === 1);
    const first = await branch(dropped, 0);
    expect([first.ending, first.path.requirement, first.path.message]).toEqual([
      "ended",
      "",
      "every CPU ends, and nothing breaks",
    ]);
    const other = await branch(dropped, 1);
    expect([other.ending, other.path.requirement]).toEqual(["violated", "R1"]);
  });

  it.each([
    ["early-drop", "sc"],
    ["region-locks", "sc"],
    ["lazy", "tso"],
  ] as const)("of %s (%s) has a schedule that leads to the same end, from wherever it leaves", async (name, memory) => {
    const { failure, subject, branch } = await failureOf(name, memory);
    const count = failure.steps.length;
    for (let after = 0; after < count; after += Math.ceil(count / 6)) {
      for (const cpu of [0, 1]) {
        const { ending, path } = await branch(after, cpu);
        const again = await replayAnew(subject, parseSchedule(path.schedule));
        expect([after, cpu, again?.requirement ?? ""]).toEqual([after, cpu, path.requirement]);
        expect(ending === "violated").toBe(path.requirement !== "");
        if (again !== null) expect(again.message).toBe(path.message);
      }
    }
  });

  it("finds the deadlock whichever CPU comes second", async () => {
    const { failure, branch } = await failureOf("mirrored-rwlocks");
    const second = failure.steps.findIndex(({ cpu }) => cpu === 1);
    const { ending, path } = await branch(second, 1);
    expect([ending, path.requirement]).toEqual(["violated", "R9"]);
    // Where CPU0 goes on, it ends before CPU1 begins.
    expect((await branch(second, 0)).ending).toBe("ended");
  });

  it("says which steps and CPUs there are", async () => {
    const { failure, branch } = await failureOf("early-drop");
    await expect(branch(failure.steps.length + 1, 1)).rejects.toThrow(ScheduleError);
    await expect(branch(5000, 1)).rejects.toThrow(/^the failure has no step 5000 to go on from: it has \d+ steps$/);
    await expect(branch(1, 7)).rejects.toThrow("there is no CPU7: the failure has the CPUs 0 to 1");
  });
});
