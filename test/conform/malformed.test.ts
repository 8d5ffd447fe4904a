/** Lines that are no vectors: each gets one error that names file, line, fault and remedy. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { conform, VectorError } from "../../src/conform/index.js";

const folder = fileURLToPath(new URL("../fixtures/vectors/", import.meta.url));
const lines = readFileSync(`${folder}random-lock.jsonl`, "utf8").trim().split("\n");
const good = lines[0] as string;

function errorOf(text: string): VectorError {
  try {
    conform(text, { file: "some.jsonl" });
  } catch (error) {
    if (error instanceof VectorError) return error;
    throw error;
  }
  throw new Error("no error");
}

// biome-ignore lint/suspicious/noExplicitAny: the tests break the shape on purpose
function broken(change: (vector: any) => void): string {
  const vector = JSON.parse(good);
  change(vector);
  return JSON.stringify(vector);
}

const cases: readonly (readonly [string, string, RegExp])[] = [
  ["a line cut in half", good.slice(0, good.length / 2), /not JSON, perhaps cut off/],
  ["no object", "[1, 2]", /the vector is wrong/],
  ["a missing key", broken((v) => delete v.watch), /"watch" is wrong/],
  ["an unknown key", broken((v) => Object.assign(v, { extra: 1 })), /unknown "extra"/],
  ["a wrong type", broken((v) => Object.assign(v, { boot: "yes" })), /"boot" is wrong/],
  ["a number that is none", broken((v) => Object.assign(v.config, { max_pa: null })), /"config.max_pa" is wrong/],
  [
    "no operation",
    broken((v) => Object.assign(v.ops, [{ jump: 1 }])),
    /operation 0 is of no known kind \(it has: jump\)/,
  ],
  [
    "an empty operation",
    broken((v) => Object.assign(v.ops, [{}])),
    /operation 0 is of no known kind \(it has: nothing\)/,
  ],
  [
    "an unknown register",
    broken((v) => Object.assign(v.ops, [{ call: "x", leaf: 24, in: { rbp: "0x0" }, out: { rax: "0x0" } }])),
    /operation 0 \(call\) .*"rbp"/,
  ],
  [
    "a register that is no hexadecimal number",
    broken((v) => Object.assign(v.ops, [{ call: "x", leaf: 24, in: { rcx: "12" }, out: { rax: "0x0" } }])),
    /"in.rcx" is not a hexadecimal number/,
  ],
  [
    "a register that is too long",
    broken((v) =>
      Object.assign(v.ops, [{ call: "x", leaf: 24, in: { rcx: "0x10000000000000000" }, out: { rax: "0x0" } }]),
    ),
    /"in.rcx" is not a hexadecimal number/,
  ],
  [
    "a call without status",
    broken((v) => Object.assign(v.ops, [{ call: "x", leaf: 24, in: {}, out: { rcx: "0x0" } }])),
    /"out" has no rax/,
  ],
  [
    "an unknown lock",
    broken((v) => Object.assign(v.ops, [{ lock: "8k", mode: "sh", addr: "0x0", out: { rc: "0x0" } }])),
    /operation 0 \(lock\) "lock" is wrong/,
  ],
  [
    "an unknown mode",
    broken((v) => Object.assign(v.ops, [{ unlock: "2m", mode: "up", addr: "0x0", out: { rc: "0x0" } }])),
    /operation 0 \(unlock\) "mode" is wrong/,
  ],
  ["an address above 2^52", broken((v) => Object.assign(v, { watch: ["0x10000000000000"] })), /below 2\^52/],
  ["a delta of something unknown", broken((v) => Object.assign(v.ops[0], { delta: { "8k:0x0": null } })), /delta/],
];

describe("a malformed vector", () => {
  it.each(cases)("%s", (_name, line, what) => {
    const error = errorOf(`${good}\n\n${line}\n`);
    expect([error.code, error.file, error.line]).toEqual(["VECTOR_FORMAT", "some.jsonl", 3]);
    expect(error.message).toMatch(/^some\.jsonl:3: /);
    expect(error.message).toMatch(what);
    expect(error.advice).toMatch(/README/);
    expect(error.message.split("\n")).toHaveLength(1);
  });

  it("is told from a good one wherever it is cut", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...lines.slice(0, 5)),
        fc.double({ min: 0.0001, max: 0.9999, noNaN: true }),
        (line, part) => {
          const cut = line.slice(0, Math.max(1, Math.floor(line.length * part)));
          expect(errorOf(cut).code).toBe("VECTOR_FORMAT");
        },
      ),
    );
  });

  it("is no empty file", () => {
    expect(conform("\n\n", { file: "empty" })).toMatchObject({ passed: 0, failed: 0, failures: [] });
  });
});
