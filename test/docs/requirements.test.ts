/** Each requirement has its page, which says at the top what the requirement says, and its line in the index there. */
import { readdirSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { requirements } from "../../src/check/index.js";
import { findingsByName } from "../../src/explore/step/observer.js";
import { read } from "../support/repository.js";

const FOLDER = "docs/requirements";
const index = read(`${FOLDER}/README.md`);

const pageOf = (id: string): string => `R${id.slice(1).padStart(2, "0")}.md`;

describe("requirements", () => {
  it.each(requirements)("$id: its page says it first, and the index names it", ({ id, title, statement, warning }) => {
    const [heading, said = ""] = read(`${FOLDER}/${pageOf(id)}`).split("\n\n");
    expect(heading).toBe(`# ${id}: ${title}`);
    const plain = said.replace(/\s+/g, " ").replace(/\[([^\]]*)\]\([^)]*\)/g, "$1");
    expect(statement).toBe(plain.replace(/\*\*|`/g, "").trim());
    expect(index).toContain(`\n| [${id}](${pageOf(id)}) | ${title}${warning === true ? " (a warning)" : ""} |`);
  });

  it("have all the pages, and their ids in order", () => {
    const pages = readdirSync(FOLDER).filter((name) => name !== "README.md");
    expect(pages.sort()).toEqual(requirements.map(({ id }) => pageOf(id)));
    expect(requirements.map(({ id }) => id)).toEqual(requirements.map((_, at) => `R${at + 1}`));
  });

  it("take up each thing that the engine finds by itself, once", () => {
    const found = requirements.flatMap(({ findings = [] }) => findings);
    expect(found.sort()).toEqual(Object.keys(findingsByName).sort());
  });
});
