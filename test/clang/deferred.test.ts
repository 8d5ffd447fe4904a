/** Functions that run beside the calls of helpers: callbacks of RCU, work items, timers. Good and bad files. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { checkC, fixture, fixtures, fromText, getAndPut } from "./support/c.js";

const rows = readFileSync(join(fixtures, "deferred/INDEX.tsv"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [file: string, id: string, line: string]);

function subjectOf(file: string) {
  if (file.endsWith(".c")) return fixture(`deferred/${file}`);
  return fixture(`deferred/${file.slice(0, file.indexOf("-"))}.c`, `deferred/${file}`);
}

describe("functions that run later", () => {
  test.each(rows)(
    "%s: %s at %s",
    async (file, id, line) => {
      const result = await checkC(await subjectOf(file), ["main"], { allocFailures: 0 }, { explain: true });
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
    ["a loop that waits", "while (test_and_set_bit(0, &bits)) cpu_relax();", "", /a loop waits in softirq context/],
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
