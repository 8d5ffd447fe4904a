/**
 * `npm run pictures`: takes the pictures of the report and of the page that the documentation shows.
 *
 *     node .bench/out/tools/pictures/main.js [FOLDER]
 *
 * FOLDER is where they go: `docs/images` unless another is named. It takes a built `dist/` and the Chromium of the
 * system. Times of runs are left out, so that a picture changes only where something else that it shows does.
 */
import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { launch } from "../../test/web/support/browser.js";
import { BOUNDS, DESIGN, type Shot, shots } from "./shots.js";

const MAIN = "dist/cli/main.js";
/** A picture larger than this makes the documentation slow. */
const BYTES_MAX = 180_000;
const WIDE = { width: 1240, height: 700 };

function dpamt(...args: string[]): void {
  try {
    execFileSync(process.execPath, [MAIN, ...args], { stdio: ["ignore", "ignore", "inherit"] });
  } catch (error) {
    // A violated requirement is what is to be shown.
    if ((error as { status?: number }).status !== 1) throw error;
  }
}

/** The report of the failure. */
function reportIn(folder: string): string {
  const report = join(folder, "report.html");
  const bounds = Object.entries(BOUNDS).flatMap(([name, value]) => [`--${name}`, `${value}`]);
  dpamt("check", "--design", DESIGN, ...bounds, "--report", `html=${report}`);
  return pathToFileURL(report).href;
}

/** Starts the server of the page. */
async function serve(): Promise<{ address: string; close: () => void }> {
  const server = spawn(process.execPath, [MAIN, "serve", "--port", "0", "--json"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const line = await new Promise<string>((resolve, reject) => {
    server.stdout.once("data", (bytes) => resolve(String(bytes)));
    server.once("exit", () => reject(new Error("dpamt serve ended before it served anything")));
  });
  return { address: (JSON.parse(line) as { url: string }).url, close: () => server.kill() };
}

async function take(browser: Browser, folder: string, shot: Shot): Promise<void> {
  const { name, address, options = {}, prepare } = shot;
  const context = await browser.newContext({ viewport: WIDE, reducedMotion: "reduce", bypassCSP: true, ...options });
  const page = await context.newPage();
  await page.goto(address);
  await prepare?.(page);
  await page.evaluate(WITHOUT_TIMES);
  const file = join(folder, `${name}.png`);
  await page.screenshot({ path: file, animations: "disabled", caret: "hide" });
  await context.close();
  const { size } = statSync(file);
  console.log(`${file}: ${size} bytes`);
  if (size > BYTES_MAX) throw new Error(`${file} has ${size} bytes, more than ${BYTES_MAX}: make the window smaller`);
}

/** Run in the page: a dash for every time in seconds. */
const WITHOUT_TIMES = `{
  document.body.normalize();
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walker.nextNode()) {
    const node = walker.currentNode;
    node.data = node.data.replace(/\\b\\d+(?:\\.\\d+)? s\\b/g, "– s").replace(/^\\d+\\.\\d$/, "–");
  }
}`;

const folder = process.argv[2] ?? join("docs", "images");
const scratch = mkdtempSync(join(tmpdir(), "dpamt-pictures-"));
mkdirSync(folder, { recursive: true });
const report = reportIn(scratch);
const browser = await launch();
const { address, close } = await serve();
try {
  for (const shot of shots(report, address)) await take(browser, folder, shot);
} finally {
  await browser.close();
  close();
  rmSync(scratch, { recursive: true, force: true });
}
