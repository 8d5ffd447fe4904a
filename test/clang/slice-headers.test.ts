/** Headers of a tree: found however deep, read where they are included, never beyond what is bounded. */
import { beforeAll, describe, expect, test } from "vitest";
import { type Grammar, slice } from "../../src/clang/slice/index.js";
import { loadGrammar } from "../../src/cli/c-sources.js";

let grammar: Grammar;
beforeAll(async () => {
  grammar = await loadGrammar();
});

const MAIN = "arch/x86/virt/vmx/tdx/tdx.c";

/** A slice of `text` in a tree of the files given; `linux/types.h` is the shim's. */
function sliced(text: string, files: Record<string, string>, roots = ["f"]) {
  return slice({
    main: MAIN,
    text,
    sources: { read: (path) => files[path] },
    grammar,
    roots,
    isShimmed: (include) => include === "linux/types.h",
    shimDefines: () => false,
  });
}

/** The lines of a slice that are no directives. */
const lines = ({ text }: { text: string }) =>
  text.split("\n").filter((line) => !/^#(?:line|ifndef|endif|include)/.test(line));

describe("headers of the tree", () => {
  test("however deep, with macros and inline functions, quoted ones beside the header that names them", () => {
    const found = sliced("#include <asm/one.h>\nint f(void) { return THREE(four()); }\n", {
      "arch/x86/include/asm/one.h": "#ifndef ONE_H\n#define ONE_H\n#include <linux/two.h>\n#endif\n",
      "include/linux/two.h": '#include "deep/three.h"\n#include <linux/types.h>\n',
      "include/linux/deep/three.h": '#include "../four.h"\n#define THREE(x) ((x) + FIVE)\n',
      "include/linux/four.h": "#include <asm/five.h>\nstatic inline int four(void) { return FIVE; }\n",
      "include/asm-generic/five.h": "#include <linux/six.h>\n",
      "include/uapi/linux/six.h": "#include <asm/seven.h>\n",
      "arch/x86/include/uapi/asm/seven.h": "#define FIVE 5\n",
    });
    expect(found.missing).toEqual([]);
    expect(lines(found)).toEqual(
      expect.arrayContaining([
        "#define THREE(x) ((x) + FIVE)",
        "#define FIVE 5",
        "static inline int four(void) { return FIVE; }",
      ]),
    );
    expect(found.text).toContain('#line 1 "arch/x86/include/uapi/asm/seven.h"');
  });

  test("a chain as long as compilers follow it, and circles", () => {
    const files: Record<string, string> = { "include/linux/h150.h": "#include <linux/h0.h>\n#define DEEP 1\n" };
    for (let at = 0; at < 150; at++) files[`include/linux/h${at}.h`] = `#include <linux/h${at + 1}.h>\n`;
    expect(sliced("#include <linux/h0.h>\nint f(void) { return DEEP; }\n", files).text).toContain("#define DEEP 1");
  });

  test.each([
    [
      "in the file that includes",
      "#include <linux/a.h>\n#ifdef FAST\nint f(void) { return 1; }\n#else\nint f(void) { return 2; }\n#endif\n",
    ],
    ["in a header that comes later", "#include <linux/a.h>\n#include <linux/b.h>\nint f(void) { return g(); }\n"],
    ["quoted", '#include "a.h"\n#include <linux/b.h>\nint f(void) { return g(); }\n'],
  ])("conditions behind an include see the macros of its headers: %s", (_, text) => {
    const files = {
      "include/linux/a.h": "#include <linux/config.h>\n",
      "arch/x86/virt/vmx/tdx/a.h": "#include <linux/config.h>\n",
      "include/linux/config.h": "#define SPEED 3\n#if SPEED > 2\n#define FAST\n#endif\n",
      "include/linux/b.h": "#ifdef FAST\nint g(void) { return 1; }\n#else\nint g(void) { return 2; }\n#endif\n",
    };
    const found = sliced(text, files);
    expect(found.text).toContain("return 1;");
    expect(found.text).not.toContain("return 2;");
    // Before the include nothing is known of them.
    const late = sliced(
      `#ifdef FAST\nint f(void) { return 1; }\n#else\nint f(void) { return 2; }\n#endif\n${text.replaceAll("int f", "int h")}`,
      files,
    );
    expect(lines(late).join("\n")).toContain("int f(void) { return 2; }");
  });

  test("the file's own before those of its headers, the nearest before the others", () => {
    const found = sliced(
      '#include "tdx.h"\n#include <linux/a.h>\nint f(void) { return g() + h(); }\nint g(void) { return 1; }\n',
      {
        "arch/x86/virt/vmx/tdx/tdx.h": "int g(void) { return 2; }\nint h(void) { return 1; }\n",
        "include/linux/a.h": "#include <asm/tdx.h>\nint h(void) { return 3; }\n",
        "arch/x86/include/asm/tdx.h": "int h(void) { return 4; }\n",
      },
    );
    expect(lines(found).join("\n")).not.toMatch(/return [234]/);
  });

  test("headers of TDX that others include are TDX's own", () => {
    const found = sliced("#include <linux/a.h>\nint f(void) { return LIMIT; }\n", {
      "include/linux/a.h": "#include <asm/shared/tdx.h>\n",
      "arch/x86/include/asm/shared/tdx.h": '#include "tdx_limits.h"\n#include "gone.h"\n',
      "arch/x86/include/asm/shared/tdx_limits.h": "#define LIMIT 4\n",
    });
    expect(found.missing).toEqual([]);
    expect(found.text).toContain("#define LIMIT 4");
  });
});

describe("hostile trees", () => {
  test("headers without end are read in bounded time, and what they lack is told", () => {
    const read: string[] = [];
    const started = performance.now();
    const found = slice({
      main: MAIN,
      text: "#include <linux/0.h>\nint f(void) { return gone(); }\n",
      sources: {
        read(path) {
          read.push(path);
          const number = /^include\/linux\/(\d+)\.h$/.exec(path)?.[1];
          const [left, right] = [Number(number) * 2 + 1, Number(number) * 2 + 2];
          return number === undefined ? undefined : `#include <linux/${left}.h>\n#include <linux/${right}.h>\n`;
        },
      },
      grammar,
      roots: ["f"],
      isShimmed: () => false,
      shimDefines: () => false,
    });
    expect(found.missing.map(({ name }) => name)).toEqual(["gone"]);
    expect(read.length).toBeLessThan(20_000);
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});

describe("names that stand for two things", () => {
  test("are refused where both are needed, with both places", () => {
    const text = "#include <asm/one.h>\nstatic int count;\nint f(void) { return count + one(); }\n";
    const files = {
      "arch/x86/include/asm/one.h": "static long count;\nstatic inline int one(void) { return count; }\n",
    };
    expect(() => sliced(text, files)).toThrow(
      "count is one thing at arch/x86/include/asm/one.h:1 and another at arch/x86/virt/vmx/tdx/tdx.c:2, and the helpers need both: give one of them another name",
    );
    expect(() => sliced(text.replace(" + one()", ""), files)).not.toThrow();
  });

  test("are those of the shim where a macro pastes them together", () => {
    const text =
      "#define GETTER(bits) \\\n\tstatic u##bits get(struct odd *s) { return s->nothing; }\nGETTER(64)\nu64 f(void) { return 0; }\n";
    const found = slice({
      main: MAIN,
      text,
      grammar,
      roots: ["f"],
      isShimmed: () => false,
      shimDefines: (name) => name === "u64",
    });
    expect(found.text).not.toContain("GETTER");
    expect(found.missing).toEqual([]);
  });

  test("a type before a pointer to a function is called by nobody", () => {
    const { missing } = sliced("struct ops { odd_t (*first)(int); };\nint f(struct ops *o) { return 0; }\n", {});
    expect(missing.filter(({ called }) => called)).toEqual([]);
  });
});
