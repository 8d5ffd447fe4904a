/** Memory of the heap in C: good and bad files, and what they say with reductions on and off. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkC, fixture, fixtures, fromText, getAndPut } from "./support/c.js";

const rows = readFileSync(join(fixtures, "heap/INDEX.tsv"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [file: string, id: string, line: string]);

function subjectOf(file: string) {
  if (file.endsWith(".c")) return fixture(`heap/${file}`);
  const base = ["rcu", "boot"].find((name) => file.startsWith(name)) ?? "good";
  return fixture(`heap/${base}.c`, `heap/${file}`);
}

/** Readers multiply states. None of these files depends on an allocation that fails. */
function boundsOf(file: string) {
  return file.startsWith("rcu") ? { allocFailures: 0 } : {};
}

describe("the heap", () => {
  test.each(rows)("%s: %s at %s", async (file, id, line) => {
    const result = await checkC(await subjectOf(file), ["main"], boundsOf(file), { explain: true });
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
        (await checkC(subject, ["main"], { ...bounds, ...more }, options)).scenarios.flatMap((each) => [
          ...each.broken,
        ]);
      const usual = await broken({}, {});
      expect(await broken({}, { without: ["protected-steps"] })).toEqual(usual);
      expect(await broken({}, { without: ["cpu-symmetry"] })).toEqual(usual);
      expect(await broken({ memory: "tso" }, {})).toEqual(usual);
    },
  );
});

/** Helpers that do this to memory in their get, and that in their put. */
function helpers(get: string, put: string, before = ""): string {
  return getAndPut(
    `#include <linux/bug.h>
#include <linux/mm.h>
#include <linux/rculist.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <asm/tdx.h>
struct thing { struct list_head list; struct hlist_node node; atomic_t users; struct thing *next; int number; };
static struct thing *first;
static DEFINE_SPINLOCK(lock);
${before}`,
    get,
    put,
  );
}

async function broken(get: string, put: string, before = "", bounds = {}, options = {}): Promise<string[]> {
  const subject = await fromText(helpers(get, put, before));
  // Without Dynamic PAMT helpers have nothing to do, so what they allocate breaks R12, and the path ends there.
  const all = { ignored: ["R12"], ...options } as const;
  const result = await checkC(subject, ["dpamt-off"], { allocFailures: 0, ...bounds }, all);
  return result.scenarios.flatMap((each) => [...each.broken]);
}

const NEW = "struct thing *thing = kzalloc(sizeof(*thing), GFP_KERNEL); if (!thing) return -ENOMEM;";

describe("memory that others know", () => {
  test("is found to be freed although the next allocation comes from the same place", async () => {
    const before = "static struct thing *make(void) { return kzalloc(sizeof(struct thing), GFP_KERNEL); }";
    const get = `struct thing *old = make(), *thing; WRITE_ONCE(first, old); WRITE_ONCE(first, NULL); kfree(old);
      thing = make(); WRITE_ONCE(first, thing);`;
    expect(await broken(`${get} WRITE_ONCE(first, NULL); kfree(thing);`, "", before, { cpus: 1 })).toEqual([]);
    const stale = `${get} BUG_ON(old->number); WRITE_ONCE(first, NULL); kfree(thing);`;
    expect(await broken(stale, "", before, { cpus: 1 })).toEqual(["R7"]);
  });

  test("comes as it should when it is used again", async () => {
    const turn = (check: string) => `for (int i = 0; i < 20; i++) { ${NEW} WRITE_ONCE(first, thing); ${check}
      thing->number = 7; WRITE_ONCE(first, NULL); kfree(thing); }`;
    expect(await broken(turn("BUG_ON(thing->number);"), "", "", { cpus: 1 })).toEqual([]);
    expect(await broken(turn("BUG_ON(i == 19);"), "", "", { cpus: 1 })).toEqual(["R2"]);
    const unset = turn("BUG_ON(thing->number);").replace("kzalloc", "kmalloc");
    expect(await broken(unset, "", "", { cpus: 1 })).toEqual(["R7"]);
    const late = turn("BUG_ON(i == 19 && thing->number != 1);").replace("kzalloc", "kmalloc");
    expect(await broken(late, "", "", { cpus: 1 })).toEqual(["R7"]);
  });

  test("takes what it leads to along", async () => {
    const get = `${NEW} struct thing *second = kmalloc(sizeof(*second), GFP_KERNEL);
      second->number = 7; second->next = thing; thing->next = second;
      spin_lock(&lock); if (first) { spin_unlock(&lock); kfree(second); kfree(thing); return 0; }
      first = thing; spin_unlock(&lock);
      spin_lock(&lock); BUG_ON(thing->next->number != 7 || second->next != thing);
      spin_unlock(&lock);`;
    expect(await broken(get, "")).toEqual([]);
    expect(
      await broken(`${get} spin_lock(&lock); second = first->next; first->next = NULL; spin_unlock(&lock);`, ""),
    ).toContain("R6");
  });

  test("has locks and atomic variables", async () => {
    const get = `${NEW} atomic_set(&thing->users, 1); atomic_inc(&thing->users);
      BUG_ON(atomic_read(&thing->users) != 2); kfree(thing);`;
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

  test("comes from slab caches, too", async () => {
    const before = `static struct kmem_cache *cache;
static void construct(void *thing) { ((struct thing *)thing)->number = 7; }
static __init int init_cache(void)
{
	cache = kmem_cache_create("thing", sizeof(struct thing), 0, SLAB_ACCOUNT, construct);
	return cache ? 0 : -ENOMEM;
}`;
    const get = `struct thing *thing = kmem_cache_alloc(cache, GFP_KERNEL); if (!thing) return -ENOMEM;
      BUG_ON(thing->number != 7);`;
    expect(await broken(`${get} kmem_cache_free(cache, thing);`, "", before)).toEqual([]);
    expect(await broken(get, "", before)).toEqual(["R6"]);
  });

  test("sleeping allocations are judged where preemption is off", async () => {
    expect(await broken("preempt_disable(); kfree(kmalloc(8, GFP_KERNEL)); preempt_enable();", "")).toEqual(["R8"]);
    expect(await broken("preempt_disable(); kfree(kmalloc(8, GFP_ATOMIC)); preempt_enable();", "")).toEqual([]);
  });
});

describe("memory with a count of users", () => {
  const get = `${NEW} thing->number = 7; atomic_set(&thing->users, 1); spin_lock(&lock);
    if (first) atomic_inc(&first->users);
    else { first = thing; thing = NULL; }
    spin_unlock(&lock); kfree(thing);`;
  const drop = "if (atomic_dec_and_test(&thing->users)) { last = true; first = NULL; }";
  const put = (
    before: string,
    after: string,
  ) => `struct thing *thing; bool last = false; spin_lock(&lock); thing = first;
    ${before} ${drop} spin_unlock(&lock); if (last) kfree(thing); ${after}`;
  const look = "if (thing->number != 7) cpu_relax();";

  // The member is never written once others know it, so nothing but the count makes a scheduling point.
  test.each([
    ["all reductions", {}, {}],
    ["scheduling points everywhere", {}, { without: ["protected-steps"] }],
    ["CPUs told apart", {}, { without: ["cpu-symmetry"] }],
    ["store buffers", { memory: "tso" }, {}],
    ["three CPUs", { cpus: 3 }, {}],
  ])("is the user's until it gives up the count, with %s", async (_, bounds, options) => {
    expect(await broken(get, put(look, ""), "", bounds, options)).toEqual([]);
    expect(await broken(get, put("", `if (!last) { ${look} }`), "", bounds, options)).toEqual(["R7"]);
  });
});

describe("RCU", () => {
  const read = `struct thing *seen; int bad; rcu_read_lock(); rcu_read_lock(); seen = rcu_dereference(first);
    rcu_read_unlock(); bad = seen && seen->number != 7; rcu_read_unlock(); BUG_ON(bad);`;
  const get = `${NEW} thing->number = 7; spin_lock(&lock);
    if (!rcu_access_pointer(first)) { rcu_assign_pointer(first, thing); thing = NULL; }
    spin_unlock(&lock); kfree(thing); ${read}`;
  const put = `struct thing *old; spin_lock(&lock); old = rcu_replace_pointer(first, NULL, true); spin_unlock(&lock);`;

  describe.each([
    ["all reductions", {}, {}],
    ["scheduling points everywhere", {}, { without: ["protected-steps"] }],
    ["CPUs told apart", {}, { without: ["cpu-symmetry"] }],
    ["store buffers", { memory: "tso" }, {}],
    ["three CPUs", { cpus: 3 }, {}],
  ])("with %s", (_, bounds, options) => {
    test.each([
      ["waits for readers", "synchronize_rcu(); kfree(old);", []],
      ["frees later", "if (old) kfree_rcu(old, rcu);", []],
      ["does not wait", "kfree(old);", ["R7"]],
    ])("%s", async (_name, free, expected) => {
      expect(await broken(get, `${put} ${free}`, "", bounds, options)).toEqual(expected);
    });
  });

  test("readers walk lists that a writer changes", async () => {
    const lists = "static LIST_HEAD(things); static HLIST_HEAD(nodes);";
    const walk = `struct thing *each; int sum = 0; rcu_read_lock();
      list_for_each_entry_rcu(each, &things, list) sum += each->number;
      hlist_for_each_entry_rcu(each, &nodes, node) sum += each->number;
      rcu_read_unlock(); BUG_ON(sum % 7);`;
    const add = `${NEW} thing->number = 7; spin_lock(&lock); thing->next = first; first = thing;
      list_add_rcu(&thing->list, &things); hlist_add_head_rcu(&thing->node, &nodes); spin_unlock(&lock); ${walk}`;
    const remove = `struct thing *old; spin_lock(&lock); old = first; first = old->next;
      list_del_rcu(&old->list); hlist_del_rcu(&old->node); spin_unlock(&lock);`;
    expect(await broken(add, `${remove} synchronize_rcu(); kfree(old);`, lists)).toEqual([]);
    expect(await broken(add, `${remove} kfree(old);`, lists)).toContain("R7");
    const plain = remove.replace("list_del_rcu", "list_del");
    expect(await broken(add, `${plain} synchronize_rcu(); kfree(old);`, lists)).toContain("R10");
  });

  test("a section ends in the call that it begins in", async () => {
    expect(await broken("rcu_read_lock();", "")).toEqual(["R8"]);
    await expect(broken("rcu_read_unlock();", "")).rejects.toThrow(/outside of an RCU read section/);
  });

  test("memory that waits for readers is there for them, and freed once", async () => {
    const own = "rcu_read_lock(); kfree_rcu(thing, rcu); bad = thing->number; rcu_read_unlock();";
    expect(await broken(`${NEW} int bad; ${own} BUG_ON(bad);`, "")).toEqual([]);
    expect(await broken(`${NEW} int bad; ${own} BUG_ON(thing->number);`, "")).toEqual(["R7"]);
    expect(await broken(`${NEW} rcu_read_lock(); kfree_rcu(thing, rcu); kfree(thing); rcu_read_unlock();`, "")).toEqual(
      ["R7"],
    );
    expect(await broken("rcu_read_lock(); kfree(kmalloc(8, GFP_KERNEL)); rcu_read_unlock();", "")).toEqual(["R8"]);
  });
});

describe("a loop that waits", () => {
  const scenario = (get: string, before: string) => broken(get, "", before, { cpus: 2, rounds: 1, regions: 1 });
  const busy = "static int busy;";
  const done = "smp_store_release(&busy, 0);";

  test("may allocate and free each time round", async () => {
    const inside = `struct thing *thing; for (;;) { thing = kzalloc(sizeof(*thing), GFP_KERNEL); if (!thing) return -ENOMEM;
      if (!cmpxchg(&busy, 0, 1)) break; kfree(thing); cpu_relax(); } ${done} kfree(thing);`;
    expect(await scenario(inside, busy)).toEqual([]);
    const across = `${NEW} thing->number = 1; while (cmpxchg(&busy, 0, 1)) { kfree(thing); cpu_relax();
      thing = kzalloc(sizeof(*thing), GFP_KERNEL); if (!thing) return -ENOMEM; thing->number = 1; }
      ${done} BUG_ON(thing->number != 1); kfree(thing);`;
    expect(await scenario(across, busy)).toEqual([]);
    const page = `struct page *own = alloc_page(GFP_KERNEL); if (!own) return -ENOMEM;
      while (cmpxchg(&busy, 0, 1)) { __free_page(own); cpu_relax(); own = alloc_page(GFP_KERNEL); if (!own) return -ENOMEM; }
      ${done} __free_page(own);`;
    expect(await scenario(page, busy)).toEqual([]);
  });

  test("tells what its caller still knows from what it has allocated itself", async () => {
    const again = `${busy} static struct thing *again(struct thing *thing) { while (cmpxchg(&busy, 0, 1)) {
      kfree(thing); cpu_relax(); thing = kzalloc(sizeof(*thing), GFP_KERNEL); if (!thing) BUG(); }
      ${done} return thing; }`;
    expect(await scenario(`${NEW} thing = again(thing); kfree(thing);`, again)).toEqual([]);
    expect(
      await scenario(`${NEW} struct thing *now = again(thing); kfree(now); if (now != thing) kfree(thing);`, again),
    ).toEqual(["R7"]);
  });

  test("tells two things that hold each other from one that holds itself", async () => {
    const turn = (
      second: string,
    ) => `${NEW} struct thing *other = kzalloc(sizeof(*other), GFP_KERNEL); if (!other) BUG();
      thing->next = other; other->next = thing;
      while (cmpxchg(&busy, 0, 1)) { cpu_relax(); ${second} } ${done}
      BUG_ON(thing->next != other); kfree(other); kfree(thing);`;
    const swapped = "{ struct thing *third = thing; thing = other; other = third; }";
    expect(await scenario(turn(swapped), busy)).toEqual([]);
    expect(await scenario(turn("thing->next = thing;"), busy)).toEqual(["R2"]);
  });
});
