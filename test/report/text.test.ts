/** Reports for readers: terminal, text for mails, Markdown; and that nothing of strangers gets through in any format. */
import { spawnSync } from "node:child_process";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  commandToReplay,
  failuresOf,
  renderCheck,
  reporterOf,
  reporters,
  type SavedResult,
  unicodeShapes,
} from "../../src/report/index.js";
import { itfSchema } from "./support/itf.js";
import { parseKtap } from "./support/ktap.js";
import { commandIn } from "./support/runner.js";
import { asC, failureOf, onCpus, resultOf, strangeResult, strangeText, UNFIT } from "./support/samples.js";
import { traceSchema } from "./support/trace-events.js";
import { parseXml } from "./support/xml.js";

async function render(format: string, result: SavedResult): Promise<string> {
  const bundle = { script: "0", style: "a{}" };
  return reporterOf(format)?.render(result, { bundle }) ?? "";
}

const same = (text: string): string => text;
const plain = { bold: same, dim: same, good: same, bad: same, unsure: same };

describe("text", () => {
  const failing = [
    ["early-drop", 2],
    ["region-locks", 2],
    ["mirrored-rwlocks", 2],
    ["lazy", 2],
    ["fast-path", 1],
  ] as const;

  it.each(failing)(
    "tells how %s breaks in 15 to 25 lines of 75 columns, with the command at the end",
    async (name, regions) => {
      const result = await resultOf(name, regions);
      const lines = (await render("text", result)).trimEnd().split("\n");
      expect(lines.length).toBeGreaterThanOrEqual(15);
      expect(lines.length).toBeLessThanOrEqual(25);
      expect(lines.pop()).toBe(commandToReplay(failureOf(result).schedule));
      for (const line of lines) {
        expect(line).toMatch(/^[\u0020-\u007e]{0,75}$/);
        expect(line).toBe(line.trimEnd());
      }
      const text = lines.join(" ").replace(/ +/g, " ");
      expect(text).toContain(`${result.verdict}: `);
      expect(text).toMatch(
        /\d CPUs?, \d rounds?, \d regions?, 1 failing allocation; [\d,]+ states, [\d.]+ s, dpamt \d/,
      );
      expect(text).toContain(`=> ${failureOf(result).requirement}: `);
    },
  );

  it("has the helper calls and SEAMCALLs of the race, and its operations", async () => {
    const text = await render("text", await resultOf("early-drop"));
    const told = [
      "tdx_free_page(A)",
      "atomic_dec_and_test(count of A):",
      "PAMT.REMOVE(A|2M) -> 0",
      "NO_PAMT_PAGE_PAIR | RCX",
    ];
    const at = told.map((part) => text.indexOf(part));
    expect(at).toEqual(at.toSorted((one, other) => one - other));
    expect(Math.min(...at)).toBeGreaterThan(0);
  });

  it("names the line of C and how it was compiled", async () => {
    const text = await render("text", asC(await resultOf("early-drop")));
    expect(text.replaceAll("\n", " ")).toMatch(/breaks R1 \(Free never fails\), at tdx\.c:123: /);
    expect(text).toMatch(/^ {7}tdx\.c:123: atomic_inc\(count\);$/m);
    expect(text).toContain("' arch/x86/tdx.c --tree linux\n");
  });

  it("says of what holds what was covered, its warnings, and what that does not say", async () => {
    const text = (await render("text", await resultOf("global-lock"))).replaceAll(/\s+/g, " ");
    expect(text).toContain("no requirement is broken");
    expect(text).toMatch(/holds, .*; 2 CPUs, 1 round, 1 region, 1 failing allocation; [\d,]+ states/);
    expect(text).toContain("Warning R14: the page pair of region A ");
    expect(text).toContain("Bounds are bounds");
    expect(text).not.toContain("replay");
  });
});

describe("text-long", () => {
  it("sets CPUs side by side in 75 columns of ASCII, but for the command", async () => {
    const early = await resultOf("early-drop");
    for (const result of [early, await resultOf("mirrored-rwlocks", 2), onCpus(early, 3), asC(early)]) {
      const lines = (await render("text-long", result)).split("\n");
      const command = lines.filter((line) => line.includes("npx dpamt replay"));
      expect(command).toHaveLength(failuresOf(result).length);
      for (const line of lines) {
        if (!command.includes(line)) expect(line.length, line).toBeLessThanOrEqual(75);
        expect(line).toMatch(/^[\u0020-\u007e]*$/);
        expect(line).toBe(line.trimEnd());
      }
      const { steps } = failureOf(result);
      const cpus = [...new Set(steps.filter(({ visible }) => visible).map(({ cpu }) => cpu))].sort();
      const head = lines.findIndex((line) => /^ {4}CPU0 +CPU1/.test(line));
      expect(lines[head]?.trim().split(/ +/)).toEqual(cpus.map((cpu) => `CPU${cpu}`));
      expect(lines[head + 1]?.trim().split(/ +/)).toEqual(cpus.map(() => "----"));
    }
  });

  it("goes on in one column, with the CPU on each line, where columns would be too narrow", async () => {
    const text = await render("text-long", onCpus(await resultOf("early-drop"), 5));
    expect(text).toMatch(/^ {2}CPU4: {2}\S/m);
    expect(text).not.toMatch(/CPU0 +CPU1/);
  });

  it("says what broke, where it was looked for, and which line of C", async () => {
    const text = await render("text-long", asC(await resultOf("early-drop")));
    expect(text.replaceAll("\n", " ")).toMatch(
      /breaks R1 \(Free never fails\), at tdx\.c:123: .* 2 CPUs, 1 round, 1 region/,
    );
    expect(text).toMatch(/^ {7}tdx\.c:123: atomic_inc\(count\);$/m);
    expect(text).toMatch(/^ {4}=> R1: /m);
    expect(text).toContain("' arch/x86/tdx.c --tree linux\n");
  });

  it("says of what holds what was covered, and what that does not say", async () => {
    const text = (await render("text-long", await resultOf("global-lock"))).replaceAll(/\s+/g, " ");
    expect(text).toContain("no requirement is broken");
    expect(text).toMatch(/main: holds; 2 CPUs, 1 round, 1 region, 1 failing allocation; [\d,]+ states/);
    expect(text).toContain("this says nothing of more than 2 CPUs or 1 region");
    expect(text).not.toContain("replay");
  });
});

describe("terminal", () => {
  it("never tells by colour alone", async () => {
    const result = await resultOf("region-locks", 2);
    const text = renderCheck(result, { palette: plain, width: 100, shapes: unicodeShapes });
    expect(text).toMatch(/^ {2}✗ R2 {2}violated/m);
    expect(text).toMatch(/^ {2}\? R3 {2}inconclusive/m);
    expect(text).toMatch(/^ {2}– R10 not-exercised/m);
    expect(text).toMatch(/ ! {3}WARN: PAMT\.ADD failed$/m);
    const ascii = renderCheck(result, { palette: plain, width: 100 });
    expect(ascii).toMatch(/^[\n\u0020-\u007e]*$/);
    expect(ascii).toMatch(/^ {2}x R2 {2}violated/m);
  });

  it("says what is not decided once for each reason, with the scenario", async () => {
    const result = await resultOf("region-locks", 2);
    const open = result.requirements.filter(({ verdict }) => verdict === "inconclusive").map(({ id }) => id);
    const text = renderCheck(result, { palette: plain, width: 100 });
    const reasons = text.split("\n").filter((line) => line.startsWith("  inconclusive: "));
    expect(reasons.flatMap((line) => line.match(/R\d+(?=[,:])/g) ?? []).sort()).toEqual([...open].sort());
    for (const line of reasons) expect(line).toMatch(/: in main paths end where R1 or R2 breaks/);
  });

  it("has one column in a narrow terminal, each line with its CPU and none too long", async () => {
    for (const width of [40, 59]) {
      const text = renderCheck(asC(await resultOf("early-drop")), { palette: plain, width });
      const lines = text
        .split("\n")
        .filter((line) => !line.includes("npx dpamt replay") && !line.startsWith("    tdx.c"));
      for (const line of lines) expect(line.length, line).toBeLessThanOrEqual(width);
      expect(text).toMatch(/^CPU0: {2}tdx_alloc_page\(\)$/m);
      expect(text).toMatch(/^CPU1: {2}tdx_alloc_page\(\)$/m);
    }
  });
});

describe("markdown", () => {
  it("has tables of requirements and scenarios, and the interleaving in a fence", async () => {
    const text = await render("markdown", asC(await resultOf("early-drop")));
    expect(text).toMatch(/^\| ✗ \| R1 Free never fails \| violated: breaks for correct callers \|/m);
    expect(text).toMatch(/```text\n {2}CPU0 +CPU1\n/);
    expect(text).toContain("<summary>C lines explored: 1 of 2; those that were not</summary>");
    expect(text).toContain("- `tdx.c:124` in `get()`");
    for (const line of text.split("\n").filter((each) => each.startsWith("|"))) {
      expect(line.match(/(?<!\\)\|/g), line).toHaveLength(6);
    }
  });
});

describe("texts of strangers", () => {
  /** What must be so of a report in each format, whatever the result says. */
  const judge: Record<string, (text: string) => void> = {
    terminal: fitForLines,
    text: fitForMails,
    "text-long": fitForMails,
    markdown(text) {
      fitForLines(text);
      for (const line of text.split("\n").filter((each) => each.startsWith("| "))) {
        expect(line.match(/(?<!\\)(?:\\\\)*\|/g), line).toHaveLength(6);
        expect(line.replaceAll(/&lt;|&gt;/g, "")).not.toMatch(/[<>]|(?<!\\)(?:\\\\)*[`[]/);
      }
    },
    html: (text) => expect(text.match(/<script/g)).toHaveLength(2),
    json: (text) => void JSON.parse(fitForLines(text)),
    itf: (text) => void itfSchema.parse(JSON.parse(fitForLines(text))),
    sarif(text) {
      const log = JSON.parse(fitForLines(text));
      for (const [, uri] of JSON.stringify(log).matchAll(/"uri":"([^"]*)"/g)) {
        expect(uri).toMatch(/^[\w.!~*'()%/-]*$/);
      }
    },
    junit: (text) => void parseXml(fitForLines(text)),
    ktap: (text) => void parseKtap(fitForLines(text)),
    github(text) {
      for (const line of fitForLines(text).trimEnd().split("\n").slice(1)) expect(commandIn(line)).toBeDefined();
      expect(commandIn(text.split("\n", 1)[0] ?? "")).toBeUndefined();
    },
    perfetto: (text) => void traceSchema.parse(JSON.parse(fitForLines(text))),
  };

  function fitForMails(text: string): void {
    fitForLines(text);
    const rest = text.split("\n").filter((line) => !line.includes("npx dpamt replay"));
    for (const line of rest) {
      expect(line).toMatch(/^[\u0020-\u007e]*$/);
      expect(line.length).toBeLessThanOrEqual(75);
    }
  }

  function fitForLines(text: string): string {
    expect(UNFIT.exec(text)).toBeNull();
    return text;
  }

  it.each(reporters.map(({ format }) => format))("do no harm in %s", async (format) => {
    const result = await resultOf("early-drop");
    const property = fc.asyncProperty(strangeText, async (text) => {
      (judge[format] as (text: string) => void)(await render(format, strangeResult(result, text)));
    });
    await fc.assert(property, { numRuns: 40 });
  });

  it("come back from a shell as they were", () => {
    const given = (text: string): string => Buffer.from(text.replaceAll("\0", "")).toString();
    const names = fc
      .sample(fc.tuple(strangeText, strangeText), 40)
      .map(([file, tree]) => [`x${given(file)}`, given(tree)] as const);
    const commands = names.map(([file, tree]) => commandToReplay("dpamt1:a\\b", { file, tree }));
    for (const command of commands) expect(UNFIT.exec(command)).toBeNull();
    // One shell for all: to begin one takes as long as the rest of the test.
    const script = commands.map((command) => command.replace("npx dpamt", "printf '%s\\0'")).join("\n");
    const printed = spawnSync("bash", ["-c", script]).stdout.toString().split("\0").slice(0, -1);
    expect(printed).toEqual(names.flatMap(([file, tree]) => ["replay", "dpamt1:a\\b", file, "--tree", tree]));
    expect(commandToReplay("x", { file: "-x.c" })).toMatch(/ \.\/-x\.c$/);
  });

  it("keep the name of a file with a line break in commands", async () => {
    const result = asC(await resultOf("early-drop"), "x", "a\nb's.c");
    for (const format of ["terminal", "text", "markdown"]) {
      expect(await render(format, result)).toContain("$'a\\x0ab\\'s.c' --tree linux\n");
    }
  });

  it("are no links and no pictures in Markdown of GitHub", async () => {
    const references = "#12 GH-34 0123456789abcdef0123456789abcdef01234567 :tada: @all";
    const text = await render("markdown", strangeResult(await resultOf("early-drop"), references));
    const prose = text.replaceAll(/```.*?\n```|`[^`]*`/gs, "");
    expect(prose).toContain("tada");
    expect(prose).not.toMatch(/#\d\d\b(?!;)|GH-\d|\b[0-9a-f]{7,40}\b|:\w+:|@\w/);
  });

  it("do not end the quotes of the command to type", async () => {
    const text = await render("text", strangeResult(await resultOf("early-drop"), "'; rm x; '"));
    expect(text).toContain(`npx dpamt replay 'dpamt1:'\\''; rm x; '\\'':main' ''\\''; rm x; '\\'''`);
  });
});
