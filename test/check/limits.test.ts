/** Limits: time that is shared out, memory that runs out, and what is said of how far a search came. */
import { afterEach, describe, expect, it, vi } from "vitest";
import {
  battery,
  type CheckOptions,
  type CheckResult,
  check,
  type MemoryGauge,
  type Scenario,
  Setup,
  type Strategy,
  scenarioByName,
  searches,
  strategies,
} from "../../src/check/index.js";
import { BestFirst } from "../../src/explore/search/best-first.js";
import { isMemoryFull, MemoryFull } from "../../src/explore/search/memory-limit.js";
import { Integers, StateNumbers } from "../../src/explore/search/state-numbers.js";
import { StateSet } from "../../src/explore/search/state-set.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { mix } from "../../src/machine/index.js";

const SMALL = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 1, use: "rdmd" } as const;
const WIDE = { ...SMALL, cpus: 4, rounds: 3, regions: 2 };
const main = scenarioByName("main") as Scenario;
const off = scenarioByName("dpamt-off") as Scenario;

function run(name: string, options: Partial<CheckOptions> = {}): Promise<CheckResult> {
  return check({ design: designByName(name) as Design, scenarios: [main], bounds: SMALL, ...options });
}

const decided = ({ requirements }: CheckResult): string[] =>
  requirements.filter(({ verdict }) => verdict === "held" || verdict === "not-exercised").map(({ id }) => id);

describe("time", () => {
  it("is that of the whole check: what was not begun is named, and decides nothing", async () => {
    const result = await run("global-lock", {
      scenarios: [off, main, ...battery.slice(2)],
      bounds: WIDE,
      limits: { maxSeconds: 2 },
    });
    expect(result.scenarios.map(({ name, stopped }) => [name, stopped])).toEqual([
      ["dpamt-off", null],
      ["main", "seconds"],
    ]);
    const later = battery.slice(2).filter(({ exploresBoot }) => exploresBoot !== true);
    expect(result.notRun).toEqual(later.map(({ name }) => name));
    expect(result.requirements.find(({ id }) => id === "R13")?.message).toMatch(/^\w.*not begun: .*extra-put/);
    expect([result.verdict, decided(result)]).toEqual(["inconclusive", []]);
    expect(result.limits).toEqual({ maxSeconds: 2 });
  });

  it("runs from when the command began, and nothing is decided where it was over at once", async () => {
    const limits = { maxSeconds: 5 };
    const result = await run("early-drop", { limits, began: performance.now() - 5000 });
    expect([result.scenarios, result.notRun]).toEqual([[], ["main"]]);
    expect([result.verdict, decided(result)]).toEqual(["inconclusive", []]);
  });

  it("of each scenario leaves the others theirs", async () => {
    const result = await run("global-lock", { scenarios: [main, off], bounds: WIDE, limits: { maxSecondsEach: 0.3 } });
    expect(result.scenarios.map(({ stopped }) => stopped)).toEqual(["seconds", null]);
    expect(result.notRun).toBeUndefined();
  });
});

/** Says that there is no memory, from when one of its scenarios is set up. */
class Scarce implements MemoryGauge {
  private isScarce = false;
  isFull = (): boolean => this.isScarce;
  hasRoom = (): boolean => !this.isScarce;

  from(scenario: Scenario): Scenario {
    return {
      ...scenario,
      programs: (stage) => {
        this.isScarce = true;
        return scenario.programs(stage);
      },
    };
  }
}

describe("memory", () => {
  afterEach(() => vi.unstubAllGlobals());

  it.each(strategies)("that is used up ends a scenario of %s, and those before it are kept", async (strategy) => {
    const memory = new Scarce();
    const result = await run("global-lock", {
      strategy,
      scenarios: [off, memory.from(main)],
      bounds: WIDE,
      limits: { memory, maxStates: 20_000 },
    });
    const sampled = searches[strategy].samples === true;
    expect(result.scenarios.map(({ stopped }) => stopped)).toEqual([sampled ? "states" : null, "memory"]);
    expect([result.verdict, result.counterexample]).toEqual(["inconclusive", null]);
    // No other scenario can break what the one without Dynamic PAMT asks for.
    const held = result.requirements.filter(({ verdict }) => verdict === "held").map(({ id }) => id);
    expect(held).toEqual(sampled ? [] : ["R12"]);
  });

  it.each([
    ["dfs", 1 << 17],
    ["bfs", 1 << 15],
    ["switches", 1 << 15],
  ] as const)("that cannot be had for a table ends a search, %s", async (strategy, most) => {
    const Usual = Int32Array;
    const refused = vi.fn();
    const Small = new Proxy(Usual, {
      construct(target, given: [number]) {
        if (given[0] <= most || typeof given[0] !== "number") return new target(...given);
        refused();
        throw new RangeError("Array buffer allocation failed");
      },
    });
    vi.stubGlobal("Int32Array", Small);
    const result = await run("global-lock", { strategy, scenarios: [off, main], bounds: WIDE });
    expect(refused).toHaveBeenCalled();
    expect(result.scenarios.map(({ stopped }) => stopped)).toEqual([null, "memory"]);
    expect(result.verdict).toBe("inconclusive");
    expect(result.scenarios[1]?.states).toBeGreaterThan(100);
  });

  it("is told from other faults by what engines say", () => {
    const said = [
      "Array buffer allocation failed",
      "Map maximum size exceeded",
      "Invalid typed array length: 9",
      "Out of memory",
    ];
    for (const message of said) expect(isMemoryFull(new RangeError(message))).toBe(true);
    expect(isMemoryFull(new MemoryFull())).toBe(true);
    const others = ["more than 64 choices in one transition", "Maximum call stack size exceeded"];
    for (const message of others) expect(isMemoryFull(new RangeError(message))).toBe(false);
    expect(isMemoryFull(new TypeError("Out of memory"))).toBe(false);
  });
});

describe("tables that cannot grow", () => {
  const room = { memory: { isFull: () => false, hasRoom: () => false } };

  it("take states up to seven eighths, and know them all", () => {
    const visited = new StateSet(1 << 10, room);
    let added = 0;
    expect(() => {
      for (let i = 0; ; i++, added++) visited.add(mix(i), mix(i + 7));
    }).toThrow(MemoryFull);
    expect(added).toBe(visited.size);
    expect(added).toBeGreaterThanOrEqual((7 / 8) * 1024);
    expect(added).toBeLessThan(1024);
    for (let i = 0; i < added - 1; i++)
      if (visited.size === added) expect(() => visited.add(mix(i), mix(i + 7))).toThrow();
  });

  it("say so, and those that can grow keep what they hold", () => {
    const numbers = new StateNumbers(room);
    const list = new Integers({ maxBytes: 1 << 13 });
    expect(() => {
      for (let i = 0; ; i++) numbers.set(i, -i, i);
    }).toThrow(MemoryFull);
    expect(() => {
      for (let i = 0; ; i++) list.push(i);
    }).toThrow(MemoryFull);
    expect(list.length).toBeGreaterThan(1024);
    const free = new StateNumbers();
    const plain = new Map<string, number>();
    for (let i = 0; i < 20_000; i++) {
      const [low, high] = [mix(i) & 0xff, mix(i + 1) & 0xff];
      expect(free.get(low, high)).toBe(plain.get(`${low},${high}`) ?? -1);
      free.set(low, high, i);
      plain.set(`${low},${high}`, i);
    }
    expect([free.size, free.get(0, 0)]).toEqual([plain.size, plain.get("0,0") ?? -1]);
  });
});

describe("how far a search came", () => {
  const APART = { ...SMALL, regions: 2 };
  // Context switches of the simplest failure, as test/check/search.test.ts has them.
  const failing = [
    ["early-drop", SMALL, 2, [100, 300, 500, 700, 900]],
    ["region-locks", APART, 1, [10, 100, 400]],
  ] as const;

  it.each(failing)("is never said of more than was covered: %s", async (name, bounds, fewest, limits) => {
    const covered: number[] = [];
    for (const strategy of ["dfs", "bfs", "switches"] as Strategy[]) {
      for (const maxStates of limits) {
        const { scenarios, verdict } = await run(name, { strategy, bounds, limits: { maxStates } });
        if (verdict === "violated") continue;
        const [{ switchesCovered } = {}] = scenarios;
        expect([verdict, switchesCovered === undefined]).toEqual(["inconclusive", false]);
        expect(switchesCovered ?? -1).toBeLessThan(fewest);
        covered.push(switchesCovered ?? -1);
      }
    }
    expect(covered).toContain(-1);
    if (name === "early-drop") expect(covered).toContain(0);
  });

  it.each(["dfs", "bfs", "switches"] as const)("does not depend on where slices end: %s", (strategy) => {
    const statesAt = (milliseconds: number): number => {
      const setup = new Setup({ design: designByName("global-lock") as Design, scenario: main, bounds: APART });
      const search = searches[strategy].create(setup, { maxStates: 3000, seed: 1, statesAfterFinding: 1000 });
      while (!search.slice(performance.now() + milliseconds));
      expect(search.stop).toBe("states");
      return search.statistics.states;
    };
    expect(statesAt(0.05)).toBe(statesAt(Number.POSITIVE_INFINITY));
  });

  it("is forgotten when the search begins again", () => {
    const setup = new Setup({ design: designByName("region-locks") as Design, scenario: main, bounds: APART });
    const search = new BestFirst(setup, { order: "switches", limits: {} });
    const { statistics } = search;
    // What was said before and after each new beginning.
    const said: [number, number][] = [];
    for (let over = false; !over && said.every(([before]) => before < 0); ) {
      const { restarts, switches } = statistics;
      over = search.slice(performance.now() + 0.01);
      if (statistics.restarts > restarts) said.push([switches, statistics.switches]);
    }
    expect(said.at(-1)).toEqual([expect.any(Number), -1]);
    expect(said.at(-1)?.[0]).toBeGreaterThanOrEqual(0);
  });

  it("is found out after a limit, not after an interruption, nor where all was covered", async () => {
    const limited = await run("global-lock", { bounds: APART, limits: { maxStates: 3000 } });
    expect(limited.scenarios[0]).toMatchObject({ stopped: "states", verdict: "inconclusive" });
    expect(limited.scenarios[0]).toHaveProperty("switchesCovered");
    const controller = new AbortController();
    const interrupted = await run("global-lock", {
      bounds: WIDE,
      signal: controller.signal,
      progress: () => controller.abort(),
    });
    expect(interrupted.scenarios[0]?.stopped).toBe("interrupted");
    expect(interrupted.scenarios[0]).not.toHaveProperty("switchesCovered");
    const whole = await run("global-lock");
    expect(whole.scenarios[0]).not.toHaveProperty("switchesCovered");
  });

  it("shows what breaks on the way, with the fewest switches", async () => {
    const options = { strategy: "bfs", limits: { maxStates: 300 } } as const;
    const alone = await run("lazy", { ...options, explain: false });
    expect(alone.verdict).toBe("inconclusive");
    const { verdict, counterexample, scenarios } = await run("lazy", options);
    expect([verdict, scenarios[0]?.stopped]).toEqual(["violated", "states"]);
    expect(scenarios[0]?.broken).toEqual([counterexample?.requirement]);
    expect(counterexample).toMatchObject({ switches: (scenarios[0]?.switchesCovered ?? -1) + 1, fewestSwitches: true });
  });
});
