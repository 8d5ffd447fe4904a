/** What counterexamples of C call memory: as the source does. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Counterexample } from "../../src/check/index.js";
import type { CSubject } from "../../src/clang/index.js";
import { checkC, fixture, fixtures, fromText, getAndPut } from "./support/c.js";

const perRegion = readFileSync(join(fixtures, "names/per-region.c"), "utf8");

type Change = readonly [before: string, after: string];

/** The file with a struct for each region, changed: each change replaces one text that is there. */
function changed(...changes: readonly Change[]): string {
  return changes.reduce((text, [before, after]) => {
    expect(text).toContain(before);
    return text.replace(before, () => after);
  }, perRegion);
}

async function broken(subject: CSubject, id: string | undefined, cpus = 2): Promise<Counterexample> {
  const result = await checkC(subject, ["main"], { cpus }, { explain: true });
  const found = result.counterexamples.find(({ requirement }) => id === undefined || requirement === id);
  if (found === undefined) throw new Error(`${id} is not broken: ${result.verdict}`);
  return found;
}

async function brokenText(text: string, id: string): Promise<Counterexample> {
  return await broken(await fromText(text), id);
}

function wordsOf({ steps }: Counterexample): Set<string> {
  return new Set(
    steps.flatMap(({ action }) =>
      action.kind === "word" ? [action.word] : action.kind === "lock" ? [action.lock] : [],
    ),
  );
}

const pointers: readonly Change[] = [
  ["static struct region *regions;", "static struct region **regions;"],
  ["regions = vzalloc(", "regions = vzalloc(sizeof(long) / 1 * 1 + "],
  ["spin_lock_init(&regions[i].lock);", "regions[i] = kzalloc(sizeof(struct region), GFP_KERNEL);"],
  ["#include <linux/vmalloc.h>", "#include <linux/slab.h>\n#include <linux/vmalloc.h>"],
  ["r = &regions[pfn / PTRS_PER_PMD];", "r = regions[pfn / PTRS_PER_PMD];"],
  ["r = &regions[pfn / PTRS_PER_PMD];", "r = regions[pfn / PTRS_PER_PMD];"],
];
const unlockedPut: Change = ["\tspin_lock(&r->lock);\n\tif (WARN_ON_ONCE(!r->users)", "\tif (WARN_ON_ONCE(!r->users)"];

describe("memory that boot allocates", () => {
  test("is called by the variable that leads to it, with index and member", async () => {
    const found = await brokenText(changed(unlockedPut), "R10");
    expect(found.message).toContain("data race on regions[2064].users:");
    const words = wordsOf(found);
    for (const word of ["regions[2064].lock", "regions[2064].users", "regions[2064].installed", "lk"]) {
      expect(words).toContain(word);
    }
  });

  test("and where an array has addresses of structs, by way of these", async () => {
    const found = await brokenText(changed(...pointers, unlockedPut), "R10");
    expect(found.message).toContain("data race on regions[2064]->users:");
    expect(wordsOf(found)).toContain("regions[2064]->lock");
  });
});

test("variables are called as they are declared, with members, elements, unions and bit-fields", async () => {
  const types = `#include <linux/bug.h>
#include <linux/mm.h>
#include <linux/spinlock.h>
struct inner { int a; spinlock_t lock; atomic_t count; };
static struct {
	struct inner in[3];
	union { long whole; int half; };
	union { struct inner one; long other[2]; } either;
	unsigned int low : 3, high : 5;
	struct list_head list;
	const struct inner *first;
	int (*call)(void);
} table[4];
static int call_me(void) { return 0; }
static int plain, grid[2][3];
static DEFINE_PER_CPU(struct inner, mine);
`;
  const get = `
	table[1].in[2].a = 1;
	atomic_inc(&table[1].in[0].count);
	spin_lock(&table[3].in[1].lock);
	table[2].whole = 5;
	table[2].either.one.lock.word = 0;
	table[0].high = 2;
	table[2].list.prev = &table[1].list;
	table[2].first = &table[1].in[2];
	table[2].call = call_me;
	grid[1][2] = 3;
	plain = 1;
	BUG();`;
  const found = await broken(await fromText(getAndPut(types, get, "")), undefined, 1);
  expect([...wordsOf(found)].sort()).toEqual(
    [
      "grid[1][2]",
      "plain",
      "table[0]+64",
      "table[1].in[0].count",
      "table[1].in[2].a",
      "table[2].call",
      "table[2].either+4",
      "table[2].first",
      "table[2].list.prev",
      "table[2].whole",
      "table[3].in[1].lock",
    ].sort(),
  );
  const texts = found.steps.map(({ text }) => text);
  expect(texts).toContain("store(table[2].list.prev): NULL -> &table[1].list");
  expect(texts).toContain("store(table[2].first): NULL -> &table[1].in[2]");
  expect(texts).toContain("store(table[2].call): NULL -> call_me()");
});

describe("what is misused has a name", () => {
  const cases: readonly (readonly [what: string, id: string, changes: readonly Change[], message: string])[] = [
    [
      "an element that boot leaves out",
      "R7",
      [...pointers, ["regions[i] = kzalloc", "if (i < 100)\n\t\t\tregions[i] = kzalloc"]],
      "NULL regions[2064] is followed; boot leaves it NULL, and nothing sets it later",
    ],
    [
      "an array that boot leaves out",
      "R7",
      [["if (!regions)\n\t\treturn -ENOMEM;", "regions = NULL;\n\treturn 0;"]],
      "NULL regions is followed; boot leaves it NULL, and nothing sets it later",
    ],
    [
      "what a function returns",
      "R7",
      [
        [
          "static void pair_free",
          "static struct region *find(unsigned long pfn)\n{\n\treturn pfn ? NULL : regions;\n}\nstatic void pair_free",
        ],
        ["r = &regions[pfn / PTRS_PER_PMD];", "r = find(pfn);"],
      ],
      "NULL r, which find() returned, is followed",
    ],
    [
      "a member that was never set",
      "R7",
      [["vzalloc(", "vmalloc("]],
      "regions[2064].users, which was never set, decides a branch",
    ],
    [
      "a variable of the caller that was never set",
      "R7",
      [["\tif (pair_alloc(p))\n\t\treturn -ENOMEM;\n", ""]],
      "p[0], which was never set, is used as the address of a page",
    ],
    [
      "a mutex, and the spinlock that is held",
      "R8",
      [
        ["static DEFINE_SPINLOCK(lk);", "static DEFINE_MUTEX(lk);"],
        ["#include <linux/mm.h>", "#include <linux/mm.h>\n#include <linux/mutex.h>"],
        ["spin_lock(&lk);", "mutex_lock(&lk);"],
        ["spin_unlock(&lk);", "mutex_unlock(&lk);"],
        ["spin_lock(&lk);", "mutex_lock(&lk);"],
        ["spin_unlock(&lk);", "mutex_unlock(&lk);"],
      ],
      "mutex lk is taken with a spinlock held: regions[2064].lock (taken at test.c:75)",
    ],
    [
      "the call that a page needs before it is freed",
      "R7",
      [["\t\ttdx_quirk_reset_page(p[i]);\n", ""]],
      "tdx_quirk_reset_page() has to overwrite it first",
    ],
  ];
  test.each(cases)("%s: %s", async (_what, id, changes, message) => {
    const found = await brokenText(changed(...changes), id);
    expect(found.message).toContain(message);
  });

  test("memory of the heap has its type, its place and its members", async () => {
    const text = changed(
      ["#include <linux/mm.h>", "#include <linux/mm.h>\n#include <linux/slab.h>"],
      [
        "static DEFINE_SPINLOCK(lk);",
        "static DEFINE_SPINLOCK(lk);\nstruct note { struct note *next; long pfns[2]; } *notes;",
      ],
      [
        "\terr = pamt_add(pfn, p);",
        "\tstruct note *note = kzalloc(sizeof(*note), GFP_ATOMIC);\n\tnotes = note;\n\tif (note)\n\t\tnote->pfns[1]++;\n\terr = pamt_add(pfn, p);",
      ],
      ["\terr = pamt_remove(pfn, p);", "\tkfree(notes);\n\tnotes = notes->next;\n\terr = pamt_remove(pfn, p);"],
    );
    const found = await broken(await fromText(text), "R7");
    expect(found.message).toMatch(/^struct note of test\.c:\d+ is used after it was freed$/);
    expect([...wordsOf(found)].join()).toMatch(/struct note of test\.c:\d+ #1: pfns\[1\]/);
    expect(found.steps.map(({ text: said }) => said).join("\n")).toMatch(
      /store\(notes\): NULL -> struct note of test\.c:\d+\n/,
    );
  });
});

test("nothing that the model does for itself is shown where functions run later", async () => {
  const found = await broken(await fixture("deferred/work.c", "deferred/work-waits-under-lock.patch"), "R9");
  const shown = found.steps.filter(({ visible }) => visible);
  for (const { text, calls } of shown) {
    expect(`${calls.join()} ${text}`).not.toMatch(
      /deferred functions|(?:claim|free) entry|\btake\b|\bfinish\b|\bslot\b|initialise/,
    );
  }
  expect(shown.map(({ text }) => text)).toContain("waits until they have run");
  expect(shown.map(({ text }) => text)).toContain("work item");
});
