/** `dpamt compare` as a user types it, with C among what is compared. */
import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { outputSchemas } from "../../src/cli/schemas.js";
import { dpamt, expectRefusal, MAIN } from "./support/dpamt.js";
import { commitAll, emptyRepository } from "./support/git-repository.js";

const FIXTURES = "test/fixtures/c";
const SMALL = ["--cpus", "2", "--rounds", "1", "--regions", "1", "--scenario", "main"];

const folder = mkdtempSync(join(tmpdir(), "dpamt-compare-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const broken = join(folder, "broken.c");
writeFileSync(
  broken,
  "int tdx_pamt_get(struct page *page) { return no_such_thing(page); }\nvoid tdx_pamt_put(struct page *page) { }\n",
);

describe("compare with C", () => {
  it("sets files, patches and designs side by side, and says what is better and worse", () => {
    const args = ["early-drop", `${FIXTURES}/fast-path.c`, `${FIXTURES}/mutants/plain-counter.patch`];
    const [json, text] = [join(folder, "all.json"), join(folder, "all.txt")];
    const reports = ["--report", `json=${json}`, "--report", `text=${text}`];
    const { status, stdout, stderr } = dpamt("compare", ...args, "--tree", FIXTURES, ...SMALL, ...reports);
    expect(stderr).toBe("");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^design +verdict +R1 .*\nearly-drop +\S violated .*\nfast-path\.c +\S holds/m);
    expect(stdout).toMatch(/^plain-counter\.patch: tree: test\/fixtures\/c$/m);
    expect(stdout).toMatch(/^fast-path\.c against early-drop: 1 better, /m);
    expect(stdout).toMatch(/^ {2}better +R1 Free never fails: violated -> held$/m);
    expect(stdout).toMatch(/^plain-counter\.patch: R10 data race/m);
    expect(stdout).toContain(`${FIXTURES}/mutants/plain-counter.patch --tree ${FIXTURES}\n`);

    const comparison = outputSchemas.compare.parse(JSON.parse(readFileSync(json, "utf8")));
    expect(comparison.labels).toEqual(["early-drop", "fast-path.c", "plain-counter.patch"]);
    expect(comparison.results.map(({ subject, c }) => [subject.kind, c?.file])).toEqual([
      ["design", undefined],
      ...args.slice(1).map((file) => ["c", file]),
    ]);
    expect(comparison.results[1]?.coverage?.length).toBeGreaterThan(50);
    expect(comparison.differences.map(({ to }) => to)).toEqual([1, 2]);
    const [first, second] = comparison.differences;
    const changeOf = (at: typeof first, id: string) => at?.requirements.find((each) => each.id === id)?.change;
    expect([changeOf(first, "R1"), changeOf(first, "R2"), changeOf(second, "R10")]).toEqual([
      "better",
      "not-decided",
      "not-decided",
    ]);
    expect(readFileSync(text, "utf8")).toMatch(/^\[3\] against \[1\]: /m);
  });

  it("takes commits of a repository, beside files of a tree", () => {
    const repo = emptyRepository(join(folder, "repository"));
    for (const fixture of ["lazy", "early-drop-v1", "fast-path"]) {
      copyFileSync(`${FIXTURES}/${fixture}.c`, join(repo, "helpers.c"));
      commitAll(repo, fixture);
    }
    const commits = ["git:HEAD~2..HEAD~1", "git:HEAD~2..HEAD"];
    const patch = `${FIXTURES}/mutants/plain-counter.patch`;
    const args = [...commits, patch, "--repo", repo, "--tree", FIXTURES, ...SMALL];
    const { status, stdout, stderr } = dpamt("compare", ...args, "--json");
    expect([status, stderr]).toEqual([1, ""]);
    const { results, labels, differences } = outputSchemas.compare.parse(JSON.parse(stdout));
    expect(labels).toEqual([...commits, "plain-counter.patch"]);
    expect(results.map(({ c }) => [c?.repo, c?.tree])).toEqual([
      [repo, undefined],
      [repo, undefined],
      [undefined, FIXTURES],
    ]);
    expect(differences[0]?.requirements.find(({ id }) => id === "R1")?.change).toBe("better");
    const walked = dpamt("replay", results[0]?.counterexample?.schedule ?? "", "git:HEAD~2..HEAD~1", "--repo", repo);
    expect([walked.status, walked.stderr]).toEqual([1, ""]);
    expectRefusal(dpamt("compare", "lazy", "git:HEAD..HEAD", "--repo", repo), "argument 2 (git:HEAD..HEAD): ");
    expectRefusal(dpamt("compare", "lazy", patch, "--repo", repo), "--repo is about commits");
  });

  it("tells two of one name apart", () => {
    const file = `${FIXTURES}/global-lock.c`;
    const { status, stdout } = dpamt("compare", file, file, ...SMALL);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^global-lock\.c \(1\) .*\nglobal-lock\.c \(2\) /m);
    expect(stdout).toMatch(/^global-lock\.c \(2\) against global-lock\.c \(1\): 14 as before$/m);
  });

  it("takes a name that is a design for the design, and says so where it is a file too", () => {
    copyFileSync(`${FIXTURES}/lazy.c`, join(folder, "static-pamt"));
    const { status, stdout, stderr } = spawnSync(
      process.execPath,
      [resolve(MAIN), "compare", "static-pamt", "./static-pamt", ...SMALL, "--json"],
      { encoding: "utf8", cwd: folder, maxBuffer: 1 << 28 },
    );
    expect(stderr).toBe("dpamt: note: static-pamt is the design; for the file of that name type ./static-pamt\n");
    expect(status).toBe(1);
    const { results, labels } = outputSchemas.compare.parse(JSON.parse(stdout));
    expect(results.map(({ subject, verdict }) => [subject.kind, verdict])).toEqual([
      ["design", "holds"],
      ["c", "violated"],
    ]);
    expect(labels).toEqual(["static-pamt", "./static-pamt"]);
  });

  it("says which argument does not compile, before it explores anything", () => {
    expectRefusal(
      dpamt("compare", "global-lock", `${FIXTURES}/lazy.c`, broken, "--cpus", "8"),
      `argument 3 (${broken}): `,
      "no_such_thing",
    );
  });

  it("refuses what it cannot compare", () => {
    expectRefusal(
      dpamt("compare", "global-lock", "no-such.c"),
      'neither a file nor a design "no-such.c"',
      "static-pamt",
    );
    expectRefusal(dpamt("compare", "lazy", "--design", "global-lock"), "--design and arguments exclude each other");
    expectRefusal(dpamt("compare", "lazy", "fast-path", "--harness", "h.c"), "--harness is about C");
    expectRefusal(dpamt("compare", "--tree", FIXTURES), "--tree is about C");
    expectRefusal(dpamt("compare", "-", "-"), "standard input");
    expectRefusal(dpamt("compare", "--design", broken), "there is no design");
    expectRefusal(dpamt("compare", "lazy", "--report", "html=x.html"), 'no format "html"', "markdown");
    expectRefusal(dpamt("compare", "lazy", broken, "--report", `text=${broken}`), "are one file");
    expectRefusal(dpamt("compare", "lazy", "--json", "--report", "text=-"), "both go to stdout");
  });
});
