/** Patches and mails: read, applied to a tree, or taken alone. */
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { addedText, applyPatch, parsePatch } from "../../src/clang/patch/index.js";
import { type Grammar, type Sources, slice } from "../../src/clang/slice/index.js";
import { loadGrammar, treeSources } from "../../src/cli/c-sources.js";

let grammar: Grammar;
beforeAll(async () => {
  grammar = await loadGrammar();
});

const MAIN = "arch/x86/virt/vmx/tdx/tdx.c";
const tree = treeSources(fileURLToPath(new URL("../fixtures/slice/tree", import.meta.url)));
const original = tree.read(MAIN) as string;
const files = (texts: Record<string, string>): Sources => ({ read: (path) => texts[path] });

/** A change that adds a call to the put path. */
const DIFF = `diff --git a/${MAIN} b/${MAIN}
index 1111111..2222222 100644
--- a/${MAIN}
+++ b/${MAIN}
@@ -139,3 +139,10 @@ int tdx_pamt_get(struct page *page)
 }
 EXPORT_SYMBOL_GPL(tdx_pamt_get);
 
+void tdx_pamt_put(struct page *page)
+{
+	if (has_dynamic_pamt(&tdx_sysinfo))
+		for_pair(visit_one, page, "a=b");
+}
+EXPORT_SYMBOL_GPL(tdx_pamt_put);
+
`;

let titles = 0;
/** A mail with a patch; each has a title of its own. */
const mail = (body: string, ...headers: string[]) =>
  [
    "From 0123456789abcdef Mon Sep 17 00:00:00 2001",
    "From: A <a@example.org>",
    "Subject: [PATCH]",
    ` x86/tdx: More ${++titles}`,
    ...headers,
    "",
    body,
  ].join("\n");
const quotedPrintable = (text: string) =>
  text
    .replace(/=/g, "=3D")
    .replace(/\t/g, "=09")
    .replace(/\+static void add/, "+static vo=\nid add");

describe("a patch on a tree", () => {
  test("applies, and the slice has the patched lines", () => {
    const patched = applyPatch(tree, parsePatch(DIFF, "put.patch").changes);
    expect(patched.changed).toEqual([MAIN]);
    expect(patched.read("include/linux/region.h")).toBe(tree.read("include/linux/region.h"));
    const text = patched.read(MAIN) as string;
    const { roots } = slice({
      main: MAIN,
      text,
      sources: patched,
      grammar,
      roots: ["tdx_pamt_get", "tdx_pamt_put"],
      isShimmed: () => false,
      shimDefines: () => false,
    });
    expect(roots).toEqual(["tdx_pamt_get", "tdx_pamt_put"]);
  });

  test("applies where lines have moved, and with a line of context changed at the edge", () => {
    const moved = `\n\n\n\n\n${original}`;
    const text = applyPatch(files({ [MAIN]: moved }), parsePatch(DIFF, "put.patch").changes).read(MAIN) as string;
    expect(text).toContain("EXPORT_SYMBOL_GPL(tdx_pamt_get);\n\nvoid tdx_pamt_put(struct page *page)\n{");
    expect(text.length).toBe(moved.length + (DIFF.match(/^\+(?!\+\+).*\n/gm) ?? []).join("").length - 7);
    const fuzzy = DIFF.replace(" }\n EXPORT", " } /* once */\n EXPORT");
    expect(applyPatch(tree, parsePatch(fuzzy, "put.patch").changes).read(MAIN)).toContain(
      "tdx_pamt_put(struct page *page)\n{",
    );
  });

  test("says which hunk of which file does not apply", () => {
    const wrong = DIFF.replace(" EXPORT_SYMBOL_GPL(tdx_pamt_get);", " EXPORT_SYMBOL_GPL(another);");
    expect(() => applyPatch(tree, parsePatch(wrong, "put.patch").changes)).toThrow(
      `put.patch:5: ${MAIN} is not as the patch expects (hunk 1 of 1, for line 139): give the tree that it was made for`,
    );
  });

  test("several patches in a row, new files, deleted ones, renamed ones, CRLF", () => {
    const series = [
      "--- /dev/null\n+++ b/new.h\n@@ -0,0 +1,2 @@\n+#define A 1\n+#define B 2\n",
      "--- a/new.h\n+++ b/new.h\n@@ -1,2 +1,2 @@\n #define A 1\n-#define B 2\n+#define B 3\n\\ No newline at end of file\n",
      "--- a/old.h\n+++ /dev/null\n@@ -1 +0,0 @@\n-gone\n",
      'diff --git a/x.h b/y.h\nrename from x.h\nrename to "y\\342\\202\\254.h"\n',
      "diff --git a/absent.c b/absent.c\n--- a/absent.c\n+++ b/absent.c\n@@ -1 +1 @@\n-a\n+b\n",
    ].join("");
    const patched = applyPatch(
      files({ "old.h": "gone\n", "x.h": "kept\n" }),
      parsePatch(series.replaceAll("\n", "\r\n"), "s").changes,
    );
    expect(patched.read("new.h")).toBe("#define A 1\n#define B 3\n");
    expect(patched.read("old.h")).toBeUndefined();
    expect(patched.read("x.h")).toBeUndefined();
    expect(patched.read("y€.h")).toBe("kept\n");
    expect(patched.absent).toEqual(["absent.c"]);
  });

  test("a path that leaves the tree is refused", () => {
    for (const path of ["../../etc/passwd", "/etc/passwd"]) {
      const changes = parsePatch(`--- ${path}\n+++ ${path}\n@@ -1 +1 @@\n-a\n+b\n`, "bad.patch").changes;
      expect(() => applyPatch(tree, changes)).toThrow(/bad\.patch: .* is outside the tree/);
    }
  });

  test("that is there already, or of a series with gaps, is refused with that reason", () => {
    const text = files({ "a.c": "int a;\nint b;\nint c;\n" });
    const { changes } = parsePatch(
      "--- a/a.c\n+++ b/a.c\n@@ -1,3 +1,3 @@\n int a;\n-int x;\n+int b;\n int c;\n",
      "a.patch",
    );
    expect(() => applyPatch(text, changes)).toThrow(
      "a.patch:3: a.c has the change already (hunk 1 of 1, for line 1): give the tree as it was before, or check the file",
    );
    const other = files({ "a.c": "int q;\n" });
    const label = "[PATCH 2/3] More (1 of 3 patches, without 1, 3)";
    expect(() => applyPatch(other, changes, [label])).toThrow(`give the tree that it was made for; of ${label}`);
  });

  test("empty lines at its end may be missing, as archives take them away, but no others", () => {
    const text = files({ "a.c": "int a;\n\nint b;\n\n\n" });
    const hunk = "--- a/a.c\n+++ b/a.c\n@@ -1,5 +1,5 @@\n int a;\n \n-int b;\n+int c;\n";
    for (const end of ["", " \n", "-- \n2.54.0\n", "\n-- \n2.54.0\n", "\n\n-- \n"]) {
      expect(applyPatch(text, parsePatch(hunk + end, "a.patch").changes).read("a.c")).toBe("int a;\n\nint c;\n\n\n");
    }
    // As with GNU patch, context at the very end may differ; what stands there is left alone.
    const other = files({ "a.c": "int a;\n\nint b;\n\nint d;\n" });
    expect(applyPatch(other, parsePatch(hunk, "a.patch").changes).read("a.c")).toBe("int a;\n\nint c;\n\nint d;\n");
    const cut = hunk.replace(" \n-int b;", "-int b;");
    expect(() => parsePatch(cut.replace("1,5 +1,5", "1,9 +1,9"), "a.patch")).toThrow(/damaged/);
  });

  test("no diff, and a damaged one, are told in one line", () => {
    expect(() => parsePatch("Hello,\n\nno patch here.\n", "hello.mbox")).toThrow(/^hello\.mbox holds no unified diff/);
    expect(() => parsePatch(DIFF.slice(0, -20), "put.patch")).toThrow(/^put\.patch:5: the hunk for .* is damaged$/);
  });
});

describe("mails", () => {
  const expected = parsePatch(DIFF, "m").changes.map(({ from, hunks }) => ({
    from,
    lines: hunks[0].lines.map(({ kind, text }) => kind + text),
  }));
  const found = (text: string) =>
    parsePatch(text, "m").changes.map(({ from, hunks }) => ({
      from,
      lines: hunks[0].lines.map(({ kind, text }) => kind + text),
    }));

  test("plain, quoted-printable, base64, in parts, several in one file", () => {
    const body = `Text.\n---\n one file\n\n${DIFF}-- \n2.43.0\n`;
    const encoded = Buffer.from(body).toString("base64").replace(/.{76}/g, "$&\n");
    const mails = [
      mail(body),
      mail(quotedPrintable(body), "Content-Transfer-Encoding: quoted-printable"),
      mail(encoded, "Content-Transfer-Encoding: base64"),
      mail(
        `--b1\nContent-Type: text/plain\n\nhello\n--b1\nContent-Transfer-Encoding: base64\n\n${encoded}\n--b1--\n`,
        'Content-Type: multipart/mixed; boundary="b1"',
      ),
    ];
    for (const each of mails) expect(found(each)).toEqual(expected);
    expect(found(mails.join("\n\n"))).toHaveLength(4);
    expect(found(mails.join("\r\n\r\n").replaceAll(/\r?\n/g, "\r\n"))).toHaveLength(4);
  });

  test("lines are those of the mail file, also where encoded lines are joined", () => {
    const text = mail(
      quotedPrintable(DIFF.replaceAll("+void tdx_pamt_put", "+static void add")),
      "Content-Transfer-Encoding: quoted-printable",
    );
    const lines = text.split("\n");
    for (const { kind, text: content, line } of parsePatch(text, "m").changes[0].hunks[0].lines) {
      if (kind === "+" && content !== "")
        expect(lines[line - 1].slice(0, 8)).toBe(quotedPrintable(`+${content}`).split("\n")[0].slice(0, 8));
    }
  });
});

describe("a patch alone", () => {
  const first = `--- a/asm/tdx.h
+++ b/asm/tdx.h
@@ -10,4 +10,11 @@ struct page;
 #ifdef CONFIG_INTEL_TDX_HOST
+int tdx_pamt_get(struct page *page);
+struct tdx_pamt_cache {
+	int cnt;
+};
 #else
+static inline int tdx_pamt_get(struct page *page)
+{ return 0; }
 #endif
+#define PAIR 2
 
--- a/tdx.c
+++ b/tdx.c
@@ -100,8 +100,26 @@ static int before(void)
 	return 0;
 }
 
+static DEFINE_SPINLOCK(pamt_lock);
+
+/* Counts up. */
+int tdx_pamt_get(struct page *page)
+{
+	/*
+	 * Slow for now.
+	 */
+	spin_lock(&pamt_lock);
+	count += PAIR;
+	spin_unlock(&pamt_lock);
+	return 0;
+}
+
 static int after(void)
 {
+	added_inside();
 	return 1;
+	more();
+	more();
+	more();
 }
 
`;
  const second = `--- a/tdx.c
+++ b/tdx.c
@@ -108,9 +108,10 @@ int tdx_pamt_get(struct page *page)
 	/*
-	 * Slow for now.
+	 * Fast.
 	 */
+	if (count) return 0;
 	spin_lock(&pamt_lock);
 	count += PAIR;
 	spin_unlock(&pamt_lock);
 	return 0;
 }
 
`;
  // Hunks are counted by hand above; make their lengths right whatever is edited.
  const counted = (text: string) =>
    text.replace(
      /@@ -(\d+),\d+ \+(\d+),\d+ (@@.*\n)((?:[ +-](?!-- a|\+\+ b).*\n)*)/g,
      (_, old, now, rest, body: string) => {
        const lines = body.split("\n").filter((line) => line !== "");
        const count = (sign: string) => lines.filter((line) => line[0] !== sign).length;
        return `@@ -${old},${count("+")} +${now},${count("-")} ${rest}${body}`;
      },
    );
  const series = `${mail(counted(first))}\n\n${mail(counted(second))}`;

  test("what is added whole, as the last patch leaves it", () => {
    const { text } = addedText(parsePatch(series, "s.mbox").changes);
    expect(text).toContain("\nstatic DEFINE_SPINLOCK(pamt_lock);");
    expect(text).toContain("\nstruct tdx_pamt_cache {");
    expect(text).toContain("#define PAIR 2");
    expect(text).toContain("\tif (count) return 0;");
    expect(text).toContain("* Fast.");
    expect(text.match(/int tdx_pamt_get\(struct page \*page\)\n\{/g)).toHaveLength(1);
    expect(text).not.toMatch(/Slow|{ return 0; }|before/);
  });

  test("its lines are those of the patched files", () => {
    const { text, shown } = addedText(parsePatch(series, "s.mbox").changes);
    let lines: ReadonlyMap<number, string> = new Map();
    let place = 0;
    let compared = 0;
    for (const line of text.split("\n")) {
      const directive = /^#line (\d+) "(.*)"$/.exec(line);
      if (directive !== null) [place, lines] = [Number(directive[1]), shown.get(directive[2]) ?? new Map()];
      else if (line.trim() !== "" && !line.includes("*")) {
        expect(lines.get(place++)).toBe(line);
        compared++;
      } else place++;
    }
    expect(compared).toBeGreaterThan(15);
    // By the numbers of the hunks: the function begins six lines below line 100, two above what the second patch changes.
    expect(shown.get("tdx.c")?.get(106)).toBe("int tdx_pamt_get(struct page *page)");
    expect(shown.get("tdx.c")?.get(109)).toBe("\t * Fast.");
    expect(shown.get("tdx.c")?.get(111)).toBe("\tif (count) return 0;");
  });

  test("a function of two C files is refused, a static one is not, nor one that a header stands in for", () => {
    const file = (path: string, line: string) => `--- /dev/null\n+++ b/${path}\n@@ -0,0 +1 @@\n+${line}\n`;
    const of = (...files: string[]) => addedText(parsePatch(files.join(""), "s.mbox").changes).text;
    expect(() => of(file("a.c", "int f(void) { return 1; }"), file("b.c", "int f(void) { return 2; }"))).toThrow(
      "f() is defined in a.c and in b.c: give the patches of one of them",
    );
    expect(
      of(file("a.c", "static int f(void) { return 1; }"), file("b.c", "static int f(void) { return 2; }")),
    ).toContain("2");
    expect(of(file("a.c", "int f(void) { return 1; }"), file("a.h", "int f(void) { return 2; }"))).not.toContain("2");
  });

  test("can be sliced", () => {
    const { text, missing } = slice({
      main: "s.mbox",
      text: addedText(parsePatch(series, "s.mbox").changes).text,
      grammar,
      roots: ["tdx_pamt_get"],
      isShimmed: () => false,
      shimDefines: (name) => name.startsWith("spin_"),
    });
    expect(text).toContain("static DEFINE_SPINLOCK(pamt_lock);");
    expect(missing).toMatchObject([{ name: "count", file: "tdx.c", line: 111 }]);
  });
});

describe("hostile patches", () => {
  const hunk = (lines: readonly string[]) =>
    `--- a/a.c\n+++ b/a.c\n@@ -1 +1,${lines.length + 1} @@\n x\n${lines.join("\n")}\n`;
  test.each([
    ["many lines", hunk(Array.from({ length: 30_000 }, (_, i) => `+int v${i};`))],
    ["many mails", Array.from({ length: 1_500 }, () => mail(hunk(["+int a;"]))).join("\n\n")],
    ["nothing but empty lines", hunk(Array.from({ length: 100_000 }, () => "+"))],
    ["headers without end", `${mail(hunk(["+int a;"]))}\n\nFrom a\nA: b\n${" c\n".repeat(100_000)}`],
    [
      "base64 of nothing",
      `${mail(hunk(["+int a;"]))}\n\n${mail("=\n-%\nA\n".repeat(100_000), "Content-Transfer-Encoding: base64")}`,
    ],
  ])("%s: an answer in bounded time", (_, text) => {
    const started = performance.now();
    const changes = parsePatch(text, "p").changes;
    expect(addedText(changes).text.length).toBeGreaterThanOrEqual(0);
    expect(applyPatch(files({ "a.c": "x\n" }), changes.slice(0, 1)).changed).toEqual(["a.c"]);
    expect(performance.now() - started).toBeLessThan(30_000);
  });

  test("thousands of patches are refused", () => {
    const text = Array.from({ length: 2_001 }, () => hunk(["+int a;"])).join("");
    expect(() => parsePatch(text, "p")).toThrow("p changes more than 2000 files: give the patches of one series");
  });

  test("a hunk of equal lines in a file of equal lines is given up", () => {
    const empty = "\n".repeat(150_000);
    const text = `--- a/a.c\n+++ b/a.c\n@@ -1,50001 +1,50000 @@\n${" \n".repeat(50_000)}-gone\n`;
    expect(() => applyPatch(files({ "a.c": empty }), parsePatch(text, "p").changes)).toThrow(
      /^p:3: a\.c is not as the patch/,
    );
  });
});

describe("a tree on disk", () => {
  const top = mkdtempSync(join(tmpdir(), "slice-"));
  afterAll(() => rmSync(top, { recursive: true, force: true }));

  test("what lies outside is not there, also through links", () => {
    mkdirSync(join(top, "tree/folder"), { recursive: true });
    writeFileSync(join(top, "secret.h"), "secret");
    writeFileSync(join(top, "tree/inside.h"), "inside");
    symlinkSync("../secret.h", join(top, "tree/link.h"));
    symlinkSync("inside.h", join(top, "tree/fine.h"));
    symlinkSync("loop.h", join(top, "tree/loop.h"));
    const { read } = treeSources(join(top, "tree"));
    expect(read("inside.h")).toBe("inside");
    expect(read("fine.h")).toBe("inside");
    for (const path of ["link.h", "../secret.h", "loop.h", "folder", "none.h", "inside.h/x", "a\0b"])
      expect(read(path)).toBeUndefined();
  });

  test("no folder, and a file too large, are told in one line", () => {
    writeFileSync(join(top, "large.h"), Buffer.alloc(5 * 1024 * 1024, 0x20));
    expect(() => treeSources(join(top, "nowhere"))).toThrow(/is no folder: give the top of a kernel tree/);
    expect(() => treeSources(top).read("large.h")).toThrow("large.h is too large: at most 4 MB of C is read");
  });
});
