/** Following schedules: of programs made up to come to the corners of replay. */
import { expect, it } from "vitest";
import {
  type Bounds,
  parseSchedule,
  type Scenario,
  Setup,
  type Stage,
  type Strategy,
  searches,
} from "../../src/check/index.js";
import { explain, replay } from "../../src/check/trace/counterexample.js";
import type { Found } from "../../src/explore/index.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { HelperKind, KernelEvent, PageMisuse } from "../../src/kernel/index.js";
import {
  become,
  choose,
  event,
  LockEffect,
  on,
  type Program,
  read,
  wordOperation,
  write,
} from "../../src/machine/index.js";

const BOUNDS: Bounds = { cpus: 3, rounds: 1, regions: 3, placement: "adversarial", allocFailures: 0, use: "none" };

const LOCK = wordOperation({
  name: "lock",
  next: () => 1,
  result: () => 0,
  ready: (word) => word === 0,
  lock: LockEffect.AcquireExclusive,
});
const UNLOCK = wordOperation({ name: "unlock", next: () => 0, result: () => 0, lock: LockEffect.ReleaseExclusive });

/** Three words that all CPUs share: nobody counts in these scenarios. */
function wordsOf({ kernel }: Stage): [lock: number, flag: number, data: number] {
  const [lock = 0, flag = 0, data = 0] = kernel.memory.contended.map((region) => kernel.counterWord(region));
  return [lock, flag, data];
}

function scenarioOf(programs: Readonly<Record<string, (stage: Stage) => Program>>): Scenario {
  return {
    name: "main",
    summary: "programs of a test",
    bounds: (asked) => asked,
    programs: (stage) => Object.entries(programs).map(([label, start]) => ({ label, start: () => start(stage) })),
  };
}

function setupOf(scenario: Scenario, sampled = false): Setup {
  const design = designByName("static-pamt") as Design;
  return new Setup({ design, scenario, bounds: BOUNDS, without: sampled ? ["protected-steps"] : [] });
}

function search(setup: Setup, strategy: Strategy, seed: number): Found[] {
  const search = searches[strategy].create(setup, {
    seed,
    statesAfterFinding: 1000,
    ...(searches[strategy].samples ? { maxStates: 400 } : {}),
  });
  while (!search.slice(Number.POSITIVE_INFINITY));
  return [...search.found.values()];
}

/** What breaks when the schedule of a finding is followed in a fresh setup. */
function replayed(scenario: Scenario, schedule: string, sampled: boolean): string | undefined {
  return replay(setupOf(scenario, sampled), parseSchedule(schedule))?.requirement;
}

it.each(["dfs", "bfs", "switches"] as const)("a CPU that waits for ever behind a choice is seen to: %s", (strategy) => {
  const scenario = scenarioOf({
    *keeper(stage): Program {
      yield on(LOCK, wordsOf(stage)[0]);
      return 0;
    },
    *chooser(stage): Program {
      yield choose("which", 2);
      yield on(LOCK, wordsOf(stage)[0]);
      yield on(UNLOCK, wordsOf(stage)[0]);
      return 0;
    },
  });
  const setup = setupOf(scenario);
  const found = search(setup, strategy, 1);
  expect(found.map(({ violation }) => violation.property)).toEqual(["R9"]);
  const { schedule } = explain(setup, found[0] as Found, false);
  expect(replayed(scenario, schedule, false)).toBe("R9");
});

it.each(["dfs", "bfs", "switches"] as const)(
  "what breaks where a call begins, before any shared word, is seen to: %s",
  (strategy) => {
    const scenario = scenarioOf({
      *caller(stage): Program {
        yield write(wordsOf(stage)[1], 1);
        yield event(KernelEvent.Enter, HelperKind.Put);
        yield event(KernelEvent.PageMisused, PageMisuse.NotLive);
        return 0;
      },
      *other(stage): Program {
        yield read(wordsOf(stage)[1]);
        return 0;
      },
    });
    const setup = setupOf(scenario);
    const [found] = search(setup, strategy, 1);
    expect(found?.violation.property).toBe("R7");
    const { schedule, steps } = explain(setup, found as Found, false);
    const again = replay(setupOf(scenario), parseSchedule(schedule));
    expect(again?.requirement).toBe("R7");
    expect(again?.steps.map(({ text }) => text)).toEqual(steps.map(({ text }) => text));
  },
);

it("a path that was sampled is walked as it was sampled: who waits behind a choice has moved, and wakes others", () => {
  const scenario = scenarioOf({
    *holder(stage): Program {
      const [lock, flag, data] = wordsOf(stage);
      yield on(LOCK, lock);
      yield write(flag, 1);
      yield write(data, 1);
      yield write(flag, 0);
      yield write(data, 2);
      yield on(UNLOCK, lock);
      return 0;
    },
    waiter: function* waiter(stage): Program {
      const [, flag, data] = wordsOf(stage);
      const raised = yield read(flag);
      const seen = yield read(data);
      if (raised === 1 && seen === 1) yield event(KernelEvent.PageMisused, PageMisuse.NotLive);
      if (raised === 0) return 0;
      yield event(KernelEvent.Yield);
      return yield become("again", () => waiter(stage));
    },
    *chooser(stage): Program {
      const [lock] = wordsOf(stage);
      yield choose("which", 2);
      yield on(LOCK, lock);
      yield on(UNLOCK, lock);
      return 0;
    },
  });
  let walked = 0;
  // Of these seeds one comes to where it matters.
  for (let seed = 300; seed < 320; seed++) {
    const setup = setupOf(scenario, true);
    for (const found of search(setup, "random", seed)) {
      const { requirement, schedule } = explain(setup, found, false);
      expect([seed, replayed(scenario, schedule, true)]).toEqual([seed, requirement]);
      walked++;
    }
  }
  expect(walked).toBeGreaterThan(10);
});
