/** Names of leaves, page types and levels. */
import { describe, expect, it } from "vitest";
import { hasVersions, Leaf, Level, leafName, levelName, PageType, pageTypeName } from "../../src/abi/index.js";

const numbers = (enumeration: Record<string, string | number>): number[] =>
  Object.values(enumeration).filter((value) => typeof value === "number");

describe("names", () => {
  it("of leaves are the specification's", () => {
    for (const leaf of numbers(Leaf)) expect(leafName(leaf)).toMatch(/^TDH(\.[A-Z]+)+$/);
    expect(leafName(Leaf.PhymemPamtAdd)).toBe("TDH.PHYMEM.PAMT.ADD");
    expect(leafName(63)).toBeUndefined();
    expect([Leaf.MemSeptAdd, Leaf.PhymemPamtAdd].map(hasVersions)).toEqual([true, false]);
  });

  it("of page types and levels are short", () => {
    for (const type of numbers(PageType)) expect(pageTypeName(type)).toMatch(/^[A-Z]+$/);
    expect(pageTypeName(2)).toBe("type 2");
    expect([Level.Page4K, Level.Page2M, Level.Page1G, 3].map(levelName)).toEqual(["4K", "2M", "1G", "level 3"]);
  });
});
