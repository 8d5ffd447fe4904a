/** Results to make reports of: found by checks, made up where no check finds one like it, and of strangers. */
import fc from "fast-check";
import { battery, type CheckResult, type Counterexample, check, type Step } from "../../../src/check/index.js";
import { designByName } from "../../../src/helpers/index.js";
import type { SavedResult } from "../../../src/report/index.js";

const found = new Map<string, Promise<CheckResult>>();

/** What `dpamt check --design NAME --cpus 2 --rounds 1 --regions N` finds; each is looked for once. */
export function resultOf(name: string, regions = 1): Promise<SavedResult> {
  const key = `${name} ${regions}`;
  const known = found.get(key);
  if (known !== undefined) return known;
  const design = designByName(name);
  if (design === undefined) throw new Error(`no design ${name}`);
  const bounds = { cpus: 2, rounds: 1, regions, placement: "adversarial", allocFailures: 1, use: "rdmd" } as const;
  const result = check({ design, scenarios: battery, bounds });
  found.set(key, result);
  return result;
}

/** The counterexample of a result that has one. */
export function failureOf({ counterexample }: SavedResult): Counterexample {
  if (counterexample === null) throw new Error("nothing broke");
  return counterexample;
}

/** The result with this failure and no other. */
export function withFailure(result: SavedResult, failure: Counterexample): SavedResult {
  return { ...result, counterexample: failure, counterexamples: [failure] };
}

/** The result as if it were of C: steps with lines, coverage, and how it was compiled. */
export function asC(result: SavedResult, text = "atomic_inc(count);", file = "arch/x86/tdx.c"): SavedResult {
  const failure = failureOf(result);
  const source = { file, line: 123, text };
  return {
    ...withFailure(result, {
      ...failure,
      steps: failure.steps.map((step) => ({ ...step, source })),
      sources: [source],
    }),
    subject: { kind: "c", name: file, origin: "C" },
    coverage: [
      { file, line: 123, function: "get", reached: true },
      { file, line: 124, function: "get", reached: false },
    ],
    c: { file, tree: "linux" },
  };
}

/** The result with the visible steps dealt out to so many CPUs, call by call. */
export function onCpus(result: SavedResult, cpus: number): SavedResult {
  const failure = failureOf(result);
  const steps = failure.steps.map((step, index): Step => ({ ...step, cpu: index % cpus }));
  return withFailure(result, { ...failure, steps });
}

/** Characters that a line of a terminal or mail must not hold. */
export const UNFIT =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u061c\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff]/;

/** Texts as strangers choose them: markup, controls, directions, halves of characters, ends of everything. */
export const strangeText: fc.Arbitrary<string> = fc
  .array(
    fc.oneof(
      fc.string({ unit: "binary", maxLength: 8 }),
      fc.constantFrom(
        "\u202e",
        "\u001b[31m",
        "\n",
        "\r\n",
        "\ud800",
        "\udc00",
        "\u2028",
        "\ufffe",
        "</script><b>",
        "]]>",
        "<!--",
        "```",
        "`",
        "|",
        "'; rm x; '",
        "&lt;",
        "\t",
        "@all",
        "https://x.example",
        "é",
        "![x](y)",
        "waits ",
      ),
    ),
    { maxLength: 6 },
  )
  .map((parts) => parts.join(""));

/** `result` with every text that strangers choose replaced by `text`. */
export function strangeResult(result: SavedResult, text: string): SavedResult {
  const given = asC(result, text, text);
  const failure = failureOf(given);
  return {
    ...withFailure(given, {
      ...failure,
      message: text,
      schedule: `dpamt1:${text}:main`,
      steps: failure.steps.map((step, index) => (index % 3 === 0 ? { ...step, text, calls: [text, text] } : step)),
    }),
    subject: { kind: "c", name: text, origin: text },
    requirements: given.requirements.map((each) =>
      each.message === undefined ? each : { ...each, title: text, message: text },
    ),
    witnesses: [{ text, times: 1 }],
    c: { file: text, tree: text, entry: [text] },
  };
}
