/**
 * `npm run bench -- page`: the checker in the page's worker beside the checker in Node, on the same exploration.
 *
 * Both are what users start, with the search's own figures: the built page in a headless Chromium, and `dpamt check`.
 * They take turns, and the best of each counts.
 */
import { execFileSync, spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import type { Browser } from "playwright-core";
import type { CheckResult } from "../src/check/index.js";
import { chromiumPath, launch } from "../test/web/support/browser.js";

const MAIN = "dist/cli/main.js";
const GOAL = 0.6;
/** Some hundred thousand states: long enough that starting up does not matter. */
const EXPLORATION = { design: "global-lock", scenario: "main", cpus: "3", rounds: "2", regions: "2" };
const MINUTES_MAX = 10;

export interface PageRates {
  readonly schema: "dpamt-bench-page-1";
  readonly states: number;
  /** States a second. */
  readonly node: number;
  readonly page: number;
  readonly ratio: number;
  readonly goal: number;
  readonly met: boolean;
}

interface Rate {
  readonly states: number;
  readonly rate: number;
}

function rateOf({ statistics: { states, seconds } }: CheckResult): Rate {
  return { states, rate: states / seconds };
}

function inNode(): Rate {
  const flags = Object.entries(EXPLORATION).map(([flag, value]) => `--${flag}=${value}`);
  const text = execFileSync(process.execPath, [MAIN, "check", "--json", ...flags], { encoding: "utf8" });
  return rateOf(JSON.parse(text) as CheckResult);
}

async function inPage(browser: Browser, address: string): Promise<Rate> {
  const page = await browser.newPage();
  await page.goto(`${address}#${new URLSearchParams(EXPLORATION)}&run`);
  const button = page.getByRole("button", { name: "Save result" });
  await button.waitFor({ timeout: MINUTES_MAX * 60_000 });
  const download = page.waitForEvent("download");
  await button.click();
  const result = JSON.parse(readFileSync(await (await download).path(), "utf8")) as CheckResult;
  await page.close();
  return rateOf(result);
}

/** Measures. @throws Error where there is no Chromium, or the page is not built */
export async function pageRates(repetitions: number): Promise<PageRates> {
  if (chromiumPath === undefined) throw new Error("there is no Chromium; see tools/chromium.mjs");
  const server = spawn(process.execPath, [MAIN, "serve", "--port", "0"], { stdio: ["ignore", "pipe", "inherit"] });
  const address = await new Promise<string>((resolve, reject) => {
    server.stdout.once("data", (bytes) => resolve(String(bytes).trim()));
    server.once("exit", () => reject(new Error("the page is not served; build first: npm run build")));
  });
  const browser = await launch();
  try {
    let [node, page, states] = [0, 0, 0];
    for (let repetition = 0; repetition < repetitions; repetition++) {
      const own = inNode();
      const there = await inPage(browser, address);
      if (own.states !== there.states) throw new Error(`${there.states} states in the page, ${own.states} in Node`);
      states = own.states;
      node = Math.max(node, own.rate);
      page = Math.max(page, there.rate);
    }
    const ratio = page / node;
    return { schema: "dpamt-bench-page-1", states, node, page, ratio, goal: GOAL, met: ratio >= GOAL };
  } finally {
    await browser.close();
    server.kill();
  }
}

/** The figures as lines. */
export function pageText({ states, node, page, ratio, goal, met }: PageRates): string {
  const whole = (number: number): string => Math.round(number).toLocaleString("en-US");
  const { design, cpus, rounds, regions } = EXPLORATION;
  return [
    `${design}, scenario main, ${cpus} CPUs, ${rounds} rounds, ${regions} regions: ${whole(states)} states`,
    `  Node       ${whole(node).padStart(9)} states/s`,
    `  page       ${whole(page).padStart(9)} states/s`,
    `  page/Node  ${ratio.toFixed(2).padStart(9)}  goal at least ${goal}: ${met ? "met" : "MISSED"}`,
    "",
  ].join("\n");
}
