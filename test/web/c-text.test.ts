/** C as the page has it: texts beside the file, links that carry them, and the lines that messages and results name. */
import { describe, expect, it } from "vitest";
import { marksOf } from "../../web/page/c-marks.js";
import { cTextOf, entriesIn, headersIn, noTexts } from "../../web/page/c-text.js";
import { emptyForm } from "../../web/page/form.js";
import { commandOf, fragmentOf, readFragment } from "../../web/page/link.js";
import { packC, unpackC } from "../../web/page/packing.js";
import { settingsLine } from "../../web/page/settings-line.js";
import { wrongLinesOf } from "../../web/page/wrong-lines.js";
import { counterexampleOf, step } from "./support/results.js";

describe("entries and headers", () => {
  it("takes entries as lines, as a list, and as they are typed in a shell", () => {
    expect(entriesIn("get=a\n put=b,\n--entry counter=c")).toEqual(["get=a", "put=b", "counter=c"]);
    expect(entriesIn(" \n")).toEqual([]);
  });

  it("takes each header behind the line with its path", () => {
    expect({ ...headersIn("\n// linux/foo.h\nint a;\n//pair-stats.h \nint b;\n// a comment\n") }).toEqual({
      "linux/foo.h": "int a;\n",
      "pair-stats.h": "int b;\n// a comment\n\n",
    });
    expect({ ...headersIn("") }).toEqual({});
  });

  it.each(["int a;", "// ../foo.h\nint a;", "// /etc/foo.h\nint a;", "// foo.c\nint a;", "// a/../b.h\nint a;"])(
    "refuses a text that no path stands before: %j",
    (shim) => {
      expect(() => headersIn(shim)).toThrow(/begin each header with a line that has its path/);
    },
  );

  it("keeps a header called like a member of every object", () => {
    expect(Object.keys(headersIn("// __proto__.h\nint a;\n// constructor.h\nint b;"))).toEqual([
      "__proto__.h",
      "constructor.h",
    ]);
  });

  it("calls a file without a name what the page calls it", () => {
    expect(cTextOf({ ...noTexts, file: " ", text: "int a;" }, "c/").name).toBe("pasted.c");
    expect(cTextOf({ ...noTexts, harness: " \n" }, "c/").harness).toBeUndefined();
  });
});

describe("links with C", () => {
  const form = {
    ...emptyForm,
    mode: "c",
    file: "my.c",
    text: "int a;",
    entry: "get=a\nput=b",
    harness: "int h;",
    shim: "// s.h\nint s;",
  } as const;

  it("bring back the file, entries, harness and shim", async () => {
    const link = readFragment(fragmentOf(form, { packed: await packC(form) }), true);
    expect(link.ignored).toEqual([]);
    expect(link.form).toMatchObject({ mode: "c", file: "my.c", entry: "get=a\nput=b" });
    expect(link.packed === undefined ? undefined : await unpackC(link.packed)).toEqual({
      text: form.text,
      harness: form.harness,
      shim: form.shim,
    });
  });

  it("are without what nobody typed", async () => {
    expect(Object.keys((await packC({ ...form, harness: "", shim: "" })) ?? {})).toEqual(["c"]);
  });

  it("are not made of texts that are too long together", async () => {
    const noise = Array.from({ length: 30_000 }, (_, index) => (index * 7919).toString(36)).join(" ");
    expect(await packC({ ...form, text: noise, harness: noise })).toBeUndefined();
  });

  it("are damaged where one of the texts is", async () => {
    expect(await unpackC({ c: "AwA", harness: "%%%" })).toBeUndefined();
  });

  it("and commands name files for harness and shim", () => {
    expect(commandOf({ ...form, entry: "get=a;rm" })).toMatch(
      /^npx dpamt check my\.c --shim shim --entry 'get=a;rm' --harness harness\.c/,
    );
  });

  it("and bars name what is not as usual", () => {
    expect(settingsLine({ ...form, cpus: "1", memory: "tso" })).toEqual([
      "1 CPU",
      "2 rounds",
      "2 regions",
      "1 failing allocation",
      "memory tso",
      "entry get=a, put=b",
      "harness.c",
      "a shim",
    ]);
  });
});

describe("lines that messages name", () => {
  const files = ["my.c", "harness.c"];

  it.each([
    ["my.c:12: use of undeclared identifier 'x'", { line: 12, message: "use of undeclared identifier 'x'" }],
    ["my.c:3:7: error: expected ';'", { line: 3, column: 7, message: "expected ';'" }],
    ["`f()` called at my.c:4 is not known", { line: 4, message: "`f()` called at my.c:4 is not known" }],
  ])("finds the line in %j", (message, wanted) => {
    expect(wrongLinesOf(message, files)).toEqual([{ file: "my.c", column: undefined, ...wanted }]);
  });

  it("finds each line of several, with what is said behind it", () => {
    const message = [
      "2 errors in my.c",
      "my.c:2:5: error: no such name",
      "    2 | a_b();",
      "      | ^",
      "  did you mean ab?",
      "harness.c:9: no such type",
    ].join("\n");
    expect(wrongLinesOf(message, files)).toEqual([
      { file: "my.c", line: 2, column: 5, message: "no such name\ndid you mean ab?" },
      { file: "harness.c", line: 9, column: undefined, message: "no such type" },
    ]);
  });

  it("takes names for names, and no part of others", () => {
    expect(wrongLinesOf("other-my.c:1: no", files)).toEqual([]);
    expect(wrongLinesOf("dir/my.c:1: no", files)).toEqual([]);
    expect(wrongLinesOf("myxc:1: no", files)).toEqual([]);
    expect(wrongLinesOf("a(.c:1: no", ["a(.c"])).toEqual([{ file: "a(.c", line: 1, column: undefined, message: "no" }]);
  });
});

describe("marks of lines", () => {
  const at = (line: number) => ({ file: "my.c", line, text: "x" });

  it("have the CPUs that were there, in their order, and where it broke", () => {
    const steps = [step(1, "a", { source: at(3) }), step(0, "b", { source: at(3) }), step(0, "c", { source: at(5) })];
    const marks = marksOf({ counterexample: counterexampleOf(steps, { sources: [at(5)] }) }).get("my.c");
    expect([...(marks?.path ?? [])]).toEqual([
      [3, [0, 1]],
      [5, [0]],
    ]);
    expect([...(marks?.broke ?? [])]).toEqual([5]);
  });

  it("take a line for reached where any function that it stands in was", () => {
    const coverage = [true, false].map((reached) => ({ file: "my.c", line: 1, function: `f${reached}`, reached }));
    expect(marksOf({ coverage, counterexample: null }).get("my.c")?.reached.get(1)).toBe(true);
  });
});
