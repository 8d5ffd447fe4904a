/**
 * Locks that C makes by hand: of a bit, a word that is exchanged, a ticket. Good ones hold, in not many more states than
 * the kernel's own lock; each broken one breaks a requirement, at a line.
 */
import { expect, test } from "vitest";
import type { CheckOptions, CheckResult } from "../../src/check/index.js";
import { checkC, fixture, fromText, getAndPut } from "./support/c.js";

function judge(name: string, bounds: Partial<CheckOptions["bounds"]> = {}, explain = false): Promise<CheckResult> {
  const patch = name === "good" ? undefined : `locks/${name}.patch`;
  return fixture("locks/good.c", patch).then((subject) => checkC(subject, ["main"], bounds, { explain }));
}

const kernels = judge("spin-lock");

/** Of each its name, and how many times as many states as with spin_lock() it may have at most. */
const good = [
  ["good", 3],
  ["trylock", 3],
  ["bit", 3],
  ["looks-first", 3],
  ["never-relaxes", 3],
  ["back-off", 3],
  ["region", 3],
  ["two-locks", 3],
  ["ticket", 4],
  ["ticket-store", 5],
  ["gives-up", 11],
] as const;

test.each(good)("%s holds, in at most %i times the states of spin_lock()", async (name, times) => {
  const { verdict, statistics } = await judge(name);
  expect(verdict).toBe("holds");
  expect(statistics.states).toBeLessThanOrEqual(times * (await kernels).statistics.states);
});

test("a ticket holds with two that wait", async () => {
  const { verdict, witnesses } = await judge("ticket", { cpus: 3, allocFailures: 0 });
  expect(verdict).toBe("holds");
  expect(witnesses.find(({ text }) => text === "a page pair was removed")?.times).toBeGreaterThan(0);
});

test.each(["good", "ticket", "looks-first"])("%s holds where stores wait in buffers", async (name) => {
  expect((await judge(name, { memory: "tso", allocFailures: 0 })).verdict).toBe("holds");
});

/** Of each its name, the requirement that it breaks, and a line that shows it. */
const broken = [
  ["forgotten", "R9", "while (xchg(&taken, 1))"],
  ["ticket-skips", "R9", "while (atomic_read(&served) != mine)"],
  ["opposite-order", "R9", "while (xchg(&outer, 1))"],
  ["no-lock", "R3", "atomic_inc(users_of(page));"],
  ["gives-back-twice", "R1", "err = seamcall_ret(TDH_PHYMEM_PAMT_REMOVE, &args);"],
  ["too-early", "R1", "err = seamcall_ret(TDH_PHYMEM_PAMT_REMOVE, &args);"],
  ["plain-count", "R10", "if (!users_of(page)->counter && !READ_ONCE(taken))"],
] as const;

test.each(broken)("%s breaks %s at %s", async (name, id, line) => {
  const { verdict, requirements, counterexamples } = await judge(name, { allocFailures: 0 }, true);
  expect(verdict).toBe("violated");
  expect(requirements.find((each) => each.id === id)?.verdict).toBe("violated");
  const shown = counterexamples.find(({ requirement }) => requirement === id);
  const lines = [...(shown?.sources ?? []), ...(shown?.steps ?? []).map(({ source }) => source)];
  expect(lines.map((source) => source?.text)).toContain(line);
});

test("a loop that waits without cpu_relax() is noted, with its line, and no other is", async () => {
  const { notes } = await judge("never-relaxes");
  expect(notes).toEqual([
    {
      text: "a loop waits without cpu_relax(): locks/good.c:14: while (READ_ONCE(taken) || cmpxchg(&taken, 0, 1))",
      scenario: "main",
    },
  ]);
  for (const name of ["good", "looks-first", "spin-lock", "back-off"])
    expect((await judge(name)).notes).toBeUndefined();
});

const SEQCOUNT = `#include <linux/seqlock.h>
#include <linux/spinlock.h>
static DEFINE_SPINLOCK(lock);
static seqcount_t seq = SEQCNT_ZERO(seq);
static u64 users;`;
const READ_USERS = `unsigned int start; u64 n;
do { start = read_seqcount_begin(&seq); n = users; } while (read_seqcount_retry(&seq, start));`;
const ADD = (by: string): string =>
  `spin_lock(&lock); write_seqcount_begin(&seq); users += ${by}; write_seqcount_end(&seq); spin_unlock(&lock);`;
const XARRAY = `#include <linux/xarray.h>
static DEFINE_XARRAY(all);`;
const STORE_LOCKED = (value: string): string =>
  `xa_lock(&all); __xa_store(&all, page_to_pfn(page) / 512, ${value}, GFP_ATOMIC); xa_unlock(&all);`;

test.each([
  ["readers under a sequence count", SEQCOUNT, `${READ_USERS} ${ADD("1")}`, ADD("-1")],
  ["what a header does for __xa_store()", XARRAY, STORE_LOCKED("xa_mk_value(1)"), STORE_LOCKED("NULL")],
])("%s: no loop is noted", async (_, before, get, put) => {
  const subject = await fromText(getAndPut(before, get, put));
  const bounds = { use: "none" } as const;
  const { statistics, notes } = await checkC(subject, ["main"], bounds, { ignored: ["R3"] });
  expect(statistics.states).toBeGreaterThan(20);
  expect((notes ?? []).filter(({ text }) => text.includes("cpu_relax"))).toEqual([]);
});
