/**
 * Random programs in C. Searches must come to what brute force over the interpreter comes to. The interpreter must come to
 * what the system's compiler and CPU come to, and to the same wherever variables lie. `npm run fuzz` goes on with other
 * programs.
 */
import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { compareC, VARIANTS } from "./support/c-differential.js";
import { exploredC, usualVariants, type Variant } from "./support/c-explored.js";
import { alone, type NativeProgram, nativeDifferences, threads } from "./support/c-native-programs.js";
import { placeDifferences, placed } from "./support/c-places.js";
import { type CText, compiledPrograms, programsInC, readableC } from "./support/c-programs.js";
import { referenceC } from "./support/c-reference.js";
import { idioms, kindsOfC } from "./support/idioms.js";
import { systemCompiler } from "./support/native.js";

const SEED = 20_250;
/** Programs of each kind. */
const PROGRAMS = 6;
const PLACED_PROGRAMS = 30;
const NATIVE_PROGRAMS = { alone: 16, threads: 8 } as const;

/** Memory of the heap that is there from boot on. */
const BOX = {
  thing: "struct thing { int value; struct rcu_head rcu; };",
  box: "static struct thing *box;",
  boot_box: "int boot_box(void) { box = kzalloc(sizeof(*box), GFP_KERNEL); return 0; }",
};
/** Variants in which nothing protects. */
const WITHOUT_PROTECTION = [1, 15, 17, 33];
/** Programs of which searches once came to something else than brute force. */
const ONCE_DIFFERENT: readonly (readonly [name: string, text: CText])[] = [
  [
    "a waiting loop is met in the step that gives a lock away, and nothing protects",
    {
      shared: { lock_b: "static DEFINE_SPINLOCK(lock_b);", at: "static int *at;" },
      cpus: [
        "spin_lock(&lock_b); *at = 1; spin_unlock(&lock_b);",
        "while (!spin_trylock(&lock_b)) cpu_relax(); spin_unlock(&lock_b);",
      ],
    },
  ],
  [
    "memory is freed before a lock that another CPU has, who uses it",
    {
      shared: { ...BOX, lock_a: "static DEFINE_SPINLOCK(lock_a);" },
      cpus: [
        "kfree(xchg(&box, NULL)); spin_lock(&lock_a); spin_unlock(&lock_a);",
        "guard(spinlock)(&lock_a); struct thing *had = READ_ONCE(box); if (had) SEE(READ_ONCE(had->value));",
      ],
    },
  ],
  [
    "a page is freed before a lock that another CPU has, who uses it",
    {
      shared: {
        held: "static struct page *held;",
        boot_held: "int boot_held(void) { held = alloc_page(GFP_KERNEL); return 0; }",
        lock_a: "static DEFINE_SPINLOCK(lock_a);",
      },
      cpus: [
        "struct page *had = xchg(&held, NULL); __free_page(had); spin_lock(&lock_a); spin_unlock(&lock_a);",
        "guard(spinlock)(&lock_a); struct page *had = READ_ONCE(held); if (had) *(u64 *)page_address(had) = 1;",
      ],
    },
  ],
  [
    "a variable becomes known in the step in which memory is misused, unless another CPU sets it",
    {
      shared: {
        alpha: "static int alpha;",
        box: "struct box { int *at; };",
        shown: "static struct box *shown;",
      },
      cpus: [
        "struct box mine = { NULL }; WRITE_ONCE(shown, &mine); SEE(READ_ONCE(*READ_ONCE(mine.at))); WRITE_ONCE(shown, NULL);",
        "struct box *it = READ_ONCE(shown); if (it) WRITE_ONCE(it->at, &alpha);",
      ],
    },
  ],
  [
    "a number is kept of a page that was freed, and whose handle another page has that others see",
    {
      shared: { held: "static struct page *held;" },
      cpus: [
        "struct page *page = alloc_page(GFP_KERNEL); pfn_to_page(page_to_pfn(page) + 1); __free_page(page);",
        `struct page *page = alloc_page(GFP_KERNEL);
        unsigned long pfn = page_to_pfn(page), next = page_to_pfn(pfn_to_page(pfn + 1));
        __free_page(page); page = alloc_page(GFP_KERNEL); WRITE_ONCE(held, page); SEE(pfn - next);`,
      ],
    },
  ],
  [
    "with store buffers, memory is freed where the last reader leaves",
    {
      shared: BOX,
      cpus: [
        "rcu_read_lock(); SEE(READ_ONCE(box) != NULL); rcu_read_unlock();",
        "struct thing *had = READ_ONCE(box); kfree_rcu(had, rcu); SEE(READ_ONCE(had->value));",
      ],
    },
  ],
];

describe("searches come to what brute force comes to", () => {
  const seen = { programs: 0, ends: 0, endless: 0, racing: 0, misused: 0, passed: 0 };

  it.each(Object.entries(kindsOfC))("with programs %s", async (_, names) => {
    const texts = fc.sample(programsInC(names), { numRuns: PROGRAMS, seed: SEED });
    for (const [index, programs] of (await compiledPrograms(texts)).entries()) {
      const verdict = compareC(programs, [(5 * index) % VARIANTS]);
      expect(verdict.kind === "different" ? `${readableC(texts[index] as CText)}\n${verdict.text}` : "").toBe("");
      seen.programs++;
      if (verdict.kind !== "same") {
        seen.passed++;
        continue;
      }
      const { finals, told, races, endless } = verdict.outcomes;
      if (finals.size > 1) seen.ends++;
      if (endless) seen.endless++;
      if (races.size > 0) seen.racing++;
      if ([...told].some((each) => each.startsWith("MemoryMisused"))) seen.misused++;
    }
  });

  it.each(ONCE_DIFFERENT)("with what once went wrong: %s", async (_, text) => {
    const [programs] = await compiledPrograms([text]);
    if (programs === undefined) throw new Error("nothing was compiled");
    const verdict = compareC(programs, WITHOUT_PROTECTION);
    expect(verdict.kind === "different" ? verdict.text : verdict.kind).toBe("same");
    // A search that has to learn all by itself.
    const [fresh] = await compiledPrograms([text]);
    if (fresh === undefined) throw new Error("nothing was compiled");
    const [variant] = usualVariants("sc");
    expect(exploredC(fresh, variant as Variant).finals).toEqual(referenceC(programs, "sc", 100_000).finals);
  });

  test("programs left room for mistakes", () => {
    expect(seen.passed).toBeLessThan(seen.programs / 10);
    expect(seen.ends).toBeGreaterThan(seen.programs / 5);
    expect(seen.endless).toBeGreaterThan(0);
    expect(seen.racing).toBeGreaterThan(seen.programs / 15);
    expect(seen.misused).toBeGreaterThan(2);
  });

  test("each idiom belongs to a kind", () => {
    const used = new Set(Object.entries(kindsOfC).flatMap(([kind, names]) => (kind === "of all idioms" ? [] : names)));
    expect([...used].sort()).toEqual(Object.keys(idioms).sort());
  });

  test("and would not, were memory another", async () => {
    const shared = { alpha: "static int alpha;", beta: "static int beta;" };
    const cpus = ["WRITE_ONCE(alpha, 1); SEE(READ_ONCE(beta));", "WRITE_ONCE(beta, 1); SEE(READ_ONCE(alpha));"];
    const [programs] = await compiledPrograms([{ shared, cpus }]);
    if (programs === undefined) throw new Error("nothing was compiled");
    const { finals } = referenceC(programs, "sc", 1000);
    for (const variant of usualVariants("tso")) expect(exploredC(programs, variant).finals.size).toBe(finals.size + 1);
  });
});

describe("the interpreter comes to what this machine comes to", () => {
  /** Where there is no compiler nothing can be said. */
  const differences = (programs: readonly NativeProgram[], here: number, skip: (why: string) => void) => {
    if (systemCompiler() === undefined) skip("NOT RUN: there is no gcc, clang or cc on the path");
    return nativeDifferences(programs, { here, native: 1 });
  };

  it.for([0, 2])("with programs of one CPU, at optimisation level %i", async (level, context) => {
    const programs = fc.sample(alone, { numRuns: NATIVE_PROGRAMS.alone, seed: SEED + level });
    const found = await differences(programs, level, (why) => context.skip(why));
    expect(found.map(({ text }) => text)).toEqual([]);
  });

  it("with threads that take turns, or change variables under a lock", async (context) => {
    const programs = fc.sample(threads, { numRuns: NATIVE_PROGRAMS.threads, seed: SEED });
    const found = await differences(programs, 0, (why) => context.skip(why));
    expect(found.map(({ text }) => text)).toEqual([]);
  });

  it("and would not, were the C another", async (context) => {
    const [usual] = fc.sample(alone, { numRuns: 1, seed: SEED }) as [NativeProgram];
    const other = { ...usual, functions: ["\n#ifdef __KERNEL__\n\tga = 1;\n#endif\n"] };
    const programs = [usual, other];
    const found = await differences(programs, 0, (why) => context.skip(why));
    expect(found.map(({ index }) => index)).toEqual([1]);
  });
});

it("variables on the stack come to what they come to in allocated memory, some never set", async () => {
  const programs = fc.sample(placed, { numRuns: PLACED_PROGRAMS, seed: SEED });
  const { differences, misusing } = await placeDifferences(programs);
  expect(differences.map(({ text }) => text)).toEqual([]);
  expect(misusing).toBeGreaterThan(PLACED_PROGRAMS / 20);
  expect(misusing).toBeLessThan(PLACED_PROGRAMS / 2);
});
