/** How the kernel counts, locks and gives back: each idiom holds, and a small mistake in it is found where it is. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkC, fixture, fixtures } from "./support/c.js";

type Row = [idiom: string, id: string, scenario: string, regions: string, failures: string, line: string];

const folder = join(fixtures, "idioms");
const rows = readFileSync(join(folder, "INDEX.tsv"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as Row);

test("the table has all of the folder", () => {
  const files = readdirSync(folder).filter((name) => /\.(?:c|patch)$/.test(name));
  expect(files.sort()).toEqual(rows.flatMap(([idiom]) => [`${idiom}.c`, `${idiom}.patch`]).sort());
  expect(rows.length).toBeGreaterThan(10);
});

describe("an idiom", () => {
  test.each(rows)("%s holds", async (idiom, _id, _scenario, regions, failures) => {
    const subject = await fixture(`idioms/${idiom}.c`);
    const bounds = { regions: Number(regions), allocFailures: Number(failures) };
    const result = await checkC(subject, ["main", "zap-put", "dpamt-off", "extra-put"], bounds);
    expect(result.requirements.filter(({ verdict }) => verdict === "violated")).toEqual([]);
    expect(result.verdict).toBe("holds");
  });

  test.each(rows)("%s is broken: %s in %s", async (idiom, id, scenario, regions, failures, line) => {
    const subject = await fixture(`idioms/${idiom}.c`, `idioms/${idiom}.patch`);
    const bounds = { regions: Number(regions), allocFailures: Number(failures) };
    const result = await checkC(subject, [scenario], bounds, { explain: true });
    const found = result.counterexamples.find(({ requirement }) => requirement === id);
    expect((found?.sources ?? []).map(({ text }) => text.trim())).toContain(line);
  });
});
