/**
 * A state is the same state whoever finds it: searches in any order reach one set of fingerprints, and count the same
 * states and transitions. Node numbers, addresses and what words of C stand for must not depend on who came first.
 */
import { describe, expect, it } from "vitest";
import { type Bounds, type Scenario, Setup, scenarioByName, untilStepsStay } from "../../src/check/index.js";
import { designOf } from "../../src/clang/index.js";
import { BestFirst } from "../../src/explore/search/best-first.js";
import { DepthFirst } from "../../src/explore/search/depth-first.js";
import type { Checkable, Search } from "../../src/explore/search/search.js";
import { isTwin } from "../../src/explore/search/symmetry.js";
import { Outcome, type Violation } from "../../src/explore/step/observer.js";
import { systemOf } from "../../src/explore/step/system-of.js";
import { type Design, designs } from "../../src/helpers/index.js";
import { Access, on, type Program, read, wordOperation } from "../../src/machine/index.js";
import { fixture } from "../clang/support/c.js";

const bounds: Bounds = {
  cpus: 2,
  rounds: 1,
  regions: 2,
  placement: "adversarial",
  allocFailures: 1,
  use: "rdmd",
};

interface Reached {
  readonly fingerprints: ReadonlySet<string>;
  readonly states: number;
  readonly transitions: number;
}

function keyOf({ system }: Checkable): string {
  system.takeFingerprint();
  return `${system.fingerprintLow >>> 0},${system.fingerprintHigh >>> 0}`;
}

/** What a search comes to. */
function reached(setup: Checkable, search: (checkable: Checkable) => Search): Reached {
  const fingerprints = new Set<string>();
  const monitor = {
    onState: () => {
      fingerprints.add(keyOf(checkable));
      setup.monitor.onState();
    },
    reset: () => {
      fingerprints.clear();
      setup.monitor.reset();
    },
    ...(setup.monitor.asides === undefined ? {} : { asides: setup.monitor.asides }),
    overlooks: (violation: Violation) => setup.monitor.overlooks?.(violation) === true,
  };
  const checkable: Checkable = { system: setup.system, monitor };
  const running = search(checkable);
  while (!running.slice(Number.POSITIVE_INFINITY));
  expect(running.stop).toBe(null);
  const { states, transitions } = running.statistics;
  expect(running.fingerprints()).toBe(sumOf(fingerprints));
  return { fingerprints, states, transitions };
}

function sumOf(fingerprints: ReadonlySet<string>): bigint {
  let sum = 0n;
  for (const key of fingerprints) {
    const [low, high] = key.split(",").map(BigInt) as [bigint, bigint];
    sum += (high << 32n) | low;
  }
  return BigInt.asUintN(64, sum);
}

/** The same, depth first with the last CPU first, by nothing but moves and going back. */
function backwards(setup: Checkable): Reached {
  const { system, monitor } = setup;
  system.restsAfterChoice = false;
  const checkable: Checkable = { system, monitor };
  for (;;) {
    system.reset();
    monitor.reset();
    const fingerprints = new Set<string>();
    const counts = { states: 0, transitions: 0 };
    const visit = (): void => {
      const key = keyOf(checkable);
      if (fingerprints.has(key)) return;
      fingerprints.add(key);
      system.violation = null;
      monitor.onState();
      if (system.violation !== null) return;
      counts.states++;
      for (const cpu of system.unfinished().reverse()) {
        if (isTwin(system, cpu)) continue;
        const before = new Int32Array(system.savepoints.size);
        const choices = system.newChoices();
        system.savepoints.save(cpu, before, 0);
        do {
          system.choices = choices;
          const outcome = system.move(cpu);
          if (system.movers.broken) return;
          if (outcome !== Outcome.Blocked) counts.transitions++;
          if (outcome === Outcome.Moved) visit();
          if (system.movers.broken) return;
          system.choices = choices;
        } while (system.restoreChoice(cpu, before, 0));
      }
    };
    visit();
    if (!system.movers.broken) return { fingerprints, ...counts };
  }
}

const searches: Readonly<Record<string, (setup: Checkable) => Reached>> = {
  dfs: (setup) => reached(setup, (checkable) => new DepthFirst(checkable, {})),
  bfs: (setup) => reached(setup, (checkable) => new BestFirst(checkable, { order: "breadth", limits: {} })),
  switches: (setup) => reached(setup, (checkable) => new BestFirst(checkable, { order: "switches", limits: {} })),
  backwards,
};

async function expectOneSet(design: Design, scenario: string, changed: Partial<Bounds> = {}): Promise<void> {
  let first: Reached | undefined;
  for (const [name, search] of Object.entries(searches)) {
    const each = await untilStepsStay(async () => {
      const setup = new Setup({
        design,
        scenario: scenarioByName(scenario) as Scenario,
        bounds: { ...bounds, ...changed },
      });
      const ranges = setup.space.size;
      const result = search(setup);
      expect(setup.space.size - ranges, `ranges reserved by ${name}`).toBe(0);
      return result;
    });
    first ??= each;
    const missing = [...first.fingerprints].filter((key) => !each.fingerprints.has(key)).length;
    expect({ name, states: each.states, transitions: each.transitions, missing }).toEqual({
      name,
      states: first.states,
      transitions: first.transitions,
      missing: 0,
    });
    expect(each.fingerprints.size).toBe(first.fingerprints.size);
  }
}

const small: Partial<Bounds> = { regions: 1 };

function designNamed(name: string): Design {
  return designs.find((each) => each.name === name) as Design;
}

describe("every order comes to one set of states", () => {
  it.each(designs.map(({ name }) => name))("%s", async (name) => {
    await expectOneSet(designNamed(name), "main", small);
  });

  it.each(["extra-put", "partial-region", "zap-put", "softirq-put", "fault", "dpamt-off", "many-users"])(
    "%s",
    async (scenario) => await expectOneSet(designNamed("region-locks"), scenario),
  );

  it("with SEAMCALLs that fail", async () => {
    await expectOneSet(designNamed("global-lock"), "seamcall-failure", small);
  });

  it.each(["global-lock", "fast-path", "ordered-rwlocks"])("%s with store buffers", async (name) => {
    await expectOneSet(designNamed(name), "main", { ...small, memory: "tso", allocFailures: 0 });
  });

  it.each(["zap@tds", "fault+zap@tds", "fault+zap@one-td", "map-2m+zap@one-td", "teardown@tds"])(
    "%s",
    async (flows) => await expectOneSet(designNamed("global-lock"), flows),
  );

  it.each(["global-lock.c", "fast-path.c", "reserved-pool.c"])("%s", async (file) => {
    const design = designOf(await fixture(file));
    for (const scenario of ["main", "softirq-put", "fault"]) await expectOneSet(design, scenario, small);
    await expectOneSet(design, "main", { ...small, memory: "tso", allocFailures: 0 });
  });
});

it("stores of one name are told apart by what they do, not by which came first", () => {
  const [WORD, BUFFERS] = [1, 100];
  const stores = [0, 8].map((first) =>
    wordOperation({
      name: "store",
      kind: `store to bits from ${first} on`,
      next: (word, value) => word | (value << first),
      result: () => 0,
      access: Access.Relaxed,
    }),
  );
  const sums = Object.values(searches).map((search) => {
    const programs = stores.map((store, cpu) => ({
      label: `${cpu}`,
      *start(): Program {
        yield on(store, WORD, 1);
        return yield read(WORD);
      },
    }));
    const system = systemOf(programs, { storeBuffers: BUFFERS });
    system.observer = { onEvent: () => {}, onState: () => {}, onSpinLock: () => {} };
    const { fingerprints, ...counts } = search({ system, monitor: { onState: () => {}, reset: () => {} } });
    return JSON.stringify({ ...counts, sum: `${sumOf(fingerprints)}` });
  });
  expect(new Set(sums).size).toBe(1);
});
