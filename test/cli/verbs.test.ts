/** The verbs as a user types them: exit codes, what they print, and that bad input gets one clear line. */
import { spawn } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jsonSchemaOf, outputSchemas } from "../../src/cli/schemas.js";
import { designs } from "../../src/helpers/index.js";
import { dpamt, expectRefusal, MAIN } from "./support/dpamt.js";

const VECTORS = "test/fixtures/vectors";
const SMALL = ["--cpus", "2", "--rounds", "1", "--regions", "1"];

const folder = mkdtempSync(join(tmpdir(), "dpamt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("check", () => {
  it("holds for the merged design, warns of R11 and R14 and exercises all but R10, as no access of it is plain", () => {
    const { status, stdout, stderr } = dpamt("check", "--cpus", "2", "--rounds", "1", "--json");
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const result = outputSchemas.check.parse(JSON.parse(stdout));
    expect(result.verdict).toBe("holds");
    expect(result.counterexample).toBeNull();
    for (const { id, verdict, checked } of result.requirements) {
      const expected = { R10: "not-exercised", R11: "warning", R14: "warning" }[id] ?? "held";
      expect([id, verdict]).toEqual([id, expected]);
      expect(checked > 0).toBe(expected !== "not-exercised");
    }
    expect(result.witnesses.every(({ times }) => times > 0)).toBe(true);
  });

  it("explains a failure in columns and saves it for replay", () => {
    const file = join(folder, "early-drop.json");
    const { status, stdout } = dpamt("check", "--design", "early-drop", ...SMALL, "--save", file);
    expect(status).toBe(1);
    expect(stdout).toMatch(/CPU0 +CPU1/);
    expect(stdout).toContain("TDX_NO_PAMT_PAGE_PAIR | RCX");
    const saved = outputSchemas.check.parse(JSON.parse(readFileSync(file, "utf8")));
    const schedule = saved.counterexample?.schedule ?? "";
    expect(stdout).toContain(schedule);

    for (const failure of [file, schedule]) {
      const again = dpamt("replay", failure, "--json");
      expect(again.status).toBe(1);
      const replayed = outputSchemas.replay.parse(JSON.parse(again.stdout));
      expect(replayed.counterexample?.requirement).toBe("R1");
      expect(replayed.counterexample?.steps.filter(({ visible }) => visible)).toEqual(
        saved.counterexample?.steps.filter(({ visible }) => visible),
      );
    }
  });

  it("saves a failure of each requirement that broke, and walks the one that is asked for", () => {
    const file = join(folder, "early-drop-two.json");
    const { stdout } = dpamt("check", "--design", "early-drop", ...SMALL, "--save", file);
    const { counterexample, counterexamples = [] } = outputSchemas.check.parse(JSON.parse(readFileSync(file, "utf8")));
    expect(counterexamples.map(({ requirement }) => requirement)).toEqual(["R1", "R13"]);
    expect(counterexamples[0]).toEqual(counterexample);
    for (const { schedule } of counterexamples) expect(stdout).toContain(schedule);

    const first = dpamt("replay", file);
    expect(first.stdout).toContain("R1 broken");
    expect(first.stderr).toContain("this is the failure of R1; give --requirement for that of R13");
    const other = dpamt("replay", file, "--requirement", "R13");
    expect([other.status, other.stderr]).toEqual([1, ""]);
    expect(other.stdout).toContain("R13 broken");
    const none = dpamt("replay", file, "--requirement", "R9");
    expect([none.status, none.stderr]).toEqual([
      2,
      `dpamt: --requirement: ${file} holds no failure of R9; it holds those of R1, R13\n`,
    ]);
    expect(dpamt("replay", counterexamples[0]?.schedule ?? "", "--requirement", "R1").status).toBe(2);

    const itf = dpamt("report", file, "--format", "itf", "--requirement", "R13");
    expect(JSON.parse(itf.stdout)["#meta"].requirement).toBe("R13");
    expect(dpamt("report", file, "--requirement", "R9").stderr).toContain("it holds those of R1, R13");
  });

  it("says inconclusive, and which limit was met, when it did not cover everything", () => {
    const limited = dpamt("check", "--max-states", "1000", "--scenario", "main");
    expect(limited.status).toBe(3);
    expect(limited.stdout).toContain("inconclusive");
    expect(limited.stdout).toContain("stopped at the limit of states");
    const sampled = dpamt("check", ...SMALL, "--strategy", "random", "--max-states", "2000", "--json");
    expect(sampled.status).toBe(3);
    const result = outputSchemas.check.parse(JSON.parse(sampled.stdout));
    expect(result.verdict).toBe("inconclusive");
    expect(result.requirements.map(({ verdict }) => verdict)).not.toContain("held");
  });

  it("stops at SIGINT and says what it had covered", async () => {
    const child = spawn(process.execPath, [MAIN, "check", "--scenario", "main", "--json"]);
    let stdout = "";
    child.stdout.on("data", (chunk) => {
      stdout += chunk;
    });
    const exited = new Promise<number | null>((resolve) => child.on("exit", resolve));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    child.kill("SIGINT");
    expect(await exited).toBe(3);
    const result = outputSchemas.check.parse(JSON.parse(stdout));
    expect(result.scenarios[0]?.stopped).toBe("interrupted");
    expect(result.statistics.states).toBeGreaterThan(0);
  });

  it("switches reductions off by name", () => {
    const states = (...flags: string[]): number => {
      const { stdout } = dpamt("check", ...SMALL, "--scenario", "main", "--json", ...flags);
      return outputSchemas.check.parse(JSON.parse(stdout)).statistics.states;
    };
    expect(states("--no-reduce", "cpu-symmetry,protected-steps")).toBeGreaterThan(states());
  });

  it("says under which memory model it went", () => {
    for (const memory of ["sc", "tso"]) {
      const { status, stdout } = dpamt("check", ...SMALL, "--scenario", "main", "--json", "--memory", memory);
      expect([status, outputSchemas.check.parse(JSON.parse(stdout)).bounds.memory]).toEqual([0, memory]);
    }
    expect(dpamt("check", ...SMALL, "--memory", "pso").status).toBe(2);
  });
});

describe("flows", () => {
  it("are explored in one TD and in a TD each, and what breaks can be walked again", () => {
    const { status, stdout } = dpamt("check", "--flows", "zap+zap,zap+split", "--json");
    expect(status).toBe(1);
    const { scenarios, witnesses, counterexample, bounds, reductions } = outputSchemas.check.parse(JSON.parse(stdout));
    expect(bounds).toEqual({ ...bounds, cpus: 2, rounds: 1, use: "none" });
    expect(reductions).not.toContain("cpu-symmetry");
    expect(scenarios.map(({ name, verdict, broken }) => [name, verdict, broken])).toEqual([
      ["zap+zap@one-td", "holds", []],
      ["zap+zap@tds", "holds", []],
      ["zap+split@one-td", "holds", []],
      ["zap+split@tds", "violated", ["R1", "R9"]],
    ]);
    expect(witnesses.find(({ text }) => text === "a 2 MiB page was split")?.times).toBeGreaterThan(0);
    expect(dpamt("replay", counterexample?.schedule ?? "").status).toBe(1);
    expect(dpamt("check", "--flows", "zap+split", "--tds", "one-td").status).toBe(0);
  });

  it("are compared design by design", () => {
    const { status, stdout } = dpamt("compare", "--flows", "zap+zap", "--design", "fast-path,global-lock");
    expect(status).toBe(0);
    expect(stdout).toMatch(
      /\nflows +fast-path +global-lock\nzap\+zap@one-td +holds +holds\nzap\+zap@tds +holds +holds\n/,
    );
  });

  it("that cannot be run are refused", () => {
    expectRefusal(dpamt("check", "--flows", "zap+nosuch"), "nosuch", "teardown");
    expectRefusal(dpamt("check", "--flows", "zap+\u001b[31m\nx"), "no flow");
    expectRefusal(dpamt("check", "--flows", "fault+teardown", "--tds", "one-td"), "cannot run in one TD");
    expectRefusal(dpamt("check", "--flows", "zap", "--scenario", "main"), "exclude each other");
    expectRefusal(dpamt("check", "--tds", "tds"), "--flows");
    expectRefusal(dpamt("check", "--flows", "zap+"), "empty place");
    expectRefusal(dpamt("compare", "--flows", "zap", "--rounds", "2"), "--rounds does not apply");
    expectRefusal(dpamt("replay", ""), "name a file");
    expectRefusal(dpamt("check", "--flows", "zap", "--tds", "three"), "--tds");
  });
});

describe("compare", () => {
  it("judges all designs and prints one table", () => {
    const { status, stdout } = dpamt("compare", ...SMALL, "--json");
    expect(status).toBe(1);
    const { results } = outputSchemas.compare.parse(JSON.parse(stdout));
    expect(results.map(({ subject }) => subject.name)).toEqual(designs.map(({ name }) => name));
    const table = dpamt("compare", "--design", "global-lock,static-pamt", ...SMALL);
    expect(table.status).toBe(0);
    expect(table.stdout).toMatch(/\ndesign +verdict +R1 .*R14 +states +seconds\nglobal-lock +\S holds/);
  });
});

describe("conform", () => {
  const files = readdirSync(VECTORS)
    .filter((name) => name.endsWith(".jsonl"))
    .map((name) => join(VECTORS, name));

  it("passes every recorded vector", () => {
    const { status, stdout } = dpamt("conform", ...files);
    expect(stdout).toMatch(/^373 passed, 0 failed\n$/);
    expect(status).toBe(0);
  });

  it("refuses a file without vectors", () => {
    const file = join(folder, "empty.jsonl");
    writeFileSync(file, "\n");
    expectRefusal(dpamt("conform", file), "no vectors");
  });

  it("restricts itself to leaves", () => {
    const flags = ["--leaves", "PHYMEM.PAMT.ADD,TDH.PHYMEM.PAMT.REMOVE", "--json", "--coverage"];
    const { status, stdout } = dpamt("conform", join(VECTORS, "random-pamt.jsonl"), ...flags);
    expect(status).toBe(0);
    const result = outputSchemas.conform.parse(JSON.parse(stdout));
    expect(result.passed).toBe(120);
    expect(result.leftEarly).toBeGreaterThan(0);
    expect(Object.keys(result.coverage ?? {}).sort()).toEqual(["TDH.PHYMEM.PAMT.ADD", "TDH.PHYMEM.PAMT.REMOVE"]);
    const leaves = result.checks?.leaves.map(({ leaf, reached, total }) => [leaf, reached, total]);
    expect(leaves).toEqual([
      ["SEAMCALL", 0, 6],
      ["TDH.PHYMEM.PAMT.ADD", expect.any(Number), 16],
      ["TDH.PHYMEM.PAMT.REMOVE", expect.any(Number), 9],
    ]);
    expect(result.checks?.unexplained).toEqual([]);
  });

  it("says which checks were reached and which never", () => {
    const { status, stdout } = dpamt("conform", join(VECTORS, "random-static.jsonl"), "--coverage");
    expect(status).toBe(0);
    expect(stdout).toMatch(/\nTDH\.PHYMEM\.PAMT\.ADD: reached 1 of 16 checks\n +360 {2}TDX_OPERAND_INVALID \| RAX\n/);
    expect(stdout).toMatch(/\n {4}never {2}R8 not free \(bitmap\)\n/);
    expect(stdout).toMatch(/\nreached \d+ of 547 checks\n30 passed, 0 failed\n$/);
    expect(stdout).not.toContain("at no check");
  });

  it("names the first difference: operation, register, expected, got", () => {
    const file = join(folder, "wrong.jsonl");
    const [line] = readFileSync(join(VECTORS, "random-pamt.jsonl"), "utf8").split("\n") as [string];
    writeFileSync(file, line.replace('"out":{"rax":"0x0"}', '"out":{"rax":"0x1"}'));
    const { status, stdout } = dpamt("conform", file);
    expect(status).toBe(1);
    expect(stdout).toMatch(/TDH\.\S+\): rax expected \S.*, got \S/);
    expect(stdout).toMatch(/\n0 passed, 1 failed\n$/);
  });

  it("does not judge a leaf that the model lacks: exit code 3, and which leaves and versions", () => {
    const sample = JSON.parse(readFileSync(join(VECTORS, "random-pamt.jsonl"), "utf8").split("\n")[0] ?? "");
    const read = { call: "TDH.MNG.RD", leaf: 11, in: {}, out: { rax: "0x0" } };
    const open = [
      { ...sample, ops: [read] },
      { ...sample, module: "2.0.14", ops: [{ ...read, call: "TDH.SYS.DISABLE", leaf: 69 }] },
      { ...sample, module: "2.0.14\u001b[31m" },
    ];
    const file = join(folder, "open.jsonl");
    writeFileSync(file, open.map((each) => JSON.stringify(each)).join("\n"));
    const { status, stdout } = dpamt("conform", file, join(VECTORS, "random-static.jsonl"));
    expect(status).toBe(3);
    expect(stdout.split("\n").slice(-4)).toEqual([
      "recorded from other versions of the module than 1.5.25, the model's: 1 vector of version 2.0.14, 1 vector of version 2.0.14 [31m",
      "not judged, as the model has no TDH.MNG.RD (1 vector), TDH.SYS.DISABLE (1 vector)",
      "31 passed, 0 failed, 2 not judged",
      "",
    ]);
    const json = outputSchemas.conform.parse(JSON.parse(dpamt("conform", file, "--json").stdout));
    expect(json).toMatchObject({ passed: 1, notJudged: 2, missing: [{ leaf: "TDH.MNG.RD", vectors: 1 }, {}] });
    // A failure outweighs what is not judged.
    writeFileSync(
      file,
      `${JSON.stringify(open[0])}\n${JSON.stringify({ ...sample, ops: [{ ...read, call: "leaf", leaf: 99 }] })}`,
    );
    expect(dpamt("conform", file).status).toBe(1);
  });
});

describe("designs", () => {
  it("lists designs and scenarios", () => {
    const result = outputSchemas.designs.parse(JSON.parse(dpamt("designs", "--json").stdout));
    expect(result.designs.map(({ name }) => name)).toEqual(designs.map(({ name }) => name));
    const { status, stdout } = dpamt("designs");
    expect(status).toBe(0);
    for (const { name } of [...designs, ...result.flows]) expect(stdout).toContain(name);
    expect(stdout).toMatch(/^softirq-put .*\(only with --scenario\)$/m);
    expect(stdout).toMatch(/^init-failure .*\(for C that it fits; else only with --scenario\)$/m);
    expect(stdout).toMatch(/^main .*[^)]$/m);
    expect(result.flows.map(({ name }) => name)).toContain("split-locked");
  });
});

describe("help", () => {
  it.each(["check", "compare", "init", "replay", "report", "conform", "designs"])("%s has examples", (verb) => {
    const { status, stdout } = dpamt(verb, "--help");
    expect(status).toBe(0);
    expect(stdout).toMatch(/Examples:\n {2}dpamt /);
    expect(stdout).toContain("--json");
  });

  it("names every verb", () => {
    const { status, stdout } = dpamt("--help");
    expect(status).toBe(0);
    // A flag of a verb may have a shape of its own.
    for (const shape of Object.keys(outputSchemas)) expect(stdout).toContain(`  ${shape.split("-")[0]} `);
  });
});

describe("schemas", () => {
  it.each(Object.keys(outputSchemas) as (keyof typeof outputSchemas)[])("%s is documented as it is", (verb) => {
    expect(readFileSync(`schemas/${verb}.schema.json`, "utf8")).toBe(jsonSchemaOf(verb));
  });
});

describe("bad input gets one clear line and exit code 2", () => {
  it("flags", () => {
    expectRefusal(dpamt("check", "--design", "nosuch"), '"nosuch"', "global-lock");
    expectRefusal(dpamt("check", "--cpus", "-1"), "--cpus", "whole number from 1 to 8");
    expectRefusal(dpamt("check", "--cpus", "9"), "--cpus");
    expectRefusal(dpamt("check", "--rounds", "0"), "--rounds");
    expectRefusal(dpamt("check", "--regions", "1.5"), "--regions");
    expectRefusal(dpamt("check", "--placement", "moon"), "--placement");
    expectRefusal(dpamt("check", "--no-reduce", "gravity"), "gravity", "cpu-symmetry");
    expectRefusal(dpamt("check", "--scenario", "nosuch"), "nosuch", "extra-put");
    expectRefusal(dpamt("check", "--max-seconds", "soon"), "--max-seconds");
    expectRefusal(dpamt("check", "--unknown"), "--unknown");
    expectRefusal(dpamt("frobnicate"), "frobnicate");
    expectRefusal(dpamt("conform", "--leaves", "NO.SUCH", "x"), "NO.SUCH");
    expectRefusal(dpamt("conform"), "files");
  });

  it("hostile names stay one line", () => {
    expectRefusal(dpamt("check", "--design", "a\nb\u001b[31m"), "a b [31m");
    expectRefusal(dpamt("conform", "no\nfile"), "no file");
  });

  it("files that are missing, folders, or cut in half", () => {
    expectRefusal(dpamt("conform", join(folder, "missing.jsonl")), "missing.jsonl", "no such file");
    expectRefusal(dpamt("conform", folder), "folder");
    const whole = readFileSync(join(VECTORS, "random-pamt.jsonl"), "utf8");
    const half = join(folder, "half.jsonl");
    writeFileSync(half, whole.slice(0, whole.length / 2));
    expectRefusal(dpamt("conform", half), "half.jsonl:");
    writeFileSync(half, '{"id":"x"}\n');
    expectRefusal(dpamt("conform", half), "half.jsonl:1:");
  });

  it("schedules of another version, damaged, or of unknown things", () => {
    expectRefusal(dpamt("replay", "dpamt0:early-drop:main"), "dpamt0", "dpamt1");
    expectRefusal(dpamt("replay", "dpamt1:early-drop:main:c2,r1"), "damaged");
    const good = "dpamt1:early-drop:main:c2,r1,g1,f1,padversarial,urdmd:R1:0.2y8mj.1.000000";
    expectRefusal(dpamt("replay", good), "cut off");
    expectRefusal(dpamt("replay", `${good.slice("dpamt1:".length)}~`), "does not begin a schedule", "dpamt1:");
    expectRefusal(dpamt("replay", `${good}_7~`), "damaged", 'move 2 ("7")', "copy the whole line");
    expectRefusal(dpamt("replay", `${good.replace(":R1:", ":R99:")}~`), "damaged");
    expectRefusal(dpamt("replay", `${good.replace("early-drop", "nosuch")}~`), "nosuch");
    expectRefusal(dpamt("replay", `${good.replace(":main:", ":nosuch:")}~`), "nosuch");
    expectRefusal(
      dpamt("replay", `${good.replace("2y8mj", "zzzzz")}~`),
      "move 1 of 1",
      '("0.zzzzz.1.000000")',
      "CPU0 has one more choice to make than was recorded",
      "dpamt check",
    );
    const file = join(folder, "not.json");
    writeFileSync(file, "{");
    expectRefusal(dpamt("replay", file), "not JSON");
    writeFileSync(file, "{}");
    expectRefusal(dpamt("replay", file), "not a result");
  });

  it("a place that cannot be written leaves nothing half-written", () => {
    const { status, stderr } = dpamt("check", ...SMALL, "--save", join(folder, "no", "such", "place.json"));
    expect(status).toBe(2);
    expect(stderr).toMatch(/^dpamt: cannot write [^\n]+no such file or folder[^\n]*\n$/);
    const full = dpamt("check", ...SMALL, "--save", "/dev/full");
    expect(full.status).toBe(2);
    expect(full.stderr).toMatch(/^dpamt: cannot write \/dev\/full: [^\n]+\n$/);
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });
});
