/** What CPUs have done before is done again without its steps. It must come to the same as the steps do. */
import { describe, expect, it, vi } from "vitest";
import { flowScenarios, Setup, type Subject, scenarioByName, scenarios } from "../../src/check/index.js";
import { DepthFirst } from "../../src/explore/search/depth-first.js";
import { CHOICES_AT_ONCE } from "../../src/explore/state/choices.js";
import { NO_LOCKS } from "../../src/explore/state/lock-sets.js";
import type { MacroSteps } from "../../src/explore/step/macro-steps.js";
import type { Observer } from "../../src/explore/step/observer.js";
import { designByName, designs } from "../../src/helpers/index.js";
import { spinLock, spinUnlock } from "../../src/kernel/index.js";
import {
  Access,
  become,
  call,
  choose,
  chooseWithinBudget,
  event,
  fill,
  gather,
  loopHead,
  loopScope,
  on,
  type Program,
  read,
  WRITE,
  wordOperation,
  write,
} from "../../src/machine/index.js";
import { faulty } from "../check/faults.js";
import { BareSystem, exhaust } from "./support/bare-system.js";

const BOUNDS = {
  cpus: 2,
  rounds: 1,
  regions: 2,
  placement: "adversarial",
  allocFailures: 1,
  use: "rdmd",
  memory: "sc",
} as const;

/** Enough for every branch of a design to be taken. */
const STATES_MAX = 20_000;

/** All that a search comes to. */
function outcome(subject: Subject, steps: boolean) {
  const setup = new Setup(subject);
  if (steps) setup.system.goStepByStep();
  const search = new DepthFirst(setup, { maxStates: STATES_MAX });
  while (!search.slice(Number.POSITIVE_INFINITY));
  const { states, transitions, depth, restarts } = search.statistics;
  return {
    states,
    transitions,
    depth,
    restarts,
    found: [...search.found].map(([id, { violation, path }]) => [id, violation, path.length]),
    counts: [...setup.monitor.counts],
    warnings: [...setup.monitor.warnings],
    fingerprint: [setup.system.shared.fingerprintLow, setup.system.shared.fingerprintHigh],
  };
}

function expectSame(subject: Subject): void {
  expect(outcome(subject, false)).toEqual(outcome(subject, true));
}

function design(name: string) {
  const found = designByName(name);
  if (found === undefined) throw new Error(`no design ${name}`);
  return found;
}

describe("a search with macro-steps comes to what one step by step comes to", () => {
  it.each(designs.map(({ name }) => name))("%s", (name) => {
    for (const scenario of scenarios) expectSame({ design: design(name), scenario, bounds: BOUNDS });
  });

  it.each(["split+fault", "fault+teardown", "zap+zap"])("flows %s", (list) => {
    for (const scenario of flowScenarios(list)) {
      expectSame({ design: design("global-lock"), scenario, bounds: { ...BOUNDS, allocFailures: 0 } });
    }
  });

  it.each(["global-lock", "fast-path", "lazy"])("%s, where stores wait in buffers", (name) => {
    for (const scenario of scenarios)
      expectSame({ design: design(name), scenario, bounds: { ...BOUNDS, memory: "tso" } });
  });

  it("flows in which a SEAMCALL may fail", () => {
    for (const scenario of flowScenarios("zap+zap")) {
      const bounds = { ...BOUNDS, allocFailures: 0, seamcallFailures: 1 };
      expectSame({ design: design("global-lock"), scenario, bounds });
    }
  });

  it("where books are wrong and the path goes on", () => {
    const wrong = { ...faulty("increment-forgotten"), unchargedPairs: true };
    for (const scenario of scenarios) expectSame({ design: wrong, scenario, bounds: BOUNDS });
  });

  it.each(["protected-steps", "short-calls", "late-choice", "cpu-symmetry"] as const)("without %s", (reduction) => {
    const scenario = scenarioByName("main");
    if (scenario === undefined) throw new Error("no scenario main");
    for (const name of ["global-lock", "fast-path"]) {
      expectSame({ design: design(name), scenario, bounds: { ...BOUNDS, regions: 1 }, without: [reduction] });
    }
  });
});

const LOCK = 1;
const TOTAL = 2;
const TAKEN = 3;
const PAGE = 10;
const TURNS = 12;
/** Words of the watcher, which no program knows. */
const HEARD = 50;

type Watcher = { -readonly [name in keyof Observer]: Observer[name] };

/** Turns a hand of a clock. */
const TURN = wordOperation({
  name: "turn",
  next: (hand, by) => (hand + by) % 3,
  result: (hand, by) => (hand + by) % 3,
});

/** Turns hands by what was chosen, with a lock held, and tells of it. */
function* turn(): Program {
  const chosen = yield choose("number", 3);
  yield spinLock(LOCK);
  yield event(2, yield on(TURN, TOTAL, chosen));
  yield on(TURN, TAKEN, 1);
  yield event(4, chosen);
  yield spinUnlock(LOCK);
  return 0;
}

function* turns(): Program {
  for (let turns = 0; turns < TURNS; turns++) yield call("turn", turn);
  return 0;
}

/** Fills words and looks at them, and changes a word that others change with a lock held. */
function* fillsOnce(): Program {
  const chosen = yield choose("number", 2);
  yield fill(WRITE, PAGE, 4, chosen);
  yield event(6, yield read(PAGE + 2));
  yield on(TURN, TOTAL, chosen);
  return 0;
}

function* fills(): Program {
  for (let turns = 0; turns < TURNS; turns++) yield call("fills", fillsOnce);
  return 0;
}

/** What a watcher is told in a search, and what it comes to. */
function watched(programs: readonly (() => Program)[], watcher: (checkable: BareSystem) => Watcher, steps: boolean) {
  const checkable = new BareSystem(programs.map((start, cpu) => ({ label: start.name || `${cpu}`, start })));
  if (steps) checkable.system.goStepByStep();
  const observer = watcher(checkable);
  let calls = 0;
  const { onEvent } = observer;
  observer.onEvent = (...given) => {
    calls++;
    onEvent(...given);
  };
  checkable.system.observer = observer;
  const heard = new Set<number>();
  checkable.onState = () => heard.add(checkable.system.shared.read(HEARD));
  const { states, transitions, restarts } = exhaust(checkable).statistics;
  return { calls, states, transitions, restarts, heard: [...heard].sort(), counts: [...(observer.counts ?? [])] };
}

function both(programs: readonly (() => Program)[], watcher: (checkable: BareSystem) => Watcher) {
  const { calls, ...short } = watched(programs, watcher, false);
  const { calls: callsByStep, ...byStep } = watched(programs, watcher, true);
  expect(short).toEqual(byStep);
  expect(short.transitions).toBeGreaterThan(1000);
  return { calls, callsByStep, transitions: short.transitions };
}

const PLAIN = { access: Access.Plain } as const;
const PLAIN_READ = wordOperation({
  name: "read",
  next: (word) => word,
  result: (word) => word,
  readOnly: true,
  ...PLAIN,
});
const PLAIN_WRITE = wordOperation({ name: "write", next: (_word, value) => value, result: () => 0, ...PLAIN });

const OWN_LOCK = 30;

/** Comes to the same node with and without a lock, after a choice or from rest. */
function comesByChoice(cpu: number): () => Program {
  function* rest(): Program {
    yield event(2, yield on(PLAIN_READ, PAGE, 0));
    yield on(PLAIN_WRITE, PAGE, 1);
    yield spinLock(LOCK);
    yield on(TURN, TOTAL, 1);
    yield spinUnlock(LOCK);
    return 0;
  }
  return function* (): Program {
    const taken = yield choose("lock", 3);
    if (taken === 1) yield spinLock(OWN_LOCK + cpu);
    if (taken === 2) yield write(PAGE + 1, cpu);
    yield choose("nothing", 2);
    yield become("rest", rest);
    return 0;
  };
}

/** Turns hands with no lock held. */
function* turnsAlone(): Program {
  yield on(TURN, TOTAL, 1);
  yield on(TURN, TAKEN, 1);
  return 0;
}

const BUDGET = 60;

/** Makes choices of which most have one alternative: a budget is soon used up. Others see how often it was not. */
function* spends(): Program {
  yield write(BUDGET, 1);
  for (let turns = 0; turns < 2; turns++) {
    let failures = 0;
    for (let tries = 0; tries < 3; tries++) failures += yield chooseWithinBudget("fails", BUDGET);
    yield choose("only", 2, 1);
    yield on(TURN, TOTAL, failures);
    yield event(2, yield choose("number", 2));
  }
  return 0;
}

/** Makes more choices with one alternative than a transition may make, and others before and between them. */
function* choosesOften(): Program {
  let sum = yield choose("number", 3);
  for (let tries = 0; tries < CHOICES_AT_ONCE - 4 + sum; tries++) sum += yield choose("only", 1);
  yield on(TURN, TOTAL, sum);
  for (let tries = 0; tries < 2 * CHOICES_AT_ONCE; tries++) {
    sum += yield choose("mostly", tries === CHOICES_AT_ONCE ? 2 : 1);
    if (tries % 7 === 0) yield event(2, sum);
  }
  return sum;
}

/** Comes to many choices with one alternative after few others, or after many. */
function* choosesBefore(): Program {
  const several = yield choose("several", 2);
  if (several === 1) for (let tries = 0; tries < CHOICES_AT_ONCE / 2; tries++) yield choose("one of them", 2);
  yield become("chooses rest", choosesRest);
  return 0;
}

function* choosesRest(): Program {
  for (let tries = 0; tries < CHOICES_AT_ONCE - 2; tries++) yield choose("only", 1);
  yield on(TURN, TOTAL, 1);
  yield event(2, yield on(TURN, TAKEN, 1));
  yield on(TURN, TOTAL, 1);
  return 0;
}

function* choosesOftenTwice(): Program {
  for (let turns = 0; turns < 2; turns++) yield on(TURN, TAKEN, yield call("chooses", choosesOften));
  return 0;
}

/** Goes round without a scheduling point: what it chooses, or writes to words that only it knows, lets nobody else go on. */
const goesRound = (first: number, head: "fill" | "event" | "choose") =>
  function* (): Program {
    for (let part = 0; part < 2; part++) {
      yield loopScope();
      for (;;) {
        yield loopHead(() => "again");
        if (head === "fill") yield fill(WRITE, first, 2, 1);
        if (head === "event") yield event(2, part);
        if ((yield choose("goes on", 2)) === 0) break;
        yield write(first + 4, 1);
      }
      yield on(TURN, TOTAL, 1);
      yield event(4, yield on(TURN, TAKEN, 1));
    }
    return 0;
  };

const silent = { onState: () => {}, onSpinLock: () => {}, onEvent: () => {} };

describe("watchers", () => {
  it("are told every time of events that are not plain", () => {
    const { calls, callsByStep } = both([turns, turns, turns], () => ({ ...silent, counts: new Float64Array(1) }));
    expect(calls).toBe(callsByStep);
    expect(calls).toBeGreaterThan(1000);
  });

  it("are told of plain events until what they do about them is known: they count, and change words", () => {
    const { calls, callsByStep } = both([turns, fills], ({ system }) => {
      const counts = new Float64Array(3);
      return {
        ...silent,
        counts,
        isPlain: () => true,
        onEvent: (_cpu, code, detail) => {
          counts[code / 2 - 1]!++;
          if (code === 2) system.shared.write(HEARD, (system.shared.read(HEARD) + detail) % 5);
        },
      };
    });
    expect(calls).toBeLessThan(callsByStep / 2);
  });

  it("of which one event is plain and one is not see the words as they are then", () => {
    both([turns, turns, turns], ({ system }) => {
      const counts = new Float64Array(32);
      return {
        ...silent,
        counts,
        isPlain: (code) => code === 2,
        onEvent: (_cpu, code) => {
          const heard = system.shared.read(HEARD);
          if (code === 2) system.shared.write(HEARD, (heard + 1) % 5);
          else counts[heard + 5 * system.shared.read(TAKEN)]!++;
        },
      };
    });
  });

  it("who say something once say it in every search", () => {
    let remarks = 0;
    const { calls, callsByStep } = both([turns, turns, turns], () => {
      const counts = new Float64Array(1);
      let said = 0;
      const watcher = {
        ...silent,
        counts,
        remarks: 0,
        isPlain: () => true,
        onEvent: (_cpu: number, _code: number, detail: number) => {
          counts[0]!++;
          if (detail !== 2 || said > 0) return;
          said++;
          remarks++;
          watcher.remarks++;
        },
      };
      return watcher;
    });
    expect(remarks).toBe(2);
    expect(calls).toBeLessThan(callsByStep / 2);
  });

  it("who go by words of another CPU are told every time", () => {
    const { calls, callsByStep } = both([turns, turns, turns], ({ system }) => {
      const counts = new Float64Array(1);
      return {
        ...silent,
        counts,
        isPlain: () => true,
        onEvent: (cpu) => {
          counts[0]! += 1 + (system.own[(cpu + 1) % system.cpus]?.read(HEARD) ?? 0);
          system.own[cpu]?.write(HEARD, 1);
        },
      };
    });
    expect(calls).toBe(callsByStep);
  });

  it("break a property at the same event", () => {
    for (const isPlain of [true, false]) {
      both([turns, turns, turns], ({ system }) => {
        const counts = new Float64Array(1);
        return {
          ...silent,
          counts,
          isPlain: () => isPlain,
          onEvent: (_cpu, code, detail) => {
            counts[0]!++;
            if (code === 2 && detail === 2 && system.shared.read(TAKEN) === 2) system.violate("R1", "too many");
          },
        };
      });
    }
  });
});

describe("macro-steps", () => {
  it.each([
    ["a budget that others use up", [spends, spends, spends]],
    ["more than a transition may make", [choosesOftenTwice, choosesOftenTwice, fills]],
    ["as many as it may, and others before them", [choosesBefore, choosesBefore, choosesBefore]],
  ])("go over choices with one alternative: %s", (_, programs) => {
    both(programs, () => ({ ...silent, counts: new Float64Array(1) }));
  });

  it.each([true, false])("of one CPU are those of another only where they are interchangeable: %s", (symmetry) => {
    const programs = [turnsAlone, turnsAlone].map((start) => ({ label: start.name, start }));
    const { system } = new BareSystem(programs, { symmetry });
    const follow = vi.spyOn(system.macroSteps as MacroSteps, "follow");
    const isKnown = (cpu: number): boolean => {
      const from = new Int32Array(system.savepoints.size);
      system.savepoints.save(cpu, from, 0);
      system.move(cpu);
      system.restoreChoice(cpu, from, 0);
      return follow.mock.results[follow.mock.results.length - 1]?.value === true;
    };
    for (let tries = 0; tries < 8; tries++) isKnown(0);
    expect(isKnown(0)).toBe(true);
    expect(isKnown(1)).toBe(symmetry);
  });

  it.each(["fill", "event", "choose"] as const)("begin at the head of a loop as the steps do: %s", (head) => {
    const programs = [goesRound(100, head), goesRound(200, head), fills];
    both(programs, () => ({ ...silent, counts: new Float64Array(1) }));
  });

  it("come to choices with one alternative as often as the steps do", () => {
    const paths = [true, false].map((steps) => {
      const checkable = new BareSystem([spends, fills].map((start) => ({ label: start.name, start })));
      if (steps) checkable.system.goStepByStep();
      const ways = new Set<string>();
      checkable.onState = () => ways.add(checkable.system.choices.list.join(""));
      exhaust(checkable);
      return [...ways].sort();
    });
    expect(paths[0]).toEqual(paths[1]);
    expect(paths[0]?.some((way) => way.length > 4)).toBe(true);
  });

  it("are forgotten when a word turns out to need scheduling points, and when a search begins", () => {
    const { transitions } = both([turns, fills], () => ({ ...silent, counts: new Float64Array(1) }));
    expect(transitions).toBeGreaterThan(1000);
  });

  it("go by how a CPU came to where they begin", () => {
    const programs = [0, 1, 2].map((cpu) => comesByChoice(cpu));
    const { transitions } = both(programs, () => ({ ...silent, counts: new Float64Array(1) }));
    expect(transitions).toBeGreaterThan(1000);
  });
});

const V = 5;
const G = 500;

const MASKED = wordOperation({ name: "masked", next: (_word, value) => value, result: () => 0, mask: 1 });

interface Pair {
  readonly observer?: (checkable: BareSystem) => Partial<Observer>;
  readonly second?: () => Program;
  readonly protectedSteps?: boolean;
}

function* other(): Program {
  yield write(V, 9);
  return 0;
}

/** CPU0 runs `body`. */
function arenaOf(body: () => Program, { observer, second = other, protectedSteps = true }: Pair = {}): BareSystem {
  const programs = [body, second].map((start, cpu) => ({ label: `${cpu}`, start }));
  const checkable = new BareSystem(programs, { protectedSteps });
  if (observer !== undefined) checkable.system.observer = { ...silent, ...observer(checkable) };
  return checkable;
}

/** What one move of CPU0 comes to after it has been made and taken back often, and then something else was done. */
function moved(checkable: BareSystem, then: (checkable: BareSystem) => void): unknown {
  const { system } = checkable;
  const { shared, movers } = system;
  const saved = new Int32Array(system.savepoints.size);
  for (let i = 0; i < 20; i++) {
    system.savepoints.save(0, saved, 0);
    system.move(0);
    system.savepoints.restore(0, saved, 0);
  }
  then(checkable);
  const before = movers.plainAccesses;
  system.move(0);
  system.takeFingerprint();
  const plain = movers.plainAccesses - before;
  const held = [movers.exclusive[0], movers.shared[0], movers.spinning[0]];
  return [shared.read(G), shared.fingerprintLow, system.nodes[0], system.fingerprintLow, plain, held];
}

function expectSameMove(body: () => Program, then: (checkable: BareSystem) => void, pair: Pair = {}): void {
  const stepped = arenaOf(body, pair);
  stepped.system.goStepByStep();
  expect(moved(arenaOf(body, pair), then)).toEqual(moved(stepped, then));
}

describe("one move, made many times, comes to what it comes to step by step", () => {
  it("a plain event that writes a word without reading it, which held that already", () => {
    expectSameMove(
      function* () {
        yield event(2);
        yield write(V, 1);
        return 0;
      },
      ({ system }) => system.shared.write(G, 5),
      {
        observer: ({ system }) => ({
          counts: new Float64Array(1),
          isPlain: () => true,
          onEvent: () => system.shared.write(G, 0),
        }),
      },
    );
  });

  it("a word that an event which is not plain changes, and then a plain one", () => {
    expectSameMove(
      function* () {
        yield event(2);
        yield event(4);
        yield write(V, 1);
        return 0;
      },
      ({ system }) => system.shared.write(G, 1),
      {
        observer: ({ system }) => ({
          counts: new Float64Array(1),
          isPlain: (code) => code === 4,
          onEvent: (_cpu, code) => system.shared.write(G, system.shared.read(G) + (code === 4 ? 10 : 1)),
        }),
      },
    );
  });

  it("plain, not plain, plain: the fingerprint", () => {
    expectSameMove(
      function* () {
        yield event(4);
        yield event(2);
        yield event(4);
        yield write(V, 1);
        return 0;
      },
      () => {},
      {
        observer: ({ system }) => ({
          counts: new Float64Array(1),
          isPlain: (code) => code === 4,
          onEvent: (_cpu, code) => system.shared.write(G, system.shared.read(G) + (code === 4 ? 10 : 1)),
        }),
      },
    );
  });

  it("a masked word that is read in the same stretch", () => {
    expectSameMove(
      function* () {
        yield on(MASKED, G, 3);
        yield read(G);
        yield write(V, 1);
        return 0;
      },
      () => {},
    );
  });

  it("a word that an observer changes by what it finds elsewhere, and that the program then reads", () => {
    const turned = wordOperation({ name: "turned", next: (word) => word * 2, result: (word) => word });
    expectSameMove(
      function* () {
        yield read(G);
        yield event(2);
        yield on(turned, G, 0);
        yield write(V, 1);
        return 0;
      },
      ({ system }) => system.shared.write(HEARD, 7),
      {
        observer: ({ system }) => ({
          counts: new Float64Array(1),
          isPlain: () => false,
          onEvent: () => system.shared.write(G, system.shared.read(HEARD) + 1),
        }),
      },
    );
  });

  it("plain accesses to a word that all know by then to need watching", () => {
    expectSameMove(
      function* () {
        yield on(PLAIN_READ, G, 0);
        yield write(V, 1);
        return 0;
      },
      ({ system }) => system.move(1),
      {
        protectedSteps: false,
        second: function* () {
          yield on(PLAIN_WRITE, G, 0);
          return 0;
        },
      },
    );
  });

  it("plain accesses that are counted, and locks that are held in the end", () => {
    expectSameMove(
      function* () {
        yield spinLock(LOCK);
        yield on(PLAIN_READ, G, 0);
        yield choose("never", 2);
        yield on(PLAIN_WRITE, G, 3);
        yield write(V, 1);
        return 0;
      },
      () => {},
    );
  });

  it("with a lock that the CPU holds already, as far as is known", () => {
    expectSameMove(
      function* () {
        yield spinLock(LOCK);
        yield read(G);
        yield spinUnlock(LOCK);
        return 0;
      },
      ({ system }) => {
        system.movers.spinning[0] = 1;
        system.movers.shared[0] = system.movers.sets.with(NO_LOCKS, 20);
      },
    );
  });

  it("whoever throws is not listened to any more in the next search", () => {
    const checkable = arenaOf(
      function* () {
        yield event(4);
        yield write(V, 1);
        return 0;
      },
      {
        observer: () => ({
          counts: new Float64Array(1),
          isPlain: () => true,
          onEvent: () => {
            throw new Error("no");
          },
        }),
      },
    );
    for (let i = 0; i < 8; i++) expect(() => checkable.system.move(0)).toThrow("no");
    checkable.system.reset();
    expect(checkable.system.shared.spy).toBeNull();
    expect(checkable.system.own.map(({ spy }) => spy)).toEqual([null, null]);
  });

  it("effects do not pile up where what is noted can never be found", () => {
    const checkable = arenaOf(
      function* () {
        yield event(2);
        yield event(4);
        yield write(V, 1);
        return 0;
      },
      {
        observer: ({ system }) => ({
          counts: new Float64Array(1),
          isPlain: (code) => code === 4,
          onEvent: (_cpu, code) => {
            if (code === 4) system.shared.read(G);
            else system.shared.write(G, 1);
          },
        }),
      },
    );
    const { system } = checkable;
    const saved = new Int32Array(system.savepoints.size);
    const sizes: number[] = [];
    for (let i = 0; i < 400; i++) {
      system.savepoints.save(0, saved, 0);
      system.move(0);
      system.savepoints.restore(0, saved, 0);
      if (i % 100 === 99) sizes.push((system.macroSteps as MacroSteps).size);
    }
    expect(sizes[3]).toBe(sizes[0]);
  });
});

describe("a state is judged once", () => {
  it.each(["depth", "breadth", "switches"] as const)("the first one, too, going by %s", (order) => {
    const checkable = arenaOf(other);
    checkable.onState = () => {
      if (checkable.system.shared.read(V) === 0) checkable.system.violate("R1", "nothing was written yet");
    };
    const { found, statistics } = exhaust(checkable, order);
    expect([...found.values()].map(({ violation, path }) => [violation.message, path])).toEqual([
      ["nothing was written yet", []],
    ]);
    expect(statistics.transitions).toBe(0);
  });
});

/** Waits for a word of the CPU's own. */
const DOWN = wordOperation({ name: "down", next: (word) => word - 1, result: () => 0, ready: (word) => word > 0 });
const OWN = 100;

function* setOwn(): Program {
  yield write(OWN, yield choose("own", 2));
  yield write(LOCK, 1);
  return 0;
}

function* waitForOwn(): Program {
  yield read(LOCK);
  yield on(DOWN, OWN);
  yield write(LOCK, 2);
  return 0;
}

it("where a transition ends before a wait for a word of the CPU's own", () => {
  function* program(): Program {
    for (let round = 0; round < 3; round++) {
      yield call("set", setOwn);
      yield call("wait", waitForOwn);
    }
    return 0;
  }
  const statesWith = (steps: boolean) => {
    const programs = ["one", "two"].map((label) => ({ label, start: program }));
    const checkable = new BareSystem(programs, { privateFrom: OWN });
    if (steps) checkable.system.goStepByStep();
    const search = exhaust(checkable);
    return [search.statistics.states, search.statistics.transitions, search.fingerprints()];
  };
  expect(statesWith(false)).toEqual(statesWith(true));
});

describe("a range that a CPU fills or reads", () => {
  const OWN = 500;
  function* keeps(): Program {
    yield write(OWN + 1, 1);
    yield write(TOTAL, 2);
    yield write(TOTAL, 3);
    yield write(OWN + 1, 0);
    return 0;
  }
  function* looks(): Program {
    yield write(TOTAL, 1);
    yield gather(OWN, 4);
    return 0;
  }
  function* waits(): Program {
    yield spinLock(LOCK);
    yield write(OWN + 1, 0);
    yield spinUnlock(LOCK);
    return 0;
  }
  const searchOf = (first: () => Program) => {
    const programs = [first, looks].map((start) => ({ label: start.name, start }));
    return exhaust(new BareSystem(programs, { privateFrom: OWN + 1 })).statistics;
  };

  it("must not hold words of another CPU's own", () => {
    expect(() => searchOf(keeps)).toThrow("words of a CPU are read by another");
    expect(searchOf(waits).states).toBeGreaterThan(3);
  });
});
