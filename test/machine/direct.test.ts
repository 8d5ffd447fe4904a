/** The machine of the direct form against the run driver: operation by operation, and one run inside another. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import * as direct from "../../src/machine/direct.js";
import * as machine from "../../src/machine/index.js";

const { ADD_RETURN, WRITE } = machine;

/** Functions of the same names: those that describe an operation and those that perform it. */
const described = namesOf(machine);
const performing = namesOf(direct);

function namesOf<T extends Record<Name, unknown>>(from: T): Pick<T, Name> {
  const { on, read, write, fill, gather, choose, chooseWithinBudget, event } = from;
  return { on, read, write, fill, gather, choose, chooseWithinBudget, event };
}

/** An environment that notes what it is asked and told, and picks the last alternative. */
function noting(log: string[]): machine.Environment {
  return {
    choose(label, alternatives, from) {
      log.push(`${label} ${from}..${alternatives - 1}`);
      return alternatives - 1;
    },
    event: (code, detail, extra) => void log.push(`event ${code} ${detail} ${extra}`),
  };
}

type Name = "on" | "read" | "write" | "fill" | "gather" | "choose" | "chooseWithinBudget" | "event";
/** An operation by the name of what describes or performs it. */
type Step = { readonly [N in Name]: readonly [name: N, ...inputs: Parameters<(typeof direct)[N]>] }[Name];

const at = fc.nat({ max: 3 });
const number = fc.integer({ min: -2, max: 5 });
const count = fc.nat({ max: 3 });
const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(fc.constant("on" as const), fc.constantFrom(ADD_RETURN, WRITE), at, number),
  fc.tuple(fc.constant("on" as const), fc.constant(ADD_RETURN), at),
  fc.tuple(fc.constant("read" as const), at),
  fc.tuple(fc.constant("write" as const), at, number),
  fc.tuple(fc.constant("fill" as const), fc.constant(WRITE), at, count, number),
  fc.tuple(fc.constant("fill" as const), fc.constant(WRITE), at, count, number, number),
  fc.tuple(fc.constant("gather" as const), at, count),
  fc.tuple(fc.constant("gather" as const), at, count, number, number, number),
  fc.tuple(fc.constant("choose" as const), fc.constant("which"), fc.integer({ min: 1, max: 4 })),
  fc.tuple(
    fc.constant("choose" as const),
    fc.constant("which"),
    fc.constant(3),
    count.map((from) => from % 3),
  ),
  fc.tuple(fc.constant("chooseWithinBudget" as const), fc.constant("fails"), at),
  fc.tuple(fc.constant("event" as const), number),
  fc.tuple(fc.constant("event" as const), number, number, number),
);

function* stepped(steps: readonly Step[], results: number[]): machine.Program {
  for (const [name, ...inputs] of steps) {
    const describes = described[name] as (...inputs: readonly unknown[]) => machine.Operation;
    results.push(yield describes(...inputs));
  }
  return results.length;
}

function performed(steps: readonly Step[], results: number[]): number {
  for (const [name, ...inputs] of steps) {
    const performs = performing[name] as (...inputs: readonly unknown[]) => number;
    results.push(performs(...inputs));
  }
  return results.length;
}

describe("the machine of the direct form", () => {
  it("performs every operation as the run driver does", () => {
    fc.assert(
      fc.property(fc.array(step), fc.boolean(), (steps, journaled) => {
        const [one, other] = [new machine.Words(journaled), new machine.Words(journaled)];
        const results: [number[], number[]] = [[], []];
        const logs: [string[], string[]] = [[], []];
        const length = machine.run(one, stepped(steps, results[0]), noting(logs[0]));
        expect(direct.runDirect(other, noting(logs[1]), performed, steps, results[1])).toBe(length);
        expect([results[1], logs[1]]).toEqual([results[0], logs[0]]);
        for (let address = 0; address < 8; address++) expect(other.read(address)).toBe(one.read(address));
        expect(other.fingerprintLow).toBe(one.fingerprintLow);
      }),
    );
  });

  it("refuses to wait, like the run driver", () => {
    const wait = machine.wordOperation({ name: "wait", next: (w) => w, result: (w) => w, ready: (w) => w > 0 });
    const words = new machine.Words();
    const program = (address: number): number => direct.on(wait, address);
    expect(() => direct.runDirect(words, machine.benign, program, 1, 0)).toThrow(machine.BlockedError);
    words.write(1, 5);
    expect(direct.runDirect(words, machine.benign, program, 1, 0)).toBe(5);
  });

  it("goes back to the outer machine after a run inside a run, even one that fails", () => {
    const [outer, inner] = [new machine.Words(), new machine.Words()];
    const failing = (): number => {
      direct.write(1, 20);
      throw new Error("stopped");
    };
    const environment: machine.Environment = {
      ...machine.benign,
      event: () => void direct.runDirect(inner, machine.benign, failing, 0, 0),
    };
    const program = (): number => {
      direct.write(1, 10);
      expect(() => direct.event(1)).toThrow("stopped");
      direct.write(2, 11);
      return direct.read(1);
    };
    expect(direct.runDirect(outer, environment, program, 0, 0)).toBe(10);
    expect([outer.read(1), outer.read(2), inner.read(1), inner.read(2)]).toEqual([10, 11, 20, 0]);
  });
});
