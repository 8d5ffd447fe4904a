/** What the documents point to is there: other documents, headings in them, and files of the source. */
import { dirname, join, normalize } from "node:path";
import { expect, it } from "vitest";
import { projectFiles, read } from "../support/repository.js";

const files = projectFiles();
const known = new Set(
  files.flatMap((path) => path.split("/").map((_, depth, parts) => parts.slice(0, depth + 1).join("/"))),
);
const documents = files.filter((path) => /^(?:docs\/.*|bench\/[^/]*|[^/]*)\.md$/.test(path));

/** A text without its blocks of code. */
function prose(path: string): string {
  return read(path).replaceAll(/^```[\s\S]*?^```/gm, "");
}

/** Names of the headings of a document, as links give them. */
function headings(path: string): string[] {
  return [...prose(path).matchAll(/^#+ (.*)$/gm)].map(([, text = ""]) =>
    text
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}_\- ]/gu, "")
      .trim()
      .replaceAll(" ", "-"),
  );
}

function brokenLinks(path: string): string[] {
  const links = [...prose(path).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = ""]) => link);
  return links
    .filter((link) => !/^[a-z]+:/.test(link))
    .filter((link) => {
      const [file = "", anchor] = link.split("#");
      const target = file === "" ? path : normalize(join(dirname(path), file)).replace(/\/$/, "");
      if (!known.has(target)) return true;
      return anchor !== undefined && target.endsWith(".md") && !headings(target).includes(anchor);
    })
    .map((link) => `${path}: ${link}`);
}

it("links lead to files and headings", () => {
  expect(documents.length).toBeGreaterThan(30);
  expect(documents.flatMap(brokenLinks)).toEqual([]);
});

it("named files of the source are there", () => {
  const named = documents.flatMap((path) =>
    [...read(path).matchAll(/`((?:src|test|web|tools|bench)\/[\w./-]+\.(?:tsx?|mjs|c))`/g)]
      .map(([, file = ""]) => file)
      // In instructions, names in capitals stand for names to be chosen.
      .filter((file) => !/[A-Z]{2}/.test(file) && !known.has(file))
      .map((file) => `${path}: ${file}`),
  );
  expect(named).toEqual([]);
});
