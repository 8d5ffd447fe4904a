/** `check --watch`: a verdict again whenever something changes that was read, however it is written. */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, expect, it } from "vitest";
import { dpamt, expectRefusal, MAIN } from "./support/dpamt.js";
import { commitAll, emptyRepository } from "./support/git-repository.js";

const FIXTURES = "test/fixtures/c";
const good = readFileSync(`${FIXTURES}/global-lock.c`, "utf8");
const bad = readFileSync(`${FIXTURES}/early-drop-v1.c`, "utf8");
const SMALL = ["--cpus", "2", "--rounds", "1", "--regions", "1", "--scenario", "main", "--alloc-failures", "0"];

const folder = mkdtempSync(join(tmpdir(), "dpamt-watch-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A watching process, and what it printed so far. */
class Watching {
  private readonly child: ChildProcess;
  private turns = 0;
  out = "";
  err = "";
  status: number | null = null;

  constructor(...words: string[]) {
    const args = [MAIN, "check", ...words, "--watch", ...SMALL];
    this.child = spawn(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"] });
    this.child.stdout?.on("data", (data: Buffer) => {
      this.out += data;
    });
    this.child.stderr?.on("data", (data: Buffer) => {
      this.err += data;
    });
    this.child.on("exit", (status) => {
      this.status = status ?? -1;
    });
  }

  /** What is printed for the next check. */
  async next(): Promise<string> {
    const ends = () =>
      [...this.out.matchAll(/^--- .* Ctrl-C ends\n/gm)].map(({ index, 0: line }) => index + line.length);
    for (let tries = 0; ends().length <= this.turns; tries++) {
      if (tries > 600 || this.status !== null) throw new Error(`no verdict: ${this.out} ${this.err}`);
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    this.turns++;
    const [start = 0, end = 0] = [0, ...ends()].slice(this.turns - 1);
    return this.out.slice(start, end);
  }

  async end(): Promise<number | null> {
    this.child.kill("SIGINT");
    for (let tries = 0; this.status === null && tries < 100; tries++)
      await new Promise((resolve) => setTimeout(resolve, 100));
    return this.status;
  }

  kill(): void {
    this.child.kill("SIGKILL");
  }
}

let watching: Watching | undefined;
afterEach(() => watching?.kill());

it("checks again what is written, replaced, damaged, removed and mended, and ends with the code of the last", async () => {
  const file = join(folder, "x.c");
  writeFileSync(file, good);
  watching = new Watching(file);
  expect(await watching.next()).toMatch(/^--- \d\d:\d\d:\d\d .*x\.c\n.*x\.c \(C\): ✓ holds/);
  writeFileSync(file, `/* in front */\n${good}`);
  expect(await watching.next()).toContain("holds, as before: nothing changed that the helpers use");
  writeFileSync(join(folder, "new"), bad);
  renameSync(join(folder, "new"), file);
  const broken = await watching.next();
  expect(broken).toMatch(/x\.c changed\n.*x\.c \(C\): ✗ violated/);
  expect(broken).toMatch(/\n--- [\d.]+ s, [\d.]+ s of it compiling; watching \d files?, Ctrl-C ends\n$/);
  writeFileSync(file, good.replace("atomic_read(", "atomic_raed("));
  expect(await watching.next()).toMatch(/changed\n--- /);
  expect(watching.err).toMatch(/^dpamt: [^\n]*atomic_raed[^\n]*\n$/);
  rmSync(file);
  await watching.next();
  expect(watching.err).toContain("there is no such file");
  writeFileSync(file, bad);
  expect(await watching.next()).toContain("✗ violated");
  expect(await watching.end()).toBe(1);
});

it("looks at patch, tree, harness and headers", async () => {
  const [tree, shim] = [join(folder, "tree"), join(folder, "shim")];
  for (const path of [tree, join(shim, "linux")]) mkdirSync(path, { recursive: true });
  copyFileSync(`${FIXTURES}/fast-path.c`, join(tree, "fast-path.c"));
  const patch = join(folder, "p.patch");
  writeFileSync(patch, readFileSync(`${FIXTURES}/mutants/plain-counter.patch`));
  const harness = join(folder, "h.c");
  writeFileSync(harness, "/* nothing */\n");
  watching = new Watching(patch, "--tree", tree, "--harness", harness, "--shim", shim);
  expect(await watching.next()).toContain("✗ violated");
  writeFileSync(harness, "/* nothing at all */\n");
  expect(await watching.next()).toContain("h.c changed");
  writeFileSync(join(shim, "linux/another.h"), "/* nothing */\n");
  expect(await watching.next()).toMatch(/shim\/linux.* changed/);
  rmSync(patch);
  expect(await watching.next()).toMatch(/p\.patch changed/);
  expect(watching.err).toMatch(/cannot read .*p\.patch/);
  expect(await watching.end()).toBe(2);
});

it("looks at the commits of a range", async () => {
  const repo = emptyRepository(join(folder, "repo"));
  commitAll(repo, "base");
  writeFileSync(join(repo, "x.c"), good);
  commitAll(repo, "good");
  watching = new Watching("--git", "HEAD~..", "--repo", repo);
  expect(await watching.next()).toMatch(/✓ holds[\s\S]*; watching git:HEAD~\.\., Ctrl-C ends\n$/);
  writeFileSync(join(repo, "x.c"), bad);
  commitAll(repo, "bad");
  expect(await watching.next()).toMatch(/git:HEAD~\.\. changed\n[^\n]*✗ violated/);
  expect(await watching.end()).toBe(1);
});

it("is refused in one line where it has nothing to look at, or prints more than text", () => {
  expectRefusal(dpamt("check", join(folder, "nowhere.c"), "--watch"), "cannot read ", "nowhere.c");
  expectRefusal(dpamt("check", "-", "--watch"), "--watch: standard input does not change");
  expectRefusal(dpamt("check", "--watch"), "--watch is about C");
  expectRefusal(dpamt("check", "x.c", "--watch", "--json"), "--watch prints text alone: leave --json out");
  expectRefusal(
    dpamt("check", "x.c", "--watch", "--report", "text=x"),
    "--report is about one result, and --watch has",
  );
  expectRefusal(dpamt("check", "x.c", "--watch", "--each"), "--each and --watch exclude each other");
});
