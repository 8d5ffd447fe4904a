/** A tree laid out as Linux, checked as users do: its file, a series of mails, a patch. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outputSchemas } from "../../src/cli/schemas.js";
import { dpamt, expectCompileErrors, expectRefusal } from "./support/dpamt.js";
import { MAIN_FILE as MAIN, mails, series, TREE, writeBase } from "./support/series-tree.js";

const SMALL = ["--cpus", "2", "--rounds", "1"];

const folder = mkdtempSync(join(tmpdir(), "dpamt-tree-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The tree before the series. */
const base = join(folder, "linux");
beforeAll(() => writeBase(base));

/** The result of a check that holds, with nothing said beside it. */
function held(...args: string[]) {
  const { status, stdout, stderr } = dpamt("check", ...args, ...SMALL, "--json");
  expect(stderr).toBe("");
  expect(status).toBe(0);
  const result = outputSchemas.check.parse(JSON.parse(stdout));
  expect(result.verdict).toBe("holds");
  return result;
}

const file = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe("a tree laid out as Linux", () => {
  it("holds with R11, and no note, whole", () => {
    const { requirements, c, coverage } = held(`${TREE}/${MAIN}`);
    for (const { id, verdict } of requirements)
      expect(`${id} ${verdict}`).toBe(`${id} ${id === "R11" || id === "R14" ? "warning" : "held"}`);
    expect(c?.from).toEqual({ tree: TREE });
    // What runs at boot is what the file does itself, and headers of the tree are counted.
    const reached = new Set(coverage?.filter((line) => line.reached).map((line) => line.function));
    for (const name of ["get_tdx_sys_info", "init_dpamt_refcounts", "pamt_region_of", "sc_retry"])
      expect(reached).toContain(name);
  });

  it("has the same verdict as a series of mails, in any order, and as one patch", () => {
    expect(readFileSync(join(base, MAIN), "utf8")).not.toContain("pamt_get");
    const mixed = [4, 2, 0, 3, 1].map((at) => mails[at]).join("");
    const ofSeries = held(file("series.mbox", mixed), "--tree", base, "--scenario", "main");
    expect(ofSeries.c?.from).toEqual({
      tree: base,
      patches: ["[PATCH v2 0/4] x86/virt/tdx: Pairs for regions (4 patches)"],
      leftOut: [],
    });
    const patch = mails.map((mail) => mail.slice(mail.search(/^diff --git/m)).replace(/^-- \n.*$/ms, "")).slice(1);
    const ofPatch = held(file("pairs.diff", patch.join("")), "--tree", base, "--scenario", "main");
    expect(ofPatch.scenarios.map(({ states }) => states)).toEqual(ofSeries.scenarios.map(({ states }) => states));
    expect(ofPatch.coverage).toEqual(ofSeries.coverage);
  });

  it("breaks where the newest version of the series does, on lines of the patched file", () => {
    const wrong = series.replace("+\tif (atomic_read(count) > 1) {", "+\tif (atomic_read(count) > 2) {");
    const older = series.replaceAll(/^(Subject: \[PATCH) v2/gm, "$1").replaceAll("pairs-v2", "pairs-v1");
    const { status, stdout } = dpamt(
      "check",
      file("versions.mbox", wrong + older),
      "--tree",
      base,
      ...SMALL,
      "--scenario",
      "main",
      "--json",
    );
    expect(status).toBe(1);
    const { counterexample, c } = outputSchemas.check.parse(JSON.parse(stdout));
    expect(c?.from?.leftOut).toEqual(["[PATCH 0/4] x86/virt/tdx: Pairs for regions (4 patches): an older version"]);
    const lines = readFileSync(`${TREE}/${MAIN}`, "utf8")
      .replace("atomic_read(count) > 1", "atomic_read(count) > 2")
      .split("\n");
    const named = counterexample?.steps.flatMap(({ source }) => (source?.file === MAIN ? [source] : [])) ?? [];
    expect(named.length).toBeGreaterThan(5);
    for (const { line, text } of named) expect(lines[line - 1]?.trim()).toBe(text);
  });

  it("takes the file that defines the helpers, not one that calls them, and refuses two", () => {
    const made = (path: string, lines: readonly string[]) =>
      `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1,${lines.length} @@\n${lines.map((line) => `+${line}\n`).join("")}`;
    const call = ["int tdx_pamt_get(unsigned long pfn);", "int of_kvm(void)", "{", "\treturn tdx_pamt_get(1);", "}"];
    const helpers = ["int tdx_pamt_get(unsigned long pfn)", "{", "\treturn missing_here();", "}"];
    const calls = file("calls.patch", made("arch/x86/kvm/a.c", call) + made("virt/b.c", helpers));
    expectCompileErrors(dpamt("check", calls, "--tree", base), "dpamt: virt/b.c:3: `missing_here()` is not known");
    const both = file("both.patch", made("virt/a.c", helpers) + made("virt/b.c", helpers));
    expectRefusal(dpamt("check", both, "--tree", base), "virt/a.c and virt/b.c, which both define the helpers");
  });

  it("says that Dynamic PAMT is still off in the middle of the series", () => {
    const middle = file("middle.mbox", mails.slice(0, 4).join(""));
    expectRefusal(dpamt("check", middle, "--tree", base, ...SMALL), "arch/x86/include/asm/tdx.h:");
  });
});

describe("a file in no tree", () => {
  const lone = join(folder, "lone");
  const text = readFileSync("test/fixtures/c/idioms/kref.c", "utf8");
  const pairs = readFileSync("test/fixtures/c/idioms/pairs.h", "utf8");
  const small = [...SMALL, "--scenario", "main", "--regions", "1", "--json"];

  const laid = (path: string, content: string): string => {
    mkdirSync(dirname(join(lone, path)), { recursive: true });
    writeFileSync(join(lone, path), content);
    return join(lone, path);
  };

  it("finds what it includes in quotes beside it, and what that includes beside itself", () => {
    const main = laid("a/kref.c", text.replace('"pairs.h"', '"../b/one.h"'));
    laid("b/one.h", '#include "pairs.h"\n#include "../a/kref.c"\n');
    laid("b/pairs.h", pairs);
    // Beside the file, not beside the header that includes it.
    laid("a/pairs.h", "#error another\n");
    const { c, coverage } = held(main, "--scenario", "main", "--regions", "1");
    expect(c?.from).toEqual({});
    expect(new Set(coverage?.map((line) => line.file))).toEqual(new Set([main, join(lone, "b/pairs.h")]));
  });

  it("shows lines of such a header where it breaks, also when the tree lies elsewhere", () => {
    const main = laid("c/kref.c", text);
    const header = laid("c/pairs.h", pairs.replace("phys_to_page(args.r8)", "phys_to_page(args.rdx)"));
    laid("tree/include/pairs.h", "#error of the tree\n");
    for (const tree of [[], ["--tree", join(lone, "tree")]]) {
      const { status, stdout, stderr } = dpamt("check", main, ...tree, ...small);
      expect(stderr).toBe("");
      expect(status).toBe(1);
      const { counterexample } = outputSchemas.check.parse(JSON.parse(stdout));
      const shown = counterexample?.steps.flatMap(({ source }) => (source?.file === header ? [source] : [])) ?? [];
      expect(shown.length).toBeGreaterThan(0);
      const lines = readFileSync(header, "utf8").split("\n");
      for (const { line, text: said } of shown) expect(lines[line - 1]?.trim()).toBe(said);
    }
  });

  it("says what is not there, and takes no header of a folder that nobody named", () => {
    const main = laid("d/kref.c", text);
    laid("d/include/pairs.h", pairs);
    const where = '"pairs.h" included at ';
    expectCompileErrors(
      dpamt("check", main, ...small),
      where,
      "was not found: give its folder with --shim, or the kernel tree",
    );
    mkdirSync(join(lone, "d/pairs.h"));
    expectCompileErrors(dpamt("check", main, ...small), where, "was not found");
    const angled = laid("e/kref.c", text.replace('"pairs.h"', "<pairs.h>"));
    laid("e/pairs.h", pairs);
    expectCompileErrors(dpamt("check", angled, ...small), "<pairs.h> included at ", "was not found");
  });
});
