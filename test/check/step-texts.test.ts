/** Texts of steps and messages, word for word: counterexamples of each kind against a listing that is kept. */
import { describe, expect, it } from "vitest";
import {
  type Bounds,
  type Counterexample,
  categoryOf,
  check,
  flowScenarios,
  type Scenario,
  scenarioByName,
} from "../../src/check/index.js";
import { type Design, designByName } from "../../src/helpers/index.js";
import { type Fault, faulty } from "./faults.js";

const BOUNDS: Bounds = { cpus: 2, rounds: 1, regions: 1, placement: "adversarial", allocFailures: 1, use: "rdmd" };

type Case = readonly [name: string, of: string, more: Partial<Bounds>];

const designs: readonly Case[] = [
  ["early-drop", "main", {}],
  ["mirrored-rwlocks", "main", { regions: 2 }],
  ["lazy", "main", {}],
];

const mutants: readonly (readonly [fault: Fault, of: string])[] = [
  ["first-page-leaked", "main"],
  ["pair-freed-twice", "main"],
  ["never-filled-pair-freed", "main"],
  ["free-without-reset", "main"],
  ["plain-look-before-lock", "main"],
  ["allocation-under-lock", "softirq-put"],
  ["mutex-instead-of-spinlock", "zap-put"],
  ["unlock-forgotten", "main"],
  ["retries-for-ever", "main"],
  ["underflow-unnoticed", "extra-put"],
  ["underflow-noticed", "extra-put"],
  ["frees-after-failed-remove", "seamcall-failure"],
  ["failed-add-leaks", "seamcall-failure"],
  ["floor-instead-of-ceiling", "partial-region"],
];

const flows: readonly (readonly [design: string, flows: string])[] = [["lazy", "fault+zap"]];

/** What broke, and each step as its CPU, its kind, whether it is hidden, and its text. */
function listing({ requirement, message, steps }: Counterexample): string[] {
  const lines = steps.map(({ cpu, action, visible, text, calls }) => {
    const about = `${cpu} ${categoryOf(action).padEnd(6)} ${visible ? "*" : " "}`;
    return `${about} ${"  ".repeat(calls.length)}${text}`;
  });
  return [`${requirement}: ${message}`, ...lines];
}

async function listed(design: Design, scenario: Scenario, more: Partial<Bounds> = {}): Promise<string> {
  const limits = { maxStates: 200_000 };
  const result = await check({ design, scenarios: [scenario], bounds: { ...BOUNDS, ...more }, limits });
  const texts = result.counterexamples.map((each) => listing(each).join("\n"));
  return `${[`# ${design.name}, ${scenario.name}`, ...texts].join("\n\n")}\n`;
}

function keptAs(name: string): string {
  return `../fixtures/step-texts/${name}.txt`;
}

describe("texts of steps", () => {
  it.each(designs)("are those that are kept: %s, %s", async (name, of, more) => {
    const text = await listed(designByName(name) as Design, scenarioByName(of) as Scenario, more);
    await expect(text).toMatchFileSnapshot(keptAs(name));
  });

  it.each(mutants)("are those that are kept: %s, %s", async (fault, of) => {
    const text = await listed(faulty(fault), scenarioByName(of) as Scenario);
    await expect(text).toMatchFileSnapshot(keptAs(fault));
  });

  it.each(flows)("are those that are kept: %s, flows %s", async (name, of) => {
    const text = await listed(designByName(name) as Design, flowScenarios(of)[0] as Scenario);
    await expect(text).toMatchFileSnapshot(keptAs(`${name}-${of.replace("+", "-")}`));
  });
});
