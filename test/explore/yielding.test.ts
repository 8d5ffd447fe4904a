/** Programs that try again when something is BUSY: waits that end, waits that do not, and who is to blame. */
import { describe, expect, it } from "vitest";
import { Yielding } from "../../src/explore/step/yielding.js";
import { become, event, loopHead, on, type Program, read, wordOperation, write } from "../../src/machine/index.js";
import { BareSystem, exhaust, type Order } from "./support/bare-system.js";

const YIELD = 7;
/** A flag that is shared, and words from here on that each CPU has for itself. */
const FLAG = 1;
const DONE = 2;
const PRIVATE = 100;

/** Tries until the flag is clear. */
function* waiter(): Program {
  if ((yield read(FLAG)) === 0) return 0;
  yield event(YIELD);
  return yield become("again", waiter);
}

/** Keeps the flag set for a few steps, then clears it. */
function* holder(): Program {
  yield write(FLAG, 1);
  for (let i = 0; i < 3; i++) yield write(DONE, i + 1);
  yield write(FLAG, 0);
  return 0;
}

/** Never clears it. */
function* keeper(): Program {
  yield write(FLAG, 1);
  return 0;
}

/** Clears and sets it for ever. */
function* flicker(): Program {
  yield write(FLAG, 1);
  yield write(FLAG, 0);
  return yield become("flicker", flicker);
}

function explore(programs: readonly [string, () => Program][], order: Order): string[] {
  const checkable = new BareSystem(
    programs.map(([label, start]) => ({ label, start })),
    { symmetry: false, privateFrom: PRIVATE },
  );
  checkable.system.yielding = new Yielding(YIELD, PRIVATE, checkable.system.own);
  const search = exhaust(checkable, order);
  expect(search.stop).toBeNull();
  return [...search.found.values()].map(({ violation }) => violation.message);
}

const orders: readonly Order[] = ["depth", "breadth", "switches"];

describe.each(orders)("in order of %s", (order) => {
  it("waiting for a CPU that gets on ends, however many wait", () => {
    const waiters: [string, () => Program][] = [1, 2, 3].map((number) => [`waiter ${number}`, waiter]);
    for (let count = 1; count <= waiters.length; count++) {
      expect(explore([["holder", holder], ...waiters.slice(0, count)], order)).toEqual([]);
    }
  });

  it("waiting for a CPU that has ended is a deadlock", () => {
    const [message] = explore(
      [
        ["keeper", keeper],
        ["waiter", waiter],
      ],
      order,
    );
    expect(message).toBe("deadlock: CPU1 waits for ever");
  });

  it("two that wait for one that has ended go round or wait, and are reported", () => {
    const found = explore(
      [
        ["keeper", keeper],
        ["waiter 1", waiter],
        ["waiter 2", waiter],
      ],
      order,
    );
    expect(found.sort()).toEqual([
      expect.stringMatching(/^deadlock/),
      expect.stringContaining("the same state comes back"),
    ]);
  });

  it("a CPU that goes round by itself is reported", () => {
    const found = explore(
      [
        ["flicker", flicker],
        ["keeper", keeper],
      ],
      order,
    );
    expect(found).toEqual([expect.stringContaining("the same state comes back")]);
  });
});

describe("equal CPUs that take turns", () => {
  const OPEN = 100;
  const ENTER_OR_LEAVE = wordOperation({
    name: "enter or leave",
    next: (inside, by) => (inside + by >= 3 ? OPEN : inside + by),
    result: (inside, by) => Math.min(inside + by, 3),
  });

  /** Goes in and out. Where three are inside at once the door stays open, and all leave for good. */
  function* visitor(): Program {
    for (;;) {
      yield loopHead(() => "outside");
      if ((yield on(ENTER_OR_LEAVE, FLAG, 1)) === 3) return 0;
      if ((yield on(ENTER_OR_LEAVE, FLAG, -1)) === 3) return 0;
    }
  }

  it.each(["depth", "breadth", "switches"] as const)("go round for ever, %s first", (order: Order) => {
    for (const symmetry of [true, false]) {
      const checkable = new BareSystem(
        [1, 2, 3].map(() => ({ label: "visitor", start: visitor })),
        { symmetry },
      );
      const { found } = exhaust(checkable, order);
      expect([...found.keys()]).toEqual(["cycle"]);
    }
  });
});
