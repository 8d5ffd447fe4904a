/** The page of `dpamt serve` in a browser, as somebody uses it: with a mouse, with a keyboard, by links and files. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import {
  accessibilityViolations,
  browserIsMissing,
  launch,
  openPage,
  overflowOf,
  type WatchedPage,
} from "./support/browser.js";

const MAIN = "dist/cli/main.js";
const SMALL = "cpus=2&rounds=1&regions=1";
const BROKEN = `design=early-drop&${SMALL}&scenario=main`;
const WIDE = { viewport: { width: 1280, height: 900 } };
const NARROW = { viewport: { width: 400, height: 850 } };
/** An exploration takes as long as the machine is slow. */
const LONG = { timeout: 90_000 };

const folder = mkdtempSync(join(tmpdir(), "dpamt-page-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function dpamt(...args: string[]): string {
  try {
    return execFileSync(process.execPath, [MAIN, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

describe.skipIf(browserIsMissing("the page of dpamt serve"))("the page", () => {
  let browser: Browser;
  let server: ReturnType<typeof spawn>;
  let address = "";
  let watched: WatchedPage | undefined;

  beforeAll(async () => {
    browser = await launch();
    server = spawn(process.execPath, [MAIN, "serve", "--port", "0", "--json"], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const line = await new Promise<string>((resolve) => server.stdout?.once("data", (bytes) => resolve(String(bytes))));
    address = (JSON.parse(line) as { url: string }).url;
  });
  afterAll(async () => {
    server?.kill();
    await browser?.close();
  });

  /** Whatever a test did, a good page has nothing to complain of. */
  afterEach(async () => {
    const complaints = watched?.complaints ?? [];
    await watched?.context.close();
    watched = undefined;
    expect(complaints).toEqual([]);
  });

  async function open(fragment = "", options: BrowserContextOptions = WIDE, at = address): Promise<Page> {
    const origin = at.startsWith("file:") ? "file:" : address;
    const isOwn = (url: string): boolean => url.startsWith(origin) || /^(?:data|blob):/.test(url);
    watched = await openPage(browser, options, isOwn);
    await watched.page.goto(`${at}${fragment === "" ? "" : `#${fragment}`}`);
    await watched.page.getByRole("heading", { name: "dpamt" }).waitFor();
    return watched.page;
  }

  const verdictOf = async (page: Page): Promise<string> => {
    const place = page.getByRole("region", { name: "Verdict" });
    await place.waitFor(LONG);
    return (await place.textContent()) ?? "";
  };
  const problemOf = async (page: Page): Promise<string> => {
    const alert = page.getByRole("alert");
    await alert.waitFor(LONG);
    return (await alert.textContent()) ?? "";
  };
  const dropFile = async (page: Page, file: string): Promise<void> => {
    await page.getByLabel("Saved result").setInputFiles(file);
  };

  it("checks a design that holds, and shows what each requirement says", async () => {
    const page = await open(`design=global-lock&${SMALL}`);
    await page.getByRole("button", { name: "Check", exact: true }).click();
    expect(await verdictOf(page)).toContain("holds");
    expect(await page.getByRole("region", { name: "Requirements" }).locator("tbody tr").count()).toBe(13);
    await page.getByRole("region", { name: "Requirements" }).getByRole("link", { name: "R5" }).click();
    expect(await page.getByText("the count of a region is the number of its users").isVisible()).toBe(true);
    expect(page.url()).toContain("design=global-lock");
  });

  it("finds the failure that Node finds, steps through it by keyboard, and a link brings the step back", async () => {
    const page = await open(`${BROKEN}&run`, { ...WIDE, permissions: ["clipboard-read", "clipboard-write"] });
    expect(await verdictOf(page)).toContain("violated");
    const view = page.getByRole("region", { name: "Counterexample" });
    expect(await view.textContent()).toContain("TDX_NO_PAMT_PAGE_PAIR");
    await view.getByRole("button").first().focus();
    await page.keyboard.press("Home");
    for (let press = 0; press < 4; press++) await page.keyboard.press("ArrowRight");
    await page.waitForURL(/step=\d+/);
    const step = Number(/step=(\d+)/.exec(page.url())?.[1]);
    const said = await view.locator("[aria-live=polite]").textContent();
    expect(said).toContain(`Step ${step} of`);
    await page.getByRole("button", { name: "Copy link" }).click();
    await page.getByText("link copied").waitFor();
    const link = await page.evaluate<string>("navigator.clipboard.readText()");
    expect(link).toBe(page.url());
    await watched?.context.close();
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
    for (const part of ["states a second", "depth", "seconds", "main (1 of 4)"]) expect(text).toContain(part);
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
    await table.getByRole("button", { name: "early-drop" }).click();
    expect(await verdictOf(page)).toContain("violated");
    await page.waitForURL(/show=early-drop/);
    const link = page.url();
    await watched?.context.close();
    const again = await open(link.slice(link.indexOf("#") + 1));
    expect(await verdictOf(again)).toContain("early-drop");
  });

  it("explores flows", async () => {
    const page = await open("flows=zap-early-put&tds=tds&run");
    expect(await verdictOf(page)).toContain("violated");
    expect(await page.getByRole("region", { name: "Scenarios" }).textContent()).toContain("zap-early-put@tds");
  });

  it("opens what check --save wrote, and gives a result that is the same", async () => {
    const saved = join(folder, "saved.json");
    dpamt("check", "--design", "early-drop", "--cpus", "2", "--rounds", "1", "--regions", "1", "--save", saved);
    const page = await open();
    await dropFile(page, saved);
    expect(await verdictOf(page)).toContain("early-drop");
    expect(await page.getByRole("region", { name: "Counterexample" }).count()).toBe(1);
    const download = page.waitForEvent("download");
    await page.getByRole("button", { name: "Save result" }).click();
    const path = await (await download).path();
    expect(JSON.parse(readFileSync(path, "utf8"))).toEqual(JSON.parse(readFileSync(saved, "utf8")));
  });

  it("takes a file that is dropped on it", async () => {
    const text = dpamt(
      "compare",
      "--design",
      "global-lock,lazy",
      "--cpus",
      "2",
      "--rounds",
      "1",
      "--regions",
      "1",
      "--json",
    );
    const page = await open();
    await page.evaluate(`
      const dataTransfer = new DataTransfer();
      dataTransfer.items.add(new File([${JSON.stringify(text)}], "compare.json"));
      for (const type of ["dragover", "drop"]) {
        document.body.dispatchEvent(new DragEvent(type, { dataTransfer, bubbles: true, cancelable: true }));
      }
    `);
    await page.getByRole("region", { name: "Comparison" }).waitFor(LONG);
    await page.getByRole("button", { name: "lazy" }).click();
    expect(await verdictOf(page)).toContain("violated");
  });

  it.each([
    ["no JSON", "{", "is not JSON"],
    ["another schema", '{"schema":"dpamt-conform-1"}', "is no saved result"],
    ["null", "null", "is no saved result"],
    ["a shape that does not fit", '{"schema":"dpamt-check-1","subject":7}', "at subject"],
  ])("says in one line what is wrong with a file: %s", async (_, text, part) => {
    const file = join(folder, "bad\u0007.json");
    writeFileSync(file, text);
    const page = await open();
    await dropFile(page, file);
    const problem = await problemOf(page);
    expect(problem).toContain(part);
    expect(problem).not.toContain("\u0007");
  });

  it("shows hostile names as text", async () => {
    const attack = "<img src=x onerror=alert(1)><script>alert(2)</script>";
    const text = dpamt("check", "--design", "early-drop", "--cpus", "2", "--rounds", "1", "--regions", "1", "--json");
    const result = JSON.parse(text);
    result.subject.name = attack;
    result.subject.origin = attack;
    result.counterexample.message = attack;
    result.counterexample.steps[0].text = attack;
    result.counterexample.steps[0].calls = [attack];
    result.requirements[0].title = attack;
    result.scenarios[0].name = attack;
    const file = join(folder, "hostile.json");
    writeFileSync(file, JSON.stringify(result));
    const page = await open(`design=${encodeURIComponent(attack)}&${SMALL}&file=${encodeURIComponent(attack)}`);
    expect(await problemOf(page)).toContain(attack);
    await dropFile(page, file);
    expect(await verdictOf(page)).toContain(attack);
    expect(await page.locator("img, .dpamt script").count()).toBe(0);
  });

  it("says what is wrong with settings as the command line does", async () => {
    const page = await open(`design=global-lock&cpus=99&rounds=1&run`);
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
    await page.getByRole("button", { name: "Check", exact: true }).click();
    expect(await problemOf(page)).toMatch(/^[^\n]*pasted\.c|nosuch[^\n]*$/);
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
        await page.getByRole("button", { name: "lazy" }).click(LONG);
      }
      if (fragment.includes("run")) await verdictOf(page);
      for (const summary of await page.locator(".settings summary").all()) await summary.click();
      expect(await accessibilityViolations(page)).toEqual([]);
      expect(await overflowOf(page)).toBe(0);
      await watched?.context.close();
    }
  });

  it("runs from a folder without any server", async () => {
    const out = join(folder, "exported");
    dpamt("serve", "--export", out);
    const page = await open(`${BROKEN}&run`, WIDE, pathToFileURL(join(out, "index.html")).href);
    expect(await verdictOf(page)).toContain("violated");
    expect(await page.getByText("Kernel C").count()).toBe(0);
    expect(await page.evaluate("typeof SharedArrayBuffer")).toBe("undefined");
  });
});
