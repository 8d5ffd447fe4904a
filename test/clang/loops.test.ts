/** Heads of loops: which local values still matter there. */
import { describe, expect, test } from "vitest";
import { loopHeads } from "../../src/clang/interpret/loops.js";
import { parseModule } from "../../src/clang/ir/parser.js";

function headsOf(body: string) {
  const found = parseModule(`define i32 @f(i32 %a, i32 %b) {\n${body}\n}\n`).functions.get("f");
  if (found === undefined) throw new Error("no such function");
  return [...loopHeads(found)].map(([name, head]) => ({ name, ...head }));
}

describe("a loop", () => {
  test("begins where a later block jumps back to", () => {
    const [head, ...others] = headsOf(`
entry:
  br label %again
again:
  %sum = add i32 %a, %b
  %done = icmp eq i32 %sum, 0
  br i1 %done, label %end, label %again
end:
  ret i32 %sum`);
    expect(others).toEqual([]);
    expect(head).toMatchObject({ name: "again", asksWhence: false, live: [0, 1] });
  });

  test.each([
    ["  %x = phi i32 [ %a, %entry ], [ %y, %again ]\n  %y = phi i32 [ %b, %entry ], [ %x, %again ]"],
    ["  %y = phi i32 [ %b, %entry ], [ %x, %again ]\n  %x = phi i32 [ %a, %entry ], [ %y, %again ]"],
  ])("of values that take each other's places needs them all: %s", (phis) => {
    const [head] = headsOf(`
entry:
  br label %again
again:
${phis}
  %done = icmp eq i32 %x, 0
  br i1 %done, label %end, label %again
end:
  ret i32 %y`);
    expect(head?.asksWhence).toBe(true);
    expect(head?.live).toHaveLength(4);
  });

  test("needs what blocks behind its head read", () => {
    const [head] = headsOf(`
entry:
  br label %again
again:
  %done = icmp eq i32 %a, 0
  br i1 %done, label %end, label %body
body:
  %sum = add i32 %b, 1
  br label %again
end:
  ret i32 0`);
    expect(head).toMatchObject({ name: "again", live: [0, 1] });
  });

  test("is none where blocks only go on", () => {
    expect(headsOf("entry:\n  br label %end\nend:\n  ret i32 %a")).toEqual([]);
  });
});
