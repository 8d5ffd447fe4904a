/** Heads of loops: which local values still matter there. */
import { describe, expect, test } from "vitest";
import { liveBefore } from "../../src/clang/interpret/live-values.js";
import { loopHeads } from "../../src/clang/interpret/loops.js";
import { parseModule } from "../../src/clang/ir/parser.js";

const RELAX = `define void @cpu_relax() {
entry:
  call void @__dpamt_relax()
  ret void
}
`;

function headsOf(body: string) {
  const { functions } = parseModule(`define i32 @f(i32 %a, i32 %b, ptr %p) {\n${body}\n}\n${RELAX}`);
  const found = functions.get("f");
  if (found === undefined) throw new Error("no such function");
  return [...loopHeads(found, (name) => functions.get(name))].map(([name, head]) => ({ name, ...head }));
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
  call void @use(i32 %b)
  br label %again
end:
  ret i32 0`);
    expect(head).toMatchObject({ name: "again", live: [0, 1] });
  });

  test("does not need what leads to nothing: a counter of its own turns", () => {
    const [head] = headsOf(`
entry:
  %turns = alloca i32, align 4
  store i32 0, ptr %turns, align 4
  br label %again
again:
  %held = atomicrmw xchg ptr %p, i32 1 seq_cst, align 4
  %done = icmp eq i32 %held, 0
  br i1 %done, label %end, label %body
body:
  %before = load i32, ptr %turns, align 4
  %after = add i32 %before, 1
  store i32 %after, ptr %turns, align 4
  call void @cpu_relax()
  br label %again
end:
  ret i32 0`);
    expect(head).toMatchObject({ name: "again", live: [2], idle: [3], isBusy: false });
  });

  test("needs a counter that decides when it ends", () => {
    const [head] = headsOf(`
entry:
  %turns = alloca i32, align 4
  store i32 0, ptr %turns, align 4
  br label %again
again:
  %held = atomicrmw xchg ptr %p, i32 1 seq_cst, align 4
  %before = load i32, ptr %turns, align 4
  %after = add i32 %before, 1
  store i32 %after, ptr %turns, align 4
  %done = icmp eq i32 %after, 3
  br i1 %done, label %end, label %again
end:
  ret i32 0`);
    expect(head).toMatchObject({ name: "again", idle: [], isBusy: true });
  });

  test("needs a variable whose address goes elsewhere, and one that is read when it is over", () => {
    const [head] = headsOf(`
entry:
  %given = alloca i32, align 4
  %turns = alloca i32, align 4
  call void @use(ptr %given)
  store i32 0, ptr %turns, align 4
  br label %again
again:
  %before = load i32, ptr %turns, align 4
  %after = add i32 %before, 1
  store i32 %after, ptr %turns, align 4
  %held = atomicrmw xchg ptr %p, i32 1 seq_cst, align 4
  %done = icmp eq i32 %held, 0
  br i1 %done, label %end, label %again
end:
  %all = load i32, ptr %turns, align 4
  ret i32 %all`);
    expect(head).toMatchObject({ name: "again", idle: [] });
  });

  test("is none where blocks only go on", () => {
    expect(headsOf("entry:\n  br label %end\nend:\n  ret i32 %a")).toEqual([]);
  });
});

/** A loop that waits, and counts to what it has doubled; `%i` is local 3 and `%pause` local 4. */
function backOff(test: string, step: string, behind = "ret i32 0"): string {
  return `
entry:
  %i = alloca i32, align 4
  %pause = alloca i32, align 4
  store i32 1, ptr %pause, align 4
  br label %again
again:
  %held = atomicrmw xchg ptr %p, i32 1 seq_cst, align 4
  %done = icmp eq i32 %held, 0
  br i1 %done, label %end, label %begin
begin:
  store i32 0, ptr %i, align 4
  br label %test
test:
  %now = load i32, ptr %i, align 4
  %until = load i32, ptr %pause, align 4
  ${test}
body:
  call void @cpu_relax()
  %was = load i32, ptr %i, align 4
  ${step}
  store i32 %next, ptr %i, align 4
  br label %test
longer:
  %old = load i32, ptr %pause, align 4
  %new = mul i32 %old, 2
  store i32 %new, ptr %pause, align 4
  br label %again
end:
  ${behind}`;
}

const COUNTS = "%more = icmp ult i32 %now, %until\n  br i1 %more, label %body, label %longer";

describe("a delay", () => {
  test.each([
    [COUNTS, "%next = add i32 %was, 1"],
    ["%more = icmp ne i32 %now, %until\n  br i1 %more, label %body, label %longer", "%next = add i32 %was, -1"],
    ["%less = icmp uge i32 %now, %until\n  br i1 %less, label %longer, label %body", "%next = add i32 %was, 1"],
    ["%more = icmp ugt i32 %until, %now\n  br i1 %more, label %body, label %longer", "%next = add i32 %was, 1"],
  ])("may take as long as it likes: %s; %s", (ends, step) => {
    const heads = headsOf(backOff(ends, step));
    expect(heads.find(({ name }) => name === "again")).toMatchObject({ idle: [3, 4] });
  });

  test.each([
    [
      "it may never end",
      "%more = icmp ule i32 %now, %until\n  br i1 %more, label %body, label %longer",
      "%next = add i32 %was, 1",
    ],
    [
      "it steps over the end",
      "%more = icmp ne i32 %now, %until\n  br i1 %more, label %body, label %longer",
      "%next = add i32 %was, 2",
    ],
    ["it does something", COUNTS, "call void @use(i32 %was)\n  %next = add i32 %was, 1"],
    ["it divides", COUNTS, "%part = udiv i32 %was, %b\n  %next = add i32 %was, 1"],
  ])("is none where %s", (_, ends, step) => {
    const heads = headsOf(backOff(ends, step));
    expect(heads.find(({ name }) => name === "again")?.idle).not.toContain(4);
  });

  test("is none where somebody asks how far it came", () => {
    const heads = headsOf(
      backOff(COUNTS, "%next = add i32 %was, 1", "%last = load i32, ptr %i, align 4\n  ret i32 %last"),
    );
    expect(heads.find(({ name }) => name === "again")?.idle).toEqual([]);
  });
});

describe("what matters", () => {
  const READS_FIRST = `define i32 @g() {
entry:
  %first = alloca i32
  %second = alloca i32
  store i32 1, ptr %first
  store i32 2, ptr %second
  br label %again
again:
  call void @use(i32 0)
  br i1 true, label %end, label %again
end:
  call void @use(i32 0)
  %sum = load i32, ptr %first
  ret i32 %sum
}
`;
  const found = parseModule(READS_FIRST).functions.get("g")!;

  test("at the head of a loop in a function without parameters is its first variable, too", () => {
    // Instructions without a result, like calls and branches, lie in between.
    expect(loopHeads(found, () => undefined).get("again")?.idle).toEqual([1]);
  });

  test.each([
    ["entry", 2, { live: [], contents: [], others: [0, 1] }],
    ["entry", 3, { live: [], contents: [0], others: [1] }],
    ["again", 1, { live: [], contents: [0], others: [1] }],
    ["end", 1, { live: [], contents: [0], others: [1] }],
    ["end", 2, { live: [2], contents: [], others: [0, 1] }],
  ] as const)("before an instruction is what is read behind it: %s %i", (block, index, expected) => {
    expect(liveBefore(found, found.blocks.get(block)!, index)).toMatchObject(expected);
  });
});
