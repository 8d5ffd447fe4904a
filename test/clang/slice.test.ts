/** The slicer, on a small tree with everything that makes kernel text hard to take apart. */
import { fileURLToPath } from "node:url";
import { runLLVM } from "@yowasp/clang";
import { beforeAll, describe, expect, test } from "vitest";
import { type Grammar, type SliceRequest, type Sources, slice } from "../../src/clang/slice/index.js";
import { loadGrammar, treeSources } from "../../src/cli/c-sources.js";

const TREE = fileURLToPath(new URL("../fixtures/slice/tree", import.meta.url));
const MAIN = "arch/x86/virt/vmx/tdx/tdx.c";

/** A shim of a few lines, enough for the fixture. */
const SHIM = `
typedef unsigned long long u64;
typedef _Bool bool;
typedef struct { int counter; } atomic_t;
typedef struct { int held; } spinlock_t;
struct page;
#define true 1
#define false 0
#define NULL ((void *)0)
#define ENOMEM 12
#define PAGE_SHIFT 12
#define PAGE_SIZE 4096
#define __init
#define __always_inline inline __attribute__((always_inline))
#define DEFINE_SPINLOCK(name) spinlock_t name
#define scoped_guard(kind, lock) for (int once = ((lock)->held = 1); once; once = 0)
#define max_pfn 100
void *vzalloc(unsigned long size);
void vfree(void *address);
int atomic_inc_not_zero(atomic_t *v);
unsigned long page_to_pfn(struct page *page);
int not_known_at_all(struct page *page);
`;
const SHIM_NAMES = new Set((SHIM.match(/[A-Za-z_]\w*/g) ?? []).filter((name) => name !== "not_known_at_all"));

let grammar: Grammar;
beforeAll(async () => {
  grammar = await loadGrammar();
});

const sources = treeSources(TREE);
const request = (changes: Partial<SliceRequest> = {}): SliceRequest => ({
  main: MAIN,
  text: sources.read(MAIN) as string,
  sources,
  grammar,
  roots: ["tdx_pamt_get", "tdx_pamt_put", "tdx_find_pamt_refcount"],
  isShimmed: (include) => ["linux/types.h", "asm/tdx.h"].includes(include),
  shimDefines: (name) => SHIM_NAMES.has(name),
  ...changes,
});
/** A slice of a text with no tree around it. */
const sliced = (text: string, changes: Partial<SliceRequest> = {}) =>
  slice(request({ main: "a.c", text, sources: undefined, roots: ["f"], ...changes }));

async function errorsOf(text: string): Promise<string> {
  let messages = "";
  const decoder = new TextDecoder();
  const flags = ["--target=x86_64-linux-gnu", "-std=gnu11", "-ffreestanding", "-nostdinc", "-Iinc", "-fsyntax-only"];
  const files = { "t.c": text, inc: { dpamt: { "kernel.h": SHIM }, linux: { "types.h": "" }, asm: { "tdx.h": "" } } };
  const stderr = (bytes: Uint8Array | null) => {
    if (bytes !== null) messages += decoder.decode(bytes, { stream: true });
  };
  try {
    await runLLVM(["clang", ...flags, "t.c"], files, { stdout: null, stderr, fetchProgress: () => {} });
  } catch {
    return messages || "failed";
  }
  return messages;
}

describe("a file in its tree", () => {
  test("takes along what the helpers need, and nothing else", () => {
    const { text, roots } = slice(request());
    expect(roots).toEqual(["tdx_pamt_get", "tdx_find_pamt_refcount"]);
    for (const needed of [
      "#define ENTRIES 512",
      "#define REGION_SHIFT 21",
      "enum leaf_level {",
      "struct tdx_sys_info {",
      "typedef int (*visit_t)",
      "static DEFINE_SPINLOCK(pamt_lock);",
      "static int visit_one(struct page *page, void *data)\n{",
      "u64 module_call(u64 fn, struct module_args *args);",
    ]) {
      expect(text).toContain(needed);
    }
    expect(text).not.toMatch(/LEAF_DECOY|decoy_init|struct decoy|decoy_user|static u64 decoy_key|EXPORT_SYMBOL/);
    expect(text).not.toMatch(/from_the_tree_not_the_shim|unused_by_anybody|free_pamt_refcounts|init_module/);
  });

  test("decides conditionals by the options given", () => {
    const { text } = slice(request());
    expect(text).toContain("return info->features & 1;");
    expect(text).not.toMatch(/xen_only|not_in_this_kernel|return false/);
    const xen = slice(request({ config: new Set(["CONFIG_XEN", "CONFIG_INTEL_TDX_HOST", "CONFIG_DEBUG_XEN"]) }));
    expect(xen.text).toContain("return xen_only();");
    expect(xen.text).not.toContain("info->features & 1");
    expect(xen.missing.map(({ name }) => name)).toContain("not_in_this_kernel");
  });

  test("uses the shim for generic headers, the tree's for TDX, in a circle too", () => {
    const { text } = slice(request());
    expect(text).toContain("#include <dpamt/kernel.h>\n#include <linux/types.h>\n");
    expect(text).not.toContain("#include <asm/tdx.h>");
    const alone = slice(request({ sources: undefined }));
    expect(alone.text).toContain("#include <asm/tdx.h>");
  });

  test("every line keeps its number, its column and its file", () => {
    const { text } = slice(request());
    const original = (path: string) => (sources.read(path) as string).split("\n");
    let place: { path: string; line: number } | undefined;
    let compared = 0;
    for (const line of text.split("\n")) {
      const directive = /^#line (\d+) "(.*)"$/.exec(line);
      if (directive !== null) place = { path: directive[2], line: Number(directive[1]) };
      else if (place !== undefined && line.trim() !== "") {
        const there = original(place.path)[place.line++ - 1];
        const isHeader = line.endsWith(");") && !there.endsWith(";");
        expect(isHeader ? line.slice(0, -1) : line).toBe(there);
        compared++;
      } else if (place !== undefined) place.line++;
    }
    expect(compared).toBeGreaterThan(80);
  });

  test("takes from the shim's headers of TDX what the tree lacks, and nothing twice", () => {
    const shim = `#ifndef ASM_TDX_H
#define ASM_TDX_H
#include <dpamt/calls.h>
#include <asm/tdx.h>
struct module_args { int other; };
static inline u64 module_call(u64 fn, struct module_args *args) { return shim_call(fn, args); }
#ifdef DPAMT_NEEDS_not_known_at_all
int not_known_at_all(struct page *page) { return 0; }
#endif
#define LEAF_ADD 1
#endif
`;
    const defaults = [{ path: "asm/tdx.h", text: shim }];
    const { text, missing } = slice(request({ defaults, isShimmed: (path) => path !== "linux/region.h" }));
    expect(text).toContain("return shim_call(fn, args);");
    expect(text).toContain("int not_known_at_all(struct page *page) { return 0; }");
    expect(text).toContain("#include <dpamt/calls.h>");
    expect(text).not.toMatch(/int other|LEAF_ADD 1\n|#include <asm\/tdx\.h>|^u64 module_call/m);
    expect(missing.map(({ name }) => name)).toEqual(["shim_call"]);
    const alone = slice(request({ sources: undefined, defaults, isShimmed: () => true }));
    expect(alone.text).toMatch(/int other[\s\S]*LEAF_ADD 1\n/);
    expect(alone.text).not.toContain("#include <asm/tdx.h>");
  });

  test("finds what must run first, and in which order", () => {
    const { boot, unset } = slice(request());
    expect(boot).toEqual([
      { function: "get_tdx_sys_info", argument: "tdx_sysinfo" },
      { function: "init_pamt_refcounts", argument: undefined },
    ]);
    expect(unset).toEqual(["wide_sets_me"]);
  });

  test("says where an unknown name may come from: includes that lead nowhere, or the rest of a patch", () => {
    const body = "int f(void) { return gone(); }\n";
    const text = `#include <linux/types.h>\n#include "mine.h"\n${body}`;
    expect(sliced(text).advice).toBe(
      'perhaps it is in "mine.h" included at a.c:2, which was not found: give its folder with --shim, or the kernel tree with --tree',
    );
    expect(sliced(text, { sources }).advice).toBe(
      'perhaps it is in "mine.h" included at a.c:2, which was not found: give its folder with --shim',
    );
    const more = `#include <linux/a.h>\n#include <linux/b.h>\n#include "c.h"\n#include "d.h"\n${body}`;
    expect(sliced(more).advice).toMatch(
      /^perhaps it is in "c\.h" included at a\.c:3, .*, and 1 more, which were not found: give their folders/,
    );
    expect(sliced(body).advice).toBe("name the kernel tree that has it with --tree, or add it with --shim");
    expect(sliced(body, { sources }).advice).toBe("add it with --shim");
    expect(sliced(text, { isPatch: true }).advice).toMatch(/kernel tree .* with --tree$/);
    expect(() => sliced("int g(void) { return 0; }", { isPatch: true })).toThrow(
      /^a\.c shows none of the helpers whole .*: give the kernel tree that the patch is for with --tree/,
    );
  });

  test("names what nobody knows, with the line of its first use", () => {
    const { missing } = slice(request());
    const lines = (sources.read(MAIN) as string).split("\n");
    const line = (part: string) => lines.findIndex((each) => each.includes(part)) + 1;
    const whereIn = (part: string) => ({ line: line(part), column: (lines[line(part) - 1]?.indexOf(part) ?? -1) + 1 });
    expect(missing.map(({ name, file, line: at, column }) => ({ name, file, line: at, column }))).toEqual([
      { name: "module_call", file: MAIN, ...whereIn("module_call(") },
      { name: "not_known_at_all", file: MAIN, ...whereIn("not_known_at_all(") },
    ]);
  });

  test("compiles against the shim alone", async () => {
    expect(await errorsOf(slice(request()).text)).toBe("");
  });
});

describe("a text alone", () => {
  test("order does not matter: types, declarations, variables, functions", async () => {
    const { text } = sliced(`
      int f(void) { return g(&later) + table[1].call() + SIZE; }
      static const struct entry table[] = { { .call = h }, { .call = h } };
      static int g(struct late *l) { return l->inner.x; }
      static int h(void) { return SECOND; }
      static struct late later;
      struct late { struct inner inner; number n[SIZE]; };
      struct entry { int (*call)(void); };
      struct inner { int x; };
      typedef unsigned char number;
      enum { FIRST, SECOND };
      #define SIZE (FIRST + 2)
    `);
    expect(await errorsOf(text)).toBe("");
  });

  test("locals, members, labels and parameters name nothing outside", () => {
    const { text, missing } = sliced(`
      static int count; static int member; static int label; static int parameter;
      struct s { int member; };
      int f(struct s *p, int parameter) {
        int count = p->member;
        struct s t = { .member = count };
      label:
        if (parameter) goto label;
        return t.member + count;
      }`);
    expect(text).not.toMatch(/static int/);
    expect(missing).toEqual([]);
  });

  test("a function that the grammar does not know is taken whole, with what it calls", () => {
    const { text, missing } = sliced(`
      static void g(void) { }
      int f(void) { for_each_thing (x, y) { g(); ]] odd }} while_not(1) }
      int f2(void) { return 0; }`);
    expect(text).toContain("static void g(void) { }");
    expect(text).toContain("for_each_thing (x, y)");
    expect(missing.every(({ called }) => called)).toBe(true);
  });

  test("#if inside a header line and unbalanced branches in a body", async () => {
    const { text } = sliced(`
#ifdef CONFIG_ODD
static int
#else
int
#endif
f(int a)
{
#ifdef CONFIG_ODD
	if (a) {
#else
	if (a > 1) {
#endif
		return 1;
	}
#if 1 + 1 == 2 && (defined(CONFIG_SMP) || 0x10 < 3)
	return 2;
#endif
#define INSIDE 4
	return INSIDE;
}`);
    expect(await errorsOf(text)).toBe("");
    expect(text).toContain("if (a > 1) {");
    expect(text).toContain("return 2;");
  });

  test("annotations, macros without semicolon, several names at once, function pointers", async () => {
    const { text } = sliced(`
EXPORT_SYMBOL(f)
static int one = 1, two = sizeof(int), three;
static int a, *b __attribute__((unused)), c[2] = { 1, 2 }, (*d)(int x);
static int __attribute__((noinline)) g(enum level level) { return level; }
enum __attribute__((packed)) level { LOW };
int f(void) { b = &a; d = 0; return c[0] + g(LOW) + three + two; }`);
    expect(text).not.toContain("EXPORT_SYMBOL");
    expect(await errorsOf(text)).toBe("");
  });

  test("functions that a macro makes by pasting names", async () => {
    const { text, missing } = sliced(`
typedef unsigned long long (*make_t)(int x);
#define MAKE_IS(type, error) \\
static inline int is_##error(type x) { return x == error ## _CODE; }
#define BUSY_CODE 3
MAKE_IS(long long, BUSY)
MAKE_IS(int, IDLE);
int f(make_t make) { return is_BUSY(make(1)); }`);
    expect(await errorsOf(text)).toBe("");
    expect(text).not.toContain("IDLE");
    expect(missing).toEqual([]);
  });

  test("says which names of the shim it defines itself", () => {
    const names = new Set(["struct cache", "spin"]);
    const { text } = sliced("struct cache { int n; };\nint f(struct cache *c) { spin(); return c->n; }", {
      shimDefines: (name) => names.has(name),
    });
    expect(text).toContain("#define DPAMT_HAS_struct_cache 1\n");
    expect(text).not.toContain("spin 1");
  });

  test("follows #line in the text", () => {
    const { text, missing } = sliced(
      '#line 70 "b.mbox"\nint f(void)\n{\n#line 90 "b.mbox"\n\treturn nothing_here(1);\n}\n',
    );
    expect(text).toContain('#line 70 "b.mbox"\nint f(void)');
    expect(missing).toMatchObject([{ name: "nothing_here", file: "b.mbox", line: 90 }]);
  });
});

describe("hostile input", () => {
  test("a file without helpers, or too large, is refused in one line", () => {
    expect(() => sliced("int g(void) { return 0; }")).toThrow(/^a\.c defines none of the helpers/);
    expect(() => sliced("x".repeat(5_000_000))).toThrow(/^a\.c is 4\.8 MB; at most 4 MB/);
  });

  test("names of files stay inside their string", () => {
    const { text } = sliced("int f(void) { return 0; }", { main: 'a"\n#error \\".c' });
    expect(text).toContain('#line 1 "a\\"\\012#error \\\\\\".c"\n');
    expect(text).not.toMatch(/^#error/m);
  });

  test.each([
    ["deep brackets", `int f(void) { return ${"(".repeat(50_000)}1${")".repeat(50_000)}; }`],
    ["open brackets", `int f(void) { return 0; }\n${"{(".repeat(50_000)}`],
    ["deep conditionals", `${"#if 1\n".repeat(20_000)}int f(void) { return 0; }\n`],
    ["deep expressions", `#if ${"(".repeat(100_000)}1\n#endif\nint f(void) { return 0; }\n`],
    [
      "macros that grow",
      `${[..."abcdefghijkl"].map((c, i) => `#define ${c} ${`${"abcdefghijklm"[i + 1]}+`.repeat(200)}1\n`).join("")}#if a\n#endif\nint f(void) { return 0; }\n`,
    ],
    ["a comment that never ends", "int f(void) { return 0; }\n#define A 1 /* \nint g;\n"],
    ["struct struct struct", `int f(void) { return 0; }\n${"struct ".repeat(50_000)}`],
    ["a long string", `char s[] = "${"a".repeat(3_000_000)}";\nint f(void) { return s[0]; }`],
    ["garbage", `int f(void) { return 0; }\n${"}]) # \" ' /* */ \\ = , ; \n".repeat(50_000)}`],
    [
      "many macros",
      `int f(void) { return 0; }\n${Array.from({ length: 10_000 }, (_, i) => `#define M${i}(x) x ## ${i}\nM${i}(a);\n`).join("")}`,
    ],
    [
      "many variables",
      `${Array.from({ length: 4_000 }, (_, i) => `static int v${i};\nvoid s${i}(void) { v${i} = 1; }\n`).join("")}int f(void) { return ${Array.from({ length: 4_000 }, (_, i) => `v${i}`).join("+")}; }`,
    ],
    [
      "many lines of others",
      `${Array.from({ length: 10_000 }, (_, i) => `#line ${i} "a${i}"\nint g${i};\n`).join("")}int f(void) { return 0; }`,
    ],
    ["else without if", "int f(void) { return 0; }\n#else\nint f(void) { return 1; }\n#endif\n#endif\n#elif 1\n"],
  ])("%s: an answer in bounded time", (_, text) => {
    const started = performance.now();
    expect(sliced(text).roots).toEqual(["f"]);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test("a slice of thousands of definitions is refused", () => {
    const names = Array.from({ length: 6_000 }, (_, i) => `v${i}`);
    const text = `${names.map((name) => `static int ${name};\n`).join("")}int f(void) { return ${names.join("+")}; }`;
    expect(() => sliced(text)).toThrow("a.c: the helpers need more than 5000 definitions: give a smaller file");
  });

  test("a macro at the end with a backslash does not swallow what follows", () => {
    const { text } = sliced("int f(void) { return A; }\n#define A 1 \\");
    expect(text).toMatch(/#define A 1 \\\n\n/);
  });

  test("includes do not leave the tree", () => {
    const asked: string[] = [];
    const spy: Sources = {
      read(path) {
        asked.push(path);
        return undefined;
      },
    };
    const text =
      '#include "../../../../../../../etc/tdx.h"\n#include <../tdx.h>\n#include "/etc/tdx"\nint f(void) { return 0; }';
    slice(request({ text, sources: spy, roots: ["f"] }));
    expect(asked.some((path) => path.startsWith("/") || path.includes(".."))).toBe(false);
  });
});
