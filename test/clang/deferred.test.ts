/** Functions that run beside the calls of helpers: callbacks of RCU, work items, timers. Good and bad files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkC, fixture, fixtures, fromText, getAndPut } from "./support/c.js";

const rows = readFileSync(join(fixtures, "deferred/INDEX.tsv"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [file: string, id: string, line: string, cpus?: string]);

function subjectOf(file: string) {
  if (file.endsWith(".c")) return fixture(`deferred/${file}`);
  return fixture(`deferred/${file.slice(0, file.indexOf("-"))}.c`, `deferred/${file}`);
}

describe("functions that run later", () => {
  test.each(rows)(
    "%s: %s at %s",
    async (file, id, line, cpus = "2") => {
      const bounds = { cpus: Number(cpus), allocFailures: 0 };
      const result = await checkC(await subjectOf(file), ["main"], bounds, { explain: true });
      const broken = result.scenarios.flatMap((each) => [...each.broken]);
      if (id === "-") {
        expect(broken).toEqual([]);
        expect(result.verdict).toBe("holds");
        return;
      }
      expect(broken).toContain(id);
      const found = result.counterexamples.find(({ requirement }) => requirement === id);
      expect(found?.sources?.map(({ text }) => text)).toContain(line);
    },
    400_000,
  );
});

describe("a SEAMCALL that fails by nobody's fault in a function that runs later", () => {
  const again = "(removal_failed = true, true)";
  const text = readFileSync(join(fixtures, "deferred/removal.c"), "utf8");

  /** @param condition under which the function warns and returns, before it looks at what there is to do */
  async function brokenBy(condition: string): Promise<string[]> {
    const changed = text
      .replace("static unsigned long last_left;", "$&\nstatic bool removal_failed;")
      .replace("seamcall_ret(TDH_PHYMEM_PAMT_REMOVE, &args)", `$& && ${again}`)
      .replace("\tregion = last_left;", `\tif (WARN_ON(${condition}))\n\t\treturn;\n$&`);
    const result = await checkC(
      await fixture("deferred/removal.c", undefined, { text: changed }),
      ["seamcall-failure"],
      {
        regions: 1,
      },
    );
    return result.scenarios.flatMap((each) => [...each.broken]);
  }

  test("may be warned of", async () => {
    expect(await brokenBy("false")).toEqual([]);
  });

  test.each(["!last_left", "removal_failed"])("excuses no other warning: %s", async (condition) => {
    expect(await brokenBy(condition)).toContain("R1");
  });
});

/** Helpers whose put arms a timer that does this. */
function timerThat(does: string, before = ""): string {
  return getAndPut(
    `#include <linux/bitops.h>
#include <linux/mm.h>
#include <linux/percpu.h>
#include <linux/timer.h>
#include <asm/tdx.h>
static unsigned long bits;
${before}
static void later(struct timer_list *timer)
{
	${does}
}
static DEFINE_TIMER(timer, later);`,
    "test_and_clear_bit(0, &bits);",
    "mod_timer(&timer, 1); set_bit(0, &bits);",
  );
}

describe("what is refused in a function that runs later", () => {
  test.each([
    [
      "a loop that waits",
      "while (test_and_set_bit(0, &bits)) cpu_relax();",
      "",
      /a loop waits in softirq or interrupt context/,
    ],
    ["what each CPU has", "this_cpu_inc(mine);", "static DEFINE_PER_CPU(int, mine);", /uses what each CPU has/],
  ])("%s", async (_what, does, before, message) => {
    await expect(
      checkC(await fromText(timerThat(does, before)), ["main"], { use: "none" }, { ignored: ["R3"] }),
    ).rejects.toThrow(message);
  });

  test("a loop that gets on is none that waits", async () => {
    const does = "for (int i = 0; i < 3; i++) change_bit(1, &bits); while (test_and_clear_bit(1, &bits)) barrier();";
    const result = await checkC(await fromText(timerThat(does)), ["main"], { use: "none" }, { ignored: ["R3"] });
    expect(result.scenarios.flatMap((each) => [...each.broken])).not.toContain("R9");
  });
});

const kinds = `#include <linux/bug.h>
#include <linux/hrtimer.h>
#include <linux/interrupt.h>
#include <linux/irq_work.h>
#include <linux/preempt.h>
#include <linux/slab.h>
#include <linux/spinlock.h>
#include <linux/srcu.h>
#include <linux/timer.h>
#include <linux/workqueue.h>
#include <asm/tdx.h>
static bool goes_on = true; static int runs; static struct workqueue_struct *queue; static DEFINE_SPINLOCK(lock);
static struct srcu_struct domain; static DEFINE_MUTEX(mutex);
static void repeat(struct work_struct *work) { if (READ_ONCE(goes_on)) queue_work(queue, work); }
static DECLARE_WORK(repeated, repeat);
static void once(struct work_struct *work) { WRITE_ONCE(runs, READ_ONCE(runs) + 1); }
static DECLARE_WORK(first, once); static DECLARE_WORK(second, once); static DECLARE_DELAYED_WORK(late, once);
static void twice(struct work_struct *work) { once(work); if (READ_ONCE(runs) == 1) queue_work(queue, work); }
static DECLARE_WORK(again_once, twice);
static void itself(struct tasklet_struct *t) { tasklet_schedule(t); }
static DECLARE_TASKLET(scheduled, itself); static DECLARE_TASKLET_DISABLED(disabled, itself);
static void count(struct tasklet_struct *t) { WRITE_ONCE(runs, READ_ONCE(runs) + 1); }
static DECLARE_TASKLET_DISABLED(counted, count);
static enum hrtimer_restart again(struct hrtimer *t)
{
	hrtimer_forward_now(t, 1);
	WRITE_ONCE(runs, 1);
	return HRTIMER_RESTART;
}
static enum hrtimer_restart stops(struct hrtimer *t)
{
	WARN_ON(!hrtimer_callback_running(t) || !irqs_disabled() || !in_hardirq());
	WRITE_ONCE(runs, READ_ONCE(runs) + 1);
	return HRTIMER_NORESTART;
}
static struct hrtimer timer;
#define SETUP(function) hrtimer_setup(&timer, function, CLOCK_MONOTONIC, HRTIMER_MODE_REL)
static void arms(struct irq_work *work) { WARN_ON(!in_irq()); }
static DEFINE_IRQ_WORK(interrupt, arms);
static void fires(struct timer_list *t) { WRITE_ONCE(runs, READ_ONCE(runs) + 1); }
static DEFINE_TIMER(list, fires);
static void deletes(struct irq_work *work) { timer_delete_sync(&list); }
static DEFINE_IRQ_WORK(deleting, deletes);
static int __init make(void)
{
	queue = alloc_ordered_workqueue("q", 0);
	return queue ? 0 : -ENOMEM;
}
early_initcall(make);
`;

/** What breaks where a put of the only CPU does this. */
async function brokenAlone(put: string): Promise<string[]> {
  const subject = await fromText(getAndPut(kinds, "", `WRITE_ONCE(runs, 0); WRITE_ONCE(goes_on, true); ${put}`));
  const bounds = { allocFailures: 0, cpus: 1 } as const;
  const result = await checkC(subject, ["dpamt-off"], bounds, { explain: false });
  const broken = result.scenarios.flatMap((each) => [...each.broken]);
  expect(result.verdict).toBe(broken.length === 0 ? "holds" : "violated");
  return broken;
}

describe("a put that defers", () => {
  test.each([
    // Whoever waits for an item lets it run, however often it has run before.
    ["-", "queue_work(queue, &repeated); WRITE_ONCE(goes_on, false); drain_workqueue(queue);"],
    [
      "-",
      "queue_work(queue, &repeated); WRITE_ONCE(goes_on, false); drain_workqueue(queue); WARN_ON(work_busy(&repeated));",
    ],
    ["R9", "queue_work(queue, &repeated); drain_workqueue(queue);"],
    ["-", "queue_work(queue, &repeated); flush_workqueue(queue);"],
    ["-", "queue_work(queue, &repeated); cancel_work_sync(&repeated); WARN_ON(work_busy(&repeated));"],
    ["R1", "queue_work(queue, &repeated); cancel_work(&repeated); WARN_ON(work_busy(&repeated));"],
    ["-", "queue_work(queue, &first); flush_work(&first); WARN_ON(READ_ONCE(runs) != 1);"],
    ["R1", "queue_work(queue, &first); cancel_work_sync(&first); WARN_ON(READ_ONCE(runs) != 1);"],
    ["R1", "queue_work(queue, &first); cancel_work_sync(&first); WARN_ON(READ_ONCE(runs) != 0);"],
    // One after the other.
    [
      "-",
      "queue_work(queue, &first); queue_work(queue, &second); flush_workqueue(queue); WARN_ON(READ_ONCE(runs) != 2);",
    ],
    ["-", "queue_work(queue, &first); queue_work(queue, &second); flush_work(&second); WARN_ON(READ_ONCE(runs) != 2);"],
    ["R1", "schedule_work(&first); schedule_work(&second); flush_work(&second); WARN_ON(READ_ONCE(runs) != 2);"],
    ["-", "queue_work(queue, &first); queue_work(queue, &second); cancel_work_sync(&first); flush_work(&second);"],
    [
      "-",
      "queue_work(queue, &first); queue_work(queue, &second); queue_work(queue, &first); flush_work(&first); flush_work(&second);",
    ],
    ["R7", "destroy_workqueue(queue); queue_work(queue, &first);"],
    // What an item asks for meanwhile is not waited for.
    ["R1", "queue_work(queue, &again_once); flush_work(&again_once); WARN_ON(READ_ONCE(runs) != 2);"],
    ["R1", "queue_work(queue, &again_once); flush_workqueue(queue); WARN_ON(READ_ONCE(runs) != 2);"],
    [
      "-",
      "queue_work(queue, &again_once); flush_work(&again_once); WARN_ON(READ_ONCE(runs) == 0); drain_workqueue(queue);",
    ],
    ["-", "queue_work(queue, &again_once); drain_workqueue(queue); WARN_ON(READ_ONCE(runs) != 2);"],
    [
      "-",
      "queue_work(queue, &again_once); while (!READ_ONCE(runs)) cpu_relax(); flush_work(&again_once); flush_work(&again_once); WARN_ON(READ_ONCE(runs) != 2);",
    ],
    // What waits for its time is in no queue.
    ["R1", "queue_delayed_work(queue, &late, 1); flush_workqueue(queue); WARN_ON(READ_ONCE(runs) != 1);"],
    ["R1", "queue_delayed_work(queue, &late, 1); flush_work(&late.work); WARN_ON(READ_ONCE(runs) != 1);"],
    ["R1", "schedule_delayed_work(&late, 1); flush_scheduled_work(); WARN_ON(READ_ONCE(runs) != 1);"],
    ["-", "queue_delayed_work(queue, &late, 1); flush_delayed_work(&late); WARN_ON(READ_ONCE(runs) != 1);"],
    ["-", "queue_delayed_work(queue, &late, 0); flush_workqueue(queue); WARN_ON(READ_ONCE(runs) != 1);"],
    [
      "-",
      "queue_delayed_work(queue, &late, 1); mod_delayed_work(queue, &late, 0); flush_workqueue(queue); WARN_ON(READ_ONCE(runs) == 0);",
    ],
    [
      "R1",
      "queue_delayed_work(queue, &late, 0); mod_delayed_work(queue, &late, 1); flush_workqueue(queue); WARN_ON(READ_ONCE(runs) != 1);",
    ],
    [
      "R1",
      "queue_delayed_work(queue, &late, 1); queue_work(queue, &second); flush_work(&second); WARN_ON(READ_ONCE(runs) != 2); cancel_delayed_work_sync(&late);",
    ],
    [
      "R1",
      "queue_delayed_work(queue, &late, 1); queue_work(queue, &second); flush_delayed_work(&late); WARN_ON(READ_ONCE(runs) != 2); flush_workqueue(queue);",
    ],
    [
      "-",
      "queue_delayed_work(queue, &late, 1); queue_work(queue, &second); flush_delayed_work(&late); flush_work(&second); WARN_ON(READ_ONCE(runs) != 2);",
    ],
    // Tasklets.
    ["-", "tasklet_schedule(&scheduled); tasklet_kill(&scheduled);"],
    [
      "-",
      "tasklet_schedule(&counted); tasklet_schedule(&counted); tasklet_enable(&counted); tasklet_kill(&counted); WARN_ON(READ_ONCE(runs) != 1); tasklet_disable(&counted);",
    ],
    [
      "-",
      "tasklet_schedule(&counted); WARN_ON(READ_ONCE(runs)); tasklet_enable(&counted); tasklet_kill(&counted); tasklet_disable(&counted);",
    ],
    [
      "R1",
      "tasklet_schedule(&counted); tasklet_enable(&counted); WARN_ON(READ_ONCE(runs)); tasklet_kill(&counted); tasklet_disable(&counted);",
    ],
    [
      "-",
      "tasklet_enable(&counted); tasklet_schedule(&counted); tasklet_disable(&counted); int seen = READ_ONCE(runs); WARN_ON(seen != READ_ONCE(runs)); tasklet_enable(&counted); tasklet_kill(&counted); tasklet_disable(&counted);",
    ],
    [
      "R1",
      "tasklet_enable(&counted); tasklet_schedule(&counted); tasklet_disable_nosync(&counted); int seen = READ_ONCE(runs); WARN_ON(seen != READ_ONCE(runs)); tasklet_enable(&counted); tasklet_kill(&counted); tasklet_disable(&counted);",
    ],
    ["R9", "tasklet_schedule(&disabled);"],
    ["R8", "spin_lock(&lock); tasklet_disable(&scheduled); spin_unlock(&lock);"],
    ["-", "spin_lock(&lock); tasklet_disable_in_atomic(&scheduled); spin_unlock(&lock);"],
    // High-resolution timers.
    [
      "-",
      "SETUP(again); hrtimer_start(&timer, 1, HRTIMER_MODE_REL); hrtimer_cancel(&timer); WARN_ON(hrtimer_active(&timer));",
    ],
    [
      "R1",
      "SETUP(again); hrtimer_start(&timer, 1, HRTIMER_MODE_REL); while (hrtimer_callback_running(&timer)) cpu_relax(); WARN_ON(hrtimer_is_queued(&timer));",
    ],
    ["R1", "SETUP(again); hrtimer_start(&timer, 1, HRTIMER_MODE_REL); WARN_ON(hrtimer_try_to_cancel(&timer) < 0);"],
    [
      "R1",
      "SETUP(again); hrtimer_start(&timer, 1, HRTIMER_MODE_REL); hrtimer_try_to_cancel(&timer); WARN_ON(hrtimer_active(&timer));",
    ],
    [
      "-",
      "SETUP(again); hrtimer_update_function(&timer, stops); hrtimer_start(&timer, 1, HRTIMER_MODE_REL); if (hrtimer_cancel(&timer)) WARN_ON(READ_ONCE(runs)); else WARN_ON(READ_ONCE(runs) != 1);",
    ],
    [
      "-",
      "irq_work_queue(&interrupt); irq_work_sync(&interrupt); WARN_ON(in_irq() || irq_work_is_pending(&interrupt));",
    ],
    ["R8", "spin_lock_irq(&lock); irq_work_sync(&interrupt); spin_unlock_irq(&lock);"],
    ["R1", "irq_work_queue(&deleting);"],
    ["-", "mod_timer(&list, 1); timer_delete_sync(&list); WARN_ON(timer_pending(&list));"],
    [
      "-",
      "mod_timer(&list, 1); while (try_to_del_timer_sync(&list) < 0) cpu_relax(); int seen = READ_ONCE(runs); WARN_ON(seen != READ_ONCE(runs));",
    ],
    ["R1", "mod_timer(&list, 1); del_timer(&list); int seen = READ_ONCE(runs); WARN_ON(seen != READ_ONCE(runs));"],
    ["-", "mod_timer(&list, 1); timer_shutdown_sync(&list); mod_timer(&list, 1); WARN_ON(timer_pending(&list));"],
    // Staying on the CPU.
    ["R8", "migrate_disable();"],
    ["R8", "migrate_enable();"],
    ["-", "migrate_disable(); might_sleep(); migrate_enable();"],
  ])("%s: %s", async (id, put) => {
    expect(await brokenAlone(put)).toEqual(id === "-" ? [] : [id]);
  });

  test("what Linux runs beside itself is refused", async () => {
    const put = "queue_work(queue, &first); schedule_work(&first);";
    await expect(brokenAlone(put)).rejects.toThrow(/a work item that runs is queued elsewhere/);
  });
});
