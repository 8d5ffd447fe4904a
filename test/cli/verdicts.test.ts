/** `--ignore` and `--expect` as CI uses them: exit codes, the line that says what differs, what can be walked again. */
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { outputSchemas } from "../../src/cli/schemas.js";
import { dpamt, expectRefusal } from "./support/dpamt.js";

const SMALL = ["--cpus", "2", "--rounds", "1", "--regions", "1"];
const C = "test/fixtures/c/fast-path.c";

const folder = mkdtempSync(join(tmpdir(), "dpamt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe("--ignore", () => {
  it("makes the exit code go by the rest, and shows what is ignored", () => {
    const { status, stdout } = dpamt("check", "--design", "fast-path", ...SMALL, "--ignore", "R13");
    expect(status).toBe(0);
    expect(stdout).toMatch(/^fast-path .* holds, every interleaving within the bounds was covered; R13 ignored\n/);
    expect(stdout).toMatch(/R13 ignored .*\n +extra-put: a put when no user was left went unreported\n/);
    expect(dpamt("check", "--design", "early-drop", ...SMALL, "--ignore", "r13").status).toBe(1);
  });

  it("may be a list or be given again, and what breaks behind it can be walked again", () => {
    const flags = ["check", "--design", "early-drop", ...SMALL, "--scenario", "main", "--ignore", "R1,R3"];
    const { status, stdout } = dpamt(...flags, "--ignore", "R13", "--json");
    expect(status).toBe(1);
    const result = outputSchemas.check.parse(JSON.parse(stdout));
    expect(result.ignored).toEqual(["R1", "R3", "R13"]);
    expect(result.counterexample?.requirement).toBe("R5");
    const file = join(folder, "ignored.json");
    writeFileSync(file, stdout);
    expect(dpamt("replay", file).stdout).toContain("R5 broken: region A counts 1 user but has 0");
    const command = dpamt("report", file).stdout.match(/npx dpamt replay '([^']+)' (--ignore \S+)\n/);
    const again = dpamt("replay", command?.[1] ?? "", ...(command?.[2] ?? "").split(" "), "--json");
    expect(again.status).toBe(1);
    expect(outputSchemas.replay.parse(JSON.parse(again.stdout)).counterexample?.requirement).toBe("R5");
  });

  it("is for flows and comparisons, too", () => {
    const flow = ["check", "--flows", "zap-early-put", "--tds", "tds"];
    const { status, stdout } = dpamt(...flow);
    expect([status, stdout.split("\n")[0]]).toEqual([1, expect.stringContaining("a caller's mistake does harm")]);
    const broken = outputSchemas.check.parse(JSON.parse(dpamt(...flow, "--json").stdout)).scenarios[0]?.broken ?? [];
    expect(broken.length).toBeGreaterThan(0);
    const compared = dpamt("compare", "--design", "fast-path,global-lock", ...SMALL, "--ignore", "R13,R11");
    expect(compared.status).toBe(0);
    expect(compared.stdout).toMatch(/^fast-path +\S holds .* ign /m);
  });

  it("is refused for what is no requirement", () => {
    expectRefusal(dpamt("check", "--ignore", "R99"), "--ignore", "R99", "R1, R2");
    const schedule =
      "dpamt1:early-drop:main:c2,r2,g2,f1,padversarial,urdmd:R1:0.2y8mj.1.000000_1.2h5x2.2.000000_0.iy3oo.3.~";
    expectRefusal(dpamt("replay", schedule, "--ignore", "R99"), "--ignore", "R99");
  });
});

describe("--expect", () => {
  it("is 0 if exactly that breaks, and 1 with what differs otherwise", () => {
    const design = ["check", "--design", "fast-path", ...SMALL];
    const met = dpamt(...design, "--expect", "R13");
    expect([met.status, met.stderr]).toEqual([0, "dpamt: as expected, R13 broke and nothing else\n"]);
    expect(met.stdout).toContain("violated: holds for correct callers, but a caller's mistake goes unnoticed (R13)");
    const missed = dpamt(...design, "--expect", "R1", "--json");
    const line = "expected R1 to break and nothing else: R1 did not break; R13 broke unexpectedly";
    expect([missed.status, missed.stderr]).toEqual([1, `dpamt: ${line}\n`]);
    const { expected, verdict } = outputSchemas.check.parse(JSON.parse(missed.stdout));
    expect([verdict, expected]).toEqual(["violated", { requirements: ["R1"], outcome: "missed", message: line }]);
    expect(dpamt("check", ...SMALL, "--expect", "R13").status).toBe(1);
  });

  it("is 3 where a limit came first, unless exactly that broke", () => {
    const limited = (ids: string) =>
      dpamt("check", "--design", "fast-path", ...SMALL, "--max-states", "5", "--expect", ids);
    expect(limited("R13").status).toBe(0);
    expect(limited("R1,R13").status).toBe(3);
    expect(limited("R1,R13").stderr).toContain("R1 did not break so far, and not all was covered");
    expect(limited("R1").status).toBe(1);
  });

  it("goes with --ignore, with C and with what is saved", () => {
    const file = join(folder, "expected.json");
    const flags = ["check", C, ...SMALL, "--scenario", "extra-put,dpamt-off", "--expect", "R13", "--save", file];
    expect(dpamt(...flags, "--ignore", "R6").status).toBe(0);
    expect(dpamt("report", file).status).toBe(0);
    expectRefusal(dpamt(...flags, "--ignore", "R13"), "R13 is both ignored and expected");
    expectRefusal(dpamt("check", "--expect", "R11"), "only warned of");
    expectRefusal(dpamt("check", "--expect", ""), "--expect");
  });
});

describe("help", () => {
  it("says what they do, with examples", () => {
    const { stdout } = dpamt("check", "--help");
    for (const part of ["--ignore R6", "--expect R13", "it hides no others", "3 if", "breaks for correct callers"]) {
      expect(stdout).toContain(part);
    }
    expect(dpamt("compare", "--help").stdout).toContain("--ignore");
    expect(dpamt("compare", "--help").stdout).not.toContain("--expect");
  });
});

describe("C without a counter", () => {
  it("is refused by flows that set one before anything is explored", () => {
    const flags = ["--entry", "counter=tdx_pamt_put"];
    // What is named and finds no counter is none either.
    const refused = dpamt("check", C, ...flags, "--flows", "zap+zap,split");
    expect(refused.status).toBe(2);
    expect(refused.stderr).toMatch(
      /^(?:.*\n)?dpamt: the flow split sets the count of a region.*--entry counter=FUNCTION\n$/,
    );
  });
});
