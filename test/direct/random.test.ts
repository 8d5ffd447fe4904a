/** Random calls with random operands, in both forms of the module. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Leaf, Register } from "../../src/abi/index.js";
import { abi, module, Twins } from "./support/twins.js";

const GIB = 2 ** 30;
const REGION = 2 ** 21;
const PAGE = 4096;
const FIRST = 4 * GIB;
const platform = {
  maxPa: 46,
  keyidBits: 6,
  privateHkidMin: 32,
  privateHkidMax: 35,
  cmrs: [[0, 16 * GIB]] as const,
};
/** The region of the TD's control pages, and two whose pages the TD may get. */
const CONTROL = FIRST;
const regions = [CONTROL, FIRST + REGION, FIRST + 2 * REGION] as const;
const TDR = CONTROL;
const TDVPR = CONTROL + 7 * PAGE;
const TD_PARAMS = 0x20000;
/** Pages for PAMT use, in a region without a pair. */
const pairPage = (index: number): number => FIRST + GIB + index * PAGE;

type Call = readonly [leaf: Leaf, rcx: number, rdx?: number, r8?: number, r12?: number, r13?: number, version?: number];

/** Makes a call on both hosts. */
function make(twins: Twins, [leaf, rcx, rdx = 0, r8 = 0, r12 = 0, r13 = 0, version = 0]: Call): number {
  const registers = new abi.Registers();
  registers.set(Register.Rax, leaf + version * 0x10000);
  registers.set(Register.Rcx, rcx);
  registers.set(Register.Rdx, rdx);
  registers.set(Register.R8, r8);
  registers.set(Register.R12, r12);
  registers.set(Register.R13, r13);
  return twins.call(registers);
}

/** A TD with a vCPU and Secure EPT pages for the first 4 MiB: 2 MiB in small pages, then room for a large one. */
function building(isFinal: boolean): Call[] {
  const page = (index: number): number => CONTROL + index * PAGE;
  return [
    ...regions
      .slice(0, 2)
      .map((region, i): Call => [Leaf.PhymemPamtAdd, region + 1, pairPage(2 * i), pairPage(2 * i + 1)]),
    [Leaf.MngCreate, TDR, 33],
    [Leaf.MngKeyConfig, TDR],
    ...[1, 2, 3, 4, 5, 6].map((i): Call => [Leaf.MngAddcx, page(i), TDR]),
    [Leaf.MngInit, TDR, TD_PARAMS],
    [Leaf.VpCreate, TDVPR, TDR],
    ...[8, 9, 10, 11, 12].map((i): Call => [Leaf.VpAddcx, page(i), TDVPR]),
    ...[3, 2, 1].map((level): Call => [Leaf.MemSeptAdd, level, TDR, page(16 - level)]),
    [Leaf.MemPageAug, REGION + 1, TDR, regions[2]],
    ...(isFinal
      ? ([
          [Leaf.VpInit, TDVPR],
          [Leaf.MrFinalize, TDR],
        ] as const)
      : []),
  ];
}

const ANY = fc.constantFrom;
const leaf = ANY(...Object.values(Leaf), 63 as Leaf);
const hpa = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(ANY(...regions), ANY(0, 15, 16, 17, 18, 100, 511)) },
  { weight: 1, arbitrary: fc.tuple(ANY(0, FIRST + GIB, 5 * GIB, 15 * GIB), ANY(0, 1, 2, 3, 4, 5, 6, 7)) },
);
const address = hpa.map(([base, index]) => base + index * PAGE);
const region = ANY(...regions).map((base) => base + 1);
const guest = fc
  .tuple(ANY(0, 0, 1, 1, 2, 511, 512, 1024), ANY(0, 0, 0, 1, 1, 2))
  .map(([gpn, level]) => gpn * PAGE + level);
const td = ANY(TDR, TDR, TDR, TDR, TDR + 1, TDVPR);
const small = fc.nat({ max: 3 });

/** Calls that mostly make sense, and some that hardly do. */
const call: fc.Arbitrary<Call> = fc.oneof(
  fc.tuple(ANY(Leaf.PhymemPamtAdd), region, ANY(4, 5, 6, 7).map(pairPage), ANY(4, 5, 6, 7).map(pairPage)),
  fc.tuple(ANY(Leaf.PhymemPamtAdd), region, address, address),
  fc.tuple(ANY(Leaf.PhymemPamtRemove), region),
  fc.tuple(ANY(Leaf.PhymemPageRdmd, Leaf.PhymemPageReclaim, Leaf.PhymemPageWbinvd), address),
  fc.tuple(ANY(Leaf.PhymemPageRdmd), region),
  fc.tuple(
    ANY(Leaf.MemPageAug, Leaf.MemPageAug, Leaf.MemPageAdd, Leaf.MemPageRelocate, Leaf.MemSeptAdd),
    guest,
    td,
    address,
  ),
  fc.tuple(
    ANY(Leaf.MemPageRemove, Leaf.MemRangeBlock, Leaf.MemRangeUnblock, Leaf.MemSeptRemove, Leaf.MemSeptRd),
    guest,
    td,
  ),
  fc.tuple(
    ANY(Leaf.MemPageDemote, Leaf.MemPagePromote),
    guest,
    td,
    address,
    ANY(4, 5, 6, 7).map(pairPage),
    ANY(4, 5, 6, 7).map(pairPage),
  ),
  fc.tuple(ANY(Leaf.MemTrack, Leaf.MngVpflushdone, Leaf.MngKeyFreeid, Leaf.MrFinalize), td),
  fc.tuple(ANY(Leaf.VpEnter, Leaf.VpEnter, Leaf.VpFlush, Leaf.VpInit), ANY(TDVPR)),
  fc.tuple(
    leaf,
    fc.oneof(address, guest, small),
    fc.oneof(address, td, small),
    address,
    address,
    address,
    ANY(0, 0, 1, 2),
  ),
);

/** What happens between calls: another processor holds a lock, an interrupt comes, a page count is wrong. */
interface Meddling {
  readonly where: "lock" | "interrupt" | "count";
  readonly page: number;
  readonly level: number;
  readonly value: number;
}

const meddling: fc.Arbitrary<Meddling> = fc.record({
  where: ANY("lock", "lock", "lock", "interrupt", "count"),
  page: address,
  level: ANY(0, 1, 2),
  value: ANY(0, 0, 0, 1, 3, 4, 8),
});

function meddle(twins: Twins, { where, page, level, value }: Meddling): void {
  for (const { words, module: tdx } of twins.both) {
    const frame = tdx.pamt.frameOf(page);
    if (where === "interrupt") words.write(tdx.interrupt, value & 1);
    else if (frame < 0) continue;
    else if (where === "lock") words.write(tdx.pamt.lockAt(frame, level), value, module.LOCK_MASK);
    else words.write(tdx.pamt.tailAt(frame, 1), value);
  }
}

const scenario = fc.record({
  journaled: fc.boolean(),
  keepLeftovers: fc.boolean(),
  dynamic: fc.boolean(),
  isFinal: fc.boolean(),
  steps: fc.array(fc.oneof({ weight: 8, arbitrary: call }, { weight: 1, arbitrary: meddling }), {
    minLength: 20,
    maxLength: 60,
  }),
});

describe("random calls", () => {
  it("return, write and tell the same in both forms", () => {
    const seen = new Set<string>();
    const note = (made: Call, status: number): void => void seen.add(`${made[0]} ${status >>> 24}`);
    fc.assert(
      fc.property(scenario, ({ journaled, keepLeftovers, dynamic, isFinal, steps }) => {
        const twins = new Twins(platform, { journaled, keepLeftovers });
        for (const twin of twins.both) {
          twin.boot(module.simpleHost(4, 2, dynamic));
          module.writeTdParams(twin.module.memory, BigInt(TD_PARAMS));
        }
        for (const each of building(isFinal)) note(each, make(twins, each));
        for (const step of steps) {
          if ("where" in step) meddle(twins, step);
          else note(step, make(twins, step));
        }
        twins.compareWords();
      }),
      { numRuns: 300 },
    );
    expect(seen.size).toBeGreaterThan(120);
  });
});
