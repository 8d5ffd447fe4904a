/** Hostile C, file names and flags: one clear line, in bounded time; and odd names that must simply work. */
import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, test } from "vitest";
import type { CSource } from "../../src/clang/index.js";
import { checkC, fromText } from "./support/c.js";

const folder = mkdtempSync(join(tmpdir(), "dpamt-hostile-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const ALONE = { cpus: 1, rounds: 1, regions: 1, allocFailures: 0 } as const;
const PUT = "void tdx_pamt_put(struct page *page) {}\n";
const trivial = (get = "return 0;"): string => `int tdx_pamt_get(struct page *page) { ${get} }\n${PUT}`;

/** What is said of C that cannot be checked: one line, an error that is the input's fault. */
async function complaint(text: string, more: Partial<CSource> = {}): Promise<string> {
  try {
    await checkC(await fromText(text, more), ["main"], ALONE);
  } catch (error) {
    expect(error).toMatchObject({ code: "C_SOURCE" });
    const { message } = error as Error;
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(message).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
    expect(message.length).toBeLessThan(500);
    return message;
  }
  return "nothing is said";
}

describe("C that cannot be checked", () => {
  test.each([
    ["does not compile", trivial("return 0 +;"), /^test\.c:1: /],
    ["has two type errors", trivial("return page.lru;"), /^2 errors in test\.c, line 1$/],
    ["is empty", "", /^test\.c defines none of the helpers .*: give the file that does/],
    ["has no put", trivial().replace(PUT, ""), /has no tdx_pamt_put\(\); .*--entry put=FUNCTION/],
    ["is 10 MB", `${trivial()}${"int x;\n".repeat(1_500_000)}`, /MB/],
    ["is binary", Array.from({ length: 5000 }, (_, at) => String.fromCharCode((at * 7919) % 256)).join(""), /test\.c/],
    ["is prose", "Dear all,\n\nthis isn't C; it is {a letter.\n", /test\.c/],
    [
      "never ends at boot",
      `static int ready;\nstatic int __init f(void) { for (;;) ; ready = 1; return 0; }\n${trivial("return ready;")}`,
      /^test\.c:2: .*without end/,
    ],
    [
      "calls itself for ever",
      `int f(int n) { return f(n + 1) + 1; }\n${trivial("return f(0);")}`,
      /^test\.c:1: .*itself/,
    ],
    [
      "has more on its stack than there is",
      `\n${trivial("char all[1 << 30]; __builtin_memset(all, 0, sizeof(all)); return all[7];")}`,
      /^test\.c:2: a variable of 1073741824 bytes/,
    ],
    [
      "is asm",
      `\n${trivial('unsigned long x; asm("rdpkru" : "=a"(x)); return x;')}`,
      /^test\.c:2: assembly "rdpkru".*--shim/,
    ],
    ["lacks a function", `int gone(int);\n${trivial("return gone(1);")}`, /test\.c:2: .*gone.*--shim/],
    [
      "includes a file of the host",
      `#include "/etc/passwd"\n${trivial("return secret();")}`,
      /test\.c:\d+.*--(?:shim|tree)/,
    ],
    ["includes from above", `#include "../../x"\n${trivial("return x_above();")}`, /test\.c:\d+.*--(?:shim|tree)/],
    ["divides by 0", trivial("volatile int zero = 0; return 1 / zero;"), /^test\.c:1: a division by 0/],
  ])("that %s", async (_, text, expected) => {
    expect(await complaint(text)).toMatch(expected);
  });

  // The compiler itself runs out of stack.
  test.each([
    ["is deep in parentheses", trivial(`return ${"(".repeat(20_000)}0${")".repeat(20_000)};`), /./],
    ["is deep in blocks", trivial(`${"{".repeat(20_000)}${"}".repeat(20_000)} return 0;`), /./],
    [
      "expands without end",
      `${Array.from({ length: 40 }, (_, at) => `#define M${at + 1} M${at} + M${at}\n`).join("")}#define M0 1\n${trivial("return M18;")}`,
      /./,
    ],
  ])("that %s", async (_, text, expected) => {
    expect(await complaint(text)).toMatch(expected);
  });

  // Of a name with a line break only the last line is said.
  test("is named in one line by a name that cannot break out", async () => {
    const name = 'a"b\\c\n#error broken out\n\u001b[31m.c';
    expect(await complaint(trivial("return 0 +;"), { name })).toMatch(/a.*b.*c.*:1: /);
    expect(await complaint("int x;", { name })).toMatch(/none of the helpers/);
    expect(await complaint(`int gone(void);\n${trivial("return gone();")}`, { name })).toMatch(/gone/);
  });

  test("is refused where --entry names no function", async () => {
    expect(await complaint(trivial(), { entries: new Map([["get", "nonsense"]]) })).toMatch(/nonsense/);
  });
});

describe("names", () => {
  const odd = ["define", "i32", "undef", "null", "label", "br", "ret", "declare", "x", "c", "ptr", "zeroinitializer"];
  const internals = ["constructor", "__proto__", "toString", "hasOwnProperty", "valueOf", "prototype"];
  const other = ["a$b", "caf\u00e9", `v${"ery".repeat(1500)}`, "_1", "$"];

  test.each([
    ["of LLVM IR", odd],
    ["of JavaScript", internals],
    ["of other kinds", other],
  ])("%s are functions, variables, members, labels and parameters like any other", async (_, names) => {
    const text = names
      .map(
        (name, at) => `
struct ${name} { int ${name}; };
static int f${at}(struct ${name} *page, int ${name}) { if (${name}) goto ${name}; return 0; ${name}: return ${name} + 1; }
int g${at}(void) { struct ${name} ${name} = { .${name} = ${at} }; return ${name}.${name} - ${at} + f${at}(&${name}, 0); }`,
      )
      .join("\n");
    const globals = names.map((name, at) =>
      at % 2 === 0 ? `int ${name} = ${at};` : `int ${name}(int ${name}) { return ${name}; }`,
    );
    const uses = names.map((name, at) => (at % 2 === 0 ? `(${name} - ${at})` : `${name}(0)`));
    const sum = [...names.map((__, at) => `g${at}()`), ...uses].join(" + ");
    const subject = await fromText(`${text}\n${globals.join("\n")}\n${trivial(`return ${sum} ? 1 : 0;`)}`);
    const result = await checkC(subject, ["main"], ALONE);
    expect(result.requirements.filter(({ verdict }) => verdict === "violated").map(({ id }) => id)).toEqual(["R3"]);
  });
});

describe("the command line", () => {
  const good = join(folder, "good.c");
  writeFileSync(good, trivial());
  const write = (name: string, text: string | Uint8Array): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };

  function dpamt(...args: string[]) {
    const options = { encoding: "utf8", env: { ...process.env, NO_COLOR: "1" }, timeout: 60_000 } as const;
    return spawnSync(process.execPath, ["dist/cli/main.js", "check", ...args], options);
  }

  test.each([
    ["--entry nonsense", [good, "--entry", "nonsense"], "--entry"],
    ["--tree of a file", [good, "--tree", good], "--tree"],
    ["--shim of nothing", [good, "--shim", join(folder, "none")], "--shim"],
    ["--clang of nothing", [good, "--clang", "/nonexistent"], "--clang"],
    ["--sarif without a file", ["--sarif", join(folder, "out.sarif")], "--sarif"],
    ["a file that is not there", [join(folder, "none.c")], "none.c"],
    ["a patch without C", [write("text.patch", "--- a/README\n+++ b/README\n@@ -1 +1 @@\n-a\n+b\n")], "text.patch"],
    [
      "a patch that does not apply",
      [write("a.c", "int b;\n") && write("no.patch", "--- a/a.c\n+++ b/a.c\n@@ -1 +1 @@\n-a\n+b\n"), "--tree", folder],
      "a.c",
    ],
    ["mails of prose", [write("prose.mbox", "From a@b Mon\nSubject: hello\n\nHow are you?\n")], "prose.mbox"],
    ["a file with a hostile name", [write('a"b\n\u001b[31m\u009b.c', "int x = ;\n")], "a"],
    ["10 MB of zeros", [write("zeros.c", new Uint8Array(10_000_000))], "is not text"],
    ["10 MB of C", [write("long.c", "int x;\n".repeat(1_500_000))], "MB"],
  ])("%s: one line, exit code 2", (_, args, part) => {
    const { status, stdout, stderr } = dpamt(...args);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not be there
    expect(stderr).toMatch(/^dpamt: [^\u0000-\u001f\u007f-\u009f]+\n$/);
    expect(stderr).not.toContain("a bug in dpamt");
    expect(status).toBe(2);
    expect(stdout).toBe("");
    expect(stderr).toContain(part);
  });
});
