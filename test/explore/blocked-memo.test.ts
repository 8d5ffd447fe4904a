/** What searches do not do again: CPUs that still wait, and what comes before a choice. Nothing may be missed by it. */
import { describe, expect, it } from "vitest";
import { type HostRegion, Setup, scenarios } from "../../src/check/index.js";
import { bothChanges } from "../../src/check/trace/host-view.js";
import { designByName } from "../../src/helpers/index.js";
import { KernelEvent, spinLock, spinUnlock } from "../../src/kernel/index.js";
import { choose, event, on, type Program, read, wordOperation, write } from "../../src/machine/index.js";
import { BareSystem, exhaust, type Order } from "./support/bare-system.js";

const MUTEX = 1;
const LOCK = 2;
const SEEN = 3;
const STATE = 4;
const FIRST_DATA = 10;
const PRIVATE = 100;

const ADD = wordOperation({ name: "add", next: (word, delta) => word + delta, result: () => 0 });

/** Steps that another CPU, which reads the words, can notice. */
function* steps(count: number): Program {
  for (let at = 0; at < count; at++) yield write(FIRST_DATA + at, 1);
  return 0;
}

function* reader(): Program {
  for (let at = 0; at < 4; at++) yield read(FIRST_DATA + at);
  return 0;
}

/** What memory holds in the end, in all ways to get there. */
function ends(programs: readonly (() => Program)[], order: Order): string[] {
  const checkable = new BareSystem(programs.map((start, cpu) => ({ label: `${cpu}`, start })));
  const found = new Set<string>();
  checkable.onState = () => {
    if (!checkable.isEnd()) return;
    found.add(`${[LOCK, SEEN].map((address) => checkable.system.shared.read(address))}`);
  };
  exhaust(checkable, order);
  return [...found].sort();
}

describe("a CPU that waits", () => {
  it("is tried again where its own way changes the lock", () => {
    function* waits(): Program {
      yield spinLock(MUTEX);
      yield write(SEEN, 1);
      yield choose("anything", 2);
      yield on(ADD, LOCK, 1);
      yield spinLock(LOCK);
      yield spinUnlock(LOCK);
      yield spinUnlock(MUTEX);
      return 0;
    }
    function* holds(): Program {
      const free = yield choose("free", 2);
      yield spinLock(MUTEX);
      yield write(LOCK, free === 1 ? -1 : 5);
      yield spinUnlock(MUTEX);
      return yield* steps(4);
    }
    const all = ends([waits, holds, reader], "breadth");
    expect(all.length).toBeGreaterThan(0);
    expect(ends([waits, holds, reader], "depth")).toEqual(all);
  });

  it("is tried again where its events may be judged otherwise", () => {
    function* holds(): Program {
      yield spinLock(LOCK);
      yield* steps(1);
      yield write(STATE, 1);
      yield write(FIRST_DATA + 1, 1);
      yield write(STATE, 0);
      yield write(FIRST_DATA + 2, 1);
      yield spinUnlock(LOCK);
      return 0;
    }
    function* waits(): Program {
      yield choose("anything", 2);
      yield event(4);
      yield spinLock(LOCK);
      yield spinUnlock(LOCK);
      return 0;
    }
    for (const order of ["depth", "breadth"] as const) {
      const checkable = new BareSystem([holds, waits, reader].map((start, cpu) => ({ label: `${cpu}`, start })));
      checkable.onEvent = () => {
        if (checkable.system.shared.read(STATE) === 1) checkable.system.violate("R3", "judged");
      };
      expect([...exhaust(checkable, order).found.keys()], order).toEqual(["R3"]);
    }
  });
});

describe("events of helpers", () => {
  const [scenario] = scenarios.filter(({ name }) => name === "main");
  const design = designByName("global-lock");
  const bounds = { cpus: 2, rounds: 1, regions: 1, allocFailures: 0, placement: "adversarial", use: "rdmd" } as const;
  const { monitor } = new Setup({ design: design!, scenario: scenario!, bounds });

  it.each(["Leave", "SeamcallReturned", "Used", "Warn", "PagesHeld", "Softirq"] as const)(
    "%s is judged by others",
    (name) => {
      expect(monitor.looksAround(KernelEvent[name])).toBe(true);
    },
  );

  it.each(["Enter", "Allocate", "AllocationFailed"] as const)("%s is not", (name) => {
    expect(monitor.looksAround(KernelEvent[name])).toBe(false);
  });
});

describe("what two changes of a scene come to", () => {
  it("has the regions of both, as they are last", () => {
    const region = (address: number, count: number): HostRegion => {
      return { address, count, users: 0, pair: null, type: "NDA", lock: "", pages: [] };
    };
    const both = bothChanges({ regions: [region(1, 1), region(2, 1)], locks: [] }, { regions: [region(2, 5)] });
    expect(both).toEqual({ regions: [region(1, 1), region(2, 5)], locks: [] });
    expect(bothChanges({}, { locks: [] })).toEqual({ locks: [] });
  });
});

describe("another alternative", () => {
  it.each(["depth", "breadth", "switches"] as const)("finds what an event changed for other CPUs, %s", (order) => {
    function* tells(): Program {
      yield event(2);
      const choice = yield choose("anything", 3);
      yield write(SEEN, choice);
      return 0;
    }
    function* looks(): Program {
      yield read(SEEN);
      return 0;
    }
    const programs = [tells, looks].map((start, cpu) => ({ label: `${cpu}`, start }));
    const checkable = new BareSystem(programs, { privateFrom: PRIVATE });
    const { own, shared } = checkable.system;
    checkable.onEvent = () => own[1]?.write(PRIVATE, 7);
    const found = new Set<string>();
    checkable.onState = () => {
      if (checkable.isEnd()) found.add(`${shared.read(SEEN)}: ${own[1]?.read(PRIVATE)}`);
    };
    exhaust(checkable, order);
    expect([...found].sort()).toEqual(["0: 7", "1: 7", "2: 7"]);
  });
});
