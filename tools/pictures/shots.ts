/** The pictures of the report and of the page: what is opened for each, and what is done before it is taken. */
import type { BrowserContextOptions, Page } from "playwright-core";

export const DESIGN = "early-drop";
export const BOUNDS = { cpus: 2, rounds: 1, regions: 1 };
/** Those whose searches end by themselves, with regions enough for each failure: `lazy` stops a little elsewhere each time. */
const COMPARED =
  "global-lock,early-drop,fast-path,region-locks,mirrored-rwlocks,ordered-rwlocks,reserved-pool,static-pamt";
/** An exploration takes as long as the machine is slow. */
const LONG = { timeout: 120_000 };

/** One picture: what to open, how, and what to do before it is taken. */
export interface Shot {
  readonly name: string;
  readonly address: string;
  readonly options?: BrowserContextOptions;
  readonly prepare?: (page: Page) => Promise<void>;
}

/** To the counterexample, which stands at the failure. */
async function toCounterexample(page: Page): Promise<void> {
  const view = page.getByRole("region", { name: "Counterexample" });
  await view.waitFor(LONG);
  await view.evaluate((element) => element.scrollIntoView({ block: "start", behavior: "instant" }));
}

/**
 * All pictures.
 *
 * @param report address of the report of the failure
 * @param page address of the page
 */
export function shots(report: string, page: string): Shot[] {
  const bounds = Object.entries(BOUNDS)
    .map(([name, value]) => `${name}=${value}`)
    .join("&");
  const broken = `${page}#design=${DESIGN}&${bounds}&run`;
  return [
    { name: "report-early-drop-light", address: report, prepare: toCounterexample },
    { name: "report-early-drop-dark", address: report, options: { colorScheme: "dark" }, prepare: toCounterexample },
    { name: "report-narrow", address: report, options: { viewport: { width: 400, height: 850 } } },
    {
      name: "page-first",
      address: page,
      prepare: (page) => page.waitForLoadState("load"),
    },
    {
      name: "page-c",
      address: `${page}#mode=c&${bounds}&scenario=main`,
      prepare: async (page) => {
        await page.getByText("Examples").click();
        await page.getByRole("button", { name: "early-drop-v1.c" }).click();
        await page.getByRole("button", { name: "Check", exact: true }).click();
        await page.locator(".cm-line.broke").waitFor(LONG);
      },
    },
    {
      name: "page-verdict",
      address: broken,
      prepare: (page) => page.getByRole("region", { name: "Verdict" }).waitFor(LONG),
    },
    { name: "page-counterexample", address: broken, prepare: toCounterexample },
    {
      name: "page-compare",
      address: `${page}#mode=compare&design=${COMPARED}&cpus=2&rounds=1&regions=2&run`,
      prepare: async (page) => {
        await page.getByRole("region", { name: "Comparison" }).waitFor(LONG);
        await page.waitForFunction("document.querySelector('tr.waiting') === null", null, LONG);
      },
    },
  ];
}
