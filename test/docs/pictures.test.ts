/** Pictures of the report and of the page: all are taken by `npm run pictures`, and each is shown somewhere. */
import { expect, test } from "vitest";
import { shots } from "../../tools/pictures/shots.js";
import { projectFiles, read } from "../support/repository.js";

const taken = shots("report", "page").map(({ name }) => `docs/images/${name}.png`);

test("all pictures that are there are taken by the command", () => {
  expect(projectFiles().filter((path) => path.endsWith(".png"))).toEqual(taken.sort());
});

test("each is shown by a document", () => {
  const documents = projectFiles().filter((path) => path.endsWith(".md"));
  const shown = documents.map(read).join("\n");
  for (const path of taken) expect(shown).toContain(path.replace("docs/", ""));
});
