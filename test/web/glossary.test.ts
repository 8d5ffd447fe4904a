/** The words of the glossary in texts of the page. */
import { describe, expect, it } from "vitest";
import { finderOf, termsIn } from "../../web/page/glossary.js";
import { read } from "../support/repository.js";

const glossary = read("docs/glossary.md");
const glossed = finderOf(glossary);

describe("the glossary", () => {
  it("has every row, and says what each word means without links and places in the source", () => {
    const terms = termsIn(glossary);
    expect(terms.length).toBeGreaterThan(60);
    for (const { name, meaning } of terms) {
      expect(name).not.toMatch(/[`*|]/);
      expect(meaning).not.toMatch(/`|\]\(|\(src/);
      expect(meaning.length).toBeGreaterThan(10);
    }
    expect(terms.map(({ name }) => name)).toContain("context switch");
  });

  it("finds each word once, in the singular and the plural, and no part of another", () => {
    const words = (text: string) => glossed(text).flatMap((part) => (typeof part === "string" ? [] : [part.word]));
    expect(words("Regions and a region, then a subregion.")).toEqual(["Regions"]);
    expect(words("two context switches of one battery")).toEqual(["context switches", "battery"]);
    expect(words("nothing here")).toEqual([]);
  });

  it("leaves the text as it is", () => {
    const text = "A pair of a region; a helper in a scenario.";
    expect(
      glossed(text)
        .map((part) => (typeof part === "string" ? part : part.word))
        .join(""),
    ).toBe(text);
  });
});
