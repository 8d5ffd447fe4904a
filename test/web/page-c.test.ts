/** Kernel C in the page: the editor, what stands beside the file, errors under their lines, marks of a result. */
import { readFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { accessibilityViolations, browserIsMissing, overflowOf } from "./support/browser.js";
import { dpamt, LONG, problemOf, SMALL, SMALL_FLAGS, servedPage, verdictOf, WIDE } from "./support/served-page.js";

const C_MODE = `mode=c&${SMALL}&scenario=main`;
const NARROW = { viewport: { width: 400, height: 850 } };

/** Helpers with names of their own, a name that nothing has, and a variable that only a harness sets. */
const OWN_NAMES = `#include <linux/types.h>
#include "pair_stats.h"
static int is_set_up;

int pamt_ref(struct page *page)
{
	pair_stat(1);
	if (!is_set_up)
		BUG();
	return 0;
}

void pamt_unref(struct page *page)
{
}
`;
const HARNESS = `static int __init set_up(void)
{
	is_set_up = 1;
	return 0;
}
`;

describe.skipIf(browserIsMissing("kernel C in the page"))("the page with C", () => {
  const { open, close } = servedPage();

  const check = (page: Page): Promise<void> => page.getByRole("button", { name: "Check", exact: true }).click();
  const textIn = (page: Page): Promise<string> => page.locator(".cm-content").innerText();

  it("loads the editor when C is opened, and not before", async () => {
    const page = await open("");
    const loaded = (): Promise<number> =>
      page.evaluate<number>(
        "performance.getEntriesByType('resource').filter(({ name }) => /editor/.test(name)).length",
      );
    await page.waitForTimeout(300);
    expect(await loaded()).toBe(0);
    await page.getByText("Kernel C").click();
    await page.locator(".cm-content").waitFor(LONG);
    expect(await loaded()).toBe(1);
  });

  it("takes an example, and marks its lines: coverage, the failing path, where it broke", async () => {
    const page = await open(C_MODE, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByText("Examples").click();
    await page.getByRole("button", { name: "early-drop-v1.c" }).click();
    expect(await page.getByLabel("Name of the file").inputValue()).toBe("early-drop-v1.c");
    await check(page);
    expect(await verdictOf(page)).toContain("violated");
    await page.locator(".cm-line.broke").waitFor();
    expect(await page.locator(".cm-line.broke").innerText()).toContain("seamcall_ret(TDH_PHYMEM_PAMT_REMOVE");
    expect(await page.locator(".coverage .reached").count()).toBeGreaterThan(3);
    expect(await page.locator(".coverage .missed").count()).toBeGreaterThan(0);
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Control+End");
    await page.keyboard.type("/* changed */");
    await expect.poll(() => page.locator(".cm-line.broke, .coverage .reached").count()).toBe(0);
  });

  it("shows an error under its line, and takes it away when the text is checked again", async () => {
    const text = readFileSync("test/fixtures/c/early-drop-v1.c", "utf8");
    const page = await open(C_MODE);
    const wrong = text.replace("!atomic_dec_and_test(", "!atomic_dec_and_tst(");
    await page.getByLabel("The helpers in C").fill(wrong);
    await page.getByLabel("The helpers in C").press("Control+Enter");
    const problem = await problemOf(page);
    const [, line] = /pasted\.c:(\d+)/.exec(problem) ?? [];
    expect(wrong.split("\n")[Number(line) - 1]).toContain("atomic_dec_and_tst");
    const error = page.locator(".error-line");
    expect(await error.innerText()).toContain("atomic_dec_and_tst");
    expect(await page.getByRole("tab", { name: "File 1 error" }).count()).toBe(1);
    expect(await page.locator(".cm-activeLine").innerText()).toContain("atomic_dec_and_tst");
    await page.getByLabel("The helpers in C").focus();
    await page.keyboard.press("Control+a");
    await page.keyboard.insertText(text);
    await check(page);
    expect(await verdictOf(page)).toContain("violated");
    expect(await error.count()).toBe(0);
  });

  it("compiles entries, harness and shim with the file, and a link brings all of them back", async () => {
    const page = await open(C_MODE, { permissions: ["clipboard-read", "clipboard-write"] });
    await page.getByLabel("The helpers in C").fill(OWN_NAMES);
    await check(page);
    expect(await problemOf(page)).toContain("--entry");
    const fill = async (tab: string, label: string, text: string): Promise<void> => {
      await page.getByRole("tab", { name: tab }).click();
      await page.getByLabel(label).fill(text);
    };
    await fill("Entries", "Functions for entries", "get=pamt_ref\nput=pamt_unref");
    await fill("Harness", "C that is compiled with the file", HARNESS);
    await fill("Shim", "Headers for what is missing", "static inline void pair_stat(int what) { }");
    await check(page);
    await page.getByText('begin each header with a line that has its path, such as "// linux/foo.h"').waitFor();
    await page
      .getByLabel("Headers for what is missing")
      .fill("// pair_stats.h\nstatic inline void pair_stat(int what) { }");
    await check(page);
    expect(await verdictOf(page)).toContain("violated");
    const bar = await page.getByRole("region", { name: "Run" }).innerText();
    expect(bar).toContain("entry get=pamt_ref, put=pamt_unref · harness.c · a shim");
    await page.getByRole("button", { name: "Copy command" }).click();
    await page.getByText("command copied").waitFor();
    expect(await page.evaluate<string>("navigator.clipboard.readText()")).toContain(
      "check pasted.c --shim shim --entry get=pamt_ref --entry put=pamt_unref --harness harness.c",
    );
    const link = page.url();
    await close();
    const again = await open(link.slice(link.indexOf("#") + 1));
    expect(await verdictOf(again)).toContain("violated");
    expect(await textIn(again)).toContain("int pamt_ref");
    await again.getByRole("tab", { name: "Harness in use" }).click();
    await expect.poll(() => textIn(again)).toContain("is_set_up = 1;");
    await again.getByRole("tab", { name: "Shim in use" }).click();
    await expect.poll(() => textIn(again)).toContain("// pair_stats.h");
    await again.getByRole("tab", { name: "Entries in use" }).click();
    await expect.poll(() => textIn(again)).toContain("get=pamt_ref\nput=pamt_unref");
  });

  it("names a wrong line of the harness in its tab", async () => {
    const page = await open(`${C_MODE}&entry=get=pamt_ref,put=pamt_unref`);
    await page.getByLabel("The helpers in C").fill(OWN_NAMES.replace("pair_stat(1);", ""));
    await page.getByRole("tab", { name: "Harness" }).click();
    const harness = HARNESS.replace("\treturn 0;", "\tno_such();\n\treturn 0;");
    await page.getByLabel("C that is compiled with the file").fill(harness);
    await page.getByRole("tab", { name: "File" }).click();
    await check(page);
    expect(await problemOf(page)).toContain("harness.c:4");
    expect(await page.getByRole("tab", { selected: true }).innerText()).toBe("Harness 1 error");
    expect(await page.locator(".error-line").count()).toBe(1);
  });

  it("moves between the tabs by arrow keys, and leaves the editor by Escape and Tab", async () => {
    const page = await open(C_MODE);
    await page.locator(".cm-content").waitFor(LONG);
    await page.getByRole("tab", { name: "File" }).focus();
    await page.keyboard.press("ArrowRight");
    expect(await page.getByRole("tab", { selected: true }).innerText()).toBe("Entries");
    await page.keyboard.press("ArrowLeft");
    await page.locator(".cm-content").focus();
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).toBe("editor");
    await page.keyboard.press("Escape");
    await page.keyboard.press("Tab");
    expect(await page.evaluate("document.activeElement.className")).not.toBe("editor");
  });

  it("says of a saved result of C that the C is not in it", async () => {
    const page = await open(`${C_MODE}&run`);
    await page.getByText("paste the helpers in C first").waitFor();
    await page.getByText("Examples").click();
    await page.getByRole("button", { name: "global-lock.c" }).click();
    await check(page);
    await verdictOf(page);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save result" }).click();
    await download;
    await page.getByText("It leaves out the text of the C: keep it, since a replay needs it").waitFor();
  });

  it("finds in C what the command line finds", async () => {
    const printed = dpamt("check", "test/fixtures/c/lazy.c", ...SMALL_FLAGS, "--scenario", "main", "--json");
    const page = await open(C_MODE);
    await page.getByText("Examples").click();
    await page.getByRole("button", { name: "lazy.c" }).click();
    await check(page);
    const [, states] = /([\d,]+)\s*states|states\s*([\d,]+)/.exec(await verdictOf(page)) ?? [];
    const shown = (await page.getByRole("region", { name: "Scenarios" }).innerText()).replaceAll(",", "");
    expect(shown).toContain(`\t${JSON.parse(printed).statistics.states}\t`);
    expect(states ?? "").not.toBe("0");
  });

  it.each([
    ["light", WIDE],
    ["dark", NARROW],
  ] as const)("is accessible and fits: %s, %o", async (colorScheme, size) => {
    const page = await open(C_MODE, { ...size, colorScheme });
    await page.getByLabel("The helpers in C").fill("int tdx_pamt_get(struct page *page) { return nosuch(); }");
    expect(await accessibilityViolations(page)).toEqual([]);
    await check(page);
    await page.locator(".error-line").waitFor(LONG);
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
    await page.getByText("Examples").click();
    await page.getByRole("button", { name: "early-drop-v1.c" }).click();
    await check(page);
    await page.locator(".cm-line.broke").waitFor(LONG);
    expect(await accessibilityViolations(page)).toEqual([]);
    expect(await overflowOf(page)).toBe(0);
  });
});
