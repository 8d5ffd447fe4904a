/** Verdicts of C: puts that sleep under the MMU lock, caches that hold too little or too much, counters that nobody finds. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import {
  type CheckOptions,
  type CheckResult,
  check,
  defaults,
  explorationOf,
  flowScenarios,
} from "../../src/check/index.js";
import { type CSubject, designOf } from "../../src/clang/index.js";
import { checkC, fixture, fixtures, fromText } from "./support/c.js";

const merged = readFileSync(join(fixtures, "global-lock.c"), "utf8");

/** The merged helpers with `from`, which they have once, replaced. */
function changed(from: string, to: string): Promise<CSubject> {
  expect(merged.split(from).length).toBe(2);
  return fromText(merged.replace(from, to));
}

/** In put, where its first lines end. */
const AFTER_DECLARATIONS = "\tu64 err;\n\n\tif (!tdx_supports_dynamic_pamt(&tdx_sysinfo))\n\t\treturn;\n";

const broken = ({ scenarios }: CheckResult): string[] => scenarios.flatMap((each) => each.broken);
const resultOf = ({ requirements }: CheckResult, id: string) => requirements.find((each) => each.id === id);

/** The battery, as `dpamt check FILE --cpus 2 --rounds 1` runs it. */
function battery(subject: CSubject, more: Partial<CheckOptions> = {}): Promise<CheckResult> {
  const exploration = explorationOf({ ...defaults, cpus: 2, rounds: 1, regions: 2 });
  return check({ ...exploration, design: designOf(subject), explain: false, ...more });
}

describe("a put under the MMU lock", () => {
  test.each([
    ["might_sleep();", "something that may sleep is done with a spinlock held"],
    ["msleep(1);", "something that may sleep is done with a spinlock held"],
    ["cond_resched();", "something that may sleep is done with a spinlock held"],
    ["vfree(pamt_refcounts);", "something that may sleep is done with a spinlock held"],
    ["__free_page(alloc_page(GFP_KERNEL));", "an allocation that may sleep is made with a spinlock held"],
  ])("may not sleep: %s", async (statement, message) => {
    const includes = "#include <linux/sched.h>\n#include <linux/delay.h>\n";
    const subject = await fromText(
      includes + merged.replace(AFTER_DECLARATIONS, `${AFTER_DECLARATIONS}\t${statement}\n`),
    );
    const result = await checkC(subject, ["zap-put"]);
    expect(broken(result)).toEqual(["R8"]);
    expect(resultOf(result, "R8")?.message).toBe(message);
    // Without the MMU lock all of them but vfree(), which is not modelled there, may be done.
    if (!statement.startsWith("vfree")) expect(broken(await checkC(subject, ["partial-region"]))).toEqual([]);
  });

  test("may allocate without sleeping", async () => {
    const spare = "\tstruct page *spare = alloc_page(GFP_ATOMIC);\n\n\tif (spare)\n\t\t__free_page(spare);\n";
    const subject = await changed(AFTER_DECLARATIONS, AFTER_DECLARATIONS + spare);
    expect((await checkC(subject, ["zap-put"])).verdict).toBe("holds");
  });
});

describe("a cache of pairs", () => {
  test("is filled and emptied in the battery of C that has one", async () => {
    const result = await battery(await fixture("global-lock.c"));
    expect(result.scenarios.find(({ name }) => name === "fault")).toMatchObject({ verdict: "holds" });
    expect(result.notes).toBeUndefined();
    expect(designOf(await fixture("reserved-pool.c")).ownCache).toBe(true);
    expect(designOf(await fixture("early-drop-v1.c")).ownCache).toBe(false);
    const get = "int tdx_pamt_get(struct page *page, struct page *(*alloc)(void *data), void *data) { return 0; }";
    const text = `#include <linux/mm.h>\n#include <asm/tdx.h>\n${get}\nvoid tdx_pamt_put(struct page *page) { }\n`;
    expect(designOf(await fromText(text)).ownCache).toBe(true);
  });

  test("that holds less than was asked for breaks R2", async () => {
    const result = await battery(await fixture("global-lock.c", "mutants/topup-one-pair.patch"));
    expect(resultOf(result, "R2")).toMatchObject({
      verdict: "violated",
      scenario: "fault",
      message: "get returned -ENOMEM although no allocation failed",
      violatedFor: "correct-callers",
    });
  });

  test("that holds more than a fault can need holds, with a note", async () => {
    const subject = await changed(
      "int wanted = npages * tdx_dpamt_entry_pages();",
      "int wanted = 5 * npages * tdx_dpamt_entry_pages();",
    );
    const text = "20 pages are set aside for a fault that can need 4: more than it can use";
    const all = await battery(subject);
    expect(all.verdict).toBe("holds");
    expect(all.notes).toEqual([{ text, scenario: "fault" }]);
    for (const strategy of ["bfs", "random"] as const) {
      const limits = { maxStates: 2000 };
      const result = await checkC(subject, ["fault"], { cpus: 1, allocFailures: 0 }, { strategy, limits });
      expect(result.notes).toEqual([{ text, scenario: "fault" }]);
    }
  });

  test("that was filled in part, for want of memory, is noted by nobody", async () => {
    for (const allocFailures of [0, 2]) {
      const result = await checkC(await fixture("global-lock.c"), ["fault"], { regions: 2, allocFailures });
      expect([result.verdict, result.notes]).toEqual(["holds", undefined]);
    }
  });
});

describe("C without a counter", () => {
  const hidden = (): Promise<CSubject> => fromText(merged.replaceAll("tdx_find_dpamt_refcount", "find_it"));

  test("says so where counts would be judged", async () => {
    const result = await checkC(await hidden(), ["main"]);
    expect(resultOf(result, "R5")).toMatchObject({
      verdict: "not-exercised",
      message: "no counter was found; name the function that finds one: --entry counter=FUNCTION",
    });
  });

  test.each(["split", "merge", "zap-split", "split-locked", "merge-locked", "zap+split", "map-2m+merge"])(
    "is refused by %s, which sets a count",
    async (list) => {
      const scenarios = [...flowScenarios("map-2m"), ...flowScenarios(list)];
      const design = designOf(await hidden());
      const { bounds } = explorationOf(defaults);
      const refused = check({ design, scenarios, bounds, explain: false });
      const name = list.split("+").find((each) => /split|merge/.test(each));
      await expect(refused).rejects.toMatchObject({
        code: "OPTION",
        message: `the flow ${name} sets the count of a region, and test.c shows no counter; name the function that finds one: --entry counter=FUNCTION`,
      });
    },
  );

  test("is judged by flows that set none, and by all with a counter that is named", async () => {
    const { bounds } = explorationOf(defaults);
    const of = async (subject: CSubject, list: string) =>
      (await check({ design: designOf(subject), scenarios: flowScenarios(list), bounds, explain: false })).verdict;
    expect(await of(await hidden(), "map-2m")).toBe("holds");
    const named = await fromText(merged.replaceAll("tdx_find_dpamt_refcount", "find_it"), {
      entries: new Map([["counter", "find_it"]]),
    });
    expect(await of(named, "split")).toBe("holds");
  });
});

describe("waiting for ever, ignored,", () => {
  const beforePut = (statement: string) => changed(AFTER_DECLARATIONS, `${AFTER_DECLARATIONS}\t${statement}\n`);
  const ignored = ["R8", "R9"] as const;
  const of = async (statement: string) => {
    const result = await checkC(await beforePut(statement), ["partial-region"], { cpus: 1 }, { ignored });
    return [result.verdict, resultOf(result, "R9")?.verdict, result.scenarios[0]?.stopped];
  };

  test.each([
    "spin_lock(&pamt_lock);",
    "for (;;) cpu_relax();",
    "while (!atomic_read(&pamt_refcounts[1])) cpu_relax();",
  ])("leaves open what comes behind it: %s", async (statement) => {
    expect(await of(statement)).toEqual(["inconclusive", "ignored", "ignored"]);
  });
});

describe("what a program cannot go on after, and is ignored,", () => {
  const get = "\tu64 err = 0;\n\tint ret;\n";
  test.each([
    ["R7", "an address that was never set is followed", "int *where; return *where;"],
    ["R7", "a null pointer is followed", "struct page *none = NULL; return none->flags;"],
    ["R7", "a page that was never set is used", "struct page *none; return page_to_pfn(none) & 1;"],
    ["R7", "a page that is no page is freed", "__free_page(pfn_to_page(0));"],
    [
      "R7",
      "a freed page is used",
      "struct page *p = alloc_page(GFP_KERNEL); if (p) { __free_page(p); p->private = 1; }",
    ],
    ["R7", "a page of the region is used that is nobody's", "pfn_to_page(pfn ^ 2)->private = 1;"],
    ["R13", "a counter outside of the array is used", "atomic_inc(&pamt_refcounts[max_pfn]);"],
    ["R9", "a loop never ends", "while (ret != 1) ret = 0;"],
  ])("%s, leaves the rest open: %s", async (id, _name, statement) => {
    const found = merged.replaceAll(get, `${get}\tret = 0;\n\t{ ${statement} }\n`);
    expect(found).not.toBe(merged);
    const subject = await fromText(found);
    const alone = await checkC(subject, ["partial-region"], { cpus: 1 });
    expect(broken(alone)).toEqual([id]);
    const ignored = [id as "R7"];
    const result = await checkC(subject, ["partial-region"], { cpus: 1 }, { ignored });
    expect(result.verdict).toBe("inconclusive");
    expect(resultOf(result, id)?.verdict).toBe("ignored");
    expect(result.scenarios[0]?.stopped).toBe("ignored");
  });
});
