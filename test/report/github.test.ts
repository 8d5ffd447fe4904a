/** Commands for GitHub Actions, read back as its runner reads them. */
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { reporterOf, type SavedResult, type SourceFiles } from "../../src/report/index.js";
import { commandIn, type RunnerCommand } from "./support/runner.js";
import { asC, resultOf, strangeResult, strangeText } from "./support/samples.js";

const files: SourceFiles = { bases: {}, named: (file) => ({ path: file, base: "X" }) };

async function linesOf(result: SavedResult): Promise<string[]> {
  const text = (await reporterOf("github")?.render(result, { files })) ?? "";
  expect(text.endsWith("\n")).toBe(true);
  return text.trimEnd().split("\n");
}

async function commandsOf(result: SavedResult): Promise<RunnerCommand[]> {
  return (await linesOf(result)).flatMap((line) => commandIn(line) ?? []);
}

describe("github", () => {
  it("has an error for each violation, a warning for each warning, and a line that is no command", async () => {
    const result = asC(await resultOf("early-drop"), "count[a:b,c] = 100%;", "arch/x86,y/a:b%0A.c");
    const commands = await commandsOf(result);
    expect(commands.map(({ name, properties }) => [name, properties.title])).toEqual([
      ["error", "arch/x86,y/a:b%0A.c: R1 Free never fails"],
      ["error", "arch/x86,y/a:b%0A.c: R13 Counts stay in range"],
      ["warning", "arch/x86,y/a:b%0A.c: R14 A failure is not taken for success"],
    ]);
    const [free] = commands;
    expect(free?.properties).toMatchObject({ file: "arch/x86,y/a:b%0A.c", line: "123" });
    expect(free?.data).toMatch(/^TDH\.PHYMEM\.PAMT\.REMOVE on the free path/);
    expect(free?.data).toContain("count[a:b,c] = 100%;");
    expect(free?.data).toMatch(/CPU0 +CPU1\n.*=> R1: .*\n\nwalk it again:\nnpx dpamt replay 'dpamt1:.*'/s);
    const lines = await linesOf(result);
    expect(lines).toHaveLength(commands.length + 1);
    expect(lines[0]).toMatch(/^dpamt: .*: violated: breaks for correct callers \(R1\)/);
  });

  it("has a notice for what is not decided, and none where all holds", async () => {
    const merged = await resultOf("global-lock");
    expect((await commandsOf(merged)).filter(({ name }) => name !== "warning")).toEqual([]);
    const open: SavedResult = {
      ...merged,
      verdict: "inconclusive",
      notRun: ["fault"],
      requirements: merged.requirements.map((each) => ({
        ...each,
        verdict: "inconclusive",
        message: "a limit was met",
      })),
    };
    const [notice, ...others] = await commandsOf(open);
    expect(others).toEqual([]);
    expect(notice).toMatchObject({ name: "notice", properties: { title: "global-lock: not decided" } });
    expect(notice?.data).toMatch(/R1, R2, .*a limit was met\nnot run, as the check ended before: fault$/s);
  });

  it("makes no other command, whatever others write", async () => {
    const result = await resultOf("early-drop");
    const ours = (await commandsOf(strangeResult(result, "x"))).map(({ name }) => name);
    const texts = fc.oneof(
      strangeText,
      fc.constantFrom(
        "::add-mask::x",
        "##[add-mask]x",
        "%0A::error::x",
        "a\n::stop-commands::x",
        "x,file=y",
        "::",
        "##[error]",
      ),
    );
    for (const text of fc.sample(texts, 80)) {
      const given = strangeResult(result, text);
      expect(
        (await commandsOf(given)).map(({ name }) => name),
        JSON.stringify(text),
      ).toEqual(ours);
      const lines = await linesOf(given);
      expect(commandIn(lines[0] ?? ""), JSON.stringify(text)).toBeUndefined();
      expect(lines).toHaveLength(ours.length + 1);
    }
  });

  it("is read by a reader that knows both forms of commands", () => {
    expect(commandIn("  ::error file=a%2Cb.c,line=1::x%0Ay%253A%3A")).toEqual({
      name: "error",
      properties: { file: "a,b.c", line: "1" },
      data: "x\ny%3A%3A",
    });
    expect(commandIn("text ##[warning file=a%3Bb]x")).toEqual({
      name: "warning",
      properties: { file: "a;b" },
      data: "x",
    });
    for (const line of ["error::x", "::nothing::x", "text ::error::x", "::error x"])
      expect(commandIn(line)).toBeUndefined();
  });
});
