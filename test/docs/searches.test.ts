/** The table of strategies in the documents has each of them, and says which can say `holds`. */
import { expect, it } from "vitest";
import { searches, strategies } from "../../src/check/index.js";
import { read } from "../support/repository.js";

const rows = read("docs/internals/searches.md").split("\n");

it.each(strategies)("%s has its row, which says whether it can say `holds`", (strategy) => {
  const row = rows.find((line) => line.startsWith(`| \`${strategy}\``));
  expect(row?.split(" | ").at(-1)).toBe(searches[strategy].samples === true ? "no |" : "yes |");
});
