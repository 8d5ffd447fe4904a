/** What is found in words and logs, whoever wrote them. */
import { describe, expect, it } from "vitest";
import { decodeLog, decodeWords, FINDINGS_MAX, LINE_LENGTH_MAX } from "../../src/decode/index.js";
import { messages } from "../../src/decode/messages.js";
import { read } from "../support/repository.js";

const log = read("test/fixtures/decode/dmesg.txt");

/** Leaf, status and line of each finding. */
function briefly(text: string) {
  return decodeLog(text).findings.map(
    ({ leaf, status, message, line, times }) =>
      [leaf?.name ?? leaf?.number ?? null, status?.value ?? message?.id ?? null, line, times] as const,
  );
}

describe("a log", () => {
  it("has each status once, with its leaf, its first line and how often it came", () => {
    expect(briefly(log)).toEqual([
      [null, "dynamic-pamt-on", 2, 1],
      ["TDH.MEM.PAGE.DEMOTE", "0xc0000b0800000001", 4, 1],
      ["TDH.PHYMEM.PAGE.RECLAIM", "0xc000030000000001", 5, 1],
      ["TDH.SYS.INIT", "0xc000090000000000", 6, 1],
      ["TDH.PHYMEM.PAMT.REMOVE", "0x8000020000000001", 7, 2],
      ["TDH.MNG.INIT", "0xc000010000000045", 8, 1],
      ["TDH.MEM.PAGE.REMOVE", "0x8000020000000092", 9, 1],
      ["TDH.SYS.RD", "0xc0000c0000000000", 11, 1],
      ["TDH.VP.RD", "0xc000070000000000", 14, 1],
      [null, "hkid-leaked", 15, 1],
      ["TDH.PHYMEM.PAMT.REMOVE", "pamt-put-warned", 16, 2],
      [null, "0x8000ff00ffff0000", 19, 1],
      ["TDH.PHYMEM.PAMT.ADD", "0xc0000304deadbeef", 20, 1],
    ]);
    expect(decodeLog(log)).toMatchObject({ lines: 20, left: 0 });
  });

  it("names registers, those of the lines behind an error too", () => {
    const { findings } = decodeLog(log);
    const demote = findings.find(({ line }) => line === 4);
    expect(demote?.septEntry).toBe("level 0, mapped");
    expect(demote?.registers.get("RDX")).toBe(0x400n);
    const read = findings.find(({ line }) => line === 11);
    expect([...(read?.registers ?? [])].slice(0, 3)).toEqual([
      ["R9", 0n],
      ["R10", 0n],
      ["R11", 0n],
    ]);
    expect(read?.registers.get("RDX")).toBe(0x0a00000300000099n);
    expect(findings.find(({ line }) => line === 9)?.registers.get("entry")).toBe(1n << 63n);
  });

  it.each([
    ["SEAMCALL (0x3a) failed: 0xc000030400000001", 58, 0xc000030400000001n],
    ["kvm: SEAMCALL[58] failed: 0xC000030400000001", 58, 0xc000030400000001n],
    ["SEAMCALL failed: leaf 3, error 0x8000020000000008", null, 0x8000020000000008n],
    ["tdh_mem_page_aug() returned 0x8000020000000008", 6, 0x8000020000000008n],
    ["TDH.SYS.DISABLE failed: 0x8000020200000000", 69, 0x8000020200000000n],
    ["seamcall_exit: op: TDH_MNG_CREATE err: TDX_OPERAND_BUSY(8000020000000001)", 9, 0x8000020000000000n],
    ["TDH_VP_WR[VMCS.0x4402] = 0x10 failed: 0xc000070000000000", 43, 0xc000070000000000n],
    ["SEAMCALL (0x0000000000010016) failed: 0xc000060800000002", 22, 0xc000060800000002n],
    ["virt/tdx: SEAMCALL (0x21) failed: 0x8000ff000000000d", 33, 0x8000ff000000000dn],
    ["SEAMCALL (0x1d) failed: 0xc000033300000000", 29, 0xc000033300000000n],
  ])("is understood: %s", (line, leaf, status) => {
    const [finding] = decodeLog(`junk\r\n[1.0] ${line}\r\n`).findings;
    expect(finding?.leaf?.number ?? null).toBe(leaf);
    expect(BigInt(finding?.status?.value ?? 0)).toBe(status);
    expect(finding?.line).toBe(2);
  });

  it.each([
    "",
    "\0\0\0",
    "usb 1-1: device failed: 0x8000020000000001",
    "SEAMCALL",
    "SEAMCALL (0x3b)",
    "SEAMCALL (0x) failed: 0x",
    "TDX module version: 1.5.24",
    "SEAMCALL (0x3b) failed: 0x80000200000000010000",
    "tdx is fine at 0xffff888100000000",
  ])("has nothing in %j", (line) => {
    expect(decodeLog(line).findings).toEqual([]);
  });

  it("has messages, each of which its own pattern finds, and none that takes long", () => {
    expect(new Set(messages.map(({ id }) => id)).size).toBe(messages.length);
    for (const line of ["WARNING: ".repeat(400), "tdx: ".repeat(400), "initialization failed: ".repeat(90)]) {
      const begin = performance.now();
      decodeLog(line);
      expect(performance.now() - begin).toBeLessThan(1000);
    }
  });

  it("may have lines of any length, of which the beginning is read", () => {
    const status = "SEAMCALL (0x3b) failed: 0x8000020000000001";
    expect(decodeLog(`${status}${" 0x".repeat(1 << 20)}`).findings.length).toBe(1);
    expect(decodeLog(`${"x".repeat(LINE_LENGTH_MAX)}${status}`).findings).toEqual([]);
  });

  it("may be megabytes of anything, and takes seconds at most", () => {
    const noise = Array.from(
      { length: 1 << 16 },
      (_, index) => `SEAMCALL ${"([{".repeat(index % 9)} fail 0x \u001b[2J tdx`,
    );
    const begin = performance.now();
    expect(decodeLog(`${noise.join("\n")}\n${"\0".repeat(1 << 22)}`).findings).toEqual([]);
    expect(performance.now() - begin).toBeLessThan(20_000);
  });

  it("may have more kinds than are told apart, which are counted", () => {
    const lines = Array.from({ length: FINDINGS_MAX + 7 }, (_, index) => {
      return `SEAMCALL (0x3b) failed: 0x${(0x8000020000000000n + BigInt(index)).toString(16)}`;
    });
    const { findings, left } = decodeLog(lines.join("\n"));
    expect([findings.length, left]).toEqual([FINDINGS_MAX, 7]);
  });
});

describe("words", () => {
  it.each([
    ["0x8000020000000001", null, "0x8000020000000001"],
    ["9223374235878031361", null, "0x8000020000000001"],
    ["TDX_OPERAND_BUSY|RCX", null, "0x8000020000000001"],
    ["operand_busy | r12", null, "0x800002000000000c"],
    ["59", 59, null],
    ["0x3b", 59, null],
    ["0x10016", 22, null],
    ["tdh_phymem_pamt_remove", 59, null],
    ["PAMT.REMOVE 0x8000020000000001", 59, "0x8000020000000001"],
    ["0x8000020000000001 0x3b", 59, "0x8000020000000001"],
    ["200", 200, null],
  ])("are understood: %s", (text, leaf, status) => {
    const finding = decodeWords(text);
    expect([finding?.leaf?.number ?? null, finding?.status?.value ?? null]).toEqual([leaf, status]);
  });

  it.each(["", "hello", "0x", "0x1ffffffffffffffffff", "59 60", "TDX_NO_SUCH", "TDX_OPERAND_BUSY|NOWHERE", "1 2 3"])(
    "are not taken for something: %j",
    (text) => {
      expect(decodeWords(text)).toBeNull();
    },
  );

  it("leave the detail of a code open that is given by its name alone", () => {
    const finding = decodeWords("TDX_OPERAND_BUSY");
    expect(finding?.isCode).toBe(true);
    expect(finding?.status?.operand).toBeNull();
    expect(finding?.designs.flatMap(({ met }) => met).length).toBeGreaterThan(1);
  });
});
