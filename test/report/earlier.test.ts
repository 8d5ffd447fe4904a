/** Results that an earlier version saved: read back with their facts, and shown in all forms as that version showed them. */
import { createHash } from "node:crypto";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { Step } from "../../src/check/index.js";
import { plainTerminal, reporterOf } from "../../src/report/index.js";
import { checkSchema } from "../../src/report/result-schema.js";
import { readingOf } from "../../src/report/saved.js";
import { layoutOf } from "../../web/view/model.js";
import { read } from "../support/repository.js";
import { failureOf, resultOf, strangeText } from "./support/samples.js";

const given = (): { counterexample: { steps: Record<string, unknown>[] }; counterexamples: unknown } =>
  JSON.parse(read("test/fixtures/saved/check-1.json"));

function resultIn(value: unknown) {
  const reading = readingOf(value);
  if (reading.is !== "check") throw new Error(reading.is);
  return reading.result;
}

/** Beginnings of the SHA-256 of what the earlier version made of the result; of SARIF and JUnit, what is made since. */
const forms: Readonly<Record<string, string>> = {
  terminal: "6a199cfaa7d2a69d",
  "text-long": "608dc889735cbcbb",
  markdown: "3b6649c66135ccf0",
  itf: "8f1a130b392ef93e",
  sarif: "823a3c70b15545af",
  junit: "96d120b8d6c63feb",
  perfetto: "1d4e23277232f9cf",
};

describe("a result of an earlier version", () => {
  it("is one of this version once it is read", () => {
    expect(checkSchema.safeParse(resultIn(given())).success).toBe(true);
  });

  it("has the facts that a check of this version finds, but for what its texts do not say", async () => {
    const facts = (steps: readonly Step[]) =>
      steps.map(({ action }) => (action.kind === "return" && action.of === "helper" ? { ...action, page: 0 } : action));
    const now = failureOf(await resultOf("early-drop"));
    expect(facts(failureOf(resultIn(given())).steps)).toEqual(facts(now.steps));
  });

  it.each(Object.entries(forms))("looks as before: %s", async (format, hash) => {
    const text =
      (await reporterOf(format)?.render(resultIn(given()), { terminal: plainTerminal, addresses: true })) ?? "";
    expect(createHash("sha256").update(text).digest("hex").slice(0, 16)).toBe(hash);
  });

  it("has its SEAMCALLs and statuses in the view", () => {
    const { blocks } = layoutOf(failureOf(resultIn(given())), "operations");
    expect(blocks.map(({ leaf, status }) => `${leaf.name} ${status?.name}`)).toEqual([
      "TDH.PHYMEM.PAMT.ADD TDX_SUCCESS",
      "TDH.PHYMEM.PAGE.RDMD TDX_SUCCESS",
      "TDH.PHYMEM.PAMT.ADD TDX_HPA_RANGE_NOT_FREE | RCX",
      "TDH.PHYMEM.PAGE.RDMD TDX_SUCCESS",
      "TDH.PHYMEM.PAMT.REMOVE TDX_SUCCESS",
      "TDH.PHYMEM.PAMT.REMOVE TDX_NO_PAMT_PAGE_PAIR | RCX",
    ]);
  });

  it.each([
    ["module shutdown (the call never returned)", "failure"],
    ["unknown status", "failure"],
    ["TDX_OPERAND_BUSY | RCX", "busy"],
  ])("has the status of a SEAMCALL that returned %s", (name, outcome) => {
    const value = given();
    const [first, ...others] = value.counterexample.steps;
    const text = `TDH.PHYMEM.PAMT.ADD returns ${name}`;
    const steps = [{ ...first, kind: "return", text }, ...others];
    const { action } = failureOf(
      resultIn({ ...value, counterexample: { ...value.counterexample, steps }, counterexamples: undefined }),
    ).steps[0] as Step;
    expect(action).toMatchObject({ kind: "return", of: "seamcall", status: { name, outcome } });
  });

  it("may have any texts: those that are not understood are shown and no more", () => {
    fc.assert(
      fc.property(strangeText, fc.constantFrom("call", "return", "word", "choice", "event"), (text, kind) => {
        const value = given();
        const steps = value.counterexample.steps.map((step) => ({ ...step, text, word: text, kind }));
        const result = resultIn({
          ...value,
          counterexample: { ...value.counterexample, steps },
          counterexamples: undefined,
        });
        expect(checkSchema.safeParse(result).success).toBe(true);
        expect(new Set(failureOf(result).steps.map((step) => step.text))).toEqual(new Set([text]));
      }),
      { numRuns: 50 },
    );
  });

  it("is refused where it does not have the shape of that version", () => {
    const { steps: _, ...broken } = given().counterexample;
    expect(readingOf({ ...given(), counterexample: broken })).toMatchObject({ is: "broken", as: "check" });
    expect(readingOf({ schema: "dpamt-compare-1", results: [{}] })).toMatchObject({ is: "broken", as: "comparison" });
    expect(readingOf({ schema: "dpamt-compare-1", results: [given()] })).toMatchObject({ is: "comparison" });
    for (const value of [null, 7, [], { schema: "dpamt-check-0" }]) expect(readingOf(value)).toEqual({ is: "neither" });
  });
});
