/** What broke has, beside its sentence, the facts that the sentence names. */
import { describe, expect, it } from "vitest";
import { Leaf, Operand, TDX_NO_PAMT_PAGE_PAIR } from "../../src/abi/index.js";
import { type Bounds, check, type Scenario, scenarioByName } from "../../src/check/index.js";
import { leaf, regionAt, sentence, status } from "../../src/check/requirements/sentence.js";
import { leafFact, statusFact } from "../../src/check/trace/codes.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { faulty } from "./faults.js";

const BOUNDS: Bounds = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 1, use: "rdmd" };

async function failureOf(design: Design) {
  const result = await check({ design, scenarios: [scenarioByName("main") as Scenario], bounds: BOUNDS });
  return result.counterexample;
}

describe("evidence", () => {
  it("is collected by the template that makes the sentence, also of parts of parts", () => {
    const inner = sentence`${regionAt(4096)} counts ${3}`;
    const whole = sentence`after ${leaf(Leaf.PhymemPamtAdd)}, ${inner}`;
    expect(whole.text).toBe("after TDH.PHYMEM.PAMT.ADD, region 0x1000 counts 3");
    expect(whole.facts).toEqual({ leaf: leafFact(Leaf.PhymemPamtAdd), region: 4096 });
    expect(status(TDX_NO_PAMT_PAGE_PAIR | Operand.Rcx).text).toBe("TDX_NO_PAMT_PAGE_PAIR | RCX");
  });

  it("names leaf and status of a SEAMCALL that failed", async () => {
    const found = await failureOf(designByName("early-drop") as Design);
    expect(found?.evidence).toEqual({
      leaf: leafFact(Leaf.PhymemPamtRemove),
      status: statusFact(TDX_NO_PAMT_PAGE_PAIR | Operand.Rcx),
    });
  });

  it("names a page and how it was misused", async () => {
    expect((await failureOf(faulty("free-without-reset")))?.evidence).toEqual({
      misuse: "NotReset",
      page: 0x102010000,
    });
  });

  it("is absent where the sentence names no fact", async () => {
    expect(await failureOf(faulty("unlock-forgotten"))).not.toHaveProperty("evidence");
  });
});
