/** The module as a whole: dispatch, shutdown, configuration, and calls that no vector has. */
import { describe, expect, it } from "vitest";
import {
  FATAL,
  formatStatus,
  Leaf,
  PageType,
  Register,
  Registers,
  TDX_SYS_NOT_READY,
  TDX_SYS_SHUTDOWN,
} from "../../src/abi/index.js";
import { AddressSpace, run, Words } from "../../src/machine/index.js";
import {
  BootError,
  boot,
  FatalCause,
  LOCK,
  LOCK_EXCLUSIVE,
  ModuleEvent,
  pamtBytes,
  simpleHost,
  TAIL,
  TD,
  TdxModule,
  writeTdParams,
} from "../../src/module/index.js";
import { A, B, C, GIB, PAGE, platform, registersFor, TestHost } from "./support/host.js";
import { addPair, blockAndTrack, buildTd, TDR, TDVPR } from "./support/td.js";
import { trace } from "./support/trace.js";

/** A TD at the pages from `tdr` on, initialised, with Secure EPT pages for 2 MiB pages of the second GiB. */
function buildTdIn(host: TestHost, tdr: number): void {
  host.must(Leaf.MngCreate, { rcx: tdr, rdx: 40 });
  host.must(Leaf.MngKeyConfig, { rcx: tdr });
  for (let i = 1; i <= 6; i++) host.must(Leaf.MngAddcx, { rcx: tdr + i * PAGE, rdx: tdr });
  writeTdParams(host.module.memory, 0x20000n);
  host.must(Leaf.MngInit, { rcx: tdr, rdx: 0x20000 });
  host.must(Leaf.MemSeptAdd, { rcx: 3, rdx: tdr, r8: tdr + 8 * PAGE });
  host.must(Leaf.MemSeptAdd, { rcx: GIB + 2, rdx: tdr, r8: tdr + 9 * PAGE });
}

const fresh = (): TdxModule => new TdxModule(new Words(false), new AddressSpace(), platform);

function callOn(module: TdxModule, leaf: Leaf): number {
  const registers = new Registers();
  registers.set(Register.Rax, leaf);
  return run(module.words, module.seamcall(registers));
}

describe("dispatch", () => {
  it("accepts only SYS calls before the keys are configured", () => {
    const module = fresh();
    expect(callOn(module, Leaf.PhymemPageRdmd)).toBe(TDX_SYS_NOT_READY);
    expect(callOn(module, Leaf.SysTdmrInit)).toBe(TDX_SYS_NOT_READY);
    expect(callOn(module, 63 as Leaf)).toBe(TDX_SYS_NOT_READY);
  });

  it("knows its leaves and leaves RAX alone", () => {
    const host = new TestHost();
    expect(formatStatus(host.call(63 as Leaf))).toBe("TDX_OPERAND_INVALID | RAX");
    expect(host.registers.number(Register.Rax)).toBe(63);
    expect(formatStatus(host.call(Leaf.PhymemPamtAdd, { version: 1 }))).toBe("TDX_OPERAND_INVALID | RAX");
    const registers = registersFor(Leaf.PhymemPamtAdd, {});
    registers.setHalves(Register.Rax, 1, Leaf.PhymemPamtAdd);
    expect(formatStatus(run(host.words, host.module.seamcall(registers)))).toBe("TDX_OPERAND_INVALID | RAX");
  });
});

describe("a fatal state", () => {
  it("shuts the module down for good", () => {
    const host = new TestHost();
    addPair(host, B, 0);
    host.words.write(host.module.pamt.entry2m(host.module.pamt.frameOf(B)) + TAIL, 1);
    const { status, events } = trace(host, host.module.seamcall(registersFor(Leaf.PhymemPamtRemove, { rcx: B + 1 })));
    expect(status).toBe(FATAL);
    expect(events).toEqual([ModuleEvent.Fatal, FatalCause.PageCountMismatch]);
    for (const leaf of [Leaf.PhymemPageRdmd, Leaf.SysConfig, Leaf.SysKeyConfig, Leaf.SysRd, 63 as Leaf]) {
      expect(host.call(leaf)).toBe(TDX_SYS_SHUTDOWN);
    }
  });

  it("is a page count that leaves its range", () => {
    const host = new TestHost();
    buildTd(host, { runnable: false });
    const count = host.module.pamt.entry2m(host.module.pamt.frameOf(B)) + TAIL;
    host.words.write(count, host.words.read(count) | 512);
    expect(host.call(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B })).toBe(FATAL);

    const other = new TestHost();
    buildTd(other, { runnable: false });
    other.must(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B });
    const below = other.module.pamt.entry2m(other.module.pamt.frameOf(B)) + TAIL;
    other.words.write(below, other.words.read(below) & ~0xffff);
    expect(other.call(Leaf.MemPageRemove, { rcx: 0, rdx: TDR })).toBe(FATAL);
  });

  it("is metadata that name a page without an entry", () => {
    const host = new TestHost();
    buildTd(host, { runnable: false });
    host.must(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B });
    host.words.write(host.module.pamt.headAt(host.module.pamt.frameOf(B), 0), 0);
    const { events } = trace(host, host.module.seamcall(registersFor(Leaf.MemPageRemove, { rcx: 0, rdx: TDR })));
    expect(events).toEqual([ModuleEvent.Fatal, FatalCause.ImplicitAccess]);
  });
});

describe("a page that a TD gives up", () => {
  it("is freed by its type first, then the count, then the lock", () => {
    const host = new TestHost();
    buildTd(host);
    host.must(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B });
    blockAndTrack(host, 0);
    const { pamt } = host.module;
    const frame = pamt.frameOf(B);
    const watched = [pamt.head4k(frame), pamt.entry2m(frame) + TAIL, pamt.lock4k(frame)];
    const before = watched.map((word) => host.words.read(word));
    const order: number[] = [];
    const program = host.module.seamcall(registersFor(Leaf.MemPageRemove, { rcx: 0, rdx: TDR }));
    const observed = (function* () {
      let result = 0;
      for (;;) {
        const step = program.next(result);
        if (step.done === true) return step.value;
        result = yield step.value;
        for (const [i, word] of watched.entries()) {
          if (host.words.read(word) === before[i]) continue;
          before[i] = host.words.read(word);
          order.push(i);
        }
      }
    })();
    expect(trace(host, observed).status).toBe(0);
    // The lock changes twice: taken first, given back last.
    expect(order).toEqual([2, 0, 1, 2]);
    expect(host.registers).toBeDefined();
  });

  it("carries the hint when it was the last of its region", () => {
    const host = new TestHost();
    buildTd(host, { runnable: false });
    host.must(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B });
    host.must(Leaf.MemPageAug, { rcx: PAGE, rdx: TDR, r8: B + PAGE });
    host.must(Leaf.MemPageRemove, { rcx: 0, rdx: TDR });
    expect(host.registers.get(Register.Rcx)).toBe(BigInt(B));
    host.must(Leaf.MemPageRemove, { rcx: PAGE, rdx: TDR });
    expect(host.registers.get(Register.Rcx)).toBe(BigInt(B + PAGE) | (1n << 62n));
  });
});

describe("calls that no vector has", () => {
  it("MEM.SEPT.RD reads entries", () => {
    const host = new TestHost();
    buildTd(host);
    host.must(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B });
    host.must(Leaf.MemSeptRd, { rcx: 0, rdx: TDR });
    expect([host.registers.rcx, host.registers.rdx]).toEqual([0x80000000000000f0n | BigInt(B), 0x200n]);
    expect(formatStatus(host.call(Leaf.MemSeptRd, { rcx: 0x40000000, rdx: TDR }))).toBe("TDX_EPT_WALK_FAILED | RCX");
  });

  it("MR.EXTEND wants a page that is there", () => {
    const host = new TestHost();
    buildTd(host, { runnable: false });
    expect(formatStatus(host.call(Leaf.MrExtend, { rcx: 0, rdx: TDR }))).toBe("TDX_EPT_ENTRY_NOT_PRESENT | RCX");
    expect(host.registers.rdx).toBe(0n);
    expect(formatStatus(host.call(Leaf.MrExtend, { rcx: 1, rdx: TDR }))).toBe("TDX_OPERAND_INVALID | RCX");
    host.must(Leaf.MemPageAdd, { rcx: 0, rdx: TDR, r8: B });
    host.must(Leaf.MrExtend, { rcx: 0xf00, rdx: TDR });
  });

  it("VP.ENTER takes a vCPU once, and its epoch holds up MEM.TRACK", () => {
    const host = new TestHost();
    buildTd(host);
    const program = host.module.seamcall(registersFor(Leaf.VpEnter, { rcx: TDVPR }));
    const inGuest = (function* () {
      let result = 0;
      for (;;) {
        const step = program.next(result);
        if (step.done === true) return step.value;
        if (step.value.kind === 2 && step.value.argument === ModuleEvent.GuestEntered) {
          const second = host.call(Leaf.VpEnter, { rcx: TDVPR });
          expect(formatStatus(second)).toBe("TDX_VCPU_STATE_INCORRECT | 2");
          host.must(Leaf.MemTrack, { rcx: TDR });
          expect(formatStatus(host.call(Leaf.MemTrack, { rcx: TDR }))).toBe("TDX_PREVIOUS_TLB_EPOCH_BUSY");
          expect(formatStatus(host.call(Leaf.VpFlush, { rcx: TDVPR }))).toBe("TDX_OPERAND_BUSY | RCX");
          result = 0;
        } else result = yield step.value;
      }
    })();
    expect(trace(host, inGuest).status).toBe(0);
    host.must(Leaf.MemTrack, { rcx: TDR });
    expect(formatStatus(host.call(Leaf.MngVpflushdone, { rcx: TDR }))).toBe("TDX_FLUSHVP_NOT_DONE");
    host.must(Leaf.VpFlush, { rcx: TDVPR });
    expect(formatStatus(host.call(Leaf.VpFlush, { rcx: TDVPR }))).toBe("TDX_VCPU_NOT_ASSOCIATED");
    host.must(Leaf.VpEnter, { rcx: TDVPR });
    expect(formatStatus(host.call(Leaf.MngVpflushdone, { rcx: TDR }))).toBe("TDX_FLUSHVP_NOT_DONE");
  });

  it("PROMOTE to 1 GiB frees the 2 MiB entries, and DEMOTE makes them again", () => {
    const host = new TestHost();
    host.must(Leaf.PhymemPamtAdd, { rcx: A + 1, rdx: A, r8: A + PAGE });
    host.must(Leaf.PhymemPamtAdd, { rcx: B + 1, rdx: A + 2 * PAGE, r8: A + 3 * PAGE });
    const moved = 40;
    buildTdIn(host, A + moved * PAGE);
    const tdr = A + moved * PAGE;
    const base = A + GIB;
    for (let i = 0; i < 512; i++)
      host.must(Leaf.MemPageAug, { rcx: GIB + i * 2 ** 21 + 1, rdx: tdr, r8: base + i * 2 ** 21 });
    const { pamt } = host.module;
    host.words.write(pamt.tailAt(pamt.frameOf(base), 2), 7);
    host.must(Leaf.MemPagePromote, { rcx: GIB + 2, rdx: tdr });
    expect(host.words.read(pamt.tailAt(pamt.frameOf(base), 2))).toBe(0);
    expect(host.registers.number(Register.Rcx)).toBe(A + (moved + 9) * PAGE);
    host.must(Leaf.PhymemPageRdmd, { rcx: base + 5 * 2 ** 21 });
    expect([host.registers.number(Register.Rcx), host.registers.number(Register.R8)]).toEqual([PageType.Reg, 2]);
    expect(formatStatus(host.call(Leaf.PhymemPamtAdd, { rcx: base + 1, rdx: B, r8: C }))).toBe(
      "TDX_HPA_RANGE_NOT_FREE | RCX",
    );
    expect(formatStatus(host.call(Leaf.PhymemPamtRemove, { rcx: base + 1 }))).toBe("TDX_NO_PAMT_PAGE_PAIR | RCX");
    host.must(Leaf.MemPageDemote, { rcx: GIB + 2, rdx: tdr, r8: A + (moved + 9) * PAGE, r12: 1, r13: 1 });
    host.must(Leaf.PhymemPageRdmd, { rcx: base + 5 * 2 ** 21 });
    expect([host.registers.number(Register.Rcx), host.registers.number(Register.R8)]).toEqual([PageType.Reg, 1]);
    host.must(Leaf.MemPageRemove, { rcx: GIB + 1, rdx: tdr });
    expect(host.registers.number(Register.Rcx)).toBe(base);
  });

  it("a TD that is fatal or has too few pages is refused", () => {
    const host = new TestHost();
    buildTd(host);
    const td = host.module.tds.record(host.module.pamt.frameOf(TDR));
    host.words.write(td + TD.NUM_TDCX, 5);
    expect(formatStatus(host.call(Leaf.MemTrack, { rcx: TDR }))).toBe("TDX_TDCS_NOT_ALLOCATED");
    host.words.write(td + TD.FATAL, 1);
    expect(formatStatus(host.call(Leaf.MemTrack, { rcx: TDR }))).toBe("TDX_TD_FATAL");
  });
});

describe("configuration", () => {
  it("says which call failed", () => {
    const host = simpleHost(4, 2);
    expect(() => boot(fresh(), { ...host, globalHkid: 31 })).toThrow(BootError);
    expect(() => boot(fresh(), { ...host, globalHkid: 31 })).toThrow("SYS.CONFIG failed with TDX_OPERAND_INVALID | R8");
  });

  it("wants PAMT areas of these sizes", () => {
    const gib = 1n << 30n;
    expect([2, 1, 0].map((level) => pamtBytes(level, 4n * gib, true))).toEqual([4096n, 32768n, 131072n]);
    expect(pamtBytes(0, 4n * gib, false)).toBe(4n << 22n);
  });

  it("wants a platform that can exist", () => {
    const words = new Words(false);
    for (const wrong of [{ maxPa: 53 }, { keyidBits: 0 }, { privateHkidMin: 0 }, { privateHkidMax: 64 }]) {
      expect(() => new TdxModule(words, new AddressSpace(), { ...platform, ...wrong })).toThrow(RangeError);
    }
  });

  it("is refused while another processor configures", () => {
    const module = fresh();
    module.words.write(module.globalLock, LOCK_EXCLUSIVE);
    expect(formatStatus(callOn(module, Leaf.SysConfig))).toBe("TDX_SYS_BUSY");
    expect(formatStatus(callOn(module, Leaf.SysKeyConfig))).toBe("TDX_SYS_BUSY");
  });
});

describe("overlapping calls", () => {
  it("leave a stray write when a pair goes while an entry of it is locked", () => {
    const host = new TestHost();
    buildTd(host, { runnable: false });
    host.must(Leaf.MemPageAug, { rcx: 0, rdx: TDR, r8: B + 9 * PAGE });
    const { pamt } = host.module;
    const lock = pamt.lock4k(pamt.frameOf(B + 9 * PAGE));
    const program = host.module.seamcall(registersFor(Leaf.MemPageRemove, { rcx: 0, rdx: TDR }));
    const overlapped = (function* () {
      let result = 0;
      for (;;) {
        const step = program.next(result);
        if (step.done === true) return step.value;
        const isRelease = step.value.kind === 0 && step.value.address === lock && step.value.word.lock === 4;
        const { word, address } = step.value;
        if (isRelease) {
          host.must(Leaf.PhymemPamtRemove, { rcx: B + 1 });
          expect(host.words.read(address) & LOCK_EXCLUSIVE).toBe(1);
          const old = host.words.read(address);
          host.words.write(address, word.next(old, 0), word.mask);
          result = word.result(old, 0);
        } else result = yield step.value;
      }
    })();
    const { status, events } = trace(host, overlapped);
    expect(status).toBe(0);
    expect(events).toEqual([ModuleEvent.SilentWrite, (B + 9 * PAGE) / PAGE]);
    // The next pair begins with clean entries.
    addPair(host, B, 4);
    host.must(Leaf.PhymemPageRdmd, { rcx: B + 9 * PAGE });
    expect(host.registers.number(Register.Rcx)).toBe(PageType.Nda);
    expect(host.words.read(pamt.entry2m(pamt.frameOf(C)) + LOCK)).toBe(0);
  });
});
