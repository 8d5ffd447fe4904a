/** The ways to place pages, by the names that users give them. */
import { Sharing } from "../../machine/index.js";
import { AdversarialAtOnce } from "./adversarial-at-once.js";
import { AdversarialLate, type AdversarialOptions } from "./adversarial-late.js";
import { FirstFit } from "./first-fit.js";
import type { PlacementHost, PlacementWay } from "./placement.js";

export { MAX_TDS } from "./layout.js";
export type { PlacementWay } from "./placement.js";

export type PlacementName = "first-fit" | "adversarial";

export interface PlacementOptions extends AdversarialOptions {
  /** A page gets its place when something first depends on it, not when it is allocated. */
  readonly lateChoice: boolean;
}

/** The way with this name. */
export function placementNamed(name: PlacementName, options: PlacementOptions): PlacementWay {
  if (name === "first-fit") {
    // Who comes first gets a lower frame.
    const way = (host: PlacementHost) => new FirstFit(host, options.sharedFrames);
    return Object.assign(way, { frames: Sharing.Observed });
  }
  const Way = options.lateChoice ? AdversarialLate : AdversarialAtOnce;
  return (host) => new Way(host, options);
}
