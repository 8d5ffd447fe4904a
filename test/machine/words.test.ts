/** Journaled words against a plain map: contents, going back, fingerprints. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ADDRESS_LIMIT, collisionProbability, FAR, type Mark, Words } from "../../src/machine/index.js";

/** A few addresses, so that writes meet: neighbours, and both sides of a page of words. */
const ADDRESSES = [0, 1, 2, 1022, 1023, 1024, 1025, 5000, FAR - 1, FAR, FAR + 1024];
const address = fc.constantFrom(...ADDRESSES);
const value = fc.oneof(fc.integer({ min: -3, max: 3 }), fc.integer());

/** Bits that count, the same at every write to an address. */
function maskOf(at: number): number {
  return at % 3 === 1 ? 0xff : -1;
}

type Action =
  | { readonly kind: "write"; readonly at: number; readonly value: number }
  | { readonly kind: "fill"; readonly at: number; readonly count: number; readonly value: number }
  | { readonly kind: "mark" }
  /** Goes back to one of the marks that are left, and forgets it and later ones. */
  | { readonly kind: "rewind"; readonly which: number };

const write = fc.record({ kind: fc.constant("write" as const), at: address, value });
const fill = fc.record({
  kind: fc.constant("fill" as const),
  at: fc.constantFrom(0, 1020, 2040),
  count: fc.nat({ max: 30 }),
  value: fc.integer({ min: 0, max: 2 }),
});
const actions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: write },
    { weight: 1, arbitrary: fill },
    { weight: 2, arbitrary: fc.constant({ kind: "mark" as const }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant("rewind" as const), which: fc.nat({ max: 9 }) }) },
  ),
  { maxLength: 80 },
);

interface Snapshot {
  readonly mark: Mark;
  readonly contents: ReadonlyMap<number, number>;
  readonly low: number;
  readonly high: number;
}

function apply(words: Words, contents: Map<number, number>, action: Action): void {
  if (action.kind === "write") {
    words.write(action.at, action.value, maskOf(action.at));
    contents.set(action.at, action.value);
  } else if (action.kind === "fill") {
    // A fill has one mask for all its words.
    for (let at = action.at; at < action.at + action.count; at++) {
      words.fill(at, 1, action.value, maskOf(at));
      contents.set(at, action.value);
    }
  }
}

function expectContents(words: Words, contents: ReadonlyMap<number, number>): void {
  for (const at of ADDRESSES) expect(words.read(at)).toBe(contents.get(at) ?? 0);
  for (const [at, held] of contents) expect(words.read(at)).toBe(held);
}

function fingerprint(words: Words): readonly [number, number] {
  return [words.fingerprintLow, words.fingerprintHigh];
}

/** The fingerprint of words that were written once, in ascending order of address. */
function fingerprintOf(contents: ReadonlyMap<number, number>): readonly [number, number] {
  const fresh = new Words();
  for (const [at, held] of [...contents].sort(([a], [b]) => a - b)) fresh.write(at, held, maskOf(at));
  return fingerprint(fresh);
}

describe("words", () => {
  it("go back to any mark exactly, contents and fingerprint", () => {
    fc.assert(
      fc.property(actions, (list) => {
        const words = new Words();
        let contents = new Map<number, number>();
        const snapshots: Snapshot[] = [];
        for (const action of list) {
          if (action.kind === "mark") {
            const [low, high] = fingerprint(words);
            snapshots.push({ mark: words.mark(), contents: new Map(contents), low, high });
          } else if (action.kind === "rewind") {
            const kept = snapshots[action.which];
            if (kept === undefined) continue;
            snapshots.length = action.which;
            words.rewind(kept.mark);
            contents = new Map(kept.contents);
            expect(fingerprint(words)).toEqual([kept.low, kept.high]);
          } else apply(words, contents, action);
          expectContents(words, contents);
        }
        words.rewind(0);
        expectContents(words, new Map());
        expect(fingerprint(words)).toEqual([0, 0]);
      }),
    );
  });

  it("have a fingerprint that depends on the contents alone, not on the way to them", () => {
    fc.assert(
      fc.property(actions, (list) => {
        const words = new Words();
        const contents = new Map<number, number>();
        for (const action of list) apply(words, contents, action);
        expect(fingerprint(words)).toEqual(fingerprintOf(contents));
      }),
    );
  });

  it("have another fingerprint when a bit that counts differs, and the same when only other bits do", () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 20 }), address, value, (list, at, other) => {
        const contents = new Map(list.map((one) => [one.at, one.value]));
        const before = contents.get(at) ?? 0;
        const after = fingerprintOf(new Map([...contents, [at, other]]));
        const same = (before & maskOf(at)) === (other & maskOf(at));
        expect(after[0] === fingerprintOf(contents)[0] && after[1] === fingerprintOf(contents)[1]).toBe(same);
      }),
    );
  });

  it("contribute nothing where they hold 0", () => {
    fc.assert(
      fc.property(fc.array(write, { maxLength: 30 }), (list) => {
        const words = new Words();
        for (const one of list) words.write(one.at, one.value, maskOf(one.at));
        for (const at of ADDRESSES) words.write(at, 0, maskOf(at));
        expect(fingerprint(words)).toEqual([0, 0]);
      }),
    );
  });

  it("replace what the caller says they hold, as a write would", () => {
    fc.assert(
      fc.property(address, value, value, fc.integer(), fc.integer(), (at, first, second, low, high) => {
        fc.pre(first !== second);
        const words = new Words();
        words.write(at, first);
        const before = fingerprint(words);
        const mark = words.mark();
        words.replace(at, first, second, -1, low, high);
        expect(words.read(at)).toBe(second);
        expect(fingerprint(words)).toEqual([before[0] ^ low, before[1] ^ high]);
        words.rewind(mark);
        expect(words.read(at)).toBe(first);
        expect(fingerprint(words)).toEqual(before);
      }),
    );
  });

  it("replace several at once as one after the other", () => {
    const change = fc.tuple(address, value, fc.integer(), fc.integer());
    fc.assert(
      fc.property(fc.array(change, { maxLength: 400 }), (changes) => {
        const one = new Words();
        const all = new Words();
        const list = [7];
        const contents = new Map<number, number>();
        for (const [at, now, low, high] of changes) {
          const old = contents.get(at) ?? 0;
          contents.set(at, now);
          one.replace(at, old, now, maskOf(at), low, high);
          list.push(at, old, maskOf(at), now, low, high);
        }
        expect(all.replaceAll(Int32Array.from(list), 1, changes.length)).toBe(list.length);
        expect(fingerprint(all)).toEqual(fingerprint(one));
        for (const at of ADDRESSES) expect(all.read(at)).toBe(one.read(at));
        const writes: number[] = [];
        all.forEachWrite(0, (at, old, mask) => writes.push(at | 0, old, mask));
        const expected: number[] = [];
        one.forEachWrite(0, (at, old, mask) => expected.push(at | 0, old, mask));
        expect(writes).toEqual(expected);
        all.rewind(0);
        expect(fingerprint(all)).toEqual([0, 0]);
        for (const at of ADDRESSES) expect(all.read(at)).toBe(0);
      }),
    );
  });

  it("tell a spy what is read and written of them, one by one", () => {
    const words = new Words();
    words.write(3, 7);
    words.write(FAR + 3, 8);
    const heard: number[] = [];
    words.spy = (at) => heard.push(at);
    expect(words.spy).not.toBeNull();
    expect([words.read(3), words.read(FAR + 3), words.read(4), words.read(FAR + 4000)]).toEqual([7, 8, 0, 0]);
    expect(words.gather(2, 3)).toBe(7);
    words.write(3, 5);
    words.write(FAR + 3, 6);
    words.write(5000, 1);
    words.spy = null;
    expect([words.read(3), words.read(FAR + 3), words.read(5000), words.read(9)]).toEqual([5, 6, 1, 0]);
    expect(heard).toEqual([3, FAR + 3, 4, FAR + 4000, 2, 3, 4, 3, FAR + 3, 5000]);
    words.rewind(0);
    expect([words.read(3), words.read(FAR + 3), words.read(5000)]).toEqual([0, 0, 0]);
  });

  it("are filled and gathered as by single reads and writes", () => {
    const range = fc.tuple(fc.integer({ min: 0, max: 2100 }), fc.nat({ max: 1200 }));
    const base = fc.constantFrom(0, FAR - 1500);
    fc.assert(
      fc.property(range, range, value, base, ([at0, count], [at1, length], filled, first) => {
        const [from, start] = [first + at0, first + at1];
        const words = new Words();
        const plain = new Words();
        words.write(first + 1500, 8);
        plain.write(first + 1500, 8);
        words.fill(from, count, filled);
        for (let at = from; at < from + count; at++) plain.write(at, filled);
        expect(fingerprint(words)).toEqual(fingerprint(plain));
        let all = 0;
        for (let at = start; at < start + length; at++) {
          expect(words.read(at)).toBe(plain.read(at));
          all |= plain.read(at);
        }
        expect(words.gather(start, length)).toBe(all);
        words.rewind(0);
        expect(words.gather(first, 4000)).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it("are filled with progressions, and compared with them, as word by word", () => {
    const range = fc.tuple(fc.integer({ min: 0, max: 2100 }), fc.nat({ max: 1200 }));
    const step = fc.integer({ min: -600, max: 600 });
    fc.assert(
      fc.property(range, value, step, fc.nat({ max: 1300 }), ([from, count], first, by, odd) => {
        const words = new Words();
        const plain = new Words();
        words.fill(from, count, first, -1, by);
        for (let i = 0; i < count; i++) plain.write(from + i, (first + i * by) | 0);
        expect(fingerprint(words)).toEqual(fingerprint(plain));
        expect(words.gather(from, count, first, by)).toBe(0);
        words.write(from + odd, plain.read(from + odd) ^ 5);
        expect(words.gather(from, count, first, by)).toBe(odd < count ? 5 : 0);
      }),
      { numRuns: 60 },
    );
  });

  it("do again what was written since a mark", () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(address, value)), fc.array(fc.tuple(address, value)), (before, after) => {
        const words = new Words();
        for (const [at, contents] of before) words.write(at, contents);
        const mark = words.mark();
        for (const [at, contents] of after) words.write(at, contents);
        const end = fingerprint(words);
        const list: number[] = [17];
        words.writesSince(mark, list);
        words.rewind(mark);
        expect(words.redo(Int32Array.from(list), 1)).toBe(list.length);
        expect(fingerprint(words)).toEqual(end);
      }),
    );
  });

  it("go through the writes since a mark, oldest first", () => {
    const words = new Words();
    words.write(7, 1);
    const mark = words.mark();
    words.write(7, 2, 0xf);
    words.write(2000, 5);
    words.write(2000, 5);
    words.write(7, 3, 0xf);
    const seen: number[][] = [];
    words.forEachWrite(mark, (at, old, mask) => seen.push([at, old, mask]));
    expect(seen).toEqual([
      [7, 1, 0xf],
      [2000, 0, -1],
      [7, 2, 0xf],
    ]);
  });

  it("keep contents and fingerprint when they forget how to go back", () => {
    const words = new Words();
    words.write(3, 4);
    const before = fingerprint(words);
    words.forget();
    words.rewind(0);
    expect(words.read(3)).toBe(4);
    expect(fingerprint(words)).toEqual(before);
    words.write(3, 9);
    words.rewind(0);
    expect(words.read(3)).toBe(4);
  });

  it("without a journal hold values but cannot be marked", () => {
    const words = new Words(false);
    words.write(3, 4);
    words.fill(10, 3, 7);
    expect([words.read(3), words.read(12), words.gather(9, 4)]).toEqual([4, 7, 7]);
    expect(() => words.mark()).toThrow(/journal/);
  });

  it("hold the same as words with one, whatever is zeroed in between", () => {
    const range = fc.record({ from: fc.nat({ max: 2500 }), count: fc.nat({ max: 600 }) });
    const step = fc.record({
      range,
      kind: fc.constantFrom("write", "fill", "gather"),
      value: fc.constantFrom(0, 0, 1, 6),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const [plain, journaled] = [new Words(false), new Words(true)];
        for (const { kind, value, range } of steps) {
          const { from, count } = range;
          if (kind === "gather") expect(plain.gather(from, count)).toBe(journaled.gather(from, count));
          for (const words of [plain, journaled]) {
            if (kind === "write") words.write(from, value);
            if (kind === "fill") words.fill(from, count, value);
          }
        }
        const differ = Array.from({ length: 3200 }, (_, at) => at).filter(
          (at) => plain.read(at) !== journaled.read(at),
        );
        expect(differ).toEqual([]);
        expect(plain.gather(0, 4000)).toBe(journaled.gather(0, 4000));
      }),
    );
  });

  it("exist up to the last address, beyond what a signed integer holds", () => {
    const words = new Words();
    const high = [2 ** 31 - 1, 2 ** 31, ADDRESS_LIMIT - 1];
    for (const [index, at] of high.entries()) words.write(at, index + 5);
    expect(high.map((at) => words.read(at))).toEqual([5, 6, 7]);
    const seen: number[] = [];
    words.forEachWrite(0, (at) => seen.push(at));
    expect(seen).toEqual(high);
    words.rewind(0);
    expect(high.map((at) => words.read(at))).toEqual([0, 0, 0]);
  });

  it("refuse addresses that do not exist, and read them as 0", () => {
    const words = new Words();
    for (const at of [-1, ADDRESS_LIMIT, Number.NaN]) expect(() => words.write(at, 1)).toThrow(RangeError);
    expect(words.read(12345)).toBe(0);
    expect(fingerprint(words)).toEqual([0, 0]);
  });
});

describe("fingerprints", () => {
  it("of many small states do not collide", () => {
    const words = new Words();
    const seen = new Set<string>();
    let states = 0;
    for (let a = 0; a < 40; a++) {
      for (let b = 0; b < 40; b++) {
        for (let c = 0; c < 40; c++) {
          words.rewind(0);
          words.write(1, a);
          words.write(2, b);
          words.write(1025, c);
          seen.add(`${fingerprint(words)}`);
          states++;
        }
      }
    }
    expect(seen.size).toBe(states);
  });

  it("collide with a probability that grows with the square of the states", () => {
    expect(collisionProbability(0)).toBe(0);
    expect(collisionProbability(2 ** 20)).toBe(2 ** -25);
    expect(collisionProbability(2 ** 21)).toBe(4 * collisionProbability(2 ** 20));
  });
});
