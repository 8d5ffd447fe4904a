/** Results to show: found by checks, and made up where no check finds one like it. */
import {
  type Action,
  battery,
  type CheckResult,
  type Counterexample,
  check,
  type HostView,
  type KnownAction,
  type Step,
} from "../../../src/check/index.js";
import { phraseOf } from "../../../src/check/trace/phrases.js";
import { designByName } from "../../../src/helpers/index.js";
import type { SavedResult } from "../../../src/report/result.js";

/** What `dpamt check --design NAME --cpus 2 --rounds 1 --regions 1` finds. */
export function resultOf(name: string, regions = 1): Promise<CheckResult> {
  const design = designByName(name);
  if (design === undefined) throw new Error(`no design ${name}`);
  const bounds = {
    cpus: 2,
    rounds: 1,
    regions,
    placement: "adversarial",
    allocFailures: 1,
    use: "rdmd",
    memory: "sc",
  } as const;
  return check({ design, scenarios: battery, bounds });
}

/** The counterexample of a result that has one. */
export function failureIn({ counterexample }: SavedResult): Counterexample {
  if (counterexample === null) throw new Error("nothing broke");
  return counterexample;
}

/** A step of which only the text matters. */
export function step(cpu: number, text: string, more: Partial<Step> = {}): Step {
  return { cpu, action: { kind: "unknown", category: "word" }, text, calls: [], visible: true, ...more };
}

/** A step that does something. */
export function doing(cpu: number, action: KnownAction, more: Partial<Step> = {}): Step {
  return { cpu, action, text: phraseOf(action), calls: [], visible: true, ...more };
}

export const emptyScene: HostView = { regions: [], locks: [] };

export function counterexampleOf(steps: readonly Step[], more: Partial<Counterexample> = {}): Counterexample {
  return {
    requirement: "R1",
    message: "it broke",
    scenario: "main",
    switches: 0,
    fewestSwitches: true,
    scene: emptyScene,
    steps,
    schedule: "dpamt1:x",
    ...more,
  };
}

/** The result with this failure and no other. */
export function withFailure<T extends SavedResult>(result: T, failure: Counterexample): T {
  return { ...result, counterexample: failure, counterexamples: [failure] };
}

/** As names of strangers may be: markup, an end of the script, directions of text, line ends of JavaScript. */
export const hostile = `</script><script>alert(1)</script>"><img src=x onerror=alert(2)>'\u202egnp.exe\u2028&lt;`;

/** An action that says hostile things of what it names. */
function hostileAction(action: Action): Action {
  const name = hostile;
  const leaf = { number: 0, name };
  if (action.kind === "call" && action.of === "seamcall") return { ...action, leaf, operands: [name] };
  if (action.kind === "call") return { kind: "call", of: "other", name };
  if (action.kind !== "return" || action.of !== "seamcall") return action;
  return { ...action, leaf, status: { ...action.status, code: name, name } };
}

/** A result in which every text that strangers choose is hostile. */
export function hostileResult(result: CheckResult): SavedResult {
  const counterexample = failureIn(result);
  const source = { file: hostile, line: 1, text: hostile };
  const failure: Counterexample = {
    ...counterexample,
    requirement: hostile,
    message: hostile,
    scenario: hostile,
    schedule: hostile,
    scene: {
      ...counterexample.scene,
      locks: [{ cpu: 0, name: hostile, of: "kernel", mode: "exclusive" }],
    },
    steps: counterexample.steps.map(({ action, text, ...rest }) => ({
      ...rest,
      action: hostileAction(action),
      text: `${text} ${hostile}`,
      source,
    })),
    sources: [source],
  };
  return {
    ...result,
    subject: { kind: "c", name: hostile, origin: hostile },
    requirements: result.requirements.map((each) => ({ ...each, title: hostile, message: hostile, scenario: hostile })),
    witnesses: [{ text: hostile, times: 1 }],
    scenarios: result.scenarios.map((each) => ({ ...each, name: hostile, broken: [hostile] })),
    counterexample: failure,
    counterexamples: [failure, { ...failure, requirement: `R2 ${hostile}` }],
    coverage: [{ file: hostile, line: 1, function: hostile, reached: false }],
    c: { file: hostile, tree: hostile },
  };
}

/** A result like `result` with its steps again and again, until there are `count`. */
export function longResult(result: CheckResult, count: number): CheckResult {
  const counterexample = failureIn(result);
  const { steps } = counterexample;
  const many = Array.from({ length: count }, (_, index) => ({
    ...(steps[index % steps.length] as Step),
    visible: true,
  }));
  return withFailure(result, { ...counterexample, steps: many });
}
