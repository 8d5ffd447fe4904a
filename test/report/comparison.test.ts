/** Comparisons: what counts as better and worse, how results are told apart, and the forms they are shown in. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { RequirementResult } from "../../src/check/index.js";
import { comparisonOf, differencesOf, type JudgedAs, labelsOf } from "../../src/report/difference.js";
import { comparisonReporters, failuresOf, type SavedResult } from "../../src/report/index.js";
import { compareSchema } from "../../src/report/result-schema.js";
import { readingOf } from "../../src/report/saved.js";
import { asC, resultOf, strangeResult, strangeText, UNFIT } from "./support/samples.js";

/** The result with another verdict on R1. */
function withR1(result: SavedResult, standing: JudgedAs & Partial<RequirementResult>): SavedResult {
  const change = (each: RequirementResult): RequirementResult => {
    const { id, title, checked } = each;
    return id === "R1" ? { id, title, checked, ...standing } : each;
  };
  return { ...result, requirements: result.requirements.map(change) };
}

async function held(): Promise<SavedResult> {
  return withR1(await resultOf("global-lock"), { verdict: "held" });
}

function called(result: SavedResult, name: string): SavedResult {
  return { ...result, subject: { ...result.subject, name } };
}

function rendered(format: string, results: readonly SavedResult[]): string {
  return comparisonReporters.find((each) => each.format === format)?.render(results) ?? "";
}

const broken = { verdict: "violated", violatedFor: "correct-callers", scenario: "main", message: "it fails" } as const;
const mistaken = { verdict: "violated", violatedFor: "wrong-callers", scenario: "main", message: "unseen" } as const;
const warned = { verdict: "warning", scenario: "main", message: "it may fail" } as const;
const open = { verdict: "inconclusive", message: "a limit was met" } as const;

describe("a difference", () => {
  it.each([
    ["better", broken, { verdict: "held" }],
    ["better", broken, mistaken],
    ["better", mistaken, warned],
    ["better", { verdict: "ignored", scenario: "main" }, { verdict: "held" }],
    ["worse", { verdict: "held" }, warned],
    ["worse", warned, mistaken],
    ["worse", mistaken, broken],
    ["same", broken, { ...broken, message: "otherwise" }],
    ["same", { verdict: "not-exercised" }, { verdict: "not-exercised" }],
    ["not-decided", broken, open],
    ["not-decided", open, { verdict: "held" }],
    ["not-decided", open, broken],
    ["not-decided", open, open],
    ["not-decided", broken, { verdict: "not-exercised" }],
    ["not-decided", { verdict: "not-exercised" }, { verdict: "held" }],
  ] as const)("is %s from %j to %j", async (change, before, after) => {
    const [difference] = differencesOf([withR1(await held(), before), withR1(await held(), after)]);
    expect(difference?.requirements.find(({ id }) => id === "R1")?.change).toBe(change);
    const others = difference?.requirements.filter(({ id }) => id !== "R1") ?? [];
    expect(others).toHaveLength((await held()).requirements.length - 1);
    expect(new Set(others.map((each) => each.change))).toEqual(new Set(["same"]));
  });

  it("is not decided where what breaks was asked in one of the two only", async () => {
    const base = await held();
    const lacking = { ...base, scenarios: base.scenarios.filter(({ name }) => name !== "main") };
    const [gone] = differencesOf([withR1(base, broken), lacking]);
    expect(gone?.requirements[0]).toMatchObject({ id: "R1", change: "not-decided" });
    expect(gone?.requirements[0]?.message).toBe("only the first runs the scenario main, in which it breaks");
    const [come] = differencesOf([lacking, withR1(base, broken)]);
    expect(come?.requirements[0]).toMatchObject({ change: "not-decided" });
    expect(come?.requirements[0]?.message).toContain("only the second");
  });

  it("is one to the first, for each of the others", async () => {
    const base = await held();
    const all = [base, withR1(base, broken), withR1(base, open)];
    expect(differencesOf(all).map(({ from, to }) => [from, to])).toEqual([
      [0, 1],
      [0, 2],
    ]);
    expect(differencesOf([base])).toEqual([]);
    expect(differencesOf([])).toEqual([]);
  });
});

describe("labels", () => {
  it.each([
    [
      ["global-lock", "lazy"],
      ["global-lock", "lazy"],
    ],
    [
      ["a/b/old.c", "a/b/new.c"],
      ["old.c", "new.c"],
    ],
    [
      ["one/arch/x86/tdx.c", "two/arch/x86/tdx.c"],
      ["one/.../tdx.c", "two/.../tdx.c"],
    ],
    [
      ["a/v5/tdx.c", "a/v6/tdx.c"],
      ["v5/tdx.c", "v6/tdx.c"],
    ],
    [
      ["tdx.c", "a/tdx.c"],
      ["tdx.c", "a/tdx.c"],
    ],
    [
      ["global-lock", "./global-lock"],
      ["global-lock", "./global-lock"],
    ],
    [
      ["git:a/x..b/x", "git:a/x..c/x"],
      ["git:a/x..b/x", "git:a/x..c/x"],
    ],
    [
      ["x.c", "y.c", "x.c"],
      ["x.c (1)", "y.c", "x.c (2)"],
    ],
  ])("of %j are %j", async (names, labels) => {
    const base = await held();
    expect(labelsOf(names.map((name) => called(base, name)))).toEqual(labels);
  });

  it("are never the same twice", async () => {
    const base = await held();
    const names = fc.array(fc.stringMatching(/^(?:[ab]\/){0,4}(?:x|x \(1\))$/), { maxLength: 6 });
    fc.assert(
      fc.property(names, (given) => {
        const labels = labelsOf(given.map((name) => called(base, name)));
        expect(new Set(labels).size).toBe(labels.length);
      }),
    );
  });
});

describe("a comparison", () => {
  it("shows the table, what is better and worse, and how to walk failures again", async () => {
    const early = asC(await resultOf("early-drop"));
    const text = rendered("terminal", [await held(), early]);
    expect(text).toMatch(/^design +verdict +R1 /m);
    expect(text).toMatch(/^tdx\.c +x violated +VIOL/m);
    expect(text).toMatch(/^tdx\.c against global-lock: 2 worse, \d+ not decided, \d+ as before$/m);
    expect(text).toMatch(/^ {2}worse +R1 Free never fails: held -> violated$/m);
    expect(text).toMatch(/^ {2}not decided +R2 R3 .*: held -> not decided$/m);
    expect(text).toMatch(/^ {2}as before +R10 R12 R14$/m);
    expect(text).toMatch(/^tdx\.c: R1 /m);
    expect(text).toContain(" arch/x86/tdx.c --tree linux\n");
  });

  it("says what is still broken among what is as before", async () => {
    const base = withR1(await held(), broken);
    expect(rendered("terminal", [base, base])).toMatch(/^ {2}as before +R1 .*\(still broken: R1\)$/m);
  });

  it("fits a mail: 75 columns of ASCII, but for commands, however many there are", async () => {
    const early = asC(await resultOf("early-drop"), "é();", "linux/arch/x86/a-name-that-takes-some-room/tdx.c");
    const many = Array.from({ length: 14 }, (_, index) => called(early, `${index}/${early.subject.name}`));
    for (const results of [[early], [await held(), early], many]) {
      const lines = rendered("text", results).split("\n");
      for (const line of lines) {
        expect(line).toMatch(/^[\u0020-\u007e]*$/);
        if (!line.includes("npx dpamt replay")) expect(line.length, line).toBeLessThanOrEqual(75);
      }
      const commands = lines.filter((line) => line.includes("npx dpamt replay"));
      expect(commands).toHaveLength(results.flatMap(failuresOf).length);
    }
    expect(rendered("text", many)).toContain("[14]");
  });

  it("is a table in Markdown, with what changed in the last column of two", async () => {
    const base = await held();
    const text = rendered("markdown", [withR1(base, broken), base]);
    expect(text).toMatch(/^\| R1 Free never fails \| BROKEN \| ok \| better \|$/m);
    expect(text).toMatch(/^- \*\*better\*\*: R1 Free never fails: violated -&gt; held\. it fails$/m);
    const three = rendered("markdown", [base, base, base]).split("\n");
    expect(new Set(three.filter((line) => line.startsWith("|")).map((line) => line.split("|").length))).toEqual(
      new Set([6]),
    );
  });

  it("is JSON of its schema, and that of the version before is read with what changed", async () => {
    const results = [await held(), await resultOf("early-drop")];
    const value: unknown = JSON.parse(rendered("json", results));
    expect(compareSchema.parse(value)).toEqual(value);
    expect(readingOf(value)).toEqual({ is: "comparison", comparison: value });
    const before: unknown = JSON.parse(JSON.stringify({ schema: "dpamt-compare-2", results }));
    expect(readingOf(before)).toEqual({ is: "comparison", comparison: value });
    expect(comparisonOf(results).labels).toEqual(["global-lock", "early-drop"]);
  });

  it("lets no text of strangers through in any form", async () => {
    const base = await resultOf("early-drop");
    fc.assert(
      fc.property(strangeText, strangeText, (one, two) => {
        const results = [strangeResult(base, one), strangeResult(base, two)];
        for (const format of ["terminal", "text", "markdown"]) {
          const text = rendered(format, results);
          expect(text).not.toMatch(UNFIT);
          if (format !== "markdown") continue;
          const shown = text.replaceAll(/^(`{3,})sh\n.*?\n\1$/gms, "");
          expect(shown).not.toMatch(/[<>]|(?<!\\)(?:\\\\)*[`[]/);
          const cells = shown.split("\n").filter((line) => line.startsWith("| "));
          for (const line of cells) expect(line.match(/(?<!\\)(?:\\\\)*\|/g), line).toHaveLength(5);
        }
      }),
      { numRuns: 25 },
    );
  });
});
