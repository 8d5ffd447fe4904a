/** How closely a counterexample is looked at: a row for each call, for each operation, or for each step. */
import type { Counterexample } from "../../src/check/index.js";
import { callRowsOf } from "./calls.js";

export type Zoom = "calls" | "operations" | "steps";

export interface ZoomName {
  readonly zoom: Zoom;
  /** On its button. */
  readonly label: string;
  /** What one row is. */
  readonly noun: string;
  readonly title: string;
}

/** From far to near. */
export const zooms: readonly ZoomName[] = [
  {
    zoom: "calls",
    label: "Calls",
    noun: "call",
    title: "A row for each call of a helper, up to the next context switch",
  },
  { zoom: "operations", label: "Operations", noun: "operation", title: "A row for all that other CPUs could notice" },
  { zoom: "steps", label: "All steps", noun: "step", title: "A row for each step, also inside of the module" },
];

export function isZoom(text: string | undefined): text is Zoom {
  return zooms.some(({ zoom }) => zoom === text);
}

/** What a row is called. */
export function nounOf(zoom: Zoom): string {
  return zooms.find((each) => each.zoom === zoom)?.noun ?? "step";
}

/** The zoom that is one nearer (1) or further away (-1); the same at the ends. */
export function zoomBeside(zoom: Zoom, by: 1 | -1): Zoom {
  return zooms[zooms.findIndex((each) => each.zoom === zoom) + by]?.zoom ?? zoom;
}

/**
 * The furthest zoom in which a step has a row of its own.
 *
 * @param number of the step, from 1
 */
export function zoomFor({ steps }: Counterexample, number: number): Zoom {
  if (callRowsOf(steps).some(({ shown }) => shown === number - 1)) return "calls";
  return steps[number - 1]?.visible === true ? "operations" : "steps";
}
