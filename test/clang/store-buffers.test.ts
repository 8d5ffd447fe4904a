/** Store buffers in C: which of the kernel's atomics and locks keep a store before a look at another word, and which do not. */
import { describe, expect, test } from "vitest";
import { checkC, fromText } from "./support/c.js";

/** How a CPU looks whether another has raised its flag, and how that one raises it. */
interface Look {
  readonly name: string;
  /** The flag. */
  readonly flag: string;
  /** True if it is down. */
  readonly isDown: string;
  readonly raise: string;
}

const COUNT = "static atomic_t flag;";
const set = (value: number): string => `atomic_set(&flag, ${value});`;

/** A conditional atomic that finds the flag down fails, and is a load. */
const loads: readonly Look[] = [
  { name: "atomic_read", flag: COUNT, isDown: "!atomic_read(&flag)", raise: set(1) },
  { name: "atomic_inc_not_zero", flag: COUNT, isDown: "!atomic_inc_not_zero(&flag)", raise: set(1) },
  { name: "atomic_add_unless", flag: COUNT, isDown: "!atomic_add_unless(&flag, 5, 0)", raise: set(1) },
  {
    name: "atomic_add_unless(-1, 1)",
    flag: "static atomic_t flag = ATOMIC_INIT(1);",
    isDown: "!atomic_add_unless(&flag, -1, 1)",
    raise: set(3),
  },
  { name: "atomic_dec_if_positive", flag: COUNT, isDown: "atomic_dec_if_positive(&flag) < 0", raise: set(1) },
  { name: "atomic_cmpxchg", flag: COUNT, isDown: "atomic_cmpxchg(&flag, 1, 2) == 0", raise: set(1) },
  {
    name: "atomic_try_cmpxchg",
    flag: COUNT,
    isDown: "({ int old = 1; !atomic_try_cmpxchg(&flag, &old, 2); })",
    raise: set(1),
  },
  {
    name: "cmpxchg of a pointer",
    flag: "static atomic_t *flag;",
    isDown: "cmpxchg(&flag, &seen, (atomic_t *)NULL) == NULL",
    raise: "WRITE_ONCE(flag, &seen);",
  },
  {
    name: "atomic64_inc_not_zero",
    flag: "static atomic64_t flag;",
    isDown: "!atomic64_inc_not_zero(&flag)",
    raise: "atomic64_set(&flag, 1);",
  },
  {
    name: "refcount_inc_not_zero",
    flag: "static refcount_t flag;",
    isDown: "!refcount_inc_not_zero(&flag)",
    raise: "refcount_set(&flag, 1);",
  },
  {
    name: "test_and_set_bit_lock",
    flag: "static unsigned long flag = 1;",
    isDown: "test_and_set_bit_lock(0, &flag)",
    raise: "clear_bit_unlock(0, &flag);",
  },
  {
    name: "spin_trylock",
    flag: "static DEFINE_SPINLOCK(flag);",
    isDown: "({ int got = spin_trylock(&flag); if (got) spin_unlock(&flag); !got; })",
    raise: "spin_lock(&flag); spin_unlock(&flag);",
  },
];

/** These wait until the stores of their CPU are made, whatever they find. */
const ordered: readonly Look[] = [
  { name: "a fence", flag: COUNT, isDown: "({ smp_mb(); !atomic_inc_not_zero(&flag); })", raise: set(1) },
  { name: "atomic_fetch_or", flag: COUNT, isDown: "!atomic_fetch_or(0, &flag)", raise: set(1) },
  { name: "atomic_cmpxchg that succeeds", flag: COUNT, isDown: "atomic_cmpxchg(&flag, 0, 2) == 0", raise: set(1) },
  {
    name: "test_and_clear_bit",
    flag: "static unsigned long flag;",
    isDown: "!test_and_clear_bit(0, &flag)",
    raise: "set_bit(0, &flag);",
  },
  {
    name: "spin_lock",
    flag: "static DEFINE_SPINLOCK(lock); static int flag;",
    isDown: "({ spin_lock(&lock); int up = flag; spin_unlock(&lock); !up; })",
    raise: "spin_lock(&lock); flag = 1; spin_unlock(&lock);",
  },
];

/** The first get raises a flag and looks at that of the second, and this one likewise, with a fence between. Not both may be down. */
function text({ flag, isDown, raise }: Look): string {
  return `#include <linux/atomic.h>
#include <linux/bitops.h>
#include <linux/refcount.h>
#include <linux/spinlock.h>
#include <linux/mm.h>
#include <asm/tdx.h>
static atomic_t gets, seen;
static int raised;
${flag}
int tdx_pamt_get(struct page *page)
{
	int nr = atomic_fetch_inc(&gets);

	if (nr == 0) {
		WRITE_ONCE(raised, 1);
		if (${isDown})
			WARN_ON(atomic_fetch_or(1, &seen) == 2);
	} else if (nr == 1) {
		${raise}
		smp_mb();
		if (!READ_ONCE(raised))
			WARN_ON(atomic_fetch_or(2, &seen) == 1);
	}
	return 0;
}
void tdx_pamt_put(struct page *page) {}
`;
}

/** Requirements that it breaks. */
async function broken(look: Look, memory: "sc" | "tso"): Promise<readonly string[]> {
  const result = await checkC(await fromText(text(look)), ["dpamt-off"], { allocFailures: 0, memory });
  return result.scenarios.flatMap((each) => [...each.broken]);
}

describe("a store, then a look that fails", () => {
  test.each(loads)("$name: the look can come first", async (look) => {
    expect(await broken(look, "tso")).toEqual(["R2"]);
  });

  test.each([loads[1]!, loads[loads.length - 1]!])("$name: it cannot under sc", async (look) => {
    expect(await broken(look, "sc")).toEqual([]);
  });
});

describe("a store, then an access that is ordered", () => {
  test.each(ordered)("$name: it comes second", async (look) => {
    expect(await broken(look, "tso")).toEqual([]);
  });
});
