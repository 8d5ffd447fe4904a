/** Blocks of pages in C: a pool with and without a function that counts it, orders, what counterexamples say. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
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

  test("without one counts as a whole: what it loses is missed, chunks that it loses too", async () => {
    expect(await brokenIn(changed("tdx_pamt_pool_pages", "pages_of_pool"))).toEqual([]);
    expect(await brokenIn(changed("tdx_pamt_pool_pages", "pages_of_pool", pairLeaked))).toEqual([]);
  });

  test("whose count changes memory is refused", async () => {
    const counting = changed("return pamt_pool.pages;\n", "return pamt_pool.pages++;\n");
    await expect(brokenIn(counting)).rejects.toThrow(/^test\.c:\d+: tdx_pamt_pool_pages\(\) writes: it may only count/);
  });

  test("may be counted with its lock held", async () => {
    const counting = changed(
      "\treturn pamt_pool.pages;\n",
      "\tguard(spinlock)(&pamt_pool.lock);\n\treturn pamt_pool.pages;\n",
    );
    expect(await brokenIn(counting)).toEqual([]);
  });

  test("shows pointers as what they point to", async () => {
    const result = await checkC(await fromText(pairLeaked), ["main"], {}, { explain: true });
    const said = result.counterexample?.steps.map(({ text }) => text);
    expect(said).toContain("store(pamt_pool+24): 0 -> &struct page of 0x108200000");
    expect(said).toContain("READ_ONCE(pamt_pool+8): &pamt_pool+8");
    expect(said).toContain("store(pamt_pool+32): 512 -> 510");
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
    expect(await brokenIn(smaller)).toEqual(["R6"]);
    const single = changed("__free_pages(chunk, PAMT_CHUNK_ORDER)", "__free_pages(alloc_page(gfp), 3)");
    await expect(brokenIn(single)).rejects.toThrow("a page is freed with order 3 that was not allocated with it");
  });

  test("that the modelled host has no more room for end with the place", async () => {
    const hungry = changed("__free_pages(chunk, PAMT_CHUNK_ORDER);", "while (alloc_pages(gfp, 6));");
    await expect(brokenIn(hungry)).rejects.toThrow(
      /^test\.c:\d+: the modelled host has no room for one more block of 64/,
    );
  });
});
