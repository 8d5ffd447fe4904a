/** `dpamt decode` as a user types it. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { jsonSchemaOf, outputSchemas } from "../../src/cli/schemas.js";
import { dpamt, expectRefusal, MAIN } from "./support/dpamt.js";

const LOG = "test/fixtures/decode/dmesg.txt";
const folder = mkdtempSync(join(tmpdir(), "dpamt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
}

function piped(input: string | Uint8Array, ...args: string[]) {
  return spawnSync(process.execPath, [MAIN, "decode", ...args], { input, encoding: "utf8" });
}

describe("text", () => {
  it("says of a leaf and a status what it means, what is lost, what to do, and how to see it", () => {
    const { status, stdout, stderr } = dpamt("decode", "PAMT.REMOVE", "0x8000020000000001");
    expect([status, stderr]).toEqual([0, ""]);
    const [title, ...rest] = stdout.split("\n");
    expect(title).toBe("TDH.PHYMEM.PAMT.REMOVE (leaf 59): 0x8000020000000001");
    const labels = rest.map((line) => line.slice(2, 12).trim()).filter((label) => label !== "");
    expect(labels).toEqual(["means", "class", "operand", "lost", "do", "model", "see it: np"]);
    expect(stdout).toContain("TDX_OPERAND_BUSY | RCX");
    expect(stdout).toMatch(/global-lock, as merged:\n +- tdx_pamt_put in zap/);
    expect(stdout).toContain("breaks R1");
  });

  it("prints a command that shows the failure", () => {
    const { stdout } = dpamt("decode", "PAMT.REMOVE", "0x8000020000000001");
    const schedule = /npx dpamt replay '([^']+)'/.exec(stdout)?.[1] ?? "";
    const replayed = dpamt("replay", schedule);
    expect(replayed.status).toBe(1);
    expect(replayed.stdout).toContain("TDX_OPERAND_BUSY");
  });

  it("decodes each line of a log, in at most 80 columns and some ten lines a finding", () => {
    const { status, stdout } = dpamt("decode", LOG);
    expect(status).toBe(0);
    const blocks = stdout.trimEnd().split("\n\n");
    expect(blocks.at(-1)).toBe("15 findings in 20 lines, 13 kinds");
    for (const block of blocks) {
      const lines = block.split("\n").filter((line) => !line.includes("npx dpamt replay"));
      expect(lines.length).toBeLessThanOrEqual(20);
      for (const line of lines) expect(line.length).toBeLessThanOrEqual(80);
    }
    expect(stdout).toMatch(/^TDH\.PHYMEM\.PAMT\.REMOVE \(leaf 59\): 0x8000020000000001 +line 7, 2 times$/m);
    expect(stdout).toContain("TDX_INCORRECT_CPUID_VALUE");
    expect(stdout).toContain("CPUID_CONFIG: CPUID configuration of the TD parameters");
    expect(stdout).toContain("RDX: Secure EPT entry at level 0, mapped");
    expect(stdout).toContain("TDX_SEAMCALL_VMFAILINVALID");
  });

  it("says what the model never answers within its bounds, and what it cannot know", () => {
    const never = dpamt("decode", "PAMT.ADD", "0xc000010100000001").stdout;
    expect(never).toMatch(/global-lock, as merged: never, in \d+ scenarios/);
    expect(never).toMatch(/\(at most 2 CPUs, 2 rounds, 2 regions,\s+1 failing allocation\)/);
    expect(dpamt("decode", "TDH.SYS.INIT", "0xc000050000000000").stdout).toContain("the model does not have this leaf");
    expect(dpamt("decode", "TDH.SYS.CONFIG", "0xc0000a0000000000").stdout).toContain("no scenario of the model makes");
    expect(dpamt("decode", "0x8000ff000000000d").stdout).not.toContain("model");
    expect(dpamt("decode", "PAMT.ADD", "0xc00003040000000a").stdout).toContain("with other details: early-drop, lazy");
  });

  it("takes leaves and codes by their names alone, and a line of dmesg", () => {
    expect(dpamt("decode", "58").stdout).toContain("OPERAND_BUSY");
    expect(dpamt("decode", "TDX_HPA_RANGE_NOT_FREE").stdout).toContain("early-drop");
    const line = dpamt("decode", "[1.0] SEAMCALL (0x000000000000001c) failed: 0xc000030000000001");
    expect([line.status, line.stdout.split("\n")[0]]).toEqual([
      0,
      "TDH.PHYMEM.PAGE.RECLAIM (leaf 28): 0xc000030000000001",
    ]);
  });
});

describe("input", () => {
  it("may come on standard input, and hold anything", () => {
    const log = readFileSync(LOG, "utf8");
    expect(piped(log, "-").stdout).toBe(dpamt("decode", LOG).stdout);
    const odd = piped(`\u001b[31m\0\u202e SEAMCALL (0x3b) failed: 0x8000020000000001 \u001b]0;x\u0007\n`, "-");
    expect(odd.status).toBe(0);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not come out
    expect(odd.stdout).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/);
  });

  it.each([
    ["a log without a status", () => [file("none.log", "usb 1-1: fine\n")], "no SEAMCALL status found in "],
    ["an empty file", () => [file("empty.log", "")], "no SEAMCALL status found in "],
    [
      "a binary file",
      () => [
        file(
          "noise.bin",
          Uint8Array.from({ length: 4000 }, (_, i) => i * 7),
        ),
      ],
      "no SEAMCALL status",
    ],
    ["a word", () => ["hello"], '"hello" is no status, leaf or file'],
    ["a sentence", () => ["all is well"], 'no SEAMCALL status found in "all is well"'],
    ["control characters", () => ["a\u001b[2Jb"], "is no status, leaf or file"],
    ["a value of more than 64 bits", () => ["0x12345678901234567"], "is no status, leaf or file"],
    ["nothing", () => [""], "name a status, a leaf, a line of dmesg or a file"],
    ["a folder", () => [folder], "cannot read"],
    ["no argument", () => [], "missing required argument"],
  ])("is refused in one line: %s", (_, args, part) => {
    expectRefusal(dpamt("decode", ...args()), part);
  });

  it("is refused when standard input has no status", () => {
    const { status, stderr } = piped("nothing\n", "-");
    expect(status).toBe(2);
    expect(stderr).toMatch(/^dpamt: no SEAMCALL status found in standard input; [^\n]+\n$/);
  });
});

describe("--json", () => {
  it("has the shape of its schema, for every kind of finding", () => {
    for (const args of [
      [LOG],
      ["58"],
      ["TDX_OPERAND_BUSY"],
      ["0xfffffffffffffffb"],
      ["PAMT.REMOVE", "0x8000020000000001"],
    ]) {
      const { status, stdout } = dpamt("decode", "--json", ...args);
      expect(status).toBe(0);
      outputSchemas.decode.parse(JSON.parse(stdout));
    }
  });

  it("has all findings of a log, with registers and what the model says", () => {
    const { findings } = outputSchemas.decode.parse(JSON.parse(dpamt("decode", "--json", LOG).stdout));
    expect(findings.length).toBe(13);
    expect(findings[1]?.registers).toMatchObject({ RDX: "0x0000000000000400" });
    const busy = findings.find(({ status }) => status?.value === "0x8000020000000001");
    expect(busy?.times).toBe(2);
    const merged = busy?.model.designs.find(({ design }) => design === "global-lock");
    expect(merged?.met.length).toBeGreaterThan(0);
  });

  it("has its JSON Schema under schemas/", () => {
    expect(readFileSync("schemas/decode.schema.json", "utf8")).toBe(jsonSchemaOf("decode"));
  });
});
