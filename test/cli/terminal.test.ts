/** What is shown while something takes long: on a terminal alone, and gone afterwards. */
import { afterEach, describe, expect, it, vi } from "vitest";
import { whileShowing } from "../../src/cli/terminal.js";

const before = { isTTY: process.stderr.isTTY, columns: process.stderr.columns };

/** What reaches stderr while `work` is done. */
async function shown(isTTY: boolean, line: string, work: () => Promise<unknown>): Promise<string> {
  Object.assign(process.stderr, { isTTY, columns: 40 });
  let text = "";
  const write = vi.spyOn(process.stderr, "write").mockImplementation((part) => {
    text += part;
    return true;
  });
  await whileShowing(line, work).catch(() => {});
  write.mockRestore();
  return text;
}

afterEach(() => {
  Object.assign(process.stderr, before);
});

describe("a line while something takes long", () => {
  it("is shown on a terminal and taken back, also when it fails", async () => {
    for (const work of [async () => 1, () => Promise.reject(new Error("no"))]) {
      expect(await shown(true, "compiling tdx.c …", work)).toBe("\r\u001b[Kcompiling tdx.c …\r\u001b[K");
    }
  });

  it("never wraps", async () => {
    expect(await shown(true, "x".repeat(100), async () => 1)).toBe(`\r\u001b[K${"x".repeat(39)}\r\u001b[K`);
  });

  it("is not shown in a pipe, and what the work gives is handed on", async () => {
    expect(await shown(false, "compiling tdx.c …", async () => 1)).toBe("");
    expect(await whileShowing("compiling tdx.c …", async () => 7)).toBe(7);
  });
});
