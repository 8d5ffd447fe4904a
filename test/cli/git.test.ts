/** Ranges of commits: which C they mean, and what is refused. */

import { spawnSync } from "node:child_process";
import { chownSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readRange } from "../../src/cli/git-range.js";
import { outputSchemas } from "../../src/cli/schemas.js";
import { dpamt, expectRefusal, MAIN } from "./support/dpamt.js";
import { commitAll, emptyRepository, gitOutput, seriesRepository } from "./support/git-repository.js";
import { MAIN_FILE, mails, TREE } from "./support/series-tree.js";

const SMALL = ["--cpus", "2", "--rounds", "1", "--regions", "1", "--scenario", "main", "--alloc-failures", "0"];

const folder = mkdtempSync(join(tmpdir(), "dpamt-git-test-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const linux = join(folder, "linux");
beforeAll(() => {
  seriesRepository(linux);
});

/** The result of a check of commits. */
function checked(range: string, repo: string, ...more: string[]) {
  const { status, stdout, stderr } = dpamt("check", "--git", range, "--repo", repo, ...SMALL, "--json", ...more);
  expect(stderr).toBe("");
  const result = outputSchemas.check.parse(JSON.parse(stdout));
  return { status, result };
}

/** A repository with these files in its first commit, and those in its second. */
function repositoryOf(name: string, ...steps: readonly Readonly<Record<string, string>>[]): string {
  const repo = emptyRepository(join(folder, name));
  for (const [at, files] of steps.entries()) {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(repo, path)), { recursive: true });
      writeFileSync(join(repo, path), text);
    }
    commitAll(repo, `step ${at + 1}`);
  }
  return repo;
}

describe("a range of commits", () => {
  it("is checked as the files of its last commit are, and says which commits these are", () => {
    const { status, result } = checked("main..topic", linux);
    expect([status, result.verdict, result.subject.name]).toEqual([0, "holds", "git:main..topic"]);
    const tree = outputSchemas.check.parse(
      JSON.parse(dpamt("check", `${TREE}/${MAIN_FILE}`, ...SMALL, "--json").stdout),
    );
    expect(result.scenarios.map(({ states }) => states)).toEqual(tree.scenarios.map(({ states }) => states));
    expect(result.coverage).toEqual(tree.coverage);
    const { file, repo, from } = result.c ?? {};
    expect([file, repo]).toEqual(["git:main..topic", linux]);
    expect(from?.base).toBe(gitOutput(linux, ["rev-parse", "main"]));
    const subjectOf = (mail: string) =>
      /^Subject: \[PATCH v2 \d\/4\] (.*(?:\n .*)*)/m.exec(mail)?.[1].replace(/\n /g, " ");
    expect(from?.commits?.map(({ subject }) => subject)).toEqual(mails.slice(1).map(subjectOf));
  });

  it("may be written as git writes ranges", () => {
    const ids = gitOutput(linux, ["rev-list", "--reverse", "main..topic"]).split("\n");
    const commitsOf = (range: string) => readRange(`git:${range}`, linux).commits.map(({ id }) => id);
    for (const all of ["main..topic", "main..", "main", "main...topic", "HEAD~4", `${ids[0]}^..`]) {
      expect(commitsOf(all), all).toEqual(ids);
    }
    expect(commitsOf("HEAD~2..")).toEqual(ids.slice(2));
    expect(commitsOf("HEAD~3^!")).toEqual(ids.slice(0, 1));
    expect(commitsOf("HEAD~2..topic~1")).toEqual(ids.slice(2, 3));
  });

  it("is read from the repository that the folder lies in, bare or not, with ids of any length", () => {
    const inside = checked("main..topic", join(linux, "arch/x86"));
    expect(inside.result.verdict).toBe("holds");
    const long = seriesRepository(join(folder, "long-ids"), "--object-format=sha256");
    expect(checked("main..topic", long).result.c?.from?.base).toHaveLength(64);
    expect(checked("main..topic", join(long, ".git")).status).toBe(0);
  });

  it("is of the branch alone where its base went on meanwhile, and of a merge the merge", () => {
    const repo = repositoryOf("merged", { "a.c": "int a;\n" });
    gitOutput(repo, ["checkout", "-q", "-b", "topic"]);
    writeFileSync(join(repo, "b.c"), "int b;\n");
    const own = commitAll(repo, "own");
    gitOutput(repo, ["checkout", "-q", "main"]);
    writeFileSync(join(repo, "c.c"), "int c;\n");
    commitAll(repo, "of others");
    const before = readRange("git:main..topic", repo);
    expect([before.commits.map(({ id }) => id), before.changed]).toEqual([[own], ["b.c"]]);
    gitOutput(repo, ["checkout", "-q", "topic"]);
    gitOutput(repo, ["merge", "-q", "-m", "merge", "main"]);
    const { commits, changed } = readRange("git:main~1..topic", repo);
    expect(commits.map(({ subject }) => subject)).toEqual(["own", "merge"]);
    expect(changed).toEqual(["b.c", "c.c"]);
  });

  it("reads files by links that stay in the tree, and no others", () => {
    writeFileSync(join(folder, "outside.h"), "int outside;\n");
    const repo = repositoryOf("links", { "a/real.h": "int real;\n" }, { "x.c": "int x;\n" });
    symlinkSync("real.h", join(repo, "a/file.h"));
    symlinkSync("a", join(repo, "folder"));
    symlinkSync("../../outside.h", join(repo, "a/out.h"));
    symlinkSync(join(folder, "outside.h"), join(repo, "absolute.h"));
    symlinkSync("round.h", join(repo, "round.h"));
    const commit = commitAll(repo, "links");
    const { read } = readRange("git:HEAD^!", repo).treeAt(commit);
    for (const path of ["a/real.h", "a/file.h", "folder/real.h", "folder/file.h"])
      expect(read(path)).toBe("int real;\n");
    const none = [
      "a/out.h",
      "absolute.h",
      "round.h",
      "a",
      "folder",
      "a/real.h/x",
      "../outside.h",
      "",
      "/",
      "a//real.h",
    ];
    for (const path of none) expect(read(path), path).toBeUndefined();
  });

  it("is followed by a failure that can be walked again", () => {
    const text = readFileSync("test/fixtures/c/early-drop-v1.c", "utf8");
    const repo = repositoryOf("broken", { "x.c": "int x;\n" }, { "x.c": text });
    const saved = join(folder, "saved.json");
    const { status, stdout } = dpamt("check", "--git", "HEAD~..", "--repo", repo, ...SMALL, "--save", saved);
    expect(status).toBe(1);
    const [, schedule = "", rest = ""] = /^ {2}npx dpamt replay '(dpamt1:[^']*)' (.*)$/m.exec(stdout) ?? [];
    expect(rest).toMatch(/^'git:HEAD~\.\.' --repo /);
    for (const failure of [[saved], [schedule, "git:HEAD~..", "--repo", repo], [schedule, "--repo", repo]]) {
      const again = dpamt("replay", ...failure);
      expect([again.status, again.stdout.split("\n")[0]]).toEqual([1, expect.stringMatching(/^✗ R1 /)]);
    }
  });

  it("is refused in one line where there is no such thing", () => {
    const refused = (range: string, repo: string, ...parts: string[]) =>
      expectRefusal(dpamt("check", "--git", range, "--repo", repo), ...parts);
    refused("HEAD~..", folder, "is in no git repository; name one with --repo");
    refused("HEAD~..", join(folder, "nowhere"), "--repo: ", "is no folder");
    refused("nosuch..HEAD", linux, "there is no commit nosuch in the repository", "git branch -a");
    refused("main:x", linux, "there is no commit main:x");
    refused("topic..main", linux, "topic..main holds no commit: main has none that topic lacks", "HEAD~..");
    refused("HEAD", linux, "HEAD holds no commit");
    for (const odd of ["--output=x", "--upload-pack=x", "HEAD..--all", " ", "HEAD\n..", ""]) {
      expectRefusal(dpamt("check", `--git=${odd}`, "--repo", linux), "is no range of commits: give BASE..TIP");
    }
    const orphan = repositoryOf("orphan", { "a.c": "int a;\n" });
    gitOutput(orphan, ["checkout", "-q", "--orphan", "other"]);
    commitAll(orphan, "other");
    refused("main..other", orphan, "have no commit in common");
    refused("HEAD^!", repositoryOf("docs", { a: "" }, { b: "" }), "git:HEAD^! changes no C file");
    expectRefusal(dpamt("check", "x.c", "--git", "HEAD~.."), "--git and a file exclude each other");
    expectRefusal(dpamt("check", "--git", "HEAD~..", "--tree", "."), "--tree does not apply to commits");
    expectRefusal(dpamt("check", "x.c", "--repo", "."), "--repo is about commits");
  });

  it("is refused in one line in a shallow clone that lacks it, and without git", () => {
    const shallow = join(folder, "shallow");
    gitOutput(folder, ["clone", "-q", "--depth", "2", `file://${linux}`, shallow]);
    expectRefusal(dpamt("check", "--git", "HEAD~2..", "--repo", shallow), "as the clone is shallow", "--unshallow");
    expect(checked("HEAD~..", shallow).result.c?.from?.commits).toHaveLength(1);
    const bare = spawnSync(process.execPath, [MAIN, "check", "--git", "HEAD~.."], {
      env: { PATH: folder },
      encoding: "utf8",
    });
    expectRefusal(bare, "git is not installed");
  });

  it("is refused where a file is too large, or the commits are too many", () => {
    const large = repositoryOf("large", { "a.c": "int a;\n" }, { "a.c": `// tdx_pamt_get(\n${"/".repeat(17 << 20)}` });
    expectRefusal(dpamt("check", "--git", "HEAD~..", "--repo", large), "a.c is too large: at most 4 MB");
    const many = emptyRepository(join(folder, "many"));
    const lines = Array.from(
      { length: 2002 },
      (_, at) => `commit refs/heads/main\ncommitter A <a@b> ${at} +0000\ndata 1\nx\n`,
    );
    gitOutput(many, ["fast-import", "--quiet"], lines.join(""));
    expectRefusal(dpamt("check", "--git", "HEAD~2001..", "--repo", many), "more than 2000 commits");
  });

  it.runIf(process.getuid?.() === 0)("is refused in the repository of somebody else, until the user trusts it", () => {
    const repo = repositoryOf("foreign", { "a.c": "int a;\n" }, { "a.c": "int b;\n" });
    for (const path of [".", ".git"]) chownSync(join(repo, path), 12_345, 12_345);
    const refusal = dpamt("check", "--git", "HEAD~..", "--repo", repo);
    expectRefusal(refusal, "belongs to somebody else; if you trust it: git config --global --add safe.directory ");
    const env = { ...process.env, GIT_CONFIG_COUNT: "1", GIT_CONFIG_KEY_0: "safe.directory", GIT_CONFIG_VALUE_0: repo };
    const trusted = spawnSync(process.execPath, [MAIN, "check", "--git", "HEAD~..", "--repo", repo], {
      env,
      encoding: "utf8",
    });
    expect(trusted.stderr).not.toContain("belongs to somebody else");
  });
});
