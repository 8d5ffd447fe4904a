/** The page of `dpamt serve` in a browser, as somebody uses it: with a mouse, with a keyboard, by links and files. */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { accessibilityViolations, browserIsMissing, overflowOf } from "./support/browser.js";
import {
  BROKEN,
  dpamt,
  follow,
  LONG,
  openFile,
  problemOf,
  SMALL,
  SMALL_FLAGS,
  servedPage,
  verdictOf,
  WIDE,
} from "./support/served-page.js";

const NARROW = { viewport: { width: 400, height: 850 } };

interface Line {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

interface Saved {
  readonly counterexample: { readonly steps: readonly { readonly source?: Line }[] };
}

/** What the page saves. */
async function savedBy(page: Page): Promise<Saved> {
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save result" }).click();
  const path = await (await download).path();
  return JSON.parse(readFileSync(path, "utf8"));
}

describe.skipIf(browserIsMissing("the page of dpamt serve"))("the page", () => {
  const { pathOf, open, close } = servedPage();

  it("checks a design that holds, and shows what each requirement says", async () => {
    const page = await open(`design=global-lock&${SMALL}`);
    await page.getByRole("button", { name: "Check", exact: true }).click();
    expect(await verdictOf(page)).toContain("holds");
    expect(await page.getByRole("region", { name: "Requirements" }).locator("tbody tr").count()).toBe(14);
    await page.getByRole("region", { name: "Requirements" }).getByRole("link", { name: "R5" }).click();
    expect(await page.getByText("the count of a region is the number of its users").isVisible()).toBe(true);
    expect(page.url()).toContain("design=global-lock");
  });

  it("finds the failure that Node finds, steps through it by keyboard, and a link brings the step back", async () => {
    const page = await open(`${BROKEN}&run`, { permissions: ["clipboard-read", "clipboard-write"] });
    expect(await verdictOf(page)).toContain("violated");
    const view = page.getByRole("region", { name: "Counterexample" });
    expect(await view.textContent()).toContain("TDX_NO_PAMT_PAGE_PAIR");
    await view.getByRole("button").first().focus();
    await page.keyboard.press("Home");
    for (let press = 0; press < 4; press++) await page.keyboard.press("ArrowRight");
    await page.waitForURL(/step=\d+/);
    const said = await view.locator("[aria-live=polite]").textContent();
    expect(said).toMatch(/^Call 5 of 7, CPU1: TDH\.PHYMEM\.PAGE\.RDMD\(/);
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByText("link copied").waitFor();
    const link = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(link).toBe(page.url());
    await close();
    const again = await open(link.slice(link.indexOf("#") + 1));
    expect(await verdictOf(again)).toContain("violated");
    const there = again.getByRole("region", { name: "Counterexample" }).locator("[aria-live=polite]");
    expect(await there.textContent()).toBe(said);
  });

  it("is used by keyboard alone", async () => {
    const page = await open(`design=global-lock&${SMALL}`);
    const focused = (): Promise<string> => page.evaluate<string>("document.activeElement?.textContent?.trim() ?? ''");
    for (let press = 0; press < 40 && (await focused()) !== "Check"; press++) await page.keyboard.press("Tab");
    await page.keyboard.press("Enter");
    expect(await verdictOf(page)).toContain("holds");
    expect(await page.getByRole("status").last().textContent()).toBe("global-lock: holds");
  });

  it("shows where a long run stands, and stops it", async () => {
    const page = await open("design=global-lock&cpus=4&rounds=2&regions=2&run");
    const progress = page.getByRole("region", { name: "Progress" });
    const states = "Number(document.querySelector('.figures dd')?.textContent?.replaceAll(',', ''))";
    await expect.poll(() => page.evaluate<number>(states), LONG).toBeGreaterThan(20_000);
    const text = await progress.textContent();
    for (const part of ["states a second", "depth", "seconds", "main (1 of 7)"]) expect(text).toContain(part);
    await page.getByRole("button", { name: "Stop" }).click();
    expect(await verdictOf(page)).toContain("inconclusive");
    expect(await progress.count()).toBe(0);
  });

  it("compares designs, and each name leads to its result", async () => {
    const page = await open(`mode=compare&design=global-lock,early-drop,static-pamt&${SMALL}&run`);
    const table = page.getByRole("region", { name: "Comparison" });
    await page.getByText("Choose a name to see its result whole.").waitFor(LONG);
    await expect.poll(() => page.locator("tr.waiting").count(), LONG).toBe(0);
    const rows = await table.locator("tbody tr").allTextContents();
    expect(rows.map((row) => /^[a-z-]*?(?=holds|violated|inconclusive)/.exec(row)?.[0])).toEqual([
      "global-lock",
      "early-drop",
      "static-pamt",
    ]);
    expect(rows[1]).toContain("R1: PAMT.REMOVE of region A finds no page pair: CPU1's PAMT.REMOVE took it away before");
    await table.getByRole("button", { name: "early-drop" }).click();
    expect(await verdictOf(page)).toContain("violated");
    await page.waitForURL(/show=early-drop/);
    const link = page.url();
    await close();
    const again = await open(link.slice(link.indexOf("#") + 1));
    expect(await verdictOf(again)).toContain("early-drop");
  });

  it("explores flows", async () => {
    const page = await open("flows=zap-early-put&tds=tds&run");
    expect(await verdictOf(page)).toContain("violated");
    expect(await page.getByRole("region", { name: "Scenarios" }).textContent()).toContain("zap-early-put@tds");
  });

  it("opens what check --save wrote, and gives a result that is the same", async () => {
    const saved = pathOf("saved.json");
    dpamt("check", "--design", "early-drop", ...SMALL_FLAGS, "--save", saved);
    const page = await open();
    await openFile(page, saved);
    expect(await verdictOf(page)).toContain("early-drop");
    expect(await page.getByRole("region", { name: "Counterexample" }).count()).toBe(1);
    expect(await savedBy(page)).toEqual(JSON.parse(readFileSync(saved, "utf8")));
  });

  it("takes a file that is dropped on it", async () => {
    const text = dpamt("compare", "--design", "global-lock,lazy", ...SMALL_FLAGS, "--json");
    const page = await open();
    await page.evaluate(`
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([${JSON.stringify(text)}], "compare.json"));
      for (const type of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    `);
    await page.getByRole("region", { name: "Comparison" }).waitFor(LONG);
    await page.getByRole("button", { name: "lazy", exact: true }).click();
    expect(await verdictOf(page)).toContain("violated");
    await page.getByRole("button", { name: /^lazy, R2: violated.*; see how$/ }).click();
    await page.getByRole("region", { name: "Verdict" }).getByText("R2 broken").waitFor();
  });

  it("opens the failure of a cell of a comparison, here and elsewhere", async () => {
    const page = await open(`mode=compare&design=global-lock,early-drop&${SMALL}&run`);
    const cell = page.getByRole("link", { name: /^early-drop, R13: violated/ });
    await cell.click(LONG);
    await page.getByRole("region", { name: "Verdict" }).getByText("R13 broken").waitFor();
    await page.waitForURL(/show=early-drop&failure=2/);
    const href = await cell.getAttribute("href");
    await close();
    const again = await open(href?.slice(1));
    await again.getByRole("region", { name: "Verdict" }).getByText("R13 broken").waitFor(LONG);
  });

  it("opens the failure of each requirement that broke", async () => {
    const page = await open(`design=early-drop&${SMALL}&run`);
    await verdictOf(page);
    const table = page.getByRole("region", { name: "Requirements" });
    expect(await table.getByRole("button", { name: /^See how/ }).count()).toBe(2);
    await table.getByRole("button", { name: "See how R13 breaks" }).click();
    const view = page.getByRole("region", { name: "Counterexample" });
    await page.getByRole("region", { name: "Verdict" }).getByText("R13 broken").waitFor();
    await expect.poll(async () => (await view.boundingBox())?.y ?? -1).toBeLessThan(200);
  });

  it("folds the settings into a bar while there is a result, and brings them back", async () => {
    const page = await open(`${BROKEN}&run`);
    await verdictOf(page);
    const bar = page.getByRole("region", { name: "Run" });
    expect(await bar.innerText()).toContain("early-drop 2 CPUs · 1 round · 1 region · 1 failing allocation");
    const cpus = page.getByRole("textbox", { name: "CPUs" });
    expect(await cpus.isVisible()).toBe(false);
    await bar.getByRole("button", { name: "Change settings" }).click();
    await page.getByLabel("Design", { exact: true }).selectOption("global-lock");
    await bar.getByRole("button", { name: "Check", exact: true }).click();
    await expect.poll(() => verdictOf(page), LONG).toContain("global-lock");
    expect(await cpus.isVisible()).toBe(false);
    expect(await bar.innerText()).toContain("global-lock 2 CPUs");
  });

  it("says of a saved result what it leaves out", async () => {
    const page = await open(`${BROKEN}&run`);
    await verdictOf(page);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save result" }).click();
    await download;
    await page.getByText("dpamt-early-drop.json: saved. It leaves out other paths to the same failures").waitFor();
  });

  it.each([
    ["no JSON", "{", "is not JSON"],
    ["another schema", '{"schema":"dpamt-conform-1"}', "is no saved result"],
    ["null", "null", "is no saved result"],
    ["a shape that does not fit", '{"schema":"dpamt-check-2","subject":7}', "at subject"],
  ])("says in one line what is wrong with a file: %s", async (_, text, part) => {
    const file = pathOf("bad\u0007.json");
    writeFileSync(file, text);
    const page = await open();
    await openFile(page, file);
    const problem = await problemOf(page);
    expect(problem).toContain(part);
    expect(problem).not.toContain("\u0007");
  });

  it("shows hostile names as text", async () => {
    const attack = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    const text = dpamt("check", "--design", "early-drop", ...SMALL_FLAGS, "--json");
    const result = JSON.parse(text);
    result.subject.name = attack;
    result.subject.origin = attack;
    const [failure] = result.counterexamples;
    failure.requirement = attack;
    failure.message = attack;
    failure.steps[0].text = attack;
    failure.steps[0].calls = [attack];
    result.requirements[0].title = attack;
    result.scenarios[0].name = attack;
    const file = pathOf("hostile.json");
    writeFileSync(file, JSON.stringify(result));
    const page = await open(`design=${encodeURIComponent(attack)}&${SMALL}&file=${encodeURIComponent(attack)}`);
    expect(await problemOf(page)).toContain(attack);
    await openFile(page, file);
    expect(await verdictOf(page)).toContain(attack);
    expect(await page.locator("img, .dpamt script").count()).toBe(0);
  });

  it("shows what would be invisible in a link, and copies a command without it", async () => {
    const steering = "x%03%0Arm%20-rf%20y%1b[201~%E2%80%AE";
    const page = await open(`flows=${steering}&${SMALL}&design=no%E2%80%AEsuch`, {
      permissions: ["clipboard-read", "clipboard-write"],
    });
    expect(await problemOf(page)).toBe("Ignored in the link: design=no[U+202E]such.");
    const copied = async (): Promise<string> => {
      await page.getByRole("button", { name: "Copy command" }).click();
      await page.getByText("command copied").waitFor();
      return page.evaluate<string>("navigator.clipboard.readText()");
    };
    expect(await copied()).toBe("npx dpamt check --design global-lock --regions 1 --flows 'x rm-rfy [201~'");
    await follow(page, `mode=c&file=a${steering}`);
    await expect.poll(() => page.locator(".command").textContent()).toContain("'ax rm -rf y [201~'");
    expect(await copied()).toContain("check 'ax rm -rf y [201~'");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await follow(page, `flows=${steering}&run`);
    await page.getByText("there is no flow").waitFor();
    const text = await page.locator("body").innerText();
    for (const unseen of ["\u0003", "\u001b", "\u202e"]) expect(text).not.toContain(unseen);
  });

  it("follows links to requirements of any name", async () => {
    const result = JSON.parse(dpamt("check", "--design", "early-drop", ...SMALL_FLAGS, "--json"));
    for (const [index, id] of ["50% off", "\ud800"].entries()) {
      result.requirements[index].id = id;
      result.counterexamples[0].requirement = id;
      result.scenarios[0].broken[index] = id;
    }
    writeFileSync(pathOf("percent.json"), JSON.stringify(result));
    const page = await open();
    await openFile(page, pathOf("percent.json"));
    await verdictOf(page);
    for (const table of ["Requirements", "Scenarios"]) {
      await page.getByRole("region", { name: table }).getByRole("link", { name: "50% off" }).click();
      await expect.poll(() => page.evaluate("document.activeElement?.id")).toBe("50% off");
    }
  });

  it("says what is wrong with settings as the command line does", async () => {
    const page = await open(`design=global-lock&rounds=1`);
    await page.getByRole("textbox", { name: "CPUs" }).fill("99");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    expect(await problemOf(page)).toBe("--cpus: give a whole number from 1 to 8.");
    await page.getByRole("textbox", { name: "CPUs" }).fill("2");
    await page.locator(".settings").getByText("KVM's flows").click();
    await page.getByLabel("Flows beside each other").fill("fault+nosuch");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    await page.getByText('there is no flow "nosuch"').waitFor();
  });

  it("takes what it can of a link, and names the rest", async () => {
    const page = await open("design=nosuch&strategy=magic&step=-3&scenario=main,evil&cpus=2&c=%%%&mode=constructor");
    const problem = await problemOf(page);
    for (const part of ["design=nosuch", "strategy=magic", "step=-3", "scenario=evil", "mode=constructor"]) {
      expect(problem).toContain(part);
    }
    expect(await page.getByRole("textbox", { name: "CPUs" }).inputValue()).toBe("2");
  });

  it("checks C that is pasted, and shows the lines where it breaks", async () => {
    const page = await open(`mode=c&${SMALL}&scenario=main`);
    const text = readFileSync("test/fixtures/c/early-drop-v1.c", "utf8");
    await page.getByLabel("The helpers in C").fill(text);
    await page.getByRole("button", { name: "Check", exact: true }).click();
    expect(await verdictOf(page)).toContain("violated");
    expect(await page.getByRole("region", { name: "Coverage of C" }).count()).toBe(1);
    await page.waitForURL(/[&#]c=[\w-]{100,}/);
    await page.getByLabel("The helpers in C").fill("int tdx_pamt_get(struct page *page) { return nosuch(); }");
    expect(await page.locator(".coverage .missed").count()).toBe(0);
    await page.getByRole("button", { name: "Check", exact: true }).click();
    expect(await problemOf(page)).toMatch(
      /^pasted\.c:1: `nosuch\(\)` is not known[^\n]* --shim \(--tree is a flag of "dpamt check FILE" on the command line; the others are tabs\)$/,
    );
  });

  it("names the lines of a patch that is pasted, as the command line does", async () => {
    const c = readFileSync("test/fixtures/c/early-drop-v1.c", "utf8").trimEnd().split("\n");
    const patch = [
      "diff --git a/early-drop.c b/early-drop.c",
      "new file mode 100644",
      "--- /dev/null",
      "+++ b/early-drop.c",
      `@@ -0,0 +1,${c.length} @@`,
      ...c.map((line) => `+${line}`),
      "",
    ].join("\n");
    const file = pathOf("p.patch");
    writeFileSync(file, patch);
    const printed = JSON.parse(dpamt("check", file, ...SMALL_FLAGS, "--scenario", "main", "--json"));
    const page = await open(`mode=c&${SMALL}&scenario=main`);
    await page.getByLabel("File with C").setInputFiles(file);
    await expect.poll(() => page.getByLabel("Name of the file").inputValue()).toBe("p.patch");
    await page.getByRole("button", { name: "Check", exact: true }).click();
    expect(await verdictOf(page)).toContain("violated");
    const saved = await savedBy(page);
    const linesOf = ({ counterexample }: Saved): Line[] =>
      counterexample.steps.flatMap(({ source }) => (source === undefined ? [] : [{ ...source, file: "p.patch" }]));
    expect(linesOf(saved).length).toBeGreaterThan(20);
    expect(linesOf(saved)).toEqual(linesOf(printed));
    expect(linesOf(saved).map(({ text }) => text)).toContainEqual(expect.stringContaining("ret = seamcall_ret("));
  });

  it.each([
    ["light", WIDE],
    ["dark", WIDE],
    ["dark", NARROW],
  ] as const)("is accessible and fits: %s, %o", async (colorScheme, size) => {
    const options = { ...size, colorScheme };
    for (const fragment of ["", `${BROKEN}&run`, `mode=compare&design=early-drop,lazy&${SMALL}&run`, "flows=fault"]) {
      const page = await open(fragment, options);
      if (fragment.includes("mode=compare")) {
        await page.getByRole("button", { name: "lazy", exact: true }).click(LONG);
      }
      if (fragment.includes("run")) {
        await verdictOf(page);
        expect(await accessibilityViolations(page)).toEqual([]);
        await page.getByRole("button", { name: "Change settings" }).click();
      }
      for (const summary of await page.locator(".settings summary").all()) await summary.click();
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
      await close();
    }
  });

  it("shows the failing step on the first screen", async () => {
    const page = await open(`${BROKEN}&run`, { viewport: { width: 1280, height: 800 } });
    await verdictOf(page);
    const step = await page.locator(".step[aria-current=step]").boundingBox();
    expect((step?.y ?? 800) + (step?.height ?? 0)).toBeLessThanOrEqual(800);
    const [lanes, regions] = await Promise.all([".lanes", ".regions"].map((each) => page.locator(each).boundingBox()));
    expect(regions?.x).toBeGreaterThanOrEqual((lanes?.x ?? 0) + (lanes?.width ?? 0));
  });

  it("runs from a folder without any server", async () => {
    const out = pathOf("exported");
    dpamt("serve", "--export", out);
    const page = await open(`${BROKEN}&run`, {
      at: pathToFileURL(join(out, "index.html")).href,
      before: `
        globalThis.made = new Set();
        globalThis.revoked = new Set();
        const { createObjectURL, revokeObjectURL } = URL;
        URL.createObjectURL = (blob) => {
          const url = createObjectURL.call(URL, blob);
          made.add(url);
          return url;
        };
        URL.revokeObjectURL = (url) => {
          revoked.add(url);
          revokeObjectURL.call(URL, url);
        };
      `,
    });
    expect(await verdictOf(page)).toContain("violated");
    expect(await page.getByText("Kernel C").count()).toBe(0);
    expect(await page.evaluate("typeof SharedArrayBuffer")).toBe("undefined");
    expect(await page.evaluate("[made.size, made.size - revoked.size]")).toEqual([1, 0]);
  });
});
