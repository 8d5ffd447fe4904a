/** Tests of what `npm run explain` writes: that it is what is committed, that pictures are sound, that links lead somewhere. */
import { existsSync } from "node:fs";
import { dirname, join, normalize } from "node:path";
import { describe, expect, it } from "vitest";
import { designs } from "../../src/helpers/index.js";
import { explained } from "../../tools/explain/files.js";
import { sequenceOf } from "../../tools/explain/sequence.js";
import { picture, rect, words } from "../../tools/explain/svg.js";
import { walkAlone } from "../../tools/explain/walk.js";
import { locksTaken, seamcalls } from "../../tools/explain/words.js";
import { projectFiles, read, root } from "../support/repository.js";

const STALE = "docs/ is not what the code says: run npm run explain";

const files = explained();

describe("pages of the designs and the introduction", () => {
  it("are what the code says", async () => {
    const stale = [...(await files)].filter(([path, text]) => {
      const there = existsSync(join(root, "docs", path)) ? read(`docs/${path}`) : undefined;
      return there !== text;
    });
    expect(
      stale.map(([path]) => path),
      STALE,
    ).toEqual([]);
  });

  it("are there for each design, and for nothing else", async () => {
    const written = [...(await files).keys()].filter((path) => path.startsWith("designs/")).sort();
    const committed = projectFiles().filter((path) => path.startsWith("docs/designs/"));
    expect(written).toEqual([
      "designs/README.md",
      ...designs.flatMap(({ name }) => [`designs/${name}.md`, `designs/${name}.svg`]).sort(),
    ]);
    expect(committed).toEqual(written.map((path) => `docs/${path}`));
  });

  it("link to files that exist", async () => {
    const dead = [...(await files)].flatMap(([path, text]) =>
      path.endsWith(".md") ? linksOf(text).filter((link) => !existsSync(join(root, "docs", dirname(path), link))) : [],
    );
    expect(dead).toEqual([]);
  });

  it("name nothing that changes from run to run", async () => {
    for (const [path, text] of await files) expect(/\d+(\.\d+)? s\b/.exec(text)?.[0], path).toBeUndefined();
  });
});

describe("pictures", () => {
  it("have a title, a description, and nothing from elsewhere", async () => {
    for (const [path, text] of await files) {
      if (!path.endsWith(".svg")) continue;
      expect(text, path).toContain('role="img" aria-labelledby="title desc"');
      expect(text, path).toMatch(/<title id="title">[^<]+<\/title>\n<desc id="desc">[^<]+<\/desc>/);
      expect(text.replace("http://www.w3.org/2000/svg", ""), path).not.toMatch(/https?:|<script|<image|@import|href/);
    }
  });

  it("keep to their width", async () => {
    for (const [path, text] of await files) {
      if (!path.endsWith(".svg")) continue;
      const width = Number(/<svg [^>]*width="(\d+)"/.exec(text)?.[1] ?? 0);
      const spans = spansOf(text);
      expect(spans.length, path).toBeGreaterThan(5);
      for (const { what, from, to } of spans) {
        expect(from, `${path}: ${what}`).toBeGreaterThanOrEqual(0);
        expect(to, `${path}: ${what}`).toBeLessThanOrEqual(width);
      }
    }
  });

  it("are seen to run out at the right", () => {
    const long = "x".repeat(60);
    const spans = spansOf(
      `${rect(300, 0, 101, 10, "box")}\n${words(30, 0, long)}\n${words(390, 0, long, "end small")}`,
    );
    expect(spans.map(({ from, to }) => [from < 0, to > 400])).toEqual([
      [false, true],
      [false, true],
      [false, false],
    ]);
    expect(spansOf(words(200, 0, long, "middle big")).map(({ from, to }) => [from < 0, to > 400])).toEqual([
      [true, true],
    ]);
  });

  it("escape what they are given", () => {
    const hostile = `</text><script>alert("1")</script>&'`;
    const text = picture(10, 10, { title: hostile, description: hostile }, [words(0, 0, hostile)]);
    expect(text).not.toContain("<script");
    expect(text.match(/&lt;script&gt;alert\(&quot;1&quot;\)/g)).toHaveLength(3);
  });
});

describe("get and put alone", () => {
  it.each(designs)("$name leaves nothing behind", (design) => {
    const calls = walkAlone(design);
    expect(calls.map(({ helper }) => helper)).toEqual(["tdx_pamt_get", "tdx_pamt_get", "tdx_pamt_put", "tdx_pamt_put"]);
    const last = calls.at(-1);
    expect(last).toMatchObject({ hasPair: false });
    expect([0, null]).toContain(last?.count);
    const taken = calls.flatMap(({ items }) => items.filter(({ kind }) => kind === "take"));
    const given = calls.flatMap(({ items }) => items.filter(({ kind }) => kind === "give"));
    expect(given).toHaveLength(taken.length);
  });

  it("is told lock by lock", () => {
    const ordered = designs.find(({ name }) => name === "ordered-rwlocks");
    const calls = walkAlone(ordered!);
    expect(calls.map(locksTaken)).toEqual([
      ["write_lock(rwlock of X)", "read_lock(rwlock of Y)", "read_lock(rwlock of Z)"],
      [],
      [],
      ["write_lock(rwlock of X)"],
    ]);
    expect(calls.map(seamcalls)).toEqual([["PAMT.ADD"], [], [], ["PAMT.REMOVE"]]);
    const text = sequenceOf(ordered!, calls);
    for (const count of ["0 → 1", "1 → 2", "2 → 1", "1 → 0"]) expect(text).toContain(`>${count}</text>`);
  });

  it("shows that lazy takes the pair away from a user who stays", () => {
    const lazy = designs.find(({ name }) => name === "lazy");
    expect(walkAlone(lazy!)[2]).toMatchObject({ title: "one of two users goes", hasPair: false });
  });
});

/** Widths of a character in pixels, by the look of the words: a little less than on average, as fonts differ. */
const CHARACTER = { "": 6.3, mono: 7.6, big: 9, head: 6.8, small: 5.4 } as const;

/** How far shapes and words reach from left to right; the width of words is an estimate. */
function spansOf(svg: string): { what: string; from: number; to: number }[] {
  const boxes = [...svg.matchAll(/<rect x="(-?[\d.]+)" y="[^"]*" width="([\d.]+)"/g)].map(([what, x, width]) => ({
    what,
    from: Number(x),
    to: Number(x) + Number(width),
  }));
  const texts = [...svg.matchAll(/<text x="(-?[\d.]+)" y="[^"]*"(?: class="([^"]*)")?>([^<]*)</g)].map(
    ([what, x, look = "", text = ""]) => {
      const looks = look.split(" ");
      const size = (["mono", "big", "head", "small"] as const).find((each) => looks.includes(each)) ?? "";
      const width = text.replace(/&#?\w+;/g, "x").length * CHARACTER[size];
      const before = looks.includes("end") ? width : looks.includes("middle") ? width / 2 : 0;
      return { what, from: Number(x) - before, to: Number(x) - before + width };
    },
  );
  return [...boxes, ...texts];
}

/** Where links of a page lead, of those to other files. */
function linksOf(text: string): string[] {
  return [...text.matchAll(/\]\(([^)#\s]+)[^)]*\)/g)]
    .map(([, link]) => normalize(link as string))
    .filter((link) => !link.includes(":"));
}
