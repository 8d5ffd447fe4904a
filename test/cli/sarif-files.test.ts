/** Files in SARIF: never by a path that says where the log was made. */
import { resolve } from "node:path";
import { expect, it } from "vitest";
import { sarifFiles } from "../../src/cli/sarif-files.js";

const TREE = "test/fixtures/slice/tree";
const MAIN = "arch/x86/virt/vmx/tdx/tdx.c";

it("names files relative to the tree, the working directory, or their own folder", () => {
  const without = sarifFiles(undefined);
  expect(without.named("test/a.c")).toEqual({ path: "test/a.c", base: "WORKDIR" });
  expect(without.named(resolve("test/a.c"))).toEqual({ path: "test/a.c", base: "WORKDIR" });
  expect(without.named("/srv/a.c")).toEqual({ path: "a.c", base: "FILEDIR" });
  expect(without.named("../a.c")).toEqual({ path: "a.c", base: "FILEDIR" });
  const within = sarifFiles(TREE);
  for (const file of [MAIN, `${TREE}/${MAIN}`, resolve(TREE, MAIN)]) {
    expect(within.named(file)).toEqual({ path: MAIN, base: "TREE" });
  }
  expect(within.named("test/harness.c")).toEqual({ path: "test/harness.c", base: "WORKDIR" });
  for (const { named, bases } of [without, within]) {
    for (const file of [MAIN, "x.c", "/tmp/x.c"]) expect(Object.keys(bases)).toContain(named(file).base);
  }
});
