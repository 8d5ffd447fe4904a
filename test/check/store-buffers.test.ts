/** Store buffers in whole checks: what breaks under TSO only is found by every strategy, told in words, and replayed. */
import { describe, expect, it } from "vitest";
import {
  type Bounds,
  type CheckResult,
  check,
  parseSchedule,
  replay,
  type Scenario,
  ScheduleError,
  Setup,
  type Strategy,
  searches,
  strategies,
} from "../../src/check/index.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import {
  atomicCmpxchg,
  atomicDec,
  atomicDecIfPositive,
  atomicIncNotZero,
  atomicRead,
  atomicSet,
  KernelEvent,
  PageMisuse,
} from "../../src/kernel/index.js";
import { ADD_RETURN, event, fence, type Operation, on, type Program } from "../../src/machine/index.js";
import { BareSystem, exhaust } from "../explore/support/bare-system.js";

const design = designByName("static-pamt") as Design;
const BOUNDS: Bounds = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 0, use: "none" };
const TSO: Bounds = { ...BOUNDS, memory: "tso" };

/** Ways to see whether a flag is down that are loads if it is, and what they tell then. */
const looks: Readonly<Record<string, { look: (flag: number) => Operation; isDown: (result: number) => boolean }>> = {
  atomic_read: { look: atomicRead, isDown: (result) => result === 0 },
  atomic_inc_not_zero: { look: atomicIncNotZero, isDown: (result) => result === 0 },
  atomic_dec_if_positive: { look: atomicDecIfPositive, isDown: (result) => result < 0 },
  atomic_cmpxchg: { look: (flag) => atomicCmpxchg(flag, 1, 2), isDown: (result) => result === 0 },
};

/** Each CPU raises its flag and goes on if the other's is down; two that go on are a violation. */
function dekker(withFence: boolean, way = "atomic_read"): Scenario {
  const { look, isDown } = looks[way]!;
  return {
    name: "dekker",
    summary: "mutual exclusion by flags",
    bounds: (asked) => asked,
    programs: ({ kernel }) => {
      const flags = kernel.space.reserve(2, (offset) => `flag ${offset}`);
      const inside = kernel.space.reserve(1, () => "CPUs inside");
      function* enter(cpu: number): Program {
        yield atomicSet(flags + cpu, 1);
        if (withFence) yield fence();
        if (!isDown(yield look(flags + 1 - cpu))) return 0;
        const others = (yield on(ADD_RETURN, inside, 1)) - 1;
        if (others > 0) yield event(KernelEvent.PageMisused, PageMisuse.NotLive);
        yield atomicDec(inside);
        return 0;
      }
      return [0, 1].map((cpu) => ({ label: `${cpu}`, start: () => enter(cpu) }));
    },
  };
}

function judge(scenario: Scenario, bounds: Bounds, strategy: Strategy = "dfs"): Promise<CheckResult> {
  const limits = searches[strategy].samples === true ? { maxStates: 5000 } : {};
  return check({ design, scenarios: [scenario], bounds, strategy, limits });
}

describe("flags without a fence", () => {
  it("exclude each other under sc, and with a fence under tso", async () => {
    expect((await judge(dekker(false), BOUNDS)).verdict).toBe("holds");
    const fenced = await judge(dekker(true), TSO);
    expect(fenced.verdict).toBe("holds");
    expect(fenced.bounds.memory).toBe("tso");
    const { verdict, checked } = fenced.requirements.find(({ id }) => id === "R10")!;
    expect(verdict).toBe("held");
    expect(checked).toBeGreaterThan(0);
  });

  it.each(strategies)("do not under tso, as found by %s and replayed", async (strategy) => {
    const result = await judge(dekker(false), TSO, strategy);
    expect(result.requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id)).toEqual(["R7"]);
    const { schedule, steps, message, switches } = result.counterexample!;
    expect(switches).toBe(2);
    const texts = steps.map(({ text }) => text);
    expect(texts).toContain("atomic_set(flag 0): 0 -> 1, in the store buffer");
    expect(texts).toContain("store of flag 0 reaches memory: 0 -> 1");
    expect(schedule).toContain(",mtso:");
    const parsed = parseSchedule(schedule);
    const again = replay(new Setup({ design, scenario: dekker(false), bounds: parsed.bounds }), parsed);
    expect(again).toMatchObject({ requirement: "R7", message, steps });
  });

  it.each(Object.keys(looks))("do not under tso, looked at with %s", async (way) => {
    expect((await judge(dekker(false, way), BOUNDS)).verdict).toBe("holds");
    expect((await judge(dekker(true, way), TSO)).verdict).toBe("holds");
    for (const strategy of ["dfs", "bfs", "switches"] as const) {
      const { counterexample } = await judge(dekker(false, way), TSO, strategy);
      const { schedule, steps, message } = counterexample!;
      const parsed = parseSchedule(schedule);
      const again = replay(new Setup({ design, scenario: dekker(false, way), bounds: parsed.bounds }), parsed);
      expect(again).toMatchObject({ requirement: "R7", message, steps });
    }
  });

  it("do not without any reduction", async () => {
    const without = ["protected-steps", "short-calls", "cpu-symmetry"] as const;
    const result = await check({ design, scenarios: [dekker(false)], bounds: TSO, without });
    expect(result.verdict).toBe("violated");
    const parsed = parseSchedule(result.counterexample!.schedule);
    const again = replay(new Setup({ design, scenario: dekker(false), bounds: parsed.bounds }), parsed);
    expect(again).toMatchObject({ requirement: "R7" });
  });

  it("cannot be replayed as if there were a fence, or another store", async () => {
    const { schedule } = (await judge(dekker(false), TSO)).counterexample!;
    const parsed = parseSchedule(schedule);
    expect(() => replay(new Setup({ design, scenario: dekker(true), bounds: parsed.bounds }), parsed)).toThrow(
      ScheduleError,
    );
    const other = parseSchedule(schedule.replace(/_([ab])\.[0-9a-z]{5}\./, "_$1.zzzzz."));
    expect(() => replay(new Setup({ design, scenario: dekker(false), bounds: other.bounds }), other)).toThrow(
      /CPU\d has another store, or none, as the oldest in its buffer/,
    );
  });
});

describe("a violation with stores that never drain", () => {
  it("is replayed", async () => {
    const scenario: Scenario = {
      ...dekker(false),
      programs: ({ kernel }) => {
        const flags = kernel.space.reserve(2, (offset) => `flag ${offset}`);
        function* enter(cpu: number): Program {
          yield atomicSet(flags + cpu, 1);
          const other = yield atomicRead(flags + 1 - cpu);
          if (other === 0 && cpu === 1) yield event(KernelEvent.PageMisused, PageMisuse.NotLive);
          return 0;
        }
        return [0, 1].map((cpu) => ({ label: `${cpu}`, start: () => enter(cpu) }));
      },
    };
    for (const strategy of ["bfs", "switches", "random"] as const) {
      const { counterexample } = await judge(scenario, TSO, strategy);
      const parsed = parseSchedule(counterexample!.schedule);
      expect(parsed.stretches.slice(-1)).toMatchObject([{ cpu: 1, drains: true }]);
      const again = replay(new Setup({ design, scenario, bounds: parsed.bounds }), parsed);
      expect(again).toMatchObject({ requirement: "R7", steps: counterexample!.steps });
    }
  });
});

describe("a buffer", () => {
  function* writer(times: number, address: number): Program {
    for (let time = 1; time <= times; time++) yield atomicSet(address, time);
    return 0;
  }
  function* reader(address: number): Program {
    return yield atomicRead(address);
  }

  it("holds eight stores, and an end is one only when it is empty", () => {
    const checkable = new BareSystem([
      { label: "writer", start: () => writer(20, 1) },
      { label: "reader", start: () => reader(1) },
    ]);
    checkable.system.addStoreBuffers(100);
    let longest = 0;
    const ends = new Set<number>();
    checkable.onState = () => {
      const { memoryModel, shared } = checkable.system;
      longest = Math.max(longest, memoryModel.length(0));
      if (checkable.isEnd()) ends.add(shared.read(1));
    };
    const search = exhaust(checkable);
    expect(search.found.size).toBe(0);
    expect(longest).toBe(8);
    expect([...ends]).toEqual([20]);
  });
});

it("a schedule says when memory has store buffers, and one that does not has none", () => {
  const head = "dpamt1:early-drop:main:c2,r1,g1,f0,padversarial,urdmd";
  expect(parseSchedule(`${head}:R1:0.2y8mj.1.~`).bounds.memory).toBeUndefined();
  expect(parseSchedule(`${head},mtso:R1:0.2y8mj.1._a.2y8mj.1.~`)).toMatchObject({
    bounds: { memory: "tso" },
    stretches: [{ cpu: 0 }, { cpu: 0, drains: true, landmark: "2y8mj", occurrence: 1 }],
  });
  expect(() => parseSchedule(`${head},mpso:R1:0.2y8mj.1.~`)).toThrow(ScheduleError);
});
