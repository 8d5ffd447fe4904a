/** The page of `dpamt serve` in a browser, for a suite of tests. */
import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { launch, openPage, type WatchedPage } from "./browser.js";

const MAIN = "dist/cli/main.js";

export const SMALL = "cpus=2&rounds=1&regions=1";
/** The flags of SMALL. */
export const SMALL_FLAGS = ["--cpus", "2", "--rounds", "1", "--regions", "1"];
export const BROKEN = `design=early-drop&${SMALL}&scenario=main`;
export const WIDE = { viewport: { width: 1280, height: 900 } };
/** An exploration takes as long as the machine is slow. */
export const LONG = { timeout: 90_000 };

/** What a command prints, whatever it finds. */
export function dpamt(...args: string[]): string {
  try {
    return execFileSync(process.execPath, [MAIN, ...args], { encoding: "utf8", maxBuffer: 1 << 28 });
  } catch (error) {
    return (error as { stdout: string }).stdout;
  }
}

export interface OpenOptions extends BrowserContextOptions {
  /** The page to open instead of the one that is served. */
  readonly at?: string;
  /** Runs in the page before it does. */
  readonly before?: string;
}

export interface ServedPage {
  /** Path of a file in a folder that goes away with the suite. */
  pathOf(name: string): string;
  open(fragment?: string, options?: OpenOptions): Promise<Page>;
  /** Ends the page before the test ends. */
  close(): Promise<void>;
}

/** Serves the page to the tests of this suite, and sees after each that it complained of nothing. */
export function servedPage(): ServedPage {
  let folder = "";
  let browser: Browser;
  let server: ReturnType<typeof spawn>;
  let address = "";
  let watched: WatchedPage | undefined;

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "dpamt-page-"));
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
    rmSync(folder, { recursive: true, force: true });
  });
  afterEach(async () => {
    const complaints = watched?.complaints ?? [];
    await watched?.context.close();
    watched = undefined;
    expect(complaints).toEqual([]);
  });

  return {
    pathOf: (name) => join(folder, name),
    open: async (fragment = "", { at = address, before, ...options } = {}) => {
      const origin = at.startsWith("file:") ? "file:" : address;
      const isOwn = (url: string): boolean => url.startsWith(origin) || /^(?:data|blob):/.test(url);
      watched = await openPage(browser, { ...WIDE, ...options }, isOwn);
      if (before !== undefined) await watched.page.addInitScript(before);
      await watched.page.goto(`${at}${fragment === "" ? "" : `#${fragment}`}`);
      await watched.page.getByRole("heading", { name: "dpamt" }).waitFor();
      return watched.page;
    },
    close: async () => watched?.context.close(),
  };
}

export async function verdictOf(page: Page): Promise<string> {
  const place = page.getByRole("region", { name: "Verdict" });
  await place.waitFor(LONG);
  return (await place.textContent()) ?? "";
}

export async function problemOf(page: Page): Promise<string> {
  const alert = page.getByRole("alert");
  await alert.waitFor(LONG);
  return (await alert.textContent()) ?? "";
}

export async function openFile(page: Page, file: string): Promise<void> {
  await page.getByLabel("Saved result").setInputFiles(file);
}

/** Follows a link within the page. */
export async function follow(page: Page, fragment: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(fragment)}`);
}
