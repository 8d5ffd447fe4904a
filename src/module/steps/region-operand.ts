/**
 * The region operand of PAMT.ADD and PAMT.REMOVE: RCX = 2 MiB region and level.
 *
 * Source: Intel TDX Module 1.5 ABI Reference Specification, TDH.PHYMEM.PAMT.ADD.
 */
import { Level, Register, type Registers } from "../../abi/index.js";
import type { ModuleState } from "../state/module-state.js";

/** Level field (bits 2:0) must say 2 MiB; bits 20:3 are reserved or misalign the region. */
const LOW_BITS = 0x1fffff;

/** Whether RCX names a 2 MiB region: level 1, aligned, no reserved bit, no HKID. */
export function isRegionOperand(module: ModuleState, registers: Registers): boolean {
  return (
    (registers.low(Register.Rcx) & LOW_BITS) === Level.Page2M &&
    (registers.high(Register.Rcx) & module.rules.invalidHigh) === 0
  );
}
