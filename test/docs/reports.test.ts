/** Examples in docs/reports.md are what the formats say of the result that the document names. */
import { beforeAll, describe, expect, test } from "vitest";
import { check, scenarioByName } from "../../src/check/index.js";
import { designByName } from "../../src/helpers/index.js";
import { plainTerminal, reporterOf, type SavedResult, unicodeShapes } from "../../src/report/index.js";
import { readPlaces } from "../../tools/places.mjs";
import { read } from "../support/repository.js";

const COMMAND = "npx dpamt check --design mirrored-rwlocks --cpus 2 --rounds 1 --scenario main --save result.json";
/** As wide as the section says that terminals are for which all CPUs share one column. */
const NARROW = { ...plainTerminal, shapes: unicodeShapes, width: 50 };

const document = read("docs/reports.md");

/** The fenced blocks of a section. */
function examplesOf(section: string): string[] {
  const text = document.split(/^## /m).find((each) => each.startsWith(`${section}\n`)) ?? "";
  return [...text.matchAll(/^```\w*\n([\s\S]*?)^```$/gm)].map(([, example = ""]) => example);
}

describe("examples of reports", () => {
  let result: SavedResult;

  beforeAll(async () => {
    const [design, main] = [designByName("mirrored-rwlocks"), scenarioByName("main")];
    if (design === undefined || main === undefined) throw new Error("no such design or scenario");
    const bounds = { cpus: 2, rounds: 1, regions: 2, placement: "adversarial", allocFailures: 1, use: "rdmd" } as const;
    result = await check({ design, scenarios: [main], bounds });
  });

  async function said(format: string): Promise<string> {
    return (await reporterOf(format)?.render(result, { terminal: NARROW })) ?? "";
  }

  test("are of one command", () => {
    expect(document).toContain(`The examples below are of\n\n    ${COMMAND}\n`);
  });

  test.each(["terminal", "text", "markdown", "junit", "ktap"])("%s", async (format) => {
    const [example, ...others] = examplesOf(format);
    expect(others).toEqual([]);
    expect(await said(format)).toContain(example);
  });

  test("github, which is shortened", async () => {
    const [example = ""] = examplesOf("github");
    const named = { bases: {}, named: (file: string) => ({ path: file, base: "X" }) };
    const own = () => ({ places: readPlaces(), base: "X" });
    const text = (await reporterOf("github")?.render(result, { files: { ...named, own } })) ?? "";
    expect(text.split("\n").filter((line) => line.startsWith(example.trimEnd()))).toHaveLength(1);
  });

  test("perfetto", async () => {
    const [example = ""] = examplesOf("perfetto");
    const { traceEvents } = JSON.parse(await said("perfetto")) as { traceEvents: unknown[] };
    expect(traceEvents).toContainEqual(JSON.parse(example));
  });

  test("itf, which is shortened", async () => {
    const [example = ""] = examplesOf("itf");
    const { states } = JSON.parse(await said("itf")) as { states: unknown[] };
    expect(states).toContainEqual(expect.objectContaining(JSON.parse(example) as object));
  });
});
