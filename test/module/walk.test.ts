/** Explicit walks: what they lock, where they stop, and what a failure leaves behind. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Leaf, PageType } from "../../src/abi/index.js";
import { run } from "../../src/machine/index.js";
import { LOCK, LOCK_EXCLUSIVE, LOCK_MASK, LOCK_ONE_SHARE } from "../../src/module/index.js";
import { exclusive, type Held, leave } from "../../src/module/steps/held.js";
import { levelReached, typeReached, WALK_BUSY, walk } from "../../src/module/steps/walk.js";
import { A, B, C, PAGE, TestHost } from "./support/host.js";
import { addPair, buildTd, TDR } from "./support/td.js";

function built(): TestHost {
  const host = new TestHost();
  buildTd(host);
  host.must(Leaf.MemPageAug, { rcx: 0x200001, rdx: TDR, r8: C });
  return host;
}

const page = fc.tuple(fc.constantFrom(A, B, C, C + 2 ** 21), fc.integer({ min: 0, max: 511 }));
const locks = fc.tuple(
  fc.constantFrom(0, 1, 2),
  fc.constantFrom(0, LOCK_ONE_SHARE, 3 * LOCK_ONE_SHARE, LOCK_EXCLUSIVE),
);

describe("explicit walk", () => {
  it("locks what it passes shared and its end as asked, or fails and leaves nothing", () => {
    const host = built();
    const { pamt } = host.module;
    fc.assert(
      fc.property(page, fc.boolean(), fc.constantFrom(0, 1, 2), locks, ([region, index], isExclusive, target, lock) => {
        const frame = pamt.frameOf(region + index * PAGE);
        const [level, before] = lock;
        const words = [0, 1, 2].map((at) => pamt.lockAt(frame, at));
        const untouched = words.map((_, at) => (at === level ? before : 0));
        for (const [at, word] of words.entries()) host.words.write(word, untouched[at] as number);

        const held: Held = [];
        const walked = run(host.words, walk(host.module, held, frame, isExclusive, target));
        const hasEntries = region === A || region === B;
        const end = Math.max(target, hasEntries ? 0 : 1);
        const meets = level >= end && before !== 0;
        const busy = meets && (before === LOCK_EXCLUSIVE || (level === end && isExclusive));
        expect(walked === WALK_BUSY).toBe(busy);
        if (!busy) {
          expect(levelReached(walked)).toBe(end);
          if (end === 1) expect(typeReached(walked)).toBe(hasEntries ? PageType.Pamt : region === C ? PageType.Reg : 0);
          const expected = words.map((_, at) => {
            if (at < end) return untouched[at];
            return at === end && isExclusive ? LOCK_EXCLUSIVE : (untouched[at] as number) + LOCK_ONE_SHARE;
          });
          expect(words.map((word) => host.words.read(word) & LOCK_MASK)).toEqual(expected);
        }
        expect(run(host.words, leave(host.module, held, 0))).toBe(0);
        expect(words.map((word) => host.words.read(word) & LOCK_MASK)).toEqual(untouched);
        for (const word of words) host.words.write(word, 0);
      }),
    );
  });

  it("ends at a GiB that is one page", () => {
    const host = new TestHost();
    const frame = host.module.pamt.frameOf(B);
    host.words.write(host.module.pamt.headAt(frame, 2), PageType.Reg << 16);
    const held: Held = [];
    const walked = run(host.words, walk(host.module, held, frame, true, 0));
    expect([levelReached(walked), typeReached(walked)]).toEqual([2, PageType.Reg]);
    expect(held).toEqual([exclusive(host.module.pamt.lockAt(frame, 2))]);
  });

  it("in static mode ends at 4 KiB entries unless the region is one page", () => {
    const host = new TestHost({ dynamic: false });
    const frame = host.module.pamt.frameOf(B);
    expect(levelReached(run(host.words, walk(host.module, [], frame, false, 0)))).toBe(0);
    host.words.write(host.module.pamt.headAt(frame, 1), PageType.Reg << 16);
    expect(levelReached(run(host.words, walk(host.module, [], frame, false, 0)))).toBe(1);
  });

  it("shares nothing with the next call", () => {
    const host = new TestHost();
    addPair(host, B, 0);
    for (let i = 0; i < 3; i++) host.must(Leaf.PhymemPageRdmd, { rcx: B });
    expect(host.words.read(host.module.pamt.entry2m(host.module.pamt.frameOf(B)) + LOCK)).toBe(0);
  });
});
