/** One verdict: a design explored, judged by what was expected of it, and the exit code that goes with that. */
import {
  type CheckResult,
  check,
  compareExpected,
  type Exploration,
  type RequirementId,
  type Verdict,
} from "../check/index.js";
import type { Design } from "../helpers/index.js";
import type { SavedResult } from "../report/index.js";
import { oneLine } from "../text/index.js";
import { Exit } from "./failure.js";
import { ProgressLine, stderrPlace } from "./progress.js";

/** When the command began, in milliseconds of `performance.now`. */
const START_OF_PROCESS = 0;

/** What is asked about a design. */
export interface Asked {
  readonly exploration: Exploration;
  /** What must break, and nothing else; undefined where nothing was said. */
  readonly expected: readonly RequirementId[] | undefined;
}

/** How a check is watched and ended. */
export interface Watched {
  readonly signal: AbortSignal;
  /** When the time for it began, in milliseconds of `performance.now`; absent: with the process. */
  readonly began?: number | undefined;
  /** What progress is shown of; absent: the name of the design. */
  readonly label?: string;
}

/** Checks a design, showing progress. */
export async function checkDesign(
  design: Design,
  exploration: Exploration,
  { signal, began = START_OF_PROCESS, label = oneLine(design.name) }: Watched,
): Promise<CheckResult> {
  const progress = new ProgressLine(label, stderrPlace(began));
  const result = await check({ ...exploration, design, signal, progress: progress.show, began });
  progress.clear();
  return result;
}

/** The same, with what was expected of it, where something was. */
export async function judged(design: Design, { exploration, expected }: Asked, watched: Watched): Promise<SavedResult> {
  const result = await checkDesign(design, exploration, watched);
  return expected === undefined ? result : { ...result, expected: compareExpected(result, expected) };
}

/** Exit code that goes with a verdict. */
function exitOf(verdict: Verdict): Exit {
  if (verdict === "holds") return Exit.Ok;
  return verdict === "violated" ? Exit.Violated : Exit.Inconclusive;
}

/** Exit code that goes with a result: with what was expected of it, where something was. */
export function exitOfResult({ verdict, expected }: Pick<SavedResult, "verdict" | "expected">): Exit {
  if (expected === undefined) return exitOf(verdict);
  if (expected.outcome === "met") return Exit.Ok;
  return expected.outcome === "missed" ? Exit.Violated : Exit.Inconclusive;
}
