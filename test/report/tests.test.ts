/** Results as tests, for CI servers: JUnit by the schema of Jenkins and the rules of GitLab, KTAP by a reader of its own. */
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { validateXML } from "xmllint-wasm";
import { reporterOf, type SavedResult } from "../../src/report/index.js";
import { type KtapTest, parseKtap } from "./support/ktap.js";
import { asC, onCpus, resultOf, strangeResult, strangeText } from "./support/samples.js";
import { childrenOf, type Element, parseXml } from "./support/xml.js";

async function render(format: string, result: SavedResult): Promise<string> {
  const reporter = reporterOf(format);
  if (reporter === undefined) throw new Error(`no format ${format}`);
  return reporter.render(result, {});
}

/** Failures of several kinds, C, scenarios that were not begun or share a name, a limit, and nothing broken. */
async function samples(): Promise<SavedResult[]> {
  const early = await resultOf("early-drop");
  const [scenario] = early.scenarios;
  const merged = await resultOf("global-lock");
  return [
    early,
    await resultOf("region-locks", 2),
    asC(early),
    onCpus(early, 3),
    { ...early, scenarios: [scenario!, scenario!, scenario!], notRun: ["fault", "fault"] },
    merged,
    limited(merged),
  ];
}

/** As if a limit of states had been met. */
function limited(result: SavedResult): SavedResult {
  return {
    ...result,
    verdict: "inconclusive",
    requirements: result.requirements.map((each) => ({ ...each, verdict: "inconclusive" as const })),
    scenarios: result.scenarios.map((each) => ({
      ...each,
      verdict: "inconclusive" as const,
      complete: false,
      stopped: "states" as const,
    })),
    notes: [{ scenario: result.scenarios[0]?.name ?? "", text: "a note" }],
  };
}

describe("junit", () => {
  const schema = {
    fileName: "jenkins.xsd",
    contents: readFileSync(fileURLToPath(new URL("./support/jenkins-junit.xsd", import.meta.url)), "utf8"),
  };
  const errorsOf = async (text: string): Promise<readonly string[]> => {
    const { errors } = await validateXML({ xml: { fileName: "junit.xml", contents: text }, schema });
    return errors.map(({ rawMessage }) => rawMessage);
  };
  const casesOf = (root: Element): Element[] =>
    childrenOf(root, "testsuite").flatMap((suite) => childrenOf(suite, "testcase"));

  it("keeps to the schema of Jenkins", async () => {
    for (const result of await samples()) expect(await errorsOf(await render("junit", result))).toEqual([]);
  });

  it("keeps to it whatever strangers write", async () => {
    const result = await resultOf("early-drop");
    const texts = fc.sample(strangeText, 15);
    for (const text of texts) expect(await errorsOf(await render("junit", strangeResult(result, text)))).toEqual([]);
  });

  it("is judged by a schema that knows right from wrong", async () => {
    const right = await render("junit", await resultOf("early-drop"));
    for (const [from, to] of [
      ["<testsuites ", '<testsuites skipped="0" '],
      ['<testsuite name="early-drop: main" ', "<testsuite "],
      ["<testcase name=", '<testcase file="a.c" name='],
      [/ time="[\d.]+"/, ' time="soon"'],
      ["<failure ", '<failure line="1" '],
      ["<system-out>", "<output>"],
    ] as const) {
      const wrong = right
        .replace(from, to)
        .replace(to === "<output>" ? "</system-out>" : "", to === "<output>" ? "</output>" : "");
      expect(wrong).not.toBe(right);
      expect(await errorsOf(wrong), to).not.toEqual([]);
    }
  });

  it("has what GitLab reads: names that differ, times, and why as what elements hold", async () => {
    for (const result of await samples()) {
      const cases = casesOf(parseXml(await render("junit", result)));
      // Of two cases of one name GitLab shows the first alone.
      const names = cases.map(({ attributes }) => `${attributes.classname} ${attributes.name}`);
      expect(new Set(names).size).toBe(names.length);
      for (const each of cases) {
        expect(each.attributes.time).toMatch(/^\d+\.\d{3}$/);
        for (const kind of ["failure", "skipped"]) {
          for (const { children } of childrenOf(each, kind)) expect(children.join("").trim()).not.toBe("");
        }
      }
    }
  });

  it("deals the time of a search out to its cases", async () => {
    const result = await resultOf("global-lock");
    const [scenario] = result.scenarios;
    const [suite] = childrenOf(
      parseXml(await render("junit", { ...result, scenarios: [{ ...scenario!, seconds: 14 }] })),
      "testsuite",
    );
    expect(suite?.attributes.time).toBe("14.000");
    const times = childrenOf(suite!, "testcase").map(({ attributes }) => Number(attributes.time));
    expect(times).toEqual(Array.from({ length: 14 }, () => 1));
  });
});

describe("ktap", () => {
  const all = (tests: readonly KtapTest[]): KtapTest[] => tests.flatMap((test) => [test, ...all(test.subtests)]);

  it("is a test of the subject with one for each scenario, in that one for each requirement", async () => {
    for (const result of await samples()) {
      const [subject, ...others] = parseKtap(await render("ktap", result));
      expect(others).toEqual([]);
      expect(subject?.name).toBe(result.subject.name);
      const extra = result.notRun === undefined ? 0 : 1;
      expect(subject?.subtests).toHaveLength(result.scenarios.length + extra);
      for (const scenario of subject?.subtests.slice(0, result.scenarios.length) ?? []) {
        expect(scenario.subtests.map(({ name }) => name)).toEqual(
          result.requirements.map(({ id, title }) => `${id} ${title}`),
        );
      }
      expect(subject?.ok).toBe(result.verdict !== "violated");
      expect(subject?.directive).toBe(result.verdict === "inconclusive" ? "SKIP" : undefined);
    }
  });

  it("fails a parent of which a subtest fails, and passes none of which nothing is decided", async () => {
    for (const result of await samples()) {
      for (const { ok, directive, subtests } of all(parseKtap(await render("ktap", result)))) {
        if (subtests.length === 0) continue;
        expect(ok).toBe(subtests.every((each) => each.ok));
        if (subtests.every((each) => each.directive === "SKIP")) expect(directive).toBe("SKIP");
      }
    }
  });

  it("says why, and shows the interleaving above its result", async () => {
    const [subject] = parseKtap(await render("ktap", await resultOf("early-drop")));
    const main = subject?.subtests[0];
    const [free] = main?.subtests ?? [];
    expect(free?.data).toMatch(/^breaks for correct callers: TDH\.PHYMEM\.PAMT\.REMOVE on the free path/);
    expect(free?.diagnostics.join("\n")).toMatch(/CPU0 +CPU1\n.*=> R1: .*\n {2}npx dpamt replay 'dpamt1:/s);
    const unseen = main?.subtests.find(({ name }) => name.startsWith("R10 "));
    expect(unseen).toMatchObject({ ok: true, directive: "SKIP", data: expect.stringMatching(/^never checked: /) });
    expect(main?.diagnostics.join("\n")).toMatch(/^2 CPUs, 1 round, .* states/);
    const [open] = parseKtap(await render("ktap", limited(await resultOf("global-lock"))));
    expect(open?.subtests[0]?.diagnostics).toContain("note: a note");
  });

  it("stays what it is whatever strangers write", async () => {
    const result = await resultOf("early-drop");
    const shape = (tests: readonly KtapTest[]): unknown =>
      tests.map(({ ok, directive, subtests }) => [ok, directive, shape(subtests)]);
    const ours = shape(parseKtap(await render("ktap", strangeResult(result, "x"))));
    const texts = fc.oneof(strangeText, fc.constantFrom("# SKIP", "a # SKIP b", "\nok 1 x", "#", "Bail out!", "1..0"));
    for (const text of fc.sample(texts, 60)) {
      expect(shape(parseKtap(await render("ktap", strangeResult(result, text)))), JSON.stringify(text)).toEqual(ours);
    }
  });

  it("is read by a reader that knows right from wrong", () => {
    const right =
      "KTAP version 1\n1..1\n  KTAP version 1\n  1..2\n  ok 1 a # SKIP b\n  # c\n  not ok 2 - d\nnot ok 1 e\n";
    expect(parseKtap(right)).toMatchObject([
      {
        name: "e",
        ok: false,
        subtests: [
          { name: "a", directive: "SKIP", data: "b" },
          { name: "d", ok: false, diagnostics: ["c"] },
        ],
      },
    ]);
    for (const [from, to] of [
      ["KTAP version 1\n", ""],
      ["1..1", "1..2"],
      ["ok 1 a", "ok 2 a"],
      ["  # c", "  c"],
      ["  # c", "# c"],
      ["not ok 1 e", "fail 1 e"],
      ["not ok 1 e\n", "not ok 1 e"],
      ["not ok 1 e\n", "not ok 1 e\nmore\n"],
    ] as const) {
      expect(() => parseKtap(right.replace(from, to)), to).toThrow();
    }
  });
});
