/** Documents as pages: links between them, nothing that runs, and no HTML but their own. */
import { expect, it } from "vitest";
import { pageOf, servedAs } from "../../tools/site/render.mjs";
import { projectFiles, read } from "../support/repository.js";

function rendered(markdown: string, path = "docs/a/b.md", others: readonly string[] = []): string {
  const page = pageOf(path, new Map([[path, markdown]]), new Set([path, ...others]));
  return page.slice(page.indexOf("<main"), page.indexOf("</main>"));
}

it("every link of every document leads to a page and a heading that are there", () => {
  const paths = projectFiles().filter((path) => servedAs(path) !== undefined);
  const documents = new Map(paths.filter((path) => path.endsWith(".md")).map((path) => [path, read(path)]));
  const served = new Set(paths);
  const pages = new Map([...documents.keys()].map((path) => [servedAs(path) ?? "", pageOf(path, documents, served)]));
  const broken = [...pages].flatMap(([own, page]) =>
    [...page.matchAll(/(?:href|src|srcset)="([^"]*)"/g)]
      .map(([, address = ""]) => address.replaceAll("&#39;", "'"))
      .filter((address) => !/^(?:https?:|data:)/.test(address) && !address.endsWith("docs.css"))
      .filter((address) => {
        const { pathname, hash } = new URL(address, `http://x/docs/${own}`);
        if (pathname === "/index.html") return false;
        const target = pathname.slice("/docs/".length);
        if (!pages.has(target)) return !paths.some((path) => servedAs(path) === target);
        return hash !== "" && !pages.get(target)?.includes(` id="${decodeURIComponent(hash.slice(1))}"`);
      })
      .map((address) => `${own}: ${address}`),
  );
  expect(pages.size).toBeGreaterThan(50);
  expect(broken).toEqual([]);
});

it.each([
  ["<script>alert(1)</script>", "<script"],
  ["a <img src=x onerror=alert(1)> b", "<img"],
  ["[x](javascript:alert(1))", "javascript:"],
  ["![x](javascript:alert(1))", "<img"],
  ["![x](https://example.org/x.png)", "<img"],
  ['<picture><source media="x" srcset="y"><img src=x onerror=alert(1)></picture>', "<picture"],
  ["# a <b onclick=x>", "<b "],
  ["`<b>`", "<b>"],
])("shows as text what could run: %j", (markdown, part) => {
  expect(rendered(markdown)).not.toContain(part);
});

it("shows a link to what is not served as its text", () => {
  expect(rendered("[the engine](../../src/explore/index.ts)")).toContain("<p>the engine</p>");
  expect(rendered("[c](../c.md#x)", "docs/a/b.md", ["docs/c.md"])).toContain('<a href="../c.html#x">c</a>');
});

it("names headings as links do, and tells equal ones apart", () => {
  const page = rendered("# A `b`, c\n\n## One\n\n## One\n");
  for (const id of ["a-b-c", "one", "one-1"]) expect(page).toContain(` id="${id}"`);
});
