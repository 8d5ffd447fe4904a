/** `dpamt init` as a user types it: what it writes compiles, boots and is checked, for helpers of any names. */
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { outputSchemas } from "../../src/cli/schemas.js";
import { dpamt, expectRefusal } from "./support/dpamt.js";

const FIXTURES = "test/fixtures/c";
const SMALL = ["--cpus", "2", "--rounds", "1", "--regions", "1", "--scenario", "main,dpamt-off"];

const folder = mkdtempSync(join(tmpdir(), "dpamt-init-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A copy of a fixture, in a folder where init may write. */
function copied(name: string): string {
  const file = join(folder, `${name}.c`);
  copyFileSync(`${FIXTURES}/init/${name}.c`, file);
  return file;
}

function initialised(file: string, ...flags: string[]) {
  const { status, stdout, stderr } = dpamt("init", file, ...flags, "--json");
  expect(stderr).toBe("");
  return { status, ...outputSchemas.init.parse(JSON.parse(stdout)) };
}

/** Runs the command that init says to type next. */
function next(command: string, ...more: string[]) {
  const [, , ...words] = command.replaceAll("'", "").split(" ");
  return dpamt(...words, ...more);
}

describe("init", () => {
  it.each([
    ["page", ["get pamt_get", "put pamt_put"], 0, []],
    ["pages", ["get pair_up", "put pair_down", "alloc my_alloc", "free my_free"], 1, []],
    ["region-struct", ["get region_ref", "put region_unref"], 2, []],
    ["lookup", ["get region_hold", "put region_drop"], 0, []],
    ["frame", ["get frame_grab", "put frame_drop", "counter count_of"], 1, ["counter=count_of"]],
    ["index", ["get region_acquire", "put region_release"], 2, []],
  ])("writes a harness for %s.c, which can be checked as it is", (name, functions, doubts, entries) => {
    const { status, harness, command, fillIn, verdict, ...found } = initialised(copied(name));
    expect(status).toBe(0);
    expect(found.functions.map((each) => `${each.entry} ${each.function}`)).toEqual(functions);
    expect([found.compiles, verdict, found.entries]).toEqual([true, "holds", entries]);
    expect(harness).toBe(join(folder, `${name}.harness.c`));
    const lines = readFileSync(harness ?? "", "utf8").split("\n");
    expect(fillIn).toHaveLength(doubts);
    for (const { line, text } of fillIn)
      expect(lines[line - 1]).toBe(`${/^\t?/.exec(lines[line - 1] ?? "")?.[0]}/* fill in: ${text} */`);
    const checked = next(command, ...SMALL, "--json");
    expect(checked.status, checked.stderr).toBe(0);
    const { requirements } = outputSchemas.check.parse(JSON.parse(checked.stdout));
    const verdictOf = (id: string) => requirements.find((each) => each.id === id)?.verdict;
    // The counter was found, and nothing runs where there is no Dynamic PAMT.
    expect([verdictOf("R5"), verdictOf("R12")]).toEqual(["held", "held"]);
  });

  it("says that flags do, or that nothing is needed, and writes nothing then", () => {
    const flags = initialised(copied("flags"));
    expect(flags.harness).toBeNull();
    expect(flags.command).toBe(
      `npx dpamt check ${folder}/flags.c --entry get=charge_region --entry put=uncharge_region --entry counter=users_of`,
    );
    expect(next(flags.command, ...SMALL).status).toBe(0);
    const { status, stdout } = dpamt("init", `${FIXTURES}/global-lock.c`);
    expect(status).toBe(0);
    expect(stdout).toContain("global-lock.c needs nothing: its functions have the usual names.\n");
    expect(stdout).toMatch(/^ {2}npx dpamt check test\/fixtures\/c\/global-lock\.c\n$/m);
    expect(existsSync(`${FIXTURES}/global-lock.harness.c`)).toBe(false);
  });

  it("takes the functions that are named, and hands other flags on", () => {
    const file = copied("pages");
    const flags = ["--entry", "get=pair_up", "--entry", "put=pair_down", "--out", join(folder, "other.c"), "--force"];
    const { command, harness, entries } = initialised(file, ...flags);
    expect([harness, entries]).toEqual([join(folder, "other.c"), []]);
    expect(command).toBe(`npx dpamt check ${file} --harness ${folder}/other.c`);
  });

  it("takes a patch, with its tree and without", () => {
    const text = readFileSync(`${FIXTURES}/init/page.c`, "utf8");
    const lines = text.split("\n").slice(0, -1);
    const patch = join(folder, "new.patch");
    const added = lines.map((line) => `+${line}\n`).join("");
    writeFileSync(patch, `--- /dev/null\n+++ b/drivers/page.c\n@@ -0,0 +1,${lines.length} @@\n${added}`);
    const tree = join(folder, "tree");
    mkdirSync(tree, { recursive: true });
    const [alone, inTree] = [initialised(patch), initialised(patch, "--tree", tree, "--force")];
    expect([alone.status, alone.verdict, inTree.status, inTree.verdict]).toEqual([0, "holds", 0, "holds"]);
    expect(inTree.command).toContain(`--tree ${tree} --harness ${folder}/new.harness.c`);
  });

  it("says what does not compile yet, with the harness in place", () => {
    const file = join(folder, "shimless.c");
    writeFileSync(
      file,
      readFileSync(`${FIXTURES}/init/page.c`, "utf8").replace("int ret = 0;", "int ret = no_such_thing();"),
    );
    const { status, stdout, stderr } = dpamt("init", file);
    expect([status, stderr]).toEqual([3, ""]);
    expect(stdout).toMatch(/^It does not compile yet: .*no_such_thing/m);
    expect(existsSync(join(folder, "shimless.harness.c"))).toBe(true);
  });

  it("lets nothing of a file's name or text out of comments", () => {
    const file = join(folder, "x \\\n$(id)'.c");
    const text = readFileSync(`${FIXTURES}/init/region-struct.c`, "utf8");
    writeFileSync(file, text.replace("#include <asm/tdx.h>", '#include <asm/tdx.h>\n#define ODD "*/ int evil; /*"'));
    const { status, stdout } = dpamt("init", file);
    expect(status).toBe(0);
    expect(stdout).toMatch(/^[\n\u0020-\u007e]*$/);
    const harness = readFileSync(join(folder, "x \\\n$(id)'.harness.c"), "utf8");
    expect(harness).not.toContain("evil");
    expect(harness.split("\n")[1]).toBe(
      " * What dpamt calls to check x ??$(id)'.c. Written by dpamt init: a guess from names and signatures.",
    );
  });

  it("refuses what it cannot guess or write", () => {
    const file = copied("page");
    const harness = join(folder, "page.harness.c");
    writeFileSync(harness, "mine\n");
    expectRefusal(dpamt("init", file), `${harness} is there already`, "--force", "--out");
    expect(readFileSync(harness, "utf8")).toBe("mine\n");
    expectRefusal(dpamt("init", file, "--out", file, "--force"), "are one file");
    expectRefusal(dpamt("init", file, "--entry", "get=no_such"), "no function no_such()");
    expectRefusal(dpamt("init", "-"), "give a file");
    expectRefusal(dpamt("init", join(folder, "no-such.c")), "no such file");
    expectRefusal(dpamt("init", "README.md"), "no TDH.PHYMEM.PAMT.ADD", "--entry");
    const only = join(folder, "only.c");
    writeFileSync(only, "struct page *get_one(void) { seamcall(TDH_PHYMEM_PAMT_ADD, 0); return 0; }\n");
    expectRefusal(dpamt("init", only), "PAMT.ADD is in get_one()");
  });
});
