/** C of each kind that was once judged wrongly, right and wrong, against the verdict that is right. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { designOf } from "../../src/clang/index.js";
import { check, planOf, usual } from "../../src/explore/index.js";
import { fromText } from "./support/c.js";

const folder = join(import.meta.dirname, "../fixtures/verdicts");
const rows = readFileSync(join(folder, "INDEX.tsv"), "utf8")
  .split("\n")
  .filter((line) => line !== "" && !line.startsWith("#"))
  .map((line) => line.split("\t") as [file: string, verdict: string, ids: string, flags: string]);

describe("the battery", () => {
  test.each(rows)("judges %s: %s %s", async (file, verdict, ids, flags) => {
    const seamcallFailures = Number(/--seamcall-failures (\d+)/.exec(flags)?.[1] ?? 0);
    const plan = planOf({ ...usual, cpus: 2, rounds: 1, seamcallFailures });
    const judge = async () =>
      check({ ...plan, design: designOf(await fromText(readFileSync(join(folder, file), "utf8"))), explain: false });
    if (verdict === "refused") {
      await expect(judge()).rejects.toThrow(/^test\.c:\d+: /);
      return;
    }
    const result = await judge();
    expect(result.verdict).toBe(verdict);
    const broken = result.requirements.filter((each) => each.verdict === "violated").map(({ id }) => id as string);
    if (verdict === "violated") expect(ids.split(",").filter((id) => broken.includes(id))).not.toEqual([]);
  });
});
