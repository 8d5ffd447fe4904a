/** Names of leaves, page types and levels. */
import { describe, expect, it } from "vitest";
import { hasVersions, Leaf, Level, leafName, levelName, PageType, pageTypeName } from "../../src/abi/index.js";

const numbers = (enumeration: Record<string, string | number>): number[] =>
  Object.values(enumeration).filter((value) => typeof value === "number");

describe("names", () => {
  it("of leaves are the specification's", () => {
    for (const leaf of Object.values(Leaf)) expect(leafName(leaf)).toMatch(/^TDH(\.[A-Z]+)+$/);
    expect([Leaf.VpEnter, Leaf.PhymemPamtAdd, Leaf.MngVpflushdone].map(leafName)).toEqual([
      "TDH.VP.ENTER",
      "TDH.PHYMEM.PAMT.ADD",
      "TDH.MNG.VPFLUSHDONE",
    ]);
    expect(leafName(63)).toBeUndefined();
    const versioned = Array.from({ length: 64 }, (_, leaf) => leaf).filter(hasVersions);
    expect(versioned).toEqual([3, 11, 22, 23, 26, 30, 33, 53]);
  });

  it("of leaves belong to one number each", () => {
    const leaves = Object.values(Leaf);
    expect(new Set(leaves).size).toBe(leaves.length);
  });

  it("of page types and levels are short", () => {
    for (const type of numbers(PageType)) expect(pageTypeName(type)).toMatch(/^[A-Z]+$/);
    expect(pageTypeName(2)).toBe("type 2");
    expect([Level.Page4K, Level.Page2M, Level.Page1G, 3].map(levelName)).toEqual(["4K", "2M", "1G", "level 3"]);
  });
});
