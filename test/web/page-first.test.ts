/** The first screen of the page, the documents that are served along, and the words that say what they mean. */
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it } from "vitest";
import { accessibilityViolations, browserIsMissing, overflowOf } from "./support/browser.js";
import { dpamt, servedPage, verdictOf, WIDE } from "./support/served-page.js";

/** Width of the picture of the first screen, when it is loaded. */
const DECODED = "document.images[0].decode().then(() => document.images[0].naturalWidth)";
const NARROW = { viewport: { width: 400, height: 850 } };

describe.skipIf(browserIsMissing("the first screen"))("the page for whoever is new", () => {
  const { pathOf, open, close } = servedPage();

  it("shows a picture and where to begin, and no setting has to be made", async () => {
    const page = await open("");
    const picture = page.getByRole("img", { name: /^A race/ });
    expect(await page.evaluate<number>(DECODED)).toBeGreaterThan(500);
    const [image, first] = [await picture.boundingBox(), await page.getByText("See a race").boundingBox()];
    expect((image?.y ?? 900) + (image?.height ?? 0)).toBeLessThan(900);
    expect(first?.y).toBeLessThan(900);
    await page.getByText("See the merged code hold").click();
    expect(await verdictOf(page)).toContain("holds");
  });

  it("leads to documents that lead to each other and back", async () => {
    const page = await open("");
    await page.getByRole("link", { name: "Documentation" }).click();
    await page.getByRole("heading", { level: 1, name: "dpamt" }).waitFor();
    await page.getByRole("main").getByRole("link", { name: "Dynamic PAMT in five pictures" }).click();
    await page.getByRole("heading", { name: "Counting users" }).waitFor();
    const images = "Promise.all([...document.images].map((image) => image.decode())).then((all) => all.length)";
    await page.evaluate("for (const image of document.images) image.loading = 'eager'");
    expect(await page.evaluate<number>(images)).toBe(5);
    await page.getByRole("main").getByRole("link", { name: "early-drop" }).click();
    await page.getByRole("link", { name: "dpamt", exact: true }).first().click();
    await page.getByText("See a race").waitFor();
  });

  it.each([
    ["light", WIDE],
    ["dark", NARROW],
  ] as const)("has documents that are accessible and fit: %s, %o", async (colorScheme, size) => {
    const page = await open("", { ...size, colorScheme });
    const base = page.url();
    for (const path of ["docs/index.html", "docs/introduction.html", "docs/c.html", "docs/requirements/R01.html"]) {
      await page.goto(new URL(path, base).href);
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
    }
  });

  it("says what a word means under the mouse, and by keyboard", async () => {
    const page = await open("");
    const word = page.locator(".welcome").getByRole("button", { name: "region" });
    const tip = page.getByRole("tooltip").filter({ hasText: "2 MiB" }).first();
    expect(await tip.isVisible()).toBe(false);
    await word.hover();
    await expect.poll(() => tip.isVisible()).toBe(true);
    expect(await accessibilityViolations(page)).toEqual([]);
    await page.keyboard.press("Escape");
    await expect.poll(() => tip.isVisible()).toBe(false);
    await page.mouse.move(5, 5);
    await word.focus();
    await expect.poll(() => tip.isVisible()).toBe(true);
    await page.keyboard.press("Tab");
    await expect.poll(() => tip.isVisible()).toBe(false);
  });

  it("has the documents in a folder without a server, too", async () => {
    const out = pathOf("with-documents");
    dpamt("serve", "--export", out);
    const page = await open("", { at: pathToFileURL(join(out, "index.html")).href });
    expect(await page.evaluate<number>(DECODED)).toBeGreaterThan(500);
    await page.getByRole("link", { name: "Glossary", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Glossary" }).waitFor();
    expect(await page.evaluate("getComputedStyle(document.querySelector('.columns')).display")).toBe("grid");
    await close();
    expect(existsSync(join(out, "examples.json"))).toBe(true);
    expect(readFileSync(join(out, "docs", "glossary.html"), "utf8")).toContain("default-src 'none'");
  });
});
