/** Blocks of pages in C: a pool with and without a function that counts it, orders, what counterexamples say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { treeSources } from "../../src/cli/c-sources.js";
import { checkC, fixtures, fromText } from "./support/c.js";

const pool = readFileSync(join(fixtures, "reserved-pool.c"), "utf8");

/** The pool with a part of its source replaced. */
function changed(from: string, to: string, text = pool): string {
  expect(text).toContain(from);
  return text.replaceAll(from, to);
}

const pairLeaked = changed("atomic_inc(refcount);\n\t\t\tgoto out_free;", "atomic_inc(refcount);\n\t\t\treturn 0;");

async function brokenIn(text: string): Promise<readonly string[]> {
  const result = await checkC(await fromText(text), ["main"]);
  return result.scenarios.flatMap(({ broken }) => broken);
}

describe("a pool of pairs", () => {
  test("is judged by its own count of what it holds", async () => {
    expect(await brokenIn(pairLeaked)).toEqual(["R6"]);
  });

  test("without one counts as a whole: what it loses goes unnoticed, chunks too", async () => {
    expect(await brokenIn(changed("tdx_pamt_pool_pages", "pages_of_pool"))).toEqual([]);
    expect(await brokenIn(changed("tdx_pamt_pool_pages", "pages_of_pool", pairLeaked))).toEqual([]);
  });

  test("whose count changes memory is refused", async () => {
    const counting = changed("return pamt_pool.pages;\n", "return pamt_pool.pages++;\n");
    await expect(brokenIn(counting)).rejects.toThrow(/^test\.c:\d+: tdx_pamt_pool_pages\(\) writes: it may only count/);
  });

  test("whose count looks at what each CPU has for itself is refused", async () => {
    const counting = changed(
      "unsigned long tdx_pamt_pool_pages(void)\n{\n\treturn pamt_pool.pages;",
      "static DEFINE_PER_CPU(unsigned long, mine);\nunsigned long tdx_pamt_pool_pages(void)\n{\n\treturn this_cpu_read(mine);",
      changed("#include <linux/pfn.h>", "#include <linux/pfn.h>\n#include <linux/percpu.h>"),
    );
    await expect(brokenIn(counting)).rejects.toThrow(/it may only count pages$/);
  });

  test("may be counted with its lock held", async () => {
    const counting = changed(
      "\treturn pamt_pool.pages;\n",
      "\tguard(spinlock)(&pamt_pool.lock);\n\treturn pamt_pool.pages;\n",
    );
    expect(await brokenIn(counting)).toEqual([]);
  });

  test("keeps an address among the pages of a chunk in one way, however it was reckoned", async () => {
    const text = changed(
      "\t\tpage = pamt_pool.chunk;\n",
      "\t\tpage = pamt_pool.chunk;\n\t\tWRITE_ONCE(last, page + 2);\n\t\tcmpxchg(&last, pfn_to_page(page_to_pfn(page) + 2), NULL);\n\t\tWARN_ON_ONCE(READ_ONCE(last));\n",
      changed("/* Takes a pair out, or returns NULL. */", "static struct page *last;\n"),
    );
    expect(await brokenIn(text)).toEqual([]);
  });

  test("shows pointers as what they point to", async () => {
    const result = await checkC(await fromText(pairLeaked), ["main"], {}, { explain: true });
    const said = result.counterexample?.steps.map(({ text }) => text);
    expect(said).toContain("store(pamt_pool.chunk): NULL -> &struct page of 0x108200000");
    expect(said).toContain("READ_ONCE(pamt_pool.pairs.next): &pamt_pool.pairs");
    expect(said).toContain("store(pamt_pool.left): 512 -> 510");
    expect(said).toContain("store(pamt_pool.chunk): &struct page of 0x108200000 -> &struct page of 0x108202000");
  });
});

/** The pool without chunks: each pair is a block, which may be charged, and lies where the environment puts it. */
function pairByPair(gfp: string): string {
  const taken = changed("page = take_pooled_pair();", "page = NULL;");
  const grown = changed(
    "} while (!page && !grow_pamt_pool(gfp));",
    `page = alloc_pages(${gfp}, 1);\n\t} while (0);`,
    taken,
  );
  const freed = changed(
    "\tguard(spinlock)(&pamt_pool.lock);\n\tlist_add(&page->lru, &pamt_pool.pairs);\n\tpamt_pool.pages += tdx_dpamt_entry_pages();\n",
    "\ttdx_quirk_reset_page(page);\n\ttdx_quirk_reset_page(page + 1);\n\t__free_pages(page, 1);\n",
    grown,
  );
  return changed("tdx_pamt_pool_pages", "pages_of_pool", freed);
}

describe("pairs that are blocks", () => {
  test("must be charged like other pages", async () => {
    expect(await brokenIn(pairByPair("gfp | __GFP_ACCOUNT"))).toEqual([]);
    expect(await brokenIn(pairByPair("gfp"))).toEqual(["R6"]);
  });

  test("freed page by page are misused", async () => {
    const text = pairByPair("gfp | __GFP_ACCOUNT");
    const pieces = changed("__free_pages(page, 1);", "__free_page(page);\n\t__free_page(page + 1);", text);
    expect(await brokenIn(pieces)).toEqual(["R7"]);
  });

  test.each([
    ["freed", "__free_pages(page, 1);", "__free_pages(page, 1);\n\tpage[1].private = 1;"],
    [
      "given to the module",
      "err = tdh_phymem_pamt_add(pfn, pair);",
      "err = tdh_phymem_pamt_add(pfn, pair);\n\t\tif (!err)\n\t\t\tpair[1].private = 1;",
    ],
  ])("once %s have structures that nobody may use", async (_, from, to) => {
    const subject = await fromText(changed(from, to, pairByPair("gfp | __GFP_ACCOUNT")));
    const result = await checkC(subject, ["main"], { cpus: 1, allocFailures: 0 });
    expect(result.scenarios.flatMap(({ broken }) => broken)).toEqual(["R7"]);
  });

  test("whose last owner has stored something are given away with that", async () => {
    const text = changed(
      "__free_pages(page, 1);",
      "WRITE_ONCE(page->private, 0);\n\t__free_pages(page, 1);",
      changed(
        "page = alloc_pages(gfp | __GFP_ACCOUNT, 1);",
        "page = alloc_pages(gfp | __GFP_ACCOUNT, 1);\n\t\tif (page)\n\t\t\tWRITE_ONCE(page->private, 1);",
        pairByPair("gfp | __GFP_ACCOUNT"),
      ),
    );
    const judged = changed(
      "static u64 pamt_region_operand",
      "static void expect_mine(struct page *page)\n{\n\tWARN_ON_ONCE(READ_ONCE(page->private) != 1);\n}\n\nstatic u64 pamt_region_operand",
      text,
    );
    const used = changed(
      "\terr = tdh_phymem_pamt_add(pfn, pair);",
      "\texpect_mine(pair);\n\t\terr = tdh_phymem_pamt_add(pfn, pair);",
      judged,
    );
    const result = await checkC(await fromText(used), ["main"], { memory: "tso" });
    expect(result.scenarios.flatMap(({ broken }) => broken)).toEqual([]);
  });
});

describe("orders", () => {
  test("of which there are no blocks are refused where they are asked for", async () => {
    const line = pool.slice(0, pool.indexOf("alloc_pages(gfp")).split("\n").length;
    await expect(brokenIn(changed("PAMT_CHUNK_ORDER 9", "PAMT_CHUNK_ORDER 8"))).rejects.toThrow(
      `test.c:${line}: pages of order 8 are allocated: only orders 0 to 6 and 9 are modelled`,
    );
  });

  test("must fit when pages are freed", async () => {
    const smaller = changed("__free_pages(chunk, PAMT_CHUNK_ORDER)", "__free_pages(chunk, 3)");
    expect(await brokenIn(smaller)).toEqual(["R7"]);
    const single = changed("__free_pages(chunk, PAMT_CHUNK_ORDER)", "__free_pages(alloc_page(gfp), 3)");
    expect(await brokenIn(single)).toContain("R7");
    const halves = "__free_pages(chunk, 8); __free_pages(chunk + 256, 8)";
    await expect(brokenIn(changed("__free_pages(chunk, PAMT_CHUNK_ORDER)", halves))).resolves.toContain("R7");
  });

  test("that the modelled host has no more room for end with the place", async () => {
    const hungry = changed("__free_pages(chunk, PAMT_CHUNK_ORDER);", "while (alloc_pages(gfp, 6));");
    await expect(brokenIn(hungry)).rejects.toThrow(
      /^test\.c:\d+: the modelled host has no room for one more block of 64/,
    );
  });
});

describe("contents of a block", () => {
  const get = (access: string): string =>
    readFileSync(join(fixtures, "idioms/pages-exact.c"), "utf8").replace(
      "\tpair[0] = virt_to_page(both);",
      `\t${access}\n$&`,
    );

  test.each([
    ["nothing", "memset(both, 0, 2 * PAGE_SIZE);"],
    ["nothing", "((char *)both)[PAGE_SIZE] = 1; ((char *)both)[2 * PAGE_SIZE - 1] = 1;"],
    ["R7", "memset(both, 0, 2 * PAGE_SIZE + 1);"],
    ["R7", "((char *)both)[2 * PAGE_SIZE] = 1;"],
    ["R7", "((char *)both)[-1] = 1;"],
    ["R7", "*(u64 *)(both + PAGE_SIZE - 4) = 1;"],
  ])("%s: %s", async (id, access) => {
    const subject = await fromText(get(access), { name: "idioms/x.c", sources: treeSources(fixtures) });
    const { scenarios } = await checkC(subject, ["main"], { cpus: 1 });
    expect(scenarios.flatMap(({ broken }) => broken)).toEqual(id === "R7" ? ["R7"] : []);
  });

  test("an access to one page is not one to the next page of somebody else", async () => {
    const text = readFileSync(join(fixtures, "idioms/refcount.c"), "utf8").replace(
      "\tret = alloc_pair(pair);\n\tif (ret)\n\t\treturn ret;\n",
      "$&\tmemset(page_address(pair[0]), 0, PAGE_SIZE + 1);\n",
    );
    const subject = await fromText(text, { name: "idioms/x.c", sources: treeSources(fixtures) });
    expect((await checkC(subject, ["main"], { cpus: 1 })).scenarios.flatMap(({ broken }) => broken)).toEqual(["R7"]);
  });
});
