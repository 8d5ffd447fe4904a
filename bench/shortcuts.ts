/**
 * `npm run bench -- shortcuts`: what it is worth that what CPUs have done before is done again without its steps
 * (`src/explore/step/macro-steps.ts`). The same search with and without, each in a process of its own, by turns; the best of
 * each counts.
 */
import { execFileSync } from "node:child_process";
import type { SearchRun } from "./child.js";

const GOAL = 1.2;

export interface ShortcutRates {
  readonly schema: "dpamt-bench-shortcuts-1";
  readonly states: number;
  /** Transitions a second. */
  readonly steps: number;
  readonly shortcuts: number;
  readonly ratio: number;
  readonly goal: number;
  readonly met: boolean;
}

function searched(how: "steps" | "shortcuts"): SearchRun {
  const text = execFileSync(process.execPath, [process.argv[1] as string, "child", how], { encoding: "utf8" });
  return JSON.parse(text) as SearchRun;
}

/** Measures. @throws Error where the two do not come to the same */
export function shortcutRates(repetitions: number): ShortcutRates {
  let [steps, shortcuts, states] = [0, 0, 0];
  for (let repetition = 0; repetition < repetitions; repetition++) {
    const [slow, fast] = [searched("steps"), searched("shortcuts")];
    if (slow.states !== fast.states || slow.transitions !== fast.transitions) {
      throw new Error(`${fast.states} states with shortcuts, ${slow.states} without`);
    }
    states = fast.states;
    steps = Math.max(steps, slow.transitions / slow.seconds);
    shortcuts = Math.max(shortcuts, fast.transitions / fast.seconds);
  }
  const ratio = shortcuts / steps;
  return { schema: "dpamt-bench-shortcuts-1", states, steps, shortcuts, ratio, goal: GOAL, met: ratio >= GOAL };
}

/** The figures as lines. */
export function shortcutText({ states, steps, shortcuts, ratio, goal, met }: ShortcutRates): string {
  const whole = (number: number): string => Math.round(number).toLocaleString("en-US");
  return [
    `global-lock, scenario main, 3 CPUs, 2 rounds, 2 regions: ${whole(states)} states`,
    `  step by step    ${whole(steps).padStart(9)} transitions/s`,
    `  with shortcuts  ${whole(shortcuts).padStart(9)} transitions/s`,
    `  ratio           ${ratio.toFixed(2).padStart(9)}  goal at least ${goal}: ${met ? "met" : "MISSED"}`,
    "",
  ].join("\n");
}
