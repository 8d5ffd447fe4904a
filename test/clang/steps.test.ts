/** Steps of a counterexample of C: what a reader of the source takes for one step is one. */
import { expect, test } from "vitest";
import { checkC, fromText } from "./support/c.js";

test("fences of one line with nothing between them are one step", async () => {
  const subject = await fromText(`#include <linux/mm.h>
int tdx_pamt_get(struct page *page)
{
	for (int i = 0; i < 3; i++)
		mb();
	smp_mb();
	return -22;
}
void tdx_pamt_put(struct page *page)
{
}
`);
  const { counterexample } = await checkC(subject, ["main"], {}, { explain: true });
  const fences = counterexample?.steps.filter(({ text }) => text === "smp_mb()") ?? [];
  expect(fences.map(({ source }) => source?.line)).toEqual([5, 6]);
});
