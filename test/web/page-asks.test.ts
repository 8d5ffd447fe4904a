/** What the page does when one thing is asked for after another: links, files, runs, in any order. */
import { writeFileSync } from "node:fs";
import { deflateRawSync } from "node:zlib";
import type { Page } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { accessibilityViolations, browserIsMissing } from "./support/browser.js";
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
} from "./support/served-page.js";

const LONG_RUN = "design=global-lock&cpus=4&rounds=2&regions=2";
/** Files with "slow" in their names are not read before `release()`. */
const SLOW_FILES = `
  const { text } = Blob.prototype;
  Blob.prototype.text = async function () {
    if (this.name?.includes("slow")) await new Promise((done) => (globalThis.release = done));
    return text.call(this);
  };
`;
/** The first stream is not read before \`release()\`. */
const SLOW_STREAM = `
  const { read } = ReadableStreamDefaultReader.prototype;
  ReadableStreamDefaultReader.prototype.read = async function () {
    if (globalThis.release === undefined) await new Promise((done) => (globalThis.release = done));
    return read.call(this);
  };
`;
/** A worker in which one design of a comparison meets an end. */
const FRAGILE_WORKER = `
  const Own = Worker;
  globalThis.Worker = class extends Own {
    postMessage(message) {
      if (message.subject?.design === "early-drop") this.onerror({ message: "out of \\u202ememory" });
      else super.postMessage(message);
    }
  };
`;
const isWaiting = "typeof globalThis.release === 'function'";

describe.skipIf(browserIsMissing("what is asked of the page"))("the page, asked for one thing after another", () => {
  const { pathOf, open } = servedPage();

  beforeAll(() => {
    for (const [name, design] of [
      ["first-slow", "early-drop"],
      ["second", "lazy"],
    ] as const) {
      dpamt("check", "--design", design, ...SMALL_FLAGS, "--scenario", "main", "--save", pathOf(`${name}.json`));
    }
  });

  const comesTo = (page: Page, subject: string): Promise<void> =>
    expect
      .poll(() => page.getByRole("region", { name: "Verdict" }).allTextContents(), LONG)
      .toEqual([expect.stringContaining(subject)]);
  const release = (page: Page): Promise<void> => page.evaluate<void>("release()");
  const stepOf = (page: Page): Promise<string> => page.locator(".position").innerText();
  const mayFinish = (page: Page): Promise<void> => page.waitForTimeout(300);

  it("goes on with a run, and can stop it, when a link cannot be used", async () => {
    const page = await open(`${LONG_RUN}&run`);
    const progress = page.getByRole("region", { name: "Progress" });
    await progress.getByText("scenario main").waitFor(LONG);
    await follow(page, "cpus=99&run");
    expect(await problemOf(page)).toContain("cpus=99 (give a whole number from 1 to 8). The run was not started;");
    expect(await progress.count()).toBe(1);
    await page.getByRole("button", { name: "Stop" }).click();
    expect(await verdictOf(page)).toContain("global-lock");
    expect(await progress.count()).toBe(0);
  });

  it("begins nothing, and shows nothing of before, where a link says what it cannot use", async () => {
    const page = await open(`${BROKEN}&run`);
    await verdictOf(page);
    for (const link of ["design=early-dorp&run", `${BROKEN}&cpu=3&run`, "memory=TSO&run"]) {
      await follow(page, link);
      await expect.poll(() => problemOf(page)).toMatch(/(?:early-dorp|cpu=3|memory=TSO)\. The run was not started;/);
      await mayFinish(page);
      expect(await page.getByRole("region", { name: "Verdict" }).count()).toBe(0);
    }
  });

  it("is as it was at first when one goes back to where nothing was asked for", async () => {
    const page = await open("");
    await follow(page, `${BROKEN}&run`);
    await verdictOf(page);
    await page.goBack();
    await page.getByRole("link", { name: "See a race" }).waitFor();
    expect(await page.getByRole("region", { name: "Verdict" }).count()).toBe(0);
    expect(await page.getByLabel("Design", { exact: true }).inputValue()).toBe("global-lock");
  });

  it("shows a file that is opened during a run, and the run no more", async () => {
    const page = await open(`${LONG_RUN}&run`);
    await page.getByRole("region", { name: "Progress" }).getByText("scenario main").waitFor(LONG);
    await openFile(page, pathOf("second.json"));
    await comesTo(page, "lazy");
    expect(await page.getByRole("region", { name: "Progress" }).count()).toBe(0);
    await page.waitForTimeout(5000);
    await comesTo(page, "lazy");
    expect(await page.getByRole("alert").count()).toBe(0);
  });

  it("opens a file at its failure whatever was shown before, and the address tells nothing else", async () => {
    const page = await open(`${BROKEN}&run&step=1`);
    await verdictOf(page);
    await expect.poll(() => stepOf(page)).toMatch(/^operation 1 of /);
    await page.getByRole("button", { name: "All steps" }).click();
    await page.getByRole("button", { name: "Play" }).click();
    await openFile(page, pathOf("second.json"));
    await comesTo(page, "lazy");
    await expect.poll(() => stepOf(page)).toMatch(/^call (\d+) of \1$/);
    await page.getByRole("button", { name: "Play" }).waitFor();
    await expect.poll(() => new URL(page.url()).hash).toBe("");
  });

  it("shows the file that was opened last, however long the one before takes", async () => {
    const page = await open("", { before: SLOW_FILES });
    await openFile(page, pathOf("first-slow.json"));
    await expect.poll(() => page.evaluate(isWaiting)).toBe(true);
    await openFile(page, pathOf("second.json"));
    await comesTo(page, "lazy");
    await release(page);
    await mayFinish(page);
    await comesTo(page, "lazy");
  });

  it("shows the run that began after a file was opened, and not the file", async () => {
    const page = await open("", { before: SLOW_FILES });
    await openFile(page, pathOf("first-slow.json"));
    await expect.poll(() => page.evaluate(isWaiting)).toBe(true);
    await follow(page, `design=global-lock&${SMALL}&run`);
    await comesTo(page, "global-lock");
    await release(page);
    await mayFinish(page);
    await comesTo(page, "global-lock");
  });

  it("keeps to a run while a file that is none is opened", async () => {
    const page = await open(`${LONG_RUN}&run`);
    await page.getByRole("region", { name: "Progress" }).getByText("scenario main").waitFor(LONG);
    writeFileSync(pathOf("none.json"), "{");
    await openFile(page, pathOf("none.json"));
    expect(await problemOf(page)).toContain("is not JSON");
    await page.getByRole("button", { name: "Stop" }).click();
    expect(await verdictOf(page)).toContain("inconclusive");
  });

  it("follows the later of two links, however long the C of the first takes", async () => {
    const page = await open("", { before: SLOW_STREAM });
    const packed = deflateRawSync(Buffer.from("int slow;")).toString("base64url");
    await follow(page, `mode=c&c=${packed}&cpus=3`);
    await expect.poll(() => page.evaluate(isWaiting)).toBe(true);
    await follow(page, "design=lazy&cpus=1");
    const cpus = page.getByRole("textbox", { name: "CPUs" });
    await expect.poll(() => cpus.inputValue()).toBe("1");
    await release(page);
    await mayFinish(page);
    expect(await cpus.inputValue()).toBe("1");
    expect(await page.getByLabel("Design", { exact: true }).inputValue()).toBe("lazy");
  });

  it("keeps C that was typed where a link brings none", async () => {
    const page = await open("mode=c&cpus=1");
    const c = page.getByLabel("The helpers in C");
    await c.fill("int typed;");
    await follow(page, "design=lazy&cpus=3");
    await expect.poll(() => page.getByRole("textbox", { name: "CPUs" }).inputValue()).toBe("3");
    await page.goBack();
    await expect.poll(() => c.innerText()).toBe("int typed;");
    await follow(page, "mode=c&c=%%%&run");
    expect(await problemOf(page)).toContain("c=…");
    expect(await c.innerText()).toBe("int typed;");
    await follow(page, `mode=c&c=${deflateRawSync(Buffer.from("int linked;")).toString("base64url")}`);
    await expect.poll(() => c.innerText()).toBe("int linked;");
  });

  it("opens a step of a run elsewhere, with all its settings", async () => {
    const page = await open(`${BROKEN}&run`);
    await verdictOf(page);
    const opened = page.context().waitForEvent("page");
    await page
      .locator(".step a")
      .nth(4)
      .click({ modifiers: ["Control"] });
    const other = await opened;
    expect(await verdictOf(other)).toContain("early-drop");
    const number = await page.locator(".step .number").nth(4).textContent();
    const [, count] = /of (\d+)$/.exec(await stepOf(page)) ?? [];
    expect(await stepOf(other)).toBe(`call ${number} of ${count}`);
  });

  it("lets another CPU go first, and shows that path beside the failure", async () => {
    const page = await open(`${BROKEN}&run`);
    await verdictOf(page);
    await page.keyboard.press("Home");
    for (let press = 0; press < 3; press++) await page.keyboard.press("j");
    await expect.poll(() => stepOf(page)).toBe("call 4 of 7");
    await page.getByRole("button", { name: "What if CPU0 went first here?" }).click();
    const other = page.getByRole("region", { name: "Another path" });
    await other.getByText("every CPU ends, and nothing breaks").waitFor(LONG);
    expect(await other.locator(".other-head").innerText()).toContain("With CPU0 first instead of call 4:");
    const path = other.getByRole("region", { name: "The other path" });
    // CPU0 frees its page in one go, and nothing is marked as broken.
    expect(await path.locator(".call-row").nth(2).innerText()).toMatch(
      /tdx_free_page[\s\S]*PAMT\.REMOVE\s+✓\s+TDX_SUCCESS/,
    );
    expect(await path.locator(".broken-here, .overview-failure").count()).toBe(0);
    expect(await accessibilityViolations(page)).toEqual([]);
    // Keys outside are those of the failure; inside, of the path.
    const positions = (): Promise<string[]> => page.locator(".position").allInnerTexts();
    const [, last] = await positions();
    await path.getByRole("button", { name: "First" }).click();
    await page.keyboard.press("j");
    await expect.poll(positions).toEqual(["call 4 of 7", last?.replace(/\d+/, "2")]);
    await other.getByRole("button", { name: "Close" }).click();
    expect(await other.count()).toBe(0);
  });

  it("compares the rest when one design fails, and says at its row why", async () => {
    const page = await open(`mode=compare&design=global-lock,early-drop,lazy&${SMALL}&scenario=main&run`, {
      before: FRAGILE_WORKER,
    });
    const rows = page.getByRole("region", { name: "Comparison" }).locator("tbody tr");
    await expect.poll(() => rows.nth(2).textContent(), LONG).toContain("violated");
    expect(await rows.nth(0).textContent()).toContain("holds");
    expect(await rows.nth(1).textContent()).toBe("early-dropthe checker did not start: out of [U+202E]memory");
    expect(await page.getByRole("region", { name: "Progress" }).count()).toBe(0);
    expect(await page.getByRole("status").last().textContent()).toBe(
      "global-lock: holds, early-drop: the checker did not start: out of [U+202E]memory, lazy: violated",
    );
  });

  it("says that there is no result where none came of a comparison", async () => {
    const page = await open(`mode=compare&design=early-drop&${SMALL}&run`, { before: FRAGILE_WORKER });
    await page.getByText("There is no result.").waitFor(LONG);
    expect(await page.getByText("Results come in one after the other.").count()).toBe(0);
  });

  it("says of designs after Stop that they were not checked", async () => {
    const page = await open("mode=compare&design=global-lock,lazy,static-pamt&cpus=4&rounds=2&regions=2&run");
    await page.getByRole("region", { name: "Progress" }).getByText("scenario main").waitFor(LONG);
    await page.getByRole("button", { name: "Stop" }).click();
    const rows = page.getByRole("region", { name: "Comparison" }).locator("tbody tr");
    await expect.poll(() => rows.nth(1).textContent(), LONG).toContain("not checked");
    expect(await rows.nth(0).textContent()).toContain("inconclusive");
    expect(await page.getByText("not yet").count()).toBe(0);
  });
});
