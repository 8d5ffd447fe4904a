/** Reports for other programs: ITF, Perfetto, JUnit, JSON, each held to the rules of its format. */
import { describe, expect, it } from "vitest";
import { reporterOf, reporters, type SavedResult } from "../../src/report/index.js";
import { checkSchema } from "../../src/report/result-schema.js";
import { itfSchema } from "./support/itf.js";
import { asC, failureOf, onCpus, resultOf, withFailure } from "./support/samples.js";
import { traceSchema } from "./support/trace-events.js";
import { childrenOf, parseXml } from "./support/xml.js";

async function render(format: string, result: SavedResult): Promise<string> {
  const reporter = reporterOf(format);
  if (reporter === undefined) throw new Error(`no format ${format}`);
  return reporter.render(result, { bundle: { script: "0", style: "a{}" } });
}

/** A deadlock, a failure of one lock for each region, one of C, one on three CPUs, and nothing broken. */
async function samples(): Promise<SavedResult[]> {
  const broken = [
    await resultOf("early-drop"),
    await resultOf("region-locks", 2),
    await resultOf("mirrored-rwlocks", 2),
  ];
  const [first] = broken as [SavedResult];
  return [...broken, asC(first), onCpus(first, 3), await resultOf("global-lock")];
}

function field(args: object | undefined, name: string): unknown {
  return Object.entries(args ?? {}).find(([key]) => key === name)?.[1];
}

describe("the registry", () => {
  it("has each format once, with a summary of one line", () => {
    const names = reporters.map(({ format }) => format);
    expect(names).toEqual([
      "terminal",
      "text",
      "text-long",
      "markdown",
      "html",
      "json",
      "itf",
      "sarif",
      "junit",
      "ktap",
      "github",
      "perfetto",
    ]);
    for (const { summary } of reporters) expect(summary).toMatch(/^[^\n]{5,80}$/);
    expect(reporterOf("pdf")).toBeUndefined();
  });
});

describe("json", () => {
  it("is the result, as it was", async () => {
    for (const result of await samples()) {
      const text = await render("json", result);
      expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(result)));
      expect(checkSchema.safeParse(JSON.parse(text)).success).toBe(true);
    }
  });
});

describe("itf", () => {
  it("fits the description of the format", async () => {
    for (const result of await samples()) itfSchema.parse(JSON.parse(await render("itf", result)));
  });

  it("has a state for the beginning and one after each visible step, with counts and holders of locks", async () => {
    const result = await resultOf("early-drop");
    const { states } = itfSchema.parse(JSON.parse(await render("itf", result)));
    const { steps } = failureOf(result);
    expect(states.length).toBeGreaterThan(steps.filter(({ visible }) => visible).length);
    expect(states.map(({ done }) => done)).toEqual([...states.slice(1).map(() => false), true]);
    const actions = states.map(({ action }) => action);
    for (const { text } of steps.filter(({ visible }) => visible)) expect(actions).toContain(text);
    const counts = new Set(states.map(({ count }) => JSON.stringify(count)));
    expect(counts).toContain('{"#map":[["0x102000000",{"#bigint":"0"}]]}');
    expect(counts).toContain('{"#map":[["0x102000000",{"#bigint":"1"}]]}');
    const taken = states.find(({ action }) => action === "spin_lock(pamt_lock)");
    expect(JSON.stringify(taken?.locks)).toContain('"name":"pamt_lock"');
    expect(states[0]?.cpu).toEqual({ "#bigint": "-1" });
  });

  it("has no states without a failure", async () => {
    expect(itfSchema.parse(JSON.parse(await render("itf", await resultOf("global-lock")))).states).toEqual([]);
  });

  it("is judged by rules that know right from wrong", () => {
    const trace = {
      "#meta": { varTypes: { hand: "Set(Int)", next: "Str -> Int" } },
      vars: ["hand", "next"],
      states: [
        {
          "#meta": { index: 0 },
          hand: { "#set": [1, { "#bigint": "-20" }] },
          next: { "#map": [["a", { "#tup": [true, []] }]] },
        },
        { hand: { "#set": [] }, next: { "#map": [] } },
      ],
      loop: 1,
    };
    expect(itfSchema.safeParse(trace).success).toBe(true);
    const [first, second] = trace.states;
    for (const wrong of [
      { ...trace, vars: ["hand"] },
      { ...trace, loop: 2 },
      { ...trace, states: [first, { ...second, hand: { "#set": 1 } }] },
      { ...trace, states: [first, { ...second, hand: { "#bigint": "1.5" } }] },
      { ...trace, states: [first, { ...second, hand: 1.5 }] },
      { ...trace, states: [first, { ...second, hand: null }] },
      { ...trace, states: [first, { ...second, next: { "#map": [["a"]] } }] },
      { ...trace, states: [first, { hand: [] }] },
    ]) {
      expect(itfSchema.safeParse(wrong).success).toBe(false);
    }
  });
});

describe("perfetto", () => {
  it("fits the description of the format: slices nest, locks end, time goes forward", async () => {
    for (const result of await samples()) traceSchema.parse(JSON.parse(await render("perfetto", result)));
  });

  it("has a track for each CPU, calls and locks as slices, counts as counters", async () => {
    const { traceEvents } = traceSchema.parse(JSON.parse(await render("perfetto", await resultOf("early-drop"))));
    const named = traceEvents.flatMap(({ name, args }) => (name === "thread_name" ? [field(args, "name")] : []));
    expect(named).toEqual(["CPU0", "CPU1"]);
    const slices = traceEvents.filter(({ ph }) => ph === "B").map(({ name }) => name);
    expect(slices).toContain("tdx_alloc_page()");
    expect(slices.some((name) => name.startsWith("TDH.PHYMEM.PAMT.ADD("))).toBe(true);
    const locks = traceEvents.filter(({ ph }) => ph === "b").map(({ name }) => name);
    expect(locks).toContain("pamt_lock, CPU0, exclusive");
    expect(traceEvents.filter(({ ph }) => ph === "C").map(({ args }) => field(args, "count"))).toEqual(
      expect.arrayContaining([0, 1]),
    );
    expect(traceEvents.at(-1)).toMatchObject({ ph: "i", s: "g", name: expect.stringMatching(/^R1 broken: /) });
  });

  it("shows who waits until the end", async () => {
    const { traceEvents } = traceSchema.parse(
      JSON.parse(await render("perfetto", await resultOf("mirrored-rwlocks", 2))),
    );
    const last = Math.max(...traceEvents.map(({ ts }) => ts));
    const waiting = traceEvents.filter(({ ph, name, ts }) => ph === "E" && name.startsWith("waits in ") && ts === last);
    expect(waiting.map(({ tid }) => tid)).toEqual([1, 2]);
  });

  it("is judged by rules that know right from wrong", () => {
    const at = (ph: string, ts: number, more: object = {}) => ({ name: "f", ph, ts, pid: 1, tid: 1, ...more });
    const good = [
      at("B", 0),
      at("i", 1, { s: "t" }),
      at("E", 2),
      at("b", 2, { cat: "c", id: "1" }),
      at("e", 3, { cat: "c", id: "1" }),
    ];
    expect(traceSchema.safeParse({ traceEvents: good }).success).toBe(true);
    for (const wrong of [
      [at("B", 0)],
      [at("E", 0)],
      [at("B", 0), at("E", 1, { name: "g" })],
      [at("B", 2), at("E", 1)],
      [at("b", 0, { cat: "c", id: "1" })],
      [at("b", 0, { cat: "c" })],
      [at("C", 0, { args: { count: "1" } })],
      [at("M", 0, { name: "thread_name", args: {} })],
      [at("i", 0, { s: "x" })],
      [at("Z", 0)],
    ]) {
      expect(traceSchema.safeParse({ traceEvents: wrong }).success).toBe(false);
    }
  });
});

describe("junit", () => {
  it("has a suite for each scenario, a case for each requirement, and numbers that add up", async () => {
    for (const result of await samples()) {
      const root = parseXml(await render("junit", result));
      expect(root.name).toBe("testsuites");
      const suites = childrenOf(root, "testsuite");
      expect(suites).toHaveLength(result.scenarios.length);
      const totals = { tests: 0, failures: 0, skipped: 0 };
      for (const suite of suites) {
        const cases = childrenOf(suite, "testcase");
        const count = (name: string): number => cases.filter((each) => childrenOf(each, name).length > 0).length;
        const { tests, failures, errors, skipped, time, name } = suite.attributes;
        expect([tests, failures, errors, skipped]).toEqual(
          [cases.length, count("failure"), 0, count("skipped")].map(String),
        );
        expect(time).toMatch(/^\d+\.\d{3}$/);
        expect(name).toContain(result.subject.name);
        for (const each of cases) {
          expect(Object.keys(each.attributes).sort()).toEqual(["classname", "name", "time"]);
          // At most one of the outcomes, as Jenkins takes the first.
          expect(childrenOf(each, "failure").length + childrenOf(each, "skipped").length).toBeLessThanOrEqual(1);
          for (const failure of childrenOf(each, "failure")) expect(failure.attributes.message).toBeTruthy();
        }
        totals.tests += cases.length;
        totals.failures += count("failure");
        totals.skipped += count("skipped");
      }
      const { skipped: _, ...counted } = totals;
      for (const [name, total] of Object.entries(counted)) expect(root.attributes[name]).toBe(String(total));
      expect(totals.failures > 0).toBe(result.verdict === "violated");
    }
  });

  it("carries the interleaving in the failure that it is of, and warnings as output", async () => {
    const result = await resultOf("early-drop");
    const suite = childrenOf(parseXml(await render("junit", result)), "testsuite")[0];
    const broken = childrenOf(suite!, "testcase").find((each) => each.attributes.name?.startsWith("R1 "));
    const [failure] = childrenOf(broken!, "failure");
    expect(failure?.attributes.type).toBe("R1");
    expect(failure?.children.join("")).toMatch(/CPU0 +CPU1\n.*=> R1: /s);
    // Where scenarios share a name it stands once.
    const scenarios = Array.from({ length: 3 }, () => result.scenarios[0]!);
    expect((await render("junit", { ...result, scenarios })).match(/^ *=&#62; R1: /gm)).toHaveLength(1);
    const merged = await render("junit", await resultOf("global-lock", 2));
    expect(merged).toContain("<system-out>warning: a get failed for want of memory");
  });
});

describe("several failures", () => {
  it("are each shown where their format has room for them, and the first one elsewhere", async () => {
    const result = await resultOf("early-drop");
    const failures = result.counterexamples ?? [];
    expect(failures.map(({ requirement }) => requirement)).toEqual(["R1", "R13"]);
    for (const format of ["terminal", "text-long", "markdown", "html", "json"]) {
      const text = await render(format, result);
      for (const { schedule } of failures) expect(text, format).toContain(schedule);
    }
    const mail = await render("text-long", result);
    expect(mail.match(/^ {4}=> R\d+: /gm)).toEqual(["    => R1: ", "    => R13: "]);
    // What is shown is not told again; what is only warned of has no failure to show.
    const also = /^Found as well:\n\n(.*?)\n\n\S/ms.exec(mail)?.[1] ?? "";
    expect(also.match(/^ {4}R\d+ .*$/gm)).toEqual([expect.stringMatching(/^ {4}R14 .*, a warning: /)]);
    const markdown = await render("markdown", result);
    // Each is there in short, and folded with every operation.
    expect(markdown.match(/^```text$/gm)).toHaveLength(4);
    expect(markdown.match(/<summary>Every operation<\/summary>/g)).toHaveLength(2);
    expect(markdown.match(/^## What breaks$/gm)).toHaveLength(1);
    for (const format of ["itf", "perfetto"]) {
      const text = await render(format, result);
      expect(text).toContain(failures[0]?.schedule);
      expect(text).not.toContain(failures[1]?.schedule);
    }
  });

  it("have a case with their own interleaving each in JUnit, in the suite of their scenario", async () => {
    const result = await resultOf("early-drop");
    const suites = childrenOf(parseXml(await render("junit", result)), "testsuite");
    const shown = suites.flatMap((suite) =>
      childrenOf(suite, "testcase").flatMap((each) =>
        childrenOf(each, "failure").map((failure) => [
          suite.attributes.name,
          failure.attributes.type,
          /=> (R\d+): /.exec(failure.children.join(""))?.[1],
        ]),
      ),
    );
    expect(shown).toContainEqual(["early-drop: main", "R1", "R1"]);
    expect(shown).toContainEqual(["early-drop: extra-put", "R13", "R13"]);
  });

  it("are one in what an earlier version saved", async () => {
    const { counterexamples: _, ...old } = await resultOf("early-drop");
    expect(checkSchema.safeParse(old).success).toBe(true);
    expect((await render("text-long", old)).match(/^ {4}=> R\d+: /gm)).toEqual(["    => R1: "]);
    expect(await render("text-long", old)).toContain("Found as well:");
  });
});

describe("results as large as they may be", () => {
  const TICKS = "`".repeat(200_000);

  it.each(reporters.map(({ format }) => format))("are made into %s in time", async (format) => {
    const result = asC(await resultOf("early-drop"), TICKS.split("").join(" "));
    const failure = failureOf(result);
    const [scenario] = result.scenarios;
    const large = {
      ...withFailure(result, { ...failure, steps: failure.steps.slice(0, 2) }),
      scenarios: Array.from({ length: 10_000 }, () => ({ ...scenario!, name: failure.scenario })),
      coverage: Array.from({ length: 200_000 }, (_, index) => ({
        file: "a.c",
        line: index + 1,
        function: "get",
        reached: index % 2 === 0,
      })),
    };
    const bundle = { script: "0", style: "a{}", sources: { "arch/x86/tdx.c": "\n".repeat(200_000) } };
    const start = performance.now();
    expect(await reporterOf(format)?.render(large, { bundle })).toBeTruthy();
    expect(performance.now() - start).toBeLessThan(20_000);
    expect(checkSchema.safeParse(large).success).toBe(true);
    expect(checkSchema.safeParse({ ...large, scenarios: [...large.scenarios, scenario] }).success).toBe(false);
  });
});
