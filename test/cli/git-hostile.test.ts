/**
 * Repositories made to run something on whoever reads them. Each trap leaves a file behind when it fires. Plain git
 * walks into each; a check of commits walks into none, and leaves the repository as it was.
 */
import { spawnSync } from "node:child_process";
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { dpamt, expectRefusal, MAIN } from "./support/dpamt.js";
import { commitAll, emptyRepository, gitOutput, plainGit } from "./support/git-repository.js";

const folder = mkdtempSync(join(tmpdir(), "dpamt-hostile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const repo = join(folder, "repo");
const canaries = join(folder, "canaries");
const SMALL = ["--cpus", "2", "--rounds", "1", "--regions", "1", "--scenario", "main", "--alloc-failures", "0"];

/** A program that leaves a file behind, and then does nothing or what is said. */
function trap(name: string, then = "exit 1"): string {
  const path = join(folder, `${name}.sh`);
  writeFileSync(path, `#!/bin/sh\ntouch ${join(canaries, name)}\n${then}\n`, { mode: 0o755 });
  return path;
}

const fired = (): string[] => readdirSync(canaries).sort();

const HOOKS = ["post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "post-commit"];

/** What of the configuration runs something. Values are programs; `\n` in them would end the line. */
function configuration(): string {
  const set = (section: string, ...lines: string[]) => `[${section}]\n${lines.map((line) => `\t${line}\n`).join("")}`;
  return [
    set(
      "core",
      `fsmonitor = ${trap("fsmonitor")}`,
      `hooksPath = ${join(folder, "hooks")}`,
      `pager = ${trap("pager", "cat")}`,
      `editor = ${trap("editor")}`,
      `sshCommand = ${trap("ssh")}`,
      `gitProxy = ${trap("proxy")}`,
      `askPass = ${trap("askpass")}`,
      `alternateRefsCommand = ${trap("alternates")}`,
    ),
    set("credential", `helper = ${trap("credential")}`),
    set('diff "x"', `command = ${trap("diff-driver")}`, `textconv = ${trap("textconv", 'cat "$1"')}`),
    set('filter "x"', `smudge = ${trap("smudge", "cat")}`, `clean = ${trap("clean", "cat")}`),
    set('merge "x"', `driver = ${trap("merge")}`),
    set("gpg", `program = ${trap("gpg")}`),
    set("log", "showSignature = true"),
    set("alias", ...["cat-file", "trap", "rev-list"].map((name) => `${name} = !${trap("alias")}`)),
    set("pager", `log = ${trap("pager-log", "cat")}`, `rev-list = ${trap("pager-log", "cat")}`),
    set('trailer "x"', `command = ${trap("trailer")}`),
    set("protocol", "allow = always"),
    set('protocol "ext"', "allow = always"),
    set('remote "ssh"', "url = ssh://nowhere.invalid/x"),
    set('remote "proxy"', "url = git://nowhere.invalid/x"),
    set('remote "origin"', `url = ${join(folder, "other")}`, `uploadpack = ${trap("promisor")}`, "promisor = true"),
    set('remote "ext"', `url = ext::${trap("ext")} x`),
    set("extensions", "partialClone = origin"),
    set("include", `path = ${join(folder, "included")}`),
  ].join("");
}

/** Writes a commit with a signature, which `log.showSignature` hands to the program of the configuration. */
function sign(commit: string): string {
  const text = gitOutput(repo, ["cat-file", "commit", commit]);
  const signed = text.replace(
    /^(committer .*)$/m,
    "$1\ngpgsig -----BEGIN PGP SIGNATURE-----\n \n x\n -----END PGP SIGNATURE-----",
  );
  return gitOutput(repo, ["hash-object", "-t", "commit", "-w", "--stdin"], `${signed}\n`);
}

/** The blob that is missing, as in a partial clone; the last commit but one needs it. */
let missing = "";

beforeAll(() => {
  mkdirSync(canaries);
  mkdirSync(join(folder, "hooks"));
  emptyRepository(repo);
  emptyRepository(join(folder, "other"));
  commitAll(join(folder, "other"), "other");
  writeFileSync(join(repo, "x.c"), "int x;\n");
  writeFileSync(join(repo, "gone.c"), "int gone;\n");
  commitAll(repo, "base");
  writeFileSync(join(repo, "gone.c"), "/* tdx_pamt_get */ int gone_for_good;\n");
  commitAll(repo, "needs what is missing");
  writeFileSync(join(repo, ".gitattributes"), "*.c diff=x filter=x merge=x\n");
  writeFileSync(join(repo, "x.c"), readFileSync("test/fixtures/c/global-lock.c", "utf8"));
  unlinkSync(join(repo, "gone.c"));
  gitOutput(repo, ["reset", "-q", "--hard", sign(commitAll(repo, "helpers"))]);
  gitOutput(repo, ["checkout", "-q", "-f", "HEAD"]);
  missing = gitOutput(repo, ["rev-parse", "HEAD~:gone.c"]);
  unlinkSync(join(repo, ".git/objects", missing.slice(0, 2), missing.slice(2)));
  writeFileSync(join(repo, "x.c"), readFileSync("test/fixtures/c/global-lock.c", "utf8"));
  writeFileSync(join(folder, "included"), `[diff]\n\texternal = ${trap("external-diff")}\n`);
  for (const hook of HOOKS) {
    const program = readFileSync(trap(`hook-${hook}`), "utf8");
    for (const place of [join(repo, ".git/hooks"), join(folder, "hooks")]) {
      mkdirSync(place, { recursive: true });
      writeFileSync(join(place, hook), program, { mode: 0o755 });
    }
  }
  writeFileSync(join(repo, ".git/objects/info/alternates"), `${join(folder, "other/.git/objects")}\n`);
  appendFileSync(join(repo, ".git/config"), configuration());
});

/** All files of the repository: what they hold, and when they were changed. */
function snapshot(): Record<string, string> {
  const paths = readdirSync(repo, { recursive: true, encoding: "utf8" }).sort();
  return Object.fromEntries(
    paths.map((path) => {
      const { mtimeMs, size, mode } = statSync(join(repo, path));
      return [path, `${mtimeMs} ${size} ${mode}`];
    }),
  );
}

describe("a hostile repository", () => {
  const before: Record<string, string> = {};

  it("runs nothing when its commits are checked, and stays as it is", () => {
    Object.assign(before, snapshot());
    const { status, stdout } = dpamt("check", "--git", "HEAD^!", "--repo", repo, ...SMALL);
    expect(stdout).toContain("git:HEAD^! (C): ✓ holds");
    expect(status).toBe(0);
    expect(fired()).toEqual([]);
    expect(snapshot()).toEqual(before);
  });

  it("fetches nothing that is missing, by any name of a commit", () => {
    expectRefusal(
      dpamt("check", "--git", "HEAD~2..HEAD~", "--repo", repo),
      "the repository lacks what the range needs",
    );
    for (const name of [
      missing,
      `${"1".repeat(40)}`,
      "HEAD~:gone.c",
      "HEAD@{yesterday}",
      "@{upstream}",
      ":/needs",
      "HEAD^{/x}",
    ]) {
      expect(dpamt("check", "--git", `${name}..HEAD`, "--repo", repo, ...SMALL).stderr).not.toMatch(/bug in dpamt/);
    }
    expect(fired()).toEqual([]);
    expect(snapshot()).toEqual(before);
  });

  it("is not helped by the surroundings", () => {
    const program = trap("environment", "cat");
    const names = [
      "EXTERNAL_DIFF",
      "PAGER",
      "EDITOR",
      "ASKPASS",
      "SSH",
      "SSH_COMMAND",
      "PROXY_COMMAND",
      "SEQUENCE_EDITOR",
    ];
    const hostile = Object.fromEntries(names.map((name) => [`GIT_${name}`, program]));
    const env = {
      ...process.env,
      ...hostile,
      GIT_DIR: "/nowhere",
      GIT_TRACE: join(canaries, "trace"),
      GIT_EXEC_PATH: folder,
    };
    const words = [MAIN, "check", "--git", "HEAD^!", "--repo", repo, ...SMALL];
    const { status } = spawnSync(process.execPath, words, { env, encoding: "utf8" });
    expect([status, fired()]).toEqual([0, []]);
  });

  // A pager needs a terminal, and a merge driver a merge.
  it("does run things when it is read with plain git: the traps are real", () => {
    const steps: readonly (readonly [fires: string, ...words: string[]])[] = [
      ["external-diff", "diff", "HEAD~", "--", ".gitattributes"],
      ["fsmonitor", "status"],
      ["clean", "hash-object", "--path=x.c", "x.c"],
      ["smudge", "cat-file", "--filters", "HEAD:x.c"],
      ["textconv", "cat-file", "--textconv", "HEAD:x.c"],
      ["diff-driver", "diff", "HEAD~", "--", "x.c"],
      ["gpg", "log", "-1"],
      ["promisor", "cat-file", "blob", missing],
      ["ext", "ls-remote", "ext"],
      ["ssh", "ls-remote", "ssh"],
      ["proxy", "ls-remote", "proxy"],
      ["alternates", "rev-list", "--alternate-refs", "HEAD", "--max-count=1"],
      ["alias", "trap"],
      ["editor", "branch", "--edit-description"],
      ["credential", "credential", "fill"],
      ["trailer", "interpret-trailers", "--trailer", "x: y"],
      ["hook-reference-transaction", "update-ref", "refs/heads/new", "HEAD"],
      ["hook-post-index-change", "update-index", "--refresh"],
      ["hook-post-checkout", "checkout", "-q", "-f", "HEAD", "--", "."],
    ];
    const harmless = steps.flatMap(([fires, ...words]) => {
      rmSync(join(canaries, fires), { force: true });
      const { stderr } = plainGit(repo, words, "protocol=https\nhost=nowhere.invalid\n\n");
      return existsSync(join(canaries, fires)) ? [] : [`${fires}: git ${words.join(" ")}: ${stderr}`];
    });
    expect(harmless).toEqual([]);
  });
});
