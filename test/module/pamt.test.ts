/** Where PAMT entries live, what their words are called, and what a large host costs. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Leaf, PageType, Register, TDX_SUCCESS } from "../../src/abi/index.js";
import { AddressSpace, Words } from "../../src/machine/index.js";
import {
  boot,
  HEAD,
  HIGH,
  type HostConfig,
  LOCK,
  leafHead,
  leafHigh,
  ownerOf,
  Pamt,
  pairHigh,
  pairLow,
  pairPage,
  simpleHost,
  TAIL,
  TAIL_HIGH,
  TdxModule,
  typeOf,
} from "../../src/module/index.js";
import { A, B, GIB, PAGE, REGION, TestHost } from "./support/host.js";

const tdmrs = [
  { firstGib: 4, gibs: 2, reservedFirst: [512 * 3 + 5], reservedEnd: [512 * 4 + 7] },
  { firstGib: 8, gibs: 1, reservedFirst: [], reservedEnd: [] },
];
const pfnInTdmr = fc.oneof(
  fc.integer({ min: 4 * 2 ** 18, max: 6 * 2 ** 18 - 1 }),
  fc.integer({ min: 8 * 2 ** 18, max: 9 * 2 ** 18 - 1 }),
);
const pfn = fc.integer({ min: 0, max: 2 ** 36 - 1 });

describe("PAMT layout", () => {
  const space = new AddressSpace();
  const pamt = new Pamt(space, tdmrs, true);

  it("numbers the pages of all TDMRs and no others", () => {
    fc.assert(
      fc.property(pfnInTdmr, (page) => {
        const frame = pamt.frameOfPfn(page);
        expect(frame).toBeGreaterThanOrEqual(0);
        expect(frame).toBeLessThan(3 * 2 ** 18);
        expect(pamt.pfnOf(frame)).toBe(page);
        const hpa = page * PAGE;
        expect(pamt.hpaOf(frame)).toBe(hpa);
        expect(pamt.frameOf(hpa + 4095)).toBe(frame);
        expect(pamt.frameAt(hpa % 2 ** 32, Math.floor(hpa / 2 ** 32))).toBe(frame);
        expect(pamt.tdmrOf(frame)).toBe(page >= 8 * 2 ** 18 ? 1 : 0);
      }),
    );
    for (const outside of [0, 4 * GIB - 1, 6 * GIB, 8 * GIB - 1, 9 * GIB, 2 ** 51]) {
      expect(pamt.frameOf(outside)).toBe(-1);
      expect(pamt.frameAt(outside % 2 ** 32, Math.floor(outside / 2 ** 32))).toBe(-1);
    }
  });

  it("gives every word of every entry a place of its own, with a name", () => {
    fc.assert(
      fc.property(pfnInTdmr, pfnInTdmr, (one, other) => {
        const words = (page: number) => {
          const frame = pamt.frameOfPfn(page);
          const levels = [0, 1, 2].flatMap((level) => [
            pamt.lockAt(frame, level),
            pamt.headAt(frame, level),
            pamt.highAt(frame, level),
            pamt.tailAt(frame, level),
          ]);
          return [pamt.bit(frame), ...levels];
        };
        const mine = words(one);
        expect(new Set(mine).size).toBe(mine.length);
        const shared = words(other).filter((word) => mine.includes(word));
        const same = [1, 512, 2 ** 18].filter((size) => Math.floor(one / size) === Math.floor(other / size)).length;
        expect(shared.length).toBe(same * 4 + (one === other ? 1 : 0));
        expect(pamt.frameOfLock(mine[1] as number)).toBe(pamt.frameOfPfn(one));
        expect(pamt.frameOfLock(mine[0] as number)).toBe(-1);
      }),
    );
    const frame = pamt.frameOf(4 * GIB + 3 * PAGE);
    expect(space.describe(pamt.entry2m(frame) + LOCK)).toBe("2M entry of 0x100000000: lock");
    expect(space.describe(pamt.entry1g(frame) + HEAD)).toBe("1G entry of 0x100000000: type");
    expect(space.describe(pamt.lock4k(frame))).toBe("4K entry of 0x100003000: lock");
    expect(space.describe(pamt.bit(frame))).toBe("bitmap bit of 0x100003000");
    expect(space.describe(pamt.tailAt(frame, 0))).toBe("4K entry of 0x100003000: BEPOCH");
  });

  it("knows the reserved pages, which no word holds", () => {
    const at = (page: number) => pamt.frameOfPfn(4 * 2 ** 18 + page);
    const expected = [512 * 3 + 4, 512 * 3 + 5, 512 * 4 + 6, 512 * 4 + 7].map((page) => pamt.isReserved(at(page)));
    expect(expected).toEqual([false, true, true, false]);
    expect(pamt.initialBit(at(512 * 3 + 5))).toBe(1);
    expect(pamt.hasReserved(at(512 * 3))).toBe(true);
    expect(pamt.hasReserved(at(512 * 2))).toBe(false);
    const fixed = new Pamt(new AddressSpace(), tdmrs, false);
    expect(typeOf(fixed.initialHead(at(512 * 3 + 5)))).toBe(PageType.Rsvd);
    expect(fixed.initialBit(at(512 * 3 + 5))).toBe(0);
    expect(() => new Pamt(space, [{ firstGib: 4, gibs: 8193, reservedFirst: [], reservedEnd: [] }], true)).toThrow(
      /too large/,
    );
  });

  it("packs owners and page pairs without loss", () => {
    fc.assert(
      fc.property(pfn, fc.constantFrom(PageType.Reg, PageType.Ept, PageType.Tdcx), (page, type) => {
        expect(ownerOf(leafHead(type, page), leafHigh(page))).toBe(page);
        expect(typeOf(leafHead(type, page))).toBe(type);
        expect(pairPage(pairLow(page), pairHigh(page))).toBe(page);
      }),
    );
  });
});

describe("a large host", () => {
  it("of 2 TiB takes no more than 100 MB and a moment to boot", () => {
    const before = process.memoryUsage();
    const start = process.cpuUsage();
    const words = new Words(false);
    const module = new TdxModule(words, new AddressSpace(), {
      maxPa: 52,
      keyidBits: 6,
      privateHkidMin: 32,
      privateHkidMax: 63,
      cmrs: [[0, 2 ** 42]],
    });
    boot(module, simpleHost(4, 2048));
    const used = process.cpuUsage(start);
    const after = process.memoryUsage();
    const bytes = after.heapUsed + after.arrayBuffers - before.heapUsed - before.arrayBuffers;
    expect(bytes).toBeLessThan(100e6);
    // Processor time, and five times what is allowed: tests share their machine.
    expect(used.user + used.system).toBeLessThan(5e6);
  });
});

describe("entries after PAMT.ADD and PAMT.REMOVE", () => {
  const words = (host: TestHost): number[] => {
    const entry = host.module.pamt.entry2m(host.module.pamt.frameOf(B));
    return [LOCK, HEAD, HIGH, TAIL, TAIL_HIGH].map((offset) => host.words.read(entry + offset));
  };

  for (const keepLeftovers of [true, false]) {
    it(`${keepLeftovers ? "keep" : "lose"} their stale bits with keepLeftovers ${keepLeftovers}`, () => {
      const host = new TestHost({ journaled: true, keepLeftovers });
      const fresh = [host.words.fingerprintLow, host.words.fingerprintHigh];
      host.must(Leaf.PhymemPamtAdd, { rcx: B + 1, rdx: A, r8: A + PAGE });
      expect(words(host)).toEqual([0, 15 << 16, 0x10000, 0x10000000, 0x10000]);
      host.must(Leaf.PhymemPamtRemove, { rcx: B + 1 });
      expect([host.registers.number(Register.Rdx), host.registers.number(Register.R8)]).toEqual([A, A + PAGE]);
      expect(words(host)).toEqual(keepLeftovers ? [0, 0, 0x10000, 0x10000000, 0x10000] : [0, 0, 0, 0, 0]);
      const now = [host.words.fingerprintLow, host.words.fingerprintHigh];
      if (keepLeftovers) expect(now).not.toEqual(fresh);
      else expect(now).toEqual(fresh);
    });
  }

  it("of a reserved page can be made, and the page stays in use", () => {
    const simple = simpleHost(4, 2);
    const tdmr = { ...(simple.tdmrs[0] as HostConfig["tdmrs"][number]), reserved: [[REGION, PAGE]] as const };
    const host = new TestHost({ config: { ...simple, tdmrs: [tdmr] } });
    expect(host.call(Leaf.PhymemPamtAdd, { rcx: B + 1, rdx: B + PAGE, r8: B + 2 * PAGE })).toBe(TDX_SUCCESS);
    host.must(Leaf.PhymemPageRdmd, { rcx: B });
    expect(host.registers.number(Register.Rcx)).toBe(PageType.Pamt);
    expect(host.call(Leaf.PhymemPamtAdd, { rcx: A + 1, rdx: B, r8: B + 3 * PAGE })).not.toBe(TDX_SUCCESS);
  });
});
