/**
 * The table of answers: a part of it is explored anew and must come out the same, and each schedule is walked and must
 * end in the answer that it stands for.
 */
import { describe, expect, it } from "vitest";
import { decodeStatus, Leaf } from "../../src/abi/index.js";
import { parseSchedule, replayAnew, type Subject, scenarioByName } from "../../src/check/index.js";
import { statusFact } from "../../src/check/trace/codes.js";
import { answersTable, exploredTable } from "../../src/decode/answers.js";
import { designAnswers, explorations, MERGED_DESIGN, metAnswers } from "../../src/decode/explored-answers.js";
import { designByName } from "../../src/helpers/index.js";
import { exploreAnswers } from "../../tools/decode/explore.js";
import { planned } from "../../tools/decode/plan.js";
import { answerRows } from "../../tools/decode/write.js";

const STALE = "src/decode/answers.ts is not what the code says: run npm run answers";

const rowsIn = (table: string) => table.split("\n").filter((line) => line !== "");

/** Those that take no more than a second: small scenarios of every design, and pairs of flows. */
function isCheap({ design, scenario }: Subject): boolean {
  if (["partial-region", "zap-put", "extra-put"].includes(scenario.name)) return true;
  return design.name === MERGED_DESIGN && /^(?:zap|merge|zap-early-put)(?:\+(?:zap|merge))?@/.test(scenario.name);
}

describe("the table of answers", () => {
  it("has every exploration of the plan, in its order", () => {
    expect(explorations.map(({ design, scenario }) => `${design} ${scenario}`)).toEqual(
      planned().map(({ design, scenario }) => `${design.name} ${scenario.name}`),
    );
  });

  it("is what exploring a part of it says", { timeout: 300_000 }, async () => {
    const cheap = planned().filter(isCheap);
    expect(cheap.length).toBeGreaterThan(30);
    const explored = [];
    for (const subject of cheap) explored.push(await exploreAnswers(subject));
    const again = answerRows(explored);
    const rows = rowsIn(exploredTable);
    expect(
      again.explored.filter((row) => !rows.includes(row)),
      STALE,
    ).toEqual([]);
    const met = explored.flatMap(({ design, scenario, met }) => met.map((each) => ({ design, scenario, ...each })));
    expect(met.length).toBeGreaterThan(5);
    // All answers are in the table, under the scenarios that give them.
    for (const { design, scenario, leaf, status, fatal = null, flow, helper } of met) {
      const value = status === null ? null : BigInt(statusFact(status).value);
      const known = metAnswers.find(
        (each) =>
          each.design === design &&
          each.leaf === leaf &&
          each.status === value &&
          each.fatal === fatal &&
          each.flow === flow &&
          each.helper === helper,
      );
      expect(known, `${design} ${scenario} ${leaf}: ${STALE}`).toBeDefined();
      if (known?.wrongCaller === true) expect(known.scenarios).toContain(scenario);
    }
    // What the table says of these scenarios, they gave.
    const names = new Set(cheap.map(({ design, scenario }) => `${design.name} ${scenario.name}`));
    for (const { design, leaf, flow, helper, scenarios } of metAnswers) {
      for (const scenario of scenarios.filter((each) => names.has(`${design} ${each}`))) {
        const gave = met.some(
          (each) =>
            each.design === design &&
            each.scenario === scenario &&
            each.leaf === leaf &&
            each.flow === flow &&
            each.helper === helper,
        );
        expect(gave, `${design} ${scenario} ${leaf}: ${STALE}`).toBe(true);
      }
    }
  });

  it("has schedules that break what it says, and end in the answer", { timeout: 300_000 }, async () => {
    const walked = metAnswers.filter(({ schedule }) => schedule !== null);
    expect(walked.length).toBeGreaterThan(20);
    for (const { schedule, breaks, leaf, status, design: name } of walked) {
      const line = parseSchedule(schedule ?? "");
      const scenario = scenarioByName(line.scenario);
      const design = designByName(line.design);
      if (scenario === undefined || design === undefined) throw new Error(schedule ?? "");
      expect(line.design).toBe(name);
      const failure = await replayAnew({ design, scenario, bounds: line.bounds }, line);
      expect(failure?.requirement, schedule ?? "").toBe(breaks);
      if (status === null) continue;
      const wanted = statusFact(decodeStatus(status)).name;
      const returned = failure?.steps.flatMap(({ action }) =>
        action.kind === "return" && action.of === "seamcall" ? [action] : [],
      );
      expect(
        returned?.some((each) => each.leaf.number === leaf && each.status.name === wanted),
        schedule ?? "",
      ).toBe(true);
    }
  });
});

describe("what is said of a leaf and a status", () => {
  const busy = 0x8000020000000001n;

  it("counts explorations that make the call, with correct callers", () => {
    const merged = designAnswers({ leaf: Leaf.PhymemPamtRemove, status: busy, withDetail: true }).find(
      ({ design }) => design === MERGED_DESIGN,
    );
    const called = explorations.filter(
      ({ design, leaves, wrongCaller }) => design === MERGED_DESIGN && leaves.includes(59) && !wrongCaller,
    );
    expect(merged?.explorations).toBe(called.length);
    expect(merged?.met[0]).toMatchObject({ flow: "zap", helper: "tdx_pamt_put", breaks: "R1", wrongCaller: false });
    expect(merged?.bounds.cpus).toBe(2);
  });

  it("is nothing for a call that no exploration makes, and empty for an answer that none gave", () => {
    expect(designAnswers({ leaf: Leaf.SysConfig, status: busy, withDetail: true })).toEqual([]);
    const never = designAnswers({ leaf: Leaf.PhymemPamtAdd, status: 0xc000010100000001n, withDetail: true });
    expect(never.length).toBeGreaterThan(5);
    expect(never.flatMap(({ met }) => met)).toEqual([]);
  });

  it("takes all details of a code where none is given", () => {
    const all = designAnswers({ leaf: Leaf.PhymemPamtAdd, status: 0x8000020000000000n, withDetail: false });
    const statuses = new Set(all.flatMap(({ met }) => met.map(({ status }) => status)));
    expect(statuses.has(busy)).toBe(true);
    expect(statuses.size).toBeGreaterThan(1);
  });

  it("has rows without a blank in their parts", () => {
    for (const row of rowsIn(answersTable)) expect(row.split(" ").length).toBe(9);
  });
});
