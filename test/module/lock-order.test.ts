/**
 * Which locks every leaf takes, in which order, and that it gives all of them back in reverse.
 *
 * Each row is a call that succeeds. A lock step that is left out, added or moved changes the row.
 */
import { describe, expect, it } from "vitest";
import { FATAL, Leaf, leafName } from "../../src/abi/index.js";
import { writeTdParams } from "../../src/module/index.js";
import { A, B, C, type Inputs, PAGE, registersFor, TestHost } from "./support/host.js";
import { addPair, blockAndTrack, buildTd, FREE_PAGE, pamtPage, TDR, TDVPR } from "./support/td.js";
import { trace } from "./support/trace.js";

/** Short names for what locks belong to. */
const aliases: readonly (readonly [RegExp, string])[] = [
  [/1G entry of 0x100000000/, "1G"],
  [/1G entry of 0x140000000/, "1G'"],
  [/2M entry of 0x100000000/, "2M A"],
  [/2M entry of 0x100200000/, "2M B"],
  [/2M entry of 0x100400000/, "2M C"],
  [/2M entry of 0x140000000/, "2M pamt"],
  [/4K entry of 0x100000000/, "4K TDR"],
  [/4K entry of 0x100007000/, "4K TDVPR"],
  [/4K entry of 0x10000f000/, "4K SEPT"],
  [/4K entry of 0x1000.*/, "4K a"],
  [/4K entry of 0x1002.*/, "4K b"],
  [/TD 0x100000000: /, ""],
  [/Secure EPT lock|Secure EPT$/, "tree"],
  [/Secure EPT (page|root of TD) .*/, "entry"],
];

function alias(line: string): string {
  return aliases.reduce((text, [from, to]) => text.replace(from, to), line);
}

const released = (acquired: string): string => acquired.replace(/^(sh|ex) /, "-$1 ");

/** The releases that must follow, and acquisitions with promotions folded into what they leave held. */
function expectedReleases(acquisitions: readonly string[]): string[] {
  const held: string[] = [];
  for (const step of acquisitions) {
    if (step.startsWith("promote ")) {
      const name = step.slice("promote ".length);
      expect(held[held.length - 1]).toBe(`sh ${name}`);
      held[held.length - 1] = `ex ${name}`;
    } else held.push(step);
  }
  return held.reverse().map(released);
}

const TDR_SH = ["sh 1G", "sh 2M A", "sh 4K TDR"];
const TDR_EX = ["sh 1G", "sh 2M A", "ex 4K TDR"];
const TD_SH = [...TDR_SH, "sh OP_STATE"];
const PAGE_A = ["sh 1G", "sh 2M A", "ex 4K a"];
const PAGE_B = ["sh 1G", "sh 2M B", "ex 4K b"];

interface Row {
  readonly leaf: Leaf;
  readonly inputs: Inputs;
  readonly locks: readonly string[];
  /** What happens first. */
  readonly before?: (host: TestHost) => void;
  /** How far the TD is; none is built for `false`. */
  readonly td?: "building" | "running" | false;
  readonly name?: string;
}

const aug = (host: TestHost): void => host.must(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B });
const augBlocked = (host: TestHost): void => {
  aug(host);
  blockAndTrack(host, 0);
};
const teardown = (host: TestHost): void => {
  host.must(Leaf.VpFlush, { rcx: TDVPR });
  host.must(Leaf.MngVpflushdone, { rcx: TDR });
  host.must(Leaf.PhymemCacheWb);
  host.must(Leaf.MngKeyFreeid, { rcx: TDR });
};
const GPA_2M = 0x200000;
const large = (host: TestHost): void => {
  host.must(Leaf.MemPageAug, { rcx: GPA_2M + 1, rdx: TDR, r8: C });
  blockAndTrack(host, GPA_2M, 1);
};
const DEMOTE: Inputs = { rcx: GPA_2M + 1, rdx: TDR, r8: FREE_PAGE, r12: pamtPage(8), r13: pamtPage(9) };

const rows: readonly Row[] = [
  { leaf: Leaf.SysConfig, inputs: {}, locks: ["ex global"], td: false, name: "SYS.CONFIG refused" },
  { leaf: Leaf.SysKeyConfig, inputs: {}, locks: ["ex global"], td: false, name: "SYS.KEY.CONFIG refused" },
  { leaf: Leaf.SysTdmrInit, inputs: { rcx: A }, locks: ["ex TDMR 0"], td: false, name: "SYS.TDMR.INIT again" },
  { leaf: Leaf.SysRd, inputs: { rdx: 0 }, locks: [], td: false, name: "SYS.RD" },
  {
    leaf: Leaf.PhymemPamtAdd,
    inputs: { rcx: B + 1, rdx: pamtPage(0), r8: C },
    locks: ["sh 1G", "sh 2M B", "promote 2M B", "sh 1G'", "sh 2M pamt", "sh 1G", "sh 2M C"],
    td: false,
  },
  {
    leaf: Leaf.PhymemPamtAdd,
    inputs: { rcx: B + 1, rdx: A + PAGE, r8: A + 2 * PAGE },
    locks: ["sh 1G", "sh 2M B", "promote 2M B", "sh 1G", "sh 2M A", "sh 4K a", "sh 1G", "sh 2M A", "sh 4K a"],
    before: (host) => addPair(host, A, 0),
    td: false,
    name: "PAMT.ADD with pages of a node",
  },
  {
    leaf: Leaf.PhymemPamtAdd,
    inputs: { rcx: B + 1, rdx: B, r8: B + PAGE },
    locks: ["sh 1G", "sh 2M B", "promote 2M B"],
    td: false,
    name: "PAMT.ADD with pages inside the region",
  },
  {
    leaf: Leaf.PhymemPamtRemove,
    inputs: { rcx: B + 1 },
    locks: ["sh 1G", "sh 2M B", "promote 2M B"],
    before: (host) => addPair(host, B, 0),
    td: false,
  },
  {
    leaf: Leaf.PhymemPageRdmd,
    inputs: { rcx: B },
    locks: ["sh 1G", "sh 2M B"],
    td: false,
    name: "RDMD without a pair",
  },
  { leaf: Leaf.PhymemPageRdmd, inputs: { rcx: B }, locks: ["sh 1G", "sh 2M B", "sh 4K b"] },
  { leaf: Leaf.PhymemPageRdmd, inputs: { rcx: B + 1 }, locks: ["sh 1G", "sh 2M B"], name: "RDMD of a region" },
  { leaf: Leaf.PhymemPageRdmd, inputs: { rcx: A + 2 }, locks: ["sh 1G"], name: "RDMD of a GiB" },
  { leaf: Leaf.PhymemPageWbinvd, inputs: { rcx: B }, locks: ["sh 1G", "sh 2M B", "sh 4K b"] },
  {
    leaf: Leaf.PhymemPageReclaim,
    inputs: { rcx: A + PAGE },
    locks: [...PAGE_A, "sh 4K TDR"],
    before: teardown,
  },
  {
    leaf: Leaf.PhymemCacheWb,
    inputs: {},
    locks: ["ex cache write-back", "sh KOT"],
    before: (host) => {
      host.must(Leaf.VpFlush, { rcx: TDVPR });
      host.must(Leaf.MngVpflushdone, { rcx: TDR });
    },
  },
  { leaf: Leaf.MngCreate, inputs: { rcx: B, rdx: 34 }, locks: [...PAGE_B, "ex KOT"] },
  {
    leaf: Leaf.MngKeyConfig,
    inputs: { rcx: TDR },
    locks: TDR_EX,
    td: false,
    before: (host) => {
      addPair(host, A, 0);
      host.must(Leaf.MngCreate, { rcx: TDR, rdx: 33 });
    },
  },
  {
    leaf: Leaf.MngAddcx,
    inputs: { rcx: A + PAGE, rdx: TDR },
    locks: [...TDR_EX, ...PAGE_A],
    td: false,
    before: (host) => {
      addPair(host, A, 0);
      host.must(Leaf.MngCreate, { rcx: TDR, rdx: 33 });
      host.must(Leaf.MngKeyConfig, { rcx: TDR });
    },
  },
  {
    leaf: Leaf.MngInit,
    inputs: { rcx: TDR, rdx: 0x20000 },
    locks: TDR_EX,
    td: false,
    before: (host) => {
      addPair(host, A, 0);
      host.must(Leaf.MngCreate, { rcx: TDR, rdx: 33 });
      host.must(Leaf.MngKeyConfig, { rcx: TDR });
      for (let i = 1; i <= 6; i++) host.must(Leaf.MngAddcx, { rcx: A + i * PAGE, rdx: TDR });
      writeTdParams(host.module.memory, 0x20000n);
    },
  },
  {
    leaf: Leaf.MngVpflushdone,
    inputs: { rcx: TDR },
    locks: [...TDR_EX, "ex KOT"],
    before: (host) => {
      host.must(Leaf.VpFlush, { rcx: TDVPR });
    },
  },
  {
    leaf: Leaf.MngKeyFreeid,
    inputs: { rcx: TDR },
    locks: [...TDR_EX, "ex KOT"],
    before: (host) => {
      host.must(Leaf.VpFlush, { rcx: TDVPR });
      host.must(Leaf.MngVpflushdone, { rcx: TDR });
      host.must(Leaf.PhymemCacheWb);
    },
  },
  { leaf: Leaf.VpCreate, inputs: { rcx: B, rdx: TDR }, locks: [...TD_SH, ...PAGE_B], td: "building" },
  {
    leaf: Leaf.VpAddcx,
    inputs: { rcx: B, rdx: TDVPR },
    locks: ["sh 1G", "sh 2M A", "ex 4K TDVPR", "sh 4K TDR", "sh OP_STATE", ...PAGE_B],
    td: "building",
  },
  {
    leaf: Leaf.VpInit,
    inputs: { rcx: TDVPR },
    locks: ["sh 1G", "sh 2M A", "ex 4K TDVPR", "sh 4K TDR", "sh OP_STATE"],
    td: "building",
  },
  {
    leaf: Leaf.VpInit,
    inputs: { rcx: TDVPR, version: 1 },
    locks: ["sh 1G", "sh 2M A", "ex 4K TDVPR", "ex 4K TDR", "sh OP_STATE"],
    td: "building",
    name: "VP.INIT version 1",
  },
  { leaf: Leaf.VpFlush, inputs: { rcx: TDVPR }, locks: ["sh 1G", "sh 2M A", "ex 4K TDVPR", "sh 4K TDR"] },
  { leaf: Leaf.MrFinalize, inputs: { rcx: TDR }, locks: TDR_EX, td: "building" },
  {
    leaf: Leaf.MrExtend,
    inputs: { rcx: 0x100, rdx: TDR },
    locks: TDR_EX,
    td: "building",
    before: (host) => {
      host.must(Leaf.MemPageAdd, { rcx: 0, rdx: TDR, r8: B });
    },
  },
  { leaf: Leaf.MemTrack, inputs: { rcx: TDR }, locks: [...TD_SH, "ex TD_EPOCH"] },
  {
    leaf: Leaf.MemSeptAdd,
    inputs: { rcx: GPA_2M + 1, rdx: TDR, r8: FREE_PAGE },
    locks: [...TD_SH, "sh tree", "ex entry", ...PAGE_A],
  },
  {
    leaf: Leaf.MemSeptRemove,
    inputs: { rcx: 1, rdx: TDR },
    locks: [...TD_SH, "ex tree", "ex entry", "ex 4K SEPT"],
    before: (host) => blockAndTrack(host, 0, 1),
  },
  { leaf: Leaf.MemSeptRd, inputs: { rcx: 1, rdx: TDR }, locks: [...TD_SH, "sh tree", "ex entry"] },
  { leaf: Leaf.MemRangeBlock, inputs: { rcx: 0, rdx: TDR }, locks: [...TD_SH, "ex tree", "ex entry"], before: aug },
  {
    leaf: Leaf.MemRangeUnblock,
    inputs: { rcx: 0, rdx: TDR },
    locks: [...TD_SH, "ex tree", "ex entry"],
    before: augBlocked,
  },
  { leaf: Leaf.MemPageAdd, inputs: { rcx: 0, rdx: TDR, r8: B }, locks: [...TDR_EX, ...PAGE_B], td: "building" },
  {
    leaf: Leaf.MemPageAug,
    inputs: { rcx: 0, rdx: TDR, r8: B },
    locks: [...TD_SH, "sh tree", "ex entry", ...PAGE_B],
  },
  {
    leaf: Leaf.MemPageAug,
    inputs: { rcx: GPA_2M + 1, rdx: TDR, r8: C },
    locks: [...TD_SH, "sh tree", "ex entry", "sh 1G", "sh 2M C", "promote 2M C"],
    name: "AUG of 2 MiB",
  },
  {
    leaf: Leaf.MemPageRemove,
    inputs: { rcx: 0, rdx: TDR },
    locks: [...TD_SH, "sh tree", "ex entry", "ex 4K b"],
    before: augBlocked,
  },
  {
    leaf: Leaf.MemPageRemove,
    inputs: { rcx: GPA_2M + 1, rdx: TDR },
    locks: [...TD_SH, "sh tree", "ex entry", "ex 2M C"],
    before: large,
    name: "REMOVE of 2 MiB",
  },
  {
    leaf: Leaf.MemPageRelocate,
    inputs: { rcx: 0, rdx: TDR, r8: FREE_PAGE },
    locks: [...TD_SH, "sh tree", "ex entry", "ex 4K b", ...PAGE_A],
    before: augBlocked,
  },
  {
    leaf: Leaf.MemPageDemote,
    inputs: DEMOTE,
    locks: [...TD_SH, "sh tree", "ex entry", ...PAGE_A, "ex 2M C", "sh 1G'", "sh 2M pamt", "sh 1G'", "sh 2M pamt"],
    before: large,
  },
  {
    leaf: Leaf.MemPagePromote,
    inputs: { rcx: GPA_2M + 1, rdx: TDR },
    locks: [...TD_SH, "ex tree", "ex entry", "ex 4K a", "ex 2M C"],
    before: (host) => {
      large(host);
      host.must(Leaf.MemPageDemote, DEMOTE);
      blockAndTrack(host, GPA_2M, 1);
    },
  },
];

function hostFor(row: Row): TestHost {
  const host = new TestHost();
  if (row.td !== false) buildTd(host, { runnable: row.td !== "building" });
  row.before?.(host);
  return host;
}

describe("locks of each leaf", () => {
  it.each(rows.map((row) => [row.name ?? leafName(row.leaf), row] as const))("%s", (_name, row) => {
    const host = hostFor(row);
    const { locks } = trace(host, host.module.seamcall(registersFor(row.leaf, row.inputs)));
    const lines = locks.map(alias);
    expect(lines).toEqual([...row.locks, ...expectedReleases(row.locks)]);
  });

  it("VP.ENTER gives up the operation state on entry, and keeps TDVPR and TDR to the exit", () => {
    const host = new TestHost();
    buildTd(host);
    const { locks, status } = trace(host, host.module.seamcall(registersFor(Leaf.VpEnter, { rcx: TDVPR })));
    expect(status).toBe(0);
    expect(locks.map(alias)).toEqual([
      "sh 1G",
      "sh 2M A",
      "sh 4K TDVPR",
      "sh 4K TDR",
      "sh OP_STATE",
      "-sh OP_STATE",
      "-sh 4K TDR",
      "-sh 4K TDVPR",
      "-sh 2M A",
      "-sh 1G",
    ]);
  });

  it("are known for every leaf of the model", () => {
    const covered = new Set<Leaf>([...rows.map(({ leaf }) => leaf), Leaf.VpEnter]);
    const missing = Object.values(Leaf).filter((leaf) => !covered.has(leaf));
    expect(missing.map(leafName)).toEqual([]);
  });

  it("are all free after any of these calls, and after each of them failed at any of its locks", () => {
    for (const row of rows) {
      const total = row.locks.length;
      for (let fail = 0; fail <= total; fail++) {
        const host = hostFor(row);
        const before = snapshot(host);
        // Another processor holds the lock that the call tries at this point.
        const words = heldBy(host, row, fail);
        const { status } = trace(host, host.module.seamcall(registersFor(row.leaf, row.inputs)));
        for (const [address, value] of words) host.words.write(address, value);
        expect(status).not.toBe(FATAL);
        expect(snapshot(host), `${leafName(row.leaf)} at lock ${fail}`).toEqual(before);
      }
    }
  });
});

/** Lock words that are not 0, HP left out. */
function snapshot(host: TestHost): string[] {
  const held: string[] = [];
  const last = host.space.reserve(1, () => "end");
  for (let address = 1; address < last; address++) {
    if ((host.words.read(address) & ~2) === 0) continue;
    const name = host.space.describe(address);
    if (name.endsWith("lock")) held.push(name);
  }
  return held;
}

/** Makes attempt number `index` of a call fail by holding that lock exclusively. @returns words to restore */
function heldBy(host: TestHost, row: Row, index: number): [number, number][] {
  const scout = hostFor(row);
  let seen = 0;
  const program = scout.module.seamcall(registersFor(row.leaf, row.inputs));
  const addresses: number[] = [];
  const wrapped = (function* () {
    let result = 0;
    for (;;) {
      const step = program.next(result);
      if (step.done === true) return step.value;
      if (step.value.word.lock >= 1 && step.value.word.lock <= 3 && step.value.kind === 0 && seen++ === index) {
        addresses.push(step.value.address);
      }
      result = yield step.value;
    }
  })();
  trace(scout, wrapped);
  return addresses.map((address) => {
    host.words.write(address, 1);
    return [address, 0] as [number, number];
  });
}
