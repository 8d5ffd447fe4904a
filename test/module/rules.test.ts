/** Rules of single calls that no recorded vector reaches: order of checks, L2 VMs, TD_PARAMS. */
import { describe, expect, it } from "vitest";
import { formatStatus, Leaf, Register } from "../../src/abi/index.js";
import { run } from "../../src/machine/index.js";
import { LOCK_EXCLUSIVE, TD, writeTdParams } from "../../src/module/index.js";
import { A, B, C, type Inputs, NULL_PA, PAGE, registersFor, TestHost } from "./support/host.js";
import { addPair, blockAndTrack, buildTd, FREE_PAGE, pamtPage, SEPT_1, TDR, TDVPR } from "./support/td.js";

const PARAMS = 0x20000;
const HINT = 1n << 62n;
const UNUSED = 1n << 63n;
const NULL = 2n ** 64n - 1n;
const NO_L2: Inputs = { r9: NULL_PA, r10: NULL_PA, r11: NULL_PA };

const answer = (host: TestHost, leaf: Leaf, inputs: Inputs = {}): string => formatStatus(host.call(leaf, inputs));
const out = (host: TestHost, ...registers: Register[]): bigint[] => registers.map((each) => host.registers.get(each));
const td = (host: TestHost): number => host.module.tds.record(host.module.pamt.frameOf(TDR));

/** A TD before MNG.INIT, with this many control pages. */
function uninitialised(pages = 6): TestHost {
  const host = new TestHost();
  addPair(host, A, 0);
  host.must(Leaf.MngCreate, { rcx: TDR, rdx: 33 });
  host.must(Leaf.MngKeyConfig, { rcx: TDR });
  for (let i = 1; i <= pages; i++) host.must(Leaf.MngAddcx, { rcx: A + i * PAGE, rdx: TDR });
  writeTdParams(host.module.memory, BigInt(PARAMS));
  return host;
}

describe("MNG.INIT", () => {
  it.each([
    ["reserved ATTRIBUTES", 0x0n, 2n, "TDX_OPERAND_INVALID | ATTRIBUTES"],
    ["ATTRIBUTES.MIGRATABLE with DEBUG", 0x0n, (1n << 29n) | 1n, "TDX_OPERAND_INVALID | ATTRIBUTES"],
    ["XFAM without x87 and SSE", 0x8n, 0n, "TDX_OPERAND_INVALID | XFAM"],
    ["XFAM with half of AMX", 0x8n, 0x20003n, "TDX_OPERAND_INVALID | XFAM"],
    ["no vCPU", 0x10n, 0n, "TDX_OPERAND_INVALID | MAX_VCPUS"],
    ["4 L2 VMs", 0x10n, 0x40001n, "TDX_OPERAND_INVALID | NUM_L2_VMS"],
    ["an L2 VM without its control page", 0x10n, 0x10001n, "TDX_TDCS_NOT_ALLOCATED"],
    ["reserved bytes after MSR_CONFIG_CTLS", 0x10n, 1n | (1n << 32n), "TDX_OPERAND_INVALID | RDX"],
    ["reserved bits of MSR_CONFIG_CTLS", 0x10n, 1n | (2n << 24n), "TDX_OPERAND_INVALID | RDX"],
    ["an uncached Secure EPT", 0x18n, 0x18n, "TDX_OPERAND_INVALID | EPTP_CONTROLS"],
    ["5 levels on 46 address bits", 0x18n, 0x26n, "TDX_OPERAND_INVALID | EPTP_CONTROLS"],
    ["GPAW with 4 levels", 0x20n, 1n, "TDX_OPERAND_INVALID | EPTP_CONTROLS"],
    ["reserved CONFIG_FLAGS", 0x20n, 1n << 40n, "TDX_OPERAND_INVALID | EXEC_CONTROLS"],
    ["75 MHz", 0x28n, 3n, "TDX_OPERAND_INVALID | TSC_FREQUENCY"],
    ["reserved bytes after TSC_FREQUENCY", 0x28n, 100n | (1n << 16n), "TDX_OPERAND_INVALID | RDX"],
    ["reserved bytes before the CPUID configuration", 0xf0n, 1n, "TDX_OPERAND_INVALID | RDX"],
  ])("refuses %s", (_name, offset, value, status) => {
    const host = uninitialised();
    host.module.memory.write(BigInt(PARAMS) + offset, value);
    expect(answer(host, Leaf.MngInit, { rcx: TDR, rdx: PARAMS })).toBe(status);
    expect(out(host, Register.Rcx)).toEqual([0n]);
    writeTdParams(host.module.memory, BigInt(PARAMS));
    host.must(Leaf.MngInit, { rcx: TDR, rdx: PARAMS });
  });

  it("returns RCX 0 whatever it finds", () => {
    const host = uninitialised(5);
    expect(answer(host, Leaf.MngInit, { rcx: TDR, rdx: PARAMS })).toBe("TDX_TDCS_NOT_ALLOCATED");
    expect(out(host, Register.Rcx)).toEqual([0n]);
    expect(answer(host, Leaf.MngInit, { rcx: A + PAGE, rdx: PARAMS })).toBe("TDX_PAGE_METADATA_INCORRECT | RCX");
    expect(out(host, Register.Rcx)).toEqual([0n]);
  });
});

describe("order of checks", () => {
  it("VPFLUSHDONE locks the KOT before the life cycle, KEY.FREEID after it", () => {
    const host = uninitialised();
    host.must(Leaf.MngVpflushdone, { rcx: TDR });
    expect(answer(host, Leaf.MngVpflushdone, { rcx: TDR })).toBe("TDX_LIFECYCLE_STATE_INCORRECT");
    host.words.write(host.module.kotLock, LOCK_EXCLUSIVE);
    expect(answer(host, Leaf.MngVpflushdone, { rcx: TDR })).toBe("TDX_OPERAND_BUSY | KOT");
    expect(answer(host, Leaf.MngKeyFreeid, { rcx: TDR })).toBe("TDX_OPERAND_BUSY | KOT");
    host.words.write(host.module.kotLock, 0);
    expect(answer(host, Leaf.MngKeyFreeid, { rcx: TDR })).toBe("TDX_WBCACHE_NOT_COMPLETE");
    host.must(Leaf.PhymemCacheWb);
    host.must(Leaf.MngKeyFreeid, { rcx: TDR });
    host.words.write(host.module.kotLock, LOCK_EXCLUSIVE);
    expect(answer(host, Leaf.MngKeyFreeid, { rcx: TDR })).toBe("TDX_LIFECYCLE_STATE_INCORRECT");
  });

  it("MR.FINALIZE wants a vCPU", () => {
    const host = new TestHost();
    buildTd(host, { runnable: false });
    expect(answer(host, Leaf.MrFinalize, { rcx: TDR })).toBe("TDX_NO_VCPUS");
    host.must(Leaf.VpInit, { rcx: TDVPR });
    host.must(Leaf.MrFinalize, { rcx: TDR });
    expect(answer(host, Leaf.MrFinalize, { rcx: TDR })).toBe("TDX_OP_STATE_INCORRECT | 2");
  });

  it("VP.INIT counts pages, then looks at the state, then counts vCPUs", () => {
    const host = new TestHost();
    buildTd(host, { runnable: false });
    const second = FREE_PAGE;
    host.must(Leaf.VpCreate, { rcx: second, rdx: TDR });
    expect(answer(host, Leaf.VpInit, { rcx: second })).toBe("TDX_TDCX_NUM_INCORRECT");
    expect(answer(host, Leaf.VpFlush, { rcx: second })).toBe("TDX_TDCX_NUM_INCORRECT");
    for (let i = 1; i <= 5; i++) host.must(Leaf.VpAddcx, { rcx: second + i * PAGE, rdx: second });
    expect(answer(host, Leaf.VpFlush, { rcx: second })).toBe("TDX_VCPU_NOT_ASSOCIATED");
    host.words.write(td(host) + TD.MAX_VCPUS, 1);
    expect(answer(host, Leaf.VpInit, { rcx: TDVPR, version: 2 })).toBe("TDX_OPERAND_INVALID | RAX");
    expect(answer(host, Leaf.VpInit, { rcx: TDVPR, r8: 2 ** 32, version: 1 })).toBe("TDX_OPERAND_INVALID | R8");
    host.must(Leaf.VpInit, { rcx: TDVPR, r8: 5, version: 1 });
    expect(answer(host, Leaf.VpInit, { rcx: TDVPR })).toBe("TDX_VCPU_STATE_INCORRECT | 1");
    expect(answer(host, Leaf.VpAddcx, { rcx: B, rdx: TDVPR })).toBe("TDX_VCPU_STATE_INCORRECT | 1");
    expect(answer(host, Leaf.VpInit, { rcx: second })).toBe("TDX_MAX_VCPUS_EXCEEDED");
    expect(host.words.read(td(host) + TD.NUM_VCPUS)).toBe(1);
  });

  it("RANGE.UNBLOCK wants the TLBs tracked", () => {
    const host = new TestHost();
    buildTd(host);
    host.must(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B });
    host.must(Leaf.MemRangeBlock, { rcx: 0, rdx: TDR });
    expect(answer(host, Leaf.MemRangeUnblock, { rcx: 0, rdx: TDR })).toBe("TDX_TLB_TRACKING_NOT_DONE | RCX");
    expect(out(host, Register.Rcx, Register.Rdx)).toEqual([0n, 0n]);
    host.must(Leaf.MemTrack, { rcx: TDR });
    host.must(Leaf.MemRangeUnblock, { rcx: 0, rdx: TDR });
    host.must(Leaf.MemRangeBlock, { rcx: 1, rdx: TDR });
    expect(answer(host, Leaf.MemRangeUnblock, { rcx: 1, rdx: TDR })).toBe("TDX_TLB_TRACKING_NOT_DONE | RCX");
  });

  it("RANGE.UNBLOCK asks for no tracking while vCPUs cannot run", () => {
    const host = new TestHost();
    buildTd(host, { runnable: false });
    host.must(Leaf.MemRangeBlock, { rcx: 1, rdx: TDR });
    host.must(Leaf.MemRangeUnblock, { rcx: 1, rdx: TDR });
    expect(answer(host, Leaf.MemRangeUnblock, { rcx: 1, rdx: TDR })).toBe("TDX_EPT_ENTRY_STATE_INCORRECT | RCX");
  });

  it("PROMOTE looks at the pages before it looks for an interrupt", () => {
    const host = new TestHost();
    buildTd(host);
    blockAndTrack(host, 0, 1);
    host.words.write(host.module.interrupt, 1);
    expect(answer(host, Leaf.MemPagePromote, { rcx: 1, rdx: TDR })).toBe("TDX_EPT_INVALID_PROMOTE_CONDITIONS | RCX");
  });

  it("CACHE.WB has nothing to resume", () => {
    const host = new TestHost();
    expect(answer(host, Leaf.PhymemCacheWb, { rcx: 1 })).toBe("TDX_WBCACHE_RESUME_ERROR");
    expect(answer(host, Leaf.PhymemCacheWb, { rcx: 2 })).toBe("TDX_OPERAND_INVALID | RCX");
  });

  it("SEPT.RD shows no attributes for L2 VMs", () => {
    const host = new TestHost();
    buildTd(host);
    expect(answer(host, Leaf.MemSeptRd, { rcx: 1, rdx: TDR + 1 })).toBe("TDX_OPERAND_INVALID | RDX");
    expect(answer(host, Leaf.MemSeptRd, { rcx: 1, rdx: TDR + PAGE + 1 })).toBe("TDX_PAGE_METADATA_INCORRECT | RDX");
  });
});

describe("outputs", () => {
  it("RECLAIM zeroes R9 to R11", () => {
    const host = new TestHost();
    expect(answer(host, Leaf.PhymemPageReclaim, { rcx: 1, r9: 9, r10: 10, r11: 11 })).toBe("TDX_OPERAND_INVALID | RCX");
    expect(out(host, Register.R9, Register.R10, Register.R11)).toEqual([0n, 0n, 0n]);
  });

  it("DEMOTE leaves the BEPOCH of its table as it was", () => {
    const host = new TestHost();
    buildTd(host);
    host.must(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B });
    blockAndTrack(host, 0);
    host.must(Leaf.MemPageRemove, { rcx: 0, rdx: TDR });
    host.must(Leaf.MemPageAug, { rcx: 0x200001, rdx: TDR, r8: C });
    blockAndTrack(host, 0x200000, 1);
    host.must(Leaf.MemPageDemote, { rcx: 0x200001, rdx: TDR, r8: B, r12: pamtPage(8), r13: pamtPage(9) });
    host.must(Leaf.PhymemPageRdmd, { rcx: B });
    expect(out(host, Register.Rcx, Register.R9)).toEqual([8n, 1n]);
  });
});

describe("guest addresses", () => {
  it("have 47 bits, and 51 with GPAW", () => {
    const host = new TestHost();
    buildTd(host, { runnable: false });
    const high = 2 ** 47;
    expect(answer(host, Leaf.MemSeptAdd, { rcx: high + 3, rdx: TDR, r8: B })).toBe("TDX_OPERAND_INVALID | RCX");
    expect(answer(host, Leaf.MrExtend, { rcx: high, rdx: TDR })).toBe("TDX_OPERAND_INVALID | RCX");
    // A Secure EPT of 5 levels does not widen them by itself.
    host.words.write(td(host) + TD.TOP_LEVEL, 4);
    expect(answer(host, Leaf.MemSeptAdd, { rcx: high + 3, rdx: TDR, r8: B })).toBe("TDX_OPERAND_INVALID | RCX");
    host.words.write(td(host) + TD.GPAW, 1);
    expect(answer(host, Leaf.MemSeptAdd, { rcx: 2 ** 50 + 3, rdx: TDR, r8: B })).toBe("TDX_EPT_WALK_FAILED | RCX");
    expect(answer(host, Leaf.MemSeptAdd, { rcx: 2 ** 51 + 4, rdx: TDR, r8: B })).toBe("TDX_OPERAND_INVALID | RCX");
  });
});

/** A TD with two L2 VMs that is being built; their pages lie in region B. */
function withL2(): TestHost {
  const host = uninitialised(8);
  addPair(host, B, 2);
  writeTdParams(host.module.memory, BigInt(PARAMS), { numL2: 2 });
  host.must(Leaf.MngInit, { rcx: TDR, rdx: PARAMS });
  const own = A + 20 * PAGE;
  for (const [i, rcx] of [3, 2, 1].entries()) {
    host.must(Leaf.MemSeptAdd, { ...NO_L2, rcx, rdx: TDR, r8: own + i * PAGE, version: 1 });
  }
  return host;
}

const septAdd = (host: TestHost, level: number, flags: number, inputs: Inputs): string =>
  answer(host, Leaf.MemSeptAdd, { ...NO_L2, rcx: level, rdx: TDR + flags, version: 1, ...inputs });

describe("SEPT.ADD of version 1", () => {
  it("clears bit 63 of every page, and sets it where the page was not used", () => {
    const host = withL2();
    const r8 = A + 30 * PAGE;
    expect(septAdd(host, 3, 1, { r8, r9: B })).toBe("TDX_SUCCESS");
    expect(out(host, Register.R8, Register.R9, Register.R10)).toEqual([UNUSED | BigInt(r8), NULL, NULL]);
    expect(septAdd(host, 3, 1, { r8, r9: B + PAGE })).toBe("TDX_SUCCESS");
    expect(out(host, Register.R9)).toEqual([UNUSED | BigInt(B + PAGE)]);
    const registers = registersFor(Leaf.MemSeptAdd, { ...NO_L2, rcx: 2, rdx: TDR, version: 1 });
    registers.put(Register.R8, UNUSED | BigInt(r8));
    expect(formatStatus(run(host.words, host.module.seamcall(registers)))).toBe("TDX_EPT_ENTRY_STATE_INCORRECT | RCX");
    expect(registers.r8).toBe(BigInt(r8));
  });

  it("refuses L2 VMs that the TD has not, tables in the air, and tables twice", () => {
    const host = withL2();
    const r8 = A + 30 * PAGE;
    expect(septAdd(host, 3, 1, { r8, r11: B })).toBe("TDX_OPERAND_INVALID | R11");
    expect(septAdd(host, 2, 1, { r8, r10: B })).toBe(`TDX_L2_SEPT_WALK_FAILED | ${(2 << 16) | 3}`);
    expect(out(host, Register.Rcx, Register.Rdx)).toEqual([UNUSED, 0x24003n]);
    expect(septAdd(host, 3, 1, { r8, r9: B })).toBe("TDX_SUCCESS");
    // Without a page of its own, the TD must have its table already; R9's is there, and may not be.
    const registers = registersFor(Leaf.MemSeptAdd, { ...NO_L2, rcx: 3, rdx: TDR, r9: B + PAGE, version: 1 });
    registers.setHalves(Register.R8, 0xffffffff, 0xffffffff);
    expect(formatStatus(run(host.words, host.module.seamcall(registers)))).toBe(
      `TDX_L2_SEPT_ENTRY_NOT_FREE | ${(1 << 16) | 3}`,
    );
    expect([registers.rcx, registers.rdx]).toEqual([0x407n, 0x1c403n]);
    registers.set(Register.Rcx, 2 ** 21 + 1);
    registers.set(Register.Rdx, TDR);
    expect(formatStatus(run(host.words, host.module.seamcall(registers)))).toBe("TDX_EPT_ENTRY_STATE_INCORRECT | RCX");
  });

  it("stops between two pages when an interrupt comes", () => {
    const host = withL2();
    host.must(Leaf.MemSeptAdd, { ...NO_L2, rcx: 3, rdx: TDR + 1, r8: A + 30 * PAGE, r9: B, r10: B + PAGE, version: 1 });
    host.words.write(host.module.interrupt, 1);
    const inputs = { r8: A + 30 * PAGE, r9: B + 2 * PAGE, r10: B + 3 * PAGE };
    expect(septAdd(host, 2, 1, inputs)).toBe("TDX_INTERRUPTED_RESUMABLE");
    expect(out(host, Register.Rcx, Register.Rdx, Register.R9, Register.R10)).toEqual([
      2n,
      BigInt(TDR + 1),
      NULL,
      BigInt(B + 3 * PAGE),
    ]);
    expect(host.words.read(td(host) + TD.CHLDCNT)).toBe(8 + 3 + 2 + 1);
  });
});

/** Gives both L2 VMs tables at these levels, from page `first` of region B on. */
function addL2Tables(host: TestHost, first: number, levels: readonly number[]): void {
  for (const [i, rcx] of levels.entries()) {
    const r9 = B + (first + 2 * i) * PAGE;
    expect(septAdd(host, rcx, 1, { r8: A + 30 * PAGE, r9, r10: r9 + PAGE })).toBe("TDX_SUCCESS");
  }
}

describe("tables of L2 VMs", () => {
  it.each([0, 1])("go with the TD's own in SEPT.REMOVE of version %i", (version) => {
    const host = withL2();
    addL2Tables(host, 0, [3, 2, 1]);
    expect(host.words.read(td(host) + TD.CHLDCNT)).toBe(8 + 3 + 6);
    host.must(Leaf.MemSeptRemove, { rcx: 1, rdx: TDR, r9: 7, version });
    expect(host.words.read(td(host) + TD.CHLDCNT)).toBe(8 + 2 + 4);
    expect(out(host, Register.Rcx)).toEqual([BigInt(A + 22 * PAGE)]);
    const pages = [BigInt(B + 4 * PAGE), BigInt(B + 5 * PAGE), NULL];
    expect(out(host, Register.R9, Register.R10, Register.R11)).toEqual(version === 0 ? [7n, 0n, 0n] : pages);
  });

  it("are freed from the last VM to the first, then the TD's own", () => {
    const host = withL2();
    addPair(host, C, 4);
    host.must(Leaf.MemSeptRemove, { rcx: 1, rdx: TDR });
    addL2Tables(host, 0, [3, 2]);
    expect(septAdd(host, 1, 0, { r8: C, r9: C + PAGE, r10: C + 2 * PAGE })).toBe("TDX_SUCCESS");
    host.must(Leaf.MemSeptRemove, { rcx: 1, rdx: TDR, version: 1 });
    const expected = [HINT | BigInt(C), BigInt(C + PAGE), BigInt(C + 2 * PAGE), NULL];
    expect(out(host, Register.Rcx, Register.R9, Register.R10, Register.R11)).toEqual(expected);
  });

  it("come with DEMOTE and go with PROMOTE", () => {
    const host = withL2();
    host.must(Leaf.MemPageAug, { rcx: 0x200001, rdx: TDR, r8: C });
    const demote = { rcx: 0x200001, rdx: TDR, r8: SEPT_1, r12: pamtPage(8), r13: pamtPage(9) };
    expect(answer(host, Leaf.MemPageDemote, { ...demote, ...NO_L2, r10: B })).toBe(
      `TDX_L2_SEPT_WALK_FAILED | ${(2 << 16) | 3}`,
    );
    expect(out(host, Register.Rdx)).toEqual([0x24003n]);
    addL2Tables(host, 0, [3, 2]);
    expect(answer(host, Leaf.MemPageDemote, { ...demote, r9: B })).toBe("TDX_PAGE_METADATA_INCORRECT | R9");
    expect(answer(host, Leaf.MemPageDemote, { ...demote, r9: B + 8 * PAGE, r10: SEPT_1 })).toBe(
      "TDX_OPERAND_BUSY | R10",
    );
    host.must(Leaf.MemPageDemote, { ...demote, r9: NULL_PA, r10: B + 9 * PAGE });
    expect(out(host, Register.R9, Register.R10, Register.R11)).toEqual([NULL, BigInt(B + 9 * PAGE), 0n]);
    expect(host.words.read(td(host) + TD.CHLDCNT)).toBe(8 + 3 + 4 + 512 + 2);
    host.must(Leaf.MemPagePromote, { rcx: 0x200001, rdx: TDR, version: 1 });
    expect(out(host, Register.Rcx, Register.R9, Register.R10)).toEqual([BigInt(SEPT_1), NULL, BigInt(B + 9 * PAGE)]);
    expect(host.words.read(td(host) + TD.CHLDCNT)).toBe(8 + 3 + 4 + 512);
    // Sparse: no L2 VM has an alias of the page, so none gets a table.
    host.must(Leaf.MemPageDemote, { ...demote, rdx: TDR + 1, r9: B, r10: NULL_PA });
    expect(out(host, Register.R9, Register.R10, Register.R11)).toEqual([UNUSED | BigInt(B), NULL, 0n]);
  });
});
