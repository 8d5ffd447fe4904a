/** Statuses in words: every public code has a name and a meaning, and unknown ones still say what their bits say. */
import { describe, expect, it } from "vitest";
import {
  codeName,
  encodeStatus,
  formatStatus,
  furtherStatusTable,
  isError,
  isRecoverable,
  Operand,
  publicLeafByName,
  publicLeafName,
  statusTable,
  TDX_OPERAND_BUSY,
} from "../../src/abi/index.js";
import { consequencesOf } from "../../src/decode/consequences.js";
import { meanings } from "../../src/decode/meanings.js";
import { lockMeant, operandMeaning } from "../../src/decode/operand-meanings.js";
import { hex64, statusFacts, statusValueByName } from "../../src/decode/status-facts.js";

const all = [...statusTable, ...furtherStatusTable];
const codeValue = (upper: number): bigint => BigInt(upper) << 32n;

describe("public codes", () => {
  it("are those of both tables, each name and each value once, by class and number", () => {
    expect(all.length).toBe(270);
    expect(new Set(all.map(({ name }) => name)).size).toBe(all.length);
    expect(new Set(all.map(({ upper }) => upper & 0xffff)).size).toBe(all.length);
    const order = furtherStatusTable.map(({ upper }) => upper & 0xffff);
    expect(order).toEqual(order.toSorted((one, other) => one - other));
  });

  it("have a meaning each, and no meaning is of a code that there is not", () => {
    expect(Object.keys(meanings).sort()).toEqual(all.map(({ name }) => name).sort());
    for (const text of Object.values(meanings)) expect(text).toMatch(/^[a-zA-Z0-9][^\n]{12,}[^.\s]$/);
  });

  it.each(all)("say their name, class and number: $name", ({ name, upper }) => {
    const facts = statusFacts(codeValue(upper));
    expect(facts).toMatchObject({
      name: `TDX_${name}`,
      origin: "module",
      value: hex64(codeValue(upper)),
      class: (upper >>> 8) & 0xff,
      numberInClass: upper & 0xff,
      means: meanings[name],
    });
    expect(facts.className).not.toBe("unknown");
    expect(statusValueByName(`TDX_${name}`)).toBe(codeValue(upper));
    expect(statusValueByName(name.toLowerCase())).toBe(codeValue(upper));
  });

  it("agree with the model's on names, errors and recovery", () => {
    for (const index of statusTable.keys()) {
      const status = index << 24;
      const { name, outcome, bits } = statusFacts(encodeStatus(status));
      expect(name).toBe(codeName(status));
      expect(bits.error).toBe(isError(status));
      expect(outcome === "recoverable").toBe(isRecoverable(status));
    }
  });

  it("agree with the model's on operands", () => {
    const codes = [...statusTable.keys()].map((index) => index << 24);
    for (const status of codes.flatMap((code) => [code | Operand.Rdx, code | Operand.SeptTree])) {
      const { name, operand } = statusFacts(encodeStatus(status));
      if (operand !== null) expect(formatStatus(status)).toBe(`${name} | ${operand}`);
      else expect(formatStatus(status)).not.toMatch(/RDX|SEPT_TREE/);
    }
  });
});

describe("details", () => {
  it.each([
    [0x8000020000000001n, "RCX", null],
    [0x800002000000000cn, "R12", null],
    [0x80000200000000b8n, "SYS", null],
    [0x8000020100000000n, null, null],
    [0xc000010000000000n, "RAX", null],
    [0xc000010000000045n, "CPUID_CONFIG", null],
    [0xc0000100000003e7n, null, "operand 999, which has no public name"],
    [0xc000060800000002n, null, "operation state 2: runnable"],
    [0xc0000608000000ffn, null, "operation state 255: unknown"],
    [0xc000030600000001n, null, "page 1 of the pair: entries of the second half of the region"],
    [0x8000030700000007n, null, "entry 7 of the list"],
    [0xc0000a1200020103n, null, "TDMR 3, 2M PAMT area, and TDMR 2"],
    [0xc0000a2000000504n, null, "TDMR 4, reserved area 5"],
    [0xc0000a0200000004n, null, "TDMR 4"],
    [0xc0000b0800000000n, null, null],
    [0xc000092000000010n, null, "0x10"],
  ])("of 0x%s are %s, %s", (value, operand, detailText) => {
    expect(statusFacts(value)).toMatchObject({ operand, detailText });
  });
});

describe("codes that no module makes", () => {
  it.each([
    [0x8000ff00ffff0000n, "TDX_SEAMCALL_VMFAILINVALID"],
    [0x8000ff000000000dn, "TDX_SEAMCALL_GP"],
    [0x8000ff0000000006n, "TDX_SEAMCALL_UD"],
    [0x8000ff0000000000n, "TDX_SW_ERROR"],
  ])("are Linux's: 0x%s is %s", (value, name) => {
    expect(statusFacts(value)).toMatchObject({ name, origin: "linux", operand: null });
    expect(statusValueByName(name)).toBe(value);
  });

  it("are Linux's as well where only their class is", () => {
    expect(statusFacts(0x8000ff0000000011n)).toMatchObject({ name: null, origin: "linux", outcome: "not-recoverable" });
  });

  it("are error numbers at the end of the range", () => {
    expect(statusFacts(0xfffffffffffffffbn)).toMatchObject({
      name: "-EIO",
      origin: "errno",
      outcome: "not-recoverable",
    });
    expect(statusFacts(0xfffffffffffff001n)).toMatchObject({ name: null, origin: "errno" });
    expect(statusFacts(0xfffffffffffff000n).origin).not.toBe("errno");
  });

  it("speak by their bits and class where nobody knows them", () => {
    expect(statusFacts(0xe00006770000000an)).toMatchObject({
      name: null,
      origin: "unknown",
      outcome: "not-recoverable",
      bits: { error: true, nonRecoverable: true, fatal: true, hostRecoverability: false },
      className: "the TD",
      numberInClass: 0x77,
      detail: 10,
    });
    expect(statusFacts(0x900002ee00000000n)).toMatchObject({
      outcome: "recoverable",
      bits: { hostRecoverability: true },
    });
    expect(statusFacts(0x0000770000000000n)).toMatchObject({ outcome: "success", className: "unknown" });
  });

  it("have 64 bits", () => {
    expect(() => statusFacts(-1n)).toThrow(RangeError);
    expect(() => statusFacts(1n << 64n)).toThrow(RangeError);
  });
});

describe("leaves", () => {
  it("are found by number, and by every form of their names", () => {
    const numbers = Array.from({ length: 256 }, (_, leaf) => leaf).filter((leaf) => publicLeafName(leaf) !== undefined);
    expect(numbers.length).toBe(104);
    for (const leaf of numbers) {
      const name = publicLeafName(leaf) ?? "";
      expect(name).toMatch(/^TDH(?:\.[A-Z]+){2,4}$/);
      for (const form of [name, name.replaceAll(".", "_"), name.replaceAll(".", "_").toLowerCase(), name.slice(4)]) {
        expect(publicLeafByName(form)).toBe(leaf);
      }
    }
    expect(publicLeafByName("PAMT.REMOVE")).toBe(59);
    // Two leaves end so, or one is part of a word.
    expect(publicLeafByName("PAGE.ADD")).toBe(2);
    expect(publicLeafByName("STATE.TD")).toBeUndefined();
    expect(publicLeafByName("ADD")).toBeUndefined();
    expect(publicLeafByName("TDH.NO.SUCH")).toBeUndefined();
  });

  it("give operands their meaning, and BUSY its lock", () => {
    expect(operandMeaning("TDH.PHYMEM.PAMT.ADD", "R8")).toBe("the second page of the pair");
    expect(operandMeaning(null, "R8")).toBeNull();
    expect(operandMeaning(null, "SEPT_TREE")).toContain("Secure EPT");
    expect(lockMeant("TDH.PHYMEM.PAMT.REMOVE", "RCX")).toContain("2M PAMT entry");
    expect(lockMeant("TDH.MNG.CREATE", "KOT")).toBe("the lock of KOT");
    expect(lockMeant("TDH.MNG.CREATE", "RDX")).toBeNull();
  });
});

describe("what is lost, and what to do", () => {
  const of = (leaf: string | null, value: bigint) => consequencesOf(leaf, statusFacts(value));
  const busy = encodeStatus(TDX_OPERAND_BUSY | Operand.Rcx);

  it("depends on the leaf", () => {
    expect(of("TDH.PHYMEM.PAMT.REMOVE", busy).lost).toMatch(/^2 pages/);
    expect(of("TDH.PHYMEM.PAMT.ADD", busy).lost).toMatch(/^nothing/);
    expect(of("TDH.MEM.PAGE.REMOVE", busy).lost).toMatch(/^the TD/);
    expect(of("TDH.MEM.PAGE.AUG", busy).lost).toMatch(/^nothing/);
    expect(of("TDH.MEM.PAGE.AUG", 0xc000030000000008n).lost).toMatch(/^the TD/);
    expect(of("TDH.MNG.KEY.FREEID", busy).lost).toMatch(/^the key ID/);
    expect(of(null, busy).lost).toContain("depends on the leaf");
  });

  it("depends on the code where that decides alone", () => {
    expect(of("TDH.MEM.PAGE.AUG", 0xc000050600000000n).lost).toContain("every TD");
    expect(of("TDH.VP.ENTER", 0xe000060400000000n).lost).toBe("the TD");
    expect(of("TDH.PHYMEM.PAMT.REMOVE", 0n)).toEqual({ lost: "nothing", todo: "nothing: the call succeeded" });
  });

  it("is said for every public code", () => {
    for (const { upper } of all) {
      const { lost, todo } = of(null, codeValue(upper));
      expect([lost, todo].every((text) => text.length > 5)).toBe(true);
    }
  });
});
