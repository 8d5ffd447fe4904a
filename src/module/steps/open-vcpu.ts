/**
 * The common beginning of calls that name a vCPU by its TDVPR in RCX.
 *
 * The TDVPR is accessed explicitly; its TD is known from the PAMT entry, so the TDR implicitly.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.VP functions.
 */
import { FATAL, Operand, PageType, type Status, TDX_OPERAND_BUSY, TDX_SUCCESS } from "../../abi/index.js";
import { type Program, read } from "../../machine/index.js";
import { BUSY } from "../state/locks.js";
import type { ModuleState } from "../state/module-state.js";
import { TD } from "../state/td.js";
import { TDVPS_PAGES_BASE, TDVPS_PAGES_PER_L2, VCPU } from "../state/vcpu.js";
import type { Held } from "./held.js";
import { implicit } from "./implicit.js";
import { failed, pageOperand } from "./operands.js";
import { ownerPfn } from "./pages.js";

/** A vCPU that a call works on. */
export interface OpenVcpu {
  /** Anything but success: the other fields mean nothing. */
  readonly status: Status;
  readonly tdvpr: number;
  readonly tdr: number;
}

function refused(status: Status): OpenVcpu {
  return { status, tdvpr: -1, tdr: -1 };
}

/** Locks TDVPR and TDR, in this order. */
export function* openVcpu(
  module: ModuleState,
  held: Held,
  system: number,
  low: number,
  high: number,
  operand: Operand,
  isExclusive: boolean,
  tdrExclusive: boolean,
): Program<OpenVcpu> {
  const tdvpr = yield* pageOperand(module, held, system, low, high, operand, PageType.Tdvpr, isExclusive);
  if (failed(tdvpr)) return refused(-tdvpr);
  const tdr = module.pamt.frameOfPfn(yield* ownerPfn(module, tdvpr, 0));
  const locked = yield* implicit(module, held, tdr, 0, PageType.Tdr, tdrExclusive);
  if (locked === FATAL) return refused(FATAL);
  if (locked === BUSY) return refused(TDX_OPERAND_BUSY | Operand.Tdr);
  return { status: TDX_SUCCESS, tdvpr, tdr };
}

/** Whether a vCPU has all the pages that its TD's number of VMs asks for. */
export function* hasAllPages(vcpu: number, td: number): Program<boolean> {
  const needed = TDVPS_PAGES_BASE + TDVPS_PAGES_PER_L2 * (yield read(td + TD.NUM_L2));
  return (yield read(vcpu + VCPU.PAGES)) >= needed;
}
