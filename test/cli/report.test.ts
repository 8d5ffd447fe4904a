/** `dpamt report` and `--report` as a user types them: what is written where, and one clear line for what cannot be. */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { outputSchemas } from "../../src/cli/schemas.js";
import { reporters } from "../../src/report/index.js";
import { checkSchema } from "../../src/report/result-schema.js";
import { dpamt, expectRefusal } from "./support/dpamt.js";

const CHECK = [
  "check",
  "--design",
  "early-drop",
  "--cpus",
  "2",
  "--rounds",
  "1",
  "--regions",
  "1",
  "--scenario",
  "main",
];

const folder = mkdtempSync(join(tmpdir(), "dpamt-report-"));
const saved = join(folder, "saved.json");
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** By format, what its reports have. */
const signs: Readonly<Record<string, RegExp>> = {
  terminal: /early-drop \(.*violated/,
  text: /^ {4}=> R1: /m,
  "text-long": /^Covered:$/m,
  markdown: /^## Requirements$/m,
  html: /^<!doctype html>/,
  json: /"schema": "dpamt-check-2"/,
  itf: /"format": "ITF"/,
  sarif: /"version": "2\.1\.0"/,
  junit: /<testsuites name="dpamt early-drop"/,
  ktap: /^KTAP version 1\n1\.\.1\n(?:.*\n)*not ok 1 early-drop # violated: /,
  github: /^::error file=src\/helpers\/designs\/early-drop\.ts,line=\d+,title=early-drop%3A R1 /m,
  perfetto: /"traceEvents"/,
};

describe("--report", () => {
  beforeAll(() => {
    const reports = Object.keys(signs).flatMap((format) => ["--report", `${format}=${join(folder, format)}`]);
    const { status, stdout, stderr } = dpamt(...CHECK, "--save", saved, ...reports);
    expect([status, stderr]).toEqual([1, ""]);
    expect(stdout).toContain("walk it again:");
  });

  it("writes several reports of one check", () => {
    expect(Object.keys(signs)).toEqual(reporters.map(({ format }) => format));
    for (const [format, sign] of Object.entries(signs))
      expect(readFileSync(join(folder, format), "utf8")).toMatch(sign);
    expect(readFileSync(join(folder, "json"), "utf8")).toBe(readFileSync(saved, "utf8"));
    expect(readdirSync(folder).filter((name) => name.endsWith(".tmp"))).toEqual([]);
  });

  it("prints one report instead of what is printed otherwise, with the exit code of the check", () => {
    const { status, stdout } = dpamt(...CHECK, "--report", "text=-");
    expect(status).toBe(1);
    expect(stdout).toMatch(/^early-drop \(/);
    expect(stdout).toMatch(signs.text as RegExp);
    expect(stdout).not.toContain("walk it again:");
  });

  it("refuses before the search what could not be written in the end", () => {
    expectRefusal(dpamt("check", "--report", "pdf=x"), '"pdf"', "terminal, text, text-long, markdown");
    expectRefusal(dpamt("check", "--report", "text"), "text=FILE");
    expectRefusal(dpamt("check", "--report", "text="), "text=FILE");
    expectRefusal(dpamt("check", "--report", `text=${join(folder, "no", "such")}`), "no such file or folder");
    expectRefusal(dpamt("check", "--report", `text=${folder}`), "folder");
    expectRefusal(dpamt("check", "--report", "text=-", "--report", "junit=-"), "stdout");
    expectRefusal(dpamt("check", "--report", "text=-", "--json"), "--json");
    expectRefusal(dpamt("check", "--report", `text=${saved}`, "--report", `junit=${saved}`), "one file");
  });

  it("refuses to write over what it reads or writes beside, by whatever name", () => {
    const [here, c] = [join(folder, "one.txt"), join(folder, "helpers.c")];
    const there = join(folder, ".", "..", basename(folder), "one.txt");
    const linked = join(folder, "linked.c");
    writeFileSync(c, "int x;");
    symlinkSync(c, linked);
    const both = "--report text and --report html are one file";
    expectRefusal(dpamt("check", "--report", `text=${here}`, "--report", `html=${there}`), both);
    expectRefusal(dpamt("check", "--save", here, "--report", `text=${there}`), "--save and --report text are one file");
    expectRefusal(dpamt("check", c, "--save", linked), "the C and --save are one file", linked);
    expectRefusal(dpamt("report", saved, "--out", saved), "the result and --out are one file");
    expect(readFileSync(c, "utf8")).toBe("int x;");
    expect(dpamt("report", saved, "--out", "/dev/null").status).toBe(0);
  });
});

describe("report", () => {
  it.each(Object.keys(signs))("makes of a saved result what --report writes: %s", (format) => {
    const { status, stdout, stderr } = dpamt("report", saved, "--format", format);
    expect([status, stderr]).toEqual([0, ""]);
    // On a terminal there may be more than ASCII.
    if (format === "terminal") expect(stdout).toMatch(signs.terminal as RegExp);
    else expect(stdout).toBe(readFileSync(join(folder, format), "utf8"));
  });

  it("writes to a file, and prints one JSON object", () => {
    const out = join(folder, "out.md");
    const { status, stdout } = dpamt("report", saved, "--format", "markdown", "--out", out, "--json");
    expect(status).toBe(0);
    const { format, text } = outputSchemas.report.parse(JSON.parse(stdout));
    expect(format).toBe("markdown");
    expect(text).toBe(readFileSync(out, "utf8"));
  });

  it("prints with --out -, as with --report FORMAT=-", () => {
    const { status, stdout, stderr } = dpamt("report", saved, "--format", "text", "--out", "-");
    expect([status, stderr]).toEqual([0, ""]);
    expect(stdout).toBe(readFileSync(join(folder, "text"), "utf8"));
    expect(existsSync("-")).toBe(false);
    expectRefusal(dpamt("report", saved, "--out", "-", "--json"), "--out -");
  });

  it("takes a result with a mark of the byte order", () => {
    const marked = join(folder, "marked.json");
    writeFileSync(marked, `\ufeff${readFileSync(saved, "utf8")}`);
    expect(dpamt("report", marked, "--format", "text").stdout).toBe(readFileSync(join(folder, "text"), "utf8"));
  });

  it("shows a comparison as compare does, and says what it cannot be made into", () => {
    const all = join(folder, "all.json");
    const flags = ["compare", "--design", "early-drop,lazy", ...CHECK.slice(3)];
    writeFileSync(all, dpamt(...flags, "--json").stdout);
    const { status, stdout } = dpamt("report", all);
    expect(status).toBe(0);
    const timeless = (text: string): string => text.replaceAll(/ +\d+\.\d$/gm, "");
    expect(timeless(stdout)).toBe(timeless(dpamt(...flags).stdout));
    expect(dpamt("report", all, "--format", "markdown").stdout).toMatch(/^\| R1 .* \|$/m);
    expectRefusal(dpamt("report", all, "--format", "html"), "for comparisons", "terminal, text, markdown, json");
    expectRefusal(dpamt("replay", all), "is a comparison", "dpamt report");
    writeFileSync(all, JSON.stringify({ schema: "dpamt-compare-2", results: [{}] }));
    expectRefusal(dpamt("report", all), "compare again");
  });

  it("says of a result of another version what to do", () => {
    const old = join(folder, "old.json");
    const result = JSON.parse(readFileSync(saved, "utf8"));
    // As they were before steps had scenes.
    const { scene: _, ...failure } = result.counterexample;
    writeFileSync(old, JSON.stringify({ ...result, counterexample: failure, counterexamples: undefined }));
    expectRefusal(dpamt("report", old), "of this version", "check again");
    const steps = [{ ...failure.steps[0], source: { file: "a.c", line: 2 ** 53, text: "" } }];
    writeFileSync(old, JSON.stringify({ ...result, counterexample: { ...result.counterexample, steps } }));
    expectRefusal(dpamt("report", old), "of this version");
  });

  it("refuses what is no result, or no format, with one line", () => {
    expectRefusal(dpamt("report"), "result");
    expectRefusal(dpamt("report", join(folder, "missing.json")), "no such file");
    symlinkSync("circle", join(folder, "circle"));
    expectRefusal(dpamt("report", join(folder, "circle")), "links lead in a circle");
    expectRefusal(dpamt("report", "README.md"), "not JSON");
    expectRefusal(dpamt("report", "package.json"), "not a result");
    expectRefusal(dpamt("report", saved, "--format", "pdf\u001b[31m\n"), "there is no format");
    expectRefusal(dpamt("report", saved, "--out", join(folder, "no", "such")), "no such file or folder");
    const half = join(folder, "half.json");
    writeFileSync(half, readFileSync(saved, "utf8").slice(0, 1000));
    expectRefusal(dpamt("report", half), "not JSON");
    expect(existsSync(join(folder, "no"))).toBe(false);
  });

  it("takes what check --json prints", () => {
    const printed = join(folder, "printed.json");
    const { stdout } = dpamt(...CHECK, "--json");
    checkSchema.parse(JSON.parse(stdout));
    writeFileSync(printed, stdout);
    expect(dpamt("report", printed, "--format", "text").stdout).toMatch(signs.text as RegExp);
  });
});
