/** Pages in C: whose a `struct page` is, the two names of a page, who is charged, and what lasts no longer than a call. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { treeSources } from "../../src/cli/c-sources.js";
import { checkC, fixture, fixtures, fromText, getAndPut } from "./support/c.js";

const pair = readFileSync(join(import.meta.dirname, "../fixtures/c-semantics/pair.c"), "utf8");
const ALONE = { cpus: 1, rounds: 1, regions: 1, allocFailures: 0 } as const;

/** The helpers with some lines replaced. */
function changed(...changes: readonly (readonly [from: string, to: string])[]): string {
  let text = pair;
  for (const [from, to] of changes) {
    expect(text.split(from).length).toBe(2);
    text = text.replace(from, to);
  }
  return text;
}

/** Requirements that C breaks. */
async function broken(text: string, scenario = "main", bounds = {}): Promise<string[]> {
  const result = await checkC(await fromText(text), [scenario], bounds);
  return result.scenarios.flatMap((each) => [...each.broken]);
}

const INCLUDES = "#include <linux/list.h>\n#include <linux/percpu.h>\n#include <linux/mm.h>\n#include <asm/tdx.h>\n";
const CHECK = "#define CHECK(condition) do { if (!(condition)) return __LINE__; } while (0)\n";

/** Helpers of which get does this, and put that. */
function helpers(get: string, put = "", before = ""): string {
  return getAndPut(`${INCLUDES}${CHECK}${before}`, get, put);
}

test("the helpers that tests change hold", async () => {
  expect(await broken(pair)).toEqual([]);
});

describe("the struct page of the first page of a region", () => {
  const byNumber = "struct page *head = pfn_to_page(ALIGN_DOWN(page_to_pfn(page), PTRS_PER_PMD));";
  const byArithmetic = "struct page *head = page - page_to_pfn(page) % PTRS_PER_PMD;";
  const lock = "#include <linux/spinlock.h>\nstatic DEFINE_SPINLOCK(lock);\n";

  // Without Dynamic PAMT helpers have nothing to do, and what they do here breaks nothing else.
  test.each([
    ["by number, plainly", byNumber, "head->private++;", ["R10"]],
    ["by arithmetic, plainly", byArithmetic, "head->private++;", ["R10"]],
    ["by number, marked", byNumber, "WRITE_ONCE(head->private, READ_ONCE(head->private) + 1);", []],
    ["by number, with a lock", byNumber, "spin_lock(&lock); head->private++; spin_unlock(&lock);", []],
    ["by number, atomically", byNumber, "atomic_inc(&head->_refcount);", []],
  ])("is of all CPUs: %s", async (_, head, body, expected) => {
    const both = `${head} ${body}`;
    expect(await broken(helpers(both, both, lock), "dpamt-off")).toEqual(expected);
  });

  test("has no atomic variables where a CPU has it", async () => {
    await expect(broken(helpers("atomic_inc(&page->_refcount);"), "dpamt-off")).rejects.toThrow(/to have it alone/);
  });

  test("keeps users of a region, as another variable would", async () => {
    const changes = [["users[region_of(page)]++", "users_of(page)++"]] as const;
    const users = `static unsigned long *at(struct page *page) { ${byNumber} return &head->private; }
#define users_of(page) (*at(page))\n`;
    const text = changed(...changes, ["--users[region_of(page)]", "--users_of(page)"]);
    expect(await broken(text.replace("int tdx_pamt_get", `${users}int tdx_pamt_get`))).toEqual([]);
    const unlocked = text.replace(/spin_(?:un)?lock\(&pair_lock\);/g, "");
    expect(await broken(unlocked.replace("int tdx_pamt_get", `${users}int tdx_pamt_get`))).toContain("R10");
  });

  test.each([
    ["of a variable", "struct list_head list; list.prev = &list; WRITE_ONCE(head->lru.next, &list);"],
    ["of a page that each CPU has for itself", "WRITE_ONCE(head->lru.next, &page->lru);"],
  ])("may keep the address %s", async (_, body) => {
    expect(await broken(helpers(`${byNumber} ${body}`), "dpamt-off")).toEqual([]);
  });

  test.each([
    ["the address of a page that each CPU has for itself", "WRITE_ONCE(head->lru.next, &page->lru);", true],
    ["the number of such a page", "WRITE_ONCE(head->private, page_to_pfn(page));", true],
    ["the number of a region", "WRITE_ONCE(head->private, page_to_pfn(page) / PTRS_PER_PMD);", false],
  ])("tells CPUs apart from then on, or not: %s", async (_, body, apart) => {
    const { notes = [] } = await checkC(await fromText(helpers(`${byNumber} ${body}`)), ["dpamt-off"]);
    expect(notes.some(({ text }) => /numbers of pages.*CPUs are told apart/.test(text))).toBe(apart);
  });

  test.each([
    ["compared", "if (other == &list) other = NULL;", []],
    ["compared by an atomic", "cmpxchg(&head->lru.next, &list, NULL);", []],
    ["followed", "if (other) WRITE_ONCE(other->next, NULL);", ["R7"]],
  ])("leads to a variable on another stack, which is %s", async (_, use, expected) => {
    const body = "struct list_head *other = READ_ONCE(head->lru.next), list; WRITE_ONCE(head->lru.next, &list);";
    expect(await broken(helpers(`${byNumber} ${body} ${use}`), "dpamt-off")).toEqual(expected);
  });
});

describe("the struct page of a page that is not the CPU's any more", () => {
  const include = ["#include <linux/mm.h>", "#include <linux/list.h>\n#include <linux/mm.h>"] as const;
  const freed = "__free_page(phys_to_page(args.r8));";
  const removed = `struct page *gone = phys_to_page(args.r8), *kept = phys_to_page(args.rdx);
	struct page copy = *gone; LIST_HEAD(list); list_add(&gone->lru, &list); list_add(&kept->lru, &list);`;

  test("may be used up to then", async () => {
    const before = `${removed} gone->private = copy.private + 1; list_del(&kept->lru); list_del(&gone->lru);
	memset(gone, 0, sizeof(*gone)); *gone = copy; WRITE_ONCE(gone->private, 2);`;
    const free = "__free_page(phys_to_page(args.rdx));";
    expect(await broken(changed(include, [free, `${before} ${free}`]))).toEqual([]);
  });

  test.each([
    ["written", "gone->private = 1;"],
    ["written, marked", "WRITE_ONCE(gone->private, 1);"],
    ["read", "copy.private = gone->private;"],
    ["read and written", "gone->private++;"],
    ["changed in one bit", "gone->flags |= 4;"],
    ["changed atomically", "atomic_inc(&gone->_refcount);"],
    ["exchanged", "xchg(&gone->private, 1);"],
    ["compared and exchanged", "cmpxchg(&gone->private, 0, 1);"],
    ["set in all bytes", "memset(gone, 0, sizeof(*gone));"],
    ["assigned whole", "*gone = copy;"],
    ["copied", "copy = *gone;"],
    ["put on a list", "list_add(&gone->lru, &list);"],
    ["taken off a list", "list_del(&gone->lru);"],
    ["next to what is taken off a list", "list_del(&kept->lru);"],
    ["reached by its number", "pfn_to_page(args.r8 / PAGE_SIZE)->private = 1;"],
    ["reached from its neighbour", "(kept + (gone - kept))->private = 1;"],
  ])("is not %s", async (_, use) => {
    const before = "tdx_quirk_reset_page(phys_to_page(args.rdx));";
    const text = changed(include, [before, `${removed} ${before}`], [freed, `${freed} ${use}`]);
    const free = "__free_page(phys_to_page(args.rdx));";
    expect(await broken(text.replace(free, "").replace(use, `${use} ${free}`), "main", ALONE)).toEqual(["R7"]);
  });

  const spare = "if (first)\n\t\t__free_page(first);";
  test.each([
    ["a page that never got a place", [spare, `${spare} if (first) first->private = 1;`]],
    ["what is in such a page", [spare, `${spare} if (first) *(int *)page_address(first) = 1;`]],
    ["a page that the module has", ["first = second = NULL;", "second->private = 1, first = second = NULL;"]],
  ] as const)("is not written: %s", async (_, change) => {
    expect(await broken(changed(change))).toEqual(["R7"]);
  });

  test("is not written in a later call", async () => {
    const declared = "static struct page *earlier;\nvoid tdx_pamt_put";
    const use = `${freed}\n\tif (earlier) earlier->private = 1;\n\tearlier = phys_to_page(args.r8);`;
    const text = changed(["void tdx_pamt_put", declared], [freed, use]);
    expect(await broken(text, "main", { ...ALONE, rounds: 2 })).toEqual(["R7"]);
  });

  test("is told as what it is, with its line", async () => {
    const use = `${freed}\n\tphys_to_page(args.r8)->private = 1;`;
    const { counterexample } = await checkC(await fromText(changed([freed, use])), ["main"], ALONE, { explain: true });
    expect(counterexample?.message).toBe("the struct page of a page that is not allocated is used (page 0x102011000)");
    expect(counterexample?.sources?.map(({ text }) => text)).toEqual(["phys_to_page(args.r8)->private = 1;"]);
  });
});

describe("what a call leaves behind", () => {
  test("the address of a variable does not become that of a variable of a later call", async () => {
    const kept = "static DEFINE_PER_CPU(int *, kept);\n";
    const get = "int mine = 1; this_cpu_write(kept, &mine); CHECK(*this_cpu_read(kept) == 1);";
    // Whatever number the kept variable had, here it is that of one that is set.
    const use = "int a = 2, b = 2, c = 2, d = 2; int *old = this_cpu_read(kept); if (old && *old == a) a = b + c + d;";
    expect(await broken(helpers(get, use, kept), "dpamt-off", ALONE)).toEqual(["R7"]);
    const forgets = `${get} this_cpu_write(kept, NULL);`;
    expect(await broken(helpers(forgets, use, kept), "dpamt-off", ALONE)).toEqual([]);
    const copies = `int a = 2, b = 2, c = 2, d = 2;
      this_cpu_write(kept, this_cpu_read(kept)); if (*this_cpu_read(kept) == a) a = b + c + d;`;
    expect(await broken(helpers(get, copies, kept), "dpamt-off", ALONE)).toEqual(["R7"]);
  });

  test("a page left on a list of the call is on no list of a later one", async () => {
    const get = "LIST_HEAD(pages); list_add(&page->lru, &pages); CHECK(!list_empty(&pages));";
    const put = "LIST_HEAD(a); LIST_HEAD(b); LIST_HEAD(c); list_del(&page->lru);";
    expect(await broken(helpers(get, put), "dpamt-off", ALONE)).toEqual(["R7"]);
    expect(await broken(helpers(`${get} list_del_init(&page->lru);`, put), "dpamt-off", ALONE)).toEqual([]);
  });
});

/** Frees one page and allocates the next, and keeps what is known of the one in variables that begin with a prefix. */
function again(page: string, prefix: string): string {
  return `unsigned long ${prefix}_pfn = page_to_pfn(${page}), ${prefix}_place = plain_number(${prefix}_pfn);
	__free_page(${page}); ${page} = alloc_page(GFP_KERNEL_ACCOUNT);`;
}

const KEPT = "static DEFINE_PER_CPU(unsigned long, kept);\nstatic DEFINE_PER_CPU(struct page *, kept_page);\n";

describe("a page with a handle and a number", () => {
  const number = `static noinline unsigned long plain_number(unsigned long pfn)
{ return pfn / PTRS_PER_PMD * PTRS_PER_PMD + pfn % PTRS_PER_PMD; }\n`;
  const both = `struct page *own = alloc_page(GFP_KERNEL_ACCOUNT);
	struct page *again = pfn_to_page(plain_number(page_to_pfn(own)));`;

  test("is one page", async () => {
    const body = `${both}
	CHECK(again == own && own == again && &again->lru == &own->lru && again - own == 0);
	CHECK(again != page && page - own == page_to_pfn(page) - page_to_pfn(own) && own + (page - own) == page);
	CHECK(page_address(again) == page_address(own) && page_to_phys(again) == page_to_phys(own));
	own->private = 7;
	CHECK(again->private == 7);
	__free_page(again);`;
    expect((await broken(helpers(body, "", number), "main", ALONE)).filter((id) => id !== "R3")).toEqual([]);
  });

  test("is another one after it was freed", async () => {
    const body = `${both} __free_page(own); __free_page(again);`;
    expect(await broken(helpers(body, "", number), "main", ALONE)).toContain("R7");
  });

  const former = `struct page *own = alloc_page(GFP_KERNEL_ACCOUNT), *other;
	unsigned long pfn = page_to_pfn(own), phys = page_to_phys(own), place = plain_number(pfn);
	void *contents = page_address(own);
	__free_page(own);
	other = alloc_page(GFP_KERNEL_ACCOUNT);`;

  test.each([
    ["its number", "CHECK(pfn == place && phys == place * PAGE_SIZE && pfn - place == 0);"],
    ["the number of its structure", "CHECK(page_to_pfn(own) == place && own == pfn_to_page(place));"],
    ["a difference to its structure", "CHECK(own - page == place - page_to_pfn(page));"],
    ["its address", "CHECK(virt_to_phys(contents) == place * PAGE_SIZE);"],
    ["its name, where the other page may be it", "CHECK((own == other) == (place == page_to_pfn(other)));"],
    ["its address, where the other page may be it", "CHECK((contents == page_address(other)) == (own == other));"],
    ["its number, twice", `${again("other", "second")} CHECK(pfn == place && second_pfn == second_place);`],
    [
      "its number, in a loop",
      `for (int i = 0; i < 3; i++) { ${again("other", "it")} CHECK(it_pfn == it_place && pfn == place); }`,
    ],
  ])("has %s when another page has its handle", async (_, checks) => {
    const text = helpers(`${former} ${checks} __free_page(other);`, "", number + KEPT);
    expect((await broken(text, "main", { ...ALONE, regions: 2 })).filter((id) => id !== "R3")).toEqual([]);
  });

  test("keeps its number in memory of the CPU when another page has its handle", async () => {
    const body = `struct page *own = alloc_page(GFP_KERNEL_ACCOUNT), *other;
	unsigned long place = plain_number(page_to_pfn(own));
	this_cpu_write(kept, page_to_pfn(own));
	__free_page(own);
	other = alloc_page(GFP_KERNEL_ACCOUNT);
	CHECK(this_cpu_read(kept) == place);
	__free_page(other);`;
    const text = helpers(body, "", number + KEPT);
    expect((await broken(text, "main", { ...ALONE, regions: 2 })).filter((id) => id !== "R3")).toEqual([]);
  });

  test("is the module's where the module has taken it", async () => {
    const use = `struct page *given = first, *third = alloc_page(GFP_ATOMIC | __GFP_ACCOUNT);
			given->private = 1, first = second = NULL;
			if (third) __free_page(third);`;
    const text = changed(["first = second = NULL;", `{ ${use} }`]);
    const { counterexample } = await checkC(await fromText(text), ["main"], ALONE, { explain: true });
    expect(counterexample?.requirement).toBe("R7");
    expect(counterexample?.message).toMatch(/the struct page of a page .*module/);
  });

  test.each([
    ["its structure is written", "own->private = 1;"],
    ["its structure is written, by its number", "pfn_to_page(pfn)->private = 1;"],
    ["its contents are written", "*(int *)contents = 1;"],
    ["its contents are written, by their address", "*(int *)phys_to_virt(phys) = 1;"],
    ["it is freed", "__free_page(own);"],
    ["it is freed, from memory of the CPU", "this_cpu_write(kept_page, own); __free_page(this_cpu_read(kept_page));"],
  ])("is not the page that has its handle: %s", async (_, use) => {
    const text = helpers(`${former} ${use} __free_page(other);`, "", number + KEPT);
    expect(await broken(text, "main", ALONE)).toContain("R7");
  });

  test("is given to the module under either", async () => {
    const first = ["args.rdx = page_to_phys(first);", "args.rdx = plain_number(page_to_phys(first));"] as const;
    const second = ["args.r8 = page_to_phys(second);", "args.r8 = plain_number(page_to_phys(second));"] as const;
    expect(await broken(changed(first, second))).toEqual([]);
    // A handle that was not given up with its page would be missing in the end.
    expect(await broken(changed(first, second), "main", { ...ALONE, rounds: 8 })).toEqual([]);
  });

  test("that the module refused is given again under the number it got", async () => {
    const add = "if (seamcall(TDH_PHYMEM_PAMT_ADD, &args))";
    const refused = `args.rcx -= TDX_PS_2M;
		if (!seamcall(TDH_PHYMEM_PAMT_ADD, &args))
			ret = -EIO;
		args.rcx += TDX_PS_2M;
		args.rdx = plain_number(page_to_phys(first));
		args.r8 = plain_number(page_to_phys(second));
		if (seamcall(TDH_PHYMEM_PAMT_ADD, &args))`;
    expect(await broken(changed([add, refused]))).toEqual([]);
    expect(await broken(changed([add, refused]), "main", { ...ALONE, rounds: 8 })).toEqual([]);
  });
});

describe("who is charged", () => {
  const scratch = `struct page *scratch = alloc_page(GFP_KERNEL);
	if (scratch)
		__free_page(scratch);
	ret = 0;
	spin_lock`;

  test("nobody is for a page without __GFP_ACCOUNT, and nobody when it is freed", async () => {
    expect(await broken(changed(["ret = 0;\n\tspin_lock", scratch]))).toEqual([]);
    const placed = scratch.replace("if (scratch)", "if (scratch && plain_number(page_to_phys(scratch)))");
    expect(await broken(changed(["ret = 0;\n\tspin_lock", placed]))).toEqual([]);
  });

  test("a charge that is missing is not made up for by a page that is freed", async () => {
    const uncharged = ["first = alloc_page(GFP_KERNEL_ACCOUNT)", "first = alloc_page(GFP_KERNEL)"] as const;
    expect(await broken(changed(uncharged))).toEqual(["R6"]);
  });

  test("the allocation that charges nobody is named", async () => {
    const subject = await fixture("global-lock.c", "mutants/pair-not-charged.patch");
    const { counterexample } = await checkC(subject, ["main"], {}, { explain: true });
    expect(counterexample?.requirement).toBe("R6");
    expect(counterexample?.sources?.map(({ text }) => text)).toEqual(["return alloc_page(GFP_KERNEL);"]);
  });
});

describe("sizes", () => {
  test.each(["-1UL", "1UL << 40", "1UL << 33", "(unsigned long)(int)-5"])("vzalloc(%s) is refused", async (size) => {
    const text = `#include <linux/vmalloc.h>\n${INCLUDES}static int *table;
static int __init set_up(void) { table = vzalloc(${size}); return table ? 0 : -ENOMEM; }
int tdx_pamt_get(struct page *page) { return table[0]; }
void tdx_pamt_put(struct page *page) {}`;
    await expect(broken(text)).rejects.toThrow(/^test\.c:7: \d+ bytes .* more than the model has room for$/);
  });

  test.each([
    ["a variable", "static char large[1UL << 34];", "return large[page_to_pfn(page)];", /^large: 17179869184 bytes/],
    [
      "a variable of each CPU",
      "static DEFINE_PER_CPU(char[1UL << 33], own);",
      "this_cpu_ptr(&own);",
      /^own: \d+ bytes/,
    ],
  ])("%s is refused", async (_, before, body, expected) => {
    await expect(broken(helpers(body, "", before))).rejects.toThrow(expected);
  });
});

describe("a call that never ends", () => {
  test("is R9, with its line, wherever nobody else could notice it", async () => {
    const body = "\tint n = 0;\n\twhile (n != 9)\n\t\tn = (n + 1) & 7;";
    const result = await checkC(await fromText(helpers(body)), ["main"], {}, { explain: true });
    expect(result.scenarios.flatMap(({ broken: ids }) => [...ids])).toEqual(["R9"]);
    expect(result.counterexample?.message).toMatch(/may never end/);
    expect(result.counterexample?.sources?.[0]?.text).toMatch(/while|n = /);
    expect(result.statistics.seconds).toBeLessThan(20);
  });
});

test("addresses of pages and of memory of vmalloc are rounded as numbers are", async () => {
  const text = helpers(
    `	unsigned long base = (unsigned long)page_address(page);
	CHECK(round_down(base + 5000, PAGE_SIZE) == base + 4096);
	CHECK(round_up(base + 1, PAGE_SIZE) == base + 4096 && round_up(base, PAGE_SIZE) == base);
	CHECK(offset_in_page(base + 77) == 77 && (base + 77) % 64 == 13 && ((base + 8) | 7) == base + 15 && (0xffful | base) == base + 4095);
	CHECK(PAGE_ALIGN_DOWN((unsigned long)many + 8191) == (unsigned long)many + 4096 && IS_ALIGNED((unsigned long)many, 4096));`,
    "",
    `#include <linux/vmalloc.h>
static char *many;
static __init int init_many(void) { many = vzalloc(10000); return many ? 0 : -ENOMEM; }`,
  );
  // It installs nothing; were a check to fail, it would also be R2.
  expect(await broken(text)).toEqual(["R3"]);
});

describe("a reference to a page that may be free", () => {
  const good = readFileSync(join(fixtures, "idioms/page-refs.c"), "utf8");
  test.each([
    ["is of no use before a second look", "	if (page == READ_ONCE(notes))\n", "", "R10"],
    ["is given back", "	put_page(page);\n", "", "R6"],
    ["is given back once", "	put_page(page);\n", "	put_page(page);\n	put_page(page);\n", "R7"],
    ["keeps the page", "		put_page(old);", "		__folio_put(page_folio(old));", "R7"],
  ])("%s", async (_what, from, to, id) => {
    expect(good.split(from).length).toBe(2);
    const text = good.replace('"pairs.h"', '"idioms/pairs.h"').replace(from, to);
    const subject = await fromText(text, { sources: treeSources(fixtures) });
    const result = await checkC(subject, ["main"], { allocFailures: 0 });
    expect(result.scenarios.flatMap((each) => [...each.broken])).toContain(id);
  });

  test("is refused where the page is of a block, or was freed by the call", async () => {
    const block =
      "struct page *two = alloc_pages(GFP_KERNEL, 1); if (two) { get_page_unless_zero(two); __free_pages(two, 1); }";
    await expect(broken(helpers(block))).rejects.toThrow(/a page of a block that may be free: not modelled/);
    const freed =
      "struct page *one = alloc_page(GFP_KERNEL); if (one) { __free_page(one); get_page_unless_zero(one); }";
    await expect(broken(helpers(freed))).rejects.toThrow(/that this call has freed: not modelled/);
  });
});
