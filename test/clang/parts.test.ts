/** Parts of scalars in C: what is set in part, read in part, exchanged, kept in another width; and how cells are learned. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { parseSchedule, replayAnew } from "../../src/check/index.js";
import { designOf } from "../../src/clang/index.js";
import { Cells } from "../../src/clang/interpret/cells.js";
import { checkC, fixtures, fromText, scenario } from "./support/c.js";

const file = join(import.meta.dirname, "../fixtures/c-semantics/parts.c");
const ALONE = { cpus: 1, rounds: 1, regions: 1, allocFailures: 0 } as const;
const INCLUDES = "#include <linux/mm.h>\n#include <linux/string.h>\n#include <asm/tdx.h>\n";
const PUT = "void tdx_pamt_put(struct page *page) {}\n";

/** What the first get that does not do well says. */
async function complaint(text: string, more: Parameters<typeof fromText>[1] = {}): Promise<string | undefined> {
  const result = await checkC(await fromText(text, more), ["main"], ALONE, { explain: true });
  const violated = result.requirements.filter(({ id, verdict }) => /^R[27]$/.test(id) && verdict === "violated");
  if (violated.length === 0) return undefined;
  return `${violated.map(({ id }) => id)}: ${result.counterexample?.message}`;
}

test.each([0, 1, 2])("at optimisation level %i, parts.c gets what C says", async (optimise) => {
  expect(await complaint(readFileSync(file, "utf8"), { name: "parts.c", optimise })).toBeUndefined();
});

const FIELDS =
  "struct fields { unsigned a : 3, b : 5, c : 9; };\nunion both { u64 all; u32 half[2]; u8 byte[8]; } shared_both; struct fields shared;";

describe("of what is set in part", () => {
  test.each([
    ["a bit-field that was set", "struct fields s; s.a = 1; if (s.a == 1) return 0;", false],
    ["a bit-field that was not set", "struct fields s; s.a = 1; if (s.b == 1) return 0;", true],
    ["a wider bit-field that was not set", "struct fields s; s.a = 1; s.b = 2; if (s.c == 1) return 0;", true],
    ["a bit-field of shared memory", "struct fields s; s.a = 1; shared = s; if (shared.a == 1) return 0;", false],
    ["none of shared memory", "struct fields s; s.a = 1; shared = s; if (shared.b == 1) return 0;", true],
    ["a byte of a union", "union both u; u.byte[2] = 1; shared_both = u; if (shared_both.byte[2]) return 0;", false],
    ["another byte", "union both u; u.byte[2] = 1; shared_both = u; if (shared_both.byte[3]) return 0;", true],
    ["the whole", "union both u; u.half[0] = 1; if (u.all == 1) return 0;", true],
    ["the whole, which differs", "union both u; u.half[0] = 1; if (u.all == 2) return 0;", false],
    ["bits that are masked out", "int x; x &= ~7; x |= 1; if ((x & 7) == 1) return 0;", false],
    ["bits that are left", "int x; x &= ~7; x |= 1; if ((x & 8) == 8) return 0;", true],
    ["bits shifted in", "unsigned x; x <<= 31; x >>= 30; if (x & 1) return 0;", false],
    ["bits shifted out", "unsigned x; x <<= 31; x >>= 30; if (x & 2) return 0;", true],
    ["a product", "unsigned x; x = (x & ~7) | 1; if (x * 3 > 8) return 0;", true],
    ["an index", "static int list[9]; unsigned x; x = (x & ~1) | 1; if (list[x]) return 0;", true],
    [
      "an operand of a SEAMCALL",
      "struct tdx_module_args args = {}; args.rcx = shared_both.all; union both u; u.half[0] = 0; args.rcx = u.all; seamcall(TDH_PHYMEM_PAMT_ADD, &args);",
      true,
    ],
  ])("%s", async (_, body, misused) => {
    const text = `${INCLUDES}${FIELDS}\nint tdx_pamt_get(struct page *page) { ${body} return 0; }\n${PUT}`;
    expect((await complaint(text))?.startsWith("R7") ?? false).toBe(misused);
  });
});

describe("an atomic operation goes by", () => {
  test.each([
    ["a value that was never set", "int unset; atomic_cmpxchg(&count, unset, 1);", true],
    ["a variable that was never set", "atomic_t unset; atomic_cmpxchg(&unset, 1, 2);", true],
    ["memory that was never set", "int unset; count.counter = unset; atomic_cmpxchg(&count, 1, 2);", true],
    ["a count that was never set", "int unset; count.counter = unset; if (atomic_read(&count)) return 0;", true],
    ["what was set", "u64 set = 0; cmpxchg(&word, set, 1); cmpxchg(&set, word, 2);", false],
  ])("%s", async (_, body, misused) => {
    const text = `${INCLUDES}#include <linux/atomic.h>\nu64 word;\natomic_t count;\nint tdx_pamt_get(struct page *page) { ${body} return 0; }\n${PUT}`;
    expect((await complaint(text))?.startsWith("R7") ?? false).toBe(misused);
  });
});

test("all elements of a large aggregate of zeros are 0", async () => {
  const output = `
@list = global [100 x i32] zeroinitializer
define i32 @tdx_pamt_get(ptr %page) {
  store i32 7, ptr @list
  %own = alloca [100 x i32]
  store [100 x i32] zeroinitializer, ptr %own
  store [100 x i32] zeroinitializer, ptr @list
  %whole = load [100 x i32], ptr %own
  %changed = insertvalue [100 x i32] zeroinitializer, i32 5, 1
  %first = extractvalue [100 x i32] %whole, 70
  %second = extractvalue [100 x i32] %changed, 99
  %third = load i32, ptr @list
  %some = or i32 %first, %second
  %any = or i32 %some, %third
  %bad = icmp ne i32 %any, 0
  br i1 %bad, label %yes, label %no
yes:
  ret i32 -22
no:
  ret i32 0
}
define void @tdx_pamt_put(ptr %page) {
  ret void
}
`;
  const text = `int tdx_pamt_get(struct page *page) { return 0; }\n${PUT}`;
  expect(await complaint(text, { clang: async () => ({ output, messages: "" }) })).toBeUndefined();
});

// The initial value is of the member that is declared first; what was learned of others is there when the search begins again.
test("a union begins as its first member says, whichever is looked at", async () => {
  const text = `${INCLUDES}
union { u16 quarter[4]; u32 half[2]; u64 whole; } begun = { .quarter = { 1, 0, 3, 4 } };
int tdx_pamt_get(struct page *page)
{
	if (begun.quarter[3] != 4 || begun.half[0] != 1 || begun.half[1] != 0x40003 || begun.whole != 0x4000300000001)
		return -EINVAL;
	return 0;
}
${PUT}`;
  expect(await complaint(text)).toBeUndefined();
});

describe("a failure", () => {
  // Only where an allocation fails is it seen that both halves are one word.
  const text = readFileSync(join(fixtures, "global-lock.c"), "utf8")
    .replace("static atomic_t *tdx_find", "union { u64 whole; u32 half[2]; } users;\nstatic atomic_t *tdx_find")
    .replace("\nerr:\n", "\nerr:\n\tif (READ_ONCE(users.whole) == -1ULL)\n\t\treturn -EINVAL;\n")
    .replace(
      /^(int tdx_pamt_get\(.*\n\{\n(?:\t.*;\n)+)/m,
      "$1\tu32 seen = READ_ONCE(users.half[1]);\n\tWRITE_ONCE(users.half[1], !seen);\n\tBUG_ON(READ_ONCE(users.half[1]) != !seen);\n",
    );

  test("can be followed by who has yet to learn what bytes belong together", async () => {
    const subject = await fromText(text);
    const { counterexample } = await checkC(subject, ["main"], {}, { limits: { maxStates: 20_000 }, explain: true });
    const schedule = parseSchedule(counterexample?.schedule as string);
    expect(schedule.stretches.length).toBeGreaterThan(1);
    const anew = { design: designOf(subject), scenario: scenario("main"), bounds: schedule.bounds };
    expect((await replayAnew(anew, schedule))?.message).toBe(counterexample?.message);
  });
});

describe("cells", () => {
  /** Cells after some accesses, each a text of offset and size. */
  function learned(...accesses: readonly (readonly [offset: number, size: number])[]): string {
    const cells = new Cells();
    for (const [offset, size] of accesses) cells.at(offset, size);
    return cells
      .within(0, 64)
      .map(({ offset, size }) => `${offset}+${size}`)
      .join(" ");
  }

  test("grow until they overlap no other", () => {
    expect(learned([0, 4], [4, 4])).toBe("0+4 4+4");
    expect(learned([0, 1], [6, 2], [2, 4])).toBe("0+8");
    expect(learned([0, 1], [1, 1], [1, 2])).toBe("0+4");
    expect(learned([3, 1], [4, 1], [1, 2])).toBe("0+4 4+1");
    expect(learned([8, 8], [0, 8], [9, 2])).toBe("0+8 8+8");
  });

  test("never overlap, whatever the accesses", () => {
    let seed = 1;
    const random = (below: number): number => {
      seed = Math.imul(seed, 1103515245) + 12345;
      return ((seed >>> 8) % below) | 0;
    };
    for (let round = 0; round < 2000; round++) {
      const cells = new Cells();
      for (let access = 0; access < 6; access++) {
        const [offset, size] = [random(24), 1 << random(4)];
        const cell = cells.at(offset, size);
        if (cell === null) expect((offset % 8) + size).toBeGreaterThan(8);
        else expect(cell.offset <= offset && cell.offset + cell.size >= offset + size).toBe(true);
      }
      let end = 0;
      for (const { offset, size } of cells.within(0, 32)) {
        expect(offset).toBeGreaterThanOrEqual(end);
        expect(offset % size).toBe(0);
        end = offset + size;
      }
    }
  });

  test("in a range are clipped to it", () => {
    const cells = new Cells();
    for (const offset of [0, 8, 16]) cells.at(offset, 8);
    expect(cells.within(6, 11)).toEqual([
      { offset: 6, size: 2 },
      { offset: 8, size: 8 },
      { offset: 16, size: 1 },
    ]);
  });

  test("of one exploration are not changed by what another learns, and are told to the next", () => {
    const table = new Cells();
    const [first, second] = [new Cells(() => {}, table), new Cells(() => {}, table)];
    expect(first.at(0, 4)).toEqual({ offset: 0, size: 4 });
    expect(second.at(0, 8)).toEqual({ offset: 0, size: 8 });
    expect(first.at(0, 4)).toEqual({ offset: 0, size: 4 });
    expect(new Cells(() => {}, table).at(0, 4)).toEqual({ offset: 0, size: 8 });
  });
});
