/** Every form tells what breaks for correct callers from a caller's mistake that goes unnoticed, and says why nothing asked. */
import { beforeAll, describe, expect, it, test } from "vitest";
import {
  plainTerminal,
  renderComparison,
  reporterOf,
  type SavedResult,
  type TerminalOptions,
  verdictLine,
} from "../../src/report/index.js";
import { checkSchema } from "../../src/report/result-schema.js";
import { resultOf } from "./support/samples.js";

const bundle = { script: "", style: "" };
const WIDE: TerminalOptions = { ...plainTerminal, width: 200 };

async function render(format: string, result: SavedResult): Promise<string> {
  return (await reporterOf(format)?.render(result, { bundle, terminal: WIDE })) ?? "";
}

/** On one line, as a mail breaks it anywhere. */
const flat = (text: string): string => text.replace(/\s+/g, " ").replaceAll("&#39;", "'").replaceAll("&apos;", "'");

const CORRECT = "breaks for correct callers (R1); a caller's mistake goes unnoticed (R13) as well";
const MISTAKE = "holds for correct callers, but a caller's mistake goes unnoticed (R13)";

describe("the two kinds of violated", () => {
  let correct: SavedResult;
  let mistake: SavedResult;

  beforeAll(async () => {
    [correct, mistake] = [await resultOf("early-drop"), await resultOf("fast-path")];
  });

  test.each(["terminal", "text", "markdown", "html", "sarif"])("%s has them in its first words", async (format) => {
    expect(flat(await render(format, correct))).toContain(CORRECT);
    expect(flat(await render(format, mistake))).toContain(MISTAKE);
    expect(flat(await render(format, mistake))).not.toContain("breaks for correct callers");
  });

  it("the terminal has them behind the verdict, and says whose caller does wrong", async () => {
    const text = await render("terminal", mistake);
    expect(text.split("\n")[0]).toBe(`fast-path (optimize patch, v6): x violated: ${MISTAKE}`);
    expect(text).toContain("extra-put, whose caller does wrong: a put when no user was left went unreported");
  });

  it("json has them as violatedFor, of the whole and of each requirement", async () => {
    const of = async (result: SavedResult) => checkSchema.parse(JSON.parse(await render("json", result)));
    const [one, other] = [await of(correct), await of(mistake)];
    expect([one.violatedFor, other.violatedFor]).toEqual(["correct-callers", "wrong-callers"]);
    const kinds = one.requirements.filter(({ violatedFor }) => violatedFor !== undefined);
    expect(kinds.map(({ id, violatedFor }) => [id, violatedFor])).toEqual([
      ["R1", "correct-callers"],
      ["R13", "wrong-callers"],
    ]);
  });

  it("sarif has them in the message and the properties of each finding", async () => {
    const { runs } = JSON.parse(await render("sarif", correct)) as {
      runs: {
        results: {
          ruleId: string;
          level: string;
          message: { text: string };
          properties?: { violatedFor: string };
        }[];
      }[];
    };
    const findings = runs[0]?.results.map(({ ruleId, level, properties }) => [ruleId, level, properties?.violatedFor]);
    expect(findings).toEqual([
      ["R1", "error", "correct-callers"],
      ["R13", "error", "wrong-callers"],
      ["R14", "warning", undefined],
    ]);
    expect(runs[0]?.results[1]?.message.text).toContain("only after a caller's mistake");
  });

  it("junit has them in the message of each failure", async () => {
    const messages = [...(await render("junit", correct)).matchAll(/<failure message="([^"]*)" type="(R\d+)"/g)];
    // In main, extra-put, partial-region and seamcall-failure.
    expect(messages.map(([, message = "", id]) => [id, flat(message).split(":")[0]])).toEqual([
      ["R1", "breaks for correct callers"],
      ["R13", "only after a caller's mistake"],
      ["R1", "breaks for correct callers"],
      ["R1", "breaks for correct callers"],
    ]);
  });

  it("markdown has them in the table of requirements", async () => {
    const text = await render("markdown", correct);
    expect(text).toMatch(/^\| ✗ \| R1 .* \| violated: breaks for correct callers \|/m);
    expect(text).toMatch(/^\| ✗ \| R13 .* \| violated: only after a caller's mistake \|/m);
  });

  it("a comparison has them in the verdict and in the cells, and says what they mean", () => {
    const table = renderComparison([correct, mistake], WIDE);
    expect(table).toMatch(/^early-drop +x violated +VIOL .* MIST /m);
    expect(table).toMatch(/^fast-path +x mistake only +ok .* MIST /m);
    expect(table).toContain("VIOL: breaks for correct callers");
    expect(table).toContain(
      "MIST: a caller's mistake goes unnoticed, or does harm   mistake only: nothing else breaks",
    );
    expect(renderComparison([{ ...correct, requirements: [] }], WIDE)).not.toContain("MIST");
  });

  it("a result that does not say it, as older ones, is violated and no more", () => {
    const { violatedFor: _, ...rest } = correct;
    const requirements = correct.requirements.map(({ violatedFor, ...each }) => each);
    expect(verdictLine({ ...rest, requirements })).toBe("violated: a requirement is broken");
  });
});

describe("what was not exercised", () => {
  const WHY = "nothing that CPUs share was accessed plainly; --memory tso judges stores in buffers as well";

  test.each(["terminal", "text-long", "markdown", "html", "json", "sarif", "junit"])("%s says why", async (format) => {
    expect(flat(await render(format, await resultOf("fast-path")))).toContain(WHY);
  });
});

describe("what is ignored, and notes", () => {
  let result: SavedResult;

  beforeAll(async () => {
    const given = await resultOf("early-drop");
    result = {
      ...given,
      verdict: "holds",
      ignored: ["R1"],
      notes: [{ text: "more is set aside <b>", scenario: "main" }],
      requirements: given.requirements.map(({ violatedFor, ...each }) =>
        each.id === "R1" ? { ...each, verdict: "ignored" } : { ...each, verdict: "held" },
      ),
      scenarios: given.scenarios.map((each) => ({
        ...each,
        verdict: "holds",
        broken: [],
        ...(each.name === "main" ? { ignored: ["R1"] } : {}),
      })),
      counterexample: null,
    };
  });

  test.each([
    ["terminal", "R1 ignored", "note: main: more is set aside"],
    ["text-long", "a warning", "main: more is set aside"],
    ["markdown", "| ignored |", "Note, main: more is set aside"],
    ["html", "R1 ignored", "more is set aside &#60;b&#62;"],
    ["json", '"verdict": "ignored"', "more is set aside"],
    ["sarif", "ignored: TDH.PHYMEM.PAMT.REMOVE", "more is set aside"],
    ["junit", "ignored: TDH.PHYMEM.PAMT.REMOVE", "note: more is set aside"],
  ])("%s has both", async (format, ignored, note) => {
    const text = flat(await render(format, result));
    expect(text).toContain(format === "text-long" ? ", ignored: TDH" : ignored);
    expect(text).toContain(note);
  });

  it("is no failure for junit, and has a mark of its own in a comparison", async () => {
    expect(await render("junit", result)).not.toContain("<failure");
    const table = renderComparison([result], WIDE);
    expect(table).toMatch(/^early-drop +\+ holds +ign /m);
    expect(table).toContain("ign: breaks, and is ignored");
  });

  it("is named in the command that walks a failure again", async () => {
    const failing = { ...(await resultOf("early-drop")), ignored: ["R6", "R7"] as const };
    for (const format of ["terminal", "text-long", "markdown"]) {
      expect(await render(format, failing)).toContain("' --ignore R6,R7\n");
    }
    expect(renderComparison([failing], WIDE)).toContain("' --ignore R6,R7\n");
  });
});
