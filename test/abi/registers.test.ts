/** The register file: names, array, halves, page list and copies are views of the same bits. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  PAGE_ARRAY_LENGTH,
  REGISTER_COUNT,
  Register,
  type RegisterName,
  RegisterRangeError,
  Registers,
  registerByName,
  registerNames,
} from "../../src/abi/index.js";
import { call } from "../../src/machine/index.js";

const index = fc.integer({ min: 0, max: REGISTER_COUNT - 1 });
const wide = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });

describe("register file", () => {
  it("reads back what was written, through every view", () => {
    fc.assert(
      fc.property(index, wide, (register, value) => {
        const registers = new Registers();
        registers.put(register, value);
        const name = registerNames[register] as RegisterName;
        expect(registers.get(register)).toBe(value);
        expect(registers[name]).toBe(value);
        expect((BigInt(registers.high(register)) << 32n) | BigInt(registers.low(register))).toBe(value);
        registers[name] = ~value & (2n ** 64n - 1n);
        expect(registers.get(register)).toBe(~value & (2n ** 64n - 1n));
        for (let other = 0; other < REGISTER_COUNT; other++) {
          if (other !== register) expect(registers.get(other)).toBe(0n);
        }
      }),
    );
  });

  it("holds integers below 2^53 exactly", () => {
    fc.assert(
      fc.property(index, fc.maxSafeNat(), (register, value) => {
        const registers = new Registers();
        registers.set(register, value);
        expect(registers.number(register)).toBe(value);
        expect(registers.get(register)).toBe(BigInt(value));
        registers.setHalves(register, registers.high(register), registers.low(register));
        expect(registers.number(register)).toBe(value);
      }),
    );
  });

  it("is a list of pages from RDX on", () => {
    const registers = new Registers();
    for (let i = 0; i < PAGE_ARRAY_LENGTH; i++) registers.setPage(i, 0x100000000 + i * 4096);
    expect(registers.rdx).toBe(0x100000000n);
    expect(registers.r8).toBe(0x100001000n);
    expect(registers.r9).toBe(0x100002000n);
    expect(registers.page(PAGE_ARRAY_LENGTH - 1)).toBe(0x100000000 + (PAGE_ARRAY_LENGTH - 1) * 4096);
    expect([registers.rcx, registers.rax]).toEqual([0n, 0n]);
  });

  it("refuses what is outside with a typed error", () => {
    const registers = new Registers();
    const outside = fc.oneof(fc.integer({ max: -1 }), fc.integer({ min: REGISTER_COUNT }));
    fc.assert(
      fc.property(outside, (register) => {
        const attempts = [
          () => registers.get(register),
          () => registers.put(register, 1n),
          () => registers.low(register),
          () => registers.high(register),
          () => registers.number(register),
          () => registers.set(register, 1),
          () => registers.setHalves(register, 1, 1),
          () => registers.page(register),
          () => registers.setPage(register, 1),
        ];
        for (const attempt of attempts) expect(attempt).toThrow(RegisterRangeError);
      }),
    );
    expect(() => registers.setPage(PAGE_ARRAY_LENGTH, 0)).toThrow(RegisterRangeError);
    try {
      registers.page(PAGE_ARRAY_LENGTH);
    } catch (error) {
      expect((error as RegisterRangeError).code).toBe("REGISTER_RANGE");
    }
    expect(registers.key()).toBe(new Registers().key());
  });

  it("copies, loads and compares as a call record", () => {
    fc.assert(
      fc.property(
        fc.array(wide, { minLength: REGISTER_COUNT, maxLength: REGISTER_COUNT }),
        index,
        (values, changed) => {
          const registers = new Registers();
          for (const [i, value] of values.entries()) registers.put(i, value);
          const copy = registers.copy();
          expect(copy.key()).toBe(registers.key());
          copy.put(changed, copy.get(changed) ^ 1n);
          expect(copy.key()).not.toBe(registers.key());
          copy.load(registers);
          expect(copy.key()).toBe(registers.key());
          copy.clear();
          expect(copy.key()).toBe(new Registers().key());
        },
      ),
    );
    // The machine takes it as a record.
    expect(call("seamcall", () => call as never, new Registers()).record).toBeInstanceOf(Registers);
    expect(() => new Registers().load({ copy: () => 0 })).toThrow(TypeError);
  });

  it("finds registers by name", () => {
    for (const [i, name] of registerNames.entries()) expect(registerByName(name)).toBe(i);
    expect(registerByName("rbp")).toBeUndefined();
    expect(Register.Rax).toBe(REGISTER_COUNT - 1);
  });
});
