/** What flows work with. */
import type { Design, PamtHelpers } from "../helpers/index.js";
import type { Kernel } from "../kernel/index.js";
import type { Td } from "./td.js";

export interface FlowStage {
  readonly kernel: Kernel;
  readonly helpers: PamtHelpers;
  readonly design: Design;
  /** Word: the mutex around calls that need the key ownership table (tdx_lock). */
  readonly tdxLock: number;
  /** Number of the CPU that the flow runs on. */
  readonly cpu: number;
  readonly td: Td;
}
