/** A counterexample as a history: what each step did, and what regions, locks and calls are like after it. */
import type { Counterexample, HostView, Step } from "../check/index.js";

export interface Moment {
  /** Number of the step, from 0. */
  readonly index: number;
  readonly step: Step;
  /** The scene after it. */
  readonly scene: HostView;
  /** Calls that each CPU is inside of after it, outermost first. */
  readonly calls: ReadonlyMap<number, readonly string[]>;
}

/** The CPUs that do anything, in order. */
export function cpusOf({ steps }: Counterexample): number[] {
  return [...new Set(steps.map(({ cpu }) => cpu))].sort((a, b) => a - b);
}

/** The moments after each step. */
export function historyOf(counterexample: Counterexample): Moment[] {
  let { scene } = counterexample;
  let calls: ReadonlyMap<number, readonly string[]> = new Map(cpusOf(counterexample).map((cpu) => [cpu, []]));
  return counterexample.steps.map((step, index) => {
    scene = after(scene, step);
    const inside = step.action.kind === "call" ? [...step.calls, step.text] : step.calls;
    calls = new Map(calls).set(step.cpu, inside);
    return { index, step, scene, calls };
  });
}

function after(scene: HostView, { scene: change }: Step): HostView {
  if (change === undefined) return scene;
  const changed = new Map((change.regions ?? []).map((region) => [region.address, region]));
  const known = new Set(scene.regions.map(({ address }) => address));
  return {
    regions: [
      ...scene.regions.map((region) => changed.get(region.address) ?? region),
      ...[...changed.values()].filter(({ address }) => !known.has(address)),
    ],
    locks: change.locks ?? scene.locks,
  };
}
