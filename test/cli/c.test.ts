/** `dpamt check FILE.c` as a user types it: what it prints, saves and writes as SARIF, and replay of it. */
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { outputSchemas } from "../../src/cli/schemas.js";
import type { HtmlData } from "../../src/report/html.js";
import type { Sarif } from "../../src/report/index.js";
import { dpamt, expectCompileErrors, expectRefusal } from "./support/dpamt.js";

const FIXTURES = "test/fixtures/c";
const SMALL = ["--cpus", "2", "--rounds", "1", "--regions", "1"];

const folder = mkdtempSync(join(tmpdir(), "dpamt-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A program that is no clang: it leaves a mark and fails. */
function fakeClang(): { path: string; mark: string } {
  const [path, mark] = [join(folder, "fake-clang"), join(folder, "was-run")];
  writeFileSync(path, `#!/bin/sh\n: > '${mark}'\nexit 1\n`, { mode: 0o755 });
  rmSync(mark, { force: true });
  return { path, mark };
}

describe("check of C", () => {
  it("holds for the merged helpers, and says which lines were explored", () => {
    const { status, stdout, stderr } = dpamt("check", `${FIXTURES}/global-lock.c`, ...SMALL, "--json");
    expect(stderr).toBe("");
    expect(status).toBe(0);
    const result = outputSchemas.check.parse(JSON.parse(stdout));
    expect(result.subject).toEqual({ kind: "c", name: `${FIXTURES}/global-lock.c`, origin: "C" });
    expect(result.verdict).toBe("holds");
    const get = result.coverage?.filter((line) => line.function === "tdx_pamt_get") ?? [];
    expect(get.length).toBeGreaterThan(10);
    expect(get.filter(({ reached }) => reached).length).toBeGreaterThan(10);
    const topup = result.coverage?.filter((line) => line.function === "tdx_topup_pamt_cache") ?? [];
    expect(topup.length).toBeGreaterThan(0);
    // The battery of C with a cache has the scenario that fills it.
    expect(topup.some(({ reached }) => reached)).toBe(true);
    const main = dpamt("check", `${FIXTURES}/global-lock.c`, ...SMALL, "--scenario", "main", "--json");
    const alone = outputSchemas.check.parse(JSON.parse(main.stdout));
    const unfilled = alone.coverage?.filter((line) => line.function === "tdx_topup_pamt_cache") ?? [];
    expect([unfilled.length, unfilled.some(({ reached }) => reached)]).toEqual([topup.length, false]);
  });

  it("shows a data race with both lines, as text, as SARIF, and again in replay", () => {
    const patch = [`${FIXTURES}/mutants/plain-counter.patch`, "--tree", FIXTURES];
    const [saved, log, page] = [join(folder, "race.json"), join(folder, "race.sarif"), join(folder, "race.html")];
    const flags = [...SMALL, "--scenario", "main", "--save", saved, "--sarif", log, "--report", `html=${page}`];
    const { status, stdout } = dpamt("check", ...patch, ...flags);
    expect(status).toBe(1);
    const lines = readFileSync(`${FIXTURES}/fast-path.c`, "utf8").split("\n");
    const setting = lines.findIndex((line) => line.includes("atomic_set(refcount, 1);")) + 1;
    expect(stdout).toMatch(/R10 broken: data race on count of A:/);
    expect(stdout).toMatch(/^ {2}fast-path\.c:\d+: if \(refcount->counter\)/m);
    expect(stdout).toContain("fast-path.c:");

    const result = outputSchemas.check.parse(JSON.parse(readFileSync(saved, "utf8")));
    const sources = result.counterexample?.sources ?? [];
    expect(sources.map(({ text }) => text)).toEqual(["if (refcount->counter) {", "atomic_set(refcount, 1);"]);
    expect(Math.abs((sources[1]?.line ?? 0) - setting)).toBeLessThan(10);

    const sarif = JSON.parse(readFileSync(log, "utf8")) as Sarif;
    expect(sarif.version).toBe("2.1.0");
    const [run] = sarif.runs;
    const race = run?.results.find(({ ruleId }) => ruleId === "R10");
    expect(race?.level).toBe("error");
    expect(race?.locations.map(({ physicalLocation }) => physicalLocation?.region?.startLine)).toEqual(
      sources.map(({ line }) => line),
    );
    const artifacts = race?.locations.map(({ physicalLocation }) => physicalLocation?.artifactLocation);
    expect(artifacts).toEqual(sources.map(() => ({ uri: "test/fixtures/c/fast-path.c", uriBaseId: "%SRCROOT%" })));
    expect(Object.keys(run?.originalUriBaseIds ?? {})).toContain("%SRCROOT%");
    expect(readFileSync(log, "utf8")).not.toContain(process.cwd());
    expect(race?.codeFlows?.[0]?.threadFlows.map(({ id }) => id)).toEqual(["CPU0", "CPU1"]);
    expect(run?.tool.driver.rules.map(({ id }) => id)).toContain("R10");

    // Lines of the patched file beside those that steps name, and none that are far from them.
    const [, data = ""] = /id="result">(.*?)<\/script>/s.exec(readFileSync(page, "utf8")) ?? [];
    const carried = (JSON.parse(data) as HtmlData).sources;
    expect(Object.keys(carried)).toEqual(["fast-path.c"]);
    const shown = carried["fast-path.c"]?.split("\n") ?? [];
    const [first] = sources;
    expect(shown[(first?.line ?? 0) - 1]?.trim()).toBe(first?.text);
    expect(shown[setting - 2]).not.toBe("");
    expect(shown[0]).toBe("");

    const note = `dpamt: note: as ${saved} says, C is read from ${patch.join(" ")}\n`;
    for (const [again, stderr] of [
      [[saved], note],
      [[result.counterexample?.schedule ?? "", ...patch], ""],
    ] as const) {
      const replayed = dpamt("replay", ...again);
      expect(replayed.stderr).toBe(stderr);
      expect(replayed.status).toBe(1);
      expect(replayed.stdout).toContain("R10 broken: data race");
    }
  });

  it("runs no program that a saved result names, and reads no device", () => {
    const { path: clang, mark } = fakeClang();
    const made = join(folder, "small.json");
    const file = `${FIXTURES}/early-drop-v1.c`;
    expect(dpamt("check", file, ...SMALL, "--scenario", "main", "--save", made).status).toBe(1);
    const result = JSON.parse(readFileSync(made, "utf8"));
    const saved = join(folder, "stranger.json");
    const given = (c: object): void => writeFileSync(saved, JSON.stringify({ ...result, c: { file, ...c } }));
    given({ clang });
    expectRefusal(dpamt("replay", saved), `was made with --clang ${clang}`, `give --clang ${clang}`);
    expectRefusal(dpamt("replay", saved, file, "--optimise", "0"), "--clang");
    expect(existsSync(mark)).toBe(false);
    // Whoever names it has it run.
    expect(dpamt("replay", saved, "--clang", clang).status).toBe(2);
    expect(existsSync(mark)).toBe(true);
    given({ harness: "/dev/zero" });
    expectRefusal(dpamt("replay", saved), "/dev/zero");
    given({ file: "/dev/zero" });
    expectRefusal(dpamt("replay", saved), "/dev/zero");
    given({ file: folder });
    expectRefusal(dpamt("replay", saved), "no file of C");
    expect(dpamt("replay", saved, file).status).toBe(1);
  });

  it("finds a clang by a path that is relative to where it is called", () => {
    const { path, mark } = fakeClang();
    const { status, stderr } = dpamt("check", `${FIXTURES}/lazy.c`, "--clang", relative(process.cwd(), path));
    expect(stderr).not.toContain("cannot be run");
    expect(status).toBe(2);
    expect(existsSync(mark)).toBe(true);
  });

  it("says of what is no text that it is none", () => {
    const file = join(folder, "program.c");
    writeFileSync(file, Buffer.from("7f454c4602010100ff00fe", "hex"));
    expectRefusal(dpamt("check", file), `${file} is not text`);
    expectRefusal(dpamt("check", `${FIXTURES}/lazy.c`, "--harness", file), `${file} is not text`);
  });

  it("takes functions of other names, a harness, and headers of the user's own", () => {
    const file = join(folder, "pairs.c");
    const harness = join(folder, "harness.c");
    writeFileSync(
      file,
      "#include <linux/mm.h>\n#include <linux/mine.h>\nint mine_get(unsigned long pfn)\n{\n\treturn MINE;\n}\n",
    );
    writeFileSync(harness, "void mine_put(unsigned long pfn)\n{\n}\n");
    const shim = mkdtempSync(join(folder, "shim-"));
    const flags = ["--entry", "get=mine_get", "--entry", "put=mine_put", "--harness", harness, ...SMALL];
    const without = dpamt("check", file, ...flags);
    expect(without.status).toBe(2);
    expectCompileErrors(without, "<linux/mine.h>", "shim/linux/mine.h and add --shim shim\n  #define MINE 0\n");
    spawnSync("mkdir", ["-p", join(shim, "linux")]);
    writeFileSync(join(shim, "linux/mine.h"), "#define MINE 0\n");
    const { status, stdout } = dpamt("check", file, ...flags, "--shim", shim, "--scenario", "main");
    // It does nothing at all, so pages are used without a pair.
    expect(status).toBe(1);
    expect(stdout).toMatch(/R3 broken/);
  });

  it("says what is wrong with flags before it compiles", () => {
    const file = join(folder, "broken.c");
    writeFileSync(file, "int tdx_pamt_get(struct page *page)\n{\n\treturn gone();\n}\n");
    for (const [flags, what] of [
      [["--scenario", "man"], '--scenario: there is no scenario "man"'],
      [["--flows", "zop"], "--flows: "],
      [["--no-reduce", "all"], '--no-reduce: there is no reduction "all"'],
      [["--cpus", "9"], "--cpus"],
    ] as const) {
      const { status, stderr } = dpamt("check", file, ...flags);
      expect(stderr).toContain(what);
      expect(stderr).toMatch(/^dpamt: [^\n]+\n$/);
      expect(status).toBe(2);
    }
  });

  it("names includes that were not found where a name is not known, and the tree that a patch needs", () => {
    const file = join(folder, "stats.c");
    const text = "int tdx_pamt_get(struct page *page)\n{\n\tcount(GETS);\n\treturn 0;\n}\n";
    for (const body of [text, text.replace("count(GETS)", "struct stats all = {}; kind_t kind = 0")]) {
      writeFileSync(file, `#include "stats.h"\n${body}`);
      const { status, stderr } = dpamt("check", file);
      expect(stderr).toContain(
        `perhaps it is in "stats.h" included at ${file}:1, which was not found: give its folder with --shim`,
      );
      expect(status).toBe(2);
    }
    const patch = join(folder, "stats.patch");
    const added = text.replaceAll(/^/gm, "+").replace(/\+$/, "");
    writeFileSync(patch, `--- /dev/null\n+++ b/stats.c\n@@ -0,0 +1,5 @@\n${added}`);
    for (const each of [patch, `${FIXTURES}/mutants/no-reset.patch`]) {
      const { status, stderr } = dpamt("check", each);
      expect(stderr).toContain("--tree");
      expect(stderr).not.toContain("--shim");
      expect(status).toBe(2);
    }
  });

  it("has the verdict of the design under the memory model of x86, too", () => {
    const { status, stdout } = dpamt("check", `${FIXTURES}/global-lock.c`, ...SMALL, "--memory", "tso");
    expect(status).toBe(0);
    expect(stdout).toContain("with the store buffers of x86");
  });

  it("shows the lines of a patch whose tree is not given", () => {
    const file = join(folder, "whole.patch");
    const lines = readFileSync(`${FIXTURES}/early-drop-v1.c`, "utf8").trimEnd().split("\n");
    const head = [
      "diff --git a/early.c b/early.c",
      "new file mode 100644",
      "--- /dev/null",
      "+++ b/early.c",
      `@@ -0,0 +1,${lines.length} @@`,
    ];
    const patch = [...head, ...lines.map((line) => `+${line}`)];
    writeFileSync(file, `${patch.join("\n")}\n`);
    const { status, stdout } = dpamt("check", file, "--scenario", "main", "--json", ...SMALL);
    expect(status).toBe(1);
    const sources: { file: string; line: number; text: string }[] = JSON.parse(stdout).counterexample.steps.flatMap(
      ({ source = [] }) => source,
    );
    expect(sources.length).toBeGreaterThan(5);
    for (const { file: named, line, text } of sources) {
      expect(named).toBe("early.c");
      expect(lines[line - 1]?.trim()).toBe(text);
    }
  });

  it("shows the same of a mail however it is encoded, and judges the newest of two versions", () => {
    const sent = (version: string, source: string, encoding: string): string => {
      const lines = readFileSync(`${FIXTURES}/${source}`, "utf8").trimEnd().split("\n");
      const hunk = [`@@ -0,0 +1,${lines.length} @@`, ...lines.map((line) => `+${line}`)].join("\n");
      const body = Buffer.from(`Text.\n---\n\n--- /dev/null\n+++ b/pairs.c\n${hunk}\n-- \n2.47.2\n`);
      const quoted = body
        .toString("latin1")
        .replace(/[=\x80-\xff]/g, (c) => `=${c.charCodeAt(0).toString(16).toUpperCase()}`);
      const encoded: Record<string, string> = {
        "8bit": body.toString(),
        base64: body.toString("base64").replace(/.{76}/g, "$&\n"),
        "quoted-printable": quoted.replace(/.{60}(?=[^=]{3})(?<!=.?)/g, "$&=\n"),
      };
      const head = ["From mboxrd@z Thu Jan  1 00:00:00 1970", `Subject: [PATCH${version} 1/1] pairs`];
      return [...head, `Content-Transfer-Encoding: ${encoding}`, "", encoded[encoding], "", ""].join("\n");
    };
    const file = join(folder, "pairs.mbox");
    const seen = ["8bit", "base64", "quoted-printable"].map((encoding) => {
      writeFileSync(file, sent("", "early-drop-v1.c", encoding));
      const { status, stdout } = dpamt("check", file, "--scenario", "main", "--json", ...SMALL);
      expect(status).toBe(1);
      const { counterexample, coverage, c } = outputSchemas.check.parse(JSON.parse(stdout));
      expect(c?.from).toEqual({ patches: ["[PATCH 1/1] pairs"], leftOut: [] });
      return { steps: counterexample?.steps, coverage };
    });
    expect(seen[0]?.steps?.some(({ source }) => source?.file === "pairs.c" && source.text !== "")).toBe(true);
    expect(seen[1]).toEqual(seen[0]);
    expect(seen[2]).toEqual(seen[0]);

    // The first version breaks, the second holds.
    writeFileSync(file, sent("", "early-drop-v1.c", "8bit") + sent(" v2", "global-lock.c", "base64"));
    const { status, stdout } = dpamt("check", file, "--scenario", "main", ...SMALL);
    expect(status).toBe(0);
    expect(stdout).toContain("\n  patches: [PATCH v2 1/1] pairs\n  left out: [PATCH 1/1] pairs: an older version\n");
    // Two of one number, one of them wrong.
    writeFileSync(file, sent(" v2", "early-drop-v1.c", "8bit") + sent(" v2", "global-lock.c", "8bit"));
    expectRefusal(dpamt("check", file), "[PATCH v2 1/1] pairs at line 1 and [PATCH v2 1/1] pairs at line");
  });

  it("names the tree that it found, and finds none above the repository of the file", () => {
    const top = mkdtempSync(join(folder, "linux-"));
    const inner = join(top, "tools/pairs");
    mkdirSync(join(top, "arch/x86/include/asm"), { recursive: true });
    mkdirSync(join(inner, ".git"), { recursive: true });
    writeFileSync(join(top, "arch/x86/include/asm/tdx_pairs.h"), "#define PAIR_OF_TREE 1\n");
    const flags = [...SMALL, "--scenario", "main"];
    // Pairs have as many pages as a header of the tree says.
    const text = readFileSync(`${FIXTURES}/global-lock.c`, "utf8").replaceAll(
      "< tdx_dpamt",
      "< PAIR_OF_TREE * tdx_dpamt",
    );
    for (const place of [top, inner]) {
      const file = join(place, "pairs.c");
      writeFileSync(file, `#include <asm/tdx_pairs.h>\n${text}`);
    }
    const saved = join(folder, "tree.json");
    const { status, stdout } = dpamt("check", join(top, "pairs.c"), ...flags, "--save", saved);
    expect(status).toBe(0);
    expect(stdout).toContain(`\n  tree: ${top}\n`);
    for (const format of ["text", "markdown"]) {
      expect(dpamt("report", saved, "--format", format).stdout).toMatch(/\btree: /i);
    }
    expect(outputSchemas.check.parse(JSON.parse(readFileSync(saved, "utf8"))).c?.from).toEqual({ tree: top });
    expectCompileErrors(
      dpamt("check", join(inner, "pairs.c"), ...flags),
      "PAIR_OF_TREE",
      "the kernel tree with --tree",
    );
    expect(dpamt("check", join(inner, "pairs.c"), "--tree", top, ...flags).status).toBe(0);
  });

  it("refuses a design and a file together, and flags of C without a file", () => {
    for (const args of [
      ["x.c", "--design", "lazy"],
      ["--sarif", join(folder, "x.sarif")],
    ]) {
      const { status, stdout, stderr } = dpamt("check", ...args);
      expect(status).toBe(2);
      expect(stdout).toBe("");
      expect(stderr).toMatch(/^dpamt: [^\n]+\n$/);
    }
  });
});
