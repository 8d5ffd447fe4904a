/** TDH.SYS.RD: which field an id names, what it holds, which one comes next. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatStatus, Leaf, Register, Registers } from "../../src/abi/index.js";
import { run } from "../../src/machine/index.js";
import { TestHost } from "./support/host.js";

const ALL_ONES = 2n ** 64n - 1n;
const FIRST = 0x200000000n;

interface Answer {
  readonly status: string;
  readonly next: bigint;
  readonly value: bigint;
}

function readWith(host: TestHost, id: bigint): Answer {
  const registers = new Registers();
  registers.set(Register.Rax, Leaf.SysRd);
  registers.put(Register.Rdx, id);
  registers.put(Register.R8, 0xabcn);
  const status = formatStatus(run(host.words, host.module.seamcall(registers)));
  return { status, next: registers.get(Register.Rdx), value: registers.get(Register.R8) };
}

const host = new TestHost();
const ask = (id: bigint): Answer => readWith(host, id);
const valueAt = (id: bigint): bigint => {
  const { status, value } = ask(id);
  expect(status, id.toString(16)).toBe("TDX_SUCCESS");
  return value;
};

/** What a kernel asks for at boot, with the sizes that its reader gives in the ids. */
const asked: readonly (readonly [id: bigint, value: bigint])[] = [
  [0x0800000100000003n, 5n],
  [0x0800000100000004n, 1n],
  [0x0800000100000005n, 25n],
  [0x0a00000300000008n, 0xd1326f3f0ebfn],
  [0x9100000100000008n, 64n],
  [0x9100000100000009n, 16n],
  [0x9100000100000010n, 16n],
  [0x9100000100000011n, 16n],
  [0x9100000100000012n, 16n],
  [0x9100000100000013n, 1n],
  [0x9800000100000000n, 4096n],
  [0x9800000100000100n, 24576n],
  [0x9800000100000200n, 24576n],
  [0x1900000300000001n, 0n],
  [0x1900000300000003n, 3n],
  [0x9000000100000000n, 32n],
  [0x9000000300000080n, 0n],
  [0x9000000300000100n, 2n ** 34n],
  [0x9000000300000101n, 0n],
];

describe("a field", () => {
  it.each(asked)("0x%x that Linux asks for is there", (id, value) => {
    expect(valueAt(id)).toBe(value);
  });

  it("is told by class code and field code alone", () => {
    const ignored = [0n, 1n, 2n, 3n].flatMap((size) => [0n, 1n].map((inc) => (size << 32n) | (inc << 50n)));
    for (const bits of ignored) {
      for (const context of [0n, 1n << 52n, 7n << 52n, 1n << 51n, 1n << 63n]) {
        expect(valueAt(0x1100000000000013n | bits | context)).toBe(1n);
      }
    }
  });

  it.each([24n, 31n, 34n, 37n, 38n, 46n, 47n, 49n, 55n, 62n])("with bit %i set is none", (bit) => {
    expect(ask(0x9100000100000010n | (1n << bit))).toEqual({
      status: "TDX_METADATA_FIELD_ID_INCORRECT",
      next: ALL_ONES,
      value: 0n,
    });
  });

  it("that is not there leaves all ones and 0", () => {
    for (const id of [0x9100000100000007n, 0x9100000100000015n, 0x3f00000100000000n, 0x9900000300000540n]) {
      expect(ask(id)).toEqual({ status: "TDX_METADATA_FIELD_ID_INCORRECT", next: ALL_ONES, value: 0n });
    }
  });

  it("that is none asks for the first, whatever its context", () => {
    const first = { status: "TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT", next: FIRST, value: 0n };
    expect(ask(ALL_ONES)).toEqual(first);
    expect(ask(ALL_ONES & ~(5n << 52n))).toEqual(first);
    expect(ask(ALL_ONES & ~1n).status).toBe("TDX_METADATA_FIELD_ID_INCORRECT");
  });
});

describe("the CPUID configuration", () => {
  it("has as many leaves as it says, and two words of values for each", () => {
    const count = valueAt(0x9900000100000004n);
    expect(count).toBeGreaterThan(0n);
    expect(count).toBeLessThanOrEqual(32n);
    for (let at = 0n; at < count; at++) {
      expect(valueAt(0x9900000300000400n + at)).not.toBe(ALL_ONES);
      const [low, high] = [0n, 1n].map((element) => valueAt(0x9900000300000500n + at * 2n + element));
      expect((low as bigint) | (high as bigint)).not.toBe(0n);
    }
    expect(valueAt(0x9900000300000400n + count)).toBe(ALL_ONES);
    expect(valueAt(0x9900000300000500n + count * 2n)).toBe(0n);
  });
});

describe("reading on from the first field", () => {
  it("comes by every field once, in order of class and field, and ends", () => {
    const seen: bigint[] = [];
    for (let id = ask(ALL_ONES).next; ask(id).status === "TDX_SUCCESS"; id = ask(id).next) {
      seen.push(id);
      expect(seen.length).toBeLessThan(1000);
    }
    const keys = seen.map((id) => ((id >> 56n) & 0x3fn) * 2n ** 24n + (id & 0xffffffn));
    expect(keys).toEqual([...new Set(keys)].sort((a, b) => (a < b ? -1 : 1)));
    for (const [id] of asked) expect(keys).toContain(((id >> 56n) & 0x3fn) * 2n ** 24n + (id & 0xffffffn));
  });

  it("goes on from the id as it was given, but for its context", () => {
    expect(ask(0x9000000000000080n | (7n << 52n)).next).toBe(0x9000000000000081n);
    expect(ask(0x900000000000009fn).next).toBe(0x9000000300000100n);
  });
});

describe("a module without Dynamic PAMT", () => {
  it("has bit 36 of TDX_FEATURES0 clear and all else as it was", () => {
    const without = new TestHost({ hasDynamicPamt: false });
    expect(readWith(without, 0x0a00000300000008n).value).toBe(0xd1326f3f0ebfn & ~(1n << 36n));
    for (const [id, value] of asked) {
      if (id !== 0x0a00000300000008n) expect(readWith(without, id).value).toBe(value);
    }
  });
});

describe("any id", () => {
  it("gets a field or is refused, and never leaves R8 as it was", () => {
    fc.assert(
      fc.property(fc.bigInt({ min: 0n, max: ALL_ONES }), (id) => {
        const { status, next, value } = ask(id);
        if (status === "TDX_SUCCESS") return value !== 0xabcn && next !== id;
        return value === 0n && (next === ALL_ONES || status === "TDX_METADATA_FIRST_FIELD_ID_IN_CONTEXT");
      }),
    );
  });
});
