/** Memory of the heap in C: good and bad files, and what they say with reductions on and off. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkC, fixture, fixtures, fromText } from "./support/c.js";

const rows = readFileSync(join(fixtures, "heap/INDEX.tsv"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [file: string, id: string, line: string]);

function subjectOf(file: string) {
  return file.endsWith(".c") ? fixture(`heap/${file}`) : fixture("heap/good.c", `heap/${file}`);
}

describe("the heap", () => {
  test.each(rows)("%s: %s at %s", async (file, id, line) => {
    const result = await checkC(await subjectOf(file), ["main"], {}, { explain: true });
    const broken = result.scenarios.flatMap((each) => [...each.broken]);
    if (id === "-") {
      expect(broken).toEqual([]);
      expect(result.verdict).toBe("holds");
      return;
    }
    expect(broken).toContain(id);
    const found = result.counterexamples.find(({ requirement }) => requirement === id);
    expect(found?.sources?.map(({ text }) => text)).toContain(line);
  });

  test.each(["good.c", "used-after-unlock.patch", "put-frees-twice.patch", "unlinked-and-leaked.patch"])(
    "%s: the same without reductions, and with store buffers",
    async (file) => {
      const subject = await subjectOf(file);
      const bounds = { allocFailures: 0 };
      const broken = async (...[more, options]: [object, object]) =>
        (await checkC(subject, ["main"], { ...bounds, ...more }, options)).scenarios.flatMap((each) => [...each.broken]);
      const usual = await broken({}, {});
      expect(await broken({}, { without: ["protected-steps"] })).toEqual(usual);
      expect(await broken({}, { without: ["cpu-symmetry"] })).toEqual(usual);
      expect(await broken({ memory: "tso" }, {})).toEqual(usual);
    },
  );
});

/** Helpers that do this to memory in their get, and that in their put. */
function helpers(get: string, put: string, before = ""): string {
  return `#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <asm/tdx.h>
struct thing { atomic_t users; struct thing *next; int number; };
static struct thing *first;
static DEFINE_SPINLOCK(lock);
${before}
int tdx_pamt_get(struct page *page)
{
${get}
	return 0;
}
void tdx_pamt_put(struct page *page)
{
${put}
}`;
}

async function broken(get: string, put: string, before = "", bounds = {}): Promise<string[]> {
  const result = await checkC(await fromText(helpers(get, put, before)), ["dpamt-off"], { allocFailures: 0, ...bounds });
  // Without Dynamic PAMT helpers have nothing to do, so what they allocate breaks R12.
  return result.scenarios.flatMap((each) => each.broken.filter((id) => id !== "R12"));
}

const NEW = "struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL); if (!thing) return -ENOMEM;";

describe("memory that others know", () => {
  test("is found to be freed although the next allocation comes from the same place", async () => {
    const before = "static struct thing *make(void) { return kzalloc(sizeof(struct thing), GFP_KERNEL); }";
    const get = `struct thing *old = make(), *thing; WRITE_ONCE(first, old); WRITE_ONCE(first, NULL); kfree(old);
      thing = make(); WRITE_ONCE(first, thing);`;
    expect(await broken(`${get} WRITE_ONCE(first, NULL); kfree(thing);`, "", before, { cpus: 1 })).toEqual([]);
    const stale = `${get} if (old->number) return -EIO; WRITE_ONCE(first, NULL); kfree(thing);`;
    expect(await broken(stale, "", before, { cpus: 1 })).toEqual(["R7"]);
  });

  test("takes what it leads to along", async () => {
    const get = `${NEW} struct thing *second = kmalloc(sizeof(*second), GFP_KERNEL);
      second->number = 7; second->next = thing; thing->next = second;
      spin_lock(&lock); if (first) { spin_unlock(&lock); kfree(second); kfree(thing); return 0; }
      first = thing; spin_unlock(&lock);
      spin_lock(&lock); if (thing->next->number != 7 || second->next != thing) { spin_unlock(&lock); return -EIO; }
      spin_unlock(&lock);`;
    expect(await broken(get, "")).toEqual([]);
    expect(await broken(`${get} spin_lock(&lock); second = first->next; first->next = NULL; spin_unlock(&lock);`, "")).toContain("R6");
  });

  test("has locks and atomic variables", async () => {
    const get = `${NEW} atomic_set(&thing->users, 1); atomic_inc(&thing->users);
      if (atomic_read(&thing->users) != 2) return -EIO; kfree(thing);`;
    expect(await broken(get, "")).toEqual([]);
    const unset = `struct thing *thing = kmalloc(sizeof(*thing), GFP_KERNEL); atomic_inc_not_zero(&thing->users); kfree(thing);`;
    expect(await broken(unset, "")).toEqual(["R7"]);
  });

  test("is not in the way of more than is modelled", async () => {
    await expect(broken("void *p = kmalloc(5000, GFP_KERNEL); kfree(p);", "")).rejects.toThrow(/more than 4096/);
    const get = `${NEW} spin_lock(&lock); thing->next = first; first = thing; spin_unlock(&lock);`;
    const many = `for (int i = 0; i < 17; i++) { ${get} }`;
    await expect(broken(many, "", "", { cpus: 1 })).rejects.toThrow(/more than 16 allocations of memory of test.c:\d+/);
  });

  test("of boot is freed by helpers once", async () => {
    const before = `static __init int init_thing(void) { first = kzalloc(sizeof(*first), GFP_KERNEL); return first ? 0 : -ENOMEM; }`;
    const put = "struct thing *thing; spin_lock(&lock); thing = first; first = NULL; spin_unlock(&lock);";
    expect(await broken("", `${put} kfree(thing);`, before)).toEqual([]);
    expect(await broken("", `${put.replace("first = NULL;", "")} kfree(thing);`, before)).toEqual(["R7"]);
  });

  test("sleeping allocations are judged where preemption is off", async () => {
    expect(await broken("preempt_disable(); kfree(kmalloc(8, GFP_KERNEL)); preempt_enable();", "")).toEqual(["R8"]);
    expect(await broken("preempt_disable(); kfree(kmalloc(8, GFP_ATOMIC)); preempt_enable();", "")).toEqual([]);
  });
});
