/** Files in reports for servers: from the root of the repository, never by a path that says where that lies. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, expect, it } from "vitest";
import { docsAddress } from "../../src/cli/docs-address.js";
import { sourceFiles } from "../../src/cli/source-files.js";

const TREE = "test/fixtures/slice/tree";
const MAIN = "arch/x86/virt/vmx/tdx/tdx.c";
const ROOT = "%SRCROOT%";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "dpamt-files-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("names files from the root of the repository, or by their own folder", () => {
  const without = sourceFiles(undefined);
  expect(without.named("test/a.c")).toEqual({ path: "test/a.c", base: ROOT });
  expect(without.named(resolve("test/a.c"))).toEqual({ path: "test/a.c", base: ROOT });
  expect(without.named("/srv/a.c")).toEqual({ path: "a.c", base: "FILEDIR" });
  expect(without.named("../a.c")).toEqual({ path: "a.c", base: "FILEDIR" });
  // A tree that is a folder of a repository: servers know its files by their paths in that.
  const within = sourceFiles(TREE);
  for (const file of [MAIN, `${TREE}/${MAIN}`, resolve(TREE, MAIN)]) {
    expect(within.named(file)).toEqual({ path: `${TREE}/${MAIN}`, base: ROOT });
  }
  for (const { named, bases } of [without, within]) {
    for (const file of [MAIN, "x.c", "/tmp/x.c"]) expect(Object.keys(bases)).toContain(named(file).base);
  }
});

it("names files of a tree elsewhere from its root, with links followed, and others from the working directory", () => {
  mkdirSync(join(folder, "linux", ".git"), { recursive: true });
  mkdirSync(join(folder, "linux", "arch"));
  writeFileSync(join(folder, "linux", "arch", "tdx.c"), "");
  symlinkSync(join(folder, "linux"), join(folder, "link"));
  symlinkSync("tdx.c", join(folder, "linux", "arch", "alias.c"));
  for (const tree of [join(folder, "linux"), join(folder, "link"), join(folder, "linux", "arch")]) {
    const files = sourceFiles(tree);
    expect(files.named(join(tree, tree.endsWith("arch") ? "tdx.c" : "arch/tdx.c"))).toEqual({
      path: "arch/tdx.c",
      base: ROOT,
    });
    expect(files.named(join(folder, "linux/arch/alias.c"))).toEqual({ path: "arch/tdx.c", base: ROOT });
    expect(files.named("test/harness.c")).toEqual({ path: "test/harness.c", base: "WORKDIR" });
    expect(Object.keys(files.bases)).toEqual([ROOT, "WORKDIR", "FILEDIR"]);
    expect(JSON.stringify(files.bases)).not.toContain(folder);
  }
});

it("takes the address of the documentation from the environment, and refuses what is none", () => {
  expect(docsAddress({}).docs).toBeUndefined();
  expect(docsAddress({ DPAMT_DOCS_URL: "https://git.example/dpamt/docs//" }).docs).toBe(
    "https://git.example/dpamt/docs",
  );
  for (const wrong of [
    "docs",
    "file:///srv/docs",
    "https://a:b@git.example/",
    "https://git.example/?a",
    "javascript:0",
  ]) {
    expect(() => docsAddress({ DPAMT_DOCS_URL: wrong }), wrong).toThrow(/DPAMT_DOCS_URL is .* give the address/);
  }
});
