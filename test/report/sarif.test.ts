/** SARIF: by the official schema, and by the rules and limits that GitHub states beyond it. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import ajvDraft04 from "ajv-draft-04";
import ajvFormats from "ajv-formats";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type RequirementId, requirements, type Step } from "../../src/check/index.js";
import {
  failuresOf,
  locationsOf,
  plainFiles,
  type SavedResult,
  type SourceFiles,
  sarifOf,
  stepLocations,
} from "../../src/report/index.js";
import { readPlaces } from "../../tools/places.mjs";
import { root } from "../support/repository.js";
import { asC, failureOf, resultOf, strangeResult, strangeText, withFailure } from "./support/samples.js";

const DOCS = "https://git.example/dpamt/blob/main/docs";
const places = readPlaces();
/** As on the command line, in a clone of dpamt. */
const files: SourceFiles = {
  bases: { "%SRCROOT%": "The root of the repository." },
  named: (file) => ({ path: file, base: "%SRCROOT%" }),
  own: () => ({ places, base: "%SRCROOT%" }),
};

const schemaFile = fileURLToPath(new URL("../fixtures/sarif/sarif-2.1.0-rtm.5.json", import.meta.url));
// One pattern of the schema is of the kind without the flag for Unicode.
const ajv = new ajvDraft04.default({ strict: false, allErrors: true, unicodeRegExp: false });
ajvFormats.default(ajv);
const validate = ajv.compile(JSON.parse(readFileSync(schemaFile, "utf8")));

type Log = ReturnType<typeof sarifOf>;
type Run = Log["runs"][number];

function runOf({ runs }: Log): Run {
  const [run] = runs;
  if (run === undefined) throw new Error("no run");
  return run;
}

/** What the schema has against a log. */
function schemaErrors(log: unknown): string[] {
  return validate(log) ? [] : (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

/** What GitHub has against it: properties that it requires, and limits at which it refuses or cuts. */
function githubErrors(log: Log): string[] {
  const errors: string[] = [];
  const expectThat = (isSo: boolean, what: string): void => {
    if (!isSo) errors.push(what);
  };
  const isText = (text: string | undefined, most: number): boolean =>
    text !== undefined && text !== "" && text.length <= most;
  expectThat(log.version === "2.1.0" && log.$schema !== "", "version or schema");
  expectThat(log.runs.length >= 1 && log.runs.length <= 20, "runs");
  expectThat(Buffer.byteLength(JSON.stringify(log)) <= 10 * 2 ** 20, "size");
  for (const { tool, results, automationDetails } of log.runs) {
    expectThat(isText(tool.driver.name, 255) && isText(tool.driver.semanticVersion, 255), "driver");
    expectThat(/^[^/]+\/.+\/$/.test(automationDetails.id), "category");
    expectThat(tool.driver.rules.length <= 25_000 && results.length <= 25_000, "rules or results");
    expectThat(new Set(tool.driver.rules.map(({ id }) => id)).size === tool.driver.rules.length, "ids of rules");
    for (const rule of tool.driver.rules) {
      expectThat(isText(rule.id, 255) && isText(rule.name, 255), "id or name of a rule");
      expectThat(isText(rule.shortDescription.text, 1024), "short description");
      expectThat(isText(rule.fullDescription.text, 1024), "full description");
      expectThat(isText(rule.help.text, 1e6), "help");
      expectThat(rule.properties.tags.length <= 10, "tags");
    }
    for (const result of results) {
      expectThat(tool.driver.rules[result.ruleIndex]?.id === result.ruleId, "rule of a result");
      expectThat(isText(result.message.text, 1e6), "message");
      expectThat(result.locations.length >= 1 && result.locations.length <= 10, "locations");
      expectThat(/^[0-9a-f]{16}:\d+$/.test(result.partialFingerprints.primaryLocationLineHash), "fingerprint");
      const flows = (result.codeFlows ?? []).flatMap(({ threadFlows }) =>
        threadFlows.flatMap((each) => each.locations),
      );
      expectThat(flows.length <= 10_000, "flow locations");
      for (const { physicalLocation } of [...result.locations, ...flows.map(({ location }) => location)]) {
        const uri = physicalLocation?.artifactLocation.uri ?? "";
        expectThat(uri !== "" && !/^\/|^[\w.+-]+:|\\|(^|\/)\.\.(\/|$)/.test(uri), `uri ${uri}`);
        const { startLine = 0, startColumn = 0, endLine = 0, endColumn = 0 } = physicalLocation?.region ?? {};
        expectThat(startLine >= 1 && endLine >= startLine && startColumn >= 1 && endColumn >= startColumn, "region");
      }
    }
  }
  return errors;
}

async function samples(): Promise<SavedResult[]> {
  const early = await resultOf("early-drop");
  return [
    early,
    await resultOf("region-locks", 2),
    await resultOf("mirrored-rwlocks", 2),
    await resultOf("global-lock"),
    asC(early),
  ];
}

describe("sarif", () => {
  it("keeps to the official schema, and to what GitHub demands beyond it", async () => {
    for (const result of await samples()) {
      const log = sarifOf(result, files, DOCS);
      expect(schemaErrors(log)).toEqual([]);
      expect(githubErrors(log)).toEqual([]);
      expect(schemaErrors(sarifOf(result, plainFiles))).toEqual([]);
    }
  });

  it("keeps to them whatever others write", async () => {
    const result = await resultOf("early-drop");
    for (const text of fc.sample(strangeText, 40)) {
      const log = sarifOf(strangeResult(result, text === "" ? "x" : text), plainFiles, DOCS);
      expect(schemaErrors(log)).toEqual([]);
      expect(githubErrors(log), JSON.stringify(text)).toEqual([]);
      expect(JSON.stringify(runOf(log).results.map(({ message }) => message))).not.toContain("](");
    }
  });

  it("is judged by rules that know right from wrong", async () => {
    const log = sarifOf(await resultOf("early-drop"), files, DOCS);
    const wrong = (
      change: (run: { results: Record<string, unknown>[]; tool: { driver: Record<string, unknown> } }) => void,
    ) => {
      const copy = JSON.parse(JSON.stringify(log));
      change(copy.runs[0]);
      return copy;
    };
    for (const [against, change] of [
      [schemaErrors, (run) => delete run.tool.driver.name],
      [schemaErrors, (run) => Object.assign(run.tool.driver, { informationUri: "no address" })],
      [schemaErrors, (run) => Object.assign(run.results[0] ?? {}, { level: "fatal" })],
      [schemaErrors, (run) => Object.assign(run.results[0] ?? {}, { place: "here" })],
      [githubErrors, (run) => Object.assign(run.results[0] ?? {}, { locations: [] })],
      [
        githubErrors,
        (run) => Object.assign(run.results[0] ?? {}, { partialFingerprints: { primaryLocationLineHash: "" } }),
      ],
      [githubErrors, (run) => Object.assign(run.results[0] ?? {}, { ruleIndex: 5 })],
      [
        githubErrors,
        (run) => Object.assign(run.results[0] ?? {}, { locations: [{ logicalLocations: [{ name: "x" }] }] }),
      ],
    ] as const satisfies readonly (readonly [unknown, Parameters<typeof wrong>[0]])[]) {
      expect(against(wrong(change))).not.toEqual([]);
    }
  });

  it("leads from each rule to its page, which is there and says the statement", async () => {
    const { driver } = runOf(sarifOf(await resultOf("global-lock"), files, DOCS)).tool;
    expect(driver.rules.map(({ id }) => id)).toEqual(requirements.map(({ id }) => id));
    for (const address of [driver.informationUri, ...driver.rules.map(({ helpUri }) => helpUri)]) {
      expect(address?.startsWith(`${DOCS}/`)).toBe(true);
      expect(existsSync(`${root}/docs/${address?.slice(DOCS.length + 1)}`), address).toBe(true);
    }
    for (const [index, { fullDescription, help, defaultConfiguration }] of driver.rules.entries()) {
      expect(fullDescription.text).toBe(requirements[index]?.statement);
      expect(help.markdown).toContain(`](${DOCS}/requirements/R${String(index + 1).padStart(2, "0")}.md)`);
      expect(defaultConfiguration.level).toBe(index + 1 === 11 ? "warning" : "error");
    }
    const without = runOf(sarifOf(await resultOf("global-lock"), files)).tool.driver;
    expect(JSON.stringify(without)).not.toMatch(/informationUri|helpUri|https?:/);
    expect(without.rules[0]?.help.text).toContain("docs/requirements/R01.md of dpamt");
  });

  it("gives rules of a result that somebody else wrote no link of theirs", async () => {
    const result = await resultOf("early-drop");
    const [requirement] = result.requirements;
    const strange = { id: "R1](https://x.example)" as RequirementId, title: "[click](https://x.example)" };
    const altered: SavedResult = { ...result, requirements: [{ ...requirement!, ...strange }] };
    const [rule] = runOf(sarifOf(altered, files, DOCS)).tool.driver.rules;
    expect(rule).toMatchObject({ name: "ClickHttpsXExample", help: { text: strange.title } });
    expect(rule?.help.markdown ?? rule?.helpUri).toBeUndefined();
  });

  it("has fingerprints that stay when lines move, and differ where something else broke", async () => {
    const result = asC(await resultOf("early-drop"));
    const prints = (given: SavedResult) =>
      runOf(sarifOf(given, files, DOCS)).results.map((each) => each.partialFingerprints.primaryLocationLineHash);
    const failure = failureOf(result);
    const atLine = (line: number, text: string) =>
      withFailure(result, { ...failure, sources: [{ file: "arch/x86/tdx.c", line, text }] });
    const here = prints(atLine(123, "atomic_inc(count);"));
    expect(prints(atLine(140, "\tatomic_inc( count );"))[0]).toBe(here[0]);
    expect(prints(atLine(123, "atomic_dec(count);"))[0]).not.toBe(here[0]);
    expect(new Set(here).size).toBe(here.length);
  });

  it("of a result with more steps than GitHub takes has the last ones, and says so", async () => {
    const result = asC(await resultOf("early-drop"));
    const failure = failureOf(result);
    const [step] = failure.steps as readonly [Step];
    const steps = Array.from(
      { length: 12_000 },
      (_, index): Step => ({ ...step, cpu: index % 2, text: `step ${index}` }),
    );
    const log = sarifOf(withFailure(result, { ...failure, steps }), files, DOCS);
    expect(githubErrors(log)).toEqual([]);
    const [run] = log.runs;
    const flows = run?.results[0]?.codeFlows?.[0]?.threadFlows ?? [];
    expect(flows.map(({ locations }) => locations.at(-1)?.location.message?.text)).toEqual([
      "step 11998",
      "step 11999",
    ]);
    expect(JSON.stringify(run?.invocations)).toContain("R1: the code flow has the last 10000 steps alone");
  });

  it("has a code flow for each failure, with a thread for each CPU", async () => {
    const result = await resultOf("early-drop");
    const failures = failuresOf(result).map((failure, index) => {
      const source = { file: "a.c", line: 10 + index, text: "x" };
      return { ...failure, steps: failure.steps.map((step) => ({ ...step, source })), sources: [source] };
    });
    const ofC = { ...result, subject: { kind: "c", name: "a.c", origin: "C" }, counterexamples: failures } as const;
    const found = runOf(sarifOf(ofC, plainFiles, DOCS)).results.map(({ ruleId, codeFlows, locations }) => [
      ruleId,
      codeFlows?.length,
      locations[0]?.physicalLocation?.region.startLine,
    ]);
    expect(found).toContainEqual(["R1", 1, 10]);
    expect(found).toContainEqual(["R13", 1, 11]);
    const { results, originalUriBaseIds } = runOf(sarifOf(asC(result), plainFiles, DOCS));
    const finding = results.find(({ ruleId }) => ruleId === "R1");
    expect(finding?.locations[0]?.physicalLocation?.artifactLocation).toEqual({ uri: "tdx.c", uriBaseId: "FILEDIR" });
    expect(Object.keys(originalUriBaseIds)).toEqual(["FILEDIR"]);
    expect(finding?.codeFlows?.[0]?.threadFlows.map(({ id }) => id)).toEqual(["CPU0", "CPU1"]);
  });

  it("never names a folder, nor nothing at all", async () => {
    const result = await resultOf("early-drop");
    for (const [file, uri] of [
      ["..", "unnamed"],
      [".", "unnamed"],
      ["a/..", "unnamed"],
      ["/", "unnamed"],
      ["...", "..."],
    ] as const) {
      expect(JSON.stringify(sarifOf(asC(result, "x", file), plainFiles, DOCS))).toContain(`"uri":"${uri}"`);
    }
    const strange: SourceFiles = { bases: {}, named: () => ({ path: "../a/./b.c", base: "X" }) };
    expect(JSON.stringify(sarifOf(asC(result), strange, DOCS))).toContain('"uri":"a/b.c"');
  });
});

describe("places of designs", () => {
  const lineOf = (file: string, line: number): string =>
    readFileSync(`${root}/${file}`, "utf8").split("\n")[line - 1] ?? "";

  it("are those of the source: what stands there makes the call", () => {
    const parts = Object.values(places.designs).flatMap((design) => Object.values(design.parts));
    const sites = [...parts, ...Object.values(places.flows)].flatMap((part) => [
      part.at,
      ...part.sites.map(({ at }) => at),
    ]);
    expect(sites.length).toBeGreaterThan(200);
    for (const { file, line, column, endColumn, text } of sites) {
      const whole = lineOf(file, line);
      expect(whole.trim()).toBe(text);
      expect(whole.slice(column - 1, endColumn - 1).trim()).not.toBe("");
      expect(endColumn - 1).toBeLessThanOrEqual(whole.length);
    }
  });

  it("are known of every design that counts, get and put, and of every flow", async () => {
    const { designs } = await import("../../src/helpers/index.js");
    const { flows } = await import("../../src/flows/index.js");
    expect(Object.keys(places.designs).sort()).toEqual(designs.map(({ name }) => name).sort());
    expect(Object.keys(places.flows).sort()).toEqual(flows.map(({ name }) => name).sort());
    for (const [name, { at, parts }] of Object.entries(places.designs)) {
      expect(at.file).toBe(`src/helpers/designs/${name}.ts`);
      expect(Object.keys(parts)).toEqual(expect.arrayContaining(["tdxPamtGet", "tdxPamtPut"]));
      if (name === "static-pamt") continue;
      for (const [part, leaf] of [
        ["tdxPamtGet", "TDH.PHYMEM.PAMT.ADD"],
        ["tdxPamtPut", "TDH.PHYMEM.PAMT.REMOVE"],
      ] as const) {
        expect(
          parts[part]?.sites.map(({ does }) => does),
          name,
        ).toContain(leaf);
      }
    }
  });

  it.each([
    ["early-drop", 1, "R1", /removePair\(|tdhPhymemPamtRemove\(/],
    ["early-drop", 1, "R13", /atomicDecAndTest\(/],
    ["region-locks", 2, "R2", /finishGet\(/],
    ["mirrored-rwlocks", 2, "R9", /readLock\(|yield/],
  ] as const)("%s with %i regions breaks %s where the call is made", async (name, regions, requirement, call) => {
    const [located, ...others] = locationsOf(await resultOf(name, regions), requirement, files);
    expect(others).toEqual([]);
    expect(located?.path).toBe(`src/helpers/designs/${name}.ts`);
    expect(lineOf(located?.path ?? "", located?.line ?? 0)).toMatch(call);
  });

  it("are known of nearly all steps in helpers, and lead through the design", async () => {
    for (const name of ["early-drop", "region-locks", "mirrored-rwlocks"]) {
      const result = await resultOf(name, 2);
      const failure = failureOf(result);
      const located = stepLocations(result, failure, files);
      const shown = failure.steps.flatMap(({ visible, calls }, index) =>
        visible && calls.length > 0 ? [located[index]] : [],
      );
      const known = shown.filter((each) => each !== undefined);
      expect(known.length / shown.length).toBeGreaterThan(0.7);
      expect(new Set(known.map(({ line }) => line)).size).toBeGreaterThan(2);
    }
  });

  it("name no file where the source is not known", async () => {
    const result = await resultOf("early-drop");
    expect(locationsOf(result, "R1", plainFiles)).toEqual([]);
    const renamed = { ...result, subject: { ...result.subject, name: "__proto__" } };
    expect(locationsOf(renamed, "R1", files)).toEqual([]);
    const [finding] = runOf(sarifOf(renamed, files, DOCS)).results;
    expect(finding?.locations).toEqual([{ logicalLocations: [{ name: "__proto__", kind: "module" }] }]);
  });
});
