/** C of each kind that was once judged wrongly, right and wrong: a good file, and patches of it. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { check, defaults, explorationOf } from "../../src/check/index.js";
import { designOf } from "../../src/clang/index.js";
import { fixture, fixtures } from "./support/c.js";

const rows = readFileSync(join(fixtures, "kinds/INDEX.tsv"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [file: string, verdict: string, ids: string, flags: string]);

describe("the battery", () => {
  test.each(rows)("judges %s: %s %s", async (file, verdict, ids, flags) => {
    const seamcallFailures = Number(/--seamcall-failures (\d+)/.exec(flags)?.[1] ?? 0);
    const exploration = explorationOf({ ...defaults, cpus: 2, rounds: 1, seamcallFailures });
    const judge = async () => {
      const subject = await fixture("kinds/good.c", file.endsWith(".patch") ? `kinds/${file}` : undefined);
      return check({ ...exploration, design: designOf(subject), explain: false });
    };
    if (verdict === "refused") {
      await expect(judge()).rejects.toThrow(/^kinds\/good\.c:\d+: .* is always false here/);
      return;
    }
    const result = await judge();
    expect(result.verdict).toBe(verdict);
    const broken = result.requirements.filter((each) => each.verdict === "violated").map(({ id }) => id as string);
    if (verdict === "violated") expect(ids.split(",").filter((id) => broken.includes(id))).not.toEqual([]);
  });
});
