/** Pages that C keeps where other CPUs see them: good helpers hold, and each fault in them is caught, with its line. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CSubject } from "../../src/clang/index.js";
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

describe("what looks lost because nobody counts it", () => {
  const noted = async (file: string, patch: string): Promise<string[]> => {
    const { notes = [] } = await checkC(
      await fixture(file, patch),
      ["main"],
      { regions: 1 },
      { limits: { maxStates: 20_000 } },
    );
    return notes.map(({ text }) => text).filter((text) => text.includes("tdx_pamt_pool_pages()"));
  };

  test("is put down to that, with the name of the function that would count", async () => {
    expect(await noted("pages/spare-pair.c", "pages/spare-uncounted.patch")).toHaveLength(1);
  });

  test.each([
    ["where a function counts", "pages/spare-pair.c", "pages/spare-forgotten.patch"],
    ["where pages are used twice", "pages/page-per-region.c", "pages/pair-used-by-others.patch"],
  ])("or not: %s", async (_, file, patch) => {
    expect(await noted(file, patch)).toEqual([]);
  });
});

/** The list of pages, whose get does something first that depends on what it finds in a variable. */
function spareListThat(does: string): Promise<CSubject> {
  const file = "pages/spare-list.c";
  const text = readFileSync(join(fixtures, file), "utf8")
    .replace("static DEFINE_SPINLOCK(pamt_lock);", "$&\nstatic int flag, other;")
    .replace(/^int tdx_pamt_get\(.*\)\n\{\n/m, `$&\t{ ${does} }\n\tWRITE_ONCE(flag, 1); WRITE_ONCE(flag, 0);\n`);
  return fixture(file, undefined, { text });
}

describe("ways meet, and none is lost", () => {
  test.each([
    [
      "of which one has less room",
      "R7",
      "char *buf = __builtin_alloca(READ_ONCE(flag) == 0 ? 8 : 4); (void)READ_ONCE(other); (void)READ_ONCE(other); buf[6] = 1;",
    ],
    [
      "of which one does not set how long a delay takes",
      "R7",
      "int n; if (READ_ONCE(flag) == 0) n = 1; (void)READ_ONCE(other); for (int i = 0; i < n; i++) cpu_relax();",
    ],
    [
      "at the head of a delay, in turns of which one does not set how long it takes",
      "R7",
      "bool first = true; do { int n; if (first) n = 1; first = false; for (int i = 0; i < n; i++) cpu_relax(); } while (READ_ONCE(flag));",
    ],
    [
      "of which one is longer than a call may be",
      "R9",
      "int n = 300000; if (READ_ONCE(flag) == 0) n = 1; (void)READ_ONCE(other); for (int i = 0; i < n; i++) cpu_relax();",
    ],
    [
      "of which both are harmless",
      undefined,
      "int n = READ_ONCE(flag) == 0 ? 1 : 2; (void)READ_ONCE(other); if (n == 3) return -EIO;",
    ],
  ])("%s", async (_, broken, does) => {
    const result = await checkC(await spareListThat(does), ["main"], {}, { limits: { maxStates: 30_000 } });
    const all = result.requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id as string);
    if (broken === undefined) expect(all).toEqual([]);
    else expect(all).toContain(broken);
  });
});
