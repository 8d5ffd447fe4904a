/** First fit: who allocates first gets a lower page, so the search must try who comes first at each page. */
import { expect, it } from "vitest";
import { memoryModels } from "../../src/explore/index.js";
import { exploredC, usualVariants } from "./support/c-explored.js";
import { compiledPrograms } from "./support/c-programs.js";
import { referenceC } from "./support/c-reference.js";

const ODD = 1;
const both =
  "struct page *one = alloc_page(GFP_KERNEL), *two = alloc_page(GFP_KERNEL); SEE(page_to_pfn(two) - page_to_pfn(one));";

it.each(memoryModels)("two CPUs that allocate two pages each get them in every order, under %s", async (memory) => {
  const [programs] = await compiledPrograms([{ shared: {}, cpus: [both, both] }], 0, ODD);
  if (programs === undefined) throw new Error("nothing was compiled");
  expect(programs.placement).toBe("first-fit");
  // How far the second page lies behind the first: one after the other, in turn, or one CPU's between the other's.
  const expected = ["1,1", "2,2", "1,3"]
    .map((far) => `lost=0 | ${far.replace(/\d/g, (each) => `p0_cpu0:${Number(each) + 1}`)}`)
    .sort();
  expect([...referenceC(programs, memory, 20_000).finals].sort()).toEqual(expected);
  for (const variant of usualVariants(memory)) {
    expect([...exploredC(programs, variant).finals].sort()).toEqual(expected);
  }
});
