/** Status codes: the table, both encodings, and the text. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  classOf,
  codeOf,
  decodeStatus,
  detailOf,
  encodeStatus,
  FATAL,
  formatStatus,
  formatStatusHex,
  isError,
  isFatal,
  isRecoverable,
  numberInClass,
  Operand,
  operandName,
  statusByName,
  statusTable,
  UNKNOWN_STATUS,
} from "../../src/abi/index.js";
import * as codes from "../../src/abi/status-codes.js";

const code = fc.integer({ min: 0, max: statusTable.length - 1 });
const detail = fc.integer({ min: 0, max: 0xffffff });

describe("status codes", () => {
  it("have a constant for each row of the table, in its place", () => {
    const constants = new Map(Object.entries(codes).filter(([name]) => name.startsWith("TDX_")));
    expect(constants.size).toBe(statusTable.length);
    for (const [index, row] of statusTable.entries()) {
      expect(constants.get(`TDX_${row.name}`), row.name).toBe(index << 24);
      expect(statusByName(row.name)).toBe(index << 24);
      expect(statusByName(`TDX_${row.name}`)).toBe(index << 24);
    }
    expect(new Set(statusTable.map(({ upper }) => upper)).size).toBe(statusTable.length);
    expect(statusByName("TDX_NO_SUCH_CODE")).toBeUndefined();
  });

  it("fit a signed 32-bit integer and are not negative", () => {
    fc.assert(
      fc.property(code, detail, (index, low) => {
        const status = (index << 24) | low;
        expect(status | 0).toBe(status);
        expect(status).toBeGreaterThanOrEqual(0);
      }),
    );
    expect(FATAL | 0).toBe(FATAL);
  });

  it("survive the way to 64 bits and back", () => {
    fc.assert(
      fc.property(code, detail, (index, low) => {
        const status = (index << 24) | low;
        const wire = encodeStatus(status);
        expect(decodeStatus(wire)).toBe(status);
        expect(wire & 0xffffffffn).toBe(BigInt(low));
        expect(formatStatusHex(status)).toBe(`0x${wire.toString(16)}`);
      }),
    );
  });

  it("say so when a 64-bit value is in no table", () => {
    const known = new Set(statusTable.map(({ upper }) => upper));
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }), (wire) => {
        const status = decodeStatus(wire);
        if (known.has(Number(wire >> 32n)) && (wire & 0xffffffffn) <= 0xffffffn)
          expect(encodeStatus(status)).toBe(wire);
        else expect(status).toBe(UNKNOWN_STATUS);
      }),
    );
    expect(formatStatus(UNKNOWN_STATUS)).toBe("unknown status");
    expect(formatStatusHex(UNKNOWN_STATUS)).toBe("none");
    expect(decodeStatus(0xffffffff_00000000n)).toBe(UNKNOWN_STATUS);
    expect(decodeStatus(-1n)).toBe(UNKNOWN_STATUS);
    expect(decodeStatus(1n << 64n)).toBe(UNKNOWN_STATUS);
    expect(() => encodeStatus(UNKNOWN_STATUS)).toThrow(RangeError);
    expect(() => encodeStatus(FATAL)).toThrow(RangeError);
  });

  it.each([
    [0x8000020000000001n, "TDX_OPERAND_BUSY | RCX"],
    [0xc000010100000008n, "TDX_OPERAND_ADDR_RANGE_ERROR | R8"],
    [0xc000030400000001n, "TDX_HPA_RANGE_NOT_FREE | RCX"],
    [0x80000200000000ban, "TDX_OPERAND_BUSY | KOT"],
    // The detail of these is no operand: which page of the pair, which state.
    [0xc000030600000001n, "TDX_PAMT_PAGE_NOT_EMPTY | 1"],
    [0xc000060800000000n, "TDX_OP_STATE_INCORRECT | 0"],
    [0xc000060700000000n, "TDX_LIFECYCLE_STATE_INCORRECT"],
    [0n, "TDX_SUCCESS"],
  ])("print %s as %s", (wire, text) => {
    expect(formatStatus(decodeStatus(wire))).toBe(text);
  });

  it("know their parts", () => {
    const busy = decodeStatus(0x8000020000000001n);
    expect([codeOf(busy), detailOf(busy)]).toEqual([codes.TDX_OPERAND_BUSY, Operand.Rcx]);
    expect([classOf(busy), numberInClass(busy)]).toEqual([2, 0]);
    expect([isError(busy), isRecoverable(busy), isFatal(busy)]).toEqual([true, true, false]);
    const notFree = codes.TDX_HPA_RANGE_NOT_FREE;
    expect([isError(notFree), isRecoverable(notFree)]).toEqual([true, false]);
    expect([isRecoverable(codes.TDX_MISSING_PAMT_PAGE_PAIR), isFatal(codes.TDX_TD_FATAL)]).toEqual([true, true]);
    expect([isError(0), isError(codes.TDX_TDMR_ALREADY_INITIALIZED), isFatal(FATAL)]).toEqual([false, false, true]);
  });
});

describe("operand ids", () => {
  it("have names", () => {
    const ids = Object.values(Operand).filter((id) => typeof id === "number");
    for (const id of ids) expect(operandName(id)).toBeDefined();
    expect(operandName(1000)).toBeUndefined();
  });
});
