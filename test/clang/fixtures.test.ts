/** The helpers in C: every design has the verdict of its TypeScript twin, and every mutant is caught under its id. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { battery, check } from "../../src/check/index.js";
import { designByName } from "../../src/helpers/index.js";
import { checkC, fixture, fixtures } from "./support/c.js";

interface Fixture {
  readonly file: string;
  readonly design: string;
  readonly shape: string;
  readonly breaks: readonly string[];
  /** Contended regions, where two take long. */
  readonly regions?: number;
}

interface Mutant {
  readonly file: string;
  readonly base: string;
  readonly holds: boolean;
  readonly breaks: readonly string[];
  readonly warns?: readonly string[];
  readonly scenario: string;
  readonly regions: number;
  /** States after which the search may end, where going on after the finding takes long. */
  readonly states?: number;
}

const expected = JSON.parse(readFileSync(join(fixtures, "expected.json"), "utf8")) as {
  readonly fixtures: readonly Fixture[];
  readonly mutants: readonly Mutant[];
};

const names = battery.map(({ name }) => name);
const bounds = { cpus: 2, rounds: 1, regions: 2, placement: "adversarial", allocFailures: 1, use: "rdmd" } as const;

describe("designs in C", () => {
  test("come in at least three of the published call shapes", () => {
    expect(new Set(expected.fixtures.map(({ shape }) => shape)).size).toBeGreaterThanOrEqual(3);
  });

  test.each(expected.fixtures)("$file has the verdict of $design", async ({ file, design, breaks, regions = 2 }) => {
    const twin = designByName(design);
    if (twin === undefined) throw new Error(`there is no design ${design}`);
    const inC = await checkC(await fixture(file), names, { ...bounds, regions });
    const typed = await check({ design: twin, scenarios: battery, bounds: { ...bounds, regions }, explain: false });
    const broken = ({ scenarios }: typeof inC) => [...new Set(scenarios.flatMap((each) => each.broken))].sort();
    expect(inC.verdict).toBe(typed.verdict);
    expect(broken(inC)).toEqual(broken(typed));
    // One round does not show all that the design breaks, but never anything else.
    expect(breaks).toEqual(expect.arrayContaining(broken(inC)));
    const warned = (result: typeof inC) =>
      result.requirements.filter(({ verdict }) => verdict === "warning").map(({ id }) => id);
    expect(warned(inC)).toEqual(warned(typed));
  });
});

describe("the fault path in C", () => {
  test.each(["global-lock.c", "global-lock-v4.c", "global-lock-v2.c", "fast-path.c"])(
    "%s takes pairs that were set aside, and never sleeps",
    async (file) => {
      const result = await checkC(await fixture(file), ["fault"], { regions: 2 });
      expect(result.scenarios.flatMap((each) => each.broken)).toEqual([]);
      expect(result.verdict).toBe("holds");
      expect(result.requirements.find(({ id }) => id === "R8")?.checked).toBeGreaterThan(0);
    },
  );
});

describe("mutants in C", () => {
  test("are at least 25, and break every requirement", () => {
    expect(expected.mutants.length).toBeGreaterThanOrEqual(25);
    const ids = new Set(expected.mutants.flatMap(({ breaks, warns = [] }) => [...breaks, ...warns]));
    for (let number = 1; number <= 14; number++) expect(ids).toContain(`R${number}`);
  });

  test.each(expected.mutants)("$file", async ({ file, base, holds, breaks, warns = [], scenario, regions, states }) => {
    const limits = states === undefined ? {} : { maxStates: states };
    const result = await checkC(await fixture(base, file), [scenario], { regions }, { limits });
    const broken = result.scenarios.flatMap((each) => each.broken);
    expect(result.verdict).toBe(holds ? "holds" : "violated");
    for (const id of breaks) expect(broken).toContain(id);
    const warned = result.requirements.filter(({ verdict }) => verdict === "warning").map(({ id }) => id);
    for (const id of warns) expect(warned).toContain(id);
  });
});
