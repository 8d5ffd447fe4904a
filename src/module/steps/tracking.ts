/**
 * TLB tracking: whether all vCPUs have left guest mode since a range was blocked.
 *
 * Source: Intel TDX Module 1.5 Base Architecture Specification, "TLB Tracking".
 */
import {
  Operand,
  type Registers,
  type Status,
  TDX_GPA_RANGE_NOT_BLOCKED,
  TDX_SUCCESS,
  TDX_TLB_TRACKING_NOT_DONE,
} from "../../abi/index.js";
import { type Program, read } from "../../machine/index.js";
import type { ModuleState } from "../state/module-state.js";
import { isBlocked } from "../state/sept.js";
import { OpState, TD } from "../state/td.js";
import { report } from "./td-operand.js";

/** Word: number of vCPUs that entered in the epochs of the same parity. */
export function runningIn(td: number, epoch: number): number {
  return td + (epoch % 2 === 0 ? TD.RUNNING_EVEN : TD.RUNNING_ODD);
}

/** Whether a page blocked in epoch `bepoch` can be in no TLB any more. */
export function* isTracked(td: number, bepoch: number): Program<boolean> {
  const epoch = yield read(td + TD.EPOCH);
  if (bepoch < epoch - 1) return true;
  return bepoch === epoch - 1 && (yield read(runningIn(td, bepoch))) === 0;
}

/**
 * In a TD whose vCPUs can run, an entry must be blocked and tracked before what it points to changes.
 * @param frame page that the entry points to, of size `pageLevel`
 */
export function* checkBlocked(
  module: ModuleState,
  registers: Registers,
  tdr: number,
  entry: number,
  level: number,
  frame: number,
  pageLevel: number,
): Program<Status> {
  const td = module.tds.record(tdr);
  if ((yield read(td + TD.OP_STATE)) !== OpState.Runnable) return TDX_SUCCESS;
  if (!isBlocked(yield read(entry))) {
    yield* report(module, registers, entry, level);
    return TDX_GPA_RANGE_NOT_BLOCKED | Operand.Rcx;
  }
  const bepoch = yield read(module.pamt.tailAt(frame, pageLevel));
  return (yield* isTracked(td, bepoch)) ? TDX_SUCCESS : TDX_TLB_TRACKING_NOT_DONE | Operand.Rcx;
}
