/** The interpreter does what C says: tables of checks in C, and expressions against arithmetic on big integers. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkC, fromText } from "./support/c.js";

const semantics = join(import.meta.dirname, "../fixtures/c-semantics");
const ALONE = { cpus: 1, rounds: 1, regions: 1, allocFailures: 0 } as const;
const LEVELS = [0, 1, 2] as const;

/** What the first get that does not do well says: R2 has the line of the check that failed, R7 a misuse of memory. */
async function complaint(text: string, name: string, optimise = 0): Promise<string | undefined> {
  const result = await checkC(await fromText(text, { name, optimise }), ["main"], ALONE, { explain: true });
  const violated = result.requirements.filter(({ id, verdict }) => /^R[27]$/.test(id) && verdict === "violated");
  if (violated.length === 0) return undefined;
  return `${violated.map(({ id }) => id)}: ${result.counterexample?.message}`;
}

describe.each(LEVELS)("at optimisation level %i", (optimise) => {
  test.each(["integers.c", "memory.c", "atomics.c"])("%s gets what C says", async (name) => {
    expect(await complaint(readFileSync(join(semantics, name), "utf8"), name, optimise)).toBeUndefined();
  });

  // The name of the width is lost on the way to the function of the compiler.
  test("narrow.c gets what C says", async () => {
    const text = readFileSync(join(semantics, "narrow.c"), "utf8");
    expect(await complaint(text, "narrow.c", optimise)).toBeUndefined();
  });
});

const UNSET = "int unset; struct page *nowhere; u64 wide; struct tdx_module_args args;";
const PUT = "void tdx_pamt_put(struct page *page) {}";
const INCLUDES = '#include <linux/mm.h>\n#include <asm/tdx.h>\n#include "tdx.h"\n';

describe("a value that was never set", () => {
  test.each([
    ["decides a branch", "if (unset) return 0;", true],
    ["is an address", "nowhere->index = 1;", true],
    ["is an operand of a SEAMCALL", "args.rcx = wide; seamcall(TDH_PHYMEM_PAMT_ADD, &args);", true],
    [
      "is that of the turn before",
      "for (int i = 0; i < 2; i++) { int fresh; if (i == 1 && fresh) return 0; fresh = 1; }",
      true,
    ],
    [
      "is in an array of the turn before",
      "for (int i = 0; i < 2; i++) { int fresh[2]; if (i == 1 && fresh[1]) return 0; fresh[1] = 1; }",
      true,
    ],
    ["is copied", "int copy = unset; u64 other = wide + 1; struct tdx_module_args more = args; (void)more;", false],
  ])("%s", async (_, body, misused) => {
    const text = `${INCLUDES}int tdx_pamt_get(struct page *page) { ${UNSET} ${body} return 0; }\n${PUT}`;
    expect((await complaint(text, "unset.c"))?.startsWith("R7") ?? false).toBe(misused);
  });
});

test("values that take each other's places are all read before any is set", async () => {
  const swap = "volatile int turns = 3; int limit = turns, a = 1, b = 2;";
  const loop = "for (int i = 0; i < limit; i++) { int t = a; a = b; b = t; }";
  const text = `${INCLUDES}int tdx_pamt_get(struct page *page) { ${swap} ${loop} return a == 2 && b == 1 ? 0 : -EINVAL; }\n${PUT}`;
  for (const optimise of LEVELS) expect(await complaint(text, "swap.c", optimise)).toBeUndefined();
});

test("a comparison of what a comparison gives is C, although this clang takes it for an error", async () => {
  const get = "volatile int a = 1, b = 2; return a <= b > 0 ? 0 : -EINVAL;";
  expect(
    await complaint(`${INCLUDES}int tdx_pamt_get(struct page *page) { ${get} }\n${PUT}`, "chain.c"),
  ).toBeUndefined();
});

describe("cpu_relax()", () => {
  const text = (get: string): string =>
    `#include <linux/mm.h>\n#include <linux/atomic.h>\n#include <linux/processor.h>\nstatic atomic_t gate;\n` +
    `int tdx_pamt_get(struct page *page) { ${get} return 0; }\nvoid tdx_pamt_put(struct page *page) { cpu_relax(); }`;
  const of = async (get: string, cpus = 2): Promise<string | undefined> => {
    const result = await checkC(await fromText(text(get)), ["main"], { ...ALONE, cpus });
    return result.requirements.find(({ id, verdict }) => id === "R9" && verdict === "violated")?.message;
  };

  test("on the way is nothing", async () => {
    expect(await of("cpu_relax();")).toBeUndefined();
  });

  test("in a loop waits for another CPU", async () => {
    expect(
      await of("if (!atomic_inc_not_zero(&gate)) atomic_set(&gate, 1); while (!atomic_read(&gate)) cpu_relax();"),
    ).toBe(undefined);
    expect(await of("while (!atomic_read(&gate)) cpu_relax();", 1)).toMatch(/the same state comes back/);
  });
});
