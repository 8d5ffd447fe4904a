/** `check --each`: a verdict after each patch of a series, whether it comes as commits or as mails. */
import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outputSchemas } from "../../src/cli/schemas.js";
import { dpamt, expectRefusal, MAIN } from "./support/dpamt.js";
import { commitAll, emptyRepository, gitOutput, seriesRepository } from "./support/git-repository.js";
import { mails } from "./support/series-tree.js";

const SMALL = ["--cpus", "2", "--rounds", "1", "--regions", "1", "--scenario", "main", "--alloc-failures", "0"];

const folder = mkdtempSync(join(tmpdir(), "dpamt-each-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const good = readFileSync("test/fixtures/c/global-lock.c", "utf8");
const bad = readFileSync("test/fixtures/c/early-drop-v1.c", "utf8");
const unused = "\nstatic int nobody_calls_this(void)\n{\n\treturn 3;\n}\n";

/** What each commit makes of the file, and what is to be said of it. */
const STEPS = [
  { subject: "Begin", text: "/* nothing yet */\nint begun;\n", row: "no-helpers" },
  { subject: "Add helpers", text: good, row: "holds" },
  { subject: "Add what nobody calls", text: `/* more */\n\n${good}${unused}`, row: "holds as before" },
  { subject: "Take a fast path", text: bad, row: "violated R1" },
  { subject: "Say why", text: `/* why */\n${bad}`, row: "violated as before R1" },
  { subject: "Mistype", text: good.replace("atomic_read(", "atomic_raed("), row: "unusable" },
  { subject: "Say more", text: undefined, row: "unusable as before" },
  { subject: "Mend", text: good, row: "holds" },
] as const;

const repo = join(folder, "repo");
const base = join(folder, "base");
const mbox = join(folder, "series.mbox");
beforeAll(() => {
  emptyRepository(repo);
  writeFileSync(join(repo, "README"), "");
  commitAll(repo, "base");
  for (const { subject, text } of STEPS) {
    if (text === undefined) writeFileSync(join(repo, "README"), "more of it\n");
    else writeFileSync(join(repo, "x.c"), text);
    commitAll(repo, subject);
  }
  gitOutput(folder, ["clone", "-q", repo, base]);
  gitOutput(base, ["checkout", "-q", `HEAD~${STEPS.length}`]);
  writeFileSync(mbox, `${gitOutput(repo, ["format-patch", "--stdout", `HEAD~${STEPS.length}`])}\n`);
});

const SERIES: readonly (readonly [name: string, words: () => string[]])[] = [
  ["commits", () => ["--git", `HEAD~${STEPS.length}..`, "--repo", repo]],
  ["mails", () => [mbox, "--tree", base]],
];

function eachOf(...words: string[]) {
  const { status, stdout, stderr } = dpamt("check", ...words, "--each", ...SMALL, "--json");
  return { status, stderr, ...outputSchemas["check-each"].parse(JSON.parse(stdout)) };
}

describe.each(SERIES)("a series of %s", (_name, words) => {
  it("has a verdict after each patch, and none is run again that changes nothing", () => {
    const { status, stderr, patches } = eachOf(...words());
    const shown = patches.map(({ outcome, asBefore, broken }) =>
      [outcome, ...(asBefore ? ["as before"] : []), ...broken].join(" "),
    );
    expect(shown).toEqual(STEPS.map(({ row }) => row));
    expect(patches.map(({ subject }) => subject)).toEqual(STEPS.map(({ subject }) => subject));
    expect(patches.map(({ patch, of }) => `${patch}/${of}`)).toEqual(STEPS.map((_, at) => `${at + 1}/${STEPS.length}`));
    for (const { outcome, asBefore, result, message } of patches) {
      expect(result !== null).toBe(!asBefore && ["holds", "violated"].includes(outcome));
      expect(message !== null).toBe(outcome === "unusable");
    }
    expect(patches[5]?.message).toContain("atomic_raed");
    // The one that cannot be compiled decides the exit code; those behind it are judged all the same.
    expect([status, stderr]).toEqual([2, "dpamt: 2 of 8 patches cannot be checked: the table says why\n"]);
  });
});

describe("a series", () => {
  it("is printed as a table, with failures that can be walked again", () => {
    const { status, stdout } = dpamt("check", "--git", "HEAD~5..", "--repo", repo, "--each", ...SMALL);
    expect(status).toBe(2);
    const rows = stdout.split("\n").filter((line) => /^\d\/5 +\S (?!.*: )/.test(line));
    expect(
      rows.map((row) => row.replace(/ {2,}[\d,]+ +[\d.]+ {2}(?:[0-9a-f]{12} )?| {2,}(?:[0-9a-f]{12} )?/g, " | ")),
    ).toEqual([
      "1/5 | ✗ violated | R1 | Take a fast path",
      "2/5 | ✗ as before | R1 | Say why",
      "3/5 | ✗ cannot check | Mistype",
      "4/5 | ✗ cannot check | Say more",
      "5/5 | ✓ holds | Mend",
    ]);
    expect(stdout).toMatch(/^ {9}(?=.*atomic_raed)(?=.*x\.c:\d+)/m);
    const [, schedule = "", rest = ""] =
      /^1\/5 Take a fast path: R1 .*\n {2}npx dpamt replay '(dpamt1:[^']*)' (.*)$/m.exec(stdout) ?? [];
    expect(stdout).toContain("\n5/5 Mend: no longer breaks R1\n");
    const again = dpamt("replay", schedule, ...rest.split(" ").map((word) => word.replaceAll("'", "")));
    expect([again.stderr, again.status]).toEqual(["", 1]);
    expect(again.stdout).toMatch(/^✗ R1 /);
  });

  it("may have Dynamic PAMT off until its last patch", () => {
    const linux = seriesRepository(join(folder, "linux"));
    const { status, stderr, patches } = eachOf("--git", "main..topic", "--repo", linux);
    expect(patches.map(({ outcome }) => outcome)).toEqual(["no-helpers", "no-helpers", "switched-off", "holds"]);
    expect([status, stderr]).toEqual([0, ""]);
    const off = dpamt("check", "--git", "main..topic~1", "--repo", linux, "--each", ...SMALL);
    expect([off.status, off.stderr]).toEqual([2, expect.stringMatching(/^dpamt: nothing was checked: [^\n]*\n$/)]);
  });

  it("is judged by what is expected, patch by patch", () => {
    const range = (from: number, to: number) => ["--git", `HEAD~${from}..HEAD~${to}`, "--repo", repo];
    const expected = dpamt("check", ...range(5, 3), "--each", ...SMALL, "--expect", "R1");
    expect([expected.status, expected.stderr]).toEqual([0, "dpamt: 1/2: as expected, R1 broke and nothing else\n"]);
    const missed = dpamt("check", ...range(8, 4), "--each", ...SMALL, "--expect", "R1");
    expect(missed.status).toBe(1);
    expect(missed.stderr).toMatch(/^dpamt: 2\/4: .*R1.*\ndpamt: 4\/4: as expected, R1 broke and nothing else\n$/);
    expect(dpamt("check", ...range(8, 5), "--each", ...SMALL, "--max-states", "10").status).toBe(3);
  });

  it("may be taken up to a patch", () => {
    const { status, stdout } = dpamt("check", mbox, "--tree", base, "--upto", "4", ...SMALL, "--json");
    const { verdict, c } = outputSchemas.check.parse(JSON.parse(stdout));
    expect([status, verdict, c?.upto]).toEqual([1, "violated", 4]);
    expectRefusal(dpamt("check", mbox, "--tree", base, "--upto", "9"), "has 8 patches; give a smaller number");
    expectRefusal(dpamt("check", "test/fixtures/c/lazy.c", "--upto", "1"), "--upto is about patches");
    expectRefusal(
      dpamt("check", "--git", "HEAD~..", "--repo", repo, "--upto", "1"),
      "name the last commit in the range",
    );
  });

  it("shows what is done when it is interrupted", async () => {
    const args = [
      "check",
      "--git",
      `HEAD~${STEPS.length}..HEAD~4`,
      "--repo",
      repo,
      "--each",
      "--cpus",
      "4",
      "--rounds",
      "3",
    ];
    const child = spawn(process.execPath, [MAIN, ...args], { stdio: ["ignore", "pipe", "pipe"] });
    const said = { out: "", err: "" };
    child.stderr.on("data", (data: Buffer) => {
      said.err += data;
    });
    child.stdout.on("data", (data: Buffer) => {
      said.out += data;
      if (said.out.includes("1/4 ") && !child.killed) setTimeout(() => child.kill("SIGINT"), 4000);
    });
    const status = await new Promise((resolve) => child.on("exit", resolve));
    expect(status).toBe(3);
    expect(said.out).toMatch(/^1\/4 +– no helpers yet/m);
    expect(said.err).toMatch(/^dpamt: interrupted after \d of 4 patches\n$/);
  });

  it("is refused in one line where there is nothing to check, or it is none", () => {
    expectRefusal(dpamt("check", "test/fixtures/c/lazy.c", "--each"), "--each is about a series", "commits with --git");
    expectRefusal(
      dpamt("check", "--git", `HEAD~${STEPS.length}..HEAD~7`, "--repo", repo, "--each"),
      "no patch of ",
      "--entry",
    );
    expectRefusal(dpamt("check", "--each"), "--each is about C");
    expectRefusal(
      dpamt("check", mbox, "--each", "--save", join(folder, "x")),
      "--save is about one result",
      "--upto N",
    );
    expectRefusal(dpamt("check", mbox, "--each", "--report", "text=-"), "--report is about one result");
    expectRefusal(
      dpamt("check", mbox, "--each", "--entry", "x=y"),
      '--entry x=y: there is no entry "x"; there are get, put, alloc',
    );
    expectRefusal(dpamt("check", mbox, "--each", "--upto", "2"), "--each and --upto exclude each other");
    const twisted = join(folder, "twisted.mbox");
    writeFileSync(twisted, mails.slice(1).join("").replace("@@ -", "@@ -9"));
    expectRefusal(dpamt("check", twisted, "--tree", base, "--each"), "twisted.mbox");
  });
});
