/** C that does not compile: every error at once, at the user's lines, with what was meant, and what makes it compile. */
import { describe, expect, test } from "vitest";
import { membersOf } from "../../src/clang/compile/members.js";
import { CompileErrors, type CSource } from "../../src/clang/index.js";
import { checkC, fromText } from "./support/c.js";

const PUT = "void tdx_pamt_put(struct page *page)\n{\n}\n";
const get = (...lines: string[]): string =>
  `int tdx_pamt_get(struct page *page)\n{\n${lines.map((line) => `\t${line}\n`).join("")}\treturn 0;\n}\n${PUT}`;
/** The line of the first of `lines` above. */
const FIRST = 3;

async function errorsOf(text: string, more: Partial<CSource> = {}): Promise<CompileErrors> {
  try {
    await fromText(text, more);
  } catch (error) {
    if (error instanceof CompileErrors) return error;
    throw error;
  }
  throw new Error("it compiles");
}

describe("errors of C", () => {
  test("are all told in one run, in the order of the file, with line, caret and what was meant", async () => {
    const { message, details, problems } = await errorsOf(
      `#include <linux/spinlock.h>\nstatic DEFINE_SPINLOCK(lock);\n${get("spin_lokc(&lock);", "atomic_raed(page);", "page_to_pnf(page);")}`,
    );
    expect(message).toBe("3 errors in test.c, lines 5, 6 and 7");
    expect(problems.map(({ meant }) => meant)).toEqual(["spin_lock()", "atomic_read()", "page_to_pfn()"]);
    expect(details.slice(0, 4)).toEqual([
      "",
      "test.c:5: `spin_lokc()` is not known; did you mean `spin_lock()`?",
      "     5 |         spin_lokc(&lock);",
      "       |         ^~~~~~~~~",
    ]);
    expect(details.join("\n")).not.toContain("--shim");
  });

  test.each([
    ["a member", "page->flgas = 1;", "`struct page` has no member `flgas`; did you mean `flags`?"],
    ["a variable of the function", "int pages = 0; paegs = 1;", "`paegs` is not known; did you mean `pages`?"],
    ["a keyword", "retrun 1;", "`retrun` is not known; did you mean `return`?"],
    ["a type", "unsinged x = 1;", "`unsinged` is not known; did you mean `unsigned`?"],
    ["a structure", "struct pagee *p = page;", "`struct pagee` is not known; did you mean `struct page`?"],
    ["a constant", "return -ENOMME;", "`ENOMME` is not known; did you mean `ENOMEM`?"],
    ["a function of the file that nothing calls", "hlper(1);", "`hlper()` is not known; did you mean `helper()`?"],
    [
      "too few arguments",
      "alloc_pages(GFP_KERNEL);",
      "too few arguments to function call, expected 2, have 1; <linux/gfp.h> has: static inline struct page *alloc_pages(gfp_t gfp, unsigned int order)",
    ],
    [
      "arguments of a macro",
      "max(1);",
      "too few arguments provided to function-like macro invocation; <linux/minmax.h> has: #define max(a, b)",
    ],
    ["a missing semicolon", "page->flags = 1", "expected `;` after expression"],
  ])("say what was meant by %s", async (_, line, text) => {
    const { problems, message } = await errorsOf(`${get(line)}int helper(int x)\n{\n\treturn x;\n}\n`);
    expect(problems.map((each) => [each.line, each.text])).toEqual([[FIRST, text]]);
    expect(message).toBe(`test.c:${FIRST}: ${text}`);
  });

  test("name the same once, with the other places, and count on beyond ten", async () => {
    const { details, message } = await errorsOf(get("page->flags = gone_one;", "page->flags = gone_one;"));
    expect(message).toMatch(/^test\.c:3: `gone_one` is not known \(also at test\.c:4\); name the kernel tree/);
    const many = await errorsOf(
      get(...Array.from({ length: 14 }, (__, at) => `unheard_of_${"abcdefghijklmn"[at]}${at}();`)),
    );
    expect(many.message).toBe("14 errors in test.c, lines 3, 4, 5, 6, 7 and 9 more");
    expect(many.details.filter((line) => line.startsWith("test.c:"))).toHaveLength(10);
    expect(many.details).toContain("and 4 more: mend these first");
    expect(details.join("\n")).toContain("  static unsigned long gone_one;");
  });

  test("leave out what only follows from an unknown name", async () => {
    const { problems } = await errorsOf(
      get("for_each_thing(page) {", "}", "mystery_t y = 0;", "y++;", "page = gone();"),
    );
    expect(problems.map(({ text }) => text)).toEqual([
      "`for_each_thing()` is not known",
      "`mystery_t` is not known",
      "`gone()` is not known",
    ]);
  });

  test("are at lines of the harness and of the user's own headers, too", async () => {
    const harness = { name: "my harness.c", text: `${PUT}\nint broken(void) { return noone; }\n` };
    const entries = new Map([["free", "broken"]] as const);
    const inHarness = await errorsOf(get("").replace(PUT, ""), { harness, entries });
    expect(inHarness.problems.map(({ file, line, source }) => [file, line, source])).toEqual([
      ["my harness.c", 5, "int broken(void) { return noone; }"],
    ]);
    const shims = [
      { name: "own/shim", files: new Map([["linux/own.h", "static inline int own(void)\n{\n\treturn 1 +;\n}\n"]]) },
    ];
    const inShim = await errorsOf(`#include <linux/own.h>\n${get("own();")}`, { shims });
    expect(inShim.message).toBe("own/shim/linux/own.h:3: expected expression");
    expect(inShim.details).toEqual(["     3 |         return 1 +;", "       |                   ^"]);
  });

  test("keep what is hostile in the C from the terminal, and mark the right letters", async () => {
    const { details } = await errorsOf(get('char *s = "\u001b[31m\u202e äö"; gone_now(s);'));
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(details.join("")).not.toMatch(/[\u0000-\u001f\u202e]/);
    const [line = "", mark = ""] = details;
    expect(line.slice(mark.indexOf("^"), mark.lastIndexOf("~") + 1)).toBe("gone_now");
    const long = await errorsOf(get(`${"int x; { ".repeat(40)} gone_now(1); ${"}".repeat(40)}`));
    const [cut = "", below = ""] = long.details;
    expect(cut.length).toBeLessThan(120);
    expect(cut.slice(below.indexOf("^"), below.lastIndexOf("~") + 1)).toBe("gone_now");
  });
});

describe("lines for what is not known", () => {
  const lacking = `#include "mine.h"\nstatic struct thing things[2];\n${get(
    "unheard_t x = 0;",
    "page->flags = SOME_LIMIT;",
    "if (page && fetch_it(page, (1, 2)))",
    "\tcount_it(",
    "\t\tx);",
    "each_of_them(x) {",
    "}",
    "things[0].value = x;",
  )}`;
  const stubs = (details: readonly string[]): string => details.filter((line) => /^ {2}[#st]/.test(line)).join("\n");

  test("make the C compile, in the header that was not found", async () => {
    const { details } = await errorsOf(lacking);
    expect(details.join("\n")).toContain("write these into shim/mine.h and add --shim shim\n  struct thing {");
    const shims = [{ name: "shim", files: new Map([["mine.h", stubs(details)]]) }];
    await expect(fromText(lacking, { shims })).resolves.toBeDefined();
  });

  test("make the C compile, in a harness", async () => {
    const text = lacking.replace(/^.*\n/, "");
    const { details } = await errorsOf(text);
    expect(details.join("\n")).toContain("write these into missing.c and add --harness missing.c\n");
    await expect(fromText(text, { harness: { name: "missing.c", text: stubs(details) } })).resolves.toBeDefined();
  });

  test("are not proposed for a patch, whose tree has them", async () => {
    const { details, message } = await errorsOf(get("gone_now(1);"), { isPatch: true });
    expect(message).toMatch(/kernel tree that it is for with --tree$/);
    expect(stubs(details)).toBe("");
  });

  test("never lead out of the folder", async () => {
    const { details } = await errorsOf(`#include "../../etc/x.h"\n${get("gone_now(1);")}`);
    expect(details.join("\n")).toContain("--harness missing.c");
  });
});

describe("what the model cannot run", () => {
  const FLOATING = "floating point is not modelled: compute with integers";
  test.each([
    [
      "a computed goto",
      get("void *to[] = { &&a, &&b };", "goto *to[!page];", "a: return 1;", "b:"),
      4,
      "a computed goto is not modelled: use a switch",
    ],
    ["floating point", get("double d = 1.5;", "if (d * !page > 2) return 1;"), 3, FLOATING],
    [
      "a table of floating point",
      `static double t[] = { 0.5, 1 };\n${get("if (!page) return t[1] > 1;")}`,
      1,
      FLOATING,
    ],
    [
      "a builtin",
      get("__builtin_ia32_rdtsc();"),
      3,
      "a builtin is not modelled (llvm.x86.rdtsc): put a C function in its place",
    ],
    [
      "a function without a body",
      `int hepler(int);\nint helper(int x) { return x; }\n${get("hepler(helper(1));")}`,
      5,
      "hepler() is declared and called, but its body is not known; did you mean helper()?",
    ],
  ])("names its line: %s", async (_, text, line, what) => {
    const bounds = { cpus: 1, rounds: 1, regions: 1, allocFailures: 0 };
    const checked = fromText(text).then((subject) => checkC(subject, ["main"], bounds));
    await expect(checked).rejects.toMatchObject({ message: `test.c:${line}: ${what}`, code: "C_SOURCE" });
  });

  test("is no error where nothing runs it", async () => {
    const subject = await fromText(
      get("double d = 1.5;").replace("\tdouble", "\tif (!page) return 1;\n\treturn 0;\n\tdouble"),
    );
    await expect(
      checkC(subject, ["main"], { cpus: 1, rounds: 1, regions: 1, allocFailures: 0 }),
    ).resolves.toBeDefined();
  });
});

test("members of a structure are looked up by its tag, or by the name of its type", () => {
  const text =
    "struct a { int one, two[2]; struct { u64 three:4; }; int (*four)(void); /* five; */ };\ntypedef struct { int six; } b_t;";
  expect([...membersOf("struct a", [text])].sort()).toEqual(["four", "one", "three", "two"]);
  expect([...membersOf("b_t", [text])]).toEqual(["six"]);
  expect([...membersOf("struct nothing", [text])]).toEqual([]);
  expect([...membersOf("int (*)(void)", [text])]).toEqual([]);
});
