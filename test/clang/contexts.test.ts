/** What keeps others off a CPU: a helper that leaves it so is found, and locks count softirqs as off only where they are. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { treeSources } from "../../src/cli/c-sources.js";
import { checkC, fixture, fixtures, fromText, getAndPut } from "./support/c.js";

const rows = readFileSync(join(fixtures, "contexts/INDEX.tsv"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [file: string, id: string, line: string]);

test.each(rows)("%s: %s at %s", async (file, id, line) => {
  const subject = await fixture("contexts/good.c", file.endsWith(".patch") ? `contexts/${file}` : undefined);
  const result = await checkC(subject, ["main"], { allocFailures: 0 }, { explain: true });
  const broken = result.scenarios.flatMap((each) => [...each.broken]);
  expect(broken).toEqual(id === "-" ? [] : [id]);
  if (id === "-") {
    expect(result.verdict).toBe("holds");
    return;
  }
  // The text of R9 has the place of each CPU that waits; the line is that of its last step.
  const [found] = result.counterexamples;
  expect(found?.requirement).toBe(id);
  const lines = [...(found?.sources ?? []), ...(found?.steps ?? []).flatMap(({ source }) => source ?? [])];
  expect(lines.map(({ text }) => text.trim())).toContain(line);
});

const before = `#include <linux/bit_spinlock.h>
#include <linux/irqflags.h>
#include <linux/local_lock.h>
#include <linux/rwlock.h>
#include <linux/seqlock.h>
#include <linux/spinlock.h>
#include <linux/xarray.h>
#include <asm/tdx.h>
static DEFINE_SPINLOCK(s); static DEFINE_RAW_SPINLOCK(raw); static DEFINE_RWLOCK(rw); static DEFINE_SEQLOCK(seq);
static local_lock_t local; static atomic_t count = ATOMIC_INIT(1000); static unsigned long bits; static DEFINE_MUTEX(m);`;

/** What breaks where get and put do this. */
async function brokenBy(body: string): Promise<string[]> {
  const result = await checkC(await fromText(getAndPut(before, body, body)), ["dpamt-off"], { allocFailures: 0 });
  return result.scenarios.flatMap((each) => [...each.broken]);
}

const interrupting = `${before}
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/lockdep.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
static DEFINE_SPINLOCK(t); static DEFINE_SPINLOCK(u); static DECLARE_RWSEM(sem); static int shared;
static void in_softirq_context(struct timer_list *timer) { SOFTIRQ }
static void in_interrupt_context(struct irq_work *work) { INTERRUPT }
static void in_task_context(struct work_struct *work) { }
static DEFINE_TIMER(timer, in_softirq_context); static DEFINE_IRQ_WORK(irq, in_interrupt_context);
static DECLARE_WORK(work, in_task_context);
static void inner(void) { spin_lock_irq(&u); shared++; spin_unlock_irq(&u); }`;

/** What breaks where get does `body`, and a timer or irq_work that it asks for does `theirs`. */
async function brokenBeside(kind: "softirq" | "interrupt", theirs: string, body: string): Promise<string[]> {
  const text = interrupting
    .replace("SOFTIRQ", kind === "softirq" ? theirs : "")
    .replace("INTERRUPT", kind === "interrupt" ? theirs : "");
  const asks = kind === "softirq" ? "mod_timer(&timer, 0);" : "irq_work_queue(&irq);";
  const subject = await fromText(getAndPut(text, `${asks} ${body}`, ""));
  const result = await checkC(subject, ["dpamt-off"], { allocFailures: 0, cpus: 1 });
  return result.scenarios.flatMap((each) => [...each.broken]);
}

describe("while the call holds a lock that a softirq or interrupt takes", () => {
  const takes = "spin_lock(&s); spin_unlock(&s);";

  test.each([
    ["interrupt", takes, "unsigned long f; local_irq_save(f); spin_lock(&s); local_irq_restore(f); spin_unlock(&s);"],
    ["interrupt", takes, "unsigned long f; spin_lock_irqsave(&s, f); inner(); spin_unlock_irqrestore(&s, f);"],
    [
      "interrupt",
      takes,
      `unsigned long f, g; spin_lock_irqsave(&t, f); spin_lock_irqsave(&s, g); spin_unlock_irqrestore(&t, f);
       spin_unlock_irqrestore(&s, g);`,
    ],
    ["softirq", takes, "spin_lock_bh(&s); local_bh_enable(); shared++; spin_unlock(&s);"],
    [
      "softirq",
      takes,
      "local_bh_disable(); if (spin_trylock(&s)) { local_bh_enable(); spin_unlock(&s); } else local_bh_enable();",
    ],
    ["softirq", "write_lock(&rw); write_unlock(&rw);", "read_lock_bh(&rw); local_bh_enable(); read_unlock(&rw);"],
    [
      "softirq",
      "bit_spin_lock(3, &bits); bit_spin_unlock(3, &bits);",
      "local_bh_disable(); bit_spin_lock(3, &bits); local_bh_enable(); bit_spin_unlock(3, &bits);",
    ],
  ] as const)("%s, which does %s: these come on too early in %s", async (kind, theirs, body) => {
    expect(await brokenBeside(kind, theirs, body)).toEqual(["R8"]);
  });

  test.each([
    [
      "interrupt",
      takes,
      "unsigned long f; spin_lock_irqsave(&s, f); spin_lock(&t); spin_unlock(&t); spin_unlock_irqrestore(&s, f);",
    ],
    ["interrupt", takes, "unsigned long f; spin_lock_irqsave(&s, f); spin_unlock(&s); local_irq_restore(f); inner();"],
    [
      "interrupt",
      takes,
      "local_bh_disable(); local_bh_enable(); spin_lock(&t); local_bh_disable(); local_bh_enable(); spin_unlock(&t);",
    ],
    ["softirq", takes, "spin_lock_bh(&s); spin_lock_bh(&t); spin_unlock_bh(&t); spin_unlock_bh(&s);"],
    ["softirq", "read_lock(&rw); read_unlock(&rw);", "read_lock_bh(&rw); local_bh_enable(); read_unlock(&rw);"],
    ["softirq", "if (spin_trylock(&s)) spin_unlock(&s);", "spin_lock_bh(&s); local_bh_enable(); spin_unlock(&s);"],
    [
      "softirq",
      "bit_spin_lock(3, &bits); bit_spin_unlock(3, &bits);",
      "local_bh_disable(); bit_spin_lock(3, &bits); bit_spin_unlock(3, &bits); local_bh_enable();",
    ],
  ] as const)("%s, which does %s: these come on in time in %s", async (kind, theirs, body) => {
    expect(await brokenBeside(kind, theirs, body)).toEqual([]);
  });

  test.each([
    ["R8", "interrupt", "inner();", ""],
    ["R8", "softirq", "if (mutex_trylock(&m)) mutex_unlock(&m);", ""],
    ["R2", "softirq", "", "spin_lock_irq(&t); spin_lock_bh(&s); spin_unlock_bh(&s); spin_unlock_irq(&t);"],
    ["R2", "softirq", "", "add_timer(&timer);"],
    ["R2", "softirq", "", "timer_setup(&timer, in_softirq_context, 0);"],
    ["R2", "softirq", "", "schedule_work(&work); INIT_WORK(&work, in_task_context);"],
    ["R2", "softirq", "", "read_lock(&rw); write_unlock(&rw);"],
    ["R2", "softirq", "", "down_write(&sem); downgrade_write(&sem); up_write(&sem);"],
    ["R2", "softirq", "", "down_write(&sem); lockdep_assert_held_read(&sem); up_write(&sem);"],
    ["R2", "softirq", "", "down_read(&sem); lockdep_assert_held_write(&sem); up_read(&sem);"],
  ] as const)("%s: a %s that does '%s' beside '%s'", async (id, kind, theirs, body) => {
    expect(await brokenBeside(kind, theirs, body)).toEqual([id]);
  });

  test.each([
    "struct work_struct own; INIT_WORK_ONSTACK(&own, in_task_context); destroy_work_on_stack(&own);",
    "down_write(&sem); downgrade_write(&sem); lockdep_assert_held_read(&sem); up_read(&sem);",
    "timer_delete_sync(&timer); timer_setup(&timer, in_softirq_context, 0); add_timer(&timer);",
    "schedule_work(&work); flush_work(&work); INIT_WORK(&work, in_task_context);",
  ])("nothing: %s", async (body) => {
    expect(await brokenBeside("softirq", "", body)).toEqual([]);
  });
});

describe("what the caller of a helper holds", () => {
  /** What breaks in a scenario where put does this. */
  async function brokenInPut(scenario: string, body: string): Promise<string[]> {
    const merged = readFileSync(join(fixtures, "global-lock.c"), "utf8");
    const text = merged.replace(/^void tdx_pamt_put\([^)]*\)\n\{\n/m, `$&\t{ ${body} }\n`);
    expect(text).not.toBe(merged);
    const named = text.replace(
      "#include <linux/init.h>",
      "$&\n#include <linux/lockdep.h>\n#include <linux/mutex.h>\nstatic DEFINE_MUTEX(m);",
    );
    const result = await checkC(await fixture("global-lock.c", undefined, { text: named }), [scenario], { regions: 1 });
    return result.scenarios.flatMap((each) => [...each.broken]);
  }

  test.each([
    ["zap-put", "lockdep_assert_preemption_enabled();", ["R1"]],
    ["zap-put", "lockdep_assert_preemption_disabled(); WARN_ON(in_interrupt());", []],
    ["zap-put", "if (preemptible()) { mutex_lock(&m); mutex_unlock(&m); }", []],
    ["zap-put", "if (mutex_trylock(&m)) mutex_unlock(&m);", []],
    ["softirq-put", "WARN_ON(!in_task());", ["R1", "R8"]],
    ["main", "WARN_ON(!in_task() || in_interrupt() || !preemptible());", []],
  ])("in %s, %s: %s", async (scenario, body, broken) => {
    const found = await brokenInPut(scenario, body);
    // The merged put is not for softirqs (R8): here the question is what else breaks.
    if (broken.length > 0) expect(broken).toEqual(expect.arrayContaining(found));
    expect(found).toEqual(broken.length === 0 ? [] : expect.arrayContaining(broken.slice(0, 1)));
  });

  test("a put in softirq context touches no mutex", async () => {
    expect(await brokenInPut("softirq-put", "if (mutex_trylock(&m)) mutex_unlock(&m);")).toContain("R8");
  });
});

describe("at the return of a helper", () => {
  test.each([
    ["R8", "spin_lock_bh(&s); spin_unlock(&s);"],
    ["R8", "unsigned long flags; read_lock_irqsave(&rw, flags); read_unlock(&rw);"],
    ["R8", "spin_lock_irq(&s); spin_unlock_bh(&s);"],
    ["R8", "mutex_lock(&m); mutex_unlock(&m); local_lock(&local);"],
    ["R8", "unsigned long flags; while (!spin_trylock_irqsave(&s, flags)) cpu_relax(); spin_unlock(&s);"],
    ["R8", "local_bh_enable();"],
    [
      "R8",
      "unsigned long flags; local_irq_disable(); local_irq_save(flags); local_irq_restore(flags); msleep(1); local_irq_enable();",
    ],
    ["R2", "lockdep_assert_irqs_disabled();"],
    ["R2", "guard(irq)(); lockdep_assert_irqs_enabled();"],
    ["R7", "unsigned long flags; local_irq_restore(flags);"],
    // Who waits for the lock does so for ever: that is what is told.
    ["R9", "bit_spin_lock(0, &bits);"],
    ["R9", "spin_lock_bh(&s);"],
    ["R9", "unsigned long flags; spin_lock_irqsave(&s, flags);"],
  ])("%s: %s", async (id, body) => {
    expect(await brokenBy(body)).toEqual([id]);
  });

  test.each([
    "guard(irqsave)(); guard(spinlock_irqsave)(&s); guard(raw_spinlock_irqsave)(&raw);",
    "unsigned long one, two; spin_lock_irqsave(&s, one); raw_spin_lock_irqsave(&raw, two); raw_spin_unlock_irqrestore(&raw, two); BUG_ON(!irqs_disabled()); spin_unlock_irqrestore(&s, one); msleep(1);",
    "unsigned long flags; if (atomic_dec_and_lock_irqsave(&count, &s, flags)) BUG(); msleep(1);",
    "unsigned long flags; if (spin_trylock_irqsave(&s, flags)) { BUG_ON(irqs_disabled_flags(flags)); spin_unlock_irqrestore(&s, flags); } msleep(1);",
    "unsigned long flags; write_seqlock_irqsave(&seq, flags); write_sequnlock_irqrestore(&seq, flags); msleep(1);",
    "scoped_guard(local_lock_irqsave, &local) BUG_ON(!irqs_disabled()); BUG_ON(irqs_disabled());",
    "scoped_guard(read_lock_irqsave, &rw) lockdep_assert_irqs_disabled(); lockdep_assert_irqs_enabled();",
    // Interrupts are not counted: whoever switches them on has them on.
    "local_irq_disable(); spin_lock_irq(&s); spin_unlock_irq(&s); BUG_ON(irqs_disabled()); msleep(1);",
    "bit_spin_lock(0, &bits); bit_spin_unlock(0, &bits); msleep(1);",
    "preempt_disable(); preempt_disable(); preempt_enable(); preempt_enable(); msleep(1);",
  ])("nothing: %s", async (body) => {
    expect(await brokenBy(body)).toEqual([]);
  });

  test("at boot it is refused", async () => {
    const text = `${before}\nstatic int done; static __init int start(void) { preempt_disable(); done = 1; return 0; }
${getAndPut("", "if (!done) return -EIO;", "")}`;
    await expect(async () => checkC(await fromText(text), ["dpamt-off"])).rejects.toThrow(
      "test.c:11: start() returns at boot with preemption, migration, softirqs or interrupts off",
    );
  });
});

describe("a lock that is taken in softirq context", () => {
  test.each([
    ["-", "local_bh_disable(); spin_lock(&s); spin_unlock(&s); local_bh_enable();"],
    ["-", "local_irq_disable(); spin_lock(&s); spin_unlock(&s); local_irq_enable();"],
    ["-", "read_lock_bh(&rw); read_unlock_bh(&rw); write_lock_irq(&rw); write_unlock_irq(&rw);"],
    ["-", "local_lock_irq(&local); bit_spin_lock(0, &bits); bit_spin_unlock(0, &bits); local_unlock_irq(&local);"],
    ["R8", "preempt_disable(); spin_lock(&s); spin_unlock(&s); preempt_enable();"],
    ["R8", "local_lock(&local); spin_lock(&s); spin_unlock(&s); local_unlock(&local);"],
    ["R8", "bit_spin_lock(0, &bits); spin_lock(&s); spin_unlock(&s); bit_spin_unlock(0, &bits);"],
    ["R8", "write_lock(&rw); write_unlock(&rw);"],
    ["R8", "local_irq_disable(); spin_lock_irq(&s); spin_unlock_irq(&s); spin_lock(&s); spin_unlock(&s);"],
  ])("%s: %s", async (id, body) => {
    const text = readFileSync(join(fixtures, "contexts/good.c"), "utf8")
      .replace("static refcount_t *users;", `${before}\n$&`)
      .replace("\tret = is_open()", `\t{ ${body} }\n$&`)
      .replace("\tlocal_lock(", `\t{ ${body} }\n$&`);
    const subject = await fromText(text, { name: "contexts/good.c", sources: treeSources(fixtures) });
    const result = await checkC(subject, ["softirq-put"], { allocFailures: 0 });
    expect(result.scenarios.flatMap((each) => [...each.broken])).toEqual(id === "-" ? [] : [id]);
  });
});
