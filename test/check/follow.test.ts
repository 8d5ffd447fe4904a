/** Following schedules: of programs made up to come to the corners of replay. */
import fc from "fast-check";
import { expect, it } from "vitest";
import {
  type Bounds,
  parseSchedule,
  type Scenario,
  Setup,
  type Stage,
  type Strategy,
  searches,
  strategies,
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

it.each(strategies)("a CPU that waits for ever behind one of its choices is seen to: %s", (strategy) => {
  const isSampled = searches[strategy].samples === true;
  const scenario = scenarioOf({
    *keeper(stage): Program {
      yield on(LOCK, wordsOf(stage)[0]);
      return 0;
    },
    *chooser(stage): Program {
      if ((yield choose("which", 2)) === 0) return 0;
      yield on(LOCK, wordsOf(stage)[0]);
      yield on(UNLOCK, wordsOf(stage)[0]);
      return 0;
    },
  });
  const setup = setupOf(scenario, isSampled);
  const found = search(setup, strategy, 1);
  expect(found.map(({ violation }) => violation.property)).toEqual(["R9"]);
  const { schedule } = explain(setup, found[0] as Found, false);
  expect(replayed(scenario, schedule, isSampled)).toBe("R9");
});

it("a CPU that was asleep is awake behind a run of another one", () => {
  const scenarioWith = (breaks: boolean): Scenario => {
    function* turns(stage: Stage, turn: number): Program {
      const [, flag, data] = wordsOf(stage);
      if ((yield read(flag)) === 1) return 0;
      yield write(data, turn);
      yield event(KernelEvent.Yield);
      return yield become(`turn ${turn}`, () => turns(stage, turn + 1));
    }
    return scenarioOf({
      waiter: (stage) => turns(stage, 1),
      *setter(stage): Program {
        const [, flag, data] = wordsOf(stage);
        const turn = yield read(data);
        yield write(flag, 1);
        if (turn === 2 && breaks) yield event(KernelEvent.PageMisused, PageMisuse.NotLive);
        return 0;
      },
    });
  };
  const setup = setupOf(scenarioWith(true));
  const found = search(setup, "dfs", 1);
  expect(found.map(({ violation }) => violation.property)).toEqual(["R7"]);
  const { schedule } = explain(setup, found[0] as Found, false);
  expect(replayed(scenarioWith(true), schedule, false)).toBe("R7");
  // Where nothing breaks any more, nobody waits for ever either.
  expect(replayed(scenarioWith(false), schedule, false)).toBeUndefined();
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

type Act =
  | readonly ["read" | "lock" | "unlock" | "choose" | "yield" | "call" | "misuse"]
  | readonly ["write", value: number]
  | readonly ["unless", value: number];

/** A program of acts: `unless` leaves out the next act where the last result was this value. */
function* acting(stage: Stage, acts: readonly Act[]): Program {
  const [lock, , data] = wordsOf(stage);
  let last = 0;
  let isHeld = false;
  for (let at = 0; at < acts.length; at++) {
    const [what, value = 0] = acts[at] as Act;
    if (what === "read") last = yield read(data);
    else if (what === "write") yield write(data, value);
    else if (what === "choose") last = yield choose("which", 2);
    else if (what === "yield") last = yield* lookedAgain(data);
    else if (what === "call") yield event(KernelEvent.Enter, HelperKind.Put);
    else if (what === "misuse") yield event(KernelEvent.PageMisused, PageMisuse.NotLive);
    else if (what === "lock" && !isHeld) {
      yield on(LOCK, lock);
      isHeld = true;
    } else if (what === "unlock" && isHeld) {
      yield on(UNLOCK, lock);
      isHeld = false;
    } else if (what === "unless" && last === value) at++;
  }
  return 0;
}

/** As flows do: something that others share was in the way, so the CPU will try again. */
function* lookedAgain(data: number): Program {
  const found = yield read(data);
  yield event(KernelEvent.Yield);
  return found;
}

const plainAct = fc.constantFrom<Act>(["read"], ["lock"], ["unlock"], ["choose"], ["yield"], ["call"], ["misuse"]);
const valueAct = fc.tuple(fc.constantFrom("write" as const, "unless" as const), fc.integer({ min: 0, max: 1 }));
const acts = fc.array(fc.oneof(plainAct, valueAct as fc.Arbitrary<Act>), { minLength: 1, maxLength: 6 });

it("whatever is found in random programs is found again by its schedule", () => {
  let walked = 0;
  fc.assert(
    fc.property(fc.array(acts, { minLength: 2, maxLength: 3 }), (programs) => {
      const scenario = scenarioOf(
        Object.fromEntries(programs.map((each, cpu) => [`program ${cpu}`, (stage: Stage) => acting(stage, each)])),
      );
      for (const strategy of strategies) {
        const isSampled = searches[strategy].samples === true;
        const setup = setupOf(scenario, isSampled);
        for (const found of search(setup, strategy, 1)) {
          const { requirement, schedule } = explain(setup, found, false);
          expect([strategy, replayed(scenario, schedule, isSampled)]).toEqual([strategy, requirement]);
          walked++;
        }
      }
    }),
    { numRuns: 60, seed: 1 },
  );
  expect(walked).toBeGreaterThan(40);
});
