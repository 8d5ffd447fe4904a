/** All designs, in the order in which `designs` and `compare` list them. */
import type { Design } from "../design.js";
import { earlyDrop } from "./early-drop.js";
import { fastPath } from "./fast-path.js";
import { globalLock } from "./global-lock.js";
import { lazy } from "./lazy.js";
import { mirroredRwlocks } from "./mirrored-rwlocks.js";
import { orderedRwlocks } from "./ordered-rwlocks.js";
import { regionLocks } from "./region-locks.js";
import { reservedPool } from "./reserved-pool.js";
import { staticPamt } from "./static-pamt.js";

export const designs: readonly Design[] = [
  globalLock,
  earlyDrop,
  fastPath,
  regionLocks,
  mirroredRwlocks,
  orderedRwlocks,
  reservedPool,
  lazy,
  staticPamt,
];

/** The design with this name, or undefined. */
export function designByName(name: string): Design | undefined {
  return designs.find((design) => design.name === name);
}
