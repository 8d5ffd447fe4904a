/** What a check says of itself at work: which scenario, how far, what broke so far. */
import type { Progress } from "../explore/index.js";
import { requirements } from "./requirements/index.js";
import type { Setup } from "./setup.js";

/** What is done with a scenario. */
export type Phase = keyof typeof phases;

export const phases = {
  exploring: "every interleaving",
  reaching: "how many context switches are covered",
  shortening: "looking for the shortest failure",
} as const;

/** A requirement that broke. */
export interface BrokenSoFar {
  readonly requirement: string;
  readonly message: string;
  readonly scenario: string;
}

export interface CheckProgress extends Omit<Progress, "found"> {
  readonly scenario: string;
  readonly phase: Phase;
  /** Number of the scenario, from 1, and how many there are. */
  readonly number: number;
  readonly scenarios: number;
  /** In the order in which they broke. */
  readonly broken: readonly BrokenSoFar[];
  /** Requirements whose checks were made so far, and all that there are. */
  readonly exercised: number;
  readonly requirements: number;
}

/** Gathers over all scenarios what progress says. */
export class ProgressTeller {
  private readonly broken = new Map<string, BrokenSoFar>();
  private readonly exercised = new Set<number>();
  private readonly scenarios: readonly string[];

  constructor(
    private readonly options: {
      readonly scenarios: readonly { readonly name: string }[];
      readonly progress?: (progress: CheckProgress) => void;
    },
  ) {
    this.scenarios = options.scenarios.map(({ name }) => name);
  }

  /** What a search calls at the end of each of its slices. */
  of(scenario: string, phase: Phase, { monitor }: Setup): (progress: Progress) => void {
    return ({ found, ...progress }) => {
      for (const [requirement, { violation }] of found) {
        if (!this.broken.has(requirement)) {
          this.broken.set(requirement, { requirement, message: violation.message, scenario });
        }
      }
      for (const [index, times] of monitor.checked.entries()) if (times > 0) this.exercised.add(index);
      this.options.progress?.({
        ...progress,
        scenario,
        phase,
        number: this.scenarios.indexOf(scenario) + 1,
        scenarios: this.scenarios.length,
        broken: [...this.broken.values()],
        exercised: this.exercised.size,
        requirements: requirements.length,
      });
    };
  }
}
