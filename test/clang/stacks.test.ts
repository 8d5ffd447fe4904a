/** Variables on stacks that other CPUs come to: queues of waiters, work items. Good and bad files. */
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkC, fixture, fixtures, fromText, getAndPut } from "./support/c.js";

const folder = join(fixtures, "stack");
const rows = readFileSync(join(folder, "INDEX.tsv"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [file: string, id: string, line: string]);

function subjectOf(file: string) {
  if (file.endsWith(".c")) return fixture(`stack/${file}`);
  return fixture(`stack/${file.slice(0, file.indexOf("-"))}.c`, `stack/${file}`);
}

test("the table has all of the folder", () => {
  const files = readdirSync(folder).filter((name) => /\.(?:c|patch)$/.test(name));
  expect(files.sort()).toEqual(rows.map(([file]) => file).sort());
});

describe("variables on stacks that others know", () => {
  test.each(rows)(
    "%s: %s at %s",
    async (file, id, line) => {
      const result = await checkC(await subjectOf(file), ["main"], { allocFailures: 0 }, { explain: true });
      const broken = result.scenarios.flatMap((each) => [...each.broken]);
      if (id === "-") {
        expect(broken).toEqual([]);
        expect(result.verdict).toBe("holds");
        return;
      }
      expect(broken).toContain(id);
      const found = result.counterexamples.find(({ requirement }) => requirement === id);
      expect(found?.sources?.map(({ text }) => text)).toContain(line);
    },
    400_000,
  );
});

const INCLUDES = ["atomic", "completion", "init", "list", "mm", "slab", "spinlock"]
  .map((name) => `#include <linux/${name}.h>\n`)
  .join("");

/** Requirements that helpers break where they have nothing to do but this. */
async function broken(get: string, put = "", before = "", bounds = {}): Promise<string[]> {
  const text = getAndPut(`${INCLUDES}#include <asm/tdx.h>\n${before}`, get, put);
  const result = await checkC(await fromText(text), ["dpamt-off"], bounds);
  return result.scenarios.flatMap((each) => [...each.broken]);
}

describe("a variable that others know", () => {
  const lent = "static int *lent;";
  const look = "int *other = READ_ONCE(lent); if (other) READ_ONCE(*other);";

  test.each([
    [
      "is there until its function returns",
      `int box = 1; WRITE_ONCE(lent, &box); ${look} WRITE_ONCE(lent, NULL);`,
      ["R7"],
    ],
    [
      "is its function's to look at",
      "int box = 1; WRITE_ONCE(lent, &box); WARN_ON(READ_ONCE(*READ_ONCE(lent)) != 1);",
      ["R7"],
    ],
    [
      "ends with its scope",
      "{ int box = 1; WRITE_ONCE(lent, &box); } int *own = &(int){ 2 }; *own += *READ_ONCE(lent);",
      ["R7"],
    ],
    [
      "is there again when its scope begins again",
      "for (int i = 0; i < 2; i++) { int box; box = i; xchg(&lent, &box); WARN_ON(READ_ONCE(box) != i); } READ_ONCE(lent);",
      [],
    ],
    [
      "holds nothing that was not set",
      "int box; if (!cmpxchg(&lent, NULL, &box) && READ_ONCE(box)) READ_ONCE(lent);",
      ["R7"],
    ],
  ])("%s", async (_, get, expected) => {
    expect(await broken(get, "", lent)).toEqual(expected);
  });

  test("has the address that it had in the call before", async () => {
    // Whoever kept that address finds it again, so the exchange succeeds.
    const get = "int box = 0, *old = READ_ONCE(lent); WRITE_ONCE(lent, &box); if (old && old != &box) BUG();";
    expect(await broken(get, "", lent, { cpus: 1, rounds: 2 })).toEqual([]);
    expect(await broken(get, "", lent, { cpus: 2, rounds: 1 })).toEqual(["R2"]);
    // That is so before anybody else knows it in this call.
    for (const differs of ["old != &box", "&box != old"]) {
      const early = `int box = 0, *old = READ_ONCE(lent); if (old && ${differs}) BUG(); WRITE_ONCE(lent, &box);`;
      expect(await broken(early, "", lent, { cpus: 1, rounds: 2 })).toEqual([]);
    }
  });

  test("is another one where the function calls itself", async () => {
    const chain = "struct link { struct link *before; int depth; }; static struct link *top;";
    const down = (depth: number) => `static noinline void down(int depth)
{
	struct link self = { READ_ONCE(top), depth };

	WRITE_ONCE(top, &self);
	if (depth < ${depth})
		down(depth + 1);
	WARN_ON(READ_ONCE(top) != &self || READ_ONCE(self.depth) != depth);
	WRITE_ONCE(top, self.before);
}`;
    const alone = { cpus: 1, rounds: 1 };
    expect(await broken("down(1);", "", `${chain}\n${down(1)}`, alone)).toEqual([]);
    await expect(broken("down(1);", "", `${chain}\n${down(3)}`, alone)).rejects.toThrow(
      /more than 2 of self of down\(\) are known to others at once: not modelled/,
    );
  });

  test("may be an atomic or a completion, at boot too", async () => {
    const use =
      "atomic_t count; DECLARE_COMPLETION_ONSTACK(done); atomic_set(&count, 2); BUG_ON(atomic_dec_return(&count) != 1); complete(&done); wait_for_completion(&done);";
    const init = `static __init int init_nothing(void) { ${use} return 0; }`;
    expect(await broken(use, use, init)).toEqual([]);
  });

  test("does not keep memory of the heap from being lost", async () => {
    const box = "struct box { void *memory; }; static struct box *known;";
    const get =
      "struct box box = { kzalloc(8, GFP_KERNEL) }; WRITE_ONCE(known, &box); READ_ONCE(READ_ONCE(known)->memory); WRITE_ONCE(known, NULL);";
    const alone = { cpus: 1, rounds: 1, allocFailures: 0 };
    expect(await broken(get, "", box, alone)).toEqual(["R6"]);
    expect(await broken(`${get} kfree(box.memory);`, "", box, alone)).not.toContain("R6");
  });

  test("is not shown after it has ended", async () => {
    const get = "int *own; { int box = 1; own = &box; } WRITE_ONCE(lent, own);";
    const other = "int box = 2; WRITE_ONCE(lent, &box); READ_ONCE(lent); WRITE_ONCE(lent, NULL);";
    await expect(broken(`if (READ_ONCE(lent)) return 0; ${get}`, other, lent)).rejects.toThrow(
      /a variable that has ended is put where other CPUs can see it: not modelled/,
    );
  });
});
