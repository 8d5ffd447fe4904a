/** Signals: who has to wait, and says that he may be woken, is told of one where the environment chooses so. */
import { describe, expect, test } from "vitest";
import { checkC, fromText } from "./support/c.js";

const before = `#include <linux/completion.h>
#include <linux/mutex.h>
#include <linux/rwsem.h>
#include <linux/semaphore.h>
#include <linux/smp.h>
#include <linux/wait.h>
#include <asm/tdx.h>
static DEFINE_MUTEX(m); static DEFINE_SEMAPHORE(sem, 1); static DECLARE_RWSEM(r); static DECLARE_COMPLETION(c);
static DECLARE_WAIT_QUEUE_HEAD(wq); static int flag, shared;`;

/** What breaks where get does this. @param failures signals that may come */
async function brokenBy(body: string, cpus: number, failures = 1): Promise<string[]> {
  const text = `${before}\nint tdx_pamt_get(struct page *page) { ${body} return 0; }\nvoid tdx_pamt_put(struct page *page) { }`;
  const result = await checkC(await fromText(text), ["dpamt-off"], { cpus, allocFailures: failures });
  return result.scenarios.flatMap((each) => [...each.broken]);
}

describe("a signal", () => {
  const waits = [
    "if (mutex_lock_interruptible(&m)) BUG(); shared++; mutex_unlock(&m);",
    "if (mutex_lock_killable(&m)) BUG(); shared++; mutex_unlock(&m);",
    "scoped_cond_guard(mutex_intr, BUG(), &m) shared++;",
    "if (down_interruptible(&sem)) BUG(); shared++; up(&sem);",
    "if (down_killable(&sem)) BUG(); shared++; up(&sem);",
    "if (down_read_interruptible(&r)) BUG(); up_read(&r); down_write(&r); shared++; up_write(&r);",
    "if (down_write_killable(&r)) BUG(); shared++; up_write(&r);",
    "if (smp_processor_id()) complete_all(&c); else if (wait_for_completion_interruptible(&c)) BUG();",
    "if (smp_processor_id()) complete_all(&c); else if (wait_for_completion_killable_timeout(&c, 9) < 0) BUG();",
    "if (smp_processor_id()) WRITE_ONCE(flag, 1); else if (wait_event_interruptible(wq, READ_ONCE(flag))) BUG();",
    "if (smp_processor_id()) WRITE_ONCE(flag, 1); else if (wait_event_killable_timeout(wq, READ_ONCE(flag), 9) < 0) BUG();",
  ];

  test.each(waits)("comes to who waits: %s", async (body) => {
    expect(await brokenBy(body, 2)).toEqual(["R2"]);
    expect(await brokenBy(body, 2, 0)).toEqual([]);
  });

  test.each(waits.slice(0, 7))("does not come to who need not wait: %s", async (body) => {
    expect(await brokenBy(body, 1)).toEqual([]);
  });
});
