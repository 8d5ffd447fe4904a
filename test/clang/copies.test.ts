/** Copies of memory: what was never set is not set in the copy, wherever that lies. */
import { expect, it } from "vitest";
import { checkC, fromText } from "./support/c.js";

const text = (get: string): string => `#include <linux/mm.h>
#include <linux/slab.h>
#include <linux/string.h>
#include <asm/tdx.h>
struct setup { int a; int b; u64 c; };
static struct setup *setup;
static struct setup other;
static int __init setup_init(void)
{
	setup = kmalloc(sizeof(*setup), GFP_KERNEL);
	setup->a = 1;
	return 0;
}
int tdx_pamt_get(struct page *page) { ${get} return 0; }
void tdx_pamt_put(struct page *page) {}
`;

it.each([
  ["what was never set", "if (setup->b) return -EINVAL;", "violated"],
  ["what was set", "if (setup->a != 1) return -EINVAL;", "held"],
  ["a structure on the stack", "struct setup copy = *setup; if (copy.b) return -EINVAL;", "violated"],
  ["a member of it that was set", "struct setup copy = *setup; if (copy.a != 1) return -EINVAL;", "held"],
  ["a part on the stack", "struct setup copy; memcpy(&copy, setup, 8); if (copy.b) return -EINVAL;", "violated"],
  ["an array on the stack", "u8 copy[16]; memcpy(copy, setup, 16); if (copy[12]) return -EINVAL;", "violated"],
  ["a byte of it that was set", "u8 copy[16]; memcpy(copy, setup, 16); if (copy[0] != 1) return -EINVAL;", "held"],
  ["a variable of all CPUs", "memcpy(&other, setup, sizeof(other)); if (other.c) return -EINVAL;", "violated"],
  ["a part of that", "memcpy(&other, setup, 8); if (other.c) return -EINVAL;", "held"],
])("%s: %s", async (_, get, verdict) => {
  const result = await checkC(await fromText(text(get)), ["dpamt-off"], { cpus: 1, allocFailures: 0 });
  const broken = result.scenarios.flatMap((each) => [...each.broken]);
  expect(broken.includes("R7") ? "violated" : "held").toBe(verdict);
});
