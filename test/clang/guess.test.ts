/** What `dpamt init` takes the functions of a file for, and what it makes of their arguments. */
import { describe, expect, it } from "vitest";
import { guess, harnessFor, outlineOf } from "../../src/clang/index.js";
import type { Entry } from "../../src/clang/subject/bindings.js";

const ADD = "seamcall(TDH_PHYMEM_PAMT_ADD, &args);";
const REMOVE = "seamcall_ret(TDH_PHYMEM_PAMT_REMOVE, &args);";

function outlined(text: string) {
  return outlineOf({ main: "x.c", text, isShimmed: () => true });
}

function guessed(text: string, named: ReadonlyMap<Entry, string> = new Map()) {
  const outline = outlined(text);
  return { ...guess("x.c", outline, named), harness: harnessFor("x.c", guess("x.c", outline, named), outline) };
}

/** The call of get in the harness. */
function callOf(text: string): string | undefined {
  const { get, harness } = guessed(text);
  return new RegExp(`\\b${get.function.name}\\(.*\\)(?= \\?|;)`).exec(harness.text ?? "")?.[0];
}

/** Helpers with these parameters, and bodies that use them so. */
function helpers(parameters: string, use = "", before = ""): string {
  return `${before}
static u64 add_one(u64 hpa) { ${ADD} return 0; }
static u64 remove_one(u64 hpa) { ${REMOVE} return 0; }
int pair_get(${parameters}) { ${use} return add_one(0); }
void pair_put(${parameters}) { ${use} remove_one(0); }
`;
}

describe("an outline", () => {
  it("has functions, variables, structures and macros", () => {
    const { functions, variables, records, macros } = outlined(`
#define ADDS(x) seamcall(x)
struct region { spinlock_t lock; atomic_t users, more[2]; struct { int inner; } deep; void (*done)(int); };
typedef struct { int count; } pair_t;
static struct region *regions, table[4];
static pair_t pairs[8] __read_mostly = { };
static __always_inline const struct region *find(const struct region *from, int (*test)(void *), u8 list[2]) { return from; }
`);
    expect(functions).toMatchObject([
      {
        name: "find",
        line: 7,
        returns: "const struct region *",
        parameters: [
          { name: "from", type: "const struct region *" },
          { name: "test", type: "int ( * test ) ( void * )" },
          { name: "list", type: "u8 [ 2 ]" },
        ],
      },
    ]);
    expect(variables.find(({ name }) => name === "regions")).toEqual({
      name: "regions",
      type: "struct region",
      stars: 1,
      brackets: 0,
      isInitialised: false,
    });
    expect(variables.find(({ name }) => name === "pairs")).toMatchObject({ type: "pair_t", brackets: 1 });
    expect(records.map(({ type, members }) => [type, members.map(({ name }) => name)])).toContainEqual([
      "pair_t",
      ["count"],
    ]);
    expect(records.find(({ type }) => type === "struct region")?.members[0]).toMatchObject({ type: "spinlock_t" });
    expect(macros.get("ADDS")).toBe(" seamcall ( x ) ");
  });
});

describe("an argument", () => {
  it.each([
    ["a page", "struct page *p", "", "pair_get(page)"],
    ["a folio", "struct folio *f", "", "pair_get(page_folio(page))"],
    ["contents", "void *va", "", "pair_get(page_address(page))"],
    ["a frame number by name", "unsigned long pfn", "", "pair_get(page_to_pfn(page))"],
    ["an address by name", "u64 paddr", "", "pair_get(page_to_phys(page))"],
    ["an address by type", "phys_addr_t x", "", "pair_get(page_to_phys(page))"],
    ["an address by use", "u64 x", "use(x >> PMD_SHIFT);", "pair_get(page_to_phys(page))"],
    ["a frame number by use", "u64 x", "use(PFN_PHYS(x));", "pair_get(page_to_pfn(page))"],
    ["a region by use", "u64 x", "use(x << PMD_SHIFT);", "pair_get(page_to_pfn(page) / PTRS_PER_PMD)"],
    ["a level", "u64 hpa, int level", "", "pair_get(page_to_phys(page), PG_LEVEL_4K)"],
    ["a way to allocate", "u64 hpa, gfp_t gfp", "", "pair_get(page_to_phys(page), GFP_KERNEL_ACCOUNT)"],
    ["nothing known", "struct page *p, struct kvm *kvm, bool odd", "", "pair_get(page, NULL, 0)"],
  ])("is %s", (_, parameters, use, call) => {
    expect(callOf(helpers(parameters, use))).toBe(call);
  });

  it("has the meaning that it has where it is handed on", () => {
    const before = "static u64 start(u64 a, u64 b) { return b & PMD_MASK; }\n";
    expect(callOf(helpers("u64 x", "start(0, x);", before))).toBe("pair_get(page_to_phys(page))");
  });

  it.each([
    ["an array", "static struct region all[4096];", "&all[page_to_pfn(page) / PTRS_PER_PMD]"],
    ["a pointer", "static struct region *all;", "&all[page_to_pfn(page) / PTRS_PER_PMD]"],
    ["an array of pointers", "static struct region *all[4096];", "all[page_to_pfn(page) / PTRS_PER_PMD]"],
    ["a function", "struct region *of(u64 pfn) { return 0; }", "of(page_to_pfn(page))"],
  ])("is a structure for a region, found by %s", (_, before, text) => {
    const record = "struct region { int users; };\n";
    expect(callOf(helpers("struct region *r", "use(r);", record + before))).toBe(`pair_get(${text})`);
  });

  it("that nobody can know is marked for a look", () => {
    const { harness } = guessed(helpers("u64 thing, struct kvm *kvm"));
    expect(harness.fillIn.map(({ text }) => text)).toEqual([
      "thing: is it the page frame number?",
      "kvm: is NULL right?",
      "thing: is it the page frame number?",
      "kvm: is NULL right?",
    ]);
  });
});

describe("a guess", () => {
  it("takes the helper, not what it calls, nor what calls it to allocate", () => {
    const { get, put, pages } = guessed(`${helpers("struct page *page")}
struct page *new_page(void) { struct page *p = alloc_page(0); pair_get(p); return p; }
void free_page_and_pair(struct page *p) { pair_put(p); __free_page(p); }
`);
    expect([get.function.name, put.function.name]).toEqual(["pair_get", "pair_put"]);
    expect(pages?.alloc.function.name).toBe("new_page");
    expect(pages?.free.function.name).toBe("free_page_and_pair");
  });

  it("takes the helper, not what maps pages with it", () => {
    const { get, put, pages } = guessed(`${helpers("struct page *page")}
int map_page(struct kvm *kvm, u64 gfn, struct page *page) { return pair_get(page); }
void unmap_page(struct kvm *kvm, u64 gfn, struct page *page) { pair_put(page); }
`);
    expect([get.function.name, put.function.name, pages]).toEqual(["pair_get", "pair_put", undefined]);
  });

  it("follows macros to the call of the module", () => {
    const text = `#define ADD_PAIR(a) seamcall(TDH_PHYMEM_PAMT_ADD, a)
int up(u64 pfn) { return ADD_PAIR(pfn); }
void down(u64 pfn) { ${REMOVE} }`;
    const { get, put } = guessed(text);
    expect([get.function.name, put.function.name]).toEqual(["up", "down"]);
  });

  it("takes what the user names before what looks better", () => {
    const text = `${helpers("u64 pfn")} int odd(u64 pfn) { ${ADD} return 0; }`;
    expect(guessed(text, new Map([["get", "odd"]])).get.function.name).toBe("odd");
    expect(() => guessed(text, new Map([["put", "none"]]))).toThrow("there is no function none() in x.c");
  });

  it("asks for the module's answer where the file does not", () => {
    expect(guessed(helpers("u64 pfn")).harness.text).toContain("if (!dpamt_is_on())");
    const asking = guessed(helpers("u64 pfn", "if (!tdx_supports_dynamic_pamt(0)) return;"));
    expect(asking.harness).toEqual({ text: undefined, entries: ["get=pair_get", "put=pair_put"], fillIn: [] });
  });

  it("makes functions of other names where the usual ones mean something else", () => {
    const text = `struct region { int x; };
static struct region all[4];
int tdx_pamt_get(struct region *r) { ${ADD} return 0; }
void tdx_pamt_put(struct region *r) { ${REMOVE} }`;
    const { harness } = guessed(text);
    expect(harness.entries).toEqual(["get=dpamt_get", "put=dpamt_put"]);
    expect(harness.text).toContain("return tdx_pamt_get(&all[page_to_pfn(page) / PTRS_PER_PMD]);");
  });

  it("allocates what nothing sets, with its locks, and leaves alone what something does", () => {
    const record = "struct region { struct mutex one; raw_spinlock_t two; u32 refs; };\nstatic struct region *all;\n";
    const lone = guessed(helpers("struct region *r", "use(all);", record)).harness.text ?? "";
    expect(lone).toContain("all = vzalloc(count * sizeof(*all));");
    expect(lone).toContain("\t\tmutex_init(&all[i].one);\n\t\traw_spin_lock_init(&all[i].two);\n\t}");
    expect(lone).toContain("u32 *tdx_find_dpamt_refcount(unsigned long pfn)");
    const set = "int setup(void) { all = vzalloc(8); return 0; }\n";
    expect(guessed(helpers("struct region *r", "use(all);", record + set)).harness.text).not.toContain("vzalloc(count");
  });

  it.each([
    ["nothing at all", "int x;", "makes no TDH.PHYMEM.PAMT.ADD"],
    ["only what allocates", `struct page *f(void) { ${ADD} return 0; }`, "PAMT.ADD is in f()"],
    ["a get and no put", `int pair_get(u64 pfn) { ${ADD} return 0; }`, "look like get and put"],
  ])("says that there is %s", (_, text, message) => {
    expect(() => guessed(text)).toThrow(message);
  });
});
