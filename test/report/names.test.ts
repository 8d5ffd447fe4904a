/** Names of regions and pages in what people read. */
import { describe, expect, it } from "vitest";
import { type Bounds, check, scenarioByName } from "../../src/check/index.js";
import { designByName } from "../../src/helpers/index.js";
import { named, reporters } from "../../src/report/index.js";
import { RegionNames } from "../../src/report/names.js";

const names = new RegionNames([0x1_0200_0000, 0x1_0220_0000]);

const BOUNDS: Bounds = { cpus: 2, rounds: 1, regions: 2, placement: "adversarial", allocFailures: 1, use: "rdmd" };

async function resultOf(name: string) {
  const design = designByName(name)!;
  return check({ design, scenarios: [scenarioByName("main")!], bounds: BOUNDS, limits: { maxStates: 200_000 } });
}

describe("names of regions", () => {
  it.each([
    ["region 0x102000000 has 1 user", "region A has 1 user"],
    ["count of 0x102200000", "count of B"],
    ["TDH.PHYMEM.PAMT.ADD(0x102200001, 0x102010000, 0x1023ff000)", "TDH.PHYMEM.PAMT.ADD(B|2M, A+16, B+511)"],
    ["page 0x102001000", "page A+1"],
    // No page begins there, or no region of the scene is there.
    ["0x102001010, 0x102000004 and 0x102400000", "0x102001010, 0x102000004 and 0x102400000"],
    ["0x1020000000 and 0x10200000", "0x1020000000 and 0x10200000"],
    ["TDX_OPERAND_BUSY is 0x8000020000000001", "TDX_OPERAND_BUSY is 0x8000020000000001"],
  ])("%s", (text, expected) => {
    expect(names.inText(text)).toBe(expected);
  });

  it("leave what is typed, lines of C and the given result alone", async () => {
    const result = await resultOf("region-locks");
    const before = JSON.stringify(result);
    const after = named(result);
    expect(JSON.stringify(result)).toBe(before);
    const [failure] = result.counterexamples;
    expect(after.counterexample?.schedule).toBe(failure!.schedule);
    const source = { file: "f.c", line: 1, text: "x = 0x102000000;" };
    const steps = failure!.steps.map((step) => ({ ...step, source }));
    const withC = named({ ...result, counterexamples: [{ ...failure!, steps, sources: [source] }] });
    expect(withC.counterexamples?.[0]).toMatchObject({ sources: [source], steps: steps.map(() => ({ source })) });
  });

  it("are in all forms for people, unless addresses are asked for", async () => {
    const result = await resultOf("region-locks");
    const forPeople = reporters.filter(({ format }) => !["json", "itf", "html"].includes(format));
    for (const { format, render } of forPeople) {
      const text = await render(result, {});
      expect(text, format).not.toContain("0x102000000");
      if (format !== "sarif" && format !== "junit")
        expect(await render(result, { addresses: true }), format).toContain("0x102000000");
    }
  });

  it("are in what is said of a result without a failure", async () => {
    const result = await resultOf("global-lock");
    const messages = ({ requirements }: Pick<typeof result, "requirements">) =>
      requirements.flatMap(({ message }) => (message === undefined ? [] : [message]));
    expect(messages(result).join()).toMatch(/region 0x102[0-9a-f]{6} /);
    expect(messages({ requirements: [...named(result).requirements] }).join()).toMatch(/region [AB] /);
  });
});
