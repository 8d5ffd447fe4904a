/** The programs in docs/library.md do what the page says that they do. */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";

const page = readFileSync("docs/library.md", "utf8");
const programs = [...page.matchAll(/```js\n([\s\S]*?)```\s+prints `([^`]+)`/g)].map(
  ([, code, output]) => [output as string, code as string] as const,
);

describe("docs/library.md", () => {
  it("has programs", () => expect(programs.length).toBe(4));

  it.each(programs)("%s", (output, code) => {
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module"], { input: code, encoding: "utf8" });
    expect(stderr).toBe("");
    expect(stdout).toBe(`${output}\n`);
  });
});
