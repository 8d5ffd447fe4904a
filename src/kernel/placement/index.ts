/** The ways to place pages, by the names that users give them. */
import { AdversarialAtOnce } from "./adversarial-at-once.js";
import { AdversarialLate, type AdversarialOptions } from "./adversarial-late.js";
import { FirstFit } from "./first-fit.js";
import type { PlacementWay } from "./placement.js";

export { MAX_TDS } from "./layout.js";
export type { PlacementWay } from "./placement.js";

export type PlacementName = "first-fit" | "adversarial";

export interface PlacementOptions extends AdversarialOptions {
  /** A page gets its place when something first depends on it, not when it is allocated. */
  readonly lateChoice: boolean;
}

/** The way with this name. */
export function placementNamed(name: PlacementName, options: PlacementOptions): PlacementWay {
  if (name === "first-fit") return (host) => new FirstFit(host, options.sharedFrames);
  const Way = options.lateChoice ? AdversarialLate : AdversarialAtOnce;
  return (host) => new Way(host, options);
}
