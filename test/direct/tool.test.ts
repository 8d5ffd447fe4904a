/** The tool that derives the direct form: what it makes of a program, and what it refuses. */
import { relative } from "node:path";
import { describe, expect, it } from "vitest";
import { derive } from "../../tools/direct.mjs";

const FILE = "src/module/dispatch.ts";

/** What the tool writes when the way in is this, by path. */
function derived(text: string): Map<string, string> {
  const written = new Map<string, string>();
  derive("out", (path, content) => written.set(relative("out/direct", path), content), new Map([[FILE, text]]));
  return written;
}

const head =
  'import { call, event, on, type Operation, type Program, read, wordOperation } from "../machine/index.js";\n';

/** The refusal of a file with these lines after its imports; the first is line 2. */
function refusal(...lines: string[]): string {
  try {
    derived(head + lines.join("\n"));
  } catch (error) {
    return (error as Error).message;
  }
  return "none";
}

describe("the direct form of a program", () => {
  const written = derived(`${head}
import { ADD_RETURN } from "../machine/index.js";
import { HEAD, typeOf } from "./state/pamt.js";
export const SIZE = 4;
const OWN = wordOperation({ name: "own", next: (word) => word, result: (word) => word });
export function unused(): number { return SIZE; }
function bit(at: number): Operation { return on(OWN, at); }
function* twice(at: number): Program { return (yield read(at)) * SIZE; }
const table = [twice];
const byName = { Twice: twice };
function pick(which: number, at: number): Program { return which > 3 ? byName.Twice(at) : (table[which] as typeof twice)(at); }
export function* dispatch(at: number): Program {
  yield event(typeOf(at));
  yield on(ADD_RETURN, at + HEAD, 2);
  return (yield bit(at)) + (yield* pick(0, at));
}`);
  const text = written.get("module/dispatch.js") ?? "";

  it("has no generators and performs operations where they were yielded", () => {
    const start = text.indexOf("function bit");
    expect(
      text
        .slice(start, text.indexOf("//# source"))
        .split("\n")
        .map((line) => line.trim())
        .filter(Boolean),
    ).toEqual([
      "function bit(at) { return on(OWN, at); }",
      "function twice(at) { return (read(at)) * SIZE; }",
      "const table = [twice];",
      "const byName = { Twice: twice };",
      "function pick(which, at) { return which > 3 ? byName.Twice(at) : table[which](at); }",
      "export function dispatch(at) {",
      "event(typeOf(at));",
      "on_ADD_RETURN(at + HEAD, 2);",
      "return (bit(at)) + (pick(0, at));",
      "}",
    ]);
  });

  it("shares what is exported and no program, and leaves out what no program uses", () => {
    expect(text).toContain('import { on, read, event } from "../../machine/direct.js";');
    expect(text).toContain('import { SIZE as SIZE_1 } from "../../module/dispatch.js";');
    expect(text).toContain('import { HEAD as HEAD_1 } from "../../module/state/pamt.js";');
    expect(text).not.toContain("unused");
  });

  it("has a copy of the functions that it calls, and of nothing else in their files", () => {
    expect(text).toContain('import { typeOf } from "./state/pamt.js";');
    const pamt = written.get("module/state/pamt.js") ?? "";
    expect(pamt).toContain("export function typeOf(head) {");
    expect(pamt).toContain("const TYPE_MASK = TYPE_MASK_1;");
    expect(pamt).not.toMatch(/class |pairLow/);
  });

  it("has a function for each operation that a program performs by name", () => {
    const operations = written.get("module/operations.js") ?? "";
    expect(operations).toContain('import { ADD_RETURN as ADD_RETURN_1 } from "../../machine/operation.js";');
    expect(operations.match(/const perform_\w+/g)).toEqual(["const perform_ADD_RETURN"]);
  });

  it("keeps a map to the source", () => {
    const map = JSON.parse(written.get("module/dispatch.js.map") ?? "{}");
    expect(map.sources).toEqual(["../../../src/module/dispatch.ts"]);
  });
});

const program = (body: string): string => `export function* dispatch(at: number): Program { ${body} }`;

describe("a program is refused when it", () => {
  it.each([
    ["yields what it kept", program("const kept = read(at); return yield kept;"), "must be yielded where it is made"],
    ["yields a number", program("return yield at as never;"), "yield must be followed by a call"],
    ["runs what it kept", program("const kept = other(at); return yield* kept;"), "must be yielded where it is made"],
    ["does not yield an operation", program("read(at); return yield read(at);"), "must be yielded where it is made"],
    ["does not yield a program", program("other(at); return yield read(at);"), "must be yielded where it is made"],
    ["yields a program like an operation", program("return yield other(at);"), "yield takes an operation"],
    ["makes a call", program("return yield call('name', () => other(at));"), "call has no direct form"],
    ["hands a program on", program("[at].map(other); return yield read(at);"), "other may only be called"],
    ["hands what reads on", program("[at].map((each) => read(each)); return yield read(at);"), "must be yielded"],
    [
      "is an expression",
      program("const own = function* () { yield read(1); }; return yield read(at);"),
      "top of its file",
    ],
  ])("%s", (_what, text, reason) => {
    const message = refusal(text, "function* other(at: number): Program { return yield read(at); }");
    expect(message).toMatch(/^src\/module\/dispatch\.ts:2: [^\n]+$/);
    expect(message).toContain(reason);
  });

  it("uses an object that its file keeps to itself", () => {
    const message = refusal(
      program("own.set(at, 1); return yield read(at);"),
      "const own = new Map<number, number>();",
    );
    expect(message).toMatch(/^src\/module\/dispatch\.ts:3: used by a program, so it must be exported/);
  });

  it("is a method", () => {
    const message = refusal(
      "export class Runner { *go(): Program { return yield read(1); } }",
      "export function dispatch(runner: Runner): Program { return new Runner().go(); }",
    );
    expect(message).toMatch(/^src\/module\/dispatch\.ts:[23]: only a function or a const/);
  });
});
