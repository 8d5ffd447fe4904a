/**
 * A browser for tests of pages: the Chromium of the system, driven by playwright-core.
 *
 * Where there is none, suites say loudly that they did not run; under CI that is a failure.
 */
import { existsSync } from "node:fs";
import axe from "axe-core";
import { type Browser, type BrowserContext, type BrowserContextOptions, chromium, type Page } from "playwright-core";

/** Places where systems keep Chromium. CHROMIUM in the environment names another. */
const PLACES = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const QUIET = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** The browser's program; undefined where there is none. */
export const chromiumPath = [process.env.CHROMIUM, ...PLACES].find((path) => path !== undefined && existsSync(path));

/**
 * True where suites that need a browser cannot run, for `describe.skipIf`. Says so in the output.
 *
 * @throws Error under CI, where a suite that does not run must not look like one that passed
 */
export function browserIsMissing(suite: string): boolean {
  if (chromiumPath !== undefined) return false;
  const message = `NOT RUN: ${suite}: no Chromium at ${PLACES.join(", ")} nor in CHROMIUM`;
  if (process.env.CI !== undefined) throw new Error(message);
  console.error(`\n${"!".repeat(72)}\n${message}\n${"!".repeat(72)}\n`);
  return true;
}

/** Starts the browser. Whoever starts it closes it. */
export function launch(): Promise<Browser> {
  return chromium.launch({ ...(chromiumPath === undefined ? {} : { executablePath: chromiumPath }), args: QUIET });
}

/** A page that notes everything that a good page never does. */
export interface WatchedPage {
  readonly context: BrowserContext;
  readonly page: Page;
  /** Errors and warnings of the console, exceptions, dialogs, requests outside `allowed`. Empty on a good page. */
  readonly complaints: string[];
}

/** Opens an empty page; `allowed` says which addresses it may ask for. */
export async function openPage(
  browser: Browser,
  options: BrowserContextOptions = {},
  allowed: (url: string) => boolean = () => true,
): Promise<WatchedPage> {
  const context = await browser.newContext(options);
  const page = await context.newPage();
  const complaints: string[] = [];
  page.on("console", (message) => {
    if (["error", "warning"].includes(message.type())) complaints.push(`${message.type()}: ${message.text()}`);
  });
  page.on("pageerror", (error) => complaints.push(`exception: ${error.message}`));
  page.on("dialog", (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!allowed(request.url())) complaints.push(`request: ${request.url()}`);
  });
  return { context, page, complaints };
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact?: string | null;
    readonly nodes: readonly { readonly html: string; readonly failureSummary?: string }[];
  }[];
}

/** What axe-core finds wrong on the page with impact serious or critical, in words. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // Evaluated through the debugger, which a Content Security Policy of the page does not forbid.
  await page.evaluate(axe.source);
  const { violations } = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as AxeResults;
  return violations
    .filter(({ impact }) => impact === "serious" || impact === "critical")
    .flatMap(({ id, impact, nodes }) =>
      nodes.map(({ html, failureSummary = "" }) => `${id} (${impact}): ${html}\n${failureSummary}`),
    );
}

/** How many pixels the page is wider than the window. */
export async function overflowOf(page: Page): Promise<number> {
  return page.evaluate<number>("document.documentElement.scrollWidth - document.documentElement.clientWidth");
}
