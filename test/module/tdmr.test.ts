/** Which of several faults of a TDMR configuration is reported. */
import { describe, expect, it } from "vitest";
import { formatStatus } from "../../src/abi/index.js";
import { HostMemory } from "../../src/module/state/memory.js";
import { checkTdmr, readTdmrInfo, type TdmrInfo } from "../../src/module/state/tdmr.js";

const GIB = 1n << 30n;
const PAGE = 4096n;

type Range = readonly [base: bigint, size: bigint];

/** A TDMR of 1 GiB with its PAMT areas (1G, 2M, bitmap) and reserved areas. */
function info(base: bigint, pamt: readonly [Range, Range, Range], reserved: readonly Range[] = []): TdmrInfo {
  const memory = new HostMemory();
  for (const [i, [from, size]] of [[base, GIB] as const, ...pamt, ...reserved].entries()) {
    memory.write(BigInt(i) * 16n, from);
    memory.write(BigInt(i) * 16n + 8n, size);
  }
  return readTdmrInfo(memory, 0n);
}

/** PAMT areas from an address on, apart from each other. */
const areas = (from: bigint): [Range, Range, Range] => [
  [from, PAGE],
  [from + PAGE, 2n * PAGE],
  [from + 3n * PAGE, 8n * PAGE],
];
const limits = { dynamic: true, hkidMask: 0n, cmrs: [{ start: 0n, end: 64n * GIB }] };

function last(infos: readonly TdmrInfo[], cmrs = limits.cmrs): string {
  for (let i = 0; i < infos.length - 1; i++) expect(checkTdmr(infos, i, limits)).toBe(0);
  return formatStatus(checkTdmr(infos, infos.length - 1, { ...limits, cmrs }));
}

const overlap = (tdmr: number, level: number, other: number): string =>
  `TDX_PAMT_OVERLAP | ${tdmr + level * 0x100 + other * 0x10000}`.replace(" | 0", "");

describe("of several overlaps of PAMT areas", () => {
  it("that with the earliest TDMR is reported, and of these the smallest level", () => {
    const first = info(8n * GIB, areas(GIB));
    const second = info(9n * GIB, areas(2n * GIB));
    const [, , bitmap] = areas(2n * GIB);
    const third = info(10n * GIB, [[GIB, PAGE], [3n * GIB, 2n * PAGE], bitmap]);
    expect(last([first, second, third])).toBe(overlap(2, 2, 0));
    const fourth = info(10n * GIB, [[GIB, PAGE], [GIB + PAGE, 2n * PAGE], bitmap]);
    expect(last([first, second, fourth])).toBe(overlap(2, 1, 0));
  });

  it("among its own the bitmap comes first", () => {
    const same: Range = [GIB, 8n * PAGE];
    expect(last([info(8n * GIB, [same, same, same])])).toBe(overlap(0, 0, 0));
    expect(last([info(8n * GIB, [same, same, [2n * GIB, 8n * PAGE]])])).toBe(overlap(0, 1, 0));
  });

  it("usable memory is checked TDMR by TDMR, both ways", () => {
    const inSecond = info(8n * GIB, areas(9n * GIB));
    const second = info(9n * GIB, areas(2n * GIB));
    expect(last([inSecond, second])).toBe(overlap(0, 0, 1));
    // Its own area in itself comes after the other's area in it.
    expect(
      last([
        inSecond,
        info(9n * GIB, [
          [9n * GIB + GIB / 2n, PAGE],
          [GIB, 2n * PAGE],
          [2n * GIB, 8n * PAGE],
        ]),
      ]),
    ).toBe(overlap(0, 0, 1));
    const reserved: Range = [0n, GIB / 4n];
    expect(last([inSecond, info(9n * GIB, areas(2n * GIB), [reserved])])).toBe("TDX_SUCCESS");
  });
});

describe("convertible memory", () => {
  it("that touches counts as one range, for PAMT areas too", () => {
    const one = info(8n * GIB, [
      [GIB - PAGE, 2n * PAGE],
      [2n * GIB, 2n * PAGE],
      [3n * GIB, 8n * PAGE],
    ]);
    const touching = [
      { start: 0n, end: GIB },
      { start: GIB, end: 16n * GIB },
    ];
    expect(last([one], touching)).toBe("TDX_SUCCESS");
    const apart = [
      { start: 0n, end: GIB },
      { start: GIB + PAGE, end: 16n * GIB },
    ];
    expect(last([one], apart)).toBe("TDX_PAMT_OUTSIDE_CMRS | 512");
  });
});
