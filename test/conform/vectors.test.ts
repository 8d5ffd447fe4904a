/** Every recorded vector, and that a model that differs is found out. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { Leaf, leafName, Register } from "../../src/abi/index.js";
import { registersOf } from "../../src/conform/conform.js";
import { buildHost, type ConformResult, conform, parseVector, vectorLines } from "../../src/conform/index.js";
import { run } from "../../src/machine/index.js";

const folder = fileURLToPath(new URL("../fixtures/vectors/", import.meta.url));
const files = {
  "directed.jsonl": 62,
  "random-lock.jsonl": 70,
  "random-pamt.jsonl": 120,
  "random-static.jsonl": 30,
  "random-td.jsonl": 91,
};
const text = (file: string): string => readFileSync(`${folder}${file}`, "utf8");

const results = new Map<string, ConformResult>();
function resultOf(file: string): ConformResult {
  const result = results.get(file) ?? conform(text(file), { file });
  results.set(file, result);
  return result;
}

describe("recorded vectors", () => {
  it.each(Object.entries(files))("%s", (file, count) => {
    const result = resultOf(file);
    expect(result.failures).toEqual([]);
    expect([result.passed, result.failed, result.skipped]).toEqual([count, 0, 0]);
  });

  it("reach every leaf of the model but those that cannot be recorded", () => {
    const reached = new Set<string>();
    for (const file of Object.keys(files)) {
      for (const leaf of Object.keys(resultOf(file).coverage)) reached.add(leaf);
    }
    const missing = Object.values(Leaf)
      .map((leaf) => leafName(leaf) as string)
      .filter((name) => !reached.has(name));
    expect(missing.sort()).toEqual(["TDH.MEM.SEPT.RD", "TDH.MR.EXTEND", "TDH.VP.ENTER"]);
  });

  it("count what each leaf returned", () => {
    const { coverage } = resultOf("directed.jsonl");
    expect(coverage["TDH.PHYMEM.PAMT.REMOVE"]?.["TDX_PAMT_PAGE_NOT_EMPTY | 1"]).toBeGreaterThan(0);
    expect(coverage["TDH.PHYMEM.PAMT.REMOVE"]?.["module shutdown (the call never returned)"]).toBe(1);
  });

  it("are left at the first leaf that was not asked for", () => {
    const leaves = new Set(["TDH.PHYMEM.PAMT.ADD"]);
    const result = conform(text("random-pamt.jsonl"), { file: "random-pamt.jsonl", leaves });
    expect([result.passed, result.failed, result.skipped]).toEqual([120, 0, 120]);
    expect(Object.keys(result.coverage)).toEqual(["TDH.PHYMEM.PAMT.ADD"]);
  });

  it("get the same statuses from a model that clears what it frees", () => {
    for (const file of Object.keys(files)) {
      for (const { line, text: source } of vectorLines(text(file))) {
        const vector = parseVector(source, file, line);
        const kept = buildHost(vector.config, vector.boot);
        const cleared = buildHost(vector.config, vector.boot, { keepLeftovers: false });
        for (const step of vector.ops) {
          if (step.kind === "mem") {
            for (const host of [kept, cleared]) {
              for (const [offset, value] of Object.entries(step.op.qwords)) {
                host.module.memory.write(BigInt(step.op.mem) + BigInt(offset), value);
              }
            }
          }
          if (step.kind !== "call") continue;
          const one = registersOf(step.op);
          const other = one.copy();
          const statuses = [
            run(kept.words, kept.module.seamcall(one)),
            run(cleared.words, cleared.module.seamcall(other)),
          ];
          if (statuses[0] !== statuses[1]) expect(statuses[1], `${vector.id}: ${step.op.call}`).toBe(statuses[0]);
          // RDMD shows stale bits of a free entry in RDX, as does its BEPOCH field.
          if (step.op.leaf !== Leaf.PhymemPageRdmd) expect(other.key()).toBe(one.key());
        }
      }
    }
  });
});

/** A vector of three calls that passes. */
const sample = vectorLines(text("random-pamt.jsonl"))[0]?.text ?? "";

function altered(change: (ops: { out: Record<string, string>; delta?: Record<string, unknown> }[]) => void): string {
  const vector = JSON.parse(sample);
  change(vector.ops);
  return JSON.stringify(vector);
}

describe("a difference", () => {
  const first = (source: string) => conform(source, { file: "x.jsonl" }).failures[0];

  it("in the status is reported with both values", () => {
    const failure = first(altered((ops) => Object.assign(ops[0]?.out ?? {}, { rax: "0x0" })));
    expect(failure).toEqual({
      vector: "random/pamt/1000",
      line: 1,
      op: 0,
      operation: "TDH.PHYMEM.PAGE.RECLAIM",
      item: "rax",
      expected: "0x0 (TDX_SUCCESS)",
      got: "0xc000030000000001 (TDX_PAGE_METADATA_INCORRECT | RCX)",
    });
  });

  it("in a register is reported, listed or not", () => {
    expect(first(altered((ops) => Object.assign(ops[0]?.out ?? {}, { rcx: "0x7" })))).toMatchObject({
      op: 0,
      item: "rcx",
      expected: "0x7",
      got: "0x0",
    });
    expect(first(altered((ops) => delete ops[2]?.out.r8))).toMatchObject({
      op: 2,
      item: "r8",
      expected: "0x0",
      got: "0x1",
    });
  });

  it("in the state is reported, with what was recorded and what is", () => {
    const failure = first(altered((ops) => delete ops[3]?.delta?.["2m:0x100600000"]));
    expect(failure).toMatchObject({ op: 3, item: "2m:0x100600000", expected: "unchanged" });
    expect(failure?.got).toContain("count=0");
    const wrong = first(altered((ops) => Object.assign(ops[3]?.delta ?? {}, { "2m:0x100600000": { pt: 3 } })));
    expect(wrong).toMatchObject({ item: "2m:0x100600000", expected: "pt=3" });
    const extra = first(altered((ops) => Object.assign(ops[0] ?? {}, { delta: { "1g:0x100000000": null } })));
    expect(extra).toMatchObject({ op: 0, item: "1g:0x100000000", expected: "none", got: "unchanged" });
  });

  it("in a lock's answer is reported, and a release of what nobody holds", () => {
    expect(first(altered((ops) => Object.assign(ops[5]?.out ?? {}, { rc: "0x8000020000000000" })))).toMatchObject({
      op: 5,
      operation: "lock",
      item: "rc",
      got: "0x0 (TDX_SUCCESS)",
    });
    expect(first(altered((ops) => ops.splice(5, 1)))).toMatchObject({ operation: "unlock", expected: "possible" });
  });
});

describe("a leaf that the model lacks", () => {
  const READ = { call: "TDH.MNG.RD", leaf: 11, in: { rcx: "0x100000000" }, out: { rax: "0xc000030000000001" } };
  const counted = (source: string) => {
    const { passed, failed, notJudged, missing, otherVersions } = conform(source, { file: "x.jsonl" });
    return { passed, failed, notJudged, missing: [...missing], otherVersions: [...otherVersions] };
  };
  const withOps = (ops: readonly object[], module = "1.5.25") =>
    JSON.stringify({ ...JSON.parse(sample), id: "x", module, ops });

  it("leaves the vector not judged, neither passed nor failed", () => {
    expect(counted(`${sample}\n${withOps([READ])}\n${withOps([READ])}\n`)).toEqual({
      passed: 1,
      failed: 0,
      notJudged: 2,
      missing: [["TDH.MNG.RD", 2]],
      otherVersions: [],
    });
  });

  it("hides no difference before its call, and judges a number that is of no leaf", () => {
    const wrong = altered((ops) => {
      Object.assign(ops[0]?.out ?? {}, { rax: "0x0" });
      ops.push(JSON.parse(JSON.stringify(READ)));
    });
    expect(counted(wrong)).toMatchObject({ passed: 0, failed: 1, notJudged: 0, missing: [] });
    const noLeaf = { ...READ, call: "leaf", leaf: 16777274 };
    expect(counted(withOps([noLeaf]))).toMatchObject({ failed: 1, notJudged: 0 });
    // With --leaves the vector is left there, as at any other leaf.
    const leaves = new Set(["TDH.PHYMEM.PAMT.ADD"]);
    expect(conform(withOps([READ]), { file: "x.jsonl", leaves })).toMatchObject({
      passed: 1,
      skipped: 1,
      notJudged: 0,
    });
  });

  it("is told apart from another version of the module, whose vectors are judged and counted", () => {
    const { ops } = JSON.parse(sample);
    expect(counted([sample, withOps(ops, "2.0.14"), withOps(ops, "__proto__")].join("\n"))).toEqual({
      passed: 3,
      failed: 0,
      notJudged: 0,
      missing: [],
      otherVersions: [
        ["2.0.14", 1],
        ["__proto__", 1],
      ],
    });
  });
});

describe("registers of a call", () => {
  it("carry leaf, version and inputs, and 0 in all others", () => {
    const { ops } = parseVector(sample, "x", 1);
    const step = ops[3];
    if (step?.kind !== "call") throw new Error("the sample has changed");
    const registers = registersOf(step.op);
    expect(registers.number(Register.Rax)).toBe(58);
    expect(registers.rdx).toBe(0x200204000n);
    expect(registers.r9).toBe(0n);
  });
});
