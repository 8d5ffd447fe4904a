/** Pages that C keeps where other CPUs see them: good helpers hold, and each fault in them is caught, with its line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { checkC, fixture, fixtures } from "./support/c.js";

interface Row {
  readonly file: string;
  readonly patch?: string;
  /** Any of these; none: it holds. */
  readonly breaks: readonly string[];
  readonly regions: number;
  /** Where it breaks, as the source has it. */
  readonly line?: string;
}

const rows = JSON.parse(readFileSync(join(fixtures, "pages/expected.json"), "utf8")) as readonly Row[];
const broken = rows.filter(({ breaks }) => breaks.length > 0);

test.each(rows.filter(({ breaks }) => breaks.length === 0))("$file holds", async ({ file, regions }) => {
  const all = ["main", "extra-put", "partial-region", "zap-put", "seamcall-failure"];
  const result = await checkC(await fixture(file), all, { regions });
  expect(result.scenarios.flatMap((each) => [...each.broken])).toEqual([]);
  expect(result.verdict).toBe("holds");
});

test.each(broken)("$patch is caught", async ({ file, patch, breaks, regions, line }) => {
  const result = await checkC(
    await fixture(file, patch),
    ["main"],
    { regions },
    { explain: true, limits: { maxStates: 20_000 } },
  );
  const wanted = result.counterexamples.filter(({ requirement }) => breaks.includes(requirement));
  expect(wanted.flatMap(({ sources = [] }) => sources.map(({ text }) => text))).toContain(line);
});
