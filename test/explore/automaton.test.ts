/** The automaton of a program: restoring a CPU by running its program again on what it was handed. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Automaton } from "../../src/explore/state/automaton.js";
import { EDGE_AFTER, EDGE_NEXT, EDGE_RESULT } from "../../src/explore/state/edges.js";
import { NodeKind } from "../../src/explore/state/node-kind.js";
import type { WordClassifier } from "../../src/explore/state/word-classifier.js";
import {
  ADD_RETURN,
  become,
  type Callee,
  call,
  choose,
  event,
  fill,
  gather,
  isMark,
  join,
  loopHead,
  loopScope,
  type Operation,
  OperationKind,
  on,
  type Program,
  read,
  WRITE,
  write,
} from "../../src/machine/index.js";
import { Box } from "../machine/support/box.js";
import { type Code, interpret, leaveIn, lockingCode, RESULTS } from "./support/tiny.js";

const places: WordClassifier = {
  slotOf: (address) => address,
  slotOfRange: (address, count) => 1000 * count + address,
};

function automatonOf(shortCalls = true): Automaton {
  return new Automaton(places, shortCalls);
}

/** The node after `results`, from the first node of `start`. */
function follow(automaton: Automaton, label: string, start: () => Program, results: readonly number[]): number {
  let node = automaton.root(label, start);
  for (const result of results) node = automaton.next(node, result);
  return node;
}

const KINDS: Partial<Record<OperationKind, NodeKind>> = {
  [OperationKind.Word]: NodeKind.Word,
  [OperationKind.Choose]: NodeKind.Choose,
  [OperationKind.Event]: NodeKind.Event,
  [OperationKind.Fill]: NodeKind.Fill,
  [OperationKind.Gather]: NodeKind.Gather,
};

/** A program run directly, one operation at a time: calls and becomings are followed as they come. */
class Direct {
  private readonly callers: Program[] = [];
  done = false;
  operation: Operation;

  constructor(private program: Program) {
    this.operation = this.resume(0);
  }

  resume(result: number): Operation {
    let value = result;
    for (;;) {
      const step = this.program.next(value);
      if (step.done === true) {
        const caller = this.callers.pop();
        if (caller === undefined) {
          this.done = true;
          return this.operation;
        }
        this.program = caller;
        value = step.value;
      } else if (step.value.kind === OperationKind.Call) {
        this.callers.push(this.program);
        this.program = step.value.start(step.value.record);
        value = 0;
      } else if (step.value.kind === OperationKind.Become) {
        this.program = step.value.start(null);
        value = 0;
      } else if (isMark(step.value.kind)) {
        value = 0;
      } else {
        this.operation = step.value;
        return step.value;
      }
    }
  }
}

const MORE_THAN_ANY = 200;
const programOf = (code: Code) => (): Program => interpret("p", code, 0, leaveIn(RESULTS));

describe.each([
  ["with short calls", true],
  ["without", false],
] as const)("the automaton, %s", (_name, shortCalls) => {
  it("is at the operation that the program itself yields, whatever it is handed", () => {
    fc.assert(
      fc.property(lockingCode, fc.array(fc.array(fc.nat({ max: 2 })), { maxLength: 4 }), (code, runs) => {
        // One automaton for all runs: later ones find nodes of earlier ones.
        const automaton = automatonOf(shortCalls);
        for (const results of [...runs, ...runs]) {
          const direct = new Direct(programOf(code)());
          let node = automaton.root("p", programOf(code));
          for (let step = 0; step < MORE_THAN_ANY && !direct.done; step++) {
            const { kind, address, argument } = direct.operation;
            expect(automaton.kindOf(node)).toBe(KINDS[kind]);
            expect(automaton.argumentOf(node)).toBe(argument);
            if (kind === OperationKind.Word) {
              expect(automaton.word[node]).toBe(direct.operation.word);
              expect(automaton.addressOf(node)).toBe(address);
              expect(automaton.slotOf(node)).toBe(places.slotOf(address));
            }
            const result = results[step] ?? 0;
            node = automaton.next(node, result);
            direct.resume(result);
          }
          expect(direct.done).toBe(true);
          expect(automaton.kindOf(node)).toBe(NodeKind.Done);
        }
      }),
    );
  });

  it("gives the same node for the same results, and adds none the second time", () => {
    fc.assert(
      fc.property(lockingCode, fc.array(fc.nat({ max: 2 }), { maxLength: 12 }), (code, results) => {
        const automaton = automatonOf(shortCalls);
        const walk = (): number[] => {
          const nodes = [automaton.root("p", programOf(code))];
          for (const result of results) {
            const last = nodes[nodes.length - 1] as number;
            if (automaton.kindOf(last) === NodeKind.Done) break;
            nodes.push(automaton.next(last, result));
          }
          return nodes;
        };
        const first = walk();
        const size = automaton.size;
        expect(walk()).toEqual(first);
        expect(automaton.size).toBe(size);
      }),
    );
  });
});

/** Reads two words in a call that tells nothing of them, then a third. */
function* forgetful(): Program {
  yield call("inside", function* () {
    yield read(1);
    yield read(2);
    return 0;
  });
  return yield read(3);
}

function* second(known: number): Program {
  yield write(4, known);
  return known;
}

/** Reads a word and goes on as a program that knows only whether it was 0. */
function* becoming(): Program {
  const value = yield read(1);
  const known = value === 0 ? 0 : 1;
  yield become(`second(${known})`, () => second(known));
  return 0;
}

describe("forgetting", () => {
  it("what a call had read is forgotten when it ends", () => {
    const automaton = automatonOf();
    const one = follow(automaton, "f", forgetful, [5, 6]);
    expect(follow(automaton, "f", forgetful, [7, 8])).toBe(one);
    expect(automaton.addressOf(one)).toBe(3);
    expect(follow(automaton, "f", forgetful, [5])).not.toBe(follow(automaton, "f", forgetful, [7]));
  });

  it("what it returns is not", () => {
    function* telling(): Program {
      const sum = yield call("inside", function* () {
        return (yield read(1)) + (yield read(2));
      });
      return yield write(3, sum);
    }
    const automaton = automatonOf();
    const eleven = follow(automaton, "t", telling, [5, 6]);
    expect(follow(automaton, "t", telling, [6, 5])).toBe(eleven);
    expect(follow(automaton, "t", telling, [6, 6])).not.toBe(eleven);
    expect(automaton.argumentOf(eleven)).toBe(11);
  });

  it("become forgets what the program had learned, but for its label", () => {
    const automaton = automatonOf();
    const five = follow(automaton, "b", becoming, [5]);
    expect(follow(automaton, "b", becoming, [6])).toBe(five);
    expect(follow(automaton, "b", becoming, [0])).not.toBe(five);
    expect(automaton.argumentOf(five)).toBe(1);
    expect(automaton.kindOf(follow(automaton, "b", becoming, [0, 0]))).toBe(NodeKind.Done);
  });

  it("is off without short calls", () => {
    const automaton = automatonOf(false);
    expect(follow(automaton, "f", forgetful, [5, 6])).not.toBe(follow(automaton, "f", forgetful, [7, 8]));
    expect(follow(automaton, "b", becoming, [5])).not.toBe(follow(automaton, "b", becoming, [6]));
    expect(follow(automaton, "b", becoming, [5, 0])).not.toBe(follow(automaton, "b", becoming, [6, 0]));
    expect(follow(automaton, "f", forgetful, [5, 6])).toBe(follow(automaton, "f", forgetful, [5, 6]));
  });

  it("programs with one label have one first node, others have their own", () => {
    const automaton = automatonOf();
    const node = automaton.root("f", forgetful);
    expect(automaton.root("f", forgetful)).toBe(node);
    expect(automaton.root("g", forgetful)).not.toBe(node);
  });
});

describe("records of calls", () => {
  function* reading(box: Box): Program {
    box.content = box.content * 10 + (yield read(1));
    yield read(2);
    return 0;
  }

  function* program(): Program {
    const box = new Box(4);
    yield call("reading", reading, box);
    yield write(3, box.content);
    yield call("reading", reading, box);
    return yield write(4, box.content);
  }

  it("come back with what the call left in them, on every way", () => {
    const automaton = automatonOf();
    for (const [first, second] of [
      [1, 2],
      [3, 2],
      [1, 5],
      [1, 2],
    ] as const) {
      const middle = follow(automaton, "r", program, [first, 0]);
      expect([automaton.addressOf(middle), automaton.argumentOf(middle)]).toEqual([3, 40 + first]);
      const end = follow(automaton, "r", program, [first, 0, 0, second, 9]);
      expect([automaton.addressOf(end), automaton.argumentOf(end)]).toEqual([4, 400 + 10 * first + second]);
    }
  });

  it("tell ways apart that return the same, and merge ways that leave the same", () => {
    const automaton = automatonOf();
    const node = follow(automaton, "r", program, [1, 0]);
    expect(follow(automaton, "r", program, [1, 7])).toBe(node);
    expect(follow(automaton, "r", program, [2, 0])).not.toBe(node);
  });
});

describe("nodes", () => {
  const INNER: Callee = { label: "inner" };

  it("know the calls that they are inside of", () => {
    function* outer(): Program {
      return yield call("middle", function* () {
        yield event(7, 8, 9);
        return yield call(INNER, () => read3());
      });
    }
    function* read3(): Program {
      return yield read(3);
    }
    const automaton = automatonOf();
    const labelsAt = (node: number) => automaton.calls(node).map(({ label }) => label);
    const first = automaton.root("outer", outer);
    expect(labelsAt(first)).toEqual(["outer", "middle"]);
    expect([automaton.argumentOf(first), automaton.detailOf(first), automaton.extraOf(first)]).toEqual([7, 8, 9]);
    const inner = automaton.next(first, 0);
    expect(labelsAt(inner)).toEqual(["outer", "middle", "inner"]);
    expect(automaton.calls(inner).map(({ callee }) => callee)).toEqual([null, null, INNER]);
    expect(labelsAt(automaton.next(inner, 1))).toEqual(["outer"]);
  });

  it("hold choices, fills and gathers", () => {
    function* program(): Program {
      yield choose("where", 3, 1);
      yield fill(WRITE, 20, 5, 7);
      return yield gather(30, 6, 3);
    }
    const automaton = automatonOf();
    const chosen = automaton.root("p", program);
    expect([automaton.label[chosen], automaton.argumentOf(chosen), automaton.detailOf(chosen)]).toEqual([
      "where",
      3,
      1,
    ]);
    expect(automaton.budgetOf(chosen)).toBe(-1);
    const filled = automaton.next(chosen, 1);
    expect([automaton.addressOf(filled), automaton.countOf(filled), automaton.argumentOf(filled)]).toEqual([20, 5, 7]);
    expect(automaton.slotOf(filled)).toBe(places.slotOfRange(20, 5));
    const gathered = automaton.next(filled, 0);
    expect([automaton.addressOf(gathered), automaton.countOf(gathered), automaton.argumentOf(gathered)]).toEqual([
      30, 6, 3,
    ]);
  });

  it("have edges: what the operation does to a word that holds so much", () => {
    function* program(): Program {
      return yield write(2, yield on(ADD_RETURN, 1, 5));
    }
    fc.assert(
      fc.property(fc.array(fc.oneof(fc.integer(), fc.integer({ min: -3, max: 3 })), { maxLength: 40 }), (contents) => {
        const automaton = automatonOf();
        const node = automaton.root("p", program);
        for (const before of contents) {
          const edge = automaton.edge(node, before);
          const sum = (before + 5) | 0;
          expect(automaton.edges[edge + EDGE_RESULT]).toBe(sum);
          expect(automaton.edges[edge + EDGE_AFTER]).toBe(sum);
          expect(automaton.edges[edge + EDGE_NEXT]).toBe(automaton.next(node, sum));
        }
      }),
    );
  });

  it("cannot be had of a program that depends on something else than results", () => {
    let times = 0;
    function* fickle(): Program {
      if (times++ > 0) return 0;
      yield read(1);
      return yield read(2);
    }
    const automaton = automatonOf();
    const node = automaton.root("p", fickle);
    automaton.next(node, 0);
    expect(() => automaton.next(node, 1)).toThrow(/did not repeat itself/);
  });
});

describe("a program that is not the same every time", () => {
  it("is noticed when it runs again", () => {
    let starts = 0;
    const start = function* (): Program {
      starts++;
      const first = yield read(1);
      return yield read(starts === 1 ? 2 : 3 + first);
    };
    const automaton = automatonOf();
    const node = follow(automaton, "fickle", start, [0]);
    automaton.next(node, 0);
    expect(() => automaton.next(node, 1)).toThrow("a program takes other steps when it runs again");
  });
});

describe("the head of a loop", () => {
  it("is where the call behind it rests", () => {
    function* look(): Program {
      return yield read(5);
    }
    function* start(): Program {
      for (;;) {
        yield loopHead(() => "again");
        yield call("look", look);
      }
    }
    const automaton = automatonOf();
    const first = automaton.root("p", start);
    expect(automaton.next(first, 0)).toBe(first);
    expect(automaton.isLoopHead(first)).toBe(true);
  });

  it("has nothing to do with an equal one before a scope begins", () => {
    function* start(): Program {
      for (let part = 0; part < 2; part++) {
        yield loopScope();
        yield read(10 * part);
        yield loopHead(() => "again");
        yield read(10 * part + 1);
      }
      return 0;
    }
    const automaton = automatonOf();
    const seen: (number | undefined)[] = [];
    for (let node = automaton.root("p", start); seen.length < 4; node = automaton.next(node, 0)) {
      seen.push(automaton.addressOf(node));
    }
    expect(seen).toEqual([0, 1, 10, 11]);
  });
});

describe("a join", () => {
  /** Finds one of two words, and forgets which, unless both hold the same. */
  function* findsOne(): Program {
    const first = yield read(1);
    const second = yield read(2);
    yield join(() => `sum ${first + second}`);
    yield write(3, first + second);
    yield write(4, first + second);
    return 0;
  }

  const nodesOf = (automaton: ReturnType<typeof automatonOf>, pairs: readonly (readonly [number, number])[]) => {
    const first = automaton.root("p", findsOne);
    return pairs.map(([one, two]) => automaton.next(automaton.next(first, one), two));
  };

  it("is one node for all ways that lead to one state, and goes on as any of them", () => {
    const automaton = automatonOf();
    const [one, other, third] = nodesOf(automaton, [
      [1, 2],
      [2, 1],
      [2, 2],
    ]) as [number, number, number];
    expect(one).toBe(other);
    expect(one).not.toBe(third);
    expect([one, third].map((node) => automaton.argumentOf(node))).toEqual([3, 4]);
    expect([one, third].map((node) => automaton.argumentOf(automaton.next(node, 0)))).toEqual([3, 4]);
  });

  it("is the same node whichever way is met first", () => {
    const [one] = nodesOf(automatonOf(), [
      [1, 2],
      [2, 1],
    ]) as [number];
    const [other] = nodesOf(automatonOf(), [
      [2, 1],
      [1, 2],
    ]) as [number];
    const identities = [[1, 2] as const, [2, 1] as const].map((way) => {
      const automaton = automatonOf();
      const [node] = nodesOf(automaton, [way]) as [number];
      return [automaton.identityOf(node), automaton.identityOf(automaton.next(node, 0))];
    });
    expect(one).toBe(other);
    expect(identities[0]).toEqual(identities[1]);
  });

  it("is of one call: what another call knows is told apart", () => {
    function* calls(): Program {
      const before = yield read(5);
      yield call("finds", findsOne);
      yield write(6, before);
      return 0;
    }
    const automaton = automatonOf();
    const first = automaton.root("p", calls);
    const ends = [7, 8].map((before) => {
      let node = automaton.next(first, before);
      for (const result of [1, 2, 0, 0]) node = automaton.next(node, result);
      return automaton.argumentOf(node);
    });
    expect(ends).toEqual([7, 8]);
  });

  it("rests where a call behind it does", () => {
    function* joinsBeforeCall(): Program {
      const found = yield read(1);
      yield join(() => `odd ${found % 2}`);
      yield call(`finds ${found % 2}`, findsOne);
      return 0;
    }
    const automaton = automatonOf();
    const first = automaton.root("p", joinsBeforeCall);
    const [one, two, three] = [1, 2, 3].map((found) => automaton.next(first, found));
    expect(one).toBe(three);
    expect(one).not.toBe(two);
  });

  it("is none without short calls", () => {
    const [one, other] = nodesOf(automatonOf(false), [
      [1, 2],
      [2, 1],
    ]) as [number, number];
    expect(one).not.toBe(other);
  });
});
