/**
 * Every name that the kernel headers of the checker define: it is found by itself, compiles where its header comes first
 * and alone, and becomes code that the interpreter reads.
 */
import { runLLVM } from "@yowasp/clang";
import { describe, expect, test } from "vitest";
import { compile } from "../../src/clang/compile/compile.js";
import { intrinsics } from "../../src/clang/intrinsics/table.js";
import { parseModule } from "../../src/clang/ir/parser.js";
import { isBuiltin, isCalledAttribute, KEYWORDS } from "../../src/clang/slice/keywords.js";
import { headers } from "./support/headers.js";

type Tree = { [name: string]: string | Tree };

function treeOf(files: ReadonlyMap<string, string>): Tree {
  const root: Tree = {};
  for (const [path, text] of files) {
    const parts = path.split("/");
    const name = parts.pop() as string;
    let folder = root;
    for (const part of parts) {
      folder[part] ??= {};
      folder = folder[part] as Tree;
    }
    folder[name] = text;
  }
  return root;
}

const include = treeOf(headers);

/** Runs the compiler's first part. @returns what it wrote and what it has against the sources */
async function clang(flags: readonly string[], sources: Tree): Promise<{ output: string; messages: string }> {
  const texts = { output: "", messages: "" };
  const into = (which: keyof typeof texts) => {
    const decoder = new TextDecoder();
    return (bytes: Uint8Array | null) => {
      if (bytes !== null) texts[which] += decoder.decode(bytes, { stream: true });
    };
  };
  const usual = [
    "-cc1",
    "-triple",
    "x86_64-linux-gnu",
    "-std=gnu11",
    "-ffreestanding",
    "-I",
    "include",
    "-ferror-limit",
    "0",
  ];
  try {
    const streams = { stdout: into("output"), stderr: into("messages"), fetchProgress: () => {} };
    await runLLVM(["clang", ...usual, ...flags, ...Object.keys(sources)], { include, ...sources }, streams);
  } catch {
    // The messages say why.
  }
  return texts;
}

/** Functions with a body in preprocessed text. */
function functionsOf(text: string): string[] {
  const found = text.matchAll(/\bstatic inline\b[^;{}=]*?\b([A-Za-z_]\w*)\s*\((?=[^;{}]*\)[^;{}]*\{)/g);
  return [...new Set([...found].map((match) => match[1] as string).filter((name) => !isCalledAttribute(name)))];
}

/** Headers with something of their own. */
const whole = [...headers].filter(([path, text]) => path.endsWith(".h") && text.split("\n").length > 4);

describe("each function of a header", () => {
  test("compiles to what the interpreter reads", async () => {
    const text = "#include <dpamt/kernel.h>\n#include <asm/tdx.h>\n";
    const names = functionsOf((await clang(["-E", "-P"], { "all.c": text })).output);
    expect(names.length).toBeGreaterThan(500);
    expect(names).toEqual(expect.arrayContaining(["kref_put_lock", "read_trylock", "SetPagePrivate", "xa_store_irq"]));
    const uses = names.map((name) => `(const void *)&${name}`).join(",\n");
    const source = `${text}__attribute__((used)) static const void *const all[] = {\n${uses}\n};\n`;
    const module = parseModule(await compile({ name: "all.c", text: source, includes: [headers] }));
    const bodies = [...module.functions.values()].filter(({ blocks }) => blocks.size > 0).map(({ name }) => name);
    expect(names.filter((name) => !bodies.includes(name))).toEqual([]);
    // What they call is there too.
    const lacking = [...module.functions.values()].filter(
      ({ name, blocks }) => blocks.size === 0 && intrinsics(name) === undefined,
    );
    expect(lacking.map(({ name }) => name)).toEqual([]);
  });

  test("that calls the checker calls what it has", () => {
    const declared = [...(headers.get("dpamt/intrinsics.h") ?? "").matchAll(/\b(__dpamt_\w+)\(/g)];
    const names = declared.map((match) => match[1] as string);
    expect(names.length).toBeGreaterThan(60);
    expect(names.filter((name) => intrinsics(name) === undefined && name !== "__dpamt_count_pages")).toEqual([]);
  });
});

interface Macro {
  readonly name: string;
  readonly parameters: readonly string[];
  readonly body: string;
}

function macrosOf(text: string): Macro[] {
  const joined = text.replace(/\/\*[\s\S]*?\*\//g, " ").replace(/\\\n/g, " ");
  const found = joined.matchAll(/^[ \t]*#[ \t]*define[ \t]+(\w+)(?:\(([^)]*)\))?(.*)$/gm);
  return [...found].map(([, name = "", parameters = "", body = ""]) => ({
    name,
    parameters: parameters.split(",").map((each) => each.trim().replace(/\.\.\.$/, "")),
    body,
  }));
}

/** Names that a macro calls: neither its parameters nor parts of names that it pastes together. */
function calledBy({ parameters, body }: Macro): string[] {
  const own = new Set([
    ...parameters,
    ...[...body.matchAll(/__typeof__\([^;]*?\)\s*\*?(\w+)\s*=/g)].map((each) => each[1]),
  ]);
  const calls = body
    .replace(/__attribute__\s*\(\(.*\)\)/g, " ")
    .replace(/"(?:[^"\\]|\\.)*"/g, " ")
    .matchAll(/(##\s*|\.|->|#)?\b([A-Za-z_]\w*)\b(\s*##)?\s*\(/g);
  return [...calls]
    .filter(([, before, name = "", after]) => before === undefined && after === undefined && !own.has(name))
    .map((match) => match[2] as string)
    .filter((name) => !KEYWORDS.has(name) && !isBuiltin(name) && !isCalledAttribute(name));
}

describe("each macro of a header", () => {
  test("calls what its header has, included first and alone", async () => {
    let count = 0;
    const sources: Record<string, string> = {};
    for (const [path, text] of whole) {
      const names = [...new Set(macrosOf(text).flatMap(calledBy))];
      count += names.length;
      const uses = names.map(
        (name, at) => `#ifndef ${name}\nstatic const void *use_${at} = (const void *)&${name};\n#endif\n`,
      );
      if (names.length > 0) sources[`${path.replace(/\W/g, "_")}.c`] = `#include <${path}>\n${uses.join("")}`;
    }
    expect(count).toBeGreaterThan(300);
    const { messages } = await clang(["-fsyntax-only", "-w"], sources);
    expect(messages.split("\n").filter((line) => line.includes("error:"))).toEqual([]);
  });

  test("that calls something unknown would be named", async () => {
    const [macro] = macrosOf("#define twice(n) (known(n) + no_such_thing(n))\n") as [Macro];
    expect(calledBy(macro)).toEqual(["known", "no_such_thing"]);
  });
});
