/** The run driver and the operations that a program yields. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  ADD_RETURN,
  BlockedError,
  become,
  call,
  choose,
  chooseWithinBudget,
  type Environment,
  event,
  fill,
  gather,
  LockEffect,
  OperationKind,
  on,
  type Program,
  READ,
  read,
  run,
  Words,
  WRITE,
  wordOperation,
  write,
} from "../../src/machine/index.js";
import { Box } from "./support/box.js";

/** An environment that gives `choices` in turn and notes what it is asked and told. */
function scripted(choices: readonly number[]): Environment & { readonly log: string[] } {
  const left = [...choices];
  const log: string[] = [];
  return {
    log,
    choose(label, alternatives, from) {
      log.push(`${label} ${from}..${alternatives - 1}`);
      return left.shift() ?? from;
    },
    event: (code, detail, extra) => log.push(`event ${code} ${detail} ${extra}`),
  };
}

describe("the run driver", () => {
  it("performs word operations as plain arithmetic", () => {
    const steps = fc.array(fc.tuple(fc.constantFrom(READ, WRITE, ADD_RETURN), fc.nat({ max: 2 }), fc.integer()));
    fc.assert(
      fc.property(steps, (list) => {
        const words = new Words();
        const plain = [0, 0, 0];
        function* program(): Program {
          for (const [word, at, argument] of list) {
            const old = plain[at] as number;
            const result = yield on(word, at, argument);
            if (word === READ) expect(result).toBe(old);
            else if (word === WRITE) expect(result).toBe(0);
            else expect(result).toBe((old + argument) | 0);
            if (word === WRITE) plain[at] = argument;
            if (word === ADD_RETURN) plain[at] = (old + argument) | 0;
          }
          return list.length;
        }
        expect(run(words, program())).toBe(list.length);
        expect(plain).toEqual([0, 1, 2].map((at) => words.read(at)));
      }),
    );
  });

  it("runs calls to their end, however deep, and hands over what they return", () => {
    function* sum(n: number): Program {
      if (n === 0) return 0;
      return n + (yield call(`sum ${n - 1}`, () => sum(n - 1)));
    }
    expect(run(new Words(), sum(500))).toBe(125_250);
  });

  it("passes the record of a call by reference", () => {
    const box = new Box(5);
    function* double(record: Box): Program {
      record.content *= 2;
      return yield write(1, record.content);
    }
    function* program(): Program {
      const result = yield call("double", double, box);
      return result + box.content;
    }
    expect(run(new Words(), program())).toBe(10);
  });

  it("goes on as another program, which returns to the caller of the first", () => {
    const begun: string[] = [];
    function* second(): Program {
      begun.push("second");
      return (yield read(1)) + 100;
    }
    function* first(): Program {
      begun.push("first");
      yield write(1, 7);
      yield become("second", second);
      throw new Error("nothing comes after become");
    }
    function* program(): Program {
      const result = yield call("first", first);
      begun.push("caller");
      return result * 2;
    }
    expect(run(new Words(), program())).toBe(214);
    expect(run(new Words(), first())).toBe(107);
    expect(begun).toEqual(["first", "second", "caller", "first", "second"]);
  });

  it("asks for every choice and tells every event, in order", () => {
    const environment = scripted([2, 1]);
    function* program(): Program {
      const first = yield choose("place", 3);
      expect(yield event(9, first, 4)).toBe(0);
      return first * 10 + (yield choose("turn", 4, 1));
    }
    expect(run(new Words(), program(), environment)).toBe(21);
    expect(environment.log).toEqual(["place 0..2", "event 9 2 4", "turn 1..3"]);
  });

  it("lets something fail only while there is budget, and takes it from there", () => {
    const words = new Words();
    words.write(1, 2);
    const environment = scripted([1, 0, 1, 1]);
    function* program(): Program {
      let failures = 0;
      for (let i = 0; i < 6; i++) failures += yield chooseWithinBudget("fails", 1);
      return failures;
    }
    expect(run(words, program(), environment)).toBe(2);
    expect(words.read(1)).toBe(0);
    // The budget was gone after the third.
    expect(environment.log).toHaveLength(3);
  });

  it("takes the first alternative on offer and ignores events unless told otherwise", () => {
    function* program(): Program {
      yield event(1);
      return yield choose("place", 5, 3);
    }
    expect(run(new Words(), program())).toBe(3);
  });

  it("says that a program would wait for ever", () => {
    const lock = wordOperation({
      name: "some_lock",
      next: () => 1,
      result: () => 0,
      ready: (word) => word === 0,
      lock: LockEffect.AcquireExclusive,
    });
    function* program(): Program {
      yield on(lock, 1);
      return yield on(lock, 1);
    }
    const words = new Words();
    expect(() => run(words, program())).toThrow(BlockedError);
    expect(() => run(words, program())).toThrow(/some_lock would wait for ever/);
    expect(words.read(1)).toBe(1);
  });

  it("fills and gathers", () => {
    const words = new Words();
    function* program(): Program {
      expect(yield fill(WRITE, 10, 5, 6)).toBe(0);
      yield write(12, 9);
      return yield gather(10, 5, 0b1011);
    }
    expect(run(words, program())).toBe((6 | 9) & 0b1011);
    expect([9, 10, 12, 14, 15].map((at) => words.read(at))).toEqual([0, 6, 9, 6, 0]);
  });

  it("writes under the mask of the operation", () => {
    const words = new Words();
    const hint = wordOperation({ name: "hint", next: (_word, given) => given, result: () => 0, mask: 0xf });
    function* program(): Program {
      yield on(hint, 1, 0x10);
      return yield fill(hint, 2, 2, 0x20);
    }
    run(words, program());
    expect([words.read(1), words.read(3)]).toEqual([0x10, 0x20]);
    expect([words.fingerprintLow, words.fingerprintHigh]).toEqual([0, 0]);
  });
});

describe("operations", () => {
  it("say what they are", () => {
    const start = (): Program => run as never;
    const box = new Box();
    expect({ ...read(4) }).toMatchObject({ kind: OperationKind.Word, word: READ, address: 4, argument: 0 });
    expect({ ...write(4, 5) }).toMatchObject({ kind: OperationKind.Word, word: WRITE, address: 4, argument: 5 });
    expect({ ...choose("x", 3, 1) }).toMatchObject({
      kind: OperationKind.Choose,
      label: "x",
      argument: 3,
      detail: 1,
      address: -1,
    });
    expect({ ...chooseWithinBudget("y", 8) }).toMatchObject({
      kind: OperationKind.Choose,
      argument: 2,
      detail: 0,
      address: 8,
    });
    expect({ ...event(1, 2, 3) }).toMatchObject({ kind: OperationKind.Event, argument: 1, detail: 2, extra: 3 });
    expect({ ...event(1) }).toMatchObject({ detail: 0, extra: 0 });
    expect({ ...call("f", start) }).toMatchObject({ kind: OperationKind.Call, label: "f", record: null });
    expect({ ...call("f", () => start(), box) }.record).toBe(box);
    expect({ ...become("g", start) }).toMatchObject({ kind: OperationKind.Become, label: "g", start, record: null });
    expect({ ...fill(WRITE, 1, 2, 3) }).toMatchObject({ kind: OperationKind.Fill, address: 1, count: 2, argument: 3 });
    expect({ ...gather(1, 2) }).toMatchObject({ kind: OperationKind.Gather, address: 1, count: 2, argument: -1 });
  });

  it("are completed with the usual values", () => {
    const plain = wordOperation({ name: "n", next: (word) => word, result: (word) => word });
    expect(plain).toMatchObject({ lock: LockEffect.None, readOnly: false, mask: -1 });
    expect(plain.ready).toBeUndefined();
    expect(READ.readOnly).toBe(true);
    expect(WRITE.readOnly).toBe(false);
  });

  it("of one word keep 32 bits", () => {
    fc.assert(
      fc.property(fc.integer(), fc.integer(), (word, delta) => {
        const sum = Number(BigInt.asIntN(32, BigInt(word) + BigInt(delta)));
        expect(ADD_RETURN.next(word, delta)).toBe(sum);
        expect(ADD_RETURN.result(word, delta)).toBe(sum);
      }),
    );
  });
});
