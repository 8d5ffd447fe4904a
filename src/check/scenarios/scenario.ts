/** What a scenario is: programs for the CPUs of a host, and how its bounds follow from the flags. */
import type { Design, PamtHelpers } from "../../helpers/index.js";
import type { Kernel } from "../../kernel/index.js";
import type { Program } from "../../machine/index.js";
import type { Bounds } from "../options/bounds.js";
import type { RequirementId } from "../requirements/index.js";

/** What the programs of a scenario work with. */
export interface Stage {
  readonly kernel: Kernel;
  readonly design: Design;
  readonly helpers: PamtHelpers;
  readonly bounds: Bounds;
}

/** The program of a CPU. CPUs with equal labels run the same program and are interchangeable. */
export interface CpuProgram {
  readonly label: string;
  readonly start: () => Program;
}

export interface Scenario {
  readonly name: string;
  /** What it asks, in one sentence. */
  readonly summary: string;
  /** Outside the battery that `check` runs by default. */
  readonly optional?: boolean;
  /** In the battery of this design all the same. */
  readonly isFor?: (design: Design) => boolean;
  /** Dynamic PAMT is on (default). */
  readonly dynamicPamt?: boolean;
  /** Memory ends in the middle of its only contended region. */
  readonly partialRegion?: boolean;
  /** Each page of the contended region has a user: nothing that is allocated lies there. */
  readonly crowded?: boolean;
  /** Programs run in softirq context. */
  readonly softirq?: boolean;
  /** Programs are flows of TDs: CPUs have numbers and see all page frames under the same names. */
  readonly flows?: boolean;
  /** The flow that sets the count of a region, where one does: without a counter it cannot be judged. */
  readonly setsCount?: string | undefined;
  /** The ways in which boot can fail are what is explored: for designs with functions that run at boot. */
  readonly exploresBoot?: boolean;
  /** Runs alone before anything is explored, with a kind environment. */
  readonly prologue?: (stage: Stage) => Program;
  /** The caller does wrong here: what breaks does not break for correct callers. */
  readonly wrongCaller?: boolean;
  /** The caller does wrong here, and what is asked is this requirement: where it breaks, others are not in doubt. */
  readonly asks?: RequirementId;
  /** Only these requirements can break here (default: any). */
  readonly tells?: readonly RequirementId[];
  /** Bounds of the scenario when the flags ask for `asked`. */
  bounds(asked: Bounds): Bounds;
  programs(stage: Stage): CpuProgram[];
}
