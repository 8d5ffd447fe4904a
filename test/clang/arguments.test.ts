/** What get, put, alloc, free and counter may take and return: each argument is told by its type and name. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { CheckResult } from "../../src/check/index.js";
import { signaturesOf } from "../../src/clang/slice/index.js";
import { checkC, fromText } from "./support/c.js";

const pair = readFileSync(join(import.meta.dirname, "../fixtures/c-semantics/pair.c"), "utf8");

/** The helpers, with get and put for a `struct page` under other names, and this behind them. */
function wrapped(entries: string): string {
  const inner = pair.replace("int tdx_pamt_get(", "static int get(").replace("void tdx_pamt_put(", "static void put(");
  return `#include <linux/err.h>\n${inner}${entries}`;
}

/** Get, put and the counter of a page that is an argument of this kind. */
function taking(argument: string, page: string): string {
  return wrapped(`
int tdx_pamt_get(${argument}) { return get(${page}); }
void tdx_pamt_put(${argument}) { put(${page}); }
int *tdx_find_pamt_refcount(${argument}) { return &users[region_of(${page})]; }
`);
}

const ALLOC = `
	struct page *page = alloc_page(GFP_KERNEL_ACCOUNT);
	int ret = page ? get(page) : -ENOMEM;

	if (page && ret)
		__free_page(page);`;

function allocating(alloc: string, free: string): string {
  return wrapped(`
int tdx_pamt_get(struct page *page) { return get(page); }
void tdx_pamt_put(struct page *page) { put(page); }
${alloc}
${free}
`);
}

function judge(text: string): Promise<CheckResult> {
  return fromText(text).then((subject) => checkC(subject, ["main"]));
}

function verdicts({ requirements, scenarios }: CheckResult) {
  return {
    broken: scenarios.flatMap((each) => each.broken),
    counts: requirements.find(({ id }) => id === "R5")?.verdict,
  };
}

describe("an argument", () => {
  test.each([
    ["struct page *page", "page"],
    ["const struct page *what", "(struct page *)what"],
    ["struct folio *folio", "folio_page(folio, 0)"],
    ["void *va", "virt_to_page(va)"],
    ["const void *const page", "virt_to_page(page)"],
    ["u8 *contents", "virt_to_page(contents)"],
    ["unsigned long vaddr", "virt_to_page((void *)vaddr)"],
    ["unsigned long pfn", "pfn_to_page(pfn)"],
    ["unsigned int pfn", "pfn_to_page(pfn)"],
    ["u64 hpa", "pfn_to_page(hpa >> PAGE_SHIFT)"],
    ["phys_addr_t start", "pfn_to_page(start >> PAGE_SHIFT)"],
    ["struct mm_struct *mm, struct page *page", "(mm ? NULL : page)"],
    ["int level, struct page *page", "(level == 1 ? page : NULL)"],
  ])("%s of get, put and counter is the page", async (argument, page) => {
    expect(verdicts(await judge(taking(argument, page)))).toEqual({ broken: [], counts: "held" });
  });
});

describe("alloc and free", () => {
  test.each([
    ["struct page *", "return ret ? NULL : page;", "struct page *page", "page"],
    ["struct page *", "return ret ? ERR_PTR(ret) : page;", "struct page *page", "page"],
    ["void *", "return ret ? NULL : page_address(page);", "void *va", "virt_to_page(va)"],
    ["void *", "return ret ? ERR_PTR(-ENOMEM) : page_address(page);", "void *va", "virt_to_page(va)"],
    ["struct folio *", "return ret ? NULL : page_folio(page);", "struct folio *folio", "folio_page(folio, 0)"],
    [
      "unsigned long",
      "return ret ? 0 : (unsigned long)page_address(page);",
      "unsigned long va",
      "virt_to_page((void *)va)",
    ],
    ["u64", "return ret ? 0 : page_to_phys(page);", "u64 hpa", "pfn_to_page(hpa >> PAGE_SHIFT)"],
    ["unsigned long", "return ret ? 0 : page_to_pfn(page);", "unsigned long pfn", "pfn_to_page(pfn)"],
    ["u64", "return ret ? 0 : plain_number(page_to_phys(page));", "u64 hpa", "pfn_to_page(hpa >> PAGE_SHIFT)"],
  ])("may go by %s: %s", async (type, back, argument, page) => {
    const alloc = `${type} tdx_alloc_page(void)\n{${ALLOC}\n\t${back}\n}`;
    const free = `void tdx_free_page(${argument}) { put(${page}); __free_page(${page}); }`;
    expect(verdicts(await judge(allocating(alloc, free))).broken).toEqual([]);
  });

  const free = "void tdx_free_page(struct page *page) { put(page); __free_page(page); }";
  test.each([
    ["another error", "return ret ? ERR_PTR(-EIO) : page;", "the error -5, which is not -ENOMEM"],
    [
      "an error for nothing",
      "if (ret) return ERR_PTR(ret); put(page); __free_page(page); return ERR_PTR(-ENOMEM);",
      "-ENOMEM although no allocation",
    ],
    [
      "null for nothing",
      "if (ret) return NULL; put(page); __free_page(page); return NULL;",
      "null although no allocation",
    ],
  ])("R2: alloc returns %s", async (_, back, message) => {
    const alloc = `struct page *tdx_alloc_page(void)\n{${ALLOC}\n\tif (!page)\n\t\treturn NULL;\n\t${back}\n}`;
    const result = await judge(allocating(alloc, free));
    expect(verdicts(result).broken).toEqual(["R2"]);
    expect(result.requirements.find(({ id }) => id === "R2")?.message).toContain(message);
  });
});

test("parameters are read as the source declares them", () => {
  const text = `#define LOOP(x) do { \\
	x
#line 3 "a.c"
static __attribute__((noinline)) int one(const struct page *page, int (*call)(void *, int), u64 pfns[2]) { two(3); }
struct s { int x; };
int two(void);
int two(int n)
{
	return one(NULL, 0, (u64 []){ n });
}
void none(void) { }
`;
  expect([...signaturesOf(text)]).toEqual([
    ["one", ["const struct page * page", "int ( * call ) ( void * , int )", "u64 pfns [ 2 ]"]],
    ["two", ["int n"]],
    ["none", []],
  ]);
});
