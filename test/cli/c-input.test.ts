/** C and patches as people have them: on standard input, and packed with gzip. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { afterAll, describe, expect, it } from "vitest";
import { outputSchemas } from "../../src/cli/schemas.js";
import { dpamt, expectRefusal, MAIN } from "./support/dpamt.js";

const FIXTURES = "test/fixtures/c";
const BROKEN = `${FIXTURES}/early-drop-v1.c`;
const FLAGS = ["--cpus", "2", "--rounds", "1", "--regions", "1", "--scenario", "main"];

const folder = mkdtempSync(join(tmpdir(), "dpamt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function piped(input: string | Buffer, ...args: string[]) {
  return spawnSync(process.execPath, [MAIN, ...args], { input, encoding: "utf8", maxBuffer: 1 << 26 });
}

function written(name: string, bytes: Buffer): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}

const verdictOf = (stdout: string) => {
  const { subject, scenarios, verdict } = outputSchemas.check.parse(JSON.parse(stdout));
  return { name: subject.name, verdict, states: scenarios.map(({ states }) => states) };
};

describe("standard input", () => {
  const text = readFileSync(BROKEN, "utf8");

  it("is checked as the file is, and a failure of it is walked again", () => {
    const asFile = verdictOf(dpamt("check", BROKEN, ...FLAGS, "--json").stdout);
    const saved = join(folder, "saved.json");
    const { status, stdout, stderr } = piped(text, "check", "-", ...FLAGS, "--json", "--save", saved);
    expect([status, stderr]).toEqual([1, ""]);
    expect(verdictOf(stdout)).toEqual({ ...asFile, name: "<stdin>" });
    const [line = ""] = /^ {2}npx dpamt replay .* -$/m.exec(piped(text, "check", "-", ...FLAGS).stdout) ?? [];
    const [, schedule = ""] = /'(dpamt1:[^']*)' -$/.exec(line) ?? [];
    for (const failure of [saved, schedule]) {
      const again = piped(text, "replay", failure, "-");
      expect([again.status, again.stdout.split("\n")[0]]).toEqual([1, expect.stringMatching(/^✗ R1 /)]);
    }
  });

  it("may be a patch for a tree, also packed", () => {
    const patch = readFileSync(`${FIXTURES}/mutants/plain-counter.patch`);
    const asFile = dpamt("check", `${FIXTURES}/mutants/plain-counter.patch`, "--tree", FIXTURES, ...FLAGS, "--json");
    const expected = { ...verdictOf(asFile.stdout), name: "<stdin>" };
    for (const input of [patch, gzipSync(patch)]) {
      const { status, stdout } = piped(input, "check", "-", "--tree", FIXTURES, ...FLAGS, "--json");
      expect([status, verdictOf(stdout)]).toEqual([1, expected]);
    }
  });

  it("is refused where it is empty, no text or too long", () => {
    expectRefusal(piped("int a;", "check", "-", "--harness", "-"), "both come from standard input (-): name a file");
    expectRefusal(piped("", "check", "-"), "standard input is empty");
    expectRefusal(piped("int a;\0", "check", "-"), "<stdin> is not text");
    expectRefusal(piped("/".repeat(17 << 20), "check", "-"), "more than 16 MB of C are too much");
  });
});

describe("a packed file", () => {
  it("is checked as what it holds", () => {
    const asFile = verdictOf(dpamt("check", BROKEN, ...FLAGS, "--json").stdout);
    const packed = written("early-drop.c.gz", gzipSync(readFileSync(BROKEN)));
    const { status, stdout } = dpamt("check", packed, ...FLAGS, "--json");
    expect([status, verdictOf(stdout)]).toEqual([1, { ...asFile, name: packed }]);
  });

  it("is refused where it is damaged, or holds too much", () => {
    expectRefusal(dpamt("check", written("damaged.c.gz", Buffer.from([0x1f, 0x8b, 1, 2]))), "damaged: gzip cannot");
    expectRefusal(dpamt("check", written("plain.c.gz", Buffer.from("int a;"))), "is not packed with gzip");
    const bomb = written("bomb.patch.gz", gzipSync(Buffer.alloc(64 << 20)));
    expectRefusal(dpamt("check", bomb), "more than 16 MB of C are too much");
  });
});
