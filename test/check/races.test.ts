/** races: what is a data race and what is not, and how a race is told and walked again. */
import { describe, expect, it } from "vitest";
import {
  type Bounds,
  type CheckResult,
  check,
  memoryModels,
  parseSchedule,
  replay,
  type Scenario,
  Setup,
  type Strategy,
  searches,
  strategies,
} from "../../src/check/index.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { spinLock, spinUnlock } from "../../src/kernel/index.js";
import { Access, at, choose, on, type Program, READ, WRITE, wordOperation } from "../../src/machine/index.js";
import { type Code, explored, reference, type Step } from "../explore/support/memory.js";

const [DATA, FLAG] = [0, 1] as const;
const load = (word: number, as: "relaxed" | "plain"): Step => ({ op: "load", word, as });
const store = (word: number, as: "relaxed" | "plain"): Step => ({ op: "store", word, value: 1, as });
const locked = (lock: number, ...body: Step[]): Code => [{ op: "lock", lock }, ...body, { op: "unlock", lock }];

/** Programs, and the words on which they race. */
const cases: readonly (readonly [string, readonly Code[], readonly number[]])[] = [
  ["plain counters", [0, 1].map(() => [load(DATA, "plain"), store(DATA, "plain")]), [DATA]],
  ["plain counters under a lock", [0, 1].map(() => locked(0, load(DATA, "plain"), store(DATA, "plain"))), []],
  ["plain counters under two locks", [0, 1].map((lock) => locked(lock, store(DATA, "plain"))), [DATA]],
  ["under a lock, and not", [locked(0, store(DATA, "plain")), [load(DATA, "plain")]], [DATA]],
  ["plain and marked", [[store(DATA, "plain")], [load(DATA, "relaxed")]], [DATA]],
  ["marked under a lock, and plain", [locked(0, store(DATA, "relaxed")), [load(DATA, "plain")]], [DATA]],
  ["plain and a locked instruction", [[{ op: "add", word: DATA }], [load(DATA, "plain")]], [DATA]],
  ["plain and a conditional atomic that fails", [[{ op: "inc-not-zero", word: DATA }], [load(DATA, "plain")]], []],
  [
    "plain and a conditional atomic that succeeds",
    [[{ op: "dec-unless-one", word: DATA }], [load(DATA, "plain")]],
    [DATA],
  ],
  [
    "a plain store and a conditional atomic that fails",
    [[{ op: "inc-not-zero", word: DATA }], [store(DATA, "plain")]],
    [DATA],
  ],
  [
    "plain, and a conditional atomic that fails or not",
    [[{ op: "add", word: DATA }], [{ op: "inc-not-zero", word: DATA }], [load(DATA, "plain")]],
    [DATA],
  ],
  ["both marked", [[store(DATA, "relaxed")], [load(DATA, "relaxed")]], []],
  ["plain, but nobody writes", [0, 1].map(() => [load(DATA, "plain")]), []],
  ["plain, after a choice", [0, 1].map((): Code => [{ op: "choose" }, store(DATA, "plain")]), [DATA]],
  ["a range and a word of it", [[{ op: "fill", from: 0, value: 1, as: "plain" }], [load(2, "relaxed")]], [2]],
  [
    "data that a flag publishes",
    [
      [store(DATA, "plain"), store(FLAG, "relaxed")],
      [load(FLAG, "relaxed"), { op: "when", value: 1, count: 1 }, load(DATA, "plain")],
    ],
    [],
  ],
  [
    "data that a plain flag publishes",
    [
      [store(DATA, "plain"), store(FLAG, "plain")],
      [load(FLAG, "relaxed"), { op: "when", value: 1, count: 1 }, load(DATA, "plain")],
    ],
    [FLAG],
  ],
  [
    "a flag that is not looked at",
    [
      [store(DATA, "plain"), store(FLAG, "relaxed")],
      [load(FLAG, "relaxed"), load(DATA, "plain")],
    ],
    [DATA],
  ],
  [
    "a second access that conflicts",
    [locked(0, store(DATA, "relaxed"), store(DATA, "plain")), locked(1, load(DATA, "relaxed"))],
    [DATA],
  ],
];

describe.each(cases)("%s", (_name, programs, words) => {
  it.each(memoryModels)("under %s", (memory) => {
    expect([...reference(programs, memory).races]).toEqual(words);
    for (const protectedSteps of [true, false]) {
      const { races } = explored(programs, memory, { options: { protectedSteps }, order: "depth" });
      expect([...races]).toEqual(words);
    }
  });
});

const design = designByName("static-pamt") as Design;
const BOUNDS: Bounds = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 0, use: "none" };
const PLAIN_READ = wordOperation({ ...READ, name: "load", access: Access.Plain });
const MARKED_WRITE = wordOperation({ ...WRITE, name: "WRITE_ONCE", access: Access.Relaxed });

/** One CPU writes under a lock, the other reads without. */
const lookingOutside: Scenario = {
  name: "looking-outside",
  summary: "a word that is written under a lock is read without it",
  bounds: (asked) => asked,
  programs: ({ kernel }) => {
    const lock = kernel.space.reserve(1, () => "lock");
    const word = kernel.space.reserve(1, () => "word");
    function* writer(): Program {
      const value = yield choose("value", 2);
      yield spinLock(lock);
      yield at(on(MARKED_WRITE, word, value), 7);
      yield spinUnlock(lock);
      return 0;
    }
    function* reader(): Program {
      yield choose("anything", 2);
      yield at(on(PLAIN_READ, word), 3);
      return 0;
    }
    return [
      { label: "writer", start: writer },
      { label: "reader", start: reader },
    ];
  },
};

const MESSAGE = "data race on word: CPU1 reads it plainly while CPU0 writes it";

function judge(strategy: Strategy, bounds: Bounds = BOUNDS): Promise<CheckResult> {
  const limits = searches[strategy].samples === true ? { maxStates: 2000 } : {};
  return check({ design, scenarios: [lookingOutside], bounds, strategy, limits });
}

describe("a race", () => {
  it.each(strategies)("is found by %s, shown as the two accesses, and replayed", async (strategy) => {
    for (const memory of memoryModels) {
      const result = await judge(strategy, { ...BOUNDS, memory });
      const found = result.requirements.find(({ id }) => id === "R10");
      expect(found).toMatchObject({ verdict: "violated", message: MESSAGE });
      expect(found?.checked).toBeGreaterThan(0);
      const { steps, schedule, switches } = result.counterexample!;
      expect(switches).toBe(2);
      const accesses = steps.filter(({ action }) => action.kind === "word" && action.word === "word");
      expect(accesses.map(({ cpu }) => cpu).sort()).toEqual([0, 1]);
      expect(steps.slice(-2)).toEqual(accesses);
      const parsed = parseSchedule(schedule);
      expect(parsed.bounds.memory).toBe(memory === "tso" ? "tso" : undefined);
      const again = replay(new Setup({ design, scenario: lookingOutside, bounds: parsed.bounds }), parsed);
      expect(again).toMatchObject({ requirement: "R10", message: MESSAGE, steps });
    }
  });

  it("says where in the source both accesses are", () => {
    const { system, monitor } = new Setup({ design, scenario: lookingOutside, bounds: BOUNDS });
    for (const cpu of [0, 1]) for (let turn = 0; turn < 2 && monitor.checked[9] === 0; turn++) system.move(cpu);
    const nodeAt = (site: number): number => {
      const { automaton } = system;
      return (
        Array.from({ length: automaton.size }, (_, node) => node).find((node) => automaton.siteOf(node) === site) ?? -1
      );
    };
    system.nodes[0] = nodeAt(7);
    system.nodes[1] = nodeAt(3);
    system.violation = null;
    monitor.onState();
    expect(system.violation).toEqual({
      finding: "race",
      property: "R10",
      message: MESSAGE,
      sites: [3, 7],
      race: [1, 0],
    });
  });
});
